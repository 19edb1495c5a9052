package distil

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A cluster is the part of a MISP galaxy cluster that is read.
type cluster struct {
	Version int     `json:"version"`
	Values  []actor `json:"values"`
}

type actor struct {
	UUID    string                     `json:"uuid"`
	Value   string                     `json:"value"`
	Meta    map[string]json.RawMessage `json:"meta"`
	Related []struct {
		UUID string `json:"dest-uuid"`
		Type string `json:"type"`
	} `json:"related"`
}

// strings reads a value of the meta object, which is a string or a list of them.
func (a *actor) strings(key string) []string {
	raw, ok := a.Meta[key]
	if !ok {
		return nil
	}
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}
	}
	return nil
}

var groupID = regexp.MustCompile(`^G\d{4}$`)

// addMISP takes the cluster in. An actor is tied to an ATT&CK group when MISP itself says so: a synonym that
// is the group's id, a relation "similar" to the group's STIX object, or the very same name. The two remain
// two records: that MISP ties them is one more claim.
func (k *knowledge) addMISP(c *cluster) {
	byName, live := map[string]string{}, map[string]bool{}
	for _, e := range slices.Concat(k.entities, k.groups) {
		if e.kind == "g" {
			byName[strings.ToLower(e.name)] = e.id
			live[e.id] = true
		}
	}
	for _, r := range slices.Concat(k.revoked, k.former) {
		byName[r.old] = r.now
	}
	namers := namers(c)
	for i := range c.Values {
		a := &c.Values[i]
		e := &entity{kind: "m", id: clean(a.UUID), name: clean(a.Value), groups: map[string][]int{}}
		if id := byName[strings.ToLower(e.name)]; id != "" {
			e.groups[id] = nil
		}
		for _, r := range a.Related {
			if g := k.byStix["intrusion-set--"+r.UUID]; g != nil && r.Type == "similar" {
				e.groups[g.id] = nil
			}
		}
		by := namedBy(a, namers)
		for _, s := range a.strings("synonyms") {
			s = clean(s)
			switch {
			case groupID.MatchString(s) && live[s]:
				e.groups[s] = nil
			case groupID.MatchString(s) && byName[s] != "":
				e.groups[byName[s]] = nil
			case s != "" && s != e.name && !groupID.MatchString(s):
				e.aliases = append(e.aliases, alias{s, mispSays(by[s])})
			}
		}
		e.namedBy = mispSays(by[e.name])
		for _, s := range a.strings("country") {
			e.countries = append(e.countries, clean(s))
		}
		for _, key := range []string{"cfr-target-category", "targeted-sector"} {
			for _, s := range a.strings(key) {
				if s = strings.ToLower(clean(s)); s != "" && !slices.Contains(e.sectors, s) {
					e.sectors = append(e.sectors, s)
				}
			}
		}
		slices.Sort(e.sectors)
		for _, u := range a.strings("refs") {
			e.urls = append(e.urls, clean(u))
		}
		k.entities = append(k.entities, e)
	}
}

// namers finds who stands behind the identifiers of "name-attribution" ("ALIAS:uuid"), whose own cluster is
// not among the sources: an alias that also has an "origin:ALIAS" key gives its uuid a name, and the most
// frequent name wins.
func namers(c *cluster) map[string]string {
	votes := map[string]map[string]int{}
	for i := range c.Values {
		a := &c.Values[i]
		for name, uuid := range attributed(a) {
			for _, origin := range a.strings("origin:" + name) {
				if votes[uuid] == nil {
					votes[uuid] = map[string]int{}
				}
				votes[uuid][clean(origin)]++
			}
		}
	}
	out := map[string]string{}
	for uuid, v := range votes {
		best := ""
		for name, n := range v {
			if best == "" || n > v[best] || n == v[best] && name < best {
				best = name
			}
		}
		out[uuid] = best
	}
	return out
}

// attributed maps names to the identifiers of those who gave them.
func attributed(a *actor) map[string]string {
	out := map[string]string{}
	for _, s := range a.strings("name-attribution") {
		if i := strings.LastIndexByte(s, ':'); i > 0 {
			out[s[:i]] = s[i+1:]
		}
	}
	return out
}

// namedBy maps each name of the actor to who gave it, as far as the cluster tells.
func namedBy(a *actor, namers map[string]string) map[string]string {
	out := map[string]string{}
	for name, uuid := range attributed(a) {
		if n := namers[uuid]; n != "" {
			out[clean(name)] = n
		}
	}
	for key := range a.Meta {
		if name, ok := strings.CutPrefix(key, "origin:"); ok {
			for _, origin := range a.strings(key) {
				out[clean(name)] = clean(origin)
			}
		}
	}
	return out
}

func mispSays(vendor string) string {
	if vendor == "" {
		return "MISP"
	}
	return fmt.Sprintf("MISP, citing %s", vendor)
}

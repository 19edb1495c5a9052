package distil

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A bundle is the part of a STIX 2.x bundle that is read.
type bundle struct {
	Objects []object `json:"objects"`
}

type object struct {
	Type        string      `json:"type"`
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Aliases     []string    `json:"aliases"`
	SoftAliases []string    `json:"x_mitre_aliases"`
	Revoked     bool        `json:"revoked"`
	Deprecated  bool        `json:"x_mitre_deprecated"`
	Version     string      `json:"x_mitre_version"`
	FirstSeen   string      `json:"first_seen"`
	LastSeen    string      `json:"last_seen"`
	References  []reference `json:"external_references"`
	Phases      []struct {
		Name string `json:"phase_name"`
	} `json:"kill_chain_phases"`

	Relation string `json:"relationship_type"`
	From     string `json:"source_ref"`
	To       string `json:"target_ref"`
}

type reference struct {
	Source      string `json:"source_name"`
	URL         string `json:"url"`
	ID          string `json:"external_id"`
	Description string `json:"description"`
}

// version is that of the bundle's collection object; empty if it has none.
func (b *bundle) version() string {
	for i := range b.Objects {
		if b.Objects[i].Type == "x-mitre-collection" {
			return b.Objects[i].Version
		}
	}
	return ""
}

// attackID is the object's id as ATT&CK prints it, such as "G0009"; empty if it has none.
func (o *object) attackID() string {
	for _, r := range o.References {
		if r.Source == "mitre-attack" && wellFormed.MatchString(r.ID) {
			return r.ID
		}
	}
	return ""
}

var wellFormed = regexp.MustCompile(`^(G\d{4}|S\d{4}|C\d{4}|T\d{4}(\.\d{3})?)$`)

// kinds are the objects that are kept, with the letter of their line.
var kinds = map[string]string{
	"attack-pattern": "t", "malware": "s", "tool": "s", "intrusion-set": "g", "campaign": "c",
}

// addAttack takes the bundle in: first the objects, then what ties them.
func (k *knowledge) addAttack(b *bundle) error {
	byID := map[string]*object{}
	for i := range b.Objects {
		o := &b.Objects[i]
		if kinds[o.Type] == "" || o.attackID() == "" {
			continue
		}
		byID[o.ID] = o
		if !o.Revoked && !o.Deprecated {
			k.addObject(o)
		}
	}
	if len(k.entities) == 0 {
		return fmt.Errorf("no ATT&CK object in it: want the Enterprise bundle of STIX 2.x")
	}
	successor := map[string]string{}
	for i := range b.Objects {
		r := &b.Objects[i]
		if r.Type == "relationship" && r.Relation == "revoked-by" {
			successor[r.From] = r.To
		}
	}
	follow := func(id string) *entity {
		for range 10 { // a chain of revocations; a circle leads nowhere
			if next, ok := successor[id]; ok {
				id = next
			}
		}
		return k.byStix[id]
	}
	for id, o := range byID {
		if e := follow(id); o.Revoked && e != nil {
			k.revoked = append(k.revoked, revoked{o.attackID(), e.id, clean(o.Name)})
		}
	}
	for i := range b.Objects {
		r := &b.Objects[i]
		if r.Type != "relationship" || r.Revoked || r.Deprecated {
			continue
		}
		from, to := follow(r.From), follow(r.To)
		if from == nil || to == nil {
			continue
		}
		switch {
		case r.Relation == "uses" && to.kind == "t":
			k.cite(from.techniques, to.id, r.References, from.kind != "s")
		case r.Relation == "uses" && to.kind == "s":
			k.cite(from.software, to.id, r.References, true)
		case r.Relation == "attributed-to" && from.kind == "c" && to.kind == "g":
			k.cite(from.groups, to.id, r.References, true)
		}
	}
	return nil
}

func (k *knowledge) addObject(o *object) {
	e := &entity{
		kind: kinds[o.Type], id: o.attackID(), name: clean(o.Name), class: o.Type,
		first: day(o.FirstSeen), last: day(o.LastSeen),
		techniques: map[string][]int{}, software: map[string][]int{}, groups: map[string][]int{},
	}
	for _, p := range o.Phases {
		e.tactics = append(e.tactics, clean(p.Name))
	}
	if e.kind != "t" {
		e.aliases = attackAliases(o)
		e.refs = k.refNumbers(o.References)
	}
	k.entities = append(k.entities, e)
	k.byStix[o.ID] = e
}

// cite notes that a uses b, with the numbers of the references that say so.
func (k *knowledge) cite(into map[string][]int, id string, refs []reference, cited bool) {
	numbers := into[id]
	if cited {
		numbers = append(numbers, k.refNumbers(refs)...)
		slices.Sort(numbers)
		numbers = slices.Compact(numbers)
	}
	into[id] = numbers
}

// refNumbers numbers the references that have an address.
func (k *knowledge) refNumbers(refs []reference) []int {
	var out []int
	for _, r := range refs {
		if r.URL == "" || r.Source == "mitre-attack" {
			continue
		}
		out = append(out, k.refNumber(clean(r.Source), clean(r.URL)))
	}
	return out
}

var citation = regexp.MustCompile(`\(Citation: ([^)]*)\)`)

// attackAliases lists the names of an object besides its own. ATT&CK gives the source of an alias as a
// reference named like the alias, whose text cites the references proper.
func attackAliases(o *object) []alias {
	urls := map[string]string{}
	says := map[string][]string{}
	for _, r := range o.References {
		if r.URL != "" {
			urls[r.Source] = r.URL
		}
		for _, c := range citation.FindAllStringSubmatch(r.Description, -1) {
			says[r.Source] = append(says[r.Source], c[1])
		}
	}
	var out []alias
	for _, name := range append(slices.Clone(o.Aliases), o.SoftAliases...) {
		if name == o.Name {
			continue
		}
		if len(says[name]) == 0 {
			out = append(out, alias{clean(name), "MITRE ATT&CK"})
		}
		for _, c := range says[name] {
			out = append(out, alias{clean(name), vendor(c, urls[c])})
		}
	}
	return out
}

// day is the date part of a STIX timestamp.
func day(stamp string) string {
	d, _, _ := strings.Cut(stamp, "T")
	return clean(d)
}

// clean makes a value fit into one field of a line.
func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

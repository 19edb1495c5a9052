package intel

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// A Match is one thing that a name may mean.
type Match struct {
	Kind   string   `json:"kind"`             // "group", "software", "technique", "campaign" or "actor" (of MISP)
	ID     string   `json:"id"`               // an id of ATT&CK, or the UUID of a MISP actor
	Name   string   `json:"name"`             // its name in its own source
	As     string   `json:"as"`               // the name that matched, as its source writes it
	By     []string `json:"by"`               // who says so, sorted
	Groups []string `json:"groups,omitempty"` // for an actor: the groups that MISP ties it to
}

// Lookup lists everything that a name or id may mean, with who says so. Case, spaces and punctuation do not
// count ("APT 41" is "apt41"). An ambiguous name gives several matches; they are not ranked but ordered by
// kind and id. Names that MISP gives to an actor that it ties to a group match the actor, and the Match
// says to which groups that leads. A revoked id or name gives its successor. Nothing is found by part of a
// name; the result is empty for an unknown one.
func (kb *KB) Lookup(name string) []Match {
	if len(name) > 200 {
		return nil
	}
	found := kb.names()[fold(name)]
	out := make([]Match, len(found))
	for i, m := range found {
		m.By = slices.Clone(m.By)
		out[i] = m
	}
	return out
}

// fold is the form of a name in which spellings of it are the same.
func fold(name string) string {
	for i := 0; ; i++ {
		if i == len(name) {
			return name
		}
		if c := name[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			break
		}
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '$' || r == '+' || r == '#': // parts of names: LAPSUS$, Notepad++
			return r
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// index holds the matches of every name, by its fold.
type index map[string][]Match

// indexNames makes the index of all names of a knowledge base.
func indexNames(kb *KB) map[string][]Match {
	x := make(index, 8192)
	for i := range kb.groups {
		g := &kb.groups[i]
		x.addName(Match{Kind: "group", ID: g.ID, Name: g.Name}, g.Aliases)
	}
	for i := range kb.software {
		s := &kb.software[i]
		x.addName(Match{Kind: "software", ID: s.ID, Name: s.Name}, s.Aliases)
	}
	for i := range kb.techniques {
		t := &kb.techniques[i]
		x.addName(Match{Kind: "technique", ID: t.ID, Name: t.Name}, nil)
	}
	for i := range kb.campaigns {
		c := &kb.campaigns[i]
		x.addName(Match{Kind: "campaign", ID: c.ID, Name: c.Name}, c.Aliases)
	}
	for i := range kb.actors {
		a := &kb.actors[i]
		m := Match{Kind: "actor", ID: a.ID, Name: a.Name, Groups: a.Groups}
		x.addMatch(a.Name, m, "MISP")
		for _, al := range a.Aliases {
			x.addMatch(al.Name, m, al.By)
		}
	}
	for _, old := range slices.Sorted(maps.Keys(kb.revoked)) {
		now := kb.revoked[old]
		kind := map[byte]string{'G': "group", 'S': "software", 'T': "technique", 'C': "campaign"}[old[0]]
		m := Match{Kind: kind, ID: now.id, Name: kb.Name(now.id)}
		x.addMatch(old, m, "MITRE ATT&CK, revoked")
		x.addMatch(now.name, m, "MITRE ATT&CK, revoked")
	}
	for _, found := range x {
		slices.SortFunc(found, func(a, b Match) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	}
	return x
}

func (x index) addName(m Match, aliases []Alias) {
	x.addMatch(m.Name, m, "MITRE ATT&CK")
	x.addMatch(m.ID, m, "MITRE ATT&CK")
	for _, a := range aliases {
		if !strings.HasPrefix(a.By, "MISP") { // MISP's names belong to MISP's actors
			x.addMatch(a.Name, m, a.By)
		}
	}
}

// addMatch notes that by says that name means m.
func (x index) addMatch(name string, m Match, by string) {
	key := fold(name)
	if key == "" {
		return
	}
	list := x[key]
	for i := range list {
		if list[i].ID == m.ID {
			if at, found := slices.BinarySearch(list[i].By, by); !found {
				list[i].By = slices.Insert(list[i].By, at, by)
			}
			return
		}
	}
	m.As, m.By = name, []string{by}
	x[key] = append(list, m)
}

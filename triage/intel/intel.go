// Package intel knows actors: the groups, campaigns, software and techniques of MITRE ATT&CK and the actors of
// the MISP galaxy, distilled into one small file that the program carries, and what evidence says about them.
//
// Two calls matter. Lookup says everything that a name may mean and who says so: names of actors are claims
// of vendors and are never merged. Assess weighs evidence about one intruder and answers, unless much speaks
// for one group, that the intruder is unattributed and with how many groups the evidence is consistent; its
// method is explained above the code in assess.go.
//
// The package promises that the same evidence gives the same answer, byte for byte, that it reads no file,
// and that what it did not learn from its sources is called unknown. Whoever shows its content shows Notice.
package intel

import (
	"fmt"
	"sort"
	"strings"
	"sync"

	_ "embed"
)

// To make the knowledge base anew, set ATTACK and MISP to the paths of the two sources and -attack-version to
// what the first is; a bundle that holds its own version wins over the flag.
//
//go:generate go run ./gen -attack $ATTACK -attack-version 18.1 -misp $MISP -o kb.txt.zst

//go:embed kb.txt.zst
var embedded []byte

// Notice is to be shown with any content of the knowledge base that comes from ATT&CK.
// Source: https://attack.mitre.org/resources/legal-and-branding/terms-of-use/
const Notice = "© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation."

// A KB is a knowledge base. It does not change once made and is safe for concurrent use.
type KB struct {
	text       []byte
	sources    []Source
	hash       string
	groups     []Group
	software   []Software
	techniques []Technique
	campaigns  []Campaign
	actors     []Actor
	revoked    map[string]revoked // by the old id
	byID       map[string]int     // position in the list that the id's first letter names
	refs       []Ref
	names      func() map[string][]Match // by fold of the name; made at the first call
}

type revoked struct{ id, name string }

// A Source is one of the publications that the knowledge base was made from.
type Source struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"` // hex, of the file as it was read
}

// A Ref is a publication that a statement of ATT&CK rests on.
type Ref struct {
	Name string `json:"name"` // ATT&CK's short name of it
	URL  string `json:"url"`
}

// An Alias is a name that somebody uses.
type Alias struct {
	Name string `json:"name"`
	By   string `json:"by"` // a vendor, a publication, "MITRE ATT&CK", or "MISP"
}

// A Group is an intrusion set of ATT&CK.
type Group struct {
	ID         string   `json:"id"` // such as "G0009"
	Name       string   `json:"name"`
	Aliases    []Alias  `json:"aliases"`    // ATT&CK's, then those of MISP's actors that MISP ties to the group
	Countries  []Alias  `json:"countries"`  // ISO 3166 codes and who says so; mostly empty
	Sectors    []string `json:"sectors"`    // targets according to MISP, lower case
	Techniques []string `json:"techniques"` // ids that ATT&CK lists for the group itself, sorted
	Software   []string `json:"software"`   // as Techniques
	Campaigns  []string `json:"campaigns"`  // ids of the campaigns attributed to it
	Refs       []Ref    `json:"refs"`

	cites map[string][]int // by technique or software
}

// A Technique is a technique or sub-technique of ATT&CK.
type Technique struct {
	ID      string   `json:"id"` // such as "T1505.003"
	Name    string   `json:"name"`
	Tactics []string `json:"tactics"` // ATT&CK's short names, such as "initial-access"
	Parent  string   `json:"parent"`  // id; empty unless it is a sub-technique
	Groups  []string `json:"groups"`  // ids of the groups for which ATT&CK lists it itself
}

// A Software is a malware or tool of ATT&CK.
type Software struct {
	ID         string   `json:"id"` // such as "S0020"
	Name       string   `json:"name"`
	Type       string   `json:"type"` // "malware" or "tool"
	Aliases    []Alias  `json:"aliases"`
	Techniques []string `json:"techniques"` // ids of what it can do
	Groups     []string `json:"groups"`     // ids of the groups that ATT&CK lists as its users
	Refs       []Ref    `json:"refs"`
}

// A Campaign is a campaign of ATT&CK.
type Campaign struct {
	ID         string   `json:"id"` // such as "C0024"
	Name       string   `json:"name"`
	Aliases    []Alias  `json:"aliases"`
	First      string   `json:"first"`  // date, "2006-01-02"
	Last       string   `json:"last"`   // as First
	Groups     []string `json:"groups"` // ids of the groups that ATT&CK attributes it to; mostly one or none
	Techniques []string `json:"techniques"`
	Software   []string `json:"software"`
	Refs       []Ref    `json:"refs"`
}

// An Actor is a threat actor of the MISP galaxy. It is not an ATT&CK group, even where MISP ties the two.
type Actor struct {
	ID        string   `json:"id"` // UUID
	Name      string   `json:"name"`
	Aliases   []Alias  `json:"aliases"`
	Countries []string `json:"countries"` // ISO 3166 codes, as MISP has them
	Groups    []string `json:"groups"`    // ids of ATT&CK groups that MISP ties it to; may be several
	Sectors   []string `json:"sectors"`
	URLs      []string `json:"urls"`
}

// Load returns the knowledge base that the program carries. It is parsed at the first call; see
// BenchmarkParse for what that costs.
func Load() *KB { return load() }

var load = sync.OnceValue(func() *KB {
	kb, err := parse(embedded)
	if err != nil {
		panic("intel: the embedded knowledge base: " + err.Error())
	}
	return kb
})

// Version names the sources and their versions in one line.
func (kb *KB) Version() string {
	var s []string
	for _, src := range kb.sources {
		s = append(s, src.Name+" "+src.Version)
	}
	return strings.Join(s, ", ")
}

// Hash is the SHA-256 of the knowledge base's own text, before compression, in hex.
func (kb *KB) Hash() string { return kb.hash }

// Text is the knowledge base as Parse reads it. The caller does not change it.
func (kb *KB) Text() []byte { return kb.text }

// Sources lists what the knowledge base was made from.
func (kb *KB) Sources() []Source { return append([]Source(nil), kb.sources...) }

// String is what reports say of the knowledge base: its sources, their versions and its hash.
func (kb *KB) String() string { return fmt.Sprintf("%s (%.12s)", kb.Version(), kb.hash) }

// Groups lists all groups by id. The caller does not change what the lists inside hold; so it is with all
// records of this package.
func (kb *KB) Groups() []Group { return append([]Group(nil), kb.groups...) }

// Software lists all malware and tools by id.
func (kb *KB) Software() []Software { return append([]Software(nil), kb.software...) }

// Techniques lists all techniques by id, sub-techniques after their parent.
func (kb *KB) Techniques() []Technique { return append([]Technique(nil), kb.techniques...) }

// Campaigns lists all campaigns by id.
func (kb *KB) Campaigns() []Campaign { return append([]Campaign(nil), kb.campaigns...) }

// Actors lists MISP's actors by id.
func (kb *KB) Actors() []Actor { return append([]Actor(nil), kb.actors...) }

// Current is the id that now stands for id: itself in upper case, or the successor of a revoked one.
func (kb *KB) Current(id string) string {
	id = strings.ToUpper(strings.TrimSpace(id))
	if r, ok := kb.revoked[id]; ok {
		return r.id
	}
	return id
}

// Group returns a group by its id, in any case; a revoked id gives its successor.
func (kb *KB) Group(id string) (Group, bool) { return find(kb, kb.groups, "G", id) }

// SoftwareByID returns a malware or tool as Group does.
func (kb *KB) SoftwareByID(id string) (Software, bool) { return find(kb, kb.software, "S", id) }

// Technique returns a technique as Group does.
func (kb *KB) Technique(id string) (Technique, bool) { return find(kb, kb.techniques, "T", id) }

// Campaign returns a campaign as Group does.
func (kb *KB) Campaign(id string) (Campaign, bool) { return find(kb, kb.campaigns, "C", id) }

func find[T any](kb *KB, list []T, letter, id string) (T, bool) {
	var none T
	id = kb.Current(id)
	i, ok := kb.byID[id]
	if !ok || !strings.HasPrefix(id, letter) {
		return none, false
	}
	return list[i], true
}

// Name is the name of whatever has the id; empty if nothing has.
func (kb *KB) Name(id string) string {
	id = kb.Current(id)
	i, ok := kb.byID[id]
	if !ok {
		return ""
	}
	switch id[0] {
	case 'G':
		return kb.groups[i].Name
	case 'S':
		return kb.software[i].Name
	case 'C':
		return kb.campaigns[i].Name
	}
	return kb.techniques[i].Name
}

// URL is the page of ATT&CK about the id, whether or not the knowledge base has it; empty for what is no id
// of a group, software, campaign or technique.
func URL(id string) string {
	if len(id) < 5 || !attackID.MatchString(id) {
		return ""
	}
	folder := map[byte]string{'G': "groups", 'S': "software", 'C': "campaigns", 'T': "techniques"}[id[0]]
	return "https://attack.mitre.org/" + folder + "/" + strings.Replace(id, ".", "/", 1) + "/"
}

// Cited lists the publications with which ATT&CK supports that the group uses the technique or software,
// itself or in a campaign of its own.
func (kb *KB) Cited(group, id string) []Ref {
	g, ok := kb.Group(group)
	if !ok {
		return nil
	}
	id = kb.Current(id)
	numbers := append([]int(nil), g.cites[id]...)
	for _, c := range g.Campaigns {
		numbers = append(numbers, kb.groups[kb.byID[g.ID]].cites[c+"/"+id]...)
	}
	sort.Ints(numbers)
	var out []Ref
	for i, n := range numbers {
		if i == 0 || n != numbers[i-1] {
			out = append(out, kb.refs[n])
		}
	}
	return out
}

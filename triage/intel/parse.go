package intel

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// The knowledge base is one zstd frame of lines whose fields are separated by tabs; the first line is
// "spoor-intel" and the version of this form. The first field of a line says what it is:
//
//	v  name, version, SHA-256                                            a source
//	u  name, address                                                     a reference; they are numbered from 0
//	t  id, name, tactics                                                 a technique
//	s  id, name, type, techniques, references                            a software
//	g  id, name, techniques, software, references                        a group
//	c  id, name, first, last, groups, techniques, software, references   a campaign
//	m  uuid, name, who named it, countries, groups, sectors, addresses   an actor of MISP
//	a  name, by                                                          an alias of the record above it
//	r  old id, new id, old name                                          a revoked id
//
// A list of ids is separated by spaces, each id with the numbers of its references: "T1190:3,17 T1505.003".
// Sectors are separated by "|". Package gen writes it.

// Bounds of what is read: 1 MB of text makes today's knowledge base.
const (
	maxText   = 64 << 20
	formatOne = "spoor-intel\t1\n"
)

var attackID = regexp.MustCompile(`^(G\d{4}|S\d{4}|C\d{4}|T\d{4}(\.\d{3})?)$`)

// parse reads a knowledge base as the generator writes it.
func parse(packed []byte) (*KB, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxText))
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	raw, err := dec.DecodeAll(packed, nil)
	if err != nil {
		return nil, err
	}
	return Parse(raw)
}

// Parse reads the text of a knowledge base, as package distil makes it and Text gives it.
func Parse(raw []byte) (*KB, error) {
	text, ok := strings.CutPrefix(string(raw), formatOne)
	if !ok {
		return nil, fmt.Errorf("not a knowledge base of form 1: make it again with go generate")
	}
	sum := sha256.Sum256(raw)
	kb := &KB{text: raw, hash: hex.EncodeToString(sum[:]), revoked: map[string]revoked{}, byID: make(map[string]int, 2048)}
	p := parser{kb: kb}
	line := 1
	for row := range strings.Lines(text) {
		line++
		if err := p.line(strings.Split(strings.TrimSuffix(row, "\n"), "\t")); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	p.tie()
	kb.names = sync.OnceValue(func() map[string][]Match { return indexNames(kb) })
	return kb, nil
}

type parser struct {
	kb      *KB
	aliases *[]Alias // of the record above
	own     []string // for each actor, who gave it its name
	links   []campaignCites
}

// campaignCites is a campaign's relations with their references, until its groups are known.
type campaignCites struct{ techniques, software map[string][]int }

// widths is how many fields each kind of line has, its letter included.
var widths = map[string]int{"v": 4, "u": 3, "t": 4, "s": 6, "g": 6, "c": 9, "m": 8, "a": 3, "r": 4}

func (p *parser) line(f []string) error {
	kb := p.kb
	if len(f) != widths[f[0]] {
		return fmt.Errorf("%q with %d fields", f[0], len(f))
	}
	switch f[0] {
	case "v":
		kb.sources = append(kb.sources, Source{f[1], f[2], f[3]})
	case "u":
		kb.refs = append(kb.refs, Ref{f[1], f[2]})
	case "r":
		kb.revoked[f[1]] = revoked{f[2], f[3]}
	case "t":
		kb.byID[f[1]] = len(kb.techniques)
		parent, _, sub := strings.Cut(f[1], ".")
		if !sub {
			parent = ""
		}
		kb.techniques = append(kb.techniques, Technique{ID: f[1], Name: f[2], Tactics: strings.Fields(f[3]), Parent: parent})
	case "m":
		kb.actors = append(kb.actors, Actor{ID: f[1], Name: f[2], Countries: strings.Fields(f[4]), URLs: strings.Fields(f[7])})
		a := &kb.actors[len(kb.actors)-1]
		p.own = append(p.own, f[3])
		if f[6] != "" {
			a.Sectors = strings.Split(f[6], "|")
		}
		p.aliases = &a.Aliases
		return p.cited(f[5], &a.Groups, nil)
	case "a":
		if p.aliases == nil {
			return fmt.Errorf("alias of nothing")
		}
		*p.aliases = append(*p.aliases, Alias{f[1], f[2]})
	default:
		return p.entity(f)
	}
	return nil
}

// entity reads the lines that hold relations and references.
func (p *parser) entity(f []string) (err error) {
	kb := p.kb
	refs, err := p.refs(f[len(f)-1])
	if err != nil {
		return err
	}
	switch f[0] {
	case "s":
		kb.byID[f[1]] = len(kb.software)
		kb.software = append(kb.software, Software{ID: f[1], Name: f[2], Type: f[3], Refs: refs})
		s := &kb.software[len(kb.software)-1]
		p.aliases = &s.Aliases
		return p.cited(f[4], &s.Techniques, nil)
	case "g":
		kb.byID[f[1]] = len(kb.groups)
		kb.groups = append(kb.groups, Group{ID: f[1], Name: f[2], Refs: refs, cites: map[string][]int{}})
		g := &kb.groups[len(kb.groups)-1]
		p.aliases = &g.Aliases
		if err := p.cited(f[3], &g.Techniques, g.cites); err != nil {
			return err
		}
		return p.cited(f[4], &g.Software, g.cites)
	}
	kb.byID[f[1]] = len(kb.campaigns)
	kb.campaigns = append(kb.campaigns, Campaign{ID: f[1], Name: f[2], First: f[3], Last: f[4], Refs: refs})
	c := &kb.campaigns[len(kb.campaigns)-1]
	p.aliases = &c.Aliases
	link := campaignCites{map[string][]int{}, map[string][]int{}}
	p.links = append(p.links, link)
	if err := p.cited(f[5], &c.Groups, nil); err != nil {
		return err
	}
	if err := p.cited(f[6], &c.Techniques, link.techniques); err != nil {
		return err
	}
	return p.cited(f[7], &c.Software, link.software)
}

// cited reads a list of ids with the numbers of their references.
func (p *parser) cited(field string, ids *[]string, cites map[string][]int) error {
	if field == "" {
		return nil
	}
	*ids = make([]string, 0, strings.Count(field, " ")+1)
	for item := range strings.SplitSeq(field, " ") {
		id, list, _ := strings.Cut(item, ":")
		*ids = append(*ids, id)
		if list == "" || cites == nil {
			continue
		}
		numbers, err := p.numbers(list)
		if err != nil {
			return err
		}
		cites[id] = numbers
	}
	return nil
}

func (p *parser) numbers(list string) ([]int, error) {
	out := make([]int, 0, strings.Count(list, ",")+1)
	for s := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n >= len(p.kb.refs) {
			return nil, fmt.Errorf("reference %q of %d", s, len(p.kb.refs))
		}
		out = append(out, n)
	}
	return out, nil
}

func (p *parser) refs(list string) ([]Ref, error) {
	if list == "" {
		return nil, nil
	}
	numbers, err := p.numbers(list)
	out := make([]Ref, len(numbers))
	for i, n := range numbers {
		out[i] = p.kb.refs[n]
	}
	return out, err
}

// tie fills in what records say of each other: the users of software and techniques, the campaigns of
// groups, and what MISP adds to groups.
func (p *parser) tie() {
	kb := p.kb
	for i := range kb.groups {
		g := &kb.groups[i]
		for _, id := range g.Techniques {
			if t, ok := kb.byID[id]; ok {
				kb.techniques[t].Groups = append(kb.techniques[t].Groups, g.ID)
			}
		}
		for _, id := range g.Software {
			if s, ok := kb.byID[id]; ok {
				kb.software[s].Groups = append(kb.software[s].Groups, g.ID)
			}
		}
	}
	for i := range kb.campaigns {
		c := &kb.campaigns[i]
		for _, id := range c.Groups {
			at, ok := kb.byID[id]
			if !ok {
				continue
			}
			g := &kb.groups[at]
			g.Campaigns = append(g.Campaigns, c.ID)
			for _, m := range []map[string][]int{p.links[i].techniques, p.links[i].software} {
				for used, numbers := range m {
					g.cites[c.ID+"/"+used] = numbers
				}
			}
		}
	}
	for i := range kb.actors {
		p.tieActor(&kb.actors[i], p.own[i])
	}
}

func (p *parser) tieActor(a *Actor, named string) {
	for _, id := range a.Groups {
		at, ok := p.kb.byID[id]
		if !ok {
			continue
		}
		g := &p.kb.groups[at]
		if a.Name != g.Name {
			g.Aliases = append(g.Aliases, Alias{a.Name, named})
		}
		for _, al := range a.Aliases {
			if al.Name != g.Name {
				g.Aliases = append(g.Aliases, al)
			}
		}
		for _, c := range a.Countries {
			if !slices.Contains(g.Countries, Alias{c, "MISP"}) {
				g.Countries = append(g.Countries, Alias{c, "MISP"})
			}
		}
		for _, s := range a.Sectors {
			if !slices.Contains(g.Sectors, s) {
				g.Sectors = append(g.Sectors, s)
			}
		}
	}
}

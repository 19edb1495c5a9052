package intel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A trial set measures the method on the knowledge base itself: of every group with enough entries, some of its
// techniques and tools are drawn, others are mixed in, and a part of what the knowledge base says of the group is
// hidden from it, since no publication knows all.
type trials struct {
	what    string
	k       int     // items drawn of the group's own list
	noise   int     // items drawn of what all groups use: mistakes, or traces of others at the same victim
	tools   bool    // draw software only, from groups that have k of it
	planted int     // malware of one other group alone that is mixed in
	hidden  float64 // share of the group's list that the knowledge base does not have
	each    int     // draws for each group

	groups, drawn, named, wrong, listed int
}

// minEntries is what a group needs to take part.
const minEntries = 12

func (t *trials) run(kb *KB) {
	rng := rand.New(rand.NewPCG(18, 1))
	var all []string // every use by every group, so that what many use is drawn often
	for i := range kb.groups {
		all = append(append(all, kb.groups[i].Techniques...), kb.groups[i].Software...)
	}
	var owned [][]string // by group, what is listed for it alone
	for i := range kb.groups {
		owned = append(owned, slices.DeleteFunc(kb.ownSoftware(kb.groups[i].ID), func(id string) bool { s, _ := kb.SoftwareByID(id); return s.Type != "malware" }))
	}
	for g := range kb.groups {
		own := slices.Concat(kb.groups[g].Software, kb.groups[g].Techniques)
		if t.tools {
			own = slices.Clone(kb.groups[g].Software)
		}
		if len(kb.groups[g].Software)+len(kb.groups[g].Techniques) < minEntries || len(own) < t.k {
			continue
		}
		t.groups++
		for range t.each {
			t.drawn++
			known := *kb
			known.groups = slices.Clone(kb.groups)
			hide := func(ids []string) []string {
				return slices.DeleteFunc(slices.Clone(ids), func(string) bool { return rng.Float64() < t.hidden })
			}
			known.groups[g].Software, known.groups[g].Techniques = hide(kb.groups[g].Software), hide(kb.groups[g].Techniques)
			var seen []string
			for _, i := range rng.Perm(len(own))[:t.k] {
				seen = append(seen, own[i])
			}
			for range t.noise {
				seen = append(seen, all[rng.IntN(len(all))])
			}
			for other := rng.IntN(len(owned)); t.planted > 0; other = (other + 1) % len(owned) {
				if other != g && len(owned[other]) >= t.planted {
					seen = append(seen, owned[other][:t.planted]...)
					break
				}
			}
			var ev []Evidence
			for i, id := range seen {
				ev = append(ev, Evidence{ID: id, Grade: "B2", Source: fmt.Sprint("source ", i)})
			}
			items, _ := known.items(ev)
			a := known.answer(items)
			if a.Name != nil {
				t.named++
				if *a.Name != kb.groups[g].Name {
					t.wrong++
				}
			}
			if slices.ContainsFunc(a.Consistent, func(c Candidate) bool { return c.ID == kb.groups[g].ID }) {
				t.listed++
			}
		}
	}
}

// calibrations is the table: what a case may show of a group.
func calibrations(each int) []*trials {
	return []*trials{
		{what: "4 of its list, 2 of any", k: 4, noise: 2, hidden: 0.2, each: each},
		{what: "8 of its list, 4 of any", k: 8, noise: 4, hidden: 0.2, each: each},
		{what: "12 of its list, 6 of any", k: 12, noise: 6, hidden: 0.2, each: each},
		{what: "6 of its tools, 3 of any", k: 6, noise: 3, hidden: 0.2, tools: true, each: each},
		{what: "8 of its list, 1 malware of another group alone", k: 8, planted: 1, hidden: 0.2, each: each},
	}
}

func (t *trials) share(n, of int) string {
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(max(1, of)))
}

func (t *trials) row() string {
	return fmt.Sprintf("| %s | %d | %d | %s | %d of %d | %s |", t.what, t.groups, t.drawn, t.share(t.named, t.drawn), t.wrong, t.named, t.share(t.listed, t.drawn))
}

const calibrationHead = "| the case shows | groups | draws | a name is given | of these wrong | the true group is in the list |\n|---|---|---|---|---|---|"

// The targets: wrong names at most 1 % of the draws and of all names given, the true group listed in 95 %. The
// draws are few, for time; the benchmark has enough for its figures to mean something.
func TestCalibration(t *testing.T) {
	var rows []string
	named, wrong := 0, 0
	for _, c := range calibrations(3) {
		c.run(Load())
		rows = append(rows, c.row())
		named, wrong = named+c.named, wrong+c.wrong
		if c.wrong*100 > c.drawn {
			t.Errorf("%s: %d wrong names in %d draws", c.what, c.wrong, c.drawn)
		}
		if c.listed*100 < c.drawn*95 {
			t.Errorf("%s: the true group is listed in %d of %d draws", c.what, c.listed, c.drawn)
		}
	}
	if named == 0 || wrong*100 > named {
		t.Errorf("%d of %d names are wrong", wrong, named)
	}
	t.Logf("\n%s\n%s", calibrationHead, strings.Join(rows, "\n"))
}

// BenchmarkCalibration prints the table with four times the draws.
func BenchmarkCalibration(b *testing.B) {
	for range b.N {
		out := calibrationHead
		for _, c := range calibrations(20) {
			c.run(Load())
			out += "\n" + c.row()
		}
		b.Log("\n" + out)
	}
}

// Whatever group it is: two independent items that nobody else has, beside the trap, name it.
func TestTwoOwnItemsNameTheGroup(t *testing.T) {
	kb := Load()
	tried := 0
	for i := range kb.groups {
		g := &kb.groups[i]
		for _, id := range kb.ownSoftware(g.ID) {
			if s, _ := kb.SoftwareByID(id); s.Type != "malware" {
				continue
			}
			var ev []Evidence
			for _, common := range []string{"T1190", "S0020", "S0021", "S0013", "S0002"} {
				ev = append(ev, Evidence{ID: common, Grade: "B2", Source: "web logs"})
			}
			ev = append(ev, Evidence{ID: id, Grade: "B2", Source: "sandbox"}, Evidence{ID: "192.0.2.7", Grade: "B2", Source: "a vendor", Groups: []string{g.ID}})
			tried++
			if a := kb.Assess(ev); a.Name == nil || *a.Name != g.Name {
				t.Errorf("%s with %s: %s %q", g.Name, id, a.Verdict, a.Why)
			}
			break
		}
	}
	if tried < 80 {
		t.Errorf("only %d groups have malware of their own", tried)
	}
}

package intel

import (
	"fmt"
	"slices"
	"strings"

	"spoor/triage"
)

// gate decides whether the likeliest group is named, and says why or why not and what would change it.
// boards are sorted, likeliest first.
func (kb *KB) gate(a *Assessment, boards []board, items []item) {
	if len(items) == 0 || len(boards) == 0 {
		a.Why = append(a.Why, "There is no evidence that the knowledge base can judge.")
		a.WouldChange = append(a.WouldChange, "Any technique, tool, indicator or victim sector that the records show.")
		return
	}
	top := &boards[0]
	missing := kb.missing(top, boards, items)
	if len(missing) > 0 {
		a.Why = append(a.Why, missing...)
		a.Why = append(a.Why, "Confidence is low: the ground for a name is missing.")
		a.WouldChange = kb.wouldChange(a, items)
		return
	}
	name := top.Name
	a.Name = &name
	a.Verdict = fmt.Sprintf("consistent with %s (%s)", top.Name, top.ID)
	a.Why = append(a.Why, fmt.Sprintf("Independent items from two sources speak for %s, one at least pointing to it alone, and nothing speaks against it.", top.Name))
	if kb.strong(top, items) {
		a.Confidence = "high"
		a.Why = append(a.Why, "Confidence is high: three kinds of evidence from three sources, each graded B2 or better.")
	} else {
		a.Confidence = "moderate"
		a.Why = append(a.Why, "Confidence is moderate: fewer than three kinds of evidence from three sources are graded B2 or better.")
	}
	a.WouldChange = []string{
		fmt.Sprintf("Proof that an item which points to %s alone is used by others, or was planted.", top.Name),
		"A source that speaks against the name.",
	}
}

// missing lists the conditions of the gate that the likeliest group does not meet, a sentence each; an
// empty list opens it.
func (kb *KB) missing(top *board, boards []board, items []item) []string {
	if len(top.counted) == 0 {
		return []string{"The knowledge base ties the evidence to no group."}
	}
	var out []string
	kinds, sources := spread(top.counted, items)
	switch {
	case kb.pair(top, items):
	case len(sources) < 2:
		out = append(out, fmt.Sprintf("All that speaks for %s, the first of the list, comes from one source (%s); a name needs two.", top.Name, sources[0]))
	case len(kinds) < 2:
		out = append(out, fmt.Sprintf("All that speaks for %s, the first of the list, is of one kind (%s); a name needs two kinds, or two malware families of its own that are known by different publications.", top.Name, kinds[0]))
	}
	alone := slices.ContainsFunc(top.counted, func(i int) bool { return items[i].alone(top.at) })
	switch {
	case !alone:
		rarest := slices.MinFunc(top.counted, func(i, j int) int { return items[i].listed - items[j].listed })
		out = append(out, fmt.Sprintf("No item points to %s alone, as techniques and public tools never do; the rarest, %s, is listed for %s.",
			top.Name, items[rarest].label, count(items[rarest].listed, "group")))
	case len(out) == 0 && !kb.pair(top, items):
		out = append(out, fmt.Sprintf("What points to %s alone has no second item of another kind and source beside it, both graded A to C and 1 to 3.", top.Name))
	}
	if len(top.Against) > 0 {
		out = append(out, fmt.Sprintf("%s against %s is not resolved.", count(len(top.Against), "item"), top.Name))
	}
	for i := range items {
		if g := items[i].pointsTo(); g >= 0 && g != top.at && gradeOpens(items[i].Grade) && !items[i].dropped {
			out = append(out, fmt.Sprintf("%s points to %s alone, which %s does not explain.", items[i].label, kb.groups[g].Name, top.Name))
			break
		}
	}
	if top.Likelihood <= namedAbove {
		out = append(out, fmt.Sprintf("%s, the first of the list, is %s (%.2f); a name needs to be likely.", top.Name, top.Band, top.Likelihood))
	}
	if len(boards) > 1 && top.Likelihood < namedMargin*boards[1].Likelihood {
		out = append(out, fmt.Sprintf("%s (%.2f) is less than three times as likely as %s (%.2f), the next of the list.",
			top.Name, top.Likelihood, boards[1].Name, boards[1].Likelihood))
	}
	return out
}

// alone reports whether the item points to the group at position g and to no other, see "The gate" above.
func (it *item) alone(g int) bool { return it.pointsTo() == g }

// pointsTo is the position of the only group that the item points to, see alone; -1 if there is none.
func (it *item) pointsTo() int {
	return slices.IndexFunc(it.ties, func(t tie) bool { return t.kind > viaTool && it.listed == 1 && it.own(t.kind) })
}

// own reports whether an item of such a tie can be a group's own.
func (it *item) own(kind tieKind) bool {
	if kind == stated {
		return it.tech == nil && it.Vertex != Victim
	}
	return it.soft != nil && it.soft.Type == "malware"
}

// pair reports whether two items of a board are independent, well graded, from two sources, and one of them
// points to the group alone. Items of two kinds are independent; two malware families that both point to the
// group alone are if the publications on which ATT&CK rests the one and the other have none in common.
func (kb *KB) pair(b *board, items []item) bool {
	for _, i := range b.counted {
		x := &items[i]
		if !x.alone(b.at) || !gradeOpens(x.Grade) {
			continue
		}
		for _, j := range b.counted {
			y := &items[j]
			if i == j || strings.EqualFold(y.Source, x.Source) || !gradeOpens(y.Grade) {
				continue
			}
			if y.Vertex != x.Vertex || y.alone(b.at) && kb.published(b.ID, x, y) {
				return true
			}
		}
	}
	return false
}

// published reports whether ATT&CK ties two malware families to a group by different publications.
func (kb *KB) published(group string, x, y *item) bool {
	if x.soft == nil || y.soft == nil || x.ID == y.ID {
		return false
	}
	one, two := kb.Cited(group, x.ID), kb.Cited(group, y.ID)
	return len(one) > 0 && len(two) > 0 && !slices.ContainsFunc(one, func(r Ref) bool { return slices.Contains(two, r) })
}

// strong reports whether three kinds of evidence from three sources, each graded B2 or better, speak for it.
func (kb *KB) strong(b *board, items []item) bool {
	var good []int
	for _, i := range b.counted {
		if g := strings.ToUpper(strings.TrimSpace(items[i].Grade)); g == "A1" || g == "A2" || g == "B1" || g == "B2" {
			good = append(good, i)
		}
	}
	kinds, sources := spread(good, items)
	return len(kinds) >= 3 && len(sources) >= 3
}

// spread lists the kinds and the sources of some items, sorted.
func spread(of []int, items []item) (kinds, sources []string) {
	for _, i := range of {
		kinds = append(kinds, string(items[i].Vertex))
		sources = append(sources, items[i].from())
	}
	slices.Sort(kinds)
	slices.Sort(sources)
	return slices.Compact(kinds), slices.CompactFunc(sources, strings.EqualFold)
}

// wouldChange says what would open the gate: what kind of evidence is missing, and for the first three
// candidates the tools that only they are known for.
func (kb *KB) wouldChange(a *Assessment, items []item) []string {
	all := make([]int, len(items))
	for i := range all {
		all[i] = i
	}
	kinds, sources := spread(all, items)
	out := []string{}
	if len(kinds) < 2 || len(sources) < 2 {
		out = append(out, fmt.Sprintf("Evidence of another kind than %s (say, an address or domain that a vendor ties to one group) from a source other than %s.",
			strings.Join(kinds, ", "), strings.Join(sources, ", ")))
	}
	for _, c := range a.Consistent[:min(3, len(a.Consistent))] {
		own := kb.ownSoftware(c.ID)
		for _, id := range own[:min(3, len(own))] {
			out = append(out, fmt.Sprintf("%s %s on a collected system: ATT&CK lists it for %s alone.", id, kb.Name(id), c.Name))
		}
	}
	for i := range items {
		if len(items[i].Against) > 0 {
			out = append(out, fmt.Sprintf("An explanation of %s, which %s holds against %s.", items[i].label, items[i].from(),
				triage.VisibleN(strings.Join(items[i].Against, ", "), maxShownRunes)))
		}
	}
	return slices.Compact(out)
}

// ownSoftware lists the software that ATT&CK lists for this group and no other.
func (kb *KB) ownSoftware(group string) []string {
	g, _ := kb.Group(group)
	var out []string
	for _, id := range g.Software {
		if s, ok := kb.SoftwareByID(id); ok && len(s.Groups) == 1 {
			out = append(out, id)
		}
	}
	return out
}

package intel

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"

	"spoor/triage"
)

// A board is a group with what the evidence weighs for it.
type board struct {
	Candidate
	at      int    // position of the group
	counted []int  // items that count for it
	cells   []Cell // how each item stands to it
}

// weigh sums the evidence for every group and turns the sums into likelihoods, likeliest first.
func (kb *KB) weigh(items []item) []board {
	boards := make([]board, len(kb.groups))
	var total float64
	sums := make([]float64, len(kb.groups))
	for i := range kb.groups {
		boards[i], sums[i] = kb.score(items, i)
		total += math.Exp(sums[i])
	}
	for i := range boards {
		b := &boards[i]
		b.Likelihood = round(lookAlike * math.Exp(sums[i]) / (float64(len(kb.groups)) + total))
		b.Band = Band(b.Likelihood)
		b.Weight = round(sums[i])
	}
	slices.SortStableFunc(boards, func(a, b board) int {
		return cmp.Or(cmp.Compare(b.Likelihood, a.Likelihood), cmp.Compare(b.Weight, a.Weight),
			cmp.Compare(len(b.counted), len(a.counted)), cmp.Compare(a.ID, b.ID))
	})
	return boards
}

// score is the board of the group at position g and its sum of weights.
func (kb *KB) score(items []item, g int) (board, float64) {
	b := board{at: g}
	b.ID, b.Name = kb.groups[g].ID, kb.groups[g].Name
	b.For, b.Against, b.Unknown = []string{}, []string{}, []string{}
	b.cells = make([]Cell, len(items))
	for i := range b.cells {
		b.cells[i] = NoSaying
	}
	if !slices.ContainsFunc(items, func(it item) bool { return it.ties[g].kind > untied || slices.Contains(it.Against, b.ID) }) {
		return b, 0 // nothing is known of it: most groups
	}
	var sum float64
	weights := make([]float64, len(items))
	for i := range items {
		weights[i] = items[i].weight(kb, g)
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(weights[j], weights[i]) })
	seen := map[string]string{} // family to the label of the item that counts
	for _, i := range order {
		it := &items[i]
		if it.dropped {
			continue
		}
		if slices.Contains(it.Against, b.ID) {
			sum -= kb.against(&b, it, seen)
			b.cells[i] = Opposes
			continue
		}
		said := kb.says(it, g)
		if said != "" {
			b.cells[i] = Fits
		}
		switch why := kb.countedIn(items, i, g, seen[it.family(g)]); {
		case said == "":
			b.Unknown = append(b.Unknown, fmt.Sprintf("%s: the knowledge base does not say it of %s", it.label, b.Name))
		case why != "":
			b.For = append(b.For, fmt.Sprintf("%s: %s; counted already with %s", it.label, said, why))
		default:
			sum += weights[i]
			b.counted = append(b.counted, i)
			seen[it.family(g)] = it.label
			b.For = append(b.For, fmt.Sprintf("%s: %s (weight %+.2f)", it.label, said, weights[i]))
		}
	}
	return b, sum
}

// against notes that the item's source holds it against the group, and returns the weight of that: what one
// source holds against a group stands or falls together and counts once.
func (kb *KB) against(b *board, it *item, seen map[string]string) float64 {
	text := fmt.Sprintf("%s: %s says that it speaks against %s", it.label, it.from(), b.Name)
	key := "against, of " + strings.ToLower(it.Source)
	if first := seen[key]; first != "" {
		b.Against = append(b.Against, text+"; counted already with "+first)
		return 0
	}
	seen[key] = it.label
	w := kb.opposing(it)
	b.Against = append(b.Against, fmt.Sprintf("%s (weight %+.2f)", text, -w))
	return w
}

// opposing is the weight of an item that its source holds against a group.
func (kb *KB) opposing(it *item) float64 { return it.factor * ratio(habit, 1, len(kb.groups)) }

// countedIn is the label of what already stands for the item i in the sum of group g: a tool that implements
// it, or its relative, the item of its family that counts. It is empty if nothing does.
func (kb *KB) countedIn(items []item, i, g int, relative string) string {
	it := &items[i]
	for _, j := range it.partOf {
		if items[j].ties[g].kind > untied && it.ties[g].kind != stated {
			return items[j].label
		}
	}
	return relative
}

// says words the tie of an item with the group at position g; empty if there is none.
func (kb *KB) says(it *item, g int) string {
	others := fmt.Sprintf("one of %s", count(it.listed, "group"))
	if it.listed == 1 {
		others = "no other group"
	}
	switch t := it.ties[g]; t.kind {
	case stated:
		return fmt.Sprintf("%s ties it to %s", it.from(), kb.groups[g].Name)
	case itself:
		by := "ATT&CK"
		if it.Vertex == Victim {
			by = "MISP"
		}
		return fmt.Sprintf("%s lists it for the group, %s", by, others)
	case inCampaign:
		return fmt.Sprintf("ATT&CK lists it for its campaign %s, %s", kb.label(t.via), others)
	case viaTool:
		return fmt.Sprintf("done by %s, which ATT&CK lists for the group, one of %d reached that way", kb.label(t.via), it.reached)
	}
	return ""
}

// label is an id with its name; some campaigns have no name but their id.
func (kb *KB) label(id string) string {
	if name := kb.Name(id); name != id {
		return id + " " + name
	}
	return id
}

// from names the source of an item.
func (it *item) from() string {
	if it.Source == "" {
		return "an unnamed source"
	}
	return triage.VisibleN(it.Source, maxShownRunes)
}

// cutSector reads "sector:NAME"; the name is lower case as in Group.Sectors.
func cutSector(id string) (string, bool) {
	if len(id) < len(sectorPrefix) || !strings.EqualFold(id[:len(sectorPrefix)], sectorPrefix) {
		return "", false
	}
	return strings.ToLower(strings.TrimSpace(id[len(sectorPrefix):])), true
}

// indicatorVertex is the kind of evidence that an indicator is: a hash is a capability, all else (addresses,
// domains, URLs, certificates) infrastructure.
func indicatorVertex(id string) Vertex {
	if _, err := netip.ParseAddr(id); err == nil {
		return Infrastructure
	}
	if isHash(id) {
		return Capability
	}
	return Infrastructure
}

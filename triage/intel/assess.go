package intel

// How an intruder is assessed
//
// The idea. Tools are shared: China Chopper is listed for nine groups, Mimikatz for dozens, and exploiting a
// public application (T1190) for a third of all. So counting what a group and an intrusion have in common
// names whoever has the longest list. Instead each item weighs by how much it sets a group apart, and a
// weight, however large, gives no name: a name must pass a gate.
//
// Weight. For an item e and a group g for which e is listed, the weight of evidence is the logarithm of a
// likelihood ratio: how probable it is to see e if g did it, over how probable it is if anybody did it.
//
//	p = n / (N + 1)              share of the N - 1 other groups for which e is listed (n - 1 of them), smoothed
//	                             by one that has it and one that has not
//	P(e | g) = c + (1 - c) p     with probability c the habit shows, otherwise e is as common as anywhere
//	w = f ln(P(e | g) / p) = f ln(1 + c (1/p - 1))
//
// f is the factor of the item's Admiralty grade (ParseGrade). c is at most 1/2, and less for a group with a
// long list, which in one intrusion shows but a part of it: 4 tools of its list and 12 techniques, so that
// c = min(1/2, 4/tools) or min(1/2, 12/techniques); what points to g alone (see the gate) has c = 2/3. For a technique that is listed not for g but for a tool
// that g is known for, c is halved and p counts the groups reached that way, too. A statement of a source
// that the item belongs to g (Evidence.Groups) has c = 1/2. Lists are those of the group and of the
// campaigns that ATT&CK attributes to it; to list a sub-technique is to list its technique.
//
// If e is not listed for g, w = 0: the knowledge base is built from published reports and does not know what
// a group does not do. Such an item is "unknown", never "against". Against speaks only what a source
// says against (Evidence.Against); it weighs as much as a statement that ties the item to g alone.
//
// Dependent items count once. The same item from two sources counts with its better grade. Of a technique
// and its sub-techniques only the heaviest counts. A technique that a tool among the evidence implements is
// part of that tool: for a group that has the tool it does not count again. What one source states in one
// kind, such as ten addresses of its list, stands or falls together and counts as one.
//
// Likelihood. Half of the belief is set aside beforehand for hands that the knowledge base does not have
// (unknown actors, criminals, red teams), for which all evidence weighs 0; the other half is spread evenly
// over the N groups. With W the sum of a group's weights,
//
//	P(g) = 0.8 exp(W_g) / (N + sum over all groups h of exp(W_h))
//
// The factor 0.8 leaves a fifth of each group's belief to those who look the same on purpose or by sharing:
// another group of the same nexus, and a false flag. So no likelihood exceeds 0.8, "likely".
//
// The gate. A group is named only if all of this holds:
//
//  1. Two counted items for it are independent: from two sources, and of two kinds (corners of the Diamond
//     Model: adversary, infrastructure, capability, victim) or both malware that points to it alone, which
//     ATT&CK knows of it by different publications.
//  2. One of the two points to it alone: malware listed for no other group, or what a source ties to no
//     other. Techniques, public tools and sectors never do, however few groups they are listed for.
//  3. Both are graded A to C and 1 to 3.
//  4. Nothing speaks against it, and no item of such a grade points to another group alone.
//  5. It is the likeliest, at least "likely" (above 0.55), and three times as likely as the next.
//
// Otherwise the verdict is "unattributed; consistent with N groups". What web logs show is capability from
// one source: by themselves they never name anybody. The design asked for two kinds in every case; with two
// private families of a group in hand that refuses what any analyst would say, and TestCalibration measures
// what letting them speak costs: fewer than 1 of 100 names wrong.
//
// Confidence is not likelihood. It says how good the ground is: low; moderate if the gate is open; high if
// besides at least three kinds of evidence from three sources, each graded B2 or better, speak for the name.
//
// Example. Evidence: T1190, China Chopper, Derusbi, PlugX and Mimikatz, each graded B2 (f = 0.81), N = 172.
// Derusbi is listed for n = 4 groups: p = 4/173 = 0.023. Deep Panda is known for 7 pieces of software, so
// c = 1/2 and w = 0.81 ln(1 + 0.5 x 42.3) = 2.51; the other four items are unknown of it. APT41 has 32, so
// c = 4/32 and w = 0.81 ln(1 + 0.125 x 42.3) = 1.49; with the other four, all listed for it, W = 3.63. Axiom,
// with a short list and three of the items, comes to W = 4.73 and P = 0.12, "very unlikely". All is of one
// kind, and no item points to one group: the gate stays shut, and the verdict is "unattributed; consistent
// with 81 groups", Deep Panda the 7th of them, 2.2 behind the first.
//
// Then a sandbox finds Sakula (S0074), which ATT&CK lists for Deep Panda alone: p = 1/173, c = 2/3 and
// w = 0.81 ln(1 + 2/3 x 172) = 3.85. Deep Panda comes first with W = 6.36, and P = 0.35, "unlikely": no name.
// A vendor ties a domain of the intruder to Deep Panda alone, which weighs 3.85 again: W = 10.20, P = 0.78,
// "likely", two kinds from two sources: the verdict is "consistent with Deep Panda (G0009)". Confidence is
// moderate. At last a CERT says that the domain was sold to somebody else, which speaks against Deep Panda:
// 3.62 off, the gate shuts, and the matrix shows the cell that did it.
//
// Cost. For each item one pass over the lists of all groups, and all of it again for each row of the matrix,
// left out in turn: some 5 ms for 10 items, 40 ms for 30.
//
// Known weakness. The numbers 1/2, 4, 12, 0.8, the even prior and the factors of the grades are judgements,
// not measurements. The knowledge base leans to what vendors publish: groups with few entries are hardly
// ever consistent. Tools that commonly come together count as if they were independent.

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"spoor/triage"
)

const (
	maxEvidence   = 500       // items that are weighed; those after them are reported as not read
	habit         = 0.5       // the most that c can be for what others have, too
	ownHabit      = 2.0 / 3   // c of what points to the group alone
	toolsShown    = 4.0       // pieces of software that one intrusion shows of a group's list
	methodsShown  = 12.0      // and techniques
	lookAlike     = 0.8       // what is left to a group after its look-alikes
	namedAbove    = 0.55      // likelihood that a name needs, ICD 203 "likely"
	namedMargin   = 3.0       // times the likelihood of the next group
	sectorPrefix  = "sector:" // of the id of evidence about the victim
	notEnough     = "not enough to tell"
	maxShownRunes = 200
)

// rivals are what else would explain any evidence.
var rivals = []string{
	"an actor that the knowledge base does not have",
	"another group of the same nexus, with shared tools or operators",
	"a criminal or a red team with the same public tools",
	"a false flag: somebody who leaves another's traces",
}

// Assess weighs evidence about one intruder; the method is explained above. The order of the evidence does
// not matter. Every list of the result is non-nil, so that its JSON has no null but Name. Untrusted text is
// passed through triage.Visible.
func (kb *KB) Assess(ev []Evidence) Assessment {
	items, notes := kb.items(ev)
	a, boards, order := kb.judge(items)
	a.Why = append(a.Why, notes...)
	a.Matrix = kb.matrix(&a, boards, order, items)
	a.NotCollected = notCollected(items)
	return a
}

// answer is judge without what the boards hold.
func (kb *KB) answer(items []item) Assessment {
	a, _, _ := kb.judge(items)
	return a
}

// judge weighs the items. The boards are likeliest first; order is the rank of those that the evidence fits.
func (kb *KB) judge(items []item) (a Assessment, boards []board, order []int) {
	a = Assessment{
		Verdict: notEnough, Rivals: slices.Clone(rivals), Confidence: "low", KnowledgeBase: kb.String(), Notice: Notice,
		Consistent: []Candidate{}, Contradicted: []Candidate{}, Why: []string{}, WouldChange: []string{}, NotCollected: []string{},
	}
	boards = kb.weigh(items)
	kb.contradict(boards, items)
	order = ranked(boards)
	for i, at := range order {
		c := boards[at].Candidate
		c.Rank = i + 1
		if len(order) > 1 {
			next := order[0]
			if i == 0 {
				next = order[1]
			}
			c.Margin = round(c.Weight - boards[next].Weight)
		}
		a.Consistent = append(a.Consistent, c)
	}
	for i := range boards {
		if b := &boards[i]; b.Weight <= 0 && len(b.counted)+len(b.Against) > 0 {
			a.Contradicted = append(a.Contradicted, b.Candidate)
		}
	}
	if len(items) > 0 {
		a.Verdict = fmt.Sprintf("unattributed; consistent with %s", count(len(a.Consistent), "group"))
	}
	kb.gate(&a, boards, items)
	return a, boards, order
}

// notCollected lists the kinds of evidence that there is none of.
func notCollected(items []item) []string {
	what := map[Vertex]string{
		Adversary:      "Adversary: no source names a group or campaign.",
		Infrastructure: "Infrastructure: no address, domain or certificate that a source ties to a group.",
		Capability:     "Capability: no technique, tool or file hash that the knowledge base or a source knows.",
		Victim:         "Victim: the sector of the victim was not told.",
	}
	out := []string{}
	for _, v := range vertices {
		if !slices.ContainsFunc(items, func(it item) bool { return it.Vertex == v }) {
			out = append(out, what[v])
		}
	}
	return out
}

// An item is a piece of evidence as the knowledge base sees it.
type item struct {
	Evidence
	label   string
	factor  float64
	listed  int   // groups for which it is listed or that a source ties it to
	reached int   // those, and the groups that have a tool which implements it
	ties    []tie // by position of the group
	soft    *Software
	tech    *Technique
	dropped bool  // the same as another, or a technique whose sub-technique is there
	partOf  []int // items of software that implement this technique
}

// A tie says how the knowledge base connects an item with a group.
type tie struct {
	kind tieKind
	via  string // id of the campaign or software
}

type tieKind int

const (
	untied     tieKind = iota
	viaTool            // a tool that the group is known for implements the technique
	inCampaign         // listed for a campaign of the group
	itself             // listed for the group
	stated             // the evidence's source says so
)

// items prepares the evidence: ids followed, doubles dropped, ties found. Notes say what was not used.
func (kb *KB) items(ev []Evidence) (items []item, notes []string) {
	if len(ev) > maxEvidence {
		notes = append(notes, fmt.Sprintf("Only the first %d of %d items were read.", maxEvidence, len(ev)))
		ev = ev[:maxEvidence]
	}
	for _, e := range ev {
		it, note := kb.item(e)
		if note != "" {
			notes = append(notes, note)
		}
		if it != nil {
			items = append(items, *it)
		}
	}
	slices.SortStableFunc(items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(b.factor, a.factor), cmp.Compare(a.Source, b.Source),
			cmp.Compare(a.Vertex, b.Vertex), cmp.Compare(a.Grade, b.Grade), cmp.Compare(a.Why, b.Why),
			slices.Compare(a.Groups, b.Groups), slices.Compare(a.Against, b.Against))
	})
	for i := range items {
		kb.relate(items, i)
	}
	slices.Sort(notes)
	return items, slices.Compact(notes)
}

// item reads one piece of evidence; nil if nothing is known of it, with the reason.
func (kb *KB) item(e Evidence) (*item, string) {
	e.ID = strings.TrimSpace(e.ID)
	shown := triage.VisibleN(e.ID, maxShownRunes)
	e.Source = strings.TrimSpace(e.Source)
	it := &item{ties: make([]tie, len(kb.groups))}
	var note string
	var ok bool
	if it.factor, ok = ParseGrade(e.Grade); !ok {
		note = fmt.Sprintf("The grade %s of %s is not one of A1 to F6 and was taken as %s.",
			triage.VisibleN(e.Grade, 10), shown, Ungraded)
	}
	if r, ok := kb.revoked[strings.ToUpper(e.ID)]; ok && note == "" {
		note = fmt.Sprintf("%s (%s) was revoked by ATT&CK and was read as %s.", strings.ToUpper(e.ID), triage.VisibleN(r.name, maxShownRunes), kb.label(r.id))
	}
	e.Groups, e.Against = kb.currentGroups(e.Groups), kb.currentGroups(e.Against)
	vertex := Capability
	sector, isSector := cutSector(e.ID)
	if s, ok := kb.SoftwareByID(e.ID); ok {
		it.soft, e.ID, shown = &s, s.ID, s.ID+" "+s.Name
	} else if t, ok := kb.Technique(e.ID); ok {
		it.tech, e.ID, shown = &t, t.ID, t.ID+" "+t.Name
	} else if g, ok := kb.Group(e.ID); ok {
		vertex, e.ID, shown = Adversary, g.ID, g.ID+" "+g.Name
		if !slices.Contains(e.Groups, g.ID) && !slices.Contains(e.Against, g.ID) {
			e.Groups = append(e.Groups, g.ID)
		}
	} else if isSector {
		vertex = Victim
	} else if vertex = indicatorVertex(e.ID); len(e.Groups)+len(e.Against) == 0 {
		return nil, fmt.Sprintf("%s is not in the knowledge base and was not counted.", shown)
	}
	if it.soft != nil || it.tech != nil || !slices.Contains(vertices, e.Vertex) {
		e.Vertex = vertex
	}
	it.Evidence, it.label = e, shown
	for i := range kb.groups {
		it.ties[i] = kb.tie(&kb.groups[i], it, sector)
		if it.ties[i].kind > viaTool {
			it.listed++
		}
		if it.ties[i].kind > untied {
			it.reached++
		}
	}
	return it, note
}

// currentGroups keeps the ids of groups that exist, revoked ones followed, sorted.
func (kb *KB) currentGroups(ids []string) []string {
	var out []string
	for _, id := range ids {
		if g, ok := kb.Group(id); ok {
			out = append(out, g.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tie finds the closest connection of an item with a group.
func (kb *KB) tie(g *Group, it *item, sector string) tie {
	switch {
	case slices.Contains(it.Groups, g.ID):
		return tie{kind: stated}
	case it.soft != nil:
		if slices.Contains(g.Software, it.ID) {
			return tie{kind: itself}
		}
		for _, c := range g.Campaigns {
			if slices.Contains(kb.campaigns[kb.byID[c]].Software, it.ID) {
				return tie{inCampaign, c}
			}
		}
	case it.tech != nil:
		if lists(g.Techniques, it.ID) {
			return tie{kind: itself}
		}
		for _, c := range g.Campaigns {
			if lists(kb.campaigns[kb.byID[c]].Techniques, it.ID) {
				return tie{inCampaign, c}
			}
		}
		for _, s := range g.Software {
			if i, ok := kb.byID[s]; ok && lists(kb.software[i].Techniques, it.ID) {
				return tie{viaTool, s}
			}
		}
	case sector != "" && slices.Contains(g.Sectors, sector):
		return tie{kind: itself}
	}
	return tie{}
}

// lists reports whether the technique or one of its sub-techniques is in the list.
func lists(techniques []string, id string) bool {
	for _, t := range techniques {
		if strings.HasPrefix(t, id) && (len(t) == len(id) || t[len(id)] == '.') {
			return true
		}
	}
	return false
}

// relate finds what the item i depends on: a double of it, its sub-techniques, the tools that implement it.
func (kb *KB) relate(items []item, i int) {
	it := &items[i]
	for j := range items {
		other := &items[j]
		if j < i && other.ID == it.ID && sameStatement(other, it) {
			it.dropped = true
		}
		if it.tech != nil && other.soft != nil && lists(other.soft.Techniques, it.ID) {
			it.partOf = append(it.partOf, j)
		}
	}
}

// sameStatement reports whether two items of one id tie it to the same groups, so that the second adds nothing.
func sameStatement(a, b *item) bool {
	return slices.Equal(a.Groups, b.Groups) && slices.Equal(a.Against, b.Against) && a.Vertex == b.Vertex
}

// family is what the item counts once with, for the group at position g: the statements of one source in one
// kind, a technique with its sub-techniques, and for all else the item itself.
func (it *item) family(g int) string {
	switch {
	case it.ties[g].kind == stated:
		return string(it.Vertex) + " of " + strings.ToLower(it.Source)
	case it.tech != nil && it.tech.Parent != "":
		return it.tech.Parent
	}
	return it.ID
}

// weight is the weight of the item for the group at position g, before dependence is looked at.
func (it *item) weight(kb *KB, g int) float64 {
	t := it.ties[g]
	c, n := habit, it.listed
	switch {
	case t.kind == untied:
		return 0
	case t.kind == stated:
	case it.soft != nil:
		c = min(habit, toolsShown/float64(max(1, len(kb.groups[g].Software))))
	case it.tech != nil:
		c = min(habit, methodsShown/float64(max(1, len(kb.groups[g].Techniques))))
	}
	if it.alone(g) {
		c = ownHabit
	}
	if t.kind == viaTool {
		c, n = c/2, it.reached
	}
	return it.factor * ratio(c, n, len(kb.groups))
}

// ratio is ln(1 + c (1/p - 1)) for an item that n of all groups have, one of them the group in question.
func ratio(c float64, n, all int) float64 {
	p := float64(n) / float64(all+1)
	return math.Log(1 + c*(1/p-1))
}

// grade is the item's Admiralty grade in upper case.
func (it *item) grade() string {
	if g := strings.ToUpper(strings.TrimSpace(it.Grade)); len(g) == 2 {
		return g
	}
	return Ungraded
}

// round keeps four places, so that the last bits of an architecture's arithmetic change no order.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

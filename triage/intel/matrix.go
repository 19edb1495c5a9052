package intel

// The ACH matrix
//
// Analysis of Competing Hypotheses sets every item of evidence (a row) against every hypothesis (a column) and
// asks not what fits, since much fits everybody, but what does not fit (Heuer, Psychology of Intelligence
// Analysis, 1999, chapter 8). A cell is
//
//	consistent    the knowledge base or the item's source ties the item to the hypothesis
//	inconsistent  a source holds it against the hypothesis; or it points to another group alone, while another
//	              item points to this one alone, so that one hand cannot explain both
//	neutral       nobody says either: what the knowledge base does not say is unknown, not against
//
// Groups are ranked by fewest inconsistent cells, and among equals by likelihood. The columns are the first
// groups of that order, the likeliest that something speaks against, and four that are always there, whatever the evidence: an actor that the knowledge base
// does not have (nothing is known of it, so all is neutral), another group of the same nexus as the first group
// (consistent with what any group of the same country, as MISP has it, is known for), a criminal or red team
// (consistent with techniques, public tools and malware of three groups or more; inconsistent with malware that
// ATT&CK lists for one group of a state), and a false flag (consistent with whatever somebody can copy:
// techniques, tools and malware that more than one group has).
//
// Diagnosticity of a row is the largest difference between the weights that it gives two columns of groups, or
// a group and "nobody of these", in natural logarithms: 0 tells nothing, ln 2 = 0.7 doubles the odds of one
// against another. The word for it is "none" below 0.1, "low" below 1, "medium" below 2.5, then "high".
//
// Drop-one sensitivity: every row says what the answer would be without it. An answer that hangs on one row
// hangs on that row's source.
//
// Example. Of T1190, China Chopper, Derusbi, PlugX and Mimikatz, each B2: T1190 has diagnosticity 0.5 (low), as
// a third of the groups is known for it; Derusbi has 2.5 (high). For Deep Panda one cell is consistent and four
// are neutral; no cell of the matrix is inconsistent, so that it refutes nobody, which is the answer.

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Matrix is an ACH matrix: evidence in rows, hypotheses in columns.
type Matrix struct {
	Hypotheses []Hypothesis `json:"hypotheses"` // the columns, groups first by rank, then the four rivals
	Rows       []Row        `json:"rows"`       // most diagnostic first
}

// A Hypothesis is one column.
type Hypothesis struct {
	ID           string  `json:"id"` // of a group, or "unknown", "nexus", "criminal", "false-flag"
	Name         string  `json:"name"`
	Consistent   int     `json:"consistent"` // cells
	Inconsistent int     `json:"inconsistent"`
	Weight       float64 `json:"weight"` // sum of weights of evidence; 0 for rivals
}

// A Row is one item of evidence against every hypothesis.
type Row struct {
	ID            string   `json:"id"`
	Text          string   `json:"text"` // the id with its name
	Kind          Vertex   `json:"kind"`
	Grade         string   `json:"grade"`
	Source        string   `json:"source"`
	Why           string   `json:"why"`
	Refs          []string `json:"refs"`          // records that show it; never nil
	Diagnosticity float64  `json:"diagnosticity"` // see above, to two places
	Tells         string   `json:"tells"`         // Diagnosticity in a word
	Cells         []Cell   `json:"cells"`         // by column
	Without       string   `json:"without"`       // what the answer would be without it
}

// A Cell says how an item stands to a hypothesis.
type Cell string

// The cells.
const (
	Fits     Cell = "consistent"
	Opposes  Cell = "inconsistent"
	NoSaying Cell = "neutral"
)

const (
	maxColumns = 12 // groups in the matrix
	maxOpposed = 4  // of them, those that are there since something speaks against them
	maxDropOne = 60 // rows that are tried without
)

// matrix sets the items against the groups of order and the rivals. order holds positions in boards.
func (kb *KB) matrix(a *Assessment, boards []board, order []int, items []item) Matrix {
	m := Matrix{Hypotheses: []Hypothesis{}, Rows: []Row{}}
	order = columnsOf(boards, order)
	for _, at := range order {
		b := &boards[at]
		m.Hypotheses = append(m.Hypotheses, Hypothesis{ID: b.ID, Name: b.Name, Weight: b.Weight})
	}
	columns := kb.rivalColumns(boards, order)
	for _, r := range columns {
		m.Hypotheses = append(m.Hypotheses, Hypothesis{ID: r.id, Name: r.name})
	}
	for i := range items {
		it := &items[i]
		if it.dropped {
			continue
		}
		row := Row{ID: it.ID, Text: it.label, Kind: it.Vertex, Grade: it.grade(), Source: it.from(), Why: it.Why, Refs: it.Refs, Cells: []Cell{}}
		if row.Refs == nil {
			row.Refs = []string{}
		}
		lo, hi := 0.0, 0.0
		for _, at := range order {
			b := &boards[at]
			row.Cells = append(row.Cells, b.cells[i])
			switch w := it.weight(kb, b.at); b.cells[i] {
			case Fits:
				hi = max(hi, w)
			case Opposes:
				lo = min(lo, -kb.opposing(it))
			}
		}
		for _, c := range columns {
			row.Cells = append(row.Cells, c.cell(it))
		}
		for j, c := range row.Cells {
			switch c {
			case Fits:
				m.Hypotheses[j].Consistent++
			case Opposes:
				m.Hypotheses[j].Inconsistent++
			}
		}
		row.Diagnosticity = math.Round((hi-lo)*100) / 100
		row.Tells = tells(row.Diagnosticity)
		if len(m.Rows) < maxDropOne {
			row.Without = kb.without(a, items, i)
		} else {
			row.Without = fmt.Sprintf("not tried: only the first %d rows are", maxDropOne)
		}
		m.Rows = append(m.Rows, row)
	}
	slices.SortStableFunc(m.Rows, func(x, y Row) int {
		return cmp.Or(cmp.Compare(y.Diagnosticity, x.Diagnosticity), cmp.Compare(x.ID, y.ID))
	})
	return m
}

// columnsOf are the groups that the matrix shows: the first of the rank, and whatever their rank, the likeliest of
// those that something speaks against, since that is what one wants to see.
func columnsOf(boards []board, order []int) []int {
	var opposed []int
	for at := range boards {
		if len(boards[at].Against) > 0 && len(opposed) < maxOpposed && !slices.Contains(order[:min(len(order), maxColumns-maxOpposed)], at) {
			opposed = append(opposed, at)
		}
	}
	return slices.Concat(order[:min(len(order), maxColumns-len(opposed))], opposed)
}

func tells(d float64) string {
	switch {
	case d < 0.1:
		return "none"
	case d < 1:
		return "low"
	case d < 2.5:
		return "medium"
	}
	return "high"
}

// without says what the answer would be if the item i had not been seen.
func (kb *KB) without(a *Assessment, items []item, i int) string {
	rest := slices.Delete(slices.Clone(items), i, i+1)
	for j := range rest {
		rest[j].dropped, rest[j].partOf = false, nil
	}
	for j := range rest {
		kb.relate(rest, j)
	}
	b := kb.answer(rest)
	var out []string
	switch {
	case a.Name != nil || b.Name != nil:
		if b.Verdict != a.Verdict {
			out = append(out, "the verdict would be \""+b.Verdict+"\"")
		}
	case len(a.Consistent) != len(b.Consistent):
		out = append(out, fmt.Sprintf("%s would fit", count(len(b.Consistent), "group")))
	}
	if first := firstOf(a.Consistent); first != firstOf(b.Consistent) {
		out = append(out, or(firstOf(b.Consistent), "nobody")+" would come first")
	}
	if len(out) == 0 {
		return "no change"
	}
	return strings.Join(out, "; ")
}

func firstOf(list []Candidate) string {
	if len(list) == 0 {
		return ""
	}
	return list[0].Name
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// A rivalColumn is a hypothesis that is always there.
type rivalColumn struct {
	id, name string
	cell     func(it *item) Cell
}

func (kb *KB) rivalColumns(boards []board, order []int) []rivalColumn {
	fits := func(when func(it *item) bool) func(it *item) Cell {
		return func(it *item) Cell {
			if when(it) {
				return Fits
			}
			return NoSaying
		}
	}
	nexus, country, kin := "another group of the same nexus", "", []int{}
	if len(order) > 0 {
		first := &kb.groups[boards[order[0]].at]
		if len(first.Countries) > 0 {
			country = first.Countries[0].Name
			nexus = fmt.Sprintf("another group of the nexus of %s (MISP: %s)", first.Name, country)
		}
		for i := range kb.groups {
			if g := &kb.groups[i]; g.ID != first.ID && slices.ContainsFunc(g.Countries, func(c Alias) bool { return c.Name == country }) {
				kin = append(kin, i)
			}
		}
	}
	return []rivalColumn{
		{"unknown", "an actor that the knowledge base does not have", fits(func(*item) bool { return false })},
		{"nexus", nexus, fits(func(it *item) bool {
			return slices.ContainsFunc(kin, func(g int) bool { return it.ties[g].kind > untied })
		})},
		{"criminal", "a criminal or a red team", func(it *item) Cell {
			if g := it.pointsTo(); g >= 0 && it.soft != nil && len(kb.groups[g].Countries) > 0 {
				return Opposes
			}
			return fits(func(it *item) bool {
				return it.tech != nil || it.soft != nil && (it.soft.Type == "tool" || it.listed >= 3)
			})(it)
		}},
		{"false-flag", "a false flag", fits(func(it *item) bool {
			return it.tech != nil || it.soft != nil && (it.soft.Type == "tool" || it.listed >= 2)
		})},
	}
}

// contradict marks what points to another group alone on the board of a group that has something of its own
// too: one hand does not explain both. It has no weight, since the other group's sum has it already.
func (kb *KB) contradict(boards []board, items []item) {
	var own []int // items that point to one group alone, well graded
	for i := range items {
		if items[i].pointsTo() >= 0 && gradeOpens(items[i].Grade) && !items[i].dropped {
			own = append(own, i)
		}
	}
	for n := range boards {
		b := &boards[n]
		if !slices.ContainsFunc(own, func(i int) bool { return items[i].pointsTo() == b.at }) {
			continue
		}
		for _, i := range own {
			if g := items[i].pointsTo(); g != b.at && b.cells[i] == NoSaying {
				b.cells[i] = Opposes
				b.Against = append(b.Against, fmt.Sprintf("%s points to %s alone, which %s does not explain (no weight of its own)",
					items[i].label, kb.groups[g].Name, b.Name))
				b.Unknown = slices.DeleteFunc(b.Unknown, func(s string) bool { return strings.HasPrefix(s, items[i].label+": ") })
			}
		}
	}
}

// ranked lists the boards that the evidence fits, fewest inconsistencies first, then likeliest.
func ranked(boards []board) []int {
	var order []int
	for i := range boards {
		if boards[i].Weight > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(len(boards[x].Against), len(boards[y].Against)) })
	return order
}

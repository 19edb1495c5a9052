package blind

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Totals sums up what was read, without a value.
type Totals struct {
	Values  int          `json:"values"`  // expressions whose value can be put together, wholly or in part
	Certain int          `json:"certain"` // of these, those of which nothing is in doubt
	Inband  int          `json:"inband"`  // expressions that a page showed: what they said is not in the log
	Tables  []TableTotal `json:"tables"`  // by name; those without a name are what asks no table, such as the version
	Rows    int          `json:"rows"`    // distinct rows named of tables, at least
	Cells   int          `json:"cells"`   // distinct cells of tables of which a character or a size is known, at least
	Kinds   []KindTotal  `json:"kinds"`   // what the values look like, most first
	Bytes   int64        `json:"bytes"`   // brought by pages that show what was read, where the log proves how many
	About   int64        `json:"about"`   // likewise where the log only suggests how many
	Unknown int          `json:"unknown"` // expressions that were asked for where it cannot be told how much came back
	Clients []string     `json:"clients"` // who read, by first request
	First   time.Time    `json:"first"`   // zero if nothing was read
	Last    time.Time    `json:"last"`

	Succeeded int `json:"succeeded"` // attacks by outcome
	Likely    int `json:"likely"`
	NoSign    int `json:"no_sign"`
	Failed    int `json:"failed"`
}

// A TableTotal is what was touched of one table.
type TableTotal struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"` // by name
	Rows    int      `json:"rows"`    // distinct rows named, at least
	Cells   int      `json:"cells"`   // distinct cells of which something is known, at least
	Certain int      `json:"certain"` // of these, those that are certain
	Count   string   `json:"count"`   // how many rows it has, if that was read and is certain; "" otherwise
}

// A KindTotal is how many values look like one kind of thing, see Read.Sensitive.
type KindTotal struct {
	Kind    string `json:"kind"`
	Values  int    `json:"values"`
	Certain int    `json:"certain"` // of these, those that are certain
}

// Known reports that something of the expression came to the client: a character, a bound or a size.
func (r *Read) Known() bool {
	return r.Kind != "size" && r.Value != "" || r.Kind == "size" && (r.Length > 0 || r.Low > 0) && !r.Failed
}

// Totals sums up the result. Cells that two clients read count once; a length is none of its own.
func (res *Result) Totals() Totals {
	t := Totals{Tables: []TableTotal{}, Kinds: []KindTotal{}, Clients: []string{}}
	t.countOutcomes(res.Attacks)
	cells := map[cell]bool{} // whether it is certain
	kinds := map[string]*KindTotal{}
	told := map[string]map[string]bool{} // values of a kind that were counted
	counts := map[string]string{}
	first := map[string]time.Time{} // by client
	for i := range res.Reads {
		r := &res.Reads[i]
		if !r.Known() {
			t.Unknown++
			continue
		}
		if at, ok := first[r.Client]; !ok || r.First.Before(at) {
			first[r.Client] = r.First
		}
		if t.First.IsZero() || r.First.Before(t.First) {
			t.First = r.First
		}
		if r.Last.After(t.Last) {
			t.Last = r.Last
		}
		switch {
		case r.Kind == "length":
			continue
		case r.Kind == "size" && r.Estimated:
			t.Inband++
			t.About += max(int64(r.Length), r.Low)
		case r.Kind == "size":
			t.Inband++
			t.Bytes += int64(r.Length)
		default:
			t.Values++
			if r.Certain {
				t.Certain++
			}
		}
		if k := r.Sensitive(); k != "" {
			id := strings.Join([]string{r.Table, r.Column, r.Where, r.Value}, "\x00")
			if told[k] == nil {
				told[k], kinds[k] = map[string]bool{}, &KindTotal{Kind: k}
			}
			if !told[k][id] {
				told[k][id] = true
				kinds[k].Values++
				if r.Certain {
					kinds[k].Certain++
				}
			}
		}
		if strings.HasPrefix(strings.ToUpper(r.Column), "COUNT(") {
			if r.Certain && r.Where == "" {
				counts[r.Table] = r.Value
			}
			continue
		}
		if r.Table != "" {
			for _, c := range columnsOf(r.Column) {
				k := cell{r.Table, c, r.Where, r.Row}
				cells[k] = cells[k] || r.Certain
			}
		}
	}
	t.countTables(cells, counts)
	for _, k := range kinds {
		t.Kinds = append(t.Kinds, *k)
	}
	slices.SortFunc(t.Kinds, func(a, b KindTotal) int {
		return cmp.Or(cmp.Compare(b.Values, a.Values), strings.Compare(a.Kind, b.Kind))
	})
	for c := range first {
		t.Clients = append(t.Clients, c)
	}
	slices.SortFunc(t.Clients, func(a, b string) int { return cmp.Or(first[a].Compare(first[b]), strings.Compare(a, b)) })
	return t
}

// A cell is one value of a table that was read.
type cell struct {
	table, column, where string
	row                  int
}

// countOutcomes counts how the attacks fared.
func (t *Totals) countOutcomes(attacks []Attack) {
	for _, a := range attacks {
		switch a.Outcome {
		case Succeeded:
			t.Succeeded++
		case Likely:
			t.Likely++
		case NoSign:
			t.NoSign++
		case Failed:
			t.Failed++
		}
	}
}

// countTables sums up the cells, of which each says whether it is certain, and the counts of rows, by table.
func (t *Totals) countTables(cells map[cell]bool, counts map[string]string) {
	byTable := map[string]*TableTotal{}
	table := func(name string) *TableTotal {
		if byTable[name] == nil {
			byTable[name] = &TableTotal{Table: name, Columns: []string{}, Count: counts[name]}
		}
		return byTable[name]
	}
	for name := range counts {
		if name != "" {
			table(name)
		}
	}
	rows := map[cell]bool{}
	for k, certain := range cells {
		x := table(k.table)
		x.Cells++
		if certain {
			x.Certain++
		}
		if !slices.Contains(x.Columns, k.column) {
			x.Columns = append(x.Columns, k.column)
		}
		k.column = ""
		if !rows[k] {
			rows[k] = true
			x.Rows++
		}
	}
	for _, x := range byTable {
		slices.Sort(x.Columns)
		t.Rows, t.Cells = t.Rows+x.Rows, t.Cells+x.Cells
		t.Tables = append(t.Tables, *x)
	}
	slices.SortFunc(t.Tables, func(a, b TableTotal) int { return strings.Compare(a.Table, b.Table) })
}

// columnsOf parts a list of columns at the commas outside parentheses.
func columnsOf(list string) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(list) {
		switch list[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth <= 0 {
				out = append(out, strings.TrimSpace(list[from:i]))
				from = i + 1
			}
		}
	}
	return append(out, strings.TrimSpace(list[from:]))
}

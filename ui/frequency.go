package ui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"spoor/ui/desk"
)

// frequency is how often each value of a column comes: with counts and bars; Enter opens the rows of one.
type frequency struct {
	records[tallied]
	of     lister
	column string
}

// A tallied is one value with how many rows have it.
type tallied struct {
	value string // in full
	term  string // the filter for these rows; empty if there is none
	n     int64
	hot   int64 // of these, with a finding of level medium or above; -1 if not known
	share float64
	most  int64
}

// maxTallied bounds the values of a frequency table; the most frequent ones are listed.
const maxTallied = 2000

// newFrequency makes the frequency table of a column. read counts; it runs in a command.
func newFrequency(c *common, of lister, name string, read func(context.Context, *desk.Desk) ([]tallied, error)) *frequency {
	f := &frequency{of: of, column: name}
	tab, _ := of.Place()
	f.start(c, tab, "by "+name, c.keys.words("No row has a value in this column. {Back} goes back."), "value", "values")
	f.read = func(ctx context.Context, d *desk.Desk) ([]tallied, error) {
		all, err := read(ctx, d)
		total, most := int64(0), int64(1)
		for _, x := range all {
			total += x.n
			most = max(most, x.n)
		}
		for i := range all {
			all[i].share, all[i].most = float64(all[i].n)/float64(max(1, total)), most
		}
		return all, err
	}
	f.table = table[tallied]{at: "value", all: []column[tallied]{
		{name: "count", width: 11, right: true, cell: func(x *tallied) (string, look) { return number(x.n), plain }, number: func(x *tallied) float64 { return float64(x.n) }},
		{name: "share", width: 6, right: true, cell: func(x *tallied) (string, look) { return fmt.Sprintf("%.1f%%", 100*x.share), muted }, number: func(x *tallied) float64 { return float64(x.n) }},
		{name: "bar", width: 20, cell: func(x *tallied) (string, look) { return bar(x.n, x.most, 20), plain }, number: func(x *tallied) float64 { return float64(x.n) }},
		{name: "findings", width: 9, from: 90, right: true, cell: func(x *tallied) (string, look) {
			switch {
			case x.hot < 0:
				return "", muted
			case x.hot == 0:
				return "0", muted
			}
			return number(x.hot), high
		}, number: func(x *tallied) float64 { return float64(x.hot) }},
		{name: "value", width: 20, grow: 1, cell: func(x *tallied) (string, look) {
			if x.value == "" {
				return "(none)", muted
			}
			return x.value, strong
		}, value: func(x *tallied) string { return x.value }},
	}}
	f.subject = func(x *tallied) subject {
		s := subject{title: f.column + " " + x.value, copied: x.value}
		if x.term != "" {
			s.open = narrowMsg{of, x.term}
		}
		return s
	}
	f.about = func(x *tallied) []line {
		out := []line{label(f.column, run{or(x.value, "(none)"), strong}), label("rows", run{number(x.n) + fmt.Sprintf(" of the list, %.1f %%", 100*x.share), plain})}
		if x.term != "" {
			out = append(out, label("filter", run{x.term, plain}, run{"  Enter: these rows", muted}))
		}
		return out
	}
	f.hot = func(x *tallied) bool { return x.hot > 0 }
	f.b.below = 4
	f.again = func() (lister, *records[tallied]) {
		x := newFrequency(c, of, name, read)
		return x, &x.records
	}
	return f
}

// bar draws n against the most there is, in at most width columns. The least count is still a sign.
func bar(n, most int64, width int) string {
	if n <= 0 {
		return ""
	}
	return strings.Repeat("█", max(1, int(n*int64(width)/max(1, most))))
}

// tallyRecords counts a column of records held in memory.
func tallyRecords[T any](items []T, col *column[T], hot func(*T) bool) []tallied {
	at := map[string]int{}
	var out []tallied
	for i := range items {
		v := col.text(&items[i])
		j, ok := at[v]
		if !ok {
			j = len(out)
			at[v] = j
			out = append(out, tallied{value: v, term: col.name + ":" + quoted(v), hot: -1})
			if hot != nil {
				out[j].hot = 0
			}
		}
		out[j].n++
		if hot != nil && hot(&items[i]) {
			out[j].hot++
		}
	}
	sortTallied(out)
	return out[:min(len(out), maxTallied)]
}

// sortTallied puts the most frequent value first, and equal ones by value.
func sortTallied(all []tallied) {
	slices.SortFunc(all, func(a, b tallied) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.value, b.value)) })
}

package ui

import (
	"context"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
	"spoor/ui/desk"
)

// Requests as a lister: the index filters, orders and counts.

// Filters are the parts of the query.
func (r *requests) Filters() []filter { return r.filters }

// Parse reads a query.
func (r *requests) Parse(text string) ([]filter, error) {
	if err := checkQuery(text); err != nil {
		return nil, err
	}
	return queryFilters(text), nil
}

// Narrowed is the list of other filters.
func (r *requests) Narrowed(filters []filter) screen {
	n := newRequests(r.c, "")
	n.filters, n.want, n.above = filters, r.under(), r.rows.cur-r.rows.top
	n.table.chosen, n.table.at, n.table.sort, n.table.desc = r.table.chosen, r.table.at, r.table.sort, r.table.desc
	n.around.kind = r.around.kind
	return n
}

// SetFilters searches anew.
func (r *requests) SetFilters(filters []filter) tea.Cmd {
	r.want = r.under()
	r.filters, r.turned = filters, true
	return r.Init()
}

// CountFilters asks the index for each filter.
func (r *requests) CountFilters(gen int) tea.Cmd {
	d, filters := r.c.desk, r.filters
	return r.c.work("counting what fits each filter", func(ctx context.Context) tea.Msg {
		m := filterCountsMsg{gen: gen}
		for _, f := range filters {
			res, err := d.Search(ctx, f.text)
			if err != nil {
				m.err = err
				return m
			}
			m.counts = append(m.counts, res.Len())
		}
		return m
	})
}

// Under is the filter for the value under the cursors.
func (r *requests) Under() string {
	row, ok := r.pages.at(r.rows.cur)
	c := r.table.current()
	if !ok || c == nil || requestFields[c.name].ask == "" {
		return ""
	}
	return index.Is(requestFields[c.name].ask, c.text(row))
}

// Tally counts the column with the index.
func (r *requests) Tally() (string, func(context.Context, *desk.Desk) ([]tallied, error)) {
	c := r.table.current()
	if c == nil || requestFields[c.name].count == "" {
		return "", nil
	}
	f, query := requestFields[c.name], joined(r.filters)
	return c.name, func(ctx context.Context, d *desk.Desk) ([]tallied, error) { return tallyRequests(ctx, d, query, f) }
}

func tallyRequests(ctx context.Context, d *desk.Desk, query string, f requestField) ([]tallied, error) {
	res, err := d.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	counts, err := res.FacetHot(ctx, f.count, maxTallied)
	if err != nil {
		return nil, err
	}
	out := make([]tallied, len(counts))
	for i, c := range counts {
		out[i] = tallied{value: c.Value, term: index.Is(f.ask, c.Value), n: c.Count, hot: c.Hot}
	}
	if f.none == "" {
		return out, nil
	}
	// The index counts findings; the requests without one are rows as well.
	query = strings.TrimSpace(query + " " + f.none)
	if res, err = d.Search(ctx, query); err == nil && res.Len() > 0 {
		out = append(out, tallied{value: strings.TrimPrefix(strings.Trim(f.none, `"`), f.ask+":"), term: f.none, n: int64(res.Len())})
		sortTallied(out)
	}
	return out, err
}

// Measuring reports whether the histogram has the keys.
func (r *requests) Measuring() bool { return r.band.focus }

// Columns names the columns.
func (r *requests) Columns() ([]string, map[string]bool) { return r.table.names() }

// SetColumns chooses columns.
func (r *requests) SetColumns(names []string) tea.Cmd {
	r.table.choose(names)
	fitRequests(&r.table, r.tableWidth(), r.client)
	return nil
}

// At is the time of the row under the cursor.
func (r *requests) At() time.Time {
	if row, ok := r.pages.at(r.rows.cur); ok {
		return row.Time
	}
	return time.Time{}
}

// rowMsg says where a jump leads.
type rowMsg struct {
	id       int // see requests.seeking
	gen, row int
	to       time.Time // what was asked for
	said     string
	err      error
}

// Jump goes to the row nearest to a time.
func (r *requests) Jump(t time.Time) tea.Cmd {
	res, gen := r.pages.res, r.pages.gen
	if res == nil {
		return nil
	}
	id := r.seekFrom()
	return func() tea.Msg {
		m := rowMsg{id: id, gen: gen, to: t}
		if m.row, m.err = res.At(t); m.err != nil {
			return m
		}
		rows, err := res.Rows(m.row, 1)
		if err != nil || len(rows) == 0 {
			m.err = err
			return m
		}
		m.said = wentTo(rows[0].Time, t)
		return m
	}
}

// seekFrom is the number of a question where to put the cursor; sought is told that its answer has come, and
// reports whether it is the latest.
func (r *requests) seekFrom() int {
	r.seeking = r.c.gen()
	return r.seeking
}

func (r *requests) sought(id int) bool {
	if id != r.seeking {
		return false
	}
	r.seeking = 0
	return true
}

// waits reports whether a key needs what is on its way: the first rows, the row that the cursor is to come to, the one
// that it is on, the marks, or the histogram.
func (r *requests) waits(msg tea.KeyMsg) bool {
	k := &r.c.keys
	switch {
	case r.loading && (r.pages.res == nil || r.turned), r.seeking != 0:
		return true
	case r.n == 0:
		return false
	case matches(msg, k.NextMark, k.PrevMark):
		return r.marking != 0
	case matches(msg, k.Tab), r.band.focus:
		return r.counting && (r.onDetail || r.band.focus)
	case matches(msg, k.Up, k.Down, k.PageUp, k.PageDown, k.HalfUp, k.HalfDown, k.Home, k.End, k.Left, k.Right):
		return r.onDetail && r.waitsForRow()
	}
	return r.waitsForRow()
}

// waitsForRow reports whether the row under the cursor, or what is said of it, is still on its way.
func (r *requests) waitsForRow() bool {
	row, here := r.pages.at(r.rows.cur)
	if !here {
		return r.pages.busy
	}
	switch {
	case !r.onDetail:
		return false
	case r.around.kind != aroundNone:
		return r.around.asked != "" && r.around.ref != row.Ref
	}
	return r.asked != "" && (r.shown == nil || r.shown.Request.Ref != row.Ref)
}

// noRows reports whether an answer has come and there is nothing in it.
func (r *requests) noRows() bool { return !r.loading && r.n == 0 }

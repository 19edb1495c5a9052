package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// Records as a lister: rows held in memory are filtered, ordered and counted by their columns.

func (r *records[T]) Filters() []filter { return r.filters }

// Parse reads filters, and says which column there is not.
func (r *records[T]) Parse(text string) ([]filter, error) {
	var out []filter
	for _, t := range splitTerms(text) {
		out = append(out, filter{text: t})
	}
	_, err := sift(&r.table, r.span, out)
	return out, err
}

func (r *records[T]) Narrowed(filters []filter) screen {
	l, mine := r.again()
	r.handOver(mine, filters)
	return l
}

// handOver gives a new screen what this one has read and how it shows it.
func (r *records[T]) handOver(to *records[T], filters []filter) {
	to.all, to.filters = r.all, filters
	to.table.chosen, to.table.at, to.table.sort, to.table.desc = r.table.chosen, r.table.at, r.table.sort, r.table.desc
	to.gen = r.c.gen()
	to.sift()
	to.b.list.findSubject(r.b.list.selected())
}

func (r *records[T]) SetFilters(filters []filter) tea.Cmd {
	r.filters = filters
	r.sift()
	return nil
}

func (r *records[T]) CountFilters(gen int) tea.Cmd {
	m := filterCountsMsg{gen: gen}
	for _, f := range r.filters {
		n := -1
		if fits, err := sift(&r.table, r.span, []filter{{text: f.text}}); err == nil {
			n = 0
			for i := range r.all {
				n += btoi(fits(&r.all[i]))
			}
		}
		m.counts = append(m.counts, n)
	}
	return send(m)
}

func (r *records[T]) Under() string {
	item, c := r.current(), r.table.current()
	if item == nil || c == nil {
		return ""
	}
	return c.name + ":" + quoted(c.text(item))
}

func (r *records[T]) Tally() (string, func(context.Context, *desk.Desk) ([]tallied, error)) {
	c := r.table.current()
	if c == nil {
		return "", nil
	}
	items, hot, col := r.items, r.hot, *c
	return c.name, func(context.Context, *desk.Desk) ([]tallied, error) { return tallyRecords(items, &col, hot), nil }
}

func (r *records[T]) Measuring() bool { return r.b.band.focus }

func (r *records[T]) Columns() ([]string, map[string]bool) { return r.table.names() }

func (r *records[T]) SetColumns(names []string) tea.Cmd {
	r.table.choose(names)
	r.fill()
	return nil
}

func (r *records[T]) At() time.Time {
	item := r.current()
	if item == nil || r.span == nil {
		return time.Time{}
	}
	from, _ := r.span(item)
	return from
}

// Jump goes to the first row at or after t, in time; if there is none, to the last before it.
func (r *records[T]) Jump(t time.Time) tea.Cmd {
	best, when := -1, time.Time{}
	for i := range r.items {
		from, _ := r.span(&r.items[i])
		if from.IsZero() {
			continue
		}
		late, wasLate := !from.Before(t), !when.Before(t)
		if best < 0 || late && (!wasLate || from.Before(when)) || !late && !wasLate && from.After(when) {
			best, when = i, from
		}
	}
	if best < 0 {
		return r.c.now(sayMsg{"no row of this list has a time"})
	}
	r.b.show(best)
	return r.c.now(sayMsg{wentTo(when, t)})
}

// wentTo says where a jump to t has led.
func wentTo(at, t time.Time) string {
	if at.Before(t) {
		return "nothing at or after " + stamp(t) + "; this is the last row before it"
	}
	return "at " + stamp(at) + ", the first row at or after " + stamp(t)
}

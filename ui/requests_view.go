package ui

import (
	"context"
	"errors"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// What requests show: place, keys, and the drawing of rows.

// Filter is the query shown.
func (r *requests) Filter() string { return joined(r.filters) }

// Search is the intent that shows the requests of another query.
func (r *requests) Search(query string) tea.Msg { return searchMsg{query} }

func (r *requests) Place() (int, string) { return tabRequests, screenNames[tabRequests] }

func (r *requests) Info() string {
	switch {
	case r.loading && r.n == 0:
		return "searching"
	case r.n == 0:
		return "no requests"
	}
	return number(r.rows.cur+1) + " of " + counted(r.n, "line", "lines")
}

func (r *requests) Keys() keyMap {
	k := r.c.keys
	disable(&k.Plant, &k.Merge, &k.Split, &k.Edit, &k.Cycle, &k.Order, &k.Unmask, &k.Begin)
	k.Filters.SetEnabled(len(r.filters) > 0)
	if r.n == 0 {
		k.disableList()
		disable(&k.Next, &k.Prev, &k.Tab)
		k.Filters.SetEnabled(len(r.filters) > 0)
	}
	for _, b := range []*key.Binding{&k.NextMark, &k.PrevMark} {
		b.SetEnabled(r.n > 0 && len(r.marked) > 0)
	}
	if r.band.focus {
		return r.band.keys(k)
	}
	return k
}

func (r *requests) Selected() subject {
	if r.n == 0 {
		if r.files > 0 {
			return subject{title: "files", open: filesMsg{joined(r.filters)}}
		}
		return subject{}
	}
	row, ok := r.pages.at(r.rows.cur)
	if !ok {
		return subject{}
	}
	if r.onDetail && r.around.kind != aroundNone {
		if s := r.around.list.selected(); !s.empty() {
			return s
		}
	}
	if r.onDetail && r.around.kind == aroundNone && r.shown != nil && r.shown.Request.Ref == row.Ref {
		if s := r.detail.selected(); !s.empty() {
			return s
		}
	}
	s := subject{ref: row.Ref, title: requestTitle(&row.Request), values: requestValues(&row.Request, nil), open: openMsg{row.Ref}}
	s.copied = s.title
	if r.shown != nil && r.shown.Request.Ref == row.Ref {
		s.values = requestValues(&row.Request, r.shown.Findings)
		s.copied = string(r.shown.Raw)
		if a := r.shown.Intruder; a != nil {
			s.values = append(s.values, value{"actor", a.Ref})
		}
	}
	return s
}

func (r *requests) View() string {
	st := &r.c.st
	if r.n == 0 {
		var rows []string
		for _, l := range wrapLines(r.nothing(), r.split.width-4) {
			rows = append(rows, "  "+st.draw(l.runs, r.split.width-4, selNone))
		}
		return fill(rows, r.split.width, r.split.height)
	}
	title := "request"
	if row, ok := r.pages.at(r.rows.cur); ok {
		title = row.Ref
	}
	pane := r.detail.view(st, r.onDetail, nil)
	if r.around.kind != aroundNone {
		title = r.around.title()
		pane = r.around.list.view(st, r.onDetail, r.c.marks)
	}
	return r.split.join(st, r.viewRows(), scrollBar(st, &r.rows, scrollMap{r.hot, r.marked}), r.headRows(), title, pane, r.onDetail)
}

// nothing says why there are no rows, and what to do.
func (r *requests) nothing() []line {
	switch {
	case errors.Is(r.err, context.Canceled):
		return []line{text(plain, "The search was cancelled."), text(muted, r.c.keys.words("{Reload} searches again · {Filter} edits the filter · {Back} goes back"))}
	case r.err != nil:
		return []line{text(critical, r.err.Error()), text(muted, r.c.keys.words("{Filter} edits the filter · {Reload} tries again · {Back} goes back"))}
	case r.loading:
		return []line{text(muted, "searching")}
	case joined(r.filters) == "":
		return []line{text(plain, "This case has no requests yet."), text(muted, ":load access.log takes a log in; a folder, .gz and .zst are read too")}
	case r.files > 0:
		return []line{text(plain, "No request matches "+joined(r.filters)+", but "+counted(r.files, "file does", "files do")+"."),
			text(muted, r.c.keys.words("{Enter} shows the files · {Filter} edits the filter · {Back} goes back"))}
	}
	return []line{text(plain, "No request matches "+joined(r.filters)), text(muted, r.c.keys.words("{Filter} edits the filter · {Back} goes back"))}
}

// tableWidth is the room that the columns have.
func (r *requests) tableWidth() int { return r.split.listW - gutterWidth }

func (r *requests) viewRows() []string {
	st := &r.c.st
	w := r.tableWidth()
	fitRequests(&r.table, w, r.client)
	out := r.band.view(st, r.split.listW)
	out = append(out, "  "+st.draw(r.table.head(), w, selNone))
	for i := r.rows.top; i < min(r.rows.n, r.rows.top+r.rows.height); i++ {
		row, ok := r.pages.at(i)
		if !ok {
			why := "…"
			if r.pages.err != nil {
				why = r.pages.err.Error()
			}
			out = append(out, "  "+st.draw([]run{{why, muted}}, w, selNone))
			continue
		}
		sel := selNone
		if i == r.rows.cur {
			sel = selFocus
			if r.onDetail || r.band.focus {
				sel = selRest
			}
		}
		out = append(out, gutter(sel == selFocus, r.c.marks[row.Ref])+st.draw(r.table.row(row, sel == selFocus), w, sel))
	}
	return out
}

package ui

import (
	"context"
	"errors"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
	"spoor/ui/desk"
)

// requests is the table of the requests that a query finds, under their histogram, with a detail pane.
// The table is virtual: it holds only the pages in sight, and fetches them without waiting. The first page comes
// first, what is counted over all rows after it, so that nothing a key does depends on how many rows there are.
type requests struct {
	c        *common
	query    string
	gen      int // the latest search
	pages    pages
	n        int
	files    int // files that the query matches
	hist     histogram
	client   int // columns that the clients seen so far need
	err      error
	loading  bool
	rows     scroller
	split    split
	detail   list
	shown    *desk.Detail
	asked    string // the request whose detail is on its way
	askedGen int
	reread   bool // the detail shown is older than the latest note or verdict
	onDetail bool
}

// searchedMsg answers a search.
type searchedMsg struct {
	gen   int
	desk  *desk.Desk
	res   *index.Result
	n     int
	files int
	ref   string  // the request that the cursor was on; empty if that is not known
	at    int     // where it is now
	first pageMsg // the page it is on
	err   error
}

// histogramMsg brings the counts over time of the search gen.
type histogramMsg struct {
	gen  int
	hist histogram
	err  error
}

func newRequests(c *common, query string) *requests {
	r := &requests{c: c, query: query}
	r.detail.empty = "no request selected"
	return r
}

// Init searches.
func (r *requests) Init() tea.Cmd {
	r.gen = r.c.gen()
	r.loading, r.err = true, nil
	d, query, gen, cur, ref := r.c.desk, r.query, r.gen, r.rows.cur, r.under()
	label := "searching " + query
	if query == "" {
		label = "reading all requests"
	}
	return r.c.work(label, func(ctx context.Context) tea.Msg { return search(ctx, d, query, gen, cur, ref) })
}

// under is the reference of the request under the cursor; empty if it is not here.
func (r *requests) under() string {
	if row, ok := r.pages.at(r.rows.cur); ok {
		return row.Ref
	}
	return ""
}

func search(ctx context.Context, d *desk.Desk, query string, gen, cur int, ref string) tea.Msg {
	res, err := d.Search(ctx, query)
	if err != nil {
		return searchedMsg{gen: gen, err: err}
	}
	m := searchedMsg{gen: gen, desk: d, res: res, n: res.Len(), files: len(res.Files()), ref: ref, at: cur}
	return m.locate()
}

// locate finds where the request under the cursor is now and reads the page it is on. This puts the result in
// order, which for a million takes as long as the search.
func (m searchedMsg) locate() searchedMsg {
	if m.ref != "" {
		if i := m.res.Find(m.ref); i >= 0 {
			m.at = i
		}
	}
	m.at = max(0, min(m.at, m.n-1))
	m.first = readPage(m.desk, m.res, m.gen, m.at/pageRows)
	return m
}

// countTimes counts a result over time.
func countTimes(ctx context.Context, res *index.Result, gen int) tea.Cmd {
	return func() tea.Msg {
		hist, err := readHistogram(ctx, res)
		return histogramMsg{gen, hist, err}
	}
}

func (r *requests) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case searchedMsg:
		return r.searched(msg)
	case histogramMsg:
		if msg.gen != r.gen {
			return nil
		}
		r.hist = msg.hist
		return send(failed(msg.err))
	case pageMsg:
		if msg.gen != r.pages.gen {
			return nil
		}
		r.put(msg)
		return r.follow()
	case foundMsg:
		return r.found(msg)
	case requestMsg:
		return r.answered(msg)
	case changedMsg:
		if msg.evidence {
			return r.Init()
		}
		// Verdicts and notes show in the table and the detail: both are read again, the search is not.
		r.pages.stale()
		r.reread = true
		return r.follow()
	case tea.KeyMsg:
		return r.press(msg)
	}
	return nil
}

func (r *requests) searched(m searchedMsg) tea.Cmd {
	if m.gen != r.gen {
		return nil
	}
	if m.err != nil {
		r.loading, r.err = false, m.err
		return nil
	}
	if ref := r.under(); ref != "" && ref != m.ref {
		// The cursor was moved while the search ran.
		m.ref, m.at = ref, r.rows.cur
		return func() tea.Msg { return m.locate() }
	}
	r.loading = false
	r.pages = newPages(m.desk, m.res, m.gen)
	if m.first.err != nil || len(m.first.rows) > 0 {
		r.put(m.first)
	}
	r.n, r.files = m.n, m.files
	above := r.rows.cur - r.rows.top
	r.rows.n, r.rows.cur, r.rows.top = m.n, m.at, max(0, m.at-above)
	r.divide()
	return tea.Batch(r.follow(), countTimes(r.c.ctx, m.res, m.gen))
}

// put keeps a page, and the room that its clients need.
func (r *requests) put(m pageMsg) {
	r.pages.put(m)
	for i := range m.rows {
		r.client = max(r.client, len(m.rows[i].Client))
	}
}

// follow fetches what is in sight and the detail of the row under the cursor.
func (r *requests) follow() tea.Cmd {
	if r.rows.n == 0 {
		r.shown = nil
		r.detail.set(nil)
		return nil
	}
	return tea.Batch(r.pages.need(r.rows.top, min(r.rows.n, r.rows.top+max(1, r.rows.height))), r.ask())
}

// ask asks for the detail of the row under the cursor; one question is on its way at a time.
func (r *requests) ask() tea.Cmd {
	row, ok := r.pages.at(r.rows.cur)
	if !ok || r.asked != "" || !r.reread && r.shown != nil && r.shown.Request.Ref == row.Ref {
		return nil
	}
	r.reread = false
	r.asked, r.askedGen = row.Ref, r.c.gen()
	return readRequest(r.c.desk, row.Ref, r.askedGen)
}

func (r *requests) answered(m requestMsg) tea.Cmd {
	if m.gen != r.askedGen || r.asked == "" {
		return nil
	}
	r.asked = ""
	if m.err != nil {
		r.detail.set(wrapLines([]line{text(critical, m.err.Error())}, r.split.paneW-gutterWidth))
		return nil
	}
	if r.shown == nil || r.shown.Request.Ref != m.detail.Request.Ref {
		r.detail.cur, r.detail.top = 0, 0
	}
	r.shown = m.detail
	r.fill()
	return r.ask()
}

func (r *requests) fill() {
	if r.shown != nil && r.split.paneW > 0 {
		r.detail.set(wrapLines(describeRequest(r.shown), r.split.paneW-gutterWidth))
	}
}

func (r *requests) found(m foundMsg) tea.Cmd {
	if m.gen != r.pages.gen {
		return nil
	}
	r.pages.hot = m.hot
	switch {
	case errors.Is(m.err, context.Canceled):
		return nil
	case m.err != nil:
		return send(failMsg{m.err})
	case m.row < 0:
		return send(sayMsg{"no further finding of level medium or above"})
	}
	r.rows.show(m.row)
	if m.open {
		return tea.Batch(r.follow(), send(swapMsg{m.ref}))
	}
	return r.follow()
}

func (r *requests) press(msg tea.KeyMsg) tea.Cmd {
	k := r.Keys()
	switch {
	case key.Matches(msg, k.Tab):
		r.onDetail = !r.onDetail
		return nil
	case key.Matches(msg, k.Reload):
		return r.Init()
	case key.Matches(msg, k.Next):
		return r.seek(1, false)
	case key.Matches(msg, k.Prev):
		return r.seek(-1, false)
	case r.onDetail:
		r.detail.press(&r.c.keys, msg)
		return nil
	}
	if r.rows.press(&r.c.keys, msg) {
		return r.follow()
	}
	return nil
}

// Step goes to the next or previous finding and opens it.
func (r *requests) Step(step int) tea.Cmd { return r.seek(step, true) }

// seek goes to the next or previous finding.
func (r *requests) seek(step int, open bool) tea.Cmd {
	d, query, p, from := r.c.desk, r.query, pages{res: r.pages.res, hot: r.pages.hot, gen: r.pages.gen}, r.rows.cur
	if p.res == nil {
		return nil
	}
	return r.c.work("looking for the next finding", func(ctx context.Context) tea.Msg {
		m := findFinding(ctx, d, query, &p, from, step)
		m.open = open
		return m
	})
}

func (r *requests) Resize(width, height int) {
	r.split.width, r.split.height = width, height
	r.divide()
	r.fill()
}

// divide gives table and detail their room.
func (r *requests) divide() {
	r.split = newSplit(r.split.width, r.split.height, wideForRequests, 0, r.n+r.headRows())
	r.rows.height = max(0, r.split.listH-r.headRows())
	r.rows.to(r.rows.cur)
	r.detail.resize(r.split.paneW, r.split.paneH)
}

// headRows is what stands above the rows: two rows of histogram and the column titles.
func (r *requests) headRows() int { return 3 }

// Leave gives the keys back to the table and reports whether the detail had them.
func (r *requests) Leave() bool {
	was := r.onDetail
	r.onDetail = false
	return was
}

// Filter is the query shown.
func (r *requests) Filter() string { return r.query }

// Search is the intent that shows the requests of another query.
func (r *requests) Search(query string) tea.Msg { return searchMsg{query} }

func (r *requests) Place() (int, string) {
	if r.query == "" {
		return tabRequests, screenNames[tabRequests]
	}
	return tabRequests, r.query
}

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
	disable(&k.Plant, &k.Merge, &k.Split, &k.Edit, &k.Cycle, &k.Order, &k.Unmask)
	if r.n == 0 {
		disable(&k.Next, &k.Prev, &k.Tab)
	}
	return k
}

func (r *requests) Selected() subject {
	if r.n == 0 {
		if r.files > 0 {
			return subject{title: "files", open: filesMsg{r.query}}
		}
		return subject{}
	}
	row, ok := r.pages.at(r.rows.cur)
	if !ok {
		return subject{}
	}
	if r.onDetail && r.shown != nil && r.shown.Request.Ref == row.Ref {
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
	return r.split.join(st, r.viewRows(), title, r.detail.view(st, r.onDetail, nil), r.onDetail)
}

// nothing says why there are no rows, and what to do.
func (r *requests) nothing() []line {
	switch {
	case errors.Is(r.err, context.Canceled):
		return []line{text(plain, "The search was cancelled."), text(muted, "r searches again · f edits the filter · Esc goes back")}
	case r.err != nil:
		return []line{text(critical, r.err.Error()), text(muted, "f edits the filter · r tries again · Esc goes back")}
	case r.loading:
		return []line{text(muted, "searching")}
	case r.query == "":
		return []line{text(plain, "This case has no requests yet."), text(muted, ":load access.log takes a log in; a folder, .gz and .zst are read too")}
	case r.files > 0:
		return []line{text(plain, "No request matches "+r.query+", but "+counted(r.files, "file does", "files do")+"."),
			text(muted, "Enter shows the files · f edits the filter · Esc goes back")}
	}
	return []line{text(plain, "No request matches "+r.query), text(muted, "f edits the filter · Esc goes back")}
}

func (r *requests) viewRows() string {
	st := &r.c.st
	w := r.split.listW
	cols := requestColumns(w-gutterWidth, r.client)
	out := r.hist.view(st, w)
	out = append(out, "  "+st.draw(columnTitles(cols), w-gutterWidth, selNone))
	for i := r.rows.top; i < min(r.rows.n, r.rows.top+r.rows.height); i++ {
		row, ok := r.pages.at(i)
		if !ok {
			why := "…"
			if r.pages.err != nil {
				why = r.pages.err.Error()
			}
			out = append(out, "  "+st.draw([]run{{why, muted}}, w-gutterWidth, selNone))
			continue
		}
		sel := selNone
		if i == r.rows.cur {
			sel = selFocus
			if r.onDetail {
				sel = selRest
			}
		}
		out = append(out, gutter(sel == selFocus, r.c.marks[row.Ref])+st.draw(requestRuns(row, cols), w-gutterWidth, sel))
	}
	return strings.TrimSuffix(fill(out, w, r.split.listH), "\n")
}

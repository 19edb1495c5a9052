package ui

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
	"spoor/ui/desk"
)

// requests is the table of the requests that a query finds, under their histogram, with a detail pane.
// The table is virtual: it holds only the pages in sight, and fetches them without waiting. The first page comes
// first, what is counted over all rows after it, so that nothing a key does depends on how many rows there are.
type requests struct {
	c        *common
	filters  []filter
	table    table[desk.Row]
	band     band
	gen      int // the latest search
	pages    pages
	n        int
	files    int          // files that the filters match
	want     string       // the request to put the cursor on when the first answer comes; empty for none
	above    int          // rows in sight above it
	hot      []int64      // findings in equal parts of the list, for the scroll bar
	marked   map[int]bool // rows that are marked
	client   int          // columns that the clients seen so far need
	around   surroundings // the lines around the row under the cursor, in place of its detail
	err      error
	loading  bool
	seeking  int  // the question where to put the cursor; 0 if there is none, or its answer has come
	turned   bool // the search that runs shows other rows, or in another order
	marking  int  // the question where the marked rows are; 0 if its answer has come
	counting bool // the histogram is on its way
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
	was   int     // the row that it was on
	at    int     // where it is now
	first pageMsg // the page it is on
	err   error
}

// histogramMsg brings the counts over time of the search gen.
type histogramMsg struct {
	gen  int
	hist histogram
	hot  []int64 // see requests
	err  error
}

func newRequests(c *common, query string) *requests {
	r := &requests{c: c, filters: queryFilters(query)}
	r.table = table[desk.Row]{all: requestColumns(), at: "client"}
	r.band.noun, r.band.second = "requests", "findings"
	r.detail.empty = "no request selected"
	return r
}

// queryFilters are the parts of a query that all have to hold. A query that does not parse is one.
func queryFilters(query string) []filter {
	terms, err := index.Terms(query)
	if err != nil {
		terms = []string{query}
	}
	var out []filter
	for _, t := range terms {
		out = append(out, filter{text: t})
	}
	return out
}

// question is what is asked of the index.
type question struct {
	query, order string
	desc         bool
	gen          int
	at           int    // where the cursor was
	ref          string // of the request it was on; empty if that is not known
}

// Init searches.
func (r *requests) Init() tea.Cmd {
	r.gen = r.c.gen()
	r.loading, r.counting, r.err = true, false, nil
	q := question{query: joined(r.filters), order: requestFields[r.table.sort].order, desc: r.table.desc, gen: r.gen, at: r.rows.cur, ref: or(r.under(), r.want)}
	d := r.c.desk
	label := "searching " + q.query
	if q.query == "" {
		label = "reading all requests"
	}
	return r.c.work(label, func(ctx context.Context) tea.Msg { return search(ctx, d, q) })
}

// under is the reference of the request under the cursor; empty if it is not here.
func (r *requests) under() string {
	if row, ok := r.pages.at(r.rows.cur); ok {
		return row.Ref
	}
	return ""
}

func search(ctx context.Context, d *desk.Desk, q question) tea.Msg {
	res, err := d.Search(ctx, q.query)
	if err == nil && q.order != "" {
		err = res.Sort(ctx, q.order, q.desc)
	}
	if err != nil {
		return searchedMsg{gen: q.gen, err: err}
	}
	m := searchedMsg{gen: q.gen, desk: d, res: res, n: res.Len(), files: len(res.Files()), ref: q.ref, was: q.at, at: q.at}
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

// mapParts is in how many parts the scroll bar's map is counted; more than terminals have rows.
const mapParts = 240

// countTimes counts a result over time, all of it or from lo to hi, and then where in the list its findings are.
func countTimes(ctx context.Context, res *index.Result, gen int, lo, hi time.Time) tea.Cmd {
	return func() tea.Msg {
		m := histogramMsg{gen: gen}
		if m.hist, m.err = readHistogram(ctx, res, lo, hi); m.err == nil {
			m.hot, m.err = res.Hot(ctx, min(mapParts, max(1, res.Len())))
		}
		return m
	}
}

// markedMsg says which rows of a search are marked.
type markedMsg struct {
	id   int // see requests.marking
	rows map[int]bool
}

// findMarks looks for the marked requests in a result.
func findMarks(res *index.Result, id int, refs []string) tea.Cmd {
	if len(refs) == 0 {
		return send(markedMsg{id: id})
	}
	return func() tea.Msg {
		m := markedMsg{id, map[int]bool{}}
		for _, ref := range refs {
			if i := res.Find(ref); i >= 0 {
				m.rows[i] = true
			}
		}
		return m
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
		r.counting = false
		r.band.put(msg.hist)
		r.hot = msg.hot
		return send(failed(msg.err))
	case markedMsg:
		if msg.id == r.marking {
			r.marked, r.marking = msg.rows, 0
		}
	case marksMsg:
		return r.findMarks()
	case nearMsg:
		return r.near(msg)
	case pageMsg:
		if msg.gen != r.pages.gen {
			return nil
		}
		r.put(msg)
		return r.follow()
	case foundMsg:
		return r.found(msg)
	case rowMsg:
		mine := r.sought(msg.id)
		if msg.gen != r.pages.gen {
			if mine {
				return r.Jump(msg.to) // the list was read again meanwhile
			}
			return nil
		}
		if msg.err != nil {
			return r.c.now(failMsg{msg.err})
		}
		r.rows.show(msg.row)
		return tea.Batch(r.follow(), r.c.now(sayMsg{msg.said}))
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
		r.loading, r.turned, r.err = false, false, m.err
		return nil
	}
	if ref := r.under(); ref != "" && ref != m.ref || r.pages.busy && r.rows.cur != m.was {
		// The cursor was moved while the search ran.
		m.ref, m.was, m.at = ref, r.rows.cur, r.rows.cur
		return func() tea.Msg { return m.locate() }
	}
	r.loading, r.turned = false, false
	r.pages = newPages(m.desk, m.res, m.gen)
	if m.first.err != nil || len(m.first.rows) > 0 {
		r.put(m.first)
	}
	r.n, r.files = m.n, m.files
	above := r.rows.cur - r.rows.top
	if r.want != "" {
		above = r.above
	}
	r.want = ""
	r.rows.n, r.rows.cur, r.rows.top = m.n, m.at, max(0, m.at-above)
	r.divide()
	r.counting = true
	return tea.Batch(r.follow(), countTimes(r.c.ctx, m.res, m.gen, r.band.lo, r.band.hi), r.findMarks())
}

func (r *requests) findMarks() tea.Cmd {
	if r.pages.res == nil {
		return nil
	}
	r.marking = r.c.gen()
	return findMarks(r.pages.res, r.marking, sortedKeys(r.c.marks))
}

// put keeps a page, and the room that its clients need.
func (r *requests) put(m pageMsg) {
	r.pages.put(m)
	for i := range m.rows {
		r.client = max(r.client, len(m.rows[i].Client))
	}
	fitRequests(&r.table, r.tableWidth(), r.client)
}

// follow fetches what is in sight and the detail of the row under the cursor.
func (r *requests) follow() tea.Cmd {
	if r.rows.n == 0 {
		r.shown = nil
		r.detail.set(nil)
		return nil
	}
	return tea.Batch(r.pages.need(r.rows.top, min(r.rows.n, r.rows.top+max(1, r.rows.height))), r.ask(), r.askAround())
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
	mine := r.sought(m.id)
	if m.gen != r.pages.gen {
		if mine {
			return r.seek(m.step, m.open) // the list was read again meanwhile
		}
		return nil
	}
	r.pages.hot = m.hot
	switch {
	case errors.Is(m.err, context.Canceled):
		return nil
	case m.err != nil:
		return r.c.now(failMsg{m.err})
	case m.row < 0:
		return r.c.now(sayMsg{"no further finding of level medium or above"})
	}
	r.rows.show(m.row)
	if m.open {
		return tea.Batch(r.follow(), r.c.now(swapMsg{m.ref}))
	}
	return r.follow()
}

func (r *requests) press(msg tea.KeyMsg) tea.Cmd {
	k := r.Keys()
	if r.band.focus && !matches(msg, k.Tab) {
		return r.measure(r.band.press(&k, msg))
	}
	switch {
	case matches(msg, k.Tab):
		r.tab()
	case matches(msg, k.Reload):
		return r.Init()
	case matches(msg, k.Next):
		return r.seek(1, false)
	case matches(msg, k.Prev):
		return r.seek(-1, false)
	case matches(msg, k.NextMark):
		return r.nextMark(1)
	case matches(msg, k.PrevMark):
		return r.nextMark(-1)
	case matches(msg, k.Context):
		r.around.turn()
		return tea.Batch(r.askAround(), r.c.now(sayMsg{r.around.said(&r.c.keys)}))
	case r.onDetail && r.around.kind != aroundNone:
		r.around.list.press(&r.c.keys, msg)
	case r.onDetail:
		r.detail.press(&r.c.keys, msg)
	case matches(msg, k.Left):
		r.table.move(-1, r.tableWidth())
	case matches(msg, k.Right):
		r.table.move(1, r.tableWidth())
	case matches(msg, k.Sort):
		return r.sort()
	case r.rows.press(&r.c.keys, msg):
		return r.follow()
	}
	return nil
}

// tab gives the keys to the next pane: list, detail, histogram.
func (r *requests) tab() {
	switch {
	case r.band.focus:
		r.band.focus = false
	case !r.onDetail:
		r.onDetail = true
	default:
		r.onDetail = false
		if r.band.usable() {
			r.band.enter(r.At())
		}
	}
}

// measure does what was chosen in the histogram.
func (r *requests) measure(a bandAct) tea.Cmd {
	switch {
	case a.recount:
		r.counting = true
		return countTimes(r.c.ctx, r.pages.res, r.pages.gen, r.band.lo, r.band.hi)
	case !a.jump.IsZero():
		return r.Jump(a.jump)
	case !a.from.IsZero():
		return r.c.now(narrowedMsg{spanFilters(r.filters, a.from, a.to)})
	}
	return nil
}

// sort orders the rows by the column that the keys act upon, then the other way round, then as they came.
func (r *requests) sort() tea.Cmd {
	c := r.table.current()
	if c == nil {
		return nil
	}
	if requestFields[c.name].order == "" {
		return r.c.now(sayMsg{r.cannot(c.name, "ordered")})
	}
	r.table.order()
	r.turned = true
	return r.Init()
}

// cannot says that requests cannot be filtered, counted or ordered by a column, and what can be instead; empty if they can.
func (r *requests) cannot(column, done string) string {
	f := requestFields[column]
	if able := map[string]string{"filtered": f.ask, "counted": f.count, "ordered": f.order}[done]; able != "" {
		return ""
	}
	if column == "sign" {
		column = "outcome"
	}
	why := "requests cannot be " + done + " by " + column
	switch column {
	case "outcome":
		why += ", which is known of attacks as a whole: :outcomes lists, filters and counts them"
	default:
		why += r.c.keys.words("; {Left} and {Right} choose another column")
	}
	return why
}

// nextMark goes to the next marked row.
func (r *requests) nextMark(step int) tea.Cmd {
	to := -1
	for i := range r.marked {
		if (i-r.rows.cur)*step > 0 && (to < 0 || (to-i)*step > 0) {
			to = i
		}
	}
	if to < 0 {
		return r.c.now(sayMsg{"no further mark in this list"})
	}
	r.rows.show(to)
	return r.follow()
}

// Step goes to the next or previous finding and opens it.
func (r *requests) Step(step int) tea.Cmd { return r.seek(step, true) }

// seek goes to the next or previous finding.
func (r *requests) seek(step int, open bool) tea.Cmd {
	d, p := r.c.desk, pages{res: r.pages.res, hot: r.pages.hot, gen: r.pages.gen}
	q := question{query: joined(r.filters), order: requestFields[r.table.sort].order, desc: r.table.desc, at: r.rows.cur}
	if p.res == nil {
		return nil
	}
	id := r.seekFrom()
	return r.c.work("looking for the next finding", func(ctx context.Context) tea.Msg {
		m := findFinding(ctx, d, q, &p, step)
		m.id, m.step, m.open = id, step, open
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
	r.around.list.resize(r.split.paneW, r.split.paneH)
	r.band.fit(r.split.listW)
	fitRequests(&r.table, r.tableWidth(), r.client)
}

// headRows is what stands above the rows: two rows of histogram and the column titles.
func (r *requests) headRows() int { return 3 }

// Leave gives the keys back to the table and reports whether another pane had them.
func (r *requests) Leave() bool {
	was := r.onDetail || r.band.focus
	r.onDetail, r.band.focus = false, false
	return was
}

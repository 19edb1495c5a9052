package ui

import (
	"errors"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
)

// The mouse, if it was asked for. The root finds whose area the pointer is in and tells it, in columns and rows of
// that area: a screen, what is open over it, the tabs, or the breadcrumb. All it does a key does, too.

// An act is what the mouse did.
type act int

const (
	actDown act = iota // the left button went down
	actDrag            // the pointer moved with the button down
	actUp              // the button went up
	actWheel
)

// A pointer is what the mouse did and where.
type pointer struct {
	act          act
	x, y         int // column and row of the area of whoever is told
	fromX, fromY int // where the button went down
	rows         int // how far the wheel turned; less than 0 is up
}

// wheelRows is how far one notch of the wheel scrolls.
const wheelRows = 3

// A pointable screen knows what it drew where. Point does what the mouse asks for; open asks for what Enter does on
// the row under the cursor.
type pointable interface {
	Point(pointer) (cmd tea.Cmd, open bool)
}

// A pointableOverlay is that for what is open over a screen; its rows count from its own first one.
type pointableOverlay interface {
	Point(pointer) (overlay, tea.Cmd)
}

// mouseHelp is what the help says of the mouse.
var mouseHelp = [][2]string{
	{"wheel", "scrolls the pane under the pointer"},
	{"a row", "the cursor goes there; opens the row that it is on"},
	{"a title", "its column becomes the current one; sorts by that one"},
	{"the histogram", "goes to that time; drag: only that span"},
	{"the scroll bar", "goes there; drag: scrolls"},
	{"a screen, a crumb", "goes there; a filter of this list is edited"},
	{"beside a menu", "closes it"},
	{"with Shift", "selects text, in most terminals"},
}

// mouseCommand does what :mouse asks for.
func (r *root) mouseCommand(args string) tea.Cmd {
	switch args {
	case "on", "off":
		return r.turnMouse(args == "on")
	}
	r.fail(errors.New("mouse takes on or off"))
	return nil
}

// turnMouse takes the mouse, or leaves it to the terminal.
func (r *root) turnMouse(on bool) tea.Cmd {
	r.pointing, r.held = on, nil
	if on {
		r.say("the mouse is spoor's; with Shift most terminals still select text. :mouse off gives it back")
		return send(tea.EnableMouseCellMotion())
	}
	r.say("the mouse is the terminal's")
	return send(tea.DisableMouse())
}

// pointAgain takes the mouse anew after the terminal was somebody else's.
func (r *root) pointAgain() tea.Cmd {
	if !r.pointing {
		return nil
	}
	return send(tea.EnableMouseCellMotion())
}

// mouse tells whoever is under the pointer.
func (r *root) mouse(msg tea.MouseMsg) tea.Cmd {
	s := r.top()
	if s == nil || !r.pointing || r.width < minWidth || r.height < minHeight {
		return nil
	}
	if msg.Action == tea.MouseActionPress && r.over == nil {
		switch msg.Button {
		case tea.MouseButtonBackward:
			return r.back()
		case tea.MouseButtonForward:
			return r.forward()
		}
	}
	p, ok := r.pointerOf(msg)
	if !ok {
		return nil
	}
	if p.act == actDown {
		r.said, r.bad = "", false
	}
	const above = 2 // tabs and breadcrumb
	p.y, p.fromY = p.y-above, p.fromY-above
	switch {
	case r.over != nil:
		return r.pointOver(p)
	case p.act != actWheel && p.fromY == -2:
		return r.pointTab(p)
	case p.act != actWheel && p.fromY == -1:
		return r.pointCrumb(p, s)
	case p.act != actWheel && p.fromY >= r.bodyHeight():
		return nil
	}
	on, ok := s.(pointable)
	if !ok {
		return nil
	}
	cmd, open := on.Point(p)
	if !open {
		return cmd
	}
	k := keysOf(s)
	if enter, err := keyOf(k.Enter); err == nil && k.Enter.Enabled() {
		return tea.Batch(cmd, r.press(enter))
	}
	return cmd
}

// pointerOf reads a message of the terminal's; not ok if it is one that nothing here heeds.
func (r *root) pointerOf(msg tea.MouseMsg) (pointer, bool) {
	p := pointer{x: msg.X, y: msg.Y, fromX: msg.X, fromY: msg.Y}
	switch {
	case msg.Button == tea.MouseButtonWheelUp:
		p.act, p.rows = actWheel, -wheelRows
		return p, true
	case msg.Button == tea.MouseButtonWheelDown:
		p.act, p.rows = actWheel, wheelRows
		return p, true
	case msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft:
		r.held = &p
		return p, true
	case r.held == nil || msg.Action == tea.MouseActionPress:
		return p, false
	}
	p.act, p.fromX, p.fromY = actDrag, r.held.x, r.held.y
	if msg.Action == tea.MouseActionRelease {
		p.act, r.held = actUp, nil
	}
	return p, true
}

// pointOver tells what is open over the screen. A click beside it closes it, unless it holds what was typed.
func (r *root) pointOver(p pointer) tea.Cmd {
	height := r.bodyHeight()
	top := max(0, height-len(r.over.View(r.width, height)))
	var cmd tea.Cmd
	switch on, ok := r.over.(pointableOverlay); {
	case p.act == actDown && (p.y < top || p.y >= height):
		switch r.over.(type) {
		case *prompt, *editorPane:
			return nil
		}
		r.over, cmd = r.over.Update(tea.KeyMsg{Type: tea.KeyEsc})
	case ok:
		p.y, p.fromY = p.y-top, p.fromY-top
		r.over, cmd = on.Point(p)
	}
	return cmd
}

// pointTab goes to the screen whose name was clicked.
func (r *root) pointTab(p pointer) tea.Cmd {
	if p.act != actDown {
		return nil
	}
	at, _ := r.top().Place()
	x := 0
	for i := range screenNames {
		w := strWidth(r.tabText(i, at))
		if p.x >= x && p.x < x+w {
			return r.goTab(i)
		}
		x += w + 1
	}
	return nil
}

// pointCrumb goes back to the step that was clicked; on the last step, it edits the filter.
func (r *root) pointCrumb(p pointer, s screen) tea.Cmd {
	if p.act != actDown {
		return nil
	}
	crumbs, cut, _ := r.crumbs(s)
	x := 0
	if cut {
		x = strWidth(crumbCut)
	}
	for _, c := range crumbs {
		w := strWidth(c.text)
		if p.x < x || p.x >= x+w {
			x += w + strWidth(crumbSep)
			continue
		}
		if l, ok := s.(lister); ok && c.filter >= 0 && c.step == len(r.stack)-1 {
			m := &filterMenu{r: r, of: l}
			r.over = m.edit(c.filter)
			return nil
		}
		return r.backTo(c.step)
	}
	return nil
}

// backTo goes back to a step of the stack; what was left is ahead.
func (r *root) backTo(step int) tea.Cmd {
	for n := len(r.stack) - 1; n > step; n-- {
		r.ahead, r.stack = append(r.ahead, r.stack[n]), r.stack[:n]
	}
	return r.fresh()
}

// scroll moves what is seen by n rows, and the cursor only as far as it has to, to stay in sight.
func (s *scroller) scroll(n int) {
	if s.height <= 0 {
		return
	}
	s.top = max(0, min(s.top+n, s.n-s.height))
	s.cur = max(0, s.top, min(s.cur, s.n-1, s.top+s.height-1))
	s.cur = max(0, min(s.cur, s.n-1))
}

// point does what the mouse does in rows that begin at row 0, and reports whether the row under the cursor was
// clicked.
func (s *scroller) point(p pointer) (open bool) {
	switch p.act {
	case actWheel:
		s.scroll(p.rows)
	case actDown:
		if i := s.top + p.y; p.y >= 0 && p.y < s.height && i < s.n {
			open = i == s.cur
			s.to(i)
		}
	}
	return open
}

// A part is what lies under the pointer in a list with a detail.
type part int

const (
	partRows part = iota
	partHead
	partBand
	partBar
	partDetail
)

// panes are the parts of a list with its detail, as they are drawn.
type panes struct {
	split        split
	head         int   // rows above those of the list, with the titles as the last
	band         *band // nil if none is drawn
	rows, detail *scroller
	onDetail     *bool
}

// A pointed is what the mouse did in panes.
type pointed struct {
	part part
	x    int // of the title row
	act  bandAct
	open bool // what Enter does is asked for
}

// part finds what lies at a column and a row.
func (p *panes) part(x, y int) part {
	switch s := &p.split; {
	case s.side && x > s.listW, !s.side && y >= s.listH:
		return partDetail
	case p.band != nil && y < bandHeight:
		return partBand
	case y < p.head:
		return partHead
	case x == s.listW:
		return partBar
	}
	return partRows
}

// point does what the mouse does to the panes, and says what is left to do for whoever has them.
func (p *panes) point(m pointer) pointed {
	out := pointed{part: p.part(m.fromX, m.fromY), x: m.x}
	if m.act == actWheel && out.part != partDetail {
		p.rows.scroll(m.rows)
		return pointed{}
	}
	focused := !*p.onDetail && (p.band == nil || !p.band.focus)
	onList := func() {
		*p.onDetail = false
		if p.band != nil {
			p.band.focus = false
		}
	}
	switch out.part {
	case partDetail:
		m.y--
		if !p.split.side {
			m.y -= p.split.listH
		}
		was := *p.onDetail
		out.open = p.detail.point(m) && was
		if m.act == actDown && p.detail.n > 0 {
			onList()
			*p.onDetail = true
		}
	case partBand:
		*p.onDetail = false
		out.act = p.band.point(m)
	case partBar:
		if m.act != actUp && p.rows.height > 0 {
			onList()
			y := max(0, min(m.y-p.head, p.rows.height-1))
			p.rows.show(y * p.rows.n / p.rows.height)
		}
	case partRows:
		m.y -= p.head
		out.open = p.rows.point(m) && focused
		if m.act == actDown {
			onList()
		}
	}
	return out
}

// point has the cursor of the band go where the button went down, begins a span there, and takes the time or the
// span when it comes up.
func (b *band) point(m pointer) bandAct {
	from := m.fromX - bandLeft
	if !b.usable() || from < 0 || from >= b.groups || m.act == actWheel {
		return bandAct{}
	}
	if m.act == actDown {
		b.focus, b.begun = true, from
	}
	b.at = max(0, min(m.x-bandLeft, b.groups-1))
	if m.act != actUp {
		return bandAct{}
	}
	if b.begun == b.at {
		b.begun = -1
	}
	return b.choose()
}

// point makes the column current whose title is drawn at column x of the table, and reports whether it was.
func (t *table[T]) point(x int) (again bool) {
	at := 0
	for i := t.first; i < len(t.shown); i++ {
		c := &t.shown[i]
		if x >= at && x < at+c.width {
			again = t.current().name == c.name
			t.at = c.name
			return again
		}
		at += c.width + 1
	}
	return false
}

// point does what the mouse does in list, histogram and detail.
func (b *browser) point(m pointer) pointed {
	p := panes{split: b.split, head: b.headRows(), rows: &b.list.scroller, detail: &b.detail.scroller, onDetail: &b.onDetail}
	if b.banded() {
		p.band = &b.band
	}
	was := b.list.cur
	out := p.point(m)
	b.divide()
	if b.list.cur != was {
		b.describe(true)
	}
	return out
}

// Point does what the mouse does in a list of records.
func (r *records[T]) Point(m pointer) (tea.Cmd, bool) {
	p := r.b.point(m)
	switch {
	case p.part == partBand:
		return r.measure(p.act), false
	case p.part == partHead && m.act == actDown && r.table.point(p.x-gutterWidth) && r.Keys().Sort.Enabled():
		r.table.order()
		r.sift()
	}
	return nil, p.open
}

// Point does what the mouse does in the table of requests.
func (r *requests) Point(m pointer) (tea.Cmd, bool) {
	if r.n == 0 {
		return nil, false
	}
	p := panes{split: r.split, head: r.headRows(), band: &r.band, rows: &r.rows, detail: &r.detail.scroller, onDetail: &r.onDetail}
	if r.around.kind != aroundNone {
		p.detail = &r.around.list.scroller
	}
	out := p.point(m)
	switch {
	case out.part == partBand:
		return r.measure(out.act), false
	case out.part == partHead && m.act == actDown && r.table.point(out.x-gutterWidth):
		return r.sort(), false
	}
	return r.follow(), out.open
}

// Point does what the mouse does in the overview.
func (o *overview) Point(m pointer) (tea.Cmd, bool) {
	p := o.b.point(m)
	if p.part == partBand {
		return o.measure(p.act), false
	}
	return nil, p.open
}

// Point does what the mouse does in a page.
func (p *page) Point(m pointer) (tea.Cmd, bool) { return nil, p.list.point(m) }

// Point does what the mouse does in a request.
func (r *request) Point(m pointer) (tea.Cmd, bool) { return nil, r.list.point(m) }

// Point puts the cursor of the text where the button went down.
func (a *area) point(m pointer) {
	if m.act == actWheel {
		a.move(m.rows)
		return
	}
	rows := a.rows()
	i := min(a.top+m.y, len(rows)-1)
	if m.act != actDown || m.y < 0 || i < 0 {
		return
	}
	r := rows[i]
	used := gutterWidth
	a.row, a.col = r.line, r.from
	for a.col < r.to {
		used += strWidth(triage.Visible(string(a.lines[r.line][a.col])))
		if used > m.x {
			break
		}
		a.col++
	}
}

package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// From wideEnough the detail stands right of the list instead of under it; the table of requests needs more,
// or it had too little left for the request itself.
const (
	wideEnough      = 120
	wideForRequests = 144
)

// split divides a screen into a list and its detail.
type split struct {
	side          bool // the detail is on the right
	listW, listH  int
	paneW, paneH  int
	width, height int
}

// newSplit divides a size: side by side from the width wide on, unless below gives the detail that many rows
// under the list whatever the width. A list with the detail under it takes no more than the need rows it has.
func newSplit(width, height, wide, below, need int) split {
	s := split{width: width, height: height}
	if width >= wide && below == 0 {
		s.side = true
		s.paneW = width * 2 / 5
		s.listW = width - s.paneW - 1
		s.listH, s.paneH = height, height-1
		return s
	}
	s.listW, s.paneW = width, width
	s.paneH = max(4, height*2/5)
	if below > 0 {
		s.paneH = below
	}
	s.listH = max(0, height-s.paneH-1)
	if spare := s.listH - max(need, 4); below == 0 && spare > 0 {
		s.listH -= spare
		s.paneH += spare
	}
	return s
}

// join draws list and detail together.
func (s split) join(st *styles, left, title, detail string, onDetail bool) string {
	if !s.side {
		return left + "\n" + rule(st, title, s.width, onDetail) + "\n" + detail
	}
	l := strings.Split(left, "\n")
	d := append([]string{rule(st, title, s.paneW, onDetail)}, strings.Split(detail, "\n")...)
	rows := make([]string, s.height)
	bar := st.bar.Render("│")
	for i := range rows {
		a, b := "", ""
		if i < len(l) {
			a = l[i]
		}
		if i < len(d) {
			b = d[i]
		}
		rows[i] = pad(a, s.listW) + bar + pad(b, s.paneW)
	}
	return strings.Join(rows, "\n")
}

// A browser is a list with a detail pane that says more about the row under the cursor. Most screens are one.
type browser struct {
	c        *common
	head     []run // column titles; nil for none
	list     list
	detail   list
	split    split
	title    string
	onDetail bool
	below    int                // see newSplit
	build    func(i int) []line // the detail of row i; called in Update
}

func newBrowser(c *common, title, empty string) browser {
	b := browser{c: c, title: title}
	b.list.empty = empty
	b.detail.empty = "nothing selected"
	return b
}

func (b *browser) resize(width, height int) {
	b.split.width, b.split.height = width, height
	b.divide()
	b.describe(false)
}

// divide gives list and detail their room.
func (b *browser) divide() {
	head := 0
	if b.head != nil {
		head = 1
	}
	b.split = newSplit(b.split.width, b.split.height, wideEnough, b.below, len(b.list.lines)+head)
	b.list.resize(b.split.listW, max(0, b.split.listH-head))
	b.detail.resize(b.split.paneW, b.split.paneH)
}

// set replaces the rows and keeps the cursor on the record it was on.
func (b *browser) set(lines []line) {
	was := b.list.selected().ref
	b.list.set(lines)
	b.divide()
	b.list.find(was)
	b.describe(false)
}

// describe builds the detail of the row under the cursor.
func (b *browser) describe(moved bool) {
	if b.build == nil || b.list.cur >= len(b.list.lines) {
		b.detail.set(nil)
		b.onDetail = false
		return
	}
	if moved {
		b.detail.cur, b.detail.top = 0, 0
	}
	b.detail.set(wrapLines(b.build(b.list.cur), b.split.paneW-gutterWidth))
}

// press moves in the pane that has the keys, or changes the pane.
func (b *browser) press(msg tea.KeyMsg) {
	k := &b.c.keys
	if key.Matches(msg, k.Tab) {
		b.onDetail = !b.onDetail && len(b.detail.lines) > 0
		return
	}
	if b.onDetail {
		b.detail.press(k, msg)
		return
	}
	was := b.list.cur
	if b.list.press(k, msg) && b.list.cur != was {
		b.describe(true)
	}
}

// selected is what is under the cursor of the pane that has the keys. A detail row that is about nothing of
// its own stands for the row it describes, except that Enter does nothing there.
func (b *browser) selected() subject {
	s := b.list.selected()
	if b.onDetail {
		if d := b.detail.selected(); !d.empty() {
			return d
		}
		s.open = nil
	}
	return s
}

// leave gives the keys back to the list and reports whether the detail had them.
func (b *browser) leave() bool {
	was := b.onDetail
	b.onDetail = false
	return was
}

// keys is the key map without what no list and detail can do.
func (b *browser) keys() keyMap {
	k := b.c.keys
	disable(&k.Filter, &k.Next, &k.Prev, &k.Plant, &k.Merge, &k.Split, &k.Edit, &k.Cycle, &k.Order, &k.Unmask, &k.Reload, &k.Task)
	k.Tab.SetEnabled(len(b.detail.lines) > 0)
	return k
}

// view draws list and detail.
func (b *browser) view() string {
	st := &b.c.st
	left := b.list.view(st, !b.onDetail, b.c.marks)
	if b.head != nil {
		left = strings.Repeat(" ", gutterWidth) + st.draw(b.head, b.list.width-gutterWidth, selNone) + "\n" + left
	}
	return b.split.join(st, left, b.title, b.detail.view(st, b.onDetail, nil), b.onDetail)
}

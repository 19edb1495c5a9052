package ui

import (
	"strings"
	"time"

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
		s.listW = width - s.paneW - barWidth
		s.listH, s.paneH = height, height-1
		return s
	}
	s.listW, s.paneW = width-barWidth, width
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

// join draws list and detail together. bar is the scroll bar of the list, whose rows begin at row from; beside the
// detail it is the line between them as well.
func (s split) join(st *styles, left []string, bar []string, from int, title, detail string, onDetail bool) string {
	line := " "
	var right []string
	if s.side {
		line = st.bar.Render("│")
		right = append([]string{rule(st, title, s.paneW, onDetail)}, strings.Split(detail, "\n")...)
	}
	rows := make([]string, s.listH)
	for i := range rows {
		a, b := "", line
		if i < len(left) {
			a = left[i]
		}
		if j := i - from; j >= 0 && j < len(bar) {
			b = bar[j]
		}
		rows[i] = pad(a, s.listW) + b
		if i < len(right) {
			rows[i] += pad(right[i], s.paneW)
		}
	}
	if !s.side {
		rows = append(rows, rule(st, title, s.width, onDetail), detail)
	}
	return strings.Join(rows, "\n")
}

// A browser is a list with a detail pane that says more about the row under the cursor. Most screens are one.
type browser struct {
	c        *common
	head     func() []run // column titles; nil for none
	list     list
	band     band // the histogram over the list
	hasBand  bool
	detail   list
	split    split
	title    string
	onDetail bool
	rows     int                // that the list has, or will have
	was      subject            // what the cursor was on when there last were rows
	below    int                // see newSplit
	tall     int                // the height from which there is room for a histogram, if more than lowest
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
	head := b.headRows()
	b.split = newSplit(b.split.width, b.split.height, wideEnough, b.below, b.rows+head)
	b.list.resize(b.split.listW, max(0, b.split.listH-head))
	b.detail.resize(b.split.paneW, b.split.paneH)
	b.band.fit(b.split.listW)
}

// headRows is what stands above the rows: the histogram and the titles.
func (b *browser) headRows() int {
	n := 0
	if b.head != nil {
		n++
	}
	if b.banded() {
		n += bandHeight
	}
	return n
}

// lowest is the height of a body under which a list goes without its histogram.
const lowest = 18

// banded reports whether the histogram is drawn: where there is room for it, or it has the keys.
func (b *browser) banded() bool {
	return b.hasBand && b.rows > 1 && (b.band.focus || b.split.height >= max(lowest, b.tall))
}

// needs says how many rows the list will have, before they are made in the width that this leaves.
func (b *browser) needs(rows int) {
	b.rows = rows
	b.divide()
}

// set replaces the rows and keeps the cursor on the record it was on.
func (b *browser) set(lines []line) {
	if was := b.list.selected(); !was.empty() {
		b.was = was
	}
	b.list.set(lines)
	b.needs(len(lines))
	b.list.findSubject(b.was)
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

// tab gives the keys to the next pane: list, detail, histogram. at is the time of the row under the cursor.
func (b *browser) tab(at time.Time) {
	switch {
	case b.band.focus:
		b.band.focus = false
		b.divide()
	case !b.onDetail && len(b.detail.lines) > 0:
		b.onDetail = true
	default:
		b.onDetail = false
		if b.hasBand && b.rows > 1 && b.band.usable() {
			b.band.enter(at)
			b.divide()
		}
	}
}

// show puts the cursor on row i with the rows around it in sight.
func (b *browser) show(i int) {
	b.list.show(i)
	b.describe(true)
}

// pressBand does what a key means in the histogram.
func (b *browser) pressBand(k *keyMap, msg tea.KeyMsg) bandAct {
	a := b.band.press(k, msg)
	b.divide()
	return a
}

// press moves in the pane that has the keys.
func (b *browser) press(msg tea.KeyMsg) {
	k := &b.c.keys
	if matches(msg, k.Tab) {
		b.tab(time.Time{})
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
	was := b.onDetail || b.band.focus
	b.onDetail, b.band.focus = false, false
	b.divide()
	return was
}

// keys is the key map without what no list and detail can do.
func (b *browser) keys() keyMap {
	k := b.c.keys
	disable(&k.Filter, &k.Next, &k.Prev, &k.Plant, &k.Merge, &k.Split, &k.Edit, &k.Cycle, &k.Order, &k.Unmask, &k.Reload, &k.Task)
	k.disableList()
	k.Tab.SetEnabled(len(b.detail.lines) > 0)
	return k
}

// view draws histogram, list and detail.
func (b *browser) view() string {
	st := &b.c.st
	var rows []string
	if b.banded() {
		rows = b.band.view(st, b.split.listW)
	}
	if b.head != nil {
		rows = append(rows, strings.Repeat(" ", gutterWidth)+st.draw(b.head(), b.split.listW-gutterWidth, selNone))
	}
	onList := !b.onDetail && !b.band.focus
	from := len(rows)
	rows = append(rows, strings.Split(b.list.view(st, onList, b.c.marks), "\n")...)
	var bar []string
	if len(b.list.lines) > 0 {
		bar = scrollBar(st, &b.list.scroller, b.list.marksMap(b.c.marks))
	}
	return b.split.join(st, rows, bar, from, b.title, b.detail.view(st, b.onDetail, nil), b.onDetail)
}

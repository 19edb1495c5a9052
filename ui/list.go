package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// A scroller is a cursor in n rows of which height are seen.
type scroller struct{ cur, top, n, height int }

// press moves the cursor if the key is one of movement, and reports whether it was.
func (s *scroller) press(k *keyMap, msg tea.KeyMsg) bool {
	page := max(1, s.height-1)
	switch {
	case key.Matches(msg, k.Up):
		s.to(s.cur - 1)
	case key.Matches(msg, k.Down):
		s.to(s.cur + 1)
	case key.Matches(msg, k.PageUp):
		s.to(s.cur - page)
	case key.Matches(msg, k.PageDown):
		s.to(s.cur + page)
	case key.Matches(msg, k.HalfUp):
		s.to(s.cur - page/2)
	case key.Matches(msg, k.HalfDown):
		s.to(s.cur + page/2)
	case key.Matches(msg, k.Home):
		s.to(0)
	case key.Matches(msg, k.End):
		s.to(s.n - 1)
	default:
		return false
	}
	return true
}

// to puts the cursor on row i, or the nearest there is, and keeps it in sight.
func (s *scroller) to(i int) {
	s.cur = max(0, min(i, s.n-1))
	if s.height <= 0 {
		return
	}
	s.top = min(s.top, s.cur)
	s.top = max(s.top, s.cur-s.height+1, 0)
	s.top = min(s.top, max(0, s.n-s.height))
}

// show is to with the rows around i in sight as well, for jumps.
func (s *scroller) show(i int) {
	if i < s.top || i >= s.top+s.height {
		s.top = max(0, i-s.height/2)
	}
	s.to(i)
}

// A list draws lines with a cursor. The zero list is empty.
type list struct {
	scroller
	lines []line
	width int
	empty string // what to say when there is nothing, and what to do about it
	// draw makes the runs of a line that has none, when it is seen; picked: it is under the cursor of the pane that
	// has the keys. So a list of many records costs what is in sight.
	draw func(i int, picked bool) []run

	hot []int64        // findings in equal parts of the list, for the scroll bar
	at  map[string]int // the first line about a record; made when it is asked for
}

func (l *list) set(lines []line) {
	l.lines, l.n, l.at = lines, len(lines), nil
	l.hot = make([]int64, min(len(lines), mapParts))
	for i := range lines {
		if lines[i].hot {
			l.hot[i*len(l.hot)/len(lines)]++
		}
	}
	l.to(l.cur)
}

// runs are how line i is drawn.
func (l *list) runs(i int, picked bool) []run {
	if l.lines[i].runs == nil && l.draw != nil {
		return l.draw(i, picked)
	}
	return l.lines[i].runs
}

// row is the first line about a record; -1 if there is none.
func (l *list) row(ref string) int {
	if l.at == nil {
		l.at = make(map[string]int, len(l.lines))
		for i := len(l.lines) - 1; i >= 0; i-- {
			l.at[l.lines[i].sub.ref] = i
		}
	}
	if i, ok := l.at[ref]; ok && ref != "" {
		return i
	}
	return -1
}

func (l *list) resize(width, height int) {
	l.width, l.height = width, height
	l.to(l.cur)
}

// selected is the subject under the cursor.
func (l *list) selected() subject {
	if l.cur < len(l.lines) {
		return l.lines[l.cur].sub
	}
	return subject{}
}

// findSubject puts the cursor on the line about the same as s: of several about its record, on the one with its words.
func (l *list) findSubject(s subject) bool {
	for i := range l.lines {
		if x := &l.lines[i].sub; x.ref == s.ref && x.title == s.title && x.copied == s.copied && !s.empty() {
			l.to(i)
			return true
		}
	}
	return l.find(s.ref)
}

// find puts the cursor on the first line about ref and reports whether there is one.
func (l *list) find(ref string) bool {
	i := l.row(ref)
	if i >= 0 {
		l.to(i)
	}
	return i >= 0
}

// view draws the list in its size, every row exactly width columns.
func (l *list) view(st *styles, focused bool, marks map[string]bool) string {
	rows := make([]string, 0, l.height)
	if len(l.lines) == 0 {
		for _, w := range wrapLines([]line{text(muted, l.empty)}, l.width-2) {
			rows = append(rows, "  "+st.draw(w.runs, l.width-2, selNone))
		}
	}
	for i := l.top; i < min(l.top+l.height, len(l.lines)); i++ {
		sel := selNone
		if i == l.cur {
			sel = selRest
			if focused {
				sel = selFocus
			}
		}
		rows = append(rows, gutter(i == l.cur && focused, marks[l.lines[i].sub.ref])+st.draw(l.runs(i, sel == selFocus), l.width-gutterWidth, sel))
	}
	return fill(rows, l.width, l.height)
}

// gutterWidth is what stands left of every row: the cursor sign and the mark.
const gutterWidth = 2

func gutter(cursor, marked bool) string {
	g := []byte("  ")
	if cursor {
		g[0] = '>'
	}
	if marked {
		g[1] = '*'
	}
	return string(g)
}

// fill makes rows exactly height rows of width columns.
func fill(rows []string, width, height int) string {
	if len(rows) > height {
		rows = rows[:height]
	}
	for i := range rows {
		rows[i] = pad(rows[i], width)
	}
	for len(rows) < height {
		rows = append(rows, strings.Repeat(" ", width))
	}
	return strings.Join(rows, "\n")
}

// findPrefix is find for a reference that was cut short.
func (l *list) findPrefix(ref string) bool {
	for i := range l.lines {
		if strings.HasPrefix(l.lines[i].sub.ref, ref) {
			l.to(i)
			return true
		}
	}
	return false
}

// marksMap says where findings and marks lie, for the scroll bar.
func (l *list) marksMap(marks map[string]bool) scrollMap {
	m := scrollMap{hot: l.hot, marks: map[int]bool{}}
	for ref := range marks {
		if i := l.row(ref); i >= 0 {
			m.marks[i] = true
		}
	}
	return m
}

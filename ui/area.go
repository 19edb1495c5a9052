package ui

import (
	"slices"
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// An area is text of several lines being typed. It keeps what was typed or filled in as it is, and draws it
// neutralised. (The text area of bubbles draws what it holds, and brings in a library that runs the
// system's clipboard programs; neither is wanted here.)
type area struct {
	lines  [][]rune
	row    int // of the cursor
	col    int
	top    int // first drawn row shown
	width  int
	height int
}

func newArea(s string) area {
	a := area{width: 80, height: 20}
	for _, l := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		a.lines = append(a.lines, []rune(l))
	}
	a.row = len(a.lines) - 1
	a.col = len(a.lines[a.row])
	return a
}

func (a *area) text() string {
	var b strings.Builder
	for i, l := range a.lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(string(l))
	}
	return b.String()
}

func (a *area) len() int {
	n := len(a.lines) - 1
	for _, l := range a.lines {
		n += len(l)
	}
	return n
}

// press edits the text.
func (a *area) press(msg tea.KeyMsg) {
	l := a.lines[a.row]
	switch msg.Type {
	case tea.KeyRunes, tea.KeySpace:
		if !msg.Alt {
			a.insert(string(msg.Runes))
		}
	case tea.KeyEnter:
		a.insert("\n")
	case tea.KeyTab:
		a.insert("    ")
	case tea.KeyBackspace:
		a.left(1, true)
	case tea.KeyDelete, tea.KeyCtrlD:
		if a.col < len(l) || a.row < len(a.lines)-1 {
			a.right()
			a.left(1, true)
		}
	case tea.KeyLeft, tea.KeyCtrlB:
		a.left(1, false)
	case tea.KeyRight, tea.KeyCtrlF:
		a.right()
	case tea.KeyHome, tea.KeyCtrlA:
		a.col = 0
	case tea.KeyEnd, tea.KeyCtrlE:
		a.col = len(l)
	case tea.KeyCtrlK:
		a.lines[a.row] = l[:a.col:a.col]
	case tea.KeyCtrlU:
		a.left(a.col, true)
	case tea.KeyCtrlW:
		in := input{value: l, at: a.col}
		a.left(a.col-in.wordStart(), true)
	case tea.KeyUp, tea.KeyCtrlP:
		a.move(-1)
	case tea.KeyDown, tea.KeyCtrlN:
		a.move(1)
	case tea.KeyPgUp:
		a.move(1 - a.height)
	case tea.KeyPgDown:
		a.move(a.height - 1)
	}
}

// insert puts text at the cursor, as far as a note has room.
func (a *area) insert(s string) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	typed := []rune(s)
	typed = typed[:min(len(typed), max(0, maxNote-a.len()))]
	for i, part := range strings.Split(string(typed), "\n") {
		l := a.lines[a.row]
		if i > 0 {
			rest := slices.Clone(l[a.col:])
			a.lines[a.row] = l[:a.col:a.col]
			a.row, a.col = a.row+1, 0
			a.lines = slices.Insert(a.lines, a.row, rest)
			l = rest
		}
		a.lines[a.row] = slices.Insert(slices.Clip(l), a.col, []rune(part)...)
		a.col += len([]rune(part))
	}
}

// left goes n characters to the left, and takes them away if told to.
func (a *area) left(n int, remove bool) {
	for ; n > 0; n-- {
		l := a.lines[a.row]
		if a.col > 0 {
			a.col--
			if remove {
				a.lines[a.row] = append(l[:a.col:a.col], l[a.col+1:]...)
			}
			continue
		}
		if a.row == 0 {
			return
		}
		a.row--
		before := a.lines[a.row]
		a.col = len(before)
		if remove {
			a.lines[a.row] = append(before[:len(before):len(before)], l...)
			a.lines = append(a.lines[:a.row+1], a.lines[a.row+2:]...)
		}
	}
}

func (a *area) right() {
	switch {
	case a.col < len(a.lines[a.row]):
		a.col++
	case a.row < len(a.lines)-1:
		a.row, a.col = a.row+1, 0
	}
}

// A drawnRow is the part of a line that one row of the screen shows.
type drawnRow struct{ line, from, to int }

// rows cuts the text into rows of the width.
func (a *area) rows() []drawnRow {
	var out []drawnRow
	for i, l := range a.lines {
		from := 0
		for {
			to := fits(l, from, a.width-1)
			out = append(out, drawnRow{i, from, to})
			if to >= len(l) {
				break
			}
			from = to
		}
	}
	return out
}

// fits is how far of l, from from, fits width columns, cut at a space if there is one late enough.
func fits(l []rune, from, width int) int {
	used, space := 0, -1
	for i := from; i < len(l); i++ {
		w := strWidth(visible(string(l[i])))
		if used+w > width && i > from {
			if space > from+(i-from)/2 {
				return space
			}
			return i
		}
		used += w
		if l[i] == ' ' {
			space = i + 1
		}
	}
	return len(l)
}

// at is the row of the screen that the cursor is on.
func (a *area) at(rows []drawnRow) int {
	for i, r := range rows {
		if r.line == a.row && a.col >= r.from && (a.col < r.to || r.to == len(a.lines[r.line])) {
			return i
		}
	}
	return 0
}

// move goes n rows of the screen down.
func (a *area) move(n int) {
	rows := a.rows()
	i := a.at(rows)
	col := a.col - rows[i].from
	r := rows[max(0, min(i+n, len(rows)-1))]
	a.row, a.col = r.line, min(r.from+col, r.to)
	if a.col == r.to && r.to < len(a.lines[r.line]) && r.to > r.from {
		a.col--
	}
}

// view draws the text in width columns and height rows, with the cursor in sight.
func (a *area) view(st *styles, width, height int) []string {
	a.width, a.height = max(8, width-4), max(1, height)
	rows := a.rows()
	cur := a.at(rows)
	a.top = max(0, min(a.top, cur), cur-a.height+1)
	var out []string
	for i := a.top; i < min(len(rows), a.top+a.height); i++ {
		r := rows[i]
		l := a.lines[r.line]
		if i != cur {
			out = append(out, "  "+st.draw([]run{{string(l[r.from:r.to]), plain}}, width-2, selNone))
			continue
		}
		under, rest := " ", ""
		if a.col < r.to {
			under, rest = visible(string(l[a.col])), visible(string(l[a.col+1:r.to]))
		}
		if !utf8.ValidString(under) || under == "" {
			under = " "
		}
		drawn := "  " + visible(string(l[r.from:a.col])) + st.selected[plain].Render(under) + rest
		out = append(out, pad(drawn, width))
	}
	for len(out) < height {
		out = append(out, strings.Repeat(" ", width))
	}
	return out
}

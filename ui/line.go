package ui

import (
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// A run is text of one look. The text may be anything: it is neutralised when drawn.
type run struct {
	text string
	look look
}

// A line is one row of a list or a pane, with what it is about.
type line struct {
	runs []run
	hang int     // columns by which continuation rows are indented when the line is wrapped
	sub  subject // the zero subject: the line is only to be read
	hot  bool    // it is a finding, for the scroll bar
}

// A value is something to pivot on. Kind is one of desk.Pivots: client, path, agent, referer, hash, rule,
// actor, time, user, host.
type value struct{ kind, text string }

// A subject is what the keys act upon: the record under the cursor.
type subject struct {
	ref    string  // the record that notes, verdicts and marks are about; empty if there is none
	title  string  // what it is, in a few words
	copied string  // what the copy key copies; the title if empty
	values []value // what there is to pivot on
	open   tea.Msg // where Enter leads; nil if nowhere
	task   int     // which task of its note it is, or the only one of the note; from 1, 0 if it is none
}

func (s subject) empty() bool {
	return s.ref == "" && s.copied == "" && s.open == nil && len(s.values) == 0
}

// text makes a line of one run.
func text(l look, s string) line { return line{runs: []run{{s, l}}} }

// draw draws runs in exactly width columns.
func (st *styles) draw(runs []run, width int, sel selection) string {
	var b strings.Builder
	left := width
	for i, r := range runs {
		if left <= 0 {
			break
		}
		v := visibleN(r.text, maxRunes(left))
		w := strWidth(v)
		last := i == len(runs)-1 || left-w <= 0
		if w > left {
			v = ansi.Truncate(v, left, "…")
			w = strWidth(v)
		}
		if last && sel != selNone {
			v, w = pad(v, left), left
		}
		b.WriteString(st.paint(r.look, sel, v))
		left -= w
	}
	if left > 0 {
		b.WriteString(strings.Repeat(" ", left))
	}
	return b.String()
}

// selection says how a line is drawn.
type selection int

const (
	selNone  selection = iota
	selFocus           // under the cursor of the pane that has the keys
	selRest            // under the cursor of the other pane
)

func (st *styles) paint(l look, sel selection, v string) string {
	switch sel {
	case selFocus:
		return st.selected[l].Render(v)
	case selRest:
		return st.unfocus.Render(v)
	}
	if l == plain {
		return v
	}
	return st.of[l].Render(v)
}

// wrapLines cuts lines into rows of at most width columns. Rows of one line keep its subject. A line of
// more than MaxDrawn bytes is cut, and says how much it had.
func wrapLines(lines []line, width int) []line {
	if width < 8 {
		width = 8
	}
	var out []line
	for _, l := range lines {
		out = append(out, wrapLine(l, width)...)
	}
	return out
}

func wrapLine(l line, width int) []line {
	hang := min(l.hang, width/2)
	row := line{sub: l.sub, hang: l.hang}
	var out []line
	used, drawn, total := 0, 0, 0
	for _, r := range l.runs {
		total += len(r.text)
	}
	for _, r := range l.runs {
		v, cut := r.text, 0
		if len(v) > MaxDrawn-drawn {
			cut = total - MaxDrawn
			v = v[:MaxDrawn-drawn]
		}
		drawn += len(v)
		v = visible(v)
		if cut > 0 {
			v += "… and " + number(cut) + " bytes more"
		}
		for v != "" {
			part, rest := cutAt(v, width-used, width-hang)
			if part != "" {
				row.runs = append(row.runs, run{part, r.look})
				used += strWidth(part)
			}
			v = rest
			if v != "" {
				out = append(out, row)
				row = line{sub: l.sub, hang: l.hang}
				if hang > 0 {
					row.runs = append(row.runs, run{strings.Repeat(" ", hang), plain})
				}
				used = hang
			}
		}
		if cut > 0 {
			break
		}
	}
	return append(out, row)
}

// truncated is as much of v as fits width columns. ASCII, which nearly all is, is counted by bytes.
func truncated(v string, width int) string {
	n := 0
	for n < len(v) && n <= width && v[n] >= 0x20 && v[n] < 0x7f {
		n++
	}
	if n > width {
		return v[:width]
	}
	return ansi.Truncate(v, width, "")
}

// cutAt takes from v what fits width columns. It cuts at a space, unless the word there would not fit a row
// of its own either; at the start of a row (width is full) it takes at least one character.
func cutAt(v string, width, full int) (part, rest string) {
	// Of a long text only the beginning is measured, or a hundred rows would measure all of it a hundred times.
	head := v
	if most := 8*max(width, full) + 64; len(v) > most {
		for !utf8.RuneStart(v[most]) {
			most--
		}
		if head = v[:most]; strWidth(head) <= max(width, full) {
			head = v // marks that take no column
		}
	}
	if len(head) == len(v) && strWidth(v) <= width {
		return v, ""
	}
	part = truncated(head, max(0, width))
	word, _, _ := strings.Cut(head[strings.LastIndexByte(part, ' ')+1:], " ")
	if i := strings.LastIndexByte(part, ' ') + 1; strWidth(word) <= full && (i > 0 || width < full) {
		part = part[:i]
	}
	if part == "" && width >= full {
		_, n := utf8.DecodeRuneInString(v)
		part = v[:n]
	}
	return part, v[len(part):]
}

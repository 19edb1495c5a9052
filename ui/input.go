package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// maxInput bounds what can be typed or pasted into one line, in characters.
const maxInput = 8192

// An input is one line being typed. It keeps what was typed or filled in as it is, and draws it
// neutralised: a filter made from hostile evidence can be edited without reaching the terminal.
type input struct {
	label string
	value []rune
	at    int      // position of the cursor in value
	old   []string // what was entered before, oldest first
	seen  int      // how far up in old one has gone
	kept  string   // what was being typed before going up

	secret bool // what is typed is not shown
}

func newInput(label, value string, old []string) input {
	return input{label: label, value: []rune(value), at: len([]rune(value)), old: old}
}

func (in *input) text() string { return string(in.value) }

func (in *input) set(s string) {
	in.value = []rune(s)
	in.at = len(in.value)
}

// press edits the line. Enter and Esc are the caller's.
func (in *input) press(msg tea.KeyMsg) {
	switch msg.Type {
	case tea.KeyRunes, tea.KeySpace:
		if msg.Alt {
			return
		}
		in.insert(msg.Runes)
	case tea.KeyBackspace:
		if in.at > 0 {
			in.cut(in.at-1, in.at)
		}
	case tea.KeyDelete, tea.KeyCtrlD:
		if in.at < len(in.value) {
			in.cut(in.at, in.at+1)
		}
	case tea.KeyLeft, tea.KeyCtrlB:
		in.at = max(0, in.at-1)
	case tea.KeyRight, tea.KeyCtrlF:
		in.at = min(len(in.value), in.at+1)
	case tea.KeyHome, tea.KeyCtrlA:
		in.at = 0
	case tea.KeyEnd, tea.KeyCtrlE:
		in.at = len(in.value)
	case tea.KeyCtrlU:
		in.cut(0, len(in.value)) // all of it: an error may have put the cursor anywhere
	case tea.KeyCtrlK:
		in.cut(in.at, len(in.value))
	case tea.KeyCtrlW:
		in.cut(in.wordStart(), in.at)
	case tea.KeyUp, tea.KeyCtrlP:
		in.history(1)
	case tea.KeyDown, tea.KeyCtrlN:
		in.history(-1)
	}
}

func (in *input) insert(r []rune) {
	if room := maxInput - len(in.value); len(r) > room {
		r = r[:room]
	}
	next := make([]rune, 0, len(in.value)+len(r))
	next = append(next, in.value[:in.at]...)
	for _, c := range r {
		if c == '\n' || c == '\r' || c == '\t' {
			c = ' '
		}
		next = append(next, c)
	}
	in.value = append(next, in.value[in.at:]...)
	in.at += len(r)
}

func (in *input) cut(from, to int) {
	in.value = append(in.value[:from:from], in.value[to:]...)
	in.at = from
}

func (in *input) wordStart() int {
	i := in.at
	for i > 0 && in.value[i-1] == ' ' {
		i--
	}
	for i > 0 && in.value[i-1] != ' ' {
		i--
	}
	return i
}

func (in *input) history(step int) {
	next := in.seen + step
	if next < 0 || next > len(in.old) {
		return
	}
	if in.seen == 0 {
		in.kept = in.text()
	}
	in.seen = next
	if next == 0 {
		in.set(in.kept)
		return
	}
	in.set(in.old[len(in.old)-next])
}

// shown is the line as it may be seen.
func (in *input) shown() []rune {
	if !in.secret {
		return in.value
	}
	return []rune(strings.Repeat("*", len(in.value)))
}

// view draws label and line in exactly width columns, with the part around the cursor in sight.
func (in *input) view(st *styles, width int) string {
	label := in.label
	room := width - strWidth(label) - 1
	if room < 4 {
		return cell(label, width)
	}
	value := in.shown()
	left := visible(string(value[:in.at]))
	under, right := " ", ""
	if in.at < len(value) {
		under = visible(string(value[in.at]))
		right = visible(string(value[in.at+1:]))
	}
	uw := strWidth(under)
	if over := strWidth(left) + uw - room; over > 0 {
		left = "…" + ansi.TruncateLeft(left, over+1, "")
	}
	right = ansi.Truncate(right, max(0, room-strWidth(left)-uw), "")
	var b strings.Builder
	b.WriteString(st.of[strong].Render(label))
	b.WriteString(left)
	b.WriteString(st.selected[plain].Render(under))
	b.WriteString(right)
	return pad(b.String(), width)
}

package ui

import (
	"context"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
	"spoor/ui/desk"
)

// Completion: what Tab does in a line that is being typed. One Tab writes what all that fits has in common and shows
// what fits; the next ones go through it. What fits is asked in a command, since it may stand on disk.

// An option is one way in which a word can go on.
type option struct {
	text string // in place of the word; a space follows unless it ends in one of ":/="
	hint string
}

// maxOptions bounds what one question finds, shownOptions what is seen of it at once.
const (
	maxOptions   = 400
	shownOptions = 8
)

// A completer says with what the last word of left can go on, and at which character of left the word begins. It
// runs in a command.
type completer func(d *desk.Desk, left string) (from int, options []option)

// A completing is what Tab found.
type completing struct {
	gen     int // the question on its way
	from    int // where the word begins
	options []option
	at      int // the option that stands in the line; -1 if none does
	typed   string
	none    bool // nothing fits
	more    bool // and more fits than the options
	err     error
	cancel  context.CancelFunc // ends the question on its way; nil if there was none
	top     int                // the first option drawn, and how many were
	seen    int
}

// completedMsg answers a question for options.
type completedMsg struct {
	gen     int
	left    string // what was typed, up to the cursor
	from    int
	options []option
	err     error

	field string // whose values they are, counted in the index; empty for other words
	whole bool   // and no others fit
}

// tab asks what fits, or goes to the next option that does.
func (p *prompt) tab(step int) tea.Cmd {
	t := &p.tabbed
	if n := len(t.options); n > 0 {
		if step < 0 && t.at <= 0 {
			t.at = n
		}
		t.at = (t.at + step) % n
		p.in.replace(t.from, t.options[t.at].text)
		return nil
	}
	if t.waiting() {
		return nil
	}
	d, left, complete := p.c.desk, string(p.in.value[:p.in.at]), p.complete
	if m, ok := p.counted.grown(left); ok {
		m.gen = p.c.gen()
		*t = completing{gen: m.gen, at: -1}
		p.completed(m)
		return nil
	}
	ctx, cancel := context.WithCancel(p.c.ctx)
	gen := p.c.gen()
	*t = completing{gen: gen, at: -1, cancel: cancel}
	return func() tea.Msg {
		defer cancel()
		m := proposed(ctx, d, complete, left)
		m.gen = gen
		return m
	}
}

// waiting reports whether the answer to a question is to come.
func (t *completing) waiting() bool {
	return t.gen != 0 && len(t.options) == 0 && !t.none && t.err == nil
}

// untab forgets what Tab found, and ends the question on its way.
func (p *prompt) untab() {
	if p.tabbed.cancel != nil {
		p.tabbed.cancel()
	}
	p.tabbed = completing{}
}

// completed takes the answer, unless something was typed meanwhile.
func (p *prompt) completed(m completedMsg) {
	t := &p.tabbed
	if t.gen != m.gen || m.from > p.in.at {
		return
	}
	t.from, t.typed = m.from, string(p.in.value[m.from:p.in.at])
	if m.field != "" {
		p.counted = m
	}
	switch len(m.options) {
	case 0:
		if t.err = m.err; m.err != nil {
			return
		}
		t.none = true
	case 1:
		p.in.replace(m.from, spaced(m.options[0].text))
		*t = completing{}
	default:
		t.options, t.more = m.options, m.field != "" && !m.whole
		if all := inCommon(m.options); !t.more && len(all) > len(t.typed) {
			p.in.replace(m.from, all)
		}
	}
}

// spaced is a word that is complete, with the space that follows it.
func spaced(s string) string {
	if s == "" || strings.ContainsRune(":/=>", rune(s[len(s)-1])) {
		return s
	}
	return s + " "
}

// inCommon is the beginning that all options have, in whole characters.
func inCommon(options []option) string {
	all := []rune(options[0].text)
	for _, o := range options[1:] {
		r := []rune(o.text)
		all = all[:min(len(all), len(r))]
		for i := range all {
			if all[i] != r[i] {
				all = all[:i]
				break
			}
		}
	}
	return string(all)
}

// replace puts s in place of what stands between from and the cursor.
func (in *input) replace(from int, s string) {
	in.cut(from, in.at)
	in.insert([]rune(s))
}

// pressTab does what Tab and Shift-Tab do, and reports whether the key was one of them.
func (p *prompt) pressTab(msg tea.KeyMsg) (tea.Cmd, bool) {
	if p.complete == nil {
		return nil, false
	}
	switch {
	case key.Matches(msg, p.c.keys.Tab):
		return p.tab(1), true
	case msg.Type == tea.KeyShiftTab:
		return p.tab(-1), true
	}
	p.untab()
	return nil, false
}

// viewOptions draws what fits above the line: at most height rows.
func (p *prompt) viewOptions(width, height int) []string {
	t, st := &p.tabbed, &p.c.st
	n := min(len(t.options), shownOptions, max(0, height))
	if n == 0 {
		return nil
	}
	top := max(0, min(t.at-n/2, len(t.options)-n))
	t.top, t.seen = top, n
	wide := 0
	for _, o := range t.options {
		wide = max(wide, min(strWidth(cell(o.text, min(len(o.text)+16, width/2))), width/2))
	}
	var rows []string
	for i := top; i < top+n; i++ {
		sel := selNone
		if i == t.at {
			sel = selFocus
		}
		rows = append(rows, gutter(i == t.at, false)+st.draw([]run{{cell(t.options[i].text, wide) + "  ", strong}, {t.options[i].hint, plain}}, width-gutterWidth, sel))
	}
	return rows
}

// hintLine is what stands over the line: what was found, or what the word at the cursor means.
func (p *prompt) hintLine() string {
	switch t := &p.tabbed; {
	case len(t.options) > 0:
		ways := counted(len(t.options), "way", "ways")
		if t.more {
			ways = "more than " + ways
		}
		return ways + p.c.keys.words(" to go on; {Tab} takes the next, Shift-Tab the one before")
	case t.err != nil:
		return "what fits cannot be told: " + triage.Visible(t.err.Error())
	case t.waiting():
		return "looking for what fits; typing goes on without it"
	case t.none:
		return "nothing in this case fits " + t.typed
	}
	if p.means != nil {
		if s := p.means(string(p.in.value[:p.in.at])); s != "" {
			return p.c.keys.words(s)
		}
	}
	return p.c.keys.words(p.hint)
}

// fitting are the options that begin with a word, whatever its case.
func fitting(word string, all []option) []option {
	var out []option
	for _, o := range all {
		if len(o.text) >= len(word) && strings.EqualFold(o.text[:len(word)], word) {
			out = append(out, o)
		}
	}
	return out
}

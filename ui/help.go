package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/help"
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage/outcome"
)

// helpBox shows the key map of the pane that has the keys: every binding that does something now.
type helpBox struct {
	c    *common
	list list
}

var helpGroups = []string{"GO", "WHAT THE LIST SHOWS", "DO", "MOVE", "SCREENS"}

// newHelp makes the help of a key map, and of the command line.
func newHelp(c *common, keys help.KeyMap) *helpBox {
	h := &helpBox{c: c}
	var lines []line
	for i, group := range keys.FullHelp() {
		if i < len(helpGroups) {
			lines = append(lines, text(heading, helpGroups[i]))
		}
		lines = append(lines, helpRows(group)...)
	}
	if c.pointing {
		lines = append(lines, text(heading, "MOUSE  (:mouse off gives it back to the terminal)"))
		for _, m := range mouseHelp {
			lines = append(lines, line{runs: []run{{"  " + cell(m[0], 30), strong}, {m[1], plain}}})
		}
	}
	lines = append(lines, text(heading, "COMMAND LINE  (after the key "+quotedKey(&c.keys.Command)+")"))
	for _, cmd := range commands {
		if cmd.help == "" {
			continue // another name of the one before
		}
		lines = append(lines, line{runs: []run{{"  " + cell(cmd.usage, 30), strong}, {c.keys.words(cmd.help), plain}}})
	}
	lines = append(lines, text(heading, "QUERIES  (after the key "+quotedKey(&c.keys.Search)+")"))
	for _, q := range queryHelp {
		lines = append(lines, line{runs: []run{{"  " + cell(q[0], 46), strong}, {q[1], plain}}})
	}
	lines = append(lines, text(heading, "SIGNS  of how an attack fared"))
	for _, o := range outcome.Outcomes {
		lines = append(lines, line{runs: []run{{"  " + cell(outcome.Sign(o), 4), strong}, {cell(string(o), 20), plain}, {outcomeHelp[o], muted}}})
	}
	h.list.set(lines)
	return h
}

// helpRows sets two bindings side by side.
func helpRows(group []key.Binding) []line {
	var on []key.Binding
	for _, b := range group {
		if b.Enabled() {
			on = append(on, b)
		}
	}
	half := (len(on) + 1) / 2
	var out []line
	for i := range half {
		l := line{runs: helpRuns(on[i])}
		if i+half < len(on) {
			l.runs = append(l.runs, helpRuns(on[i+half])...)
		}
		out = append(out, l)
	}
	return out
}

func helpRuns(b key.Binding) []run {
	return []run{{"  " + cell(b.Help().Key, 8), strong}, {cell(b.Help().Desc, 28), plain}}
}

// quotedKey is what a key is called, in quotes.
func quotedKey(b *key.Binding) string { return `"` + b.Help().Key + `"` }

var queryHelp = [][2]string{
	{`union select`, "both words, in the decoded request"},
	{`"union all select"`, "the phrase"},
	{`ip:198.51.100.0/24 status:4xx`, "fields; both must hold"},
	{`path:/images/*.php OR ua:sqlmap*`, "wildcards, either"},
	{`class:sqli -status:404 level:high`, "findings; not"},
	{`after:2025-03-08T03:00 before:2025-03-09`, "times, UTC"},
	{`is:rejected`, "lines that fitted no format"},
}

var outcomeHelp = map[outcome.Outcome]string{
	outcome.Succeeded: "something came of it: data, a file, a command",
	outcome.Likely:    "the answers follow what was asked for",
	outcome.NoSign:    "answered as the page answers everybody",
	outcome.Failed:    "refused, or one answer whatever was asked",
}

// Update scrolls; any other key closes.
func (h *helpBox) Update(msg tea.KeyMsg) (overlay, tea.Cmd) {
	// The help is read, not chosen from: keys move what is seen, not a cursor in it.
	s := &h.list.scroller
	s.cur = s.top
	if key.Matches(msg, h.c.keys.Down, h.c.keys.PageDown, h.c.keys.HalfDown) {
		s.cur = min(s.n, s.top+s.height) - 1
	}
	if s.press(&h.c.keys, msg) {
		return h, nil
	}
	return nil, nil
}

// View fills the body.
func (h *helpBox) View(width, height int) []string {
	h.list.resize(width, height-1)
	rows := []string{rule(&h.c.st, "help: keys that do something here", width, true)}
	for i := h.list.top; i < min(h.list.n, h.list.top+h.list.height); i++ {
		rows = append(rows, h.c.st.draw(h.list.lines[i].runs, width, selNone))
	}
	for len(rows) < height {
		rows = append(rows, strings.Repeat(" ", width))
	}
	return rows
}

// Help says how to leave.
func (h *helpBox) Help() string {
	return h.c.keys.Down.Help().Key + " " + h.c.keys.Up.Help().Key + " more · Esc close"
}

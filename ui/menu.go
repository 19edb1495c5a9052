package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// An overlay takes the keys while it is open. Update returns nil for the overlay when it closes.
type overlay interface {
	Update(tea.KeyMsg) (overlay, tea.Cmd)
	// View draws the overlay over the lower part of a body of that size: at most height rows of width columns.
	View(width, height int) []string
	// Help is what the status line says while the overlay is open.
	Help() string
}

// A choice is one entry of a menu.
type choice struct {
	label string
	hint  string
	msg   tea.Msg // sent when chosen
}

// A menu lets one choose one of few things. Esc goes back to the menu that opened it, if there was one.
type menu struct {
	c       *common
	list    list
	title   string
	choices []choice
	parent  *menu
	back    tea.Msg // sent on Esc; may be nil
}

func newMenu(c *common, title string, choices []choice, parent *menu) *menu {
	m := &menu{c: c, title: title, choices: choices, parent: parent}
	wide := 0
	for _, ch := range choices {
		wide = max(wide, len(strings.TrimRight(cell(ch.label, 40), " ")))
	}
	label := 2
	for _, b := range c.keys.Screens {
		label = max(label, min(6, strWidth(b.Help().Key)))
	}
	lines := make([]line, len(choices))
	for i, ch := range choices {
		key := cell("", label+1)
		if i < screenCount {
			key = cell(c.keys.Screens[i].Help().Key, label+1)
		}
		lines[i] = line{runs: []run{{key, muted}, {cell(ch.label, wide+2), strong}, {ch.hint, plain}}}
	}
	m.list.set(lines)
	return m
}

// Update moves, chooses or closes.
func (m *menu) Update(msg tea.KeyMsg) (overlay, tea.Cmd) {
	k := &m.c.keys
	switch {
	case key.Matches(msg, k.Back), key.Matches(msg, k.Quit):
		if m.parent != nil {
			return m.parent, nil
		}
		return nil, m.c.now(m.back)
	case key.Matches(msg, k.Enter):
		return m.choose(m.list.cur)
	}
	for i := range k.Screens {
		if key.Matches(msg, k.Screens[i]) {
			return m.choose(i)
		}
	}
	m.list.press(k, msg)
	return m, nil
}

func (m *menu) choose(i int) (overlay, tea.Cmd) {
	if i >= len(m.choices) {
		return m, nil
	}
	return nil, m.c.now(m.choices[i].msg)
}

// View draws the menu at the bottom of the body.
func (m *menu) View(width, height int) []string {
	h := min(len(m.choices), height-1)
	m.list.resize(width, h)
	rows := []string{rule(&m.c.st, m.title, width, true)}
	return append(rows, strings.Split(m.list.view(&m.c.st, true, nil), "\n")...)
}

// Help names the keys of a menu.
func (m *menu) Help() string {
	k := &m.c.keys.Screens
	return m.c.keys.words("{Enter} choose · ") + k[0].Help().Key + "-" + k[screenCount-1].Help().Key + m.c.keys.words(" choose at once · {Back} back")
}

// rule draws a line across with a title in it; the pane that has the keys has its title in brackets.
func rule(st *styles, title string, width int, focused bool) string {
	if title == "" {
		return st.bar.Render(strings.Repeat("─", width))
	}
	t := strings.TrimRight(cell(title, max(0, width-8)), " ")
	if focused {
		t = "[" + t + "]"
	} else {
		t = " " + t + " "
	}
	line := "──" + t
	return st.bar.Render(line + strings.Repeat("─", max(0, width-2-strWidth(t))))
}

package ui

import (
	"context"
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// A Headless is the program without a terminal: keys go in, and every command that they lead to has been run
// when Press comes back, so that View is the complete screen. It is for measuring how long that takes. It is
// not safe for use by several goroutines.
type Headless struct {
	m     *root
	until string // stop when the screen shows this; empty for never
	shown bool
}

// NewHeadless starts the program over an open case on a screen of that size, in characters. The Overview is
// complete, with its last counts, when it returns.
func NewHeadless(d *desk.Desk, width, height int) *Headless {
	return NewHeadlessUntil(d, width, height, "")
}

// NewHeadlessUntil is NewHeadless that comes back as soon as the screen shows a text: what the program was still
// to work out then is left. It is for measuring how soon something is on the screen.
func NewHeadlessUntil(d *desk.Desk, width, height int, text string) *Headless {
	h := &Headless{m: newRoot(context.Background(), d, Options{Fresh: true}), until: text}
	h.m.spinning = true // no clock
	h.send(tea.WindowSizeMsg{Width: width, Height: height})
	h.run(h.m.Init())
	return h
}

// Press presses the key of an action: "row down", "page down" and so on, in the words of the help, or the name
// of a screen. An action that there is not is a mistake of the caller's, and an error.
func (h *Headless) Press(action string) error {
	groups := h.m.keys.FullHelp()
	for _, group := range groups {
		for _, b := range group {
			if b.Help().Desc == action {
				msg, err := keyOf(b)
				if err != nil {
					return err
				}
				h.send(msg)
				return nil
			}
		}
	}
	return fmt.Errorf("no key does %q", action)
}

// View draws the screen.
func (h *Headless) View() string { return h.m.View() }

// keyOf is the first key of a binding as the terminal would report it.
func keyOf(b key.Binding) (tea.KeyMsg, error) {
	name := b.Keys()[0]
	if len([]rune(name)) == 1 {
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}, nil
	}
	for k := tea.KeyType(-100); k < 200; k++ {
		if m := (tea.KeyMsg{Type: k}); m.String() == name {
			return m, nil
		}
	}
	return tea.KeyMsg{}, fmt.Errorf("no key is called %q", name)
}

// run runs a command and all that follow from it.
func (h *Headless) run(cmd tea.Cmd) {
	if cmd == nil || h.shown {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			h.run(c)
		}
	default:
		h.send(msg)
	}
}

func (h *Headless) send(msg tea.Msg) {
	_, cmd := h.m.Update(msg)
	h.shown = h.until != "" && strings.Contains(h.View(), h.until)
	h.run(cmd)
}

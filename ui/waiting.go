package ui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// Keys are typed faster than lists are read. What a key asks for may need rows that are on their way, or lead somewhere
// that is not known yet: then it waits, and all that are typed after it, and they are done in their order as soon as
// they can be. So what comes of keys does not depend on how fast they are typed, or how slow the line or the disk is. A
// key that leaves the screen does not wait, and drops what does.

// maxWaiting bounds the keys that wait; further ones are lost, which is said.
const maxWaiting = 64

// A waiter is a screen or an overlay that may not be able yet to do what a key asks for.
type waiter interface {
	waits(msg tea.KeyMsg) bool
}

// A loader is a waiter that may turn out to have no rows: a key that is about one is dropped then, with what follows.
type loader interface {
	waiter
	noRows() bool
}

// now has an intent done before the next key is, and returns no command, to stand where one would.
func (c *common) now(msg tea.Msg) tea.Cmd {
	if msg != nil {
		c.intents = append(c.intents, msg)
	}
	return nil
}

// do handles a message and the intents that come of it.
func (r *root) do(handle func() tea.Cmd) tea.Cmd {
	cmds := []tea.Cmd{handle()}
	for len(r.intents) > 0 {
		msg := r.intents[0]
		r.intents = r.intents[1:]
		cmds = append(cmds, r.handle(msg))
	}
	return tea.Batch(cmds...)
}

// typed presses a key, or has it wait.
func (r *root) typed(msg tea.KeyMsg) tea.Cmd {
	if msg.Type == tea.KeyRunes && len(msg.Runes) > 1 && !msg.Paste {
		// Keys that arrive together, as over a slow line, come as one message; each is a key of its own.
		var cmds []tea.Cmd
		for _, c := range msg.Runes {
			cmds = append(cmds, r.do(func() tea.Cmd { return r.typed(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{c}, Alt: msg.Alt}) }))
		}
		return tea.Batch(cmds...)
	}
	if first, second, ok := r.escFirst(msg); ok {
		cmd := r.do(func() tea.Cmd { return r.typed(first) })
		return tea.Batch(cmd, r.typed(second))
	}
	switch {
	case r.leaves(msg):
		going := r.asked != 0
		r.waiting, r.asked = nil, 0
		if going && key.Matches(msg, r.keys.Back, r.keys.Older) {
			return nil // not going there is the step back
		}
	case len(r.waiting) >= maxWaiting:
		r.say(number(maxWaiting) + " keys wait already; this one is lost")
		return nil
	case len(r.waiting) > 0 || r.mustWait(msg):
		r.waiting = append(r.waiting, msg)
		return nil
	}
	return r.press(msg)
}

// pressWaiting presses the keys that need not wait any longer.
func (r *root) pressWaiting() tea.Cmd {
	var cmds []tea.Cmd
	for len(r.waiting) > 0 && !r.mustWait(r.waiting[0]) {
		if l, ok := r.top().(loader); ok && r.over == nil && l.noRows() && key.Matches(r.waiting[0], r.keys.ofRows()...) {
			r.waiting = nil
			break
		}
		msg := r.waiting[0]
		r.waiting = r.waiting[1:]
		cmds = append(cmds, r.do(func() tea.Cmd { return r.press(msg) }))
	}
	return tea.Batch(cmds...)
}

// waitText says how many keys wait; nothing if none do.
func (r *root) waitText() string {
	if len(r.waiting) == 0 {
		return ""
	}
	return " · " + counted(len(r.waiting), "key waits", "keys wait")
}

// mustWait reports whether what a key asks for needs what is on its way.
func (r *root) mustWait(msg tea.KeyMsg) bool {
	if r.over != nil {
		w, ok := r.over.(waiter)
		return ok && w.waits(msg)
	}
	if key.Matches(msg, r.keys.CopyView, r.keys.Hidden, r.keys.Suspend) {
		return false
	}
	if r.asked != 0 {
		return true
	}
	if _, ok := r.top().(*request); ok && len(r.stack) > 1 {
		if l, ok := r.stack[len(r.stack)-2].(*requests); ok && l.seeking != 0 {
			return true // another request is about to stand here
		}
	}
	w, ok := r.top().(waiter)
	return ok && w.waits(msg)
}

// leaves reports whether a key leaves what is shown, whatever waits. While text may be typed by keys that wait, only
// those do that cannot be part of one.
func (r *root) leaves(msg tea.KeyMsg) bool {
	k := &r.keys
	if key.Matches(msg, k.Cancel) || key.Matches(msg, k.Back) && !types(msg) {
		return true
	}
	if r.over != nil {
		return false
	}
	for _, w := range r.waiting {
		if key.Matches(w, k.Jump, k.Note, k.Verdict, k.Edit, k.Pivot, k.Columns, k.Filters, k.Merge, k.Split, k.Filter) {
			return false
		}
	}
	return key.Matches(msg, k.Screens[:]...) || key.Matches(msg, k.Quit, k.Help, k.Palette, k.Command, k.Search, k.Filter, k.Older, k.Newer)
}

// ofRows are the keys that do nothing without a row, and after which keys are meant for where they lead.
func (k *keyMap) ofRows() []key.Binding {
	return []key.Binding{k.Enter, k.Pivot, k.Copy, k.Mark, k.Verdict, k.Plant, k.Merge, k.Split, k.Edit, k.Task, k.Tree, k.Jump, k.In, k.Out, k.Tally,
		k.Sort, k.Columns, k.Filters}
}

// escFirst takes Esc and a key apart that came together, which a terminal sends for Alt with that key as well: Alt with
// a key that means nothing together with it is taken for the two. Text fields have meanings of their own for Alt.
func (r *root) escFirst(msg tea.KeyMsg) (esc, then tea.KeyMsg, ok bool) {
	switch r.over.(type) {
	case *prompt, *editorPane, *palette:
		return esc, then, false
	}
	if !msg.Alt || msg.Paste {
		return esc, then, false
	}
	for _, b := range r.keys.actions() {
		if key.Matches(msg, *b) {
			return esc, then, false
		}
	}
	msg.Alt = false
	return tea.KeyMsg{Type: tea.KeyEsc}, msg, true
}

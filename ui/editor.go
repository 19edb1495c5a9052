package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// maxNote bounds a note, in characters.
const maxNote = 64 << 10

// An editorPane writes a note. What is typed is saved as a draft at each key, so that a lost terminal loses
// nothing.
type editorPane struct {
	c        *common
	area     area
	title    string
	key      string   // under which the draft is kept
	on       []string // what a new note is about
	note     string   // the note edited; empty for a new one
	original string
}

// saveNoteMsg asks the root to save what the editor holds.
type saveNoteMsg struct {
	key, text, note string
	on              []string
}

// keepDraftMsg asks the root to keep what is being typed.
type keepDraftMsg struct{ key, text string }

// reopenMsg goes on editing after a question.
type reopenMsg struct{ ed *editorPane }

// newEditor opens an editor on a text. original is what the text was before anything was typed.
func newEditor(c *common, title, draft, original, text string) *editorPane {
	return &editorPane{c: c, title: title, key: draft, original: original, area: newArea(text)}
}

func (e *editorPane) changed() bool { return e.area.text() != e.original }

// Update types, saves, or asks what to do with the draft.
func (e *editorPane) Update(msg tea.KeyMsg) (overlay, tea.Cmd) {
	switch k := &e.c.keys; {
	case types(msg): // whatever the key does elsewhere
	case key.Matches(msg, k.Save):
		if strings.TrimSpace(e.area.text()) == "" {
			return e, send(sayMsg{"the note is empty; nothing to save"})
		}
		return nil, send(saveNoteMsg{e.key, e.area.text(), e.note, e.on})
	case key.Matches(msg, k.Outside):
		return e, send(lendMsg{e})
	case key.Matches(msg, k.Back), key.Matches(msg, k.Cancel):
		if !e.changed() {
			return nil, send(keepDraftMsg{e.key, ""})
		}
		return e.ask(), nil
	}
	before := e.area.text()
	e.area.press(msg)
	if now := e.area.text(); now != before {
		// Not by a message: messages of keys that come together may overtake each other.
		return e, e.c.drafts.save(e.c.desk, e.key, now)
	}
	return e, nil
}

// ask is what Esc opens when something is not saved.
func (e *editorPane) ask() overlay {
	m := newMenu(e.c, "This note is not saved", []choice{
		{"go on writing", "", reopenMsg{e}},
		{"save it", "as a note of the case", saveNoteMsg{e.key, e.area.text(), e.note, e.on}},
		{"keep the draft", "screen Notes lists it; it is not in the report", sayMsg{e.c.keys.words("draft kept; screen Notes ({Notes}) lists it")}},
		{"discard it", "", keepDraftMsg{e.key, ""}},
	}, nil)
	m.back = reopenMsg{e}
	return m
}

// View draws the editor over the whole body.
func (e *editorPane) View(width, height int) []string {
	rows := []string{rule(&e.c.st, e.title, width, true)}
	rows = append(rows, e.area.view(&e.c.st, width, max(1, height-2))...)
	state := "nothing typed yet"
	if e.changed() {
		state = "draft kept as you type; not a note until saved"
	}
	return append(rows, e.c.st.draw([]run{{" " + state + " · [[ref]] cites a record", muted}}, width, selNone))
}

// Help names the keys of the editor.
func (e *editorPane) Help() string {
	return helpItem(e.c.keys.Save) + " · " + helpItem(e.c.keys.Outside) + " · Esc leave"
}

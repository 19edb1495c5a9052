package ui

// The responder's own editor on a note: the text is lent to it as a file in the case folder, and comes back into the
// built-in editor, where Ctrl-S saves it.

import (
	"fmt"
	"os"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/editor"
)

type (
	lendMsg struct{ ed *editorPane } // open the responder's editor on what is typed
	lentMsg struct {
		ed   *editorPane
		path string
		err  error
	}
	takenMsg struct { // the editor has ended
		ed   *editorPane
		text string
		err  error
	}
)

// lend writes what is typed where an editor can have it.
func (r *root) lend(ed *editorPane) tea.Cmd {
	if _, err := editor.Command(os.Environ(), "x"); err != nil {
		r.fail(fmt.Errorf("%w; %s saves what you type here", err, r.keys.Save.Help().Key))
		return nil
	}
	d, key, body := r.desk, ed.key, ed.area.text()
	return func() tea.Msg {
		path, err := d.Case.LendDraft(key, body)
		return lentMsg{ed, path, err}
	}
}

// editOutside gives the terminal to the editor until it ends.
func (r *root) editOutside(m lentMsg) tea.Cmd {
	if m.err != nil {
		r.fail(m.err)
		return nil
	}
	cmd, err := editor.Command(os.Environ(), m.path)
	if err != nil {
		r.fail(err)
		return nil
	}
	d, key := r.desk, m.ed.key
	return r.exec(cmd, func(ended error) tea.Msg {
		text, err := d.Case.TakeDraft(key)
		if err == nil && ended != nil {
			err = fmt.Errorf("the editor ended with: %w; what it wrote is below", ended)
		}
		return takenMsg{m.ed, text, err}
	})
}

// taken shows what came back; the draft has it already.
func (r *root) taken(m takenMsg) tea.Cmd {
	if m.err != nil && m.text == "" {
		r.fail(m.err)
		return nil
	}
	m.ed.area = newArea(m.text)
	r.over = m.ed
	r.say("back from your editor; " + r.keys.Save.Help().Key + " saves the note")
	r.fail(m.err)
	text := m.text
	if !m.ed.changed() {
		text = ""
	}
	return r.drafts.save(r.desk, m.ed.key, text)
}

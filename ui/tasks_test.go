package ui

import (
	"os"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/editor"
)

func TestTasksOnScreen(t *testing.T) {
	dk := incidentCase(t)
	n, err := dk.AddNote("plan #todo\n- [ ] ask for the proxy log\n- [x] hash the disk\n- [ ] call the host", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dk.AddNote("nothing to do here #Seen", nil); err != nil {
		t.Fatal(err)
	}
	d := drive(t, dk, 100, 40)
	k := d.m.keys
	d.wants("NOTES      2 notes, 2 of 3 tasks open")
	d.press(k.Screens[tabNotes])
	d.wants("2 tasks open  plan")
	d.press(k.Task) // with several tasks, none is under the cursor: nothing happens
	if got, _ := dk.Case.Note(n.Ref); got.Version != 1 {
		t.Errorf("version %d", got.Version)
	}
	d.press(k.Tab)
	d.to("hash the disk")
	d.press(k.Task)
	d.wants("open again: hash the disk", "3 tasks open  plan")
	d.to("call the host")
	d.press(k.Task, k.Back)
	d.wants("2 tasks open  plan")

	// The tasks alone, the open ones first, and done from there.
	d.press(k.Cycle)
	d.wants("1 of 3 tasks", "[ ] ask for the proxy log", "[x] call the host")
	d.press(k.Task)
	d.wants("[x] ask for the proxy log", "[ ] hash the disk")
	d.press(k.Cycle)
	d.wants("1 of 2 notes")

	// All versions of the note can be read.
	d.press(k.Tab)
	d.to("version 4, first written")
	d.press(k.Enter)
	d.wants("versions of "+n.Ref, "1 of 4 versions")
	d.press(k.End)
	d.wants("- [ ] ask for the proxy log", "- [x] hash the disk", "- [ ] call the host")
	d.press(k.Back)

	// Tags are set in the text, shown, followed and searched for.
	d.press(k.End, k.Up, k.Enter)
	d.wants("Notes > #todo", "1 of 1 note")
	d.press(k.Filter)
	d.typed(" is:never\n")
	d.wants("no notes are is:never")
	d.press(k.Back, k.Search)
	d.typed("HERE #seen\n")
	d.wants("1 of 1 note", "nothing to do here")
	d.press(k.Search)
	d.typed("on:r:\n")
	d.wants("No note fits")
}

// The responder's editor gets the text as a file of the case, and what it leaves comes back to be saved.
func TestOutsideEditor(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 120, 40)
	k := d.m.keys
	write := func(text string) func(cmd *editor.Cmd, done tea.ExecCallback) tea.Cmd {
		return func(cmd *editor.Cmd, done tea.ExecCallback) tea.Cmd {
			return func() tea.Msg {
				file := cmd.Args[len(cmd.Args)-1]
				b, err := os.ReadFile(file)
				if err != nil || !strings.HasPrefix(file, dk.Case.Dir()) || string(b) != "typed here\n" {
					t.Errorf("%s holds %q (%v)", file, b, err)
				}
				return done(os.WriteFile(file, []byte(text), 0o600))
			}
		}
	}
	d.press(k.Screens[tabNotes], k.Note)
	d.typed("typed here")
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "")
	outside := d.m.keys.Outside
	d.press(outside)
	d.wants("neither $VISUAL nor $EDITOR", "typed here")
	t.Setenv("EDITOR", "some-editor")
	if self, err := os.Executable(); err == nil {
		t.Setenv("EDITOR", self)
	}
	d.m.exec = write("two\nlines, written outside\n")
	d.press(outside)
	d.wants("lines, written outside", "back from your editor")
	if got := dk.Drafts()["note"]; got != "two\nlines, written outside" {
		t.Errorf("the draft is %q", got)
	}
	d.press(d.m.keys.Save)
	notes := dk.Notes()
	if len(notes) != 1 || notes[0].Text != "two\nlines, written outside" || len(dk.Drafts()) != 0 {
		t.Errorf("notes %+v, drafts %q", notes, dk.Drafts())
	}
}

// Keys that come together, as over a slow line, may have their commands run in any order: the draft is what stands
// there in the end.
func TestDraftOfKeysThatComeTogether(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 100, 40)
	d.press(d.m.keys.Screens[tabNotes], d.m.keys.Note)
	_, cmd := d.m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("typed at once")})
	var cmds []tea.Cmd
	var flat func(c tea.Cmd)
	flat = func(c tea.Cmd) {
		if c == nil {
			return
		}
		if all, ok := c().(tea.BatchMsg); ok {
			for _, c := range all {
				flat(c)
			}
			return
		}
		cmds = append(cmds, c)
	}
	flat(cmd)
	for i := range cmds {
		d.run(cmds[len(cmds)-1-i])
	}
	if got := dk.Drafts()["note"]; got != "typed at once" {
		t.Errorf("the draft is %q", got)
	}
}

// A note that cannot be saved stays on screen, to be saved once that can be done.
func TestNoteThatCannotBeSavedStaysOnScreen(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 100, 40)
	d.press(d.m.keys.Screens[tabNotes], d.m.keys.Note)
	d.typed("about [[r:ffffff.99]]")
	d.press(d.m.keys.Save)
	d.wants("not saved: note", "about [[r:ffffff.99]]", "no such record")
	d.send(tea.KeyMsg{Type: tea.KeyEnd}) // the message goes, the text stays
	for range len("[[r:ffffff.99]]") {
		d.send(tea.KeyMsg{Type: tea.KeyBackspace})
	}
	d.typed("nothing")
	d.press(d.m.keys.Save)
	if n := dk.Notes(); len(n) != 1 || len(dk.Drafts()) != 0 {
		t.Errorf("notes %+v, drafts %q", n, dk.Drafts())
	}
}

package ui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// taskMsg says that a task of a note is done, or open again.
type taskMsg struct {
	note string
	n    int
	done bool
}

// setTask records it: a new version of the note.
func (r *root) setTask(m taskMsg) tea.Cmd {
	d := r.desk
	return r.keep("recording the task", func(context.Context) tea.Msg {
		t, err := d.SetTask(m.note, m.n, m.done)
		return taskSetMsg{t, err}
	})
}

// taskSetMsg says that a task is recorded, or why not.
type taskSetMsg struct {
	task desk.Task
	err  error
}

func (r *root) taskSet(m taskSetMsg) tea.Cmd {
	if m.err != nil {
		r.fail(m.err)
		return nil
	}
	state := "open again: "
	if m.task.Done {
		state = "done: "
	}
	r.say(state + m.task.Text)
	return send(changedMsg{})
}

// taskRow is one task in the list of tasks.
func taskRow(n *writing, t desk.Task) line {
	box, l := "[ ] ", strong
	if t.Done {
		box, l = "[x] ", muted
	}
	s := noteSubject(n)
	s.open, s.task, s.copied = openMsg{n.Ref}, t.N, t.Text
	return line{sub: s, runs: []run{{cell(n.Ref, 11), plain}, {cell(stamp(n.Edited), 21), plain}, {cell(n.Author, 12), plain}, {box, l}, {t.Text, l}}}
}

// noteCounts is how much was written in a case.
type noteCounts struct{ notes, drafts, open, tasks int }

func countNotes(d *desk.Desk) noteCounts {
	n := noteCounts{notes: len(d.Notes())}
	for _, t := range d.Tasks() {
		n.tasks++
		if !t.Done {
			n.open++
		}
	}
	for _, text := range d.Drafts() {
		if text != "" {
			n.drafts++
		}
	}
	return n
}

// noteLines say what was written and what is still to be done; nothing if nothing was written.
func (v *overviewData) noteLines() []line {
	n := v.notes
	if n.notes+n.drafts == 0 {
		return nil
	}
	what := counted(n.notes, "note", "notes")
	if n.tasks > 0 {
		what += ", " + number(n.open) + " of " + counted(n.tasks, "task", "tasks") + " open"
	}
	if n.drafts > 0 {
		what += ", " + counted(n.drafts, "draft", "drafts") + " not saved"
	}
	return []line{section("NOTES", what, tabMsg{tabNotes})}
}

package desk

// Tasks: the lines of notes that say what is to be done, "- [ ] look at the proxy log", or was, "- [x] …".
// They are Markdown's task list items: https://github.github.com/gfm/#task-list-items-extension-

import (
	"fmt"
	"regexp"
	"strings"

	"spoor/cases"
	"spoor/triage"
)

// A Task is one line of a note that is to be done.
type Task struct {
	Note string `json:"note"` // reference of the note
	N    int    `json:"n"`    // which of the note's tasks, from 1
	Done bool   `json:"done"`
	Text string `json:"text"`
	By   string `json:"by"` // author of the note; empty if not told
}

var taskLine = regexp.MustCompile(`^(\s{0,8}[-*+] \[)([ xX])(\] +)(\S.*)$`)

// Tasks lists the tasks of all notes, oldest note first.
func (d *Desk) Tasks() []Task {
	out := []Task{}
	for _, n := range d.Notes() {
		out = append(out, TasksOf(&n)...)
	}
	return out
}

// TasksOf lists the tasks of a note.
func TasksOf(n *cases.Note) []Task {
	var out []Task
	for _, l := range strings.Split(n.Text, "\n") {
		if m := taskLine.FindStringSubmatch(strings.TrimRight(l, "\r")); m != nil {
			out = append(out, Task{Note: n.Ref, N: len(out) + 1, Done: m[2] != " ", Text: m[4], By: n.Author})
		}
	}
	return out
}

// IsTask reports whether a line of a note is a task.
func IsTask(l string) bool { return taskLine.MatchString(strings.TrimRight(l, "\r")) }

// SetTask says that a task is done, or open again: a new version of its note. It answers the task as it is then; if it
// was so before, nothing is recorded.
func (d *Desk) SetTask(note string, n int, done bool) (Task, error) {
	old, err := d.Case.Note(note)
	if err != nil {
		return Task{}, err
	}
	all := TasksOf(&old)
	if n < 1 || n > len(all) {
		return Task{}, fmt.Errorf("%s has no task %d: it has %d", triage.VisibleN(old.Ref, 60), n, len(all))
	}
	t := all[n-1]
	if t.Done == done {
		return t, nil
	}
	t.Done = done
	box := map[bool]string{true: "x", false: " "}[done]
	lines, seen := strings.Split(old.Text, "\n"), 0
	for i, l := range lines {
		if m := taskLine.FindStringSubmatchIndex(strings.TrimRight(l, "\r")); m != nil {
			if seen++; seen == n {
				lines[i] = l[:m[4]] + box + l[m[5]:]
			}
		}
	}
	_, err = d.EditNote(old.Ref, strings.Join(lines, "\n"))
	return t, err
}

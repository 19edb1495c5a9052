package cli

import (
	"fmt"
	"io"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
)

type taskCmd struct {
	Case string `arg:"" help:"Case folder."`
	Note string `arg:"" help:"Note that holds the task, such as n:3f9a12."`
	N    int    `arg:"" help:"Which of its tasks, from 1, as notes --tasks prints it."`
	Open bool   `help:"It is open again."`
}

// Run says that a task is done: the line of the note is edited, and the former version kept.
func (c *taskCmd) Run(s *session) error {
	return s.withCase(c.Case, func(d *desk.Desk) error {
		t, err := d.SetTask(c.Note, c.N, !c.Open)
		if err == nil {
			printTask(s.out, t)
		}
		return err
	})
}

func printTask(w io.Writer, t desk.Task) {
	box := "[ ]"
	if t.Done {
		box = "[x]"
	}
	fmt.Fprintf(w, "%s  %s %d  %s\n", box, t.Note, t.N, triage.Visible(t.Text))
}

// printTasks prints the tasks of notes, and on stderr how many are open.
func printTasks(s *session, notes []cases.Note, asJSON bool) error {
	tasks := []desk.Task{}
	for i := range notes {
		tasks = append(tasks, desk.TasksOf(&notes[i])...)
	}
	open := 0
	for _, t := range tasks {
		if !t.Done {
			open++
		}
	}
	err := each(s, asJSON, tasks, func(t desk.Task) any { t.Text = text(t.Text); return t }, printTask)
	fmt.Fprintf(s.err, "%s, %d open\n", plural(len(tasks), "task"), open)
	return err
}

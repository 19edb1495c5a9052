package cli

// Commands that write and print notes.

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
	"spoor/ui/editor"
)

type noteCmd struct {
	Case   string   `arg:"" help:"Case folder."`
	Text   string   `short:"m" name:"message" help:"The note, Markdown: [[r:3f9a12.7]] cites a record, #word is a tag, - [ ] begins a task. - reads it from stdin." placeholder:"TEXT"`
	Editor bool     `short:"e" help:"Write it in the editor that $VISUAL or $EDITOR names; its file lies in the case's drafts and is found again after a crash."`
	On     []string `help:"Record that the note is on. Repeatable." placeholder:"REF" sep:"none"`
	Edit   string   `help:"Make a new version of this note; the former are kept." placeholder:"NOTE"`
	JSON   bool     `name:"json" help:"Print the note as JSON."`
}

func (c *noteCmd) Run(s *session) error {
	switch {
	case c.Editor == (c.Text != ""):
		return misuse{errors.New("say what the note is to say with -m TEXT, or write it in your editor with -e")}
	case c.Edit != "" && len(c.On) > 0:
		return misuse{errors.New("--on is for a new note; a note that is edited stays on what it is on, and on what its text cites")}
	case c.Text == "-":
		b, err := io.ReadAll(io.LimitReader(s.in, cases.MaxNote+1))
		if err != nil {
			return fmt.Errorf("read the note from stdin: %w", err)
		}
		c.Text = string(b)
	}
	if !c.Editor && strings.TrimSpace(c.Text) == "" {
		return misuse{errors.New("the note is empty")}
	}
	return s.withCase(c.Case, func(d *desk.Desk) error {
		key := ""
		if c.Editor {
			var err error
			if key, c.Text, err = c.write(s, d); err != nil {
				return err
			}
		}
		n, err := c.save(d)
		if err != nil {
			return err
		}
		if key != "" {
			if err := d.SaveDraft(key, ""); err != nil {
				return err
			}
		}
		if c.JSON {
			return jsonLine(s.out, n)
		}
		_, err = fmt.Fprintln(s.out, n.Ref)
		return err
	})
}

func (c *noteCmd) save(d *desk.Desk) (cases.Note, error) {
	if c.Edit != "" {
		return d.EditNote(c.Edit, c.Text)
	}
	return d.AddNote(c.Text, c.On)
}

// write has the note written in the responder's editor, beginning with the draft that was left if there is one. The
// draft of the key answered is dropped once the note is saved.
func (c *noteCmd) write(s *session, d *desk.Desk) (key, text string, err error) {
	if _, err := editor.Command(os.Environ(), "x"); err != nil {
		return "", "", err
	}
	var before string
	if c.Edit != "" {
		n, err := d.Case.Note(c.Edit)
		if err != nil {
			return "", "", err
		}
		key, before = "note "+n.Ref, n.Text
	} else {
		for i, ref := range c.On {
			cited, err := d.Cite(ref)
			if err != nil {
				return "", "", err
			}
			c.On[i] = cited.Ref
		}
		key, before = desk.DraftKey(c.On), desk.NewNote(c.On)
	}
	body := before
	if left := d.Drafts()[key]; left != "" {
		body = left
		fmt.Fprintln(s.err, "spoor: the draft that you left of this note is back")
	}
	file, err := d.Case.LendDraft(key, body)
	if err != nil {
		return "", "", err
	}
	cmd, err := editor.Command(os.Environ(), file)
	if err != nil {
		return "", "", err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.in, s.err, s.err
	if f, ok := s.out.(*os.File); ok {
		cmd.Stdout = f
	}
	ended := cmd.Run()
	if text, err = d.Case.TakeDraft(key); err != nil {
		return "", "", err
	}
	if strings.TrimSpace(text) == strings.TrimSpace(before) {
		return "", "", errors.Join(fmt.Errorf("nothing was written, and no note recorded"), d.SaveDraft(key, ""))
	}
	if ended != nil {
		return "", "", fmt.Errorf("the editor ended with: %w; no note was recorded, what it wrote is kept as a draft: the same command goes on", ended)
	}
	return key, text, nil
}

type notesCmd struct {
	Case  string `arg:"" help:"Case folder."`
	Query string `arg:"" optional:"" help:"What the notes must have, all of: words, #TAG, by:AUTHOR, on:REF, is:open, is:done."`
	JSON  bool   `name:"json" help:"Print one JSON object a line."`

	csvFlag
	Tasks   bool   `help:"Print the tasks in notes, lines such as - [ ] ask for the proxy log, and whether they are done." xor:"what"`
	History string `help:"Print all versions of this note." placeholder:"NOTE" xor:"what"`
	Drafts  bool   `help:"Print what was being typed and is no note yet." xor:"what"`
}

// draftJSON is a draft as notes --drafts prints it.
type draftJSON struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

func (c *notesCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	if err := desk.CheckNotes(c.Query); err != nil {
		return misuse{err}
	}
	return s.withCase(c.Case, func(d *desk.Desk) error {
		left := drafts(d)
		if c.Drafts {
			return each(s, c.JSON, left, func(x draftJSON) any { return draftJSON{text(x.Key), text(x.Text)} }, printDraft)
		}
		notes, err := d.FindNotes(c.Query)
		if c.History != "" {
			notes, err = d.History(c.History)
		}
		if err != nil {
			return err
		}
		if n := len(left); n > 0 && !c.JSON {
			fmt.Fprintf(s.err, "%s not saved as a note; --drafts prints them\n", plural(n, "draft"))
		}
		if c.Tasks {
			return printTasks(s, notes, c.JSON)
		}
		return each(s, c.JSON, notes, func(n cases.Note) any { return n }, printNote)
	})
}

// drafts lists the drafts of a case by their keys.
func drafts(d *desk.Desk) []draftJSON {
	var out []draftJSON
	all := d.Drafts()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if all[key] != "" {
			out = append(out, draftJSON{key, all[key]})
		}
	}
	return out
}

func printDraft(w io.Writer, x draftJSON) {
	fmt.Fprintf(w, "draft: %s\n", triage.Visible(x.Key))
	for _, line := range strings.Split(x.Text, "\n") {
		fmt.Fprintf(w, "  %s\n", triage.Visible(line))
	}
}

package ui

import (
	"context"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/ui/desk"
)

// notes is the list of notes with a reader; citations can be followed. Drafts that were never saved stand on
// top.
type notes struct{ records[writing] }

// A writing is a note or a draft.
type writing struct {
	cases.Note
	draft string // the key of a draft; empty for a note
}

func newNotes(c *common, want string) *notes {
	n := &notes{}
	title := screenNames[tabNotes]
	if want != "" {
		title = want
	}
	n.start(c, tabNotes, title, "No notes yet. The key a writes one on whatever is selected, on any screen.", "note", "notes")
	n.want = want
	n.read = func(_ context.Context, d *desk.Desk) ([]writing, error) { return readNotes(d), nil }
	n.b.head = []run{{cell("note", 11) + cell("written (UTC)", 21) + cell("by", 12) + "text", muted}}
	n.row = noteRow
	n.about = describeNote
	return n
}

func readNotes(d *desk.Desk) []writing {
	var out []writing
	drafts := d.Drafts()
	for _, k := range sortedKeys(drafts) {
		if drafts[k] != "" {
			out = append(out, writing{Note: cases.Note{Text: drafts[k]}, draft: k})
		}
	}
	for _, n := range d.Notes() {
		out = append(out, writing{Note: n})
	}
	return out
}

func noteSubject(n *writing) subject {
	if n.draft != "" {
		return subject{title: "draft " + n.draft, copied: n.Text, open: draftMsg{n.draft}}
	}
	s := subject{ref: n.Ref, title: "note " + n.Ref, copied: n.Text}
	if refs := noteRefs(n); len(refs) > 0 {
		s.open = openMsg{refs[0]}
	}
	return s
}

// noteRefs lists what a note is about or cites, each once.
func noteRefs(n *writing) []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range n.On {
		if !seen[c.Ref] {
			seen[c.Ref] = true
			out = append(out, c.Ref)
		}
	}
	for _, ref := range desk.CitedIn(n.Text) {
		if !seen[ref] {
			seen[ref] = true
			out = append(out, ref)
		}
	}
	return out
}

func noteRow(n *writing, _ int) line {
	if n.draft != "" {
		return line{sub: noteSubject(n), runs: []run{{cell("DRAFT", 11), medium}, {cell("not saved", 33), muted}, {noteGist(n.Text), plain}}}
	}
	return line{sub: noteSubject(n), runs: []run{{cell(n.Ref, 11), strong}, {cell(stamp(n.Edited), 21), plain}, {cell(n.Author, 12), plain}, {openTasks(n), medium}, {noteGist(n.Text), plain}}}
}

// openTasks says how many tasks of a note are not done; empty if it has none.
func openTasks(n *writing) string {
	open := 0
	for _, t := range desk.TasksOf(&n.Note) {
		if !t.Done {
			open++
		}
	}
	if open == 0 {
		return ""
	}
	return counted(open, "task", "tasks") + " open  "
}

// noteGist is the first line of a note that says more than a citation.
func noteGist(s string) string {
	for _, l := range strings.Split(s, "\n") {
		rest := l
		for _, ref := range desk.CitedIn(l) {
			rest = strings.ReplaceAll(rest, "[["+ref+"]]", "")
		}
		if strings.TrimSpace(rest) != "" {
			return strings.TrimSpace(l)
		}
	}
	return firstLine(s)
}

// describeNote is the reader: the text, then what it is about.
func describeNote(n *writing) []line {
	self := noteSubject(n)
	self.open = nil
	var out []line
	if n.draft != "" {
		out = append(out, label("draft", run{n.draft + "; not saved as a note, not in the report. Enter goes on writing", medium}))
	}
	for _, l := range strings.Split(strings.TrimRight(n.Text, "\n"), "\n") {
		s := self
		if refs := desk.CitedIn(l); len(refs) > 0 {
			s.open = openMsg{refs[0]}
		}
		out = append(out, line{runs: citedRuns(l), sub: s})
	}
	if n.draft == "" {
		refs := noteRefs(n)
		if len(refs) > 0 {
			out = append(out, text(heading, "CITES"))
		}
		for _, ref := range refs {
			what := ""
			for _, c := range n.On {
				if c.Ref == ref {
					what = c.Text
				}
			}
			out = append(out, line{hang: 2, sub: citeSubject(ref, "cited record"), runs: []run{{ref, strong}, {"  " + what, plain}}})
		}
		out = append(out, line{runs: []run{{"version " + number(n.Version) + ", first written " + stamp(n.Created) + " UTC", muted}}})
	}
	return out
}

// citedRuns sets the citations of a line apart.
func citedRuns(l string) []run {
	var out []run
	for _, ref := range desk.CitedIn(l) {
		before, after, ok := strings.Cut(l, "[["+ref+"]]")
		if !ok {
			continue
		}
		out = append(out, run{before, plain}, run{"[[" + ref + "]]", strong})
		l = after
	}
	return append(out, run{l, plain})
}

func (n *notes) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyMsg); ok && key.Matches(k, n.Keys().Edit) {
		w := n.current()
		if w.draft != "" {
			return send(draftMsg{w.draft})
		}
		return send(editNoteMsg{w.Note})
	}
	if _, ok := msg.(draftsChangedMsg); ok {
		return n.Init()
	}
	return n.records.Update(msg)
}

func (n *notes) Keys() keyMap {
	k := n.records.Keys()
	k.Edit.SetEnabled(n.current() != nil)
	k.Enter.SetHelp("Enter", "follow citation")
	return k
}

package ui

import (
	"context"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/ui/desk"
)

// notes is the list of notes with a reader; citations can be followed. Drafts that were never saved stand on
// top. The tasks in them can be listed instead.
type notes struct {
	records[writing]
	query string
	found []writing
	tasks bool // each task is a row, the open ones first
}

// A writing is a note, a draft, or a task of a note.
type writing struct {
	cases.Note
	draft  string // the key of a draft; empty for a note
	former bool   // it may not be the latest version
	task   *desk.Task
}

// notesHint says what notes can be searched for.
const notesHint = `words #tag by:NAME on:r:3f9a is:open is:done`

func newNotes(c *common, query, want string) *notes {
	n := &notes{query: query}
	title := screenNames[tabNotes]
	none := c.keys.words("No notes yet. The key {Note} writes one on whatever is selected, on any screen.")
	if want != "" {
		title = want
	}
	if query != "" {
		title, none = query, c.keys.words("No note fits. {Filter} changes the filter: ")+notesHint
	}
	n.start(c, tabNotes, title, none, "note", "notes")
	n.want = want
	n.kind, n.args = "notes", some(query)
	n.read = func(_ context.Context, d *desk.Desk) ([]writing, error) { return readNotes(d, query) }
	n.table = table[writing]{all: noteColumns(), at: "by"}
	n.subject = writingSubject
	n.row = func(w *writing, _ int) line {
		if w.task != nil {
			return taskRow(w, *w.task)
		}
		return line{}
	}
	n.span = func(w *writing) (time.Time, time.Time) { return w.Edited, w.Edited }
	n.again = func() (lister, *records[writing]) {
		x := newNotes(c, query, "")
		x.tasks, x.found, x.noun = n.tasks, n.found, n.noun
		return x, &x.records
	}
	n.about = describeNote
	return n
}

// readNotes reads the notes that a query finds; without one, the drafts too.
func readNotes(d *desk.Desk, query string) ([]writing, error) {
	var out []writing
	drafts := d.Drafts()
	for _, k := range sortedKeys(drafts) {
		if drafts[k] != "" && query == "" {
			out = append(out, writing{Note: cases.Note{Text: drafts[k]}, draft: k})
		}
	}
	found, err := d.FindNotes(query)
	for _, n := range found {
		out = append(out, writing{Note: n})
	}
	return out, err
}

// tasksOf are the tasks of the notes, the open ones first.
func tasksOf(all []writing) []writing {
	var open, done []writing
	for _, w := range all {
		for _, t := range desk.TasksOf(&w.Note) {
			w.task = &t
			if w.draft != "" {
				continue
			}
			if t.Done {
				done = append(done, w)
			} else {
				open = append(open, w)
			}
		}
	}
	return append(open, done...)
}

// list shows the notes or their tasks.
func (n *notes) list() {
	n.all, n.noun = n.found, [2]string{"note", "notes"}
	if n.tasks {
		n.all, n.noun = tasksOf(n.found), [2]string{"task", "tasks"}
	}
	n.sift()
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

func noteColumns() []column[writing] {
	type row = writing
	return []column[row]{
		{name: "note", width: 10, cell: func(n *row) (string, look) {
			if n.draft != "" {
				return "DRAFT", medium
			}
			return n.Ref, strong
		}},
		{name: "written", title: "written (UTC)", width: 19, number: func(n *row) float64 { return unix(n.Edited) }, cell: func(n *row) (string, look) {
			if n.draft != "" {
				return "not saved", muted
			}
			return stamp(n.Edited), plain
		}},
		{name: "by", width: 10, most: 24, cell: func(n *row) (string, look) { return n.Author, plain }},
		{name: "tasks", width: 12, from: never, cell: func(n *row) (string, look) { return strings.TrimSpace(openTasks(n)), medium }},
		{name: "text", width: 20, grow: 1, cell: func(n *row) (string, look) { return openTasks(n) + noteGist(n.Text), plain }, value: func(n *row) string { return n.Text }},
	}
}

// writingSubject is a note with its task, if it has one alone.
func writingSubject(n *writing) subject {
	s := noteSubject(n)
	if all := desk.TasksOf(&n.Note); len(all) == 1 {
		s.task = all[0].N
	}
	return s
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
	tasks := desk.TasksOf(&n.Note)
	for _, l := range strings.Split(strings.TrimRight(n.Text, "\n"), "\n") {
		s := self
		if len(tasks) > 0 && desk.IsTask(l) {
			if n.draft == "" && !n.former {
				s.task = tasks[0].N
			}
			tasks = tasks[1:]
		}
		switch refs := desk.CitedIn(l); len(refs) {
		case 0:
		case 1:
			s.open = openMsg{refs[0]}
		default:
			s.open = citedMsg{refs}
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
		if len(n.Tags) > 0 {
			out = append(out, text(heading, "TAGS"))
		}
		for _, tag := range n.Tags {
			out = append(out, line{sub: subject{title: "notes with this tag", copied: "#" + tag, open: notesMsg{"#" + tag}}, runs: []run{{"#" + tag, strong}}})
		}
		last := line{runs: []run{{"version " + number(n.Version) + ", first written " + stamp(n.Created) + " UTC", muted}}}
		if n.Version > 1 && !n.former {
			last.runs[0].text += "; Enter shows all versions"
			last.sub = subject{ref: n.Ref, title: "versions of " + n.Ref, copied: n.Text, open: versionsMsg{n.Ref}}
		}
		out = append(out, last)
	}
	return out
}

// citedMsg is the intent that asks which of several records to go to.
type citedMsg struct{ refs []string }

// citedMenu asks which of the records that a line cites to go to.
func (r *root) citedMenu(m citedMsg) {
	var choices []choice
	seen := map[string]bool{}
	for _, ref := range m.refs {
		if !seen[ref] {
			seen[ref] = true
			choices = append(choices, choice{ref, "", openMsg{ref}})
		}
	}
	r.over = newMenu(r.common, "this line cites several records: which?", choices, nil)
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
	keys := n.Keys()
	switch msg := msg.(type) {
	case tea.KeyMsg:
		switch {
		case key.Matches(msg, keys.Edit):
			w := n.current()
			if w.draft != "" {
				return n.c.now(draftMsg{w.draft})
			}
			return n.c.now(editNoteMsg{w.Note})
		case key.Matches(msg, keys.Task):
			if t := n.task(); t != nil {
				return send(taskMsg{t.Note, t.N, !t.Done})
			}
			return nil
		case key.Matches(msg, keys.Cycle):
			n.tasks = !n.tasks
			n.b.list.to(0)
			n.list()
			return nil
		}
	case draftsChangedMsg:
		return n.Init()
	case recordsMsg[writing]:
		if msg.gen == n.gen && msg.err == nil {
			n.found = msg.items
			if n.tasks {
				msg.items = tasksOf(msg.items)
			}
		}
		return n.records.Update(msg)
	}
	return n.records.Update(msg)
}

// task is the task under the cursor; nil if that is not one.
func (n *notes) task() *desk.Task {
	w := n.current()
	if w == nil || w.draft != "" {
		return nil
	}
	all, at := desk.TasksOf(&w.Note), n.Selected().task
	if at < 1 || at > len(all) {
		return nil
	}
	return &all[at-1]
}

// Filter is the query of the list, and Search the intent that shows what another finds.
func (n *notes) Filter() string              { return n.query }
func (n *notes) Search(query string) tea.Msg { return notesMsg{query} }

// Check is the hint of the search and whether a query can be asked of notes.
func (n *notes) Check(query string) (hint string, err error) {
	return notesHint, desk.CheckNotes(query)
}

// Complete is the completer of that search.
func (n *notes) Complete(d *desk.Desk, left string) (int, []option) { return completeNotes(d, left) }

func (n *notes) Keys() keyMap {
	k := n.records.Keys()
	k.Edit.SetEnabled(n.current() != nil)
	k.Enter.SetHelp(k.Enter.Help().Key, "follow")
	k.Filter.SetEnabled(true)
	k.Task.SetEnabled(true)
	k.Cycle.SetEnabled(true)
	k.Cycle.SetHelp(k.Cycle.Help().Key, "tasks only")
	if n.tasks {
		k.Cycle.SetHelp(k.Cycle.Help().Key, "all notes")
	}
	return k
}

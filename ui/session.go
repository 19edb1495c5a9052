package ui

import (
	"encoding/json"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
)

// The session is what is kept of the program in the case, so that the next one goes on where this one was: the screens
// that Esc leads through with their filters, orders, columns and cursors, the marks, and what was typed. It is saved
// whenever one goes somewhere, since the connection may be lost at any time. It is no part of the evidence: whoever
// cannot write it, or cannot read it back, goes on without.

// maxKept bounds how many screens a session goes back through.
const maxKept = 20

// A kept is what it takes to show a screen again.
type kept struct {
	Screen  string       `json:"screen"`
	Args    []string     `json:"args,omitempty"` // what the screen is of: a query, a reference
	Filters []keptFilter `json:"filters,omitempty"`
	Sort    string       `json:"sort,omitempty"`
	Desc    bool         `json:"desc,omitempty"`
	Columns []string     `json:"columns,omitempty"` // those chosen
	Column  string       `json:"column,omitempty"`  // the one that the keys act upon
	At      string       `json:"at,omitempty"`      // the record under the cursor
	Above   int          `json:"above,omitempty"`   // rows in sight above it

	Only      string   `json:"only,omitempty"`       // of files: the verdict shown alone
	ByVerdict bool     `json:"by_verdict,omitempty"` // of files: in the order of verdicts
	Open      []string `json:"open,omitempty"`       // of the tree of files: the folders that are unfolded; At is a path
}

type keptFilter struct {
	Text string `json:"text"`
	Off  bool   `json:"off,omitempty"`
}

// A session is what is kept of the program.
type session struct {
	Screens  []kept   `json:"screens"` // those that Esc leads through; the last was shown
	Marks    []string `json:"marks,omitempty"`
	Searches []string `json:"searches,omitempty"`
	Lines    []string `json:"lines,omitempty"`
	Times    []string `json:"times,omitempty"`
}

// A keeper is a screen that can be shown again another day.
type keeper interface {
	screen
	Kept() kept
}

// session is what there is to keep.
func (r *root) session() session {
	s := session{Marks: sortedKeys(r.marks), Searches: r.searches, Lines: r.lines, Times: r.times}
	for _, x := range r.stack {
		if k, ok := x.(keeper); ok && k.Kept().Screen != "" {
			s.Screens = append(s.Screens, k.Kept())
		}
	}
	s.Screens = s.Screens[max(0, len(s.Screens)-maxKept):]
	return s
}

// keepSession saves the session in the background; one that is being saved is followed by the newest.
func (r *root) keepSession() tea.Cmd {
	b, err := json.Marshal(r.session())
	if err != nil || string(b) == r.saved {
		return nil
	}
	if r.saving {
		return nil // the next key asks again
	}
	r.saved, r.saving = string(b), true
	d := r.desk
	return func() tea.Msg { return sessionSavedMsg{d.SaveSession(b)} }
}

// leaveSession saves the session as the program ends. Where it cannot be written the next one begins at the Overview.
func (r *root) leaveSession() {
	if !r.resumed {
		return
	}
	if b, err := json.Marshal(r.session()); err == nil {
		r.desk.SaveSession(b)
	}
}

// sessionSavedMsg says that the session is on the disk, or why not.
type sessionSavedMsg struct{ err error }

// sessionMsg brings what was kept when the case was last open.
type sessionMsg struct {
	s   session
	err error
}

// readSession reads what was kept, unless nothing is to be.
func (r *root) readSession() tea.Cmd {
	if r.anew {
		return nil
	}
	d := r.desk
	return func() tea.Msg {
		var m sessionMsg
		b, err := d.Session()
		if err == nil && b != nil {
			err = json.Unmarshal(b, &m.s)
		}
		m.err = err
		return m
	}
}

// resume shows what was shown last.
func (r *root) resume(m sessionMsg) tea.Cmd {
	r.resumed = true
	if len(r.stack) > 1 || r.over != nil {
		return nil // the responder was quicker
	}
	if m.err != nil {
		r.say("the last session cannot be read and is left: " + m.err.Error())
		return nil
	}
	s := m.s
	for _, ref := range s.Marks[:min(len(s.Marks), maxMarks)] {
		r.marks[ref] = true
	}
	r.searches, r.lines, r.times = s.Searches, s.Lines, s.Times
	var screens []screen
	for _, k := range s.Screens[max(0, len(s.Screens)-maxKept):] {
		if x := r.revive(k, screens); x != nil && !slices.Contains(screens, x) {
			screens = append(screens, x)
		}
	}
	if len(screens) == 0 || len(screens) == 1 && screens[0] == r.top() {
		return nil
	}
	r.stack = nil // the Overview that was shown meanwhile
	var cmds []tea.Cmd
	for _, x := range screens {
		cmds = append(cmds, r.push(x))
	}
	if r.said == "" {
		_, title := r.top().Place()
		r.say("back at " + title + ", where you left; " + r.keys.Screens[tabOverview].Help().Key + " is the Overview")
	}
	return tea.Batch(cmds...)
}

// maxMarks bounds the marks that are taken from a session.
const maxMarks = 10_000

// revive makes a screen that was kept, over those below it; nil if it cannot be made. Those of the number keys are these
// screens again.
func (r *root) revive(k kept, below []screen) screen {
	arg := func(i int) string {
		if i < len(k.Args) {
			return k.Args[i]
		}
		return ""
	}
	for i, name := range screenNames {
		if strings.EqualFold(name, k.Screen) && len(k.Args) == 0 && len(k.Filters) == 0 {
			if r.tabs[i] == nil {
				r.tabs[i] = r.newTab(i)
			}
			if x, ok := r.tabs[i].(interface{ revive(kept) }); ok {
				x.revive(k)
			}
			return r.tabs[i]
		}
	}
	var s screen
	switch k.Screen {
	case "requests":
		s = newRequests(r.common, "")
	case "request":
		s = newRequest(r.common, arg(0))
	case "webshells":
		s = newWebshells(r.common, "")
	case "actors":
		s = newActors(r.common, "")
	case "timeline":
		s = newTimeline(r.common)
	case "files":
		s = newFiles(r.common, arg(0), "")
	case "tree":
		if len(below) == 0 {
			return nil
		}
		of, ok := below[len(below)-1].(*files)
		if !ok {
			return nil
		}
		s = newFileTree(of)
	case "notes":
		s = newNotes(r.common, arg(0), "")
	case "evidence":
		s = newEvidence(r.common)
	case "rejected":
		s = newRejects(r.common, arg(0))
	case "gaps":
		s = newGaps(r.common)
	case "processes":
		s = newProcesses(r.common, arg(0), arg(1), "")
	case "stolen":
		s = newStolen(r.common, "")
	case "outcomes":
		s = newOutcomes(r.common, triage.Class(arg(0)))
	case "incidents":
		s = newIncidents(r.common)
	case "incident":
		s = newIncident(r.common, arg(0))
	default:
		return nil
	}
	if x, ok := s.(interface{ revive(kept) }); ok {
		x.revive(k)
	}
	return s
}

// keptFilters and its inverse carry filters over.
func keptFilters(all []filter) []keptFilter {
	var out []keptFilter
	for _, f := range all {
		out = append(out, keptFilter{f.text, f.off})
	}
	return out
}

func filtersKept(all []keptFilter) []filter {
	var out []filter
	for _, f := range all {
		out = append(out, filter{f.Text, f.Off})
	}
	return out
}

// Kept is the list as it is shown.
func (r *requests) Kept() kept {
	return kept{Screen: "requests", Filters: keptFilters(r.filters), Sort: r.table.sort, Desc: r.table.desc, Columns: r.table.chosen,
		Column: r.table.at, At: or(r.under(), r.want), Above: r.rows.cur - r.rows.top}
}

func (r *requests) revive(k kept) {
	r.filters, r.want, r.above = filtersKept(k.Filters), k.At, max(0, k.Above)
	r.table.revive(k)
}

// revive shows the columns and the order that were kept.
func (t *table[T]) revive(k kept) {
	t.choose(k.Columns)
	if t.named(k.Sort) != nil {
		t.sort, t.desc = k.Sort, k.Desc
	}
	if t.named(k.Column) != nil {
		t.at = k.Column
	}
}

// Kept is the list as it is shown, under the name that its constructor gave it.
func (r *records[T]) Kept() kept {
	return kept{Screen: r.kind, Args: r.args, Filters: keptFilters(r.filters), Sort: r.table.sort, Desc: r.table.desc, Columns: r.table.chosen,
		Column: r.table.at, At: r.b.list.selected().ref}
}

func (r *records[T]) revive(k kept) {
	if filters, err := r.Parse(joined(filtersKept(k.Filters))); err == nil && len(filters) > 0 {
		r.filters = filtersKept(k.Filters)
	}
	r.want, r.quiet = k.At, true
	r.table.revive(k)
}

// Kept is the request shown.
func (r *request) Kept() kept { return kept{Screen: "request", Args: []string{r.ref}} }

// Kept is the Overview.
func (o *overview) Kept() kept { return kept{Screen: "overview"} }

// some are arguments without the empty ones at the end.
func some(args ...string) []string {
	for len(args) > 0 && args[len(args)-1] == "" {
		args = args[:len(args)-1]
	}
	return args
}

package ui

import (
	"context"
	"fmt"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
	"spoor/ui/desk"
)

// processes is the list of process creations: the suspicious ones, or all.
type processes struct {
	records[triage.Process]
	query string
	of    string // a request's reference or a script's path: only what it started; empty for all
	every bool   // those without a finding too
}

// processesMsg is the intent that shows processes: those that match, and that of started, if it is set.
type processesMsg struct{ query, of string }

// maxProcesses bounds the processes listed at once.
const maxProcesses = 20_000

func newProcesses(c *common, query, of, want string) *processes {
	p := &processes{query: query, of: of, every: want != "" || query != ""}
	p.start(c, tabTimeline, "Processes", "", "process", "processes")
	p.want = want
	p.kind, p.args = "processes", some(query, of)
	p.b.below = 11
	p.table = table[triage.Process]{all: processColumns(), at: "command"}
	p.subject = processSubject
	p.span = func(x *triage.Process) (time.Time, time.Time) { return x.Time, x.Time }
	p.hot = func(x *triage.Process) bool { return processLevel(x) >= triage.Medium }
	p.again = func() (lister, *records[triage.Process]) {
		x := newProcesses(c, query, of, "")
		x.every = p.every
		x.ask()
		return x, &x.records
	}
	p.about = describeProcess
	p.ask()
	return p
}

// ask sets what is read.
func (p *processes) ask() {
	query, of, every := p.query, p.of, p.every
	p.read = func(ctx context.Context, d *desk.Desk) ([]triage.Process, error) {
		list, err := d.Processes(ctx, query, every, maxProcesses)
		if of == "" || err != nil {
			return list.Processes, err
		}
		var out []triage.Process
		for _, x := range list.Processes {
			if x.Request == of || x.Script == of {
				out = append(out, x)
			}
		}
		return out, nil
	}
	p.none = p.c.keys.words("No process is suspicious, or no event log is loaded. {Cycle} shows all; :load events.json takes an event log in")
	if p.every {
		p.none = "No event log is loaded. :load events.json takes one in"
	}
	if p.query != "" {
		p.none = "No process matches " + p.query + p.c.keys.words(". {Filter} edits the query, {Cycle} changes between the suspicious ones and all, {Back} goes back.")
	}
}

func processSubject(p *triage.Process) subject {
	line := or(p.CommandLine, p.Image)
	s := subject{ref: p.Ref, title: "process " + line, copied: line}
	for _, v := range []value{{"command", p.CommandLine}, {"process", p.GUID}, {"parent", p.ParentGUID}, {"image", p.Image}, {"path", p.Script},
		{"time", p.Time.UTC().Format("2006-01-02T15:04:05Z")}} {
		if v.text != "" {
			s.values = append(s.values, v)
		}
	}
	if p.Request != "" {
		s.open = openMsg{p.Request}
	}
	return s
}

func processLevel(p *triage.Process) triage.Level {
	if len(p.Findings) == 0 {
		return triage.None
	}
	return p.Findings[0].Level
}

func processColumns() []column[triage.Process] {
	type row = triage.Process
	return []column[row]{
		{name: "time", title: "time (UTC)", width: 14, number: func(p *row) float64 { return unix(p.Time) }, value: func(p *row) string { return dayOf(p.Time) },
			cell: func(p *row) (string, look) { return shortStamp(p.Time), plain }},
		{name: "level", title: "lvl", width: 4, number: func(p *row) float64 { return float64(processLevel(p)) }, value: func(p *row) string { return processLevel(p).String() },
			cell: func(p *row) (string, look) { return levelWord(processLevel(p)), levelLook(processLevel(p)) }},
		{name: "parent", width: 14, most: 20, cell: func(p *row) (string, look) { return or(programOf(p.ParentImage), "?"), muted }, value: func(p *row) string { return p.ParentImage }},
		{name: "command", width: 20, grow: 1, cell: func(p *row) (string, look) { return or(p.CommandLine, p.Image), plain }},
		{name: "image", width: 16, from: never, cell: func(p *row) (string, look) { return programOf(p.Image), plain }, value: func(p *row) string { return p.Image }},
		{name: "user", width: 16, most: 32, from: 120, cell: func(p *row) (string, look) { return p.User, muted }},
		{name: "host", width: 12, most: 24, from: 140, cell: func(p *row) (string, look) { return p.Host, muted }},
		{name: "pid", width: 6, from: never, right: true, number: func(p *row) float64 { return float64(p.PID) }, cell: func(p *row) (string, look) { return fmt.Sprint(p.PID), muted }},
	}
}

// programOf is the base name of a program's path.
func programOf(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' || path[i] == '\\' {
			return path[i+1:]
		}
	}
	return path
}

// describeProcess says what an event log knows of a process, and which request came just before.
func describeProcess(p *triage.Process) []line {
	self := processSubject(p)
	out := []line{about(self, "command", run{or(p.CommandLine, p.Image), strong}, run{"  " + p.Ref, muted})}
	for _, l := range triage.DecodeCommand(p) {
		out = append(out, label("decoded", run{l.Text, strong}, run{"  " + l.Coding, muted}))
	}
	for _, f := range p.Findings {
		out = append(out, label(levelWord(f.Level), run{string(f.Class) + ": ", levelLook(f.Level)}, run{f.Why, plain}, run{"  " + f.Rule, muted}))
	}
	if p.Request != "" {
		out = append(out, about(citeSubject(p.Request, "request before it"), "request", run{p.Request, strong}, run{"  " + p.Script, plain}, run{"  just before; Enter opens it", muted}))
	}
	out = append(out, about(valueSubject(self, "parent", p.ParentGUID), "parent", run{or(p.ParentImage, "unknown"), plain}, run{"  " + p.ParentCommandLine, muted}))
	for _, x := range []struct{ name, text string }{{"image", p.Image}, {"directory", p.Directory}, {"user", p.User}, {"host", p.Host}, {"hashes", p.Hashes}} {
		if x.text != "" {
			out = append(out, label(x.name, run{x.text, plain}))
		}
	}
	return append(out, label("logged", run{fmt.Sprintf("%s line %d", p.Source, p.Line), plain}, run{"  " + p.Time.UTC().Format("2006-01-02 15:04:05.000") + " UTC", plain}, run{fmt.Sprintf("  pid %d", p.PID), muted}))
}

// spawnLines are the processes that a request or script made the server start.
func spawnLines(list []triage.Spawn) []line {
	var out []line
	for i, s := range list {
		if i == maxListed {
			return append(out, label("", run{fmt.Sprintf("and %d more", len(list)-i), muted}))
		}
		out = append(out, about(citeSubject(s.Process, "process"), "started", run{s.Command, strong}, run{"  " + (time.Duration(s.GapMS) * time.Millisecond).String() + " after; Enter: the process", muted}))
	}
	return out
}

func (p *processes) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyMsg); ok && key.Matches(k, p.Keys().Cycle) {
		p.every = !p.every
		p.ask()
		p.asking = true
		return p.Init()
	}
	return p.records.Update(msg)
}

// Filter is the query shown.
func (p *processes) Filter() string { return p.query }

// Search is the intent that shows the processes of another query.
func (p *processes) Search(query string) tea.Msg { return processesMsg{query, ""} }

func (p *processes) Place() (int, string) {
	title := p.title
	for _, s := range []string{p.of, p.query} {
		if s != "" {
			title += " " + s
		}
	}
	if !p.every {
		title += " (suspicious)"
	}
	return tabTimeline, title
}

func (p *processes) Keys() keyMap {
	k := p.records.Keys()
	k.Filter.SetEnabled(true)
	k.Cycle.SetEnabled(true)
	k.Cycle.SetHelp(k.Cycle.Help().Key, "suspicious or all")
	k.Enter.SetHelp(k.Enter.Help().Key, "request before it")
	return k
}

package desk

// The timeline: every kind of record on one axis.

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"spoor/triage"
	"spoor/triage/outcome"
)

// An Event is one point of the timeline.
type Event struct {
	Time   time.Time
	Kind   string // a triage.Step's kind, or "process", "file", "note", "log" or "gap"
	Ref    string // what it leads to; may be empty
	Client string // as logged
	Text   string // safe to draw
	Level  triage.Level

	Outcome outcome.Outcome // how the attacks of a step fared; "" if it tells of none

	Incident string // reference of the incident that it is part of; empty if of none
	Label    string // of the incident: A, B and so on by the time they begin
	Lanes    string // a sign for each lane: the label of its incident, "│" where one goes on that this is no part of, or a space
}

const (
	maxFileEvents    = 500
	maxProcessEvents = 1000
)

// Timeline lists the steps of incidents, the suspicious processes, the writing of files that are known bad, changed or unknown scripts,
// the reach of each log, its gaps and the notes (at the time they were written), in order of time.
func (d *Desk) Timeline() []Event {
	var out []Event
	seen := map[string]bool{}
	for _, in := range d.Incidents() {
		for _, s := range in.Steps {
			level := in.Level
			switch s.Kind {
			case "probe":
				level = min(level, triage.Medium)
			case "recon":
				level = min(level, triage.Low)
			}
			seen[s.Ref] = true
			out = append(out, Event{Time: s.Time, Kind: s.Kind, Ref: s.Ref, Client: s.Client, Text: s.Text, Level: level, Outcome: outcome.Outcome(s.Outcome), Incident: in.Ref})
		}
	}
	files := 0
	for _, f := range d.Files() {
		telling := f.Verdict == triage.KnownBad || f.Verdict == triage.Changed || f.Verdict == triage.Unknown && triage.IsScript(f.Path)
		if f.ModTime.IsZero() || !telling || seen[f.Ref] || files >= maxFileEvents {
			continue
		}
		files++
		out = append(out, Event{Time: f.ModTime.UTC(), Kind: "file", Ref: f.Ref, Text: fmt.Sprintf("%s last written, %s", triage.VisibleN(f.Path, 160), f.Verdict), Level: fileLevel(f.Verdict)})
	}
	out = append(out, d.processEvents(seen)...)
	for _, e := range d.Case.Evidence() {
		if e.Role == "log" && !e.First.IsZero() {
			out = append(out, Event{Time: e.First.UTC(), Kind: "log", Text: triage.Visible(e.Path) + " begins"},
				Event{Time: e.Last.UTC(), Kind: "log", Text: triage.Visible(e.Path) + " ends"})
		}
	}
	for _, g := range d.Gaps() {
		if g.From.IsZero() || g.Kind == "order" || g.Level < triage.Medium {
			continue
		}
		ref := ""
		if len(g.Refs) > 0 {
			ref = g.Refs[0]
		}
		out = append(out, Event{Time: g.From, Kind: "gap", Ref: ref, Text: g.Source + ": " + g.Text, Level: g.Level})
	}
	for _, n := range d.Case.Notes() {
		out = append(out, Event{Time: n.Created.UTC(), Kind: "note", Ref: n.Ref, Text: triage.VisibleN(noteGist(n.Text), 160)})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Time.Before(out[j].Time) })
	setLanes(out, d.Incidents())
	return out
}

// noteGist is the first line of a note that says more than what it cites, without the brackets of citations.
func noteGist(text string) string {
	for _, l := range strings.Split(text, "\n") {
		if strings.TrimSpace(citation.ReplaceAllString(l, "")) != "" {
			return strings.TrimSpace(citation.ReplaceAllString(l, "$1"))
		}
	}
	return strings.TrimSpace(citation.ReplaceAllString(text, "$1"))
}

func fileLevel(v triage.FileVerdict) triage.Level {
	switch v {
	case triage.KnownBad:
		return triage.High
	case triage.Changed:
		return triage.Low
	}
	return triage.Info
}

// processEvents are the suspicious processes that no incident's step is about, the first of the logs.
func (d *Desk) processEvents(seen map[string]bool) []Event {
	list, err := d.Processes(context.Background(), "", false, maxProcessEvents)
	if err != nil {
		return nil // what the logs hold cannot be read; the screen of processes says why
	}
	spawned := d.spawned()
	var out []Event
	for i := range list.Processes {
		p := &list.Processes[i]
		if seen[p.Ref] {
			continue
		}
		e := Event{Time: p.Time, Kind: "process", Ref: p.Ref, Text: processTitle(p), Level: p.Findings[0].Level}
		if s := spawned[p.Ref]; s != nil {
			e.Client = s.Client
		}
		out = append(out, e)
	}
	return out
}

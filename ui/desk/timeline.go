package desk

// The timeline: every kind of record on one axis.

import (
	"fmt"
	"sort"
	"time"

	"spoor/triage"
)

// An Event is one point of the timeline.
type Event struct {
	Time   time.Time
	Kind   string // a triage.Step's kind, or "file", "note", "log" or "gap"
	Ref    string // what it leads to; may be empty
	Client string // as logged
	Text   string // safe to draw
	Level  triage.Level
}

const maxFileEvents = 500

// Timeline lists the steps of incidents, the writing of files that are known bad, changed or unknown scripts,
// the reach of each log, its gaps and the notes (at the time they were written), in order of time.
func (d *Desk) Timeline() []Event {
	var out []Event
	seen := map[string]bool{}
	for _, in := range d.Incidents() {
		for _, s := range in.Steps {
			level := in.Level
			if s.Kind == "probe" {
				level = min(level, triage.Medium)
			}
			seen[s.Ref] = true
			out = append(out, Event{s.Time, s.Kind, s.Ref, s.Client, s.Text, level})
		}
	}
	files := 0
	for _, f := range d.Files() {
		telling := f.Verdict == triage.KnownBad || f.Verdict == triage.Changed || f.Verdict == triage.Unknown && triage.IsScript(f.Path)
		if f.ModTime.IsZero() || !telling || seen[f.Ref] || files >= maxFileEvents {
			continue
		}
		files++
		out = append(out, Event{f.ModTime.UTC(), "file", f.Ref, "", fmt.Sprintf("%s last written, %s", triage.VisibleN(f.Path, 160), f.Verdict), fileLevel(f.Verdict)})
	}
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
		out = append(out, Event{g.From, "gap", ref, "", g.Source + ": " + g.Text, g.Level})
	}
	for _, n := range d.Case.Notes() {
		out = append(out, Event{Time: n.Created.UTC(), Kind: "note", Ref: n.Ref, Text: triage.VisibleN(n.Text, 160)})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Time.Before(out[j].Time) })
	return out
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

package ui

import (
	"context"
	"slices"
	"time"

	"spoor/triage"
	"spoor/triage/outcome"
	"spoor/ui/desk"
)

// timeline is every kind of record on one axis, with a lane for each incident that goes on.
type timeline struct{ records[desk.Event] }

func newTimeline(c *common) *timeline {
	t := &timeline{}
	t.start(c, tabTimeline, screenNames[tabTimeline], "Nothing has a time yet. Load a log first: :load access.log", "event", "events")
	t.read = func(_ context.Context, d *desk.Desk) ([]desk.Event, error) { return readTimeline(d), nil }
	t.kind = "timeline"
	t.b.below = 7
	t.table = table[desk.Event]{all: eventColumns(17), at: "client"}
	t.subject = eventSubject
	t.span = func(e *desk.Event) (time.Time, time.Time) { return e.Time, e.Time }
	t.hot = func(e *desk.Event) bool { return e.Level >= triage.Medium }
	t.again = func() (lister, *records[desk.Event]) { x := newTimeline(c); return x, &x.records }
	t.about = describeEvent
	return t
}

// Resize gives clients the room that the width has.
func (t *timeline) Resize(width, height int) {
	t.table.all = eventColumns(clientRoom(width))
	t.records.Resize(width, height)
}

// readTimeline is the timeline, with the gist of each note in place of its citations.
func readTimeline(d *desk.Desk) []desk.Event {
	gist := map[string]string{}
	for _, n := range d.Notes() {
		gist[n.Ref] = noteGist(n.Text)
	}
	out := slices.Clone(d.Timeline())
	for i, e := range out {
		if e.Kind == "note" && gist[e.Ref] != "" {
			out[i].Text = gist[e.Ref]
		}
	}
	return out
}

func eventSubject(e *desk.Event) subject {
	s := subject{ref: e.Ref, title: e.Kind + " " + e.Text, copied: stamp(e.Time) + " " + e.Kind + " " + e.Client + " " + e.Text}
	if e.Ref != "" {
		s.open = openMsg{e.Ref}
	}
	if e.Client != "" {
		s.values = append(s.values, value{"client", e.Client})
	}
	if !e.Time.IsZero() {
		s.values = append(s.values, value{"time", e.Time.UTC().Format("2006-01-02T15:04:05Z")})
	}
	return s
}

func eventColumns(client int) []column[desk.Event] {
	type row = desk.Event
	return []column[row]{
		{name: "time", title: "time (UTC)", width: 14, number: func(e *row) float64 { return unix(e.Time) }, value: func(e *row) string { return dayOf(e.Time) },
			cell: func(e *row) (string, look) { return shortStamp(e.Time), plain }},
		{name: "level", title: "lvl", width: 4, number: func(e *row) float64 { return float64(e.Level) }, value: func(e *row) string { return e.Level.String() },
			cell: func(e *row) (string, look) { return levelWord(e.Level), levelLook(e.Level) }},
		{name: "incident", title: "in", width: desk.MaxLanes, value: func(e *row) string { return e.Label }, cell: func(e *row) (string, look) {
			if e.Label == "" {
				return e.Lanes, muted
			}
			return e.Lanes, strong
		}},
		{name: "kind", width: 9, cell: func(e *row) (string, look) { return e.Kind, plain }},
		{name: "client", width: client, from: narrow, cell: func(e *row) (string, look) { return e.Client, plain }},
		{name: "sign", title: "+", width: 1, until: 90, cell: func(e *row) (string, look) { return outcome.Sign(e.Outcome), outcomeLook(e.Outcome) }},
		{name: "outcome", width: 11, from: 90, value: func(e *row) string { return string(e.Outcome) }, cell: func(e *row) (string, look) { return outcomeShort(e.Outcome), outcomeLook(e.Outcome) }},
		{name: "what", width: 20, grow: 1, cell: func(e *row) (string, look) { return e.Text, plain }},
	}
}

func describeEvent(e *desk.Event) []line {
	self := eventSubject(e)
	out := []line{label("event", run{e.Kind, strong}, run{"  " + stamp(e.Time) + " UTC", plain})}
	if e.Client != "" {
		out = append(out, about(valueSubject(self, "client", e.Client), "client", run{e.Client, plain}))
	}
	out = append(out, label("what", run{e.Text, plain}))
	if e.Outcome != "" {
		out = append(out, label("outcome", run{outcomeText(e.Outcome), outcomeLook(e.Outcome)}, run{"  :outcomes tells why", muted}))
	}
	if e.Incident != "" {
		out = append(out, about(citeSubject(e.Incident, "incident"), "incident", run{e.Label + "  " + e.Incident, strong}, run{"  Enter opens it", muted}))
	}
	if e.Ref != "" {
		out = append(out, about(citeSubject(e.Ref, e.Kind), "record", run{e.Ref, strong}, run{"  Enter opens it", muted}))
	}
	return out
}

package ui

import (
	"context"
	"slices"

	"spoor/ui/desk"
)

// timeline is every kind of record on one axis.
type timeline struct{ records[desk.Event] }

func newTimeline(c *common) *timeline {
	t := &timeline{}
	t.start(c, tabTimeline, screenNames[tabTimeline], "Nothing has a time yet. Load a log first: :load access.log", "event", "events")
	t.read = func(_ context.Context, d *desk.Desk) ([]desk.Event, error) { return readTimeline(d), nil }
	t.b.below = 7
	t.row = eventRow
	t.about = describeEvent
	return t
}

// Resize gives clients the room that the width has.
func (t *timeline) Resize(width, height int) {
	t.b.head = []run{{cell("time (UTC)", 15) + cell("lvl", 5) + cell("kind", 10) + cell("client", clientRoom(width)+1) + "what", muted}}
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

func eventRow(e *desk.Event, width int) line {
	return line{sub: eventSubject(e), runs: []run{{cell(shortStamp(e.Time), 15), plain}, {cell(levelWord(e.Level), 5), levelLook(e.Level)},
		{cell(e.Kind, 10), plain}, {cell(e.Client, clientRoom(width)) + " ", plain}, faredRun(e.Outcome, width), {e.Text, plain}}}
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
	if e.Ref != "" {
		out = append(out, about(citeSubject(e.Ref, e.Kind), "record", run{e.Ref, strong}, run{"  Enter opens it", muted}))
	}
	return out
}

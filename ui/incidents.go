package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"spoor/triage"
	"spoor/ui/desk"
)

// incidents is the list of all incidents; Enter opens the chain of one.
type incidents struct{ records[judgedIncident] }

// A judgedIncident is an incident with what the analyst said of it.
type judgedIncident struct {
	triage.Incident
	verdict string
}

func newIncidents(c *common) *incidents {
	s := &incidents{}
	s.start(c, tabOverview, "incidents", "No incident was found in this evidence. That is not proof that there is none; :gaps says what is missing.", "incident", "incidents")
	s.read = func(_ context.Context, d *desk.Desk) ([]judgedIncident, error) {
		verdicts := d.Verdicts()
		var out []judgedIncident
		for _, in := range d.Incidents() {
			out = append(out, judgedIncident{in, verdicts[in.Ref].Value})
		}
		slices.SortStableFunc(out, func(a, b judgedIncident) int { return cmp.Compare(b.Level, a.Level) })
		return out, nil
	}
	s.table = table[judgedIncident]{all: incidentColumns(), at: "incident"}
	s.subject = incidentSubject
	s.span = func(in *judgedIncident) (time.Time, time.Time) { return in.First, in.Last }
	s.hot = func(in *judgedIncident) bool { return in.Level >= triage.High }
	s.again = func() (lister, *records[judgedIncident]) { x := newIncidents(c); return x, &x.records }
	s.kind = "incidents"
	s.about = describeIncidentShort
	return s
}

func incidentSubject(in *judgedIncident) subject {
	return subject{ref: in.Ref, title: in.Title, copied: in.Title, open: openMsg{in.Ref}}
}

func incidentColumns() []column[judgedIncident] {
	type row = judgedIncident
	return []column[row]{
		{name: "level", title: "lvl", width: 4, number: func(in *row) float64 { return float64(in.Level) }, value: func(in *row) string { return in.Level.String() },
			cell: func(in *row) (string, look) { return levelWord(in.Level), levelLook(in.Level) }},
		{name: "from", title: "from (UTC)", width: 20, number: func(in *row) float64 { return unix(in.First) }, cell: func(in *row) (string, look) { return stamp(in.First), plain }},
		{name: "steps", width: 5, right: true, number: func(in *row) float64 { return float64(len(in.Steps)) }, cell: func(in *row) (string, look) { return number(len(in.Steps)), plain }},
		{name: "incident", width: 20, grow: 1, value: func(in *row) string { return in.Title }, cell: func(in *row) (string, look) {
			if in.verdict != "" {
				return "[" + in.verdict + "] " + in.Title, strong
			}
			return in.Title, strong
		}},
	}
}

// describeIncidentShort sums an incident up; its own screen has the chain.
func describeIncidentShort(in *judgedIncident) []line {
	self := incidentSubject(in)
	out := []line{about(self, "incident", run{in.Title, strong}, run{"  " + in.Ref, muted}),
		about(self, "when", run{timeSpan(in.First, in.Last) + " UTC", plain}),
		{runs: append([]run{{cell("phases", labelWidth), muted}}, phaseRuns(&in.Incident)...), sub: self, hang: labelWidth}}
	for _, s := range in.Shells {
		out = append(out, about(valueSubject(self, "path", s), "shell", run{s, critical}))
	}
	for i, s := range in.Summary {
		name := ""
		if i == 0 {
			name = "in short"
		}
		sub := self
		if len(s.Refs) > 0 {
			sub = citeSubject(s.Refs[0], s.Text)
		}
		out = append(out, about(sub, name, run{strings.TrimSpace(s.Text), plain}))
	}
	return out
}

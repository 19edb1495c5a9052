package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"

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
	s.b.head = []run{{cell("lvl", 5) + cell("from (UTC)", 21) + cell("steps", 7) + "incident", muted}}
	s.row = incidentRow
	s.about = describeIncidentShort
	return s
}

func incidentRow(in *judgedIncident, _ int) line {
	title := in.Title
	if in.verdict != "" {
		title = "[" + in.verdict + "] " + title
	}
	sub := subject{ref: in.Ref, title: in.Title, copied: in.Title, open: openMsg{in.Ref}}
	return line{sub: sub, runs: []run{{cell(levelWord(in.Level), 5), levelLook(in.Level)}, {cell(stamp(in.First), 21), plain},
		{cell(number(len(in.Steps)), 7), plain}, {title, strong}}}
}

// describeIncidentShort sums an incident up; its own screen has the chain.
func describeIncidentShort(in *judgedIncident) []line {
	self := subject{ref: in.Ref, title: in.Title, copied: in.Title, open: openMsg{in.Ref}}
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

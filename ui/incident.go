package ui

import (
	"context"

	"spoor/triage"
	"spoor/ui/desk"
)

// incident is one incident as a chain: its steps, each leading to its record.
type incident struct {
	records[triage.Step]
	ref string
}

func newIncident(c *common, ref string) *incident {
	in := &incident{ref: ref}
	in.start(c, tabOverview, ref, "This incident is no longer in the case. Esc goes back.", "step", "steps")
	in.read = func(_ context.Context, d *desk.Desk) ([]triage.Step, error) {
		for _, x := range d.Incidents() {
			if x.Ref == ref {
				return x.Steps, nil
			}
		}
		return nil, nil
	}
	in.b.below = 9
	in.row = func(s *triage.Step, width int) line { return stepLine(*s, width, clientRoom(width), true) }
	in.about = describeStep
	return in
}

// describeStep says all about one step, with every record that shows it.
func describeStep(s *triage.Step) []line {
	self := stepSubject(*s)
	out := []line{
		label("step", run{s.Kind, strong}, run{"  " + stamp(s.Time) + " UTC", plain}),
		about(valueSubject(self, "client", s.Client), "client", run{s.Client, plain}),
		label("what", run{s.Text, plain}),
		about(citeSubject(s.Ref, s.Kind), "record", run{s.Ref, strong}),
	}
	for _, ref := range s.Refs {
		if ref != s.Ref {
			out = append(out, about(citeSubject(ref, s.Kind), "also", run{ref, plain}))
		}
	}
	return out
}

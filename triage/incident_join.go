package triage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// With is the incident with further steps of its clients, such as what injection read, which is told apart from the
// survey. Each step gets the lane of its client; phases, lanes and techniques follow. The incident itself stays as it is.
func (in Incident) With(steps []Step) Incident {
	if len(steps) == 0 {
		return in
	}
	in.Steps, in.Lanes = slices.Clone(in.Steps), slices.Clone(in.Lanes)
	set := techniqueSet{}
	for _, t := range in.Mapped {
		t.Refs = slices.Clone(t.Refs)
		set[t.ID] = &t
	}
	for _, s := range steps {
		for i := range in.Lanes {
			l := &in.Lanes[i]
			if !slices.Contains(l.Clients, s.Client) {
				continue
			}
			s.Lane = l.Label
			if !slices.Contains(l.Kinds, s.Kind) {
				l.Kinds = append(slices.Clone(l.Kinds), s.Kind)
				slices.SortFunc(l.Kinds, func(a, b string) int { return slices.Index(StepKinds, a) - slices.Index(StepKinds, b) })
			}
		}
		for _, id := range s.Techniques {
			set.add(id, fmt.Sprintf("%s (ATT&CK %s, %s)", VisibleN(s.Text, 160), id, techniqueNames[id]), s.Ref)
		}
		in.Steps = append(in.Steps, s)
	}
	slices.SortStableFunc(in.Steps, func(a, b Step) int {
		return cmp.Or(a.Time.Compare(b.Time), slices.Index(StepKinds, a.Kind)-slices.Index(StepKinds, b.Kind))
	})
	b := builder{in: in}
	b.in.Phases = []Phase{}
	b.phases()
	in = b.in
	in.Mapped, in.Techniques = set.list(), []string{}
	for _, t := range in.Mapped {
		in.Techniques = append(in.Techniques, t.ID)
	}
	slices.SortFunc(in.Techniques, strings.Compare)
	return in
}

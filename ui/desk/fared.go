package desk

// How the attacks fared, where they are told: beside a class, an intruder, a request, a step of an incident.

import (
	"context"
	"fmt"
	"slices"

	"spoor/index"
	"spoor/triage"
	"spoor/triage/outcome"
)

// fared is the attacks that are kept, joined.
type fared struct {
	kept    *index.Outcomes
	sql     *index.Stolen
	attacks []outcome.Attack
}

// told joins what the looks found; it has no attacks if none were taken.
func (d *Desk) told() *fared {
	f := &fared{}
	var err error
	if f.sql, f.kept, err = d.looks(context.Background(), false); err != nil {
		f.sql, f.kept = nil, nil // Outcomes tells why
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.joined == nil || d.joined.kept != f.kept || d.joined.sql != f.sql {
		if f.kept != nil {
			f.attacks = outcome.Join(f.sql.Result.Attacks, &f.kept.Result)
		}
		d.joined = f
	}
	return &fared{d.joined.kept, d.joined.sql, d.judgedBenign().attacks(d.joined.attacks)}
}

// attacks takes from each attack the reasons that rest on benign records alone; without another it shows no sign.
func (b benign) attacks(list []outcome.Attack) []outcome.Attack {
	if len(b) == 0 {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		a := &out[i]
		left := slices.DeleteFunc(slices.Clone(a.Reasons), func(r triage.Reason) bool { return b.all(r.Refs...) })
		if len(left) == len(a.Reasons) || !outcome.Worked(a.Outcome) {
			continue
		}
		if len(left) == 0 {
			r := a.Reasons[0]
			a.Outcome = outcome.NoSign
			left = []triage.Reason{{ID: "judged-benign", Text: r.Text + " (does not count: " + b.said(r.Refs[0]) + ")", Refs: r.Refs}}
		}
		a.Reasons = left
	}
	return outcome.Join(nil, &outcome.Result{Attacks: out})
}

// steps are the incidents with how the attacks of their steps fared.
func (f *fared) steps(list []triage.Incident) []triage.Incident {
	if len(f.attacks) == 0 {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		in := &out[i]
		in.Steps = slices.Clone(in.Steps)
		mine := &fared{}
		for k := range f.attacks {
			if slices.Contains(in.Clients, f.attacks[k].Client) {
				mine.attacks = append(mine.attacks, f.attacks[k])
			}
		}
		for k := range in.Steps {
			in.Steps[k].Outcome = string(mine.ofStep(&in.Steps[k]))
		}
	}
	return out
}

// stepClasses are the classes of the attacks that a step of a kind tells of.
var stepClasses = map[string][]triage.Class{
	"probe":     {triage.Probe, triage.Bruteforce, triage.Scan},
	"injection": {triage.SQLi, triage.RCE, triage.Traversal, triage.XSS, triage.Upload},
	"plant":     {triage.SQLi, triage.RCE, triage.Traversal, triage.Upload},
}

// ofStep is the best outcome of the attacks that a step tells of: those of its client, of its kind, at its time; ""
// if there are none.
func (f *fared) ofStep(s *triage.Step) outcome.Outcome {
	classes := stepClasses[s.Kind]
	end := s.End
	if end.Before(s.Time) {
		end = s.Time
	}
	best := outcome.Outcome("")
	for i := range f.attacks { // what worked first
		a := &f.attacks[i]
		if a.Client != s.Client || !slices.Contains(classes, a.Class) || a.First.After(end) || a.Last.Before(s.Time) {
			continue
		}
		if s.Kind == "plant" && !outcome.Worked(a.Outcome) {
			continue
		}
		if best == "" {
			best = a.Outcome
		}
	}
	return best
}

// A Row is a request of a result with how the attack fared that it is part of.
type Row struct {
	index.Row
	Outcome outcome.Outcome // "" if it is of none, or that is not known
}

// Rows reads n requests of a result from position from, as its Rows does.
func (d *Desk) Rows(res *index.Result, from, n int) ([]Row, error) {
	rows, err := res.Rows(from, n)
	if err != nil {
		return nil, err
	}
	fared := d.Finder()
	out := make([]Row, len(rows))
	for i := range rows {
		q := &rows[i]
		out[i].Row = *q
		if q.Level < triage.Low || q.Reject != "" {
			continue
		}
		out[i].Outcome, err = fared.Outcome(&q.Request, q.Classes, func() ([]triage.Finding, error) { return d.Store.Findings(q.Ref) })
		if err != nil {
			return nil, fmt.Errorf("read how the attack of %s fared: %w", q.Ref, err)
		}
	}
	return out, nil
}

// Finder finds how the attack fared that a request is part of.
func (d *Desk) Finder() *outcome.Finder { return outcome.NewFinder(d.told().attacks) }

// Attacks are those kept of some clients, of all if there are none named; what worked first.
func (d *Desk) Attacks(clients ...string) []outcome.Attack { return d.told().of(clients) }

// of are the attacks of some clients, of all if there are none named.
func (f *fared) of(clients []string) []outcome.Attack {
	if len(clients) == 0 {
		return f.attacks
	}
	var out []outcome.Attack
	for i := range f.attacks {
		if slices.Contains(clients, f.attacks[i].Client) {
			out = append(out, f.attacks[i])
		}
	}
	return out
}

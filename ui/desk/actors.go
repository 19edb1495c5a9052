package desk

// Intruders and who they may be: what the survey grouped, what analysts said of it, what the knowledge base and
// the case's own intelligence make of it.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"spoor/cases"
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/triage/outcome"
)

// An Actor is an intruder with what can be said of who it is.
type Actor struct {
	triage.Intruder
	intel.Assessment
	Override *cases.Attribution      // the analyst's word beside the computed one; nil if none was given
	Fared    map[outcome.Outcome]int // its attacks, like requests of one client, by how they fared; empty if that is not known
}

// logGrade is the Admiralty grade of what spoor's rules see in logs: a fairly reliable source (the victim's
// own logs, which an intruder may have edited), probably true. factGrade is that of what the responder records
// of the case: usually reliable, probably true.
const (
	logGrade  = "C2"
	factGrade = "B2"
)

// Intruders lists the intruders with their attribution, those with shells first.
func (d *Desk) Intruders() []Actor {
	words := d.Case.Attributions()
	facts := d.Info().Sector
	kb, b := d.KB(), d.judgedBenign()
	weighed := facts + "\n" + strings.Join(slices.Sorted(maps.Keys(b)), " ")
	told := d.told()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.actors == nil || d.weighed != weighed {
		d.actors, d.weighed = []Actor{}, weighed
		missing := d.uncollected()
		clients, err := d.saidOfClients(context.Background())
		if err != nil { // the answer would lack something without saying so
			missing = append(missing, "The case's own intelligence could not be compared with the requests: "+triage.Visible(err.Error())+".")
		}
		for _, in := range d.survey().Intruders {
			in, gone := b.observed(in, d.survey().Webshells)
			said := d.said(in, clients)
			a := kb.Assess(append(evidenceOf(in, facts), said.evidence...))
			a.Why = append(gone, a.Why...)
			a.NotCollected = append(a.NotCollected, missing...)
			in.Observed = append(slices.Clone(in.Observed), said.observed...)
			d.actors = append(d.actors, Actor{Intruder: in, Assessment: a})
		}
	}
	out := slices.Clone(d.actors)
	cleared := b.shells(d.survey().Webshells)
	for i := range out {
		out[i].Intruder = withoutShells(out[i].Intruder, cleared)
		out[i].Override = overrideOf(&out[i].Intruder, words)
		out[i].Fared = outcome.Tally(told.of(out[i].Clients), "")
	}
	return out
}

// overrideOf finds the analyst's word on an intruder, by its reference or, if intruders changed since, by the
// client that it was given for.
func overrideOf(in *triage.Intruder, words map[string]cases.Attribution) *cases.Attribution {
	if w, ok := words[in.Ref]; ok {
		return &w
	}
	for _, w := range words {
		if slices.Contains(in.Clients, w.Client) {
			return &w
		}
	}
	return nil
}

// uncollected says which kinds of evidence the case has none of.
func (d *Desk) uncollected() []string {
	var out []string
	for _, g := range d.Gaps() {
		if g.Kind == "uncollected" {
			out = append(out, strings.ToUpper(g.Text[:1])+g.Text[1:]+".")
		}
	}
	return out
}

// evidenceOf is what the evidence and the case's facts show of an intruder, for the knowledge base.
func evidenceOf(in triage.Intruder, sector string) []intel.Evidence {
	var out []intel.Evidence
	for _, o := range in.Observed {
		out = append(out, intel.Evidence{ID: o.ID, Grade: logGrade, Why: o.Why, Refs: o.Refs, Source: "web logs"})
	}
	if sector != "" {
		out = append(out, intel.Evidence{ID: "sector:" + sector, Grade: factGrade, Why: "the victim's sector, as recorded for the case", Source: "case facts"})
	}
	return out
}

// ErrNoActor says that no intruder is meant.
var ErrNoActor = errors.New("no such intruder")

// Actor finds an intruder by its reference or a prefix of it, its number or name ("2", "Intruder 2"), or one of
// its clients. The error wraps ErrNoActor.
func (d *Desk) Actor(name string) (Actor, error) {
	name = strings.TrimSpace(name)
	all := d.Intruders()
	number, _ := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(strings.ToLower(name), "intruder")))
	var found []Actor
	for i, a := range all {
		if a.Ref == name || i+1 == number || slices.Contains(a.Clients, name) {
			return a, nil
		}
		if strings.HasPrefix(name, "a:") && strings.HasPrefix(a.Ref, name) {
			found = append(found, a)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return Actor{}, fmt.Errorf("%s: %w (%d intruders are known)", triage.VisibleN(name, 60), ErrNoActor, len(all))
}

// MergeActors records that the named intruders are one, and judges the case anew. Names are as Actor takes them.
func (d *Desk) MergeActors(names []string, reason string) (Actor, error) {
	var clients []string
	var refs []string
	for _, n := range names {
		a, err := d.Actor(n)
		if err != nil {
			return Actor{}, err
		}
		if !slices.Contains(refs, a.Ref) {
			refs = append(refs, a.Ref)
			clients = append(clients, a.Clients...)
		}
	}
	if len(refs) < 2 {
		return Actor{}, errors.New("merging needs two intruders")
	}
	return d.regroup(triage.Regrouping{Op: triage.Merge, Clients: clients, Reason: reason})
}

// SplitActor records that clients are an intruder of their own, and judges the case anew. All clients have to be
// of intruders, and some client has to stay behind.
func (d *Desk) SplitActor(clients []string, reason string) (Actor, error) {
	left := map[string]int{} // clients that stay, by intruder
	for _, c := range clients {
		a, err := d.Actor(c)
		if err != nil {
			return Actor{}, err
		}
		if !slices.Contains(a.Clients, c) {
			return Actor{}, fmt.Errorf("%s names an intruder, not a client: name the clients that are another's", triage.VisibleN(c, 60))
		}
		if _, ok := left[a.Ref]; !ok {
			left[a.Ref] = len(a.Clients)
		}
		left[a.Ref]--
	}
	stay := 0
	for _, n := range left {
		stay += n
	}
	if stay == 0 && len(left) == 1 {
		return Actor{}, errors.New("these are all clients of the intruder: nothing to split")
	}
	return d.regroup(triage.Regrouping{Op: triage.Split, Clients: clients, Reason: reason})
}

func (d *Desk) regroup(g triage.Regrouping) (Actor, error) {
	if err := d.Case.Regroup(d.who.cases(), g); err != nil {
		return Actor{}, err
	}
	if err := d.Resurvey(); err != nil {
		return Actor{}, fmt.Errorf("it is recorded, but the case could not be judged anew: %w", err)
	}
	return d.Actor(g.Clients[0])
}

// Attribute records whom the analyst holds an intruder to be, beside what is computed; an empty name takes the
// word back. Likelihood is a word of ICD 203 or empty.
func (d *Desk) Attribute(actor string, a cases.Attribution) (Actor, error) {
	who, err := d.Actor(actor)
	if err != nil {
		return Actor{}, err
	}
	if a.Likelihood != "" && !slices.Contains(intel.Bands(), a.Likelihood) {
		return Actor{}, fmt.Errorf("unknown likelihood %q: want one of %s", triage.VisibleN(a.Likelihood, 40), strings.Join(intel.Bands(), ", "))
	}
	a.Actor, a.Client, a.Computed = who.Ref, who.Clients[0], who.Verdict
	if who.Override != nil {
		a.Actor = who.Override.Actor
	}
	if err := d.Case.SetAttribution(d.who.cases(), a); err != nil {
		return Actor{}, err
	}
	return d.Actor(actor)
}

// SetFacts records what is known of the case.
func (d *Desk) SetFacts(f cases.Facts) error { return d.Case.SetFacts(d.who.cases(), f) }

// Activity is the time of the first and the last hostile act of any intruder; zero if there is none.
func (d *Desk) Activity() (first, last time.Time) {
	for _, in := range d.survey().Intruders {
		if !in.First.IsZero() && (first.IsZero() || in.First.Before(first)) {
			first = in.First
		}
		if in.Last.After(last) {
			last = in.Last
		}
	}
	return first, last
}

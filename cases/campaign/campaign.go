// Package campaign sets many incidents beside each other: when they happened around milestones, whom they hit, who
// is said to be behind them, and what they share.
//
// ReadList reads an incident list (CSV or JSON); the events of cases come from whoever can open them. Sum counts.
// An event is a day or a span of days: where a span does not fit one period or lies on both sides of a milestone,
// it is counted as that and not put on a side.
package campaign

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// An Event is one incident: a case, or a line of an incident list.
type Event struct {
	ID         string    `json:"id"`    // of the list or case, unique in a campaign
	First      time.Time `json:"first"` // day, UTC; zero if unknown
	Last       time.Time `json:"last"`  // day; First for an event of one day
	Victim     string    `json:"victim"`
	Sector     string    `json:"sector"`
	Actors     []string  `json:"actors"`     // as the source names them
	Techniques []string  `json:"techniques"` // ids or names
	Tools      []string  `json:"tools"`
	Objective  string    `json:"objective"`
	Outcome    string    `json:"outcome"` // attempted, blocked, succeeded or unknown
	Source     string    `json:"source"`
	Note       string    `json:"note"`
	Case       string    `json:"case"`   // folder of the case; empty for a line of a list
	Traits     []Trait   `json:"traits"` // what of it other events may share
}

// A Trait is something of an event that may link it with others.
type Trait struct {
	Kind  string   `json:"kind"` // "address", "network", "hash", "shell", "agent", "hours" (of the day), "tool", "technique"
	Value string   `json:"value"`
	Refs  []string `json:"refs,omitempty"` // records of the case that show it
}

// A Milestone is a day that events are counted around.
type Milestone struct {
	Day  time.Time `json:"day"`
	Name string    `json:"name"`
}

// ParseMilestone reads `2015-09-25=agreement`; the name may be quoted.
func ParseMilestone(s string) (Milestone, error) {
	day, name, _ := strings.Cut(s, "=")
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(day))
	name = strings.Trim(strings.TrimSpace(name), `"`)
	if err != nil || name == "" {
		return Milestone{}, fmt.Errorf("%q is no milestone: want a day and a name, such as 2015-09-25=agreement", s)
	}
	return Milestone{t, name}, nil
}

// A Count is how many events have a value.
type Count struct {
	Value  string   `json:"value"`
	N      int      `json:"n"`
	Events []string `json:"events"` // ids
}

// A Period is how many events fall into a day, week or month, or somewhere in a longer span.
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // last day
	N    int       `json:"n"`
	Span bool      `json:"span"` // the events are dated to the span only, which no single period holds
}

// Around is how the events lie to a milestone.
type Around struct {
	Milestone
	Before   int `json:"before"`
	On       int `json:"on"`
	DayAfter int `json:"day_after"` // of those after
	After    int `json:"after"`
	Across   int `json:"across"` // spans that begin before and end after, or touch the day
}

// A Shared trait is one that several events have.
type Shared struct {
	Trait
	Weight string   `json:"weight"` // "strong": infrastructure or a hash; "weak": what others have too
	Events []string `json:"events"`
}

// A Campaign is events with their sums.
type Campaign struct {
	Events     []Event  `json:"events"` // by First
	Undated    int      `json:"undated"`
	Milestones []Around `json:"milestones"`
	Days       []Period `json:"days"`
	Weeks      []Period `json:"weeks"` // from Monday
	Months     []Period `json:"months"`
	Sectors    []Count  `json:"sectors"`
	Actors     []Count  `json:"actors"`
	Techniques []Count  `json:"techniques"`
	Outcomes   []Count  `json:"outcomes"`
	Shared     []Shared `json:"shared"`
}

// maxShared bounds the shared traits that are listed.
const maxShared = 500

// Sum counts events. An event without a word for something counts there as "not told".
func Sum(events []Event, milestones []Milestone) *Campaign {
	c := &Campaign{Events: slices.Clone(events), Milestones: []Around{}}
	slices.SortStableFunc(c.Events, func(a, b Event) int {
		return cmp.Or(boolOrder(a.First.IsZero(), b.First.IsZero()), a.First.Compare(b.First), a.Last.Compare(b.Last), cmp.Compare(a.ID, b.ID))
	})
	for _, m := range milestones {
		c.Milestones = append(c.Milestones, around(c.Events, m))
	}
	slices.SortStableFunc(c.Milestones, func(a, b Around) int { return a.Day.Compare(b.Day) })
	for i := range c.Events {
		if c.Events[i].First.IsZero() {
			c.Undated++
		}
	}
	c.Days = periods(c.Events, func(t time.Time) (from, to time.Time) { return t, t })
	c.Weeks = periods(c.Events, func(t time.Time) (from, to time.Time) {
		from = t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
		return from, from.AddDate(0, 0, 6)
	})
	c.Months = periods(c.Events, func(t time.Time) (from, to time.Time) {
		from = time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(0, 1, -1)
	})
	one := func(f func(*Event) string) []Count {
		return counts(c.Events, func(e *Event) []string { return []string{f(e)} })
	}
	c.Sectors = one(func(e *Event) string { return e.Sector })
	c.Outcomes = one(func(e *Event) string { return e.Outcome })
	c.Actors = counts(c.Events, func(e *Event) []string { return e.Actors })
	c.Techniques = counts(c.Events, func(e *Event) []string { return e.Techniques })
	c.Shared = shared(c.Events)
	return c
}

// Mark is a milestone as a row of a list that goes by time; last is the last day of the row above it, zero if there is
// none.
func (a *Around) Mark(last time.Time) string {
	if !last.IsZero() && !last.Before(a.Day) {
		return "-- " + a.Name + ", within the row above --"
	}
	return "-- " + a.Name + " --"
}

// Between says where the milestones stand in a list of n rows in the order of their first days, of which those that
// are not known come last: before row i stand those at i, after the last row those at n. A milestone within a period
// stands after it.
func (c *Campaign) Between(n int, first func(i int) time.Time) [][]Around {
	out := make([][]Around, n+1)
	i := 0
	for _, m := range c.Milestones {
		for i < n && !first(i).IsZero() && first(i).Before(m.Day) {
			i++
		}
		out[i] = append(out[i], m)
	}
	return out
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Day is the day of a time, UTC.
func Day(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func around(events []Event, m Milestone) Around {
	a := Around{Milestone: m}
	next := m.Day.AddDate(0, 0, 1)
	for i := range events {
		switch e := &events[i]; {
		case e.First.IsZero():
		case e.Last.Before(m.Day):
			a.Before++
		case e.First.After(m.Day):
			a.After++
			if e.First.Equal(next) && e.Last.Equal(next) {
				a.DayAfter++
			}
		case e.First.Equal(m.Day) && e.Last.Equal(m.Day):
			a.On++
		default:
			a.Across++
		}
	}
	return a
}

// periods counts the events by the period that holds them whole, and by their span where none does.
func periods(events []Event, of func(time.Time) (from, to time.Time)) []Period {
	type key struct{ from, to time.Time }
	n := map[key]int{}
	span := map[key]bool{}
	for i := range events {
		e := &events[i]
		if e.First.IsZero() {
			continue
		}
		from, to := of(e.First)
		k := key{from, to}
		if e.Last.After(to) {
			k = key{e.First, e.Last}
			span[k] = true
		}
		n[k]++
	}
	out := []Period{}
	for k, v := range n {
		out = append(out, Period{k.from, k.to, v, span[k]})
	}
	slices.SortFunc(out, func(a, b Period) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	return out
}

// counts counts values over events, each value once an event, most frequent first.
func counts(events []Event, values func(*Event) []string) []Count {
	by := map[string]*Count{}
	for i := range events {
		e := &events[i]
		list := slices.DeleteFunc(slices.Clone(values(e)), func(s string) bool { return s == "" })
		if len(list) == 0 {
			list = []string{"not told"}
		}
		slices.Sort(list)
		for _, v := range slices.Compact(list) {
			if by[v] == nil {
				by[v] = &Count{Value: v}
			}
			by[v].N++
			by[v].Events = append(by[v].Events, e.ID)
		}
	}
	out := []Count{}
	for _, v := range slices.Sorted(maps.Keys(by)) {
		out = append(out, *by[v])
	}
	slices.SortStableFunc(out, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
	return out
}

// strong are the kinds of traits that few share by chance.
var strong = map[string]bool{"address": true, "hash": true}

// shared lists the traits that two events or more have: infrastructure and hashes first, then by how many have it.
// Tools and techniques of lists and cases are compared too; that two events share one says little.
func shared(events []Event) []Shared {
	type key struct{ kind, value string }
	by := map[key]*Shared{}
	for i := range events {
		e := &events[i]
		all := slices.Clone(e.Traits)
		for _, t := range e.Tools {
			all = append(all, Trait{Kind: "tool", Value: t})
		}
		for _, t := range e.Techniques {
			all = append(all, Trait{Kind: "technique", Value: t})
		}
		for _, t := range all {
			k := key{t.Kind, strings.ToLower(t.Value)}
			s := by[k]
			if s == nil {
				s = &Shared{Trait: Trait{Kind: t.Kind, Value: t.Value}, Weight: "weak"}
				if strong[t.Kind] {
					s.Weight = "strong"
				}
				by[k] = s
			}
			if !slices.Contains(s.Events, e.ID) {
				s.Events = append(s.Events, e.ID)
				s.Refs = append(s.Refs, t.Refs[:min(len(t.Refs), 3)]...)
			}
		}
	}
	out := []Shared{}
	for _, s := range by {
		if len(s.Events) > 1 {
			out = append(out, *s)
		}
	}
	slices.SortFunc(out, func(a, b Shared) int {
		return cmp.Or(cmp.Compare(a.Weight, b.Weight), cmp.Compare(len(b.Events), len(a.Events)), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
	})
	return out[:min(len(out), maxShared)]
}

package desk

import (
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// MaxLanes is how many incidents that go on at once have a lane of their own; further ones share the last.
const MaxLanes = 3

// labels name the incidents of a timeline; those beyond them are all called "+".
const labels = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// A lane is where an incident is drawn, from its first event to its last.
type lane struct {
	label    string
	at       int
	from, to time.Time
}

// setLanes says of each event, in order of time, which incident it is part of and which go on beside it. What an
// incident's step rests on is part of it too.
func setLanes(events []Event, incidents []triage.Incident) {
	of := map[string]string{} // incidents by the records that their steps rest on
	for i := range incidents {
		for _, s := range incidents[i].Steps {
			for _, ref := range append([]string{s.Ref}, s.Refs...) {
				if ref != "" && of[ref] == "" {
					of[ref] = incidents[i].Ref
				}
			}
		}
	}
	lanes := map[string]*lane{}
	var order []*lane
	for i := range events {
		e := &events[i]
		if e.Incident == "" {
			e.Incident = of[e.Ref]
		}
		if e.Incident == "" {
			continue
		}
		l := lanes[e.Incident]
		if l == nil {
			l = &lane{label: "+", from: e.Time}
			if n := len(order); n < len(labels) {
				l.label = labels[n : n+1]
			}
			lanes[e.Incident] = l
			order = append(order, l)
		}
		e.Label, l.to = l.label, e.Time
	}
	var ends [MaxLanes]time.Time
	for _, l := range order {
		l.at = slices.IndexFunc(ends[:], func(t time.Time) bool { return t.Before(l.from) })
		if l.at < 0 {
			l.at = MaxLanes - 1
		}
		if l.to.After(ends[l.at]) {
			ends[l.at] = l.to
		}
	}
	first := 0 // what ended before the event is left behind, as far as it can be
	for i := range events {
		e := &events[i]
		signs := [MaxLanes]string{" ", " ", " "}
		for first < len(order) && order[first].to.Before(e.Time) {
			first++
		}
		for _, l := range order[first:] {
			if l.from.After(e.Time) {
				break
			}
			if !l.to.Before(e.Time) && l.label != e.Label && signs[l.at] == " " {
				signs[l.at] = "│"
			}
		}
		if l := lanes[e.Incident]; l != nil {
			signs[l.at] = l.label
		}
		e.Lanes = strings.TrimRight(strings.Join(signs[:], ""), " ")
	}
}

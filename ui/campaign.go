package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"spoor/cases/campaign"
	"spoor/ui/desk"
)

// campaigns is many cases and incident lists beside each other: sums above, events below.
type campaigns struct{ records[campaignRow] }

// A campaignRow is a sum over the events, or one of them.
type campaignRow struct {
	what, text string // of a sum
	ids        []string
	event      *campaign.Event
	of         *campaign.Campaign
	here       bool // the event is the case that is open
}

// newCampaign reads the cases and lists of some folders.
func newCampaign(c *common, paths []string, milestones []campaign.Milestone) *campaigns {
	s := &campaigns{}
	s.start(c, tabTimeline, "campaign", "No case and no incident list is there.", "row", "rows")
	s.read = func(ctx context.Context, d *desk.Desk) ([]campaignRow, error) {
		x, problems, err := desk.Campaign(ctx, paths, milestones)
		if err != nil {
			return nil, err
		}
		return campaignRows(x, problems, d.Case.Dir()), nil
	}
	s.table = table[campaignRow]{all: campaignColumns(), at: "row"}
	s.subject = func(r *campaignRow) subject { return r.line().sub }
	s.span = func(r *campaignRow) (from, to time.Time) {
		if r.event == nil {
			return from, to
		}
		return r.event.First, r.event.Last
	}
	s.row = func(r *campaignRow, _ int) line {
		if r.event != nil {
			return line{}
		}
		return r.line()
	}
	s.again = func() (lister, *records[campaignRow]) {
		x := newCampaign(c, paths, milestones)
		return x, &x.records
	}
	s.about = func(r *campaignRow) []line { return describeCampaign(r, &c.keys) }
	return s
}

// campaignRows lists the sums and then the events; the milestones stand where they fall in each list that goes by time.
func campaignRows(x *campaign.Campaign, problems []string, open string) []campaignRow {
	var out []campaignRow
	add := func(what, text string, ids []string) {
		out = append(out, campaignRow{what: what, text: text, ids: ids, of: x})
	}
	last := time.Time{} // day of the row above
	mark := func(all []campaign.Around) {
		for _, m := range all {
			add("milestone", fmt.Sprintf("%-23s %s", dayText(m.Day), m.Mark(last)), nil)
		}
	}
	for _, m := range x.Milestones {
		text := fmt.Sprintf("%s %s: %d before, %d on the day, %d after, %d of them on the day after", dayText(m.Day), m.Name, m.Before, m.On, m.After, m.DayAfter)
		if m.Across > 0 {
			text += fmt.Sprintf("; %d dated only to spans across it", m.Across)
		}
		add("milestone", text, nil)
	}
	for _, u := range []struct {
		name string
		list []campaign.Period
	}{{"day", x.Days}, {"week", x.Weeks}, {"month", x.Months}} {
		marks := x.Between(len(u.list), func(i int) time.Time { return u.list[i].From })
		for i, p := range u.list {
			mark(marks[i])
			last = p.To
			add(u.name, fmt.Sprintf("%-23s %4d  %s", spanText(p.From, p.To), p.N, strings.Repeat("#", min(p.N, 40))), nil)
		}
		mark(marks[len(u.list)])
		last = time.Time{}
	}
	for _, u := range []struct {
		name string
		list []campaign.Count
	}{{"sector", x.Sectors}, {"actor", x.Actors}, {"technique", x.Techniques}, {"outcome", x.Outcomes}} {
		for _, n := range u.list {
			add(u.name, fmt.Sprintf("%4d  %s", n.N, n.Value), n.Events)
		}
	}
	for _, s := range x.Shared {
		add("shared", fmt.Sprintf("%s %s, %s: %s", s.Kind, s.Value, s.Weight, counted(len(s.Events), "event", "events")), s.Events)
	}
	for _, p := range problems {
		add("not read", p, nil)
	}
	marks := x.Between(len(x.Events), func(i int) time.Time { return x.Events[i].First })
	for i := range x.Events {
		mark(marks[i])
		e := &x.Events[i]
		last = e.Last
		out = append(out, campaignRow{event: e, of: x, here: e.Case != "" && sameFolder(e.Case, open)})
	}
	mark(marks[len(x.Events)])
	return out
}

func sameFolder(a, b string) bool {
	x, errA := filepath.Abs(a)
	y, errB := filepath.Abs(b)
	return errA == nil && errB == nil && x == y
}

func dayText(t time.Time) string {
	if t.IsZero() {
		return "undated"
	}
	return t.Format(time.DateOnly)
}

func spanText(from, to time.Time) string {
	if from.Equal(to) {
		return dayText(from)
	}
	return dayText(from) + "/" + dayText(to)
}

func (r *campaignRow) line() line {
	if r.event == nil {
		return line{sub: subject{copied: r.what + " " + r.text}, runs: []run{{cell(r.what, 11), muted}, {r.text, plain}}}
	}
	return line{sub: subject{copied: r.copied(), title: r.event.ID}}
}

// kind is what a row is: a sum by its name, or an event.
func (r *campaignRow) kind() string {
	switch {
	case r.event == nil:
		return r.what
	case r.here:
		return "this case"
	case r.event.Case != "":
		return "case"
	}
	return "event"
}

func campaignColumns() []column[campaignRow] {
	type row = campaignRow
	of := func(get func(*campaign.Event) string) func(*row) (string, look) {
		return func(r *row) (string, look) {
			if r.event == nil {
				return "", muted
			}
			if s := get(r.event); s != "" {
				return s, plain
			}
			return "not told", muted
		}
	}
	first := func(r *row) time.Time {
		if r.event == nil {
			return time.Time{}
		}
		return r.event.First
	}
	return []column[row]{
		{name: "row", width: 10, cell: func(r *row) (string, look) { return r.kind(), strong }},
		{name: "when", width: 21, number: func(r *row) float64 { return unix(first(r)) }, value: func(r *row) string {
			if r.event == nil {
				return ""
			}
			return spanText(r.event.First, r.event.Last)
		}, cell: of(func(e *campaign.Event) string { return spanText(e.First, e.Last) })},
		{name: "id", width: 10, grow: 1, value: func(r *row) string {
			if r.event == nil {
				return r.text
			}
			return r.event.ID
		}, cell: of(func(e *campaign.Event) string { return e.ID })},
		{name: "sector", width: 10, grow: 1, cell: of(func(e *campaign.Event) string { return e.Sector })},
		{name: "actor", width: 10, grow: 1, cell: of(func(e *campaign.Event) string { return strings.Join(e.Actors, "; ") })},
		{name: "outcome", width: 10, grow: 1, cell: of(func(e *campaign.Event) string { return e.Outcome })},
		{name: "victim", width: 16, from: never, cell: of(func(e *campaign.Event) string { return e.Victim })},
		{name: "technique", width: 20, from: never, cell: of(func(e *campaign.Event) string { return strings.Join(e.Techniques, " ") })},
	}
}

func (r *campaignRow) copied() string {
	if r.event.Case != "" {
		return "spoor open " + r.event.Case
	}
	return r.event.ID + " " + strings.Join(campaignWords(r.event), ", ")
}

// campaignWords are an event in a few words.
func campaignWords(e *campaign.Event) []string {
	return []string{e.ID, or(e.Sector, "sector not told"), or(strings.Join(e.Actors, "; "), "actor not told"), e.Outcome}
}

// describeCampaign says of a sum which events it counts, and of an event what it was and what it shares.
func describeCampaign(r *campaignRow, k *keyMap) []line {
	if r.event == nil {
		out := []line{label(r.what, run{r.text, strong})}
		for i := range r.of.Events {
			if e := &r.of.Events[i]; slices.Contains(r.ids, e.ID) {
				out = append(out, label(spanText(e.First, e.Last)+" ", run{strings.Join(campaignWords(e), ", "), plain}))
			}
		}
		return out
	}
	e := r.event
	out := []line{label("event", run{e.ID, strong}, run{"  " + spanText(e.First, e.Last), plain})}
	for _, x := range [][2]string{{"victim", e.Victim}, {"sector", e.Sector}, {"actor", strings.Join(e.Actors, "; ")}, {"technique", strings.Join(e.Techniques, " ")},
		{"tool", strings.Join(e.Tools, ", ")}, {"objective", e.Objective}, {"outcome", e.Outcome}, {"source", e.Source}, {"note", e.Note}} {
		out = append(out, label(x[0], run{or(x[1], "not told"), plain}))
	}
	if e.Case != "" {
		out = append(out, label("case", run{"spoor open " + e.Case, strong}, run{k.words("  {Copy} copies it"), muted}))
	}
	for _, s := range r.of.Shared {
		if !slices.Contains(s.Events, e.ID) {
			continue
		}
		others := slices.DeleteFunc(slices.Clone(s.Events), func(id string) bool { return id == e.ID })
		sub := subject{copied: s.Value}
		if i := slices.IndexFunc(e.Traits, func(t campaign.Trait) bool { return t.Kind == s.Kind && t.Value == s.Value }); r.here && i >= 0 && len(e.Traits[i].Refs) > 0 {
			sub = citeSubject(e.Traits[i].Refs[0], s.Kind+" "+s.Value)
		}
		out = append(out, about(sub, "shares", run{s.Kind + " " + s.Value, strong}, run{" (" + s.Weight + ") with " + strings.Join(others, ", "), plain}))
	}
	return out
}

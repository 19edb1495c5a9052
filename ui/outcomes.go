package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"spoor/index"
	"spoor/triage"
	"spoor/triage/outcome"
	"spoor/ui/desk"
)

// outcomes is the list of attacks with how each fared, what worked first.
type outcomes struct{ records[outcome.Attack] }

// outcomesMsg is the intent that shows how attacks fared; those of one class, if it is set.
type outcomesMsg struct{ class triage.Class }

func newOutcomes(c *common, class triage.Class) *outcomes {
	o := &outcomes{}
	title := "Outcomes"
	if class != "" {
		title += " (" + string(class) + ")"
	}
	o.start(c, tabOverview, title, c.keys.words("No attack is known. :load FILE takes a log in; {Back} goes back."), "attack", "attacks")
	o.kind, o.args = "outcomes", some(string(class))
	o.b.below = 9
	o.read = func(ctx context.Context, d *desk.Desk) ([]outcome.Attack, error) {
		res, err := d.Outcomes(ctx)
		if err != nil {
			return nil, err
		}
		if class == "" {
			return res.Attacks, nil
		}
		var out []outcome.Attack
		for _, a := range res.Attacks {
			if a.Class == class {
				out = append(out, a)
			}
		}
		return out, nil
	}
	o.table = table[outcome.Attack]{all: outcomeColumns(), at: "client"}
	o.subject = faredSubject
	o.span = func(a *outcome.Attack) (time.Time, time.Time) { return a.First, a.Last }
	o.hot = func(a *outcome.Attack) bool { return a.Outcome == outcome.Succeeded || a.Outcome == outcome.Likely }
	o.again = func() (lister, *records[outcome.Attack]) { x := newOutcomes(c, class); return x, &x.records }
	o.about = describeOutcome
	return o
}

// attackQuery finds the requests of an attack.
func attackQuery(a *outcome.Attack) string {
	q := "ip:" + index.Quote(a.Client) + " class:" + string(a.Class)
	if a.Path != "" {
		q += " " + pathQuery(a.Path)
	}
	return q
}

func faredSubject(a *outcome.Attack) subject {
	s := subject{title: string(a.Class) + " by " + a.Client, copied: fmt.Sprintf("%s: %s by %s at %s, %d requests", a.Outcome, a.Class, a.Client, a.Place(), a.Requests),
		open: searchMsg{attackQuery(a)}, values: []value{{"client", a.Client}}}
	if a.Path != "" {
		s.values = append(s.values, value{"path", a.Path})
	}
	return s
}

func outcomeColumns() []column[outcome.Attack] {
	type row = outcome.Attack
	return []column[row]{
		{name: "outcome", title: "  outcome", width: 11, most: 20, cut: cutOutcome, value: func(a *row) string { return string(a.Outcome) }, cell: func(a *row) (string, look) { return outcomeText(a.Outcome), outcomeLook(a.Outcome) }},
		{name: "class", width: 10, cell: func(a *row) (string, look) { return string(a.Class), plain }},
		{name: "client", width: 17, most: 39, cell: func(a *row) (string, look) { return a.Client, plain }},
		{name: "requests", width: 8, right: true, number: func(a *row) float64 { return float64(a.Requests) }, cell: func(a *row) (string, look) { return number(a.Requests), plain }},
		{name: "first", width: 14, from: 100, number: func(a *row) float64 { return unix(a.First) }, cell: func(a *row) (string, look) { return shortStamp(a.First), muted }},
		{name: "place", width: 10, grow: 1, cut: cellMiddle, cell: func(a *row) (string, look) { return a.Place(), plain }},
	}
}

func describeOutcome(a *outcome.Attack) []line {
	self := faredSubject(a)
	sent := counted(a.Requests, "request", "requests")
	if a.Answered >= 0 {
		sent += ", " + number(a.Answered) + " answered 2xx"
	}
	out := []line{about(self, "outcome", run{outcomeText(a.Outcome), outcomeLook(a.Outcome)}, run{"  " + sent + ", " + timeSpan(a.First, a.Last) + " UTC", plain}, run{"  Enter: the requests", muted}),
		about(valueSubject(self, "client", a.Client), "client", run{a.Client, plain}), label("place", run{a.Place(), plain})}
	return append(out, attackReasons(a)...)
}

// attackReasons are what says so, each leading to its first record; nothing of no attack.
func attackReasons(a *outcome.Attack) []line {
	if a == nil {
		return nil
	}
	var out []line
	for _, r := range a.Reasons {
		l := label("because", run{r.Text, plain})
		if len(r.Refs) > 0 {
			l = about(citeSubject(r.Refs[0], "what says so"), "because", run{r.Text, plain}, run{"  " + strings.Join(r.Refs[:min(len(r.Refs), 3)], " "), muted})
		}
		out = append(out, l)
	}
	return out
}

// attackLine is how a request fared, and the attack that it is part of; nothing if it is of none.
func attackLine(a *outcome.Attack, q *triage.Request) []line {
	if a == nil {
		return nil
	}
	o := a.Of(q)
	return []line{about(faredSubject(a), "outcome", run{outcomeText(o), outcomeLook(o)}, run{"  " + a.Whole(q), plain})}
}

// faredRun is how a step's attacks fared, in front of its text; nothing if it tells of none.
func faredRun(o outcome.Outcome, width int) run {
	switch {
	case o == "":
		return run{}
	case width < wideForOutcome:
		return run{outcome.Short(o) + ": ", outcomeLook(o)}
	}
	return run{string(o) + ": ", outcomeLook(o)}
}

// faredText sums up how attacks fared.
func faredText(n map[outcome.Outcome]int) string {
	text := counted(n[outcome.Succeeded], "attack", "attacks") + " succeeded"
	if k := n[outcome.Likely]; k > 0 {
		text += ", " + number(k) + " likely"
	}
	return text + fmt.Sprintf("; %s failed, %s without a sign", number(n[outcome.Failed]), number(n[outcome.NoSign]))
}

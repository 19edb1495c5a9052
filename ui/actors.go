package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/triage/outcome"
	"spoor/ui/desk"
)

// actors is the list of intruders, each with what ties its clients together, what it did, and which known
// groups that would be consistent with.
type actors struct{ records[judgedActor] }

// A judgedActor is an intruder with what the analyst said of it.
type judgedActor struct {
	desk.Actor
	verdict *cases.Verdict
}

func newActors(c *common, want string) *actors {
	a := &actors{}
	title := screenNames[tabActors]
	if want != "" {
		title = want
	}
	a.start(c, tabActors, title, c.keys.words("No client did enough to be called an intruder. Requests ({Requests}) with the query level:>=medium shows single findings."), "intruder", "intruders")
	a.want = want
	a.kind = "actors"
	a.read = readActors
	a.table = table[judgedActor]{all: actorColumns(), at: "clients"}
	a.subject = func(x *judgedActor) subject { return actorSubject(&x.Actor) }
	a.span = func(x *judgedActor) (time.Time, time.Time) { return x.First, x.Last }
	a.hot = func(x *judgedActor) bool { return len(x.Shells) > 0 }
	a.again = func() (lister, *records[judgedActor]) { x := newActors(c, ""); return x, &x.records }
	a.about = describeActor
	return a
}

func readActors(_ context.Context, d *desk.Desk) ([]judgedActor, error) {
	verdicts := d.Verdicts()
	var out []judgedActor
	for _, a := range d.Intruders() {
		j := judgedActor{Actor: a}
		if v, ok := verdicts[a.Ref]; ok {
			j.verdict = &v
		}
		out = append(out, j)
	}
	return out, nil
}

func actorSubject(a *desk.Actor) subject {
	s := subject{ref: a.Ref, title: actorName(&a.Intruder), open: searchMsg{"actor:" + index.Quote(a.Ref)},
		values: append([]value{{"actor", a.Ref}}, listValues("client", a.Clients, "path", a.Shells)...)}
	s.copied = actorName(&a.Intruder) + " " + a.Ref + ": " + strings.Join(a.Clients, " ")
	for _, agent := range a.Agents {
		s.values = append(s.values, value{"agent", agent})
	}
	return s
}

// verdictWidth holds the verdict word for word, whatever the number of groups: it is nowhere shortened while there
// is no name.
const verdictWidth = len("unattributed; consistent with 999 groups")

// verdictText is the attribution, in the words of the assessment.
func verdictText(a *desk.Actor) string { return a.Verdict }

func actorColumns() []column[judgedActor] {
	type row = judgedActor
	return []column[row]{
		{name: "intruder", width: 12, cell: func(a *row) (string, look) {
			name := actorName(&a.Intruder)
			if w := saidOf(a.verdict); w != "" {
				name += " " + w[:1]
			}
			return name, strong
		}, value: func(a *row) string { return actorName(&a.Intruder) }},
		{name: "clients", width: 15, most: 42, cell: func(a *row) (string, look) { return clientsText(a.Clients), plain }, value: func(a *row) string { return strings.Join(a.Clients, " ") }},
		{name: "attribution", width: verdictWidth, cell: func(a *row) (string, look) { return verdictText(&a.Actor), plain }},
		{name: "worked", width: 7, right: true, cell: func(a *row) (string, look) { return workedCell(a.Fared) },
			number: func(a *row) float64 { return float64(a.Fared[outcome.Succeeded] + a.Fared[outcome.Likely]) }},
		{name: "hostile", width: 7, from: 85, right: true, number: func(a *row) float64 { return float64(a.Hostile) }, cell: func(a *row) (string, look) { return number(a.Hostile), plain }},
		{name: "shells", width: 6, from: 92, right: true, number: func(a *row) float64 { return float64(len(a.Shells)) }, cell: func(a *row) (string, look) { return number(len(a.Shells)), plain }},
		{name: "verdict", width: 9, from: 102, cell: func(a *row) (string, look) { return saidOf(a.verdict), plain }},
		{name: "first", width: 14, from: 117, number: func(a *row) float64 { return unix(a.First) }, value: func(a *row) string { return stamp(a.First) },
			cell: func(a *row) (string, look) { return shortStamp(a.First), muted }},
		{name: "last", width: 14, from: 132, number: func(a *row) float64 { return unix(a.Last) }, value: func(a *row) string { return stamp(a.Last) },
			cell: func(a *row) (string, look) { return shortStamp(a.Last), muted }},
	}
}

// workedCell is how many of some attacks succeeded or likely did, with the sign of the one that fared best.
func workedCell(n map[outcome.Outcome]int) (string, look) {
	for _, o := range outcome.Outcomes {
		if n[o] > 0 {
			return outcome.Sign(o) + " " + number(n[outcome.Succeeded]+n[outcome.Likely]), outcomeLook(o)
		}
	}
	return "-", muted
}

// maxListed is how many clients or agents a detail lists; the pivots reach the others.
const maxListed = 20

// describeActor says what is known of an intruder and what follows from it.
func describeActor(a *judgedActor) []line {
	self := actorSubject(&a.Actor)
	out := []line{about(self, "intruder", run{actorName(&a.Intruder) + " " + a.Ref, strong},
		run{fmt.Sprintf("  %s UTC, %s of which %s hostile", timeSpan(a.First, a.Last), counted(a.Requests, "request", "requests"), number(a.Hostile)), plain})}
	out = append(out, verdictLines(a.verdict)...)
	out = append(out, label("verdict", run{verdictText(&a.Actor), strong}), label("", run{"confidence " + a.Confidence, plain}))
	if o := a.Override; o != nil {
		said := slices.DeleteFunc([]string{o.Likelihood, o.Author}, func(s string) bool { return s == "" })
		out = append(out, label("your word", run{o.Name, strong}, run{strings.TrimSuffix(" "+strings.Join(said, ", "), " ") + ": " + o.Reason, plain}))
		if o.Confidence != "" {
			out = append(out, label("", run{"your confidence " + o.Confidence, plain}))
		}
	}
	for i, c := range a.Clients {
		if i == maxListed {
			out = append(out, label("", run{fmt.Sprintf("and %d more clients", len(a.Clients)-i), muted}))
			break
		}
		out = append(out, about(clientSubject(self, c), "client", run{c, strong}))
	}
	if n := a.Fared; len(n) > 0 {
		out = append(out, about(subject{title: "outcomes", open: outcomesMsg{}}, "attacks", run{faredText(n), plain}, run{"  Enter: how each fared", muted}))
	}
	for _, p := range a.Shells {
		s := valueSubject(self, "path", p)
		s.open = searchMsg{"actor:" + index.Quote(a.Ref) + " " + pathQuery(p)}
		out = append(out, about(s, "shell", run{p, critical}, run{"  Enter: its requests to the shell", muted}))
	}
	out = append(out, matrixLines(self, &a.Matrix)...)
	if len(a.Matrix.Rows) > 0 {
		out = append(out, text(heading, "REASONS"))
	}
	for i, w := range a.Why {
		out = append(out, label(whyLabel(i), run{w, plain}))
	}
	for i, g := range a.Agents {
		if i == maxListed {
			out = append(out, label("", run{fmt.Sprintf("and %d more agents", len(a.Agents)-i), muted}))
			break
		}
		out = append(out, about(valueSubject(self, "agent", g), "agent", run{g, plain}))
	}
	for _, l := range a.Links {
		ln := reasonLine(self, l)
		out = append(out, ln)
	}
	out = append(out, observedLines(self, a.Observed)...)
	out = append(out, candidateLines("consistent with", a.Consistent)...)
	out = append(out, candidateLines("contradicted", a.Contradicted)...)
	out = append(out, listLines("RIVAL EXPLANATIONS", a.Rivals)...)
	out = append(out, listLines("WHAT WOULD CHANGE THIS", a.WouldChange)...)
	out = append(out, listLines("WHAT WAS NOT COLLECTED", a.NotCollected)...)
	if len(a.Consistent)+len(a.Observed) > 0 {
		out = append(out, text(muted, ""), text(muted, a.KnowledgeBase), text(muted, intel.Notice))
	}
	return out
}

// whyLabel names the first of the reasons.
func whyLabel(i int) string {
	if i == 0 {
		return "because"
	}
	return ""
}

func clientSubject(self subject, c string) subject {
	s := valueSubject(self, "client", c)
	s.open = searchMsg{"ip:" + index.Quote(c)}
	return s
}

func observedLines(self subject, all []triage.Observable) []line {
	if len(all) == 0 {
		return nil
	}
	out := []line{text(heading, "OBSERVED TECHNIQUES AND TOOLS")}
	for _, o := range all {
		s := self
		s.open = nil
		if len(o.Refs) > 0 {
			s = citeSubject(o.Refs[0], o.ID)
		}
		out = append(out, line{sub: s, hang: labelWidth, runs: []run{{cell(o.ID, labelWidth), strong}, {o.Why, plain}}})
	}
	return out
}

// maxCandidates is how many groups the detail lists; a longer list says more about the evidence than the groups.
const maxCandidates = 12

func candidateLines(what string, all []intel.Candidate) []line {
	if len(all) == 0 {
		return nil
	}
	out := []line{text(heading, strings.ToUpper(what)+" "+counted(len(all), "group", "groups"))}
	for i, c := range all {
		if i == maxCandidates {
			out = append(out, text(muted, fmt.Sprintf("and %d more; actors --json lists all", len(all)-i)))
			break
		}
		out = append(out, line{hang: 2, runs: []run{{c.Name, strong}, {" (" + c.ID + "): " + c.Band + ", " + c.Range(), plain}}})
		for _, f := range c.For {
			out = append(out, line{hang: labelWidth, runs: []run{{cell("  for", labelWidth), good}, {f, plain}}})
		}
		for _, f := range c.Against {
			out = append(out, line{hang: labelWidth, runs: []run{{cell("  against", labelWidth), medium}, {f, plain}}})
		}
	}
	return out
}

func listLines(head string, all []string) []line {
	if len(all) == 0 {
		return nil
	}
	out := []line{text(heading, head)}
	for _, s := range all {
		out = append(out, line{hang: 2, runs: []run{{"- " + s, plain}}})
	}
	return out
}

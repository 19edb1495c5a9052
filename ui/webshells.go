package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/outcome"
	"spoor/ui/desk"
)

// webshells is the ranked list of web-shell candidates, with their reasons.
type webshells struct{ records[rankedShell] }

// likelyShell is the score from which a candidate is worth a responder's time, see triage.Webshell.
const likelyShell = 50

// A rankedShell is a candidate with what the analyst said of it.
type rankedShell struct {
	triage.Webshell
	verdict *cases.Verdict
}

func newWebshells(c *common, want string) *webshells {
	w := &webshells{}
	title := screenNames[tabWebshells]
	if want != "" {
		title = want
	}
	w.start(c, tabWebshells, title, c.keys.words("No script behaves like a web shell. Requests ({Requests}) shows everything that was loaded."), "web shell", "web shells")
	w.want = want
	w.kind = "webshells"
	w.read = readWebshells
	w.table = table[rankedShell]{all: webshellColumns(), at: "path"}
	w.subject = func(x *rankedShell) subject { return webshellSubject(&x.Webshell) }
	w.span = func(x *rankedShell) (time.Time, time.Time) { return x.First, x.Last }
	w.hot = func(x *rankedShell) bool { return x.Score >= likelyShell }
	w.again = func() (lister, *records[rankedShell]) { x := newWebshells(c, ""); return x, &x.records }
	w.about = describeWebshell
	return w
}

func readWebshells(_ context.Context, d *desk.Desk) ([]rankedShell, error) {
	verdicts := d.Verdicts()
	var out []rankedShell
	for _, w := range d.Webshells() {
		r := rankedShell{Webshell: w}
		if v, ok := verdicts[w.Ref]; ok {
			r.verdict = &v
		}
		out = append(out, r)
	}
	return out, nil
}

func webshellSubject(w *triage.Webshell) subject {
	s := subject{ref: w.Ref, title: "web shell " + w.Path, copied: w.Path, open: searchMsg{pathQuery(w.Path)},
		values: listValues("path", []string{w.Path}, "client", w.Clients)}
	if w.File != nil {
		s.values = append(s.values, hashValues(w.File)...)
		if w.Requests == 0 { // there are no requests to look at
			s.open = openMsg{w.File.Ref}
		}
	}
	return s
}

// pathQuery is the query for the requests of one path.
func pathQuery(path string) string { return "path:" + index.Quote(path) }

func hashValues(f *triage.File) []value {
	var out []value
	for _, h := range []string{f.SHA256, f.SHA1, f.MD5} {
		if h != "" {
			out = append(out, value{"hash", h})
		}
	}
	return out
}

func webshellColumns() []column[rankedShell] {
	type row = rankedShell
	return []column[row]{
		{name: "score", width: 5, right: true, number: func(w *row) float64 { return float64(w.Score) }, cell: func(w *row) (string, look) {
			if w.Score >= likelyShell {
				return fmt.Sprint(w.Score), critical
			}
			return fmt.Sprint(w.Score), plain
		}},
		{name: "outcome", title: "+", width: 1, value: func(w *row) string { return w.Outcome },
			cell: func(w *row) (string, look) {
				return outcome.Sign(outcome.Outcome(w.Outcome)), outcomeLook(outcome.Outcome(w.Outcome))
			}},
		{name: "clients", width: 7, right: true, number: func(w *row) float64 { return float64(len(w.Clients)) },
			cell: func(w *row) (string, look) { return number(len(w.Clients)), plain }},
		{name: "requests", width: 8, right: true, number: func(w *row) float64 { return float64(w.Requests) },
			cell: func(w *row) (string, look) { return number(w.Requests), plain }},
		{name: "first", title: "first use", width: 14, number: func(w *row) float64 { return unix(w.First) }, value: func(w *row) string { return stamp(w.First) },
			cell: func(w *row) (string, look) { return shortStamp(w.First), plain }},
		{name: "last", title: "last use", width: 14, from: 100, number: func(w *row) float64 { return unix(w.Last) }, value: func(w *row) string { return stamp(w.Last) },
			cell: func(w *row) (string, look) { return shortStamp(w.Last), plain }},
		{name: "planted", width: 10, from: 100, cell: func(w *row) (string, look) { return w.PlantConfidence, plain }},
		{name: "path", width: 10, grow: 1, cut: cellTail, value: func(w *row) string { return w.Path },
			cell: func(w *row) (string, look) { return tagged(w.verdict, w.Path), strong }},
		{name: "verdict", width: 9, from: never, cell: func(w *row) (string, look) { return saidOf(w.verdict), plain }},
	}
}

// describeWebshell says why a path is a candidate, who planted it and who used it.
func describeWebshell(w *rankedShell) []line {
	self := webshellSubject(&w.Webshell)
	out := []line{about(self, "path", run{w.Path, strong}, run{"  score " + fmt.Sprint(w.Score) + " of 100, " + w.Ref, muted})}
	out = append(out, verdictLines(w.verdict)...)
	out = append(out, plantLine(w))
	if w.Requests == 0 {
		out = append(out, label("used", run{"not requested in these logs; its file makes it a candidate", muted}))
	} else {
		out = append(out, label("used", run{fmt.Sprintf("%s UTC, %s", timeSpan(w.First, w.Last), counted(w.Requests, "request", "requests")), plain}))
	}
	if w.Outcome != "" {
		o := outcome.Outcome(w.Outcome)
		out = append(out, about(subject{title: "outcomes", open: outcomesMsg{triage.WebshellUse}}, "outcome", run{outcomeText(o), outcomeLook(o)}, run{"  of its use; Enter: what says so", muted}))
	}
	for i, c := range w.Clients {
		if i == maxListed {
			out = append(out, label("", run{fmt.Sprintf("and %d more users", len(w.Clients)-i), muted}))
			break
		}
		s := valueSubject(self, "client", c)
		s.open = searchMsg{"ip:" + index.Quote(c) + " " + pathQuery(w.Path)}
		out = append(out, about(s, "user", run{c, strong}, run{"  Enter: its requests to the shell", muted}))
	}
	for _, r := range w.Reasons {
		out = append(out, reasonLine(self, r))
	}
	if f := w.File; f != nil {
		out = append(out, fileEvidence(f)...)
	}
	return append(out, otherPlants(w)...)
}

func plantLine(w *rankedShell) line {
	if w.PlantedBy == nil {
		return label("planted", run{"by no request in these logs", muted})
	}
	p := w.PlantedBy
	s := citeSubject(p.Ref, "planting request")
	return about(s, "planted", run{"by " + p.Ref, strong}, run{fmt.Sprintf("  %s line %d, confidence %s: ", p.Source, p.Line, w.PlantConfidence), plain},
		run{plantWhy(w), plain}, run{"  Enter: the request", muted})
}

// otherPlants are the lines of the further requests that may have planted it.
func otherPlants(w *rankedShell) []line {
	var out []line
	for _, l := range w.PlantOther {
		out = append(out, about(citeSubject(l.Ref, "possible planting request"), "or", run{"planted by " + l.Ref, plain},
			run{fmt.Sprintf("  %s line %d, %s: %s", l.Source, l.Line, l.Confidence, l.Why), muted}))
	}
	return out
}

// plantWhy says why that request is held to be the plant: the reason that counts it, if there is one.
func plantWhy(w *rankedShell) string {
	for _, r := range w.Reasons {
		if strings.HasSuffix(r.Text, w.PlantWhy) {
			return r.Text
		}
	}
	return w.PlantWhy
}

// reasonLine is one reason with its weight; Enter opens the first record that shows it.
func reasonLine(self subject, r triage.Reason) line {
	s := self
	s.open = nil
	if len(r.Refs) > 0 {
		s = citeSubject(r.Refs[0], r.Text)
	}
	l := medium
	if r.Weight < 0 {
		l = good
	}
	runs := []run{{cell(fmt.Sprintf("%+d", r.Weight), labelWidth), l}, {r.Text, plain}}
	if len(r.Refs) > 0 {
		runs = append(runs, run{"  " + r.Refs[0], muted})
	}
	return line{sub: s, hang: labelWidth, runs: runs}
}

func fileEvidence(f *triage.File) []line {
	s := fileSubject(f)
	s.open = openMsg{f.Ref}
	return []line{about(s, "file", run{string(f.Verdict), fileLook(f.Verdict)}, run{"  " + f.Path + "  written " + stamp(f.ModTime) + "  " + f.Why, plain})}
}

func (w *webshells) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyMsg); ok && key.Matches(k, w.Keys().Plant) {
		return w.c.now(openMsg{w.current().PlantedBy.Ref})
	}
	return w.records.Update(msg)
}

func (w *webshells) Keys() keyMap {
	k := w.records.Keys()
	cur := w.current()
	k.Plant.SetEnabled(cur != nil && cur.PlantedBy != nil)
	k.Enter.SetHelp(k.Enter.Help().Key, "its requests")
	if cur != nil && cur.Requests == 0 {
		k.Enter.SetHelp(k.Enter.Help().Key, "its file")
	}
	return k
}

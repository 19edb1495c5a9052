package ui

import (
	"context"
	"fmt"
	"strings"

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
	w.start(c, tabWebshells, title, "No script behaves like a web shell. Requests (2) shows everything that was loaded.", "web shell", "web shells")
	w.want = want
	w.read = readWebshells
	w.b.head = []run{{"score  +  clients  requests  first use       path", muted}}
	w.row = webshellRow
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

func webshellRow(w *rankedShell, width int) line {
	name := w.Path
	if w.verdict != nil && w.verdict.Value != "" {
		name = "[" + w.verdict.Value + "] " + name
	}
	scoreLook := plain
	if w.Score >= likelyShell {
		scoreLook = critical
	}
	head := []run{{cellRight(fmt.Sprint(w.Score), 5) + " ", scoreLook}, {cellRight(outcome.Sign(outcome.Outcome(w.Outcome)), 3), outcomeLook(outcome.Outcome(w.Outcome))}, {cellRight(number(len(w.Clients)), 9), plain}, {cellRight(number(w.Requests), 10), plain}, {"  " + cell(shortStamp(w.First), 16), plain}}
	return line{sub: webshellSubject(&w.Webshell), runs: append(head, run{cellTail(name, max(10, width-46)), strong})}
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
		run{plantWhy(w), plain}, run{"  Enter or P: the request", muted})
}

// otherPlants are the lines of the further requests that may have planted it.
func otherPlants(w *rankedShell) []line {
	var out []line
	for _, l := range w.PlantOther {
		out = append(out, about(citeSubject(l.Ref, "possible planting request"), "or planted", run{"by " + l.Ref, plain},
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
		return send(openMsg{w.current().PlantedBy.Ref})
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

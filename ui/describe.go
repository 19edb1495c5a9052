package ui

import (
	"fmt"
	"slices"
	"strings"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
)

// label starts a line of a detail: a name in a column of its own, then the text, wrapped under itself.
func label(name string, runs ...run) line {
	return line{runs: append([]run{{cell(name, labelWidth), muted}}, runs...), hang: labelWidth}
}

const labelWidth = 10

// about is label with a subject.
func about(s subject, name string, runs ...run) line {
	l := label(name, runs...)
	l.sub = s
	return l
}

// requestValues lists what there is to pivot on in a request, the file that its payload writes first.
func requestValues(r *triage.Request, found []triage.Finding) []value {
	var all []value
	for _, f := range found {
		if f.Target != "" && !slices.Contains(all, value{"writes", f.Target}) {
			all = append(all, value{"writes", f.Target})
		}
	}
	all = append(all, value{"client", r.Client}, value{"path", r.Path}, value{"agent", r.Agent},
		value{"referer", r.Referer}, value{"user", r.User}, value{"host", r.Host})
	if !r.Time.IsZero() {
		all = append(all, value{"time", r.Time.UTC().Format("2006-01-02T15:04:05Z")})
	}
	for _, f := range found {
		all = append(all, value{"rule", f.Rule})
	}
	var out []value
	for _, v := range all {
		if v.text != "" && v.text != "-" {
			out = append(out, v)
		}
	}
	return out
}

// requestTitle says what a request is in one line.
func requestTitle(r *triage.Request) string {
	if r.Reject != "" {
		return "rejected line: " + r.Reject
	}
	return fmt.Sprintf("%s %s %s %s %s", stamp(r.Time), r.Client, r.Method, statusText(r.Status), r.URI())
}

func statusText(status int) string {
	if status == 0 {
		return "-"
	}
	return fmt.Sprint(status)
}

// valueSubject is a value of a record as something to pivot on.
func valueSubject(of subject, kind, s string) subject {
	if s == "" {
		return of
	}
	return subject{ref: of.ref, title: kind + " " + s, copied: s, values: []value{{kind, s}},
		open: pivotMsg{value{kind, s}}}
}

// citeSubject is a reference that Enter follows.
func citeSubject(ref, what string) subject {
	if ref == "" {
		return subject{}
	}
	return subject{ref: ref, title: what, copied: ref, open: openMsg{ref}}
}

// describeRequest says all about one request.
func describeRequest(d *desk.Detail) []line {
	r := &d.Request
	self := subject{ref: r.Ref, title: requestTitle(r), copied: string(d.Raw), values: requestValues(r, d.Findings)}
	var out []line
	if r.Reject != "" {
		out = append(out, about(self, "rejected", run{r.Reject, medium}))
	}
	out = append(out, verdictLines(d.Verdict)...)
	out = append(out, attackLine(d.Attack, r)...)
	out = append(out, findingLines(self, d.Findings)...)
	out = append(out, attackReasons(d.Attack)...)
	out = append(out, rawLines(self, d)...)
	out = append(out, layerLines(self, d)...)
	if r.Reject == "" {
		out = append(out, fieldLines(self, r)...)
		out = append(out, bodyLines(self, "body", "body", r.Body, d.Findings)...)
		out = append(out, bodyLines(self, "answered", "answer", r.Answer, d.Findings)...)
	}
	if d.Asked != "" {
		out = append(out, about(citeSubject(d.AskedIn, "what injection read"), "asked", run{d.Asked, plain}))
	}
	out = append(out, spawnLines(d.Started)...)
	if a := d.Intruder; a != nil {
		s := citeSubject(a.Ref, a.Name)
		s.values = []value{{"actor", a.Ref}}
		out = append(out, about(s, "actor", run{actorName(a) + ": " + counted(len(a.Clients), "client", "clients") +
			", " + counted(a.Hostile, "hostile request", "hostile requests"), plain}))
	}
	for _, n := range d.Notes {
		out = append(out, about(citeSubject(n.Ref, "note"), "note", run{n.Ref + "  " + firstLine(n.Text), plain}))
	}
	return out
}

func verdictLines(v *cases.Verdict) []line {
	if v == nil || v.Value == "" {
		return nil
	}
	s := v.Value
	if v.Reason != "" {
		s += ": " + v.Reason
	}
	return []line{label("verdict", run{s, strong})}
}

// maxMatchDrawn bounds the matched text in the list of findings, in characters; the raw line and the layers
// show it whole.
const maxMatchDrawn = 160

// findingLines says which rules fired and why, with the bytes that matched.
func findingLines(self subject, findings []triage.Finding) []line {
	if len(findings) == 0 {
		return []line{label("findings", run{"none", muted})}
	}
	var out []line
	for _, f := range findings {
		s := valueSubject(self, "rule", f.Rule)
		rule := run{"  " + f.Rule + " in " + f.Field, muted}
		why := []run{{cell(levelWord(f.Level), labelWidth), levelLook(f.Level)}, {string(f.Class) + ": ", strong}, {f.Why, plain}}
		if f.Match == "" {
			out = append(out, line{sub: s, hang: labelWidth, runs: append(why, rule)})
		} else {
			out = append(out, line{sub: s, hang: labelWidth, runs: why},
				line{sub: s, hang: labelWidth, runs: []run{{cell("  matched", labelWidth), muted}, {triage.VisibleN(f.Match, maxMatchDrawn), matched}, rule}})
		}
		if f.Target != "" {
			out = append(out, line{sub: s, hang: labelWidth, runs: []run{{cell("  writes", labelWidth), muted}, {f.Target, strong}}})
		}
	}
	return out
}

// rawLines shows the line of evidence itself, with the matched bytes lit up where they stand as they are.
func rawLines(self subject, d *desk.Detail) []line {
	if d.RawErr != nil {
		return []line{label("raw", run{d.RawErr.Error(), critical})}
	}
	runs := light(string(d.Raw), d.Findings, fieldIn(string(d.Raw), &d.Request))
	return []line{about(self, "raw", runs...)}
}

// fieldLines lists the fields of a request, each to pivot on.
func fieldLines(self subject, r *triage.Request) []line {
	out := []line{
		about(self, "reference", run{r.Ref, strong}, run{fmt.Sprintf("  %s line %d", r.Source, r.Line), plain}),
		about(valueSubject(self, "time", timeValue(r)), "time", run{stamp(r.Time) + " UTC", plain}),
		about(valueSubject(self, "client", r.Client), "client", run{r.Client, plain}),
		about(valueSubject(self, "path", r.Path), "request", run{r.Method + " " + r.URI() + " " + r.Protocol, plain}),
		about(self, "answer", run{statusText(r.Status) + ", " + answerSize(r.Size), plain}),
	}
	for _, f := range []struct{ name, kind, text string }{
		{"agent", "agent", r.Agent}, {"referer", "referer", r.Referer}, {"user", "user", r.User}, {"host", "host", r.Host},
	} {
		if f.text != "" && f.text != "-" {
			out = append(out, about(valueSubject(self, f.kind, f.text), f.name, run{f.text, plain}))
		}
	}
	return out
}

// bodyLines shows what was sent or answered after the headers, of the few logs that have it, and says if it was cut.
func bodyLines(self subject, name, field, body string, findings []triage.Finding) []line {
	if body == "" {
		return nil
	}
	self.copied = body
	out := []line{about(self, name, light(body, findings, func(f string) (int, int) {
		if f != field && !strings.HasPrefix(f, field+":") {
			return 0, 0
		}
		return 0, len(body)
	})...)}
	if len(body) >= triage.MaxBody {
		out = append(out, label("", run{cutBody, muted}))
	}
	return out
}

// cutBody is said of a body of which only the beginning is kept.
var cutBody = fmt.Sprintf("the first %d KiB; the raw record has the rest", triage.MaxBody>>10)

func timeValue(r *triage.Request) string {
	if r.Time.IsZero() {
		return ""
	}
	return r.Time.UTC().Format("2006-01-02T15:04:05Z")
}

func answerSize(n int64) string {
	if n < 0 {
		return "size unknown"
	}
	return counted(n, "byte", "bytes")
}

// layerLines shows each step of decoding that changed something.
func layerLines(self subject, d *desk.Detail) []line {
	var out []line
	field := ""
	for _, l := range d.Layers {
		if l.Coding == "raw" {
			continue
		}
		if l.Field != field {
			field = l.Field
			out = append(out, line{runs: []run{{"decoded " + field, heading}}})
		}
		s := self
		s.copied = l.Text
		out = append(out, line{sub: s, hang: labelWidth,
			runs: append([]run{{cell("  "+l.Coding, labelWidth), muted}}, light(l.Text, d.Findings, onlyIn(l.Text, l.Field, d.Layers))...)})
	}
	return out
}

// actorName is what an intruder is called.
func actorName(a *triage.Intruder) string {
	if a.Name != "" {
		return a.Name
	}
	return a.Ref
}

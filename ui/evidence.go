package ui

import (
	"context"
	"fmt"
	"strings"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/ui/desk"
)

// evidence is the register: each source, what became of its lines, and samples of those that fitted nothing.
type evidence struct{ records[source] }

// A source is an entry of the register, or a file that was refused.
type source struct {
	cases.Evidence
	refused string // why it was not taken in; empty if it was
}

func newEvidence(c *common) *evidence {
	e := &evidence{}
	e.start(c, tabEvidence, screenNames[tabEvidence], "Nothing is loaded yet. :load access.log takes a log in; folders, listings, .gz and .zst are read too", "source", "sources")
	e.read = func(_ context.Context, d *desk.Desk) ([]source, error) { return readSources(d), nil }
	e.b.head = []run{{cell("role", 10) + cell("format", 14) + cellRight("parsed", 11) + cellRight("rejected", 9) + "  source", muted}}
	e.row = sourceRow
	e.about = describeSource
	return e
}

func readSources(d *desk.Desk) []source {
	var out []source
	for _, e := range d.Evidence() {
		out = append(out, source{Evidence: e})
	}
	for _, r := range refusals(d) {
		out = append(out, source{Evidence: cases.Evidence{Source: triage.Source{Path: r.Path}}, refused: r.Reason})
	}
	return out
}

// refusals lists what was not taken in, each path once, with the latest reason.
func refusals(d *desk.Desk) []cases.Refused {
	taken := map[string]bool{}
	for _, e := range d.Evidence() {
		taken[e.Path] = true
	}
	at := map[string]int{}
	var out []cases.Refused
	for _, run := range d.Case.Runs() {
		for _, r := range run.Refused {
			if i, ok := at[r.Path]; ok {
				out[i] = r
				continue
			}
			if !taken[r.Path] {
				at[r.Path] = len(out)
				out = append(out, r)
			}
		}
	}
	return out
}

func sourceRow(s *source, width int) line {
	if s.refused != "" {
		return line{sub: subject{title: "refused " + s.Path, copied: s.Path + ": " + s.refused},
			runs: []run{{cell("REFUSED", 10), critical}, {s.Path + ": " + s.refused, plain}}}
	}
	rejected := plain
	if s.Rejected > 0 {
		rejected = medium
	}
	name := s.Path
	switch {
	case s.Partial:
		name += "  IN PART: " + s.Shortfall()
	case s.Truncated != "":
		name += "  CUT SHORT: " + s.Truncated
	}
	return line{sub: sourceSubject(s), runs: []run{{cell(s.Role, 10), plain}, {cell(s.Format, 14), plain},
		{cellRight(number(s.Parsed), 11), plain}, {cellRight(number(s.Rejected), 9), rejected}, {"  " + cellMiddle(name, max(10, width-46)), strong}}}
}

func sourceSubject(s *source) subject {
	sub := subject{title: "source " + s.Path, copied: s.SHA256 + "  " + s.Path}
	sub.open = tabMsg{tabFiles}
	if s.Role == cases.RoleLog {
		sub.open = searchMsg{"source:" + index.Quote(s.Path)}
	}
	return sub
}

// describeSource says where a source comes from and what became of its lines.
func describeSource(s *source) []line {
	if s.refused != "" {
		return []line{label("refused", run{s.Path, strong}), label("why", run{s.refused, plain}),
			label("", run{"nothing of this file is in the case", muted})}
	}
	self := sourceSubject(s)
	out := []line{
		about(self, "source", run{s.Path, strong}, run{"  key " + s.Key, muted}),
		label("sha256", run{s.SHA256, plain}),
		label("was at", run{s.Abs, plain}),
		label("size", run{answerSize(s.SizeBytes) + ", written " + stamp(s.ModTime) + " UTC", plain}),
		label("taken in", run{stamp(s.TakenAt) + " UTC by " + or(s.TakenBy, "(not told)") + " at " + or(s.TakenAtHost, "(not told)"), plain}),
		label("lines", run{fmt.Sprintf("%s read = %s parsed + %s rejected + %s header or blank", number(s.Read), number(s.Parsed),
			number(s.Rejected), number(s.Comments)), plain}),
		label("times", run{timeSpan(s.First, s.Last) + " UTC; " + s.Zone + " assumed where a time has no zone", plain}),
	}
	switch {
	case s.Partial:
		out = append(out, label("in part", run{s.Shortfall(), medium}))
	case s.Truncated != "":
		out = append(out, label("cut short", run{s.Truncated, medium}))
	}
	if s.Rejected > 0 {
		q := "is:rejected source:" + index.Quote(s.Path)
		out = append(out, about(subject{title: "rejected lines", copied: q, open: searchMsg{q}}, "rejected",
			run{"first of " + counted(s.Rejected, "line", "lines") + " that fitted no format; Enter lists them", medium}))
	}
	for _, r := range s.Rejects {
		ref := triage.RequestRef(s.Key, r.Line)
		sub := citeSubject(ref, "rejected line")
		sub.copied = r.Text
		out = append(out, about(sub, fmt.Sprintf("  %d", r.Line), run{r.Reason + ": ", medium}, run{strings.TrimSpace(r.Text), plain}))
	}
	return out
}

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
	"spoor/ui/desk"
)

// evidence is the register: each source, what became of its lines, samples of those that fitted nothing, the gaps,
// and the seals and packs of the case.
type evidence struct{ records[source] }

// A source is an entry of the register, a file that was refused, a sign that the evidence is not whole, a seal or a
// pack.
type source struct {
	cases.Evidence
	refused string              // why it was not taken in; empty if it was
	gap     *triage.EvidenceGap // nil if it is a file
	seal    *cases.Seal
	pack    *cases.Pack
	reasons []index.Count // why its lines were rejected, the most frequent first
	partly  bool          // these are not all
	md5     string        // where a list knows no other hash, and the file was not too large to read again
}

func newEvidence(c *common) *evidence {
	e := &evidence{}
	e.start(c, tabEvidence, screenNames[tabEvidence], "Nothing is loaded yet. :load access.log takes a log in; folders, listings, .gz and .zst are read too", "source", "sources")
	e.read = readSources
	e.kind = "evidence"
	e.table = table[source]{all: sourceColumns(), at: "role"}
	e.subject = func(s *source) subject { return sourceRow(s).sub }
	e.row = func(s *source, _ int) line { return sourceRow(s) }
	e.span = func(s *source) (time.Time, time.Time) {
		if s.gap != nil {
			return s.gap.From, s.gap.To
		}
		return s.First, s.Last
	}
	e.hot = func(s *source) bool {
		return s.refused != "" || s.Rejected > 0 || s.gap != nil && s.gap.Level >= triage.Medium
	}
	e.again = func() (lister, *records[source]) { x := newEvidence(c); return x, &x.records }
	e.about = describeSource
	return e
}

func readSources(ctx context.Context, d *desk.Desk) ([]source, error) {
	md5s, err := d.ListedMD5s(ctx, desk.QuickMD5)
	if err != nil {
		return nil, err
	}
	var out []source
	for _, e := range d.Evidence() {
		s := source{Evidence: e, md5: md5s[e.SHA256]}
		reasons, all, err := d.RejectReasons(ctx, &e)
		if err != nil {
			return nil, err
		}
		s.reasons, s.partly = reasons, !all
		out = append(out, s)
	}
	for _, r := range d.Refusals() {
		out = append(out, source{Evidence: cases.Evidence{Source: triage.Source{Path: r.Path}}, refused: r.Reason})
	}
	gaps := d.Gaps()
	for i := range gaps {
		if !rowOfItsOwn[gaps[i].Kind] {
			out = append(out, source{gap: &gaps[i]})
		}
	}
	seals, packs := d.Case.Sealed(), d.Case.Packs()
	for i := range seals {
		out = append(out, source{seal: &seals[i]})
	}
	for i := range packs {
		out = append(out, source{pack: &packs[i]})
	}
	return out, nil
}

// rowOfItsOwn are the kinds of gaps that the row of their file tells.
var rowOfItsOwn = map[string]bool{"partial": true, "cut": true, "rejected": true, "refused": true}

func gapSubject(g *triage.EvidenceGap) subject {
	sub := subject{title: "gap " + g.Source, copied: g.Text}
	if len(g.Refs) > 0 {
		sub.open = openMsg{g.Refs[0]}
	}
	return sub
}

// describeGap says what is missing and between which records.
func describeGap(g *triage.EvidenceGap) []line {
	self := gapSubject(g)
	out := []line{about(self, "gap", run{g.Kind, strong}, run{"  " + g.Level.String(), levelLook(g.Level)})}
	if g.Source != "" {
		out = append(out, label("in", run{g.Source, plain}))
	}
	if !g.From.IsZero() {
		out = append(out, label("when", run{stamp(g.From) + " to " + stamp(g.To) + " UTC", plain}))
	}
	out = append(out, label("why", run{g.Text, plain}))
	for _, ref := range g.Refs {
		out = append(out, about(citeSubject(ref, "record beside the gap"), "record", run{ref, plain}))
	}
	return out
}

// sourceRow draws what is no source across the columns; of a source it says what the row is about.
func sourceRow(s *source) line {
	switch {
	case s.seal != nil:
		return sealRow(s.seal)
	case s.pack != nil:
		return packRow(s.pack)
	case s.gap != nil:
		text := s.gap.Text
		if s.gap.Source != "" {
			text = s.gap.Source + ": " + text
		}
		return line{sub: gapSubject(s.gap), runs: []run{{cell("GAP", 10), levelLook(s.gap.Level)}, {cell(s.gap.Kind, 12), plain}, {text, plain}}}
	}
	if s.refused != "" {
		return line{sub: subject{title: "refused " + s.Path, copied: s.Path + ": " + s.refused},
			runs: []run{{cell("REFUSED", 10), critical}, {s.Path + ": " + s.refused, plain}}}
	}
	return line{sub: sourceSubject(s)}
}

func sourceColumns() []column[source] {
	type row = source
	return []column[row]{
		{name: "role", width: 9, cell: func(s *row) (string, look) {
			switch {
			case s.gap != nil:
				return "GAP", levelLook(s.gap.Level)
			case s.seal != nil:
				return "SEAL", strong
			case s.pack != nil:
				return "PACK", strong
			case s.refused != "":
				return "REFUSED", critical
			}
			return s.Role, plain
		}},
		{name: "format", width: 13, cell: func(s *row) (string, look) {
			if s.gap != nil {
				return s.gap.Kind, plain
			}
			return s.Format, plain
		}},
		{name: "parsed", width: 11, right: true, number: func(s *row) float64 { return float64(s.Parsed) }, cell: func(s *row) (string, look) { return number(s.Parsed), plain }},
		{name: "rejected", width: 8, right: true, number: func(s *row) float64 { return float64(s.Rejected) }, cell: func(s *row) (string, look) {
			if s.Rejected > 0 {
				return number(s.Rejected), medium
			}
			return number(s.Rejected), plain
		}},
		{name: "source", width: 16, grow: 1, cut: cellMiddle, value: func(s *row) string { return or(s.Path, gapText(s)) }, cell: func(s *row) (string, look) {
			switch {
			case s.Partial:
				return s.Path + "  IN PART: " + s.Shortfall(), strong
			case s.Truncated != "":
				return s.Path + "  CUT SHORT: " + s.Truncated, strong
			}
			return or(s.Path, gapText(s)), strong
		}},
		{name: "first", width: 14, from: 110, number: func(s *row) float64 { return unix(s.First) }, cell: func(s *row) (string, look) { return spanEnd(s.First), muted }},
		{name: "last", width: 14, from: 110, number: func(s *row) float64 { return unix(s.Last) }, cell: func(s *row) (string, look) { return spanEnd(s.Last), muted }},
		{name: "read", width: 11, from: never, right: true, number: func(s *row) float64 { return float64(s.Read) }, cell: func(s *row) (string, look) { return number(s.Read), plain }},
		{name: "blank", width: 9, from: never, right: true, number: func(s *row) float64 { return float64(s.Comments) }, cell: func(s *row) (string, look) { return number(s.Comments), muted }},
		{name: "reason", width: 20, from: never, grow: 1, cell: func(s *row) (string, look) {
			if len(s.reasons) == 0 {
				return "", muted
			}
			return s.reasons[0].Value, medium
		}},
		{name: "zone", width: 10, from: never, cell: func(s *row) (string, look) { return s.Zone, plain }},
		{name: "sha256", width: 16, from: never, cell: func(s *row) (string, look) { return s.SHA256, muted }},
	}
}

// gapText is what stands in the place of a path of what is no file.
func gapText(s *source) string {
	switch {
	case s.seal != nil:
		return s.seal.File()
	case s.pack != nil:
		return s.pack.Path
	case s.gap == nil:
		return ""
	}
	if s.gap.Source == "" {
		return s.gap.Text
	}
	return s.gap.Source + ": " + s.gap.Text
}

// spanEnd is an end of the times of a source; empty if it has none.
func spanEnd(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return shortStamp(t)
}

func sourceSubject(s *source) subject {
	sub := subject{title: "source " + s.Path, copied: s.SHA256 + "  " + s.Path}
	sub.open = tabMsg{tabFiles}
	switch {
	case s.Rejected > 0:
		sub.open = rejectedMsg{s.Path, s.Role != cases.RoleLog}
	case s.Role == cases.RoleLog:
		sub.open = searchMsg{"source:" + index.Quote(s.Path)}
	}
	return sub
}

// requestsOf is a source as what leads to its requests, or to its files.
func requestsOf(s *source) subject {
	sub := sourceSubject(s)
	if s.Role == cases.RoleLog {
		sub.open = searchMsg{"source:" + index.Quote(s.Path)}
	}
	return sub
}

// describeSource says where a source comes from and what became of its lines.
func describeSource(s *source) []line {
	switch {
	case s.gap != nil:
		return describeGap(s.gap)
	case s.seal != nil:
		return describeSeal(s.seal)
	case s.pack != nil:
		return describePack(s.pack)
	}
	if s.refused != "" {
		return []line{label("refused", run{s.Path, strong}), label("why", run{s.refused, plain}),
			label("", run{"nothing of this file is in the case", muted})}
	}
	out := []line{
		about(requestsOf(s), "source", run{s.Path, strong}, run{"  key " + s.Key, muted}),
		label("sha256", run{s.SHA256, plain}),
		label("was at", run{s.Abs, plain}),
		label("role", run{s.Role + ", " + or(s.Format, "unknown format"), plain}),
		label("size", run{answerSize(s.SizeBytes) + ", written " + stamp(s.ModTime) + " UTC", plain}),
		label("taken in", run{stamp(s.TakenAt) + " UTC by " + or(s.TakenBy, "(not told)") + " at " + or(s.TakenAtHost, "(not told)"), plain}),
		label("lines", run{fmt.Sprintf("%s read = %s parsed + %s rejected + %s header, blank or continuing", number(s.Read), number(s.Parsed),
			number(s.Rejected), number(s.Comments)), plain}),
		label("times", run{timeSpan(s.First, s.Last) + " UTC; " + s.Zone + " assumed where a time has no zone", plain}),
	}
	if s.md5 != "" {
		out = slices.Insert(out, 2, label("md5", run{s.md5, plain}))
	}
	switch {
	case s.Partial:
		out = append(out, label("in part", run{s.Shortfall(), medium}))
	case s.Truncated != "":
		out = append(out, label("cut short", run{s.Truncated, medium}))
	}
	if s.Rejected > 0 {
		out = append(out, rejectedLines(s)...)
	}
	for _, r := range s.Rejects {
		sub := subject{title: "rejected line", copied: r.Text}
		if s.Role == cases.RoleLog {
			sub = citeSubject(triage.RequestRef(s.Key, r.Line), "rejected line")
			sub.copied = r.Text
		}
		out = append(out, about(sub, fmt.Sprintf("  %d", r.Line), run{r.Reason + ": ", medium}, run{strings.TrimSpace(r.Text), plain}))
	}
	return out
}

// rejectedLines say how many lines were rejected and why; Enter lists those of a log.
func rejectedLines(s *source) []line {
	if s.Role != cases.RoleLog {
		sub := subject{title: "rejected lines", copied: "spoor rejected CASE " + s.Path, open: rejectedMsg{s.Path, true}}
		out := []line{about(sub, "rejected", run{counted(s.Rejected, "line", "lines") + " fitted no format; Enter lists them", medium})}
		return append(out, reasonLines(s, func(string) subject { return subject{} })...)
	}
	q := desk.RejectedQuery(s.Path)
	out := []line{about(subject{title: "rejected lines", copied: q, open: rejectedMsg{source: s.Path}}, "rejected",
		run{counted(s.Rejected, "line", "lines") + " fitted no format; Enter lists them", medium})}
	return append(out, reasonLines(s, func(reason string) subject {
		q := q + " " + index.Is("reason", reason)
		return subject{title: reason, copied: q, open: searchMsg{q}}
	})...)
}

func reasonLines(s *source, of func(reason string) subject) []line {
	var out []line
	for _, r := range s.reasons {
		out = append(out, line{sub: of(r.Value), hang: labelWidth, runs: []run{{cellRight(number(r.Count), labelWidth-2) + "  ", plain}, {r.Value, medium}}})
	}
	if s.partly {
		out = append(out, label("", run{"counted are the lines that are kept", muted}))
	}
	return out
}

// Keys are those of a list; Enter leads to what the source has to be looked at for.
func (e *evidence) Keys() keyMap {
	k := e.records.Keys()
	if cur := e.current(); cur != nil && !e.b.onDetail && !e.b.band.focus {
		switch sub := e.subject(cur); sub.open.(type) {
		case rejectedMsg:
			k.Enter.SetHelp(k.Enter.Help().Key, "rejected lines")
		case searchMsg:
			k.Enter.SetHelp(k.Enter.Help().Key, "its requests")
		}
	}
	return k
}

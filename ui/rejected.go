package ui

import (
	"context"
	"fmt"

	"spoor/triage"
	"spoor/ui/desk"
)

// rejectedMsg is the intent that shows rejected lines: those of a log, or of all logs if none is named, as requests,
// and with entries those of any source, which need not be records.
type rejectedMsg struct {
	source  string
	entries bool
}

func (r *root) rejected(m rejectedMsg) screen {
	if m.entries {
		return newRejects(r.common, m.source)
	}
	return newRejected(r.common, m.source)
}

// newRejected is the rejected lines of logs, with the columns that they have.
func newRejected(c *common, source string) *requests {
	r := newRequests(c, desk.RejectedQuery(source))
	r.table.choose([]string{"line", "reason", "text"})
	if source == "" {
		r.table.choose([]string{"line", "reason", "text", "source"})
	}
	r.table.at = "reason"
	return r
}

// rejects is the rejected lines of one source, whatever it is, or of all evidence.
type rejects struct{ records[desk.RejectedLine] }

// maxRejectsShown bounds the rejected lines listed at once; the shell lists all.
const maxRejectsShown = 50_000

// errEnough stops the reading of rejected lines.
var errEnough = fmt.Errorf("more than %d rejected lines", maxRejectsShown)

func newRejects(c *common, source string) *rejects {
	s := &rejects{}
	s.start(c, tabEvidence, "rejected", "No line was rejected: every line fitted its format.", "rejected line", "rejected lines")
	s.kind, s.args = "rejected", some(source)
	s.read = func(ctx context.Context, d *desk.Desk) ([]desk.RejectedLine, error) {
		return readRejected(ctx, d, source)
	}
	s.table = table[desk.RejectedLine]{all: rejectColumns(source == ""), at: "reason"}
	s.subject = rejectSubject
	s.again = func() (lister, *records[desk.RejectedLine]) { x := newRejects(c, source); return x, &x.records }
	s.about = describeReject
	if source != "" {
		s.title += " " + source
	}
	return s
}

// readRejected reads as many as are listed, and says in a row of its own what is missing.
func readRejected(ctx context.Context, d *desk.Desk, source string) ([]desk.RejectedLine, error) {
	var out []desk.RejectedLine
	err := d.EachRejected(ctx, source, func(r desk.RejectedLine) error {
		if len(out) >= maxRejectsShown {
			return errEnough
		}
		out = append(out, r)
		return nil
	})
	if err == nil || len(out) == 0 || ctx.Err() != nil {
		return out, err
	}
	return append(out, desk.RejectedLine{Reject: triage.Reject{Reason: "NOT ALL LISTED", Text: err.Error()}, Source: source}), nil
}

func rejectSubject(r *desk.RejectedLine) subject {
	s := subject{ref: r.Ref, title: fmt.Sprintf("%s line %d", r.Source, r.Line), copied: r.Text}
	if r.Ref != "" {
		s.open = openMsg{r.Ref}
	}
	return s
}

func rejectColumns(all bool) []column[desk.RejectedLine] {
	type row = desk.RejectedLine
	from := never
	if all {
		from = 0
	}
	return []column[row]{
		{name: "line", width: 9, right: true, number: func(r *row) float64 { return float64(r.Line) }, cell: func(r *row) (string, look) { return number(r.Line), muted }},
		{name: "reason", width: 16, grow: 1, cell: func(r *row) (string, look) { return r.Reason, medium }},
		{name: "text", width: 20, grow: 3, cell: func(r *row) (string, look) { return r.Text, plain }},
		{name: "source", width: 20, from: from, cut: cellMiddle, cell: func(r *row) (string, look) { return r.Source, muted }},
		{name: "role", width: 9, from: never, cell: func(r *row) (string, look) { return r.Role, muted }},
	}
}

func describeReject(r *desk.RejectedLine) []line {
	out := []line{about(rejectSubject(r), "line", run{number(r.Line), strong}, run{"  " + r.Source, plain}, run{"  " + r.Role, muted}),
		label("reason", run{r.Reason, medium}), label("text", run{r.Text, plain})}
	if len(r.Text) >= triage.MaxRejectText {
		out = append(out, label("", run{"the beginning; the file has all of it", muted}))
	}
	return out
}

package desk

import (
	"context"
	"fmt"
	"slices"

	"spoor/cases/report"
	"spoor/triage"
)

const (
	maxReportReads = 1000
	maxReportSent  = 20
)

// reportRead tells what injection read, masked, and what intruders were sent.
func (d *Desk) reportRead(ctx context.Context, r *report.Report) error {
	loot, err := d.Stolen(ctx)
	if err != nil {
		return err
	}
	if len(loot.Reads)+len(loot.Attacks)+len(loot.Sent) == 0 {
		return nil
	}
	t := loot.Totals()
	out := &r.DataRead
	out.Sums = statements(Sums(&t))
	for i := range loot.Reads {
		x := &loot.Reads[i]
		if len(out.Reads) == maxReportReads {
			out.More = len(loot.Reads) - i
			break
		}
		out.Reads = append(out.Reads, report.Read{Ref: x.Ref, Client: x.Client, Point: x.Path + " " + x.Field, Technique: string(x.Technique), Expression: x.Expression,
			Came: Outcome(x), Sure: Sureness(x), Kind: x.Sensitive(), First: x.First, Last: x.Last, Refs: head(slices.Clone(x.Refs), 3)})
	}
	for i := range head(loot.Sent, maxReportSent) {
		s := &loot.Sent[i]
		st := report.Statement{Text: SentText(s) + "."}
		if len(s.Largest) > 0 {
			a := s.Largest[0]
			st.Text += fmt.Sprintf(" The largest answer since then has %d bytes, of %s.", a.Bytes, triage.VisibleN(a.Path, 100))
			st.Refs = []string{a.Ref}
		}
		out.Sent = append(out.Sent, st)
	}
	return nil
}

// fared says how the injections into the case's pages fared, for the summary; "" if none was looked at.
func (d *Desk) fared() string {
	t := d.StolenTotals()
	if t == nil || t.Succeeded+t.Likely+t.NoSign+t.Failed == 0 {
		return ""
	}
	s := fmt.Sprintf(" Of the injection points %d were attacked with success, %d likely with success, %d without a sign of it; %d attacks failed.", t.Succeeded, t.Likely, t.NoSign, t.Failed)
	if t.Values > 0 {
		s += fmt.Sprintf(" %s were read, %d of them certain: see Data read.", several(t.Values, "value"), t.Certain)
	}
	return s
}

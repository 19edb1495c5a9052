package desk

// Gaps: what of the evidence is not whole, from the register and from the logs' own rhythm.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"spoor/cases"
	"spoor/triage"
)

// Refusals lists what was offered and not taken in, each path once, with the latest reason.
func (d *Desk) Refusals() []cases.Refused {
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

// writtenBefore is how long before its last line a log may have been written, by clocks that are not quite right.
const writtenBefore = 2 * time.Minute

// Gaps lists every sign that the evidence is not whole, gravest first: those of triage.Survey, of triage.NumberGaps, and of the
// register the kinds "clock" (a file that was written before its last line), "cut" (a file that ends early), "partial" (a load that was stopped), "rejected" (lines that
// could not be read), "refused" (files not taken in), "missing" (registered, but not in the index) and
// "uncollected" (a kind of evidence that the case has none of). Source and Text are safe to draw.
func (d *Desk) Gaps() []triage.EvidenceGap {
	sv := d.survey()
	out := append(slices.Clone(sv.Gaps), triage.NumberGaps(d.Store.Tallies(), sv.Incidents)...)
	for i := range out {
		out[i].Source = triage.Visible(out[i].Source)
	}
	add := func(kind string, level triage.Level, source, format string, args ...any) {
		out = append(out, triage.EvidenceGap{Kind: kind, Level: level, Source: triage.Visible(source), Text: fmt.Sprintf(format, args...), Refs: []string{}})
	}
	roles := map[string]bool{}
	for _, e := range d.Evidence() {
		roles[e.Role] = true
		switch {
		case e.Partial:
			add("partial", triage.High, e.Path, "its reading was stopped at line %d; what comes after is not in the case: load it again to go on", e.Read)
		case e.Truncated != "":
			add("cut", triage.Medium, e.Path, "ends early (%s); what was readable is in the case", triage.VisibleN(e.Truncated, 200))
		}
		if e.Rejected > 0 {
			level := triage.Low
			if e.Rejected*100 > e.Read {
				level = triage.Medium
			}
			add("rejected", level, e.Path, "%d of %d lines could not be read: %s", e.Rejected, e.Read, rejectReasons(e))
			if len(e.Rejects) > 0 && e.Role == cases.RoleLog {
				out[len(out)-1].Refs = []string{triage.RequestRef(e.Key, e.Rejects[0].Line)}
			}
		}
		if d := e.Last.Sub(e.ModTime); e.Role == cases.RoleLog && d > writtenBefore && !e.ModTime.IsZero() && !e.Last.IsZero() {
			add("clock", triage.Low, e.Path, "was last written %s before the time of its last line: consistent with a clock or zone that is wrong, or with a file time that was set",
				d.Round(time.Second))
		}
		if e.Role == cases.RoleLog && e.Parsed > 0 && e.First.IsZero() {
			add("untimed", triage.Medium, e.Path, "its requests have no times: nothing of it is on the timeline")
		}
	}
	for _, e := range d.Missing() {
		add("missing", triage.High, e.Path, "is in the register and not in the index: load it again")
	}
	for _, r := range d.Refusals() {
		add("refused", triage.Medium, r.Path, "not taken in: %s", triage.VisibleN(r.Reason, 200))
	}
	switch {
	case len(roles) == 0:
	case len(d.Files()) == 0:
		add("uncollected", triage.Low, "", "no listing or hashes of the web root were loaded: which files were there, and when they were written, was not checked")
	case !roles[cases.RoleBaseline]:
		add("uncollected", triage.Low, "", "no list of known-good files was loaded: changed files could not be told from unchanged ones")
	}
	if len(roles) > 0 && !roles[cases.RoleLog] {
		add("uncollected", triage.Low, "", "no web log was loaded: who asked for what is not known")
	}
	slices.SortStableFunc(out, func(a, b triage.EvidenceGap) int { return cmp.Compare(b.Level, a.Level) })
	return out
}

// rejectReasons names the distinct reasons among the samples of rejected lines.
func rejectReasons(e cases.Evidence) string {
	var out []string
	for _, r := range e.Rejects {
		if s := triage.VisibleN(r.Reason, 80); !slices.Contains(out, s) && len(out) < 3 {
			out = append(out, s)
		}
	}
	return strings.Join(out, "; ")
}

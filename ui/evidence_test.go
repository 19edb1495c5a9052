package ui

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"spoor/cases"
	"spoor/triage"
)

// What of a source is not in the case stands in its row, and whole in its description.
func TestSourceShortfall(t *testing.T) {
	src := triage.Source{Path: "access.log", SHA256: strings.Repeat("a", 64)}
	for _, tc := range []struct {
		e         cases.Evidence
		row, text string
	}{
		{cases.Evidence{Source: src, Read: 9}, "", ""},
		{cases.Evidence{Source: src, Read: 9, Truncated: "the gzip file is cut off"}, "CUT SHORT: ", "the gzip file is cut off"},
		{cases.Evidence{Source: src, Read: 9, Partial: true}, "IN PART: ", "stopped at line 9; load it again to go on"},
	} {
		s := &source{Evidence: tc.e}
		cols := table[source]{all: sourceColumns()}
		cols.fit(160)
		row := words(line{runs: cols.row(s, false)})
		all := ""
		for _, l := range describeSource(s) {
			all += words(l) + "\n"
		}
		if !strings.Contains(row, tc.row+tc.text) || !strings.Contains(all, tc.text) {
			t.Errorf("%+v: %q\n%s", tc.e, row, all)
		}
		if tc.text == "" && (strings.Contains(row, "PART") || strings.Contains(row, "SHORT")) {
			t.Errorf("a whole source: %q", row)
		}
	}
}

// words is the text of a line.
func words(l line) string {
	s := ""
	for _, r := range l.runs {
		s += r.text
	}
	return s
}

// A gap has a row and a description of its own, and leads to the record beside it; a gap of the logs' rhythm
// stands on the overview.
func TestGapRows(t *testing.T) {
	g := triage.EvidenceGap{Kind: "silence", Level: triage.High, Source: "access.log", From: time.Date(2025, 3, 8, 7, 0, 0, 0, time.UTC),
		To: time.Date(2025, 3, 8, 12, 0, 0, 0, time.UTC), Text: "no request for 5 h", Refs: []string{"r:abc123.7"}}
	s := &source{gap: &g}
	row := sourceRow(s)
	if text := words(row); !strings.Contains(text, "GAP") || !strings.Contains(text, "silence") || !strings.Contains(text, "access.log: no request for 5 h") {
		t.Errorf("row %q", text)
	}
	if row.sub.open != (openMsg{"r:abc123.7"}) {
		t.Errorf("the row opens %v", row.sub.open)
	}
	all := ""
	for _, l := range describeSource(s) {
		all += words(l) + "\n"
	}
	for _, want := range []string{"2025-03-08 07:00:00 to 2025-03-08 12:00:00 UTC", "no request for 5 h", "r:abc123.7"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in %s", want, all)
		}
	}
	cut := triage.EvidenceGap{Kind: "cut", Level: triage.High, Text: "ends early"}
	v := &overviewData{gaps: []triage.EvidenceGap{cut, g, {Kind: "uncollected", Level: triage.Low}}}
	lines := v.gapLines()
	if len(lines) != 1 || !strings.Contains(words(lines[0]), "2025-03-08 07:00:00  access.log: no request for 5 h") {
		t.Errorf("overview: %+v", lines)
	}
}

// The reasons for which lines of a log were rejected are counted beside it, and Enter lists the lines, which are
// filtered, counted and ordered by their reason like any list.
func TestRejectedLines(t *testing.T) {
	log := incidentLog() + `192.0.2.9 - - [07/Mar/2025:08:00:00 +0000] "GET` + "\n"
	var bad strings.Builder
	for i := range 100 {
		fmt.Fprintf(&bad, "%064x  /srv/f%d\n", i, i)
	}
	for i := range 25 {
		fmt.Fprintf(&bad, "nonsense %d\n", i)
	}
	dk := openCase(t, map[string]string{"access.log": log, "other.log": incidentLog(), "bad.sha256": bad.String()})
	d := drive(t, dk, 200, 50)
	k := d.m.keys
	d.press(k.Screens[tabEvidence])
	d.to("access.log")
	var of *cases.Evidence
	for _, e := range dk.Evidence() {
		if e.Path == "access.log" {
			of = &e
		}
	}
	reasons, all, err := dk.RejectReasons(t.Context(), of)
	if err != nil || !all || len(reasons) != 2 || of.Rejected != 4 {
		t.Fatalf("%d rejected for %v, %v, %v", of.Rejected, reasons, all, err)
	}
	sum := int64(0)
	for _, r := range reasons {
		sum += r.Count
		d.wants(number(r.Count) + "  " + r.Value)
	}
	if sum != of.Rejected {
		t.Errorf("%d lines have a reason of %d rejected", sum, of.Rejected)
	}
	d.press(k.Enter)
	d.wants("is:rejected", "line", "reason", "text", "4 lines", "this line fits nothing", "<SOH><STX> broken <FF>")
	list := d.m.top().(*requests)
	if list.table.at != "reason" {
		t.Errorf("the keys act upon %s", list.table.at)
	}
	d.press(k.In)
	if n := d.m.top().(*requests).n; int64(n) != reasons[0].Count {
		t.Errorf("+ leaves %d lines of %d", n, reasons[0].Count)
	}
	d.press(k.Filters)
	d.wants("reason:", "rows fit")
	d.press(k.Back, k.Back, k.Tally)
	d.wants("by reason", reasons[0].Value, reasons[1].Value)
	d.press(k.Back, k.Sort)
	if list := d.m.top().(*requests); list.table.sort != "reason" || list.n != 4 {
		t.Errorf("ordered by %q, %d lines", list.table.sort, list.n)
	}
	d.press(k.End, k.Enter)
	d.wants("rejected")
	// Of a list of hashes only the first are in the register: all are read again from the file.
	d.press(k.Screens[tabEvidence])
	d.to("bad.sha256")
	d.wants("25 lines fitted no format", "counted are the lines that are kept")
	d.press(k.Enter)
	d.wants("1 of 25 rejected lines", "nonsense 0")
	d.press(k.End)
	d.wants("nonsense 24", "125  bad.sha256")
	d.press(k.Tally)
	d.wants("1 value", "25")
	d.press(k.Enter)
	d.wants("25 rejected lines")
	// All of them, and where the file is another, those that are kept, with a row that says so.
	d.commandLine("rejected")
	d.wants("of 32 rejected lines")
	d.press(k.Enter)
	if _, ok := d.m.top().(*request); !ok {
		t.Errorf("Enter on a line of a log shows %T", d.m.top())
	}
	for _, e := range dk.Evidence() {
		if e.Path == "bad.sha256" {
			if err := os.WriteFile(e.Abs, []byte("another file"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.commandLine("rejected bad.sha256")
	d.wants("nonsense 9", "NOT ALL LISTED", "10 of 25 rejected lines are kept")
	d.lacks("nonsense 10")
	d.commandLine("rejected nothing-of-this-name")
	d.wants("no such source")
	// From the Overview: those of all logs.
	d.press(k.Screens[tabOverview])
	d.to("what do they hide?")
	d.press(k.Enter)
	d.wants("7 lines", "source", "other.log")
}

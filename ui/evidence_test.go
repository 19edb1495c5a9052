package ui

import (
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

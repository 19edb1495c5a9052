package ui

import (
	"strings"
	"testing"

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
		row := words(sourceRow(s, 160))
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

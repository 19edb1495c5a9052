package report_test

import (
	"bytes"
	"strings"
	"testing"

	"spoor/cases/report"
)

// Every heading of a report is a section that can be left out, and each section left out takes only itself away.
func TestSections(t *testing.T) {
	r := sample()
	whole, err := report.Preview(r)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.Markdown(&b, r); err != nil {
		t.Fatal(err)
	}
	titles := 0
	for l := range strings.SplitSeq(b.String(), "\n") {
		if strings.HasPrefix(l, "## ") && l != "## Cited evidence" {
			titles++
		}
	}
	if len(whole) != titles {
		t.Errorf("the preview has %d sections, the report %d", len(whole), titles)
	}
	for _, c := range whole {
		if len(c.Lines) == 0 {
			t.Errorf("%s: nothing to look at", c.ID)
		}
		less := *r
		if less.Without, err = report.Without(nil, []string{strings.ToUpper(c.ID)}); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := report.Markdown(&b, &less); err != nil {
			t.Fatal(err)
		}
		for _, other := range whole {
			if there := strings.Contains(b.String(), "\n## "+strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(other.Title, "&", "\\&"), "(", "\\("), ")", "\\)")+"\n") || strings.Contains(b.String(), "\n## "+other.Title+"\n"); there == (other.ID == c.ID) {
				t.Errorf("without %s: %s there %v", c.ID, other.ID, there)
			}
		}
		if !strings.Contains(b.String(), "Left out of this report when it was written: "+c.Title) {
			t.Errorf("without %s: the report does not say so", c.ID)
		}
	}
	if out, err := report.Without([]string{"summary", "gaps"}, []string{"gaps"}); err != nil || len(out) != len(report.Sections())-1 {
		t.Errorf("only the summary: %v %v", out, err)
	}
	if _, err := report.Without([]string{"nonsense"}, nil); err == nil || !strings.Contains(err.Error(), "summary") {
		t.Errorf("an unknown section: %v", err)
	}
}

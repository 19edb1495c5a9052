package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The report is looked at, a section left out, label and file chosen, and written; it is listed then.
func TestReportScreen(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 120, 40)
	k := d.m.keys
	d.press(k.Screens[tabReport])
	d.wants("[Report]", "sections", "Summary", "Indicators")
	d.to("Indicators")
	d.wants("[x] Indicators", "198[.]51[.]100[.]7")
	d.press(k.Enter)
	d.wants("[ ] Indicators", "This section is left out")
	d.to("TLP")
	d.press(k.Enter, k.Enter, k.Enter)
	d.wants("AMBER")
	file := filepath.Join(t.TempDir(), "r one.md")
	d.to("FILE")
	d.press(k.Enter)
	d.typed("'" + file + "'\n")
	d.to("WRITE")
	d.press(k.Enter)
	d.wants("wrote ", "written ")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"TLP:AMBER", "Left out of this report when it was written: Indicators", "## Summary", "## Cited evidence"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if strings.Contains(string(text), "## Indicators") {
		t.Error("the section that was left out is there")
	}
	// It is as recorded, though it cites less.
	v, err := dk.VerifyReport(t.Context(), file)
	if err != nil || len(v.Problems) > 0 {
		t.Errorf("verify: %v %+v", err, v)
	}
	// A file that exists is not overwritten; the error says so and what to do.
	d.to("WRITE")
	d.press(k.Enter)
	d.wants("exists")

	// A citation in the text leads to its record, and back.
	d.to("Incident chain")
	d.press(k.Tab)
	for range 60 {
		if _, ok := d.m.top().Selected().open.(openMsg); ok {
			break
		}
		d.press(k.Down)
	}
	d.press(k.Enter)
	if _, ok := d.m.top().(*reports); ok {
		t.Fatalf("Enter followed no citation:\n%s", d.view())
	}
	d.press(k.Back)
	d.wants("[Report]")
	d.press(k.Back)
	d.to("FORMAT")
	for _, want := range []string{"html", "pdf"} {
		d.press(k.Enter)
		d.wants("FORMAT  " + want)
	}
}

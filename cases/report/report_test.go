package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"spoor/cases"
	"spoor/cases/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))) {
		t.Errorf("%s differs; run go test -update and read the diff. Now:\n%s", path, got)
	}
}

func markdown(t *testing.T, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Markdown(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMarkdown(t *testing.T) { golden(t, "sample.md", []byte(markdown(t, sample()))) }

func TestMarkdownOfNothing(t *testing.T) {
	golden(t, "empty.md", []byte(markdown(t, &report.Report{})))
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := report.JSON(&b, sample()); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.json", b.Bytes())
	var back report.Report
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if back.TLP != "AMBER" || back.Intruders[0].Label != "Intruder 1" || back.Indicators[2].Value != "https://drop.example/x.txt" {
		t.Errorf("JSON lost what machines need: %s %q %+v", back.TLP, back.Intruders[0].Label, back.Indicators)
	}
	if got, want := back.Cited[1].Citation, sample().Cited[1].Citation; got != want {
		t.Errorf("the bytes of a cited line became %q, were %q", got.Text, want.Text)
	}
	if !reflect.DeepEqual(back.Evidence[0].Source, sample().Evidence[0].Source) {
		t.Errorf("evidence became %+v", back.Evidence[0])
	}
}

// What Citations lists is what the appendix lists, and what the text cites.
func TestCitations(t *testing.T) {
	r := sample()
	refs := report.Citations(r)
	_, appendix, _ := strings.Cut(markdown(t, r), "\n## Cited evidence\n")
	var listed []string
	for _, line := range strings.Split(appendix, "\n") {
		if rest, ok := strings.CutPrefix(line, "- `"); ok {
			ref, _, _ := strings.Cut(rest, "`")
			listed = append(listed, ref)
		}
	}
	if !reflect.DeepEqual(refs, listed) {
		t.Errorf("Citations = %q\nappendix  = %q", refs, listed)
	}
	if len(refs) == 0 || refs[0] != "r:3f9a12.4" {
		t.Errorf("Citations = %q, want the summary's first", refs)
	}
	for _, ref := range refs {
		if !strings.HasPrefix(ref, "r:") && !strings.HasPrefix(ref, "f:") {
			t.Errorf("Citations has %s, which the report explains itself", ref)
		}
	}
	if !strings.Contains(appendix, "`r:3f9a12.1`: not resolved when the report was written") {
		t.Error("a citation that was not resolved is not told")
	}
}

func TestTLPOnTopAndBottom(t *testing.T) {
	for _, tc := range []struct{ caseTLP, tlp, want string }{
		{"AMBER", "", "**TLP:AMBER**"},
		{"AMBER", "RED", "**TLP:RED**"},
		{"", "AMBER+STRICT", "**TLP:AMBER+STRICT**"},
		{"", "", "**TLP not set: not to be shared until it is**"},
	} {
		lines := strings.Split(strings.TrimSpace(markdown(t, &report.Report{TLP: tc.tlp, Case: cases.Info{TLP: tc.caseTLP}})), "\n")
		if lines[2] != tc.want || lines[len(lines)-1] != tc.want {
			t.Errorf("%+v: top %s, bottom %s", tc, lines[2], lines[len(lines)-1])
		}
	}
}

type fullDisk struct{ left int }

var errFull = errors.New("no space left")

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	for _, left := range []int{0, 5000} {
		if err := report.Markdown(&fullDisk{left}, sample()); !errors.Is(err, errFull) {
			t.Errorf("Markdown after %d bytes: %v", left, err)
		}
		if err := report.JSON(&fullDisk{left}, sample()); !errors.Is(err, errFull) {
			t.Errorf("JSON after %d bytes: %v", left, err)
		}
	}
}

// A report on a log that a stopped load has read in part says up to where.
func TestMarkdownOfPartialEvidence(t *testing.T) {
	r := sample()
	r.Evidence[0].Partial, r.Evidence[0].Truncated = true, ""
	if got := markdown(t, r); !strings.Contains(got, "its reading was stopped at line 9122; what comes after is not in the case") {
		t.Error("the gaps do not say that the log was read in part")
	}
}

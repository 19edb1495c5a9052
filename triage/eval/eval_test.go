package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/triage"
)

// dataDir is the labelled data beside the checkout.
const dataDir = "../../../shared/data"

func needData(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(dataDir); err != nil {
		t.Skip("shared evidence is not here")
	}
}

// The floors are below what was reached when they were written, so that a change that loses much is
// seen; the program prints the figures themselves.
func TestPayloadFloors(t *testing.T) {
	needData(t)
	j := triage.NewJudge()
	benign := newScore()
	var scores []*score
	for _, set := range payloadSets {
		s, err := judgePayloads(j, dataDir, set, benign)
		if err != nil {
			t.Fatal(err)
		}
		scores = append(scores, s)
	}
	if r := meanRecall(scores); r < 0.90 {
		t.Errorf("mean recall of payloads %.3f, want 0.90 or more", r)
	}
	if a := benign.alerts(); a > 0.03 {
		t.Errorf("%.3f of the hard benign values alert, want 0.03 or less", a)
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "requests"), 0o755); err != nil {
		t.Fatal(err)
	}
	lines := `{"label":"attack","category":"XSS","payload":"<script>alert(1)</script>"}
{"label":"attack","category":"UserAgent","payload":"sqlmap/1.7"}
{"label":"benign","category":"texts","payload":"echo in the mirror"}
`
	file := filepath.Join(dir, "requests", "gotestwaf.jsonl.gz") // plain text is read too
	if err := os.WriteFile(file, []byte(lines), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(&out, options{data: dir, worst: 3, sets: map[string]bool{"gotestwaf": true}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "payload recall, mean of sets, alert") {
		t.Errorf("printed:\n%s", &out)
	}
	if err := run(&out, options{data: filepath.Join(dir, "none")}); err == nil || !strings.Contains(err.Error(), "-data") {
		t.Errorf("a missing folder gives %v", err)
	}
}

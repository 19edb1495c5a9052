package index_test

import (
	"path/filepath"
	"testing"

	"spoor/index"
	"spoor/triage"
)

// What is told of processes stands beside their own findings, is asked for like them, outlives the store, and goes when
// it is replaced; what the event log shows stays as it was.
func TestTold(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	s, err := index.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	addProcesses(t, s, processSource, someProcesses(10_000))
	said := triage.Finding{Rule: "intel-hash", Class: triage.Other, Level: triage.Critical, Field: "image", Match: "m", Why: "w"}
	if err := s.PutTold([]index.Told{{Key: "abcdef", Line: 1999, Findings: []triage.Finding{said}}, {Key: "abcdef", Line: 4001, Findings: []triage.Finding{said}, Quiet: true},
		{Key: "another", Line: 1, Findings: []triage.Finding{said}}}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if s, err = index.Open(dir); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got := eachProcess(t, s, "rule:intel-*", true)
	if len(got) != 2 || got[0].Line != 1999 || len(got[0].Findings) != 2 || got[0].Findings[0] != said || got[1].Line != 4001 || len(got[1].Findings) != 1 {
		t.Errorf("%d processes: %+v", len(got), got)
	}
	if p, err := s.Process("r:abcdef.4001"); err != nil || len(p.Findings) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if n := len(eachProcess(t, s, "", true)); n != 11 {
		t.Errorf("%d suspicious processes, want 10 and the one that is told of", n)
	}
	if err := s.PutTold(nil); err != nil {
		t.Fatal(err)
	}
	if n := len(eachProcess(t, s, "", true)); n != 10 {
		t.Errorf("%d suspicious processes afterwards", n)
	}
}

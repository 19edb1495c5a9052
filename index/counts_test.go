package index

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"spoor/triage"
	"spoor/triage/weblog"
)

// naiveCounts counts row by row.
func naiveCounts(t *testing.T, s *Store) Counts {
	t.Helper()
	c := Counts{ByClass: map[triage.Class]int64{}, ByLevel: map[triage.Level]int64{}}
	clients, paths, agents := map[string]bool{"": true}, map[string]bool{"": true}, map[string]bool{"": true}
	for row := range s.now.rows {
		r, err := s.now.row(row)
		if err != nil {
			t.Fatal(err)
		}
		if r.Reject != "" {
			c.Rejected++
		} else {
			c.Requests++
		}
		clients[r.Client], paths[r.Path], agents[r.Agent] = true, true, true
		if r.Level != triage.None || len(r.Classes) > 0 {
			c.Findings++
			c.ByLevel[r.Level]++
		}
		for _, class := range r.Classes {
			c.ByClass[class]++
		}
		if !r.Time.IsZero() && (c.First.IsZero() || r.Time.Before(c.First)) {
			c.First = r.Time
		}
		if r.Time.After(c.Last) {
			c.Last = r.Time
		}
	}
	c.Clients, c.Paths, c.Agents = len(clients)-1, len(paths)-1, len(agents)-1
	return c
}

// checkCounts compares Counts with the naive ones, in the store at hand and in one opened anew.
func checkCounts(t *testing.T, s *Store) {
	t.Helper()
	want := naiveCounts(t, s)
	if got := s.Counts(); !reflect.DeepEqual(got, want) {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := again.Counts(); !reflect.DeepEqual(got, want) {
		t.Errorf("counts after opening %+v, want %+v", got, want)
	}
	if again.now.segments != nil && again.now.segments[0].rows != nil {
		t.Error("counting has opened the rows")
	}
	// Without what the manifest keeps.
	again.now.manifest.Counts, again.now.manifest.Counted = nil, 0
	if got, err := again.now.count(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("counts made anew %+v, %v; want %+v", got, err, want)
	}
}

func TestCountsAgainstNaive(t *testing.T) {
	s := newStore(t)
	checkCounts(t, s)
	g := newQuerier(31)
	s.segmentRows = 400
	for _, name := range []string{"a.log", "b.log", "c.log"} {
		load(t, s, evidence(t, name, randomLog(g, 500), weblog.Combined))
		checkCounts(t, s)
		sv := &triage.Survey{Findings: []triage.Finding{
			{Rule: "test-scan", Class: triage.Scan, Level: triage.Low},
			{Rule: "test-brute", Class: triage.Bruteforce, Level: triage.Critical},
			{Rule: "test-again", Class: triage.Scan, Level: triage.Info},
		}}
		for row := range uint64(s.now.rows) {
			for k := range uint32(len(sv.Findings)) {
				if g.IntN(20) == 0 {
					sv.Marks = append(sv.Marks, triage.Mark{Row: row, Finding: k})
				}
			}
		}
		if err := s.PutSurvey(sv); err != nil {
			t.Fatal(err)
		}
		checkCounts(t, s)
	}
	if err := s.PutSurvey(&triage.Survey{}); err != nil {
		t.Fatal(err)
	}
	checkCounts(t, s)
}

// Opening and counting read no tallies: a store without them still counts, until more is loaded.
func TestCountsKept(t *testing.T) {
	s := severalLoads(t, 32)
	want := naiveCounts(t, s)
	for _, name := range s.now.manifest.Segments {
		if err := os.Remove(filepath.Join(s.dir, name, tallyFile)); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := again.Counts(); !reflect.DeepEqual(got, want) {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	if _, err := again.Load(t.Context(), []Input{evidence(t, "z.log", sampleLog, weblog.Combined)}, testJudge{}, Hooks{}); err == nil {
		t.Error("a load that cannot count succeeded")
	}
	if got := again.Counts(); !reflect.DeepEqual(got, want) {
		t.Errorf("counts after a load that failed %+v, want %+v", got, want)
	}
}

package index

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"spoor/triage"
)

// judgedOf is what EachJudged yields of a query.
func judgedOf(t testing.TB, r *Result) []judgedRequest {
	t.Helper()
	var out []judgedRequest
	err := r.EachJudged(context.Background(), func(uint64) bool { return true }, func(_ uint64, q *triage.Request, found []triage.Finding) error {
		out = append(out, judgedRequest{*q, found})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// rare are queries of few rows each of severalLoads; the last has rows of the one before and others.
var rare = []string{"status:500", "class:traversal", "class:traversal OR status:500"}

// A copy of rows says what the columns say: of the rows that it has and of those that it has not, of findings of
// text and of marks, when it is made, when more is wanted, and when it is damaged.
func TestKept(t *testing.T) {
	s := severalLoads(t, 3)
	all := search(t, s, "")
	want := judgedOf(t, all)
	sv := &triage.Survey{Findings: []triage.Finding{{Rule: "test-mark", Class: triage.Scan, Level: triage.High}}}
	for row := range uint64(20) {
		sv.Marks = append(sv.Marks, triage.Mark{Row: 100 * row})
	}
	if err := s.PutSurvey(sv); err != nil {
		t.Fatal(err)
	}
	all = search(t, s, "")
	marked := judgedOf(t, all)
	if reflect.DeepEqual(want, marked) {
		t.Fatal("the marks change nothing")
	}
	copies := 0
	for _, query := range append([]string{"line:5"}, rare...) {
		r := search(t, s, query)
		if r.Len() == 0 {
			t.Fatalf("%s finds nothing", query)
		}
		if err := r.Keep(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := judgedOf(t, all); !reflect.DeepEqual(got, marked) {
			t.Fatalf("after %s was kept, requests read otherwise", query)
		}
		for _, seg := range all.snap.segments {
			k, err := seg.kept()
			if err != nil {
				t.Fatal(err)
			}
			copies += len(k.at)
		}
	}
	if copies == 0 {
		t.Fatal("nothing was kept")
	}
	for _, seg := range all.snap.segments {
		name := filepath.Join(seg.dir, keptFile)
		if b, err := os.ReadFile(name); err == nil {
			b[len(b)/2] ^= 0x40
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			seg.keptTimes.Add(1)
		}
	}
	if got := judgedOf(t, all); !reflect.DeepEqual(got, marked) {
		t.Error("with damaged copies, requests read otherwise")
	}
}

// EachJudged ends with the error of its yield, and with that of the context.
func TestEachJudgedEnds(t *testing.T) {
	r := search(t, severalLoads(t, 4), "")
	stop, n := errors.New("stop"), 0
	yield := func(uint64, *triage.Request, []triage.Finding) error {
		if n++; n == judgedRows+10 {
			return stop
		}
		return nil
	}
	none := func(uint64) bool { return false }
	if err := r.EachJudged(context.Background(), none, yield); !errors.Is(err, stop) || n != judgedRows+10 {
		t.Errorf("stopped with %v after %d", err, n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	n = judgedRows + 10
	err := r.EachJudged(ctx, none, func(a uint64, b *triage.Request, c []triage.Finding) error {
		cancel()
		return yield(a, b, c)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled with %v", err)
	}
}

// FuzzKept: whatever a copy has, it is read as rows of the segment, ascending, or as none; and what is read is written
// and read the same.
func FuzzKept(f *testing.F) {
	k := &keptRows{at: []uint32{3, 4, 900}, raw: make([]rawRow, 3)}
	for i := range k.raw {
		k.raw[i].ints[intSize] = int64(-i)
		k.raw[i].texts[colClient] = []string{"192.0.2.1", "", "192.0.2.1"}[i]
		k.raw[i].judged = "x"
	}
	f.Add(packKept(k))
	f.Add([]byte{keptFormat, 1, 0x80})
	s := &segment{meta: segmentMeta{Rows: 1000}}
	f.Fuzz(func(t *testing.T, b []byte) {
		k := s.unpackKept(b)
		last := int64(-1)
		for _, at := range k.at {
			if int64(at) <= last || int64(at) >= s.meta.Rows {
				t.Fatalf("rows %v", k.at)
			}
			last = int64(at)
		}
		if got := s.unpackKept(packKept(k)); len(k.at) > 0 && !reflect.DeepEqual(got, k) {
			t.Fatalf("%v is read again as %v", k, got)
		}
	})
}

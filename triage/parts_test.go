package triage_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage"
)

// A shifted log is a part of a longer one: its rows are numbered from base.
type shifted struct {
	triage.Log
	base uint64
}

// Audits says what the log below says.
func (s shifted) Audits() bool {
	a, ok := s.Log.(interface{ Audits() bool })
	return ok && a.Audits()
}

func (s shifted) Visits(yield func(*triage.Visit) bool) error {
	return s.Log.Visits(func(v *triage.Visit) bool {
		v.Row += s.base
		return yield(v)
	})
}

func (s shifted) Cite(row uint64) triage.Cite { return s.Log.Cite(row - s.base) }

// inParts surveys requests cut at the given rows, each part's summary encoded and decoded in between.
func inParts(t *testing.T, reqs []triage.Request, cuts ...int) *triage.Survey {
	t.Helper()
	judge := triage.NewJudge().Request
	var parts []*triage.Summary
	from := 0
	for _, to := range append(cuts, len(reqs)) {
		sum, err := triage.Summarise(shifted{triage.NewSliceLog(reqs[from:to], judge), uint64(from)})
		if err != nil {
			t.Fatal(err)
		}
		b, err := sum.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		again := new(triage.Summary)
		if err := again.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, again)
		from = to
	}
	whole := triage.NewSliceLog(reqs, judge)
	sv, err := triage.Conclude(parts, whole, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := triage.Conclude(parts, whole, nil, nil)
	if err != nil || asJSON(t, second) != asJSON(t, sv) {
		t.Errorf("concluding again from the same summaries gives something else (%v)", err)
	}
	return sv
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// However a log is cut into parts, the shell, its plant, its users, the intruders and the chain come out the same.
func TestSurveyInParts(t *testing.T) {
	s := newScene()
	s.plantAndUse()
	for i := range 60 {
		s.add(3*day, "203.0.113.80", "GET /w"+strings.Repeat("x", i), 404, 100, "", chrome)
	}
	whole, reqs := s.survey(t, nil)
	if one := inParts(t, reqs); asJSON(t, one) != asJSON(t, whole) {
		t.Error("a log as one part is not what Examine says of it")
	}
	plant := 0
	for i, r := range reqs {
		if strings.Contains(r.Query, "OUTFILE") {
			plant = i
		}
	}
	for _, cuts := range [][]int{{1000}, {plant}, {plant + 1}, {plant, plant + 1, plant + 2}, {100, 200, 300, 2000, 3000}, {len(reqs) - 1}, {0}} {
		sv := inParts(t, reqs, cuts...)
		a, b := whole.Webshells[0], sv.Webshells[0]
		if a.Path != b.Path || b.Score < 80 || a.Requests != b.Requests || !slices.Equal(a.Clients, b.Clients) || *a.PlantedBy != *b.PlantedBy || !a.First.Equal(b.First) || !slices.Equal(a.Uses, b.Uses) {
			t.Errorf("cut at %v: shell %+v, want %+v", cuts, b, a)
		}
		if len(sv.Intruders) != len(whole.Intruders) {
			t.Fatalf("cut at %v: %d intruders, want %d", cuts, len(sv.Intruders), len(whole.Intruders))
		}
		for i := range sv.Intruders {
			if x, y := sv.Intruders[i], whole.Intruders[i]; !slices.Equal(x.Clients, y.Clients) || x.Requests != y.Requests || x.Hostile != y.Hostile {
				t.Errorf("cut at %v: intruder %+v, want %+v", cuts, x, y)
			}
		}
		if x, y := asJSON(t, sv.Incidents[0].Steps), asJSON(t, whole.Incidents[0].Steps); x != y {
			t.Errorf("cut at %v: steps %s, want %s", cuts, x, y)
		}
		if !slices.IsSortedFunc(sv.Marks, func(a, b triage.Mark) int { return int(a.Row) - int(b.Row) }) {
			t.Errorf("cut at %v: marks are not in order", cuts)
		}
		for _, name := range []string{"203.0.113.9", "198.51.100.7"} {
			if x, y := rules(sv, reqs, name), rules(whole, reqs, name); x["webshell-use"] != y["webshell-use"] {
				t.Errorf("cut at %v: %s is marked %v, want %v", cuts, name, x, y)
			}
		}
	}
}

func TestSummaryRefusesWhatItIsNot(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("x"), []byte(strings.Repeat("\xff", 100))} {
		if err := new(triage.Summary).UnmarshalBinary(b); err == nil {
			t.Errorf("%q is decoded", b)
		}
	}
}

// What is slow is seen however the log was cut.
func TestSlowTrailsOverParts(t *testing.T) {
	s := newScene()
	for i := range 40 {
		s.add(day+time.Duration(i/5)*day+time.Duration(i%5)*time.Minute, "203.0.113.50", "POST /login.php", 200, 900, "", chrome)
		s.add(day+time.Duration(i)*5*time.Hour, "203.0.113.51", fmt.Sprintf("GET /w%d", i*7919%997), 404, 200, "", chrome)
	}
	whole, reqs := s.survey(t, nil)
	cut := inParts(t, reqs, len(reqs)/3, len(reqs)*2/3)
	for client, rule := range map[string]string{"203.0.113.50": "brute-slow", "203.0.113.51": "scan-slow"} {
		a, b := rules(whole, reqs, client)[rule], rules(cut, reqs, client)[rule]
		if a < 30 || a != b {
			t.Errorf("%s marks %d requests in one part, %d in three", rule, a, b)
		}
	}
}

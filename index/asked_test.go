package index

import (
	"strings"
	"testing"

	"spoor/triage"
)

// Asked gives the same requests as Requests, and what those ask for whose texts are wanted.
func TestAsked(t *testing.T) {
	s := severalLoads(t, 23)
	all := allRequests(t, s)
	path := func(p string) bool { return strings.HasPrefix(p, "/n/1") || p == "/u/union.aspx" }
	texts := func(p string) bool { return strings.HasPrefix(p, "/n/1") }
	want := map[uint64]bool{}
	if err := s.Whole().Requests(path, func(v *triage.Visit, _ string) bool { want[v.Row] = true; return true }); err != nil {
		t.Fatal(err)
	}
	n, some := 0, 0
	err := s.Asked(path, texts, func(v *triage.Visit, p string, a *Asked) bool {
		r := all[int64(v.Row)]
		n++
		switch {
		case !want[v.Row] || r.Path != p:
			t.Errorf("row %d of %s is not asked for", v.Row, p)
		case texts(p) != (a != nil):
			t.Errorf("row %d of %s: texts %v", v.Row, p, a)
		case a != nil && (a.Method != r.Method || a.Query != r.Query || a.Body != r.Body):
			t.Errorf("row %d: %+v of %+v", v.Row, a, r)
		case a != nil && a.Query != "":
			some++
		}
		return true
	})
	if err != nil || n != len(want) || some == 0 {
		t.Errorf("%d requests, want %d; %d have a query; %v", n, len(want), some, err)
	}
	first := 0
	if err := s.Asked(path, texts, func(*triage.Visit, string, *Asked) bool { first++; return first < 3 }); err != nil || first != 3 {
		t.Errorf("%d requests before the end, %v", first, err)
	}
	s.Close()
	if err := s.Asked(path, texts, func(*triage.Visit, string, *Asked) bool { t.Error("a request of a closed store"); return true }); err != nil {
		t.Logf("closed: %v", err)
	}
}

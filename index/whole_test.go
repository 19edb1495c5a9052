package index

import (
	"slices"
	"strings"
	"testing"

	"spoor/triage"
)

// allRequests are the requests of a store by number of row.
func allRequests(t testing.TB, s *Store) map[int64]*triage.Request {
	t.Helper()
	out := map[int64]*triage.Request{}
	for row := range s.now.rows {
		r, err := s.now.request(row)
		if err != nil {
			t.Fatal(err)
		}
		if r.Reject == "" {
			out[row] = r
		}
	}
	return out
}

func TestWholeCount(t *testing.T) {
	s := severalLoads(t, 22)
	w := s.Whole()
	of := []func(*triage.Request) string{
		triage.Clients: func(r *triage.Request) string { return r.Client },
		triage.Methods: func(r *triage.Request) string { return r.Method },
		triage.Paths:   func(r *triage.Request) string { return r.Path },
		triage.Queries: func(r *triage.Request) string { return r.Query },
		triage.Agents:  func(r *triage.Request) string { return r.Agent },
		triage.Users:   func(r *triage.Request) string { return r.User },
	}
	all := allRequests(t, s)
	for c, text := range of {
		if text == nil {
			continue
		}
		want := map[string]int{"": 0, "not there": 0}
		for _, r := range all {
			want[text(r)]++
		}
		var texts []string
		for v := range want {
			texts = append(texts, v)
		}
		texts = append(texts, texts[0]) // the same one twice
		got, err := w.Count(triage.Column(c), texts)
		if err != nil || len(got) != len(texts) {
			t.Fatalf("column %d: %d counts, %v", c, len(got), err)
		}
		for i, v := range texts {
			if got[i] != want[v] {
				t.Errorf("column %d: %q %d times, want %d", c, v, got[i], want[v])
			}
		}
		delete(want, "")
		if n := len(want) - 1; c == int(triage.Clients) && w.Clients() != n {
			t.Errorf("%d clients, want %d", w.Clients(), n)
		}
	}
	if got, err := w.Count(triage.Agents, nil); err != nil || len(got) != 0 {
		t.Errorf("no texts: %v, %v", got, err)
	}
}

func TestWholeRequests(t *testing.T) {
	s := severalLoads(t, 23)
	w := s.Whole()
	all := allRequests(t, s)
	for name, path := range map[string]func(string) bool{
		"all":  func(string) bool { return true },
		"none": func(string) bool { return false },
		"some": func(p string) bool { return strings.HasPrefix(p, "/n/1") },
		"one":  func(p string) bool { return p == "/u/union.aspx" },
	} {
		type hit struct {
			visit triage.Visit
			path  string
		}
		var got, want []hit
		asked := map[string]int{}
		collect := func(v *triage.Visit, p string) bool {
			got = append(got, hit{triage.Visit{Row: v.Row, Time: v.Time, Status: v.Status, Size: v.Size, Millis: v.Millis}, p})
			return true
		}
		err := w.Requests(func(p string) bool { asked[p]++; return path(p) }, collect)
		if err != nil {
			t.Fatal(err)
		}
		for row := range s.now.rows {
			if r := all[row]; r != nil && path(r.Path) {
				want = append(want, hit{triage.Visit{Row: uint64(row), Time: r.Time.UnixMilli(), Status: uint16(r.Status), Size: r.Size, Millis: r.Millis}, r.Path})
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d requests, want %d", name, len(got), len(want))
		}
		for p, n := range asked {
			if n > len(s.now.segments) {
				t.Errorf("%s: asked %d times of %q", name, n, p)
			}
		}
		first := got
		got = nil
		err = w.Requests(path, func(v *triage.Visit, p string) bool { collect(v, p); return len(got) < 3 })
		if err != nil || len(got) != min(3, len(first)) || !slices.Equal(got, first[:len(got)]) {
			t.Errorf("%s: %d requests before the end, %v", name, len(got), err)
		}
	}
}

package index

import (
	"maps"
	"reflect"
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

// The requests of clients come in the order of load, with what their own text shows, until the caller has enough.
func TestWholeOf(t *testing.T) {
	s := severalLoads(t, 24)
	w := s.Whole()
	all := allRequests(t, s)
	counts := map[string]int{}
	for _, r := range all {
		counts[r.Client]++
	}
	clients := slices.Sorted(maps.Keys(counts))
	for name, ask := range map[string][]string{"none": nil, "not there": {"nobody", ""}, "one": clients[:1], "some": {clients[1], "nobody", clients[len(clients)-1]}, "all": clients} {
		var want []int64
		for row := range s.now.rows {
			if r := all[row]; r != nil && r.Client != "" && slices.Contains(ask, r.Client) {
				want = append(want, row)
			}
		}
		var got []int64
		err := w.Of(ask, func(row uint64, r *triage.Request, found []triage.Finding) bool {
			got = append(got, int64(row))
			if !reflect.DeepEqual(r, all[int64(row)]) {
				t.Errorf("%s: row %d is %+v, want %+v", name, row, r, all[int64(row)])
			}
			whole, err := s.Findings(r.Ref)
			if err != nil || len(found) > len(whole) {
				t.Errorf("%s: row %d has %d findings of %d, %v", name, row, len(found), len(whole), err)
			}
			for _, f := range found {
				if !slices.Contains(whole, f) {
					t.Errorf("%s: row %d: the store does not know %+v", name, row, f)
				}
			}
			return true
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: rows %v, want %v, %v", name, got, want, err)
		}
		n := 0
		if err := w.Of(ask, func(uint64, *triage.Request, []triage.Finding) bool { n++; return n < 3 }); err != nil || n != min(3, len(want)) {
			t.Errorf("%s: %d requests before the end, %v", name, n, err)
		}
	}
}

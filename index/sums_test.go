package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/weblog"
)

// sumQueries are results of all rows, of whole segments and of parts of them.
var sumQueries = []string{"", "ip:10.0.0.1", "is:rejected", "status:404 -path:/n/*", "source:a.log", "source:day2.log", "class:sqli", "nothing-of-this", "after:2025-03-12"}

// marked gives some rows of a store findings of behaviour.
func marked(t *testing.T, s *Store, g querier) {
	t.Helper()
	sv := &triage.Survey{Findings: []triage.Finding{
		{Rule: "test-scan", Class: triage.Scan, Level: triage.Low}, {Rule: "test-brute", Class: triage.Bruteforce, Level: triage.High},
	}}
	for row := range uint64(s.now.rows) {
		if g.IntN(9) == 0 {
			sv.Marks = append(sv.Marks, triage.Mark{Row: row, Finding: uint32(g.IntN(2))})
		}
	}
	if err := s.PutSurvey(sv); err != nil {
		t.Fatal(err)
	}
}

// rowsOf are all rows of a result.
func rowsOf(t *testing.T, r *Result) []Row {
	t.Helper()
	rows, err := r.Rows(0, r.Len())
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The n first of a facet are the n largest of the counts made row by row.
func TestFacetsAgainstNaive(t *testing.T) {
	s := severalLoads(t, 41)
	marked(t, s, newQuerier(42))
	first := rowsOf(t, search(t, s, "line:3..5"))
	var said []Annotation
	for i := range first {
		said = append(said, Annotation{first[i].Ref, "verdict", "confirmed"}, Annotation{first[i].Ref, "note", "so"})
	}
	if err := s.Annotate(append(said, Annotation{rowsOf(t, search(t, s, "line:9"))[0].Ref, "note", "no verdict"})); err != nil {
		t.Fatal(err)
	}
	columns := map[string]func(*Row) []string{
		"ip": func(r *Row) []string { return []string{r.Client} }, "method": func(r *Row) []string { return []string{r.Method} },
		"path": func(r *Row) []string { return []string{r.Path} }, "query": func(r *Row) []string { return []string{r.Query} },
		"ua": func(r *Row) []string { return []string{r.Agent} }, "referer": func(r *Row) []string { return []string{r.Referer} },
		"user": func(r *Row) []string { return []string{r.User} }, "host": func(r *Row) []string { return []string{r.Host} },
		"source": func(r *Row) []string { return []string{r.Source} }, "reason": func(r *Row) []string { return []string{r.Reject} },
		"status": func(r *Row) []string { return []string{strings.TrimPrefix(fmt.Sprint(r.Status), "0")} },
		"size": func(r *Row) []string {
			switch n := len(strconv.FormatInt(r.Size, 10)); {
			case r.Size < 0:
				return []string{""}
			case r.Size == 0:
				return []string{"0"}
			default:
				return []string{"1" + strings.Repeat("0", n-1) + ".." + strings.Repeat("9", n)}
			}
		},
		"millis":  func(*Row) []string { return []string{""} },
		"day":     timeText("2006-01-02"),
		"hour":    timeText("15"),
		"verdict": func(r *Row) []string { return []string{r.Verdict} },
		"class": func(r *Row) (out []string) {
			for _, c := range r.Classes {
				out = append(out, string(c))
			}
			return out
		},
		"level": func(r *Row) []string {
			if len(r.Classes) == 0 {
				return nil
			}
			return []string{r.Level.String()}
		},
	}
	for _, query := range sumQueries {
		r := search(t, s, query)
		rows := rowsOf(t, r)
		for column, values := range columns {
			want, hot := map[string]int64{}, map[string]int64{}
			for i := range rows {
				for _, v := range values(&rows[i]) {
					want[v]++
					if rows[i].Level >= triage.Medium {
						hot[v]++
					}
				}
			}
			var sorted []int64
			for _, n := range want {
				sorted = append(sorted, n)
			}
			slices.SortFunc(sorted, func(a, b int64) int { return cmp.Compare(b, a) })
			for _, n := range []int{0, 1, 3, 10, 100000} {
				got, err := r.Facet(context.Background(), column, n)
				if err != nil || len(got) != min(n, len(want)) {
					t.Fatalf("%q by %s: %d values of %d, want %d; %v", query, column, len(got), len(want), n, err)
				}
				apart, err := r.FacetHot(context.Background(), column, n)
				if err != nil || len(apart) != len(got) {
					t.Fatal(len(apart), err)
				}
				for i, c := range got {
					if c.Hot = hot[c.Value]; apart[i] != c {
						t.Fatalf("%q by %s: %v, want %v", query, column, apart[i], c)
					}
					if c.Count != sorted[i] || want[c.Value] != c.Count {
						t.Fatalf("%q by %s: %q %d times, want %d, and %d in this place", query, column, c.Value, c.Count, want[c.Value], sorted[i])
					}
					if i > 0 && c.Count == got[i-1].Count && c.Value <= got[i-1].Value {
						t.Fatalf("%q by %s: %q after %q", query, column, c.Value, got[i-1].Value)
					}
				}
			}
		}
	}
}

func timeText(layout string) func(r *Row) []string {
	return func(r *Row) []string {
		if r.Time.IsZero() {
			return []string{""}
		}
		return []string{r.Time.Format(layout)}
	}
}

func TestHistogramsAgainstNaive(t *testing.T) {
	s := severalLoads(t, 43)
	g := newQuerier(44)
	marked(t, s, g)
	for _, query := range sumQueries {
		r := search(t, s, query)
		rows := rowsOf(t, r)
		for _, n := range []int{1, 7, 60, 5000} {
			h, err := r.Histogram(context.Background(), n)
			if err != nil {
				t.Fatal(err)
			}
			counts, hot := make([]int64, len(h.Counts)), make([]int64, len(h.Counts))
			for i := range rows {
				if rows[i].Time.IsZero() {
					continue
				}
				k := rows[i].Time.Sub(h.First) / h.Bucket
				counts[k]++
				if rows[i].Level >= triage.Medium {
					hot[k]++
				}
			}
			if !slices.Equal(h.Counts, counts) || !slices.Equal(h.Hot, hot) {
				t.Errorf("%q: %v, want %v", query, h, counts)
			}
			if n < 60 && len(rows) > 0 {
				checkHistogramIn(t, g, r, rows, n)
			}
		}
	}
}

// checkHistogramIn compares spans between the times of two random rows, or about them, with the rows.
func checkHistogramIn(t *testing.T, g querier, r *Result, rows []Row, n int) {
	t.Helper()
	for range 10 {
		from := rows[g.IntN(len(rows))].Time.Add(time.Duration(g.IntN(2000)-1000) * time.Second)
		to := from.Add(time.Duration(1+g.IntN(200000)) * time.Second)
		if g.IntN(2) == 0 {
			first, length, count := Spans(from, to, n)
			if end := first.Add(time.Duration(count) * length); first.After(from) || end.Before(to) || count > max(n, 2) || first.UnixMilli()%length.Milliseconds() != 0 {
				t.Fatalf("%v to %v in %d: %d of %v from %v", from, to, n, count, length, first)
			} else {
				from, to, n = first, end, count
			}
		}
		h, err := r.HistogramIn(context.Background(), from, to, n)
		if err != nil || len(h.Counts) != n || !h.First.Equal(from) || time.Duration(n)*h.Bucket < to.Sub(from) {
			t.Fatal(h, err)
		}
		counts, hot := make([]int64, n), make([]int64, n)
		for i := range rows {
			if at := rows[i].Time; !at.IsZero() && !at.Before(from) && at.Before(from.Add(time.Duration(n)*h.Bucket)) {
				counts[at.Sub(from)/h.Bucket]++
				if rows[i].Level >= triage.Medium {
					hot[at.Sub(from)/h.Bucket]++
				}
			}
		}
		if !slices.Equal(h.Counts, counts) || !slices.Equal(h.Hot, hot) {
			t.Fatalf("%v to %v: %v, want %v and %v", from, to, h, counts, hot)
		}
	}
}

func TestSpans(t *testing.T) {
	at := func(s string) time.Time {
		when, err := time.Parse("2006-01-02T15:04:05", s)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, c := range []struct {
		from, to string
		n        int
		first    string
		length   time.Duration
		count    int
	}{
		{"2025-03-08T03:14:07", "2025-03-08T03:14:08", 10, "2025-03-08T03:14:07", time.Second, 1},
		{"2025-03-08T03:14:07", "2025-03-08T04:14:08", 60, "2025-03-08T03:14:00", 2 * time.Minute, 31},
		{"2025-03-08T23:59:59", "2025-03-09T00:00:01", 1, "2025-03-08T23:59:59", time.Second, 2}, // one span cannot hold both
		{"2025-03-08T23:59:59", "2025-03-15T00:00:00", 10, "2025-03-08T00:00:00", 24 * time.Hour, 7},
		{"1969-12-31T23:59:59", "1970-01-01T00:00:01", 1, "1969-12-31T23:59:59", time.Second, 2},
		{"2025-03-08T00:00:00", "2025-03-08T00:00:00", 10, "2025-03-08T00:00:00", 0, 0},
	} {
		first, length, count := Spans(at(c.from), at(c.to), c.n)
		if !first.Equal(at(c.first)) || length != c.length || count != c.count {
			t.Errorf("%+v: %v, %v, %d", c, first, length, count)
		}
	}
	if _, length, count := Spans(at("0001-01-01T00:00:00"), at("9999-12-31T00:00:00"), 3); length <= 0 || count < 1 || count > 100 {
		t.Errorf("all times: %d of %v", count, length)
	}
}

// TestStopped asks with a context that is done: nothing is answered, and the order stays.
func TestStopped(t *testing.T) {
	s := severalLoads(t, 46)
	r := search(t, s, "-is:rejected")
	before := refs(t, r)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, do := range map[string]func() error{
		"facet":        func() error { _, err := r.Facet(ctx, "size", 3); return err },
		"facet of ip":  func() error { _, err := r.Facet(ctx, "ip", 3); return err },
		"hot facet":    func() error { _, err := r.FacetHot(ctx, "source", 3); return err },
		"histogram":    func() error { _, err := r.Histogram(ctx, 3); return err },
		"hot":          func() error { _, err := r.Hot(ctx, 3); return err },
		"sort by path": func() error { return r.Sort(ctx, "path", true) },
		"sort by time": func() error { return r.Sort(ctx, "time", true) },
	} {
		if err := do(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !slices.Equal(refs(t, r), before) {
		t.Error("the order is another one")
	}
}

// timedLog is a log of n lines from a time on, each up to jitter before or after its place; some have no time.
func timedLog(g querier, n int, at time.Time, step, jitter time.Duration) string {
	var b strings.Builder
	for i := range n {
		if g.IntN(300) == 0 {
			b.WriteString("no request\n")
			continue
		}
		when := at.Add(time.Duration(i)*step + time.Duration(g.Int64N(int64(2*jitter)+1)) - jitter)
		fmt.Fprintf(&b, "192.0.2.%d - - [%s] \"GET /%d HTTP/1.1\" 200 1 \"-\" \"-\"\n", g.IntN(9), when.Format("02/Jan/2006:15:04:05 -0700"), i%50)
	}
	return b.String()
}

// The order of time is that of sorting all rows, whatever part is asked for, and Find knows it.
func TestTimeOrder(t *testing.T) {
	g := newQuerier(45)
	start := time.Date(2025, 3, 8, 0, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	for name, logs := range map[string][]string{
		"in order":        {timedLog(g, 40000, start, time.Second, 0)},
		"nearly in order": {timedLog(g, 120000, start, time.Second, 90*time.Second), timedLog(g, 20000, start.Add(4*day), time.Second, time.Minute)},
		"same days":       {timedLog(g, 70000, start, 2*time.Second, time.Second), timedLog(g, 70000, start, 2*time.Second, time.Second), timedLog(g, 100, start.Add(-day), time.Second, day)},
		"at random":       {timedLog(g, 140000, start, 0, 20*day)},
		"all at once":     {timedLog(g, 140000, start, 0, 0), timedLog(g, 100, start, 0, 0)},
		"without times":   {"no request\nnor this\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			for i, text := range logs {
				load(t, s, evidence(t, fmt.Sprintf("%d.log", i), text, weblog.Combined))
			}
			if name != "all at once" {
				marked(t, s, g)
			}
			for _, query := range []string{"", "ip:192.0.2.3", "is:request", "path:/7", "is:rejected"} {
				r := search(t, s, query)
				checkTimeOrder(t, g, r)
				if err := r.Sort(context.Background(), "ip", true); err != nil {
					t.Fatal(err)
				}
				checkPlaces(t, g, r)
			}
		})
	}
}

func checkTimeOrder(t *testing.T, g querier, r *Result) {
	t.Helper()
	keys, err := r.keys(context.Background(), "time")
	if err != nil {
		t.Fatal(err)
	}
	for _, desc := range []bool{false, true} {
		want := sortRows(r.set.ToArray(), slices.Clone(keys), desc)
		if want == nil {
			want = r.set.ToArray()
		}
		if err := r.Sort(context.Background(), "time", desc); err != nil {
			t.Fatal(err)
		}
		if o, ok := r.order.(*timeOrder); ok && g.IntN(3) > 0 { // many pieces
			if r.order, err = newTimeOrder(context.Background(), r, desc, 5000); err != nil || len(r.order.(*timeOrder).cuts) < len(o.cuts) {
				t.Fatal(err)
			}
		}
		check := func(from, n int) {
			t.Helper()
			var got []uint32
			if err := r.each(from, n, func(row int64) error { got = append(got, uint32(row)); return nil }); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want[min(from, len(want)):min(from+n, len(want))]) {
				t.Fatalf("%d rows from %d on are not those in order", n, from)
			}
		}
		checkPlaces(t, g, r)
		check(0, 50)
		check(max(0, len(want)-20), 50)
		for range 10 {
			check(g.IntN(len(want)+1), g.IntN(200))
		}
		check(0, len(want))
		for range 5 {
			if len(want) == 0 {
				break
			}
			at := g.IntN(len(want))
			req, err := r.snap.request(int64(want[at]))
			if err != nil || r.Find(req.Ref) != at {
				t.Fatalf("%s is at %d, want %d; %v", req.Ref, r.Find(req.Ref), at, err)
			}
		}
	}
}

package triage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage"
)

// twoLogs is a week of a small shop as its access log has it, and what a second log of the same server, such as an audit
// log, has of it: one request of so many, by a clock of its own.
func twoLogs(every int, clock func(time.Time) time.Time) (access, second []triage.Request) {
	r := rand.New(rand.NewPCG(3, 5))
	start := time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)
	at := start
	for i := range 6000 {
		at = at.Add(time.Duration(r.IntN(200)) * time.Second)
		q := triage.Request{Ref: fmt.Sprintf("r:aaaaaa.%d", i+1), Source: "access.log", Line: int64(i + 1), Time: at, Client: fmt.Sprintf("192.0.2.%d", r.IntN(60)),
			Method: "GET", Path: "/item.php", Query: fmt.Sprintf("id=%d&name=a%%20b", r.IntN(4000)), Status: 200, Size: 900, Agent: firefox}
		access = append(access, q)
		if i%every == 0 {
			q.Ref, q.Source, q.Line, q.Time = fmt.Sprintf("r:bbbbbb.%d", i+1), "audit.log", int64(i+1), clock(at).Add(time.Duration(r.IntN(4)/3)*time.Second) // a second later by the way it is rounded
			q.Query = strings.ReplaceAll(q.Query, "%20", "+")                                                                                                 // another format
			second = append(second, q)
		}
	}
	return access, second
}

func pairGaps(t *testing.T, logs ...[]triage.Request) []triage.EvidenceGap {
	t.Helper()
	sv, err := triage.Examine(triage.NewSliceLog(slices.Concat(logs...), func(*triage.Request) []triage.Finding { return nil }), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(sv.Gaps, func(g triage.EvidenceGap) bool { return g.Kind != "clock" && g.Kind != "removed" })
}

// Clocks that differ are told, by how much and in which way; clocks that agree are not.
func TestClocks(t *testing.T) {
	middle := time.Date(2025, 5, 4, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		clock func(time.Time) time.Time
		want  string // empty: nothing is told
	}{
		{"the same", func(t time.Time) time.Time { return t }, ""},
		{"two seconds", func(t time.Time) time.Time { return t.Add(2 * time.Second) }, ""},
		{"forty seconds", func(t time.Time) time.Time { return t.Add(-40 * time.Second) }, "low its clock is 40s behind that of access.log ("},
		{"seven minutes", func(t time.Time) time.Time { return t.Add(7 * time.Minute) }, "medium its clock is 7m0s ahead of that of access.log ("},
		{"a zone", func(t time.Time) time.Time { return t.Add(2*time.Hour + 3*time.Second) }, "medium its clock is 2h0m3s ahead of that of access.log (|looks like the zone of one of them was taken wrongly"},
		{"India", func(t time.Time) time.Time { return t.Add(-330 * time.Minute) }, "5h30m0s behind|zone"},
		{"set back", func(t time.Time) time.Time {
			if t.After(middle) {
				return t.Add(-15 * time.Minute)
			}
			return t
		}, "medium its clock is that of access.log at first, then 15m0s behind from between 2025-05-0|was set"},
		{"fast", func(t time.Time) time.Time { return t.Add(t.Sub(middle) / 20000) }, "low its clock is |one of the two runs fast"},
		{"noise", func(t time.Time) time.Time { return t.Add(time.Duration(t.Unix()*7919%86400) * time.Second) }, ""},
	} {
		access, second := twoLogs(4, c.clock)
		gaps := pairGaps(t, access, second)
		var told []string
		for _, g := range gaps {
			told = append(told, fmt.Sprintf("%s %s", g.Level, g.Text))
			if g.Kind != "clock" || g.Source != "audit.log" || len(g.Refs) < 2 {
				t.Errorf("%s: %+v", c.name, g)
			}
		}
		if c.want == "" && len(told) > 0 || c.want != "" && len(told) != 1 {
			t.Errorf("%s: %q", c.name, told)
			continue
		}
		for _, w := range strings.Split(c.want, "|") {
			if c.want != "" && !strings.Contains(told[0], w) {
				t.Errorf("%s: %q, want %q", c.name, told[0], w)
			}
		}
	}
}

// A back end that sees only its proxy is compared by what was asked for alone; a site of others says nothing.
func TestClockOfBackEnd(t *testing.T) {
	access, second := twoLogs(1, func(t time.Time) time.Time { return t.Add(time.Minute) })
	for i := range access {
		access[i].Query = fmt.Sprintf("order=%d", i/2*2+i) // some asked for once
		second[i].Query, second[i].Client = access[i].Query, "10.0.0.2"
	}
	if g := pairGaps(t, access, second); len(g) != 1 || !strings.Contains(g[0].Text, "1m0s ahead") {
		t.Errorf("back end: %+v", g)
	}
	other, _ := twoLogs(1, asItIs)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range other {
		other[i].Source, other[i].Ref = "other.log", fmt.Sprintf("r:cccccc.%d", i+1)
		other[i].Time = other[i].Time.Add(time.Duration(r.IntN(86400*3)) * time.Second)
	}
	if g := pairGaps(t, access[:0:0], access, other); len(g) != 0 {
		t.Errorf("another site: %+v", g)
	}
}

func asItIs(t time.Time) time.Time { return t } // a clock that agrees

// Lines taken out of one of two logs are found by the other: single ones and those of one client; and nothing is said of
// logs that are whole, or of which one leaves much out.
func TestLinesTakenOut(t *testing.T) {
	for _, c := range []struct {
		name string
		out  func(q *triage.Request, i int) bool
		want string
	}{
		{"none", func(*triage.Request, int) bool { return false }, ""},
		{"three lines", func(_ *triage.Request, i int) bool { return i == 1200 || i == 3000 || i == 4004 }, "medium access.log|3 requests that audit.log has are not in it"},
		{"one client", func(q *triage.Request, _ int) bool { return q.Client == "192.0.2.7" }, "medium access.log|by 192.0.2.7"},
		{"half of it", func(_ *triage.Request, i int) bool { return i%2 == 0 }, ""},
	} {
		access, second := twoLogs(4, asItIs)
		i := -1
		access = slices.DeleteFunc(access, func(q triage.Request) bool { i++; return c.out(&q, i) })
		gaps := pairGaps(t, access, second)
		if c.want == "" {
			if len(gaps) > 0 {
				t.Errorf("%s: %+v", c.name, gaps)
			}
			continue
		}
		if len(gaps) != 1 {
			t.Errorf("%s: %+v", c.name, gaps)
			continue
		}
		told := fmt.Sprintf("%s %s: %s", gaps[0].Level, gaps[0].Source, gaps[0].Text)
		for _, w := range strings.Split(c.want, "|") {
			if !strings.Contains(told, w) {
				t.Errorf("%s: %q, want %q", c.name, told, w)
			}
		}
	}
}

// On the lab: the audit log and the access log of one server are at one; an audit log in another zone, an access log without
// an intruder's lines, and single lines taken out are told. Two halves of the log, as two servers behind a balancer would
// have it, say nothing of each other.
func TestLabPairs(t *testing.T) {
	access, audit := readLabLog(t, "access.log.gz"), readLabLog(t, "modsec_audit.log.gz")
	if g := pairGaps(t, access, audit); len(g) != 0 {
		t.Errorf("the whole logs: %+v", g)
	}
	later := slices.Clone(audit)
	for i := range later {
		later[i].Time = later[i].Time.Add(-time.Hour)
	}
	if g := pairGaps(t, access, later); len(g) != 1 || !strings.Contains(g[0].Text, "1h0m0s behind") || !strings.Contains(g[0].Text, "zone") {
		t.Errorf("an hour behind: %+v", g)
	}
	without := slices.DeleteFunc(slices.Clone(access), func(q triage.Request) bool { return q.Client == "203.0.113.77" })
	if g := pairGaps(t, without, audit); len(g) != 1 || g[0].Kind != "removed" || g[0].Source != "access.log" || !strings.Contains(g[0].Text, "by 203.0.113.77") {
		t.Errorf("without the first intruder: %+v", g)
	}
	evening := slices.DeleteFunc(slices.Clone(access), func(q triage.Request) bool {
		return q.Time.After(time.Date(2025, 3, 7, 7, 0, 0, 0, time.UTC)) && q.Time.Before(time.Date(2025, 3, 7, 8, 0, 0, 0, time.UTC))
	})
	if g := pairGaps(t, evening, audit); len(g) != 1 || g[0].Kind != "removed" || !strings.Contains(g[0].Text, "all in 1 hour") {
		t.Errorf("without the hour of the injection: %+v", g)
	}
	r := rand.New(rand.NewPCG(5, 8))
	var halves [2][]triage.Request
	for _, q := range access {
		k := r.IntN(2)
		q.Source = fmt.Sprintf("web%c.log", 'a'+k)
		halves[k] = append(halves[k], q)
	}
	if g := pairGaps(t, halves[0], halves[1]); len(g) != 0 {
		t.Errorf("two halves: %+v", g)
	}
	told, named := 0, 0
	const rounds, lines = 8, 5
	for range rounds {
		gone := map[string]bool{}
		asked := func(q *triage.Request) string { return fmt.Sprint(q.Time.Unix(), q.Client, q.Method, q.URI()) }
		for len(gone) < lines {
			gone[asked(&audit[r.IntN(len(audit))])] = true
		}
		cut := slices.DeleteFunc(slices.Clone(access), func(q triage.Request) bool { return gone[asked(&q)] })
		for _, g := range pairGaps(t, cut, audit) {
			if g.Kind == "removed" && g.Source == "access.log" {
				told++
				named += len(g.Refs)
			}
		}
	}
	t.Logf("%d transactions' lines taken out, %d times: told %d times, %d of %d records named", lines, rounds, told, named, rounds*lines)
	if told < rounds*6/10 {
		t.Errorf("told %d of %d times", told, rounds)
	}
}

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

// seededSite is days of visitors by day, whose numbers and hours differ from day to day.
func seededSite(seed uint64, days int) *scene {
	s := newEmptyScene()
	r := rand.New(rand.NewPCG(seed, 3))
	opens, closes := 6+r.IntN(4), 17+r.IntN(6)
	for d := range days {
		factor := 0.6 + r.Float64()*0.8
		for hour := range 24 {
			visitors := 1 + r.IntN(3)
			if hour >= opens && hour < closes {
				visitors += int(factor * float64(6+r.IntN(9)))
			}
			for range visitors {
				at := time.Duration(d)*day + time.Duration(hour)*time.Hour + time.Duration(r.IntN(3000_000))*time.Millisecond
				s.visit(at, fmt.Sprintf("192.0.2.%d", r.IntN(250)+1), firefox)
			}
		}
	}
	slices.SortStableFunc(s.requests, func(a, b triage.Request) int { return a.Time.Compare(b.Time) })
	return s
}

// set sets the clock ahead by a time from one moment of the scene to another.
func (s *scene) set(from, to, by time.Duration) {
	for i := range s.requests {
		if at := s.requests[i].Time.Sub(s.start); at >= from && at < to {
			s.requests[i].Time = s.requests[i].Time.Add(by)
		}
	}
}

// written surveys requests in the order in which they were written.
func (s *scene) written(t *testing.T) *triage.Survey {
	t.Helper()
	for i := range s.requests {
		s.requests[i].Line = int64(i + 1)
		s.requests[i].Ref = triage.RequestRef("abc123", int64(i+1))
	}
	sv, err := triage.Examine(triage.NewSliceLog(s.requests, triage.NewJudge().Request), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return sv
}

func clocks(sv *triage.Survey) (out []string) {
	for _, g := range sv.Gaps {
		if g.Kind == "clock" {
			out = append(out, g.Text)
		}
	}
	return out
}

func TestClockLeaps(t *testing.T) {
	const at = 6*day + 13*time.Hour + 20*time.Minute
	whole := func() *scene { return seededSite(1, 13) }
	page := func(s *scene) { // a page whose pictures come after the leap
		s.add(at-200*time.Millisecond, "192.0.2.77", "GET /list.php", 200, 3000, "", firefox)
		for k := range 3 {
			s.add(at+time.Duration(k)*100*time.Millisecond, "192.0.2.77", fmt.Sprintf("GET /pics/z%d.jpg", k), 200, 20000, site+"/list.php", firefox)
		}
		slices.SortStableFunc(s.requests, func(a, b triage.Request) int { return a.Time.Compare(b.Time) })
	}
	for _, x := range []struct {
		name string
		make func() *scene
		want []string // words of the one text
	}{
		{"a whole log", whole, nil},
		{"hours without requests", func() *scene { s := whole(); s.drop(at, at+5*time.Hour); return s }, nil},
		{"a day without requests", func() *scene { s := whole(); s.drop(at, at+29*time.Hour); return s }, nil},
		{"set ahead for good", func() *scene { s := whole(); s.set(at, 99*day, 5*time.Hour); return s },
			[]string{"no request for 5 h", "set forward by at most 5h", "the hours of", "moved back by as much"}},
		{"set ahead by a day and some hours", func() *scene { s := whole(); s.set(at, 99*day, 30*time.Hour); return s },
			[]string{"set forward by at most 30h", "the hours of"}},
		{"set ahead on the last day, in the middle of a page", func() *scene {
			s := whole()
			page(s)
			s.drop(at+10*time.Hour, 99*day)
			s.set(at, 99*day, 7*time.Hour)
			return s
		}, []string{"3 pictures and the like that come just after it are of pages"}},
		{"the page comes again", func() *scene {
			s := whole()
			page(s)
			s.drop(at, at+7*time.Hour)
			s.visit(at+7*time.Hour, "192.0.2.77", firefox)
			slices.SortStableFunc(s.requests, func(a, b triage.Request) int { return a.Time.Compare(b.Time) })
			return s
		}, nil},
		{"set ahead and back again", func() *scene { s := whole(); s.set(at, at+30*time.Minute, 6*time.Hour); return s },
			[]string{"its times leap forward by 6h", "run back by as much: consistent with a clock that was set forward and back again"}},
	} {
		got := clocks(x.make().written(t))
		if len(x.want) == 0 && len(got) > 0 || len(x.want) > 0 && len(got) != 1 {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
			continue
		}
		for _, words := range x.want {
			if !strings.Contains(got[0], words) {
				t.Errorf("%s: %q, want %q", x.name, got[0], words)
			}
		}
	}
}

// Of sites that were silent for hours none is said to have had its clock set; of clocks that were set, most are told.
func TestClockLeapsOfSites(t *testing.T) {
	told := 0
	const sites = 24
	for seed := range uint64(sites) {
		r := rand.New(rand.NewPCG(seed, 9))
		at, by := 6*day+time.Duration(9+r.IntN(7))*time.Hour, time.Duration(3+r.IntN(7))*time.Hour
		s := seededSite(seed, 13)
		s.drop(at, at+by)
		if got := clocks(s.written(t)); len(got) > 0 {
			t.Errorf("site %d, silent for %s: %q", seed, by, got)
		}
		s = seededSite(seed, 13)
		s.set(at, 99*day, by)
		if len(clocks(s.written(t))) > 0 {
			told++
		}
	}
	t.Logf("%d of %d clocks that were set are told", told, sites)
	if told < sites*8/10 {
		t.Errorf("%d of %d clocks that were set are told", told, sites)
	}
}

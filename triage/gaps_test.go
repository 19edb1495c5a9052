package triage_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"spoor/triage"
)

// A busySite is days of visitors who come at any hour, more by day, each with a few pages and their pictures.
// The files of the log change at midnight.
func busySite(days int, source func(day int) string) *scene {
	s := newEmptyScene()
	r := rand.New(rand.NewPCG(7, 11))
	for d := range days {
		for hour := range 24 {
			visitors := 3 + r.IntN(4)
			if hour >= 8 && hour < 22 {
				visitors += 8 + r.IntN(5)
			}
			for range visitors {
				at := time.Duration(d)*day + time.Duration(hour)*time.Hour + time.Duration(r.IntN(3000_000))*time.Millisecond
				s.visit(at, fmt.Sprintf("192.0.2.%d", r.IntN(250)+1), firefox)
			}
		}
	}
	for i := range s.requests {
		s.requests[i].Source = source(int(s.requests[i].Time.Sub(s.start) / day))
	}
	return s
}

func newEmptyScene() *scene { return &scene{start: time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)} }

// drop takes the requests between two times out.
func (s *scene) drop(from, to time.Duration) {
	kept := s.requests[:0]
	for _, r := range s.requests {
		if at := r.Time.Sub(s.start); at < from || at >= to {
			kept = append(kept, r)
		}
	}
	s.requests = kept
}

func oneFile(int) string { return "access.log" }
func daily(d int) string { return fmt.Sprintf("u_ex2505%02d.log", d+1) }

func TestGaps(t *testing.T) {
	for _, tc := range []struct {
		name string
		make func() *scene
		want []string // "kind level" and words of the text of each gap
	}{
		{"a whole log", func() *scene { return busySite(12, oneFile) }, nil},
		{"a whole log of many files", func() *scene { return busySite(12, daily) }, nil},
		{"three hours of an afternoon are gone", func() *scene {
			s := busySite(12, oneFile)
			s.drop(5*day+14*time.Hour, 5*day+17*time.Hour)
			return s
		}, []string{"silence medium|no request for 3 h, a time in which"}},
		{"a day's file is gone", func() *scene {
			s := busySite(12, daily)
			s.drop(5*day, 6*day)
			return s
		}, []string{"silence medium|between the end of u_ex250505.log and the beginning of u_ex250507.log"}},
		{"the night after the shell was used is gone", func() *scene {
			s := busySite(12, oneFile)
			s.plantAndUse()
			for i := range s.requests {
				s.requests[i].Source = "access.log"
			}
			s.drop(8*day+3*time.Hour+6*time.Minute, 8*day+11*time.Hour)
			return s
		}, []string{"silence high|step of an incident (use)"}},
		{"a numbered file is absent", func() *scene {
			return busySite(12, func(d int) string { return fmt.Sprintf("logs/access.log.%d", []int{5, 4, 3, 1}[min(d/3, 3)]) })
		}, []string{"absent medium|logs/access.log.2 of"}},
		{"one of two logs ends early", func() *scene {
			s := busySite(12, func(d int) string { return "shop.log" })
			other := busySite(12, func(d int) string { return "blog.log" })
			other.drop(9*day, 12*day)
			s.requests = append(s.requests, other.requests...)
			return s
		}, []string{"ends medium|before shop.log does"}},
		{"one of three logs ends early", func() *scene {
			s := busySite(12, func(d int) string { return "shop.log" })
			for _, name := range []string{"blog.log", "news.log"} {
				other := busySite(12, func(d int) string { return name })
				if name == "blog.log" {
					other.drop(9*day, 12*day)
				}
				s.requests = append(s.requests, other.requests...)
			}
			return s
		}, []string{"ends medium|, and before 1 more of this server; about"}},
		{"a log of another site ends early", func() *scene {
			s := busySite(12, func(d int) string { return "shop.log" })
			other := busySite(12, func(d int) string { return "elsewhere.log" })
			other.drop(9*day, 12*day)
			for i := range other.requests {
				r := &other.requests[i]
				r.Client, r.Path, r.Referer = strings.Replace(r.Client, "192.0.2.", "198.51.100.", 1), "/other"+r.Path, ""
			}
			s.requests = append(s.requests, other.requests...)
			return s
		}, nil},
	} {
		s := tc.make()
		sv, _ := s.survey(t, nil)
		var got []string
		for _, g := range sv.Gaps {
			got = append(got, fmt.Sprintf("%s %s|%s", g.Kind, g.Level, g.Text))
			if len(g.Refs) == 0 && g.Kind != "absent" {
				t.Errorf("%s: %s cites nothing", tc.name, g.Text)
			}
		}
		if len(got) != len(tc.want) {
			t.Errorf("%s: %d gaps %q, want %q", tc.name, len(got), got, tc.want)
			continue
		}
		for i, want := range tc.want {
			kind, words, _ := strings.Cut(want, "|")
			if !strings.HasPrefix(got[i], kind+"|") || !strings.Contains(got[i], words) {
				t.Errorf("%s: %q, want %q", tc.name, got[i], want)
			}
		}
	}
}

// Times that run back are told; the small steps of a server that logs at the end of a request are not.
func TestTimesThatRunBack(t *testing.T) {
	for _, tc := range []struct {
		back time.Duration
		n    int
		want bool
	}{{time.Minute, 50, false}, {3 * time.Minute, 1, false}, {3 * time.Minute, 10, true}, {5 * time.Hour, 1, true}} {
		var requests []triage.Request
		for i := range 500 {
			at := time.Date(2025, 5, 1, 0, i, 0, 0, time.UTC)
			if i > 400 && i <= 400+tc.n {
				at = at.Add(-tc.back - time.Minute*time.Duration(i-400))
			}
			requests = append(requests, triage.Request{Ref: fmt.Sprintf("r:abc123.%d", i+1), Source: "a.log", Line: int64(i + 1), Time: at, Client: "192.0.2.1", Method: "GET", Path: "/", Status: 200})
		}
		sv, err := triage.Examine(triage.NewSliceLog(requests, triage.NewJudge().Request), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		told := false
		for _, g := range sv.Gaps {
			told = told || g.Kind == "order"
		}
		if told != tc.want {
			t.Errorf("%d requests %s back: told %v, want %v: %+v", tc.n, tc.back, told, tc.want, sv.Gaps)
		}
	}
}

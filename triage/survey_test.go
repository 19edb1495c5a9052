package triage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage"
)

// A scene builds a log of a small shop: ten days of visitors who follow links and fetch assets.
type scene struct {
	requests []triage.Request
	start    time.Time
}

const (
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
	chrome  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
	oldIE   = "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)"
	site    = "https://shop.example"
)

func newScene() *scene {
	s := &scene{start: time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)}
	for day := range 10 {
		for v := range 40 {
			at := time.Duration(day)*24*time.Hour + 9*time.Hour + time.Duration(v)*17*time.Minute
			client := fmt.Sprintf("192.0.2.%d", (day*7+v)%200+1)
			agent := []string{firefox, chrome}[v%2]
			s.visit(at, client, agent)
			if v%8 == 0 {
				s.add(at+3*time.Minute, client, "POST /login.php", 200, 900, site+"/login.php", agent)
				s.add(at+4*time.Minute, client, "POST /login.php", 302, 0, site+"/login.php", agent)
			}
		}
		s.add(time.Duration(day)*24*time.Hour+90*time.Second, "192.0.2.250", "POST /jobs/sync.php", 200, 40, "", "curl/8.5")
	}
	return s
}

// visit is one person's look at three pages with their assets.
func (s *scene) visit(at time.Duration, client, agent string) {
	ref := ""
	for i, page := range []string{"/", "/list.php", "/item.php"} {
		t := at + time.Duration(i)*40*time.Second
		s.add(t, client, "GET "+page, 200, 3000, ref, agent)
		ref = site + page
		for k := range 4 {
			s.add(t+time.Second, client, fmt.Sprintf("GET /pics/p%d.jpg", i*4+k), 200, 20000, ref, agent)
		}
	}
}

func (s *scene) add(at time.Duration, client, request string, status int, size int64, referer, agent string) {
	method, target, _ := strings.Cut(request, " ")
	path, query, _ := strings.Cut(target, "?")
	s.requests = append(s.requests, triage.Request{Source: "access.log", Time: s.start.Add(at), Client: client, Method: method, Path: path, Query: query,
		Protocol: "HTTP/1.1", Status: status, Size: size, Millis: -1, Referer: referer, Agent: agent})
}

func (s *scene) survey(t *testing.T, files []triage.File) (*triage.Survey, []triage.Request) {
	t.Helper()
	slices.SortStableFunc(s.requests, func(a, b triage.Request) int { return a.Time.Compare(b.Time) })
	for i := range s.requests {
		s.requests[i].Line = int64(i + 1)
		s.requests[i].Ref = triage.RequestRef("abc123", int64(i+1))
	}
	sv, err := triage.Examine(triage.NewSliceLog(s.requests, triage.NewJudge().Request), files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return sv, s.requests
}

// rules lists the rules of behaviour that marked each request of a client.
func rules(sv *triage.Survey, reqs []triage.Request, client string) map[string]int {
	out := map[string]int{}
	for _, m := range sv.Marks {
		if reqs[m.Row].Client == client {
			out[sv.Findings[m.Finding].Rule]++
		}
	}
	return out
}

const day = 24 * time.Hour

// plantAndUse is an injection that writes a shell among the pictures, and two people's use of it.
func (s *scene) plantAndUse() {
	at := 6*day + 3*time.Hour
	s.add(at, "203.0.113.9", "GET /item.php?id=1+UNION+SELECT+0x3c3f,2+INTO+OUTFILE+'/srv/www/pics/thumb.php'", 200, 800, "", firefox)
	for i := range 6 {
		s.add(at+time.Duration(4+i)*time.Minute, "203.0.113.9", "POST /pics/thumb.php", 200, int64(30+i), "", oldIE)
		s.add(at+day+time.Duration(i)*time.Minute, "203.0.113.10", "POST /pics/thumb.php", 200, int64(30+i), "", oldIE)
		s.add(at+2*day+time.Duration(i)*time.Minute, "198.51.100.7", "POST /pics/thumb.php", 200, int64(30+i), "", chrome)
	}
}

func TestShellIsRankedWithItsPlant(t *testing.T) {
	s := newScene()
	s.plantAndUse()
	sv, reqs := s.survey(t, nil)
	if len(sv.Webshells) == 0 || sv.Webshells[0].Path != "/pics/thumb.php" || sv.Webshells[0].Score < 80 {
		t.Fatalf("web shells: %+v", sv.Webshells)
	}
	shell := sv.Webshells[0]
	if shell.PlantedBy == nil || !strings.Contains(reqs[shell.PlantedBy.Line-1].Query, "OUTFILE") {
		t.Errorf("planted by %+v", shell.PlantedBy)
	}
	for _, r := range shell.Reasons {
		if r.Text == "" || r.Weight == 0 {
			t.Errorf("reason %+v says nothing", r)
		}
	}
	for _, w := range sv.Webshells[1:] {
		if w.Score >= triage.ShellScore {
			t.Errorf("%s scores %d: %+v", w.Path, w.Score, w.Reasons)
		}
	}
	if len(sv.Incidents) != 1 {
		t.Fatalf("%d incidents", len(sv.Incidents))
	}
	in := sv.Incidents[0]
	kinds := map[string]int{}
	for i, st := range in.Steps {
		kinds[st.Kind]++
		if i > 0 && st.Time.Before(in.Steps[i-1].Time) {
			t.Errorf("step %d goes back in time", i)
		}
		if st.Ref == "" || st.Text == "" {
			t.Errorf("step %+v lacks its record or text", st)
		}
	}
	if in.Level != triage.Critical || kinds["plant"] != 1 || kinds["access"] != 1 || kinds["use"] != 3 || len(in.Clients) != 3 {
		t.Errorf("incident %s with %v, clients %v", in.Level, kinds, in.Clients)
	}
}

// Sharing a shell is no link; sharing an agent on it is.
func TestIntrudersAreToldApart(t *testing.T) {
	s := newScene()
	s.plantAndUse()
	sv, _ := s.survey(t, nil)
	if len(sv.Intruders) != 2 {
		t.Fatalf("%d intruders: %+v", len(sv.Intruders), sv.Intruders)
	}
	a, b := sv.Intruders[0], sv.Intruders[1]
	if !slices.Equal(a.Clients, []string{"203.0.113.9", "203.0.113.10"}) || !slices.Equal(b.Clients, []string{"198.51.100.7"}) {
		t.Errorf("intruders %v and %v", a.Clients, b.Clients)
	}
	if len(a.Links) == 0 || len(b.Links) != 0 {
		t.Errorf("links %+v and %+v", a.Links, b.Links)
	}
	ids := func(in triage.Intruder) (out []string) {
		for _, o := range in.Observed {
			out = append(out, o.ID)
		}
		return out
	}
	if !slices.Contains(ids(a), "T1190") || !slices.Contains(ids(a), "T1505.003") || slices.Contains(ids(b), "T1190") {
		t.Errorf("observed %v and %v", ids(a), ids(b))
	}
}

// What posts without links is often harmless.
func TestLookAlikesStayBelow(t *testing.T) {
	for _, c := range []struct {
		name, path string
		act        func(*scene)
	}{
		{"nightly job since the first day", "/jobs/sync.php", func(*scene) {}},
		{"hook that was added later", "/hooks/paid.php", func(s *scene) {
			for i := range 60 {
				s.add(5*day+time.Duration(i)*90*time.Minute, "192.0.2.241", "POST /hooks/paid.php", 200, 2, "", "PaymentHook/1.0")
			}
		}},
		{"health check", "/status.php", func(s *scene) {
			for i := range 200 {
				s.add(3*day+time.Duration(i)*10*time.Minute, "192.0.2.242", "POST /status.php", 200, 2, "", "monitor/2")
			}
		}},
		{"administrator's form", "/admin/edit.php", func(s *scene) {
			for i := range 12 {
				s.add(7*day+12*time.Hour+time.Duration(i)*time.Minute, "192.0.2.243", "GET /admin/edit.php", 200, 900, site+"/admin/", chrome)
				s.add(7*day+12*time.Hour+time.Duration(i)*time.Minute+5*time.Second, "192.0.2.243", "POST /admin/edit.php", 200, 900, site+"/admin/edit.php", chrome)
			}
		}},
		{"script interface of the page", "/api/cart.php", func(s *scene) {
			for i := range 60 {
				at := 4*day + 10*time.Hour + time.Duration(i)*11*time.Minute
				client := fmt.Sprintf("192.0.2.%d", i+1)
				s.visit(at, client, chrome)
				s.add(at+5*time.Second, client, "POST /api/cart.php", 200, 60, site+"/item.php", chrome)
			}
		}},
	} {
		s := newScene()
		c.act(s)
		sv, _ := s.survey(t, nil)
		for _, w := range sv.Webshells {
			if w.Score >= triage.ShellScore {
				t.Errorf("%s: %s scores %d: %+v", c.name, w.Path, w.Score, w.Reasons)
			}
		}
	}
}

// A listing raises or lowers a candidate.
func TestFilesWeighIn(t *testing.T) {
	act := func(s *scene) {
		for i := range 5 {
			s.add(6*day+12*time.Hour+time.Duration(i)*time.Minute, "198.51.100.7", "POST /inc/mail.php", 200, int64(20+i), "", chrome)
		}
	}
	score := func(files []triage.File) int {
		s := newScene()
		act(s)
		sv, _ := s.survey(t, files)
		for _, w := range sv.Webshells {
			if w.Path == "/inc/mail.php" {
				return w.Score
			}
		}
		return 0
	}
	file := func(v triage.FileVerdict) []triage.File {
		return []triage.File{{Ref: "f:1", Path: "/srv/www/inc/mail.php", Verdict: v, Size: -1}, {Ref: "f:2", Path: "/srv/www/index.php", Verdict: triage.KnownGood, Size: -1}}
	}
	alone, good, unknown, bad := score(nil), score(file(triage.KnownGood)), score(file(triage.Unknown)), score(file(triage.KnownBad))
	if !(good < alone && alone < unknown && unknown < bad) || bad < triage.ShellScore {
		t.Errorf("scores: known good %d, no listing %d, unknown %d, known bad %d", good, alone, unknown, bad)
	}
}

func TestBehaviour(t *testing.T) {
	const foe = "203.0.113.50"
	for _, c := range []struct {
		name string
		act  func(*scene)
		want string // rule that marks the foe's requests; empty for none
		min  int
	}{
		{"enumeration", func(s *scene) {
			for i := range 120 {
				s.add(2*day+time.Duration(i)*time.Second, foe, fmt.Sprintf("GET /word%d", i), 404, 200, "", chrome)
			}
		}, "scan-enumeration", 120},
		{"a person with stale bookmarks", func(s *scene) {
			s.visit(2*day, foe, chrome)
			s.add(2*day+time.Minute, foe, "GET /old-page", 404, 200, site+"/list.php", chrome)
			s.add(2*day+2*time.Minute, foe, "GET /older-page", 404, 200, site+"/list.php", chrome)
		}, "", 0},
		{"a crawler with stale links", func(s *scene) {
			s.add(2*day, foe, "GET /robots.txt", 200, 50, "", "ExampleBot/1.0 (+https://bot.example)")
			for i := range 12 {
				s.add(2*day+time.Duration(i)*time.Minute, foe, fmt.Sprintf("GET /gone%d", i), 404, 200, "", "ExampleBot/1.0 (+https://bot.example)")
			}
		}, "", 0},
		{"a crawler that knows stale links only", func(s *scene) {
			for i := range 3 {
				s.add(2*day+time.Duration(i)*time.Minute, foe, fmt.Sprintf("GET /gone%d", i), 404, 200, "", "Mozilla/5.0 (compatible; ExampleBot/1.0; +https://bot.example)")
			}
		}, "", 0},
		{"burst of probes", func(s *scene) {
			for i, p := range []string{"/thing/setup", "/thing2/setup", "/x/y/z"} {
				s.add(2*day+time.Duration(i)*time.Second, foe, "GET "+p, 404, 200, "", "")
			}
		}, "probe-burst", 3},
		{"sweep for shells", func(s *scene) {
			for i, p := range []string{"/a1.php", "/b/qq.php", "/pics/zz.php", "/t.php"} {
				s.add(2*day+time.Duration(i)*time.Second, foe, "POST "+p, 404, 200, "", chrome)
			}
		}, "probe-shell-sweep", 4},
		{"password guessing at a form", func(s *scene) {
			for i := range 40 {
				s.add(2*day+time.Duration(i)*5*time.Second, foe, "POST /login.php", 200, 900, "", chrome)
			}
		}, "brute-login", 40},
		{"password guessing at basic authentication", func(s *scene) {
			for i := range 40 {
				s.add(2*day+time.Duration(i)*time.Second, foe, "GET /admin/", 401, 400, "", chrome)
			}
		}, "brute-refused", 40},
		{"someone who forgot the password", func(s *scene) {
			for i := range 4 {
				s.add(2*day+time.Duration(i)*30*time.Second, foe, "POST /login.php", 200, 900, site+"/login.php", chrome)
			}
		}, "", 0},
		{"a tool that posts to a form with a referer", func(s *scene) {
			for i := range 40 {
				at := 2*day + time.Duration(i)*time.Second
				for _, q := range []string{"q='+union+select+1,2--+-", "q=../../../etc/passwd", "q=<script>alert(1)</script>", "q=;cat+/etc/passwd"} {
					s.add(at, foe, "GET /list.php?"+q, 200, 900, "", chrome)
				}
				s.add(at, foe, "POST /feedback.php", 200, 900, site+"/item.php", chrome)
			}
		}, "probe-forms", 40},
		{"a busy script interface", func(s *scene) {
			s.visit(2*day, foe, chrome)
			for i := range 80 {
				s.add(2*day+time.Duration(i)*5*time.Second, foe, "POST /api/poll.php", 200, int64(10+i%7*30), site+"/item.php", chrome)
			}
		}, "", 0},
	} {
		s := newScene()
		c.act(s)
		sv, reqs := s.survey(t, nil)
		got := rules(sv, reqs, foe)
		if c.want == "" && len(got) > 0 {
			t.Errorf("%s: marked %v, want nothing", c.name, got)
		}
		if c.want != "" && got[c.want] < c.min {
			t.Errorf("%s: marked %v, want %d of %s", c.name, got, c.min, c.want)
		}
		for client, n := range byClient(sv, reqs) {
			if client != foe {
				t.Errorf("%s: %d requests of the harmless %s marked %v", c.name, n, client, rules(sv, reqs, client))
			}
		}
	}
}

func byClient(sv *triage.Survey, reqs []triage.Request) map[string]int {
	out := map[string]int{}
	for _, m := range sv.Marks {
		out[reqs[m.Row].Client]++
	}
	return out
}

// An empty log and one without times or clients are surveyed without complaint.
func TestSurveyOfOddLogs(t *testing.T) {
	for name, reqs := range map[string][]triage.Request{
		"empty":    nil,
		"no times": {{Client: "192.0.2.1", Method: "POST", Path: "/a.php", Status: 200, Size: -1}, {Method: "GET", Path: "", Status: 0, Size: -1}},
	} {
		sv, err := triage.Examine(triage.NewSliceLog(reqs, func(*triage.Request) []triage.Finding { return nil }), nil, nil)
		if err != nil || len(sv.Incidents) > 0 {
			t.Errorf("%s: %+v, %v", name, sv, err)
		}
	}
}

package triage_test

import (
	"fmt"
	"testing"
	"time"

	"spoor/triage"
)

// What takes more than one visit, many clients, or a look at the pace, in both directions: what a rule must mark
// and what is like it and harmless.
func TestSlowAndBroadBehaviour(t *testing.T) {
	const foe = "203.0.113.50"
	bot := "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
	for _, c := range []struct {
		name string
		act  func(*scene)
		want string // rule that marks requests; empty for none
		min  int
	}{
		{"a word list, three names an hour", func(s *scene) {
			for i := range 60 {
				s.add(day+time.Duration(i)*40*time.Minute, foe, fmt.Sprintf("GET /w%d", i*7919%997), 404, 200, "", chrome)
			}
		}, "scan-slow", 50},
		{"a reader whose old pages are gone", func(s *scene) {
			for i := range 30 {
				at := day + time.Duration(i)*3*time.Hour
				s.visit(at, foe, chrome)
				s.add(at+3*time.Minute, foe, fmt.Sprintf("GET /old%d", i), 404, 200, site+"/list.php", chrome)
			}
		}, "", 0},
		{"ten names in the order of the alphabet", func(s *scene) {
			for i, n := range []string{"abc", "about1", "account", "adm", "backup", "bak", "cgi", "conf", "data", "db"} {
				s.add(2*day+time.Duration(i)*time.Second, foe, "GET /"+n, 404, 200, "", chrome)
			}
		}, "scan-enumeration", 10},
		{"a crawler with forty stale links", func(s *scene) {
			for i := range 40 {
				s.add(2*day+time.Duration(i)*20*time.Second, foe, fmt.Sprintf("GET /article-%d", i*37%41), 404, 200, "", bot)
			}
		}, "", 0},
		{"a crawler's name and a list of known holes", func(s *scene) {
			for i, p := range []string{"/wp-login.php", "/.git/config", "/phpmyadmin/index.php", "/.env", "/"} {
				s.add(2*day+time.Duration(i)*time.Second, foe, "GET "+p, 404, 200, "", bot)
			}
		}, "agent-false-crawler", 2},
		{"one look for one known name", func(s *scene) {
			s.add(2*day, foe, "GET /wp-login.php", 404, 200, "", firefox)
		}, "probe-visit", 1},
		{"a person who tries an admin page between others", func(s *scene) {
			s.visit(2*day, foe, chrome)
			s.add(2*day+3*time.Minute, foe, "GET /administrator/", 404, 200, site+"/list.php", chrome)
		}, "", 0},
		{"an agent for each request", func(s *scene) {
			for i := range 40 {
				s.add(2*day+time.Duration(i)*time.Second, foe, fmt.Sprintf("GET /list.php?n=%d", i), 200, 900, "", fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64; rv:1%d.0) Gecko/20100101 Firefox/1%[1]d.0", i%28))
			}
		}, "scan-agents", 40},
		{"an office behind one address", func(s *scene) {
			for i := range 14 {
				s.visit(2*day+time.Duration(i)*time.Minute, foe, fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64; rv:1%d.0) Gecko/20100101 Firefox/1%[1]d.0", i))
			}
		}, "", 0},
		{"two hundred pages in a minute", func(s *scene) {
			for i := range 200 {
				s.add(2*day+time.Duration(i)*300*time.Millisecond, foe, fmt.Sprintf("GET /topic-%d", i), 200, 900, "", chrome)
			}
		}, "scan-breadth", 200},
		{"a stream", func(s *scene) {
			for i := range 900 {
				s.add(2*day+time.Duration(i)*700*time.Millisecond, foe, "POST /gate", 200, int64(i*7%900), "", chrome)
			}
		}, "tunnel-stream", 900},
		{"guessing, five times a day", func(s *scene) {
			for i := range 40 {
				s.add(day+time.Duration(i/5)*day+time.Duration(i%5)*time.Minute, foe, "POST /login.php", 200, 900, "", chrome)
			}
		}, "brute-slow", 35},
		{"a customer who logs in on most days", func(s *scene) {
			for i := range 9 {
				at := time.Duration(i)*day + 20*time.Hour
				s.visit(at, foe, chrome)
				for k := range 3 {
					s.add(at+time.Duration(4+k)*time.Minute, foe, "POST /login.php", 200, 900, site+"/login.php", chrome)
				}
				s.add(at+8*time.Minute, foe, "POST /login.php", 302, 0, site+"/login.php", chrome)
			}
		}, "", 0},
		{"one try from each of forty addresses", func(s *scene) {
			for i := range 40 {
				s.add(3*day+time.Duration(i)*11*time.Minute, fmt.Sprintf("203.0.113.%d", 60+i), "POST /login.php", 200, 900, "", chrome)
			}
		}, "brute-crowd", 40},
		{"six tries in twenty seconds", func(s *scene) {
			for i := range 6 {
				s.add(3*day+time.Duration(i)*3*time.Second, foe, "POST /login.php", 200, 900, "", chrome)
			}
		}, "brute-login", 6},
		{"many names, one password each", func(s *scene) {
			for i := range 9 {
				s.add(3*day+time.Duration(i)*50*time.Second, foe, "GET /intern/", 401, 300, "", chrome)
				s.requests[len(s.requests)-1].User = fmt.Sprintf("user%d", i)
			}
		}, "brute-spray", 9},
		{"a program with an old password, by the clock", func(s *scene) {
			for i := range 200 {
				s.add(3*day+time.Duration(i)*time.Minute, foe, "GET /feed.php", 401, 300, "", "Reader/1.0")
			}
		}, "beacon-clock", 1},
		{"a health check", func(s *scene) {
			for i := range 2000 {
				s.add(3*day+time.Duration(i)*30*time.Second, foe, "GET /health", 200, 2, "", "kube-probe/1.29")
			}
		}, "beacon-clock", 1},
		{"somebody who looks at one page now and then", func(s *scene) {
			for i := range 40 {
				s.add(3*day+time.Duration(i*i%97)*7*time.Minute+time.Duration(i)*12*time.Minute, foe, "GET /list.php", 200, 900, "", chrome)
			}
		}, "", 0},
		{"a mail client that is asked twice each time", func(s *scene) {
			for i := range 60 {
				at := 3*day + time.Duration(i)*7*time.Minute
				s.add(at, foe, "POST /EWS/Exchange.asmx", 401, 0, "", "Outlook")
				s.add(at, foe, "POST /EWS/Exchange.asmx", 401, 0, "", "Outlook")
				s.add(at, foe, "POST /EWS/Exchange.asmx", 200, 900, "", "Outlook")
			}
		}, "", 0},
		{"a browser from the future", func(s *scene) {
			s.add(3*day, foe, "GET /list.php", 200, 900, "", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/299.0.0.0 Safari/537.36")
		}, "agent-impossible", 1},
		{"a client that is a chain", func(s *scene) {
			s.add(3*day, "10.0.0.1, 192.0.2.77", "GET /list.php", 200, 900, "", chrome)
		}, "client-forged", 1},
	} {
		s := newScene()
		c.act(s)
		sv, reqs := s.survey(t, nil)
		got := map[string]int{}
		for _, m := range sv.Marks {
			f := sv.Findings[m.Finding]
			if f.Why == "" || f.Class == "" || f.Field != "behaviour" {
				t.Errorf("%s: finding %+v lacks something", c.name, f)
			}
			got[f.Rule]++
			if r := &reqs[m.Row]; r.Client[:8] == "192.0.2." && c.want != "client-forged" {
				t.Errorf("%s: the harmless %s is marked %s", c.name, r.Client, f.Rule)
			}
		}
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("%s: marked %v, want nothing", c.name, got)
		case c.want != "" && got[c.want] < c.min:
			t.Errorf("%s: marked %v, want %d of %s", c.name, got, c.min, c.want)
		}
	}
}

// The right password, found at last, is told.
func TestGuessThatSucceeds(t *testing.T) {
	s := newScene()
	for i := range 40 {
		s.add(2*day+time.Duration(i)*5*time.Second, "203.0.113.50", "POST /login.php", 200, 900, "", chrome)
	}
	s.add(2*day+205*time.Second, "203.0.113.50", "POST /login.php", 302, 0, "", chrome)
	sv, _ := s.survey(t, nil)
	for _, f := range sv.Findings {
		if f.Rule == "brute-login" {
			if want := "; 1 post answered with a redirect: perhaps the right password"; len(f.Why) < len(want) || f.Why[len(f.Why)-len(want):] != want {
				t.Errorf("why: %s", f.Why)
			}
			return
		}
	}
	t.Errorf("no finding: %+v", sv.Findings)
}

func TestAgentsThatCannotBe(t *testing.T) {
	at := func(year int) time.Time { return time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		agent string
		year  int
		odd   bool
	}{
		{"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 10.0)", 2020, true},
		{"Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C)", 2020, false}, // compatibility view
		{"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)", 2009, false},
		{"Mozilla/5.0 (Windows; U; MSIE 9.0; Windows NT 9.0; en-US)", 2015, true},
		{"Mozilla/5.0 (compatible; MSIE 66.0; 68K; Trident/49.0)", 2015, true},
		{"Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/200.0.0.0 Safari/537.36", 2015, true},
		{"Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/43.0.2357.65 Safari/537.36", 2015, false},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0", 2025, false},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0", 2021, true},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X; Windows NT 10.0)", 2024, true},
		{"Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; Trident/7.0; Touch; IEMobile/11.0; NOKIA; Lumia 520) like iPhone OS 7_0_3 Mac OS X AppleWebKit/537 (KHTML, like Gecko) Mobile Safari/537", 2015, false},
		{"curl/8.5.0", 2024, false},
		{"Opera/9.80 (Windows NT 6.1; WOW64; U; ru) Presto/2.10.289 Version/12.01", 2015, false},
	} {
		r := triage.Request{Client: "192.0.2.1", Method: "GET", Path: "/", Status: 200, Size: 1, Agent: c.agent, Time: at(c.year)}
		sv, err := triage.Examine(triage.NewSliceLog([]triage.Request{r}, func(*triage.Request) []triage.Finding { return nil }), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(sv.Marks) > 0; got != c.odd {
			t.Errorf("%s in %d: marked %v (%+v)", c.agent, c.year, got, sv.Findings)
		}
	}
}

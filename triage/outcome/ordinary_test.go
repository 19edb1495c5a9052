package outcome_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"spoor/triage"
	"spoor/triage/outcome"
)

// byPath forgets what was asked for, so that answers are compared with all of their path.
func byPath(o *outcome.Ordinary) { o.Method, o.Query, o.Body = "PUT", "", "" }

// reason is the reason of the attacker's attacks in a class that has an id; nil if there is none.
func reason(list []outcome.Attack, class triage.Class, id string) *triage.Reason {
	for i := range list {
		for k := range list[i].Reasons {
			if list[i].Client == attacker && list[i].Class == class && list[i].Reasons[k].ID == id {
				return &list[i].Reasons[k]
			}
		}
	}
	return nil
}

// A page with two parameters: /p.php?id= is small, ?report= is large and of many sizes, ?q= shows what it was sent.
func twoParameters() *scene {
	s := newScene()
	for i := range 60 {
		c := fmt.Sprintf("198.51.100.%d", i+1)
		s.hit(c, fmt.Sprintf("GET /p.php?id=%d", i%12+1), 200, int64(900+i%12))
		s.hit(c, fmt.Sprintf("GET /p.php?report=r%d", i%20), 200, int64(2000+(i%20)*4500))
		word := strings.Repeat("n", i%9+3)
		s.hit(c, "GET /p.php?lang=en&q="+word, 200, int64(5000+3*len(word)))
		s.hit(c, "GET /find.php?q="+word, 200, int64(300+3*len(word)))
	}
	return s
}

// What the path alone judges wrongly, both ways, the parameter judges rightly, and the reason says which was used.
func TestBaselineOfParameter(t *testing.T) {
	ladder := func(s *scene, field string, low, high int, refused, found int64) {
		for i := low; i <= high; i++ {
			size := refused
			if i > high-2 {
				size = found
			}
			s.hit(attacker, "GET /p.php?"+field+"="+strings.Repeat("../", i)+"etc/passwd", 200, size)
		}
	}
	tests := []struct {
		name         string
		class        triage.Class
		path         outcome.Outcome // by the path alone
		want         outcome.Outcome
		reason, says string
		add          func(*scene)
	}{
		{"a success among the sizes of another parameter", triage.Traversal, outcome.NoSign, outcome.Likely, "answers-follow", "unlike the 60 ordinary answers of /p.php with id (900 to 911 bytes)", func(s *scene) {
			ladder(s, "id", 1, 6, 700, 3100)
		}},
		{"a page that shows what it is sent", triage.Traversal, outcome.Likely, outcome.Failed, "reflected", "", func(s *scene) {
			for _, x := range []string{"../../../../etc/passwd", `..\..\..\..\etc\passwd`} {
				s.hit(attacker, "GET /find.php?q="+x, 200, int64(300+3*len(x)))
			}
			for _, x := range []string{"../../etc/hosts%00", "../../etc/group%00", "../../etc/issue%00"} {
				s.hit(attacker, "GET /find.php?q="+x, 400, 300)
			}
		}},
		{"a refusal that another parameter answers with", triage.Traversal, outcome.NoSign, outcome.Failed, "one-answer", "", func(s *scene) {
			for _, x := range []string{"etc/passwd", "etc/hosts", "etc/group", "etc/issue"} {
				s.hit(attacker, "GET /p.php?id=../../../../"+x, 200, 20000)
			}
		}},
		{"the value's own answer", triage.Traversal, outcome.NoSign, outcome.Failed, "value-alone", "of /p.php with id=7 (906 bytes)", func(s *scene) {
			for range 6 {
				s.hit("198.51.100.7", "GET /p.php?id=7", 200, 906)
			}
			for i := range 3 {
				s.hit(attacker, "GET /p.php?id=7"+strings.Repeat("/..", i+1)+"/../etc/passwd", 200, 906)
			}
		}},
		{"commands after an ordinary value", triage.RCE, outcome.NoSign, outcome.Likely, "answers-follow", "", func(s *scene) {
			for _, x := range []string{";cat+/etc/passwd", "|cat+/etc/passwd"} {
				s.hit(attacker, "GET /p.php?id=7"+x, 200, 2300)
			}
			for _, x := range []string{";cat+/etc/hosts", "|cat+/etc/hosts"} {
				s.hit(attacker, "GET /p.php?id=7"+x, 200, 1377)
			}
			for _, x := range []string{"`cat+/etc/issue`", "$(cat+/etc/group)", "%26%26cat+/etc/motd%26"} {
				s.hit(attacker, "GET /p.php?id=7"+x, 200, 650)
			}
		}},
		{"too few answers to the parameter", triage.Traversal, outcome.NoSign, outcome.NoSign, "answers-unlike", "ordinary answers of /p.php (", func(s *scene) {
			s.hit("198.51.100.7", "GET /p.php?file=a", 200, 1200)
			s.hit(attacker, "GET /p.php?file=../../../../etc/passwd", 200, 400_000)
		}},
		{"answered only to the payload", triage.Traversal, outcome.NoSign, outcome.NoSign, "status-unlike", "as none of the 12 ordinary answers of /export.php with f (302 × 12)", func(s *scene) {
			for i := range 12 {
				s.hit(fmt.Sprintf("198.51.100.%d", i+1), fmt.Sprintf("GET /export.php?f=%d", i), 302, 0)
			}
			s.hit(attacker, "GET /export.php?f=../../../../etc/passwd", 200, 1810)
		}},
		{"script shown as it is", triage.XSS, outcome.NoSign, outcome.Likely, "shown-unescaped", "grows by 3 bytes", func(s *scene) {
			for _, x := range []string{"<script>alert(1)</script>", "<script>alert(document.domain)</script>"} {
				s.hit(attacker, "GET /p.php?q="+x, 200, int64(5000+3*len(x)))
			}
		}},
		{"script escaped", triage.XSS, outcome.NoSign, outcome.Failed, "shown-escaped", "grows by 3 bytes", func(s *scene) {
			for _, x := range []string{"<script>alert(1)</script>", `<script>alert("x'")</script>`} {
				s.hit(attacker, "GET /p.php?q="+url.QueryEscape(x), 200, int64(5000+3*len(html.EscapeString(x))))
			}
		}},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			s := twoParameters()
			x.add(s)
			if got, _ := best(assessBy(t, s.reqs, byPath), x.class); got != x.path {
				t.Errorf("by the path %q, want %q", got, x.path)
			}
			list := assess(t, s.reqs)
			got, _ := best(list, x.class)
			r := reason(list, x.class, x.reason)
			if got != x.want || r == nil || !strings.Contains(r.Text, x.says) || len(r.Refs) == 0 {
				t.Errorf("%q, want %q by %s that says %q", got, x.want, x.reason, x.says)
				for _, a := range list {
					t.Logf("%s %s %s: %s %v", a.Client, a.Class, a.Place(), a.Outcome, a.Reasons)
				}
			}
		})
	}
}

// Injection that package blind judges has how its answers compare as a further reason.
func TestBesideInjection(t *testing.T) {
	s := twoParameters()
	s.hit(attacker, "GET /p.php?id=7%27", 200, 906)
	s.hit(attacker, "GET /p.php?id=7%27%20AND%20%27a%27=%27a", 200, 906)
	r := reason(assess(t, s.reqs), triage.SQLi, "answers-usual")
	if r == nil || !strings.Contains(r.Text, "ordinary answers of /p.php with id=7 (906 bytes)") || len(r.Refs) == 0 {
		t.Errorf("the reason is %+v", r)
	}
}

// Made-up sites: a page with some parameters of their own sizes is attacked through one of them, in vain or not. What is
// in vain is never said to have worked, and of what worked more is seen than by the path alone.
func TestBaselinesOfSites(t *testing.T) {
	var worked, seen, seenByPath, vain, wrongByPath int
	for seed := range uint64(120) {
		rng := rand.New(rand.NewPCG(seed, 5))
		answer := make([]func(value string) int64, 2+rng.IntN(3))
		for i := range answer {
			base, step, of := int64(400+rng.IntN(30_000)), int64(20+rng.IntN(3000)), 1+rng.IntN(12)
			switch rng.IntN(3) {
			case 0: // one page
				answer[i] = func(string) int64 { return base }
			case 1: // a page for each value
				answer[i] = func(v string) int64 { return base + step*int64(len(v)*7%of) }
			default: // what was sent is shown
				answer[i] = func(v string) int64 { return base + int64(2*len(html.EscapeString(v))) }
			}
		}
		s := newScene()
		for k := range 150 {
			i := rng.IntN(len(answer))
			v := strings.Repeat("w", 1+rng.IntN(14))
			s.hit(fmt.Sprintf("198.51.100.%d", k%60+1), fmt.Sprintf("GET /a.php?p%d=%s", i, v), 200, answer[i](v))
		}
		target := rng.IntN(len(answer))
		success := rng.IntN(2) == 0
		miss := int64(300 + rng.IntN(20_000)) // what the page answers to names that it does not know, if it has such an answer
		own := rng.IntN(2) == 0
		size := int64(900 + rng.IntN(2500))
		for depth := 1; depth <= 8; depth++ {
			for _, f := range []string{"etc/passwd", "etc/hosts"} {
				v := strings.Repeat("../", depth) + f
				n := answer[target](v)
				if own {
					n = miss
				}
				if success && depth >= 5 {
					n = answer[target]("w") + size + int64(len(f)%2*700)
				}
				s.hit(attacker, fmt.Sprintf("GET /a.php?p%d=%s", target, v), 200, n)
			}
		}
		got, why := best(assess(t, s.reqs), triage.Traversal)
		path, _ := best(assessBy(t, s.reqs, byPath), triage.Traversal)
		switch {
		case success:
			worked++
			if outcome.Worked(got) {
				seen++
			}
			if outcome.Worked(path) {
				seenByPath++
			}
		default:
			vain++
			if outcome.Worked(got) {
				t.Errorf("seed %d: in vain, but %s by %s", seed, got, why)
			}
			if outcome.Worked(path) {
				wrongByPath++
			}
		}
	}
	t.Logf("%d worked: seen %d, by the path alone %d; %d in vain: by the path alone %d are said to have worked", worked, seen, seenByPath, vain, wrongByPath)
	if seen*10 < worked*6 || seen <= seenByPath {
		t.Errorf("%d of %d that worked are seen, by the path alone %d", seen, worked, seenByPath)
	}
}

package triage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage"
)

// The chains of the scenes: what belongs together comes together, and what does not stays out.

const opera = "Opera/9.80 (Windows NT 6.1; U; zh-cn) Presto/2.6.30 Version/10.63"

// writes is an injection that writes a file, and the tries before it.
func (s *scene) writes(at time.Duration, client, page, file, agent string) {
	for i := range 8 {
		s.add(at-time.Duration(8-i)*20*time.Second, client, fmt.Sprintf("GET %s?id=%d'+UNION+SELECT+%d,user()--+-", page, i, i), []int{500, 200}[i%2], 800, "", agent)
	}
	s.add(at, client, "GET "+page+"?id=1+UNION+SELECT+0x3c3f,2+INTO+OUTFILE+'/srv/www"+file+"'", 200, 800, "", agent)
}

// posts are n uses of a script, a minute apart.
func (s *scene) posts(at time.Duration, client, path string, n int, agent string) {
	for i := range n {
		s.add(at+time.Duration(i)*time.Minute, client, "POST "+path, 200, int64(30+i*7), "", agent)
	}
}

// withShells are the incidents that have a shell.
func withShells(sv *triage.Survey) (out []triage.Incident) {
	for _, in := range sv.Incidents {
		if len(in.Shells) > 0 {
			out = append(out, in)
		}
	}
	return out
}

// lanesOf writes the lanes of an incident as "A:client client B:client".
func lanesOf(in triage.Incident) string {
	var out []string
	for _, l := range in.Lanes {
		out = append(out, l.Label+":"+strings.Join(l.Clients, " "))
	}
	return strings.Join(out, " ")
}

func TestIncidentScenes(t *testing.T) {
	const at = 6*day + 3*time.Hour
	for _, c := range []struct {
		name string
		act  func(*scene)
		want []string // lanes of each incident with a shell, by time
		out  string   // client that must be in none of them
	}{
		{"the planter and a finder of one shell are one incident in two lanes", func(s *scene) {
			s.plantAndUse()
		}, []string{"A:203.0.113.9 203.0.113.10 B:198.51.100.7"}, ""},
		{"two intruders with two shells are two incidents", func(s *scene) {
			s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", oldIE)
			s.posts(at+5*time.Minute, "203.0.113.9", "/pics/thumb.php", 6, oldIE)
			s.writes(at+10*time.Minute, "198.51.100.7", "/item.php", "/pics/cache.php", opera)
			s.posts(at+15*time.Minute, "198.51.100.7", "/pics/cache.php", 6, opera)
		}, []string{"A:203.0.113.9", "A:198.51.100.7"}, ""},
		{"a planter whose file another address uses first", func(s *scene) {
			s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", firefox)
			s.posts(at+20*time.Minute, "203.0.113.44", "/pics/thumb.php", 6, oldIE)
		}, []string{"A:203.0.113.9 203.0.113.44"}, ""},
		{"one who hops from address to address with an agent of his own", func(s *scene) {
			s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", opera)
			for i := range 4 {
				s.posts(at+time.Duration(10+i*12)*time.Minute, fmt.Sprintf("203.0.113.%d", 20+i), "/pics/thumb.php", 4, opera)
			}
		}, []string{"A:203.0.113.9 203.0.113.20 203.0.113.21 203.0.113.22 203.0.113.23"}, ""},
		{"a common agent and the same shell are not enough", func(s *scene) {
			s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", firefox)
			s.posts(at+10*time.Minute, "203.0.113.9", "/pics/thumb.php", 6, firefox)
			s.posts(at+30*time.Hour, "198.51.100.7", "/pics/thumb.php", 6, firefox)
		}, []string{"A:203.0.113.9 B:198.51.100.7"}, ""},
		{"a sweep that met the shell by its name", func(s *scene) {
			s.plantAndUse()
			for i, p := range []string{"/a1.php", "/b/qq.php", "/pics/zz.php", "/t.php", "/pics/thumb.php", "/up.php"} {
				status := 404
				if p == "/pics/thumb.php" {
					status = 200
				}
				s.add(at+3*day+time.Duration(i)*time.Second, "203.0.113.99", "POST "+p, status, 200, "", chrome)
			}
		}, []string{"A:203.0.113.9 203.0.113.10 B:198.51.100.7"}, "203.0.113.99"},
		{"a sweep that asked for the shell before it was there", func(s *scene) {
			s.plantAndUse()
			for i, p := range []string{"/a1.php", "/b/qq.php", "/pics/thumb.php", "/t.php"} {
				s.add(at-day+time.Duration(i)*time.Second, "203.0.113.99", "POST "+p, 404, 200, "", oldIE)
			}
		}, []string{"A:203.0.113.9 203.0.113.10 B:198.51.100.7"}, "203.0.113.99"},
		{"a scanner at the same time that finds nothing", func(s *scene) {
			s.plantAndUse()
			for i := range 60 {
				s.add(at+time.Duration(i)*time.Second, "203.0.113.99", fmt.Sprintf("GET /list.php?q=%d'+UNION+SELECT+%d,user()--+-", i, i), 200, 900, "", "sqlmap/1.8 (https://sqlmap.org)")
			}
		}, []string{"A:203.0.113.9 203.0.113.10 B:198.51.100.7"}, "203.0.113.99"},
		{"an attacker of the same place, days before and with another tool", func(s *scene) {
			s.plantAndUse()
			for i := range 60 {
				s.add(2*day+time.Duration(i)*time.Second, "203.0.113.99", fmt.Sprintf("GET /item.php?id=%d'+UNION+SELECT+%d,user()--+-", i, i), 200, 900, "", "sqlmap/1.8 (https://sqlmap.org)")
			}
		}, []string{"A:203.0.113.9 203.0.113.10 B:198.51.100.7"}, "203.0.113.99"},
		{"a crawler that fetched the shell", func(s *scene) {
			s.plantAndUse()
			s.add(at+3*day, "203.0.113.99", "GET /pics/thumb.php", 200, 30, "", "Mozilla/5.0 (compatible; ExampleBot/1.0; +https://bot.example)")
		}, []string{"A:203.0.113.9 203.0.113.10 B:198.51.100.7"}, "203.0.113.99"},
		{"a finder who came by a sweep and then came back", func(s *scene) {
			s.plantAndUse()
			for i, p := range []string{"/a1.php", "/b/qq.php", "/pics/zz.php", "/t.php", "/pics/thumb.php"} {
				s.add(at+2*day+time.Duration(i)*time.Second, "203.0.113.99", "POST "+p, []int{404, 404, 404, 404, 200}[i], 200, "", opera)
			}
			s.posts(at+2*day+5*time.Hour, "203.0.113.99", "/pics/thumb.php", 4, opera)
		}, []string{"A:203.0.113.9 203.0.113.10 B:203.0.113.99 C:198.51.100.7"}, ""},
		{"a second shell that the first one planted", func(s *scene) {
			s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", opera)
			s.posts(at+5*time.Minute, "203.0.113.9", "/pics/thumb.php", 6, opera)
			s.posts(at+20*time.Minute, "203.0.113.9", "/pics/old/cfg.php", 8, opera)
		}, []string{"A:203.0.113.9"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene()
			c.act(s)
			sv, _ := s.survey(t, nil)
			var got []string
			chains := withShells(sv)
			slices.SortStableFunc(chains, func(a, b triage.Incident) int { return a.First.Compare(b.First) })
			for _, in := range chains {
				got = append(got, lanesOf(in))
				checkIncident(t, in)
				if slices.Contains(in.Clients, c.out) {
					t.Errorf("%s is in %s", c.out, in.Title)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("incidents %q, want %q", got, c.want)
				for _, w := range sv.Webshells {
					t.Logf("%s scores %d", w.Path, w.Score)
				}
				for _, x := range sv.Intruders {
					t.Logf("%s: %v %+v", x.Name, x.Clients, x.Links)
				}
			}
			for _, in := range sv.Incidents {
				if len(in.Shells) == 0 && in.Level > triage.Medium {
					t.Errorf("%s is %s", in.Title, in.Level)
				}
			}
		})
	}
}

// checkIncident holds what is true of every incident with a shell.
func checkIncident(t *testing.T, in triage.Incident) {
	t.Helper()
	steps := 0
	for i, s := range in.Steps {
		if !slices.Contains(triage.StepKinds, s.Kind) || s.Ref == "" || s.Text == "" || s.Confidence == "" || s.Link == "" {
			t.Errorf("step %+v lacks something", s)
		}
		if i > 0 && s.Time.Before(in.Steps[i-1].Time) || s.Time.Before(in.First) || s.Time.After(in.Last) {
			t.Errorf("step %d goes back in time or out of the incident", i)
		}
		if s.Client != "" && !slices.Contains(in.Clients, s.Client) {
			t.Errorf("step %+v is by a client who is not of the incident", s)
		}
		if len(s.Refs) > triage.MaxRefs {
			t.Errorf("step %d has %d references", i, len(s.Refs))
		}
	}
	for _, p := range in.Phases {
		steps += p.Steps
	}
	if steps != len(in.Steps) || len(in.Summary) == 0 {
		t.Errorf("%d steps in the phases, %d in all, %d sentences", steps, len(in.Steps), len(in.Summary))
	}
	if len(in.Mapped) != len(in.Techniques) {
		t.Errorf("techniques %v, mapped %+v", in.Techniques, in.Mapped)
	}
	for _, m := range in.Mapped {
		if m.Name == "" || m.Source == "" || m.Why == "" || len(m.Refs) == 0 {
			t.Errorf("technique %+v lacks something", m)
		}
	}
	for _, g := range in.Gaps {
		if g.Text == "" || g.To.Before(g.From) {
			t.Errorf("gap %+v", g)
		}
	}
}

// What an intruder looked at before, and what somebody else behind the same address did.
func TestIncidentRecon(t *testing.T) {
	s := newScene()
	at := 6*day + 3*time.Hour
	s.visit(at-20*time.Minute, "203.0.113.9", oldIE)
	s.visit(at-10*time.Minute, "203.0.113.9", chrome) // another person behind the address
	s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", oldIE)
	s.posts(at+5*time.Minute, "203.0.113.9", "/pics/thumb.php", 6, oldIE)
	sv, reqs := s.survey(t, nil)
	in := sv.Incidents[0]
	checkIncident(t, in)
	looks := kindOf(in, "recon")
	if len(looks) != 1 || looks[0].Count != 3 || !strings.Contains(looks[0].Text, "/list.php") {
		t.Fatalf("recon: %+v", looks)
	}
	for _, st := range in.Steps {
		for _, ref := range append([]string{st.Ref}, st.Refs...) {
			for _, r := range reqs {
				if r.Ref == ref && r.Agent == chrome {
					t.Errorf("%s of another person is in step %s", ref, st.Text)
				}
			}
		}
	}
	if got := in.Steps[0].Time; !in.First.Equal(got) {
		t.Errorf("the incident begins %s, its first step %s", in.First, got)
	}
}

func kindOf(in triage.Incident, kind string) (out []triage.Step) {
	for _, s := range in.Steps {
		if s.Kind == kind {
			out = append(out, s)
		}
	}
	return out
}

// Commands in the query of a shell, files that they name, files of the listing beside a use, and an archive that
// nobody else fetched.
func TestIncidentCommandsAndWhatCameOfThem(t *testing.T) {
	s := newScene()
	at := 6*day + 3*time.Hour
	s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", oldIE)
	for i, q := range []string{"whoami", "dir+c:\\inetpub", "whoami", "rar+a+-hpx+c:\\inetpub\\pics\\o.rar+d:\\data", "echo+x+>+/srv/www/pics/x9.php"} {
		s.add(at+time.Duration(5+i)*time.Minute, "203.0.113.9", "GET /pics/thumb.php?a="+q, 200, int64(300+i), "", oldIE)
	}
	s.add(at+12*time.Minute, "203.0.113.9", "GET /pics/o.rar", 200, 40<<20, "", oldIE)
	s.add(at+13*time.Minute, "203.0.113.9", "GET /pics/big.zip", 200, 5<<20, "", oldIE)
	s.add(2*day, "192.0.2.77", "GET /pics/big.zip", 200, 5<<20, site+"/list.php", chrome)
	s.add(at+40*time.Minute, "203.0.113.9", "POST /pics/x9.php", 200, 77, "", oldIE)
	s.add(at+41*time.Minute, "203.0.113.9", "GET /pics/thumb.php?a=type+big.log", 200, 3<<20, "", oldIE)
	written := s.start.Add(at + 9*time.Minute + 2*time.Second)
	files := []triage.File{
		{Ref: "f:0", Path: "/srv/www/index.php", Verdict: triage.KnownGood, Size: 10, ModTime: s.start},
		{Ref: "f:1", Path: "/srv/www/pics/x9.php", Verdict: triage.Unknown, Size: 10, ModTime: written},
		{Ref: "f:2", Path: "/srv/www/inc/deploy.php", Verdict: triage.Changed, Size: 10, ModTime: s.start.Add(at + 9*time.Hour)},
		{Ref: "f:3", Path: "/srv/www/pics/p77.jpg", Verdict: triage.Unknown, Size: 10, ModTime: written},
	}
	sv, _ := s.survey(t, files)
	in := sv.Incidents[0]
	checkIncident(t, in)
	var commands []string
	for _, c := range kindOf(in, "command") {
		text, _, _ := strings.Cut(c.Text, " · ")
		commands = append(commands, fmt.Sprintf("%s x%d %s", text, max(1, c.Count), strings.Join(c.Techniques, " ")))
	}
	want := []string{"whoami x2 T1033", `dir c:\inetpub x1 T1083`, `rar a -hpx c:\inetpub\pics\o.rar d:\data x1 T1560.001`}
	if len(commands) < 3 || !slices.Equal(commands[:3], want) {
		t.Errorf("commands %q, want %q first", commands, want)
	}
	texts := ""
	for _, f := range append(kindOf(in, "further"), kindOf(in, "download")...) {
		texts += f.Kind + " " + f.Ref + " " + f.Text + "\n"
	}
	for _, w := range []string{"names c:\\inetpub\\pics\\o.rar", "/srv/www/pics/x9.php; the listing has it", "a new script answers: /pics/x9.php", "download", "fetches /pics/o.rar, 40 MiB", "thumb.php answers with 3072 KiB"} {
		if !strings.Contains(texts, w) {
			t.Errorf("nothing says %q in\n%s", w, texts)
		}
	}
	for _, w := range []string{"big.zip", "deploy.php", "p77.jpg"} {
		if strings.Contains(texts, w) {
			t.Errorf("%s is told to come of it:\n%s", w, texts)
		}
	}
	if in.Level != triage.Critical || !slices.Contains(in.Techniques, "T1560.001") || slices.ContainsFunc(in.Gaps, func(g triage.Gap) bool { return strings.Contains(g.Text, "what was done") }) {
		t.Errorf("level %s, techniques %v, gaps %+v", in.Level, in.Techniques, in.Gaps)
	}
	if !slices.ContainsFunc(sv.Intruders[0].Observed, func(o triage.Observable) bool { return o.ID == "T1033" }) {
		t.Errorf("the intruder is not told to have run whoami: %+v", sv.Intruders[0].Observed)
	}
}

// A shell that only takes commands from the URL, with no plant in the log: access logs alone tell what was run.
func TestIncidentCommandsOfAccessLogs(t *testing.T) {
	s := newScene()
	at := 6*day + 3*time.Hour
	for i, q := range []string{"cmd=d2hvYW1p", "cmd=bHMgLWxhIC92YXI%3D", "cmd=id", "cmd=d2hvYW1p"} {
		s.add(at+time.Duration(5+i)*time.Minute, "203.0.113.9", "GET /pics/thumb.php?"+q, 200, int64(300+i), "", oldIE)
	}
	sv, _ := s.survey(t, nil)
	chains := withShells(sv)
	if len(chains) != 1 {
		t.Fatalf("%d incidents", len(chains))
	}
	checkIncident(t, chains[0])
	var got []string
	for _, c := range kindOf(chains[0], "command") {
		text, _, _ := strings.Cut(c.Text, " · ")
		got = append(got, fmt.Sprintf("%s x%d", text, max(1, c.Count)))
	}
	if want := []string{"whoami x2", "ls -la /var x1", "id x1"}; !slices.Equal(got, want) {
		t.Errorf("commands %q, want %q", got, want)
	}
}

// A second shell that only another address uses is of the chain if a command at the first names its file, or its
// file was written within minutes of a use; without either it is not.
func TestIncidentSecondShell(t *testing.T) {
	at := 6*day + 3*time.Hour
	for _, c := range []struct {
		name, query string
		written     time.Duration // of the second file; 0 for no listing
		want        string
	}{
		{"a command names it", "a=echo+x+>+/srv/www/pics/old/cfg.php", 0, "a command at thumb.php names it"},
		{"written within minutes of a use", "a=whoami", 10 * time.Minute, "its file was last written 4 min after a request to thumb.php"},
		{"written long after", "a=whoami", 5 * time.Hour, ""},
		{"nothing says so", "a=whoami", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene()
			s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", oldIE)
			s.add(at+4*time.Minute, "203.0.113.9", "GET /pics/thumb.php?"+c.query, 200, 300, "", oldIE)
			s.posts(at+5*time.Minute, "203.0.113.9", "/pics/thumb.php", 2, oldIE)
			s.posts(at+9*time.Hour, "198.51.100.7", "/pics/old/cfg.php", 8, opera)
			var files []triage.File
			if c.written > 0 {
				files = []triage.File{{Ref: "f:1", Path: "/srv/www/pics/old/cfg.php", Verdict: triage.Unknown, Size: 10, ModTime: s.start.Add(at + c.written)}}
			}
			sv, _ := s.survey(t, files)
			chains := withShells(sv)
			if c.want == "" {
				if len(chains) != 2 {
					t.Errorf("%d incidents with a shell, want 2", len(chains))
				}
				return
			}
			if len(chains) != 1 || lanesOf(chains[0]) != "A:203.0.113.9 B:198.51.100.7" {
				t.Fatalf("%d incidents with a shell, the first of %s", len(chains), lanesOf(chains[0]))
			}
			checkIncident(t, chains[0])
			told := false
			for _, f := range kindOf(chains[0], "further") {
				told = told || strings.Contains(f.Text, "a second shell appears: /pics/old/cfg.php") && strings.HasPrefix(f.Link, c.want) && f.Confidence == "possible"
			}
			if !told {
				t.Errorf("no step says that it is possible: %+v", kindOf(chains[0], "further"))
			}
		})
	}
}

// A script used once by somebody else is no shell by its use; that a command of a shell wrote it is told.
func TestIncidentScriptOfStranger(t *testing.T) {
	s := newScene()
	at := 6*day + 3*time.Hour
	s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", oldIE)
	s.posts(at+5*time.Minute, "203.0.113.9", "/pics/thumb.php", 5, oldIE)
	s.add(at+12*time.Minute, "203.0.113.9", "GET /pics/thumb.php?a=echo+x+>+note.php", 200, 300, "", oldIE)
	s.add(at+3*time.Hour, "198.51.100.7", "GET /pics/note.php", 200, 77, "", chrome)
	s.add(at+4*time.Hour, "198.51.100.8", "GET /other.php", 200, 77, "", chrome)
	sv, _ := s.survey(t, nil)
	in := withShells(sv)[0]
	checkIncident(t, in)
	texts := ""
	for _, f := range kindOf(in, "further") {
		texts += f.Confidence + " " + f.Text + "\n"
	}
	if !strings.Contains(texts, "possible a script appears: /pics/note.php, first used by another address, 198.51.100.7") || strings.Contains(texts, "other.php") {
		t.Errorf("further: %s", texts)
	}
}

// A shell that nobody is seen to plant, used to the log's end: the gaps say so.
func TestIncidentGaps(t *testing.T) {
	s := newScene()
	for i := range 3 {
		s.posts(time.Duration(3+2*i)*day+2*time.Hour, "198.51.100.7", "/pics/thumb.php", 6, oldIE)
	}
	s.posts(9*day+22*time.Hour, "198.51.100.7", "/pics/thumb.php", 3, oldIE)
	sv, _ := s.survey(t, nil)
	chains := withShells(sv)
	if len(chains) != 1 {
		t.Fatalf("%d incidents", len(chains))
	}
	in := chains[0]
	checkIncident(t, in)
	all := ""
	quiet := 0
	for _, g := range in.Gaps {
		all += g.Text + "\n"
		if g.Kind == "quiet" {
			quiet++
		}
	}
	for _, w := range []string{"quiet for 1d 23h", "the plant is not in the evidence", "the log ends", "no request bodies", "no listing"} {
		if !strings.Contains(all, w) {
			t.Errorf("no gap says %q:\n%s", w, all)
		}
	}
	if in.Level != triage.High || quiet != 3 || !strings.Contains(in.Title, "plant not seen") {
		t.Errorf("%s %s, %d quiet stretches", in.Level, in.Title, quiet)
	}
}

// Two sites of one log, each with a shell of the same name.
func TestIncidentOfTwoHosts(t *testing.T) {
	s := newScene()
	for i := range s.requests {
		s.requests[i].Host = []string{"shop.example", "blog.example:443"}[i%2]
	}
	n := len(s.requests)
	at := 6*day + 3*time.Hour
	s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", oldIE)
	s.posts(at+5*time.Minute, "203.0.113.9", "/pics/thumb.php", 6, oldIE)
	for i := n; i < len(s.requests); i++ {
		s.requests[i].Host = "shop.example"
	}
	n = len(s.requests)
	s.writes(at+2*time.Hour, "198.51.100.7", "/item.php", "/pics/thumb.php", opera)
	s.posts(at+2*time.Hour+5*time.Minute, "198.51.100.7", "/pics/thumb.php", 6, opera)
	for i := n; i < len(s.requests); i++ {
		s.requests[i].Host = "blog.example:443"
	}
	n = len(s.requests)
	s.posts(at+5*time.Hour, "203.0.113.9", "/pics/thumb.php", 2, oldIE) // by address, as intruders do
	for i := n; i < len(s.requests); i++ {
		s.requests[i].Host = "192.0.2.1"
	}
	sv, _ := s.survey(t, nil)
	chains := withShells(sv)
	if len(chains) != 2 {
		t.Fatalf("%d incidents: %+v", len(chains), chains)
	}
	slices.SortFunc(chains, func(a, b triage.Incident) int { return a.First.Compare(b.First) })
	for i, want := range []string{"203.0.113.9", "198.51.100.7"} {
		in := chains[i]
		if !slices.Equal(in.Clients, []string{want}) || len(kindOf(in, "plant")) != 1 || kindOf(in, "plant")[0].Client != want || in.Level != triage.Critical {
			t.Errorf("%s: clients %v, plants %+v", in.Title, in.Clients, kindOf(in, "plant"))
		}
	}
	if chains[0].Ref == chains[1].Ref {
		t.Error("two incidents have one reference")
	}
}

// A command that the body of a request and the events of the server both show is one step that cites both, and a
// request that two logs have is one use.
func TestIncidentCommandsKnownTwice(t *testing.T) {
	s := newScene()
	at := 6*day + 3*time.Hour
	s.writes(at, "203.0.113.9", "/item.php", "/pics/thumb.php", oldIE)
	n := len(s.requests)
	s.posts(at+5*time.Minute, "203.0.113.9", "/pics/thumb.php", 6, oldIE)
	for i := n; i < n+3; i++ {
		twin := s.requests[i]
		twin.Source, twin.Body, twin.Referer = "audit.log", fmt.Sprintf("x=command %d", i-n), fmt.Sprint(i) // told apart by the slice log
		s.requests = append(s.requests, twin)
	}
	slices.SortStableFunc(s.requests, func(a, b triage.Request) int { return a.Time.Compare(b.Time) })
	refs := map[string]string{} // by body: the reference
	for i := range s.requests {
		r := &s.requests[i]
		r.Line = int64(i + 1)
		r.Ref = triage.RequestRef("abc123", r.Line)
		if r.Body != "" {
			refs[r.Body] = r.Ref
		}
	}
	judge := triage.NewJudge()
	log := triage.NewSliceLog(s.requests, func(r *triage.Request) []triage.Finding {
		if cmd, ok := strings.CutPrefix(r.Body, "x=command "); ok {
			return []triage.Finding{{Rule: "body-test", Class: triage.WebshellUse, Level: triage.Critical, Field: "body:x",
				Match: []string{"whoami", "netstat -ano", "dir c:\\"}[cmd[0]-'0'], Why: "a command"}}
		}
		return judge.Request(r)
	})
	var procs []triage.Process
	for i, cmd := range []string{"", "netstat -ano", "", "systeminfo"} {
		if cmd == "" {
			continue
		}
		for k, line := range []string{`"cmd" /c "cd /d C:\inetpub\wwwroot\pics&` + cmd + `&echo [S]&cd&echo [E]"`, cmd} {
			p := triage.Process{Ref: triage.RequestRef("ee0000", int64(2*i+k)), Source: "events.jsonl", Line: int64(2*i + k), Time: s.start.Add(at + time.Duration(5+i)*time.Minute + time.Duration(300+50*k)*time.Millisecond),
				Image: []string{`C:\Windows\System32\cmd.exe`, `C:\Windows\System32\` + strings.Fields(cmd)[0] + ".exe"}[k], CommandLine: line,
				ParentImage: []string{`C:\Windows\System32\inetsrv\w3wp.exe`, `C:\Windows\System32\cmd.exe`}[k], ParentCommandLine: []string{"w3wp.exe -ap x", `"cmd" /c "x&echo [S]&cd&echo [E]"`}[k]}
			p.Findings = triage.JudgeProcess(&p)
			procs = append(procs, p)
		}
	}
	sv, err := triage.Examine(log, nil, procs)
	if err != nil {
		t.Fatal(err)
	}
	if len(sv.Spawned) != 4 {
		t.Fatalf("%d processes are linked: %+v", len(sv.Spawned), sv.Spawned)
	}
	in := withShells(sv)[0]
	checkIncident(t, in)
	var got []string
	for _, c := range kindOf(in, "command") {
		text, _, _ := strings.Cut(c.Text, " · ")
		got = append(got, fmt.Sprintf("%s, %d more records, %s", text, len(c.Refs), strings.Join(c.Techniques, " ")))
		if text == "netstat -ano" && (!slices.Contains(c.Refs, "r:ee0000.2") || !slices.Contains(c.Refs, "r:ee0000.3") || c.Ref != refs["x=command 1"] && !slices.Contains(c.Refs, refs["x=command 1"])) {
			t.Errorf("the command known both ways cites %s and %v", c.Ref, c.Refs)
		}
	}
	want := []string{"whoami, 1 more records, T1033", "netstat -ano, 3 more records, T1049 T1059.003", `dir c:\, 1 more records, T1083`,
		"systeminfo, 2 more records, T1059.003 T1082"}
	if !slices.Equal(got, want) {
		t.Errorf("commands\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if uses := kindOf(in, "use"); len(uses) != 1 || uses[0].Count != 6 {
		t.Errorf("uses: %+v", uses)
	}
}

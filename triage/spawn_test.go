package triage_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spoor/triage"
)

func TestLabSpawned(t *testing.T) {
	needLab(t)
	files, err := filepath.Glob(filepath.Join(labDir, "iis/*.log.gz"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var requests []triage.Request
	for i, f := range files {
		requests = append(requests, readLog(t, fmt.Sprintf("aa%04x", i), f)...)
	}
	j := triage.NewJudge()
	log := triage.NewSliceLog(requests, j.Request)
	procs := readProcesses(t, filepath.Join(labDir, "events/sysmon-winlogbeat.jsonl.gz"))
	sv, err := triage.Examine(log, nil, procs)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range sv.Spawned {
		if x.Script != "/images/reviews/rthumb.aspx" || x.GapMS < 0 || x.GapMS > 3000 || !x.Sure || x.Client == "" {
			t.Errorf("%+v", x)
		}
	}
	if len(sv.Spawned) != 15 || sv.ClockSkewMS != 0 {
		t.Errorf("%d processes are linked, skew %d ms", len(sv.Spawned), sv.ClockSkewMS)
	}
	shell := sv.Webshells[0]
	if shell.Path != "/images/reviews/rthumb.aspx" || shell.Reasons[0].ID != "spawns" || shell.Reasons[0].Weight != 70 {
		t.Errorf("%+v", shell)
	}
	for _, s := range sv.Webshells[1:] {
		for _, r := range s.Reasons {
			if r.ID == "spawns" {
				t.Errorf("%s spawns too", s.Path)
			}
		}
	}
}

// spawnSite makes a busy site of three days with a script that is posted to now and then, and commands that
// follow some of its requests.
func spawnSite(millis int64) (requests []triage.Request, commands []triage.Process) {
	start := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
	add := func(at time.Time, client, method, path string) {
		n := int64(len(requests) + 1)
		requests = append(requests, triage.Request{Ref: triage.RequestRef("abcdef", n), Source: "a.log", Line: n, Time: at.Truncate(time.Second), Client: client,
			Method: method, Path: path, Status: 200, Size: 500, Millis: millis, Protocol: "HTTP/1.1"})
	}
	next := start
	for i := range 9000 {
		next = next.Add(29 * time.Second)
		add(next, fmt.Sprintf("198.51.100.%d", i%200), "POST", "/checkout.php")
		if i > 4000 && i%500 == 0 {
			at := next.Add(3 * time.Second)
			add(at, "203.0.113.9", "POST", "/app/help.php")
			commands = append(commands, triage.Process{Ref: triage.RequestRef("fedcba", int64(i)), Line: int64(i), Host: "h", PID: int64(i), Time: at.Add(700 * time.Millisecond),
				Image: "/bin/sh", CommandLine: "sh -c id", ParentPID: 7, ParentImage: "/usr/sbin/apache2"})
		}
	}
	return requests, commands
}

func TestSpawnedByChance(t *testing.T) {
	for _, c := range []struct {
		name   string
		skew   time.Duration
		edit   func(*triage.Process)
		linked int
		weight int
	}{
		{"clocks agree", 0, func(*triage.Process) {}, 9, 60},
		{"the event log's clock is ahead", 4 * time.Minute, func(*triage.Process) {}, 9, 60},
		{"the event log's clock is behind", -95 * time.Second, func(*triage.Process) {}, 9, 60},
		{"what is run is harmless", 0, func(p *triage.Process) { p.CommandLine = "sh -c /usr/bin/convert a.png b.png" }, 0, 0},
		{"an administrator runs it", 0, func(p *triage.Process) { p.ParentImage = "/usr/bin/bash" }, 0, 0},
	} {
		requests, procs := spawnSite(-1)
		for i := range procs {
			procs[i].Time = procs[i].Time.Add(c.skew)
			c.edit(&procs[i])
			procs[i].Findings = triage.JudgeProcess(&procs[i])
		}
		log := triage.NewSliceLog(requests, triage.NewJudge().Request)
		sv, err := triage.Examine(log, nil, procs)
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Duration(sv.ClockSkewMS) * time.Millisecond; (got - c.skew).Abs() > 2*time.Second {
			t.Errorf("%s: skew %v, want %v", c.name, got, c.skew)
		}
		weight := 0
		for _, s := range sv.Webshells {
			for _, r := range s.Reasons {
				if r.ID == "spawns" {
					if weight = r.Weight; s.Path != "/app/help.php" || len(r.Refs) == 0 || !strings.Contains(r.Text, "sh -c id") {
						t.Errorf("%s: %s: %+v", c.name, s.Path, r)
					}
				}
			}
		}
		if len(sv.Spawned) != c.linked || weight != c.weight {
			t.Errorf("%s: %d linked, weight %d; want %d, %d", c.name, len(sv.Spawned), weight, c.linked, c.weight)
		}
		for _, x := range sv.Spawned {
			if x.Script != "/app/help.php" || x.Client != "203.0.113.9" || x.GapMS < -2000 || x.GapMS > 3000 {
				t.Errorf("%s: %+v", c.name, x)
			}
		}
	}
}

// A doubtful script becomes a shell by what it makes the server run.
func TestSpawnedDecides(t *testing.T) {
	requests, procs := spawnSite(-1)
	score := func(procs []triage.Process) int {
		sv, err := triage.Examine(triage.NewSliceLog(requests, triage.NewJudge().Request), nil, procs)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sv.Webshells {
			if s.Path == "/app/help.php" {
				return s.Score
			}
		}
		return 0
	}
	if s := score(nil); s >= triage.ShellScore {
		t.Errorf("without events it scores %d", s)
	}
	for i := range procs {
		procs[i].Findings = triage.JudgeProcess(&procs[i])
	}
	if s := score(procs); s < triage.ShellScore {
		t.Errorf("with events it scores %d", s)
	}
}

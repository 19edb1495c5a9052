package triage_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/process"
	"spoor/triage/source"
)

// sampleProcess makes the process of a sample "parent > command line".
func sampleProcess(t testing.TB, sample string) *triage.Process {
	t.Helper()
	parent, line, ok := strings.Cut(sample, " > ")
	if !ok {
		t.Fatalf("sample %q has no parent", sample)
	}
	image := func(s string) string {
		if rest, ok := strings.CutPrefix(s, `"`); ok {
			s, _, _ = strings.Cut(rest, `"`)
			return s
		}
		if i := strings.Index(s, ".exe"); i >= 0 && strings.IndexByte(s[:i], ' ') < 0 {
			return s[:i+4]
		}
		s, _, _ = strings.Cut(s, " ")
		return s
	}
	return &triage.Process{Image: image(line), CommandLine: line, ParentImage: image(parent), ParentCommandLine: parent, PID: 7, ParentPID: 3,
		Host: "h", Time: time.Date(2025, 3, 8, 8, 44, 2, 0, time.UTC)}
}

func TestProcessRules(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range triage.Rules() {
		ids[r.ID] = true
	}
	technique := regexp.MustCompile(`^(?:T\d{4}(?:\.\d{3})?|S\d{4})$`)
	for _, r := range triage.ProcessRules() {
		if ids[r.ID] {
			t.Errorf("%s: id used twice", r.ID)
		}
		ids[r.ID] = true
		if r.Source == "" || r.Why == "" || r.Class == "" || r.Web == triage.None || r.Any > r.Web || len(r.Techniques) == 0 || len(r.Hit) == 0 || len(r.Miss) == 0 {
			t.Errorf("%s: source, why, class, level, technique or a sample is missing", r.ID)
		}
		if r.Whole == (len(r.Names) > 0) || r.Whole != (len(r.Words) > 0) || r.Whole && r.Args == "" {
			t.Errorf("%s: reads either whole lines or the arguments of named programs", r.ID)
		}
		for _, id := range r.Techniques {
			if !technique.MatchString(id) {
				t.Errorf("%s: %q is no technique", r.ID, id)
			}
		}
		for _, n := range r.Names {
			if n == "" || n != strings.ToLower(n) || strings.HasSuffix(n, ".exe") {
				t.Errorf("%s: name %q would never fit", r.ID, n)
			}
		}
		for _, s := range r.Hit {
			if f := triage.JudgeProcess(sampleProcess(t, s)); !fires(f, r.ID) {
				t.Errorf("%s: does not fire on %q (found %+v)", r.ID, s, f)
			}
		}
		for _, s := range r.Miss {
			if fires(triage.JudgeProcess(sampleProcess(t, s)), r.ID) {
				t.Errorf("%s: fires on %q", r.ID, s)
			}
		}
	}
}

func level(found []triage.Finding) triage.Level {
	if len(found) == 0 {
		return triage.None
	}
	return found[0].Level
}

func TestJudgeProcess(t *testing.T) {
	for _, c := range []struct {
		sample string
		want   triage.Level
	}{
		// What a server starts in the line of duty.
		{`w3wp.exe > "C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe" /noconfig /fullpaths @"C:\Windows\Temp\a.cmdline"`, triage.None},
		{`w3wp.exe > "C:\Program Files\wkhtmltopdf\bin\wkhtmltopdf.exe" -q http://localhost/invoice out.pdf`, triage.None},
		{`w3wp.exe > C:\Windows\system32\WerFault.exe -u -p 2164 -s 700`, triage.None},
		{`w3wp.exe > "C:\Windows\system32\cmd.exe" /c "D:\tools\thumb\resize.bat" 2272.jpg 640`, triage.None},
		{`cmd.exe /c whoami > \??\C:\Windows\system32\conhost.exe 0xffffffff -ForceV1`, triage.None},
		{`apache2 > sh -c /usr/bin/convert '/srv/in.png' -resize 200x200 '/srv/out.png'`, triage.None},
		{`php-fpm: pool www > sh -c /usr/sbin/sendmail -t -i`, triage.None},
		{`apache2 > sh -c command -v ffmpeg`, triage.None},
		{`httpd > /bin/sh -c /usr/sbin/rotatelogs /var/log/httpd/access.%Y 86400`, triage.None},
		{`postgres > sh -c cp pg_wal/000000010000 /mnt/archive/000000010000`, triage.None},
		{`node C:\work\node_modules\npm\bin\npm-cli.js run build > cmd.exe /d /s /c "whoami"`, triage.None},
		{`java -jar solr-start.jar > sh -c lsof -PniTCP:8983`, triage.Low},
		// What an administrator runs.
		{`explorer.exe > "C:\Windows\system32\cmd.exe"`, triage.None},
		{`sshd: ops > bash -c id; uname -a; cat /var/log/syslog`, triage.None},
		{`cmd.exe > netstat -ano`, triage.None},
		{`svchost.exe > powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File C:\Scripts\backup.ps1`, triage.None},
		{`cmd.exe > net user ops2 Secret1 /add`, triage.Low},
		// What a server has no business with, in disguises.
		{`w3wp.exe > cmd.exe /c"whoami"`, triage.High},
		{`w3wp.exe > cmd.exe /c w^h^o^ami`, triage.High},
		{`w3wp.exe > cmd.exe /s /c "cd /d C:\ & (start /b whoami /priv)"`, triage.High},
		{`w3wp.exe > cmd.exe /c for /f %i in ('whoami') do @echo %i`, triage.High},
		{`apache2 > sh -c cd /tmp; w"ho"ami`, triage.High},
		{`apache2 > sh -c X=1 sudo -n /usr/bin/id`, triage.Medium},
		{`php-fpm8.2 > sh -c echo "$(id)"`, triage.Medium},
		{`java -Dcatalina.base=/opt/tomcat > /bin/bash -c cat${IFS}/etc/passwd`, triage.High},
		{`C:\Program Files\Microsoft SQL Server\MSSQL15\MSSQL\Binn\sqlservr.exe > cmd.exe /c bcp.bat`, triage.High},
		{`w3wp.exe > C:\Windows\Temp\p.exe`, triage.High},
		{`apache2 > sh -c /dev/shm/.x/run`, triage.High},
		{`cmd.exe /c cd /d "c:\x\"&mystery&echo [S]&cd&echo [E] > mystery.exe`, triage.High},
	} {
		p := sampleProcess(t, c.sample)
		if strings.HasPrefix(c.sample, `C:\Program Files\Microsoft SQL`) {
			p.ParentImage = `C:\Program Files\Microsoft SQL Server\MSSQL15\MSSQL\Binn\sqlservr.exe`
		}
		if f := triage.JudgeProcess(p); level(f) != c.want {
			t.Errorf("%s: %v, want %v: %+v", c.sample, level(f), c.want, f)
		}
	}
}

func TestEncodedCommand(t *testing.T) {
	// whoami /all, in UTF-16LE and base64
	p := sampleProcess(t, "w3wp.exe > powershell -nop -w hidden -enc dwBoAG8AYQBtAGkAIAAvAGEAbABsAA==")
	f := triage.JudgeProcess(p)
	if !fires(f, "proc-whoami") || f[0].Rule != "proc-encoded" || f[0].Match != "whoami /all" {
		t.Errorf("%+v", f)
	}
	if d := triage.DecodeCommand(p); len(d) != 1 || d[0].Text != "whoami /all" {
		t.Errorf("%+v", d)
	}
	if d := triage.DecodeCommand(sampleProcess(t, "java > bash -c {echo,aWQgLWEgJiYgdW5hbWU=}|{base64,-d}|{bash,-i}")); len(d) == 0 || d[0].Text != "id -a && uname" {
		t.Errorf("%+v", d)
	}
}

func TestLineage(t *testing.T) {
	at := time.Date(2025, 3, 8, 8, 44, 2, 0, time.UTC)
	worker := triage.Process{Host: "h", PID: 10, GUID: "{W}", Image: `C:\Windows\System32\inetsrv\w3wp.exe`, ParentPID: 4, ParentImage: "svchost.exe"}
	shell := triage.Process{Host: "h", PID: 11, GUID: "{S}", Image: "cmd.exe", CommandLine: `cmd /c D:\x\run.bat 17`, ParentPID: 10, ParentGUID: "{W}", ParentImage: worker.Image}
	child := triage.Process{Host: "h", PID: 12, GUID: "{C}", Image: "whoami.exe", CommandLine: "whoami", ParentPID: 11, ParentGUID: "{s}", ParentImage: "cmd.exe"}
	for _, c := range []struct {
		name string
		edit func(worker, shell, child *triage.Process)
		want triage.Level
	}{
		{"by GUID", func(_, _, _ *triage.Process) {}, triage.High},
		{"by process id", func(w, s, c *triage.Process) { w.GUID, s.GUID, s.ParentGUID, c.ParentGUID = "", "", "", "" }, triage.High},
		{"by process id, Security 4688 without parent names", func(w, s, c *triage.Process) {
			w.GUID, s.GUID, s.ParentGUID, c.ParentGUID, s.ParentImage, c.ParentImage = "", "", "", "", "", ""
		}, triage.High},
		{"by command line", func(_, s, c *triage.Process) {
			c.ParentGUID, c.ParentPID, c.ParentCommandLine = "{other}", 99, s.CommandLine
		}, triage.High},
		{"the id belongs to another program now", func(_, _, c *triage.Process) { c.ParentGUID, c.ParentImage = "", "explorer.exe" }, triage.None},
		{"another host", func(_, _, c *triage.Process) { c.Host = "g" }, triage.None},
		{"the id is too old", func(_, _, c *triage.Process) { c.ParentGUID, c.Time = "", at.AddDate(0, 1, 0) }, triage.None},
		{"the shell is an administrator's", func(_, s, _ *triage.Process) {
			s.ParentPID, s.ParentGUID, s.ParentImage = 5, "{E}", "explorer.exe"
		}, triage.None},
	} {
		w, s, p := worker, shell, child
		w.Time, s.Time, p.Time = at.Add(-time.Hour), at, at.Add(50*time.Millisecond)
		c.edit(&w, &s, &p)
		var l triage.Lineage
		for _, x := range []*triage.Process{&w, &s, &p} {
			l.Judge(x)
		}
		if level(p.Findings) != c.want || level(w.Findings) != triage.None || level(s.Findings) != triage.None {
			t.Errorf("%s: %v, want %v", c.name, p.Findings, c.want)
		}
	}
}

// readProcesses reads and judges an event log of the shared evidence.
func readProcesses(t testing.TB, path string) []triage.Process {
	t.Helper()
	r, err := source.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("shared evidence is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out []triage.Process
	var l triage.Lineage
	if _, err := process.Read(r, triage.Source{Key: "abcdef", Path: filepath.Base(path)}, nil, func(p *triage.Process) error {
		l.Judge(p)
		out = append(out, *p)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLabProcesses(t *testing.T) {
	needLab(t)
	hostile := map[string]map[int64]bool{}
	r, err := source.Open(filepath.Join(labDir, "events/truth-events.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for d := json.NewDecoder(r); d.More(); {
		var x struct {
			File, Label string
			Line        int64
		}
		if err := d.Decode(&x); err != nil {
			t.Fatal(err)
		}
		if x.Label != "benign" {
			name := filepath.Base(x.File)
			if hostile[name] == nil {
				hostile[name] = map[int64]bool{}
			}
			hostile[name][x.Line] = true
		}
	}
	for _, name := range []string{"sysmon-winlogbeat.jsonl", "sysmon-evtx_dump.jsonl", "sysmon-evtxecmd.jsonl"} {
		hit := 0
		for _, p := range readProcesses(t, filepath.Join(labDir, "events", name+".gz")) {
			switch {
			case hostile[name][p.Line] && level(p.Findings) >= triage.Medium && p.ByServer():
				hit++
			case hostile[name][p.Line]:
				t.Errorf("%s:%d: missed: %s", name, p.Line, p.CommandLine)
			case len(p.Findings) > 0:
				t.Errorf("%s:%d: false alarm on %s: %+v", name, p.Line, p.CommandLine, p.Findings)
			}
		}
		if want := len(hostile[name]); hit != want || want != 15 {
			t.Errorf("%s: %d of %d found", name, hit, want)
		}
	}
}

func FuzzJudgeProcess(f *testing.F) {
	for _, r := range triage.ProcessRules() {
		for _, s := range r.Hit {
			parent, line, _ := strings.Cut(s, " > ")
			f.Add(parent, line)
		}
	}
	f.Add("w3wp.exe", `cmd /c "`+strings.Repeat(`cmd /c "(`, 50))
	f.Fuzz(func(t *testing.T, parent, line string) {
		p := triage.Process{ParentImage: parent, ParentCommandLine: parent, CommandLine: line}
		found := triage.JudgeProcess(&p)
		last := triage.Critical
		for _, x := range found {
			if x.Level > last || x.Level == triage.None || len(x.Match) > triage.MaxMatch || len(triage.ProcessTechniques(x.Rule)) == 0 || x.Why == "" {
				t.Errorf("%q > %q: %+v", parent, line, x)
			}
			last = x.Level
		}
		for _, d := range triage.DecodeCommand(&p) {
			if d.Text == "" || len(d.Text) > len(line)*2 {
				t.Errorf("%q decodes to %d bytes", line, len(d.Text))
			}
		}
	})
}

func BenchmarkJudgeProcess(b *testing.B) {
	needLab(b)
	all := readProcesses(b, filepath.Join(labDir, "events/sysmon-evtx_dump.jsonl.gz"))
	b.Run("alone", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			triage.JudgeProcess(&all[i%len(all)])
		}
	})
	b.Run("lineage", func(b *testing.B) {
		var l triage.Lineage
		for i := 0; b.Loop(); i++ {
			l.Judge(&all[i%len(all)])
		}
	})
}

package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
)

// hostileMarks are the fields of the case of poisonedCase that somebody else filled: each holds its mark, which a
// screen must show.
var hostileMarks = []string{
	"path", "query", "agent", "referer", "user", "host", "body", "answer", "logname", "refused", "reject", "file", "family",
	"image", "cmd", "puser", "phost", "parent", "note", "tag", "task", "first", "verdict", "analyst", "machine",
	"victim", "sector", "objective", "asked", "authority", "systems", "period",
	"source", "iactor", "name", "reason", "split", "webroot",
}

// poison is a text that a field is filled with: its mark and then what would act on a terminal.
func poison(field string) string {
	return "z" + field + "\x1b]52;c;ZQ==\x07\u009b2J\u202egpj\u2066\u200b"
}

// shownMark is how the mark of a field is to be read on a screen.
func shownMark(field string) string { return "z" + field + "<ESC>" }

// poisonedCase is a case all of whose fields are hostile. Its logs hold hostileLog too.
func poisonedCase(t testing.TB) *desk.Desk {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	lines := func(all ...map[string]any) string {
		var b strings.Builder
		for _, x := range all {
			must(json.NewEncoder(&b).Encode(x))
		}
		return b.String()
	}
	at := day.Add(time.Hour)
	shell := "/up/" + strings.ReplaceAll(poison("path"), ";", ",") + ".php" // after a semicolon begins no name of a file
	var seen []map[string]any
	for i := range 6 {
		seen = append(seen, map[string]any{"time": at.Add(time.Duration(i) * time.Minute), "client_ip": fmt.Sprintf("203.0.113.%d", 5+i%2), "method": "POST", "path": shell,
			"query": "c=" + poison("query") + "&u=http://bad.example/", "status": 200, "request_body": "x=system('id " + poison("body") + "')", "response_body": "uid=33(www-data) " + poison("answer"),
			"host": poison("host"), "remote_user": poison("user"), "http_referer": poison("referer"), "http_user_agent": poison("agent")})
	}
	events := lines(map[string]any{"EventID": 1, "SourceName": "Linux-Sysmon", "UtcTime": at.Add(time.Second).Format("2006-01-02 15:04:05.000"), "Hostname": poison("phost"),
		"ProcessGuid": "{1}", "ProcessId": "102", "Image": "/usr/bin/" + poison("image"), "CommandLine": "sh -c id;uname -a " + poison("cmd"), "User": poison("puser"),
		"ParentProcessGuid": "{A}", "ParentProcessId": "7", "ParentImage": "/usr/sbin/apache2", "ParentCommandLine": "apache2 " + poison("parent")})
	sum := func(i int) string { return fmt.Sprintf("%064x", i) }
	d, err := desk.OpenOrCreate(filepath.Join(dir, "case"), desk.Who{Analyst: poison("analyst"), Host: poison("machine")})
	must(err)
	t.Cleanup(func() { d.Close() })
	_, err = d.Load(context.Background(), desk.LoadOptions{
		Paths: []string{write(poison("logname")+".log", hostileLog()+poison("reject")+"\n"), write("api.json", lines(seen...)), write("events.json", events),
			write(poison("refused")+".jpg", "\xff\xd8\xff\xe0 not a log \x00\x01"),
			write("f.sha256", sum(1)+"  /srv/up/"+poison("file")+".php\n"+sum(2)+"  /srv"+shell+"\n"+sum(3)+"  /srv/up/s0\x1b[2J.php\n")},
		KnownBad: []string{write("bad.txt", sum(1)+";"+poison("family")+"\n"+sum(2)+";"+poison("family")+"\n")},
		Webroots: []string{filepath.Dir(write("www/"+poison("webroot")+".php", "<?php eval(base64_decode($_POST['x'])); // "+poison("code")+"\n"))},
	}, nil)
	must(err)
	_, _, err = d.AddIntel(write(poison("csv")+".csv", "type,value,actor,confidence,source,date\ndomain,bad.example,"+poison("iactor")+",80,,2025-03-01\nsha256,"+sum(1)+","+poison("iactor")+",80,,\n"), poison("source"), "B3", "")
	must(err)
	ref := shellOf(t, d).Ref
	n, err := d.AddNote(poison("first")+" [["+ref+"]]", []string{ref})
	must(err)
	_, err = d.EditNote(n.Ref, poison("note")+" #"+poison("tag")+" [["+ref+"]]\n- [ ] "+poison("task")+"\n")
	must(err)
	must(d.SetVerdict(ref, cases.Confirmed, poison("verdict")))
	must(d.SetFacts(cases.Facts{Victim: poison("victim"), Sector: poison("sector"), Objective: poison("objective"), RequestedBy: poison("asked"),
		Authority: poison("authority"), Systems: poison("systems"), Period: poison("period")}))
	_, err = d.SplitActor([]string{"203.0.113.6"}, poison("split"))
	must(err)
	_, err = d.Attribute("203.0.113.5", cases.Attribution{Name: poison("name"), Reason: poison("reason")})
	must(err)
	return d
}

// A watcher looks at every frame: it must be inert, as large as the terminal, without colours say the same, and in
// ASCII be ASCII. It notes which marks were shown.
type watcher struct {
	*driver
	w, h   int
	marks  map[string]bool
	frames int
}

func (d *watcher) look() {
	d.t.Helper()
	d.frames++
	t := d.t.(*testing.T)
	v := d.m.View()
	checkInert(t, v)
	checkSize(t, v, d.w, d.h)
	checkSteady(t, v, d.w)
	text := ansi.Strip(v)
	for _, f := range hostileMarks {
		if !d.marks[f] && strings.Contains(text, shownMark(f)) {
			d.marks[f] = true
		}
	}
	switch d.frames % 4 { // each look is drawn from the same runs
	case 0, 2:
		d.m.ascii = true
		ascii := d.m.View()
		checkASCII(t, ascii)
		checkSize(t, ascii, d.w, d.h)
		d.m.ascii = false
	case 1:
		st := d.m.st
		d.m.st = newStyles(ColoursNone, false)
		v := d.m.View()
		checkInert(t, v)
		if ansi.Strip(v) != text {
			t.Errorf("without colours the view says something else:\n%s\nwant\n%s", v, text)
		}
		d.m.st = st
	}
	if t.Failed() {
		t.Fatalf("the screen:\n%s", text)
	}
}

// presses presses keys one after another and looks after each.
func (d *watcher) presses(bindings ...key.Binding) {
	d.t.Helper()
	for _, b := range bindings {
		d.press(b)
		d.look()
	}
}

// leave closes what is over the screen.
func (d *watcher) leave() {
	for range 4 {
		if d.m.over != nil {
			d.press(d.m.keys.Back)
		}
	}
	d.m.over = nil
	d.look()
}

// around looks at what a screen shows of its rows, and at every menu and prompt that it opens.
func (d *watcher) around() {
	d.t.Helper()
	d.look()
	k := d.m.keys
	for range 6 {
		d.presses(k.Down)
	}
	d.presses(k.Tab, k.PageDown, k.End, k.Tab, k.Tab, k.Cycle, k.Order, k.Unmask, k.Home)
	for _, b := range []key.Binding{k.Pivot, k.Filters, k.Columns, k.Tally, k.Filter, k.Search, k.Jump, k.Verdict, k.Note, k.Command, k.Palette, k.Help} {
		was := d.m.top()
		d.presses(b, k.Down)
		d.leave()
		for range 4 {
			if d.m.top() != was {
				d.presses(k.Back)
			}
		}
	}
	d.presses(k.Copy, k.CopyView, k.Mark)
	if c := d.out.String(); strings.Count(c, "\x1b]52;c;") != strings.Count(c, "\a") || strings.Count(c, "\x1b") != strings.Count(c, "\a") {
		d.t.Errorf("copied %.200q", c)
	}
}

// Nothing that evidence holds acts on the terminal, on any screen, in any pane, menu or prompt; and it can be read.
func TestHostileTextStaysInert(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, many frames: the run without -short has it")
	}
	dk := poisonedCase(t)
	marks := map[string]bool{}
	lists := filepath.Join(t.TempDir(), "lists")
	if err := os.MkdirAll(lists, 0o700); err != nil {
		t.Fatal(err)
	}
	event := "date,sector,actor,technique,outcome,source\n2024-01-05," + poison("csector") + "," + poison("cactor") + ",T1190,attempted,r\n"
	if err := os.WriteFile(filepath.Join(lists, poison("list")+".csv"), []byte(event), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, size := range [][2]int{{60, 16}, {80, 24}, {160, 50}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			d := &watcher{driver: drive(t, dk, size[0], size[1]), w: size[0], h: size[1], marks: marks}
			k := d.m.keys
			for i := range k.Screens {
				d.presses(k.Screens[i])
				d.around()
			}
			for _, c := range [][2]string{{"outcomes", "outcomes"}, {"stolen", "stolen"}, {"processes", "processes"}, {"gaps", "gaps"}, {"incidents", "incidents"},
				{"campaign " + lists, "campaign"}, {"case", "CASE"}, {"assess T1190 bad.example nonsense\u202e", "<U+202E>"}, {"intel", "zsource"}, {"intel " + poison("iactor"), "ziactor"},
				{"search path:/long", "/long?A"}, {"search zpath", "zpath"}, {"files zfile", "zfile"}, {"findings", "is:finding"}, {"log", "messages"}} {
				d.leave()
				d.commandLine(c[0])
				d.look()
				if !strings.Contains(strings.ToLower(d.view()), strings.ToLower(c[1])) {
					t.Errorf("%s does not show %q:\n%s", c[0], c[1], d.view())
				}
				if c[0] != "log" {
					d.around()
				}
				d.presses(k.Down, k.Down, k.End, k.PageUp, k.Back)
			}
			// Every control byte, and every control character, can be told from the others where there is room for the path.
			d.commandLine("search path:/c*")
			shown := d.view()
			for r := d.m.top().(*requests); r.rows.cur < r.n-1; {
				d.presses(k.PageDown)
				shown += d.view()
			}
			for c := range 0xa0 {
				if size[0] == 160 && (c < ' ' && c != '\n' || c >= 0x7f) {
					for _, s := range []string{string([]byte{byte(c)}), string(rune(c))} {
						if want := "/c" + visible(s) + "."; !strings.Contains(shown, want) {
							t.Errorf("no row shows %s", want)
						}
					}
				}
			}
			// What a list opens: its records, their decoded layers, an incident, the versions of a note.
			refs := []string{shellOf(t, dk).Ref, dk.Notes()[0].Ref}
			refs = append(refs, refsOf(t, dk, "path:/long", "zquery", "is:rejected")...)
			refs = append(refs, shellOf(t, dk).Reasons[0].Refs[0], dk.Files()[0].Ref)
			for _, a := range dk.Intruders() {
				refs = append(refs, a.Ref)
			}
			for _, in := range dk.Incidents() {
				refs = append(refs, in.Ref)
			}
			for _, ref := range refs {
				d.commandLine("open " + ref)
				d.look()
				d.presses(k.Down, k.Down, k.PageDown, k.PageDown, k.Context, k.Context, k.Tab, k.PageDown, k.PageDown, k.End, k.Pivot, k.Enter, k.Back)
				d.leave()
			}
			d.send(versionsMsg{dk.Notes()[0].Ref})
			d.presses(k.Down, k.Down)
			// What is typed or pasted is drawn too.
			for _, b := range []key.Binding{k.Search, k.Command, k.Palette, k.Filter, k.Note, k.Jump} {
				d.press(k.Screens[tabRequests], b)
				d.typed("search ")
				for _, h := range hostile {
					d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(h), Paste: true})
					d.look()
				}
				d.presses(k.Tab, k.Up)
				d.leave()
			}
			// Values of the evidence are proposed.
			for _, word := range []string{"path:", "ua:", "host:", "user:", "source:", "actor:"} {
				d.press(k.Search)
				d.typed(word)
				d.presses(k.Tab, k.Tab)
				d.leave()
			}
			t.Logf("%d frames", d.frames)
		})
	}
	for _, f := range hostileMarks {
		if !marks[f] {
			t.Errorf("no screen shows %s", shownMark(f))
		}
	}
}

// refsOf is the first record of each query.
func refsOf(t *testing.T, dk *desk.Desk, queries ...string) []string {
	t.Helper()
	var out []string
	for _, q := range queries {
		d := drive(t, dk, 120, 40)
		d.search(q)
		if ref := d.m.top().Selected().ref; ref != "" {
			out = append(out, ref)
		}
	}
	if len(out) != len(queries) {
		t.Fatalf("%d of %q were found: %v", len(out), queries, out)
	}
	return out
}

// shellOf is the web shell whose path is hostile.
func shellOf(t testing.TB, d *desk.Desk) triage.Webshell {
	t.Helper()
	for _, w := range d.Webshells() {
		if strings.Contains(w.Path, "zpath") {
			return w
		}
	}
	t.Fatal("no web shell has the hostile path")
	return triage.Webshell{}
}

package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
)

// writeFile writes a file into a folder of its own and gives its path.
func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// visits is a log of n harmless requests, a second apart.
func visits(n int, from time.Time, client string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(logLine(from.Add(time.Duration(i)*time.Second), client, "GET", fmt.Sprintf("/page/%d", i), 200, 100, "-", "Mozilla/5.0"))
	}
	return b.String()
}

// command types a line of the command line.
func (d *driver) command(s string) {
	d.press(d.m.keys.Command)
	d.typed(s + "\n")
}

func TestLoadIntoAnEmptyCase(t *testing.T) {
	d := drive(t, openCase(t, nil), 160, 50)
	for i := range screenCount {
		d.press(d.m.keys.Screens[i])
		if strings.Contains(d.view(), "spoor load") {
			t.Errorf("screen %s sends away:\n%s", screenNames[i], d.view())
		}
	}
	d.press(d.m.keys.Screens[tabRequests])
	d.wants(":load access.log")
	d.command("load " + writeFile(t, "access.log", incidentLog()))
	d.wants("taken 1 file with 395 lines, 3 more rejected", "screen Evidence (8)", "1 of 398 lines")
	d.press(d.m.keys.Screens[tabOverview])
	d.wants("LOADED     1 source, 395 requests", "/img/thumb.php")
	d.press(d.m.keys.Screens[tabEvidence])
	d.wants("access.log")
}

// What is wrong is said in words, with what to do, and the case stays as it was.
func TestLoadSaysWhatIsWrong(t *testing.T) {
	log := writeFile(t, "a.log", visits(3, day, "192.0.2.1"))
	picture := writeFile(t, "photo.jpg", "\xff\xd8\xff\xe0 not a log \x00\x01")
	d := drive(t, openCase(t, nil), 160, 50)
	for _, c := range []struct{ line, want string }{
		{"load", "name a log, a listing or a folder"},
		{"load --zone x a.log", "no option --zone: load PATH..."},
		{"load a.log --tz Mars/Base", "want an IANA name"},
		{"load 'a.log", "not closed"},
		{"load no/such.log", "no file or folder no/such.log in "},
		{"load /no/such/*.log", "no file or folder /no/such/*.log: check the name"},
		{"load --format odd '" + log + "'", "odd"},
		{"load '" + picture + "'", "nothing was taken in: refused photo.jpg: not a web log"},
	} {
		d.command(c.line)
		d.wants(c.want)
		if d.m.over != nil {
			d.press(d.m.keys.Back)
		}
		if n := d.m.desk.Counts().Requests; n != 0 {
			t.Errorf("%s: %d requests", c.line, n)
		}
	}
	// What was refused can be read later.
	d.press(d.m.keys.Screens[tabEvidence])
	d.wants("REFUSED", "photo.jpg: not a web log")
	d.command("load '" + log + "'")
	d.wants("taken 1 file with 3 lines")
	d.command("load '" + log + "'")
	d.wants("a.log in the case already")
}

func TestLoadOptions(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"one.log": visits(2, day, "192.0.2.1"), "two.log": visits(3, day, "192.0.2.2"),
		"files.sha256": listing, "good list.sha256": baseline} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	d := drive(t, openCase(t, nil), 160, 50)
	d.command(`load ~/*.log ~/files.sha256 --baseline '~/good list.sha256' --tz +02:00`)
	d.wants("taken 4 files with")
	roles := map[string]int{}
	for _, e := range d.m.desk.Evidence() {
		roles[e.Role]++
		if e.Zone != "+02:00" {
			t.Errorf("%s has zone %s", e.Path, e.Zone)
		}
	}
	if roles["log"] != 2 || roles["baseline"] != 1 {
		t.Errorf("roles %v", roles)
	}
}

// started starts a load and gives the command that would run it, so that the program is seen while it has not.
func (d *driver) started(o desk.LoadOptions) (load, step tea.Cmd) {
	d.t.Helper()
	batch, ok := d.m.handle(loadMsg{o})().(tea.BatchMsg)
	if !ok || len(batch) != 2 {
		d.t.Fatal("a load is the load and its first step")
	}
	return batch[0], batch[1]
}

// While a load runs the program is used on what is there.
func TestLoadRunsBehind(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	k := d.m.keys
	load, _ := d.started(desk.LoadOptions{Paths: []string{writeFile(t, "new.log", visits(40, day, "192.0.2.99"))}})
	gen := d.m.loading.gen
	at := func(p desk.Progress) { // as if the load had said so; what waits for the next is not run
		d.m.handle(progressMsg{gen, p})
	}
	d.wants("load: starting", "Ctrl-C cancels")
	at(desk.Progress{Stage: "hashing", Files: 3, File: "new.log"})
	d.wants("load: hashing · file 1 of 3 · new.log")
	at(desk.Progress{Stage: "reading", Files: 3, FilesDone: 1, Bytes: 4 << 20, BytesDone: 1 << 20, Lines: 20_000, LinesPerSecond: 2000,
		Left: 30 * time.Second, File: "new.log"})
	d.wants("loading · 25 % · 30 s left · 20k lines · 2.0k/s · Ctrl-C cancels")
	d.search("class:sqli outfile")
	d.wants("1 of 1 line", "loading")
	d.press(k.Note)
	d.typed("It writes thumb.php.")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlS})
	d.wants("saved note n:")
	d.command("load x.log")
	d.wants("a load is running", "Ctrl-C")
	d.press(k.Quit)
	d.wants("Not finished: loading")
	d.press(k.Back)
	if d.quit {
		t.Fatal("closed while a load runs")
	}
	d.run(load)
	d.wants("taken 1 file with 40 lines")
	if d.m.loading != nil || len(d.m.jobs) != 0 {
		t.Errorf("still running: %v", d.m.jobs)
	}
	before := d.view()
	at(desk.Progress{Stage: "reading", Bytes: 4, BytesDone: 3})
	if d.view() != before {
		t.Errorf("late progress is shown:\n%s", d.view())
	}
}

func TestLoadIsCancelled(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	n := d.m.desk.Counts().Requests
	load, _ := d.started(desk.LoadOptions{Paths: []string{writeFile(t, "new.log", visits(40, day, "192.0.2.99"))}})
	// A search is what one waits for: Ctrl-C ends it, and the load goes on.
	d.m.work("searching", func(context.Context) tea.Msg { return nil })
	d.press(d.m.keys.Cancel)
	d.wants("cancelled: searching")
	d.m.jobs = map[int]job{d.m.loadJob(): d.m.jobs[d.m.loadJob()]}
	d.press(d.m.keys.Cancel)
	d.wants("cancelled: loading")
	d.press(d.m.keys.Up)
	d.wants("ending the load")
	d.run(load)
	d.wants("the load was cancelled", ":load again")
	if got := d.m.desk.Counts().Requests; got != n {
		t.Errorf("%d requests after a load that was cancelled at once, %d before", got, n)
	}
	if d.quit {
		t.Error("closed")
	}
}

// loadJob is the number of the load among the jobs.
func (r *root) loadJob() int {
	for id, j := range r.jobs {
		if j.behind {
			return id
		}
	}
	return -1
}

// Evidence that comes stands where its time belongs; the cursor stays on the request it was on, also in the
// lists that one comes back to.
func TestCursorStaysWhenEvidenceComes(t *testing.T) {
	d := drive(t, openCase(t, map[string]string{"a.log": visits(300, day, "192.0.2.1")}), 80, 24)
	k := d.m.keys
	d.press(k.Screens[tabRequests])
	d.press(k.PageDown, k.PageDown, k.PageDown, k.Down)
	all := d.m.top().(*requests)
	was, row, line := all.under(), all.rows.cur, all.rows.cur-all.rows.top
	d.search("path:/page/*")
	d.press(k.Down, k.Down)
	found := d.m.top().(*requests)
	wasFound := found.under()
	d.command("load " + writeFile(t, "earlier.log", visits(200, day.Add(-time.Hour), "192.0.2.2")))
	d.wants("taken 1 file", "203 of 500 lines")
	if found.under() != wasFound {
		t.Errorf("the cursor is on %s, was on %s", found.under(), wasFound)
	}
	d.press(k.Back)
	d.wants(number(row+200+1) + " of 500 lines")
	if all.under() != was || all.rows.cur-all.rows.top != line {
		t.Errorf("the cursor is on %s in line %d, was on %s in line %d", all.under(), all.rows.cur-all.rows.top, was, line)
	}
	if all.band.hist.counts == nil || sum(all.band.hist.counts) != 500 {
		t.Errorf("the histogram counts %d", sum(all.band.hist.counts))
	}
}

func sum(counts []int64) int64 {
	var n int64
	for _, c := range counts {
		n += c
	}
	return n
}

// The cursor that is moved while the search is on its way is not thrown back.
func TestCursorMovesWhileSearching(t *testing.T) {
	d := drive(t, openCase(t, map[string]string{"a.log": visits(300, day, "192.0.2.1")}), 80, 24)
	k := d.m.keys
	d.press(k.Screens[tabRequests], k.Down)
	r := d.m.top().(*requests)
	again := r.Init()
	d.press(k.PageDown)
	want := r.under()
	d.run(again)
	if r.under() != want || r.loading {
		t.Errorf("the cursor is on %s, was moved to %s", r.under(), want)
	}
}

// Rows are shown before they are counted over time, and counts that come late are dropped.
func TestRowsComeBeforeTheHistogram(t *testing.T) {
	d := drive(t, openCase(t, map[string]string{"a.log": visits(300, day, "192.0.2.1")}), 80, 24)
	r := newRequests(d.m.common, "")
	d.m.push(r)
	first := search(context.Background(), d.m.desk, question{gen: r.gen}).(searchedMsg)
	r.searched(first)
	d.wants("1 of 300 lines", "/page/0", "counting")
	d.send(histogramMsg{gen: r.gen - 1, hist: histogram{done: true}})
	d.wants("counting")
	d.run(countTimes(t.Context(), first.res, r.gen, time.Time{}, time.Time{}))
	d.wants("requests", "findings", "03-07 08:00")
}

// The case can be used by other goroutines while a load runs, and the program has no wait for it.
func TestKeysWhileLoading(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	k := d.m.keys
	load, step := d.started(desk.LoadOptions{Paths: []string{writeFile(t, "new.log", visits(20_000, day, "192.0.2.99"))}})
	done := make(chan tea.Msg, 1)
	go func() { done <- load() }()
	d.send(step())
	d.press(k.Screens[tabRequests])
	for {
		select {
		case msg := <-done:
			d.send(msg)
			d.wants("taken 1 file with 20,000 lines", "of 20,398 lines")
			return
		default:
			d.press(k.Down)
			checkSize(t, d.m.View(), 80, 24)
		}
	}
}

func TestProgressText(t *testing.T) {
	const gib = 1 << 30
	reading := desk.Progress{Stage: "reading", Files: 4, FilesDone: 1, Bytes: 4 * gib, BytesDone: gib, Lines: 4_321_000,
		LinesPerSecond: 172_840, Left: 75 * time.Second, File: "b\x1b[2J.log"}
	for _, c := range []struct {
		p     desk.Progress
		width int
		want  string
	}{
		{desk.Progress{}, 70, "load: starting"},
		{desk.Progress{Stage: "hashing", Files: 4, FilesDone: 2, File: "b.log"}, 70, "load: hashing · file 3 of 4 · b.log"},
		{desk.Progress{Stage: "judging the whole"}, 70, "load: judging the whole"},
		{reading, 120, "loading · 25 % · 1 min 15 s left · file 2 of 4 · 1.0 GiB of 4.0 GiB · 4.3M lines · 173k/s · b<ESC>[2J.log"},
		{reading, 70, "loading · 25 % · 1 min 15 s left · file 2 of 4 · 4.3M lines · 173k/s"},
		{reading, 40, "loading · 25 % · 1 min 15 s left"},
		{reading, 24, "loading · 25 %"},
		{reading, 5, "loading"},
	} {
		if got := progressText(c.p, c.width); got != c.want {
			t.Errorf("%d columns: %q, want %q", c.width, got, c.want)
		}
	}
}

func TestShortFigures(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{shortCount(0), "0"}, {shortCount(940), "940"}, {shortCount(2000), "2.0k"}, {shortCount(999_900), "1.0M"},
		{shortCount(31_000_000), "31M"}, {shortTime(0), "1 s"}, {shortTime(59 * time.Second), "59 s"},
		{shortTime(125 * time.Second), "2 min 05 s"}, {shortTime(80 * time.Minute), "1 h 20 min"},
		{byteText(9999), "9999 B"}, {byteText(1 << 20), "1.0 MiB"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// What came of a load is said whole, also where the status line has no room for it.
func TestWhatCameOfALoad(t *testing.T) {
	kept := &desk.Ledger{Files: []cases.Evidence{{Parsed: 335_526, Partial: true}}, Waiting: []string{"b.log", "c.log"}}
	refused := &desk.Ledger{Files: []cases.Evidence{{Parsed: 7, Rejected: 2}}, Already: []desk.Already{{Path: "a.log", As: "x"}},
		Refused: []cases.Refused{{Path: "photo.jpg", Reason: "not a web log: it looks like a picture (JPEG)"}}}
	full := errors.New("no space left on device")
	for _, c := range []struct {
		ledger *desk.Ledger
		err    error
		want   []string
	}{
		{nil, context.Canceled, []string{"the load was cancelled: nothing of it is in the case"}},
		{kept, context.Canceled, []string{"load cancelled, the same :load goes on: taken 1 file with 335,526 lines", "not come to 2 files", "screen Evidence (8)"}},
		{nil, full, []string{"load: no space left on device"}},
		{kept, full, []string{"load: no space left on device; taken 1 file with 335,526 lines", "the same :load goes on"}},
		{refused, nil, []string{"taken 1 file with 7 lines, 2 more rejected; a.log in the case already", "it looks like a picture (JPEG)"}},
	} {
		d := drive(t, openCase(t, nil), 80, 24)
		d.m.loading = &loading{gen: d.m.gen()}
		d.send(loadedMsg{d.m.loading.gen, c.ledger, c.err})
		said := strings.Join(strings.Fields(d.view()), " ")
		for _, w := range c.want {
			if !strings.Contains(said, w) {
				t.Errorf("%v: does not say %q:\n%s", c.err, w, d.view())
			}
		}
	}
}

func TestOverviewSaysWhatIsNotFinished(t *testing.T) {
	v := &overviewData{unjudged: true, unfinished: []cases.Evidence{{Read: 1200, Partial: true, Source: triage.Source{Path: "a.log", Abs: "/evidence/a.log"}}}}
	got := strings.Join(v.missing(), "\n")
	for _, w := range []string{"not judged as a whole yet", "a.log read only in part, 1,200 lines: the same :load goes on: /evidence/a.log"} {
		if !strings.Contains(got, w) {
			t.Errorf("%q does not say %q", got, w)
		}
	}
}

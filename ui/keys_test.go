package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/ui/desk"
)

func TestNumberKeysSwitchScreens(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	for i, name := range screenNames {
		d.press(d.m.keys.Screens[i])
		d.wants("[" + name + "]")
	}
	// Esc leads back through them, one step at a time.
	for i := screenCount - 2; i >= 0; i-- {
		d.press(d.m.keys.Back)
		d.wants("[" + screenNames[i] + "]")
	}
	d.press(d.m.keys.Back)
	d.wants("this is where you started")
}

func TestMovement(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	k := d.m.keys
	d.press(k.Screens[tabRequests])
	r := d.m.top().(*requests)
	for _, c := range []struct {
		b    key.Binding
		want int
	}{
		{k.Down, 1}, {k.Down, 2}, {k.Up, 1}, {k.PageDown, r.rows.height}, {k.PageUp, 1}, {k.End, r.n - 1},
		{k.HalfUp, r.n - 1 - (r.rows.height-1)/2}, {k.HalfDown, r.n - 1}, {k.Home, 0}, {k.Up, 0},
	} {
		d.press(c.b)
		if r.rows.cur != c.want {
			t.Fatalf("after %s the cursor is on %d, want %d", c.b.Help().Key, r.rows.cur, c.want)
		}
	}
	d.wants("03-07 08:00:00")
	d.press(k.End)
	d.wants("> ", number(r.n)+" of "+number(r.n))
}

// From the injection to the shell to its users, and back to where one was.
func TestFollowTheTrail(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 80, 24)
	k := d.m.keys
	d.search("class:sqli")
	d.press(k.Down, k.Down)
	was := d.view()
	d.press(k.Enter)
	d.wants("> r:")
	d.press(k.Back)
	if d.view() != was {
		t.Fatalf("Esc did not come back to where it was:\n%s\nwant\n%s", d.view(), was)
	}
	d.press(k.Screens[tabWebshells])
	d.wants("/img/thumb.php", "planted")
	d.press(k.Plant)
	d.wants("> r:", "OUTFILE")
	d.press(k.Back)
	d.wants("[Webshells]")
	d.press(k.Enter)
	d.wants("[Requests]", "POST", "203.0.113.44")
	d.to("203.0.113.44")
	d.press(k.Pivot)
	d.wants("pivot on which value", "client")
	d.press(k.Enter)
	d.wants("all requests of this client")
	d.press(k.Back)
	d.wants("pivot on which value")
	d.press(k.Enter, k.Enter)
	d.wants(`ip:="203.0.113.44"`)
	d.press(k.Back)
	d.wants("/img/thumb.php")
}

func TestFindings(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	k := d.m.keys
	d.press(k.Screens[tabRequests])
	r := d.m.top().(*requests)
	d.press(k.Next)
	first := r.rows.cur
	if first == 0 {
		t.Fatal("n found no finding")
	}
	d.press(k.Next)
	if r.rows.cur <= first {
		t.Error("n did not go on")
	}
	d.press(k.Prev)
	if r.rows.cur != first {
		t.Error("N did not come back")
	}
	d.press(k.Prev)
	d.wants("no further finding")
}

// In a request, n and N go through the findings of the list it was opened from.
func TestFindingsFromARequest(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	k := d.m.keys
	d.search("class:sqli")
	d.press(k.Enter)
	first := d.m.top().(*request).ref
	d.press(k.Next)
	second := d.m.top().(*request).ref
	if second == first {
		t.Fatal("n did not go on")
	}
	d.wants("class:sqli > " + second)
	d.press(k.Back)
	d.wants("2 of 26 lines")
	d.press(k.Enter, k.Prev)
	if ref := d.m.top().(*request).ref; ref != first {
		t.Errorf("N came to %s, want %s", ref, first)
	}
}

func TestSearchSyntaxError(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.search("status:40x OR (")
	d.wants("column ", "search: status:40x OR (")
	d.press(d.m.keys.Back)
	if d.m.over != nil {
		t.Error("Esc did not leave the prompt")
	}
}

func TestFilterIsEdited(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.search("class:sqli")
	d.press(d.m.keys.Filter)
	d.typed(" outfile\n")
	d.wants("class:sqli > outfile", "1 of 1 line")
	d.press(d.m.keys.Back)
	if f := d.m.top().(filtered).Filter(); f != "class:sqli" {
		t.Errorf("back at %q", f)
	}
}

func TestNoteIsWrittenAndFollowed(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 80, 24)
	k := d.m.keys
	d.search("class:sqli outfile")
	d.press(k.Note)
	d.wants("note on r:", "[[r:")
	d.typed("the plant")
	d.wants("draft kept as you type")
	if len(dk.Drafts()) != 1 {
		t.Fatalf("drafts while typing: %v", dk.Drafts())
	}
	d.send(tea.KeyMsg{Type: tea.KeyCtrlS})
	d.wants("saved note n:")
	notes := dk.Notes()
	if len(notes) != 1 || !strings.Contains(notes[0].Text, "the plant") || len(notes[0].On) != 1 || len(dk.Drafts()) != 0 {
		t.Fatalf("notes %+v, drafts %v", notes, dk.Drafts())
	}
	d.press(k.Screens[tabNotes])
	d.wants("the plant")
	d.press(k.Enter)
	d.wants("> r:", "OUTFILE")
	d.press(k.Back, k.Edit)
	d.typed(" of the shell")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlS})
	d.wants("the plant of the shell")
	if n := dk.Notes()[0]; n.Version != 2 {
		t.Errorf("version %d after editing", n.Version)
	}
}

func TestDraftsSurvive(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 80, 24)
	d.search("class:sqli outfile")
	d.press(d.m.keys.Note)
	d.typed("half a thou")
	// The terminal is lost; a new one opens the case again.
	d = drive(t, dk, 80, 24)
	d.wants("1 draft of notes recovered")
	d.press(d.m.keys.Screens[tabNotes])
	d.wants("DRAFT", "half a thou")
	d.press(d.m.keys.Quit)
	d.wants("1 draft is not saved")
	d.press(d.m.keys.Back)
	d.press(d.m.keys.Enter)
	d.typed("ght")
	d.press(d.m.keys.Back)
	d.wants("This note is not saved")
	d.press(d.m.keys.Back)
	d.wants("half a thought", "Ctrl-S save")
	d.press(d.m.keys.Back)
	d.typed("2")
	if len(dk.Notes()) != 1 || len(dk.Drafts()) != 0 {
		t.Errorf("notes %v, drafts %v", dk.Notes(), dk.Drafts())
	}
	d.press(d.m.keys.Quit)
	if !d.quit {
		t.Error("q asks though nothing is unsaved")
	}
}

func TestVerdict(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 80, 24)
	d.search("class:sqli outfile")
	ref := d.m.top().Selected().ref
	d.press(d.m.keys.Verdict)
	d.wants("confirmed", "benign", "unsure")
	d.press(d.m.keys.Enter)
	d.typed("seen the file\n")
	d.wants(ref + " is confirmed")
	if v := dk.Verdicts()[ref]; v.Value != cases.Confirmed || v.Reason != "seen the file" {
		t.Errorf("verdict %+v", v)
	}
	d.wants(" C ")
	d.press(d.m.keys.Command)
	d.typed("verdict none\n")
	if v := dk.Verdicts()[ref]; v.Value != "" {
		t.Errorf("verdict %+v after taking it back", v)
	}
}

func TestMarksAreCited(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 80, 24)
	k := d.m.keys
	d.search("class:sqli")
	d.press(k.Mark)
	d.wants("marked r:", ">*")
	d.press(k.Down, k.Down, k.Note)
	d.wants("note on 2 records")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlS})
	if n := dk.Notes(); len(n) != 1 || len(n[0].On) != 2 {
		t.Errorf("notes %+v", n)
	}
}

func TestCopyUsesTheTerminal(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.search("class:sqli outfile")
	d.press(d.m.keys.Copy)
	if !strings.HasPrefix(d.out.String(), "\x1b]52;c;") {
		t.Errorf("wrote %q", d.out.String())
	}
	d.wants("copied by OSC 52")
}

func TestCommandLine(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 80, 24)
	command := func(s string) {
		d.press(d.m.keys.Command)
		d.typed(s + "\n")
	}
	command("files")
	d.wants("[Files]", "unknown")
	command(shell(t, dk).Ref)
	d.wants("[Webshells]", "> w:")
	command("open r:ffffff.1")
	d.wants("no such record")
	command("note from the command line")
	command("search class:sqli")
	d.wants("[Requests]")
	command("nonsense")
	d.wants("no command")
	d.press(d.m.keys.Back)
	command("verify")
	d.wants("are as recorded")
	file := filepath.Join(t.TempDir(), "r.md")
	command("report md " + file)
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "from the command line") {
		t.Errorf("report: %v\n%.400s", err, text)
	}
	command("q")
	if !d.quit {
		t.Error(":q did not close")
	}
}

func TestFilesByVerdict(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.press(d.m.keys.Screens[tabFiles])
	for _, v := range fileOrder {
		d.press(d.m.keys.Cycle)
		d.wants("(" + string(v) + ")")
	}
	d.press(d.m.keys.Cycle)
	d.wants("1 of 3 files")
	d.to("thumb.php")
	d.press(d.m.keys.Enter)
	d.wants("[Requests]", "/img/thumb.php", "9 lines")
}

func TestCancelComesFirst(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	var ctx context.Context
	cmd := d.m.work("some long work", func(c context.Context) tea.Msg { ctx = c; return sayMsg{"done"} })
	d.wants("some long work", "Ctrl-C cancels")
	d.press(d.m.keys.Cancel)
	d.run(cmd)
	if !errors.Is(ctx.Err(), context.Canceled) || d.quit {
		t.Errorf("ctx %v, quit %v", ctx.Err(), d.quit)
	}
	d.press(d.m.keys.Cancel)
	if !d.quit {
		t.Error("a second Ctrl-C did not close")
	}
}

func TestLateAnswersAreDropped(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.search("class:sqli")
	r := d.m.top().(*requests)
	n := r.n
	d.send(searchedMsg{gen: r.gen - 1, n: 12345})
	d.send(pageMsg{gen: r.pages.gen - 1, page: 0})
	d.send(requestMsg{gen: r.askedGen - 1})
	if r.n != n {
		t.Errorf("a late answer changed %d rows to %d", n, r.n)
	}
	d.wants("class:sqli")
}

// Help lists what does something, and nothing else.
func TestHelpIsTheKeyMap(t *testing.T) {
	d := drive(t, incidentCase(t), 160, 60)
	for i := range screenCount {
		d.press(d.m.keys.Screens[i])
		k := d.m.top().Keys().forSubject(d.m.top().Selected())
		d.press(d.m.keys.Help)
		v := d.view()
		for _, g := range k.FullHelp() {
			for _, b := range g {
				if b.Enabled() && !strings.Contains(v, b.Help().Desc) {
					t.Errorf("%s: help does not list %s", screenNames[i], b.Help().Desc)
				}
			}
		}
		if !k.Plant.Enabled() && strings.Contains(v, k.Plant.Help().Desc) {
			t.Errorf("%s: help lists the planting request", screenNames[i])
		}
		d.press(d.m.keys.Back)
		if d.m.over != nil {
			t.Fatal("Esc did not close the help")
		}
	}
}

func TestEmptyCaseSaysWhatToDo(t *testing.T) {
	d := drive(t, openCase(t, nil), 80, 24)
	for i := range screenCount {
		d.press(d.m.keys.Screens[i])
		v := d.view()
		if !strings.Contains(v, ":load") && !strings.Contains(v, "shows") && !strings.Contains(v, "writes one") {
			t.Errorf("%s says nothing helpful:\n%s", screenNames[i], v)
		}
		checkSize(t, d.m.View(), 80, 24)
	}
}

// A case whose index is gone says so and how to get it back.
func TestLostIndexIsSaid(t *testing.T) {
	dk := incidentCase(t)
	dir := dk.Case.Dir()
	dk.Close()
	if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
		t.Fatal(err)
	}
	dk, err := desk.Open(dir, desk.Who{})
	if err != nil {
		t.Fatal(err)
	}
	defer dk.Close()
	drive(t, dk, 80, 24).wants("NOT LOADED", "not in the index")
}

func TestTimelineShowsWhatNotesSay(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.search("class:sqli outfile")
	d.press(d.m.keys.Note)
	d.typed("the plant")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlS})
	d.press(d.m.keys.Screens[tabTimeline], d.m.keys.End)
	d.wants("note")
	if v := d.view(); strings.Contains(v, "<LF>") || !strings.Contains(v, "the plant") {
		t.Errorf("the note in the timeline:\n%s", v)
	}
}

func TestSmallTerminalSaysSo(t *testing.T) {
	d := drive(t, incidentCase(t), 40, 10)
	d.wants("This terminal has 40x10", "60x16")
	d.send(tea.WindowSizeMsg{Width: 60, Height: 16})
	checkSize(t, d.m.View(), 60, 16)
	d.press(d.m.keys.Screens[tabRequests])
	checkSize(t, d.m.View(), 60, 16)
	d.send(tea.WindowSizeMsg{Width: 200, Height: 60})
	checkSize(t, d.m.View(), 200, 60)
	d.wants("agent")
}

// Keys that arrive in one message, as over a slow line, are all pressed.
func TestKeysThatArriveTogether(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.press(d.m.keys.Screens[tabRequests])
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jjj/class:sqli")})
	d.wants("search: class:sqli")
	if r := d.m.top().(*requests); r.rows.cur != 3 {
		t.Errorf("the cursor is on %d, want 3", r.rows.cur)
	}
}

func TestLongErrorsAreReadWhole(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.send(failMsg{errors.New(strings.Repeat("something went wrong, ", 12) + "so try the other way")})
	d.wants("so try the other way", "! something")
	checkSize(t, d.m.View(), 80, 24)
	d.press(d.m.keys.Down)
	if strings.Contains(d.view(), "went wrong") {
		t.Error("the error stays after a key")
	}
}

func TestNoColor(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.m.st = newStyles(ColoursNone, false)
	for i := range screenCount {
		d.press(d.m.keys.Screens[i])
		for _, seq := range ownSequence.FindAllString(d.m.View(), -1) {
			for _, n := range strings.Split(strings.Trim(seq, "\x1b[m"), ";") {
				if len(n) > 1 {
					t.Fatalf("%s: %q is more than weight, underline and reverse", screenNames[i], seq)
				}
			}
		}
	}
}

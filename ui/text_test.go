package ui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"spoor/triage"
)

func TestCell(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"abc", 5, "abc  "},
		{"abcdef", 4, "abc…"},
		{"", 2, "  "},
		{"x", 0, ""},
		{"\x1b[2J", 8, "<ESC>[2J"},
		{"日本語", 4, "日… "},
		{"a\tb", 7, "a<TAB>b"},
	} {
		if got := cell(c.in, c.width); got != c.want {
			t.Errorf("cell(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
	if got := cellRight("42", 5); got != "   42" {
		t.Errorf("cellRight = %q", got)
	}
	if got := cellMiddle("/var/www/html/images/up.php", 14); got != "/va…ges/up.php" {
		t.Errorf("cellMiddle = %q", got)
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int64]string{-1: "-", 0: "0", 9999: "9999", 10240: "10k", 1 << 20: "1.0M", 999 << 30: "999G"} {
		if got := sizeText(n); got != want {
			t.Errorf("sizeText(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestTimeSpan(t *testing.T) {
	a := time.Date(2025, 3, 8, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		to   time.Time
		want string
	}{
		{a.Add(time.Hour), "2025-03-08 03:00:00 to 04:00:00"},
		{a.Add(30 * time.Hour), "2025-03-08 03:00:00 to 2025-03-09 09:00:00"},
		{time.Time{}, "no times"},
	} {
		if got := timeSpan(a, c.to); got != c.want {
			t.Errorf("timeSpan to %v = %q, want %q", c.to, got, c.want)
		}
	}
}

func TestStrip(t *testing.T) {
	if got := strip([]int64{0, 1, 50, 100}); got != " ▁▄█" {
		t.Errorf("strip = %q", got)
	}
	if got := strip(nil); got != "" {
		t.Errorf("strip of nothing = %q", got)
	}
	if got := regroup([]int64{1, 2, 3, 4}, 2); got[0] != 3 || got[1] != 7 {
		t.Errorf("regroup = %v", got)
	}
}

func TestParseCommand(t *testing.T) {
	for _, c := range []struct{ in, name, args, err string }{
		{"search ip:10.0.0.0/8", "search", "ip:10.0.0.0/8", ""},
		{"/union select", "search", "union select", ""},
		{"r:3f9a12.23722", "open", "r:3f9a12.23722", ""},
		{"go w:12ab", "open", "w:12ab", ""},
		{"q", "quit", "", ""},
		{"note two words", "note", "two words", ""},
		{"Webshells", "webshells", "", ""},
		{"req", "requests", "", ""},
		{"re", "", "", "could be"},
		{"nonsense", "", "", "no command"},
		{"  ", "", "", "nothing typed"},
	} {
		got, err := parseCommand(c.in)
		switch {
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("parseCommand(%q) error %v, want %q", c.in, err, c.err)
		case c.err == "" && (err != nil || got.name != c.name || got.args != c.args):
			t.Errorf("parseCommand(%q) = %v, %v", c.in, got, err)
		}
	}
}

func TestInputEdits(t *testing.T) {
	in := newInput("/", "", []string{"first", "second"})
	keys := func(types ...tea.KeyType) {
		for _, k := range types {
			in.press(tea.KeyMsg{Type: k})
		}
	}
	in.press(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("ip:1 two\nwords")})
	keys(tea.KeyCtrlW)
	if in.text() != "ip:1 two " {
		t.Errorf("after a word taken away: %q", in.text())
	}
	keys(tea.KeyHome, tea.KeyDelete, tea.KeyEnd, tea.KeyBackspace, tea.KeyLeft, tea.KeyCtrlK)
	if in.text() != "p:1 tw" {
		t.Errorf("after deleting: %q", in.text())
	}
	keys(tea.KeyUp, tea.KeyUp)
	if in.text() != "first" {
		t.Errorf("two up: %q", in.text())
	}
	keys(tea.KeyDown, tea.KeyDown)
	if in.text() != "p:1 tw" {
		t.Errorf("down again: %q", in.text())
	}
}

func TestInputDrawsInert(t *testing.T) {
	st := newStyles(ColoursNone, false)
	in := newInput("/", "path:\"/\x1b]52;c;AA==\x07\u202e\"", nil)
	for range 30 {
		v := in.view(&st, 40)
		if ansi.StringWidth(v) != 40 {
			t.Fatalf("width %d: %q", ansi.StringWidth(v), v)
		}
		checkInert(t, v)
		in.press(tea.KeyMsg{Type: tea.KeyLeft})
	}
	if !strings.Contains(in.text(), "\x1b") {
		t.Error("the query lost the byte it looks for")
	}
}

func TestAreaEdits(t *testing.T) {
	a := newArea("one\ntwo")
	press := func(k tea.KeyType, r ...rune) { a.press(tea.KeyMsg{Type: k, Runes: r}) }
	press(tea.KeyEnter)
	press(tea.KeyRunes, []rune("three words here")...)
	press(tea.KeyCtrlW)
	press(tea.KeyUp)
	press(tea.KeyHome)
	press(tea.KeyBackspace)
	if got := a.text(); got != "onetwo\nthree words " {
		t.Errorf("text = %q", got)
	}
	press(tea.KeyDelete)
	press(tea.KeyEnd)
	press(tea.KeyDelete)
	if got := a.text(); got != "onewothree words " {
		t.Errorf("text = %q", got)
	}
	st := newStyles(ColoursNone, false)
	for _, row := range a.view(&st, 14, 4) {
		if ansi.StringWidth(row) != 14 {
			t.Errorf("row %q", row)
		}
	}
	press(tea.KeyDown)
	press(tea.KeyUp)
	a.insert(strings.Repeat("x", maxNote+10))
	if a.len() > maxNote {
		t.Errorf("a note of %d characters", a.len())
	}
}

func TestWrapKeepsTextAndSubject(t *testing.T) {
	l := line{runs: []run{{"label     ", muted}, {"some words that go on for a while and a_very_long_one_without_spaces_in_it", plain}}, hang: 10, sub: subject{ref: "r:1.1"}}
	rows := wrapLines([]line{l}, 30)
	var all strings.Builder
	for i, r := range rows {
		if r.sub.ref != "r:1.1" {
			t.Errorf("row %d lost its subject", i)
		}
		w := 0
		for j, x := range r.runs {
			w += ansi.StringWidth(x.text)
			if i == 0 || j > 0 {
				all.WriteString(x.text)
			}
		}
		if w > 30 {
			t.Errorf("row %d has %d columns", i, w)
		}
	}
	if want := l.runs[0].text + l.runs[1].text; all.String() != want {
		t.Errorf("wrapped text %q, want %q", all.String(), want)
	}
	long := wrapLines([]line{text(plain, strings.Repeat("y", 1<<20))}, 80)
	if last := long[len(long)-1].runs; !strings.Contains(last[len(last)-1].text, "bytes more") {
		t.Errorf("a megabyte does not say that it was cut: %v", last)
	}
}

func TestLevelWords(t *testing.T) {
	want := map[triage.Level]string{triage.None: "", triage.Info: "info", triage.Low: "low", triage.Medium: "med", triage.High: "high", triage.Critical: "CRIT"}
	for l, w := range want {
		if levelWord(l) != w {
			t.Errorf("%v is %q", l, levelWord(l))
		}
	}
}

// Wrapping costs what the rows drawn cost, not their square.
func BenchmarkWrapLongLine(b *testing.B) {
	long := []line{text(plain, strings.Repeat("A\x1b", MaxDrawn/2))}
	for b.Loop() {
		wrapLines(long, 60)
	}
}

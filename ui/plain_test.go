package ui

import (
	"context"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// Every screen of a hostile case is written whole, as lines without any control character, in the width asked for.
func TestPlain(t *testing.T) {
	dk := openCase(t, map[string]string{"evil\x1b[31m.log": hostileLog() + incidentLog(), "f.sha256": listing})
	screens := append([]string{"", "search class:sqli", "outcomes", "stolen", "processes", shell(t, dk).Ref, dk.Incidents()[0].Ref}, screenNames[:]...)
	for _, ascii := range []bool{false, true} {
		for _, name := range screens {
			var b strings.Builder
			if err := Plain(context.Background(), dk, &b, PlainOptions{Screen: name, Width: 100, Detail: true, ASCII: ascii}); err != nil {
				t.Errorf("%q: %v", name, err)
				continue
			}
			checkInert(t, b.String())
			if ascii {
				checkASCII(t, b.String())
			}
			if strings.Contains(b.String(), "\x1b") {
				t.Errorf("%q: a colour is left", name)
			}
			for _, l := range strings.Split(b.String(), "\n") {
				if n := ansi.StringWidth(l); n > 100 {
					t.Errorf("%q: a line of %d columns: %s", name, n, l)
				}
			}
		}
	}
}

func TestPlainRows(t *testing.T) {
	dk := incidentCase(t)
	write := func(o PlainOptions) string {
		t.Helper()
		var b strings.Builder
		if err := Plain(context.Background(), dk, &b, o); err != nil {
			t.Fatalf("%+v: %v", o, err)
		}
		return b.String()
	}
	// All rows, though a screen shows a few.
	all := write(PlainOptions{Screen: "requests"})
	if n := strings.Count(all, "192.0.2."); n != 360 {
		t.Errorf("%d rows of visitors, want 360", n)
	}
	some := write(PlainOptions{Screen: "requests", View: ViewOptions{Filter: "class:sqli outfile"}, Detail: true})
	if !strings.Contains(some, "OUTFILE") || !strings.Contains(some, "matched INTO OUTFILE") || strings.Contains(some, "more;") {
		t.Errorf("the filter and the detail:\n%s", some)
	}
	cut := write(PlainOptions{Screen: "requests", Rows: 130})
	if n := strings.Count(cut, "192.0.2."); n > 130 || !strings.Contains(cut, "rows more; --rows N") {
		t.Errorf("%d rows and no word of the rest:\n%s", n, cut[len(cut)-200:])
	}
	if v := write(PlainOptions{Screen: shell(t, dk).Ref}); !strings.Contains(v, "planted") {
		t.Errorf("a reference without its detail:\n%s", v)
	}
	for _, o := range []PlainOptions{{Screen: "nonsense"}, {Screen: "quit"}, {Screen: "note x"}, {Screen: "verdict benign"}, {Screen: "r:ffffff.1"},
		{Screen: "search ("}, {Screen: "overview", View: ViewOptions{Filter: "x"}}, {Width: 10}, {Rows: -1}, {Screen: "outcomes nosuch"}} {
		var b strings.Builder
		if err := Plain(context.Background(), dk, &b, o); err == nil {
			t.Errorf("%+v: no error but\n%s", o, b.String())
		}
	}
	if len(dk.Notes()) != 0 || len(dk.Verdicts()) != 0 {
		t.Error("writing a screen changed the case")
	}
}

package ui

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

func TestToASCII(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain\ntext", "plain\ntext"},
		{"\x1b[1;31ma\x1b[0m│b", "\x1b[1;31ma\x1b[0m|b"},
		{"──[title]──", "--[title]--"},
		{"▁▂▃▄▅▆▇█ █", ".:-=+*%# #"},
		{"cut… · next", "cut~ - next"},
		{"日本x", "????x"},
		{"e\u0301te\u0301", "ete"},           // two letters with accents
		{"…\u0301", "?"},                     // the sign with an accent is no longer ours
		{"😀👨\u200d👩\u200d👧", "????"},         // one emoji, and a family joined to one
		{"\u05e9\u05dc\u05d5\u05dd", "????"}, // Hebrew
		{"ﷺ|", strings.Repeat("?", ansi.StringWidth("ﷺ")) + "|"},
	} {
		if got := toASCII(c.in); got != c.want {
			t.Errorf("toASCII(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	for r := range asciiSigns {
		if !ownSign(r) {
			t.Errorf("%q is no sign of spoor's own", r)
		}
	}
}

// The law: only ASCII, the same rows, each as wide as before.
func FuzzToASCII(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, s string) {
		st := newStyles(Colours16, false)
		drawn := st.draw([]run{{s, matched}, {s, plain}}, 40, selNone) + "\n" + cell(s, 12) + "│" + cellMiddle(s, 20)
		got := toASCII(drawn)
		checkASCII(t, got)
		was, is := strings.Split(drawn, "\n"), strings.Split(got, "\n")
		if len(was) != len(is) {
			t.Fatalf("%d rows became %d", len(was), len(is))
		}
		for i := range was {
			if a, b := ansi.StringWidth(was[i]), ansi.StringWidth(is[i]); a != b {
				t.Fatalf("%q takes %d columns, %q %d", was[i], a, is[i], b)
			}
		}
		if ownSequence.FindAllString(drawn, -1) != nil && ownSequence.FindString(got) != ownSequence.FindString(drawn) {
			t.Fatalf("%q lost its colours: %q", drawn, got)
		}
	})
}

func checkASCII(t *testing.T, s string) {
	t.Helper()
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			t.Fatalf("byte %#x is not ASCII: %q", s[i], s[max(0, i-40):min(len(s), i+40)])
		}
	}
}

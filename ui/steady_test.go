package ui

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// alone is the width of a text for a terminal that measures each character by itself.
func alone(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			n += ansi.StringWidth(string(r))
		}
	}
	return n
}

// Whatever is drawn as itself is as wide in a terminal that measures clusters as in one that measures characters.
func TestDrawnCharactersAreAsWideAlone(t *testing.T) {
	bad := 0
	for r := rune(0x20); r <= unicode.MaxRune; r++ {
		v := visible(string(r))
		if v != string(r) {
			continue
		}
		for _, s := range []string{v, "a" + v, v + "a", "日" + v, "가" + v, "👍" + v, "क" + v + "क", "│" + v + "│"} {
			if g, a := ansi.StringWidth(s), alone(s); g != a {
				if bad++; bad < 20 {
					t.Errorf("%U in %q takes %d columns, by itself %d", r, s, g, a)
				}
				break
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d characters are not steady", bad)
	}
}

// What terminals disagree on can still be read.
func TestUnsteadyCharactersAreNamed(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"日本語", "日本語"},
		{"e\u0301te", "e\u0301te"}, // an accent takes no column anywhere
		{"\u0915\u093f.php", "\u0915<U+093F>.php"},
		{"\U0001F1E9\U0001F1EA", "<U+1F1E9><U+1F1EA>"},
		{"\U0001F44D\U0001F3FD!", "\U0001F44D<U+1F3FD>!"},
		{"\u1112\u1161\u11ab\ud55c", "<U+1112><U+1161><U+11AB>\ud55c"},
		{"\x1b\u0e33", "<ESC><U+0E33>"},
		{"e\u0301\u0323\u0308 o\u0302", "e\u0301\u0323\u0308 o\u0302"},
		{"e\u0301\u0323\u0308\u0489\u0301x\u0301", "e\u0301\u0323\u0308<U+0489><U+0301>x\u0301"}, // a stack of marks
	} {
		if got := visible(c.in); got != c.want {
			t.Errorf("visible(%q) = %q, want %q", c.in, got, c.want)
		}
		if again := visible(visible(c.in)); again != c.want {
			t.Errorf("visible of %q is %q", c.want, again)
		}
	}
	if got := visibleN("\u0915\u093f\u0915\u093f", 3); got != "\u0915<U+093F>…" {
		t.Errorf("visibleN: %q", got)
	}
}

// However many marks letters carry, what fits is drawn whole and as wide as asked, what stands after it in its place.
func TestMarksDoNotMoveWhatFollows(t *testing.T) {
	st := newStyles(ColoursNone, false)
	for marks := range 2 * mostMarks {
		for letters := range 40 {
			s := strings.Repeat("z"+strings.Repeat("\u0301", marks), letters)
			got := st.draw([]run{{cell(s, 30), plain}, {"|", plain}}, 31, selNone)
			if w := ansi.StringWidth(got); w != 31 || !strings.HasSuffix(got, "|") {
				t.Errorf("%d letters with %d marks: %q, %d columns", letters, marks, got, w)
			}
			if whole := ansi.StringWidth(visible(s)) <= 30; whole == strings.Contains(got, "…") {
				t.Errorf("%d letters with %d marks: %q", letters, marks, got)
			}
		}
	}
}

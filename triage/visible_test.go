package triage_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"spoor/triage"
)

var visibleCases = []struct{ name, in, want string }{
	{"plain", "GET /a?b=c", "GET /a?b=c"},
	{"empty", "", ""},
	{"osc 52", "\x1b]52;c;ZXZpbA==\x07", "<ESC>]52;c;ZXZpbA==<BEL>"},
	{"clear screen", "\x1b[2J\x1b[H", "<ESC>[2J<ESC>[H"},
	{"c1 csi", "\u009b2J", "<U+009B>2J"},
	{"raw c1 byte", "\x9b2J", "<9B>2J"},
	{"line ends and tab", "a\r\nb\tc", "a<CR><LF>b<TAB>c"},
	{"nul and del", "a\x00b\x7f", "a<NUL>b<DEL>"},
	{"bidi", "a\u202egnp.exe", "a<U+202E>gnp.exe"},
	{"isolates", "\u2066x\u2069", "<U+2066>x<U+2069>"},
	{"zero width", "ad\u200bmin\ufeff", "ad<U+200B>min<U+FEFF>"},
	{"line separator", "a\u2028b", "a<U+2028>b"},
	{"no-break space", "a\u00a0b", "a<U+00A0>b"},
	{"variation selector", "x\ufe0f", "x<U+FE0F>"},
	{"tag characters", "\U000E0041", "<U+E0041>"},
	{"private use", "\ue000", "<U+E000>"},
	{"wide and accented stay", "naïve 日本 emoji 😀", "naïve 日本 emoji 😀"},
	{"overlong and cut utf-8", "\xc0\xaf\xe2\x82", "<C0><AF><E2><82>"},
	{"replacement character itself", "\ufffd", "\ufffd"},
}

func TestVisible(t *testing.T) {
	for _, c := range visibleCases {
		if got := triage.Visible(c.in); got != c.want {
			t.Errorf("%s: Visible(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestVisibleN(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"abc", 0, ""},
		{"\x1b\x1b", 5, "<ESC…"},
		{strings.Repeat("x", 1<<20), 4, "xxx…"},
		{"日本語", 2, "日…"},
	} {
		if got := triage.VisibleN(c.in, c.max); got != c.want {
			t.Errorf("VisibleN(%.20q, %d) = %q, want %q", c.in, c.max, got, c.want)
		}
	}
}

// The law of Visible: whatever goes in, one line of inert text comes out, and a second pass changes nothing.
func FuzzVisible(f *testing.F) {
	for _, c := range visibleCases {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := triage.Visible(in)
		if !utf8.ValidString(out) {
			t.Fatalf("Visible(%q) = %q: not UTF-8", in, out)
		}
		for _, r := range out {
			if r < 0x20 || r >= 0x7f && r < 0xa0 || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
				t.Fatalf("Visible(%q) lets %U through", in, r)
			}
		}
		if again := triage.Visible(out); again != out {
			t.Fatalf("Visible(%q) = %q, but Visible of that = %q", in, out, again)
		}
		if n := triage.VisibleN(in, 7); utf8.RuneCountInString(n) > 7 {
			t.Fatalf("VisibleN(%q, 7) = %q", in, n)
		}
	})
}

// The law of VisibleJSON: the value stays, and the text is inert.
func FuzzVisibleJSON(f *testing.F) {
	for _, c := range visibleCases {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		plain, err := json.Marshal(map[string]string{"k": in})
		if err != nil {
			t.Fatal(err)
		}
		out := triage.VisibleJSON(plain)
		for line := range strings.SplitSeq(string(out), "\n") {
			if v := triage.Visible(line); v != line {
				t.Fatalf("VisibleJSON of %q is %q", plain, out)
			}
		}
		var a, b map[string]string
		if json.Unmarshal(plain, &a) != nil || json.Unmarshal(out, &b) != nil || a["k"] != b["k"] {
			t.Fatalf("VisibleJSON changes %q to %q", plain, out)
		}
	})
}

package ui

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

var ownSequence = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// checkInert is the law of everything drawn: valid UTF-8, no control but line ends, no sequence but colours.
func checkInert(t *testing.T, view string) {
	t.Helper()
	v := ownSequence.ReplaceAllString(view, "")
	if !utf8.ValidString(v) {
		t.Fatalf("not UTF-8: %q", v)
	}
	for i, r := range v {
		if r != '\n' && (r < 0x20 || r >= 0x7f && r < 0xa0 || unicode.Is(unicode.Cf, r)) {
			t.Fatalf("%U reaches the terminal: %q", r, v[max(0, i-40):min(len(v), i+40)])
		}
	}
}

// hostile texts: every C0 and C1 byte, clipboard and title sequences, bidi, zero width, wide, not UTF-8.
var hostile = []string{
	"\x1b]52;c;ZXZpbA==\x07", "\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x9b31m", "\u009b2J", "\u202eexe.gnp\u2066x\u2069",
	"ad\u200bmin\ufeff", "\xc0\xaf\xff\xfe", "日本語\u0301\u0301\u0301", "😀👨‍👩‍👧", "\r\rback", "%1b]8;;http://x/%07",
}

// hostileLog brings the hostile texts into every field, as raw bytes and as the escapes of Apache.
func hostileLog() string {
	var b strings.Builder
	at := day
	escape := func(s string) string {
		var e strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&e, `\x%02x`, s[i])
		}
		return e.String()
	}
	for i, h := range hostile {
		raw := strings.ReplaceAll(h, "\n", "")
		for _, s := range []string{raw, escape(h)} {
			b.WriteString(logLine(at, "198.51.100.9", "GET", "/x"+s+"?q='%20union%20select%201"+s, 200, 10, "http://r/"+s, "sqlmap "+s))
			b.WriteString(logLine(at, "198.51.100.9", "POST", fmt.Sprintf("/up/s%d%s.php", i, s), 200, 10, "-", s))
			at = at.Add(time.Second)
		}
	}
	for c := range 256 {
		if c != '\n' {
			b.WriteString(logLine(at, "198.51.100.9", "GET", "/c"+string([]byte{byte(c)})+".", 200, 10, "-", string([]byte{byte(c)})))
		}
	}
	for c := rune(0x80); c < 0xa0; c++ {
		b.WriteString(logLine(at, "198.51.100.9", "GET", "/c"+string(c)+".", 200, 10, "-", string(c)))
	}
	b.WriteString("garbage \x1b[2J\x9b\xff line\n")
	b.WriteString(logLine(at, "198.51.100.9", "GET", "/long?"+strings.Repeat("A\x1b", 500_000), 200, 10, "-", "x"))
	b.WriteString(logLine(at, "198.51.100.9", "GET", "/long2?q=<script>"+strings.Repeat("%1b", 100_000), 200, 10, "-", "x"))
	return b.String()
}

// The laws of drawing: a cell is inert and exactly as wide as asked; wrapped rows are inert and fit.
func FuzzCell(f *testing.F) {
	for _, h := range hostile {
		f.Add(h, 12)
	}
	f.Add("plain", 3)
	st := newStyles(Colours16, false)
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = max(1, min(width, 200))
		for _, c := range []string{cell(s, width), cellRight(s, width), cellMiddle(s, width), cellTail(s, width),
			st.draw([]run{{s, matched}, {s, plain}}, width, selFocus), st.draw([]run{{s, high}}, width, selNone)} {
			checkInert(t, c)
			if n := strWidth(c); n != width {
				t.Fatalf("%q in %d columns takes %d: %q", s, width, n, c)
			}
		}
		wide := max(8, width)
		for _, l := range wrapLines([]line{{runs: []run{{"label ", muted}, {s, plain}}, hang: 6}}, wide) {
			n := 0
			for _, r := range l.runs {
				checkInert(t, r.text)
				n += strWidth(r.text)
			}
			if n > wide {
				t.Fatalf("a row of %d columns for %d: %v", n, wide, l.runs)
			}
		}
	})
}

package ui

import (
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// However it counts, the width is that of the general way.
func FuzzStrWidth(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b[1;31mred\x1b[0m", "── [x] │▁▇█", "cut…·", "\x1b]0;title\x07x", "\x1b[", "\x1b[3", "\x1b[2J",
		"日本語", "e\u0301", "─\u0301", "…\ufe0f", "─\u200dx", "\u2588\U0001f3fb", "\x80\xff", "tab\there", "\r\n", "a\x7f", "\u00a0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := strWidth(s), ansi.StringWidth(s); got != want {
			t.Errorf("%q: %d columns, want %d", s, got, want)
		}
	})
}

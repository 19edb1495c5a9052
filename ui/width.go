package ui

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// strWidth is the width of drawn text in columns, without the sequences that colour it. Nearly all that spoor
// draws is ASCII, its own colours and a few signs of its own; these are counted here, since the general way took
// half the time of a frame. Anything else is left to that.
func strWidth(s string) int {
	n := 0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c >= 0x20 && c < 0x7f:
			n++
			i++
		case c == 0x1b:
			end := colourEnd(s, i)
			if end < 0 {
				return ansi.StringWidth(s)
			}
			i = end
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if !ownSign(r) {
				return ansi.StringWidth(s)
			}
			n++
			i += size
		default:
			return ansi.StringWidth(s)
		}
	}
	return n
}

// colourEnd is where the sequence ESC [ digits and ; m that begins at i ends; -1 if it is another one.
func colourEnd(s string, i int) int {
	if i+1 >= len(s) || s[i+1] != '[' {
		return -1
	}
	for i += 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c != ';' && (c < '0' || c > '9'):
			return -1
		}
	}
	return -1
}

// ownSign reports whether r is one of the signs that spoor draws with, all one column wide: lines, bars, "…", "·".
func ownSign(r rune) bool { return r >= 0x2500 && r <= 0x259f || r == '…' || r == '·' }

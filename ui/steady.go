package ui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"spoor/triage"
)

// visible is triage.Visible for a terminal whose columns must hold: characters that terminals do not agree on
// the width of become <U+XXXX> as well, and so do marks on a letter that has mostMarks already. Whatever is drawn goes
// through it, or through visibleN, before its width is measured.
func visible(s string) string { return steady(triage.Visible(s)) }

// visibleN is visible of at most max characters of s; see triage.VisibleN. Characters written as <U+XXXX> here
// do not count as more than one.
func visibleN(s string, max int) string { return steady(triage.VisibleN(s, max)) }

// mostMarks is how many marks that take no column (accents, points, vowel signs) one letter is drawn with. Writing needs
// no more than three, save rare accents of the Hebrew Bible. A stack of more is drawn over other rows by some terminals
// and cut by others; and with it a column never takes more than maxRunes characters, so that what fits is never cut.
const mostMarks = 3

// maxRunes bounds the characters that are looked at to draw text in width columns: a letter and its marks in each, and a
// few more, so that a text that is cut here is too wide as well.
func maxRunes(width int) int { return (1+mostMarks)*width + 16 }

func steady(v string) string {
	for i := 0; i < len(v); i++ {
		if v[i] >= utf8.RuneSelf {
			return steadyFrom(v, i)
		}
	}
	return v
}

func steadyFrom(v string, from int) string {
	var b strings.Builder
	done, marks := 0, 0
	for i, r := range v[from:] {
		switch {
		case r < 0x0300 || ownSign(r):
			marks = 0
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks <= mostMarks && !unicode.Is(unsteady, r) {
				continue
			}
		default:
			marks = 0
			if r < 0x0903 || !unicode.In(r, unicode.Mc, unsteady) {
				continue
			}
		}
		i += from
		b.WriteString(v[done:i])
		fmt.Fprintf(&b, "<U+%04X>", r)
		done = i + utf8.RuneLen(r)
	}
	if done == 0 {
		return v
	}
	b.WriteString(v[done:])
	return b.String()
}

// unsteady are the characters that take more or fewer columns in a terminal that measures each by itself, as tmux,
// screen and xterm do, than in one that measures clusters of them (Unicode Standard Annex 29), besides the
// marks of category Mc, which stand beside their letter: vowel signs of Thai and Lao, the half width sound marks, signs that join two letters, single jamo, the letters of
// flags, skin tones, letters that join what follows; and those whose width versions of Unicode (Annex 11,
// EastAsianWidth.txt 15.1 and 16.0) or fonts disagree on: circled numbers on black squares, the signs of the I Ching and
// counting rods. Found by asking tmux 3.3 where its cursor was after each character there is.
var unsteady = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x094d, Hi: 0x0b4d, Stride: 0x80}, {Lo: 0x0c4d, Hi: 0x0d4d, Stride: 0x100}, {Lo: 0x0d4e, Hi: 0x0d4e, Stride: 1},
		{Lo: 0x0e33, Hi: 0x0e33, Stride: 1}, {Lo: 0x0eb3, Hi: 0x0eb3, Stride: 1},
		{Lo: 0x1039, Hi: 0x1039, Stride: 1}, {Lo: 0x1100, Hi: 0x11ff, Stride: 1}, {Lo: 0x17d2, Hi: 0x17d2, Stride: 1}, {Lo: 0x1a60, Hi: 0x1a60, Stride: 1}, {Lo: 0x1bab, Hi: 0x1bab, Stride: 1},
		{Lo: 0x2630, Hi: 0x2637, Stride: 1}, {Lo: 0x268a, Hi: 0x268f, Stride: 1},
		{Lo: 0x302a, Hi: 0x302f, Stride: 1}, {Lo: 0x3248, Hi: 0x324f, Stride: 1}, {Lo: 0xa960, Hi: 0xa97c, Stride: 1}, {Lo: 0xaaf6, Hi: 0xaaf6, Stride: 1}, {Lo: 0xd7b0, Hi: 0xd7ff, Stride: 1},
		{Lo: 0xff9e, Hi: 0xff9f, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x10a3f, Hi: 0x10a3f, Stride: 1}, {Lo: 0x11133, Hi: 0x11133, Stride: 1}, {Lo: 0x111c2, Hi: 0x111c3, Stride: 1}, {Lo: 0x1193e, Hi: 0x1193f, Stride: 1},
		{Lo: 0x11941, Hi: 0x11941, Stride: 1}, {Lo: 0x11a47, Hi: 0x11a47, Stride: 1}, {Lo: 0x11a84, Hi: 0x11a89, Stride: 1},
		{Lo: 0x11a99, Hi: 0x11a99, Stride: 1}, {Lo: 0x11d46, Hi: 0x11d46, Stride: 1}, {Lo: 0x11f02, Hi: 0x11f02, Stride: 1}, {Lo: 0x11f42, Hi: 0x11f42, Stride: 1},
		{Lo: 0x1d300, Hi: 0x1d376, Stride: 1}, {Lo: 0x1f1e6, Hi: 0x1f1ff, Stride: 1}, {Lo: 0x1f3fb, Hi: 0x1f3ff, Stride: 1},
	},
}

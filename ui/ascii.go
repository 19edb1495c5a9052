package ui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// asciiSigns are what spoor's own signs become on a terminal without Unicode, each one column for one column.
// The bars keep their order: the more ink, the higher.
var asciiSigns = map[rune]byte{
	'│': '|', '─': '-', '…': '~', '·': '-',
	'▁': '.', '▂': ':', '▃': '-', '▄': '=', '▅': '+', '▆': '*', '▇': '%', '█': '#',
}

// toASCII redraws a finished frame, or lines of text, without Unicode. Nothing moves: each character of a text
// takes as many columns as before, spoor's own signs become their likes, and what else is not ASCII becomes a
// question mark a column. Colours and line ends stay.
func toASCII(frame string) string {
	i := 0
	for i < len(frame) && frame[i] < utf8.RuneSelf {
		i++
	}
	if i == len(frame) {
		return frame
	}
	var b strings.Builder
	b.Grow(len(frame))
	for i = 0; i < len(frame); {
		if c := frame[i]; c < utf8.RuneSelf && (i+1 == len(frame) || frame[i+1] < utf8.RuneSelf) {
			b.WriteByte(c)
			i++
			continue
		}
		// A character may be several runes: a letter with its accents, an emoji with its joiners.
		cluster, width := ansi.FirstGraphemeCluster(frame[i:], ansi.GraphemeWidth)
		i += len(cluster)
		r, n := utf8.DecodeRuneInString(cluster)
		switch sign, own := asciiSigns[r]; {
		case r < utf8.RuneSelf && width <= 1:
			b.WriteByte(byte(r)) // the accents are lost, as they are above a question mark
		case own && n == len(cluster):
			b.WriteByte(sign)
		default:
			b.WriteString(strings.Repeat("?", width))
		}
	}
	return b.String()
}

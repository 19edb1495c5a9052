package triage

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible makes text from evidence safe to draw: it is the one function through which every untrusted
// string goes, after decoding and before its width is measured, on screens, in headless output, in the
// clipboard and in reports.
//
// C0 controls and DEL become their Unicode pictures' names in angle brackets (<ESC>, <LF>), C1 controls,
// bidirectional and zero-width formatting, tags, variation selectors, private-use and unassigned code points
// become <U+XXXX>, bytes that are not UTF-8 become <XX>. Nothing is dropped, so what was there can still be
// read. The result is one line of valid UTF-8 of graphic characters and ASCII spaces; Visible of it is
// itself.
func Visible(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n <= 1:
			fmt.Fprintf(&b, "<%02X>", s[i])
		case r < 0x20:
			b.WriteByte('<')
			b.WriteString(c0Names[r])
			b.WriteByte('>')
		case r == 0x7f:
			b.WriteString("<DEL>")
		case safeRune(r):
			b.WriteString(s[i : i+n])
		default:
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
		i += n
	}
	return b.String()
}

// VisibleN is Visible of at most max runes of s, with "…" for what was cut. It reads no more of s than it
// needs, so a line of a megabyte costs no more than a short one.
func VisibleN(s string, max int) string {
	if max <= 0 {
		return ""
	}
	// Every rune of the result comes from at least a quarter byte of s, so this much is enough.
	head := s
	if len(head) > 4*max+4 {
		head = head[:4*max+4]
	}
	v := Visible(head)
	n := 0
	for i := range v {
		if n == max-1 && (len(head) < len(s) || utf8.RuneCountInString(v[i:]) > 1) {
			return v[:i] + "…"
		}
		n++
	}
	return v
}

// VisibleJSON makes JSON text safe to draw: every character of a string that Visible would not let through is
// written as an escape, which leaves the value as it was. Line feeds, which only stand between tokens of JSON,
// stay.
func VisibleJSON(json []byte) []byte {
	out := make([]byte, 0, len(json)+len(json)/16)
	for len(json) > 0 {
		r, n := utf8.DecodeRune(json)
		switch {
		case r == '\n' || safeRune(r):
			out = append(out, json[:n]...)
		case r > 0xffff:
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		json = json[n:]
	}
	return out
}

var c0Names = [32]string{
	"NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI",
	"DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
}

// safeRune reports whether a terminal draws r as itself and changes no other cell or state for it.
func safeRune(r rune) bool {
	switch {
	case r < 0x7f:
		return r >= 0x20
	case r < 0xa0: // DEL, C1
		return false
	case r == 0x00ad, r == 0x034f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0: // soft hyphen, joiners, fillers
		return false
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef: // variation selectors
		return false
	case r == 0x2800: // braille blank draws as nothing
		return false
	}
	return unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r) && !unicode.Is(unicode.Cf, r)
}

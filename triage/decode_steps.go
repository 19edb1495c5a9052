package triage

import (
	"encoding/base64"
	"html"
	"strings"
	"unicode/utf8"
)

// decodePercent undoes %hh and %uhhhh, and "+" if plus is set. A broken escape stays as it is. The name
// is "url", or "%u" if the text had %uhhhh.
func decodePercent(s string, plus bool) (string, string) {
	name := "url"
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+' && plus:
			b = append(b, ' ')
		case c != '%' || i+2 >= len(s):
			b = append(b, c)
		case (s[i+1] == 'u' || s[i+1] == 'U') && i+5 < len(s) && isHex4(s[i+2:i+6]):
			b = utf8.AppendRune(b, rune(hexByte(s[i+2], s[i+3]))<<8|rune(hexByte(s[i+4], s[i+5])))
			name = "%u"
			i += 5
		case isHexDigit(s[i+1]) && isHexDigit(s[i+2]):
			b = append(b, hexByte(s[i+1], s[i+2]))
			i += 2
		default:
			b = append(b, c)
		}
	}
	return string(b), name
}

// foldUnicode turns overlong UTF-8 (RFC 3629, section 10) and full-width forms (U+FF01 to U+FF5E) into
// the ASCII that lenient servers read in them.
func foldUnicode(s string) string {
	if !hasFoldable(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if c, n := overlong(s[i:]); n > 0 {
			b = append(b, c)
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if c := plainRune(r); c != 0 {
			b = append(b, c)
		} else {
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(b)
}

// plainRune is the ASCII that host names and lenient servers read in a full-width or circled character
// (UTS 46), or 0.
func plainRune(r rune) byte {
	switch {
	case r >= 0xff01 && r <= 0xff5e:
		return byte(r - 0xff01 + '!')
	case r >= 0x24b6 && r <= 0x24cf:
		return byte(r - 0x24b6 + 'A')
	case r >= 0x24d0 && r <= 0x24e9:
		return byte(r - 0x24d0 + 'a')
	case r >= 0x2460 && r <= 0x2468:
		return byte(r - 0x2460 + '1')
	case r == 0x24ea:
		return '0'
	case r == 0x3002 || r == 0xff61:
		return '.'
	case r == 0x2215 || r == 0x2044:
		return '/'
	case r == 0x2216 || r == 0xfe68:
		return '\\'
	case r == 0xfe64:
		return '<'
	case r == 0xfe65:
		return '>'
	}
	return 0
}

func hasFoldable(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case 0xc0, 0xc1, 0xc3, 0xe0, 0xe2, 0xe3, 0xef, 0xf0:
			return true
		}
	}
	return false
}

// overlong reads an ASCII character coded in two to four bytes at the start of s.
func overlong(s string) (byte, int) {
	cont := func(i int) bool { return i < len(s) && s[i]&0xc0 == 0x80 }
	switch {
	case (s[0] == 0xc0 || s[0] == 0xc1) && cont(1):
		return s[0]&1<<6 | s[1]&0x3f, 2
	case s[0] == 0xc3 && len(s) > 3 && (s[1] == 0x80 || s[1] == 0x81) && s[2] == 0xc2 && cont(3): // coded twice
		return s[1]&1<<6 | s[3]&0x3f, 4
	case s[0] == 0xe0 && cont(1) && cont(2) && s[1] <= 0x81:
		return s[1]&1<<6 | s[2]&0x3f, 3
	case s[0] == 0xf0 && cont(1) && cont(2) && cont(3) && s[1] == 0x80 && s[2] <= 0x81:
		return s[2]&1<<6 | s[3]&0x3f, 4
	}
	return 0, 0
}

// decodeEntities undoes HTML character references. References need their "&" and a known name or a
// number, so a query that was not split ("a=1&b=2") stays as it is.
func decodeEntities(s string) string {
	i := strings.IndexByte(s, '&')
	for ; i >= 0; i = nextIndex(s, '&', i) {
		if i+2 < len(s) && (s[i+1] == '#' || isLetter(s[i+1]) && strings.IndexByte(s[i:min(len(s), i+34)], ';') > 0) {
			return cutText(html.UnescapeString(s), maxDecodeBytes)
		}
	}
	return s
}

func nextIndex(s string, c byte, after int) int {
	if i := strings.IndexByte(s[after+1:], c); i >= 0 {
		return after + 1 + i
	}
	return -1
}

// decodeEscapes undoes \xhh, \uhhhh and \u{h...} as JavaScript, PHP and JSON read them.
func decodeEscapes(s string) string {
	if !strings.Contains(s, `\x`) && !strings.Contains(s, `\u`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+3 >= len(s) {
			b = append(b, s[i])
			continue
		}
		switch {
		case s[i+1] == 'x' && isHexDigit(s[i+2]) && isHexDigit(s[i+3]):
			b = append(b, hexByte(s[i+2], s[i+3]))
			i += 3
		case s[i+1] == 'u' && i+5 < len(s) && isHex4(s[i+2:i+6]):
			b = utf8.AppendRune(b, rune(hexByte(s[i+2], s[i+3]))<<8|rune(hexByte(s[i+4], s[i+5])))
			i += 5
		case s[i+1] == 'u' && s[i+2] == '{':
			r, n := bracedHex(s[i+2:])
			if n == 0 {
				b = append(b, s[i])
				continue
			}
			b = utf8.AppendRune(b, r)
			i += 1 + n
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

// bracedHex reads "{h}" to "{hhhhhh}"; n is 0 if there is none.
func bracedHex(s string) (r rune, n int) {
	for i := 1; i < len(s) && i <= 7; i++ {
		if s[i] == '}' && i > 1 {
			return r, i + 1
		}
		if !isHexDigit(s[i]) {
			break
		}
		r = r<<4 | rune(hexNibble(s[i]))
	}
	return 0, 0
}

// spellHex is what the hex literals of s (0x3c3f..., X'3c3f...', unhex('3c3f...')) spell, if that is text.
func spellHex(s string) string {
	var out []byte
	for i := 0; i+9 < len(s); i++ {
		if !(s[i] == '0' && s[i+1]|0x20 == 'x' || (s[i]|0x20 == 'x' || s[i] == '(') && s[i+1] == '\'') {
			continue
		}
		j := i + 2
		for j < len(s) && isHexDigit(s[j]) {
			j++
		}
		n := (j - i - 2) &^ 1
		if n < 8 {
			continue
		}
		raw := make([]byte, 0, n/2)
		for k := i + 2; k < i+2+n; k += 2 {
			raw = append(raw, hexByte(s[k], s[k+1]))
		}
		if mostlyText(raw) {
			if len(out) > 0 {
				out = append(out, ' ')
			}
			out = append(out, raw...)
		}
		i = j - 1
	}
	return string(out)
}

var charCalls = [...]string{"fromcharcode", "fromcodepoint", "nchar", "char", "chr"}

// spellChars is what calls such as CHAR(60,63), CHR(60)||CHR(63) and String.fromCharCode(60,63) spell.
// Calls that follow one another closely make one text.
func spellChars(s string) string {
	var out []byte
	last := -1
	for i := strings.IndexByte(s, '('); i >= 0; i = nextIndex(s, '(', i) {
		start := i
		for start > 0 && (s[start-1] == ' ' || s[start-1] == '\t') {
			start--
		}
		call := ""
		for _, c := range charCalls {
			if start >= len(c) && strings.EqualFold(s[start-len(c):start], c) {
				call = c
				break
			}
		}
		if call == "" {
			continue
		}
		codes, n := numberList(s[i+1:])
		if len(codes) == 0 {
			continue
		}
		if last >= 0 && start-len(call)-last > 4 {
			out = append(out, ' ')
		}
		out = append(out, codes...)
		last = i + 1 + n
	}
	if len(out) < 2 || !mostlyText(out) {
		return ""
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// numberList reads "60, 0x3f)" up to the bracket; n is how many bytes it read.
func numberList(s string) (codes []byte, n int) {
	for n < len(s) && n < 8192 {
		switch c := s[n]; {
		case c == ' ' || c == ',':
			n++
		case c == ')':
			return codes, n + 1
		case c >= '0' && c <= '9':
			v, base := 0, 10
			if c == '0' && n+1 < len(s) && s[n+1]|0x20 == 'x' {
				base = 16
				n += 2
			}
			for n < len(s) && (isDigit(s[n]) || base == 16 && isHexDigit(s[n])) && v < 1<<20 {
				v = v*base + int(hexNibble(s[n]))
				n++
			}
			if v > 0 && v < 256 {
				codes = append(codes, byte(v))
			} else if v < 0x110000 && v > 0 {
				codes = utf8.AppendRune(codes, rune(v))
			}
		default:
			return nil, n
		}
	}
	return nil, n
}

// minBase64 is the shortest run that is tried as base64: shorter ones are words too often.
const minBase64 = 16

// spellBase64 is what runs of the base64 alphabets (RFC 4648, sections 4 and 5) in s spell, if it is
// text. Words are seldom text when read as base64, and never punctuated text.
func spellBase64(s string) string {
	var out []byte
	for i, runs := 0, 0; i < len(s) && runs < 4; {
		j := i
		for j < len(s) && isBase64(s[j]) {
			j++
		}
		if j-i >= minBase64 && hasMixedCase(s[i:j]) {
			runs++
			if raw := fromBase64(s[i:j], strings.Contains(s, "inflate")); raw != nil {
				if len(out) > 0 {
					out = append(out, ' ')
				}
				out = append(out, raw...)
			}
		}
		i = max(j, i+1)
	}
	return string(out)
}

// fromBase64 is the text that a run spells: as it is, compressed, or as UTF-16. bare is set where bare deflate
// is unpacked.
func fromBase64(run string, bare bool) []byte {
	enc := base64.RawStdEncoding
	if strings.ContainsAny(run, "-_") {
		enc = base64.RawURLEncoding
	}
	if len(run)%4 == 1 {
		run = run[:len(run)-1]
	}
	raw, err := enc.DecodeString(run)
	if err != nil {
		return nil
	}
	if mostlyText(raw) {
		return raw
	}
	if text := inflate(raw, bare); text != nil {
		return text
	}
	return fromUTF16(raw)
}

// hasMixedCase is true of base64 text longer than a few bytes, and of few words.
func hasMixedCase(s string) bool {
	var upper, lower bool
	for i := 0; i < len(s); i++ {
		upper = upper || s[i] >= 'A' && s[i] <= 'Z'
		lower = lower || s[i] >= 'a' && s[i] <= 'z'
	}
	return upper && lower
}

// spellConcat joins string literals that s concatenates: 'al'+'ert', 'al'||'ert', 'al' 'ert',
// "al"."ert".
func spellConcat(s string) string {
	if strings.IndexByte(s, '\'') < 0 && strings.IndexByte(s, '"') < 0 {
		return ""
	}
	b := make([]byte, 0, len(s))
	joined := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\'' || c == '"' {
			if n := concatGap(s[i:], c); n > 0 {
				i += n - 1
				joined = true
				continue
			}
		}
		b = append(b, c)
	}
	if !joined {
		return ""
	}
	return string(b)
}

// concatGap is the length of `' + '` at the start of s, and 0 if there is none.
func concatGap(s string, quote byte) int {
	i, ops := 1, 0
	for i < len(s) && i < 12 {
		switch c := s[i]; c {
		case ' ', '\t':
		case '+', '.', '|', '&':
			ops++
		case quote:
			if ops > 0 && ops <= 2 {
				return i + 1
			}
			return 0
		default:
			return 0
		}
		i++
	}
	return 0
}

// mostlyText reports whether at least 95 % of raw are printable ASCII, tabs or line ends.
func mostlyText(raw []byte) bool {
	if len(raw) == 0 {
		return false
	}
	n := 0
	for _, c := range raw {
		if c >= 0x20 && c < 0x7f || c == '\n' || c == '\r' || c == '\t' {
			n++
		}
	}
	return n*100 >= len(raw)*95
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func isHex4(s string) bool {
	return isHexDigit(s[0]) && isHexDigit(s[1]) && isHexDigit(s[2]) && isHexDigit(s[3])
}

func isBase64(c byte) bool {
	return isDigit(c) || isLetter(c) || c == '+' || c == '/' || c == '-' || c == '_'
}

func hexNibble(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

func hexByte(hi, lo byte) byte { return hexNibble(hi)<<4 | hexNibble(lo) }

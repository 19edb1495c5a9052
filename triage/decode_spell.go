package triage

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"
)

// maxInflated bounds what a compressed value is unpacked to, in bytes.
const maxInflated = 64 << 10

// inflate unpacks gzip (RFC 1952), zlib (RFC 1950) and, where a program says so, bare deflate (RFC 1951). It
// is nil of what is none of them, or no text.
func inflate(raw []byte, bare bool) []byte {
	if len(raw) < 8 {
		return nil
	}
	var r io.Reader
	var err error
	switch {
	case raw[0] == 0x1f && raw[1] == 0x8b:
		r, err = gzip.NewReader(bytes.NewReader(raw))
	case raw[0] == 0x78 && binary.BigEndian.Uint16(raw)%31 == 0:
		r, err = zlib.NewReader(bytes.NewReader(raw))
	case bare:
		r = flate.NewReader(bytes.NewReader(raw))
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(r, maxInflated)) // what came before an error counts
	if !mostlyText(out) {
		return nil
	}
	return out
}

// fromUTF16 is the text of UTF-16LE that holds ASCII alone, as powershell -EncodedCommand takes it; nil of
// anything else.
func fromUTF16(raw []byte) []byte {
	if len(raw) < 8 || len(raw)%2 != 0 {
		return nil
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
		if units[i] >= 0x100 {
			return nil
		}
	}
	out := []byte(string(utf16.Decode(units)))
	if !mostlyText(out) {
		return nil
	}
	return out
}

var utf7Run = regexp.MustCompile(`[+ ]A[A-Za-z0-9+/]{2,60}-?`)

// spellUTF7 is s with its UTF-7 sequences (RFC 2152) read, if there are two or more that spell ASCII. A
// query's "+" may have become a space.
func spellUTF7(s string) string {
	if !strings.Contains(s, "+A") && !strings.Contains(s, " AC") && !strings.Contains(s, " AD") {
		return ""
	}
	n := 0
	out := utf7Run.ReplaceAllStringFunc(s, func(run string) string {
		if run[0] == ' ' && !strings.HasSuffix(run, "-") {
			return run
		}
		code := strings.TrimSuffix(run[1:], "-")
		if len(code)%4 == 1 {
			code = code[:len(code)-1]
		}
		raw, err := base64.RawStdEncoding.DecodeString(code)
		if err != nil || len(raw) < 2 {
			return run
		}
		var b []byte
		for i := 0; i+1 < len(raw); i += 2 {
			if raw[i] != 0 || raw[i+1] < 0x20 || raw[i+1] > 0x7e {
				return run
			}
			b = append(b, raw[i+1])
		}
		n++
		return string(b)
	})
	if n < 2 {
		return ""
	}
	return out
}

// reversers are the calls that turn a text round, in PHP, SQL, JavaScript, Python and shells.
var reversers = [...]string{"strrev", "reverse(", "reverse ", ".reverse", "[::-1]", "|rev", "| rev", "[-1.."}

// spellReversed is the quoted literals of s turned round, if s says that it turns text round.
func spellReversed(s string) string {
	if !strings.ContainsAny(s, `'"`) {
		return ""
	}
	low := asciiLower(s)
	turns := false
	for _, r := range reversers {
		turns = turns || strings.Contains(low, r)
	}
	if !turns {
		return ""
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\'' && s[i] != '"' {
			continue
		}
		n := strings.IndexByte(s[i+1:], s[i])
		if n < 0 {
			break
		}
		if n > 3 {
			out = append(out, ' ')
			for k := i + n; k > i; k-- {
				out = append(out, s[k])
			}
		}
		i += n + 1
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(out), "\uFFFD"))
}

// spellOctal is s with its octal escapes (\163\171) read, if three or more stand together.
func spellOctal(s string) string {
	run, most := 0, 0
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if v, ok := octalEscape(s[i:]); ok {
			b = append(b, v)
			run++
			most = max(most, run)
			i += 4
			continue
		}
		run = 0
		b = append(b, s[i])
		i++
	}
	if most < 3 || !mostlyText(b) {
		return ""
	}
	return string(b)
}

// octalEscape reads \ooo of a printable character at the start of s.
func octalEscape(s string) (byte, bool) {
	if len(s) < 4 || s[0] != '\\' {
		return 0, false
	}
	v := 0
	for _, c := range []byte(s[1:4]) {
		if c < '0' || c > '7' {
			return 0, false
		}
		v = v*8 + int(c-'0')
	}
	return byte(v), v >= 0x20 && v < 0x7f
}

var concatCall = regexp.MustCompile(`(?i)\bconcat(?:_ws)?\s*\(((?:\s*(?:'[^']*'|"[^"]*")\s*,?){2,64})\)`)

// spellConcatCall is s with the calls of CONCAT over literals alone read as one literal.
func spellConcatCall(s string) string {
	if strings.IndexByte(s, '(') < 0 || !strings.ContainsAny(s, `'"`) || !concatCall.MatchString(s) {
		return ""
	}
	return concatCall.ReplaceAllStringFunc(s, func(call string) string {
		var b strings.Builder
		args := call[strings.IndexByte(call, '(')+1:]
		for args != "" {
			q := strings.IndexAny(args, `'"`)
			if q < 0 {
				break
			}
			n := strings.IndexByte(args[q+1:], args[q])
			if n < 0 {
				break
			}
			b.WriteString(args[q+1 : q+1+n])
			args = args[q+n+2:]
		}
		return "'" + b.String() + "'"
	})
}

// Bounds of reading a value as JSON.
const (
	maxJSONStrings = 64
	maxJSONBytes   = 16 << 10
)

// mayBeJSON reports whether a value starts as an object or array of JSON does.
func mayBeJSON(s string) bool {
	return len(s) > 4 && len(s) <= maxJSONBytes && (s[0] == '{' && s[1] == '"' || s[0] == '[' && (s[1] == '"' || s[1] == '{'))
}

// jsonStrings are the strings of a JSON text that are more than a word, escapes undone, names and values; what
// comes after an error is not read.
func jsonStrings(s string) []string {
	var out []string
	d := json.NewDecoder(strings.NewReader(s))
	for len(out) < maxJSONStrings {
		t, err := d.Token()
		if err != nil {
			break
		}
		if v, ok := t.(string); ok && len(v) > 2 && !plainName(v) {
			out = append(out, v)
		}
	}
	return out
}

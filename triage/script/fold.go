package script

import (
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/base64"
	"encoding/hex"
	"html"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// Folding: what functions make of constants. Names are lower-case, those of all languages in one table; what an
// entry answers is only used where every argument is known.

// decoders are the functions whose use on code is a disguise.
var decoders = wordSet("base64_decode gzinflate gzuncompress gzdecode str_rot13 strrev hex2bin convert_uudecode rawurldecode urldecode bzdecompress pack " +
	"decodebuffer decode frombase64string parsebase64binary b64decode a85decode zlib_decode openssl_decrypt mcrypt_decrypt strreverse unescape decodebase64 unhexlify")

// folds are the functions that make one text of constants, by their names.
var folds = foldTable([]foldEntry{
	{"base64_decode decodebuffer frombase64string parsebase64binary b64decode decodebase64 decode", of(unbase64)},
	{"gzinflate", of(func(s string) (string, bool) { return inflate(flate.NewReader(strings.NewReader(s))) })},
	{"gzuncompress zlib_decode", of(func(s string) (string, bool) {
		return unpack(s, func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) })
	})},
	{"gzdecode", of(func(s string) (string, bool) {
		return unpack(s, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })
	})},
	{"bzdecompress", of(func(s string) (string, bool) { return inflate(bzip2.NewReader(strings.NewReader(s))) })},
	{"a85decode", of(func(s string) (string, bool) {
		b, err := io.ReadAll(io.LimitReader(ascii85.NewDecoder(strings.NewReader(s)), maxConst))
		return string(b), err == nil
	})},
	{"str_rot13", of(func(s string) (string, bool) { return strings.Map(rot13, s), true })},
	{"strrev strreverse", of(func(s string) (string, bool) { return reverse(s), true })},
	{"hex2bin unhexlify", of(func(s string) (string, bool) {
		b, err := hex.DecodeString(s)
		return string(b), err == nil
	})},
	{"pack", func(_, first string, args []value) (string, bool) { return packBytes(first, args[1:]) }},
	{"urldecode rawurldecode unescape", func(name, first string, _ []value) (string, bool) {
		v, err := url.PathUnescape(first)
		if name == "urldecode" {
			v = strings.ReplaceAll(v, "+", " ")
		}
		return v, err == nil
	}},
	{"html_entity_decode htmlspecialchars_decode", of(func(s string) (string, bool) { return html.UnescapeString(s), true })},
	{"chr chrw chr$ fromcharcode", characters},
	{"ord asc", of(func(s string) (string, bool) {
		if s == "" {
			return "", false
		}
		return strconv.Itoa(int(s[0])), true
	})},
	{"strtolower lcase tolower tolowercase lcfirst lc", of(func(s string) (string, bool) { return strings.ToLower(s), true })},
	{"strtoupper ucase toupper touppercase uc", of(func(s string) (string, bool) { return strings.ToUpper(s), true })},
	{"trim ltrim rtrim chop", func(name, first string, args []value) (string, bool) { return trimConst(name, first, args), true }},
	{"strval stripslashes tostring cstr string mappath getrealpath expandpath", of(func(s string) (string, bool) { return s, true })},
	{"strtr", func(_, first string, args []value) (string, bool) { return strtr(first, args) }},
	{"substr mid substring mb_substr", substring},
	{"left", func(_, first string, args []value) (string, bool) {
		n, good := numberOf(argument(args, 1))
		return first[:max(0, min(n, len(first)))], good
	}},
	{"str_repeat", func(_, first string, args []value) (string, bool) {
		n, good := numberOf(argument(args, 1))
		if !good || n < 0 || n*len(first) > maxConst {
			return "", false
		}
		return strings.Repeat(first, n), true
	}},
	{"sprintf", func(_, first string, args []value) (string, bool) { return sprintf(first, args[1:]) }},
	{"concat", func(_, first string, args []value) (string, bool) { return first + argument(args, 1), len(args) == 2 }},
	{"bin2hex", of(func(s string) (string, bool) { return hex.EncodeToString([]byte(s)), true })},
	{"base64_encode", of(func(s string) (string, bool) { return base64.StdEncoding.EncodeToString([]byte(s)), true })},
	{"convert_uudecode", of(uudecode)},
})

// A foldFunc makes a text of the arguments of a call, of which there is one at least. first is the text of the first.
type foldFunc func(name, first string, args []value) (string, bool)

type foldEntry struct {
	names string // separated by spaces
	make  foldFunc
}

func foldTable(all []foldEntry) map[string]foldFunc {
	out := map[string]foldFunc{}
	for _, e := range all {
		for _, name := range strings.Fields(e.names) {
			out[name] = e.make
		}
	}
	return out
}

// of is a function of the first argument alone.
func of(f func(string) (string, bool)) foldFunc {
	return func(_, first string, _ []value) (string, bool) { return f(first) }
}

// argument is the text of argument n; empty if there is none.
func argument(args []value, n int) string {
	if n < len(args) {
		return args[n].text
	}
	return ""
}

// characters are those of some numbers.
func characters(name, _ string, args []value) (string, bool) {
	out := ""
	for _, a := range args {
		n, good := numberOf(a.text)
		if !good {
			return "", false
		}
		if name == "fromcharcode" || name == "chrw" {
			out += string(rune(n))
		} else {
			out += string([]byte{byte(n)})
		}
	}
	return out, true
}

// fold gives the constant that a call of a function makes of constants.
func (x *interp) fold(name string, args []value) (value, bool) {
	for _, a := range args {
		if !a.known && a.list == nil || a.from&^fromPacked != 0 {
			return value{}, false
		}
	}
	if len(args) == 0 {
		return value{}, false
	}
	switch name { // those that make or take lists
	case "str_replace", "replace", "str_ireplace", "replaceall":
		return x.replaceConst(name, args)
	case "preg_replace":
		return x.replaceDelimited(args)
	case "implode", "join":
		return x.implode(args)
	case "explode", "split", "str_split", "array", "array_reverse", "array_merge", "preg_split":
		return x.splitConst(name, args)
	}
	f := folds[name]
	if f == nil {
		return value{}, false
	}
	s := args[0].text
	out, ok := f(name, s, args)
	if !ok || len(out) > maxConst || !x.spend(len(out)+len(s)) {
		return value{}, false
	}
	v := constant(out)
	for _, a := range args {
		v.from |= a.from & fromPacked
	}
	if decoders[name] && len(out) > 2 {
		v.from |= fromPacked
	}
	return v, true
}

func unbase64(s string) (string, bool) {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r == '+' || r == '/' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			return r
		}
		return -1
	}, s)
	b, err := base64.RawStdEncoding.DecodeString(clean)
	if err != nil && len(clean)%4 == 1 {
		b, err = base64.RawStdEncoding.DecodeString(clean[:len(clean)-1])
	}
	return string(b), err == nil && len(b) > 0
}

func inflate(r io.Reader) (string, bool) {
	b, err := io.ReadAll(io.LimitReader(r, maxConst))
	return string(b), len(b) > 0 && (err == nil || err == io.ErrUnexpectedEOF)
}

func unpack(s string, open func(io.Reader) (io.Reader, error)) (string, bool) {
	r, err := open(strings.NewReader(s))
	if err != nil {
		return "", false
	}
	return inflate(r)
}

func rot13(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return 'a' + (r-'a'+13)%26
	case r >= 'A' && r <= 'Z':
		return 'A' + (r-'A'+13)%26
	}
	return r
}

func reverse(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// packBytes is pack of PHP for the formats that hide text: H*, h*, C*, c*, A*, a*.
func packBytes(format string, args []value) (string, bool) {
	if len(args) == 0 || format == "" {
		return "", false
	}
	switch format[0] {
	case 'H':
		b, err := hex.DecodeString(args[0].text)
		return string(b), err == nil
	case 'a', 'A':
		return args[0].text, true
	case 'C', 'c':
		var b []byte
		for _, a := range args {
			n, ok := numberOf(a.text)
			if !ok {
				return "", false
			}
			b = append(b, byte(n))
		}
		return string(b), true
	}
	return "", false
}

func trimConst(name, s string, args []value) string {
	cut := " \t\n\r\x00\v"
	if len(args) > 1 && args[1].text != "" {
		cut = args[1].text
	}
	switch name {
	case "ltrim":
		return strings.TrimLeft(s, cut)
	case "rtrim", "chop":
		return strings.TrimRight(s, cut)
	}
	return strings.Trim(s, cut)
}

// replaceConst folds str_replace(search, with, text) of PHP and replace(text, search, with) of the others.
func (x *interp) replaceConst(name string, args []value) (value, bool) {
	if len(args) < 3 {
		return value{}, false
	}
	from, to, text := args[0], args[1], args[2]
	if name == "replace" || name == "replaceall" {
		text, from, to = args[0], args[1], args[2]
	}
	if !text.known {
		return value{}, false
	}
	olds, news := []value{from}, []value{to}
	if from.list != nil {
		olds, news = from.list, to.list
	}
	out := text.text
	for i, old := range olds[:min(len(olds), 64)] {
		with := ""
		switch {
		case from.list != nil && to.list == nil:
			with = to.text
		case i < len(news):
			with = news[i].text
		}
		if old.text == "" || !old.known {
			continue
		}
		if n := strings.Count(out, old.text); len(out)+n*len(with) > maxConst || !x.spend(len(out)+n*len(with)) {
			return value{}, false
		}
		out = strings.ReplaceAll(out, old.text, with)
	}
	v := constant(out)
	v.from = (text.from | from.from) & fromPacked
	if out != text.text {
		v.from |= fromPacked
	}
	return v, true
}

// replaceDelimited folds preg_replace where the pattern is a plain word.
func (x *interp) replaceDelimited(args []value) (value, bool) {
	if len(args) < 3 || len(args[0].text) < 3 {
		return value{}, false
	}
	p := args[0].text
	end := strings.LastIndexByte(p, p[0])
	if end < 2 || strings.ContainsAny(p[1:end], `\.[](){}*+?^$|`) {
		return value{}, false
	}
	return x.replaceConst("str_replace", []value{constant(p[1:end]), args[1], args[2]})
}

func strtr(s string, args []value) (string, bool) {
	if len(args) != 3 || args[1].text == "" {
		return "", false
	}
	n := min(len(args[1].text), len(args[2].text))
	var m [256]byte
	for i := range m {
		m[i] = byte(i)
	}
	for i := range n {
		m[args[1].text[i]] = args[2].text[i]
	}
	b := []byte(s)
	for i := range b {
		b[i] = m[b[i]]
	}
	return string(b), true
}

func substring(name, s string, args []value) (string, bool) {
	if len(args) < 2 {
		return "", false
	}
	from, ok := numberOf(args[1].text)
	if !ok {
		return "", false
	}
	if name == "mid" {
		from--
	}
	if from < 0 {
		from = max(0, len(s)+from)
	}
	from = min(from, len(s))
	end := len(s)
	if len(args) > 2 {
		n, ok := numberOf(args[2].text)
		switch {
		case !ok:
			return "", false
		case name == "substring":
			end = n
		case n < 0:
			end = len(s) + n
		default:
			end = from + n
		}
	}
	return s[from:max(from, min(end, len(s)))], true
}

func (x *interp) implode(args []value) (value, bool) {
	glue, list := args[0].text, args[0].list
	if len(args) > 1 {
		if list = args[1].list; list == nil {
			glue, list = args[1].text, args[0].list
		}
	} else {
		glue = ""
	}
	if list == nil {
		return value{}, false
	}
	var b strings.Builder
	var from origin
	for i, v := range list {
		if !v.known || b.Len() > maxConst {
			return value{}, false
		}
		if i > 0 {
			b.WriteString(glue)
		}
		b.WriteString(v.text)
		from |= v.from & fromPacked
	}
	v := constant(b.String())
	v.from = from
	return v, x.spend(b.Len())
}

func (x *interp) splitConst(name string, args []value) (value, bool) {
	var parts []string
	switch name {
	case "explode":
		if len(args) < 2 || args[0].text == "" || !args[1].known {
			return value{}, false
		}
		parts = strings.SplitN(args[1].text, args[0].text, maxList)
	case "split":
		if len(args) < 2 || args[1].text == "" || !args[0].known {
			return value{}, false
		}
		parts = strings.SplitN(args[0].text, args[1].text, maxList)
	case "str_split":
		n := 1
		if len(args) > 1 {
			n, _ = numberOf(args[1].text)
		}
		s := args[0].text
		if n < 1 || len(s)/n > maxList {
			return value{}, false
		}
		for len(s) > 0 {
			parts = append(parts, s[:min(n, len(s))])
			s = s[min(n, len(s)):]
		}
	case "array_reverse":
		out := value{}
		for i := len(args[0].list) - 1; i >= 0; i-- {
			out.list = append(out.list, args[0].list[i])
		}
		return out, out.list != nil
	default:
		return value{}, false
	}
	out := value{list: make([]value, 0, len(parts))}
	if !x.spend(64 * len(parts)) {
		return value{}, false
	}
	for _, p := range parts {
		out.list = append(out.list, constant(p))
	}
	return out, true
}

// sprintf folds %s, %c and %d.
func sprintf(format string, args []value) (string, bool) {
	var b strings.Builder
	n := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		if format[i] == '%' {
			b.WriteByte('%')
			continue
		}
		if n >= len(args) || b.Len() > maxConst {
			return "", false
		}
		switch format[i] {
		case 's', 'd':
			b.WriteString(args[n].text)
		case 'c':
			v, ok := numberOf(args[n].text)
			if !ok {
				return "", false
			}
			b.WriteByte(byte(v))
		default:
			return "", false
		}
		n++
	}
	return b.String(), b.Len() <= maxConst
}

func uudecode(s string) (string, bool) {
	var b bytes.Buffer
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimRight(line, "\r")
		if line == "" || line[0] == '`' {
			continue
		}
		n := int(line[0]-32) & 63
		var out []byte
		for i := 1; i+3 < len(line)+1 && i+3 < len(line)+4 && len(out) < n; i += 4 {
			var q [4]byte
			for k := range q {
				if i+k < len(line) {
					q[k] = (line[i+k] - 32) & 63
				}
			}
			out = append(out, q[0]<<2|q[1]>>4, q[1]<<4|q[2]>>2, q[2]<<6|q[3])
		}
		b.Write(out[:min(n, len(out))])
	}
	return b.String(), b.Len() > 0
}

// xorConst is ^ of two strings in PHP: as long as the shorter one.
func xorConst(a, b string) string {
	n := min(len(a), len(b))
	out := make([]byte, n)
	for i := range n {
		out[i] = a[i] ^ b[i]
	}
	return string(out)
}

// notConst is ~ of a string in PHP.
func notConst(s string) string {
	out := []byte(s)
	for i := range out {
		out[i] = ^out[i]
	}
	return string(out)
}

func constantInt(n int) string { return strconv.Itoa(n) }

package ui

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"spoor/triage"
)

// Bounds of what is lit up in one text.
const (
	maxLit   = 20 // findings
	maxSpots = 50 // places of one finding
	maxUndo  = 3  // percent-encodings, one on another
)

// A reading is a text with a coding undone, and where in the text as it stands each of its bytes comes from.
type reading struct {
	text []byte
	from []int // from[i] is where byte i begins; one more for the end
}

func readingOf(s string) reading {
	r := reading{text: []byte(s), from: make([]int, len(s)+1)}
	for i := range r.from {
		r.from[i] = i
	}
	return r
}

// add puts bytes that stand for what begins at byte i of the reading from.
func (r *reading) add(b []byte, at int) {
	for range b {
		r.from = append(r.from, at)
	}
	r.text = append(r.text, b...)
}

// unescape undoes percent-encoding, the plus sign for a space and %u, once; changed says whether there was any.
func (r reading) unescape() (out reading, changed bool) {
	for i := 0; i < len(r.text); {
		b, n := []byte{r.text[i]}, 1
		switch rest := r.text[i:]; {
		case rest[0] == '+':
			b[0], changed = ' ', true
		case rest[0] == '%' && len(rest) >= 3 && isHexPair(rest[1:3]):
			b[0], n, changed = hexByte(rest[1:3]), 3, true
		case len(rest) >= 6 && rest[0] == '%' && rest[1]|0x20 == 'u' && isHexPair(rest[2:4]) && isHexPair(rest[4:6]):
			b, n, changed = utf8.AppendRune(nil, rune(hexByte(rest[2:4]))<<8|rune(hexByte(rest[4:6]))), 6, true
		}
		out.add(b, r.from[i])
		i += n
	}
	out.from = append(out.from, r.from[len(r.text)])
	return out, changed
}

func isHexPair(b []byte) bool { return isHex(string(b[:1])) && isHex(string(b[1:2])) }

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

func hexByte(b []byte) byte {
	var out [1]byte
	_, _ = hex.Decode(out[:], b[:2]) // the caller has looked at them
	return out[0]
}

// spelledRun is a hex literal or a run that may be base64.
var spelledRun = regexp.MustCompile(`0[xX](?:[0-9a-fA-F]{2}){2,}|[A-Za-z0-9+/_-]{12,}={0,2}`)

// spell undoes what is spelled in hex literals and base64; changed says whether there was any.
func (r reading) spell() (out reading, changed bool) {
	at := 0
	for _, m := range spelledRun.FindAllIndex(r.text, 200) {
		run := string(r.text[m[0]:m[1]])
		var b []byte
		per, skip := 0.75, 0 // bytes a character; characters before the first
		if run[0] == '0' && run[1]|0x20 == 'x' && isHex(run[2:]) {
			b, _ = hex.DecodeString(run[2:])
			per, skip = 0.5, 2
		} else {
			bare := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(run, "="))
			b, _ = base64.RawStdEncoding.DecodeString(bare[:len(bare)/4*4])
		}
		if len(b) == 0 {
			continue
		}
		for ; at < m[0]; at++ {
			out.add(r.text[at:at+1], r.from[at])
		}
		for i := range b {
			out.add(b[i:i+1], r.from[min(m[0]+skip+int(float64(i)/per), m[1]-1)])
		}
		at, changed = m[1], true
	}
	for ; at < len(r.text); at++ {
		out.add(r.text[at:at+1], r.from[at])
	}
	out.from = append(out.from, r.from[len(r.text)])
	return out, changed
}

// readings are s as it stands, percent-decoded once and more often, and each of them with what it spells.
func readings(s string) []reading {
	out := []reading{readingOf(s)}
	for range maxUndo {
		next, changed := out[len(out)-1].unescape()
		if !changed {
			break
		}
		out = append(out, next)
	}
	for _, r := range out[:len(out):len(out)] {
		if x, changed := r.spell(); changed {
			out = append(out, x)
		}
	}
	return out
}

// light cuts s at the bytes that rules matched, where they stand as they are or coded. within says where a field
// stands in s; it may say that it stands nowhere there, and nil means that each may be anywhere.
func light(s string, findings []triage.Finding, within func(field string) (from, to int)) []run {
	rest := ""
	if len(s) > MaxDrawn {
		s, rest = s[:MaxDrawn], s[MaxDrawn:]
	}
	lit := make([]bool, len(s))
	var all []reading
	for i, f := range findings {
		if i >= maxLit || len(f.Match) < 2 {
			continue
		}
		lo, hi := 0, len(s)
		if within != nil {
			lo, hi = within(f.Field)
		}
		if all == nil && lo < hi {
			all = readings(s)
		}
		for j := range all {
			if all[j].light(f.Match, lo, min(hi, len(s)), lit) {
				break
			}
		}
	}
	out := cutAtLight(s, lit)
	if rest != "" {
		out = append(out, run{rest, plain})
	}
	return out
}

// light marks the places of a match between two places of the text as it stands, and reports whether there is one.
func (r *reading) light(match string, lo, hi int, lit []bool) bool {
	// from does not fall, so that what lies between the two is one piece of the reading.
	a := sort.SearchInts(r.from[:len(r.text)], lo)
	b := sort.SearchInts(r.from[:len(r.text)], hi)
	text, n := string(r.text[a:max(a, b)]), 0
	for at := 0; n < maxSpots; n++ {
		i := strings.Index(text[at:], match)
		if i < 0 {
			break
		}
		at += i + len(match)
		from, to := r.from[a+at-len(match)], r.from[a+at]
		for j := from; j < max(to, from+1) && j < len(lit); j++ {
			lit[j] = true
		}
	}
	return n > 0
}

func cutAtLight(s string, lit []bool) []run {
	var out []run
	for from := 0; from < len(s); {
		to := from
		for to < len(s) && lit[to] == lit[from] {
			to++
		}
		look := plain
		if lit[from] {
			look = matched
		}
		out = append(out, run{s[from:to], look})
		from = to
	}
	return out
}

// fieldIn says where the fields of a request stand in its raw line: all of it for a field that is not found there.
func fieldIn(raw string, r *triage.Request) func(field string) (from, to int) {
	return func(field string) (int, int) {
		name, _, _ := strings.Cut(field, ":")
		value := map[string]string{"path": r.Path, "query": r.Query, "agent": r.Agent, "referer": r.Referer, "host": r.Host, "body": r.Body, "answer": r.Answer}[name]
		at := -1
		if len(value) > 1 {
			at = strings.Index(raw, value)
			if name == "agent" || name == "referer" {
				at = strings.LastIndex(raw, value)
			}
		}
		if at < 0 {
			return 0, len(raw)
		}
		return at, at + len(value)
	}
}

// onlyIn lights what was found in one of these fields, and what is in none of them anywhere.
func onlyIn(s, field string, layers []triage.Layer) func(field string) (from, to int) {
	return func(f string) (int, int) {
		if f == field {
			return 0, len(s)
		}
		for i := range layers {
			if layers[i].Field == f {
				return 0, 0
			}
		}
		return 0, len(s)
	}
}

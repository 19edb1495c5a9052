package triage

import (
	"strings"
	"unicode/utf8"
)

// Bounds of decoding. What lies beyond them stays as it is.
const (
	maxDecodeBytes  = 64 << 10 // of one field; the rest of the field is not looked at
	maxDecodeDepth  = 6        // steps one on another
	maxDecodeLayers = 12       // layers of one field
	maxParameters   = 256      // of one query
)

// A codedText is one layer of one field.
type codedText struct {
	coding string
	text   string
}

// A parameter is one "name=value" of a query, as sent.
type parameter struct {
	name, value string
	bare        bool // no "=": the whole parameter is in value
}

// Layers peels the codings off the path, each parameter of query and body, the answer, the agent, the referer and an odd host of r, and
// returns every layer, outermost first, grouped by field. A field without coding gives one layer,
// "raw". At most maxParameters parameters, maxDecodeLayers layers a field and 64 KiB a layer.
func Layers(r *Request) []Layer {
	var out []Layer
	add := func(field, text string, plus bool) {
		if text == "" {
			return
		}
		for _, c := range peel(text, plus) {
			out = append(out, Layer{Field: field, Coding: c.coding, Text: c.text})
		}
	}
	add("path", r.Path, false)
	for _, p := range splitQuery(r.Query) {
		add(queryField(p.name), p.value, true)
	}
	bodyLayers(r.Body, add)
	add("answer", r.Answer, false)
	add("agent", r.Agent, false)
	add("referer", r.Referer, false)
	if mayBeCoded(r.Host) {
		add("host", r.Host, false)
	}
	return out
}

// DecodedText is the target in its fullest decoding, for free-text search: the path, and if there is a
// query "?" and its parameters, each peeled of all codings. What base64, hex literals and CHAR() lists
// spell out follows the parameter after a space. Case is kept.
func DecodedText(path, query string) string {
	if query == "" && !mayBeCoded(path) && !maySpell(path) {
		return path
	}
	var b strings.Builder
	writeDecoded(&b, path, false)
	if query == "" {
		return b.String()
	}
	b.WriteByte('?')
	if !mayBeCoded(query) && !maySpell(query) {
		b.WriteString(query)
		return b.String()
	}
	for i, p := range splitQuery(query) {
		if i > 0 {
			b.WriteByte('&')
		}
		if !p.bare {
			writeDecoded(&b, p.name, true)
			b.WriteByte('=')
		}
		writeDecoded(&b, p.value, true)
		if b.Len() > maxDecodeBytes {
			break
		}
	}
	return b.String()
}

func writeDecoded(b *strings.Builder, s string, plus bool) {
	layers := peel(s, plus)
	full := len(layers) - 1
	for full > 0 && isSpelled(layers[full].coding) {
		full--
	}
	b.WriteString(layers[full].text)
	for _, l := range layers[full+1:] {
		b.WriteByte(' ')
		b.WriteString(l.text)
	}
}

// queryField is the Finding.Field of a parameter.
func queryField(name string) string {
	if mayBeCoded(name) {
		name, _ = decodePercent(name, true)
	}
	if len(name) > 64 {
		name = cutText(name, 64)
	}
	return "query:" + strings.ToValidUTF8(name, "\uFFFD")
}

// splitQuery cuts a query at "&" into at most maxParameters parameters; the last holds the rest.
func splitQuery(query string) []parameter {
	if query == "" {
		return nil
	}
	query = cutText(query, maxDecodeBytes)
	out := make([]parameter, 0, min(strings.Count(query, "&")+1, maxParameters))
	for query != "" {
		part := query
		if i := strings.IndexByte(query, '&'); i >= 0 && len(out) < maxParameters-1 {
			part, query = query[:i], query[i+1:]
		} else {
			query = ""
		}
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			name, value = "", part
		}
		out = append(out, parameter{name: name, value: value, bare: !ok})
	}
	return out
}

// peel returns the layers of s: s itself as "raw", then each step of undoing percent, Unicode, HTML and
// backslash codings until none is left, then what the last of them spells out in base64, hex literals
// or lists of character codes. plus is true where "+" stands for a space.
func peel(s string, plus bool) []codedText {
	s = cutText(s, maxDecodeBytes)
	out := []codedText{{"raw", s}}
	coding := ""
	cur := s
	for depth := 0; depth < maxDecodeDepth; depth++ {
		next, name := decodeStep(cur, plus && depth == 0)
		if name == "" || next == cur {
			break
		}
		if coding != "" {
			coding += "+"
		}
		coding += name
		cur = next
		out = append(out, codedText{coding, cur})
	}
	return appendSpelled(out, cur, coding)
}

// decodeStep undoes the outermost coding of s. The name is empty when there is none.
func decodeStep(s string, plus bool) (string, string) {
	if strings.IndexByte(s, '%') >= 0 || plus && strings.IndexByte(s, '+') >= 0 {
		if d, name := decodePercent(s, plus); d != s {
			return d, name
		}
	}
	if d := foldUnicode(s); d != s {
		return d, "unicode"
	}
	if strings.IndexByte(s, '&') >= 0 {
		if d := decodeEntities(s); d != s {
			return d, "html"
		}
	}
	if strings.IndexByte(s, '\\') >= 0 {
		if d := decodeEscapes(s); d != s {
			return d, `\x`
		}
	}
	return s, ""
}

// appendSpelled adds what a fully decoded text spells out by other means.
func appendSpelled(out []codedText, text, coding string) []codedText {
	if coding != "" {
		coding += "+"
	}
	add := func(name, t string) {
		if t != "" && t != text && len(out) < maxDecodeLayers {
			out = append(out, codedText{coding + name, t})
		}
	}
	add("hex", spellHex(text))
	add("char()", spellChars(text))
	if b := spellBase64(text); b != "" {
		add("base64", b)
		if again := spellBase64(b); again != "" {
			add("base64+base64", again)
		}
		cur, name := b, coding+"base64"
		for depth := 0; depth < 2 && len(out) < maxDecodeLayers; depth++ {
			next, step := decodeStep(cur, false)
			if step == "" || next == cur {
				break
			}
			name += "+" + step
			out, cur = append(out, codedText{name, next}), next
		}
	}
	add("concat", spellConcat(text))
	add("concat", spellConcatCall(text))
	add("utf-7", spellUTF7(text))
	add("reversed", spellReversed(text))
	if strings.IndexByte(text, '\\') >= 0 {
		add("octal", spellOctal(text))
	}
	return out
}

// isSpelled reports whether a layer's text stands beside its parent's rather than in its place.
func isSpelled(coding string) bool {
	for _, n := range [...]string{"hex", "char()", "base64", "concat", "utf-7", "reversed", "octal"} {
		if strings.Contains(coding, n) {
			return true
		}
	}
	return false
}

// mayBeCoded is false for texts that certainly have no coding to undo in place.
func mayBeCoded(s string) bool {
	for i := 0; i < len(s); i++ {
		if codingByte[s[i]] {
			return true
		}
	}
	return false
}

// maySpell is false of texts without coding that certainly spell nothing out: they have no hex literal
// and no run that is long enough for base64.
func maySpell(s string) bool {
	run := 0
	for i := 0; i < len(s); i++ {
		if !isBase64(s[i]) {
			run = 0
			continue
		}
		if run++; run >= minBase64 || s[i]|0x20 == 'x' && i > 0 && s[i-1] == '0' {
			return true
		}
	}
	return false
}

var codingByte = func() (t [256]bool) {
	for _, c := range []byte(`%+&\'"(`) {
		t[c] = true
	}
	for c := 0x80; c < 0x100; c++ {
		t[c] = true
	}
	return t
}()

// cutText is the longest prefix of s of at most n bytes that cuts no rune.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := 0; i < utf8.UTFMax-1 && n > 0 && !utf8.RuneStart(s[n]); i++ {
		n--
	}
	return s[:n]
}

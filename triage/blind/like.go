package blind

import (
	"regexp"
	"strings"
)

// like evaluates LIKE, GLOB and the regular expressions on texts that are known.
func (e *evaluator) like(n *node, depth int) value {
	v := e.resolve(e.eval(n.args[0], depth+1))
	p := e.eval(n.args[1], depth+1)
	if v.kind == vNull {
		return v
	}
	if v.kind == vNumber {
		v = text(asText(v))
	}
	if v.kind != vString || p.kind != vString {
		return unknownValue
	}
	re := patternOf(n.op, p.s, e.foldsLike(n.op) && !v.bin && !p.bin)
	if re == nil {
		return unknownValue
	}
	return boolean(re.MatchString(v.s) != n.not)
}

// foldsLike reports whether the pattern matches without case under the choice of dialect.
func (e *evaluator) foldsLike(op string) bool {
	switch op {
	case "ILIKE":
		return true
	case "GLOB", "LIKE BINARY", "REGEXP BINARY":
		return false
	}
	e.chose = true
	return e.choice.fold == foldUpper || e.choice.fold == foldLocale || e.choice.of&sqlite != 0 && strings.HasPrefix(op, "LIKE")
}

// maxPattern bounds patterns, in bytes.
const maxPattern = 256

// patternOf is a pattern as a regular expression of Go, nil if it cannot be one. Matching is linear in the text.
func patternOf(op, p string, fold bool) *regexp.Regexp {
	if len(p) > maxPattern {
		return nil
	}
	var b strings.Builder
	b.WriteString("(?s")
	if fold {
		b.WriteString("i")
	}
	b.WriteString(")")
	switch {
	case strings.HasPrefix(op, "REGEXP"):
		b.WriteString(p)
	case op == "GLOB":
		b.WriteString("^" + globbed(p) + "$")
	default:
		b.WriteString("^" + liked(p, op == "SIMILAR") + "$")
	}
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil
	}
	return re
}

// liked is a LIKE pattern as a regular expression; classes are SQL Server's.
func liked(p string, similar bool) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p):
			i++
			b.WriteString(regexp.QuoteMeta(p[i : i+1]))
		case c == '%':
			b.WriteString(".*")
		case c == '_':
			b.WriteString(".")
		case c == '[' && strings.IndexByte(p[i:], ']') > 1:
			j := i + strings.IndexByte(p[i:], ']')
			b.WriteString(p[i : j+1])
			i = j
		case similar && strings.IndexByte("|()*+?{}", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString(regexp.QuoteMeta(string(rune(c))))
		}
	}
	return b.String()
}

func globbed(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '*':
			b.WriteString(".*")
		case c == '?':
			b.WriteString(".")
		case c == '[' && strings.IndexByte(p[i:], ']') > 1:
			j := i + strings.IndexByte(p[i:], ']')
			b.WriteString(p[i : j+1])
			i = j
		default:
			b.WriteString(regexp.QuoteMeta(string(rune(c))))
		}
	}
	return b.String()
}

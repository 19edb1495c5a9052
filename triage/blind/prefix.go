package blind

import (
	"hash/fnv"
	"strings"
	"unicode/utf8"
)

// A prefixTest is a question about several characters at once: LIKE 'ab%', LEFT(x, 2) = 'ab', REGEXP '^a[b-f]'.
// True, it says what each of them is. False, it says that the last is not, if those before it are known to match.
type prefixTest struct {
	pos      int // of the first character
	elems    []element
	not      bool
	trueOnly bool // false says nothing: more follows what is listed
}

// An element is what a pattern says about one character.
type element struct {
	yes, no set    // characters that can match, characters that can fail to
	upTo    uint64 // hash of the pattern up to here
}

// maxElements bounds the characters of one pattern.
const maxElements = 256

// spanTest reads a question about a span of characters, nil if it is none of these.
func (e *evaluator) spanTest(n *node, d dialect) *prefixTest {
	not := false
	for n.kind == nodeUnary && (n.op == "NOT" || n.op == "!") {
		not = !not
		n = n.args[0]
	}
	var part, pattern value
	op := "="
	switch {
	case n.kind == nodeLike:
		op, not = n.op, not != n.not
		part, pattern = e.eval(n.args[0], 0), e.eval(n.args[1], 0)
	case n.kind == nodeBinary && (n.op == "=" || n.op == "<>"):
		not = not != (n.op == "<>")
		part, pattern = e.eval(n.args[0], 0), e.eval(n.args[1], 0)
		if part.kind != vPart {
			part, pattern = pattern, part
		}
	case n.kind == nodeIn && len(n.args) == 2:
		not = not != n.not
		part, pattern = e.eval(n.args[0], 0), e.eval(n.args[1], 0)
	default:
		return nil
	}
	if part.kind != vPart || part.pos < 1 || pattern.kind != vString {
		return nil
	}
	p := &prefixTest{pos: part.pos, not: not}
	m := matcher{op: op, dialect: d, bin: part.bin || pattern.bin || strings.HasSuffix(op, " BINARY"), p: p}
	switch {
	case op == "=":
		m.equal(pattern.s, part.len)
	case strings.HasPrefix(op, "REGEXP"):
		m.regexp(pattern.s)
	case op == "GLOB":
		m.like(pattern.s, '*', '?', part.len)
	case op == "LIKE", op == "ILIKE", op == "LIKE BINARY", op == "SIMILAR":
		m.like(pattern.s, '%', '_', part.len)
	}
	if m.failed || len(p.elems) == 0 || part.len >= 0 && len(p.elems) > part.len+1 {
		return nil
	}
	return p
}

// A matcher turns a pattern into elements.
type matcher struct {
	op      string
	dialect dialect
	bin     bool
	p       *prefixTest
	failed  bool
	hash    string
}

// add appends an element that matches characters with f.
func (m *matcher) add(text string, f func(r rune, c dialectChoice) bool) {
	if len(m.p.elems) >= maxElements {
		m.failed = true
		return
	}
	var el element
	for cell := 1; cell < charCells; cell++ {
		for _, c := range dialectChoices {
			if c.of&m.dialect == 0 {
				continue
			}
			if cell == cellHigh && (m.folds(c) || f(cellHigh, c) != f(0xffff, c)) { // not looked at one by one
				el.yes.add(cell)
				el.no.add(cell)
				break
			}
			if f(rune(cell), c) {
				el.yes.add(cell)
			} else {
				el.no.add(cell)
			}
		}
	}
	el.no.add(cellEnd)
	m.push(text, el)
}

func (m *matcher) push(text string, el element) {
	h := fnv.New64a()
	m.hash += "\x00" + text
	h.Write([]byte(m.hash))
	el.upTo = h.Sum64()
	m.p.elems = append(m.p.elems, el)
}

// end says that the text ends here.
func (m *matcher) end() {
	el := element{no: full(charCells)}
	el.yes.add(cellEnd)
	el.no[0] &^= 1
	m.push("\x00end", el)
}

func (m *matcher) folds(c dialectChoice) bool {
	if m.op == "=" {
		return !m.bin && (c.fold == foldUpper || c.fold == foldLocale)
	}
	e := evaluator{choice: c}
	return !m.bin && e.foldsLike(m.op)
}

func (m *matcher) literal(want rune) {
	m.add(string(want), func(r rune, c dialectChoice) bool {
		return r == want || m.folds(c) && fold1(r) == fold1(want)
	})
}

func (m *matcher) any() { m.add("\x00any", func(rune, dialectChoice) bool { return true }) }

// class adds a bracket expression without its brackets.
func (m *matcher) class(s string) {
	negated := strings.HasPrefix(s, "^") || strings.HasPrefix(s, "!")
	body := strings.TrimLeft(s, "^!")
	if strings.Contains(body, "[:") || strings.Contains(body, `\`) {
		m.failed = true
		return
	}
	r := []rune(body)
	in := func(x rune) bool {
		for i := 0; i < len(r); i++ {
			if i+2 < len(r) && r[i+1] == '-' {
				if x >= r[i] && x <= r[i+2] {
					return true
				}
				i += 2
			} else if x == r[i] {
				return true
			}
		}
		return false
	}
	m.add("["+s+"]", func(x rune, c dialectChoice) bool {
		hit := in(x)
		if !hit && m.folds(c) {
			hit = in(fold1(x)) || x >= 'A' && x <= 'Z' && in(x|0x20)
		}
		return hit != negated
	})
}

// equal is x = 'abc', where x is at most size characters of the value, or all for -1.
func (m *matcher) equal(s string, size int) {
	for _, r := range s {
		m.literal(r)
	}
	if n := utf8.RuneCountInString(s); size < 0 || n < size {
		m.end()
	}
}

// like reads a pattern with a sign for any text and one for any character.
func (m *matcher) like(s string, many, one byte, size int) {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == many:
			m.p.trueOnly = strings.Trim(s[i:], string(rune(many))) != ""
			return
		case c == one:
			m.any()
			i++
		case c == '\\' && i+1 < len(s) && many == '%':
			m.literal(rune(s[i+1]))
			i += 2
		case c == '[' && (many == '*' || m.dialect == mssql) && strings.IndexByte(s[i+1:], ']') > 0:
			j := i + 1 + strings.IndexByte(s[i+1:], ']')
			m.class(s[i+1 : j])
			i = j + 1
		case c == '[' && m.dialect&mssql != 0, m.op == "SIMILAR" && strings.IndexByte("|()*+?{}[]", c) >= 0:
			m.failed = true
			return
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			m.literal(r)
			i += n
		}
	}
	if size < 0 || len(m.p.elems) < size {
		m.end()
	}
}

// regexp reads an anchored expression of characters, classes and dots.
func (m *matcher) regexp(s string) {
	if !strings.HasPrefix(s, "^") {
		m.failed = true
		return
	}
	for i := 1; i < len(s); {
		c := s[i]
		rest := s[i:]
		switch {
		case rest == "$":
			m.end()
			return
		case rest == ".*" || rest == ".*$":
			return
		case strings.IndexByte("*+?{}()|$", c) >= 0:
			m.failed = true
			return
		case c == '.':
			m.any()
			i++
		case c == '[' && strings.IndexByte(s[i+1:], ']') > 0:
			j := i + 1 + strings.IndexByte(s[i+1:], ']')
			m.class(s[i+1 : j])
			i = j + 1
		case c == '\\' && i+1 < len(s) && !isWord(s[i+1]) && !isDigit(s[i+1]):
			m.literal(rune(s[i+1]))
			i += 2
		case c == '\\' || c == '[':
			m.failed = true
			return
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			m.literal(r)
			i += n
		}
		if i < len(s) && strings.IndexByte("*+?{", s[i]) >= 0 { // the last element may repeat or be absent
			m.failed = true
			return
		}
	}
}

package blind

import "strings"

// A token is a piece of SQL. Its text keeps its case; up is the text in upper case for words.
type token struct {
	kind tokenKind
	at   int32  // where it begins in what was read
	text string // a word as written, an operator, the bytes of a string or hex literal, the digits of a number
	up   string // of words
	cut  bool   // a literal whose quote never closes
}

type tokenKind uint8

const (
	tokNumber tokenKind = iota + 1
	tokHex              // 0x61, X'61': bytes that are a string or a number
	tokString
	tokWord
	tokName // `quoted`, [quoted]
	tokVar  // @name, @@name, :name
	tokOp
	tokOpen
	tokClose
	tokComma
	tokSemi
	tokDot
)

// Bounds of one payload. What lies beyond them is not read.
const (
	maxText   = 32 << 10
	maxTokens = 4096
)

// A lexer reads SQL of any dialect: every comment, quote and literal form of each is read, since the dialect of
// the statement is not known. A break-out of an enclosing bracket, ")" with nothing open, is dropped and counted.
type lexer struct {
	s      string
	pos    int
	out    []token
	depth  int
	closes int // brackets of the statement around that the payload closes
	inline int // open /*! comments
}

// lex reads s; its tokens follow those in out.
func lex(s string, out []token) lexer {
	if len(s) > maxText {
		s = s[:maxText]
	}
	l := lexer{s: s, out: out}
	for l.pos < len(l.s) && len(l.out) < maxTokens && l.step() {
	}
	return l
}

func (l *lexer) at(n int) byte {
	if l.pos+n < len(l.s) {
		return l.s[l.pos+n]
	}
	return 0
}

func (l *lexer) emit(k tokenKind, text string, next int) {
	t := token{kind: k, at: int32(l.pos), text: text}
	if k == tokWord {
		t.up = strings.ToUpper(text)
	}
	l.out = append(l.out, t)
	l.pos = next
}

// step reads one token or skips one stretch; it is false at a comment that ends the statement.
func (l *lexer) step() bool {
	c := l.s[l.pos]
	switch {
	case c == 0:
		return false
	case c <= ' ' || c == 0xa0:
		l.pos++
	case c == 0xc2 && l.at(1) == 0xa0:
		l.pos += 2
	case c == '-' && l.at(1) == '-', c == '#':
		return l.lineComment()
	case c == '/' && l.at(1) == '*':
		return l.blockComment()
	case c == '*' && l.at(1) == '/' && l.inline > 0:
		l.inline--
		l.pos += 2
	case isDigit(c) || c == '.' && isDigit(l.at(1)):
		l.number()
	case c == '\'' || c == '"':
		l.quoted(c, l.pos+1)
	case c == '`':
		l.named('`')
	case c == '[' && isWord(l.at(1)):
		l.named(']')
	case c == '$' && (l.at(1) == '$' || isWord(l.at(1))) && l.dollar():
	case isWord(c):
		l.word()
	case c == '@' || c == ':' && isWord(l.at(1)):
		i := l.pos + 1
		for i < len(l.s) && (l.s[i] == '@' || isWord(l.s[i]) || isDigit(l.s[i]) || l.s[i] == '.') {
			i++
		}
		l.emit(tokVar, l.s[l.pos:i], i)
	default:
		l.punctuation(c)
	}
	return true
}

// lineComment skips to the next line; without one the statement ends.
func (l *lexer) lineComment() bool {
	i := strings.IndexByte(l.s[l.pos:], '\n')
	if i < 0 {
		return false
	}
	l.pos += i + 1
	return true
}

// blockComment skips a comment, but reads what MySQL and MariaDB execute in it: /*!50000 ... */ and /*M! ... */.
func (l *lexer) blockComment() bool {
	i := l.pos + 2
	if i < len(l.s) && (l.s[i] == 'M' || l.s[i] == 'm') {
		i++
	}
	if i < len(l.s) && l.s[i] == '!' {
		for i++; i < len(l.s) && isDigit(l.s[i]); i++ {
		}
		l.inline++
		l.pos = i
		return true
	}
	n := strings.Index(l.s[l.pos+2:], "*/")
	if n < 0 {
		return false
	}
	l.pos += n + 4
	return true
}

func (l *lexer) number() {
	i := l.pos
	if l.s[i] == '0' && (l.at(1)|0x20 == 'x') && isHex(l.at(2)) {
		for i += 2; i < len(l.s) && isHex(l.s[i]); i++ {
		}
		l.emit(tokHex, unhex(l.s[l.pos+2:i]), i)
		return
	}
	if l.s[i] == '0' && l.at(1) == 'b' && (l.at(2) == '0' || l.at(2) == '1') {
		for i += 2; i < len(l.s) && (l.s[i] == '0' || l.s[i] == '1'); i++ {
		}
		l.emit(tokNumber, l.s[l.pos:i], i)
		return
	}
	for i < len(l.s) && (isDigit(l.s[i]) || l.s[i] == '.') {
		i++
	}
	if i+1 < len(l.s) && l.s[i]|0x20 == 'e' {
		j := i + 1
		if l.s[j] == '-' || l.s[j] == '+' {
			j++
		}
		if j < len(l.s) && isDigit(l.s[j]) {
			for ; j < len(l.s) && isDigit(l.s[j]); j++ {
			}
			i = j
		}
	}
	l.emit(tokNumber, l.s[l.pos:i], i)
}

// quoted reads a literal from byte i on, with doubled quotes and backslash escapes undone.
func (l *lexer) quoted(q byte, i int) {
	var b strings.Builder
	for ; i < len(l.s); i++ {
		c := l.s[i]
		switch {
		case c == '\\' && i+1 < len(l.s) && (l.s[i+1] == q || l.s[i+1] == '\\'):
			i++
			b.WriteByte(l.s[i])
		case c != q:
			b.WriteByte(c)
		case i+1 < len(l.s) && l.s[i+1] == q:
			i++
			b.WriteByte(q)
		default:
			l.emit(tokString, b.String(), i+1)
			return
		}
	}
	l.emit(tokString, b.String(), len(l.s))
	l.out[len(l.out)-1].cut = true
}

func (l *lexer) named(end byte) {
	i := strings.IndexByte(l.s[l.pos+1:], end)
	if i < 0 {
		l.pos++
		return
	}
	l.emit(tokName, l.s[l.pos+1:l.pos+1+i], l.pos+i+2)
}

// dollar reads a PostgreSQL $$...$$ or $tag$...$tag$ literal.
func (l *lexer) dollar() bool {
	i := l.pos + 1
	for i < len(l.s) && isWord(l.s[i]) && l.s[i] != '$' {
		i++
	}
	if i >= len(l.s) || l.s[i] != '$' {
		return false
	}
	tag := l.s[l.pos : i+1]
	n := strings.Index(l.s[i+1:], tag)
	if n < 0 {
		return false
	}
	l.emit(tokString, l.s[i+1:i+1+n], i+1+n+len(tag))
	return true
}

func (l *lexer) word() {
	i := l.pos
	for i < len(l.s) && (isWord(l.s[i]) || isDigit(l.s[i])) && !(l.s[i] == 0xc2 && i+1 < len(l.s) && l.s[i+1] == 0xa0) {
		i++
	}
	if i == l.pos {
		i++
	}
	w := l.s[l.pos:i]
	if i < len(l.s) && l.s[i] == '\'' {
		switch w {
		case "x", "X":
			l.quoted('\'', i+1)
			t := &l.out[len(l.out)-1]
			t.kind, t.text = tokHex, unhex(t.text)
			return
		case "n", "N", "e", "E", "b", "B":
			l.quoted('\'', i+1)
			return
		case "q", "Q":
			if l.oracleQuote(i) {
				return
			}
		}
		if w[0] == '_' {
			l.pos = i // a character set before a literal: _utf8'a'
			return
		}
	}
	if w[0] == '_' && i+1 < len(l.s) && l.s[i] == ' ' && l.s[i+1] == '\'' {
		l.pos = i + 1
		return
	}
	l.emit(tokWord, w, i)
}

// oracleQuote reads q'[...]' whose quote is at byte i.
func (l *lexer) oracleQuote(i int) bool {
	if i+1 >= len(l.s) {
		return false
	}
	end := l.s[i+1]
	if p := strings.IndexByte("[({<", end); p >= 0 {
		end = "])}>"[p]
	}
	n := strings.Index(l.s[i+2:], string(rune(end))+"'")
	if n < 0 {
		return false
	}
	l.emit(tokString, l.s[i+2:i+2+n], i+2+n+2)
	return true
}

var operators = [...]string{"<=>", "!~*", "~~*", "<=", ">=", "<>", "!=", "!<", "!>", ":=", "||", "&&", "<<", ">>", "::", "~*", "!~", "~~", "^="}

func (l *lexer) punctuation(c byte) {
	switch c {
	case '(':
		l.depth++
		l.emit(tokOpen, "(", l.pos+1)
	case ')':
		if l.depth == 0 {
			l.closes++
			l.pos++
			return
		}
		l.depth--
		l.emit(tokClose, ")", l.pos+1)
	case ',':
		l.emit(tokComma, ",", l.pos+1)
	case ';':
		l.emit(tokSemi, ";", l.pos+1)
	case '.':
		l.emit(tokDot, ".", l.pos+1)
	default:
		for _, op := range operators {
			if strings.HasPrefix(l.s[l.pos:], op) {
				l.emit(tokOp, op, l.pos+len(op))
				return
			}
		}
		l.emit(tokOp, l.s[l.pos:l.pos+1], l.pos+1)
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isWord(c byte) bool  { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '$' || c >= 0x80 }
func isHex(c byte) bool   { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// unhex is the bytes that hex digits spell; an odd number has a zero in front.
func unhex(s string) string {
	if len(s)%2 == 1 {
		s = "0" + s
	}
	b := make([]byte, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		if !isHex(s[i]) || !isHex(s[i+1]) {
			break
		}
		b = append(b, nibble(s[i])<<4|nibble(s[i+1]))
	}
	return string(b)
}

func nibble(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

package script

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A token is one word of code. Comments and blanks are none.
type token struct {
	kind  kind
	inter bool   // a string in which variables are put in place
	text  string // of identifiers in lower case; of strings what they stand for; of variables the name without "$"
	at    int    // first byte in the code
	end   int
	after bool  // a line end stands before it
	match int32 // of an opening bracket: the number of the closing token; 0 if none
}

type kind uint8

const (
	tOp kind = iota
	tIdent
	tVar
	tString
	tNumber
	tShell // between backticks
)

// longOps are the operators of more than one byte, longest first.
var longOps = []string{"===", "!==", "**=", "<=>", "??=", "...", "->", "::", ".=", "+=", "-=", "*=", "/=", "|=", "&=", "^=", "==", "!=", "<>", "<=", ">=", "=>", "&&", "||", "??", "++", "--", "<<", "=~"}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// lex cuts code into tokens, at most maxTokens.
func lex(lang language, s string) []token {
	l := lexer{lang: lang, s: s}
	for l.i < len(s) && len(l.out) < maxTokens {
		l.next()
	}
	matchBrackets(l.out)
	return l.out
}

type lexer struct {
	lang language
	s    string
	i    int
	nl   bool
	out  []token
}

func (l *lexer) add(k kind, text string, at int) *token {
	l.out = append(l.out, token{kind: k, text: text, at: at, end: l.i, after: l.nl})
	l.nl = false
	return &l.out[len(l.out)-1]
}

func (l *lexer) next() {
	s, at := l.s, l.i
	c := s[at]
	switch {
	case c == '\n':
		l.nl = true
		l.i++
	case c <= ' ':
		l.i++
	case l.comment():
	case c == '\'' || c == '"':
		l.quoted(c)
	case c == '`':
		l.i++
		body := l.escaped('`')
		t := l.add(tShell, body, at)
		t.inter = true
		if l.lang != php && l.lang != perl && l.lang != shell {
			t.kind, t.inter = tString, true
		}
	case c == '$' && l.lang.sigil():
		l.variable()
	case (c == '@' || c == '%') && l.lang == perl && at+1 < len(s) && (isWord(s[at+1]) && !isDigit(s[at+1])):
		l.variable()
	case isDigit(c) || c == '.' && at+1 < len(s) && isDigit(s[at+1]) && (at == 0 || !isWord(s[at-1]) && s[at-1] != ')' && s[at-1] != ' '):
		l.number()
	case isWord(c):
		for l.i < len(s) && isWord(s[l.i]) {
			l.i++
		}
		l.add(tIdent, strings.ToLower(s[at:l.i]), at)
	case c == '@' && l.lang == csharp && at+1 < len(s) && s[at+1] == '"':
		l.i++
		l.doubled('"')
	case c == '$' && l.lang == csharp && at+1 < len(s) && s[at+1] == '"':
		l.i += 2
		body := l.escaped('"')
		l.add(tString, body, at).inter = true
	case c == '<' && l.lang == php && strings.HasPrefix(s[at:], "<<<"):
		body, raw, end := heredoc(s, at+3)
		if end == 0 {
			l.op()
			return
		}
		l.i = end
		if !raw {
			body = unescape(body, 0)
		}
		l.add(tString, body, at).inter = !raw
	default:
		l.op()
	}
}

func (l *lexer) op() {
	at := l.i
	for _, op := range longOps {
		if strings.HasPrefix(l.s[at:], op) {
			l.i += len(op)
			l.add(tOp, op, at)
			return
		}
	}
	l.i++
	if _, n := utf8.DecodeRuneInString(l.s[at:]); n > 1 {
		l.i = at + n
	}
	l.add(tOp, l.s[at:l.i], at)
}

// comment skips one, if there is one here.
func (l *lexer) comment() bool {
	s, at := l.s, l.i
	line := false
	switch c := s[at]; {
	case l.lang.basic():
		line = c == '\'' || (c == 'R' || c == 'r') && len(s)-at > 3 && strings.EqualFold(s[at:at+3], "rem") && !isWord(s[at+3]) && (at == 0 || !isWord(s[at-1]) && s[at-1] != '.')
	case c == '#':
		line = l.lang == php && !strings.HasPrefix(s[at:], "#[") || l.lang == perl && (at == 0 || s[at-1] != '$') || l.lang == python || l.lang == shell
	case c == '/' && l.lang != perl && l.lang != python && l.lang != shell:
		if strings.HasPrefix(s[at:], "/*") {
			n := strings.Index(s[at+2:], "*/")
			if n < 0 {
				n = len(s) - at - 4
			}
			l.i = max(at+2, at+n+4)
			return true
		}
		line = strings.HasPrefix(s[at:], "//")
	}
	if !line {
		return false
	}
	n := strings.IndexByte(s[at:], '\n')
	if n < 0 {
		n = len(s) - at
	}
	l.i = at + n
	return true
}

func (l *lexer) quoted(c byte) {
	at := l.i
	if l.lang == python && strings.HasPrefix(l.s[at:], strings.Repeat(string(c), 3)) {
		n := strings.Index(l.s[at+3:], strings.Repeat(string(c), 3))
		if n < 0 {
			n = len(l.s) - at - 3
		}
		l.i = min(len(l.s), at+n+6)
		l.add(tString, l.s[at+3:at+3+n], at)
		return
	}
	if l.lang.basic() || l.lang == cfml {
		l.doubled(c)
		return
	}
	l.i++
	body := ""
	if c == '\'' && (l.lang == php || l.lang == perl) {
		body = l.raw()
	} else {
		body = l.escaped(c)
	}
	l.add(tString, body, at).inter = c == '"' && l.lang.sigil()
}

// doubled reads a string in which the quote is written twice to stand for itself; l.i is at the quote.
func (l *lexer) doubled(c byte) {
	at := l.i
	l.i++
	from := l.i
	twice := false
	for l.i < len(l.s) {
		if l.s[l.i] == c {
			if l.i+1 < len(l.s) && l.s[l.i+1] == c {
				twice = true
				l.i += 2
				continue
			}
			break
		}
		if l.s[l.i] == '\n' && l.lang.basic() {
			break
		}
		l.i++
	}
	body := l.s[from:min(l.i, len(l.s))]
	if twice {
		body = strings.ReplaceAll(body, string([]byte{c, c}), string(c))
	}
	l.i = min(len(l.s), l.i+1)
	l.add(tString, body, at).inter = l.lang == cfml
}

// raw reads to the closing ' of a string with no escapes but \' and \\.
func (l *lexer) raw() string {
	from := l.i
	escapes := false
	for l.i < len(l.s) && l.s[l.i] != '\'' {
		if l.s[l.i] == '\\' {
			escapes = true
			l.i++
		}
		l.i++
	}
	l.i = min(l.i, len(l.s))
	body := l.s[from:l.i]
	l.i = min(len(l.s), l.i+1)
	if escapes {
		body = strings.NewReplacer(`\\`, `\`, `\'`, `'`).Replace(body)
	}
	return body
}

// escaped reads to the closing quote and undoes the escapes.
func (l *lexer) escaped(quote byte) string {
	from := l.i
	for l.i < len(l.s) && l.s[l.i] != quote {
		if l.s[l.i] == '\\' {
			l.i++
		}
		l.i++
	}
	l.i = min(l.i, len(l.s))
	body := l.s[from:l.i]
	l.i = min(len(l.s), l.i+1)
	return unescape(body, quote)
}

// unescape undoes the escapes that the C-like languages share. A "\$" of PHP becomes "\x00", which stands for a
// dollar that begins no variable.
func unescape(s string, quote byte) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == 'n':
			b = append(b, '\n')
		case c == 't':
			b = append(b, '\t')
		case c == 'r':
			b = append(b, '\r')
		case c == 'e':
			b = append(b, 0x1b)
		case c == 'v':
			b = append(b, '\v')
		case c == 'f':
			b = append(b, '\f')
		case c == '$':
			b = append(b, 0)
		case c == '\\' || c == quote || c == '"' || c == '\'':
			b = append(b, c)
		case c == 'x' && i+1 < len(s) && hexDigit(s[i+1]) >= 0:
			n := 1
			if i+2 < len(s) && hexDigit(s[i+2]) >= 0 {
				n = 2
			}
			v, _ := hexValue(s, i+1, n)
			b = append(b, byte(v))
			i += n
		case c == 'u' && i+1 < len(s):
			from, n, skip := i+1, 4, 4
			if s[i+1] == '{' {
				n = strings.IndexByte(s[i+1:], '}') - 1
				from, skip = i+2, n+2
			}
			if n < 1 || n > 6 {
				b = append(b, '\\', c)
				continue
			}
			v, ok := hexValue(s, from, n)
			if !ok {
				b = append(b, '\\', c)
				continue
			}
			b = utf8.AppendRune(b, rune(v))
			i += skip
		case c >= '0' && c <= '7':
			v, n := 0, 0
			for n < 3 && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '7' {
				v = v<<3 | int(s[i+n]-'0')
				n++
			}
			b = append(b, byte(v))
			i += n - 1
		default:
			b = append(b, '\\', c)
		}
	}
	return string(b)
}

func (l *lexer) variable() {
	at := l.i
	l.i++
	from := l.i
	for l.i < len(l.s) && isWord(l.s[l.i]) {
		l.i++
	}
	if l.i == from {
		l.add(tOp, "$", at)
		return
	}
	l.add(tVar, l.s[from:l.i], at)
}

func (l *lexer) number() {
	at := l.i
	s := l.s
	for l.i < len(s) && (isWord(s[l.i]) || s[l.i] == '.' && l.i+1 < len(s) && isDigit(s[l.i+1])) {
		l.i++
	}
	l.add(tNumber, strings.ToLower(s[at:l.i]), at)
}

// numberOf is the value of a number token.
func numberOf(text string) (int, bool) {
	text = strings.TrimRight(strings.ReplaceAll(text, "_", ""), "l")
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f > 1<<40 || f < -(1<<40) {
			return 0, false
		}
		return int(f), true
	}
	return int(n), true
}

// matchBrackets tells each opening bracket where it closes.
func matchBrackets(toks []token) {
	var stack []int
	for i := range toks {
		if toks[i].kind != tOp || len(toks[i].text) != 1 {
			continue
		}
		switch c := toks[i].text[0]; c {
		case '(', '[', '{':
			stack = append(stack, i)
		case ')', ']', '}':
			want := map[byte]byte{')': '(', ']': '[', '}': '{'}[c]
			for n := len(stack) - 1; n >= 0 && n >= len(stack)-3; n-- { // a stray bracket or two do not lose the rest
				if toks[stack[n]].text[0] == want {
					toks[stack[n]].match = int32(i)
					stack = stack[:n]
					break
				}
			}
		}
	}
}

package triage

// The SQL tokenizer is tolerant: it reads what a database would make of a value that breaks into a
// statement, without knowing the statement. It takes the union of the dialects (MySQL and MariaDB, SQL
// Server, PostgreSQL, Oracle, SQLite): every comment, quote and literal form of each is read, since a
// wrong guess of the dialect would hide the rest of the text. Input is in lower case.

type sqlKind uint8

const (
	sqlNumber  sqlKind = iota + 1
	sqlString          // a quoted literal; open if its quote never closes
	sqlWord            // keyword, name, `quoted name`, schema.name
	sqlVar             // @name, @@name, :name
	sqlCompare         // = < > <= >= <> != <=> := and words such as like, added by the parser
	sqlMath            // + - * / % ^ ~ ! | &
	sqlLogic           // && ||
	sqlOpen            // (
	sqlClose           // )
	sqlComma
	sqlSemicolon
	sqlComment // a comment to the end of line or text: --, #, /* without end, NUL
	sqlOther   // anything else
)

// A sqlToken is a piece of text. open is set if it is a literal whose quote never closes.
type sqlToken struct {
	kind       sqlKind
	open       bool
	start, end int
	text       string
}

const maxSQLTokens = 1024

// A sqlLexer reads tokens from text.
type sqlLexer struct {
	text   string
	pos    int
	inline int // inline comments seen: /**/ between words, /*!50000 ... */
	tokens []sqlToken
}

// tokenizeSQL reads text from byte pos on.
func tokenizeSQL(text string, pos int, buf []sqlToken) ([]sqlToken, int) {
	l := sqlLexer{text: text, pos: pos, tokens: buf[:0]}
	for l.pos < len(l.text) && len(l.tokens) < maxSQLTokens {
		l.step()
	}
	return l.tokens, l.inline
}

func (l *sqlLexer) emit(kind sqlKind, end int) {
	end = min(end, len(l.text))
	l.tokens = append(l.tokens, sqlToken{kind: kind, start: l.pos, end: end, text: l.text[l.pos:end]})
	l.pos = end
}

// step reads one token or one stretch of white space.
func (l *sqlLexer) step() {
	c := l.text[l.pos]
	switch {
	case isSQLSpace(c):
		l.pos++
	case isDigit(c) || c == '.' && isDigit(l.at(1)):
		l.number()
	case c == '\'' || c == '"':
		l.quoted(c)
	case isSQLWord(c) || c == '`':
		l.word()
	case c == '-' && l.at(1) == '-', c == '#', c == 0:
		l.lineComment()
	case c == '/' && l.at(1) == '*':
		l.blockComment()
	case c == '*' && l.at(1) == '/':
		l.pos += 2
	case c == '@':
		l.variable()
	default:
		l.punctuation(c)
	}
}

// at is the byte n after the current one, or 0.
func (l *sqlLexer) at(n int) byte {
	if l.pos+n < len(l.text) {
		return l.text[l.pos+n]
	}
	return 0
}

func (l *sqlLexer) number() {
	i := l.pos
	if l.text[i] == '0' && (l.at(1) == 'x' || l.at(1) == 'b') && isHexDigit(l.at(2)) {
		for i += 2; i < len(l.text) && isHexDigit(l.text[i]); i++ {
		}
		l.emit(sqlNumber, i)
		return
	}
	for i < len(l.text) && (isDigit(l.text[i]) || l.text[i] == '.') {
		i++
	}
	if i+1 < len(l.text) && l.text[i] == 'e' && (isDigit(l.text[i+1]) || (l.text[i+1] == '-' || l.text[i+1] == '+') && i+2 < len(l.text) && isDigit(l.text[i+2])) {
		for i += 2; i < len(l.text) && isDigit(l.text[i]); i++ {
		}
	}
	l.emit(sqlNumber, i)
}

// quoted reads a literal with doubled quotes and backslash escapes.
func (l *sqlLexer) quoted(q byte) {
	for i := l.pos + 1; i < len(l.text); i++ {
		switch {
		case l.text[i] == '\\' && i+1 < len(l.text):
			i++
		case l.text[i] != q:
		case i+1 < len(l.text) && l.text[i+1] == q:
			i++
		default:
			l.emit(sqlString, i+1)
			return
		}
	}
	l.emit(sqlString, len(l.text))
	l.tokens[len(l.tokens)-1].open = true
}

func (l *sqlLexer) word() {
	i := l.pos
	for i < len(l.text) {
		c := l.text[i]
		if c == '`' {
			for i++; i < len(l.text) && l.text[i] != '`'; i++ {
			}
			i++
			continue
		}
		if !isSQLWord(c) && !isDigit(c) && !(c == '.' && i > l.pos) {
			break
		}
		if c == '.' && i+1 < len(l.text) && isDigit(l.text[i+1]) && sqlVerbs[l.text[l.pos:i]] {
			break // "select.1" is SELECT .1
		}
		i++
	}
	i = min(i, len(l.text))
	prefix := l.text[l.pos:i]
	if i < len(l.text) && l.text[i] == '\'' && (prefix == "n" || prefix == "x" || prefix == "b" || prefix == "e") {
		start := l.pos
		l.pos = i
		l.quoted('\'')
		t := &l.tokens[len(l.tokens)-1]
		t.start, t.text = start, l.text[start:t.end]
		return
	}
	l.emit(sqlWord, i)
}

func (l *sqlLexer) variable() {
	i := l.pos
	for i < len(l.text) && (l.text[i] == '@' || l.text[i] == '`' || l.text[i] == '.' || isSQLWord(l.text[i]) || isDigit(l.text[i])) {
		i++
	}
	l.emit(sqlVar, i)
}

// lineComment reads --, # and NUL up to the end of line. With text on the next line it stands for
// white space, as an inline comment does.
func (l *sqlLexer) lineComment() {
	i := l.pos
	for i < len(l.text) && l.text[i] != '\n' {
		i++
	}
	if i+1 < len(l.text) {
		l.inline++
		l.pos = i + 1
		return
	}
	l.emit(sqlComment, i)
}

// blockComment skips a comment, which stands for white space, and steps into /*!50000 ... */, whose
// content MySQL runs. A comment without end is a terminator.
func (l *sqlLexer) blockComment() {
	l.inline++
	if l.at(2) == '!' {
		l.pos += 3
		for n := 0; n < 6 && l.pos < len(l.text) && isDigit(l.text[l.pos]); n++ {
			l.pos++
		}
		return
	}
	for i := l.pos + 2; i+1 < len(l.text); i++ {
		if l.text[i] == '*' && l.text[i+1] == '/' {
			l.pos = i + 2
			return
		}
	}
	l.emit(sqlComment, len(l.text))
}

func (l *sqlLexer) punctuation(c byte) {
	next := l.at(1)
	switch c {
	case '(':
		l.emit(sqlOpen, l.pos+1)
	case ')':
		l.emit(sqlClose, l.pos+1)
	case ',':
		l.emit(sqlComma, l.pos+1)
	case ';':
		l.emit(sqlSemicolon, l.pos+1)
	case '=', '<', '>':
		i := l.pos + 1
		for i < len(l.text) && i < l.pos+3 && (l.text[i] == '=' || l.text[i] == '<' || l.text[i] == '>') {
			i++
		}
		l.emit(sqlCompare, i)
	case '!', ':', '^', '*', '~':
		if next == '=' {
			l.emit(sqlCompare, l.pos+2)
			return
		}
		if c == ':' {
			l.emit(sqlOther, l.pos+1)
			return
		}
		l.emit(sqlMath, l.pos+1)
	case '|', '&':
		if next == c {
			l.emit(sqlLogic, l.pos+2)
			return
		}
		l.emit(sqlMath, l.pos+1)
	case '+', '-', '/', '%':
		l.emit(sqlMath, l.pos+1)
	default:
		l.emit(sqlOther, l.pos+1)
	}
}

// isSQLSpace is white space in any dialect, with the no-break space of Latin-1 and its UTF-8 lead.
func isSQLSpace(c byte) bool {
	return c == ' ' || c >= '\t' && c <= '\r' || c == 0xa0
}

func isSQLWord(c byte) bool {
	return isLetter(c) && c >= 'a' || c == '_' || c == '$' || c >= 0x80 && c != 0xa0
}

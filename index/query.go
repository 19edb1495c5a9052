package index

import (
	"fmt"
	"strings"

	"spoor/triage"
)

// The query language, which every command and screen takes:
//
//	query  = or
//	or     = and { "OR" and }
//	and    = not { ["AND"] not }
//	not    = ("NOT" | "-" | "+") not | atom
//	atom   = "(" or ")" | field ":" "(" or ")" | field ":" value | value
//	value  = [ "=" ] ( quoted | bare )
//	quoted = '"' characters '"', in which \" and \\ stand for the characters
//	bare   = characters up to white space, "(", ")" or '"', in which "*" stands for any text and "?" for any
//	         one byte; "\" before a character takes its meaning away
//
// An empty query matches everything. A value after "=" is the whole of a text, byte for byte, and the empty text ""
// after a field that it cannot be the value of is for records without one. The fields, and what a value means in
// each, are in Fields.

// Bounds of a query.
const (
	maxQuery = 64 << 10 // bytes
	maxDepth = 100      // of parentheses and NOTs
	maxTests = 1000     // fields and words
)

// A SyntaxError says where a query cannot be read, and why.
type SyntaxError struct {
	Col int // character of the query, from 1
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("query, column %d: %s", e.Col, e.Msg) }

// A Query is a question to a Store, ready to be asked many times.
type Query struct {
	text string
	root node
}

// String is the query as it was written.
func (q *Query) String() string { return q.text }

// A node is a part of a query: one of the types below, or a test of fields.go.
type node interface{}

type (
	allNode struct{}
	andNode struct{ kids []node }
	orNode  struct{ kids []node }
	notNode struct{ kid node }
	// wordNode looks for a phrase in the texts of a request.
	wordNode struct{ phrase phrase }
)

// A value is what stands after a field, or a bare term.
type value struct {
	pattern
	exact bool // written with "="
	at    int  // byte of the query
}

// Parse reads a query. An error is a *SyntaxError.
func Parse(query string) (*Query, error) {
	p := &parser{in: query}
	root, err := p.query()
	if err != nil {
		return nil, err
	}
	return &Query{query, root}, nil
}

// query reads the whole of a query.
func (p *parser) query() (node, error) {
	if len(p.in) > maxQuery {
		return nil, p.fail(0, "longer than %d bytes", maxQuery)
	}
	p.space()
	if p.at == len(p.in) {
		return allNode{}, nil
	}
	root, err := p.or(nil, 0)
	if err == nil && p.at < len(p.in) {
		err = p.fail(p.at, "nothing opens this parenthesis")
	}
	return root, err
}

// Quote writes a text so that field:Quote(text) matches exactly it, whatever bytes it holds.
func Quote(text string) string {
	var b strings.Builder
	b.WriteString(`="`)
	for i := 0; i < len(text); i++ {
		if text[i] == '"' || text[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	b.WriteByte('"')
	return b.String()
}

// Phrase writes a text so that Phrase(text), alone or after a field, looks for it as a phrase.
func Phrase(text string) string { return strings.TrimPrefix(Quote(text), "=") }

// A parser reads a query by recursive descent.
type parser struct {
	in    string
	at    int
	tests int
	end   int      // byte behind what was read last, white space apart
	terms []string // of the outermost ANDs, as written
	ors   bool     // the outermost OR has alternatives
	loose bool     // the query ends in a "\" with nothing behind it to escape
}

func (p *parser) fail(at int, format string, args ...any) error {
	return &SyntaxError{len([]rune(p.in[:at])) + 1, fmt.Sprintf(format, args...)}
}

func (p *parser) space() {
	p.end = p.at
	for p.at < len(p.in) && strings.IndexByte(" \t\r\n", p.in[p.at]) >= 0 {
		p.at++
	}
}

// word takes an upper-case operator that stands alone.
func (p *parser) word(op string) bool {
	rest, ok := strings.CutPrefix(p.in[p.at:], op)
	if !ok || rest != "" && strings.IndexByte(" \t\r\n(\"", rest[0]) < 0 {
		return false
	}
	p.at += len(op)
	p.space()
	return true
}

// ended reports whether nothing more belongs to the current parentheses.
func (p *parser) ended() bool { return p.at == len(p.in) || p.in[p.at] == ')' }

// or reads alternatives. f is the field that the values belong to; nil if there is none.
func (p *parser) or(f *fieldSpec, depth int) (node, error) {
	if depth > maxDepth {
		return nil, p.fail(p.at, "more than %d parentheses in one another", maxDepth)
	}
	var kids []node
	for {
		kid, err := p.and(f, depth)
		if err != nil {
			return nil, err
		}
		if kids = append(kids, kid); !p.word("OR") {
			break
		}
	}
	if len(kids) == 1 {
		return kids[0], nil
	}
	p.ors = p.ors || depth == 0
	return orNode{kids}, nil
}

func (p *parser) and(f *fieldSpec, depth int) (node, error) {
	var kids []node
	for {
		start := p.at
		if p.ended() {
			return nil, p.fail(start, "something to search for is missing here")
		}
		if p.word("AND") || p.word("OR") {
			return nil, p.fail(start, `something to search for is missing before %s; quote it to search for the word`, strings.TrimSpace(p.in[start:p.at]))
		}
		kid, err := p.not(f, depth)
		if err != nil {
			return nil, err
		}
		kids = append(kids, kid)
		if depth == 0 {
			p.terms = append(p.terms, p.in[start:p.end])
		}
		if p.word("AND") {
			continue
		}
		if here := p.at; p.ended() || p.word("OR") {
			p.at = here
			break
		}
	}
	if len(kids) == 1 {
		return kids[0], nil
	}
	return andNode{kids}, nil
}

func (p *parser) not(f *fieldSpec, depth int) (node, error) {
	if depth > maxDepth {
		return nil, p.fail(p.at, "more than %d levels in one another", maxDepth)
	}
	negative := p.word("NOT")
	if !negative && p.at+1 < len(p.in) && (p.in[p.at] == '-' || p.in[p.at] == '+') && strings.IndexByte(" \t\r\n)", p.in[p.at+1]) < 0 {
		negative = p.in[p.at] == '-'
		p.at++
	} else if !negative {
		return p.atom(f, depth)
	}
	if p.ended() {
		return nil, p.fail(p.at, "something to search for is missing here")
	}
	kid, err := p.not(f, depth+1)
	if err != nil || !negative {
		return kid, err
	}
	return notNode{kid}, nil
}

func (p *parser) atom(f *fieldSpec, depth int) (node, error) {
	if p.tests++; p.tests > maxTests {
		return nil, p.fail(p.at, "more than %d things to search for", maxTests)
	}
	if p.in[p.at] == '(' {
		return p.group(f, depth)
	}
	if f == nil {
		var err error
		if f, err = p.field(); err != nil {
			return nil, err
		}
		if f != nil && p.at < len(p.in) && p.in[p.at] == '(' {
			return p.group(f, depth)
		}
	}
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	p.space()
	if f == nil {
		if v.text == "" {
			return nil, p.fail(v.at, "there is nothing between the quotation marks")
		}
		return wordNode{newPhrase(v.pattern)}, nil
	}
	n, err := f.test(v)
	if err != nil {
		return nil, p.fail(v.at, "%s: %v", f.name, err)
	}
	return n, nil
}

// group reads what stands in parentheses.
func (p *parser) group(f *fieldSpec, depth int) (node, error) {
	open := p.at
	p.at++
	p.space()
	n, err := p.or(f, depth+1)
	if err != nil {
		return nil, err
	}
	if p.at == len(p.in) {
		return nil, p.fail(open, "this parenthesis is not closed")
	}
	p.at++
	p.space()
	return n, nil
}

// field takes "name:" if it stands here. Only ASCII letters make a name.
func (p *parser) field() (*fieldSpec, error) {
	end := p.at
	for end < len(p.in) && p.in[end]|0x20-'a' < 26 {
		end++
	}
	if end == p.at || end == len(p.in) || p.in[end] != ':' {
		return nil, nil
	}
	name := strings.ToLower(p.in[p.at:end])
	f := fieldNamed(name)
	if f == nil {
		return nil, p.fail(p.at, `unknown field %q; known are %s; put the text in double quotes to search for it`,
			triage.VisibleN(name, 40), strings.Join(fieldNames(), " "))
	}
	p.at = end + 1
	return f, nil
}

// value reads a value or a bare term.
func (p *parser) value() (value, error) {
	v := value{at: p.at}
	if rest := p.in[p.at:]; strings.HasPrefix(rest, `="`) {
		v.exact = true
		p.at++
	}
	if p.at < len(p.in) && p.in[p.at] == '"' {
		return v, p.quoted(&v)
	}
	var text []byte
	var wild []bool
	for ; p.at < len(p.in) && strings.IndexByte(" \t\r\n()\"", p.in[p.at]) < 0; p.at++ {
		c := p.in[p.at]
		special := c == '*' || c == '?'
		if c == '\\' && p.at+1 < len(p.in) {
			p.at++
			c = p.in[p.at]
		} else if c == '\\' {
			p.loose = true
		}
		text, wild = append(text, c), append(wild, special)
	}
	v.pattern = pattern{string(text), wild}.slice(0, len(text))
	if len(text) == 0 {
		return v, p.fail(p.at, `a value is missing here; "" is the empty text`)
	}
	return v, nil
}

func (p *parser) quoted(v *value) error {
	open := p.at
	var text []byte
	for p.at++; p.at < len(p.in); p.at++ {
		switch c := p.in[p.at]; {
		case c == '"':
			p.at++
			v.text = string(text)
			return nil
		case c == '\\' && p.at+1 < len(p.in) && (p.in[p.at+1] == '"' || p.in[p.at+1] == '\\'):
			p.at++
			fallthrough
		default:
			text = append(text, p.in[p.at])
		}
	}
	return p.fail(open, "this quotation mark is not closed")
}

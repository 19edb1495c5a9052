package blind

import "strings"

// maxDepth bounds the nesting of expressions; deeper ones are read as NULL.
const maxDepth = 60

// A parser reads expressions of any dialect. It is tolerant: what cannot be read is skipped and counted as odd,
// so that the reading of a payload that is least odd can be chosen.
type parser struct {
	t     []token
	pos   int
	depth int
	odd   int
	files []string // named by INTO OUTFILE and the like
}

func (p *parser) peek() *token {
	if p.pos < len(p.t) {
		return &p.t[p.pos]
	}
	return &endToken
}

func (p *parser) peekAt(n int) *token {
	if p.pos+n < len(p.t) {
		return &p.t[p.pos+n]
	}
	return &endToken
}

var endToken token

func (p *parser) word(words ...string) bool {
	t := p.peek()
	if t.kind != tokWord {
		return false
	}
	for _, w := range words {
		if t.up == w {
			return true
		}
	}
	return false
}

func (p *parser) takeWord(w string) bool {
	if p.word(w) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) takeOp(op string) bool {
	if t := p.peek(); t.kind == tokOp && t.text == op {
		p.pos++
		return true
	}
	return false
}

func (p *parser) take(k tokenKind) bool {
	if p.peek().kind == k {
		p.pos++
		return true
	}
	return false
}

// done finishes a node that began at token from.
func (p *parser) done(n *node, from int) *node {
	n.from, n.to = from, p.pos
	for _, a := range n.args {
		n.unknown = n.unknown || a.unknown
	}
	return n
}

func (p *parser) binary(op string, from int, a, b *node) *node {
	return p.done(&node{kind: nodeBinary, op: op, args: []*node{a, b}}, from)
}

// expr reads an expression: OR over XOR over AND over NOT over comparisons.
func (p *parser) expr() *node {
	if p.depth++; p.depth > maxDepth {
		p.depth--
		p.odd++
		p.skipOne()
		return &node{kind: nodeNull}
	}
	defer func() { p.depth-- }()
	from := p.pos
	n := p.xor()
	for {
		if p.word("OR") || p.peek().kind == tokOp && p.peek().text == "||" {
			p.pos++
			n = p.binary("OR", from, n, p.xor())
			continue
		}
		return n
	}
}

func (p *parser) skipOne() {
	if p.pos < len(p.t) {
		p.pos++
	}
}

func (p *parser) xor() *node {
	from := p.pos
	n := p.and()
	for p.takeWord("XOR") {
		n = p.binary("XOR", from, n, p.and())
	}
	return n
}

func (p *parser) and() *node {
	from := p.pos
	n := p.not()
	for p.takeWord("AND") || p.takeOp("&&") {
		n = p.binary("AND", from, n, p.not())
	}
	return n
}

func (p *parser) not() *node {
	from := p.pos
	if p.takeWord("NOT") {
		if p.depth++; p.depth > maxDepth {
			p.depth--
			return &node{kind: nodeNull}
		}
		n := p.done(&node{kind: nodeUnary, op: "NOT", args: []*node{p.not()}}, from)
		p.depth--
		return n
	}
	return p.compare()
}

// compare reads comparisons, left to right.
func (p *parser) compare() *node {
	from := p.pos
	n := p.bits(0)
	for {
		t := p.peek()
		if t.kind == tokOp {
			op := t.text
			switch op {
			case "!=", "^=":
				op = "<>"
			case "!>":
				op = "<="
			case "!<":
				op = ">="
			}
			if isCompare(op) {
				p.pos++
				if p.word("ANY", "ALL", "SOME") && p.peekAt(1).kind == tokOpen {
					p.pos++
				}
				n = p.binary(op, from, n, p.bits(0))
				continue
			}
			if like := likeOperator(op); like != "" {
				p.pos++
				n = p.like(n, from, like, strings.HasPrefix(op, "!"))
				continue
			}
			return n
		}
		if t.kind != tokWord {
			return n
		}
		at := p.pos
		not := p.takeWord("NOT")
		m := p.wordCompare(n, from, not)
		if m == nil {
			p.pos = at
			return n
		}
		n = m
	}
}

// likeOperator is the word for PostgreSQL's operators.
func likeOperator(op string) string {
	switch op {
	case "~", "!~":
		return "REGEXP BINARY"
	case "~*", "!~*":
		return "REGEXP"
	case "~~":
		return "LIKE"
	case "~~*":
		return "ILIKE"
	}
	return ""
}

func (p *parser) like(n *node, from int, op string, not bool) *node {
	binary := p.takeWord("BINARY")
	m := p.bits(0)
	if binary {
		op += " BINARY"
	}
	if p.takeWord("ESCAPE") {
		p.bits(0)
	}
	return p.done(&node{kind: nodeLike, op: op, args: []*node{n, m}, not: not}, from)
}

// wordCompare reads comparisons that are words, after an optional NOT; nil if there is none.
func (p *parser) wordCompare(n *node, from int, not bool) *node {
	t := p.peek()
	if t.kind != tokWord {
		return nil
	}
	switch t.up {
	case "LIKE", "ILIKE", "RLIKE", "REGEXP", "GLOB":
		p.pos++
		op := t.up
		if op == "RLIKE" {
			op = "REGEXP"
		}
		return p.like(n, from, op, not)
	case "SIMILAR":
		p.pos++
		p.takeWord("TO")
		return p.like(n, from, "SIMILAR", not)
	case "SOUNDS":
		p.pos++
		p.takeWord("LIKE")
		m := p.like(n, from, "SOUNDS", not)
		m.unknown = true
		return m
	case "BETWEEN":
		p.pos++
		lo := p.bits(0)
		if !p.takeWord("AND") && !p.takeOp("&&") {
			p.odd++
		}
		hi := p.bits(0)
		return p.done(&node{kind: nodeBetween, args: []*node{n, lo, hi}, not: not}, from)
	case "IN":
		p.pos++
		m := &node{kind: nodeIn, args: []*node{n}, not: not}
		if p.take(tokOpen) {
			if p.word("SELECT") {
				m.args = append(m.args, p.selectNode())
			} else {
				m.args = append(m.args, p.list()...)
			}
			p.take(tokClose)
		} else {
			m.args = append(m.args, p.bits(0))
		}
		return p.done(m, from)
	case "IS":
		if not {
			return nil
		}
		p.pos++
		m := &node{kind: nodeIs, not: p.takeWord("NOT")}
		if p.takeWord("DISTINCT") {
			p.takeWord("FROM")
			m.not = !m.not
		}
		m.args = []*node{n, p.bits(0)}
		return p.done(m, from)
	}
	return nil
}

// bitLevels are the binary operators of arithmetic, loosest first.
var bitLevels = [...][]string{{"|"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%", "DIV", "MOD"}, {"^"}}

// bits reads arithmetic from a level on; "||" is read as concatenation at the level of "+".
func (p *parser) bits(level int) *node {
	if level == len(bitLevels) {
		return p.unary()
	}
	from := p.pos
	n := p.bits(level + 1)
	for {
		op := p.bitOperator(level)
		if op == "" {
			return n
		}
		p.pos++
		n = p.binary(op, from, n, p.bits(level+1))
	}
}

func (p *parser) bitOperator(level int) string {
	t := p.peek()
	text := t.text
	if t.kind == tokWord {
		text = t.up
	} else if t.kind != tokOp {
		return ""
	}
	for _, op := range bitLevels[level] {
		if op == text {
			return op
		}
	}
	if text == "||" && level == 3 && t.kind == tokOp && !p.orFollows() {
		return "||"
	}
	return ""
}

// orFollows tells "||" as OR, which MySQL reads in it, from concatenation: up to the next word of logic or the end
// of the bracket there is a comparison.
func (p *parser) orFollows() bool {
	depth := 0
	for i := p.pos + 1; i < len(p.t); i++ {
		t := &p.t[i]
		switch t.kind {
		case tokOpen:
			depth++
		case tokClose:
			if depth--; depth < 0 {
				return false
			}
		case tokComma, tokSemi:
			if depth == 0 {
				return false
			}
		case tokWord:
			switch t.up {
			case "AND", "OR", "XOR", "FROM", "WHERE", "UNION", "ORDER", "GROUP", "LIMIT", "THEN", "ELSE", "END", "AS":
				if depth == 0 {
					return false
				}
			case "LIKE", "REGEXP", "RLIKE", "BETWEEN", "IN", "NOT":
				if depth == 0 {
					return true
				}
			}
		case tokOp:
			if depth > 0 {
				continue
			}
			switch t.text {
			case "||", "&&":
				if i == p.pos+1 {
					continue
				}
				return false
			case "=", "<", ">", "<=", ">=", "<>", "!=":
				// 'a'||'b'=x is a concatenation on the left of a comparison
				return i != p.pos+2 || p.pos == 0 || p.t[p.pos-1].kind != tokString && p.t[p.pos-1].kind != tokClose || p.t[p.pos+1].kind == tokNumber
			}
		}
	}
	return false
}

func (p *parser) unary() *node {
	from := p.pos
	t := p.peek()
	op := ""
	switch {
	case t.kind == tokOp && (t.text == "-" || t.text == "~" || t.text == "!" || t.text == "+" || t.text == "@"):
		op = t.text
	case t.kind == tokWord && (t.up == "BINARY" || t.up == "PRIOR" || t.up == "DISTINCT" || t.up == "ALL") && p.peekAt(1).kind != tokComma && p.peekAt(1).kind != tokClose:
		op = t.up
	case t.kind == tokWord && t.up == "EXISTS":
		op = t.up
	case t.kind == tokWord && t.up == "NOT":
		op = t.up
	}
	if op == "" {
		return p.postfix()
	}
	p.pos++
	if p.depth++; p.depth > maxDepth {
		p.depth--
		p.skipOne()
		return &node{kind: nodeNull}
	}
	n := p.unary()
	p.depth--
	switch op {
	case "+", "PRIOR", "ALL", "@":
		return n
	}
	return p.done(&node{kind: nodeUnary, op: op, args: []*node{n}}, from)
}

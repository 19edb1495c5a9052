package blind

import (
	"strconv"
	"strings"
)

// postfix reads a value and what may follow it: ::type, COLLATE name, AT TIME ZONE.
func (p *parser) postfix() *node {
	from := p.pos
	n := p.primary()
	for {
		switch {
		case p.takeOp("::"):
			typ := p.peek().up
			p.typeName()
			n = p.done(&node{kind: nodeCall, op: "CAST", args: []*node{n, {kind: nodeName, op: typ}}}, from)
		case p.word("COLLATE") && (p.peekAt(1).kind == tokWord || p.peekAt(1).kind == tokName):
			bin := strings.Contains(p.peekAt(1).up, "BIN") || strings.Contains(p.peekAt(1).up, "_CS")
			p.pos += 2
			if bin {
				n = p.done(&node{kind: nodeUnary, op: "BINARY", args: []*node{n}}, from)
			}
		default:
			return n
		}
	}
}

// typeName skips a type: NVARCHAR(4000), CHARACTER VARYING, UNSIGNED INTEGER.
func (p *parser) typeName() {
	for p.peek().kind == tokWord && !p.word("FROM", "AND", "OR", "THEN", "ELSE", "END", "WHERE", "LIKE", "IN", "BETWEEN", "IS", "NOT", "AS", "USING", "COLLATE", "UNION", "LIMIT", "ORDER") || p.peek().kind == tokName {
		p.pos++
		for p.peek().kind == tokDot {
			p.pos += 2
		}
	}
	if p.peek().kind == tokOpen {
		p.skipGroup()
	}
}

// skipGroup skips a bracket and what it holds.
func (p *parser) skipGroup() {
	for depth := 0; p.pos < len(p.t); {
		switch p.t[p.pos].kind {
		case tokOpen:
			depth++
		case tokClose:
			depth--
		}
		p.pos++
		if depth <= 0 {
			return
		}
	}
}

// list reads expressions up to the closing bracket, which it leaves.
func (p *parser) list() []*node {
	var out []*node
	for p.pos < len(p.t) && p.peek().kind != tokClose {
		at := p.pos
		out = append(out, p.expr())
		if p.take(tokComma) {
			continue
		}
		if p.peek().kind == tokClose {
			break
		}
		if p.pos == at {
			p.odd++
			p.pos++
		} else if p.pos < len(p.t) && p.peek().kind != tokClose {
			p.odd++
			if len(out) > maxTokens {
				break
			}
		}
	}
	return out
}

func (p *parser) primary() *node {
	from := p.pos
	t := p.peek()
	switch t.kind {
	case tokNumber:
		p.pos++
		return p.done(numberNode(t.text), from)
	case tokHex:
		p.pos++
		return p.done(&node{kind: nodeHex, op: t.text}, from)
	case tokString:
		p.pos++
		text := t.text
		for p.peek().kind == tokString && !p.peek().cut && !t.cut { // 'a' 'b' is 'ab'
			text += p.peek().text
			p.pos++
			p.odd++
		}
		return p.done(&node{kind: nodeString, op: text}, from)
	case tokVar:
		p.pos++
		return p.done(&node{kind: nodeName, op: t.text, unknown: true}, from)
	case tokOpen:
		p.pos++
		return p.group(from)
	case tokOp:
		if t.text == "*" {
			p.pos++
			return p.done(&node{kind: nodeStar}, from)
		}
	case tokWord:
		return p.wordPrimary()
	case tokName:
		return p.name()
	}
	p.odd++
	return p.done(&node{kind: nodeNull}, from)
}

// group reads what stands in brackets; the opening one is taken.
func (p *parser) group(from int) *node {
	if p.word("SELECT", "WITH") {
		n := p.selectNode()
		p.take(tokClose)
		n.from, n.to = from, p.pos
		return n
	}
	args := p.list()
	p.take(tokClose)
	if len(args) == 1 {
		args[0].from, args[0].to, args[0].paren = from, p.pos, true
		return args[0]
	}
	return p.done(&node{kind: nodeList, args: args}, from)
}

func numberNode(s string) *node {
	if strings.HasPrefix(s, "0b") {
		v, _ := strconv.ParseUint(s[2:], 2, 53)
		return &node{kind: nodeNumber, num: float64(v)}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v != v || v > 1e300 {
		v = 0
	}
	return &node{kind: nodeNumber, num: v}
}

// name reads a.b.c.
func (p *parser) name() *node {
	from := p.pos
	text := p.peek().text
	p.pos++
	for p.peek().kind == tokDot && (p.peekAt(1).kind == tokDot || p.peekAt(1).kind == tokWord || p.peekAt(1).kind == tokName || p.peekAt(1).kind == tokOp && p.peekAt(1).text == "*") {
		if p.peekAt(1).kind == tokDot { // SQL Server's database..table
			text += "."
			p.pos++
			continue
		}
		text += "." + p.peekAt(1).text
		p.pos += 2
	}
	if p.peek().kind == tokOpen {
		return p.call(from, strings.ToUpper(text))
	}
	return p.done(&node{kind: nodeName, op: text, unknown: true}, from)
}

func (p *parser) wordPrimary() *node {
	from := p.pos
	t := p.peek()
	switch t.up {
	case "NULL":
		p.pos++
		return p.done(&node{kind: nodeNull}, from)
	case "TRUE", "FALSE":
		p.pos++
		n := &node{kind: nodeNumber}
		if t.up == "TRUE" {
			n.num = 1
		}
		return p.done(n, from)
	case "CASE":
		return p.caseNode()
	case "SELECT":
		n := p.selectNode()
		n.from, n.to = from, p.pos
		return n
	case "AND", "OR", "UNION", "FROM", "WHERE", "LIMIT", "ORDER", "GROUP", "HAVING", "THEN", "WHEN", "ELSE", "END", "INTO", "AS", "WAITFOR", "LIKE", "IN", "BETWEEN", "PROCEDURE", "OFFSET", "EXEC", "DECLARE", "BEGIN":
		p.odd++
		return p.done(&node{kind: nodeNull}, from)
	case "INTERVAL":
		p.pos++
		n := p.unary()
		p.take(tokWord)
		return n
	case "ROW", "ARRAY":
		if p.peekAt(1).kind == tokOpen {
			p.pos++
			return p.primary()
		}
	}
	return p.name()
}

// caseNode reads CASE; its args are condition, value, condition, value, ..., else. A CASE with an operand has its
// conditions written out as comparisons.
func (p *parser) caseNode() *node {
	from := p.pos
	p.pos++
	n := &node{kind: nodeCase, op: "CASE"}
	var operand *node
	if !p.word("WHEN") {
		operand = p.expr()
	}
	for p.takeWord("WHEN") {
		at := p.pos
		cond := p.expr()
		if operand != nil {
			cond = p.binary("=", at, operand, cond)
		}
		if !p.takeWord("THEN") {
			p.odd++
		}
		n.args = append(n.args, cond, p.expr())
	}
	if p.takeWord("ELSE") {
		n.args = append(n.args, p.expr())
	} else {
		n.args = append(n.args, &node{kind: nodeNull})
	}
	if !p.takeWord("END") {
		p.odd++
	}
	return p.done(n, from)
}

// call reads the arguments of a function whose name has been read.
func (p *parser) call(from int, name string) *node {
	p.pos++
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		switch name[:i] {
		case "DBMS_PIPE", "DBMS_LOCK", "DBMS_SESSION", "UTL_INADDR", "UTL_HTTP", "CTXSYS.DRITHSX", "XMLTYPE":
		default:
			if known := name[i+1:]; name[:i] == "PG_CATALOG" || name[:i] == "DBO" || name[:i] == "SYS" {
				name = known
			}
		}
	}
	n := &node{kind: nodeCall, op: name}
	for p.pos < len(p.t) && p.peek().kind != tokClose {
		at := p.pos
		if p.word("SELECT") {
			n.args = append(n.args, p.selectNode())
		} else {
			n.args = append(n.args, p.expr())
		}
		switch {
		case p.take(tokComma):
		case p.word("FROM"): // SUBSTRING(x FROM 1 FOR 1), TRIM(x FROM y)
			p.pos++
		case p.word("FOR"):
			p.pos++
		case p.word("AS"):
			p.pos++
			typ := p.peek().up
			p.typeName()
			n.args = append(n.args, &node{kind: nodeName, op: typ})
		case p.word("USING"):
			p.pos++
			p.typeName()
		case p.word("IN"), p.word("SEPARATOR"), p.word("ORDER"), p.word("BY"):
			p.pos++
		case p.peek().kind == tokClose:
		default:
			p.odd++
			if p.pos == at {
				p.pos++
			}
		}
	}
	p.take(tokClose)
	if p.word("OVER") && p.peekAt(1).kind == tokOpen {
		p.pos++
		p.skipGroup()
	}
	n.unknown = !evaluated(n.op)
	return p.done(n, from)
}

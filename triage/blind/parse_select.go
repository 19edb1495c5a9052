package blind

import "strings"

// selectNode reads a SELECT with all that belongs to it.
func (p *parser) selectNode() *node {
	from := p.pos
	n := &node{kind: nodeSelect, sel: &selection{row: -1, top: -1}}
	if p.depth++; p.depth > maxDepth {
		p.depth--
		p.skipOne()
		return &node{kind: nodeNull}
	}
	defer func() { p.depth-- }()
	if p.takeWord("WITH") {
		for p.pos < len(p.t) && !p.word("SELECT") {
			if p.peek().kind == tokOpen {
				p.skipGroup()
			} else {
				p.pos++
			}
		}
	}
	p.takeWord("SELECT")
	s := n.sel
	for p.word("ALL", "DISTINCT", "SQL_NO_CACHE", "STRAIGHT_JOIN") {
		p.pos++
	}
	if p.takeWord("TOP") {
		s.top = p.count()
		p.takeWord("PERCENT")
	}
	s.columns = p.columns()
	for p.pos < len(p.t) && p.clause(s) {
	}
	for _, c := range s.columns {
		n.unknown = n.unknown || c.unknown
	}
	for _, c := range s.inner {
		n.unknown = n.unknown || c.unknown
	}
	n.unknown = n.unknown || len(s.tables) > 0
	return p.done(n, from)
}

// count reads a number, in brackets or not; -1 if there is none.
func (p *parser) count() int {
	v, ok := constant(p.bits(3))
	if !ok || v < 0 || v > 1<<40 {
		return -1
	}
	return int(v)
}

// columns reads a list of expressions with aliases.
func (p *parser) columns() []*node {
	var out []*node
	for {
		n := p.expr()
		p.alias()
		out = append(out, n)
		if !p.take(tokComma) || len(out) > 512 {
			return out
		}
	}
}

// alias skips AS name, or a name.
func (p *parser) alias() {
	if p.takeWord("AS") {
		p.skipOne()
		return
	}
	if p.peek().kind == tokName || p.peek().kind == tokWord && !endsName(p.peek().up) {
		p.pos++
	}
}

// endsName reports words that follow an expression or table and are no alias of it.
func endsName(up string) bool {
	switch up {
	case "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FETCH", "UNION", "INTERSECT", "EXCEPT", "MINUS", "INTO", "FOR", "PROCEDURE",
		"AND", "OR", "XOR", "NOT", "LIKE", "RLIKE", "REGEXP", "IN", "IS", "BETWEEN", "THEN", "WHEN", "ELSE", "END", "JOIN", "LEFT", "RIGHT", "INNER",
		"OUTER", "CROSS", "NATURAL", "ON", "USING", "WAITFOR", "ASC", "DESC", "SELECT", "AS", "SEPARATOR", "GLOB", "ILIKE", "SIMILAR", "LOCK":
		return true
	}
	return false
}

// clause reads one clause of a SELECT; it is false when none follows.
func (p *parser) clause(s *selection) bool {
	from := p.pos
	switch {
	case p.takeWord("FROM"):
		p.tables(s)
		s.from = p.text(from+1, p.pos, s)
	case p.takeWord("WHERE"):
		s.where = p.expr()
	case p.word("GROUP", "ORDER") && p.peekAt(1).up == "BY":
		order := p.word("ORDER")
		s.grouped = s.grouped || !order
		p.pos += 2
		for {
			e := p.expr()
			if order {
				s.order = append(s.order, e)
			} else {
				s.group = append(s.group, e)
			}
			if p.word("ASC", "DESC") {
				p.pos++
			}
			if !p.take(tokComma) {
				break
			}
		}
		s.tail += " " + p.text(from, p.pos, nil)
	case p.takeWord("HAVING"):
		p.expr()
		s.tail += " " + p.text(from, p.pos, nil)
	case p.takeWord("LIMIT"):
		s.top = p.count()
		if p.take(tokComma) {
			s.row, s.top = s.top, p.count()
		} else if s.row < 0 && s.top == 1 {
			s.row = 0
		}
	case p.takeWord("OFFSET"):
		s.row = p.count()
		if p.word("ROW", "ROWS") {
			p.pos++
		}
	case p.takeWord("FETCH"):
		p.skipOne()
		if !p.word("ROW", "ROWS") {
			s.top = p.count()
		}
		for p.word("ROW", "ROWS", "ONLY") {
			p.pos++
		}
	case p.takeWord("INTO"):
		for p.word("OUTFILE", "DUMPFILE") {
			p.pos++
		}
		if t := p.peek(); t.kind == tokString || t.kind == tokHex {
			p.files = append(p.files, t.text)
		}
		p.skipOne()
	case p.word("UNION", "INTERSECT", "EXCEPT", "MINUS"):
		p.pos++
		for p.word("ALL", "DISTINCT", "DISTINCTROW") {
			p.pos++
		}
		open := p.take(tokOpen)
		if !p.word("SELECT") {
			return false
		}
		if len(s.unions) > 256 {
			return false
		}
		s.unions = append(s.unions, p.selectNode())
		if open {
			p.take(tokClose)
		}
	case p.takeWord("FOR"): // FOR XML PATH(''), FOR UPDATE
		for p.peek().kind == tokWord {
			p.pos++
			if p.peek().kind == tokOpen {
				p.skipGroup()
			}
		}
		s.tail += " " + p.text(from, p.pos, nil)
	default:
		return false
	}
	return p.pos > from
}

// tables reads what follows FROM.
func (p *parser) tables(s *selection) {
	for p.pos < len(p.t) {
		t := p.peek()
		switch {
		case t.kind == tokOpen:
			p.pos++
			if p.word("SELECT", "WITH") {
				s.inner = append(s.inner, p.selectNode())
				p.take(tokClose)
			} else {
				p.tables(s)
				p.take(tokClose)
			}
			p.alias()
			if p.peek().kind == tokOpen { // AS t(a, b)
				p.skipGroup()
			}
		case t.kind == tokWord && !endsName(t.up), t.kind == tokName:
			at := p.pos
			n := p.name()
			if n.kind == nodeName && !strings.EqualFold(n.op, "dual") {
				s.tables = append(s.tables, n.op)
			} else if n.kind == nodeCall {
				s.inner = append(s.inner, n)
			}
			if p.pos == at {
				return
			}
			p.alias()
		default:
			return
		}
		switch {
		case p.take(tokComma):
		case p.word("JOIN", "LEFT", "RIGHT", "INNER", "OUTER", "CROSS", "NATURAL"):
			for p.word("JOIN", "LEFT", "RIGHT", "INNER", "OUTER", "CROSS", "NATURAL") {
				p.pos++
			}
		case p.word("ON"):
			p.pos++
			p.expr()
			if !p.word("JOIN", "LEFT", "RIGHT", "INNER", "OUTER", "CROSS", "NATURAL") {
				return
			}
			for p.word("JOIN", "LEFT", "RIGHT", "INNER", "OUTER", "CROSS", "NATURAL") {
				p.pos++
			}
		default:
			return
		}
	}
}

// text is the tokens from, to as one canonical text.
func (p *parser) text(from, to int, s *selection) string {
	var b strings.Builder
	for i := from; i < to && i < len(p.t) && b.Len() < maxWritten; i++ {
		t := &p.t[i]
		if i > from && t.kind != tokDot && t.kind != tokClose && t.kind != tokComma && p.t[i-1].kind != tokDot && p.t[i-1].kind != tokOpen {
			b.WriteByte(' ')
		}
		switch t.kind {
		case tokString:
			writeLiteral(&b, t.text)
		case tokHex:
			(&node{kind: nodeHex, op: t.text}).write(&b, 0)
		case tokWord:
			if endsName(t.up) || t.up == "BY" {
				b.WriteString(t.up)
			} else {
				b.WriteString(t.text)
			}
		default:
			b.WriteString(t.text)
		}
	}
	return b.String()
}

// statements reads a whole payload: statements parted by semicolons.
func (p *parser) statements() []*statement {
	var out []*statement
	for p.pos < len(p.t) && len(out) < 64 {
		if p.take(tokSemi) {
			continue
		}
		at := p.pos
		out = append(out, p.statement())
		if p.pos == at {
			p.odd++
			p.pos++
		}
	}
	return out
}

func (p *parser) statement() *statement {
	s := &statement{}
	for p.pos < len(p.t) && p.peek().kind != tokSemi {
		at := p.pos
		switch {
		case p.word("UNION", "INTERSECT", "EXCEPT", "MINUS"):
			p.pos++
			for p.word("ALL", "DISTINCT", "DISTINCTROW") {
				p.pos++
			}
			p.take(tokOpen)
			if p.word("SELECT") {
				s.union = append(s.union, p.selectNode())
			} else {
				p.odd++
			}
			p.take(tokClose)
		case p.word("ORDER", "GROUP") && p.peekAt(1).up == "BY":
			order := p.word("ORDER")
			s.grouped = s.grouped || !order
			p.pos += 2
			for {
				e := p.expr()
				if v, ok := constant(e); ok && order && e.kind == nodeNumber && s.order == 0 {
					s.order = int(v)
				}
				s.exprs = append(s.exprs, e)
				if p.word("ASC", "DESC") {
					p.pos++
				}
				if !p.take(tokComma) {
					break
				}
			}
		case p.word("HAVING", "WHERE", "LIMIT", "OFFSET", "PROCEDURE", "ON"):
			p.pos++
			s.exprs = append(s.exprs, p.expr())
			for p.take(tokComma) {
				s.exprs = append(s.exprs, p.expr())
			}
		case p.takeWord("INTO"):
			for p.word("OUTFILE", "DUMPFILE") {
				p.pos++
			}
			if t := p.peek(); t.kind == tokString || t.kind == tokHex {
				p.files = append(p.files, t.text)
			}
			p.skipOne()
		case p.takeWord("WAITFOR"):
			p.skipOne()
			s.delay = append(s.delay, p.done(&node{kind: nodeCall, op: "WAITFOR", args: []*node{p.bits(0)}}, at))
		case p.word("IF") && (p.peekAt(1).kind != tokOpen || p.ifStatement()):
			p.pos++
			s.cond = p.expr()
			p.takeWord("THEN")
		case p.word("EXEC", "EXECUTE", "BEGIN", "END", "ELSE", "DECLARE", "SET", "CALL", "DO", "PERFORM"):
			s.words = append(s.words, p.peek().up)
			p.pos++
		default:
			e := p.expr()
			if len(s.exprs) > 0 && len(s.union) == 0 {
				p.odd++
			}
			s.exprs = append(s.exprs, e)
		}
		if p.pos == at {
			p.odd++
			p.pos++
		}
		if len(s.exprs) > 256 {
			break
		}
	}
	return s
}

// ifStatement tells IF (cond) WAITFOR ... from the function IF(cond, a, b): a comma at the level of the condition.
func (p *parser) ifStatement() bool {
	depth := 0
	for i := p.pos + 1; i < len(p.t); i++ {
		switch p.t[i].kind {
		case tokOpen:
			depth++
		case tokClose:
			if depth--; depth == 0 {
				return true
			}
		case tokComma:
			if depth == 1 {
				return false
			}
		}
	}
	return false
}

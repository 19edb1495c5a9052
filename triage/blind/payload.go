package blind

import (
	"strings"
)

// A payload is one parameter value as SQL.
type payload struct {
	parser  *parser
	stmts   []*statement
	quote   byte   // the quote that the value breaks out of, 0 if none
	prefix  string // what stood before the break
	closes  int
	odd     int
	stacked bool
	asks    bool       // a condition of it is known
	text    string     // as it was sent, decoded
	faint   bool       // it is hardly SQL, and read for the error that it caused
	skipped int        // bytes of the text before what was read
	asked   int        // questions in it
	reading *evaluator // of the one that was chosen
}

// A tokenizer reads values as SQL. Its room for tokens serves each value anew: a payload is done with when the next is
// read.
type tokenizer struct {
	rooms [3][]token
}

// read reads a value as SQL: as a number or an expression, or as the inside of a literal that it breaks out of,
// whichever is least odd. It is nil if the value is no SQL worth reading; of a value that failed less is asked.
func (z *tokenizer) read(value string, failed bool) *payload {
	faint := !worth(value)
	if faint && !(failed && len(value) <= maxText && strings.ContainsAny(value, "@(")) {
		return nil
	}
	text := value
	if strings.IndexByte(value, ' ') < 0 && hasWord(value, "+and+", "+or+", "select+", "+union+") {
		value = strings.ReplaceAll(value, "+", " ") // a blank that was coded twice
	}
	best := z.readIn(value, 0, 0)
	for i, q := range []byte{'\'', '"'} {
		if strings.IndexByte(value, q) >= 0 {
			if p := z.readIn(value, q, i+1); p != nil && (best == nil || p.odd < best.odd) {
				best = p
			}
		}
	}
	if best != nil {
		best.text, best.faint = text, faint
	}
	return best
}

// worth is a quick look: SQL that asks something has an operator or a bracket, and a word that joins it to the
// statement or runs it.
func worth(s string) bool {
	if len(s) < 5 || len(s) > maxText {
		return false
	}
	signs := strings.ContainsAny(s, "=<>(")
	for i := 0; i < len(s); i++ {
		switch s[i] | 0x20 {
		case 'a':
			if signs && hasPrefix(s[i:], "and") || hasPrefix(s[i:], "ascii") {
				return true
			}
		case 'o':
			if signs && (hasPrefix(s[i:], "or") || hasPrefix(s[i:], "ord(")) || hasPrefix(s[i:], "order by") {
				return true
			}
		case 's':
			if hasPrefix(s[i:], "select") || hasPrefix(s[i:], "sleep") || hasPrefix(s[i:], "substr") {
				return true
			}
		case 'l':
			if hasPrefix(s[i:], "like") {
				return true
			}
		case 'r':
			if hasPrefix(s[i:], "regexp") || hasPrefix(s[i:], "rlike") {
				return true
			}
		case 'b':
			if hasPrefix(s[i:], "between") || hasPrefix(s[i:], "benchmark") {
				return true
			}
		case 'w':
			if hasPrefix(s[i:], "waitfor") {
				return true
			}
		case 'h':
			if hasPrefix(s[i:], "having") {
				return true
			}
		case 'x':
			if signs && hasPrefix(s[i:], "xor") {
				return true
			}
		case 'c':
			if hasPrefix(s[i:], "case") || hasPrefix(s[i:], "convert(") || hasPrefix(s[i:], "cast(") || hasPrefix(s[i:], "ctxsys.") {
				return true
			}
		case 'e':
			if hasPrefix(s[i:], "extractvalue") || hasPrefix(s[i:], "exp(~") {
				return true
			}
		case 'u':
			if hasPrefix(s[i:], "updatexml") || hasPrefix(s[i:], "utl_inaddr") {
				return true
			}
		case 'g':
			if hasPrefix(s[i:], "gtid_sub") {
				return true
			}
		case 'i':
			if hasPrefix(s[i:], "if") && signs {
				return true
			}
		}
	}
	return signs && (strings.Contains(s, "||") || strings.Contains(s, "&&") || strings.ContainsAny(s, "^*"))
}

func hasWord(s string, words ...string) bool {
	for i := range s {
		for _, w := range words {
			if hasPrefix(s[i:], w) {
				return true
			}
		}
	}
	return false
}

func hasPrefix(s, lower string) bool {
	return len(s) >= len(lower) && strings.EqualFold(s[:len(lower)], lower)
}

func (z *tokenizer) readIn(value string, quote byte, room int) *payload {
	p := &payload{quote: quote}
	out := z.rooms[room][:0]
	if quote != 0 {
		i := strings.IndexByte(value, quote)
		p.prefix, value, p.skipped = value[:i], value[i+1:], i+1
		out = append(out, token{kind: tokString, text: p.prefix})
	}
	l := lex(value, out)
	z.rooms[room] = l.out
	p.closes = l.closes
	p.parser = &parser{t: l.out}
	if quote == 0 && len(l.out) > 0 && (l.out[0].kind == tokNumber || l.out[0].kind == tokWord) {
		p.prefix = l.out[0].text
	}
	if len(p.parser.t) == 0 {
		return nil
	}
	for i := range p.parser.t { // a literal that never closes can only be the last, opened for the statement's own quote
		if p.parser.t[i].cut && quote == 0 {
			p.parser.odd += 2
		}
	}
	p.stmts = p.parser.statements()
	p.stacked = len(p.stmts) > 1
	p.odd = p.parser.odd
	return p
}

// A question is the condition that a payload tests.
type question struct {
	node    *node
	scope   []*selection // the SELECTs that it stands in
	filters []*node      // what else must hold for the row that is asked about: name = 'x'
}

// maxQuestions bounds the conditions of one payload that are looked at.
const maxQuestions = 8

// A locator finds the conditions of a payload that its answer may depend on.
type locator struct {
	asks  []question // they ask for something
	plain *question  // the first that is true or false of itself
	scope []*selection
	steps int
}

// questions are the conditions that the answer may depend on, and the first that asks for nothing.
func (p *payload) questions() ([]question, *question) {
	l := &locator{}
	for _, s := range p.stmts {
		if s.cond != nil {
			l.condition(s.cond, 0)
		}
		for _, e := range s.exprs {
			l.chain(e, 0)
		}
		for _, u := range s.union {
			l.inside(u, 0)
		}
	}
	return l.asks, l.plain
}

func (l *locator) found(n *node) {
	if !n.unknown {
		if l.plain == nil {
			l.plain = &question{node: n, scope: append([]*selection(nil), l.scope...)}
		}
		return
	}
	if len(l.asks) < maxQuestions {
		rest, filters := split(n, 0)
		l.asks = append(l.asks, question{rest, append([]*selection(nil), l.scope...), filters})
	}
}

// split parts a condition on one row, name = 'x' AND ..., into what picks the row and what is asked of it.
func split(n *node, depth int) (*node, []*node) {
	if n.kind != nodeBinary || n.op != "AND" || depth > maxDepth {
		return n, nil
	}
	a, b := n.args[0], n.args[1]
	if picks(a) && !picks(b) {
		rest, more := split(b, depth+1)
		return rest, append(more, a)
	}
	if picks(b) && !picks(a) {
		rest, more := split(a, depth+1)
		return rest, append(more, b)
	}
	if picks(a) && picks(b) {
		return b, []*node{a}
	}
	return n, nil
}

// picks reports name = constant.
func picks(n *node) bool {
	if n.kind != nodeBinary || n.op != "=" {
		return false
	}
	a, b := n.args[0], n.args[1]
	return a.kind == nodeName && !global(a) && !b.unknown || b.kind == nodeName && !global(b) && !a.unknown
}

// chain looks through the conditions that a payload adds to the statement's own: AND and OR that stand in no
// bracket. What stands between them is a condition each; those that pick a row belong to the others.
func (l *locator) chain(n *node, depth int) {
	from := len(l.asks)
	var filters []*node
	l.links(n, 0, &filters)
	for i := from; i < len(l.asks); i++ {
		l.asks[i].filters = append(l.asks[i].filters, filters...)
	}
	if from == len(l.asks) && len(filters) > 0 {
		l.found(filters[len(filters)-1])
	}
}

func (l *locator) links(n *node, depth int, filters *[]*node) {
	if l.steps++; l.steps > maxSteps || depth > maxTokens {
		return
	}
	if n.kind == nodeBinary && isLogic(n.op) && !n.paren {
		l.links(n.args[0], depth+1, filters)
		l.links(n.args[1], depth+1, filters)
		return
	}
	if picks(n) {
		*filters = append(*filters, n)
		return
	}
	l.term(n, depth)
}

// term looks at one condition: if none is nested in it, it is one itself.
func (l *locator) term(n *node, depth int) {
	asks, plain := len(l.asks), l.plain
	l.inside(n, depth)
	if len(l.asks) > asks || l.plain != plain && !n.unknown {
		return
	}
	if n.truthy() && !(n.kind == nodeUnary && n.op == "EXISTS") || n.unknown && (n.kind == nodeCall || n.kind == nodeBinary) {
		l.found(n)
	}
}

// condition is a place where only a truth can stand.
func (l *locator) condition(n *node, depth int) {
	if l.steps++; l.steps > maxSteps || depth > maxDepth {
		return
	}
	asks := len(l.asks)
	l.inside(n, depth)
	if len(l.asks) == asks {
		l.found(n)
	}
}

// inside looks for conditions nested in a node.
func (l *locator) inside(n *node, depth int) {
	if l.steps++; l.steps > maxSteps || depth > maxDepth*2 || n == nil {
		return
	}
	switch n.kind {
	case nodeCase:
		for i := 0; i+1 < len(n.args); i += 2 {
			l.condition(n.args[i], depth+1)
			l.inside(n.args[i+1], depth+1)
		}
		l.inside(n.args[len(n.args)-1], depth+1)
	case nodeCall:
		if (n.op == "IF" || n.op == "IIF") && len(n.args) == 3 || n.op == "ELT" && len(n.args) == 2 {
			l.condition(n.args[0], depth+1)
			for _, a := range n.args[1:] {
				l.inside(a, depth+1)
			}
			return
		}
		for _, a := range n.args {
			if isDelay(n.op) {
				l.nested(a, depth+1)
			} else {
				l.inside(a, depth+1)
			}
		}
	case nodeSelect:
		l.sub(n.sel, depth)
	case nodeUnary, nodeIn, nodeIs, nodeList:
		for _, a := range n.args {
			l.inside(a, depth+1)
		}
	case nodeBinary:
		for _, a := range n.args {
			if isLogic(n.op) {
				l.inside(a, depth+1)
			} else {
				l.nested(a, depth+1)
			}
		}
	default:
		for _, a := range n.args {
			l.nested(a, depth+1)
		}
	}
}

// sub looks into a SELECT: its columns, and its WHERE if that asks about one row that it picks.
func (l *locator) sub(s *selection, depth int) {
	l.scope = append(l.scope, s)
	for _, c := range s.columns {
		l.nested(c, depth+1)
	}
	for _, in := range s.inner {
		l.nested(in, depth+1)
	}
	for _, o := range s.order {
		l.inside(o, depth+1)
	}
	l.scope = l.scope[:len(l.scope)-1]
	for _, u := range s.unions {
		l.inside(u, depth+1)
	}
	if s.where == nil || len(l.asks) >= maxQuestions {
		return
	}
	if rest, filters := split(s.where, 0); len(filters) > 0 && !picks(rest) && rest.truthy() {
		row := *s
		row.where = filters[0]
		for _, f := range filters[1:] {
			row.where = &node{kind: nodeBinary, op: "AND", args: []*node{row.where, f}, unknown: true}
		}
		l.asks = append(l.asks, question{node: rest, scope: append(append([]*selection(nil), l.scope...), &row)})
	}
}

// nested looks at a value: a condition used as one counts, such as (x>64)*5 or 1^(x>64).
func (l *locator) nested(n *node, depth int) {
	asks, plain := len(l.asks), l.plain
	l.inside(n, depth)
	if n.truthy() && len(l.asks) == asks && l.plain == plain && !(n.kind == nodeUnary && n.op == "EXISTS") {
		l.found(n)
	}
}

// skeleton is a payload's form without its question and its literals: payloads with equal skeletons turn the truth of
// their questions into answers in the same way.
func (p *payload) skeleton(q *question) string {
	var b strings.Builder
	if p.quote != 0 {
		b.WriteByte(p.quote)
	}
	for i := 0; i < p.closes && i < 8; i++ {
		b.WriteByte(')')
	}
	t := p.parser.t
	for i := 0; i < len(t) && b.Len() < 512; i++ {
		if q != nil && i == q.node.from {
			b.WriteString(" ?")
			i = max(i, q.node.to-1)
			continue
		}
		b.WriteByte(' ')
		switch k := &t[i]; k.kind {
		case tokNumber:
			b.WriteByte('0')
		case tokHex, tokString:
			b.WriteByte('\'')
		case tokWord:
			if i+1 < len(t) && t[i+1].kind == tokOpen || endsName(k.up) || k.up == "NULL" || k.up == "CASE" || k.up == "DELAY" {
				b.WriteString(k.up)
			} else {
				b.WriteByte('w')
			}
		case tokName, tokVar:
			b.WriteByte('w')
		default:
			b.WriteString(k.text)
		}
	}
	return b.String()
}

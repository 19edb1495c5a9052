package blind

// A variable is one thing about a leaf that a question asks for: a character, the length, or its whole as a number.
type variable struct {
	leaf *leaf
	kind variableKind
	pos  int
	len  int  // of varSpan
	last bool // of varChar: of a shorter text its last character, as RIGHT(LEFT(x, n), 1) gives
}

type variableKind uint8

const (
	varChar   variableKind = iota + 1 // the character at pos
	varLength                         // how long the text is
	varNumber                         // the value as a number
	varSpan                           // the characters pos to pos+len; len -1 up to the end
)

// endChar stands for the character after the last.
const endChar = -1

// An evaluator gives expressions their values. What only the database knows is a leaf; a part of it has no value
// unless it is the variable that is bound. Variables that were needed and not bound are collected.
type evaluator struct {
	choice dialectChoice
	scope  []*selection
	prefix string // what the value began with, which names the row that a bare column is of
	seen   []variable
	bound  *variable
	val    int64 // of the bound variable; endChar for no character
	steps  int
	delay  float64 // seconds that a delay function was asked for
	delays int     // delay functions run
	fanned bool    // something other than comparison with constants was done to the bound value
	leaves map[string]*leaf
	parts  []*node         // nodes that gave a part of a leaf
	nodes  map[*node]*leaf // leaves of nodes seen before
	chose  bool            // the choice of dialect made a difference
}

const (
	maxSteps = 20000
	maxParts = 256
)

// constant is the value of an expression without anything unknown.
func constant(n *node) (float64, bool) {
	if n == nil {
		return 0, false
	}
	e := &evaluator{}
	v := e.eval(n, 0)
	if v.kind == vNumber && len(e.seen) == 0 {
		return v.n, true
	}
	if v.kind == vString {
		return toNumber(v.s)
	}
	return 0, false
}

func (e *evaluator) need(v variable) {
	for _, s := range e.seen {
		if s == v {
			return
		}
	}
	if len(e.seen) < 64 {
		e.seen = append(e.seen, v)
	}
}

// resolve turns a part of a leaf into a text, if it is the bound variable.
func (e *evaluator) resolve(v value) value {
	if v.kind != vPart {
		return v
	}
	want := variable{leaf: v.leaf, kind: varSpan, pos: v.pos, len: v.len}
	if v.len == 1 {
		want = variable{leaf: v.leaf, kind: varChar, pos: v.pos, last: v.last}
	}
	if e.isBound(want) {
		return e.charValue(v.bin)
	}
	e.need(want)
	return unknownValue
}

func (e *evaluator) isBound(v variable) bool { return e.bound != nil && *e.bound == v }

// charValue is the bound character as a text.
func (e *evaluator) charValue(bin bool) value {
	if e.val == endChar {
		e.chose = true
		if e.choice.emptyNull {
			return value{kind: vNull}
		}
		return value{kind: vString, bin: bin}
	}
	if e.val > 0x10ffff {
		return unknownValue
	}
	return value{kind: vString, s: string(rune(e.val)), bin: bin}
}

// first is the first character of a part as a variable, for ASCII and the like.
func (e *evaluator) first(v value) value {
	if v.kind == vPart && v.pos != 0 {
		v.len = 1
	}
	return e.resolve(v)
}

// eval gives an expression its value.
func (e *evaluator) eval(n *node, depth int) value {
	v := e.value(n, depth)
	if v.kind == vPart && e.bound == nil && len(e.parts) < maxParts {
		e.parts = append(e.parts, n)
	}
	return v
}

func (e *evaluator) value(n *node, depth int) value {
	if e.steps++; n == nil || e.steps > maxSteps || depth > maxDepth*2 {
		return unknownValue
	}
	switch n.kind {
	case nodeNumber:
		return number(n.num)
	case nodeString, nodeHex:
		return text(n.op)
	case nodeNull:
		return value{kind: vNull}
	case nodeName:
		return e.leaf(n)
	case nodeUnary:
		return e.unary(n, depth)
	case nodeBinary:
		return e.binary(n, depth)
	case nodeLike:
		return e.like(n, depth)
	case nodeBetween:
		v := e.eval(n.args[0], depth+1)
		t := and(e.compare(">=", v, e.eval(n.args[1], depth+1)), e.compare("<=", v, e.eval(n.args[2], depth+1)))
		return notIf(t, n.not).value()
	case nodeIn:
		v := e.eval(n.args[0], depth+1)
		t := triFalse
		for _, a := range n.args[1:] {
			t = or(t, e.compare("=", v, e.eval(a, depth+1)))
		}
		return notIf(t, n.not).value()
	case nodeIs:
		return e.is(n, depth)
	case nodeCase:
		return e.branches(n.args, depth)
	case nodeSelect:
		return e.sub(n, depth)
	case nodeCall:
		return e.call(n, depth)
	}
	return unknownValue
}

func notIf(t tri, not bool) tri {
	if not {
		return t.not()
	}
	return t
}

// branches evaluates condition, value, condition, value, ..., else. Every branch is looked at, for the variables.
func (e *evaluator) branches(args []*node, depth int) value {
	out, decided, open := unknownValue, false, false
	for i := 0; i+1 < len(args); i += 2 {
		t := e.eval(args[i], depth+1).truth()
		if decided {
			continue
		}
		switch t {
		case triTrue:
			out, decided = e.eval(args[i+1], depth+1), true
		case triUnknown:
			open = true
		}
	}
	if open {
		return unknownValue
	}
	if !decided && len(args)%2 == 1 {
		return e.eval(args[len(args)-1], depth+1)
	}
	return out
}

func (e *evaluator) is(n *node, depth int) value {
	v := e.resolve(e.eval(n.args[0], depth+1))
	w := e.eval(n.args[1], depth+1)
	if v.kind == vUnknown || w.kind == vUnknown {
		return unknownValue
	}
	if w.kind == vNull {
		return boolean((v.kind == vNull) != n.not)
	}
	t := v.truth()
	if t == triNull {
		t = triFalse
	}
	if t == triUnknown {
		return unknownValue
	}
	return boolean((t == w.truth()) != n.not)
}

func (e *evaluator) unary(n *node, depth int) value {
	if n.op == "EXISTS" {
		return unknownValue
	}
	v := e.eval(n.args[0], depth+1)
	switch n.op {
	case "NOT", "!":
		return e.resolve(v).truth().not().value()
	case "BINARY":
		v.bin = true
		return v
	case "DISTINCT":
		return v
	}
	w := e.numeric(v)
	if w.kind != vNumber {
		return w
	}
	switch n.op {
	case "-":
		return number(-w.n)
	case "~":
		e.fanned = true
		return number(float64(^uint64(int64(w.n))))
	}
	return unknownValue
}

// numeric is a value as a number. A whole leaf is its number.
func (e *evaluator) numeric(v value) value {
	if v.kind == vPart && v.pos == 1 && v.len < 0 {
		want := variable{leaf: v.leaf, kind: varNumber}
		if e.isBound(want) {
			return number(float64(e.val))
		}
		e.need(want)
		return unknownValue
	}
	v = e.resolve(v)
	if v.kind == vString {
		n, ok := toNumber(v.s)
		if !ok {
			return unknownValue
		}
		e.fanned = true
		return number(n)
	}
	return v
}

func (e *evaluator) binary(n *node, depth int) value {
	a, b := e.eval(n.args[0], depth+1), e.eval(n.args[1], depth+1)
	switch n.op {
	case "AND":
		return and(e.resolve(a).truth(), e.resolve(b).truth()).value()
	case "OR":
		return or(e.resolve(a).truth(), e.resolve(b).truth()).value()
	case "XOR":
		x, y := e.resolve(a).truth(), e.resolve(b).truth()
		if x == triUnknown || y == triUnknown {
			return unknownValue
		}
		if x == triNull || y == triNull {
			return value{kind: vNull}
		}
		return boolean(x != y)
	case "||":
		return e.concat([]value{a, b}, n)
	}
	if isCompare(n.op) {
		return e.compare(n.op, a, b).value()
	}
	if n.op == "+" && (isText(a) || isText(b)) {
		return e.concat([]value{a, b}, n)
	}
	x, y := e.numeric(a), e.numeric(b)
	if x.kind != vNumber || y.kind != vNumber {
		if x.kind == vNull || y.kind == vNull {
			return value{kind: vNull}
		}
		return unknownValue
	}
	return e.arithmetic(n.op, x.n, y.n)
}

// isText reports strings that are no numbers, which "+" joins.
func isText(v value) bool {
	if v.kind != vString {
		return false
	}
	_, ok := toNumber(v.s)
	return !ok
}

func (e *evaluator) arithmetic(op string, x, y float64) value {
	if x > 1<<53 || y > 1<<53 || x < -(1<<53) || y < -(1<<53) {
		return unknownValue
	}
	switch op {
	case "+":
		return number(x + y)
	case "-":
		return number(x - y)
	case "*":
		return number(x * y)
	case "/":
		if y == 0 {
			return unknownValue
		}
		e.fanned = true
		if q := x / y; q == float64(int64(q)) {
			return number(q)
		}
		return unknownValue // whole or not, by dialect
	}
	e.fanned = true
	if x != float64(int64(x)) || y != float64(int64(y)) {
		return unknownValue
	}
	i, j := int64(x), int64(y)
	switch op {
	case "&":
		return number(float64(i & j))
	case "|":
		return number(float64(i | j))
	case "^": // XOR in MySQL and SQL Server, power in PostgreSQL
		return number(float64(i ^ j))
	case "<<", ">>":
		if j < 0 || j > 52 || i < 0 {
			return unknownValue
		}
		if op == ">>" {
			return number(float64(i >> j))
		}
		return number(float64(i << j))
	case "%", "MOD", "DIV":
		if j == 0 {
			return unknownValue
		}
		if op == "DIV" {
			return number(float64(i / j))
		}
		return number(float64(i % j))
	}
	return unknownValue
}

// compare compares two values as a database does.
func (e *evaluator) compare(op string, a, b value) tri {
	if op == "<=>" {
		op = "="
	}
	whole := func(v value) bool { return v.kind == vPart && v.pos == 1 && v.len < 0 }
	if whole(a) && b.kind == vNumber || whole(b) && a.kind == vNumber {
		a, b = e.numeric(a), e.numeric(b)
	}
	a, b = e.resolve(a), e.resolve(b)
	if a.kind == vUnknown || b.kind == vUnknown {
		return triUnknown
	}
	if a.kind == vNull || b.kind == vNull {
		return triNull
	}
	if a.kind == vString && b.kind == vString {
		if a.s == "" && e.choice.emptyNull || b.s == "" && e.choice.emptyNull {
			return triNull
		}
		e.chose = true
		return ordered(op, compareText(a.s, b.s, e.choice, a.bin || b.bin))
	}
	x, y := e.numeric(a), e.numeric(b)
	if x.kind != vNumber || y.kind != vNumber {
		return triUnknown
	}
	switch {
	case x.n < y.n:
		return ordered(op, -1)
	case x.n > y.n:
		return ordered(op, 1)
	}
	return ordered(op, 0)
}

func ordered(op string, c int) tri {
	ok := false
	switch op {
	case "=":
		ok = c == 0
	case "<>":
		ok = c != 0
	case "<":
		ok = c < 0
	case ">":
		ok = c > 0
	case "<=":
		ok = c <= 0
	case ">=":
		ok = c >= 0
	}
	if ok {
		return triTrue
	}
	return triFalse
}

// sub evaluates a SELECT in brackets: that of constants, or of one column of one row.
func (e *evaluator) sub(n *node, depth int) value {
	s := n.sel
	if len(s.tables) == 0 && s.where == nil && len(s.unions) == 0 {
		for _, in := range s.inner {
			if in.kind == nodeSelect {
				for _, c := range in.sel.columns {
					e.eval(c, depth+1)
				}
			} else {
				e.eval(in, depth+1)
			}
		}
		if len(s.columns) != 1 {
			return unknownValue
		}
		if len(s.inner) == 0 || !s.columns[0].unknown {
			return e.eval(s.columns[0], depth+1)
		}
	}
	if len(s.columns) != 1 || len(e.scope) > 16 {
		return unknownValue
	}
	e.scope = append(e.scope, s)
	v := e.eval(s.columns[0], depth+1)
	e.scope = e.scope[:len(e.scope)-1]
	if v.kind == vNumber || v.kind == vString || v.kind == vNull {
		if e.bound == nil || len(s.tables) == 0 {
			return unknownIfConstant(v, s)
		}
	}
	return v
}

// unknownIfConstant is unknown for SELECT 1 FROM t WHERE ..., whose value is whether a row exists.
func unknownIfConstant(v value, s *selection) value {
	if s.where != nil || len(s.unions) > 0 || len(s.tables) > 0 && !s.columns[0].unknown {
		return unknownValue
	}
	return v
}

package script

import (
	"strconv"
	"strings"
)

// words after which an expression may follow without parentheses, and which are no names.
var keywords = wordSet("return echo print if elseif else while for foreach switch case do try finally throw yield await var let const static public private protected " +
	"global final abstract new clone dim set call byval byref then end next each in as is to step loop until select function sub class extends implements import package from " +
	"unset exit die and or not xor instanceof default break continue use namespace my our local unless elsif response.write with on error resume option explicit def lambda typeof delete void ref out")

// expr reads one expression, assignments included, up to a token.
func (x *interp) expr(end int) value {
	if x.nest >= maxDepth {
		x.skip(end)
		return value{}
	}
	x.nest++
	defer func() { x.nest-- }()
	left := x.unary(end)
	for x.i < end {
		t := &x.toks[x.i]
		if x.lineEnds(t) {
			return left
		}
		var more bool
		if t.kind == tOp {
			left, more = x.operator(t.text, left, end)
		} else {
			left, more = x.wordOperator(t, left, end)
		}
		if !more {
			return left
		}
	}
	return left
}

// wordOperator reads an operator that is a word and what follows it, which gives nothing that is known. It reports
// whether the expression goes on behind it, which it never does.
func (x *interp) wordOperator(t *token, left value, end int) (value, bool) {
	if t.kind != tIdent || x.lang == php && (t.text == "as" || keywords[t.text] && t.text != "and" && t.text != "or" && t.text != "xor" && t.text != "instanceof") {
		return left, false
	}
	switch t.text {
	case "and", "or", "xor", "instanceof", "is", "in", "mod", "eq", "ne", "gt", "lt", "neq", "lte", "gte", "contains":
		x.i++
		x.expr(end)
		return value{}, false
	}
	return left, false
}

// operator reads an operator and what is right of it. It answers the value so far, and whether the expression goes on
// behind it.
func (x *interp) operator(op string, left value, end int) (value, bool) {
	switch op {
	case "=":
		if x.lang.basic() && x.nest > x.base+1 { // a comparison
			x.i++
			x.expr(end)
			return value{}, false
		}
		return x.assignment(left, end), false
	case ".=", "??=":
		x.i++
		right := x.expr(end)
		x.assign(left, right, op == ".=")
		return right, false
	case "+=", "&=", "|=", "^=":
		x.i++
		right := x.expr(end)
		x.assign(left, right, true)
		return right, false
	case "-=", "*=", "/=", "==", "===", "!=", "!==", "<>", "<=", ">=", "<", ">", "<=>", "=~":
		x.i++
		x.expr(end)
		return value{}, false
	case "++", "--":
		x.i++
		x.counts(left)
		return value{}, true
	case ".", "&", "+", "-", "*", "/", "%", "<<", "|", "^":
		x.i++
		return x.binary(op, left, end), true
	case "?":
		return x.choice(left, end)
	case "??":
		x.i++
		return either(left, x.expr(end)), true
	case "||", "&&":
		x.i++
		right := x.expr(end)
		if x.lang == php {
			return value{}, false
		}
		return either(left, right), false
	}
	return left, false
}

// assignment gives what is right of = to the places left of it.
func (x *interp) assignment(left value, end int) value {
	x.i++
	plain := x.plain
	right := x.expr(end)
	x.plain = plain
	x.assign(left, right, false)
	if left.place == "" { // a list of places, not a variable that holds a list
		rest := right.flat()
		rest.list, rest.known, rest.text = nil, false, ""
		for n, part := range left.list {
			v := rest
			if n < len(right.list) {
				v = right.list[n]
			}
			x.assign(part, v, false)
		}
	}
	return right
}

// binary joins or counts what stands left and right of an operator that was read.
func (x *interp) binary(op string, left value, end int) value {
	if op == "." && !x.lang.sigil() {
		return left // a member
	}
	right := x.unary(end)
	switch {
	case op == ".":
		return x.join(left.flat(), right.flat())
	case op == "&" && !x.lang.basic() && x.lang != cfml:
		return union([]value{left, right})
	case op == "&":
		return x.join(left.flat(), right.flat())
	case op == "+" && !(left.num && right.num || x.lang == php):
		return x.join(left.flat(), right.flat())
	case op == "%" && (x.lang == python || x.lang == perl):
		return x.join(left.flat(), right.flat())
	case op != "^" || left.num && right.num:
		return arithmetic(op, left, right)
	case left.known && right.known && !left.num && !right.num:
		v := constant(xorConst(left.text, right.text))
		v.from = fromPacked
		return v
	}
	return value{from: left.flat().from | right.flat().from | fromDecoded}
}

// choice reads what stands behind a question mark: one of two values, or a member.
func (x *interp) choice(left value, end int) (value, bool) {
	x.i++
	if x.op(":") { // ?: of PHP
		x.i++
		return either(left, x.expr(end)), true
	}
	a := value{}
	if !x.op(".") {
		a = x.expr(end)
	}
	if x.op(":") {
		x.i++
		a = either(a, x.expr(end))
	}
	return a, false
}

// lineEnds reports whether a statement ends before a token because a line does.
func (x *interp) lineEnds(t *token) bool {
	if !t.after || x.nest > 1 && !x.lang.basic() && x.lang != python {
		return false
	}
	switch x.lang {
	case vbscript, vbnet:
		return x.i == 0 || !(x.opAt(x.i-1, "_") || x.ident(x.i-1, "_"))
	case python, shell:
		return true
	}
	return false
}

// counts forgets what a variable holds that is counted up or down.
func (x *interp) counts(v value) {
	if v.place != "" && !v.elem {
		x.env.set(x.placeKey(v.place), value{from: v.from}, false)
	}
}

func arithmetic(op string, a, b value) value {
	m, ok1 := numberOf(a.text)
	n, ok2 := numberOf(b.text)
	if !a.known || !b.known || !ok1 || !ok2 {
		return value{}
	}
	r := 0
	switch op {
	case "+":
		r = m + n
	case "-":
		r = m - n
	case "*":
		r = m * n
	case "^":
		r = m ^ n
	case "|":
		r = m | n
	case "<<":
		r = m << (uint(n) & 31)
	case "/", "%":
		if n == 0 {
			return value{}
		}
		if r = m / n; op == "%" {
			r = m % n
		}
	}
	return value{text: strconv.Itoa(r), known: true, num: true}
}

// skip goes to the end of the statement.
func (x *interp) skip(end int) {
	for x.i < end && !x.op(";") {
		if t := &x.toks[x.i]; t.match > int32(x.i) {
			x.i = min(int(t.match), end)
		}
		x.i++
	}
}

// unary reads prefix operators and casts.
func (x *interp) unary(end int) value {
	if x.nest >= maxDepth {
		x.skip(end)
		return value{}
	}
	x.nest++
	defer func() { x.nest-- }()
	for x.i < end {
		t := &x.toks[x.i]
		if t.kind == tIdent && x.at[x.i] != nil { // a function without a name, as a value
			return x.closure(end)
		}
		if t.kind == tIdent && keywords[t.text] && bareCalls[t.text] == nil && !x.opAt(x.i+1, "(") {
			switch t.text {
			case "new", "clone":
				return x.postfix(x.made(end), end)
			}
			x.i++
			if t.text == "else" || t.text == "do" || t.text == "then" {
				x.plain = false
			}
			continue
		}
		if t.kind == tIdent && (t.text == "if" || t.text == "while" || t.text == "for" || t.text == "foreach" || t.text == "switch" || t.text == "elseif" || t.text == "catch") && x.opAt(x.i+1, "(") {
			x.control(end)
			return value{}
		}
		if t.kind != tOp {
			break
		}
		switch t.text {
		case "@", "&", "...", "\\":
			x.i++
			continue
		case "!", "-", "+", "++", "--":
			x.i++
			v := x.unary(end)
			if len(t.text) == 2 {
				x.counts(v)
				return value{}
			}
			if t.text == "-" && v.num {
				v.text = strings.TrimPrefix("-"+v.text, "--")
				return v
			}
			return value{place: v.place}
		case "~":
			x.i++
			v := x.unary(end)
			if v.known && !v.num {
				v = constant(notConst(v.text))
				v.from = fromPacked
			}
			return v
		case "(":
			if v, ok := x.cast(end); ok {
				return v
			}
		}
		break
	}
	return x.postfix(x.primary(end), end)
}

// control reads the head of a condition or loop. What an iteration hands out has the origin of the whole.
func (x *interp) control(end int) {
	word := x.toks[x.i].text
	open := x.i + 1
	stop := x.closeOf(open, end)
	x.i = open + 1
	if word == "foreach" || word == "for" {
		x.iteration(stop)
	}
	for x.i < stop {
		from := x.i
		x.expr(stop)
		if x.i == from || x.op(";") || x.op(",") {
			x.i++
		}
	}
	x.i = min(stop+1, end)
	x.plain = x.op("{") || x.op(":")
	if x.plain {
		return
	}
	if x.i < end && x.at[x.i] == nil {
		x.plain = false
		x.expr(end)
		x.plain = true
	}
}

// iteration gives the variables of foreach (list as $k => $v), foreach (var v in list) and for (T v : list)
// what the list holds.
func (x *interp) iteration(stop int) {
	for i := x.i; i < stop; i++ {
		switch {
		case x.ident(i, "as"):
			list := x.expr(i)
			if len(list.list) == 1 {
				list = list.list[0]
			} else {
				list = list.flat()
				list.list, list.known, list.text = nil, false, ""
			}
			for j := i + 1; j < stop; j++ {
				if x.toks[j].kind == tVar {
					x.env.set(x.key(x.toks[j].text), list, true)
				}
			}
			x.i = stop
			return
		case x.ident(i, "in") || x.opAt(i, ":") && x.lang == java:
			name := ""
			if i > 0 && x.toks[i-1].kind == tIdent {
				name = x.toks[i-1].text
			}
			x.i = i + 1
			list := x.expr(stop).flat()
			list.list, list.known, list.text = nil, false, ""
			if name != "" {
				x.env.set(x.key(name), list, true)
			}
			return
		}
	}
}

// casts are the words that stand in parentheses before what they make a number of, or leave as it is.
var casts = map[string]bool{"int": true, "integer": true, "float": true, "double": true, "bool": true, "boolean": true, "long": true,
	"string": false, "array": false, "object": false, "binary": false, "byte": false, "char": false}

// cast reads "(int) value" and "(Type) value"; what becomes a number carries no text.
func (x *interp) cast(end int) (value, bool) {
	stop := x.closeOf(x.i, end)
	if stop >= end || stop-x.i < 2 || stop-x.i > 12 || x.toks[x.i+1].kind != tIdent {
		return value{}, false
	}
	number, known := casts[x.toks[x.i+1].text]
	if x.lang == php && (!known || stop != x.i+2) || x.lang.basic() || x.lang == perl || x.lang == python || x.lang == jscript {
		return value{}, false
	}
	if x.lang != php {
		for i := x.i + 1; i < stop; i++ {
			if t := &x.toks[i]; t.kind != tIdent && !x.opAt(i, ".") && !x.opAt(i, "[") && !x.opAt(i, "]") && !x.opAt(i, "<") && !x.opAt(i, ">") {
				return value{}, false
			}
		}
		if next := &x.toks[stop+1-1+0]; stop+1 >= end || next.kind != tOp {
			return value{}, false
		}
		if n := &x.toks[stop+1]; n.kind == tOp && n.text != "(" && n.text != "!" {
			return value{}, false
		}
		number = number && stop == x.i+2 && x.toks[x.i+1].text != "string"
	}
	x.i = stop + 1
	v := x.unary(end)
	if number {
		return value{}, true
	}
	v.place = ""
	return v, true
}

// closure reads a function without a name; as a value it is its name.
func (x *interp) closure(end int) value {
	f := x.at[x.i]
	x.body(f, end)
	return value{class: "\x00" + f.name}
}

// made reads "new Name(args)" and "new ($name)(args)".
func (x *interp) made(end int) value {
	at := x.i
	x.i++
	if x.i < end && (x.toks[x.i].kind == tVar || x.op("(")) {
		name := x.primary(end)
		args, _ := x.arguments(end)
		if name.from&anyInput != 0 {
			x.sink(kMember, []value{name}, at)
		}
		return union(args)
	}
	name := ""
	for x.i < end && (x.toks[x.i].kind == tIdent || x.op(".") || x.op("\\")) {
		if x.toks[x.i].kind == tIdent {
			name = x.toks[x.i].text
		}
		x.i++
	}
	if x.op("<") { // type parameters
		for n := 0; n < 12 && x.i < end && !x.op("("); n++ {
			x.i++
		}
	}
	if x.op("[") { // an array
		stop := x.closeOf(x.i, end)
		x.i++
		x.expr(stop)
		x.i = min(stop+1, end)
		for x.op("[") {
			x.i = min(x.closeOf(x.i, end)+1, end)
		}
		if x.op("{") {
			return x.collection("{", end)
		}
		return value{}
	}
	args, _ := x.arguments(end)
	v := x.call("new "+name, value{}, args, at)
	v.class = name
	if name == "activexobject" && len(args) > 0 && args[0].known {
		v.class = strings.ToLower(args[0].text)
	}
	for _, ctor := range []string{"__construct", name} {
		if f := x.funcs[ctor]; f != nil {
			x.bind(f, args)
		}
	}
	if x.op("{") && x.lang != php && !x.opAt(x.i-1, ";") { // an anonymous class, or the properties of an object
		if x.lang.dotNet() {
			init := x.collection("{", end).flat()
			v.from |= init.from
		}
	}
	return v
}

// arguments reads "(a, b, c)" if it is next.
func (x *interp) arguments(end int) ([]value, bool) {
	if !x.op("(") {
		return nil, false
	}
	stop := x.closeOf(x.i, end)
	x.i++
	return x.items(stop, end), true
}

// items reads expressions between commas up to the token stop, and goes behind it.
func (x *interp) items(stop, end int) []value {
	var out []value
	for x.i < stop {
		from := x.i
		v := x.expr(stop)
		if x.op("=>") && x.i < stop {
			x.i++
			v = x.expr(stop)
		}
		if x.op(":") && x.i < stop && x.lang != php { // a key of an object
			x.i++
			v = x.expr(stop)
		}
		if len(out) < maxList {
			out = append(out, v)
		}
		for x.i < stop && !x.op(",") {
			if x.op(";") { // a statement inside of brackets that do not fit
				x.i++
				break
			}
			at := x.i
			extra := x.expr(stop)
			out[len(out)-1] = either(out[len(out)-1], value{from: extra.from, mixed: true})
			if x.i == at {
				x.i++
			}
		}
		if x.op(",") && x.i < stop {
			x.i++
		}
		if x.i == from {
			x.i++
		}
	}
	x.i = min(stop+1, end)
	return out
}

// collection reads "[a, b]" or "{a, b}" as a list.
func (x *interp) collection(_ string, end int) value {
	stop := x.closeOf(x.i, end)
	x.i++
	items := x.items(stop, end)
	if items == nil {
		items = []value{}
	}
	return value{list: items}
}

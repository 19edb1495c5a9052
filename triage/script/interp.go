package script

import (
	"sort"
	"strings"
)

// interp walks the tokens of one text. It takes every path at once: conditions are not evaluated, an assignment
// inside of a block leaves the value before it possible.
type interp struct {
	r         *reader
	lang      language
	code      string
	toks      []token
	i         int
	inner     int // how many levels of folded code this text lies in
	env       env
	scope     string // function that is being walked
	depth     int    // of braces
	nest      int    // of expressions
	base      int    // nest outside of the statement at hand
	funcs     map[string]*function
	at        map[int]*function // by the token of the body's opening bracket or the name
	plain     bool              // an assignment here is always made
	basicEnds map[string][]int  // of Basic: where functions end, by keyword
	wild      origin            // what variables never assigned hold, after extract($_POST)
	text      int               // number of the text, for places
	lower     string            // the code in lower case, once asked for
	hidden    map[string]bool   // answers of disguised
}

// A function is one that the text defines.
type function struct {
	name   string
	params []string
	by     []string // "x" of use ($x): variables taken over
	start  int      // first token of the body
	end    int      // behind its last
	ret    value
}

func newInterp(r *reader, lang language, code string, inner int) *interp {
	x := &interp{r: r, lang: lang, code: code, inner: inner, funcs: map[string]*function{}, at: map[int]*function{}}
	x.toks = lex(lang, code)
	x.env = env{vars: map[string]value{}}
	x.findFunctions()
	return x
}

// walk goes over the tokens until nothing new is learned, and reports what it finds.
func (x *interp) walk() {
	budget := x.r.budget
	for pass := 0; pass < maxPasses; pass++ {
		x.env.changed = false
		x.i, x.depth, x.scope = 0, 0, ""
		x.r.budget = max(x.r.budget, budget/2) // each pass folds anew
		x.statements(len(x.toks))
		if !x.env.changed {
			break
		}
	}
}

func (x *interp) op(s string) bool {
	return x.i < len(x.toks) && x.toks[x.i].kind == tOp && x.toks[x.i].text == s
}

func (x *interp) opAt(i int, s string) bool {
	return i >= 0 && i < len(x.toks) && x.toks[i].kind == tOp && x.toks[i].text == s
}

func (x *interp) ident(i int, s string) bool {
	return i >= 0 && i < len(x.toks) && x.toks[i].kind == tIdent && x.toks[i].text == s
}

// closeOf is the token that closes the bracket at i; end if none does.
func (x *interp) closeOf(i, end int) int {
	if m := int(x.toks[i].match); m > i && m <= end {
		return min(m, end)
	}
	return end
}

// statements walks to a token.
func (x *interp) statements(end int) {
	for x.i < end {
		from := x.i
		t := &x.toks[x.i]
		if f := x.at[x.i]; f != nil && x.nest < maxDepth {
			x.body(f, end)
			continue
		}
		if t.kind == tOp {
			switch t.text {
			case "{":
				x.depth++
				x.i++
				continue
			case "}":
				x.depth = max(0, x.depth-1)
				x.i++
				continue
			case ";", ")", "]", ",", ":", "%", ">", "<":
				x.i++
				continue
			}
		}
		x.plain = true
		x.expr(end)
		if x.i == from {
			x.i++
		}
	}
	x.i = max(x.i, end)
}

// body walks a function where it is defined.
func (x *interp) body(f *function, end int) {
	scope, depth := x.scope, x.depth
	x.scope, x.depth = f.name, 0
	base := x.base
	x.nest++
	x.base = x.nest
	for _, name := range f.by {
		if v, ok := x.env.vars[scope+"\x00"+name]; ok {
			x.env.set(x.key(name), v, true)
		}
	}
	x.i = f.start
	x.statements(min(f.end, end))
	x.nest--
	x.scope, x.depth, x.base = scope, depth, base
	if x.op("}") {
		x.i++
	}
}

// key is where a variable of the present function is kept. Only PHP parts the variables of functions from those
// outside; elsewhere fields are used in methods all the time.
func (x *interp) key(name string) string {
	if x.lang == php {
		return x.scope + "\x00" + name
	}
	return "\x00" + name
}

// lookup is what a variable holds.
func (x *interp) lookup(name string) value {
	v, ok := x.env.vars[x.key(name)]
	if !ok && x.lang != php {
		v, ok = x.env.vars["\x00"+name]
	}
	if !ok {
		v = value{from: x.wild}
	}
	v.place, v.elem = name, false
	return v
}

// assign stores a value at the place that an expression names.
func (x *interp) assign(to, v value, more bool) {
	if to.place == "" {
		return
	}
	if x.lang.basic() && to.place == x.scope { // how functions of Basic answer
		x.returns([]value{v})
		return
	}
	weak := to.elem || x.depth > 0 || !x.plain || strings.HasPrefix(to.place, "->")
	if to.elem {
		v = v.flat()
		v.known, v.text, v.list, v.class = false, "", nil, ""
	}
	if more && !to.elem {
		old := x.env.vars[x.placeKey(to.place)]
		v = x.join(old.flat(), v.flat())
		weak = false
	}
	x.env.set(x.placeKey(to.place), v, weak)
}

func (x *interp) placeKey(place string) string {
	if strings.HasPrefix(place, "->") || strings.HasPrefix(place, "$_") {
		return place
	}
	return x.key(place)
}

// findFunctions lists the functions that the text defines.
func (x *interp) findFunctions() {
	for i := 0; i+1 < len(x.toks); i++ {
		t := &x.toks[i]
		if t.kind != tIdent {
			continue
		}
		var f *function
		switch {
		case (t.text == "function" || t.text == "fn" || t.text == "sub" || t.text == "def") && !x.opAt(i-1, "->") && !x.ident(i-1, "end") && !x.ident(i-1, "exit"):
			f = x.named(i)
		case x.lang == java || x.lang == csharp || x.lang == jsnet:
			f = x.method(i)
		}
		if f != nil && len(x.funcs) < 10_000 {
			x.at[f.start-1] = f
			x.at[i] = f
			if f.name != "" {
				x.funcs[f.name] = f
			}
		}
	}
}

// named reads "function name(params) {", also without a name; "Function name(params)" up to its "End Function";
// "sub name {" and "def name(params):".
func (x *interp) named(i int) *function {
	f := &function{}
	keyword := x.toks[i].text
	j := i + 1
	if x.opAt(j, "&") {
		j++
	}
	if j < len(x.toks) && x.toks[j].kind == tIdent {
		f.name = x.toks[j].text
		j++
	}
	if f.name == "" {
		f.name = "\x00" + constantInt(i) // each of its own scope
	}
	if x.opAt(j, "(") {
		end := x.closeOf(j, len(x.toks)-1)
		f.params = x.params(j+1, end)
		j = end + 1
	}
	if x.ident(j, "use") && x.opAt(j+1, "(") {
		end := x.closeOf(j+1, len(x.toks)-1)
		f.by = x.params(j+2, end)
		j = end + 1
	}
	if x.lang.basic() {
		ends := x.ends(keyword)
		n := sort.SearchInts(ends, j)
		if n == len(ends) {
			return nil
		}
		f.start, f.end = j, ends[n]
		return f
	}
	if x.lang == python {
		for j < len(x.toks) && !x.toks[j].after {
			j++
		}
		f.start, f.end = j, min(len(x.toks), j+400)
		for k := j; k < f.end; k++ {
			if x.ident(k, "def") && x.toks[k].after {
				f.end = k
			}
		}
		return f
	}
	if keyword == "fn" && x.opAt(j, "=>") {
		f.start, f.end = j+1, j+1
		for f.end < len(x.toks) && !x.opAt(f.end, ";") && !x.opAt(f.end, ")") && f.end < j+200 {
			f.end++
		}
		return f
	}
	for n := 0; n < 8 && j < len(x.toks) && !x.opAt(j, "{"); n++ { // a return type
		if x.opAt(j, ";") || x.opAt(j, ")") {
			return nil
		}
		j++
	}
	if !x.opAt(j, "{") {
		return nil
	}
	f.start, f.end = j+1, x.closeOf(j, len(x.toks))
	return f
}

// ends lists where "End Function" or "End Sub" stand.
func (x *interp) ends(keyword string) []int {
	if x.basicEnds == nil {
		x.basicEnds = map[string][]int{}
		for i := 0; i+1 < len(x.toks); i++ {
			if x.ident(i, "end") && x.toks[i+1].kind == tIdent {
				x.basicEnds[x.toks[i+1].text] = append(x.basicEnds[x.toks[i+1].text], i)
			}
		}
	}
	return x.basicEnds[keyword]
}

// method reads "type name(type a, type b) throws X {" of Java and C#.
func (x *interp) method(i int) *function {
	if !x.opAt(i+1, "(") || x.opAt(i-1, ".") || x.ident(i-1, "new") || i == 0 || x.toks[i-1].kind != tIdent && !x.opAt(i-1, "]") && !x.opAt(i-1, ">") && !x.opAt(i-1, "{") {
		return nil
	}
	switch x.toks[i].text {
	case "if", "while", "for", "switch", "catch", "foreach", "using", "lock", "return", "synchronized":
		return nil
	}
	end := x.closeOf(i+1, len(x.toks)-1)
	j := end + 1
	for n := 0; n < 16 && j < len(x.toks) && !x.opAt(j, "{"); n++ {
		if x.toks[j].kind != tIdent && !x.opAt(j, ",") && !x.opAt(j, ".") && !x.opAt(j, ":") && !x.opAt(j, "(") && !x.opAt(j, ")") {
			return nil
		}
		j++
	}
	if !x.opAt(j, "{") {
		return nil
	}
	return &function{name: x.toks[i].text, params: x.params(i+2, end), start: j + 1, end: x.closeOf(j, len(x.toks))}
}

// params lists the names of parameters: of each part between commas the last name before "=".
func (x *interp) params(from, to int) []string {
	var out []string
	name, done, level := "", false, 0
	for i := from; i < to && len(out) < 64; i++ {
		t := &x.toks[i]
		switch {
		case t.kind == tOp && (t.text == "(" || t.text == "["):
			level++
		case t.kind == tOp && (t.text == ")" || t.text == "]"):
			level--
		case level > 0:
		case t.kind == tOp && t.text == ",":
			out = append(out, name)
			name, done = "", false
		case t.kind == tOp && t.text == "=":
			done = true
		case t.kind == tVar && !done, t.kind == tIdent && !done && x.lang != php:
			if t.text != "byval" && t.text != "byref" && !(x.lang == vbnet && name != "") {
				name = t.text
			}
		}
	}
	if name != "" {
		out = append(out, name)
	}
	return out
}

// bind passes arguments to a function of the text, and gives what it returns.
func (x *interp) bind(f *function, args []value) value {
	for n, v := range args {
		if n >= len(f.params) || f.params[n] == "" {
			continue
		}
		name := "\x00" + f.params[n]
		if x.lang == php {
			name = f.name + name
		}
		v = v.flat()
		v.list = nil
		x.env.set(name, v, true)
	}
	return f.ret
}

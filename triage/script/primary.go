package script

import (
	"strings"
)

// primary reads a constant, a variable, a call or what stands in brackets.
func (x *interp) primary(end int) value {
	if x.i >= end {
		return value{}
	}
	at := x.i
	t := &x.toks[x.i]
	switch t.kind {
	case tString:
		x.i++
		return x.interpolated(t)
	case tNumber:
		x.i++
		n := t.text
		if v, ok := numberOf(n); ok {
			n = constantInt(v)
		}
		return value{text: n, known: true, num: true}
	case tShell:
		x.i++
		v := x.interpolated(t)
		x.sink(kCommand, []value{v}, at)
		return value{}
	case tVar:
		x.i++
		return x.variable(t.text)
	case tIdent:
		return x.name(end)
	}
	switch t.text {
	case "(":
		stop := x.closeOf(x.i, end)
		x.i++
		items := x.items(stop, end)
		switch len(items) {
		case 0:
			return value{}
		case 1:
			return items[0]
		}
		if x.op("=") { // several at once, as in Perl
			return value{list: items}
		}
		return items[len(items)-1]
	case "[":
		return x.collection("[", end)
	case "{":
		if at > 0 && (x.opAt(at-1, "=") || x.opAt(at-1, "]") || x.opAt(at-1, "(")) {
			return x.collection("{", end)
		}
		return value{}
	case "$":
		return x.indirect(end)
	case "&":
		if x.lang.basic() && at+1 < end && x.toks[at+1].kind == tIdent && strings.HasPrefix(x.toks[at+1].text, "h") { // &H41
			x.i += 2
			if v, ok := hexValue(x.toks[at+1].text, 1, len(x.toks[at+1].text)-1); ok {
				return value{text: constantInt(v), known: true, num: true}
			}
			return value{}
		}
	}
	return value{}
}

// interpolated is a string with its variables put in place.
func (x *interp) interpolated(t *token) value {
	if !t.inter {
		return constant(t.text)
	}
	if x.lang == cfml {
		return x.hashes(t.text)
	}
	if x.lang == csharp || x.lang == jscript || x.lang == jsnet {
		return x.braces(t.text)
	}
	s := t.text
	if strings.IndexByte(s, '$') < 0 {
		return constant(strings.ReplaceAll(s, "\x00", "$"))
	}
	out := constant("")
	from := 0
	for i := 0; i+1 < len(s); i++ {
		if s[i] != '$' {
			continue
		}
		j := i + 1
		if s[j] == '{' {
			j++
		}
		k := j
		for k < len(s) && isWord(s[k]) {
			k++
		}
		if k == j || isDigit(s[j]) {
			continue
		}
		before := strings.TrimSuffix(s[from:i], "{")
		v := x.variable(s[j:k])
		index := strings.TrimLeft(s[k:min(len(s), k+64)], " ")
		if strings.HasPrefix(index, "[") || strings.HasPrefix(index, "->") {
			key := strings.Trim(strings.SplitN(strings.TrimLeft(index, "[->"), "]", 2)[0], `'" `)
			v = x.element(v, constant(key))
			if n := strings.IndexByte(s[k:], ']'); n >= 0 && n < 64 && strings.HasPrefix(index, "[") {
				k += n + 1
			}
		}
		if k < len(s) && s[k] == '}' {
			k++
		}
		out = x.join(x.join(out, constant(before)), v.flat())
		from, i = k, k-1
	}
	return x.join(out, constant(strings.ReplaceAll(s[from:], "\x00", "$")))
}

// hashes is a string of ColdFusion: #name# is put in place.
func (x *interp) hashes(s string) value {
	parts := strings.Split(s, "#")
	out := constant("")
	for i, p := range parts {
		if i%2 == 0 || i == len(parts)-1 {
			out = x.join(out, constant(p))
			continue
		}
		out = x.join(out, x.dotted(strings.ToLower(p)))
	}
	return out
}

// braces is a string of C# or JavaScript: {name} is put in place.
func (x *interp) braces(s string) value {
	out := constant("")
	for {
		a := strings.IndexByte(s, '{')
		if a < 0 {
			return x.join(out, constant(s))
		}
		b := strings.IndexByte(s[a:], '}')
		if b < 0 {
			return x.join(out, constant(s))
		}
		out = x.join(x.join(out, constant(strings.TrimSuffix(s[:a], "$"))), x.dotted(strings.ToLower(s[a+1:a+b])))
		s = s[a+b+1:]
	}
}

// dotted is the value of "scope.name[...]" inside of a string.
func (x *interp) dotted(s string) value {
	s = strings.TrimSpace(s)
	head := s
	if i := strings.IndexAny(head, ".[( "); i >= 0 {
		head = head[:i]
	}
	if from := x.sourceName(head, strings.TrimLeft(strings.TrimPrefix(s, head), ".")); from != 0 {
		x.r.usesInput = true
		return value{from: from}
	}
	if strings.Contains(s, "(") { // a call: what it is given may be input
		for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == '(' || r == ')' || r == ',' || r == ' ' }) {
			if h, rest, ok := strings.Cut(word, "."); ok && x.sourceName(h, rest) != 0 {
				return value{from: fromInput}
			}
		}
	}
	return x.lookup(head)
}

// variable is what a "$name" holds.
func (x *interp) variable(name string) value {
	if x.lang == php {
		switch name {
		case "_GET", "_POST", "_REQUEST", "_COOKIE", "HTTP_GET_VARS", "HTTP_POST_VARS", "HTTP_COOKIE_VARS", "HTTP_RAW_POST_DATA":
			x.r.usesInput = true
			return value{from: fromInput, place: "$" + name, elem: true}
		case "_FILES", "HTTP_POST_FILES":
			x.r.usesInput = true
			return value{from: fromUpload, class: "$files", place: "$" + name, elem: true}
		case "_SERVER", "_ENV":
			return value{class: "$server"}
		case "GLOBALS":
			return value{class: "$globals", place: "$_GLOBALS", elem: true, from: x.env.vars["$_GLOBALS"].from}
		case "_SESSION":
			v := x.env.vars["$_SESSION"]
			v.place, v.elem = "$_SESSION", true
			return v
		case "this":
			return value{class: "this"}
		}
	}
	if x.lang == perl && name == "ENV" {
		return value{class: "$server"}
	}
	return x.lookup(name)
}

// indirect reads $$name, ${expression} and, in PHP before 5.4, ${"name"}["key"].
func (x *interp) indirect(end int) value {
	x.i++
	var name value
	switch {
	case x.op("{"):
		stop := x.closeOf(x.i, end)
		x.i++
		items := x.items(stop, end)
		if len(items) > 0 {
			name = items[0]
		}
	case x.op("$"):
		name = x.indirect(end)
	case x.i < end && x.toks[x.i].kind == tVar:
		name = x.variable(x.toks[x.i].text)
		x.i++
	default:
		return value{}
	}
	if name.known {
		v := x.variable(strings.TrimPrefix(name.text, "$"))
		if v.from&(fromInput|fromUpload) != 0 && strings.HasPrefix(name.text, "_") {
			x.r.add(ruleByID("input-disguised"), x.excerpt(max(0, min(x.i, len(x.toks))-1)), 0)
		}
		return v
	}
	return value{from: name.from &^ fromInput, place: ""}
}

// element is a[key].
func (x *interp) element(a, key value) value {
	out := value{from: a.from, mixed: a.mixed, place: a.place, elem: true, class: a.class}
	switch a.class {
	case "request", "request.part":
		x.r.usesInput = true
		return value{from: fromInput}
	case "$server":
		out.class, out.from = "", 0
		k := strings.ToUpper(key.text)
		if !key.known || strings.HasPrefix(k, "HTTP_") || strings.HasPrefix(k, "PHP_AUTH") || k == "QUERY_STRING" || k == "REQUEST_URI" || k == "PATH_INFO" || k == "ARGV" {
			x.r.usesInput = true
			if out.from = fromInput; k == "HTTP_HOST" || !key.known {
				out.from = fromWeak
			}
		}
		return out
	case "$globals":
		if key.known {
			return x.variable(key.text)
		}
		return out
	case "$files":
		if key.known && key.text == "tmp_name" {
			return value{from: fromTemp}
		}
		if key.known && (key.text == "size" || key.text == "error") {
			return value{}
		}
		out.class = "$files"
		return out
	}
	if n, ok := numberOf(key.text); key.known && ok {
		if n < 0 {
			n += len(a.text)
		}
		switch {
		case a.list != nil && n >= 0 && n < len(a.list):
			v := a.list[n]
			v.place, v.elem = a.place, true
			return v
		case a.known && a.list == nil && n >= 0 && n < len(a.text):
			v := constant(a.text[n : n+1])
			v.from = a.from & fromPacked
			v.place, v.elem = a.place, true
			return v
		}
	}
	if a.list != nil {
		f := a.flat()
		out.from |= f.from
		if len(a.list) > 0 && len(a.list) <= 64 && out.from&^fromPacked == 0 { // any of them
			all := a.list[0]
			for _, v := range a.list[1:] {
				if v.known && all.known && v.text != all.text {
					all.known = false
				}
			}
			if all.known {
				out.text, out.known = all.text, true
			}
		}
	}
	return out
}

// postfix reads what follows a value: elements, members, calls.
func (x *interp) postfix(v value, end int) value {
	for n := 0; x.i < end && n < 2000; n++ {
		t := &x.toks[x.i]
		if t.kind != tOp || x.lineEnds(t) {
			return v
		}
		at := x.i
		switch t.text {
		case "[":
			stop := x.closeOf(x.i, end)
			x.i++
			keys := x.items(stop, end)
			key := value{}
			if len(keys) > 0 {
				key = keys[0]
			}
			v = x.element(v, key)
		case "{":
			if x.lang != php || v.place == "" && !v.known || at > 0 && (x.opAt(at-1, ")") || x.toks[at].after) {
				return v
			}
			stop := x.closeOf(x.i, end)
			if stop-x.i > 24 {
				return v
			}
			for j := x.i + 1; j < stop; j++ { // a block, not an element
				if x.opAt(j, ";") || x.opAt(j, "=") {
					return v
				}
			}
			x.i++
			keys := x.items(stop, end)
			if len(keys) > 0 {
				v = x.element(v, keys[0])
			}
		case "->", "::":
			x.i++
			v = x.member(v, at, end)
		case ".":
			if x.lang.sigil() || x.i+1 >= end || x.toks[x.i+1].kind != tIdent {
				if x.lang == python && x.i+1 < end {
					x.i++
					continue
				}
				return v
			}
			x.i++
			v = x.member(v, at, end)
		case "(":
			args, _ := x.arguments(end)
			v = x.dynamic(v, args, at)
		default:
			return v
		}
	}
	return v
}

// member reads the name behind "->", "::" or "."; with "(" behind it, a call.
func (x *interp) member(v value, at, end int) value {
	if x.i >= end {
		return v
	}
	t := &x.toks[x.i]
	var name value
	switch {
	case t.kind == tIdent:
		x.i++
		name = constant(t.text)
	case t.kind == tVar && x.opAt(at, "::"): // a static property
		x.i++
		name = constant(t.text)
		if x.op("(") {
			name = x.lookup(t.text)
		}
	case t.kind == tVar:
		x.i++
		name = x.lookup(t.text)
	case t.kind == tOp && t.text == "{":
		stop := x.closeOf(x.i, end)
		x.i++
		if items := x.items(stop, end); len(items) > 0 {
			name = items[0]
		}
	default:
		return v
	}
	lower := strings.ToLower(name.text)
	if x.op("(") {
		args, _ := x.arguments(end)
		return x.method1(v, name, lower, args, at)
	}
	if x.lang.basic() && x.i < end && x.nest <= x.base+3 {
		if t := &x.toks[x.i]; !x.lineEnds(t) && (t.kind == tString || t.kind == tIdent && !keywords[t.text] && !basicOperators[t.text]) {
			return x.method1(v, name, lower, x.bareArguments(end), at)
		}
	}
	return x.property(v, lower)
}

var basicOperators = wordSet("and or xor mod is like eqv imp not then to step")

// bareArguments reads the arguments of a call of Basic that stand without parentheses.
func (x *interp) bareArguments(end int) []value {
	var out []value
	for x.i < end && len(out) < 32 {
		from := x.i
		out = append(out, x.expr(end))
		if !x.op(",") || x.i == from {
			break
		}
		x.i++
	}
	return out
}

// property is v.name.
func (x *interp) property(v value, name string) value {
	if from := x.sourceProperty(v, name); from != 0 {
		x.r.usesInput = true
		return value{from: from}
	}
	if v.class == "request" { // the request object, one of its harmless properties
		if cleanOfRequest[name] {
			return value{}
		}
		x.r.usesInput = true
		return value{from: fromInput, class: "request.part"}
	}
	if name == "request" && x.lang != php && x.lang != cfml {
		return value{class: "request"}
	}
	if name == "length" || name == "count" || name == "contentlength" || name == "totalbytes" {
		return value{}
	}
	if v.place != "" && !strings.HasPrefix(v.place, "$") && x.lang != php {
		return value{from: v.from, place: v.place, elem: true, class: name, mixed: v.mixed}
	}
	out := x.env.vars["->"+name]
	out.place, out.elem = "->"+name, false
	if x.lang != php {
		out.from |= v.from
	}
	return out
}

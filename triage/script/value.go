package script

import (
	"strings"
)

// An origin is a set of the places that a value came from.
type origin uint16

const (
	fromInput   origin = 1 << iota // the request, as the client sent it, or decoded
	fromWeak                       // the request, by way of code that is not in this file
	fromUpload                     // the name that the client gave a file it uploads
	fromRemote                     // another server
	fromFile                       // a file's content
	fromDecoded                    // something decoded whose text is not known
	fromPacked                     // a constant that was decoded: code or a name in disguise
	fromTemp                       // the temporary file of an upload
	isHandle                       // an open file; the other bits are those of its path
)

const anyInput = fromInput | fromWeak

// A value is what is known of an expression: its text if it is constant, and in any case where it came from.
type value struct {
	text  string
	known bool // text is the whole value
	from  origin
	mixed bool // constant text stands beside what came from elsewhere
	list  []value
	place string // the variable that it stands in; empty if it is no variable
	elem  bool   // an element or property of place
	class string // of an object: lower-case name, or that of a COM object
	num   bool   // text is a number
}

func constant(s string) value { return value{text: s, known: true} }

// maxList bounds the elements kept of a list.
const maxList = 4096

// either is a value that is one of two.
func either(a, b value) value {
	if a.known && b.known && a.text == b.text && a.from == b.from {
		return a
	}
	out := value{from: a.from | b.from, mixed: a.mixed || b.mixed, class: a.class}
	if out.class == "" {
		out.class = b.class
	}
	switch {
	case a.known && a.text != "" && !b.known && b.from == 0, a.known && !b.known && a.from == 0 && b.from == 0:
		out.text, out.known = a.text, true // a constant beside something unknown stays worth a look
	case a.known && a.text != "":
		out.text, out.known = a.text, true
	case b.known:
		out.text, out.known = b.text, true
	}
	if out.from&^fromPacked != 0 {
		out.text, out.known = "", false
	}
	if len(a.list) > 0 {
		out.list = a.list
	} else {
		out.list = b.list
	}
	return out
}

// union is what a call of an unknown function gives: all origins, no text.
func union(all []value) value {
	var out value
	for _, v := range all {
		out.from |= v.from
		out.mixed = out.mixed || v.mixed
	}
	return out
}

// flat is a value with the origins of its elements.
func (v value) flat() value {
	for i := range v.list {
		v.from |= v.list[i].from
	}
	return v
}

// join is a followed by b.
func (x *interp) join(a, b value) value {
	out := value{from: a.from | b.from, mixed: a.mixed || b.mixed}
	if a.known && b.known {
		if len(a.text)+len(b.text) <= maxConst && x.spend(len(a.text)+len(b.text)) {
			out.text, out.known = a.text+b.text, true
		}
		return out
	}
	if strings.TrimSpace(a.text) != "" && a.known && b.from != 0 || strings.TrimSpace(b.text) != "" && b.known && a.from != 0 ||
		!a.known && a.from == 0 || !b.known && b.from == 0 {
		out.mixed = true
	}
	return out
}

// spend takes bytes from what may be folded in a file.
func (x *interp) spend(n int) bool {
	x.r.budget -= n
	return x.r.budget > 0
}

// An env holds the variables.
type env struct {
	vars    map[string]value
	changed bool // something came to be known of a variable that was not in the pass before
}

// set gives a variable a value. Where the assignment may be left out, or is to an element, the old one stays
// possible.
func (e *env) set(name string, v value, weak bool) {
	v.place, v.elem = "", false
	old, was := e.vars[name]
	if weak && was {
		v = either(old.flat(), v)
	}
	if len(e.vars) >= maxVars && !was {
		return
	}
	if v.from&^old.from != 0 {
		e.changed = true
	}
	e.vars[name] = v
}

// maxVars bounds the variables of a file.
const maxVars = 50_000

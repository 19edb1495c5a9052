package triage

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// A Value is one place of a request that can carry a payload, with its codings undone.
type Value struct {
	Field string // as Finding.Field
	Text  string // percent, Unicode, HTML and backslash codings undone; or what it spells in base64
}

// Values are the parameters of a request's query and body, its path, agent and referrer, decoded. A value that
// spells out more in base64 gives that as a second Value. At most 2*maxParameters+3; a body is read as a form.
func Values(r *Request) []Value {
	var out []Value
	add := func(field, text string, plus bool) {
		if text == "" {
			return
		}
		cur := cutText(text, maxDecodeBytes)
		for depth := 0; depth < maxDecodeDepth; depth++ {
			next, step := decodeStep(cur, plus && depth == 0)
			if step == "" || next == cur {
				break
			}
			cur = next
		}
		out = append(out, Value{field, cur})
		for range 2 {
			spelled := spellBase64(cur)
			if spelled == "" || spelled == cur {
				break
			}
			out, cur = append(out, Value{field, spelled}), spelled
		}
	}
	// "&&" is SQL's AND more often than an empty parameter.
	for _, p := range splitQuery(strings.ReplaceAll(r.Query, "&&", "%26%26")) {
		add(queryField(p.name), p.value, true)
	}
	if r.Body != "" && !strings.ContainsAny(r.Body[:min(len(r.Body), 8)], "{[<-") {
		for _, p := range splitQuery(strings.ReplaceAll(r.Body, "&&", "%26%26")) {
			add("body:"+strings.TrimPrefix(queryField(p.name), "query:"), p.value, true)
		}
	}
	add("path", r.Path, false)
	add("agent", r.Agent, false)
	add("referer", r.Referer, false)
	return out
}

// Parameters are the parameters of a query or a form, at most maxParameters, by their names as Finding.Field has them
// after the colon, with percent codings of their values undone once.
func Parameters(query string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		query := cutText(query, maxDecodeBytes)
		for n := 0; query != ""; {
			part := query
			if i := strings.IndexByte(query, '&'); i >= 0 && n < maxParameters-1 {
				part, query = query[:i], query[i+1:]
			} else {
				query = ""
			}
			if part == "" {
				continue
			}
			n++
			name, value, ok := strings.Cut(part, "=")
			if !ok {
				name, value = "", part
			}
			if mayBeCoded(name) || len(name) > 64 || !utf8.ValidString(name) {
				name = strings.TrimPrefix(queryField(name), "query:")
			}
			if mayBeCoded(value) || strings.IndexByte(value, '+') >= 0 {
				value, _ = decodePercent(value, true)
			}
			if !yield(name, value) {
				return
			}
		}
	}
}

package triage

// What a client sent after its headers: split into parameters, each judged by the ordinary rules, then looked at as
// the work of a shell's client (body_shell.go) and as an upload (body_upload.go). How a body is split follows from
// its own form, since logs seldom keep its type.

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Bounds of one body.
const (
	maxBodyParts = 256      // parameters, JSON values or multipart parts
	maxBodyDepth = 16       // of JSON
	maxProse     = 200      // bytes of a value from which on markup in it is more likely a document
	maxSentBytes = MaxBody  // what is read of a body
	maxAnswered  = 16 << 10 // what is read of an answer
)

// A bodyPart is one value of a body.
type bodyPart struct {
	name   string // empty for a raw body
	value  string // percent-codings undone if coded
	file   string // name of the uploaded file, if it is one
	upload bool   // it is an uploaded file, though its name may be empty
	coded  bool   // it was part of a form, where "+" is a space
	raw    bool   // it is the whole body
	xml    bool   // it is a whole document, whose tags are no markup of a page
}

// Body returns the findings of what was sent and answered after the headers. The field of a finding is "body:NAME",
// "body" where a body has no parameters, or "answer".
func (j *Judge) Body(body, answer string) []Finding {
	h := j.hunt()
	if body != "" {
		h.body(cutText(body, maxSentBytes))
	}
	if answer != "" {
		h.answer(cutText(answer, maxAnswered))
	}
	return h.done()
}

func (h *hunt) body(body string) {
	parts := splitBody(body)
	h.shellClient(body, parts)
	isClient := slices.ContainsFunc(h.found, func(f Finding) bool { return f.Class == WebshellUse && f.Level >= High })
	for i := range parts {
		p := &parts[i]
		field := p.field()
		if p.upload {
			h.upload(field, p)
			continue
		}
		if dataURL(p.value) {
			continue
		}
		before := len(h.found)
		h.field(field, InQuery, p.value, false)
		if p.xml {
			h.found = append(h.found[:before], slices.DeleteFunc(slices.Clone(h.found[before:]), func(f Finding) bool { return f.Class == XSS })...)
		}
		if len(p.value) > maxProse {
			h.soften(before)
		}
		if isClient { // its code has quotes and semicolons, and is no injection into the site's own
			h.found = append(h.found[:before], slices.DeleteFunc(slices.Clone(h.found[before:]), func(f Finding) bool { return f.Class == SQLi || f.Class == XSS })...)
		}
		if p.name != "" && !plainName(p.name) && p.coded {
			h.field(field, InName, p.name, false)
		}
	}
	if len(parts) > 1 && parts[0].coded && h.worst(0) < Medium && strings.ContainsAny(body, "'\"()<>;|`{}$") {
		before := len(h.found)
		h.field("body", InQuery, body, true) // a payload may hold "&" and "=" itself
		h.soften(before)
	}
}

// soften lowers what markup in a long text is taken for: editors of pages send such.
func (h *hunt) soften(from int) {
	for i := range h.found[from:] {
		if f := &h.found[from+i]; f.Class == XSS {
			f.Level = min(f.Level, Low)
		}
	}
}

// field is the Finding.Field of the part.
func (p *bodyPart) field() string {
	if p.raw || p.name == "" {
		return "body"
	}
	return "body:" + strings.TrimPrefix(queryField(p.name), "query:")
}

// DecodedBody is a body in its fullest decoding, for free-text search.
func DecodedBody(body string) string { return strings.TrimPrefix(DecodedText("", body), "?") }

// bodyLayers are the layers of a body's parameters, for display.
func bodyLayers(body string, add func(field, text string, plus bool)) {
	if body == "" {
		return
	}
	if form, ok := splitForm(body); ok {
		for _, p := range form {
			add((&bodyPart{name: p.name}).field(), p.value, true)
		}
		return
	}
	for _, p := range splitBody(body) {
		add(p.field(), p.value, false)
	}
}

// splitBody cuts a body into its parts.
func splitBody(body string) []bodyPart {
	text := strings.TrimLeft(body, " \t\r\n")
	switch {
	case strings.HasPrefix(text, "--"):
		if parts := splitMultipart(text); len(parts) > 0 {
			return parts
		}
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		if parts := splitJSON(text); len(parts) > 0 {
			return parts
		}
	case strings.HasPrefix(text, "<"):
		return splitXML(body)
	}
	form, ok := splitForm(body)
	if !ok {
		return []bodyPart{{value: body, raw: true}}
	}
	out := make([]bodyPart, 0, len(form))
	for _, p := range form {
		name, value := p.name, p.value
		if mayBeCoded(name) {
			name, _ = decodePercent(name, true)
		}
		if strings.ContainsAny(value, "%+") {
			value, _ = decodePercent(value, true)
		}
		out = append(out, bodyPart{name: name, value: value, coded: true, raw: p.bare && len(form) == 1})
	}
	return out
}

// dataURL reports whether a value is a picture or the like, written out.
func dataURL(v string) bool {
	for _, kind := range [...]string{"data:image/", "data:audio/", "data:video/", "data:font/", "data:application/pdf"} {
		if strings.HasPrefix(v, kind) {
			head, _, ok := strings.Cut(v, ",")
			return ok && len(head) < 80 && strings.HasSuffix(head, ";base64") && !strings.ContainsAny(v[len(head):], " <>\"'()")
		}
	}
	return false
}

// splitXML is a document as a whole, and its texts under the names of their elements.
func splitXML(body string) []bodyPart {
	out := []bodyPart{{value: body, raw: true, xml: true}}
	for rest := body; len(out) < maxBodyParts; {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			break
		}
		tag, text, ok := strings.Cut(after, ">")
		if !ok {
			break
		}
		rest = text
		if name, attrs, ok := strings.Cut(tag, " "); ok && strings.Contains(attrs, "=") {
			out = append(out, bodyPart{name: cutText(strings.Trim(name, "/!?"), 64), value: attributes(attrs)})
		}
		text, _, _ = strings.Cut(text, "<")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		name, _, _ := strings.Cut(tag, " ")
		if _, local, ok := strings.Cut(name, ":"); ok {
			name = local
		}
		out = append(out, bodyPart{name: cutText(strings.Trim(name, "/!?"), 64), value: text})
	}
	return out
}

// attributes are the values of a tag's attributes, one a line.
func attributes(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexAny(s, "\"'")
		if i < 0 {
			return b.String()
		}
		value, rest, _ := strings.Cut(s[i+1:], s[i:i+1])
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(value)
		s = rest
	}
}

// splitForm reads a form: names without blanks before "=", with "&" between.
func splitForm(body string) ([]parameter, bool) {
	name, rest, ok := strings.Cut(body, "=")
	if !ok || len(name) > 200 || strings.ContainsAny(name, " \t\r\n\x00<>{\"") || strings.Trim(rest, "=") == "" && len(name) > 40 {
		return nil, false
	}
	return splitQuery(strings.TrimRight(body, "\r\n")), true
}

// splitMultipart reads multipart/form-data by the boundary that the body itself begins with. A part that the end of
// the body cuts is read as far as it goes. https://www.rfc-editor.org/rfc/rfc7578
func splitMultipart(body string) []bodyPart {
	boundary, rest, ok := strings.Cut(body, "\n")
	boundary = strings.TrimSuffix(boundary, "\r")
	if !ok || len(boundary) < 3 || len(boundary) > 80 {
		return nil
	}
	var out []bodyPart
	for len(out) < maxBodyParts && rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, boundary)
		rest = strings.TrimLeft(rest, "\r\n")
		head, value, ok := strings.Cut(part, "\r\n\r\n")
		if !ok {
			head, value, ok = strings.Cut(part, "\n\n")
		}
		if !ok {
			head, value = part, ""
		}
		var p bodyPart
		var found bool
		if p.name, p.file, p.upload, found = disposition(head); !found {
			if len(out) == 0 {
				return nil
			}
			continue
		}
		p.value = strings.TrimSuffix(strings.TrimSuffix(value, "\n"), "\r")
		out = append(out, p)
	}
	return out
}

// disposition reads the headers of a part.
func disposition(head string) (name, file string, upload, ok bool) {
	low := asciiLower(head)
	i := strings.Index(low, "content-disposition:")
	if i < 0 {
		return "", "", false, false
	}
	value := func(key string) (string, bool) {
		for at := i; ; {
			k := strings.Index(low[at:], key+"=")
			if k < 0 {
				return "", false
			}
			at += k + len(key) + 1
			if k > 0 {
				if c := low[at-len(key)-2]; c != ' ' && c != ';' && c != '\t' {
					continue
				}
			}
			v := head[at:]
			if strings.HasPrefix(v, `"`) {
				v, _, _ = strings.Cut(v[1:], `"`)
			} else if j := strings.IndexAny(v, ";\r\n"); j >= 0 {
				v = v[:j]
			}
			return cutText(v, 1024), true
		}
	}
	name, _ = value("name")
	if file, upload = value("filename"); !upload {
		file, upload = value("filename*")
	}
	return name, file, upload, true
}

// splitJSON lists the strings of a document under their names; what comes after an error is not read.
func splitJSON(body string) []bodyPart {
	var out []bodyPart
	d := json.NewDecoder(strings.NewReader(body))
	type level struct {
		object, key bool // in an object; the next string is a name
		name        string
	}
	var stack []level
	for len(out) < maxBodyParts {
		t, err := d.Token()
		if err != nil {
			break
		}
		top := len(stack) - 1
		switch v := t.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				if len(stack) == maxBodyDepth {
					return out
				}
				name := ""
				if top >= 0 {
					name = stack[top].name
				}
				stack = append(stack, level{object: v == '{', key: v == '{', name: name})
				continue
			}
			stack = stack[:top]
			top--
		case string:
			if top >= 0 && stack[top].key {
				stack[top].name, stack[top].key = cutText(v, 64), false
				if !plainName(v) {
					out = append(out, bodyPart{name: "name", value: v})
				}
				continue
			}
			if v != "" && top >= 0 {
				out = append(out, bodyPart{name: or(stack[top].name, "item"), value: v})
			}
		}
		if top >= 0 && stack[top].object {
			stack[top].key = true
		}
	}
	return out
}

// or is a, or b if a is empty.
func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// tell adds a finding of a body rule.
func (h *hunt) tell(id, field, match, target, more string) {
	r := bodyRule(id)
	if len(h.found) >= maxFindings || h.find(id, field) != nil {
		return
	}
	why := r.Why
	if more != "" {
		why = fmt.Sprintf("%s: %s", why, more)
	}
	h.found = append(h.found, Finding{Rule: id, Class: r.Class, Level: r.Level, Field: field, Match: boundMatch(match), Why: why, Target: boundMatch(target)})
}

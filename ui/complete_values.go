package ui

import (
	"context"
	"strings"

	"spoor/index"
	"spoor/triage"
	"spoor/ui/desk"
)

// Values of a field that are proposed in a query: those that the requests of the index have, the most frequent first,
// and then what the field's closed list or the case's own records know beside these. They are counted in the command
// that Tab starts, which is cancelled as soon as another key is pressed. All that fit a prefix are kept in the prompt, so
// that typing on and Tab again count nothing.

// maxValues bounds the values of the index that are proposed at once, countedValues those that are counted for them, and
// maxValueLength the length of each, in bytes.
const (
	maxValues      = 50
	countedValues  = 400
	maxValueLength = 400
)

// valueFields are the fields whose values are counted. Of those that are true, which have few values or take no
// pattern, all are counted whatever was typed.
var valueFields = map[string]bool{"ip": false, "path": false, "ua": false, "referer": false, "host": false, "user": false,
	"method": true, "status": true, "rule": true, "class": true}

// A valueSet is the answer to a question for values.
type valueSet struct {
	options []option
	whole   bool // all that fit are among them
}

// valuesOf proposes values of a field of valueFields that begin with word. The error is ctx's if it is done.
func valuesOf(ctx context.Context, d *desk.Desk, field, word string) (valueSet, error) {
	begun, prefix := valueBegun(word)
	if begun == "" && strings.ContainsAny(prefix, "*?") {
		return valueSet{}, nil // a pattern, which is to be read as it is
	}
	few, query := valueFields[field], ""
	if !few && prefix != "" {
		query = field + ":" + beginsWith(prefix)
	}
	res, err := d.Search(ctx, query)
	if err != nil {
		return valueSet{}, err
	}
	counts, err := res.Facet(ctx, field, countedValues)
	if err != nil {
		return valueSet{}, err
	}
	known := map[string]string{} // what is known of a value beside its count
	var rest []string
	for _, o := range fieldOptions(d, field) {
		v := valueRead(o.text)
		if _, ok := known[v]; !ok && begins(v, prefix) {
			rest = append(rest, v)
			known[v] = o.hint
		}
	}
	out := valueSet{whole: len(counts) < countedValues}
	seen := map[string]bool{}
	for _, c := range counts {
		// What cannot be drawn as it is cannot be typed either: the frequency table finds it.
		if c.Value == "" || !begins(c.Value, prefix) || len(c.Value) > maxValueLength || triage.Visible(c.Value) != c.Value {
			continue
		}
		if len(out.options) == maxValues {
			out.whole = false
			break
		}
		seen[c.Value] = true
		hint := counted(int(c.Count), "request", "requests")
		if more := known[c.Value]; more != "" {
			hint += " · " + more
		}
		out.options = append(out.options, option{valueWritten(c.Value, begun), hint})
	}
	for _, v := range rest {
		if !seen[v] {
			out.options = append(out.options, option{valueWritten(v, begun), known[v]})
		}
	}
	return out, nil
}

// valueBegun cuts what stands for a value, maybe without its closing quotation mark, into the mark and the text.
func valueBegun(word string) (begun, text string) {
	for _, mark := range []string{`="`, `"`} {
		if rest, ok := strings.CutPrefix(word, mark); ok {
			return mark, strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(strings.TrimSuffix(rest, `"`))
		}
	}
	return "", word
}

// valueRead is the text that a value stands for.
func valueRead(written string) string {
	_, text := valueBegun(written)
	return text
}

// valueWritten writes a text as a value, in the marks that it was begun in or in those that it needs.
func valueWritten(text, begun string) string {
	switch {
	case begun == `"`:
		return index.Phrase(text)
	case begun != "", strings.HasPrefix(text, "="):
		return index.Quote(text)
	}
	return queryValue(text)
}

// beginsWith is the pattern of texts that begin with prefix; it fits some more where that has what no pattern can hold.
func beginsWith(prefix string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n()\"*?\\=<>", r) {
			return '?'
		}
		return r
	}, prefix) + "*"
}

// begins reports whether a text begins with a prefix, whatever its case.
func begins(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// proposed asks a completer, and for the value of a field the index, too.
func proposed(ctx context.Context, d *desk.Desk, complete completer, left string) completedMsg {
	from, options := complete(d, left)
	m := completedMsg{left: left, from: from, options: options}
	at, field, word := queryWord(left)
	if _, ok := valueFields[field]; ok && at == from {
		values, err := valuesOf(ctx, d, field, word)
		if err != nil {
			return completedMsg{left: left, from: from, err: err}
		}
		m.options, m.field, m.whole = values.options, field, values.whole
	}
	if len(m.options) > maxOptions {
		m.options, m.whole = m.options[:maxOptions], false
	}
	return m
}

// grown is the answer for a line that begins with the one that m was for and goes on with the same value, if all that
// fits is known.
func (m *completedMsg) grown(left string) (completedMsg, bool) {
	at, field, word := queryWord(left)
	if !m.whole || at != m.from || field != m.field || !strings.HasPrefix(left, m.left) {
		return completedMsg{}, false
	}
	begun, prefix := valueBegun(word)
	if was, _ := valueBegun(string([]rune(m.left)[m.from:])); was != begun || begun == "" && strings.ContainsAny(prefix, "*?") {
		return completedMsg{}, false
	}
	out := *m
	out.left, out.options = left, nil
	for _, o := range m.options {
		if begins(valueRead(o.text), prefix) {
			out.options = append(out.options, o)
		}
	}
	return out, true
}

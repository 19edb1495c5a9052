package process

import (
	"encoding/json"
	"strconv"
	"strings"
)

// An object is a JSON object of unknown shape. Its methods answer the zero value where something is missing or
// of another kind, and may be called on nil.
type object map[string]any

// UnmarshalJSON refuses what is no object.
func (o *object) UnmarshalJSON(b []byte) error {
	var m map[string]any
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		return err
	}
	*o = m
	return nil
}

// value is what the keys lead to. A dotted name may stand for nesting, as exports of Elasticsearch have it.
func (o object) value(keys ...string) any {
	if v, ok := o[strings.Join(keys, ".")]; ok {
		return v
	}
	for i, k := range keys {
		if i == len(keys)-1 {
			return o[k]
		}
		if o = o.object(k); o == nil {
			return nil
		}
	}
	return nil
}

func (o object) object(keys ...string) object {
	v := o[keys[0]]
	if len(keys) > 1 {
		v = o.value(keys...)
	}
	m, _ := v.(map[string]any)
	return m
}

// text is the text of a value, whatever way it is written.
func (o object) text(keys ...string) string { return textOf(o.value(keys...)) }

// first is the first text that is not empty of several names.
func (o object) first(names ...string) string {
	for _, n := range names {
		if s := textOf(o[n]); s != "" {
			return s
		}
	}
	return ""
}

// textOf is the text of a JSON value: of an object its "#text", "Value" or "value", of a list its texts side by
// side. It is cut at MaxText.
func textOf(v any) string {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case json.Number:
		s = v.String()
	case bool:
		s = strconv.FormatBool(v)
	case map[string]any:
		for _, k := range []string{"#text", "Value", "value"} {
			switch x := v[k].(type) {
			case string:
				s = x
			case json.Number:
				s = x.String()
			}
		}
	case []any:
		var parts []string
		n := 0
		for _, x := range v {
			if t, ok := x.(string); ok && n <= MaxText {
				parts = append(parts, t)
				n += len(t)
			}
		}
		s = strings.Join(parts, " ")
	}
	return s[:min(len(s), MaxText)]
}

// has reports whether a list, or a single text, has the word.
func has(v any, word string) bool {
	switch v := v.(type) {
	case string:
		return strings.EqualFold(v, word)
	case []any:
		for _, x := range v {
			if s, ok := x.(string); ok && strings.EqualFold(s, word) {
				return true
			}
		}
	}
	return false
}

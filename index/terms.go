package index

import "strings"

// Terms are the parts of a query that all have to hold: those of its outermost AND, each as it is written, with its
// "-", "NOT", quotation marks and parentheses. A query that is an OR as a whole is one term, in parentheses. An empty
// query has none. The error is a *SyntaxError.
//
// Terms can be left out, moved and added: any of them with spaces between them are a query that asks for just these,
// and all of them in their order for what the query asks.
func Terms(query string) ([]string, error) {
	p := &parser{in: query}
	if _, err := p.query(); err != nil || len(p.terms) == 0 {
		return nil, err
	}
	escape := "" // what follows a term must not be taken for what its last backslash escapes
	if p.loose {
		escape = `\`
	}
	if p.ors {
		return []string{"(" + strings.TrimLeft(query[:p.end], " \t\r\n") + escape + ")"}, nil
	}
	p.terms[len(p.terms)-1] += escape
	return p.terms, nil
}

// Is is a term for the records whose value of a field is exactly this one, as it is logged and as Facet gives it: a
// text byte for byte, a number, a range or a time as the field takes them. The empty value stands for what has none: no
// referer, no size, no finding. It is empty for a field that has no exact values (note, after, before) and for one
// that there is not.
func Is(field, value string) string {
	switch field {
	case "note", "after", "before":
		return ""
	case "status", "size", "millis", "line", "day", "hour", "time", "level", "class", "is", "ref":
		if value != "" && strings.Trim(value, bareBytes) == "" {
			return field + ":" + value
		}
	}
	if fieldNamed(field) == nil {
		return ""
	}
	return field + ":" + Quote(value)
}

// bareBytes are bytes that need no quotation marks and are no wildcards.
const bareBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-"

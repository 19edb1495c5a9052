package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"spoor/triage"
)

// Filters of lists that are held in memory. A filter is written as in a query: words, which any column may hold,
// or column:value; after: and before: take times; - before it means that it must not fit. A value in quotes is the
// whole one, letter by letter; one with * or ? is the whole one too, and these stand for anything; >, >=, <, <= compare
// numbers and levels; any other is looked for within the value. Case does not matter but in quotes.

// A filter is one term of what a list is narrowed to. It can be switched off and stays in sight.
type filter struct {
	text string
	off  bool
}

// crumb is the filter as a step of the breadcrumb.
func (f filter) crumb() string {
	if f.off {
		return "(" + f.text + ")"
	}
	return f.text
}

// joined is the query that filters make: those that are on.
func joined(all []filter) string {
	var on []string
	for _, f := range all {
		if !f.off {
			on = append(on, f.text)
		}
	}
	return strings.Join(on, " ")
}

// with is all and one more, unless it is among them; one that is switched off is switched on.
func with(all []filter, text string) []filter {
	out := append([]filter(nil), all...)
	for i := range out {
		if out[i].text == text {
			out[i].off = false
			return out
		}
	}
	return append(out, filter{text: text})
}

// splitTerms cuts a line into terms at spaces outside quotes.
func splitTerms(s string) []string {
	var out []string
	var b strings.Builder
	in := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && in && i+1 < len(s):
			b.WriteByte(c)
			i++
			b.WriteByte(s[i])
			continue
		case c == '"':
			in = !in
		case c == ' ' && !in:
			if b.Len() > 0 {
				out = append(out, b.String())
				b.Reset()
			}
			continue
		}
		b.WriteByte(s[i])
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

// A sifter says whether a record fits.
type sifter[T any] func(*T) bool

// sift makes a sifter of terms over the columns of a table. span is when a record was; nil if the list has no times.
func sift[T any](t *table[T], span func(*T) (from, to time.Time), terms []filter) (sifter[T], error) {
	var all []sifter[T]
	for _, f := range terms {
		if f.off {
			continue
		}
		s, err := siftTerm(t, span, f.text)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return func(item *T) bool {
		for _, s := range all {
			if !s(item) {
				return false
			}
		}
		return true
	}, nil
}

func siftTerm[T any](t *table[T], span func(*T) (from, to time.Time), term string) (sifter[T], error) {
	if rest, not := strings.CutPrefix(term, "-"); not && rest != "" {
		s, err := siftTerm(t, span, rest)
		if err != nil {
			return nil, err
		}
		return func(item *T) bool { return !s(item) }, nil
	}
	name, want, isField := strings.Cut(term, ":")
	if !isField || strings.HasPrefix(term, `"`) {
		want = strings.ToLower(unquoted(term))
		return func(item *T) bool {
			for i := range t.all {
				if strings.Contains(strings.ToLower(triage.Visible(t.all[i].text(item))), want) {
					return true
				}
			}
			return false
		}, nil
	}
	if name == "after" || name == "before" {
		return siftTime(span, name, want)
	}
	c := t.named(name)
	if c == nil {
		all, _ := t.names()
		return nil, fmt.Errorf("no column is called %q; there are %s, after and before", triage.VisibleN(name, 40), strings.Join(all, ", "))
	}
	if fits, err := compares(c, want); fits != nil || err != nil {
		return fits, err
	}
	match := textMatch(want)
	return func(item *T) bool { return match(triage.VisibleN(c.text(item), maxFilterValue)) }, nil
}

func siftTime[T any](span func(*T) (from, to time.Time), name, want string) (sifter[T], error) {
	at, err := parseMoment(unquoted(want), time.Time{})
	if err != nil {
		return nil, err
	}
	if span == nil {
		return nil, fmt.Errorf("%s: nothing in this list has a time", name)
	}
	return func(item *T) bool {
		from, to := span(item)
		switch {
		case from.IsZero():
			return false
		case name == "after":
			return !to.Before(at)
		}
		return from.Before(at)
	}, nil
}

// compares is the sifter of a comparison such as >=50 or >=high; nil if want is none.
func compares[T any](c *column[T], want string) (sifter[T], error) {
	op := ""
	for _, o := range []string{">=", "<=", ">", "<"} {
		if strings.HasPrefix(want, o) {
			op = o
			break
		}
	}
	if op == "" {
		return nil, nil
	}
	if c.number == nil {
		return nil, fmt.Errorf("%s holds no numbers to compare", c.name)
	}
	word := strings.ToLower(unquoted(want[len(op):]))
	limit, err := strconv.ParseFloat(word, 64)
	if err != nil {
		level, known := levelNamed(word)
		if !known {
			return nil, fmt.Errorf("%s:%s needs a number", c.name, op)
		}
		limit = float64(level)
	}
	return func(item *T) bool {
		switch n := c.number(item); op {
		case ">=":
			return n >= limit
		case "<=":
			return n <= limit
		case ">":
			return n > limit
		default:
			return n < limit
		}
	}, nil
}

func levelNamed(word string) (triage.Level, bool) {
	for l := triage.Info; l <= triage.Critical; l++ {
		if l.String() == word {
			return l, true
		}
	}
	return 0, false
}

// textMatch compares a text with a value as it was written.
func textMatch(want string) func(string) bool {
	low := strings.ToLower(want)
	switch {
	case strings.HasPrefix(want, `"`):
		whole := unquoted(want)
		return func(s string) bool { return s == whole }
	case strings.ContainsAny(want, "*?"):
		return func(s string) bool { return wild(low, strings.ToLower(s)) }
	}
	return func(s string) bool { return strings.Contains(strings.ToLower(s), low) }
}

// wild matches a pattern with * and ? against the whole of s, in time proportional to their lengths' product at worst.
func wild(pattern, s string) bool {
	p, star, mark := 0, -1, 0
	for i := 0; i < len(s); {
		_, size := utf8.DecodeRuneInString(s[i:]) // ? is a character, which may have several bytes
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && pattern[p] == '?':
			p++
			i += size
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			p = star + 1
			_, size = utf8.DecodeRuneInString(s[mark:])
			mark += size
			i = mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// unquoted takes the quotes off a value.
func unquoted(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(s[1 : len(s)-1])
}

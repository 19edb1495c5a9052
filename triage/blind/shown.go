package blind

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"spoor/triage"
)

// A shownValue is one expression of which the log itself quotes something.
type shownValue struct {
	read  Read
	chars []shownChar
	end   int // characters it has, -1 if not known
	ends  int // times that another end was seen
	hex   *leaf
}

// A shownChar is one character that was quoted, once or more often.
type shownChar struct {
	r       rune
	loose   bool
	against int
	refs    []string
}

// maxShownChars bounds the characters of one value.
const maxShownChars = 1 << 16

// expressionOf names what several pieces read together.
func expressionOf(leaves []*leaf) (expr, columns string) {
	var names []string
	for _, l := range leaves {
		names = append(names, l.column)
	}
	l := leaves[0]
	columns = strings.Join(names, ", ")
	switch {
	case len(leaves) == 1:
		return l.expr, columns
	case l.table != "":
		return strings.Replace(l.expr, l.column, columns, 1), columns
	}
	return "(" + columns + ")", columns
}

// showing keeps what the log quotes of the pieces.
func (x *place) showing(q *triage.Request, technique Technique, pieces []piece, v quoted) {
	_, _, _, read := around(pieces)
	if len(read) == 0 {
		return
	}
	_, leaves := known(read)
	expr, columns := expressionOf(leaves)
	l := leaves[0]
	s := x.shownOf(q, string(technique)+expr, Read{Technique: technique, Expression: expr, Column: columns, Table: l.table, Where: l.where, Row: l.row, Source: v.source})
	if s == nil {
		return
	}
	from, count := 1, -1
	if len(read) == 1 {
		from, count = read[0].from, read[0].count
		if l.hex {
			s.hex = l
		}
	}
	if from < 1 {
		return // from the end, which is where is not known
	}
	s.put(q.Ref, from, count, v)
}

// shownOf is the value with a key, new if need be; nil if there are too many.
func (x *place) shownOf(q *triage.Request, key string, read Read) *shownValue {
	s := x.shown[key]
	if s == nil {
		if len(x.shown) >= maxInbands {
			return nil
		}
		read.Client, read.Path, read.Field, read.Kind, read.First = x.client, x.path, x.field, "text", q.Time
		s = &shownValue{read: read, end: -1}
		if x.shown == nil {
			x.shown = map[string]*shownValue{}
		}
		x.shown[key] = s
		x.shownOrder = append(x.shownOrder, s)
	}
	s.read.seen(q.Time, q.Ref)
	return s
}

// seen counts a request.
func (r *Read) seen(at time.Time, ref string) {
	r.Requests++
	if at.Before(r.First) {
		r.First = at
	}
	if at.After(r.Last) {
		r.Last = at
	}
	if len(r.Refs) < triage.MaxRefs && !slices.Contains(r.Refs, ref) {
		r.Refs = append(r.Refs, ref)
	}
}

// put adds characters from the position on.
func (s *shownValue) put(ref string, from, count int, v quoted) {
	pos := from - 1
	for _, r := range v.text {
		if pos >= maxShownChars || count >= 0 && pos-from+1 >= count {
			break
		}
		for len(s.chars) <= pos {
			s.chars = append(s.chars, shownChar{})
		}
		c := &s.chars[pos]
		switch {
		case len(c.refs) == 0:
			c.r, c.loose = r, v.isLoose(r)
		case c.r != r:
			c.against++
		}
		if len(c.refs) < triage.MaxRefs {
			c.refs = append(c.refs, ref)
		}
		pos++
	}
	if n := utf8.RuneCountInString(v.text); v.whole && (count < 0 || n < count) {
		if end := from - 1 + n; s.end < 0 {
			s.end = end
		} else if s.end != end {
			s.ends++
		}
	}
}

// result is what is known of the value.
func (s *shownValue) result() Read {
	x := s.read
	x.Length, x.Certain = s.end, s.end >= 0 && s.ends == 0
	x.Contradictions = s.ends
	if s.ends > 0 {
		x.Length = -1
	}
	if s.end > len(s.chars) {
		x.Certain = false
	}
	var b strings.Builder
	for i := range s.chars {
		c := &s.chars[i]
		out := Char{Pos: i + 1, State: Unknown, Refs: c.refs, Contradictions: c.against}
		switch {
		case len(c.refs) == 0:
			b.WriteString("\uFFFD")
		case c.loose || c.against > 0 || s.end >= 0 && i >= s.end:
			out.State, out.Text, out.Low, out.High = Bounded, string(c.r), 1, utf8.MaxRune
			if c.r == '_' && c.against == 0 {
				out.Low, out.High = ' ', '_'
			}
			b.WriteRune(c.r)
		default:
			out.State, out.Text, out.Low, out.High = Certain, string(c.r), int(c.r), int(c.r)
			b.WriteRune(c.r)
		}
		x.Contradictions += c.against
		x.Certain = x.Certain && out.State == Certain
		x.Chars = append(x.Chars, out)
	}
	x.Value = b.String()
	if s.hex != nil && x.Certain {
		if t, ok := decodeHex(x.Value); ok {
			x.Column, x.Value = s.hex.plain, t
		}
	}
	return x
}

// named keeps the name of a column of the page's own statement.
func (x *place) named(q *triage.Request, name string) {
	s := x.shownOf(q, "column\x00"+strings.ToLower(name), Read{Technique: Error, Expression: "a column of the page's own statement: " + name, Row: -1, Source: FromError})
	if s != nil {
		s.put(q.Ref, 1, -1, quoted{text: name, whole: true, loose: looseSigns, source: FromError})
	}
}

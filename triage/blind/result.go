package blind

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"spoor/triage"
)

// A Group is the requests of one client that put questions or orders into one place in one way, and how they fared.
type Group struct {
	Client    string    `json:"client"`
	Path      string    `json:"path"`
	Field     string    `json:"field"`
	Technique Technique `json:"technique"`
	Channel   string    `json:"channel"` // what the answers were read from: "size", "status", "time-taken", "pace"; "" if they could not be read
	Requests  int       `json:"requests"`
	Questions int       `json:"questions"`
	True      int       `json:"true"` // answers that mean true
	False     int       `json:"false"`
	Unclear   int       `json:"unclear"`
	Tests     int       `json:"tests"` // conditions that are true or false of themselves and came out as they must
}

// point is one place that one client injected into in one way.
type point struct {
	client, path, field string
	technique           Technique
}

// Result puts together what the requests added so far show.
func (r *Reader) Result() *Result {
	out := &Result{Dropped: r.dropped}
	answers := map[point]map[*leaf]map[variable][]answer{}
	var points []point
	for _, g := range r.order {
		h := g.infer()
		g.accepted = h
		out.Groups = append(out.Groups, g.summary())
		if h == nil {
			continue
		}
		p := point{g.client, g.path, g.field, g.technique}
		if answers[p] == nil {
			answers[p] = map[*leaf]map[variable][]answer{}
			points = append(points, p)
		}
		for i, rec := range g.records {
			if rec.shape == nil || h.labels[i] < 0 {
				continue
			}
			m := answers[p][rec.about.leaf]
			if m == nil {
				m = map[variable][]answer{}
				answers[p][rec.about.leaf] = m
			}
			m[rec.about] = append(m[rec.about], answer{rec, h.labels[i] == 1, h.hard(i)})
		}
	}
	for _, p := range points {
		for l, vars := range answers[p] {
			out.Reads = append(out.Reads, p.reads(l, vars)...)
		}
	}
	slices.SortFunc(out.Reads, func(a, b Read) int {
		return cmp.Or(strings.Compare(a.Client, b.Client), strings.Compare(a.Path, b.Path), strings.Compare(a.Field, b.Field),
			strings.Compare(string(a.Technique), string(b.Technique)), a.First.Compare(b.First), strings.Compare(a.Expression, b.Expression), strings.Compare(a.Kind, b.Kind))
	})
	return out
}

// hard reports an answer that chance does not produce.
func (h *hypothesis) hard(i int) bool {
	switch h.channel {
	case byMillis, byAhead, byBehind:
		return h.labels[i] != h.slow
	}
	return !h.ranges
}

func (g *group) summary() Group {
	s := Group{Client: g.client, Path: g.path, Field: g.field, Technique: g.technique, Requests: len(g.records)}
	for i, r := range g.records {
		if r.shape != nil {
			s.Questions++
		}
		if g.accepted == nil {
			continue
		}
		switch g.accepted.labels[i] {
		case 1:
			s.True++
		case 0:
			s.False++
		default:
			s.Unclear++
		}
	}
	if g.accepted != nil {
		s.Channel, s.Tests = string(g.accepted.channel), g.accepted.tests
	}
	return s
}

// reads puts together what was read of one leaf.
func (p point) reads(l *leaf, vars map[variable][]answer) []Read {
	base := Read{Client: p.client, Path: p.path, Field: p.field, Technique: p.technique, Expression: l.expr, Column: l.column, Table: l.table, Where: l.where, Row: l.row, Length: -1}
	var out []Read
	var text *Read
	length := -1
	var positions []variable
	for v := range vars {
		if v.kind == varChar {
			positions = append(positions, v)
		}
	}
	slices.SortFunc(positions, func(a, b variable) int { return a.pos - b.pos })
	for v, as := range vars {
		if v.kind == varChar {
			continue
		}
		x := base
		x.Kind = "number"
		if v.kind == varLength {
			x.Kind = "length"
		}
		x.span(as)
		s := solveNumber(as)
		x.Contradictions = s.contradictions
		x.Low, x.High = s.number()
		if x.Certain = s.certain && x.Low == x.High; x.Certain {
			x.Value = strconv.FormatInt(x.Low, 10)
			if v.kind == varLength && x.Low < 1<<20 {
				length = int(x.Low)
			}
		}
		out = append(out, x)
	}
	if len(positions) > 0 {
		x := base
		x.Kind = "text"
		text = &x
		p.text(text, l, positions, vars, length)
		out = append(out, x)
	}
	return out
}

func solveNumber(as []answer) *solved {
	records := make([]*record, len(as))
	for i, a := range as {
		records[i] = a.r
	}
	cutGrids(records)
	return solve(as, len(as[0].r.grid.lo))
}

// maxPositions bounds the characters of one value.
const maxPositions = 1 << 16

// text puts the characters of a value in their places.
func (p point) text(x *Read, l *leaf, positions []variable, vars map[variable][]answer, length int) {
	byPos := map[int]*solved{}
	last := 0
	for _, v := range positions {
		as := vars[v]
		x.span(as)
		if v.pos < 1 || v.pos > maxPositions {
			continue
		}
		byPos[v.pos] = solve(as, charCells)
		last = max(last, v.pos)
	}
	end, open := 0, 0
	for pos := 1; pos <= last && end == 0; pos++ {
		if s := byPos[pos]; s != nil && s.certain && s.left.one() == cellEnd {
			end = pos
		}
	}
	if s := byPos[last]; end == 0 && s != nil && s.contradictions == 0 && s.left.has(cellEnd) {
		// Nothing was asked beyond, so the intruder took it for the end. It is, if only control characters are left.
		if s.left.and(endLike) == s.left {
			end = last
		} else {
			open = last
		}
	}
	if end > 0 {
		x.Length = end - 1
	}
	if length >= 0 && (x.Length < 0 || x.Length == length) {
		x.Length = length
	}
	upTo := last
	if x.Length >= 0 {
		upTo = min(max(x.Length, 0), maxPositions)
	}
	var b strings.Builder
	x.Certain = x.Length >= 0
	for pos := 1; pos <= upTo; pos++ {
		s := byPos[pos]
		if s == nil {
			s = &solved{}
		}
		c := s.char(pos)
		x.Contradictions += c.Contradictions
		x.Certain = x.Certain && c.State == Certain
		if c.Text == "" && pos == open {
			// as likely the end as a character
		} else if c.Text == "" {
			b.WriteString("\uFFFD")
		} else {
			b.WriteString(c.Text)
		}
		x.Chars = append(x.Chars, c)
	}
	x.Value = b.String()
	if l.hex && x.Certain {
		if t, ok := decodeHex(x.Value); ok {
			x.Column, x.Value = l.plain, t
		}
	}
}

// span counts requests and widens the time of a read.
func (x *Read) span(as []answer) {
	for _, a := range as {
		x.Requests++
		if x.First.IsZero() || a.r.at.Before(x.First) {
			x.First = a.r.at
		}
		if a.r.at.After(x.Last) {
			x.Last = a.r.at
		}
		if len(x.Refs) < triage.MaxRefs {
			x.Refs = append(x.Refs, a.r.ref)
		}
	}
}

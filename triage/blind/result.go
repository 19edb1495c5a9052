package blind

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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

// collected is the answers about one leaf at one point.
type collected struct {
	vars      map[variable][]answer
	confirmed map[uint64]bool // patterns that matched, up to each of their characters
	failed    []answer        // of patterns that did not match
}

// Result puts together what the requests added so far show.
func (r *Reader) Result() *Result {
	out := &Result{Dropped: r.dropped}
	all := map[point]map[*leaf]*collected{}
	var points []point
	for _, g := range r.order {
		g.accepted = g.infer()
		out.Groups = append(out.Groups, g.summary())
		if g.accepted == nil {
			continue
		}
		p := point{g.client, g.path, g.field, g.technique}
		if all[p] == nil {
			all[p] = map[*leaf]*collected{}
			points = append(points, p)
		}
		g.collect(all[p])
	}
	for _, p := range points {
		for l, c := range all[p] {
			c.finish()
			out.Reads = append(out.Reads, p.reads(l, c.vars)...)
		}
	}
	for _, x := range r.placeOrder {
		out.Reads = append(out.Reads, x.inbandReads()...)
	}
	slices.SortFunc(out.Reads, func(a, b Read) int {
		return cmp.Or(strings.Compare(a.Client, b.Client), strings.Compare(a.Path, b.Path), strings.Compare(a.Field, b.Field),
			strings.Compare(string(a.Technique), string(b.Technique)), a.First.Compare(b.First), strings.Compare(a.Expression, b.Expression), strings.Compare(a.Kind, b.Kind))
	})
	out.Attacks = r.attacks(out.Reads)
	out.Reads = tried(out.Reads, out.Attacks)
	name(out.Reads)
	return out
}

// name gives every read its reference. Of two that would have the same, which chance may bring about, the later is
// told apart by a number.
func name(reads []Read) {
	seen := map[string]bool{}
	for i := range reads {
		r := &reads[i]
		for n := 0; r.Ref == "" || seen[r.Ref]; n++ {
			id := strings.Join([]string{r.Client, r.Path, r.Field, string(r.Technique), r.Expression, r.Kind}, "\x00")
			if n > 0 {
				id += "\x00" + strconv.Itoa(n)
			}
			sum := sha256.Sum256([]byte(id))
			r.Ref = "d:" + hex.EncodeToString(sum[:4])
		}
		seen[r.Ref] = true
	}
}

// collect adds the answers of a group that can be read.
func (g *group) collect(all map[*leaf]*collected) {
	h := g.accepted
	var run *record
	for i, rec := range g.records {
		if h.labels[i] >= 0 {
			run = h.runOf(i, rec, run)
		}
		if rec.shape == nil || h.labels[i] < 0 {
			continue
		}
		c := all[rec.about.leaf]
		if c == nil {
			c = &collected{vars: map[variable][]answer{}, confirmed: map[uint64]bool{}}
			all[rec.about.leaf] = c
		}
		a := answer{r: rec, yes: h.labels[i] == 1, hard: h.hard(i), run: run}
		switch {
		case rec.prefix != nil:
			c.pattern(a)
		case rec.about.kind == varChar:
			a.sets = [2]set{rec.shape.no, rec.shape.yes}
			if a.yes {
				a.sets = [2]set{rec.shape.yes, rec.shape.no}
			}
			if rec.about.pos == 1 && rec.shape.key[0] == 'p' { // the first character of a pattern
				c.confirm(a)
			}
			c.vars[rec.about] = append(c.vars[rec.about], a)
		default:
			c.vars[rec.about] = append(c.vars[rec.about], a)
		}
	}
}

// confirm notes that a pattern of one character matched.
func (c *collected) confirm(a answer) {
	if a.r.shape.pattern != 0 && a.yes != a.r.shape.not {
		c.confirmed[a.r.shape.pattern] = true
	}
}

// pattern adds the answer about a pattern: matched, it is one about each of its characters.
func (c *collected) pattern(a answer) {
	p := a.r.prefix
	if a.yes == p.not {
		if !p.trueOnly {
			c.failed = append(c.failed, a)
		}
		return
	}
	for i, el := range p.elems {
		c.confirmed[el.upTo] = true
		b := a
		b.sets = [2]set{el.yes, el.no}
		v := a.r.about
		v.pos = p.pos + i
		c.vars[v] = append(c.vars[v], b)
	}
}

// finish adds the patterns that did not match where all but their last character did.
func (c *collected) finish() {
	for _, a := range c.failed {
		p := a.r.prefix
		n := len(p.elems)
		if n > 1 && !c.confirmed[p.elems[n-2].upTo] {
			continue
		}
		a.sets = [2]set{p.elems[n-1].no, p.elems[n-1].yes}
		c.vars[a.r.about] = append(c.vars[a.r.about], a)
	}
}

// runOf is the run of slow answers that an answer belongs to, where before is that of the answer before it. A server
// that is late once is late for a while, so that slow answers in a row may have one cause. That is looked for only where
// answers contradict one another: elsewhere no such cause shows.
func (h *hypothesis) runOf(i int, rec, before *record) *record {
	switch {
	case h.wrong == 0 || !h.timed() || h.hard(i):
		return nil
	case before != nil:
		return before
	}
	return rec
}

// hard reports an answer that chance does not produce.
func (h *hypothesis) hard(i int) bool {
	if h.timed() {
		return h.labels[i] != h.slow
	}
	return !h.ranges
}

// timed reports answers that are read from how long they took.
func (h *hypothesis) timed() bool {
	return h.channel == byMillis || h.channel == byAhead || h.channel == byBehind
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
	slices.SortFunc(positions, func(a, b variable) int {
		if a.pos == b.pos && b.last {
			return -1
		}
		return a.pos - b.pos
	})
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
	n := len(as[0].r.grid.lo)
	return solve(as, full(n), n)
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
		if v.last && byPos[v.pos] != nil {
			continue
		}
		byPos[v.pos] = solve(as, full(charCells), charCells)
		byPos[v.pos].last = v.last
		last = max(last, v.pos)
	}
	// before a character that is there, and within the length, the text does not end
	within := length
	for pos, s := range byPos {
		if !s.last && s.contradictions == 0 && !s.left.has(cellEnd) {
			within = max(within, pos)
		}
	}
	for pos, s := range byPos {
		if pos <= within && s.left.has(cellEnd) && s.left.count() > 1 {
			t := solve(s.answers, inside, charCells)
			t.last = s.last
			byPos[pos] = t
		}
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
		if s.last && c.State == Certain && x.Length < 0 {
			c.State = Bounded // it may be the last character again
		}
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

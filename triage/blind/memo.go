package blind

import (
	"strconv"
	"strings"

	"spoor/triage"
)

// Questions that differ in two numbers.
//
// Reading one value takes hundreds of questions that are alike but for the position of the character and the constant
// that it is compared with: MID(x,7,1)>64, MID(x,7,1)>96. Such a text need be read as SQL once. What is kept of it is
// all that its reading gave but these two numbers: what is asked about, the key of the shape around the constant, the
// technique and the skeleton. A text that is the same but for the two gives the same with its own numbers.
//
// That is so only where the numbers can have no other part in the reading. A text is kept if
//
//   - it holds one question, whose core compares something with the constant, a bare number, and nothing else of it;
//   - that something asks for the one character at the position, a bare number too, of a whole value, in which neither
//     number stands, nor in what names its row;
//   - it is no UNION, names no file, and causes no error that would show anything;
//   - the seconds that it asks to wait do not hang on either number.
//
// The two are whole numbers without a leading zero, which lex alike, parse alike and fall under the same rules, whatever
// they are. Whatever does not fit is read in full. TestMemo and FuzzMemo hold results with the memo against those
// without.

// Bounds of what is remembered.
const (
	maxMemoText  = 2048 // bytes of a text
	maxMemoAsked = 1 << 13
	maxMemoRuns  = 24
)

// A memo remembers texts by what they are without their numbers.
type memo struct {
	off      bool // read all in full: what tests compare with
	outlines map[string]*outline
	asked    int // texts kept in all outlines

	runs []run  // of the text at hand
	bare []byte // it without its numbers
	key  []byte
}

// A run is the digits from one byte of a text up to another.
type run struct{ from, to int }

// An outline is texts that are alike but for their numbers.
type outline struct {
	pos, constant int               // which of the runs they are
	asked         map[string]*asked // by the other numbers
}

// asked is what a text gave without its two numbers.
type asked struct {
	leaf          *leaf
	before, after string // the key of its shape without the constant
	technique     Technique
	delay         float64
	skeleton      string

	// where it was put last
	client, path, field string
	group               *group
	place               *place
}

// bareOf takes the numbers out of a text; false if it is no text to keep.
func (m *memo) bareOf(text string) bool {
	if len(text) > maxMemoText || m.off {
		return false
	}
	m.runs, m.bare = m.runs[:0], m.bare[:0]
	done := 0
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			continue
		}
		from := i
		for i++; i < len(text) && isDigit(text[i]); i++ {
		}
		if len(m.runs) == maxMemoRuns {
			return false
		}
		m.runs = append(m.runs, run{from, i})
		m.bare = append(append(m.bare, text[done:from]...), '0')
		done = i
	}
	m.bare = append(m.bare, text[done:]...)
	return len(m.runs) >= 2
}

// others is the numbers that are not the two.
func (m *memo) others(text string, o *outline) []byte {
	m.key = m.key[:0]
	for i, r := range m.runs {
		if i != o.pos && i != o.constant {
			m.key = append(append(m.key, text[r.from:r.to]...), ',')
		}
	}
	return m.key
}

// plainNumber reads digits that are written as the number is; false if they are not, or it is too large.
func plainNumber(s string) (int, bool) {
	if len(s) == 0 || len(s) > 9 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// again reads a value that differs from one that was read in full by its two numbers alone, as that; nil if it does not.
func (r *Reader) again(q *triage.Request, v triage.Value) *record {
	m := &r.memo
	if len(m.outlines) == 0 || r.records >= maxRecords || !m.bareOf(v.Text) {
		return nil
	}
	o := m.outlines[string(m.bare)]
	if o == nil || len(m.runs) <= max(o.pos, o.constant) {
		return nil
	}
	a := o.asked[string(m.others(v.Text, o))]
	if a == nil {
		return nil
	}
	at, constant := m.runs[o.pos], m.runs[o.constant]
	pos, ok := plainNumber(v.Text[at.from:at.to])
	if !ok || pos < 1 || pos > maxPosition {
		return nil
	}
	digits := v.Text[constant.from:constant.to]
	if _, ok := plainNumber(digits); !ok {
		return nil
	}
	m.key = append(append(append(m.key[:0], a.before...), digits...), a.after...)
	s := r.shapes[string(m.key)]
	if s == nil {
		return nil
	}
	if a.group == nil || a.field != v.Field || a.path != q.Path || a.client != q.Client {
		g, x := r.groups[groupKey(q, v.Field, a.technique, a.skeleton)], r.places[placeKey(q, v.Field)]
		if g == nil || x == nil {
			return nil
		}
		a.client, a.path, a.field, a.group, a.place = q.Client, q.Path, v.Field, g, x
	}
	a.place.count(q)
	a.group.delay = max(a.group.delay, a.delay)
	return r.keep(a.group, &record{shape: s, about: variable{leaf: a.leaf, kind: varChar, pos: pos}}, q, v)
}

// remember keeps what a value gave, if it can stand for others.
func (r *Reader) remember(text string, p *payload, ask *question, rec *record, technique Technique, delay float64, skeleton string) {
	m := &r.memo
	pos, constant := p.numbers(ask, rec)
	if pos == nil || constant == nil || !m.bareOf(text) || !p.steady(pos.from, constant.from, technique, delay) {
		return
	}
	at, with := m.runOf(text, p, pos.from), m.runOf(text, p, constant.from)
	if at < 0 || with < 0 || at == with {
		return
	}
	digits := text[m.runs[with].from:m.runs[with].to]
	before, after, ok := keyAround(rec.shape.key, ask.node, p.reading.parts, constant)
	if !ok || before+digits+after != rec.shape.key {
		return
	}
	if m.asked >= maxMemoAsked {
		m.outlines, m.asked = nil, 0 // what is asked next is new
	}
	o := m.outlines[string(m.bare)]
	if o == nil {
		o = &outline{pos: at, constant: with, asked: map[string]*asked{}}
		if m.outlines == nil {
			m.outlines = map[string]*outline{}
		}
		m.outlines[string(m.bare)] = o
	}
	if o.pos != at || o.constant != with {
		return
	}
	if key := m.others(text, o); o.asked[string(key)] == nil {
		o.asked[string(key)] = &asked{leaf: rec.about.leaf, before: before, after: after, technique: technique, delay: delay, skeleton: skeleton}
		m.asked++
	}
}

// keyAround is the key of a shape up to its constant and from there on.
func keyAround(key string, n *node, parts []*node, constant *node) (before, after string, ok bool) {
	const mark = 987654321
	old := constant.num
	constant.num = mark
	marked := shapeKey(n, parts)
	constant.num = old
	before, after, ok = strings.Cut(marked, strconv.Itoa(mark))
	if !ok || len(key) > maxWritten/2 || len(key) < 2 || strings.Contains(after, strconv.Itoa(mark)) {
		return "", "", false
	}
	return key[:len(key)-len(shapeKey(n, parts))] + before, after, true
}

// runOf is the run that a token is, -1 if it is none, or if what follows it might be read with other digits.
func (m *memo) runOf(text string, p *payload, i int) int {
	t := &p.parser.t[i]
	if _, ok := plainNumber(t.text); !ok {
		return -1
	}
	from := int(t.at) + p.skipped
	for i, r := range m.runs {
		if r.from == from && r.to == from+len(t.text) && (r.to == len(text) || !isWord(text[r.to])) {
			return i
		}
	}
	return -1
}

// maxPosition bounds the characters that a question can ask for; see partOf.
const maxPosition = 1 << 20

// numbers are the nodes of the position and of the constant of a question; nil if it is made in another way.
func (p *payload) numbers(ask *question, rec *record) (pos, constant *node) {
	e := p.reading
	if e == nil || rec.shape == nil || rec.prefix != nil || rec.about.kind != varChar || rec.about.last || p.asked != 1 || len(e.parts) >= maxParts {
		return nil, nil
	}
	for _, s := range ask.scope {
		if s.from != "" || s.where != nil || s.tail != "" || len(s.unions) > 0 {
			return nil, nil // what stands there names the row, and may hold the question
		}
	}
	n := ask.node
	for n.kind == nodeUnary && (n.op == "NOT" || n.op == "!") {
		n = n.args[0]
	}
	var of *node
	switch last := len(n.args) - 1; {
	case n.kind == nodeBinary && isCompare(n.op) && p.bareNumber(n.args[1]), n.kind == nodeBetween && p.bareNumber(n.args[last]), n.kind == nodeIn && last == 1 && p.bareNumber(n.args[1]):
		of, constant = n.args[0], n.args[last]
	case n.kind == nodeBinary && isCompare(n.op) && p.bareNumber(n.args[0]):
		of, constant = n.args[1], n.args[0]
	default:
		return nil, nil
	}
	var call *node
	for _, x := range e.parts {
		if x.kind == nodeCall && len(x.args) == 3 && x.from >= of.from && x.to <= of.to {
			switch x.op {
			case "SUBSTR", "SUBSTRING", "SUBSTRB", "SUBSTRC", "SUBSTR2", "SUBSTR4", "MID":
				if call != nil && call != x {
					return nil, nil
				}
				call = x
			}
		}
	}
	if call == nil || !p.bareNumber(call.args[1]) || !p.bareNumber(call.args[2]) || call.args[2].num != 1 || call.args[1].num != float64(rec.about.pos) {
		return nil, nil
	}
	inner := call.args[0]
	for _, x := range e.parts { // all that is read is this character, and the whole that it is of; types are of no token
		if x != call && x.to > 0 && (x.from < inner.from || x.to > inner.to) {
			return nil, nil
		}
	}
	whole := *e
	whole.parts, whole.seen = nil, nil
	if v := whole.eval(inner, 0); v.kind != vPart || v.pos != 1 || v.len >= 0 || v.last || v.leaf != rec.about.leaf {
		return nil, nil
	}
	return call.args[1], constant
}

// bareNumber reports a number that is one token, and not the first, which names a row.
func (p *payload) bareNumber(n *node) bool {
	return n.kind == nodeNumber && n.to == n.from+1 && n.from > 0 && p.parser.t[n.from].kind == tokNumber
}

// steady reports that how long the payload asks to wait does not hang on two of its tokens.
func (p *payload) steady(i, j int, technique Technique, delay float64) bool {
	if technique != Time && delay == 0 {
		return true
	}
	t := p.parser.t
	a, b := t[i].text, t[j].text
	defer func() { t[i].text, t[j].text = a, b }()
	for _, s := range [...]string{"0", "119"} { // seconds takes the largest up to 120
		t[i].text, t[j].text = s, s
		if by, d := p.technique(); by != technique || d != delay {
			return false
		}
	}
	return true
}

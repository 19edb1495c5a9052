package blind

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A shape is a question without what it asks about: "ASCII($) > 64". Its tables say which characters or numbers
// allow the answer true and which the answer false; one that depends on the dialect allows both.
type shape struct {
	key       string
	node      *node
	scope     []*selection
	prefix    string
	bound     variable // of the payload that it was first seen in; only its kind matters
	yes, no   set      // of characters
	constants []int64
	dialect   dialect
	fanned    bool // not made of comparisons with constants alone
	leaves    map[*node]*leaf
	pattern   uint64 // of a pattern of one character
	not       bool   // the pattern is negated
}

// maxShapes bounds the distinct shapes of one recovery.
const maxShapes = 50000

// truths is under which answers a value of the bound variable is possible.
func (s *shape) truths(val int64) (yes, no bool) {
	e := &evaluator{bound: &s.bound, val: val, prefix: s.prefix, nodes: s.leaves}
	for _, c := range dialectChoices {
		if c.of&s.dialect == 0 {
			continue
		}
		e.choice, e.steps, e.seen = c, 0, e.seen[:0]
		e.scope = append(e.scope[:0], s.scope...)
		v := e.eval(s.node, 0)
		if v.kind == vPart {
			v = e.numeric(v)
		}
		s.fanned = s.fanned || e.fanned
		switch v.truth() {
		case triTrue:
			yes = true
		case triFalse, triNull:
			no = true
		default:
			yes, no = true, true
		}
		if yes && no || !e.chose {
			return
		}
	}
	return
}

// sides is what one side of a comparison is worth for each choice of dialect and each character.
type sides [len(dialectChoices)][cellHigh]side

type side struct {
	v             value
	known         bool
	chose, fanned bool
}

// maxSides bounds the sides that are remembered.
const maxSides = 64

// tabulate fills the tables for characters. Of a comparison with a number, the other side is worked out once for all
// numbers that it is compared with. parts are the nodes that are what is asked about.
func (s *shape) tabulate(memo map[string]*sides, parts []*node) {
	other := s.other()
	var known *sides
	if other != nil {
		key := string(rune('0'+s.dialect)) + shapeKey(other, parts)
		if known = memo[key]; known == nil {
			known = new(sides)
			if len(memo) < maxSides {
				memo[key] = known
			}
		}
	}
	e := &evaluator{bound: &s.bound, prefix: s.prefix, nodes: s.leaves}
	for c := range cellHigh {
		val := int64(c)
		if c == cellEnd {
			val = endChar
		}
		if known == nil || !s.compared(e, known, c, val) {
			s.put(c, val)
		}
	}
	// beyond 255: both ends must agree, and the question must be one of order
	y1, n1 := s.truths(256)
	y2, n2 := s.truths(0x10ffff)
	if y1 || y2 || s.fanned {
		s.yes.add(cellHigh)
	}
	if n1 || n2 || s.fanned {
		s.no.add(cellHigh)
	}
	for _, k := range s.constants {
		if k > 255 {
			s.yes.add(cellHigh)
			s.no.add(cellHigh)
		}
	}
}

// other is the side of a comparison with a number that is not the number; nil if the question is not one.
func (s *shape) other() *node {
	n := s.node
	if n.kind != nodeBinary || !isCompare(n.op) || len(n.args) != 2 || (n.args[0].kind == nodeNumber) == (n.args[1].kind == nodeNumber) {
		return nil
	}
	if n.args[0].kind == nodeNumber {
		return n.args[1]
	}
	return n.args[0]
}

// compared is put by what the other side of a comparison is worth; false if that is no single character's.
func (s *shape) compared(e *evaluator, known *sides, cell int, val int64) bool {
	e.val = val
	at := 0
	if s.node.args[0].kind == nodeNumber {
		at = 1
	}
	yes, no, chose := false, false, false
	for i, c := range dialectChoices {
		if c.of&s.dialect == 0 {
			continue
		}
		x := &known[i][cell]
		e.choice = c
		if !x.known {
			e.steps, e.seen, e.chose, e.fanned = 0, e.seen[:0], false, false
			e.scope = append(e.scope[:0], s.scope...)
			v := e.eval(s.node.args[at], 0)
			if v.kind == vPart && v.len != 1 {
				return false
			}
			*x = side{e.resolve(v), true, e.chose, e.fanned}
		}
		e.chose, e.fanned = x.chose, x.fanned
		var t tri
		if constant := s.node.args[1-at].num; x.v.kind == vNumber && s.node.op != "<=>" { // as most are
			d := cmp.Compare(x.v.n, constant)
			if at == 1 {
				d = -d
			}
			t = ordered(s.node.op, d)
		} else {
			sides := [2]value{number(constant), number(constant)}
			sides[at] = x.v
			t = e.compare(s.node.op, sides[0], sides[1])
		}
		switch t {
		case triTrue:
			yes = true
		case triFalse, triNull:
			no = true
		default:
			yes, no = true, true
		}
		s.fanned = s.fanned || e.fanned
		if chose = chose || e.chose; yes && no || !chose {
			break
		}
	}
	if yes {
		s.yes.add(cell)
	}
	if no {
		s.no.add(cell)
	}
	return true
}

func (s *shape) put(cell int, val int64) {
	yes, no := s.truths(val)
	if yes {
		s.yes.add(cell)
	}
	if no {
		s.no.add(cell)
	}
}

// collectConstants notes the whole numbers in a question.
func collectConstants(n *node, depth int, out *[]int64) {
	if n == nil || depth > maxDepth || len(*out) > 64 {
		return
	}
	switch n.kind {
	case nodeNumber:
		if math.Abs(n.num) < 1<<52 {
			*out = append(*out, int64(math.Floor(n.num)))
		}
	case nodeString, nodeHex:
		if v, ok := toNumber(n.op); ok && math.Abs(v) < 1<<52 {
			*out = append(*out, int64(math.Floor(v)))
		}
	case nodeSelect:
		return
	}
	for _, a := range n.args {
		collectConstants(a, depth+1, out)
	}
}

// shapeKey is the text of a question with "$" for what it asks about. parts are the nodes that are that.
func shapeKey(n *node, parts []*node) string {
	var b strings.Builder
	writeShape(&b, n, parts, 0)
	return b.String()
}

func writeShape(b *strings.Builder, n *node, parts []*node, depth int) {
	if n == nil || depth > maxDepth || b.Len() > maxWritten {
		return
	}
	if slices.Contains(parts, n) {
		b.WriteByte('$')
		return
	}
	switch n.kind {
	case nodeCall, nodeUnary, nodeBinary, nodeLike, nodeBetween, nodeIn, nodeIs, nodeCase, nodeList:
		if n.not {
			b.WriteByte('!')
		}
		b.WriteByte(byte('A' + n.kind))
		b.WriteString(n.op)
		b.WriteByte('(')
		for i, a := range n.args {
			if i > 0 {
				b.WriteByte(',')
			}
			writeShape(b, a, parts, depth+1)
		}
		b.WriteByte(')')
	case nodeSelect:
		b.WriteString("S(")
		for _, c := range n.sel.columns {
			writeShape(b, c, parts, depth+1)
		}
		b.WriteByte(')')
	default:
		n.write(b, depth)
	}
}

// A grid cuts the whole numbers into cells within which no question of a list tells numbers apart.
type grid struct {
	lo, hi []int64 // of each cell, both included
	tables map[*shape][2]set
}

// maxNumber bounds the lengths and numbers that are told apart.
const maxNumber = 1 << 50

func newGrid(shapes []*shape, low int64) *grid {
	cuts := []int64{low, low + 1, 2, maxNumber}
	fanned := false
	for _, s := range shapes {
		fanned = fanned || s.fanned
		for _, k := range s.constants {
			if k >= low-1 && k < maxNumber-2 {
				cuts = append(cuts, max(k, low), k+1)
			}
		}
	}
	if fanned { // questions about bits tell neighbours apart
		for k := low; k < low+200; k++ {
			cuts = append(cuts, k)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	g := &grid{tables: map[*shape][2]set{}}
	for i := 0; i+1 < len(cuts) && len(g.lo) < maxCells; i++ {
		g.lo = append(g.lo, cuts[i])
		g.hi = append(g.hi, cuts[i+1]-1)
	}
	g.hi[len(g.hi)-1] = maxNumber
	return g
}

// table is the cells that allow each answer to a question.
func (g *grid) table(s *shape) (yes, no set) {
	if t, ok := g.tables[s]; ok {
		return t[0], t[1]
	}
	defer func() { g.tables[s] = [2]set{yes, no} }()
	for i := range g.lo {
		y1, n1 := s.truths(g.lo[i])
		y2, n2 := y1, n1
		if g.hi[i] != g.lo[i] {
			y2, n2 = s.truths(g.hi[i])
			if s.fanned {
				y2, n2 = true, true
			}
		}
		if y1 || y2 {
			yes.add(i)
		}
		if n1 || n2 {
			no.add(i)
		}
	}
	return
}

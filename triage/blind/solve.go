package blind

import (
	"slices"
	"strings"
	"unicode/utf8"

	"spoor/triage"
)

// tables is which cells allow each answer to a question.
func (g *group) tables(r *record) (yes, no set) {
	if r.about.kind == varChar {
		return r.shape.yes, r.shape.no
	}
	return r.grid.table(r.shape)
}

func (g *group) cells(r *record) int {
	if r.about.kind == varChar {
		return charCells
	}
	return len(r.grid.lo)
}

// grids cuts the numbers that are asked about into cells.
func (g *group) grids() { cutGrids(g.records) }

func cutGrids(records []*record) {
	byVar := map[variable][]*record{}
	for _, r := range records {
		if r.shape != nil && r.about.kind != varChar {
			byVar[r.about] = append(byVar[r.about], r)
		}
	}
	for v, rs := range byVar {
		var shapes []*shape
		for _, r := range rs {
			if !slices.Contains(shapes, r.shape) {
				shapes = append(shapes, r.shape)
			}
		}
		low := int64(0)
		if v.kind == varNumber {
			low = -1
		}
		grid := newGrid(shapes, low)
		for _, r := range rs {
			r.grid = grid
		}
	}
}

// An answer is a record with the label that its group's hypothesis gave it.
type answer struct {
	r    *record
	yes  bool
	sets [2]set  // the characters that this and the other answer allow; of a number the grid's tables
	hard bool    // it cannot be wrong by chance: not a slow answer, not one of a range of sizes
	run  *record // of a slow answer: the first of those that one stall may have made slow; nil if it stands for itself
}

// solved is what the answers about one variable leave.
type solved struct {
	left           set
	contradictions int
	certain        bool
	last           bool // as of variable
	answers        []answer
	grid           *grid
}

// solve puts the answers about one variable together, which is one of the cells that are possible.
func solve(answers []answer, possible set, cells int) *solved {
	s := &solved{answers: answers, left: possible}
	if len(answers) > 0 {
		s.grid = answers[0].r.grid
	}
	against := make([]int, cells) // answers that speak against a cell
	soft := make([]int, cells)
	apart := make([]int, cells)       // soft answers that no single stall explains
	stalled := make([]*record, cells) // the run of the last of them
	idle, beyond := false, false
	running := possible
	seen := map[*shape]bool{}
	for _, a := range answers {
		allowed, other := a.sets[0], a.sets[1]
		if s.grid != nil {
			if allowed, other = s.grid.table(a.r.shape); !a.yes {
				allowed, other = other, allowed
			}
		}
		beyond = beyond || allowed.has(cellHigh) && !other.has(cellHigh)
		for c := range against {
			if !allowed.has(c) {
				against[c]++
				if !a.hard {
					soft[c]++
					if a.run == nil || a.run != stalled[c] {
						apart[c]++
						stalled[c] = a.run
					}
				}
			}
		}
		if !seen[a.r.shape] && running.count() > 1 && running.and(other).empty() {
			idle = true
		}
		seen[a.r.shape] = true
		running = running.and(allowed)
	}
	s.left = running
	if s.grid == nil && running.one() == cellHigh && !beyond {
		running = set{} // nothing speaks for a character beyond, but some answers do not exclude it
		against[cellHigh] = len(answers)
	}
	if running.empty() {
		s.left = set{}
		best := len(answers)
		for c, n := range against {
			if possible.has(c) {
				best = min(best, n)
			}
		}
		s.contradictions = best
		for c, n := range against {
			if n == best && possible.has(c) {
				s.left.add(c)
			}
		}
		return s
	}
	if running.one() < 0 {
		return s
	}
	s.certain = true
	for c, n := range against {
		// what only a single soft answer speaks against is not ruled out
		if possible.has(c) && !running.has(c) && n == soft[c] && (apart[c] < 2 || idle) {
			s.certain = false
		}
	}
	return s
}

// char is a solved character as it is shown.
func (s *solved) char(pos int) Char {
	c := Char{Pos: pos, State: Unknown, Contradictions: s.contradictions, Refs: s.refs()}
	if len(s.answers) == 0 {
		return c
	}
	c.Low, c.High = s.bounds()
	c.State = Bounded
	if one := s.left.one(); one > 0 && (one < 0x80 || one < cellHigh && s.codePoints()) {
		c.Text = string(rune(one))
		if s.certain {
			c.State = Certain
		}
	} else if c.Contradictions == 0 {
		if p := s.left.and(printable); p.one() > 0 {
			c.Text = string(rune(p.one()))
		} else if r := s.folded(); r > 0 {
			c.Text = string(r)
		}
	}
	return c
}

// codePoints reports that only SQLite can have answered, whose codes above 127 are always of Unicode, as the order of
// its texts is: https://www.sqlite.org/lang_corefunc.html#char. Those of others are of the character set of the
// database, or of a byte.
func (s *solved) codePoints() bool {
	for _, a := range s.answers {
		if a.r.shape.dialect != sqlite {
			return false
		}
	}
	return true
}

// folded is the small letter of which only the two cases are left, 0 if that is not so.
func (s *solved) folded() rune {
	p := s.left.and(printable)
	if p.count() != 2 {
		return 0
	}
	for c := 'a'; c <= 'z'; c++ {
		if p.has(int(c)) && p.has(int(c)-32) {
			return c
		}
	}
	return 0
}

func (s *solved) bounds() (lo, hi int) {
	lo = -1
	for c := 0; c < charCells; c++ {
		if s.left.has(c) {
			if lo < 0 {
				lo = c
			}
			hi = c
		}
	}
	if hi == cellHigh {
		hi = utf8.MaxRune
	}
	return max(lo, 0), hi
}

func (s *solved) refs() []string {
	var out []string
	for _, a := range s.answers {
		if len(out) >= triage.MaxRefs {
			break
		}
		if !slices.Contains(out, a.r.ref) {
			out = append(out, a.r.ref)
		}
	}
	return out
}

// number is a solved number: its smallest and largest value.
func (s *solved) number() (lo, hi int64) {
	lo = -1
	first := true
	for i := range s.grid.lo {
		if s.left.has(i) {
			if first {
				lo, first = s.grid.lo[i], false
			}
			hi = s.grid.hi[i]
		}
	}
	return lo, hi
}

// decodeHex is the text that hex digits spell, if all of them are known.
func decodeHex(s string) (string, bool) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X")
	if len(s)%2 != 0 {
		return "", false
	}
	for i := 0; i < len(s); i++ {
		if !isHex(s[i]) {
			return "", false
		}
	}
	t := unhex(s)
	return t, utf8.ValidString(t)
}

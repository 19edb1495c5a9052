package blind

import "math/bits"

// Cells of a character: none, the codes 1 to 255, and all beyond.
const (
	cellEnd   = 0
	cellHigh  = 256
	charCells = 257
	maxCells  = 320
)

// A set is a set of cells: of characters, or of ranges of a number.
type set [maxCells / 64]uint64

func (s *set) add(i int)     { s[i>>6] |= 1 << (i & 63) }
func (s set) has(i int) bool { return s[i>>6]>>(i&63)&1 == 1 }
func (s set) and(t set) set {
	for i := range s {
		s[i] &= t[i]
	}
	return s
}

func (s set) count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s set) empty() bool { return s == set{} }

// full is the set of the first n cells.
func full(n int) (s set) {
	for i := 0; i < n; i++ {
		s.add(i)
	}
	return s
}

// one is the only cell of s, -1 if there are more or none.
func (s set) one() int {
	if s.count() != 1 {
		return -1
	}
	for i, w := range s {
		if w != 0 {
			return i<<6 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

// weight is how likely cells are before any answer: printable characters and the end more than others.
func (s set) weight(number bool) float64 {
	if number {
		return float64(s.count())
	}
	n := float64(s.count())
	p := s.and(printable)
	return n + 7*float64(p.count())
}

var printable = func() (s set) {
	for i := 0x20; i < 0x7f; i++ {
		s.add(i)
	}
	s.add(cellEnd)
	return s
}()

// inside are the characters, without the end.
var inside = func() set {
	s := full(charCells)
	s[0] &^= 1
	return s
}()

// endLike are the end and the control characters that bisection leaves beside it.
var endLike = full(10)

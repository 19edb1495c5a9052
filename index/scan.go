package index

import (
	"context"
	"sync"
)

// A picked is the rows of a result in one row group.
type picked struct {
	seg   *segment
	group int
	rows  int // how many; all of the group if it has no more
}

func (p *picked) whole() bool { return p.rows == p.seg.groupLen(p.group) }

// first is the number of the group's first row in the store.
func (p *picked) first() int64 { return p.seg.base + int64(p.group)*groupRows }

// between is how many rows of the result have numbers from first to end-1.
func (r *Result) between(first, end int64) int {
	if first >= end {
		return 0
	}
	n := r.set.Rank(uint32(end - 1))
	if first > 0 {
		n -= r.set.Rank(uint32(first - 1))
	}
	return int(n)
}

// picks lists the row groups of a segment that have rows of the result.
func (r *Result) picks(seg *segment) []picked {
	var out []picked
	for group := range seg.groupCount() {
		p := picked{seg: seg, group: group}
		if p.rows = r.between(p.first(), p.first()+int64(seg.groupLen(group))); p.rows > 0 {
			out = append(out, p)
		}
	}
	return out
}

// allPicks lists the row groups of the store that have rows of the result.
func (r *Result) allPicks() []picked {
	var out []picked
	for _, seg := range r.snap.segments {
		out = append(out, r.picks(seg)...)
	}
	return out
}

// wholeGroup is the positions of all rows of a row group.
var wholeGroup = sync.OnceValue(func() []int {
	out := make([]int, groupRows)
	for i := range out {
		out[i] = i
	}
	return out
})

// rowsOf are the positions of the rows in their group, ascending. The caller does not change them.
func (r *Result) rowsOf(p *picked) []int {
	if p.whole() {
		return wholeGroup()[:p.rows]
	}
	out := make([]int, 0, p.rows)
	first := p.first()
	it := r.set.Iterator()
	for it.AdvanceIfNeeded(uint32(first)); len(out) < p.rows; {
		out = append(out, int(int64(it.Next())-first))
	}
	return out
}

// scan reads something of each row group picked, on all cores, and gives it to use with the rows, one group at a
// time but in no order.
func scan[T any](ctx context.Context, r *Result, picks []picked, read func(*picked) (T, error), use func(p *picked, rows []int, v T)) error {
	var mu sync.Mutex
	return eachGroup(ctx, len(picks), func(n int) error {
		p := &picks[n]
		v, err := read(p)
		if err != nil {
			return err
		}
		rows := r.rowsOf(p)
		mu.Lock()
		defer mu.Unlock()
		use(p, rows, v)
		return nil
	})
}

package index

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// ordered gives the order of the rows. The store is held.
func (r *Result) ordered() (ordering, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.order == nil {
		o, err := r.orderBy("time", false)
		if err != nil {
			return nil, err
		}
		r.order = o
	}
	return r.order, nil
}

func (r *Result) orderBy(column string, desc bool) (ordering, error) {
	if column == "time" {
		if !desc && r.snap.inOrder() {
			return rowOrder{r}, nil
		}
		return newTimeOrder(r, desc, pieceRows)
	}
	keys, err := r.keys(column)
	if err != nil {
		return nil, err
	}
	if rows := sortRows(r.set.ToArray(), keys, desc); rows != nil {
		return listOrder(rows), nil
	}
	return rowOrder{r}, nil
}

// inOrder reports whether all rows of the store are in the order of time.
func (snap *snapshot) inOrder() bool {
	last := int64(math.MinInt64)
	for _, seg := range snap.segments {
		if !seg.meta.Ordered || seg.meta.First < last {
			return false
		}
		last = seg.meta.Last
	}
	return true
}

// Sort puts the result into another order: by "time", "size", "millis", "line", or a column of Facet other
// than class and rule.
// Equal rows stay in the order of load. Unknown values come last, in either direction.
func (r *Result) Sort(column string, desc bool) error {
	if _, err := r.hold(); err != nil {
		return err
	}
	defer r.store.release()
	o, err := r.orderBy(column, desc)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.order = o
	return nil
}

// unknownKey is the key of a row without a value.
const unknownKey = math.MaxUint64

// sortRows gives rows sorted by their keys; nil if they are sorted already. It changes keys.
func sortRows(rows []uint32, keys []uint64, desc bool) []uint32 {
	least, most := uint64(unknownKey), uint64(0)
	for _, k := range keys {
		if k != unknownKey {
			least, most = min(least, k), max(most, k)
		}
	}
	if most < least {
		return nil
	}
	span := most - least
	for i, k := range keys {
		switch {
		case k == unknownKey:
			keys[i] = span + 1
		case desc:
			keys[i] = most - k
		default:
			keys[i] = k - least
		}
	}
	if slices.IsSorted(keys) {
		return nil
	}
	shift := bits.Len(uint(len(keys)))
	if bits.Len64(span+1)+shift > 64 || span == math.MaxUint64 {
		return sortPairs(rows, keys)
	}
	// The position in the lower bits makes the order total, and the sort needs no memory but the keys.
	for i := range keys {
		keys[i] = keys[i]<<shift | uint64(i)
	}
	slices.Sort(keys)
	order := make([]uint32, len(keys))
	for i, k := range keys {
		order[i] = rows[k&(1<<shift-1)]
	}
	return order
}

// sortPairs sorts rows by keys too large to hold a position as well.
func sortPairs(rows []uint32, keys []uint64) []uint32 {
	at := make([]int, len(rows))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(i, j int) int { return cmp.Compare(keys[i], keys[j]) })
	order := make([]uint32, len(rows))
	for i, k := range at {
		order[i] = rows[k]
	}
	return order
}

// eachRows calls yield for the rows of the result, a row group at a time, in the order of their numbers. The
// slice is valid during the call.
func (r *Result) eachRows(yield func(seg *segment, group int, rows []int) error) error {
	it := r.set.ManyIterator()
	buf := make([]uint32, 4096)
	var rows []int
	var seg *segment
	group := -1
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		err := yield(seg, group, rows)
		rows = rows[:0]
		return err
	}
	next := int64(-1) // first row after the group at hand
	first := int64(0)
	for {
		n := it.NextMany(buf)
		if n == 0 {
			return flush()
		}
		for _, row := range buf[:n] {
			if int64(row) >= next {
				if err := flush(); err != nil {
					return err
				}
				var i int64
				seg, i = r.snap.locate(int64(row))
				group = int(i / groupRows)
				first = seg.base + int64(group)*groupRows
				next = first + int64(seg.groupLen(group))
			}
			rows = append(rows, int(int64(row)-first))
		}
	}
}

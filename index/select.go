package index

import (
	"cmp"
	"slices"
	"sort"
)

// A keyed is a row with its key. Rows of equal keys are in the order of their numbers.
type keyed struct {
	key uint64
	row uint32
}

func (a keyed) compare(b keyed) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.row, b.row))
}

// selectRows gives the rows that would stand at some positions, ascending and below len(rows), if the rows were sorted
// by their keys. It deals them out by ranges of keys and sorts only the ranges with such a position.
func selectRows(rows []uint32, keys []uint64, at []int) []keyed {
	const ranges = 1 << 12
	least, most := slices.Min(keys), slices.Max(keys)
	width := (most-least)/ranges + 1
	starts := make([]int, ranges+1)
	for _, k := range keys {
		starts[(k-least)/width+1]++
	}
	for i := range ranges {
		starts[i+1] += starts[i]
	}
	in := map[uint64][]keyed{} // the ranges with a position
	rangeOf := func(pos int) uint64 {
		return uint64(sort.Search(ranges, func(i int) bool { return starts[i+1] > pos }))
	}
	var wanted [ranges]bool
	for _, pos := range at {
		wanted[rangeOf(pos)] = true
	}
	for i, k := range keys {
		if n := (k - least) / width; wanted[n] {
			in[n] = append(in[n], keyed{k, rows[i]})
		}
	}
	for _, list := range in {
		slices.SortFunc(list, keyed.compare)
	}
	out := make([]keyed, len(at))
	for i, pos := range at {
		n := rangeOf(pos)
		out[i] = in[n][pos-starts[n]]
	}
	return out
}

package index

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"sync"
)

// An ordering is the rows of a result in an order.
type ordering interface {
	// each calls yield for n rows from position from on, which are all there, until it returns an error.
	each(from, n int, yield func(row int64) error) error
	// find is the position of a row of the result.
	find(row int64) (int, error)
}

// A timeOrder is the order of time, without sorting all rows: the times are cut into pieces by the zones of the
// row groups, the rows of each piece are counted, and a piece is sorted when one of its rows is asked for. Logs
// are in order but for some seconds, or a few logs of the same days follow one another, so that a piece has rows
// of few groups.
type timeOrder struct {
	result *Result
	picks  []picked
	desc   bool
	cuts   []int64 // piece k has the times from cuts[k] to cuts[k+1]-1; one more piece has the rows without time
	starts []int   // positions at which the pieces begin, in their order; one more for the end

	mu     sync.Mutex
	sorted map[int][]uint32 // some pieces
}

const (
	pieceRows = 4 * groupRows // about the rows of a piece, unless they have the same time
	maxPieces = 8             // pieces kept sorted
)

// newTimeOrder counts the rows of pieces of about size rows.
func newTimeOrder(ctx context.Context, r *Result, desc bool, size int) (*timeOrder, error) {
	return newTimeOrderOf(ctx, r, desc, cutTimes(r.allPicks(), size))
}

// newTimeOrderOf counts the rows of the pieces between cuts.
func newTimeOrderOf(ctx context.Context, r *Result, desc bool, cuts []int64) (*timeOrder, error) {
	o := &timeOrder{result: r, picks: r.allPicks(), desc: desc, cuts: cuts, sorted: map[int][]uint32{}}
	counts := make([]int, len(o.cuts)+1)
	var split []picked
	for i := range o.picks {
		p := &o.picks[i]
		switch z := p.zone(); {
		case z.First == 0:
			counts[len(o.cuts)] += p.rows
		case z.Unknown == 0 && o.pieceOf(z.First) == o.pieceOf(z.Last):
			counts[o.pieceOf(z.First)] += p.rows
		default:
			split = append(split, *p)
		}
	}
	err := scan(ctx, r, split, readTimes, func(_ *picked, rows []int, times []int64) {
		k, from, end := -1, int64(0), int64(0)
		for _, i := range rows {
			if t := times[i]; k < 0 || t < from || t >= end || t == 0 {
				k = o.pieceOf(t)
				from, end = o.bounds(k)
			}
			counts[k]++
		}
	})
	o.starts = make([]int, len(counts)+1)
	for i := range counts {
		o.starts[i+1] = o.starts[i] + counts[o.at(i)]
	}
	return o, err
}

func readTimes(p *picked) ([]int64, error) { return p.seg.ints(intTime, p.group) }

func (p *picked) zone() *zone { return &p.seg.meta.Zones[p.group] }

// cutTimes cuts the time into pieces of about size rows, as if each group's rows were spread over its zone.
func cutTimes(picks []picked, size int) []int64 {
	const points = 8
	type point struct {
		at   int64
		rows int
	}
	var all []point
	for i := range picks {
		z := picks[i].zone()
		for k := range int64(points) {
			if z.First != 0 {
				all = append(all, point{z.First + (z.Last-z.First)/points*k, picks[i].rows})
			}
		}
	}
	slices.SortFunc(all, func(a, b point) int { return cmp.Compare(a.at, b.at) })
	cuts := []int64{-maxInt}
	rows := 0
	for _, p := range all {
		if rows >= size*points && p.at > cuts[len(cuts)-1] {
			cuts = append(cuts, p.at)
			rows = 0
		}
		rows += p.rows
	}
	return cuts
}

// pieceOf is the piece of a time.
func (o *timeOrder) pieceOf(t int64) int {
	if t == 0 {
		return len(o.cuts)
	}
	return sort.Search(len(o.cuts), func(i int) bool { return o.cuts[i] > t }) - 1
}

// bounds are the times of a piece: from the first to before the second. The piece without time has none.
func (o *timeOrder) bounds(k int) (from, end int64) {
	switch {
	case k == len(o.cuts):
		return 0, 0
	case k == len(o.cuts)-1:
		return o.cuts[k], maxInt
	}
	return o.cuts[k], o.cuts[k+1]
}

// at is the piece that comes as number i, and the number of the piece i. The rows without time come last.
func (o *timeOrder) at(i int) int {
	if o.desc && i < len(o.cuts) {
		return len(o.cuts) - 1 - i
	}
	return i
}

// piece is the rows of a piece in order.
func (o *timeOrder) piece(k int) ([]uint32, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if rows, ok := o.sorted[k]; ok {
		return rows, nil
	}
	rows, keys, err := o.rowsIn(k, o.picksOf(k))
	if err != nil {
		return nil, err
	}
	if order := sortRows(rows, keys, o.desc); order != nil {
		rows = order
	}
	if len(o.sorted) >= maxPieces {
		clear(o.sorted)
	}
	o.sorted[k] = rows
	return rows, nil
}

// picksOf are the row groups that may have rows of a piece.
func (o *timeOrder) picksOf(k int) []picked {
	from, end := o.bounds(k)
	var picks []picked
	for _, p := range o.picks {
		z := p.zone()
		if k == len(o.cuts) && z.Unknown > 0 || z.First != 0 && z.First < end && z.Last >= from {
			picks = append(picks, p)
		}
	}
	return picks
}

// rowsIn are the rows of a piece in the order of their numbers, with their keys.
func (o *timeOrder) rowsIn(k int, picks []picked) (rows []uint32, keys []uint64, err error) {
	from, end := o.bounds(k)
	type part struct {
		rows []uint32
		keys []uint64
	}
	parts := make([]part, len(picks))
	err = eachGroup(context.Background(), len(picks), func(n int) error {
		p := &picks[n]
		times, err := readTimes(p)
		if err != nil {
			return err
		}
		for _, i := range o.result.rowsOf(p) {
			t := times[i]
			if from <= t && t < end && t != 0 || t == 0 && k == len(o.cuts) {
				parts[n].rows = append(parts[n].rows, uint32(p.first()+int64(i)))
				parts[n].keys = append(parts[n].keys, uint64(t)^1<<63)
			}
		}
		return nil
	})
	for _, p := range parts {
		rows, keys = append(rows, p.rows...), append(keys, p.keys...)
	}
	return rows, keys, err
}

func (o *timeOrder) each(from, n int, yield func(row int64) error) error {
	i := sort.Search(len(o.starts), func(i int) bool { return o.starts[i] > from }) - 1
	for ; n > 0 && i < len(o.starts)-1; i++ {
		rows, err := o.piece(o.at(i))
		if err != nil {
			return err
		}
		rows = rows[min(from-o.starts[i], len(rows)):]
		for _, row := range rows[:min(n, len(rows))] {
			if err := yield(int64(row)); err != nil {
				return err
			}
			from++
			n--
		}
		from = max(from, o.starts[i+1])
	}
	return nil
}

func (o *timeOrder) find(row int64) (int, error) {
	seg, i := o.result.snap.locate(row)
	t, err := seg.int(intTime, i)
	if err != nil {
		return -1, err
	}
	k := o.pieceOf(t)
	rows, err := o.piece(k)
	if err != nil {
		return -1, err
	}
	if at := slices.Index(rows, uint32(row)); at >= 0 {
		return o.starts[o.at(k)] + at, nil
	}
	return -1, nil
}

// A listOrder is rows in any order.
type listOrder struct {
	result *Result
	rows   []uint32
}

func (o listOrder) each(from, n int, yield func(row int64) error) error {
	for _, row := range o.rows[from : from+n] {
		if err := yield(int64(row)); err != nil {
			return err
		}
	}
	return nil
}

func (o listOrder) find(row int64) (int, error) { return slices.Index(o.rows, uint32(row)), nil }

// A rowOrder is the rows of a result in the order of load.
type rowOrder struct{ *Result }

func (o rowOrder) each(from, n int, yield func(row int64) error) error {
	first, err := o.set.Select(uint32(from))
	if err != nil {
		return err
	}
	it := o.set.Iterator()
	for it.AdvanceIfNeeded(first); n > 0 && it.HasNext(); n-- {
		if err := yield(int64(it.Next())); err != nil {
			return err
		}
	}
	return nil
}

func (o rowOrder) find(row int64) (int, error) { return int(o.set.Rank(uint32(row))) - 1, nil }

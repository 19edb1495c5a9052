package index

import (
	"context"
	"fmt"
	"sort"

	"github.com/RoaringBitmap/roaring/v2"

	"spoor/triage"
)

// Hot counts, for each of n runs of positions of about the same length, the requests with a finding of level medium
// or above: the map beside a list in its present order. Run i has the positions from i*Len/n to before (i+1)*Len/n.
// The error is ctx's if it is done.
func (r *Result) Hot(ctx context.Context, n int) ([]int64, error) {
	if n < 1 || n > maxRuns {
		return nil, fmt.Errorf("map of findings in %d runs: want 1 to %d", n, maxRuns)
	}
	if _, err := r.hold(); err != nil {
		return nil, err
	}
	defer r.store.release()
	order, err := r.ordered()
	if err != nil {
		return nil, err
	}
	hot, err := r.hotRows(ctx)
	if err != nil {
		return nil, err
	}
	counts := make([]int64, n)
	if hot.IsEmpty() {
		return counts, nil
	}
	ends := make([]int, n) // positions behind the runs
	for i := range ends {
		ends[i] = int(int64(r.Len()) * int64(i+1) / int64(n))
	}
	switch o := order.(type) {
	case *timeOrder:
		err = o.hot(ctx, hot, ends, counts)
	case listOrder:
		err = o.hot(ctx, hot, ends, counts)
	case rowOrder:
		err = o.hot(hot, ends, counts)
	}
	return counts, err
}

// maxRuns bounds what Hot gives; no screen has more lines.
const maxRuns = 1 << 12

// hotRows are the rows of the result with a finding of level medium or above. The caller does not change them.
func (r *Result) hotRows(ctx context.Context) (*roaring.Bitmap, error) {
	r.mu.Lock()
	hot := r.hot
	r.mu.Unlock()
	if hot != nil {
		return hot, nil
	}
	picks := r.allPicks()
	plans, err := r.hotPlans(ctx, picks)
	if err != nil {
		return nil, err
	}
	parts := make([]bitset, len(picks))
	err = eachGroup(ctx, len(picks), func(i int) error {
		p := &picks[i]
		if plans[p.seg].op == planNone {
			return nil
		}
		parts[i] = newBitset(p.seg.groupLen(p.group))
		return plans[p.seg].run(p.seg, p.group, parts[i])
	})
	if err != nil {
		return nil, err
	}
	hot = roaring.New()
	var rows []uint32
	for i := range parts {
		rows = rows[:0]
		parts[i].each(func(k int) bool {
			rows = append(rows, uint32(picks[i].first()+int64(k)))
			return true
		})
		hot.AddMany(rows)
	}
	hot.And(r.set)
	r.mu.Lock()
	r.hot = hot
	r.mu.Unlock()
	return hot, nil
}

// hotPlans are plans for the requests with a finding of level medium or above.
func (r *Result) hotPlans(ctx context.Context, picks []picked) (map[*segment]*plan, error) {
	out := map[*segment]*plan{}
	for i := range picks {
		seg := picks[i].seg
		if out[seg] != nil {
			continue
		}
		p := &planner{ctx, r.snap, seg}
		pl, err := p.signs(func(signs []sign) bool { return highest(signs) >= triage.Medium })
		if err != nil {
			return nil, err
		}
		out[seg] = pl
	}
	return out, nil
}

// within is the result of some of its rows.
func (r *Result) within(set *roaring.Bitmap) *Result {
	return &Result{store: r.store, snap: r.snap, set: set}
}

func (o rowOrder) hot(hot *roaring.Bitmap, ends []int, counts []int64) error {
	before := int64(0)
	for i, end := range ends {
		if end == 0 {
			continue
		}
		last, err := o.set.Select(uint32(end - 1))
		if err != nil {
			return err
		}
		n := int64(hot.Rank(last))
		counts[i] = n - before
		before = n
	}
	return nil
}

func (o listOrder) hot(ctx context.Context, hot *roaring.Bitmap, ends []int, counts []int64) error {
	is := newBitset(int(o.result.snap.rows))
	for it := hot.Iterator(); it.HasNext(); {
		is.set(int(it.Next()))
	}
	return eachGroup(ctx, len(ends), func(i int) error {
		from := 0
		if i > 0 {
			from = ends[i-1]
		}
		for _, row := range o.rows[from:ends[i]] {
			if is.has(int(row)) {
				counts[i]++
			}
		}
		return nil
	})
}

// hot needs no order of a piece without findings, or wholly in one run, and of the others only the rows at the ends of
// runs.
func (o *timeOrder) hot(ctx context.Context, hot *roaring.Bitmap, ends []int, counts []int64) error {
	found, err := newTimeOrderOf(ctx, o.result.within(hot), o.desc, o.cuts)
	if err != nil {
		return err
	}
	parts := make([][]int64, len(o.starts)-1)
	err = eachGroup(ctx, len(parts), func(i int) error {
		n := found.starts[i+1] - found.starts[i]
		if n == 0 {
			return nil
		}
		first := sort.Search(len(ends), func(k int) bool { return ends[k] > o.starts[i] })
		last := sort.Search(len(ends), func(k int) bool { return ends[k] >= o.starts[i+1] })
		parts[i] = make([]int64, len(ends))
		if first == last {
			parts[i][first] = int64(n)
			return nil
		}
		return o.hotIn(i, found, ends[first:last], parts[i][first:])
	})
	for _, part := range parts {
		for i, n := range part {
			counts[i] += n
		}
	}
	return err
}

// hotIn counts the found rows of the piece that comes as number i0 by the runs that end in it, and the one after these.
func (o *timeOrder) hotIn(i0 int, found *timeOrder, ends []int, counts []int64) error {
	k := o.at(i0)
	rows, keys, err := o.rowsIn(k, o.picksOf(k))
	if err != nil {
		return err
	}
	hotRows, hotKeys, err := found.rowsIn(k, found.picksOf(k))
	if err != nil {
		return err
	}
	if o.desc {
		for _, keys := range [][]uint64{keys, hotKeys} {
			for i := range keys {
				keys[i] = ^keys[i]
			}
		}
	}
	at := make([]int, len(ends))
	for i, end := range ends {
		at[i] = end - o.starts[i0]
	}
	marks := selectRows(rows, keys, at)
	for h, row := range hotRows {
		is := keyed{hotKeys[h], row}
		counts[sort.Search(len(marks), func(n int) bool { return marks[n].compare(is) > 0 })]++ // a mark begins a run
	}
	return nil
}

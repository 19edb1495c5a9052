package index

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// At is the position of the row to go to for a time; -1 if the result is empty.
//
// In an order by time it is the row with the earliest time that is not before t, and if there is none, that with the
// latest time; of several with that time, the first in the order. In any other order it is the row nearest in time,
// of several the first in the order of load. A row without time is the answer only if no row has one.
func (r *Result) At(t time.Time) (int, error) {
	if _, err := r.hold(); err != nil {
		return -1, err
	}
	defer r.store.release()
	order, err := r.ordered()
	if err != nil || r.Len() == 0 {
		return -1, err
	}
	at := t.UnixMilli()
	if t.After(time.UnixMilli(at)) {
		at++ // rows have whole milliseconds
	}
	switch o := order.(type) {
	case *timeOrder:
		return o.moment(at)
	case rowOrder:
		if r.snap.inOrder() {
			return o.moment(at)
		}
	}
	row, err := r.nearest(at)
	if err != nil || row < 0 {
		return 0, err
	}
	return order.find(row)
}

// moment is the position for a time where the order of load is that of time.
func (o rowOrder) moment(at int64) (int, error) {
	var failed error
	when := func(i int) int64 {
		row, err := o.set.Select(uint32(i))
		if err != nil {
			failed = err
			return 0
		}
		seg, n := o.snap.locate(int64(row))
		t, err := seg.int(intTime, n)
		failed = firstError(failed, err)
		return t
	}
	from := func(at int64) int {
		return sort.Search(o.Len(), func(i int) bool { return failed != nil || when(i) >= at })
	}
	i := from(at)
	if i == o.Len() {
		i = from(when(i - 1))
	}
	return i, failed
}

// moment is the position for a time.
func (o *timeOrder) moment(at int64) (int, error) {
	timed := o.starts[len(o.cuts)] // rows with a time
	if timed == 0 {
		return 0, nil
	}
	// The piece of the time, or the next later one that has rows, or the last one that has.
	k := sort.Search(len(o.cuts), func(i int) bool { return o.cuts[i] > at }) - 1
	has := func(k int) bool { return o.starts[o.at(k)] < o.starts[o.at(k)+1] }
	for ; k < len(o.cuts); k++ {
		if !has(k) {
			continue
		}
		i, err := o.momentIn(k, at)
		if err != nil || i >= 0 {
			return i, err
		}
	}
	for k--; !has(k); k-- {
	}
	return o.momentIn(k, maxInt)
}

// momentIn is the position, within a piece that has rows, of the row with the earliest time not before at; -1 if there is
// none. If at is maxInt, it is the one with the latest time.
func (o *timeOrder) momentIn(k int, at int64) (int, error) {
	rows, err := o.piece(k)
	if err != nil {
		return -1, err
	}
	var failed error
	when := func(i int) int64 {
		seg, n := o.result.snap.locate(int64(rows[i]))
		t, err := seg.int(intTime, n)
		failed = firstError(failed, err)
		return t
	}
	// before is how many rows stand before the first one that pass says yes of, if it does of all after it too.
	before := func(pass func(t int64) bool) int {
		return sort.Search(len(rows), func(i int) bool { return failed != nil || pass(when(i)) })
	}
	last := len(rows) - 1
	if at == maxInt {
		if at = when(last); o.desc {
			at = when(0)
		}
	}
	var i int
	if o.desc {
		if i = before(func(t int64) bool { return t < at }) - 1; i >= 0 {
			t := when(i)
			i = before(func(u int64) bool { return u <= t })
		}
	} else if i = before(func(t int64) bool { return t >= at }); i > last {
		i = -1
	}
	if i < 0 || failed != nil {
		return -1, failed
	}
	return o.starts[o.at(k)] + i, nil
}

// nearest is the row of the result that is nearest to a time; -1 if none has a time. It reads the row groups that can
// have it, the most likely one first.
func (r *Result) nearest(at int64) (row int64, err error) {
	distance := func(t int64) int64 {
		if t < at {
			return at - t
		}
		return t - at
	}
	type near struct {
		picked
		least int64 // distance of any of its rows, at least
	}
	var all []near
	for _, p := range r.allPicks() {
		switch z := p.zone(); {
		case z.First == 0:
		case z.First <= at && at <= z.Last:
			all = append(all, near{p, 0})
		default:
			all = append(all, near{p, min(distance(z.First), distance(z.Last))})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.least, b.least) })
	row, best := int64(-1), maxInt
	for i := range all {
		p := &all[i]
		if p.least > best {
			break
		}
		times, err := readTimes(&p.picked)
		if err != nil {
			return -1, err
		}
		for _, i := range r.rowsOf(&p.picked) {
			if t := times[i]; t != 0 {
				if d, n := distance(t), p.first()+int64(i); d < best || d == best && n < row {
					row, best = n, d
				}
			}
		}
	}
	return row, nil
}

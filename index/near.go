package index

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
)

// MaxNear bounds the rows that Near gives on each side.
const MaxNear = 1000

// Near is the rows about a request, whatever the query that found it, at most before of them before it and after of
// them after it, and MaxNear at most; rows[at] is the request itself.
//
// They are the lines next to it in its source, those that are no requests too; or with sameClient, the requests of the
// same client in all sources in the order of time, as Search gives them. A line that is no request has no client, and so
// no such neighbours. The error wraps ErrNotFound if there is no such request, and is ctx's if it is done.
func (s *Store) Near(ctx context.Context, ref string, before, after int, sameClient bool) (rows []Row, at int, err error) {
	snap, err := s.hold()
	if err != nil {
		return nil, 0, err
	}
	defer s.release()
	row, err := snap.rowOf(ref)
	if err != nil {
		return nil, 0, err
	}
	before, after = max(0, min(before, MaxNear)), max(0, min(after, MaxNear))
	var numbers []int64
	if sameClient {
		numbers, at, err = snap.nearOfClient(ctx, row, before, after)
	} else {
		numbers, at, err = snap.nearInSource(row, before, after)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("look around %s: %w", ref, err)
	}
	rows = make([]Row, len(numbers))
	err = eachGroup(ctx, len(numbers), func(i int) (err error) {
		rows[i], err = snap.row(numbers[i])
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	return rows, at, nil
}

// nearInSource are the rows next to a row in its source. A source is in the store as runs of rows, in the order of its
// lines.
func (snap *snapshot) nearInSource(row int64, before, after int) (rows []int64, at int, err error) {
	seg, i := snap.locate(row)
	src, err := seg.int(intSource, i)
	if err != nil {
		return nil, 0, err
	}
	var all []int64
	for _, seg := range snap.segments {
		for _, sp := range seg.meta.Spans {
			if int64(sp.Source) != src {
				continue
			}
			first, end := seg.base+sp.First, seg.base+sp.First+sp.Rows
			from := max(first, min(row, end)-int64(before)) // no more are wanted of a run
			for n := from; n < end && (n <= row || after > 0); n++ {
				if all = append(all, n); n > row {
					after--
				}
			}
		}
	}
	at, _ = slices.BinarySearch(all, row)
	skip := max(0, at-before)
	return all[skip:], at - skip, nil
}

// A moment is a row in the order of time: rows without time are the last.
type moment struct{ time, row int64 }

func (a moment) compare(b moment) int {
	return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.row, b.row))
}

func momentOf(t, row int64) moment {
	if t == 0 {
		t = maxInt
	}
	return moment{t, row}
}

// nearOfClient are the rows of a row's client next to it in the order of time. The row groups are read from those of its
// own time on outwards, until no other one can have a nearer row.
func (snap *snapshot) nearOfClient(ctx context.Context, row int64, before, after int) (rows []int64, at int, err error) {
	seg, i := snap.locate(row)
	id, err := seg.id(colClient, i)
	if err != nil || id == 0 {
		return []int64{row}, 0, err
	}
	client, err := seg.text(colClient, id)
	if err != nil {
		return nil, 0, err
	}
	t, err := seg.int(intTime, i)
	if err != nil {
		return nil, 0, err
	}
	search := clientSearch{ctx: ctx, snap: snap, client: client, plans: map[*segment]*plan{}}
	for _, seg := range snap.segments {
		for group := range seg.groupCount() {
			search.left = append(search.left, picked{seg: seg, group: group})
		}
	}
	self := momentOf(t, row)
	if err := search.side(before, self, true); err != nil {
		return nil, 0, err
	}
	if err := search.side(after, self, false); err != nil {
		return nil, 0, err
	}
	all := search.found
	slices.SortFunc(all, moment.compare)
	at, _ = slices.BinarySearchFunc(all, self, moment.compare)
	from, end := max(0, at-before), min(len(all), at+after+1)
	for _, m := range all[from:end] {
		rows = append(rows, m.row)
	}
	return rows, at - from, nil
}

// A clientSearch finds the rows of a client in row groups.
type clientSearch struct {
	ctx    context.Context
	snap   *snapshot
	client string
	plans  map[*segment]*plan
	left   []picked // row groups that are not read
	found  []moment // the client's rows in those that are
}

// edges are the least and the greatest time of a row group, as in a moment.
func (s *clientSearch) edges(p *picked) (first, last int64) {
	z := p.zone()
	first, last = z.First, z.Last
	if z.First == 0 {
		first, last = maxInt, maxInt
	}
	if z.Unknown > 0 {
		last = maxInt
	}
	return first, last
}

// side reads row groups until the n rows before self, or after it, are certain.
func (s *clientSearch) side(n int, self moment, before bool) error {
	// far is how far from self, to the side asked for, the nearest row of the group can be; none is on the other side.
	far := func(p *picked) (int64, bool) {
		first, last := s.edges(p)
		switch {
		case before:
			return max(0, self.time-last), first <= self.time
		default:
			return max(0, first-self.time), last >= self.time
		}
	}
	slices.SortStableFunc(s.left, func(a, b picked) int {
		x, okX := far(&a)
		y, okY := far(&b)
		if okX != okY {
			if okX {
				return -1
			}
			return 1
		}
		return cmp.Compare(x, y)
	})
	for size := runtime.GOMAXPROCS(0); len(s.left) > 0; size *= 2 {
		least, ok := far(&s.left[0])
		if !ok || s.certain(n, self, before, least) {
			return nil
		}
		now := s.left[:min(size, len(s.left))]
		s.left = s.left[len(now):]
		if err := s.read(now); err != nil {
			return err
		}
	}
	return nil
}

// certain reports whether n rows are found that are nearer to self than least, on a side.
func (s *clientSearch) certain(n int, self moment, before bool, least int64) bool {
	for _, m := range s.found {
		if before && m.compare(self) < 0 && self.time-m.time < least || !before && m.compare(self) > 0 && m.time-self.time < least {
			n--
		}
	}
	return n <= 0
}

// read finds the rows of some row groups.
func (s *clientSearch) read(groups []picked) error {
	for i := range groups {
		seg := groups[i].seg
		if s.plans[seg] != nil {
			continue
		}
		p := &planner{s.ctx, s.snap, seg}
		pl, err := p.text(textNode{column: colClient, pattern: pattern{text: s.client}})
		if err != nil {
			return err
		}
		s.plans[seg] = pl
	}
	parts := make([][]moment, len(groups))
	err := eachGroup(s.ctx, len(groups), func(i int) error {
		p := &groups[i]
		in := newBitset(p.seg.groupLen(p.group))
		if err := s.plans[p.seg].run(p.seg, p.group, in); err != nil || in.empty() {
			return err
		}
		times, err := readTimes(p)
		if err != nil {
			return err
		}
		in.each(func(k int) bool {
			parts[i] = append(parts[i], momentOf(times[k], p.first()+int64(k)))
			return true
		})
		return nil
	})
	for _, part := range parts {
		s.found = append(s.found, part...)
	}
	return err
}

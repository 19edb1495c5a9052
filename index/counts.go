package index

import (
	"slices"
	"time"

	"spoor/triage"
)

// Counts sums up the store.
func (s *Store) Counts() Counts {
	none := Counts{ByClass: map[triage.Class]int64{}, ByLevel: map[triage.Level]int64{}}
	snap, err := s.hold()
	if err != nil {
		return none
	}
	defer s.release()
	c, err := snap.counts()
	if err != nil {
		return none
	}
	return c
}

// count makes the Counts of a snapshot.
func (snap *snapshot) count() (Counts, error) {
	c := Counts{ByClass: map[triage.Class]int64{}, ByLevel: map[triage.Level]int64{}}
	first, last := int64(0), int64(0)
	for _, seg := range snap.segments {
		c.Requests += seg.meta.Rows - seg.meta.Rejected
		c.Rejected += seg.meta.Rejected
		if seg.meta.First != 0 && (first == 0 || seg.meta.First < first) {
			first = seg.meta.First
		}
		last = max(last, seg.meta.Last)
		if err := snap.countSigns(seg, &c); err != nil {
			return c, err
		}
	}
	if first != 0 {
		c.First, c.Last = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
	}
	for column, n := range map[column]*int{colClient: &c.Clients, colPath: &c.Paths, colAgent: &c.Agents} {
		var err error
		if *n, err = snap.distinct(column); err != nil {
			return c, err
		}
	}
	return c, nil
}

// countSigns adds the findings of a segment: by set of signs, and then what marks change.
func (snap *snapshot) countSigns(seg *segment, c *Counts) error {
	sets, err := seg.signSets()
	if err != nil {
		return err
	}
	for id, n := range seg.meta.Signs {
		if id < len(sets) {
			c.add(sets[id], n)
		}
	}
	all := snap.marks.between(seg.base, seg.base+seg.meta.Rows)
	for len(all) > 0 {
		row := int64(all[0].Row) - seg.base
		ids, err := seg.ids(colSigns, int(row/groupRows))
		if err != nil {
			return err
		}
		base := sets[ids[row%groupRows]]
		var signs []sign
		signs, all = snap.marks.take(base, all)
		c.add(base, -1)
		c.add(signs, 1)
	}
	return nil
}

// add counts n requests with such signs.
func (c *Counts) add(signs []sign, n int64) {
	if len(signs) == 0 {
		return
	}
	c.Findings += n
	c.ByLevel[highest(signs)] += n
	for _, class := range classesOf(signs) {
		c.ByClass[class] += n
	}
}

// distinct is how many texts, other than the empty one, a column has over all segments.
func (snap *snapshot) distinct(c column) (int, error) {
	if len(snap.segments) == 1 {
		return snap.segments[0].meta.Texts[c] - 1, nil
	}
	var all []string
	for _, seg := range snap.segments {
		err := seg.eachText(c, 1, seg.meta.Texts[c], func(_ int, text, _ string) bool {
			all = append(all, text)
			return true
		})
		if err != nil {
			return 0, err
		}
	}
	slices.Sort(all)
	return len(slices.Compact(all)), nil
}

package index

import (
	"maps"
	"time"

	"spoor/triage"
)

// Counts sums up the store. It is made when the store changes and kept in the manifest, since it is asked for
// each time that the store is opened. The caller does not change its maps.
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
	maps.DeleteFunc(c.ByClass, func(_ triage.Class, n int64) bool { return n == 0 })
	maps.DeleteFunc(c.ByLevel, func(_ triage.Level, n int64) bool { return n == 0 })
	return c, snap.countDistinct(&c)
}

// countDistinct counts distinct texts, going on from what the manifest has of the first segments.
func (snap *snapshot) countDistinct(c *Counts) error {
	m := &snap.manifest
	from := 0
	if m.Counts != nil && m.Counted <= len(snap.segments) {
		from = m.Counted
		c.Clients, c.Paths, c.Agents = m.Counts.Clients, m.Counts.Paths, m.Counts.Agents
	}
	for n := from; n < len(snap.segments); n++ {
		for column, sum := range map[column]*int{colClient: &c.Clients, colPath: &c.Paths, colAgent: &c.Agents} {
			fresh, err := snap.newTexts(n, column)
			if err != nil {
				return err
			}
			*sum += fresh
		}
	}
	return nil
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
	all := func(uint32) bool { return true }
	for group := range seg.groupCount() {
		if err := snap.remark(&picked{seg, group, seg.groupLen(group)}, sets, all, c.add); err != nil {
			return err
		}
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

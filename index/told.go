package index

// What is told of records from outside the evidence: findings of intelligence on process creations, kept beside the
// event logs, and the texts of requests that it is looked for in.

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"spoor/triage"
)

// Told is findings on one process creation that its own text does not show.
type Told struct {
	Key      string // of the source, see triage.Source
	Line     int64
	Findings []triage.Finding
	Quiet    bool // the process has no finding of its own
}

// told is what a snapshot has of Told: by source and line.
type told struct {
	by    map[string]map[int64]*Told
	quiet int64 // processes without a finding of their own
}

func toldOf(list []Told) (t told) {
	if len(list) > 0 {
		t.by = map[string]map[int64]*Told{}
	}
	for i := range list {
		of := t.by[list[i].Key]
		if of == nil {
			of = map[int64]*Told{}
			t.by[list[i].Key] = of
		}
		if of[list[i].Line] = &list[i]; list[i].Quiet {
			t.quiet++
		}
	}
	return t
}

// add puts what is told of a process among its findings, highest level first.
func (t *told) add(key string, p *triage.Process) {
	if x := t.by[key][p.Line]; x != nil {
		p.Findings = append(slices.Clone(p.Findings), x.Findings...)
		sort.SliceStable(p.Findings, func(i, j int) bool { return p.Findings[i].Level > p.Findings[j].Level })
	}
}

// ToldCount is how many process creations have findings that PutTold kept.
func (s *Store) ToldCount() int {
	snap, err := s.hold()
	if err != nil {
		return 0
	}
	defer s.release()
	n := 0
	for _, of := range snap.told.by {
		n += len(of)
	}
	return n
}

// PutTold keeps findings on process creations, in place of what was kept before.
func (s *Store) PutTold(list []Told) error {
	if len(list) == 0 && !s.hasTold() {
		return nil
	}
	return s.putPart("told", list, func(m *manifest, name string) { m.Told = name })
}

func (s *Store) hasTold() bool {
	snap, err := s.hold()
	if err != nil {
		return false
	}
	defer s.release()
	return snap.manifest.Told != ""
}

// EachText calls look once for each distinct text of a column in each part of the store, as logged and in its fullest
// decoding (the same if it has no coding). For those that look answers true for, yield is called with each row
// (triage.Mark.Row) that has one, until it answers false. Columns are path, query, referer, ua, host, body and answer.
func (s *Store) EachText(ctx context.Context, name string, look func(text, plain string) bool, yield func(row uint64, text, plain string) bool) error {
	c, ok := textColumnNamed(name)
	switch name {
	case "body":
		c, ok = colBody, true
	case "answer":
		c, ok = colAnswer, true
	}
	if !ok {
		return fmt.Errorf("no column %q", name)
	}
	snap, err := s.hold()
	if err != nil {
		return err
	}
	defer s.release()
	for _, seg := range snap.segments {
		found := map[int32][2]string{}
		set := newBitset(seg.meta.Texts[c])
		err := seg.eachText(c, 1, seg.meta.Texts[c], func(id int, text, plain string) bool {
			if plain == "" {
				plain = text
			}
			if look(text, plain) {
				found[int32(id)] = [2]string{text, plain}
				set.set(id)
			}
			return ctx.Err() == nil
		})
		if err = firstError(err, ctx.Err()); err != nil {
			return err
		}
		more, err := seg.rowsWith(ctx, c, set, func(row uint64, id int32) bool { return yield(row, found[id][0], found[id][1]) })
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// rowsWith yields the rows whose text of a column is in the set; more is false if yield wants no more.
func (s *segment) rowsWith(ctx context.Context, c column, set bitset, yield func(row uint64, id int32) bool) (more bool, err error) {
	if set.empty() {
		return true, nil
	}
	lo, hi := limits(set)
	var ids []int32
	for group := range s.groupCount() {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if least, most, ok := s.bounds(parquetTexts[c], group); ok && (most < int64(lo) || least > int64(hi)) {
			continue
		}
		if ids, err = s.readIDs(c, group, ids[:0]); err != nil {
			return false, err
		}
		for i, id := range ids {
			if set.has(int(id)) && !yield(uint64(s.base)+uint64(group)*groupRows+uint64(i), id) {
				return false, nil
			}
		}
	}
	return true, nil
}

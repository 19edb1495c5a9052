package index

import (
	"context"
	"fmt"
	"sync"

	"spoor/triage"
)

// A wholeStore is a snapshot as triage.Conclude asks it.
type wholeStore struct {
	store *Store
	snap  *snapshot
}

// Whole is the store as it is now, for triage.Conclude. It is usable until the store is closed.
func (s *Store) Whole() triage.Whole { return s.whole() }

func (s *Store) whole() *wholeStore {
	snap, err := s.hold()
	if err != nil {
		return &wholeStore{s, &snapshot{}}
	}
	defer s.release()
	return &wholeStore{s, snap}
}

// Clients is 0 if the store cannot be read.
func (w *wholeStore) Clients() int {
	if _, err := w.store.hold(); err != nil {
		return 0
	}
	defer w.store.release()
	c, err := w.snap.counts()
	if err != nil {
		return 0
	}
	return c.Clients
}

// Client is who sent a request.
func (w *wholeStore) Client(row uint64) (string, error) {
	if _, err := w.store.hold(); err != nil {
		return "", err
	}
	defer w.store.release()
	seg, i := w.snap.locate(int64(row))
	id, err := seg.id(colClient, i)
	if err != nil {
		return "", err
	}
	return seg.text(colClient, id)
}

func (w *wholeStore) Cite(row uint64) triage.Cite { return w.store.cite(w.snap, row) }

// Count is how many requests have each of the texts in a column. The empty text stands for none.
func (w *wholeStore) Count(c triage.Column, texts []string) ([]int, error) {
	if _, err := w.store.hold(); err != nil {
		return nil, err
	}
	defer w.store.release()
	set := newHashSet(len(texts))
	hashes := make([]uint64, len(texts))
	for i, text := range texts {
		hashes[i] = hashText(text)
		set.add(hashes[i], i)
	}
	sums := make([]int, len(texts)) // of the last one of equal texts
	for _, seg := range w.snap.segments {
		t, err := seg.tally(textOf[c])
		if err != nil {
			return nil, fmt.Errorf("count requests: %w", err)
		}
		for id, h := range t.hashes {
			if i, ok := set.find(h); ok {
				sums[i] += int(t.rows[id])
			}
		}
		if i, ok := set.find(hashText("")); ok {
			sums[i] -= int(seg.meta.Rejected) // lines that are no requests have no texts
		}
	}
	out := make([]int, len(texts))
	for i, h := range hashes {
		out[i] = sums[set.at[h]]
	}
	return out, nil
}

// Requests asks the test once for each text of each part, and reads the rows of groups that have such a text.
func (w *wholeStore) Requests(path func(string) bool, yield func(v *triage.Visit, path string) bool) error {
	for _, seg := range w.snap.segments {
		more, err := w.requests(seg, path, nil, func(v *triage.Visit, path string, _ *Asked) bool { return yield(v, path) })
		if err != nil {
			return fmt.Errorf("read the requests: %w", err)
		}
		if !more {
			return nil
		}
	}
	return nil
}

// requests yields those of a segment, with their texts where the path satisfies texts, which may be nil; more is false
// if yield wants no more. A few row groups are read at a time, on all cores.
func (w *wholeStore) requests(seg *segment, path, texts func(string) bool, yield func(*triage.Visit, string, *Asked) bool) (more bool, err error) {
	found, err := w.pathsOf(seg, path)
	if err != nil || len(found) == 0 {
		return true, err
	}
	set := newBitset(seg.meta.Texts[colPath])
	var asked bitset
	for id, p := range found {
		set.set(int(id))
		if texts != nil && texts(p) {
			if asked == nil {
				asked = newBitset(seg.meta.Texts[colPath])
			}
			asked.set(int(id))
		}
	}
	groups := seg.groupCount()
	for from := 0; from < groups; from += requestGroups {
		hits := make([]groupHits, min(requestGroups, groups-from))
		err := eachGroup(context.Background(), len(hits), func(i int) (err error) {
			hits[i], err = w.group(seg, from+i, set, asked)
			return err
		})
		if err != nil {
			return false, err
		}
		for _, h := range hits {
			for i := range h.visits {
				var a *Asked
				if h.asked != nil {
					a = h.asked[i]
				}
				if !yield(&h.visits[i], found[int32(h.visits[i].Path)], a) {
					return false, nil
				}
			}
		}
	}
	return true, nil
}

// groupHits are requests of a row group, and the texts of some of them.
type groupHits struct {
	visits []triage.Visit
	asked  []*Asked // of each visit; nil if none is wanted
}

// visitGroups are buffers of row groups.
var visitGroups = sync.Pool{New: func() any { return new(visitGroup) }}

// requestGroups is how many row groups are read at a time.
const requestGroups = 4

// pathsOf are the paths of a segment that pass, by number.
func (w *wholeStore) pathsOf(seg *segment, path func(string) bool) (map[int32]string, error) {
	if _, err := w.store.hold(); err != nil {
		return nil, err
	}
	defer w.store.release()
	found := map[int32]string{}
	if path("") {
		found[0] = ""
	}
	err := seg.eachText(colPath, 1, seg.meta.Texts[colPath], func(id int, text, _ string) bool {
		if path(text) {
			found[int32(id)] = text
		}
		return true
	})
	return found, err
}

// group gives the requests of a row group whose path is in the set, with texts those whose path is in asked. Only if
// there are some, it reads more than the paths.
func (w *wholeStore) group(seg *segment, group int, set, asked bitset) (out groupHits, err error) {
	if _, err := w.store.hold(); err != nil {
		return out, err
	}
	defer w.store.release()
	lo, hi := limits(set)
	if least, most, ok := seg.bounds(parquetTexts[colPath], group); ok && (most < int64(lo) || least > int64(hi)) {
		return out, nil
	}
	g := visitGroups.Get().(*visitGroup)
	defer visitGroups.Put(g)
	if g.texts[triage.Paths], err = seg.readIDs(colPath, group, g.texts[triage.Paths][:0]); err != nil {
		return out, err
	}
	ids := g.texts[triage.Paths]
	var rows []int
	for i, id := range ids {
		if set.has(int(id)) {
			rows = append(rows, i)
		}
	}
	if len(rows) == 0 {
		return out, nil
	}
	g.texts[visitReject] = g.texts[visitReject][:0]
	if set.has(0) { // lines that are no requests have the empty path
		if g.texts[visitReject], err = seg.readIDs(colReject, group, g.texts[visitReject]); err != nil {
			return out, err
		}
	}
	if err := g.readInts(seg, group); err != nil {
		return out, err
	}
	rejects := g.texts[visitReject]
	out.visits = make([]triage.Visit, 0, len(rows))
	for _, i := range rows {
		if len(rejects) > 0 && rejects[i] != 0 {
			continue
		}
		v := triage.Visit{Row: uint64(seg.base) + uint64(group)*groupRows + uint64(i), Path: uint32(ids[i])}
		g.fillInts(&v, i)
		out.visits = append(out.visits, v)
	}
	if asked != nil {
		out.asked, err = w.asked(seg, out.visits, asked)
	}
	return out, err
}

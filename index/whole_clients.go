package index

import (
	"context"
	"fmt"

	"spoor/triage"
)

// Of yields the requests of the clients, part by part, with the findings of their own text. The store is not held
// while it yields.
func (w *wholeStore) Of(clients []string, yield func(row uint64, r *triage.Request, found []triage.Finding) bool) error {
	want := newHashSet(len(clients))
	for i, c := range clients {
		if c != "" {
			want.add(hashText(c), i)
		}
	}
	for _, seg := range w.snap.segments {
		set, err := w.clientsOf(seg, want)
		if err != nil {
			return fmt.Errorf("read the requests of clients: %w", err)
		}
		if set.empty() {
			continue
		}
		for group := range seg.groupCount() {
			rows, err := w.rowsOf(seg, group, set)
			if err != nil {
				return fmt.Errorf("read the requests of clients: %w", err)
			}
			for len(rows) > 0 {
				n := min(len(rows), clientRows)
				part, err := w.judged(rows[:n])
				if err != nil {
					return fmt.Errorf("read the requests of clients: %w", err)
				}
				for i := range part {
					if !yield(uint64(rows[i]), &part[i].request, part[i].findings) {
						return nil
					}
				}
				rows = rows[n:]
			}
		}
	}
	return nil
}

// clientRows is how many requests Of reads at a time.
const clientRows = 512

// clientsOf are the numbers that a segment has for clients of the set.
func (w *wholeStore) clientsOf(seg *segment, want *hashSet) (bitset, error) {
	if _, err := w.store.hold(); err != nil {
		return nil, err
	}
	defer w.store.release()
	set := newBitset(seg.meta.Texts[colClient])
	t, err := seg.tally(colClient)
	if err != nil {
		return nil, err
	}
	for id, h := range t.hashes {
		if _, ok := want.find(h); ok && id > 0 {
			set.set(id)
		}
	}
	return set, nil
}

// rowsOf are the rows of the store, of a row group, whose client is in the set.
func (w *wholeStore) rowsOf(seg *segment, group int, set bitset) ([]int64, error) {
	if _, err := w.store.hold(); err != nil {
		return nil, err
	}
	defer w.store.release()
	lo, hi := limits(set)
	if least, most, ok := seg.bounds(parquetTexts[colClient], group); ok && (most < int64(lo) || least > int64(hi)) {
		return nil, nil
	}
	g := visitGroups.Get().(*visitGroup)
	defer visitGroups.Put(g)
	var err error
	if g.texts[triage.Clients], err = seg.readIDs(colClient, group, g.texts[triage.Clients][:0]); err != nil {
		return nil, err
	}
	var rows []int64
	for i, id := range g.texts[triage.Clients] {
		if set.has(int(id)) {
			rows = append(rows, seg.base+int64(group)*groupRows+int64(i))
		}
	}
	return rows, nil
}

// judged reads rows with the findings of their text, on all cores.
func (w *wholeStore) judged(rows []int64) ([]judgedRequest, error) {
	if _, err := w.store.hold(); err != nil {
		return nil, err
	}
	defer w.store.release()
	out := make([]judgedRequest, len(rows))
	err := w.snap.eachRow(context.Background(), rows, func(r *rowReader, i int) error {
		return r.judgedRequest(rows[i], true, &out[i])
	})
	return out, err
}

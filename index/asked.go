package index

import (
	"fmt"

	"spoor/triage"
)

// Asked is what a request asks its path for.
type Asked struct{ Method, Query, Body string }

// Asked is as Requests of the whole, and gives what is asked by requests whose path satisfies texts too; nil by others.
func (s *Store) Asked(path, texts func(string) bool, yield func(v *triage.Visit, path string, a *Asked) bool) error {
	w := s.whole()
	for _, seg := range w.snap.segments {
		more, err := w.requests(seg, path, texts, yield)
		if err != nil {
			return fmt.Errorf("read the requests: %w", err)
		}
		if !more {
			return nil
		}
	}
	return nil
}

// asked reads the texts of requests of one row group whose path is in the set, by row. The store is held.
func (w *wholeStore) asked(seg *segment, visits []triage.Visit, set bitset) (map[uint64]*Asked, error) {
	out := map[uint64]*Asked{}
	r := &rowReader{snap: w.snap, seg: seg}
	for i := range visits {
		v := &visits[i]
		if !set.has(int(v.Path)) {
			continue
		}
		a := &Asked{}
		for _, c := range [...]struct {
			of  column
			dst *string
		}{{colMethod, &a.Method}, {colQuery, &a.Query}, {colBody, &a.Body}} {
			var err error
			if *c.dst, err = r.text(c.of, int64(v.Row)-seg.base); err != nil {
				return nil, err
			}
		}
		out[v.Row] = a
	}
	return out, nil
}

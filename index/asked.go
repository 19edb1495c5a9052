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

// asked reads the texts of requests of one row group whose path is in the set, in the place of each; nil of the others.
// The store is held.
func (w *wholeStore) asked(seg *segment, visits []triage.Visit, set bitset) ([]*Asked, error) {
	out := make([]*Asked, len(visits))
	n := 0
	for i := range visits {
		if set.has(int(visits[i].Path)) {
			n++
		}
	}
	room := make([]Asked, 0, n)
	r := &rowReader{snap: w.snap, seg: seg}
	for i := range visits {
		v := &visits[i]
		if !set.has(int(v.Path)) {
			continue
		}
		var texts [3]string
		for k, c := range [...]column{colMethod, colQuery, colBody} {
			var err error
			if texts[k], err = r.text(c, int64(v.Row)-seg.base); err != nil {
				return nil, err
			}
		}
		room = append(room, Asked{texts[0], texts[1], texts[2]})
		out[i] = &room[len(room)-1]
	}
	return out, nil
}

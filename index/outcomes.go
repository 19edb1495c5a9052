package index

import (
	"context"
	"path/filepath"
	"sync"

	"spoor/triage"
	"spoor/triage/outcome"
)

// Outcomes is how the attacks of the case fared, SQL injection apart.
type Outcomes struct {
	Made   string // of what and by what it was made; the caller's own
	Result outcome.Result
}

// lazyOutcomes is what was kept, read when it is first asked for.
type lazyOutcomes struct {
	once sync.Once
	v    *Outcomes
	err  error
}

// PutOutcomes keeps how the attacks fared, in place of what was kept before.
func (s *Store) PutOutcomes(v *Outcomes) error {
	return s.putPart("outcomes", v, func(m *manifest, name string) { m.Outcomes = name })
}

// Outcomes is what PutOutcomes kept; nil before the first. The caller does not change it.
func (s *Store) Outcomes() (*Outcomes, error) {
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	if snap.outcomes == nil {
		return nil, nil
	}
	l, name := snap.outcomes, snap.manifest.Outcomes
	l.once.Do(func() {
		v := new(Outcomes)
		if l.err = readPart(filepath.Join(s.dir, name), v); l.err == nil {
			l.v = v
		}
	})
	return l.v, l.err
}

// judgedRows is how many requests EachJudged reads at a time.
const judgedRows = 1024

// EachJudged calls yield for each request of the result in its order, with its row and all its findings, highest
// first, until yield returns an error, which EachJudged then returns. Lines that are no requests are left out. The
// store is not held while it yields.
func (r *Result) EachJudged(ctx context.Context, yield func(row uint64, q *triage.Request, found []triage.Finding) error) error {
	for from := 0; from < r.Len(); from += judgedRows {
		rows, part, err := r.judged(ctx, from)
		if err != nil {
			return err
		}
		for i := range part {
			if part[i].request.Reject != "" {
				continue
			}
			if err := firstError(ctx.Err(), yield(uint64(rows[i]), &part[i].request, part[i].findings)); err != nil {
				return err
			}
		}
	}
	return nil
}

// judged reads the next requests, on all cores.
func (r *Result) judged(ctx context.Context, from int) ([]int64, []judgedRequest, error) {
	snap, err := r.hold()
	if err != nil {
		return nil, nil, err
	}
	defer r.store.release()
	var rows []int64
	err = r.each(from, judgedRows, func(row int64) error {
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	out := make([]judgedRequest, len(rows))
	err = eachGroup(ctx, len(rows), func(i int) error {
		q, err := snap.request(rows[i])
		if err != nil {
			return err
		}
		found, err := snap.findings(rows[i])
		out[i] = judgedRequest{*q, found}
		return err
	})
	return rows, out, err
}

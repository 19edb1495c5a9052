package index

import (
	"context"
	"math"
	"path/filepath"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

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

// PutLooks keeps what injection read and how the attacks fared, in place of what was kept before; nil leaves that.
func (s *Store) PutLooks(stolen *Stolen, outcomes *Outcomes) error {
	if stolen == nil && outcomes == nil {
		return nil
	}
	c, err := s.begin()
	if err != nil {
		return err
	}
	defer c.end()
	if stolen != nil {
		if err := c.put("stolen", stolen, func(m *manifest, name string) { m.Stolen = name }); err != nil {
			return err
		}
	}
	if outcomes != nil {
		if err := c.put("outcomes", outcomes, func(m *manifest, name string) { m.Outcomes = name }); err != nil {
			return err
		}
	}
	return c.commit()
}

// Outcomes is what PutLooks kept; nil before the first. The caller does not change it.
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

// EachJudged calls yield for each request of the result in its order, with its row and, where of says so, all its
// findings, highest first, until yield returns an error, which EachJudged then returns. Lines that are
// no requests are left out. What yield is given is written over afterwards. The store is not held while it yields.
func (r *Result) EachJudged(ctx context.Context, of func(row uint64) bool, yield func(row uint64, q *triage.Request, found []triage.Finding) error) error {
	var rows []int64
	part := make([]judgedRequest, min(r.Len(), judgedRows))
	for from := 0; from < r.Len(); from += judgedRows {
		var err error
		if rows, err = r.judged(ctx, from, of, rows[:0], part); err != nil {
			return err
		}
		for i, row := range rows {
			if part[i].request.Reject != "" {
				continue
			}
			if err := firstError(ctx.Err(), yield(uint64(row), &part[i].request, part[i].findings)); err != nil {
				return err
			}
		}
	}
	return nil
}

// judged reads the next requests into out, on all cores.
func (r *Result) judged(ctx context.Context, from int, of func(row uint64) bool, rows []int64, out []judgedRequest) ([]int64, error) {
	snap, err := r.hold()
	if err != nil {
		return nil, err
	}
	defer r.store.release()
	err = r.each(from, judgedRows, func(row int64) error {
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rows, snap.eachRow(ctx, rows, func(r *rowReader, i int) (err error) {
		out[i].findings = nil
		if err = r.request(rows[i], &out[i].request); err == nil && of(uint64(rows[i])) {
			out[i].findings, err = r.findings(rows[i])
		}
		return err
	})
}

// HasRow reports whether a row is in the result, numbered as EachJudged does.
func (r *Result) HasRow(row uint64) bool { return row <= math.MaxUint32 && r.set.Contains(uint32(row)) }

// With is the requests of both results, in the order of time.
func (r *Result) With(other *Result) *Result {
	return &Result{store: r.store, snap: r.snap, set: roaring.Or(r.set, other.set)}
}

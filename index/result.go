package index

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"
	"golang.org/x/sync/errgroup"

	"spoor/triage"
)

// A Result is what a query found: requests in an order, and files. It stays as it is when the store changes.
// Its methods may be called from many goroutines until the store is closed.
type Result struct {
	store *Store
	snap  *snapshot
	set   *roaring.Bitmap // rows of the store
	files []triage.File

	mu    sync.Mutex
	order ordering        // nil before it is asked for
	hot   *roaring.Bitmap // the rows with a finding of level medium or above; nil before it is asked for
}

// A Row is a request of a result with what is known about it. A line that is no request is one too.
type Row struct {
	triage.Request
	Level   triage.Level // highest of its findings
	Classes []triage.Class
	Verdict string // the analyst's, empty if there is none
	Noted   bool   // whether there is a note on it
	Raw     string // of a line that is no request: its text, the first 4,096 bytes; else empty
}

// Search finds the requests that match a query, in the order of time and then of load, and the files that match.
// Requests without time come last. The error is ctx's if it is done.
func (s *Store) Search(ctx context.Context, q *Query) (*Result, error) {
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	r := &Result{store: s, snap: snap, set: roaring.New()}
	r.files = snap.findFiles(q.root)
	root, ok := restrict(q.root, false)
	if !ok {
		return r, nil
	}
	if root, err = snap.resolve(root); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if err := r.search(ctx, root); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return r, nil
}

// search adds the rows that match: first each segment makes its plan, and then the row groups of all are tested.
func (r *Result) search(ctx context.Context, root node) error {
	segments := r.snap.segments
	plans := make([]*plan, len(segments))
	err := eachGroup(ctx, len(segments), func(i int) (err error) {
		plans[i], err = (&planner{ctx, r.snap, segments[i]}).plan(root)
		return err
	})
	if err != nil {
		return err
	}
	type part struct {
		seg   *segment
		plan  *plan
		group int
		found bitset // rows of the group; nil if there is none
	}
	var parts []part
	for i, seg := range segments {
		switch plans[i].op {
		case planNone:
		case planAll:
			r.set.AddRange(uint64(seg.base), uint64(seg.base+seg.meta.Rows))
		default:
			for group := range seg.groupCount() {
				parts = append(parts, part{seg: seg, plan: plans[i], group: group})
			}
		}
	}
	err = eachGroup(ctx, len(parts), func(i int) error {
		p := &parts[i]
		out := newBitset(p.seg.groupLen(p.group))
		if err := p.plan.run(p.seg, p.group, out); err != nil {
			return err
		}
		if !out.empty() {
			p.found = out
		}
		return nil
	})
	if err != nil {
		return err
	}
	var rows []uint32
	for i := range parts {
		p := &parts[i]
		rows = rows[:0]
		first := p.seg.base + int64(p.group)*groupRows
		p.found.each(func(i int) bool {
			rows = append(rows, uint32(first+int64(i)))
			return true
		})
		r.set.AddMany(rows)
	}
	return nil
}

// eachGroup calls do for the numbers 0 to n-1 on all cores.
func eachGroup(ctx context.Context, n int, do func(group int) error) error {
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range min(n, runtime.GOMAXPROCS(0)) {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := do(i); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

// Len is how many requests were found.
func (r *Result) Len() int { return int(r.set.GetCardinality()) }

// Files are the files found, in the order of PutFiles.
func (r *Result) Files() []triage.File { return r.files }

// Rows are at most n requests of the result, beginning with number from (from 0).
func (r *Result) Rows(from, n int) ([]Row, error) {
	snap, err := r.hold()
	if err != nil {
		return nil, err
	}
	defer r.store.release()
	var rows []int64
	err = r.each(from, n, func(row int64) error {
		rows = append(rows, row)
		return nil
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	out := make([]Row, len(rows))
	err = snap.eachRow(context.Background(), rows, func(r *rowReader, i int) error { return r.row(rows[i], &out[i]) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// each calls yield for at most n rows of the result in order, beginning with number from. The store is held.
func (r *Result) each(from, n int, yield func(row int64) error) error {
	order, err := r.ordered()
	if err != nil {
		return err
	}
	if from < 0 || n <= 0 || from >= r.Len() {
		return nil
	}
	return order.each(from, min(n, r.Len()-from), yield)
}

// Find is the position of a request in the result; -1 if it is not there.
func (r *Result) Find(ref string) int {
	snap, err := r.hold()
	if err != nil {
		return -1
	}
	defer r.store.release()
	row, err := snap.rowOf(ref)
	if err != nil || !r.set.Contains(uint32(row)) {
		return -1
	}
	order, err := r.ordered()
	if err != nil {
		return -1
	}
	at, err := order.find(row)
	if err != nil {
		return -1
	}
	return at
}

// Has reports whether a request is in the result.
func (r *Result) Has(ref string) bool {
	snap, err := r.hold()
	if err != nil {
		return false
	}
	defer r.store.release()
	row, err := snap.rowOf(ref)
	return err == nil && r.set.Contains(uint32(row))
}

// hold keeps the store open and gives the result's snapshot, with the notes of now.
func (r *Result) hold() (*snapshot, error) {
	now, err := r.store.hold()
	if err != nil {
		return nil, err
	}
	snap := *r.snap
	snap.notes = now.notes
	return &snap, nil
}

// locate finds the segment of a row of the store, and its number there.
func (snap *snapshot) locate(row int64) (seg *segment, i int64) {
	lo, hi := 0, len(snap.segments)-1
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if snap.segments[mid].base <= row {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	seg = snap.segments[lo]
	return seg, row - seg.base
}

// row is one request with what is known about it.
func (snap *snapshot) row(row int64) (out Row, err error) {
	err = (&rowReader{snap: snap}).row(row, &out)
	return out, err
}

// signsWith are the signs of the findings of a row, those of the marks included.
func (snap *snapshot) signsWith(m *marks, row int64) ([]sign, error) {
	seg, i := snap.locate(row)
	sets, err := seg.signSets()
	if err != nil {
		return nil, err
	}
	id, err := seg.id(colSigns, i)
	if err != nil {
		return nil, err
	}
	signs := sets[id]
	if all := m.between(row, row+1); len(all) > 0 {
		signs, _ = m.take(signs, all)
	}
	return signs, nil
}

// Numbers are the rows of at most n requests of the result, in its order, as triage.Mark names them.
func (r *Result) Numbers(n int) ([]uint64, error) {
	if _, err := r.hold(); err != nil {
		return nil, err
	}
	defer r.store.release()
	var out []uint64
	err := r.each(0, n, func(row int64) error {
		out = append(out, uint64(row))
		return nil
	})
	return out, err
}

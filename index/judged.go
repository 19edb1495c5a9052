package index

import (
	"context"
	"math"

	"github.com/RoaringBitmap/roaring/v2"

	"spoor/triage"
)

// judgedRows is how many requests EachJudged reads at a time.
const judgedRows = 1024

// EachJudged calls yield for each request of the result in its order, with its row and, where of says so, all its
// findings, highest first, until yield returns an error, which EachJudged then returns. Lines that are
// no requests are left out. What yield is given is written over afterwards. The store is not held while it yields.
func (r *Result) EachJudged(ctx context.Context, of func(row uint64) bool, yield func(row uint64, q *triage.Request, found []triage.Finding) error) error {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	defer func() { <-done }()
	defer cancel()
	empty, full := make(chan *judgedPart, 2), make(chan *judgedPart)
	for range cap(empty) {
		empty <- &judgedPart{all: make([]judgedRequest, min(r.Len(), judgedRows))}
	}
	go func() { // reads the next ones while these are yielded
		defer close(done)
		defer close(full)
		for from := 0; from < r.Len(); from += judgedRows {
			p := <-empty
			p.rows, p.err = r.judged(ctx, from, of, p.rows[:0], p.all)
			select {
			case full <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				return
			}
		}
	}()
	for p := range full {
		if p.err != nil {
			return p.err
		}
		for i, row := range p.rows {
			if p.all[i].request.Reject != "" {
				continue
			}
			if err := firstError(ctx.Err(), yield(uint64(row), &p.all[i].request, p.all[i].findings)); err != nil {
				return err
			}
		}
		empty <- p
	}
	return ctx.Err()
}

// A judgedPart is a run of the requests of a result.
type judgedPart struct {
	rows []int64
	all  []judgedRequest // of rows, and then what is left of another run
	err  error
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
	return rows, snap.eachRow(ctx, rows, func(r *rowReader, i int) error {
		findings := of(uint64(rows[i]))
		out[i].findings = nil
		err := r.judgedRequest(rows[i], findings, &out[i])
		if findings && err == nil {
			out[i].findings = r.snap.withMarks(out[i].findings, rows[i])
		}
		return err
	})
}

// judgedRequest reads a row, and the findings of its text if these are asked for, from the copy if there is one.
func (r *rowReader) judgedRequest(row int64, findings bool, out *judgedRequest) error {
	seg, i := r.snap.locate(row)
	kept, err := seg.kept()
	if err != nil {
		return err
	}
	if raw := kept.row(i); raw != nil {
		if r.snap.fill(raw, &out.request); findings {
			out.findings, err = parseFindings(raw.judged)
		}
		return err
	}
	if err = r.request(row, &out.request); err == nil && findings {
		out.findings, err = r.judged(row)
	}
	return err
}

// HasRow reports whether a row is in the result, numbered as EachJudged does.
func (r *Result) HasRow(row uint64) bool { return row <= math.MaxUint32 && r.set.Contains(uint32(row)) }

// With is the requests of both results, in the order of time.
func (r *Result) With(other *Result) *Result {
	return &Result{store: r.store, snap: r.snap, set: roaring.Or(r.set, other.set)}
}

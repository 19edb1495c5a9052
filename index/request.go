package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"spoor/triage"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// request reads one row.
func (snap *snapshot) request(row int64) (*triage.Request, error) {
	q := new(triage.Request)
	return q, (&rowReader{snap: snap}).request(row, q)
}

// Request is the request of a reference, or of one with a longer or shorter prefix of the source's hash that only
// one source has. The error wraps ErrNotFound if there is none.
func (s *Store) Request(ref string) (*triage.Request, error) {
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	row, err := snap.rowOf(ref)
	if err != nil {
		return nil, err
	}
	return snap.request(row)
}

// Findings are the findings of one request, of its text and of behaviour, the highest level first.
func (s *Store) Findings(ref string) ([]triage.Finding, error) {
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	row, err := snap.rowOf(ref)
	if err != nil {
		return nil, err
	}
	return (&rowReader{snap: snap}).findings(row)
}

// EachFinding calls yield for each finding of each request that matches a query, in the order of Search, until it
// returns an error, which EachFinding then returns.
func (s *Store) EachFinding(ctx context.Context, q *Query, yield func(triage.Request, triage.Finding) error) error {
	q = &Query{q.text, andNode{[]node{q.root, isNode{"finding"}}}}
	r, err := s.Search(ctx, q)
	if err != nil {
		return err
	}
	for from := 0; from < r.Len(); from += eachPart {
		part, err := r.findings(from)
		if err != nil {
			return err
		}
		for _, p := range part {
			for _, f := range p.findings {
				if err := firstError(ctx.Err(), yield(p.request, f)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// eachPart is how many requests EachFinding reads at a time. The store is not held while it yields.
const eachPart = 256

type judgedRequest struct {
	request  triage.Request
	findings []triage.Finding
}

func (r *Result) findings(from int) ([]judgedRequest, error) {
	snap, err := r.hold()
	if err != nil {
		return nil, err
	}
	defer r.store.release()
	var out []judgedRequest
	reader := &rowReader{snap: snap}
	err = r.each(from, eachPart, func(row int64) (err error) {
		out = append(out, judgedRequest{})
		p := &out[len(out)-1]
		if err = reader.request(row, &p.request); err == nil {
			p.findings, err = reader.findings(row)
		}
		return err
	})
	return out, err
}

// ErrChanged says that an evidence file is not as it was when it was loaded.
var ErrChanged = errors.New("the evidence file has changed since it was loaded")

// Raw is the line of a request without its line end, as the evidence has it, at most the first weblog.MaxLine
// bytes. It is read from the evidence file; of a compressed one, from the copy in the store. The error wraps
// ErrChanged if the file's size or time of change is another one, and fs.ErrNotExist if it is gone.
func (s *Store) Raw(req *triage.Request) ([]byte, error) {
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	key, _, err := parseRef(req.Ref)
	if err != nil {
		return nil, err
	}
	i, err := snap.manifest.sourceOf(key)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, max(0, min(req.Length, weblog.MaxLine)))
	src := &snap.manifest.Sources[i]
	if p := src.packOf(req.Offset); p != nil {
		err = readPacked(filepath.Join(s.dir, filepath.FromSlash(p.Name)), buf, req.Offset-p.From)
	} else {
		err = readPlain(&src.Source, buf, req.Offset)
	}
	if err != nil {
		return nil, fmt.Errorf("read line %d of %s: %w", req.Line, triage.VisibleN(src.Path, 200), err)
	}
	return buf, nil
}

func readPacked(name string, buf []byte, offset int64) error {
	p, err := source.OpenPack(name)
	if err != nil {
		return err
	}
	defer p.Close()
	if len(buf) == 0 {
		return nil
	}
	if n, err := p.ReadAt(buf, offset); n < len(buf) {
		return err
	}
	return nil
}

func readPlain(src *triage.Source, buf []byte, offset int64) error {
	info, err := os.Stat(src.Abs)
	if err != nil {
		return fmt.Errorf("the evidence file is not there: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() != src.SizeBytes || !src.ModTime.IsZero() && !info.ModTime().Equal(src.ModTime) {
		return fmt.Errorf("%s: %w", triage.VisibleN(src.Abs, 400), ErrChanged)
	}
	f, err := os.Open(src.Abs)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.ReadAt(buf, offset)
	return err
}

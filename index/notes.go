package index

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"spoor/triage"
)

// noted is what analysts said about the records of a snapshot.
type noted struct {
	rows  map[int64]*remark  // by row of the store
	files map[string]*remark // by reference; of files, and of processes
	show  bool               // findings of what is judged benign too
}

// A remark is what was said about one record.
type remark struct {
	verdict string
	notes   []string
}

// Annotate keeps what analysts said about records, in place of what was kept before. It lives in memory: the
// case's journal has it. References that are no requests or files of the store are kept for later loads.
func (s *Store) Annotate(a []Annotation) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	snap, err := s.hold()
	if err != nil {
		return err
	}
	notes, err := resolveNotes(snap, a)
	s.release()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = slices.Clone(a)
	next := *snap
	next.annotate(notes, s.hidden)
	s.now = &next
	return nil
}

// resolveNotes finds the records that annotations speak of.
func resolveNotes(snap *snapshot, all []Annotation) (noted, error) {
	n := noted{rows: map[int64]*remark{}, files: map[string]*remark{}}
	for _, a := range all {
		var r *remark
		if strings.HasPrefix(a.Ref, "r:") {
			row, err := snap.rowOf(a.Ref)
			switch {
			case err == nil:
				r = remarkOn(n.rows, row)
			case errors.Is(err, ErrNotFound):
				r = remarkOn(n.files, a.Ref) // of a process, or not loaded yet
			default:
				return n, err
			}
		} else {
			r = remarkOn(n.files, a.Ref)
		}
		if a.Kind == "verdict" {
			r.verdict = a.Text
		} else {
			r.notes = append(r.notes, a.Text)
		}
	}
	return n, nil
}

func remarkOn[K comparable](m map[K]*remark, key K) *remark {
	r, ok := m[key]
	if !ok {
		r = &remark{}
		m[key] = r
	}
	return r
}

// where lists the rows, ascending, whose remark passes.
func (n *noted) where(pass func(*remark) bool) []int64 {
	var rows []int64
	for row, r := range n.rows {
		if pass(r) {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	return rows
}

// pass are the tests of a remark.
func (n verdictNode) pass(r *remark) bool {
	return r != nil && r.verdict != "" && n.pattern.match(r.verdict, true)
}

func (n noteNode) pass(r *remark) bool {
	return r != nil && slices.ContainsFunc(r.notes, n.phrase.match)
}

func hasNote(r *remark) bool { return r != nil && len(r.notes) > 0 }

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// parseRef splits "r:KEY.LINE".
func parseRef(ref string) (key string, line int64, err error) {
	key, number, ok := strings.Cut(strings.TrimPrefix(ref, "r:"), ".")
	if ok {
		line, err = strconv.ParseInt(number, 10, 64)
	}
	if !ok || err != nil || line < 1 {
		return "", 0, fmt.Errorf("%s is no reference of a request (r:KEY.LINE): %w", triage.VisibleN(ref, 64), ErrNotFound)
	}
	return key, line, nil
}

// rowOf is the row of the store that a reference names.
func (snap *snapshot) rowOf(ref string) (int64, error) {
	key, line, err := parseRef(ref)
	if err != nil {
		return 0, err
	}
	src, err := snap.manifest.sourceOf(key)
	if err != nil {
		return 0, err
	}
	for _, seg := range snap.segments {
		for _, sp := range seg.meta.Spans {
			if sp.Source != src || line < sp.FirstLine || line > sp.LastLine {
				continue
			}
			if row, err := seg.rowOfLine(sp, line); err != nil || row >= 0 {
				return seg.base + row, err
			}
		}
	}
	return 0, fmt.Errorf("no request %s: %w", triage.VisibleN(ref, 64), ErrNotFound)
}

// rowOfLine is the row of a line of a span; -1 if the line has none, such as a comment.
func (s *segment) rowOfLine(sp span, line int64) (int64, error) {
	var failed error
	at := func(row int64) int64 {
		line, err := s.int(intLine, row)
		if err != nil {
			failed = err
		}
		return line
	}
	n := sort.Search(int(sp.Rows), func(i int) bool { return failed != nil || at(sp.First+int64(i)) >= line })
	row := sp.First + int64(n)
	if failed != nil {
		return 0, failed
	}
	if int64(n) == sp.Rows || at(row) != line {
		return -1, failed
	}
	return row, failed
}

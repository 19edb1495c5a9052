package index

// What the analyst judged benign shows nothing: its findings answer no question, count nowhere and colour nothing,
// until they are asked for. The verdicts are annotations, so that nothing stored changes.

import (
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	"spoor/triage"
)

// Benign is the verdict that hides the findings of a record.
const Benign = "benign"

// plain is what a snapshot has before anything is hidden.
type plain struct {
	marks  marks
	files  []triage.File
	counts func() (Counts, error)
}

// ShowHidden says whether findings of records judged benign are shown like others. They are not at first.
func (s *Store) ShowHidden(show bool) error {
	s.mu.Lock()
	s.hidden = show
	notes := s.notes
	s.mu.Unlock()
	return s.Annotate(notes)
}

// Hidden is how many requests, files and processes have their findings hidden, or would if they were not shown.
func (s *Store) Hidden() int {
	snap, err := s.hold()
	if err != nil {
		return 0
	}
	defer s.release()
	n := len(snap.notes.where(isBenign))
	for ref, r := range snap.notes.files {
		if isBenign(r) && (strings.HasPrefix(ref, "r:") || strings.HasPrefix(ref, "f:")) {
			n++
		}
	}
	return n
}

// Hides reports whether the findings of a file or process are hidden.
func (s *Store) Hides(ref string) bool {
	snap, err := s.hold()
	if err != nil {
		return false
	}
	defer s.release()
	return snap.notes.hides(snap.notes.files[ref])
}

// ShowsHidden reports what ShowHidden was last told.
func (s *Store) ShowsHidden() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.hidden
}

func isBenign(r *remark) bool { return r != nil && r.verdict == Benign }

// hides reports whether the findings of a record are hidden.
func (n *noted) hides(r *remark) bool { return !n.show && isBenign(r) }

// annotate makes notes those of the snapshot, and hides what they judge benign unless it is to be shown.
func (snap *snapshot) annotate(notes noted, show bool) {
	notes.show = show
	snap.notes, snap.marks, snap.files, snap.counts = notes, snap.plain.marks, snap.plain.files, snap.plain.counts
	if rows := notes.where(notes.hides); len(rows) > 0 {
		snap.marks = snap.plain.marks.hide(rows)
		snap.counts = sync.OnceValues(func() (Counts, error) { return snap.countWithout(rows) })
	}
	own := false
	for i := range snap.files {
		if f := &snap.files[i]; len(f.Findings) > 0 && notes.hides(notes.files[f.Ref]) {
			if !own {
				snap.files, own = slices.Clone(snap.files), true
			}
			snap.files[i].Findings = nil
		}
	}
}

// hide is m with a mark on each of the rows that takes its signs away.
func (m marks) hide(rows []int64) marks {
	m.all = slices.Clone(m.all)
	for _, row := range rows {
		m.all = append(m.all, triage.Mark{Row: uint64(row), Finding: hiding})
	}
	sort.SliceStable(m.all, func(i, j int) bool { return m.all[i].Row < m.all[j].Row })
	return m
}

// countWithout is the counts of the snapshot without the findings of some rows.
func (snap *snapshot) countWithout(rows []int64) (Counts, error) {
	c, err := snap.plain.counts()
	if err != nil {
		return c, err
	}
	c.ByClass, c.ByLevel = maps.Clone(c.ByClass), maps.Clone(c.ByLevel)
	for _, row := range rows {
		signs, err := snap.signsWith(&snap.plain.marks, row)
		if err != nil {
			return c, err
		}
		c.add(signs, -1)
	}
	maps.DeleteFunc(c.ByClass, func(_ triage.Class, n int64) bool { return n == 0 })
	maps.DeleteFunc(c.ByLevel, func(_ triage.Level, n int64) bool { return n == 0 })
	return c, nil
}

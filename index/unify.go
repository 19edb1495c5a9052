package index

import (
	"fmt"

	"spoor/triage"
)

// A storeLog is all rows of a snapshot as triage reads them. The texts of all segments are numbered anew; they
// are in memory while the log is in use.
type storeLog struct {
	store    *Store
	snap     *snapshot
	texts    [len(textOf)][]string
	numbers  [][len(visitColumns)][]uint32 // by segment: from the segment's numbers to those of the log
	findings [][]triage.Finding
}

// Log is all requests of the store. It is for one goroutine, and usable until the store is closed.
func (s *Store) Log() (triage.Log, error) {
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	l := &storeLog{store: s, snap: snap, findings: [][]triage.Finding{nil}}
	for i := range textOf {
		l.texts[i] = []string{""}
	}
	var ids [visitJudged + 1]map[string]uint32
	for i := range ids {
		ids[i] = map[string]uint32{"": 0}
	}
	for _, seg := range snap.segments {
		var numbers [len(visitColumns)][]uint32
		for i := range ids {
			if numbers[i], err = l.unify(seg, i, ids[i]); err != nil {
				return nil, err
			}
		}
		l.numbers = append(l.numbers, numbers)
	}
	return l, nil
}

// unify gives the texts of a column of a segment the numbers of ids, and adds the new ones to the log.
func (l *storeLog) unify(seg *segment, i int, ids map[string]uint32) ([]uint32, error) {
	c := visitColumns[i]
	out := make([]uint32, seg.meta.Texts[c])
	var failed error
	err := seg.eachText(c, 1, len(out), func(id int, text, _ string) bool {
		n, ok := ids[text]
		if !ok {
			n = uint32(len(ids))
			ids[text] = n
			if i == visitJudged {
				var all []triage.Finding
				all, failed = parseFindings(text)
				l.findings = append(l.findings, all)
			} else {
				l.texts[i] = append(l.texts[i], text)
			}
		}
		out[id] = n
		return failed == nil
	})
	return out, firstError(failed, err)
}

func (l *storeLog) Texts(c triage.Column) int { return len(l.texts[c]) }

func (l *storeLog) Text(c triage.Column, id uint32) string { return l.texts[c][id] }

func (l *storeLog) Findings(judged uint32) []triage.Finding { return l.findings[judged] }

func (l *storeLog) Cite(row uint64) triage.Cite { return l.store.cite(l.snap, row) }

// Visits reads the parts one after the other.
func (l *storeLog) Visits(yield func(*triage.Visit) bool) error {
	for n, seg := range l.snap.segments {
		numbers, stopped := &l.numbers[n], false
		part := &partLog{store: l.store, snap: l.snap, seg: seg}
		err := part.Visits(func(v *triage.Visit) bool {
			w := *v
			for i, id := range [...]*uint32{&w.Client, &w.Method, &w.Path, &w.Query, &w.Referer, &w.Agent, &w.Host, &w.User, &w.Judged} {
				*id = numbers[i][*id]
			}
			stopped = !yield(&w)
			return !stopped
		})
		if err != nil {
			return fmt.Errorf("part %d: %w", n, err)
		}
		if stopped {
			return nil
		}
	}
	return nil
}

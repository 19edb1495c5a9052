package index

import (
	"fmt"
	"math"

	"spoor/triage"
)

// textOf are the columns of triage.Log in ours.
var textOf = [...]column{
	triage.Clients: colClient, triage.Methods: colMethod, triage.Paths: colPath, triage.Queries: colQuery,
	triage.Referers: colReferer, triage.Agents: colAgent, triage.Hosts: colHost, triage.Users: colUser,
}

// A storeLog is a snapshot as triage.Survey reads it. The texts of all segments are numbered anew; they are in
// memory while the log is in use.
type storeLog struct {
	store    *Store
	snap     *snapshot
	texts    [len(textOf)][]string
	numbers  [][len(textOf)][]uint32 // by segment: from the segment's numbers to those of the log
	judged   [][]uint32
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
	var ids [len(textOf)]map[string]uint32
	sets := map[string]uint32{"": 0}
	for i := range ids {
		ids[i] = map[string]uint32{"": 0}
	}
	for _, seg := range snap.segments {
		var numbers [len(textOf)][]uint32
		for i, c := range textOf {
			numbers[i], err = l.unify(seg, c, ids[i], func(text string) error {
				l.texts[i] = append(l.texts[i], text)
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
		judged, err := l.unify(seg, colJudged, sets, func(text string) error {
			all, err := parseFindings(text)
			l.findings = append(l.findings, all)
			return err
		})
		if err != nil {
			return nil, err
		}
		l.numbers, l.judged = append(l.numbers, numbers), append(l.judged, judged)
	}
	return l, nil
}

// unify gives the texts of a column of a segment the numbers of ids; add is called for each new one.
func (l *storeLog) unify(seg *segment, c column, ids map[string]uint32, add func(text string) error) ([]uint32, error) {
	out := make([]uint32, seg.meta.Texts[c])
	var failed error
	err := seg.eachText(c, 1, len(out), func(id int, text, _ string) bool {
		n, ok := ids[text]
		if !ok {
			n = uint32(len(ids))
			ids[text] = n
			failed = add(text)
		}
		out[id] = n
		return failed == nil
	})
	return out, firstError(failed, err)
}

func (l *storeLog) Texts(c triage.Column) int { return len(l.texts[c]) }

func (l *storeLog) Text(c triage.Column, id uint32) string { return l.texts[c][id] }

func (l *storeLog) Findings(judged uint32) []triage.Finding { return l.findings[judged] }

// Cite gives an empty citation for a row that the store does not have.
func (l *storeLog) Cite(row uint64) triage.Cite {
	if _, err := l.store.hold(); err != nil || row >= uint64(l.snap.rows) {
		if err == nil {
			l.store.release()
		}
		return triage.Cite{}
	}
	defer l.store.release()
	seg, group, i := l.snap.locate(int64(row))
	sources, err := seg.ints(intSource, group)
	if err != nil {
		return triage.Cite{}
	}
	lines, err := seg.ints(intLine, group)
	if err != nil {
		return triage.Cite{}
	}
	src := &l.snap.manifest.Sources[sources[i]]
	return triage.Cite{Ref: triage.RequestRef(src.Key, lines[i]), Source: src.Path, Line: lines[i]}
}

// Visits reads the columns a row group at a time.
func (l *storeLog) Visits(yield func(*triage.Visit) bool) error {
	for n, seg := range l.snap.segments {
		for group := range seg.groupCount() {
			g, err := l.group(seg, group)
			if err != nil {
				return fmt.Errorf("read the requests: %w", err)
			}
			for i, reject := range g.rejects {
				if reject != 0 {
					continue
				}
				v := g.visit(l, n, i)
				v.Row = uint64(seg.base) + uint64(group)*groupRows + uint64(i)
				if !yield(&v) {
					return nil
				}
			}
		}
	}
	return nil
}

// A visitGroup is the columns of a row group that a Visit needs.
type visitGroup struct {
	rejects, judged            []int32
	texts                      [len(textOf)][]int32
	time, status, size, millis []int64
}

func (l *storeLog) group(seg *segment, group int) (g visitGroup, err error) {
	if _, err := l.store.hold(); err != nil {
		return g, err
	}
	defer l.store.release()
	ids := func(c column) (out []int32) {
		if err == nil {
			out, err = seg.ids(c, group)
		}
		return out
	}
	ints := func(c intColumn) (out []int64) {
		if err == nil {
			out, err = seg.ints(c, group)
		}
		return out
	}
	g.rejects, g.judged = ids(colReject), ids(colJudged)
	for i, c := range textOf {
		g.texts[i] = ids(c)
	}
	g.time, g.status, g.size, g.millis = ints(intTime), ints(intStatus), ints(intSize), ints(intMillis)
	return g, err
}

func (g *visitGroup) visit(l *storeLog, seg, i int) triage.Visit {
	text := func(c triage.Column) uint32 { return l.numbers[seg][c][g.texts[c][i]] }
	return triage.Visit{
		Time: g.time[i], Client: text(triage.Clients), Method: text(triage.Methods), Path: text(triage.Paths),
		Query: text(triage.Queries), Referer: text(triage.Referers), Agent: text(triage.Agents),
		Host: text(triage.Hosts), User: text(triage.Users), Status: uint16(min(g.status[i], math.MaxUint16)), Size: g.size[i],
		Millis: g.millis[i], Judged: l.judged[seg][g.judged[i]],
	}
}

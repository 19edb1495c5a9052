package index

import (
	"fmt"
	"math"
	"slices"

	"spoor/triage"
)

// textOf are the columns of triage.Log in ours.
var textOf = [...]column{
	triage.Clients: colClient, triage.Methods: colMethod, triage.Paths: colPath, triage.Queries: colQuery,
	triage.Referers: colReferer, triage.Agents: colAgent, triage.Hosts: colHost, triage.Users: colUser,
}

// A partLog is the rows of one segment as triage reads them, with the segment's own numbers of texts.
type partLog struct {
	store    *Store
	snap     *snapshot
	seg      *segment
	findings map[uint32][]triage.Finding // by number of the set; some of them
	pages    [len(textOf)]partPage       // of each column, the one used last
	err      error                       // the first error of Text and Findings, which Visits and PutSummary give
}

// A partPage is textGroup texts of a column, from number page*textGroup.
type partPage struct {
	texts textRun
	page  int
}

// maxFindings bounds the sets of findings a partLog keeps.
const maxFindings = 1 << 14

func (l *partLog) Texts(c triage.Column) int { return l.seg.meta.Texts[textOf[c]] }

// Text gives the empty text if it cannot be read; the Visits at hand or the next one, and PutSummary, say why.
func (l *partLog) Text(c triage.Column, id uint32) string {
	if id == 0 {
		return ""
	}
	p := &l.pages[c]
	if page := int(id) / textGroup; p.texts.offsets == nil || p.page != page {
		t, err := l.page(textOf[c], page)
		if err != nil {
			l.err = firstError(l.err, err)
			return ""
		}
		*p = partPage{t, page}
	}
	if i := int(id) % textGroup; i < p.texts.len() {
		return p.texts.text(i)
	}
	return ""
}

func (l *partLog) page(c column, page int) (textRun, error) {
	if _, err := l.store.hold(); err != nil {
		return textRun{}, err
	}
	defer l.store.release()
	t, err := l.seg.textPage(c, page)
	if err != nil {
		return textRun{}, err
	}
	return t.texts, nil
}

// Findings gives none if they cannot be read; see Text.
func (l *partLog) Findings(judged uint32) []triage.Finding {
	if judged == 0 {
		return nil
	}
	all, ok := l.findings[judged]
	if ok {
		return all
	}
	t, err := l.page(colJudged, int(judged)/textGroup)
	if err == nil && int(judged)%textGroup >= t.len() {
		err = fmt.Errorf("%s: no findings %d; load the evidence again", l.seg.dir, judged)
	}
	if err == nil {
		all, err = parseFindings(t.text(int(judged) % textGroup))
	}
	if err != nil {
		l.err = firstError(l.err, err)
		return nil
	}
	if len(l.findings) >= maxFindings {
		clear(l.findings)
	}
	l.findings[judged] = all
	return all
}

func (l *partLog) Cite(row uint64) triage.Cite { return l.store.cite(l.snap, row) }

// cite gives an empty citation for a row that the store does not have.
func (s *Store) cite(snap *snapshot, row uint64) triage.Cite {
	if row >= uint64(snap.rows) {
		return triage.Cite{}
	}
	if _, err := s.hold(); err != nil {
		return triage.Cite{}
	}
	defer s.release()
	seg, i := snap.locate(int64(row))
	source, err := seg.int(intSource, i)
	if err != nil {
		return triage.Cite{}
	}
	line, err := seg.int(intLine, i)
	if err != nil {
		return triage.Cite{}
	}
	src := &snap.manifest.Sources[source]
	return triage.Cite{Ref: triage.RequestRef(src.Key, line), Source: src.Path, Line: line}
}

// Audits implements triage's auditor: whether a source of the segment is an audit log.
func (l *partLog) Audits() bool {
	return slices.ContainsFunc(l.seg.meta.Spans, func(sp span) bool { return l.snap.manifest.Sources[sp.Source].audit() })
}

// Visits reads the columns a row group at a time.
func (l *partLog) Visits(yield func(*triage.Visit) bool) error {
	var g visitGroup
	audits := l.Audits()
	for group := range l.seg.groupCount() {
		if err := firstError(l.err, l.read(&g, group)); err != nil {
			return fmt.Errorf("read the requests: %w", err)
		}
		v := triage.Visit{Row: uint64(l.seg.base) + uint64(group)*groupRows - 1}
		for i, reject := range g.texts[visitReject] {
			v.Row++
			if reject != 0 {
				continue
			}
			g.fill(&v, i)
			v.Audit = audits && l.snap.manifest.Sources[v.Source].audit()
			if !yield(&v) {
				return l.err
			}
		}
	}
	return l.err
}

// visitColumns are the columns of texts that a Visit needs, and the reject, which decides whether there is one.
var visitColumns = [...]column{colClient, colMethod, colPath, colQuery, colReferer, colAgent, colHost, colUser, colJudged, colReject}

// Positions in visitColumns beyond those of textOf.
const (
	visitJudged = len(textOf)
	visitReject = len(textOf) + 1
)

// A visitGroup is the columns of a row group that a Visit needs. It is read anew for each group.
type visitGroup struct {
	texts                              [len(visitColumns)][]int32
	source, time, status, size, millis []int64
}

func (l *partLog) read(g *visitGroup, group int) error {
	if _, err := l.store.hold(); err != nil {
		return err
	}
	defer l.store.release()
	var err error
	for i, c := range visitColumns {
		if g.texts[i], err = l.seg.readIDs(c, group, g.texts[i][:0]); err != nil {
			return err
		}
	}
	return g.readInts(l.seg, group)
}

func (g *visitGroup) readInts(seg *segment, group int) (err error) {
	for _, c := range [...]struct {
		of  intColumn
		dst *[]int64
	}{{intSource, &g.source}, {intTime, &g.time}, {intStatus, &g.status}, {intSize, &g.size}, {intMillis, &g.millis}} {
		if *c.dst, err = readColumn(seg, parquetInts[c.of], group, (*c.dst)[:0], (*pageValues).int64s); err != nil {
			return err
		}
	}
	return nil
}

// fill makes the Visit of row i of the group, but for the number of the row.
func (g *visitGroup) fill(v *triage.Visit, i int) {
	v.Client, v.Method = uint32(g.texts[triage.Clients][i]), uint32(g.texts[triage.Methods][i])
	v.Path, v.Query = uint32(g.texts[triage.Paths][i]), uint32(g.texts[triage.Queries][i])
	v.Referer, v.Agent = uint32(g.texts[triage.Referers][i]), uint32(g.texts[triage.Agents][i])
	v.Host, v.User = uint32(g.texts[triage.Hosts][i]), uint32(g.texts[triage.Users][i])
	v.Judged = uint32(g.texts[visitJudged][i])
	g.fillInts(v, i)
}

func (g *visitGroup) fillInts(v *triage.Visit, i int) {
	v.Source, v.Time, v.Status = uint32(g.source[i]), g.time[i], uint16(min(max(g.status[i], 0), math.MaxUint16))
	v.Size, v.Millis = g.size[i], g.millis[i]
}

package index

import (
	"context"
	"runtime"
	"time"

	"spoor/triage"
)

// A rowReader reads rows of a snapshot one after another. It keeps the piece of each column that it read last, so
// that of neighbouring rows all but the first cost no look-up. It is for one goroutine. The store is held while it
// reads.
type rowReader struct {
	snap  *snapshot
	seg   *segment
	ints  [intColumns]run[int64]
	ids   [textColumns]run[int32]
	texts [textColumns]textsRead
}

// textsRead is the page of texts of a column that was read last.
type textsRead struct {
	page int
	t    *textPage // nil before the first
}

// Rows of one goroutine of eachRow: enough of them that what they share is worth it.
const (
	minRowRun = 16
	maxRowRun = 256
)

// eachRow calls do with the number of each row in a list, on all cores, each of them with neighbours.
func (snap *snapshot) eachRow(ctx context.Context, rows []int64, do func(r *rowReader, i int) error) error {
	size := min(max(len(rows)/runtime.GOMAXPROCS(0), minRowRun), maxRowRun)
	return eachGroup(ctx, (len(rows)+size-1)/size, func(k int) error {
		r := &rowReader{snap: snap}
		for i := k * size; i < min((k+1)*size, len(rows)); i++ {
			if err := do(r, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// at goes to a row and gives its number in its segment.
func (r *rowReader) at(row int64) int64 {
	if s := r.seg; s != nil && row >= s.base && row-s.base < s.meta.Rows {
		return row - s.base
	}
	seg, i := r.snap.locate(row)
	*r = rowReader{snap: r.snap, seg: seg}
	return i
}

func (r *rowReader) int(c intColumn, i int64) (int64, error) {
	if !r.ints[c].has(i) {
		var err error
		if r.ints[c], err = r.seg.intRun(c, i); err != nil {
			return 0, err
		}
	}
	return r.ints[c].at(i), nil
}

func (r *rowReader) id(c column, i int64) (int32, error) {
	if !r.ids[c].has(i) {
		var err error
		if r.ids[c], err = r.seg.idRun(c, i); err != nil {
			return 0, err
		}
	}
	return r.ids[c].at(i), nil
}

// text is the text of a column of a row.
func (r *rowReader) text(c column, i int64) (string, error) {
	id, err := r.id(c, i)
	if err != nil || id == 0 {
		return "", err
	}
	last := &r.texts[c]
	if page := int(id) / textGroup; last.t == nil || last.page != page {
		t, err := r.seg.textPage(c, page)
		if err != nil {
			return "", err
		}
		*last = textsRead{page, t}
	}
	return last.t.texts.text(int(id) % textGroup), nil
}

// A rawRow is a row as its segment has it.
type rawRow struct {
	ints   [intColumns]int64
	texts  [colRaw]string
	judged string // the findings of its text; only where they were asked for
}

// raw reads a row of the store without its findings.
func (r *rowReader) raw(row int64, out *rawRow) error {
	i := r.at(row)
	var err error
	for c := range intColumns {
		if out.ints[c], err = r.int(c, i); err != nil {
			return err
		}
	}
	for c := range colRaw {
		if out.texts[c], err = r.text(c, i); err != nil {
			return err
		}
	}
	return nil
}

// request reads a row of the store into q.
func (r *rowReader) request(row int64, q *triage.Request) error {
	var raw rawRow
	if err := r.raw(row, &raw); err != nil {
		return err
	}
	r.snap.fill(&raw, q)
	return nil
}

// fill makes a request of a row.
func (snap *snapshot) fill(raw *rawRow, q *triage.Request) {
	ints, texts := &raw.ints, &raw.texts
	src := &snap.manifest.Sources[ints[intSource]]
	*q = triage.Request{
		Ref: triage.RequestRef(src.Key, ints[intLine]), Source: src.Path, Line: ints[intLine],
		Offset: ints[intOffset], Length: int(ints[intLength]),
		Client: texts[colClient], User: texts[colUser], Method: texts[colMethod], Path: texts[colPath],
		Query: texts[colQuery], Protocol: texts[colProtocol], Referer: texts[colReferer], Agent: texts[colAgent],
		Host: texts[colHost], Body: texts[colBody], Answer: texts[colAnswer], Reject: texts[colReject],
		Audit:  src.audit(),
		Status: int(ints[intStatus]), Size: ints[intSize], Millis: ints[intMillis],
	}
	if ints[intTime] != 0 {
		q.Time = time.UnixMilli(ints[intTime]).UTC()
	}
}

// judged are the findings of the text of a row of the store.
func (r *rowReader) judged(row int64) ([]triage.Finding, error) {
	text, err := r.text(colJudged, r.at(row))
	if err != nil {
		return nil, err
	}
	return parseFindings(text)
}

// withMarks adds the findings of behaviour of a row to those of its text, the highest level first.
func (snap *snapshot) withMarks(all []triage.Finding, row int64) []triage.Finding {
	marks := snap.plain.marks.between(row, row+1)
	if len(marks) == 0 {
		return all // as sorted when they were kept
	}
	for _, m := range marks {
		all = append(all, snap.marks.findings[m.Finding])
	}
	sortFindings(all)
	return all
}

// findings are the findings of a row of the store, of its text and of behaviour, the highest level first.
func (r *rowReader) findings(row int64) ([]triage.Finding, error) {
	all, err := r.judged(row)
	if err != nil {
		return nil, err
	}
	return r.snap.withMarks(all, row), nil
}

// row reads a row of the store with what is known about it.
func (r *rowReader) row(row int64, out *Row) error {
	if err := r.request(row, &out.Request); err != nil {
		return err
	}
	if out.Reject != "" {
		var err error
		if out.Raw, err = r.text(colRaw, row-r.seg.base); err != nil {
			return err
		}
	}
	sets, err := r.seg.signSets()
	if err != nil {
		return err
	}
	id, err := r.id(colSigns, row-r.seg.base)
	if err != nil {
		return err
	}
	signs := sets[id]
	if all := r.snap.marks.between(row, row+1); len(all) > 0 {
		signs, _ = r.snap.marks.take(signs, all)
	}
	out.Level, out.Classes = highest(signs), classesOf(signs)
	if rem := r.snap.notes.rows[row]; rem != nil {
		out.Verdict, out.Noted = rem.verdict, hasNote(rem)
	}
	return nil
}

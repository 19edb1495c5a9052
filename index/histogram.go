package index

import (
	"context"
	"time"
)

// A Histogram counts requests by equal spans of time.
type Histogram struct {
	First  time.Time     // start of the first span
	Bucket time.Duration // length of a span; 0 if there are no requests with a time
	Counts []int64       // requests
	Hot    []int64       // of these, with a finding of level medium or above
}

// A zone is the earliest and the latest known time of a row group in Unix ms; 0 if there is none.
type zone struct {
	First   int64 `json:"first"`
	Last    int64 `json:"last"`
	Unknown int64 `json:"unknown,omitempty"` // rows without time
}

// add takes in the time of a row.
func (z *zone) add(when int64) {
	if when == 0 {
		z.Unknown++
		return
	}
	if z.First == 0 || when < z.First {
		z.First = when
	}
	if z.Last == 0 || when > z.Last {
		z.Last = when
	}
}

// Histogram counts the requests of the result in n spans of time from the first to the last one. Requests
// without time do not count. The error is ctx's if it is done.
func (r *Result) Histogram(ctx context.Context, n int) (Histogram, error) {
	if _, err := r.hold(); err != nil {
		return Histogram{}, err
	}
	defer r.store.release()
	picks := r.allPicks()
	first, last, err := r.span(ctx, picks)
	if err != nil || first > last || n <= 0 {
		return Histogram{}, err
	}
	return r.histogram(ctx, picks, first, max(1, (last-first)/int64(n)+1), n)
}

// HistogramIn counts the requests of the result from a time to before another one in n equal spans, which are as long
// as is needed to reach it, in whole milliseconds. Spans without requests are there as well; it has no spans only if to
// is not after from. The error is ctx's if it is done.
func (r *Result) HistogramIn(ctx context.Context, from, to time.Time, n int) (Histogram, error) {
	if _, err := r.hold(); err != nil {
		return Histogram{}, err
	}
	defer r.store.release()
	first, end := from.UnixMilli(), to.UnixMilli()
	if first >= end || n <= 0 {
		return Histogram{}, nil
	}
	var picks []picked
	for _, p := range r.allPicks() {
		if z := p.zone(); z.First != 0 && z.First < end && z.Last >= first {
			picks = append(picks, p)
		}
	}
	width := (end - first) / int64(n)
	if width*int64(n) < end-first {
		width++
	}
	return r.histogram(ctx, picks, first, width, n)
}

// histogram counts the rows picked in n spans of width ms.
func (r *Result) histogram(ctx context.Context, picks []picked, first, width int64, n int) (Histogram, error) {
	h := Histogram{time.UnixMilli(first).UTC(), time.Duration(min(width, maxInt/1e6)) * time.Millisecond, make([]int64, n), make([]int64, n)}
	cut := spanCut{first, width, n}
	found, err := r.hotRows(ctx)
	if err != nil {
		return Histogram{}, err
	}
	hot := r.within(found)
	read := func(p *picked) (times []int64, err error) {
		if cut.one(p) < 0 {
			times, err = p.seg.ints(intTime, p.group)
		}
		return times, err
	}
	err = scan(ctx, r, picks, read, func(p *picked, rows []int, times []int64) {
		some := picked{p.seg, p.group, hot.between(p.first(), p.first()+int64(p.seg.groupLen(p.group)))}
		if k := cut.one(p); k >= 0 {
			h.Counts[k] += int64(p.rows)
			h.Hot[k] += int64(some.rows)
			return
		}
		cut.count(h.Counts, rows, times)
		cut.count(h.Hot, hot.rowsOf(&some), times)
	})
	if err != nil {
		return Histogram{}, err
	}
	return h, nil
}

// A spanCut is n spans of time of width ms, the first of which begins at first.
type spanCut struct {
	first, width int64
	n            int
}

// at is the span of a time; -1 if it is in none.
func (c spanCut) at(t int64) int {
	if t == 0 || t < c.first || (t-c.first)/c.width >= int64(c.n) {
		return -1
	}
	return int((t - c.first) / c.width)
}

// one is the span that all rows of a row group are in; -1 if there is none.
func (c spanCut) one(p *picked) int {
	z := p.zone()
	if k := c.at(z.First); z.Unknown == 0 && k == c.at(z.Last) {
		return k
	}
	return -1
}

// count adds rows of a group. Most of them are in the span of the row before.
func (c spanCut) count(counts []int64, rows []int, times []int64) {
	k, from, end := -1, int64(0), int64(0)
	for _, i := range rows {
		t := times[i]
		if t < from || t >= end || t == 0 {
			if k = c.at(t); k >= 0 {
				from = c.first + int64(k)*c.width
				end = from + c.width
			} else {
				from, end = t, t
			}
		}
		if k >= 0 {
			counts[k]++
		}
	}
}

// Spans cuts the time from one moment to another into at most n spans of a round length, such as 5 s, 15 min, 6 h or
// whole days, which begin at multiples of it in UTC: first is the start of the first one, and they are count. The
// length is 0 if to is not after from. HistogramIn(ctx, first, first.Add(count*length), count) counts by them.
func Spans(from, to time.Time, n int) (first time.Time, length time.Duration, count int) {
	if !to.After(from) || n <= 0 {
		return from, 0, 0
	}
	for i := 0; ; i++ {
		length = day << max(0, i-len(roundSpans))
		if i < len(roundSpans) {
			length = roundSpans[i]
		}
		step := length.Milliseconds()
		start := from.UnixMilli() - (from.UnixMilli()%step+step)%step
		if spans := (to.UnixMilli() - start + step - 1) / step; spans <= int64(max(2, n)) || length > day<<15 {
			return time.UnixMilli(start).UTC(), length, int(max(1, spans))
		}
	}
}

const day = 24 * time.Hour

// roundSpans are the lengths below a day.
var roundSpans = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour}

// span is the earliest and the latest known time of the rows picked; first > last if there is none.
func (r *Result) span(ctx context.Context, picks []picked) (first, last int64, err error) {
	first, last = maxInt, -maxInt
	take := func(z *zone) {
		if z.First != 0 {
			first, last = min(first, z.First), max(last, z.Last)
		}
	}
	var some []picked
	for i := range picks {
		if p := &picks[i]; p.whole() {
			take(p.zone())
		} else {
			some = append(some, *p)
		}
	}
	err = scan(ctx, r, some, readTimes, func(_ *picked, rows []int, times []int64) {
		var z zone
		for _, i := range rows {
			z.add(times[i])
		}
		take(&z)
	})
	return first, last, err
}

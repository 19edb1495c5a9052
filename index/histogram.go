package index

import (
	"time"

	"spoor/triage"
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
// without time do not count.
func (r *Result) Histogram(n int) (Histogram, error) {
	if _, err := r.hold(); err != nil {
		return Histogram{}, err
	}
	defer r.store.release()
	picks := r.allPicks()
	first, last, err := r.span(picks)
	if err != nil || first > last || n <= 0 {
		return Histogram{}, err
	}
	width := max(1, (last-first)/int64(n)+1) // ms
	h := Histogram{time.UnixMilli(first).UTC(), time.Duration(width) * time.Millisecond, make([]int64, n), make([]int64, n)}
	hot, err := r.hotPlans(picks)
	if err != nil {
		return Histogram{}, err
	}
	read := func(p *picked) (g histogramGroup, err error) {
		z := p.zone()
		g.one = z.Unknown == 0 && h.at(z.First, width) == h.at(z.Last, width)
		g.hot = newBitset(p.seg.groupLen(p.group))
		if err = hot[p.seg].run(p.seg, p.group, g.hot); err == nil && !g.one {
			g.times, err = p.seg.ints(intTime, p.group)
		}
		return g, err
	}
	err = scan(r, picks, read, func(p *picked, rows []int, g histogramGroup) {
		if g.one {
			h.addAll(h.at(p.zone().First, width), p, rows, g.hot)
			return
		}
		h.count(&g, rows, width)
	})
	if err != nil {
		return Histogram{}, err
	}
	return h, nil
}

// at is the span of a time; that of the nearest one if it is in none.
func (h *Histogram) at(t, width int64) int {
	return int(max(0, min((t-h.First.UnixMilli())/width, int64(len(h.Counts))-1)))
}

// addAll adds rows that are in one span.
func (h *Histogram) addAll(k int, p *picked, rows []int, hot bitset) {
	h.Counts[k] += int64(p.rows)
	if p.whole() {
		h.Hot[k] += int64(hot.count())
		return
	}
	for _, i := range rows {
		if hot.has(i) {
			h.Hot[k]++
		}
	}
}

// A histogramGroup is what is read of a row group to count it.
type histogramGroup struct {
	one   bool // all its requests are in one span of time
	times []int64
	hot   bitset
}

// count adds rows of a group. Most of them are in the span of the row before.
func (h *Histogram) count(g *histogramGroup, rows []int, width int64) {
	first := h.First.UnixMilli()
	k, from, end := 0, first, first+width
	for _, i := range rows {
		t := g.times[i]
		if t == 0 {
			continue
		}
		if t < from || t >= end {
			k = h.at(t, width)
			from = first + int64(k)*width
			end = from + width
		}
		h.Counts[k]++
		if g.hot.has(i) {
			h.Hot[k]++
		}
	}
}

// hotPlans are plans for the requests with a finding of level medium or above.
func (r *Result) hotPlans(picks []picked) (map[*segment]*plan, error) {
	out := map[*segment]*plan{}
	for i := range picks {
		seg := picks[i].seg
		if out[seg] != nil {
			continue
		}
		p := &planner{snap: r.snap, seg: seg}
		pl, err := p.signs(func(signs []sign) bool { return highest(signs) >= triage.Medium })
		if err != nil {
			return nil, err
		}
		out[seg] = pl
	}
	return out, nil
}

// span is the earliest and the latest known time of the rows picked; first > last if there is none.
func (r *Result) span(picks []picked) (first, last int64, err error) {
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
	err = scan(r, some, readTimes, func(_ *picked, rows []int, times []int64) {
		var z zone
		for _, i := range rows {
			z.add(times[i])
		}
		take(&z)
	})
	return first, last, err
}

package index

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"spoor/triage"
)

// A Count is how many requests of a result have a value.
type Count struct {
	Value string // as logged; of a status, the number; empty if requests have none
	Count int64
}

// Facet counts the values of a column over the result, and gives the n most frequent ones, the most frequent
// first. Columns are ip, method, path, query, status, ua, referer, host, user, source, class, rule and level. A
// request counts once for each class and each rule of its findings, and for the highest level of them; one
// without findings does not count in these.
func (r *Result) Facet(column string, n int) ([]Count, error) {
	snap, err := r.hold()
	if err != nil {
		return nil, err
	}
	defer r.store.release()
	if c, ok := textColumnNamed(column); ok {
		return r.textFacet(c, n)
	}
	counts := map[string]int64{}
	switch column {
	case "status":
		err = r.countInts(intStatus, counts, func(v int64) string {
			if v == 0 {
				return ""
			}
			return strconv.FormatInt(v, 10)
		})
	case "source":
		err = r.countInts(intSource, counts, func(v int64) string { return snap.manifest.Sources[v].Path })
	case "class", "rule", "level":
		err = r.eachSigned(func(signs []sign) {
			for _, v := range signValues(column, signs) {
				counts[v]++
			}
		})
	default:
		return nil, fmt.Errorf("cannot count by %q", column)
	}
	return top(counts, n), err
}

// top gives the n largest counts; equal ones by value.
func top(counts map[string]int64, n int) []Count {
	out := make([]Count, 0, len(counts))
	for v, c := range counts {
		out = append(out, Count{v, c})
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
	return out[:max(0, min(n, len(out)))]
}

func (r *Result) countInts(c intColumn, counts map[string]int64, label func(int64) string) error {
	numbers := map[int64]int64{}
	err := r.eachRows(func(seg *segment, group int, rows []int) error {
		ints, err := seg.ints(c, group)
		if err != nil {
			return err
		}
		last, run := int64(0), int64(0)
		for _, i := range rows {
			if ints[i] != last {
				numbers[last] += run
				last, run = ints[i], 0
			}
			run++
		}
		numbers[last] += run
		return nil
	})
	for v, n := range numbers {
		if n > 0 {
			counts[label(v)] += n
		}
	}
	return err
}

// textFacet counts by number of text in each segment, and reads only the texts that can be among the first n.
func (r *Result) textFacet(c column, n int) ([]Count, error) {
	counts := map[*segment][]int64{}
	err := r.eachRows(func(seg *segment, group int, rows []int) error {
		ids, err := seg.ids(c, group)
		if err != nil {
			return err
		}
		of := counts[seg]
		if of == nil {
			of = make([]int64, seg.meta.Texts[c])
			counts[seg] = of
		}
		for _, i := range rows {
			of[ids[i]]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	byText := map[string]int64{}
	for _, seg := range r.snap.segments {
		of := counts[seg]
		least := int64(1)
		if len(counts) == 1 {
			least = threshold(of, n)
		}
		for id, count := range of {
			if count < least {
				continue
			}
			text, err := seg.text(c, int32(id))
			if err != nil {
				return nil, err
			}
			byText[text] += count
		}
	}
	return top(byText, n), nil
}

// threshold is the n-th largest of some counts, at least 1.
func threshold(counts []int64, n int) int64 {
	if n <= 0 || n >= len(counts) {
		return 1
	}
	sorted := slices.Clone(counts)
	slices.Sort(sorted)
	return max(1, sorted[len(sorted)-n])
}

// A Histogram counts requests by equal spans of time.
type Histogram struct {
	First  time.Time     // start of the first span
	Bucket time.Duration // length of a span; 0 if there are no requests with a time
	Counts []int64       // requests
	Hot    []int64       // of these, with a finding of level medium or above
}

// Histogram counts the requests of the result in n spans of time from the first to the last one. Requests
// without time do not count.
func (r *Result) Histogram(n int) (Histogram, error) {
	if _, err := r.hold(); err != nil {
		return Histogram{}, err
	}
	defer r.store.release()
	first, last, err := r.span()
	if err != nil || first > last || n <= 0 {
		return Histogram{}, err
	}
	width := max(1, (last-first)/int64(n)+1) // ms
	h := Histogram{time.UnixMilli(first).UTC(), time.Duration(width) * time.Millisecond, make([]int64, n), make([]int64, n)}
	err = r.eachRows(func(seg *segment, group int, rows []int) error {
		times, err := seg.ints(intTime, group)
		if err != nil {
			return err
		}
		for _, i := range rows {
			if t := times[i]; t != 0 {
				h.Counts[(t-first)/width]++
			}
		}
		return nil
	})
	if err != nil {
		return Histogram{}, err
	}
	return h, r.hot(&h, first, width)
}

// hot counts the requests with findings.
func (r *Result) hot(h *Histogram, first, width int64) error {
	return r.eachRows(func(seg *segment, group int, rows []int) error {
		p := &planner{snap: r.snap, seg: seg}
		pl, err := p.signs(func(signs []sign) bool { return highest(signs) >= triage.Medium })
		if err != nil || pl.op == planNone {
			return err
		}
		hot := newBitset(seg.groupLen(group))
		if err := pl.run(seg, group, hot); err != nil || hot.empty() {
			return err
		}
		times, err := seg.ints(intTime, group)
		if err != nil {
			return err
		}
		for _, i := range rows {
			if hot.has(i) && times[i] != 0 {
				h.Hot[(times[i]-first)/width]++
			}
		}
		return nil
	})
}

// span is the earliest and the latest known time of the result; first > last if there is none.
func (r *Result) span() (first, last int64, err error) {
	first, last = maxInt, -maxInt
	err = r.eachRows(func(seg *segment, group int, rows []int) error {
		times, err := seg.ints(intTime, group)
		if err != nil {
			return err
		}
		for _, i := range rows {
			if t := times[i]; t != 0 {
				first, last = min(first, t), max(last, t)
			}
		}
		return nil
	})
	return first, last, err
}

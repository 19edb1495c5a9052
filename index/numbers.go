package index

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"
)

// A numberFacet says how a column of numbers is counted: by the values or by ranges of them.
type numberFacet struct {
	column intColumn
	of     func(v int64) int64  // the range of a number that is known
	name   func(v int64) string // how the query language calls the range
}

var numberFacets = map[string]numberFacet{
	"status": {intStatus, func(v int64) int64 { return v }, func(v int64) string { return strconv.FormatInt(v, 10) }},
	"size":   {intSize, digits, decade},
	"millis": {intMillis, digits, decade},
	"day":    {intTime, dayOf, func(day int64) string { return time.UnixMilli(day * dayMillis).UTC().Format(time.DateOnly) }},
	"hour":   {intTime, hourOf, func(hour int64) string { return fmt.Sprintf("%02d", hour) }},
}

// digits is how many digits a number has; 0 has none.
func digits(v int64) int64 {
	n := int64(0)
	for ; v > 0; v /= 10 {
		n++
	}
	return n
}

// decade is the range of the numbers of some digits.
func decade(digits int64) string {
	if digits == 0 {
		return "0"
	}
	lo := int64(1)
	for range digits - 1 {
		lo *= 10
	}
	hi := int64(math.MaxInt64)
	if lo <= hi/10 {
		hi = lo*10 - 1
	}
	return fmt.Sprintf("%d..%d", lo, hi)
}

// dayOf is the day of a time in Unix milliseconds, counted from 1970-01-01.
func dayOf(t int64) int64 { return (t - ((t%dayMillis)+dayMillis)%dayMillis) / dayMillis }

// unknownRange is the range of what is unknown.
const unknownRange = math.MinInt64

// countNumbers counts the ranges of a column of numbers.
func (r *Result) countNumbers(ctx context.Context, f numberFacet, counts map[string]int64) error {
	all := map[int64]int64{}
	of := func(v int64) int64 {
		if !known(f.column, v) {
			return unknownRange
		}
		return f.of(v)
	}
	read := func(p *picked) (map[int64]int64, error) {
		if lo, hi, ok := p.seg.bounds(parquetInts[f.column], p.group); ok && lo == hi {
			return map[int64]int64{of(lo): int64(p.rows)}, nil
		}
		if z := p.zone(); f.column == intTime && z.Unknown == 0 && z.Last-z.First < hourMillis && of(z.First) == of(z.Last) {
			return map[int64]int64{of(z.First): int64(p.rows)}, nil
		}
		ints, err := p.seg.ints(f.column, p.group)
		if err != nil {
			return nil, err
		}
		return countRanges(ints, r.rowsOf(p), of), nil
	}
	err := scan(ctx, r, r.allPicks(), read, func(_ *picked, _ []int, some map[int64]int64) {
		for v, n := range some {
			all[v] += n
		}
	})
	for v, n := range all {
		if v == unknownRange {
			counts[""] += n
		} else {
			counts[f.name(v)] += n
		}
	}
	return err
}

// countRanges counts the ranges of some numbers.
func countRanges(ints []int64, rows []int, of func(int64) int64) map[int64]int64 {
	out := map[int64]int64{}
	var small [1024]int64
	last, run := int64(unknownRange), int64(0)
	add := func() {
		if 0 <= last && last < int64(len(small)) {
			small[last] += run
		} else if run > 0 {
			out[last] += run
		}
	}
	for _, i := range rows {
		if v := of(ints[i]); v != last {
			add()
			last, run = v, 0
		}
		run++
	}
	add()
	for v, n := range small {
		if n > 0 {
			out[int64(v)] += n
		}
	}
	return out
}

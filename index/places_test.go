package index

import (
	"context"
	"slices"
	"testing"
	"time"
)

// checkPlaces compares At and Hot with what they say, row by row, of a result in its present order.
func checkPlaces(t *testing.T, g querier, r *Result) {
	t.Helper()
	ctx := context.Background()
	rows, err := r.Numbers(r.Len())
	if err != nil {
		t.Fatal(err)
	}
	times := make([]int64, len(rows))
	hot := make([]bool, len(rows))
	is := search(t, r.store, "level:>=medium").set
	for i, row := range rows {
		seg, n := r.snap.locate(int64(row))
		if times[i], err = seg.int(intTime, n); err != nil {
			t.Fatal(err)
		}
		hot[i] = is.Contains(uint32(row))
	}
	for _, n := range []int{1, 2, 3, 50, 701} {
		got, err := r.Hot(ctx, n)
		if err != nil || len(got) != n {
			t.Fatalf("%d runs: %v, %v", n, got, err)
		}
		want := make([]int64, n)
		for i := range want {
			for _, is := range hot[i*len(rows)/n : (i+1)*len(rows)/n] {
				if is {
					want[i]++
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("findings of %d rows in %d runs: %v, want %v", len(rows), n, got, want)
		}
	}
	asked := []int64{-1, 0, 1, maxInt / 1e6}
	for range 20 {
		if len(times) > 0 {
			at := times[g.IntN(len(times))]
			asked = append(asked, at, at+1, at-1, at+int64(g.IntN(1<<20))-1<<19)
		}
	}
	for _, at := range asked {
		got, err := r.At(time.UnixMilli(at))
		if err != nil || got != placeOf(r, rows, times, at) {
			t.Fatalf("time %d: position %d, %v; want %d of %d", at, got, err, placeOf(r, rows, times, at), len(rows))
		}
	}
}

// placeOf is what At says, by looking at each row.
func placeOf(r *Result, rows []uint64, times []int64, at int64) int {
	byTime := true
	switch r.order.(type) {
	case listOrder:
		byTime = false
	case rowOrder:
		byTime = r.snap.inOrder()
	}
	best := -1
	better := func(i int) bool {
		t, u := times[i], times[best]
		switch {
		case !byTime:
			d, e := max(t-at, at-t), max(u-at, at-u)
			return d < e || d == e && rows[i] < rows[best]
		case (t >= at) != (u >= at):
			return t >= at
		case t >= at:
			return t < u
		}
		return t > u
	}
	for i, t := range times {
		if t != 0 && (best < 0 || better(i)) {
			best = i
		}
	}
	if best < 0 && len(rows) > 0 {
		return 0
	}
	return best
}

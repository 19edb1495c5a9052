package index

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTestPage checks the tests of pages against a loop over the numbers.
func TestTestPage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for _, n := range []int{0, 1, 63, 64, 65, 200, pageRows} {
		ids := make([]int32, n)
		set, want, one := newBitset(100), newBitset(n), newBitset(n)
		for i := range 100 {
			if r.IntN(3) == 0 {
				set.set(i)
			}
		}
		for i := range ids {
			ids[i] = r.Int32N(100)
			if set.has(int(ids[i])) {
				want.set(i)
			}
			if ids[i] == 7 {
				one.set(i)
			}
		}
		got := newBitset(n)
		if !testPage(ids, set, got) || !slices.Equal(got, want) {
			t.Errorf("of %d numbers, got %x, want %x", n, got, want)
		}
		clear(got)
		if matchPage(ids, 7, got); !slices.Equal(got, one) {
			t.Errorf("one of %d numbers: got %x, want %x", n, got, one)
		}
	}
	for _, id := range []int32{128, 1 << 30, -1} {
		if testPage([]int32{5, id}, newBitset(100), newBitset(2)) {
			t.Errorf("number %d passes as one of 100", id)
		}
	}
}

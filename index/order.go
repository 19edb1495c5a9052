package index

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
)

// ordered gives the order of the rows. The store is held.
func (r *Result) ordered() (ordering, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.order == nil {
		o, err := r.orderBy(context.Background(), "time", false)
		if err != nil {
			return nil, err
		}
		r.order = o
	}
	return r.order, nil
}

func (r *Result) orderBy(ctx context.Context, column string, desc bool) (ordering, error) {
	if column == "time" {
		if !desc && r.snap.inOrder() {
			return rowOrder{r}, nil
		}
		return newTimeOrder(ctx, r, desc, pieceRows)
	}
	keys, err := r.keys(ctx, column)
	if err != nil {
		return nil, err
	}
	if rows := sortRows(r.set.ToArray(), keys, desc); rows != nil {
		return listOrder{r, rows}, nil
	}
	return rowOrder{r}, nil
}

// inOrder reports whether all rows of the store are in the order of time.
func (snap *snapshot) inOrder() bool {
	last := int64(math.MinInt64)
	for _, seg := range snap.segments {
		if !seg.meta.Ordered || seg.meta.First < last {
			return false
		}
		last = seg.meta.Last
	}
	return true
}

// Sort puts the result into another order: by "time", "size", "millis", "line", or a column of Facet other than day,
// hour, verdict, class and rule. Equal rows stay in the order of load. Unknown values come last, in either direction.
// The error is ctx's if it is done; the order is then the one before.
func (r *Result) Sort(ctx context.Context, column string, desc bool) error {
	if _, err := r.hold(); err != nil {
		return err
	}
	defer r.store.release()
	o, err := r.orderBy(ctx, column, desc)
	if err = firstError(err, ctx.Err()); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.order = o
	return nil
}

// unknownKey is the key of a row without a value.
const unknownKey = math.MaxUint64

// sortRows gives rows sorted by their keys, equal ones as they are; nil if they are sorted already. It changes both.
func sortRows(rows []uint32, keys []uint64, desc bool) []uint32 {
	least, most := uint64(unknownKey), uint64(0)
	for _, k := range keys {
		if k != unknownKey {
			least, most = min(least, k), max(most, k)
		}
	}
	if most < least {
		return nil
	}
	span := most - least
	for i, k := range keys {
		switch {
		case k == unknownKey:
			keys[i] = span + 1
		case desc:
			keys[i] = most - k
		default:
			keys[i] = k - least
		}
	}
	if slices.IsSorted(keys) {
		return nil
	}
	width := bits.Len64(span + 1)
	if len(keys) >= fewKeys && width <= 32 {
		return radixSort(rows, keys, width)
	}
	order := make([]uint32, len(keys))
	for i := range order {
		order[i] = uint32(i)
	}
	if len(keys) < fewKeys {
		slices.SortStableFunc(order, func(i, j uint32) int { return cmp.Compare(keys[i], keys[j]) })
	} else { // by the lower half of the keys, and then by the upper one
		half := make([]uint64, len(keys))
		for i, k := range keys {
			half[i] = k & (1<<32 - 1)
		}
		order = radixSort(order, half, 32)
		for i, at := range order {
			half[i] = keys[at] >> 32
		}
		order = radixSort(order, half, width-32)
	}
	for i, at := range order {
		order[i] = rows[at]
	}
	return order
}

// fewKeys is the number of keys from which on radixSort is the faster one.
const fewKeys = 1 << 12

// radixSort gives rows sorted by their keys of width bits, at most 32, and leaves equal ones as they are: for each
// digit of the keys, the lowest first, the rows are dealt out by it. That takes about as long as reading them a few
// times, and no keys, however chosen, make it slow. It changes keys.
func radixSort(rows []uint32, keys []uint64, width int) []uint32 {
	const most = 11 // bits of a digit, so that the ends of all that is being written are in the cache
	passes := (width + most - 1) / most
	digit := (width + passes - 1) / passes
	for i, k := range keys {
		keys[i] = k<<32 | uint64(rows[i])
	}
	next := make([]uint64, len(keys))
	starts := make([]uint32, 1<<digit)
	for shift := 32; shift < 32+width; shift += digit {
		clear(starts)
		for _, k := range keys {
			starts[k>>shift&(1<<digit-1)]++
		}
		sum := uint32(0)
		for i, n := range starts {
			starts[i] = sum
			sum += n
		}
		for _, k := range keys {
			d := &starts[k>>shift&(1<<digit-1)]
			next[*d] = k
			*d++
		}
		keys, next = next, keys
	}
	for i, k := range keys {
		rows[i] = uint32(k)
	}
	return rows
}

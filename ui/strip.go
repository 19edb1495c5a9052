package ui

// bars are the eighths of a column, lowest first.
var bars = []rune("▁▂▃▄▅▆▇█")

// strip draws counts as one row of bars, each relative to the highest. A count of nothing is a space, the
// smallest count is still a bar.
func strip(counts []int64) string {
	top := int64(0)
	for _, n := range counts {
		top = max(top, n)
	}
	out := make([]rune, len(counts))
	for i, n := range counts {
		switch {
		case n <= 0:
			out[i] = ' '
		default:
			out[i] = bars[min(int64(len(bars)-1), (n*int64(len(bars))-1)/top)]
		}
	}
	return string(out)
}

// regroup sums counts into at most width buckets that all hold equally many, so that no bar is higher only
// because it covers more time.
func regroup(counts []int64, width int) []int64 {
	if width <= 0 || len(counts) == 0 {
		return nil
	}
	each := (len(counts) + width - 1) / width
	for len(counts)%each != 0 {
		each++
	}
	out := make([]int64, len(counts)/each)
	for i, n := range counts {
		out[i/each] += n
	}
	return out
}

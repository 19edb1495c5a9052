package ui

// A scrollMap says where in a list findings and marks lie.
type scrollMap struct {
	hot   []int64      // findings in as many equal parts of the list; nil if that is not known
	marks map[int]bool // rows that are marked
}

// barWidth is what the scroll bar takes at the right of a list.
const barWidth = 1

// scrollBar draws the bar of a list: what is in sight in reverse, "!" where most findings lie, ":" where there are
// fewer than a quarter as many, "*" where marks do. A list that is seen whole has its signs beside its rows.
func scrollBar(st *styles, s *scroller, m scrollMap) []string {
	out := make([]string, max(0, s.height))
	rows := max(s.n, s.height) // that the bar stands for
	marked := map[int]bool{}
	for i := range m.marks {
		if rows > 0 {
			marked[i*s.height/rows] = true
		}
	}
	counts, most := make([]int64, len(out)), int64(0)
	for y := range out {
		counts[y] = m.hotIn(y*rows/s.height, min(max(y*rows/s.height+1, (y+1)*rows/s.height), s.n), s.n)
		most = max(most, counts[y])
	}
	for y := range out {
		from, to := y*rows/s.height, max(y*rows/s.height+1, (y+1)*rows/s.height)
		sign, l := "│", muted
		switch {
		case counts[y] > 0 && 4*counts[y] >= most:
			sign, l = "!", critical
		case counts[y] > 0:
			sign, l = ":", medium
		}
		if marked[y] {
			sign, l = "*", strong
		}
		sel := selNone
		if s.n > s.height && from < s.top+s.height && to > s.top {
			sel = selFocus
		}
		out[y] = st.paint(l, sel, sign)
	}
	return out
}

// hotIn counts the findings in the parts of the list that rows from to before to of n are in.
func (m *scrollMap) hotIn(from, to, n int) int64 {
	if from >= to || len(m.hot) == 0 {
		return 0
	}
	sum := int64(0)
	for i := from * len(m.hot) / n; i <= (to-1)*len(m.hot)/n; i++ {
		sum += m.hot[i]
	}
	return sum
}

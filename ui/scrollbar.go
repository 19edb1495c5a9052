package ui

// A scrollMap says of each row of a scroll bar what lies in that part of the list.
type scrollMap struct {
	hot   []int64      // findings in as many equal parts of the list; nil if that is not known
	marks map[int]bool // rows that are marked
}

// barWidth is what the scroll bar takes at the right of a list.
const barWidth = 1

// scrollBar draws the bar of a list: what is in sight in reverse, "!" where findings lie, "*" where marks do.
func scrollBar(st *styles, s *scroller, m scrollMap) []string {
	out := make([]string, s.height)
	rows := max(1, s.n)
	part := func(i, of int) int { return min(of-1, i*of/rows) }
	marked := map[int]bool{}
	for i := range m.marks {
		marked[part(i, max(1, s.height))] = true
	}
	first, last := -1, -1
	if s.n > s.height {
		first, last = part(s.top, s.height), part(min(s.n, s.top+s.height)-1, s.height)
	}
	for y := range out {
		sign, l := "│", muted
		for i := y * len(m.hot) / max(1, s.height); i < (y+1)*len(m.hot)/max(1, s.height) || i == y*len(m.hot)/max(1, s.height) && i < len(m.hot); i++ {
			if m.hot[i] > 0 {
				sign, l = "!", critical
			}
		}
		if marked[y] {
			sign, l = "*", strong
		}
		sel := selNone
		if y >= first && y <= last {
			sel = selFocus
		}
		out[y] = st.paint(l, sel, sign)
	}
	return out
}

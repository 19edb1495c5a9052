package blind

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// How answers are read.
//
// Within a group every payload has one form, so the page turns the truth of the condition into an answer in one way,
// which is not known. A hypothesis sorts the answers into two kinds and says which means true. It is judged by the
// questions themselves: under the right one, a test such as 7=7 has the answer it must have, the answers about one
// character leave a character, and hardly any question is asked whose answer follows from the earlier ones, since the
// intruder saw the same answers and chose the next question by them. Under the opposite one, and under chance, bisection
// asks what is known already and contradicts itself within a few questions.
//
// For example "> 64" true, "> 96" true, "> 112" false, "> 104" ... reads as a narrowing interval. With the kinds turned
// round, the character is at most 64 after the first answer and every later question is idle.
//
// The sum of the log-likelihood ratios against chance must be above that of the opposite and of the same answers
// shuffled, by a margin. Cost: linear in the questions for each hypothesis, of which there are at most maxHypotheses.
// Weakness: a page whose size depends on something that happens to follow the questions for long would be believed.

// A hypothesis sorts the answers of a group.
type hypothesis struct {
	channel channel
	labels  []int8 // 1 true, 0 false, -1 unclear
	slow    int8   // of a channel of time: the label that slow answers have
	ranges  bool   // kinds are ranges of sizes, not two exact answers
	score   float64
	wrong   int // answers that contradict the others
	tests   int // tests that are true or false of themselves and came out right
}

type channel string

const (
	bySize   channel = "size"
	byStatus channel = "status"
	byMillis channel = "time-taken"
	byAhead  channel = "pace" // the gap to the client's next request
	byBehind channel = "pace-end"
)

const (
	maxHypotheses = 40
	shuffles      = 8
	minMargin     = 4.0 // nats
	manyTests     = 6   // tests that fall apart by chance once in 32 times on a page with two answers
)

// infer finds the hypothesis of a group, nil if there is none that is better than chance.
func (g *group) infer() *hypothesis {
	if len(g.records) < 4 {
		return nil
	}
	g.grids()
	var best *hypothesis
	for _, h := range g.hypotheses() {
		g.score(h)
		if best == nil || h.score > best.score {
			best = h
		}
	}
	if best == nil || best.score < minMargin {
		return nil
	}
	labelled := best.labelled()
	if best.wrong*12 > labelled || labelled*2 < len(g.records) {
		return nil
	}
	opposite := *best
	opposite.labels = make([]int8, len(best.labels))
	for i, l := range best.labels {
		opposite.labels[i] = l
		if l >= 0 {
			opposite.labels[i] = 1 - l
		}
	}
	g.score(&opposite)
	if best.score < opposite.score+minMargin {
		return nil
	}
	if best.tests >= manyTests && best.wrong == 0 && best.score >= 2*minMargin {
		return best // questions about bits have no order that shuffling would disturb, tests do
	}
	rng := rand.New(rand.NewPCG(1, uint64(len(g.records))))
	for range shuffles {
		shuffled := *best
		shuffled.labels = slices.Clone(best.labels)
		rng.Shuffle(len(shuffled.labels), func(i, j int) {
			shuffled.labels[i], shuffled.labels[j] = shuffled.labels[j], shuffled.labels[i]
		})
		g.score(&shuffled)
		if best.score < shuffled.score+minMargin {
			return nil
		}
	}
	return best
}

// hypotheses are the ways to sort a group's answers that are worth judging.
func (g *group) hypotheses() []*hypothesis {
	var out []*hypothesis
	both := func(h *hypothesis) {
		if h == nil || len(out) >= maxHypotheses {
			return
		}
		inverse := *h
		inverse.labels = make([]int8, len(h.labels))
		for i, l := range h.labels {
			inverse.labels[i] = l
			if l >= 0 {
				inverse.labels[i] = 1 - l
			}
		}
		inverse.slow = 1 - h.slow
		out = append(out, h, &inverse)
	}
	if g.technique == Time {
		for _, ch := range []channel{byMillis, byAhead, byBehind} {
			for _, h := range g.byTime(ch) {
				both(h)
			}
		}
		return out
	}
	exact := g.byCommonest()
	both(exact)
	both(g.byStatus())
	if exact != nil && exact.labelled()*10 >= 9*len(g.records) {
		return out // the page has two answers; ranges could only misread some
	}
	for _, f := range []func(*record) int64{
		func(r *record) int64 { return r.size },
		func(r *record) int64 { return r.size - int64(r.decoded) },
		func(r *record) int64 { return r.size - int64(r.raw) },
	} {
		for _, h := range g.byRange(f) {
			both(h)
		}
	}
	return out
}

func (g *group) blank(ch channel) *hypothesis {
	h := &hypothesis{channel: ch, labels: make([]int8, len(g.records))}
	for i := range h.labels {
		h.labels[i] = -1
	}
	return h
}

// labelled is how many answers the hypothesis reads.
func (h *hypothesis) labelled() int {
	n := 0
	for _, l := range h.labels {
		if l >= 0 {
			n++
		}
	}
	return n
}

// byCommonest takes the two commonest answers, status and size.
func (g *group) byCommonest() *hypothesis {
	type answer struct {
		status int
		size   int64
	}
	count := map[answer]int{}
	for _, r := range g.records {
		if r.size >= 0 {
			count[answer{r.status, r.size}]++
		}
	}
	if len(count) < 2 {
		return nil
	}
	var list []answer
	for a := range count {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b answer) int {
		return cmp.Or(count[b]-count[a], a.status-b.status, cmp.Compare(a.size, b.size))
	})
	if (count[list[0]]+count[list[1]])*10 < 6*len(g.records) {
		return nil
	}
	h := g.blank(bySize)
	for i, r := range g.records {
		switch (answer{r.status, r.size}) {
		case list[0]:
			h.labels[i] = 1
		case list[1]:
			h.labels[i] = 0
		}
	}
	return h
}

// byStatus takes the two commonest statuses, whatever the size.
func (g *group) byStatus() *hypothesis {
	count := map[int]int{}
	for _, r := range g.records {
		count[r.status]++
	}
	if len(count) < 2 {
		return nil
	}
	var list []int
	for s := range count {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b int) int { return cmp.Or(count[b]-count[a], a-b) })
	h := g.blank(byStatus)
	for i, r := range g.records {
		switch r.status {
		case list[0]:
			h.labels[i] = 1
		case list[1]:
			h.labels[i] = 0
		}
	}
	return h
}

// byRange cuts a measure of the size at its widest gaps, among the answers with the commonest status.
func (g *group) byRange(measure func(*record) int64) []*hypothesis {
	count := map[int]int{}
	status := 0
	for _, r := range g.records {
		if count[r.status]++; count[r.status] > count[status] {
			status = r.status
		}
	}
	var values []int64
	for _, r := range g.records {
		if r.size >= 0 && r.status == status {
			values = append(values, measure(r))
		}
	}
	if len(values) < 4 {
		return nil
	}
	slices.Sort(values)
	type gap struct{ lo, hi int64 }
	var gaps []gap
	for i := 1; i < len(values); i++ {
		if values[i] > values[i-1] {
			gaps = append(gaps, gap{values[i-1], values[i]})
		}
	}
	slices.SortStableFunc(gaps, func(a, b gap) int { return cmp.Compare(b.hi-b.lo, a.hi-a.lo) })
	var out []*hypothesis
	for _, cut := range gaps[:min(len(gaps), 4)] {
		h := g.blank(bySize)
		h.ranges = true
		for i, r := range g.records {
			if r.size < 0 || r.status != status {
				continue
			}
			h.labels[i] = 0
			if measure(r) >= cut.hi {
				h.labels[i] = 1
			}
		}
		// two exact answers are as good as byCommonest
		if values[0] == cut.lo && values[len(values)-1] == cut.hi {
			h.ranges = false
		}
		out = append(out, h)
	}
	return out
}

// byTime cuts durations into fast and slow.
func (g *group) byTime(ch channel) []*hypothesis {
	value := func(r *record) int64 {
		switch ch {
		case byMillis:
			return r.millis
		case byAhead:
			return r.ahead
		}
		return r.behind
	}
	count := map[int64]int{}
	whole, n := true, 0
	for _, r := range g.records {
		if v := value(r); v >= 0 {
			count[v]++
			n++
			whole = whole && v%1000 == 0
		}
	}
	if n < 4 || n*2 < len(g.records) || len(count) < 2 {
		return nil
	}
	var values []int64
	for v := range count {
		values = append(values, v)
	}
	slices.Sort(values)
	type cut struct{ fast, slow int64 } // at most fast, at least slow
	var cuts []cut
	add := func(fast, slow int64) {
		if slow > fast && slow >= 300 && !slices.Contains(cuts, cut{fast, slow}) {
			cuts = append(cuts, cut{fast, slow})
		}
	}
	if whole {
		for i := 0; i+1 < len(values) && i < 6; i++ {
			add(values[i], values[i+1])
			if i+2 < len(values) {
				add(values[i], values[i+2])
			}
		}
	} else {
		// the widest steps by ratio, within what may be a delay
		type step struct {
			cut
			ratio float64
		}
		var steps []step
		below := 0
		for i := 0; i+1 < len(values); i++ {
			below += count[values[i]]
			if below*50 < n || (n-below)*50 < n {
				continue
			}
			steps = append(steps, step{cut{values[i], values[i+1]}, float64(values[i+1]+50) / float64(values[i]+50)})
		}
		slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(b.ratio, a.ratio) })
		for _, s := range steps[:min(len(steps), 3)] {
			add(s.fast, s.slow)
		}
		if d := int64(g.delay * 500); d > 0 {
			add(d, d)
			add(d-1, d)
		}
	}
	var out []*hypothesis
	for _, c := range cuts[:min(len(cuts), 8)] {
		h := g.blank(ch)
		h.slow = 1
		far := g.farBeyond(value, c.slow)
		for i, r := range g.records {
			switch v := value(r); {
			case v < 0, v > far: // the client paused
			case v <= c.fast:
				h.labels[i] = 0
			case v >= c.slow:
				h.labels[i] = 1
			}
		}
		out = append(out, h)
	}
	return out
}

// farBeyond is how long an answer can take and still be one of the slow ones.
func (g *group) farBeyond(value func(*record) int64, slow int64) int64 {
	var all []int64
	for _, r := range g.records {
		if v := value(r); v >= slow {
			all = append(all, v)
		}
	}
	if len(all) == 0 {
		return math.MaxInt64
	}
	slices.Sort(all)
	return 3*all[len(all)/2] + 2000
}

// Log-likelihood ratios against chance of what a question can be under a hypothesis.
const (
	gainTest       = 0.68  // a test or a repeated question came out right, where chance is one half
	lossWrong      = -4.0  // an answer that contradicts
	gainFresh      = 0.56  // a question whose answer was open
	lossIdle       = -1.43 // a question whose answer was known
	maxLikely      = 0.6   // bound of what the likelihood of texts adds or takes
	gainConfirming = 0.6   // a question that checks the one character left
)

// tracked is what is left of a variable while a hypothesis is judged.
type tracked struct {
	left  set
	asked map[*shape]int8
	n     int
}

// score judges a hypothesis.
func (g *group) score(h *hypothesis) {
	h.score, h.wrong, h.tests = 0, 0, 0
	ones, zeros := 1, 1
	for _, l := range h.labels {
		switch l {
		case 1:
			ones++
		case 0:
			zeros++
		}
	}
	if ones < 2 || zeros < 2 {
		h.score = math.Inf(-1)
		return
	}
	share := [2]float64{float64(zeros) / float64(ones+zeros), float64(ones) / float64(ones+zeros)}
	vars := map[variable]*tracked{}
	for i, r := range g.records {
		l := h.labels[i]
		if l < 0 {
			continue
		}
		if r.shape == nil {
			if (r.known == triTrue) == (l == 1) {
				h.score += math.Min(gainTest, -math.Log(share[l]))
				h.tests++
			} else {
				h.score += lossWrong
				h.wrong++
			}
			continue
		}
		t := vars[r.about]
		if t == nil {
			t = &tracked{left: full(g.cells(r)), asked: map[*shape]int8{}}
			vars[r.about] = t
		}
		h.score += t.take(g, r, l, share[l], &h.wrong)
	}
}

// take counts one answer.
// share is that of its label among all answers of the group.
func (t *tracked) take(g *group, r *record, l int8, share float64, wrong *int) float64 {
	right := math.Min(gainTest, -math.Log(share))
	yes, no := g.tables(r)
	t.n++
	if old, ok := t.asked[r.shape]; ok {
		if old == l {
			return right
		}
		*wrong++
		return lossWrong
	}
	t.asked[r.shape] = l
	allowed := yes
	if l == 0 {
		allowed = no
	}
	if r.about.kind == varChar && !(yes.has(cellHigh) != no.has(cellHigh)) {
		allowed[cellHigh>>6] &^= 1 << (cellHigh & 63) // what no pattern tells apart is no refuge from contradiction
	}
	next := t.left.and(allowed)
	other := t.left.and(no)
	if l == 0 {
		other = t.left.and(yes)
	}
	score := 0.0
	switch {
	case next.empty():
		*wrong++
		return lossWrong
	case other.empty() && t.left.one() >= 0:
		if yes.count() == 1 || no.count() == 1 {
			return gainConfirming
		}
		return right / 2
	case other.empty():
		score = lossIdle
	default:
		// printable text is likelier than other text
		a, b := next.weight(r.about.kind != varChar), other.weight(r.about.kind != varChar)
		score = max(-maxLikely, min(maxLikely, math.Log(a/(a+b))-math.Log(share)))
		if t.n > 1 {
			score += gainFresh
		}
	}
	t.left = next
	return score
}

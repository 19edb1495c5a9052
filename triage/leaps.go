package triage

// A clock that leaps forward leaves the same hole in a log as a time without requests. What tells the two apart:
//
//   - The hours of the day. If the days after the hole fit the rhythm of the days before it better when they are moved
//     back by its length, the clock was ahead from then on. Each of up to ten days before and after is asked by itself:
//     of those before four of five must fit as they are, or the site has no rhythm to go by, and of those after four of
//     five moved. Example: visitors come from 8 to 22 h; after a hole of 5 h they come from 13 to 3 h, day by day.
//   - Visits that go on. Pictures of a page that the same client asked for in the last seconds before the hole come in
//     the first seconds after it, and the page does not come again: no browser waits for hours.
//   - A leap back. Times that run back later by as much as the hole is long (see survey.order).
//
// A machine that was suspended and resumed leaves the second sign too; the text says so. A hole of whole days, or of
// less than an hour, says nothing by the hours.

import (
	"fmt"
	"math"
	"strings"
	"time"
)

const (
	leapDays      = 10 // days asked on either side
	leastLeapDays = 4  // of them with enough requests
	leastOfDay    = 20 // requests of a day that is asked
	spanWindow    = 10_000
	leastSpanning = 2 // pictures after a hole whose page was before it
	maxLeapRows   = 200_000
	besideHole    = 4  // requests on either side whose clients are looked at
	maxLeapsAsked = 20 // holes that are looked at
)

// leap says what speaks for a clock that was set forward over a pause, with the records of it; nothing if nothing does.
func (w *survey) leap(p *pulse, x pause) (why, refs []string, err error) {
	if n := p.shifted(x); n > 0 {
		why = append(why, fmt.Sprintf("the hours of %d days after it fit those of the days before if they are moved back by as much", n))
	}
	span, refs, err := w.spanning(p, x)
	if err != nil {
		return nil, nil, err
	}
	if span > 0 {
		why = append(why, fmt.Sprintf("%d pictures and the like that come just after it are of pages asked for by the same client just before it, which it did not ask for again (a machine that was suspended and resumed does that too)", span))
	}
	return why, refs, nil
}

// shifted is how many days after a pause have the hours of the day moved by its length; 0 if too few have.
func (p *pulse) shifted(x pause) int {
	const hourMS = 3600_000
	move := int((x.length()+hourMS/2)/hourMS) % 24
	if move == 0 || x.length() > 60*24*hourMS {
		return 0
	}
	// the hours of a day, by hour of the day, from an hour on; days are counted from the hole
	day := func(from int64) (n [24]float64, sum float64) {
		for h := from; h < from+24; h++ {
			n[h%24] = math.Sqrt(float64(p.Slots[h])) // bursts count less
			sum += float64(p.Slots[h])
		}
		return n, sum
	}
	var before, after [][24]float64
	for k := range int64(leapDays) {
		from := x.From/hourMS - 24*(k+1)
		if n, sum := day(from); from >= p.first/hourMS && sum >= leastOfDay {
			before = append(before, n)
		}
		from = x.To/hourMS + 1 + 24*k
		if n, sum := day(from); from+24 <= p.last/hourMS+1 && sum >= leastOfDay {
			after = append(after, n)
		}
	}
	if len(before) < leastLeapDays || len(after) < leastLeapDays {
		return 0
	}
	var curve [24]float64
	total := 0.0
	for _, d := range before {
		for h, n := range d {
			curve[h] += n
			total += n
		}
	}
	moved := func(d, without [24]float64) bool { // it fits better moved, by the curve without a day
		score := 0.0
		rest := total
		for _, n := range without {
			rest -= n
		}
		at := func(h int) float64 { return math.Log((curve[h] - without[h] + 0.5) / (rest + 12)) }
		for h, n := range d {
			score += n * (at((h-move+24)%24) - at(h))
		}
		return score > 0
	}
	wrong, right := 0, 0
	for _, d := range before {
		if moved(d, d) {
			wrong++
		}
	}
	for _, d := range after {
		if moved(d, [24]float64{}) {
			right++
		}
	}
	if wrong*10 > 2*len(before) || right*10 < 8*len(after) {
		return 0
	}
	return right
}

// spanning counts what comes just after a pause and belongs to pages just before it.
func (w *survey) spanning(p *pulse, x pause) (n int, refs []string, err error) {
	if x.ToRow <= x.FromRow {
		return 0, nil, nil // sources that follow one another were loaded in another order
	}
	least, most := x.FromRow, x.ToRow
	for _, s := range p.spans {
		least, most = min(least, s.FirstRow), max(most, s.LastRow)
	}
	seen := map[string]bool{}
	var clients []string
	for k := range uint64(2 * besideHole) {
		row := x.ToRow + k/2
		if k%2 == 0 {
			row = x.FromRow - min(k/2, x.FromRow-least)
		}
		c, err := w.whole.Client(min(row, most))
		if err != nil {
			return 0, nil, err
		}
		if c != "" && !seen[c] {
			seen[c] = true
			clients = append(clients, c)
		}
	}
	type page struct{ client, path string }
	asked := map[page]string{} // pages before, with their references
	read := 0
	err = w.whole.Of(clients, func(_ uint64, r *Request, _ []Finding) bool {
		read++
		at := Ms(r.Time)
		asset := kindOf(plainPath(r.Path)) == assetKind
		switch {
		case at >= x.From-spanWindow && at <= x.From && !asset && r.Status < 400:
			asked[page{r.Client, r.Path}] = r.Ref
		case at < x.To || at > x.To+spanWindow:
		case !asset:
			delete(asked, page{r.Client, r.Path})
		default:
			from := asked[page{r.Client, refererPath(r.Referer)}]
			if from == "" {
				break
			}
			if n++; n <= 2 {
				refs = append(refs, from, r.Ref)
			}
		}
		return read < maxLeapRows
	})
	if n < leastSpanning {
		return 0, nil, err
	}
	return n, refs, err
}

// refererPath is the path of a referrer; "" if it has none.
func refererPath(referer string) string {
	_, rest, ok := strings.Cut(referer, "://")
	i := strings.IndexByte(rest, '/')
	if !ok || i < 0 {
		return ""
	}
	path, _, _ := strings.Cut(rest[i:], "?")
	path, _, _ = strings.Cut(path, "#")
	return path
}

// clockLeap makes a silence one of the clock if something speaks for that.
func (w *survey) clockLeap(g *EvidenceGap, p *pulse, x pause) error {
	why, refs, err := w.leap(p, x)
	if err != nil || len(why) == 0 {
		return err
	}
	by := time.Duration(x.length()) * time.Millisecond
	g.Kind = "clock"
	g.Text = fmt.Sprintf("%s. Consistent with a clock that was set forward by at most %s, rather than with a time without requests: %s",
		g.Text, by.Round(time.Second), strings.Join(why, "; and "))
	g.Refs = append(g.Refs, refs...)
	return nil
}

// leapBefore is the pause before a place where times run back that is as long as they run back by, but for the usual
// pauses at either end, and in which requests are usual; nil if there is none.
func (p *pulse) leapBefore(s *sourceSpan) *pause {
	if s.BackMost < 10*60_000 || len(p.usual) == 0 {
		return nil
	}
	for h := range p.Pauses {
		for i := range p.Pauses[h] {
			x := &p.Pauses[h][i]
			d := x.length() - s.BackMost
			if x.FromRow >= s.FirstRow && x.ToRow < s.BackRow && d >= -60_000 && d <= max(60_000, s.BackMost/10) && p.expected(x.From, x.To) >= leastExpected {
				return x
			}
		}
	}
	return nil
}

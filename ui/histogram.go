package ui

import (
	"context"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
)

// histogramBuckets is how finely a result is counted over time; the strip sums them up to its width.
const histogramBuckets = 720

// A histogram is the rows of a list over time, with those of level medium and above apart.
type histogram struct {
	from             time.Time
	bucket           time.Duration // what one count stands for
	counts, findings []int64
	done             bool // it has been counted; the zero histogram has not
}

// readHistogram counts a result over time, all of it or from lo to hi.
func readHistogram(ctx context.Context, res *index.Result, lo, hi time.Time) (histogram, error) {
	h, err := index.Histogram{}, error(nil)
	if lo.IsZero() {
		h, err = res.Histogram(ctx, histogramBuckets)
	} else {
		h, err = res.HistogramIn(ctx, lo, hi, histogramBuckets)
	}
	if err != nil {
		return histogram{}, err
	}
	return histogram{h.First, h.Bucket, h.Counts, h.Hot, true}, nil
}

// countSpans is the histogram of records that were each at some times: from, and of those that last also up to to.
// Those outside lo to hi do not count; zero times set no bound.
func countSpans(n int, at func(i int) (from, to time.Time, hot bool), lo, hi time.Time) histogram {
	h := histogram{done: true}
	if lo.IsZero() || hi.IsZero() {
		for i := range n {
			from, to, _ := at(i)
			if from.IsZero() {
				continue
			}
			if lo.IsZero() || from.Before(lo) {
				lo = from
			}
			if hi.Before(to) {
				hi = to
			}
		}
		hi = hi.Add(time.Second)
	}
	if lo.IsZero() {
		return h
	}
	h.from = lo
	const buckets = histogramBuckets
	h.bucket = max(1, (hi.Sub(lo)+buckets-1)/buckets)
	h.counts, h.findings = make([]int64, buckets), make([]int64, buckets)
	for i := range n {
		from, to, hot := at(i)
		if from.IsZero() || to.Before(lo) || !from.Before(hi) {
			continue
		}
		first := max(0, int(from.Sub(lo)/h.bucket))
		last := min(buckets-1, int(to.Sub(lo)/h.bucket))
		for b := first; b <= last; b++ {
			h.counts[b]++
			if hot {
				h.findings[b]++
			}
		}
	}
	return h
}

// to is where the histogram ends.
func (h *histogram) to() time.Time { return h.from.Add(h.bucket * time.Duration(len(h.counts))) }

// A band is the histogram over a list. With the keys in it, it is a ruler: a cursor in time, a span from where it
// began, and a part of the whole seen larger.
type band struct {
	hist     histogram
	noun     string // what it counts, at most 8 letters
	second   string // what its second row counts; empty if it has nothing to count
	focus    bool
	at       int       // the group under the cursor
	begun    int       // where a span was begun; -1 if none was
	lo, hi   time.Time // the part that is seen larger; zero for all
	around   time.Time // where the cursor goes when another part is seen
	width    int       // columns that it is drawn in
	groups   int       // bars
	perGroup int       // buckets of one
}

// bandHeight is how many rows a band takes, bandLeft what stands left of its bars: a gutter and the name.
const (
	bandHeight = 2
	bandLeft   = gutterWidth + 9
)

// What a key in the band asks for.
type bandAct struct {
	jump     time.Time // go to the row nearest to it
	from, to time.Time // narrow to this span
	recount  bool      // the part that is seen has changed
}

// enter gives the band the keys, with its cursor at a time.
func (b *band) enter(at time.Time) {
	b.focus, b.begun = true, -1
	b.at = b.groupOf(at)
}

// put takes a histogram; the cursor stays at its time when the part that is seen changes.
func (b *band) put(h histogram) {
	b.hist = h
	b.lay(b.width)
	if !b.around.IsZero() {
		b.at, b.around = b.groupOf(b.around), time.Time{}
	}
}

// timeWidth is the room of the times right of the bars.
const timeWidth = 15

// fit lays the bars out for another width; the cursor and the beginning of a span stay at their times.
func (b *band) fit(width int) {
	if width == b.width {
		return
	}
	at, _ := b.span(b.at, b.at)
	from, _ := b.span(b.begun, b.begun)
	begun := b.begun >= 0
	b.lay(width)
	b.at, b.begun = b.groupOf(at), -1
	if begun {
		b.begun = b.groupOf(from)
	}
}

// lay lays the bars out.
func (b *band) lay(width int) {
	b.width, b.groups, b.perGroup = width, 0, 1
	if n := len(b.hist.counts); n > 0 && width > 0 {
		b.groups = len(regroup(b.hist.counts, max(8, width-bandLeft-timeWidth)))
		b.perGroup = n / b.groups
	}
	b.at = max(0, min(b.at, b.groups-1))
	b.begun = min(b.begun, b.groups-1)
}

func (b *band) groupOf(at time.Time) int {
	if at.IsZero() || b.groups == 0 || b.hist.bucket <= 0 {
		return 0
	}
	return max(0, min(b.groups-1, int(at.Sub(b.hist.from)/(b.hist.bucket*time.Duration(b.perGroup)))))
}

// usable reports whether there is anything to choose from.
func (b *band) usable() bool { return b.hist.done && b.hist.bucket > 0 && b.groups > 1 }

// span is the times of groups i to j.
func (b *band) span(i, j int) (from, to time.Time) {
	if i > j {
		i, j = j, i
	}
	d := b.hist.bucket * time.Duration(b.perGroup)
	from = b.hist.from.Add(d * time.Duration(i)).Truncate(time.Second)
	to = b.hist.from.Add(d*time.Duration(j+1) + time.Second - 1).Truncate(time.Second)
	return from, to
}

// press does what a key means in the band.
func (b *band) press(k *keyMap, msg tea.KeyMsg) bandAct {
	switch {
	case key.Matches(msg, k.Left):
		b.at--
	case key.Matches(msg, k.Right):
		b.at++
	case key.Matches(msg, k.PageUp), key.Matches(msg, k.HalfUp):
		b.at -= 10
	case key.Matches(msg, k.PageDown), key.Matches(msg, k.HalfDown):
		b.at += 10
	case key.Matches(msg, k.Home):
		b.at = 0
	case key.Matches(msg, k.End):
		b.at = b.groups - 1
	case key.Matches(msg, k.Begin):
		if b.begun >= 0 {
			b.begun = -1
		} else {
			b.begun = b.at
		}
	case key.Matches(msg, k.In):
		return b.zoom(b.groups / 4)
	case key.Matches(msg, k.Out):
		if b.lo.IsZero() {
			return bandAct{}
		}
		b.around, _ = b.span(b.at, b.at)
		b.lo, b.hi, b.begun = time.Time{}, time.Time{}, -1
		return bandAct{recount: true}
	case key.Matches(msg, k.Enter):
		return b.choose()
	}
	b.at = max(0, min(b.at, b.groups-1))
	return bandAct{}
}

// choose leaves the band for the time under its cursor, or with the span begun.
func (b *band) choose() bandAct {
	b.focus = false
	if b.begun < 0 {
		from, _ := b.span(b.at, b.at)
		return bandAct{jump: from}
	}
	from, to := b.span(b.begun, b.at)
	b.begun = -1
	return bandAct{from: from, to: to}
}

// zoom shows the groups around the cursor, or of the span begun, over the whole width.
func (b *band) zoom(around int) bandAct {
	from, to := b.span(max(0, b.at-around), min(b.groups-1, b.at+around))
	if b.begun >= 0 {
		from, to = b.span(b.begun, b.at)
	}
	if to.Sub(from) < 4*time.Second {
		return bandAct{}
	}
	b.around, _ = b.span(b.at, b.at)
	b.lo, b.hi, b.begun = from, to, -1
	return bandAct{recount: true}
}

// help is what the status line says while the band has the keys.
func (b *band) keys(k keyMap) keyMap {
	k.disableList()
	disable(&k.Up, &k.Down, &k.Reload, &k.Next, &k.Prev, &k.Pivot, &k.Copy, &k.Mark, &k.Note, &k.Verdict, &k.Plant, &k.Merge, &k.Split, &k.Edit,
		&k.Cycle, &k.Order, &k.Unmask, &k.Task)
	k.Left.SetEnabled(true)
	k.Right.SetEnabled(true)
	means(&k.Left, "earlier")
	means(&k.Right, "later")
	means(&k.In, "larger")
	means(&k.Out, "all of it")
	k.In.SetEnabled(true)
	k.Out.SetEnabled(!b.lo.IsZero())
	k.Begin.SetEnabled(true)
	k.Enter.SetEnabled(true)
	means(&k.Enter, "go to this time")
	if b.begun >= 0 {
		means(&k.Enter, "only this span")
		means(&k.Begin, "no span")
	}
	return k
}

// view draws two rows: bars of all rows, and under them the findings, each beside an end of the time span. With the
// keys in it, the times are those of the cursor or of the span begun, which is in reverse.
func (b *band) view(st *styles, width int) []string {
	h := &b.hist
	if !h.done {
		return []string{st.draw([]run{{"  counting", muted}}, width, selNone), st.draw(nil, width, selNone)}
	}
	if h.bucket <= 0 {
		return []string{st.draw([]run{{"  no times", muted}}, width, selNone), st.draw(nil, width, selNone)}
	}
	w := max(8, width-bandLeft-timeWidth)
	counts := regroup(h.counts, w)
	from, to := h.from, h.to()
	i, j := b.at, b.at
	if b.focus {
		if b.begun >= 0 {
			i, j = min(b.at, b.begun), max(b.at, b.begun)
		}
		from, to = b.span(i, j)
	}
	i, j = min(i, len(counts)-1), min(j, len(counts)-1)
	row := func(name string, counts []int64, l look, at time.Time, end string) string {
		bars := []rune(strip(counts))
		runs := []run{{cell("  "+name, bandLeft), muted}}
		if b.focus {
			runs = append(runs, run{string(bars[:i]), l}, run{string(bars[i : j+1]), picked}, run{string(bars[j+1:]), l})
		} else {
			runs = append(runs, run{string(bars), l})
		}
		return st.draw(append(runs, run{"  " + at.UTC().Format("01-02 15:04") + end, muted}), width, selNone)
	}
	name := b.noun
	if !b.lo.IsZero() {
		name = "part"
	}
	return []string{row(name, counts, plain, from, " -"), row(b.second, regroup(h.findings, w), high, to, "")}
}

package triage

// Numbers that a log gives its records one by one, such as EventRecordID of a Windows event log: where some are
// missing, records are.
//
// A collector keeps the numbers of each series as runs without a hole. A series is judged only if it is dense: of 100
// numbers at least 95 are followed by the next one. An export that was filtered, say by kind of event, has holes
// everywhere, and says nothing: that is told once. In a dense one each hole is a gap. Each source is judged by itself,
// so that what one export lacks and another has is told as well; then all sources of a series together, for what
// lies between the end of one and the beginning of the next.
//
// Numbers that begin again (at 3 or less, after 30 or more, at a later time) are a series of their own.
//
// Known weakness: a hole says neither who made it nor how; who takes records out and numbers the rest anew leaves none.

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A Tally is what one source tells of its own wholeness. Its texts are as logged.
type Tally struct {
	Numbers []NumberSeries `json:"numbers,omitempty"`
	Told    []ToldEvent    `json:"told,omitempty"`
	Holes   []FileHole     `json:"holes,omitempty"`
}

// A NumberSeries is the numbers of one series that a source has.
type NumberSeries struct {
	What string      `json:"what"` // the name of the number, such as "record id"
	Of   string      `json:"of"`   // what is numbered, such as a channel and its computer
	Runs []NumberRun `json:"runs"` // ascending, with a hole between each two; those after maxRuns are left out
	// Holey says that there were more than maxRuns.
	Holey bool `json:"holey,omitempty"`
	// Set are places where the next number has an earlier time.
	Set []ClockStep `json:"set,omitempty"`
}

// A NumberRun is numbers without a hole.
type NumberRun struct {
	First int64     `json:"first"`
	Last  int64     `json:"last"`
	From  NumberEnd `json:"from"` // the record with the number First
	To    NumberEnd `json:"to"`
}

// A NumberEnd is the record at the end of a run.
type NumberEnd struct {
	Time int64 `json:"time"` // Unix ms; 0 if unknown
	Line int64 `json:"line"`
	Kept bool  `json:"kept,omitempty"` // it can be opened by its line: it is a request or a process creation
}

// A ClockStep is a place where time runs back from one number to the next.
type ClockStep struct{ Before, After NumberEnd }

// A FileHole is a place in a file where bytes are missing: "zeros" (a block of NUL bytes), "head" (its first line is the
// end of one) or "tail" (its last line has no end and fits no format).
type FileHole struct {
	Kind  string `json:"kind"`
	Line  int64  `json:"line"`
	Bytes int64  `json:"bytes,omitempty"` // how many are zero
	From  int64  `json:"from,omitempty"`  // times of the records around it, Unix ms; 0 if unknown
	To    int64  `json:"to,omitempty"`
}

// A ToldEvent is a record that itself says that a log was cleared or a clock set.
type ToldEvent struct {
	Kind string `json:"kind"` // of EvidenceGap
	Text string `json:"text"`
	Time int64  `json:"time"` // Unix ms
	Line int64  `json:"line"`
}

const (
	maxSeries     = 64 // of one source
	maxRuns       = 1000
	runsHeld      = 16 * maxRuns // before they are joined
	maxSetBack    = 8
	clockStep     = 2 * 60 * 1000 // ms that a clock was set back by at least
	leastNumbered = 50            // numbers of a series that is judged
	denseShare    = 0.95
	maxHolesTold  = 12 // of one series of one source
	beginsAgain   = 3  // a series that begins again does so at this number or below
	MaxTold       = 20 // of one source
)

// Numbers collects the series of one source. The zero value is empty.
type Numbers struct {
	by    map[[2]string]*collected
	order []*collected
}

type collected struct {
	NumberSeries
	last   int64
	at     NumberEnd
	begun  bool
	rounds int // how often it began again
}

// Add adds a number. What lies beyond the bounds is left out.
func (n *Numbers) Add(what, of string, number int64, at NumberEnd) {
	if number < 0 || number >= 1<<62 {
		return
	}
	c := n.by[[2]string{what, of}]
	if c != nil && number <= beginsAgain && c.last >= 10*beginsAgain && at.Time > c.at.Time && at.Time != 0 {
		rounds := c.rounds + 1
		c = n.begin(what, of, fmt.Sprintf("%s, begun again (%d)", of, rounds))
		if c != nil {
			c.rounds = rounds
		}
	} else if c == nil {
		c = n.begin(what, of, of)
	}
	if c == nil {
		return
	}
	c.add(number, at)
}

func (n *Numbers) begin(what, key, of string) *collected {
	if len(n.order) >= maxSeries {
		return nil
	}
	if n.by == nil {
		n.by = map[[2]string]*collected{}
	}
	c := &collected{NumberSeries: NumberSeries{What: what, Of: of[:min(len(of), 300)]}}
	n.by[[2]string{what, key}] = c
	n.order = append(n.order, c)
	return c
}

func (c *collected) add(number int64, at NumberEnd) {
	if c.begun && c.at.Time != 0 && at.Time != 0 && len(c.Set) < maxSetBack {
		switch {
		case number == c.last+1 && at.Time < c.at.Time-clockStep:
			c.Set = append(c.Set, ClockStep{c.at, at})
		case number == c.last-1 && at.Time > c.at.Time+clockStep: // the newest come first
			c.Set = append(c.Set, ClockStep{at, c.at})
		}
	}
	k := len(c.Runs) - 1
	switch {
	case k >= 0 && number == c.Runs[k].Last+1:
		c.Runs[k].Last, c.Runs[k].To = number, at
	case k >= 0 && number == c.Runs[k].First-1:
		c.Runs[k].First, c.Runs[k].From = number, at
	case k >= 0 && number >= c.Runs[k].First && number <= c.Runs[k].Last:
	case c.Holey:
	default:
		c.Runs = append(c.Runs, NumberRun{number, number, at, at})
		if len(c.Runs) >= runsHeld {
			c.Runs = joinRuns(c.Runs)
			c.Holey = len(c.Runs) > runsHeld/2
		}
	}
	c.begun, c.last, c.at = true, number, at
}

// JoinSeries joins the series of one source that were collected in two goes.
func JoinSeries(a, b []NumberSeries) []NumberSeries {
	a = slices.Clone(a)
	for _, s := range b {
		i := slices.IndexFunc(a, func(x NumberSeries) bool { return x.What == s.What && x.Of == s.Of })
		if i < 0 {
			a = append(a, s)
			continue
		}
		x := &a[i]
		x.Runs = joinRuns(slices.Concat(x.Runs, s.Runs))
		x.Holey = x.Holey || s.Holey || len(x.Runs) > maxRuns
		x.Runs = x.Runs[:min(len(x.Runs), maxRuns)]
		x.Set = append(x.Set, s.Set...)
		x.Set = x.Set[:min(len(x.Set), maxSetBack)]
	}
	return a
}

// Series are the series, each with its runs in order.
func (n *Numbers) Series() []NumberSeries {
	var out []NumberSeries
	for _, c := range n.order {
		s := c.NumberSeries
		s.Runs = joinRuns(s.Runs)
		if len(s.Runs) > maxRuns {
			s.Runs, s.Holey = s.Runs[:maxRuns], true
		}
		out = append(out, s)
	}
	return out
}

// joinRuns sorts runs and joins those that touch.
func joinRuns(runs []NumberRun) []NumberRun {
	slices.SortStableFunc(runs, func(a, b NumberRun) int { return cmp.Compare(a.First, b.First) })
	out := runs[:0]
	for _, r := range runs {
		if k := len(out) - 1; k >= 0 && r.First <= out[k].Last+1 {
			if r.Last > out[k].Last {
				out[k].Last, out[k].To = r.Last, r.To
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

// dense reports whether nearly every number is followed by the next.
func (s *NumberSeries) dense() bool {
	n := s.seen()
	return !s.Holey && n >= leastNumbered && float64(len(s.Runs)-1) <= (1-denseShare)*float64(n)
}

func (s *NumberSeries) seen() int64 {
	n := int64(0)
	for _, r := range s.Runs {
		n += r.Last - r.First + 1
	}
	return n
}

// A TalliedSource is a source with its tally.
type TalliedSource struct {
	Source
	Tally Tally
}

// NumberGaps says what the tallies of all sources tell: numbers that are missing ("sequence"), times that run back
// while numbers go on ("clock"), holes in the bytes of a file ("zeros", "trimmed"), and records that tell of it themselves ("cleared", "policy", "clock"). A gap that begins within an
// hour of an incident's step is of level high.
func NumberGaps(all []TalliedSource, incidents []Incident) []EvidenceGap {
	out := []EvidenceGap{}
	type key struct{ what, of string }
	bySeries := map[key][]numbered{}
	var order []key
	for i := range all {
		src := &all[i]
		for j := range src.Tally.Numbers {
			s := &src.Tally.Numbers[j]
			out = append(out, setGaps(src, s)...)
			if s.seen() < leastNumbered {
				continue
			}
			k := key{s.What, s.Of}
			if bySeries[k] == nil {
				order = append(order, k)
			}
			bySeries[k] = append(bySeries[k], numbered{src, s})
		}
		for _, h := range src.Tally.Holes {
			out = append(out, nearSteps(h.gap(src), incidents))
		}
		for _, t := range src.Tally.Told {
			level := Medium
			if t.Kind == "cleared" {
				level = High
			}
			out = append(out, EvidenceGap{Kind: t.Kind, Level: level, From: timeOf(t.Time), To: timeOf(t.Time), Source: src.Path, Text: VisibleN(t.Text, 300), Refs: []string{}})
		}
	}
	for _, k := range order {
		out = append(out, holesOf(bySeries[k])...)
		out = append(out, holesBetween(bySeries[k])...)
	}
	for i := range out {
		if out[i].Kind == "sequence" && out[i].Level == Medium {
			out[i] = nearSteps(out[i], incidents)
		}
	}
	return out
}

// A numbered is a series of one source.
type numbered struct {
	src *TalliedSource
	*NumberSeries
}

func (n numbered) name() string { return n.What + "s of " + VisibleN(n.Of, 120) }

func (n numbered) refs(ends ...NumberEnd) []string {
	out := []string{}
	for _, e := range ends {
		if e.Kept {
			out = append(out, RequestRef(n.src.Key, e.Line))
		}
	}
	return out
}

func setGaps(src *TalliedSource, s *NumberSeries) []EvidenceGap {
	var out []EvidenceGap
	for _, x := range s.Set {
		out = append(out, EvidenceGap{Kind: "clock", Level: Medium, From: timeOf(x.After.Time), To: timeOf(x.Before.Time), Source: src.Path,
			Refs: numbered{src, s}.refs(x.Before, x.After),
			Text: fmt.Sprintf("its time goes back by %s from line %d to line %d, while the %ss of %s go on: its clock was set back there",
				lasted(x.After.Time, x.Before.Time), x.Before.Line, x.After.Line, s.What, VisibleN(s.Of, 120))})
	}
	return out
}

// gap is a hole in words.
func (h *FileHole) gap(src *TalliedSource) EvidenceGap {
	g := EvidenceGap{Kind: "trimmed", Level: Low, Source: src.Path, Refs: []string{RequestRef(src.Key, h.Line)}}
	switch h.Kind {
	case "zeros":
		g.Kind, g.Level = "zeros", Medium
		if h.From != 0 && h.To != 0 {
			g.From, g.To = timeOf(min(h.From, h.To)), timeOf(max(h.From, h.To))
		}
		g.Text = fmt.Sprintf("%d or more NUL bytes on line %d: consistent with a crash while it was written, a file that was emptied while the server had it open, and bytes that were wiped", h.Bytes, h.Line)
	case "head":
		g.Text = "its first line is the end of one: what came before was cut off by size, or taken out"
	default:
		g.Text = fmt.Sprintf("its last line, %d, breaks off: it was copied while the server wrote, or cut", h.Line)
	}
	return g
}

// holesOf are the holes within each source.
func holesOf(all []numbered) []EvidenceGap {
	var out []EvidenceGap
	for _, n := range all {
		g := EvidenceGap{Kind: "sequence", Level: Low, Source: n.src.Path, Refs: []string{}}
		if !n.dense() {
			g.Text = fmt.Sprintf("the %s cannot be judged: %d or more are there, with %d or more holes, as in an export that was filtered", n.name(), n.seen(), len(n.Runs)-1)
			out = append(out, g)
			continue
		}
		missing, rest := int64(0), 0
		for i := range n.Runs[1:] {
			a, b := n.Runs[i], n.Runs[i+1]
			if i >= maxHolesTold {
				rest++
				missing += b.First - a.Last - 1
				continue
			}
			g.Level, g.From, g.To, g.Refs = Medium, timeOf(min(a.To.Time, b.From.Time)), timeOf(max(a.To.Time, b.From.Time)), n.refs(a.To, b.From)
			g.Text = fmt.Sprintf("%s missing between lines %d and %d%s; the other %d are there with %s: consistent with records taken out, with a damaged log, and with an export that left them out",
				n.missing(a.Last+1, b.First-1), a.To.Line, b.From.Line, elsewhere(all, n, a.Last+1, b.First-1), n.seen(), count(len(n.Runs)-1, "hole"))
			out = append(out, g)
		}
		if rest > 0 {
			out = append(out, EvidenceGap{Kind: "sequence", Level: Medium, Source: n.src.Path, Refs: []string{},
				Text: fmt.Sprintf("%d numbers of the %s are missing in %s more", missing, n.name(), count(rest, "hole"))})
		}
	}
	return out
}

// missing names numbers that are missing: "record ids 5 to 7 (3) of Security on web1 are".
func (n numbered) missing(first, last int64) string {
	of := VisibleN(n.Of, 120)
	if first == last {
		return fmt.Sprintf("%s %d of %s is", n.What, first, of)
	}
	return fmt.Sprintf("%ss %d to %d (%d) of %s are", n.What, first, last, last-first+1, of)
}

// elsewhere says which other source has missing numbers.
func elsewhere(all []numbered, n numbered, first, last int64) string {
	for _, o := range all {
		if o.src == n.src {
			continue
		}
		has := int64(0)
		for _, r := range o.Runs {
			has += max(0, min(r.Last, last)-max(r.First, first)+1)
		}
		if has > 0 {
			return fmt.Sprintf(" (%s has %d of them)", VisibleN(o.src.Path, 80), has)
		}
	}
	return ""
}

// holesBetween are numbers between the end of one source and the beginning of the next, of dense ones.
func holesBetween(all []numbered) []EvidenceGap {
	all = slices.DeleteFunc(slices.Clone(all), func(n numbered) bool { return !n.dense() })
	slices.SortStableFunc(all, func(a, b numbered) int { return cmp.Compare(a.Runs[0].First, b.Runs[0].First) })
	var out []EvidenceGap
	for i := range all {
		if i == 0 {
			continue
		}
		far := all[0]
		for _, n := range all[1:i] {
			if n.end().Last > far.end().Last {
				far = n
			}
		}
		a, b := far.end(), all[i].Runs[0]
		if b.First <= a.Last+1 {
			continue
		}
		out = append(out, EvidenceGap{Kind: "sequence", Level: Medium, From: timeOf(min(a.To.Time, b.From.Time)), To: timeOf(max(a.To.Time, b.From.Time)), Source: all[i].src.Path,
			Refs: append(far.refs(a.To), all[i].refs(b.From)...),
			Text: fmt.Sprintf("%s missing between the end of %s and its beginning: not collected, overwritten, or taken out",
				far.missing(a.Last+1, b.First-1), VisibleN(far.src.Path, 80))})
	}
	return out
}

func (s *NumberSeries) end() NumberRun { return s.Runs[len(s.Runs)-1] }

// nearSteps raises a gap that begins soon after a step of an incident.
func nearSteps(g EvidenceGap, incidents []Incident) EvidenceGap {
	w := survey{}
	w.out.Incidents = incidents
	if g.From.IsZero() {
		return g
	}
	return w.nearIntruder(g)
}

// Ms is a time in Unix ms; 0 for the zero time.
func Ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

package triage

// Gaps: evidence that is not whole.
//
// A pause in a log is a gap when the site's own rhythm makes it incredible. How many requests are usual is the
// mean of the same hour of the other days, without the busiest tenth, so that a scan does not make every night
// look empty. A pause is weighed by the number of requests that would be usual in it, E. Requests come in
// clumps (a page with its pictures, a visitor with his pages), so the chance of a pause falls as exp(-E/s), with
// an s that each site has of its own: it is read off the site's pauses, between the longest 1 % and the longest
// 0.1 % of them. A pause is a gap when one as long would be expected in less than one of a thousand such logs:
//
//	E > q999 + s * (ln(N/1000) + ln(1000)),  s = (q999 - q99) / ln(10),  and E >= 12
//
// Example: a log of N = 38,964 requests whose pauses have q99 = 0.9 and q999 = 4.1 has s = 1.39; a pause is a
// gap from E = 4.1 + 1.39 * (3.66 + 6.91) = 18.8 usual requests on. At ten requests an hour that is two hours.
//
// A clock that leaps forward leaves a pause too; what tells the two apart is in leaps.go.
//
// Known weakness: a holiday looks like a gap, and lines that were taken out one by one leave no pause at all; another
// log of the server shows them (gaps_pairs.go).

import (
	"cmp"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An EvidenceGap is one sign that the evidence is not whole.
type EvidenceGap struct {
	Kind   string    `json:"kind"`  // "silence", "ends", "begins", "absent", "order", "clock", "removed", "sequence", "zeros", "trimmed", "cleared" or "policy"
	Level  Level     `json:"level"` // medium; high if an intruder was at work just before; low if it says little
	From   time.Time `json:"from"`  // zero if the gap has no place in time
	To     time.Time `json:"to"`
	Source string    `json:"source"` // the file, or the name that the files of a rotation share
	Text   string    `json:"text"`
	Refs   []string  `json:"refs"` // the records on either side, or an example
}

const (
	maxGaps       = 200
	leastExpected = 12        // usual requests in a pause that is a gap
	leastRequests = 200       // of a log that has a rhythm
	beforeGap     = time.Hour // how long before a gap an intruder's act is named with it
)

// A pulse is the rhythm of one family as gaps are measured against.
type pulse struct {
	*family
	name        string
	spans       []sourceSpan // with times, by First
	total       int
	first, last int64
	usual       []float64 // requests by hour of the day, or of the week of a log of five weeks or more
	limit       float64   // E from which a pause is a gap; +Inf if the log is too small to tell
}

// findGaps looks at every family of sources, and at what they tell on each other.
func (w *survey) findGaps() error {
	var pulses []*pulse
	for _, name := range sortedKeys(w.families) {
		if p := newPulse(name, w.families[name], w.spans); p != nil {
			pulses = append(pulses, p)
		}
	}
	out := []EvidenceGap{}
	for _, p := range pulses {
		quiet, err := w.silences(p)
		if err != nil {
			return fmt.Errorf("look at what is on either side of a pause: %w", err)
		}
		out = append(out, quiet...)
		out = append(out, w.ends(p, pulses)...)
		out = append(out, absent(p)...)
		out = append(out, w.order(p)...)
	}
	pairs, err := w.pairGaps()
	if err != nil {
		return fmt.Errorf("compare the logs with each other: %w", err)
	}
	out = append(append(out, pairs...), w.eventClock()...)
	slices.SortStableFunc(out, func(a, b EvidenceGap) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), a.From.Compare(b.From))
	})
	w.out.Gaps = out[:min(len(out), maxGaps)]
	return nil
}

// eventClock says how far the clock of the event logs is from that of the web logs.
func (w *survey) eventClock() []EvidenceGap {
	s := w.out.ClockSkewMS / 1000
	if abs(s) < clockToldS || len(w.out.Spawned) == 0 {
		return nil
	}
	x := w.out.Spawned[0]
	level := Low
	if abs(s) >= 60 {
		level = Medium
	}
	return []EvidenceGap{{Kind: "clock", Level: level, Source: "event logs", Refs: []string{x.Process, x.Request},
		Text: "their clock is " + aheadOf(s, "the web logs") + ", by the processes that requests started; it is allowed for where the two are joined" + zoneHint(s)}}
}

func newPulse(name string, f *family, all []sourceSpan) *pulse {
	p := &pulse{family: f, name: name, limit: math.Inf(1)}
	for _, s := range all {
		if s.Family != name || !s.Begun {
			continue
		}
		p.spans = append(p.spans, s)
		p.total += s.Requests
		if p.first == 0 || s.First < p.first {
			p.first = s.First
		}
		p.last = max(p.last, s.Last)
	}
	if len(p.spans) == 0 {
		return nil
	}
	slices.SortStableFunc(p.spans, func(a, b sourceSpan) int { return cmp.Compare(a.First, b.First) })
	if p.total >= leastRequests && p.last-p.first >= 6*3600_000 {
		p.measure()
		p.limit = p.incredible()
	}
	return p
}

// measure fills usual.
func (p *pulse) measure() {
	first, last := p.first/3600_000, p.last/3600_000
	cycle := int64(24)
	if last-first >= 5*168 {
		cycle = 168
	}
	counts := make([][]int32, cycle)
	for hour := first; hour <= last && hour < first+maxSlots; hour++ {
		counts[hour%cycle] = append(counts[hour%cycle], p.Slots[hour])
	}
	if last-first < 3*24 { // too short for a rhythm of days: all hours are alike
		all := slices.Concat(counts...)
		for i := range counts {
			counts[i] = all
		}
	}
	p.usual = make([]float64, cycle)
	for i, c := range counts {
		p.usual[i] = calmMean(c)
	}
}

// calmMean is the mean without the largest tenth.
func calmMean(counts []int32) float64 {
	if len(counts) == 0 {
		return 0
	}
	c := slices.Clone(counts)
	slices.Sort(c)
	c = c[:max(len(c)-(len(c)+9)/10, 1)]
	sum := 0.0
	for _, n := range c {
		sum += float64(n)
	}
	return sum / float64(len(c))
}

// expected is E, the number of requests usual between two times, in Unix ms.
func (p *pulse) expected(from, to int64) float64 {
	cycle := int64(len(p.usual))
	week := cycle * 3600_000
	sum := 0.0
	if rounds := (to - from) / week; rounds > 0 {
		for _, n := range p.usual {
			sum += n
		}
		sum *= float64(rounds)
		from += rounds * week
	}
	for from < to {
		hour := from / 3600_000
		next := min((hour+1)*3600_000, to)
		sum += p.usual[hour%cycle] * float64(next-from) / 3600_000
		from = next
	}
	return sum
}

// incredible is the E of a pause that one of a thousand logs like this would have.
func (p *pulse) incredible() float64 {
	type weighed struct {
		e float64
		n int
	}
	var all []weighed
	day := p.first / 86400_000 * 86400_000
	for h := range p.Lengths {
		for b, n := range p.Lengths[h] {
			if n > 0 {
				from := day + int64(h)*3600_000
				all = append(all, weighed{p.expected(from, from+int64(bucketEnd(b))), int(n)})
			}
		}
	}
	slices.SortFunc(all, func(a, b weighed) int { return cmp.Compare(b.e, a.e) })
	longest := func(n int) float64 { // E of the n-th longest pause
		for _, x := range all {
			if n -= x.n; n <= 0 {
				return x.e
			}
		}
		return 0
	}
	q99, q999 := longest(max(p.total/100, 1)), longest(max(p.total/1000, 1))
	scale := max(q999-q99, 0) / math.Ln10
	return max(leastExpected, q999+scale*(max(math.Log(float64(p.total)/1000), 0)+math.Log(1000)))
}

// silences are the pauses, within a source and between sources, that are gaps.
func (w *survey) silences(p *pulse) ([]EvidenceGap, error) {
	var found []pause
	for _, hour := range p.Pauses {
		found = append(found, hour...)
	}
	end := p.spans[0]
	for _, s := range p.spans[1:] {
		if s.First > end.Last {
			found = append(found, pause{end.Last, s.First, end.LastRow, s.FirstRow})
		}
		if s.Last > end.Last {
			end = s
		}
	}
	slices.SortFunc(found, func(a, b pause) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	var out []EvidenceGap
	for i, x := range found {
		if i > 0 && x.From == found[i-1].From || math.IsInf(p.limit, 1) {
			continue
		}
		e := p.expected(x.From, x.To)
		if e <= p.limit || p.covered(x) {
			continue
		}
		a, b := w.whole.Cite(x.FromRow), w.whole.Cite(x.ToRow)
		where := ""
		if a.Source != b.Source {
			where = fmt.Sprintf(" between the end of %s and the beginning of %s", VisibleN(a.Source, 60), VisibleN(b.Source, 60))
		}
		g := w.nearIntruder(EvidenceGap{Kind: "silence", Level: Medium, From: timeOf(x.From), To: timeOf(x.To), Source: p.name,
			Text: fmt.Sprintf("no request for %s%s, a time in which about %.0f are usual", lasted(x.From, x.To), where, e), Refs: []string{a.Ref, b.Ref}})
		if len(out) < maxLeapsAsked {
			if err := w.clockLeap(&g, p, x); err != nil {
				return nil, err
			}
		}
		out = append(out, g)
	}
	return out, nil
}

// covered reports whether another source of the family has requests inside the pause.
func (p *pulse) covered(x pause) bool {
	for hour := x.From/3600_000 + 1; hour < x.To/3600_000; hour++ {
		if p.Slots[hour] > 0 {
			return true
		}
	}
	for _, s := range p.spans {
		inside := s.FirstRow > x.ToRow || s.LastRow < x.FromRow // another source than the one that pauses
		if inside && s.First < x.To && s.Last > x.From {
			return true
		}
	}
	return false
}

// ends says where a family begins after, or ends before, other logs of the same server: of those, the one that goes
// farthest is named.
func (w *survey) ends(p *pulse, all []*pulse) []EvidenceGap {
	if math.IsInf(p.limit, 1) {
		return nil
	}
	var late, early *pulse
	lates, earlies := 0, 0
	for _, o := range all {
		if o == p || o.total < leastRequests || o.last < p.first || o.first > p.last {
			continue
		}
		ends, begins := p.expected(p.last, o.last) > p.limit, p.expected(o.first, p.first) > p.limit
		if !ends && !begins || !alike(w.saw[p.name], w.saw[o.name]) {
			continue
		}
		if ends {
			if lates++; late == nil || o.last > late.last {
				late = o
			}
		}
		if begins {
			if earlies++; early == nil || o.first < early.first {
				early = o
			}
		}
	}
	var out []EvidenceGap
	if late != nil {
		cite := w.whole.Cite(p.lastRow())
		out = append(out, w.nearIntruder(EvidenceGap{Kind: "ends", Level: Medium, From: timeOf(p.last), To: timeOf(late.last), Source: p.name, Refs: []string{cite.Ref},
			Text: fmt.Sprintf("ends %s before %s does%s; about %.0f requests would be usual until then", lasted(p.last, late.last), VisibleN(late.name, 80), others(lates), p.expected(p.last, late.last))}))
	}
	if early != nil {
		cite := w.whole.Cite(p.spans[0].FirstRow)
		out = append(out, EvidenceGap{Kind: "begins", Level: Low, From: timeOf(early.first), To: timeOf(p.first), Source: p.name, Refs: []string{cite.Ref},
			Text: fmt.Sprintf("begins %s after %s does%s; about %.0f requests would be usual before", lasted(early.first, p.first), VisibleN(early.name, 80), strings.Replace(others(earlies), "before", "after", 1), p.expected(early.first, p.first))})
	}
	return out
}

// others says that more logs than the one named end later, or begin earlier; n counts that one too.
func others(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(", and before %d more of this server", n-1)
}

func (p *pulse) lastRow() uint64 {
	for _, s := range p.spans {
		if s.Last == p.last {
			return s.LastRow
		}
	}
	return 0
}

// nearIntruder raises a gap that begins soon after an act of an incident.
func (w *survey) nearIntruder(g EvidenceGap) EvidenceGap {
	var last *Step
	for i := range w.out.Incidents {
		for j := range w.out.Incidents[i].Steps {
			s := &w.out.Incidents[i].Steps[j]
			if d := g.From.Sub(s.end()); d >= 0 && d <= beforeGap && (last == nil || s.end().After(last.end())) {
				last = s
			}
		}
	}
	if last != nil {
		g.Level = High
		g.Text += fmt.Sprintf("; it begins %s after a step of an incident (%s)", g.From.Sub(last.end()).Round(time.Second), last.Kind)
		g.Refs = append(g.Refs, last.Ref)
	}
	return g
}

// absent names the files that a numbered rotation lacks: those between the lowest and the highest number.
func absent(p *pulse) []EvidenceGap {
	names := map[string]bool{}
	for _, s := range p.spans {
		names[s.Path] = true
	}
	type rotation struct {
		prefix, end string
		numbers     []int
	}
	byPrefix := map[string]*rotation{}
	for _, name := range sortedKeys(names) {
		base := name
		end := path.Ext(base)
		if end == ".gz" || end == ".zst" || end == ".bz2" || end == ".xz" {
			base = strings.TrimSuffix(base, end)
		} else {
			end = ""
		}
		dot := strings.LastIndexByte(base, '.')
		n, err := strconv.Atoi(base[dot+1:])
		if dot < 0 || err != nil || n < 0 || n > 9999 {
			continue
		}
		r := byPrefix[base[:dot]]
		if r == nil {
			r = &rotation{prefix: base[:dot], end: end}
			byPrefix[base[:dot]] = r
		}
		r.numbers = append(r.numbers, n)
	}
	var out []EvidenceGap
	for _, prefix := range sortedKeys(byPrefix) {
		r := byPrefix[prefix]
		slices.Sort(r.numbers)
		if names[prefix] && r.numbers[0] > 1 { // the present log is number 0
			r.numbers = slices.Insert(r.numbers, 0, 0)
		}
		for i, n := range r.numbers[1:] {
			before := r.numbers[i]
			if n-before < 2 || n-before > 100 {
				continue
			}
			missing := fmt.Sprintf("%s.%d", prefix, before+1)
			if n-before > 2 {
				missing += fmt.Sprintf(" to .%d", n-1)
			}
			out = append(out, EvidenceGap{Kind: "absent", Level: Medium, Source: p.name, Refs: []string{},
				Text: fmt.Sprintf("%s of a numbered rotation is not among the evidence, its neighbours are", VisibleN(missing, 120))})
		}
	}
	return out
}

// order says where times run back.
func (w *survey) order(p *pulse) []EvidenceGap {
	var out []EvidenceGap
	for _, s := range p.spans {
		if s.Back < 3 && s.BackMost < 10*60_000 || s.Back == 0 {
			continue
		}
		cite := w.whole.Cite(s.BackRow)
		if x := p.leapBefore(&s); x != nil {
			a, b := w.whole.Cite(x.FromRow), w.whole.Cite(x.ToRow)
			out = append(out, w.nearIntruder(EvidenceGap{Kind: "clock", Level: Medium, Source: s.Path, From: timeOf(x.From), To: timeOf(x.To), Refs: []string{a.Ref, b.Ref, cite.Ref},
				Text: fmt.Sprintf("its times leap forward by %s from line %d to line %d, and from line %d on they run back by as much: consistent with a clock that was set forward and back again; what lies between is that much too late",
					time.Duration(x.length()/1000)*time.Second, a.Line, b.Line, cite.Line)}))
			continue
		}
		out = append(out, EvidenceGap{Kind: "order", Level: Low, Source: s.Path, From: timeOf(s.First), To: timeOf(s.Last), Refs: []string{cite.Ref},
			Text: fmt.Sprintf("%s written after later ones, by up to %s: several writers, files that were joined, or a clock that was set back",
				count(s.Back, "request"), lasted(0, s.BackMost))})
	}
	return out
}

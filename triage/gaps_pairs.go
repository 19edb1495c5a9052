package triage

// What two logs of one server tell on each other: clocks that differ, and lines that one of them lacks.
//
// Clocks. A request that each of two logs has once, by the same client, is the same request most likely; the
// difference of its times is that of the clocks. By chance (somebody asks two sites for one page) differences are
// anything, so the clocks are said to differ only if at least 20 such requests of several clients agree within 2 s,
// and are 6 of 10. The requests are taken in up to 16 stretches of time, each of which must agree in itself: where
// the stretches do not agree with each other, one of the clocks was set, or runs fast. A difference of whole quarter
// hours is more likely a zone that was taken wrongly.
//
// Lines. If nearly all that one log has is in the other too, what is not was taken out of it or not written: that is
// said if 95 of 100 are (of what both kept; see witness.go), or if, of a smaller part, all that is lacking is of
// few clients while everyone else's requests are there, or of few hours while the others are whole. Days on which the other log has nothing are silences, and not
// counted here.
//
// Known weakness: a log that by its configuration leaves out few requests (health checks) looks like one that lines
// were taken out of; the finding says so.

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

const (
	leastPairs    = 20  // requests that both have, to compare clocks
	leastAgree    = 0.6 // share of them that agree
	agreeS        = 2   // seconds to either side
	clockToldS    = 5   // clocks that differ by less are told as alike
	clockParts    = 16
	leastBoth     = 50   // requests that both have, to miss others
	shareWhole    = 0.95 // of them, for a log that should have all
	sharePart     = 0.5  // and for one that should have those of most clients
	fewClients    = 3
	fewHours      = 24
	coverMarginS  = 600
	maxZoneS      = 14 * 3600
	zoneTolerance = 90 // seconds that clocks may differ besides the zone
)

// A pairing is a request that two families have.
type pairing struct {
	at     int64 // Unix s, in the first
	diff   int64 // seconds that the second has it later
	client uint16
	a, b   uint64 // rows
}

// A stretch is a time in which the clocks of two families differ by the same.
type stretch struct {
	offset   int64 // seconds that the second is ahead
	from, to int64
	a, b     uint64 // rows of the last pairing
	n        int
}

// pairGaps compares every two families.
func (w *survey) pairGaps() ([]EvidenceGap, error) {
	names := sortedKeys(w.saw)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(len(w.saw[b].Seen.List), len(w.saw[a].Seen.List)) })
	var out []EvidenceGap
	clocked := map[string]bool{}
	for j, b := range names {
		for _, a := range names[:j] {
			pairs := pairUp(&w.saw[a].Seen, &w.saw[b].Seen)
			all, agree := agreement(pairs, true)
			if len(all) == 0 {
				all, agree = agreement(pairUp(&w.saw[a].Bare, &w.saw[b].Bare), false)
			}
			if len(all) == 0 {
				continue
			}
			if g := w.clockGap(a, b, all, agree); g != nil && !clocked[b] {
				out = append(out, *g)
			}
			clocked[b] = true
			for _, x := range [][2]string{{a, b}, {b, a}} {
				g, err := w.lackGap(x[0], x[1])
				if err != nil {
					return nil, err
				}
				if g != nil {
					out = append(out, *g)
				}
			}
		}
	}
	return out, nil
}

// Shares of what the log that saw less of them has in common with the other, for the two to be of one server.
const (
	shareClients = 0.2 // of its clients, of which chance makes up to 3 % alike by their 16-bit hashes in logs of 2,000 clients
	shareAsked   = 0.2 // or of what it was asked for
	leastShared  = 5   // clients, or requests
)

// alike reports whether two families saw the same clients, or were asked for the same things, so that both are most
// likely logs of one server or site. Unrelated sites share scanners and "/robots.txt".
func alike(a, b *witness) bool {
	if a == nil || b == nil {
		return false
	}
	clients := func(s *sightings) map[uint64]bool {
		out := map[uint64]bool{}
		for i := range s.List {
			out[uint64(s.List[i].Client)] = true
		}
		return out
	}
	limit := min(a.Bare.Limit, b.Bare.Limit)
	asked := func(s *sightings) map[uint64]bool {
		out := map[uint64]bool{}
		for i := range s.List {
			if s.List[i].Key < limit {
				out[s.List[i].Key] = true
			}
		}
		return out
	}
	return shared(clients(&a.Seen), clients(&b.Seen), shareClients) || shared(asked(&a.Bare), asked(&b.Bare), shareAsked)
}

// shared reports whether enough of the smaller set is in the other one.
func shared(a, b map[uint64]bool, share float64) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	n := 0
	for x := range a {
		if b[x] {
			n++
		}
	}
	return n >= leastShared && float64(n) >= share*float64(len(a))
}

// pairUp are the requests that each of two has once, in order of time.
func pairUp(a, b *sightings) []pairing {
	var out []pairing
	eachBoth(a, b, func(x, y *sighting) {
		if x != nil && y != nil && x.N == 1 && y.N == 1 {
			out = append(out, pairing{x.Time, y.Time - x.Time, x.Client, x.Row, y.Row})
		}
	})
	slices.SortStableFunc(out, func(p, q pairing) int { return cmp.Compare(p.at, q.at) })
	return out
}

// eachBoth goes through what two families kept below the smaller limit; what one lacks is nil.
func eachBoth(a, b *sightings, yield func(x, y *sighting)) {
	limit := min(a.Limit, b.Limit)
	i, j := 0, 0
	for {
		x, y := at(a, i, limit), at(b, j, limit)
		switch {
		case x == nil && y == nil:
			return
		case y == nil || x != nil && x.Key < y.Key:
			yield(x, nil)
			i++
		case x == nil || y.Key < x.Key:
			yield(nil, y)
			j++
		default:
			yield(x, y)
			i++
			j++
		}
	}
}

func at(s *sightings, i int, limit uint64) *sighting {
	if i < len(s.List) && s.List[i].Key < limit {
		return &s.List[i]
	}
	return nil
}

// agreement finds the stretches in which the differences agree, and how many do of how many; nothing if they do not.
// Requests of many clients are asked for if the clients are those that both saw.
func agreement(pairs []pairing, clients bool) (out []stretch, agree [2]int) {
	if len(pairs) < leastPairs {
		return nil, agree
	}
	size := max(leastPairs, (len(pairs)+clockParts-1)/clockParts)
	who, used := map[uint16]bool{}, 0
	for from := 0; from < len(pairs); from += size {
		to := from + size
		if len(pairs)-to < size {
			to = len(pairs)
		}
		part := pairs[from:to]
		offset, n := mode(part)
		used += len(part)
		if float64(n) < leastAgree*float64(len(part)) {
			if to == len(pairs) {
				break
			}
			continue
		}
		s := stretch{offset: offset, n: n}
		for _, p := range part {
			if d := p.diff - offset; d >= -agreeS && d <= agreeS {
				if s.from == 0 {
					s.from = p.at
				}
				s.to, s.a, s.b = p.at, p.a, p.b
				who[p.client] = true
			}
		}
		agree[0] += n
		if k := len(out) - 1; k >= 0 && abs(out[k].offset-offset) <= agreeS+1 {
			out[k].to, out[k].a, out[k].b, out[k].n = s.to, s.a, s.b, out[k].n+n
		} else {
			out = append(out, s)
		}
		if to == len(pairs) {
			break
		}
	}
	agree[1] = used
	if agree[0] < leastPairs || float64(agree[0]) < leastAgree*float64(used)*0.9 || clients && len(who) < fewClients {
		return nil, agree
	}
	return out, agree
}

// mode is the difference that most pairings have, within agreeS to either side, and how many have it.
func mode(pairs []pairing) (offset int64, n int) {
	diffs := make([]int64, len(pairs))
	for i := range pairs {
		diffs[i] = pairs[i].diff
	}
	slices.Sort(diffs)
	from := 0
	for to := range diffs {
		for diffs[to]-diffs[from] > 2*agreeS {
			from++
		}
		if to-from+1 > n {
			n, offset = to-from+1, diffs[(from+to)/2]
		}
	}
	return offset, n
}

func abs(x int64) int64 { return max(x, -x) }

// clockGap says how the clock of b differs from that of a; nil if it does not.
func (w *survey) clockGap(a, b string, all []stretch, agree [2]int) *EvidenceGap {
	first, last := all[0], all[len(all)-1]
	most := int64(0)
	for _, s := range all {
		most = max(most, abs(s.offset))
	}
	if most < clockToldS {
		return nil
	}
	g := &EvidenceGap{Kind: "clock", Level: Medium, Source: b, Refs: []string{w.whole.Cite(last.b).Ref, w.whole.Cite(last.a).Ref}}
	sum := fmt.Sprintf(" (%d of %d requests that both have agree)", agree[0], agree[1])
	if len(all) == 1 {
		g.Text = "its clock is " + aheadOf(last.offset, a) + sum + zoneHint(last.offset)
		if zoneHint(last.offset) == "" && abs(last.offset) < 60 {
			g.Level = Low
		}
		return g
	}
	g.From, g.To = time.Unix(first.from, 0).UTC(), time.Unix(last.to, 0).UTC()
	if drifts(all) {
		g.Level = Low
		g.Text = fmt.Sprintf("its clock is %s at first and %s at last: one of the two runs fast", aheadOf(first.offset, a), aheadOf(last.offset, a)) + sum
		return g
	}
	g.Text = fmt.Sprintf("its clock is %s at first", aheadOf(first.offset, a))
	for i, s := range all[1:] {
		if i == 3 {
			g.Text += fmt.Sprintf(", and changes %d times more", len(all)-1-i)
			break
		}
		g.Text += fmt.Sprintf(", then %s from between %s and %s on", aheadOf(s.offset, ""), stampShort(all[i].to), stampShort(s.from))
	}
	g.Refs = append(g.Refs, w.whole.Cite(first.b).Ref)
	g.Text += ": one of the two clocks was set, or a zone changed" + sum
	return g
}

// drifts reports whether the clocks part slowly and one way.
func drifts(all []stretch) bool {
	if len(all) < 3 {
		return false
	}
	way := all[1].offset > all[0].offset
	for i := range all[1:] {
		if d := all[i+1].offset - all[i].offset; (d > 0) != way || abs(d) > 60 {
			return false
		}
	}
	return true
}

// aheadOf is an offset in words: "1 h 0 min ahead of access.log".
func aheadOf(offset int64, name string) string {
	of, than := "", ""
	if name != "" {
		of, than = " ahead of that of "+VisibleN(name, 80), " behind that of "+VisibleN(name, 80)
	} else {
		of, than = " ahead", " behind"
	}
	switch d := (time.Duration(abs(offset)) * time.Second).String(); {
	case abs(offset) < clockToldS && name == "":
		return "right"
	case abs(offset) < clockToldS:
		return "that of " + VisibleN(name, 80)
	case offset > 0:
		return d + of
	default:
		return d + than
	}
}

// zoneHint says that a difference of clocks looks like one of zones; "" if it does not.
func zoneHint(offset int64) string {
	const quarter = 15 * 60
	d := abs(offset)
	rest := d % quarter
	if rest = min(rest, quarter-rest); d < quarter-zoneTolerance || d > maxZoneS+zoneTolerance || rest > zoneTolerance {
		return ""
	}
	if d = (d + quarter/2) / quarter * quarter; d%3600 != 0 && d%1800 != 0 && d%3600 != 2700 {
		return "" // no zone lies so
	}
	return ": it looks like the zone of one of them was taken wrongly (--tz says it when a log is loaded)"
}

func stampShort(s int64) string { return time.Unix(s, 0).UTC().Format("2006-01-02 15:04:05Z") }

// A lack is what one log lacks that another has.
type lack struct {
	both    int
	missing []sighting
	with    map[uint16]int // requests that both have, by client
	without map[uint16]int // and that one lacks
	hours   map[int64][2]int
}

// hoursLacked is in how many hours the missing requests lie, if these are few, hold little else, and all other hours
// are whole; 0 if not.
func (l *lack) hoursLacked() int {
	lacking, both, missing := 0, 0, 0
	for _, n := range l.hours {
		if n[1] > n[0] {
			lacking++
			continue
		}
		both, missing = both+n[0], missing+n[1]
	}
	if lacking == 0 || lacking > fewHours || both < leastBoth || missing > 0 {
		return 0
	}
	return lacking
}

// lackGap says which requests of the log has are not in the log lacks; nil if that says nothing.
func (w *survey) lackGap(lacks, has string) (*EvidenceGap, error) {
	l := lackOf(&w.saw[lacks].Seen, &w.saw[has].Seen)
	if l.both < leastBoth || len(l.missing) == 0 {
		return nil, nil
	}
	n, share := len(l.missing), float64(l.both)/float64(l.both+len(l.missing))
	few := len(l.without) <= fewClients
	for c, k := range l.without {
		few = few && l.with[c]*20 <= k // all of theirs are lacking
	}
	hours := l.hoursLacked()
	if share < shareWhole && (share < sharePart || !few && hours == 0) {
		return nil, nil
	}
	slices.SortStableFunc(l.missing, func(a, b sighting) int { return cmp.Compare(a.Time, b.Time) })
	g := &EvidenceGap{Kind: "removed", Level: Medium, Source: lacks, From: time.Unix(l.missing[0].Time, 0).UTC(), To: time.Unix(l.missing[n-1].Time, 0).UTC(), Refs: []string{}}
	clients := map[string]bool{}
	for i, s := range l.missing {
		if i < MaxRefs {
			g.Refs = append(g.Refs, w.whole.Cite(s.Row).Ref)
		}
		if len(clients) <= fewClients && i < 1000 {
			c, err := w.whole.Client(s.Row)
			if err != nil {
				return nil, err
			}
			clients[c] = true
		}
	}
	who := ""
	if len(clients) <= fewClients {
		for _, c := range slices.Sorted(maps.Keys(clients)) {
			who += " and " + VisibleN(c, 60)
			if w.inIncident(c) {
				g.Level = High
				who += " (of an incident)"
			}
		}
		who = ", by" + strings.TrimPrefix(who, " and")
	}
	if hours > 0 {
		who += ", all in " + count(hours, "hour")
	}
	g.Text = fmt.Sprintf("%s that %s has %s not in it%s; it has %d others of those compared: consistent with lines taken out, and with requests that it does not log",
		count(n, "request"), VisibleN(has, 80), map[bool]string{true: "is", false: "are"}[n == 1], who, l.both)
	return g, nil
}

// lackOf compares what two families kept. Only what one has once, while the other has requests on the day, counts.
func lackOf(lacks, has *sightings) *lack {
	l := &lack{with: map[uint16]int{}, without: map[uint16]int{}, hours: map[int64][2]int{}}
	pairs := pairUp(lacks, has)
	all, _ := agreement(pairs, true)
	if len(all) != 1 {
		return l
	}
	offset := all[0].offset
	days, first, last := map[int64]bool{}, int64(math.MaxInt64), int64(0)
	for i := range lacks.List {
		t := lacks.List[i].Time
		days[t/86400] = true
		first, last = min(first, t), max(last, t)
	}
	eachBoth(lacks, has, func(x, y *sighting) {
		if y == nil || y.N != 1 {
			return
		}
		t := y.Time - offset
		n := l.hours[t/3600]
		if x != nil {
			l.both++
			l.with[y.Client]++
			n[0]++
			l.hours[t/3600] = n
			return
		}
		if days[t/86400] && t >= first+coverMarginS && t <= last-coverMarginS {
			l.missing = append(l.missing, *y)
			l.without[y.Client]++
			n[1]++
			l.hours[t/3600] = n
		}
	})
	return l
}

// inIncident reports whether a client took part in an incident.
func (w *survey) inIncident(client string) bool {
	return slices.ContainsFunc(w.out.Incidents, func(in Incident) bool { return slices.Contains(in.Clients, client) })
}

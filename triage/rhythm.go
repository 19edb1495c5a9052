package triage

// The rhythm of sources: when each was written, how busy its site is at which hour, and how long the pauses
// between two requests are. It is what gaps are measured against (gaps.go).

import (
	"math"
	"path"
	"slices"
	"strings"
)

// Bounds of what is kept of a part.
const (
	maxSpans      = 20_000 // sources
	maxFamilies   = 200
	maxSlots      = 100_000 // hours of one family, more than eleven years
	keptPauses    = 32      // longest pauses of each hour of the day
	pauseBuckets  = 160     // four to the doubling, from one second to 36,000 years
	backTolerance = 2 * 60 * 1000
)

// A sourceSpan is what a part holds of one source.
type sourceSpan struct {
	Path, Family      string
	Requests          int
	First, Last       int64 // Unix ms
	FirstRow, LastRow uint64
	Back              int   // requests whose time lies more than backTolerance before one above them
	BackMost          int64 // by at most this many ms
	BackRow           uint64
	Begun             bool // a request with a time was seen
}

// A pause is the time between two requests of one source with none between.
type pause struct {
	From, To       int64
	FromRow, ToRow uint64
}

// A family is what the logs of one kind have in common, such as all files of a rotation.
type family struct {
	Slots   map[int64]int32 // requests by hour since 1970
	Lengths [24][pauseBuckets]uint32
	Pauses  [24][]pause // by hour of the day in which they begin
}

// rhythm gathers the spans and families of a part.
type rhythm struct {
	log      Log
	spans    []sourceSpan
	families map[string]*family
	at       int    // position in spans of the source being read; -1 before the first
	source   uint32 // its number
	known    map[uint32]int
	fam      *family
	slot     int64 // the hour last counted, and how many requests it has that are not in slots yet
	pending  int32
}

func newRhythm(log Log) *rhythm {
	return &rhythm{log: log, families: map[string]*family{}, at: -1, known: map[uint32]int{}}
}

// add counts a request. Rows of one source follow each other, so the source is looked up only when it changes.
func (r *rhythm) add(v *Visit) {
	if r.at < 0 || v.Source != r.source {
		r.turn(v)
	}
	s := &r.spans[r.at]
	s.Requests++
	if v.Time <= 0 || v.Time >= maxTimeMS {
		return
	}
	if hour := v.Time / 3600_000; hour != r.slot || r.pending == math.MaxInt32 {
		r.flush()
		r.slot = hour
	}
	r.pending++
	switch {
	case !s.Begun:
		s.Begun, s.First, s.Last, s.FirstRow, s.LastRow = true, v.Time, v.Time, v.Row, v.Row
	case v.Time >= s.Last:
		r.pause(pause{s.Last, v.Time, s.LastRow, v.Row})
		s.Last, s.LastRow = v.Time, v.Row
	default:
		if v.Time < s.First {
			s.First, s.FirstRow = v.Time, v.Row
		}
		if back := s.Last - v.Time; back > backTolerance {
			if s.Back++; back > s.BackMost {
				s.BackMost, s.BackRow = back, v.Row
			}
		}
	}
}

// turn goes on to the source of v. Sources beyond maxSpans are counted with the last one.
func (r *rhythm) turn(v *Visit) {
	r.flush()
	r.source = v.Source
	at, ok := r.known[v.Source]
	if !ok {
		if len(r.spans) < maxSpans {
			name := r.log.Cite(v.Row).Source
			r.spans = append(r.spans, sourceSpan{Path: name, Family: familyOf(name)})
		}
		at = len(r.spans) - 1
		r.known[v.Source] = at
	}
	r.at = at
	name := r.spans[at].Family
	f := r.families[name]
	if f == nil {
		f = &family{Slots: map[int64]int32{}}
		if len(r.families) < maxFamilies {
			r.families[name] = f
		}
	}
	r.fam = f
}

func (r *rhythm) flush() {
	if r.pending > 0 {
		if _, ok := r.fam.Slots[r.slot]; ok || len(r.fam.Slots) < maxSlots {
			r.fam.Slots[r.slot] += r.pending
		}
		r.pending = 0
	}
}

func (r *rhythm) pause(p pause) {
	ms := p.To - p.From
	if ms < 1000 {
		return
	}
	hour := hourOf(p.From)
	r.fam.Lengths[hour][bucketOf(ms)]++
	kept := &r.fam.Pauses[hour]
	if len(*kept) < keptPauses {
		*kept = append(*kept, p)
		return
	}
	shortest := 0
	for i := range *kept {
		if (*kept)[i].length() < (*kept)[shortest].length() {
			shortest = i
		}
	}
	if ms > (*kept)[shortest].length() {
		(*kept)[shortest] = p
	}
}

func (p pause) length() int64 { return p.To - p.From }

// bucketOf numbers a pause of ms by its length, four numbers to the doubling: the exponent of its seconds and the
// first two binary digits after it.
func bucketOf(ms int64) int {
	const one = 1023 << 2 // of 1.0
	return min(max(int(math.Float64bits(float64(ms)/1000)>>50)-one, 0), pauseBuckets-1)
}

// bucketEnd is the longest pause of a bucket, in ms.
func bucketEnd(b int) float64 { return 1000 * math.Ldexp(1+float64(b%4+1)/4, b/4) }

// add adds the same family of another part.
func (f *family) add(o *family) {
	for hour, n := range o.Slots {
		if _, ok := f.Slots[hour]; ok || len(f.Slots) < maxSlots {
			f.Slots[hour] += n
		}
	}
	for h := range o.Lengths {
		for b, n := range o.Lengths[h] {
			f.Lengths[h][b] += n
		}
		all := slices.Concat(f.Pauses[h], o.Pauses[h])
		slices.SortFunc(all, func(a, b pause) int { return int(min(max(b.length()-a.length(), -1), 1)) })
		f.Pauses[h] = all[:min(len(all), keptPauses)]
	}
}

// familyOf is the name that the files of one rotation share: the path without the numbers and dates in its last
// part and without the endings of compression. "logs/u_ex250308.log.gz" gives "logs/u_ex#.log".
func familyOf(p string) string {
	dir, base := path.Split(strings.ReplaceAll(p, `\`, "/"))
	for _, end := range []string{".gz", ".zst", ".xz", ".bz2"} {
		base = strings.TrimSuffix(base, end)
	}
	var b strings.Builder
	for i := 0; i < len(base); i++ {
		c := base[i]
		if c >= '0' && c <= '9' {
			c = '#'
		}
		s := b.String()
		switch {
		case c == '#' && strings.HasSuffix(s, "#"):
		case c == '#' && (strings.HasSuffix(s, "#-") || strings.HasSuffix(s, "#_") || strings.HasSuffix(s, "#.")): // a date with separators
			b.Reset()
			b.WriteString(s[:len(s)-1])
		default:
			b.WriteByte(c)
		}
	}
	return dir + strings.TrimSuffix(strings.TrimSuffix(b.String(), ".#"), "-#") // access.log, access.log.1, access.log-20250308
}

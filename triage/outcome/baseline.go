package outcome

// What an answer is compared with: what the same page answers to others, what the site answers to names that it does
// not have, and what merely grows with the length of the request.

import (
	"time"

	"spoor/triage"
)

const (
	maxSizes   = 256 // distinct sizes kept of a page
	minPage    = 5   // ordinary answers that make a range
	minMiss    = 3   // distinct names that get the same answer: that of a miss
	minRefused = 3   // looks that were refused: the site tells a miss from a hit
)

// A page is the ordinary answers of one path.
type page struct {
	n        int           // answered 2xx
	sizes    map[int64]int // by size, at most maxSizes
	min, max int64
}

func (p *page) add(size int64) {
	if size < 0 {
		return
	}
	if p.n == 0 || size < p.min {
		p.min = size
	}
	p.n++
	p.max = max(p.max, size)
	if p.sizes == nil {
		p.sizes = map[int64]int{}
	}
	if _, ok := p.sizes[size]; ok || len(p.sizes) < maxSizes {
		p.sizes[size]++
	}
}

// usual reports whether a size is like those of the page: one of them, near one, or among sizes that vary.
func (p *page) usual(size int64) bool {
	if p == nil || p.n == 0 {
		return false
	}
	for s := range p.sizes {
		if near(s, size) {
			return true
		}
	}
	return p.n >= minPage && len(p.sizes) > 2 && size >= p.min && size <= p.max
}

// near reports whether two sizes differ by no more than a token, a date or compression does.
func near(a, b int64) bool { return diff(a, b) <= max(16, max(a, b)/100) }

// apart reports whether two sizes are those of different contents: the text of a file or a command lies between.
func apart(a, b int64) bool { return diff(a, b) > max(64, max(a, b)/50) }

func diff(a, b int64) int64 {
	if a < b {
		return b - a
	}
	return a - b
}

// missClasses are the answers 2xx that names without sense get, by size less the length of the name taken so often: a
// page that shows the name grows with it.
type missClasses map[missKey]map[string]struct{}

type missKey struct {
	times int // that the name is in the page
	rest  int64
}

// maxMissClasses bounds the classes.
const maxMissClasses = 20_000

func (m missClasses) add(a *answer) {
	for times := range 3 {
		k := missKey{times, a.size - int64(times*len(a.path))}
		paths := m[k]
		if paths == nil {
			if len(m) >= maxMissClasses {
				continue
			}
			paths = map[string]struct{}{}
			m[k] = paths
		}
		if len(paths) < 8 {
			paths[a.path] = struct{}{}
		}
	}
}

// like reports whether a size at a path is that of a name which is not here: at least minMiss names got it, of at
// least so many lengths if it grows with the name.
func (m missClasses) like(size int64, path string) bool {
	for times := range 3 {
		for d := int64(-2); d <= 2; d++ {
			paths := m[missKey{times, size - int64(times*len(path)) + d}]
			lengths := map[int]bool{}
			for p := range paths {
				lengths[len(p)] = true
			}
			if len(paths) >= minMiss && (times == 0 || len(lengths) >= minMiss) {
				return true
			}
		}
	}
	return false
}

// Ordinary adds a request without findings to a path that is Compared. ref is its reference.
func (r *Reader) Ordinary(path string, at time.Time, status int, size int64, ref func() string) {
	if p := r.pages[path]; p != nil && status/100 == 2 {
		p.add(size)
	}
	r.Fetched(path, at, status, ref)
}

// usual reports whether an answer is what its path, the path it comes to, or the front page answers to others, or what
// the site answers to a name that it does not have.
func (r *Reader) usual(a *answer) bool {
	return r.pages[a.path].usual(a.size) || r.pages[resolved(a.path)].usual(a.size) || r.pages["/"].usual(a.size) || r.misses.like(a.size, a.path)
}

// reflected reports whether the sizes of answers grow with the length of what was sent, a fixed number of times; the
// answers of which that is true are those it returns.
func reflected(answers []*answer) (times int, which map[*answer]bool) {
	lengths := map[int]bool{}
	for _, a := range answers {
		lengths[a.raw] = true
		lengths[-a.decoded] = true
	}
	if len(lengths) < 2*minMiss {
		return 0, nil
	}
	best := 0
	for _, raw := range []bool{true, false} {
		for k := 1; k <= 4; k++ {
			byRest := map[int64]map[int]bool{}
			of := func(a *answer) (int, int64) {
				n := a.decoded
				if raw {
					n = a.raw
				}
				return n, a.size - int64(k*n)
			}
			for _, a := range answers {
				n, rest := of(a)
				if byRest[rest] == nil {
					byRest[rest] = map[int]bool{}
				}
				byRest[rest][n] = true
			}
			for rest, ns := range byRest {
				if len(ns) < minMiss || len(ns) <= best {
					continue
				}
				best, times, which = len(ns), k, map[*answer]bool{}
				for _, a := range answers {
					if _, x := of(a); diff(x, rest) <= 2 {
						which[a] = true
					}
				}
			}
		}
	}
	return times, which
}

// spread is the distinct sizes of answers that are apart from one another, at most n.
func spread(answers []answer, n int) []int64 {
	var out []int64
	for i := range answers {
		a := &answers[i]
		if !a.ok() || a.size < 0 {
			continue
		}
		fresh := true
		for _, s := range out {
			fresh = fresh && diff(s, a.size) > 2
		}
		if fresh && len(out) < n {
			out = append(out, a.size)
		}
	}
	return out
}

func refs(list []*answer) []string {
	var out []string
	for _, a := range list[:min(len(list), triage.MaxRefs)] {
		out = append(out, a.ref)
	}
	return out
}

package outcome

// What an answer is compared with: what the same page answers to others, what the site answers to names that it does
// not have, and what merely grows with the length of the request.

import (
	"slices"

	"spoor/triage"
)

const (
	maxSizes    = 256 // distinct sizes kept of a tally
	maxStatuses = 16  // distinct statuses kept of it
	maxToken    = 16  // bytes by which one page differs from time to time
	minPage     = 5   // ordinary answers that make a baseline
	minMiss     = 3   // distinct names that get the same answer: that of a miss
	minRefused  = 3   // looks that were refused: the site tells a miss from a hit
)

// A tally is the answers to like requests.
type tally struct {
	n        int           // answered 2xx with a size
	sizes    map[int64]int // by size, at most maxSizes
	min, max int64
	statuses []statusCount // of all answers, at most maxStatuses
}

type statusCount struct{ status, n int }

func (t *tally) add(status int, size int64) {
	i := slices.IndexFunc(t.statuses, func(s statusCount) bool { return s.status == status })
	switch {
	case i >= 0:
		t.statuses[i].n++
	case len(t.statuses) < maxStatuses:
		t.statuses = append(t.statuses, statusCount{status, 1})
	}
	if status/100 != 2 || size < 0 {
		return
	}
	if t.n == 0 || size < t.min {
		t.min = size
	}
	t.n++
	t.max = max(t.max, size)
	if t.sizes == nil {
		t.sizes = map[int64]int{}
	}
	if _, ok := t.sizes[size]; ok || len(t.sizes) < maxSizes {
		t.sizes[size]++
	}
}

// all is how many answers there were, whatever their status.
func (t *tally) all() int {
	n := 0
	for _, s := range t.statuses {
		n += s.n
	}
	return n
}

// statusText is how often each status came.
func (t *tally) statusText() string {
	n := map[int]int{}
	for _, s := range t.statuses {
		n[s.status] = s.n
	}
	return statusText(n)
}

// steady reports whether enough answers have hardly another size than one: what differs then is no date or token.
func (t *tally) steady() bool { return t.n >= minPage && t.max-t.min <= maxToken }

// has reports whether a size is one of the sizes, or near one: by no more than a token where they are steady.
func (t *tally) has(size int64) bool {
	if t == nil || t.n == 0 {
		return false
	}
	if t.steady() {
		return size >= t.min-maxToken && size <= t.max+maxToken
	}
	for s := range t.sizes {
		if near(s, size) {
			return true
		}
	}
	return false
}

// usual reports whether a size is like those of the tally: one of them, near one, or among sizes that vary.
func (t *tally) usual(size int64) bool {
	return t.has(size) || t != nil && t.n >= minPage && len(t.sizes) > 2 && size >= t.min && size <= t.max
}

// near reports whether two sizes differ by no more than a token, a date or compression does.
func near(a, b int64) bool { return diff(a, b) <= max(maxToken, max(a, b)/100) }

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

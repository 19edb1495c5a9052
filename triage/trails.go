package triage

// Trails: what one client did again and again over many visits, a little each time. They are part of a Summary and
// judged in Conclude, since a load is read in parts and slowness is what a part hides.

import (
	"cmp"
	"fmt"
	"slices"
)

const (
	maxTrails    = 20_000
	maxTrailRows = 400
)

// A trail is one client's tries at one path, or its misses. Its fields are exported for the encoding of a Summary.
type trail struct {
	Client              string
	Path                string // of tries
	Basic, Misses       bool
	Login               bool // the path answers as a login form does
	Browsed             bool // the client followed links too
	Visits, N, Pages    int  // N are tries, or names that met nothing
	Same, OK, Status200 int
	Refused             int
	Size                int64 // of the first answer
	First, Last         int64
	Rows                []uint64 // at most maxTrailRows
}

func (t *trail) see(s *session, rows []uint64) {
	if t.Visits == 0 || s.first < t.First {
		t.First = s.first
	}
	t.Last = max(t.Last, s.last)
	t.Visits++
	t.Pages += s.requests - s.assets
	t.Rows = append(t.Rows, rows[:min(len(rows), maxTrailRows-len(t.Rows))]...)
}

func (t *trail) merge(o *trail) {
	if t.Visits == 0 || o.First < t.First {
		t.First = o.First
	}
	if t.Visits == 0 {
		t.Size = o.Size
	}
	if nearSize(t.Size, o.Size) {
		t.Same += o.Same
	}
	t.Last = max(t.Last, o.Last)
	t.Visits += o.Visits
	t.N += o.N
	t.Pages += o.Pages
	t.OK += o.OK
	t.Status200 += o.Status200
	t.Refused += o.Refused
	t.Login = t.Login || o.Login
	t.Browsed = t.Browsed || o.Browsed
	t.Rows = append(t.Rows, o.Rows[:min(len(o.Rows), maxTrailRows-len(t.Rows))]...)
}

// trails lists what a part keeps, in a fixed order.
func (ss *sessions) trails() []trail {
	var out []trail
	for k, x := range ss.slow.posts {
		x.Client, x.Path, x.Basic = ss.log.Text(Clients, k.client), ss.log.Text(Paths, k.path), k.basic
		x.Login = ss.forms[k.path] != nil && ss.forms[k.path].isLogin()
		if x.Basic || x.Login {
			out = append(out, *x)
		}
	}
	for client, x := range ss.slow.misses {
		x.Client = ss.log.Text(Clients, client)
		out = append(out, *x)
	}
	slices.SortFunc(out, compareTrails)
	return out
}

func compareTrails(a, b trail) int {
	basic := func(t trail) int {
		if t.Basic {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Path, b.Path), cmp.Compare(basic(a), basic(b)))
}

// judge says what a trail shows over the whole log.
func (t *trail) judge() (Finding, bool) {
	switch {
	case t.Misses:
		if t.N >= 25 && t.Visits >= 3 && !t.Browsed && t.N*2 >= t.Pages {
			return Finding{Rule: "scan-slow", Class: Scan, Level: Medium, Field: "behaviour",
				Why: fmt.Sprintf("tries names slowly: %s that met nothing in %s over %s, without a link or an asset in any", count(t.N, "name"), count(t.Visits, "visit"), lasted(t.First, t.Last))}, true
		}
		return Finding{}, false
	case t.N < minSlowTries || t.Visits < 4:
		return Finding{}, false
	}
	refused := t.Refused*5 >= t.N*4 && t.OK*4 < t.Refused && t.Pages <= 2*t.N
	again := t.Login && t.Status200*10 >= t.N*9 && t.Same*10 >= t.N*9
	return Finding{Rule: "brute-slow", Class: Bruteforce, Level: Medium, Field: "behaviour", Match: VisibleN(t.Path, 120),
		Why: fmt.Sprintf("guesses a password slowly: %s in %s over %s, none accepted", count(t.N, "try"), count(t.Visits, "visit"), lasted(t.First, t.Last))}, refused || again
}

// trailMarks joins the trails of all parts and marks the rows of those that show something.
func (w *survey) trailMarks(parts []*Summary, ids *findingIDs) []Mark {
	type key struct {
		client, path string
		basic        bool
	}
	all := map[key]*trail{}
	var order []key
	for _, p := range parts {
		for i := range p.trails {
			x := &p.trails[i]
			k := key{x.Client, x.Path, x.Basic}
			t := all[k]
			if t == nil {
				t = &trail{Client: x.Client, Path: x.Path, Basic: x.Basic, Misses: x.Misses}
				all[k] = t
				order = append(order, k)
			}
			t.merge(x)
		}
	}
	var out []Mark
	for _, k := range order {
		t := all[k]
		f, ok := t.judge()
		if !ok {
			continue
		}
		for _, row := range t.Rows {
			out = append(out, Mark{row, ids.of(f)})
		}
		if h := w.hostile[t.Client]; h != nil && len(h.Spans) < maxSpansOf && len(t.Rows) > 0 {
			h.Spans = append(h.Spans, spanFact{f.Rule, f.Class, f.Why, t.First, t.Rows[0]})
		}
	}
	slices.SortStableFunc(out, func(a, b Mark) int { return cmp.Compare(a.Row, b.Row) })
	return out
}

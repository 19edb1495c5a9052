package outcome

import (
	"fmt"
	"html"
	"slices"

	"spoor/triage"
)

// Beside says how the answers to SQL injection compare with ordinary ones; how it fared is judged by package blind.
type Beside struct {
	Client string        `json:"client"`
	Path   string        `json:"path"`
	Field  string        `json:"field"`
	Reason triage.Reason `json:"reason"` // of weight 0
}

const (
	maxAside   = 5000 // places of injection judged elsewhere
	maxOfAside = 100  // answers kept of each
)

// aside keeps the answers to injection that is judged elsewhere, to be compared.
func (r *Reader) aside(q *triage.Request, f *triage.Finding) {
	key := q.Client + "\x00" + q.Path + "\x00" + f.Field
	g := r.beside[key]
	if g == nil {
		if len(r.besides) >= maxAside {
			return
		}
		g = &group{client: q.Client, path: q.Path, field: f.Field, class: triage.SQLi, statuses: map[int]int{}, pairs: map[pair]int{}}
		r.beside[key] = g
		r.besides = append(r.besides, g)
	}
	if g.double(q) {
		return
	}
	g.requests++
	g.statuses[q.Status]++
	if q.Status/100 != 2 || q.Method == "HEAD" || q.Size < 0 || len(g.answers) >= maxOfAside || r.kept >= maxKept {
		return
	}
	a := answer{ref: q.Ref, at: q.Time, path: q.Path, status: q.Status, size: q.Size, millis: -1, method: q.Method}
	if placed(f.Field) {
		a.carry(q, f.Field)
	}
	a.text = ""
	r.compare(q.Path, f.Field, a.start)
	g.answers = append(g.answers, a)
	r.kept++
}

// compared says how the answers that were kept compare with ordinary ones.
func (r *Reader) compared(g *group, add addReason) {
	var ok, shown, unlike, usual []*answer
	for i := range g.answers {
		if a := &g.answers[i]; a.ok() && a.size >= 0 {
			ok = append(ok, a)
		}
	}
	_, echo := r.echoes(g, ok)
	for _, a := range ok {
		switch {
		case r.usual(g.field, a):
			usual = append(usual, a)
		case echo[a]:
			shown = append(shown, a)
		default:
			unlike = append(unlike, a)
		}
	}
	b, all := r.likened(g, usual)
	if len(usual) < len(ok) {
		b, all = r.against(g.field, append(unlike, shown...)), false
	}
	switch {
	case len(ok) == 0 || b.tally == nil:
	case b.n == 0 && b.all() >= minPage:
		add(weightNoSign, "status-unlike", fmt.Sprintf("%d of %d were answered 2xx, as none of %s", g.ok(), g.requests, b.String()), refs(ok)...)
	case b.n < minValue:
	case all:
		add(weightNoSign, "answers-usual", fmt.Sprintf("its answers 2xx are like %s", b.String()), refs(ok)...)
	case len(unlike) > 0:
		add(weightNoSign, "answers-unlike", fmt.Sprintf("%s 2xx unlike %s: %s", plural(len(unlike), "answer"), b.String(), sizesText(unlike)), refs(unlike)...)
	case len(shown) > 0:
		add(weightNoSign, "answers-grow", fmt.Sprintf("%s 2xx unlike %s, by the length of the payload alone", plural(len(shown), "answer"), b.String()), refs(shown)...)
	}
}

// likened is what most of the answers are like, and whether all of them are like what they are compared with.
func (r *Reader) likened(g *group, list []*answer) (b baseline, all bool) {
	var like []*answer
	for _, a := range list {
		if b := r.baseline(g.field, a); b.tally != nil && b.usual(a.size) {
			like = append(like, a)
		}
	}
	return r.against(g.field, like), len(like) > 0 && len(like) == len(list)
}

// echoes are the answers that are longer by what was sent: as the group's others are, or as ordinary ones.
func (r *Reader) echoes(g *group, ok []*answer) (times int, which map[*answer]bool) {
	times, which = reflected(ok)
	w := r.growthOf(g)
	if w.times == 0 {
		return times, which
	}
	for _, a := range ok {
		if w.fits(a.size, a.decoded, 2) || slices.ContainsFunc(a.escaped(), func(n int) bool { return w.fits(a.size, n, 2) }) {
			if which == nil {
				which = map[*answer]bool{}
			}
			which[a], times = true, w.times
		}
	}
	return times, which
}

// script judges script that was sent to be shown by the length of the page: it grows with what it shows, more so if
// that is escaped. Which page grows, and how much, its ordinary answers say.
func (r *Reader) script(g *group, add addReason) {
	w := r.growthOf(g)
	if w.times == 0 {
		return
	}
	var bare, escaped, ok []*answer
	for i := range g.answers {
		a := &g.answers[i]
		if !a.ok() || a.size < 0 {
			continue
		}
		ok = append(ok, a)
		safe := slices.ContainsFunc(a.escaped(), func(n int) bool { return n > a.decoded && w.fits(a.size, n, 1) })
		switch plain := w.fits(a.size, a.decoded, 1); {
		case a.signs[1] == 0 || plain == safe:
		case plain:
			bare = append(bare, a)
		default:
			escaped = append(escaped, a)
		}
	}
	shows := fmt.Sprintf("%s grows by %s for each byte of the parameter, as %d lengths of ordinary values show", triage.VisibleN(g.path, 100), plural(w.times, "byte"), w.lengths)
	switch {
	case lengths(bare) >= 2 && len(escaped) == 0:
		add(weightLikely, "shown-unescaped", fmt.Sprintf("%d answers are as long as the page with the payload in it unescaped: %s", len(bare), shows), refs(bare)...)
	case lengths(escaped) >= 2 && len(escaped) == len(ok):
		add(weightFailed, "shown-escaped", fmt.Sprintf("the answers are as long as the page with the payload in it escaped: %s", shows), refs(escaped)...)
	}
}

func lengths(list []*answer) int {
	seen := map[int]bool{}
	for _, a := range list {
		seen[a.decoded] = true
	}
	return len(seen)
}

// escaped are the lengths that a payload may have once it is escaped for HTML: & < > always, quotes one way or another.
func (a *answer) escaped() []int {
	n := a.decoded + a.signs[0]*len(html.EscapeString("&")) - a.signs[0] + a.signs[1]*(len("&lt;")-1)
	var out []int
	for _, double := range [3]int{0, len("&#34;") - 1, len("&quot;") - 1} {
		for _, single := range [3]int{0, len("&#39;") - 1, len("&#039;") - 1} {
			out = append(out, n+a.signs[2]*double+a.signs[3]*single)
		}
	}
	return out
}

// growthOf is how the page of a group grows with the parameter that its payloads are in.
func (r *Reader) growthOf(g *group) growth {
	if !placed(g.field) {
		return growth{}
	}
	return r.growth(g.path, g.field)
}

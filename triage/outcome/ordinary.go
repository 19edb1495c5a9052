package outcome

// Ordinary answers, by path, parameter and value.
//
// An answer is compared with the first of these that there is enough of: ordinary answers to the value that the payload
// begins with (to id=7, for id=7'), those to the parameter, for a body that no log has those to the method, those of
// the path. For of one page the answers to two parameters may have nothing in common. Worked example: /p.php?id= answers
// with 900 bytes, /p.php?report= with 20,000 to 90,000. That ?id=;cat+/etc/passwd got 31,000 is unlike any answer to an
// id, though quite like the page; that ?report=9;id got 900 is not.
//
// A value that the page does not know is often taken for none, so that answers to no parameter at all are usual too. A
// page that shows what it was sent grows with it: where its ordinary answers do, the answer to a payload is as long as
// its length lets expect.
//
// Cost: linear in the ordinary requests of paths that were attacked; of these at most maxCompared paths, maxFields
// parameters, maxValues values of each.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

const (
	maxFields     = 32     // attacked parameters of one path
	maxAllFields  = 10_000 // and of all
	maxValues     = 64     // values of one parameter that payloads begin with
	maxValueSizes = 16     // distinct sizes of the answers to one of them
	maxValueBytes = 64     // of such a value
	maxPairs      = 512    // lengths and sizes of one parameter
	minValue      = 3      // ordinary answers to one value that make a baseline
	minLengths    = 4      // distinct lengths that show that a page grows with what it was sent
	minGrowing    = 10     // one in so many of the lengths and sizes, too
)

// A page is the ordinary answers of one path.
type page struct {
	all, bare tally             // bare: those to no parameter
	methods   map[string]*tally // by method, at most four
	fields    map[string]*field // by triage.Finding.Field, those that were attacked
}

// A field is the ordinary answers to one parameter.
type field struct {
	tally
	values map[string]*tally // by value; those that payloads begin with
	pairs  map[lengthSize]struct{}
	grown  *growth // nil until it was asked for
}

// A lengthSize is the length of a value and the size of the answer to it.
type lengthSize struct {
	length int
	size   int64
}

// A growth says that answers are rest bytes long and times the length of what was sent.
type growth struct {
	times   int // 0: they do not grow so
	rest    int64
	lengths int // distinct ones that show it
}

// An Ordinary is a request without findings to a path that is Compared.
type Ordinary struct {
	Path                string
	Method, Query, Body string // wanted of the paths that are Asked
	Time                time.Time
	Status              int
	Size                int64
	Ref                 func() string // its reference
}

// Ordinary adds a request without findings to a path that is Compared.
func (r *Reader) Ordinary(o *Ordinary) {
	if p := r.pages[o.Path]; p != nil && o.Method != "HEAD" && o.Method != "OPTIONS" {
		p.add(o)
	}
	r.Fetched(o.Path, o.Time, o.Status, o.Ref)
}

// Asked reports whether more than the answer is wanted of the ordinary requests of a path.
func (r *Reader) Asked(path string) bool {
	p := r.pages[path]
	return p != nil && (path == "/" || len(p.fields) > 0)
}

func (p *page) add(o *Ordinary) {
	p.all.add(o.Status, o.Size)
	if o.Query == "" && (o.Method == "" || o.Method == "GET") {
		p.bare.add(o.Status, o.Size)
	}
	if len(p.fields) == 0 {
		return
	}
	if p.methods == nil {
		p.methods = map[string]*tally{}
	}
	t := p.methods[o.Method]
	if t == nil && len(p.methods) < 4 {
		t = &tally{}
		p.methods[o.Method] = t
	}
	if t != nil {
		t.add(o.Status, o.Size)
	}
	var last *field // a parameter that is given twice, one after the other, is one
	for _, part := range [2]struct{ kind, text string }{{"query:", o.Query}, {"body:", o.Body}} {
		for name, value := range triage.Parameters(part.text) {
			if f := p.fields[part.kind+name]; f != nil && f != last {
				last = f
				f.take(value, o.Status, o.Size)
			}
		}
	}
}

func (f *field) take(value string, status int, size int64) {
	f.add(status, size)
	if v := f.values[value]; v != nil && len(v.sizes) < maxValueSizes {
		v.add(status, size)
	}
	if status/100 == 2 && size >= 0 && len(f.pairs) < maxPairs {
		f.pairs[lengthSize{len(value), size}] = struct{}{}
	}
}

// compare asks for the ordinary answers of a path and of what it comes to once its steps up are taken, and for those to
// a parameter and to the value that a payload begins with; both may be empty.
func (r *Reader) compare(path, name, value string) {
	for _, x := range [2]string{path, resolved(path)} {
		if r.pages[x] == nil && len(r.pages) < maxCompared {
			r.pages[x] = &page{}
		}
	}
	p := r.pages[path]
	if p == nil || !placed(name) {
		return
	}
	f := p.fields[name]
	if f == nil {
		if len(p.fields) >= maxFields || r.fields >= maxAllFields {
			return
		}
		r.fields++
		if p.fields == nil {
			p.fields = map[string]*field{}
		}
		f = &field{values: map[string]*tally{}, pairs: map[lengthSize]struct{}{}}
		p.fields[name] = f
	}
	if value != "" && f.values[value] == nil && len(f.values) < maxValues {
		f.values[value] = &tally{}
	}
}

// ordinaryStart is what a payload begins with as far as it may be an ordinary value, "7" of "7' OR 1=1"; "" if that is
// nothing, all of it, or long.
func ordinaryStart(text string) string {
	n := strings.IndexAny(text, "'\"`;|&$()<>{}\\\x00\r\n,*%")
	if i := strings.Index(text, "../"); i >= 0 && (n < 0 || i < n) {
		n = i
	}
	if n < 0 { // a number and words: 7 AND 1=1
		if n = strings.IndexByte(text, ' '); n < 0 || strings.Trim(text[:n], "0123456789.-") != "" {
			return ""
		}
	}
	out := strings.TrimRight(text[:n], " /")
	if i := strings.IndexByte(out, ' '); i > 0 && strings.Trim(out[:i], "0123456789.-") == "" {
		out = out[:i]
	}
	if len(out) > maxValueBytes {
		return ""
	}
	return out
}

// A baseline is what answers are compared with.
type baseline struct {
	*tally
	path, with string // with: the parameter, or also its value; or the method
}

// of names a baseline.
func (b *baseline) of() string {
	out := triage.VisibleN(b.path, 100)
	if b.with != "" {
		out += " " + b.with
	}
	return out
}

func (b *baseline) String() string {
	if b.n == 0 {
		return fmt.Sprintf("the %s of %s (%s)", plural(b.all(), "ordinary answer"), b.of(), b.statusText())
	}
	return fmt.Sprintf("the %s of %s (%s)", plural(b.n, "ordinary answer"), b.of(), b.span())
}

// span is the sizes of a tally, in words.
func (t *tally) span() string {
	switch {
	case t.min == t.max:
		return bytesText(t.min)
	case len(t.sizes) == 2:
		return fmt.Sprintf("%d or %d bytes", t.min, t.max)
	}
	return fmt.Sprintf("%d to %d bytes", t.min, t.max)
}

// baseline is what an answer to a payload in a field is compared with; its tally is nil if there is nothing.
func (r *Reader) baseline(name string, a *answer) baseline {
	p := r.pages[a.path]
	if p == nil {
		return baseline{}
	}
	if f := p.fields[name]; f != nil {
		_, word, _ := strings.Cut(name, ":")
		with := "with " + triage.VisibleN(word, 40)
		if v := f.values[a.start]; v != nil && v.n >= minValue {
			return baseline{v, a.path, with + "=" + triage.VisibleN(a.start, 40)}
		}
		if f.all() >= minPage {
			return baseline{&f.tally, a.path, with}
		}
		if t := p.methods[a.method]; strings.HasPrefix(name, "body:") && t != nil && t.all() >= minPage {
			return baseline{t, a.path, "by " + triage.VisibleN(a.method, 16)}
		}
	}
	if p.all.all() == 0 {
		return baseline{}
	}
	return baseline{&p.all, a.path, ""}
}

// against is the baseline that most of the answers are compared with.
func (r *Reader) against(name string, list []*answer) baseline {
	n := map[string]int{}
	by := map[string]baseline{}
	for _, a := range list {
		if b := r.baseline(name, a); b.tally != nil {
			n[b.of()]++
			by[b.of()] = b
		}
	}
	if len(n) == 0 {
		return baseline{}
	}
	return by[slices.MaxFunc(sortedKeys(n), func(a, b string) int { return cmp.Compare(n[a], n[b]) })]
}

// usual reports whether an answer to a payload in a field is what its path, the path it comes to, or the front page
// answers to others, or what the site answers to a name that it does not have.
func (r *Reader) usual(name string, a *answer) bool {
	if r.pages["/"].bare.usual(a.size) || r.misses.like(a.size, a.path) {
		return true
	}
	if x := resolved(a.path); x != a.path && r.pages[x] != nil && r.pages[x].all.usual(a.size) {
		return true
	}
	p := r.pages[a.path]
	if p == nil {
		return false
	}
	f := p.fields[name]
	b := r.baseline(name, a)
	switch {
	case p.bare.usual(a.size):
		return true
	case b.tally == nil:
		return false
	case f != nil && b.tally == f.values[a.start]: // what varies with the value says nothing: this one is known
		return b.has(a.size) || f.has(a.size)
	}
	return b.usual(a.size)
}

// grows is how the ordinary answers grow with the value; its times are 0 if they do not.
func (f *field) grows() growth {
	if f == nil {
		return growth{}
	}
	if f.grown != nil {
		return *f.grown
	}
	best := growth{}
	for times := 1; times <= 4; times++ {
		lengths := map[int64]map[int]bool{} // by rest
		for p := range f.pairs {
			rest := p.size - int64(times*p.length)
			if lengths[rest] == nil {
				lengths[rest] = map[int]bool{}
			}
			lengths[rest][p.length] = true
		}
		for rest, n := range lengths {
			if x := len(n); x >= minLengths && x*minGrowing >= len(f.pairs) && (x > best.lengths || x == best.lengths && best.times == times && rest < best.rest) {
				best = growth{times, rest, x}
			}
		}
	}
	f.grown = &best
	return best
}

// growth is how the ordinary answers grow with the values of a field.
func (r *Reader) growth(path, name string) growth {
	if p := r.pages[path]; p != nil {
		return p.fields[name].grows()
	}
	return growth{}
}

// fits reports whether a size is that of a page that grew with a text of so many bytes.
func (w growth) fits(size int64, length int, slack int64) bool {
	return w.times > 0 && diff(size, w.rest+int64(w.times*length)) <= slack
}

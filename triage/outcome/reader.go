package outcome

import (
	"fmt"
	"hash/maphash"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// Bounds of one Reader.
const (
	maxGroups    = 50_000
	maxAnswers   = 400     // kept of a group
	maxKept      = 500_000 // kept of all groups
	maxWaiting   = 10_000  // requests with SQL injection that wait to be judged here or elsewhere
	maxPathsKept = 4096    // told apart of one group
	maxCompared  = 5000    // paths whose ordinary answers are compared
	maxWatched   = 5000    // uploaded paths that are watched
	maxGuessers  = 1000    // clients whose later requests are read
	maxText      = 300     // bytes kept of a payload
	maxKinds     = 256     // answers to guesses told apart of one group
	maxOfKind    = 5       // kept of one kind of them
)

// An answer is what one hostile request got.
type answer struct {
	ref          string
	at           time.Time
	path         string
	status       int
	size         int64 // -1 if unknown or if the method has no body
	millis       int64
	rule         string // of the finding that says what was tried
	text         string // the payload, decoded, at most maxText
	start        string // what it begins with, if that may be an ordinary value
	raw, decoded int    // length of the query and the body, and of the payload
	signs        [4]int // how many of & < > " ' are in it, < and > together
	method       string
	proof        string // what the answer's own text shows
}

func (a *answer) ok() bool { return a.status/100 == 2 }

// A group is like requests.
type group struct {
	client, path, field string
	class               triage.Class
	requests            int
	first, last         time.Time
	statuses            map[int]int
	paths               map[string]struct{}
	answers             []answer // those that are not refused, and the first refused ones
	refused             []string // references
	blindly             int      // requests of which no answer tells anything
	proofs              []proof
	kinds               map[kind]int // of guesses: how often each answer came, at most maxKinds
	pairs               map[pair]int // records of access logs less those of audit logs, at most maxPathsKept
}

// A kind is one answer to guesses.
type kind struct {
	status int
	size   int64
}

// A pair is what a record of an audit log and that of the same request in an access log share: second, status, and
// the hash of the path.
type pair struct {
	second int64
	status int
	path   uint64
}

var pathSeed = maphash.MakeSeed()

// double reports whether a request of the group was added before, from the other kind of log.
func (g *group) double(q *triage.Request) bool {
	k, one := pair{q.Time.Unix(), q.Status, maphash.String(pathSeed, q.Path)}, 1
	if q.Audit {
		one = -1
	}
	n, known := g.pairs[k]
	if known || len(g.pairs) < maxPathsKept {
		g.pairs[k] = n + one
	}
	return n*one < 0
}

// A proof is what the rest of the case says of one request of a group.
type proof struct {
	weight   int
	id, text string
	refs     []string
}

// A Reader takes the requests of a case and then says how the attacks among them fared.
type Reader struct {
	groups  map[string]*group
	order   []*group
	kept    int
	dropped int

	shells  map[string]*triage.Webshell // by path
	planted map[string]*triage.Webshell // by reference of the request that planted it
	spawned map[string]*triage.Spawn    // by request

	pages   map[string]*page // by path, what it answers to others
	fields  int              // attacked parameters of them
	misses  missClasses
	beside  map[string]*group // injection judged elsewhere, by place
	besides []*group          // the same in order
	refused int               // answers 404, 403 or 410 to looks for files

	elsewhere func(client, path, field string) bool
	waiting   []undecided
	settled   bool

	watched map[string]*upload // by path
	signed  map[string]*signedIn
}

// NewReader returns a Reader that knows what the survey found; nil is none. elsewhere says whether SQL injection of a
// client into a place is judged elsewhere; it may come to say so while requests are added.
func NewReader(sv *triage.Survey, elsewhere func(client, path, field string) bool) *Reader {
	r := &Reader{groups: map[string]*group{}, shells: map[string]*triage.Webshell{}, planted: map[string]*triage.Webshell{}, spawned: map[string]*triage.Spawn{},
		pages: map[string]*page{"/": {}}, beside: map[string]*group{}, elsewhere: elsewhere, watched: map[string]*upload{}, misses: missClasses{}}
	if sv == nil {
		return r
	}
	for i := range sv.Webshells {
		w := &sv.Webshells[i]
		if w.Score < likelyShell || w.Requests == 0 {
			continue
		}
		r.shells[w.Path] = w
		if w.PlantedBy != nil {
			r.planted[w.PlantedBy.Ref] = w
		}
	}
	for i := range sv.Spawned {
		if s := &sv.Spawned[i]; s.Sure && s.Level >= triage.Medium && r.spawned[s.Request] == nil {
			r.spawned[s.Request] = s
		}
	}
	return r
}

// likelyShell is the score from which a candidate is treated as a web shell.
const likelyShell = 50

// chief is the finding that says what a request tries: the highest, of equal ones that of the gravest class. What is a
// guess at a password is one, whatever tool or scan it is part of.
func chief(found []triage.Finding) *triage.Finding {
	best := &found[0]
	for i := range found {
		f := &found[i]
		if f.Class == triage.Bruteforce && f.Level >= triage.Low && slices.Index(triage.Classes, best.Class) > slices.Index(triage.Classes, f.Class) ||
			f.Level == best.Level && slices.Index(triage.Classes, f.Class) < slices.Index(triage.Classes, best.Class) && best.Class != triage.Bruteforce {
			best = f
		}
	}
	return best
}

// An undecided request has SQL injection into a place that is not judged elsewhere as yet.
type undecided struct {
	request triage.Request
	found   []triage.Finding
}

// settle takes what waits. From then on nothing waits.
func (r *Reader) settle() {
	r.settled = true
	for i := range r.waiting {
		r.attack(&r.waiting[i].request, r.waiting[i].found)
	}
	r.waiting = nil
}

// Attack adds a request with its findings, the highest first. Requests come in order of time.
func (r *Reader) Attack(q *triage.Request, found []triage.Finding) {
	if len(found) == 0 || found[0].Level < triage.Low || q.Reject != "" {
		return
	}
	if f := chief(found); f.Class == triage.SQLi && !r.settled {
		if r.elsewhere(q.Client, q.Path, f.Field) {
			r.aside(q, f)
			return
		}
		if len(r.waiting) < maxWaiting {
			r.waiting = append(r.waiting, undecided{*q, found})
			return
		}
		r.settle()
	}
	r.attack(q, found)
}

func (r *Reader) attack(q *triage.Request, found []triage.Finding) {
	f := chief(found)
	if f.Class == triage.SQLi && r.elsewhere(q.Client, q.Path, f.Field) {
		r.aside(q, f)
		return
	}
	g := r.group(q, f)
	if g == nil {
		r.dropped++
		return
	}
	if g.double(q) {
		return
	}
	if g.requests == 0 {
		g.first = q.Time
	}
	g.requests++
	g.last = q.Time
	g.statuses[q.Status]++
	if len(g.paths) < maxPathsKept {
		g.paths[q.Path] = struct{}{}
	}
	r.prove(g, q)
	if outOfBand[f.Rule] {
		g.blindly++
	}
	r.note(g, q, f, found)
}

// group is the one that a request belongs to by its chief finding.
func (r *Reader) group(q *triage.Request, f *triage.Finding) *group {
	p, field := q.Path, f.Field
	switch f.Class {
	case triage.Scan, triage.Probe:
		p, field = "", ""
	case triage.Bruteforce, triage.WebshellUse:
		field = ""
	case triage.Upload:
		if f.Rule == "put-script" || f.Field == "path" {
			p, field = "", "path"
		}
	default:
		if !placed(field) {
			p = ""
		}
	}
	key := q.Client + "\x00" + string(f.Class) + "\x00" + p + "\x00" + field
	g := r.groups[key]
	if g == nil {
		if len(r.groups) >= maxGroups {
			return nil
		}
		g = &group{client: q.Client, path: p, field: field, class: f.Class, statuses: map[int]int{}, paths: map[string]struct{}{},
			kinds: map[kind]int{}, pairs: map[pair]int{}}
		r.groups[key] = g
		r.order = append(r.order, g)
	}
	return g
}

// prove notes what the rest of the case says of a request.
func (r *Reader) prove(g *group, q *triage.Request) {
	if len(g.proofs) >= triage.MaxRefs {
		return
	}
	if w := r.planted[q.Ref]; w != nil && g.class != triage.Bruteforce {
		p := proof{weightLikely, "shell-planted", fmt.Sprintf("the web shell %s answered from shortly after it on (%s; confidence %s)", triage.VisibleN(w.Path, 120), w.PlantWhy, w.PlantConfidence), []string{q.Ref}}
		if w.PlantConfidence == "high" {
			p.weight = weightSucceeded
		}
		for _, c := range w.Uses[:min(len(w.Uses), 2)] {
			p.refs = append(p.refs, c.Ref)
		}
		g.proofs = append(g.proofs, p)
	}
	if s := r.spawned[q.Ref]; s != nil {
		g.proofs = append(g.proofs, proof{weightSucceeded, "process", "the server started a process at that moment: " + triage.VisibleN(s.Command, 160), []string{q.Ref, s.Process}})
	}
}

// note keeps an answer.
func (r *Reader) note(g *group, q *triage.Request, f *triage.Finding, found []triage.Finding) {
	looks := g.class == triage.Scan || g.class == triage.Probe || g.path == "" && g.class == triage.Traversal
	if looks && (q.Status == 404 || q.Status == 403 || q.Status == 410) {
		r.refused++
	}
	if q.Status >= 400 && len(g.refused) < triage.MaxRefs {
		g.refused = append(g.refused, q.Ref)
	}
	if g.class == triage.Bruteforce && !g.fresh(kind{q.Status, q.Size}) {
		return
	}
	if q.Status >= 400 && len(g.answers) >= maxAnswers/4 || len(g.answers) >= maxAnswers || r.kept >= maxKept {
		return
	}
	a := answer{ref: q.Ref, at: q.Time, path: q.Path, status: q.Status, size: q.Size, millis: q.Millis, rule: f.Rule, method: q.Method}
	if q.Method == "HEAD" || q.Method == "OPTIONS" {
		a.size = -1
	}
	for _, x := range found {
		if isFileRule(x.Rule) || strings.HasPrefix(x.Rule, "hole-") {
			a.rule = x.Rule
			break
		}
	}
	a.proof = shown(q.Answer)
	if placed(g.field) || g.class == triage.Traversal || g.class == triage.RCE {
		a.carry(q, g.field)
	}
	switch g.class {
	case triage.XSS:
		if a.proof = ""; len(a.text) >= 8 && strings.ContainsAny(a.text, "<>") && strings.Contains(q.Answer, a.text) {
			a.proof = "the payload, unescaped"
		}
	case triage.Upload:
		r.watch(g, q, f)
	}
	if looks && a.ok() && a.size > 0 {
		r.misses.add(&a)
	}
	if a.ok() && g.class != triage.WebshellUse && g.class != triage.Bruteforce {
		r.compare(q.Path, g.field, a.start)
	}
	g.answers = append(g.answers, a)
	r.kept++
}

// fresh counts an answer to a guess, and reports whether it is one of the first of its kind.
func (g *group) fresh(k kind) bool {
	n, known := g.kinds[k]
	if !known && len(g.kinds) >= maxKinds {
		return false
	}
	g.kinds[k] = n + 1
	return n < maxOfKind
}

// carry notes what a request carries in a field, decoded, with its lengths.
func (a *answer) carry(q *triage.Request, field string) {
	text := ""
	if !placed(field) {
		t, err := url.PathUnescape(q.Path)
		if err != nil {
			t = q.Path
		}
		text, a.raw = t, len(q.Path)+len(q.Query)
	} else {
		a.raw = len(q.Query) + len(q.Body)
		for _, v := range triage.Values(q) {
			if v.Field == field {
				text = v.Text
				break
			}
		}
		a.start = ordinaryStart(text)
	}
	a.text, a.decoded = text[:min(len(text), maxText)], len(text)
	for i := range len(text) {
		if k := strings.IndexByte("&<>\"'", text[i]); k >= 0 {
			a.signs[[...]int{0, 1, 1, 2, 3}[k]]++
		}
	}
}

// resolved is a path without its "..", as a server that resolves them reads it.
func resolved(p string) string {
	if !strings.Contains(p, "..") && !strings.ContainsAny(p, "%") {
		return p
	}
	t, err := url.PathUnescape(p)
	if err != nil {
		return p
	}
	return path.Clean("/" + t)
}

// Compared reports whether the ordinary requests of a path are wanted by Ordinary.
func (r *Reader) Compared(p string) bool {
	if !r.settled {
		r.settle()
	}
	return r.pages[p] != nil || r.watched[p] != nil
}

// Clients are those whose requests are wanted by Of: the guessers.
func (r *Reader) Clients() []string {
	if !r.settled {
		r.settle()
	}
	r.signed = map[string]*signedIn{}
	var out []string
	for _, g := range r.order {
		if g.class != triage.Bruteforce || len(out) >= maxGuessers || r.signed[g.client] != nil {
			continue
		}
		status, _, n := g.usualAnswer()
		if n < minGuesses {
			continue
		}
		s := &signedIn{form: g.path, before: map[string]bool{}, refused: status == 401 || status == 403}
		if odd := g.oddAnswers(); len(odd) > 0 {
			s.since = odd[0].at
		}
		r.signed[g.client] = s
		out = append(out, g.client)
	}
	return out
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

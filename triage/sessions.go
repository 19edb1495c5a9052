package triage

// Sessions: what a client does without a long pause, and what kind of doing that is.
//
// A session is all requests of one client with less than sessionGap between two of them. Its sums (how many
// things were asked for that are not here, how many hostile requests, how many posts to one path) tell tools
// from people where no single request does. A session that is hostile in one of these ways becomes a span:
// rows of one client from first to last, of which mark picks those that take part. A person's page view in
// between, which a link of the site led to, is never marked.

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	sessionGapMS    = 30 * 60 * 1000
	maxMissedPaths  = 512 // distinct missed paths counted in a session
	maxPostPaths    = 64  // distinct paths posted to, counted in a session
	maxAgentsOf     = 16  // agents kept of a session
	minScanMisses   = 15
	minBurstMisses  = 2
	minBruteTries   = 10
	minActiveAttack = 20
	minToolClasses  = 4 // kinds of payload in one session that only a tool tries
)

// A session is the sums of one client's run of requests.
type session struct {
	client            uint32
	firstRow, lastRow uint64
	first, last       int64
	requests, assets  int
	linked, hostile   int
	missed, robots    int
	crawls            int // misses of an agent that names itself a crawler
	missedPaths       map[uint32]struct{}
	missedScripts     int // distinct
	missedPosts       int // distinct scripts that were posted to in vain
	tries             map[tryKey]*tries
	agents            []uint32 // of hostile requests
	classes           map[Class]int
}

// A tryKey is one form that a password could be tried at.
type tryKey struct {
	path  uint32
	basic bool // answered 401, whatever the method
}

// tries counts the answers to one client's posts to one path.
type tries struct {
	n      int
	status map[uint16]int
	size   int64 // of the first answer
	same   int   // answers within 5 % of that size
}

// A span is a session found hostile, with the finding for the rows that take part.
type span struct {
	firstRow, lastRow uint64
	first             int64 // Unix ms
	finding           Finding
	take              func(s *site, v *Visit) bool
}

// sessions folds a part of a log into spans.
type sessions struct {
	log   Log
	site  *site
	open  map[uint32]*session
	spans map[uint32][]span // by client
	brute []bruteCase
	forms map[uint32]*form
}

// A bruteCase is a session that posted often to one path, to be judged when the whole log is known.
type bruteCase struct {
	session session
	key     tryKey
	tries   tries
}

// A form is what all clients' posts to one path were answered.
type form struct {
	clients   map[uint32]struct{} // at most 64
	perVisit  []int               // posts by session, at most 4096
	redirects int
	plain     int // 200
}

func newSessions(log Log, s *site) *sessions {
	return &sessions{log: log, site: s, open: map[uint32]*session{}, spans: map[uint32][]span{}, forms: map[uint32]*form{}}
}

// add takes the next request of the log.
func (ss *sessions) add(v *Visit) {
	s := ss.open[v.Client]
	if s != nil && (v.Time-s.last > sessionGapMS || s.last-v.Time > sessionGapMS) {
		ss.close(s)
		s = nil
	}
	if s == nil {
		s = &session{client: v.Client, firstRow: v.Row, first: v.Time}
		ss.open[v.Client] = s
	}
	s.lastRow, s.last = v.Row, v.Time
	s.requests++
	kind := ss.site.kinds[v.Path]
	switch {
	case kind == assetKind && !missed(v.Status):
		s.assets++
		if v.Status < 300 && ss.isRobots(v) {
			s.robots++
		}
	case missed(v.Status):
		if ss.site.crawler[v.Agent] {
			s.crawls++
		}
		s.addMiss(v, kind, ss.site.isPost(v))
	}
	if ss.site.linked(v) {
		s.linked++
	}
	s.addHostile(ss.log.Findings(v.Judged), v)
	s.addTry(v, ss.site.isPost(v))
}

func (ss *sessions) isRobots(v *Visit) bool { return ss.log.Text(Paths, v.Path) == "/robots.txt" }

func (s *session) addMiss(v *Visit, kind pathKind, post bool) {
	s.missed++
	if _, seen := s.missedPaths[v.Path]; seen || len(s.missedPaths) >= maxMissedPaths {
		return
	}
	if s.missedPaths == nil {
		s.missedPaths = map[uint32]struct{}{}
	}
	s.missedPaths[v.Path] = struct{}{}
	if kind == scriptKind {
		s.missedScripts++
		if post {
			s.missedPosts++
		}
	}
}

func (s *session) addHostile(found []Finding, v *Visit) {
	if topLevel(found) < Medium {
		return
	}
	s.hostile++
	if s.classes == nil {
		s.classes = map[Class]int{}
	}
	for _, f := range found {
		if f.Level >= Medium {
			s.classes[f.Class]++
		}
	}
	if len(s.agents) < maxAgentsOf && !slices.Contains(s.agents, v.Agent) {
		s.agents = append(s.agents, v.Agent)
	}
}

func (s *session) addTry(v *Visit, post bool) {
	basic := v.Status == 401
	if !basic && !post {
		return
	}
	k := tryKey{v.Path, basic}
	t := s.tries[k]
	if t == nil {
		if len(s.tries) >= maxPostPaths {
			return
		}
		if s.tries == nil {
			s.tries = map[tryKey]*tries{}
		}
		t = &tries{size: v.Size, status: map[uint16]int{}}
		s.tries[k] = t
	}
	t.n++
	t.status[v.Status]++
	if math.Abs(float64(v.Size-t.size)) <= 0.05*float64(max(t.size, 1)) {
		t.same++
	}
}

// close judges a session and forgets it.
func (ss *sessions) close(s *session) {
	delete(ss.open, s.client)
	for k, t := range s.tries {
		ss.addForm(k, t, s.client)
		if t.n >= minBruteTries {
			kept := *s
			kept.missedPaths, kept.tries = nil, nil
			ss.brute = append(ss.brute, bruteCase{kept, k, *t})
		}
	}
	pages := s.requests - s.assets
	distinct := len(s.missedPaths)
	browsing := s.linked > 0 && (s.linked*4 > pages && s.assets*3 > pages || s.assets*2 > s.requests) // tools may send referers, they fetch no pictures
	switch {
	case distinct >= minScanMisses && s.missed*5 >= pages*2 && !browsing:
		ss.addSpan(s, Finding{Rule: "scan-enumeration", Class: Scan, Level: Medium,
			Why: fmt.Sprintf("asks for what is not here: %s of %s met nothing, %s in %s, no page in between that a link led to",
				count(distinct, "distinct path"), count(pages, "request"), perMinute(pages, s.first, s.last), lasted(s.first, s.last))},
			takeUnlinked)
	case s.hostile >= minActiveAttack && (s.hostile+s.missed)*5 >= pages*2 && !browsing,
		s.hostile >= minActiveAttack && len(s.classes) >= minToolClasses:
		agents := slices.Clone(s.agents)
		ss.addSpan(s, Finding{Rule: "scan-active", Class: Scan, Level: Low,
			Why: fmt.Sprintf("part of a tool's run: %s of %s in %s carry a payload, and this one came from the same agent without following a link",
				count(s.hostile, "request"), count(pages, "request"), lasted(s.first, s.last))},
			func(st *site, v *Visit) bool { return takeUnlinked(st, v) && slices.Contains(agents, v.Agent) })
		ss.addFuzzed(s, agents)
	case s.missedScripts >= 3 && s.missedPosts >= 1 && s.missed*2 >= pages && s.linked == 0:
		ss.addSpan(s, Finding{Rule: "probe-shell-sweep", Class: Probe, Level: Medium,
			Why: fmt.Sprintf("looks for other people's shells: %s that do not exist, %d of them posted to",
				count(s.missedScripts, "script"), s.missedPosts)}, takeMissed)
	case distinct >= minBurstMisses && s.missed*2 >= pages && s.linked == 0 && s.assets == 0 && s.robots == 0 && s.crawls == 0:
		ss.addSpan(s, Finding{Rule: "probe-burst", Class: Probe, Level: Low,
			Why: fmt.Sprintf("one of %s that met nothing, in a visit that followed no link and fetched no asset",
				count(distinct, "distinct path"))}, takeMissed)
	}
}

// addFuzzed makes a span of the forms that a tool's run posted to again and again. A tool may send a referer as
// a browser would, so links say nothing here.
func (ss *sessions) addFuzzed(s *session, agents []uint32) {
	posts := 0
	fuzzed := map[uint32]bool{}
	for k, t := range s.tries {
		if !k.basic && t.n >= minBruteTries {
			fuzzed[k.path] = true
			posts += t.n
		}
	}
	if posts == 0 {
		return
	}
	ss.addSpan(s, Finding{Rule: "probe-forms", Class: Probe, Level: Low,
		Why: fmt.Sprintf("a tool's run posts to %s again and again, %s in %s", count(len(fuzzed), "form"), count(posts, "post"), lasted(s.first, s.last))},
		func(st *site, v *Visit) bool {
			return fuzzed[v.Path] && st.isPost(v) && slices.Contains(agents, v.Agent)
		})
}

func (ss *sessions) addSpan(s *session, f Finding, take func(*site, *Visit) bool) {
	f.Field = "behaviour"
	ss.spans[s.client] = append(ss.spans[s.client], span{s.firstRow, s.lastRow, s.first, f, take})
}

func takeMissed(_ *site, v *Visit) bool { return missed(v.Status) }

func takeUnlinked(s *site, v *Visit) bool {
	return !s.linked(v) && !(s.kinds[v.Path] == assetKind && !missed(v.Status) && v.Referer != 0)
}

func (ss *sessions) addForm(k tryKey, t *tries, client uint32) {
	if k.basic {
		return
	}
	f := ss.forms[k.path]
	if f == nil {
		f = &form{clients: map[uint32]struct{}{}}
		ss.forms[k.path] = f
	}
	if len(f.clients) < 64 {
		f.clients[client] = struct{}{}
	}
	if len(f.perVisit) < 4096 {
		f.perVisit = append(f.perVisit, t.n)
	}
	for st, n := range t.status {
		switch {
		case st >= 300 && st < 400:
			f.redirects += n
		case st == 200:
			f.plain += n
		}
	}
}

// finish closes what is open and judges the password guessing, which needs every client's answers.
func (ss *sessions) finish() {
	open := make([]*session, 0, len(ss.open))
	for _, s := range ss.open {
		open = append(open, s)
	}
	slices.SortFunc(open, func(a, b *session) int { return cmp.Compare(a.firstRow, b.firstRow) })
	for _, s := range open {
		ss.close(s)
	}
	for _, c := range ss.brute {
		if f, ok := ss.judgeTries(c); ok {
			key := c.key
			ss.addSpan(&c.session, f, func(st *site, v *Visit) bool {
				return v.Path == key.path && (key.basic && v.Status == 401 || !key.basic && st.isPost(v))
			})
		}
	}
	for _, list := range ss.spans {
		slices.SortStableFunc(list, func(a, b span) int { return cmp.Compare(a.firstRow, b.firstRow) })
	}
}

// judgeTries says whether a client's posts to one path are guesses at a password. They are when the answers
// say "no" by status (401, 403), or when the path answers like a login form (some get a redirect, the others
// see the form again), the answers here are nearly all the same form again, and no other visitor's session
// posts there half as often. The usual case, a busy form that saves something each time, answers with
// redirects or with sizes that vary, and a shell or an API has no visitors besides.
func (ss *sessions) judgeTries(c bruteCase) (Finding, bool) {
	t := c.tries
	path := VisibleN(ss.log.Text(Paths, c.key.path), 120)
	refused := t.status[401] + t.status[403] + t.status[429]
	if refused*5 >= t.n*4 {
		return Finding{Rule: "brute-refused", Class: Bruteforce, Level: Medium, Match: path,
			Why: fmt.Sprintf("guesses a password: %d of %s at this path in %s were refused", refused, count(t.n, "try"), lasted(c.session.first, c.session.last))}, true
	}
	f := ss.forms[c.key.path]
	if c.key.basic || f == nil {
		return Finding{}, false
	}
	usual := percentile(f.perVisit, 0.9)
	loginLike := f.redirects > 0 && f.plain > 0 && len(f.clients) >= 3 || namesLogin(ss.log.Text(Paths, c.key.path))
	if !loginLike || t.status[200]*10 < t.n*9 || t.same*10 < t.n*9 || t.n < 2*usual && len(f.perVisit) > 20 {
		return Finding{}, false
	}
	return Finding{Rule: "brute-login", Class: Bruteforce, Level: Medium, Match: path,
		Why: fmt.Sprintf("guesses a password: %s in %s, each answered with the same form again; nine in ten visits post here %s or fewer",
			count(t.n, "post"), lasted(c.session.first, c.session.last), count(usual, "time"))}, true
}

// markGuessed tells the scripts how many of their posts are guesses at a password.
func (ss *sessions) markGuessed(scripts map[string]*script) {
	for _, c := range ss.brute {
		if s := scripts[ss.site.plain[c.key.path]]; s != nil && !c.key.basic {
			if _, ok := ss.judgeTries(c); ok {
				s.Guessed += c.tries.n
			}
		}
	}
}

// namesLogin is a hint for logs in which nobody logged in successfully.
func namesLogin(path string) bool {
	p := plainPath(path)
	for _, w := range []string{"login", "signin", "sign-in", "logon", "auth", "session", "xmlrpc", "passw"} {
		if containsWord(p, w) {
			return true
		}
	}
	return false
}

func percentile(list []int, p float64) int {
	if len(list) == 0 {
		return 0
	}
	s := slices.Clone(list)
	slices.Sort(s)
	return s[min(len(s)-1, int(p*float64(len(s))))]
}

func lasted(first, last int64) string {
	d := time.Duration(max(0, last-first)) * time.Millisecond
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

func perMinute(n int, first, last int64) string {
	minutes := float64(last-first) / 60000
	if minutes < 1 {
		return fmt.Sprintf("%d a minute", n)
	}
	return fmt.Sprintf("%.0f a minute", math.Max(1, float64(n)/minutes))
}

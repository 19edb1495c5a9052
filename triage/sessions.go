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
	"math/bits"
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
	minWordlist     = 8 // misses in the order of the alphabet
	minSwitched     = 8 // agents of one visit that no person has
	minBreadth      = 80
	minStream       = 500
	minTicks        = 20 // requests by the clock
	maxTryRows      = 32 // rows kept of a visit's tries and of its misses
	clockJitter     = 0.1
)

// A session is the sums of one client's run of requests.
type session struct {
	client, agent     uint32 // of its first request
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
	probes            int                 // requests in vain for a name that only probes ask for
	probed            map[uint32]struct{} // distinct, at most maxMissedPaths
	ascending         int                 // distinct misses that come after the one before in the alphabet
	lastMiss          uint32
	missRows          []uint64  // at most maxTryRows
	switched          []uint32  // browsers' agents, at most maxAgentsOf
	breadth           [4]uint64 // sketch of the distinct pages asked for without a link
	main              uint32    // the path that most requests are for, if one has the majority
	mainVotes         int
	pauses            pace                // between its requests
	users             map[uint32]struct{} // refused, at most maxPostPaths
	bot               uint32              // agent that names a search engine's crawler, of hostile requests
	botHostile        int
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
	ok     int   // of tries by basic authentication: requests to the path answered 2xx
	last   int64 // time of the latest
	pauses pace
	rows   []uint64 // at most maxTryRows
}

// A pace is the mean and spread of pauses, by Welford's method.
type pace struct {
	n        int
	mean, m2 float64
}

func (p *pace) add(ms int64) {
	p.n++
	d := float64(ms) - p.mean
	p.mean += d / float64(p.n)
	p.m2 += d * (float64(ms) - p.mean)
}

// clock reports whether the pauses are those of a machine's timer, ten seconds or more, as a monitor's or a
// client's that asks again and again with an old password.
func (p *pace) clock() bool {
	return p.n >= 5 && p.mean >= 10_000 && math.Sqrt(p.m2/float64(p.n)) <= clockJitter*p.mean
}

// A span is a session found hostile, with the finding for the rows that take part.
type span struct {
	firstRow, lastRow uint64
	first             int64 // Unix ms
	finding           Finding
	take              func(s *site, v *Visit, found []Finding) bool
}

// sessions folds a part of a log into spans.
type sessions struct {
	log   Log
	site  *site
	open  []*session        // by client; nil if none is open
	spans map[uint32][]span // by client
	brute []bruteCase
	forms map[uint32]*form
	slow  *slowTrails
}

// A bruteCase is a session that posted often to one path, to be judged when the whole log is known.
type bruteCase struct {
	session session
	key     tryKey
	tries   tries
	forms   int // paths that the session posted to as often
}

// A form is what all clients' posts to one path were answered.
type form struct {
	clients   map[uint32]struct{} // at most 64
	perVisit  []int               // posts by session, at most 4096
	redirects int
	plain     int // 200
	second    int // visits that were refused and then let in, or the other way round
}

func newSessions(log Log, s *site) *sessions {
	return &sessions{log: log, site: s, open: make([]*session, log.Texts(Clients)), spans: map[uint32][]span{}, forms: map[uint32]*form{}, slow: newSlowTrails()}
}

// add takes the next request of the log.
func (ss *sessions) add(v *Visit, found []Finding) {
	s := ss.open[v.Client]
	switch {
	case s == nil:
		s = &session{client: v.Client, agent: v.Agent, firstRow: v.Row, first: v.Time}
		ss.open[v.Client] = s
	case v.Time-s.last > sessionGapMS || s.last-v.Time > sessionGapMS:
		ss.close(s)
		*s = session{client: v.Client, agent: v.Agent, firstRow: v.Row, first: v.Time} // what was kept of the old one is a copy
	default:
		s.pauses.add(v.Time - s.last)
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
		ss.addMiss(s, v, kind)
	}
	linked := ss.site.linked(v)
	if linked {
		s.linked++
	} else if kind != assetKind {
		h := v.Path * 0x9E3779B1 >> 24 // 256 cells
		s.breadth[h>>6] |= 1 << (h & 63)
	}
	s.vote(v.Path)
	if ss.site.browser[v.Agent] && len(s.switched) < maxAgentsOf && !slices.Contains(s.switched, v.Agent) {
		s.switched = append(s.switched, v.Agent)
	}
	if len(found) > 0 {
		probe := missed(v.Status) && probes(found)
		if probe {
			s.addProbe(v)
		}
		if ss.site.engine[v.Agent] && (probe || topLevel(found) >= Medium) {
			s.bot = v.Agent
			s.botHostile++
		}
		s.addHostile(found, v)
	}
	s.addTry(v, ss.site.isPost(v))
	if v.Status == 401 && v.User != 0 {
		s.addUser(v)
	}
}

// vote finds the path that has the majority, if one has (Boyer and Moore).
func (s *session) vote(path uint32) {
	switch {
	case path == s.main:
		s.mainVotes++
	case s.mainVotes == 0:
		s.main, s.mainVotes = path, 1
	default:
		s.mainVotes--
	}
}

func (s *session) addProbe(v *Visit) {
	s.probes++
	if s.probed == nil {
		s.probed = map[uint32]struct{}{}
	}
	if len(s.probed) < maxMissedPaths {
		s.probed[v.Path] = struct{}{}
	}
}

func (s *session) addUser(v *Visit) {
	if s.users == nil {
		s.users = map[uint32]struct{}{}
	}
	if len(s.users) < maxPostPaths {
		s.users[v.User] = struct{}{}
	}
}

// probes reports whether a request asks for a name that only those ask for who do not know the site.
func probes(found []Finding) bool {
	return slices.ContainsFunc(found, func(f Finding) bool {
		return f.Level >= Low && (f.Class == Probe || f.Class == Scan) && f.Field != "agent" && f.Field != "referer"
	})
}

func (ss *sessions) isRobots(v *Visit) bool { return ss.log.Text(Paths, v.Path) == "/robots.txt" }

func (ss *sessions) addMiss(s *session, v *Visit, kind pathKind) {
	post := ss.site.isPost(v)
	s.missed++
	if _, seen := s.missedPaths[v.Path]; seen || len(s.missedPaths) >= maxMissedPaths {
		return
	}
	if s.missedPaths == nil {
		s.missedPaths = map[uint32]struct{}{}
	}
	s.missedPaths[v.Path] = struct{}{}
	if len(s.missRows) < maxTryRows {
		s.missRows = append(s.missRows, v.Row)
	}
	if s.lastMiss != 0 && ss.log.Text(Paths, s.lastMiss) < ss.log.Text(Paths, v.Path) {
		s.ascending++
	}
	s.lastMiss = v.Path
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
	if v.Status >= 200 && v.Status < 300 && len(s.tries) > 0 {
		if t := s.tries[tryKey{v.Path, true}]; t != nil {
			t.ok++
		}
	}
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
	} else {
		t.pauses.add(v.Time - t.last)
	}
	t.last = v.Time
	if len(t.rows) < maxTryRows {
		t.rows = append(t.rows, v.Row)
	}
	t.n++
	t.status[v.Status]++
	if math.Abs(float64(v.Size-t.size)) <= 0.05*float64(max(t.size, 1)) {
		t.same++
	}
}

// close judges a session. Nothing may keep s itself.
func (ss *sessions) close(s *session) {
	forms := 0
	for k, t := range s.tries {
		if !k.basic && t.n >= minBruteTries {
			forms++
		}
	}
	for k, t := range s.tries {
		ss.addForm(k, t, s.client)
		if t.n >= minBruteTries || t.n >= minFastTries && t.fast() && s.requests <= t.n+1 {
			kept := *s
			kept.missedPaths, kept.tries, kept.probed, kept.missRows = nil, nil, nil, nil
			ss.brute = append(ss.brute, bruteCase{kept, k, *t, forms})
		}
		ss.slow.addTries(s, k, t)
	}
	ss.slow.addMisses(s)
	ss.judgeUsers(s)
	pages := s.requests - s.assets
	distinct := len(s.missedPaths)
	switch {
	case ss.enumerates(s):
		how := ""
		if s.ascending*10 >= (distinct-1)*9 {
			how = ", in the order of the alphabet as a word list has it"
		}
		ss.addSpan(s, Finding{Rule: "scan-enumeration", Class: Scan, Level: Medium,
			Why: fmt.Sprintf("asks for what is not here: %s of %s met nothing, %s in %s%s, no page in between that a link led to",
				count(distinct, "distinct path"), count(pages, "request"), perMinute(pages, s.first, s.last), lasted(s.first, s.last), how)},
			takeUnlinked)
	case s.hostile >= minActiveAttack && (s.hostile+s.missed)*5 >= pages*2 && !s.browses(),
		s.hostile >= minActiveAttack && len(s.classes) >= minToolClasses:
		ss.addActive(s)
	case s.missedScripts >= 3 && s.missedPosts >= 1 && s.missed*2 >= pages && s.linked == 0:
		ss.addSpan(s, Finding{Rule: "probe-shell-sweep", Class: Probe, Level: Medium,
			Why: fmt.Sprintf("looks for other people's shells: %s that do not exist, %d of them posted to",
				count(s.missedScripts, "script"), s.missedPosts)}, takeMissed)
	case s.onlyProbes():
		take := takeProbes
		if s.missed*2 >= pages && s.robots == 0 && s.crawls == 0 {
			take = takeMissed
		}
		ss.addSpan(s, Finding{Rule: "probe-visit", Class: Probe, Level: Medium,
			Why: fmt.Sprintf("a visit for this alone: %d of its %s ask for %s that only probes ask for and that is not here; no link followed, no asset fetched",
				s.probes, count(pages, "request"), count(len(s.probed), "name"))}, take)
	case distinct >= minBurstMisses && s.missed*2 >= pages && s.linked == 0 && s.assets == 0 && s.robots == 0 && s.crawls == 0:
		ss.addSpan(s, Finding{Rule: "probe-burst", Class: Probe, Level: Low,
			Why: fmt.Sprintf("one of %s that met nothing, in a visit that followed no link and fetched no asset",
				count(distinct, "distinct path"))}, takeMissed)
	}
	ss.judgePace(s)
	ss.judgeClock(s)
	ss.judgeBot(s)
}

// judgeBot finds the client that names itself a search engine's crawler and does what none does.
func (ss *sessions) judgeBot(s *session) {
	if s.bot == 0 || s.botHostile == 0 {
		return
	}
	agent := s.bot
	ss.addSpan(s, Finding{Rule: "agent-false-crawler", Class: Probe, Level: Medium, Match: VisibleN(ss.log.Text(Agents, agent), 120),
		Why: fmt.Sprintf("names itself a search engine's crawler and attacks or looks for known holes in %s of this visit, which none does", count(s.botHostile, "request"))},
		func(_ *site, v *Visit, found []Finding) bool {
			return v.Agent == agent && (topLevel(found) >= Medium || missed(v.Status) && probes(found))
		})
}

// browses reports whether a session looks like a person's, who follows links and whose browser fetches pictures.
// Tools may send referers, they fetch no pictures.
func (s *session) browses() bool {
	pages := s.requests - s.assets
	return s.linked > 0 && (s.linked*4 > pages && s.assets*3 > pages || s.assets*2 > s.requests)
}

// enumerates reports whether a session tries names: many misses and little else, or fewer in the order of a word
// list. A crawler that names itself and goes slowly has stale links; one that asks for what only probes ask for is
// none.
func (ss *sessions) enumerates(s *session) bool {
	pages, distinct := s.requests-s.assets, len(s.missedPaths)
	if s.missed*5 < pages*2 || s.browses() {
		return false
	}
	if s.crawls*2 >= s.missed && s.probes < 3 && (s.last-s.first) >= int64(pages)*2000 {
		return false
	}
	return distinct >= minScanMisses || distinct >= minWordlist && s.ascending*10 >= (distinct-1)*9 && s.linked == 0 && s.crawls == 0
}

// onlyProbes reports whether a session came for names that only probes ask for and for nothing else, or for
// several of them.
func (s *session) onlyProbes() bool {
	pages := s.requests - s.assets
	switch {
	case s.probes > 0 && s.probes == s.requests: // a link, if they claim one, leads from a page that they never saw
		return true
	case s.linked > 0 || s.assets > 0:
		return false
	case len(s.probed) >= 3:
		return s.probes*3 >= pages
	}
	return s.probes > 0 && s.probes*2 >= pages
}

// addActive makes the spans of a tool's run of payloads: what came from the same agent without a link, the forms
// that it filled again and again, and the names that it tried besides.
func (ss *sessions) addActive(s *session) {
	pages := s.requests - s.assets
	agents := slices.Clone(s.agents)
	if n := len(s.missedPaths); n >= minScanMisses {
		ss.addSpan(s, Finding{Rule: "scan-names", Class: Scan, Level: Medium,
			Why: fmt.Sprintf("a tool's run asks for %s that are not here, between %s with a payload", count(n, "distinct path"), count(s.hostile, "request"))},
			func(st *site, v *Visit, found []Finding) bool {
				return missed(v.Status) && !slices.ContainsFunc(found, attacks) && slices.Contains(agents, v.Agent)
			})
	}
	ss.addSpan(s, Finding{Rule: "scan-active", Class: Scan, Level: Low,
		Why: fmt.Sprintf("part of a tool's run: %s of %s in %s carry a payload, and this one came from the same agent without following a link",
			count(s.hostile, "request"), count(pages, "request"), lasted(s.first, s.last))},
		func(st *site, v *Visit, found []Finding) bool {
			return takeUnlinked(st, v, found) && slices.Contains(agents, v.Agent)
		})
	ss.addFuzzed(s, agents)
}

// judgePace finds what only pace and breadth show.
func (ss *sessions) judgePace(s *session) {
	pages := s.requests - s.assets
	if s.linked > 0 || s.assets > 0 || s.robots > 0 {
		return
	}
	seconds := float64(s.last-s.first)/1000 + 1
	if n := len(s.switched); n >= minSwitched && pages <= 4*n {
		ss.addSpan(s, Finding{Rule: "scan-agents", Class: Scan, Level: Medium,
			Why: fmt.Sprintf("one client shows %d agents or more in %s within %s and follows no link with any", n, count(pages, "request"), lasted(s.first, s.last))}, takeUnlinked)
	}
	if n := distinctOf(s.breadth); n >= minBreadth && float64(pages)/seconds >= 2 && s.crawls == 0 && len(s.missedPaths) < minScanMisses {
		ss.addSpan(s, Finding{Rule: "scan-breadth", Class: Scan, Level: Low,
			Why: fmt.Sprintf("asks for some %d pages at %s without following a link or fetching an asset", n, perMinute(pages, s.first, s.last))}, takeUnlinked)
	}
	if main := s.main; s.mainVotes*10 >= s.requests*8 && s.requests >= minStream && seconds <= float64(s.requests)*2 && s.hostile == 0 && s.missed*20 <= s.requests {
		ss.addSpan(s, Finding{Rule: "tunnel-stream", Class: Other, Level: Low,
			Why: fmt.Sprintf("a stream as a tunnel makes it: %s to one path in %s, without a link or an asset", count(s.requests, "request"), lasted(s.first, s.last))},
			func(_ *site, v *Visit, _ []Finding) bool { return v.Path == main })
	}
}

// judgeClock finds the client that asks for one thing by the clock. Its first request is told, at level info: a
// monitor, a job and a beacon look alike in a log.
func (ss *sessions) judgeClock(s *session) {
	if s.requests < minTicks || s.mainVotes*10 < s.requests*9 || s.linked > 0 || !s.pauses.clock() {
		return
	}
	what := "a monitor, a job or a beacon, which a log alone does not tell apart"
	if namesMonitor(ss.log.Text(Agents, s.agent)) {
		what = "its agent names a monitor"
	}
	first := s.firstRow
	ss.addSpan(s, Finding{Rule: "beacon-clock", Class: Other, Level: Info, Match: VisibleN(ss.log.Text(Paths, s.main), 120),
		Why: fmt.Sprintf("asks for one path every %.0f s by the clock, %s in %s: %s", s.pauses.mean/1000, count(s.requests, "request"), lasted(s.first, s.last), what)},
		func(_ *site, v *Visit, _ []Finding) bool { return v.Row == first })
}

// distinctOf is about how many distinct things were marked in a sketch of 256 cells (linear counting).
func distinctOf(cells [4]uint64) int {
	empty := 256
	for _, c := range cells {
		empty -= bits.OnesCount64(c)
	}
	return int(256 * math.Log(256/math.Max(1, float64(empty))))
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
		func(st *site, v *Visit, _ []Finding) bool {
			return fuzzed[v.Path] && st.isPost(v) && slices.Contains(agents, v.Agent)
		})
}

func (ss *sessions) addSpan(s *session, f Finding, take func(*site, *Visit, []Finding) bool) {
	f.Field = "behaviour"
	ss.spans[s.client] = append(ss.spans[s.client], span{s.firstRow, s.lastRow, s.first, f, take})
}

func takeMissed(_ *site, v *Visit, _ []Finding) bool { return missed(v.Status) }

func takeProbes(_ *site, v *Visit, found []Finding) bool { return missed(v.Status) && probes(found) }

func takeUnlinked(s *site, v *Visit, _ []Finding) bool {
	return !s.linked(v) && !(s.kinds[v.Path] == assetKind && !missed(v.Status) && v.Referer != 0)
}

// finish closes what is open and judges what needs every client's answers or the whole part.
func (ss *sessions) finish() {
	var open []*session
	for _, s := range ss.open {
		if s != nil {
			open = append(open, s)
		}
	}
	slices.SortFunc(open, func(a, b *session) int { return cmp.Compare(a.firstRow, b.firstRow) })
	for _, s := range open {
		ss.close(s)
	}
	ss.open = nil
	ss.judgeBrute()
	ss.judgeCrowds()
	for _, list := range ss.spans {
		slices.SortStableFunc(list, func(a, b span) int { return cmp.Compare(a.firstRow, b.firstRow) })
	}
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

package triage

// Password guessing: at one form by one client, fast or slow, at many names by one client, and at one form by many
// clients. The forms are found by how they answer, not by a list: some posts get a redirect, the others see the form
// again. A client whose requests come by the clock is a machine with an old password, no guesser.

import (
	"cmp"
	"fmt"
	"slices"
)

const (
	minFastTries = 6 // in a visit for nothing else, seconds apart
	minSlowTries = 20
	minNames     = 6 // names refused in one visit
	minCrowd     = 15
	maxCrowd     = 2_000 // visits of one crowd
)

// fast reports whether the tries came seconds apart.
func (t *tries) fast() bool { return t.pauses.n > 0 && t.pauses.mean <= 5000 }

// refused counts the answers that say no by their status.
func (t *tries) refused() int { return t.status[401] + t.status[403] + t.status[429] }

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
	if t.status[200] > 0 && t.status[302]+t.status[303] > 0 {
		f.second++
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

// judgeBrute judges the sessions that tried often.
func (ss *sessions) judgeBrute() {
	for _, c := range ss.brute {
		if f, ok := ss.judgeTries(c); ok {
			ss.addSpan(&c.session, f, takeTries(c.key))
		}
	}
}

func takeTries(key tryKey) func(*site, *Visit, []Finding) bool {
	return func(st *site, v *Visit, _ []Finding) bool {
		return v.Path == key.path && (key.basic && v.Status == 401 || !key.basic && st.isPost(v))
	}
}

// judgeTries says whether a client's posts to one path are guesses at a password. They are when the answers
// say "no" by status (401, 403), or when the path answers like a login form (some get a redirect, the others
// see the form again), the answers here are nearly all the same form again, and no other visitor's session
// posts there half as often. The usual case, a busy form that saves something each time, answers with
// redirects or with sizes that vary, and a shell or an API has no visitors besides. A tool that fills every form
// of a site with payloads guesses no password.
func (ss *sessions) judgeTries(c bruteCase) (Finding, bool) {
	t := &c.tries
	if c.key.basic && t.pauses.clock() || c.session.hostile >= minActiveAttack && (c.forms > 1 || len(c.session.classes) >= minToolClasses) {
		return Finding{}, false
	}
	path := VisibleN(ss.log.Text(Paths, c.key.path), 120)
	if n := t.refused(); n*5 >= t.n*4 && t.ok*4 < n {
		return Finding{Rule: "brute-refused", Class: Bruteforce, Level: Medium, Match: path,
			Why: fmt.Sprintf("guesses a password: %d of %s at this path in %s were refused%s", n, count(t.n, "try"), lasted(c.session.first, c.session.last), t.hint())}, true
	}
	if !ss.refusesBySize(c.key, t) {
		return Finding{}, false
	}
	f := ss.forms[c.key.path]
	usual := percentile(f.perVisit, 0.9)
	if t.n < 2*usual && len(f.perVisit) > 20 {
		return Finding{}, false
	}
	return Finding{Rule: "brute-login", Class: Bruteforce, Level: Medium, Match: path,
		Why: fmt.Sprintf("guesses a password: %s in %s, nearly each answered with the same form again; nine in ten visits post here %s or fewer%s",
			count(t.n, "post"), lasted(c.session.first, c.session.last), count(usual, "time"), t.hint())}, true
}

// refusesBySize reports whether a path answers as a login form does, and these tries as it does to a wrong password.
func (ss *sessions) refusesBySize(key tryKey, t *tries) bool {
	f := ss.forms[key.path]
	if key.basic || f == nil || t.status[200]*10 < t.n*9 || t.same*10 < t.n*9 {
		return false
	}
	return f.isLogin() || namesLogin(ss.log.Text(Paths, key.path))
}

func (f *form) isLogin() bool { return f.redirects > 0 && f.plain > 0 && len(f.clients) >= 3 }

// hint tells of an answer that differs: perhaps the right password.
func (t *tries) hint() string {
	moved := t.status[301] + t.status[302] + t.status[303]
	switch {
	case t.refused()*2 > t.n && t.ok > 0:
		return fmt.Sprintf("; %s answered 2xx: perhaps the right password", count(t.ok, "request"))
	case t.refused()*2 <= t.n && moved > 0 && moved <= 2:
		return fmt.Sprintf("; %s answered with a redirect: perhaps the right password", count(moved, "post"))
	}
	return ""
}

// judgeUsers finds the client that tries many names, a few passwords each.
func (ss *sessions) judgeUsers(s *session) {
	refused, ok := 0, 0
	for k, t := range s.tries {
		if k.basic {
			refused += t.n
			ok += t.ok
		}
	}
	if n := len(s.users); n >= minNames && refused <= 6*n && ok*4 < refused {
		ss.addSpan(s, Finding{Rule: "brute-spray", Class: Bruteforce, Level: Medium,
			Why: fmt.Sprintf("tries %d names or more with few passwords each: %s in %s", n, count(refused, "refusal"), lasted(s.first, s.last))},
			func(_ *site, v *Visit, _ []Finding) bool { return v.Status == 401 })
	}
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

// slowTrails follow clients over the whole part, for what no single visit shows.
type slowTrails struct {
	posts  map[trailKey]*trail
	misses map[uint32]*trail
	crowds map[crowdKey]*crowd
}

type trailKey struct {
	client uint32
	tryKey
}

type crowdKey struct {
	tryKey
	day int64
}

// A crowd is the visits of one day that only tried one form, in vain.
type crowd struct {
	clients map[uint32]struct{}
	visits  []session
	fails   tries
}

func newSlowTrails() *slowTrails {
	return &slowTrails{posts: map[trailKey]*trail{}, misses: map[uint32]*trail{}, crowds: map[crowdKey]*crowd{}}
}

// addTries takes a visit's tries at one path.
func (st *slowTrails) addTries(s *session, k tryKey, t *tries) {
	if k.basic && t.pauses.clock() {
		return
	}
	key := trailKey{s.client, k}
	x := st.posts[key]
	if x == nil && len(st.posts) < maxTrails {
		x = &trail{Size: t.size}
		st.posts[key] = x
	}
	if x != nil {
		x.see(s, t.rows)
		x.N += t.n
		x.OK += t.ok
		x.Refused += t.refused()
		x.Status200 += t.status[200]
		if nearSize(x.Size, t.size) {
			x.Same += t.same
		}
	}
	if s.requests > t.n || t.ok > 0 || s.linked > 0 {
		return
	}
	c := st.crowds[crowdKey{k, s.first / dayMS}]
	if c == nil {
		if len(st.crowds) >= maxTrails {
			return
		}
		c = &crowd{clients: map[uint32]struct{}{}, fails: tries{size: t.size, status: map[uint16]int{}}}
		st.crowds[crowdKey{k, s.first / dayMS}] = c
	}
	if len(c.visits) >= maxCrowd {
		return
	}
	c.clients[s.client] = struct{}{}
	c.visits = append(c.visits, session{client: s.client, firstRow: s.firstRow, lastRow: s.lastRow, first: s.first, last: s.last})
	c.fails.n += t.n
	for code, n := range t.status {
		c.fails.status[code] += n
	}
	if nearSize(c.fails.size, t.size) {
		c.fails.same += t.same
	}
}

// nearSize reports whether two answers have the same size but for 5 %.
func nearSize(a, b int64) bool { d := a - b; return d*20 <= a && -d*20 <= a }

// addMisses takes a visit's misses, if it was not a person's.
func (st *slowTrails) addMisses(s *session) {
	x := st.misses[s.client]
	if s.linked > 0 || s.assets > 0 || s.robots > 0 || s.crawls > 0 {
		if x != nil {
			x.Browsed = true
		}
		return
	}
	n := len(s.missedPaths)
	if n == 0 || n >= minScanMisses {
		return
	}
	if x == nil {
		if len(st.misses) >= maxTrails {
			return
		}
		x = &trail{Misses: true}
		st.misses[s.client] = x
	}
	x.see(s, s.missRows)
	x.N += n
}

// judgeCrowds finds the form that many clients came to on one day for nothing but tries in vain, as those who try
// stolen passwords from many addresses do.
func (ss *sessions) judgeCrowds() {
	keys := make([]crowdKey, 0, len(ss.slow.crowds))
	for k, c := range ss.slow.crowds {
		if len(c.clients) >= minCrowd {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b crowdKey) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.path, b.path)) })
	for _, k := range keys {
		c := ss.slow.crowds[k]
		level := Medium
		switch f := ss.forms[k.path]; {
		case f != nil && f.isLogin() && (f.second > 1 || namesLogin(ss.log.Text(Paths, k.path))) && c.fails.status[200]*10 >= c.fails.n*9 && c.fails.same*10 >= c.fails.n*9:
		case c.fails.refused()*10 >= c.fails.n*9 && len(c.clients) >= 2*minCrowd: // programs with old passwords do so too
			level = Low
		default:
			continue
		}
		for i := range c.visits {
			ss.addSpan(&c.visits[i], Finding{Rule: "brute-crowd", Class: Bruteforce, Level: level, Match: VisibleN(ss.log.Text(Paths, k.path), 120),
				Why: fmt.Sprintf("one of %s that came here on %s only to try a password, in vain", count(len(c.clients), "client"), timeOf(k.day*dayMS).Format("2006-01-02"))}, takeTries(k.tryKey))
		}
	}
}

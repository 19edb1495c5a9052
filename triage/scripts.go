package triage

// What the log says about each script path: the facts from which web shells are ranked.

import (
	"math"
	"slices"
	"strings"
)

const (
	maxScripts     = 200_000 // script paths that answered, kept with full facts; the rest is counted
	maxSet         = 256     // clients and agents kept of a script
	maxUses        = 10 * MaxRefs
	maxIntervals   = 2000
	lookBeforeMS   = 10 * 60 * 1000
	companyGapMS   = 30 * 60 * 1000
	crawlerMinName = 3
)

// A script is the sums of all requests to one script, however the client wrote its path.
type script struct {
	path       uint32 // as first written
	plain      string
	requests   int // that were answered
	posts      int // of them, answered 2xx
	redirects  int // posts answered 3xx
	missBefore int // misses before the first answer
	linked     int
	rootRef    int // referer is the site's root, or the script itself
	authed     int // with a user name logged
	quiet      int // at hours when the site sleeps
	first      int64
	last       int64
	firstRow   uint64
	clients    map[uint32]*scriptUse
	agents     map[uint32]int
	more       int // requests of clients beyond maxSet
	crawlers   int // posts by an agent that names itself a crawler
	sizes      map[int64]int
	uses       []uint64 // rows, at most maxUses
	intervals  []int64  // ms between posts of the same client, at most maxIntervals
	before     *lastUse // the first user's latest post elsewhere, if in the ten minutes before the first answer
}

// A scriptUse is one client's part in a script.
type scriptUse struct {
	n           int
	first, last int64
	firstRow    uint64
	agents      map[uint32]struct{}
	alone       int // requests with no other page by this client in the half hour before
}

// A folder is what else lives beside a script.
type folder struct{ assets, pages, scripts int }

// scripts folds a log into its scripts.
type scripts struct {
	log      Log
	site     *site
	byPlain  map[string]*script
	missed   map[string]int     // misses of script paths so far
	answered []bool             // by path: something was answered 2xx
	lastPage map[uint32]lastUse // by client: its latest request of a page or script
	lastPost map[uint32]lastUse // by client: its latest post
	dropped  int
}

type lastUse struct {
	path uint32
	time int64
	row  uint64
}

func newScripts(log Log, s *site) *scripts {
	return &scripts{log: log, site: s, byPlain: map[string]*script{}, missed: map[string]int{},
		answered: make([]bool, log.Texts(Paths)), lastPage: map[uint32]lastUse{}, lastPost: map[uint32]lastUse{}}
}

// add takes the next request of the log.
func (sc *scripts) add(v *Visit) {
	kind := sc.site.kinds[v.Path]
	if sc.site.isPost(v) && v.Status < 400 {
		defer func(u lastUse) { sc.lastPost[v.Client] = u }(lastUse{v.Path, v.Time, v.Row})
	}
	if v.Status >= 200 && v.Status < 300 {
		sc.answered[v.Path] = true
	}
	if kind != scriptKind {
		if kind == pageKind {
			sc.lastPage[v.Client] = lastUse{v.Path, v.Time, v.Row}
		}
		return
	}
	plain := sc.site.plain[v.Path]
	s := sc.byPlain[plain]
	if missed(v.Status) {
		if s == nil && len(sc.missed) < maxScripts {
			sc.missed[plain]++
		}
		return
	}
	if s == nil {
		if len(sc.byPlain) >= maxScripts {
			sc.dropped++
			return
		}
		s = &script{path: v.Path, plain: plain, clients: map[uint32]*scriptUse{},
			agents: map[uint32]int{}, sizes: map[int64]int{}, missBefore: sc.missed[plain]}
		sc.byPlain[plain] = s
	}
	sc.count(s, v)
	sc.lastPage[v.Client] = lastUse{v.Path, v.Time, v.Row}
}

func (sc *scripts) count(s *script, v *Visit) {
	post := sc.site.isPost(v)
	if post && v.Status >= 300 && v.Status < 400 {
		s.redirects++
	}
	if !answered(v.Status) {
		return
	}
	if s.requests == 0 {
		s.first, s.firstRow = v.Time, v.Row
		if p, ok := sc.lastPost[v.Client]; ok && p.path != v.Path && v.Time-p.time <= lookBeforeMS {
			s.before = &p
		}
	}
	s.requests++
	s.last = max(s.last, v.Time)
	if v.Time < s.first {
		s.first, s.firstRow = v.Time, v.Row
	}
	if post && v.Status < 300 {
		s.posts++
		if namesCrawler(sc.log.Text(Agents, v.Agent)) {
			s.crawlers++
		}
	}
	if sc.site.linked(v) {
		s.linked++
	} else if sc.site.own[v.Referer].own {
		s.rootRef++
	}
	if v.User != 0 && sc.log.Text(Users, v.User) != "-" {
		s.authed++
	}
	if sc.site.quiet(v.Time) {
		s.quiet++
	}
	if len(s.sizes) < 64 {
		s.sizes[v.Size]++
	}
	if len(s.uses) < maxUses {
		s.uses = append(s.uses, v.Row)
	}
	if len(s.agents) < maxSet {
		s.agents[v.Agent]++
	}
	sc.countClient(s, v, post)
}

func (sc *scripts) countClient(s *script, v *Visit, post bool) {
	c := s.clients[v.Client]
	if c == nil {
		if len(s.clients) >= maxSet {
			s.more++
			return
		}
		c = &scriptUse{first: v.Time, firstRow: v.Row, agents: map[uint32]struct{}{}}
		s.clients[v.Client] = c
	} else if post && len(s.intervals) < maxIntervals {
		s.intervals = append(s.intervals, v.Time-c.last)
	}
	if before, ok := sc.lastPage[v.Client]; !ok || before.path == v.Path || v.Time-before.time > companyGapMS {
		c.alone++
	}
	c.n++
	c.last = v.Time
	if len(c.agents) < maxAgentsOf {
		c.agents[v.Agent] = struct{}{}
	}
}

// folders sums what was answered by folder.
func (sc *scripts) folders() map[string]*folder {
	dirs := map[string]*folder{}
	for id, ok := range sc.answered {
		if !ok {
			continue
		}
		dir, _ := splitPath(plainPath(sc.log.Text(Paths, uint32(id))))
		f := dirs[dir]
		if f == nil {
			f = &folder{}
			dirs[dir] = f
		}
		switch sc.site.kinds[id] {
		case assetKind:
			f.assets++
		case scriptKind:
			f.scripts++
		default:
			f.pages++
		}
	}
	return dirs
}

// sorted lists the scripts in the order of their paths' numbers, so that every run sees the same order.
func (sc *scripts) sorted() []*script {
	list := make([]*script, 0, len(sc.byPlain))
	for _, s := range sc.byPlain {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *script) int { return int(a.path) - int(b.path) })
	return list
}

// timetable reports whether the posts come by the clock, as a scheduled job's do: at least eight, at least
// five minutes apart as a rule, and nine in ten of the intervals close to a multiple of the usual one.
func (s *script) timetable() bool {
	if len(s.intervals) < 8 || len(s.clients) > 3 {
		return false
	}
	sorted := slices.Clone(s.intervals)
	slices.Sort(sorted)
	usual := float64(sorted[len(sorted)/2])
	if usual < 5*60*1000 {
		return false
	}
	fits := 0
	for _, d := range sorted {
		k := math.Max(1, math.Round(float64(d)/usual))
		if math.Abs(float64(d)-k*usual) <= 0.15*usual*k {
			fits++
		}
	}
	return fits*10 >= len(sorted)*9
}

// tunnel reports whether the script carries a stream: very many posts of few clients in quick succession.
func (s *script) tunnel() bool {
	if s.requests < 200 || len(s.clients) > 3 {
		return false
	}
	quick := 0
	for _, d := range s.intervals {
		if d <= 5000 {
			quick++
		}
	}
	return quick >= 150 && quick*10 >= len(s.intervals)*8
}

// namesCrawler reports whether an agent names itself a crawler or monitor.
func namesCrawler(agent string) bool {
	if len(agent) < crawlerMinName {
		return false
	}
	a := plainPath(agent)
	for _, w := range []string{"bot", "spider", "crawl", "slurp"} {
		if strings.Contains(a, w) {
			return true
		}
	}
	return false
}

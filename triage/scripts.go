package triage

// What a part of the log says about each script path: the facts from which web shells are ranked.

import (
	"math"
	"slices"
	"strings"
)

const (
	maxScripts   = 20_000 // script paths of a part that are kept; those beyond are not ranked
	maxSet       = 64     // clients and agents kept of a script
	maxUses      = 10 * MaxRefs
	maxIntervals = 2000
	lookBeforeMS = 10 * 60 * 1000
	companyGapMS = 30 * 60 * 1000
)

// A script is the sums of all requests to one script, however the client wrote its path. Its fields are
// exported for the encoding of a Summary.
type script struct {
	Path       string // as first written
	Plain      string
	Requests   int // that were answered
	Posts      int // of them, answered 2xx
	Redirects  int // posts answered 3xx
	MissBefore int // misses before the first answer
	Linked     int
	Authed     int     // with a user name logged
	Hours      [24]int // answered requests by UTC hour
	First      int64
	Last       int64
	FirstRow   uint64
	Clients    map[string]*scriptUse
	More       int // requests of clients beyond maxSet
	Crawlers   int // posts by an agent that names itself a crawler
	Uses       []use
	Intervals  []int64  // ms between posts of the same client, at most maxIntervals
	Before     *lastUse // the first user's latest post elsewhere, if in the ten minutes before the first answer
	Folder     folder   // what else its folder holds
}

// A use is one request to a script.
type use struct {
	Time int64
	Row  uint64
}

// A scriptUse is one client's part in a script.
type scriptUse struct {
	N           int
	First, Last int64
	FirstRow    uint64
	Agents      map[string]struct{}
	Alone       int // requests with no other page by this client in the half hour before
}

// A folder is what was answered in a folder, by distinct path.
type folder struct{ Assets, Pages, Scripts int }

// scripts folds a part of a log into its scripts.
type scripts struct {
	log      Log
	site     *site
	byPlain  map[string]*script
	missed   map[string]int        // misses of script paths so far
	answered []bool                // by path: something was answered 2xx
	lastPage map[uint32]clientLast // by client: its latest request of a page or script
	lastPost map[uint32]clientLast // by client: its latest post
}

// clientLast is what a client did last, in numbers of the part.
type clientLast struct {
	path uint32
	time int64
	row  uint64
}

// A lastUse is a request before the one at hand.
type lastUse struct {
	Path string
	Time int64
	Row  uint64
}

func newScripts(log Log, s *site) *scripts {
	return &scripts{log: log, site: s, byPlain: map[string]*script{}, missed: map[string]int{},
		answered: make([]bool, log.Texts(Paths)), lastPage: map[uint32]clientLast{}, lastPost: map[uint32]clientLast{}}
}

// add takes the next request of the part.
func (sc *scripts) add(v *Visit) {
	kind := sc.site.kinds[v.Path]
	post := sc.site.isPost(v)
	if v.Status >= 200 && v.Status < 300 {
		sc.answered[v.Path] = true
	}
	if kind == scriptKind {
		sc.addScript(v, post)
	}
	at := clientLast{v.Path, v.Time, v.Row}
	if kind == pageKind || kind == scriptKind && !missed(v.Status) {
		sc.lastPage[v.Client] = at
	}
	if post && v.Status < 400 {
		sc.lastPost[v.Client] = at
	}
}

func (sc *scripts) addScript(v *Visit, post bool) {
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
			return
		}
		s = &script{Path: sc.log.Text(Paths, v.Path), Plain: plain, Clients: map[string]*scriptUse{}, MissBefore: sc.missed[plain]}
		sc.byPlain[plain] = s
	}
	if post && v.Status >= 300 && v.Status < 400 {
		s.Redirects++
	}
	if answered(v.Status) {
		sc.count(s, v, post)
	}
}

func (sc *scripts) count(s *script, v *Visit, post bool) {
	if s.Requests == 0 || v.Time < s.First {
		s.First, s.FirstRow = v.Time, v.Row
		s.Before = nil
		if p, ok := sc.lastPost[v.Client]; ok && p.path != v.Path && v.Time-p.time <= lookBeforeMS {
			s.Before = &lastUse{sc.log.Text(Paths, p.path), p.time, p.row}
		}
	}
	s.Requests++
	s.Last = max(s.Last, v.Time)
	if v.Time > 0 {
		s.Hours[hourOf(v.Time)]++
	}
	if post && v.Status < 300 {
		s.Posts++
		if sc.site.crawler[v.Agent] {
			s.Crawlers++
		}
	}
	if sc.site.linked(v) {
		s.Linked++
	}
	if v.User != 0 && sc.log.Text(Users, v.User) != "-" {
		s.Authed++
	}
	if len(s.Uses) < maxUses {
		s.Uses = append(s.Uses, use{v.Time, v.Row})
	}
	sc.countClient(s, v, post)
}

func (sc *scripts) countClient(s *script, v *Visit, post bool) {
	name := sc.log.Text(Clients, v.Client)
	c := s.Clients[name]
	if c == nil {
		if len(s.Clients) >= maxSet {
			s.More++
			return
		}
		c = &scriptUse{First: v.Time, FirstRow: v.Row, Agents: map[string]struct{}{}}
		s.Clients[name] = c
	} else if post && len(s.Intervals) < maxIntervals {
		s.Intervals = append(s.Intervals, v.Time-c.Last)
	}
	if before, ok := sc.lastPage[v.Client]; !ok || before.path == v.Path || v.Time-before.time > companyGapMS {
		c.Alone++
	}
	c.N++
	c.Last = v.Time
	if len(c.Agents) < maxAgentsOf {
		c.Agents[sc.log.Text(Agents, v.Agent)] = struct{}{}
	}
}

// finish fills in what lies beside each script.
func (sc *scripts) finish() {
	dirs := map[string]*folder{}
	for _, s := range sc.byPlain {
		dir, _ := splitPath(s.Plain)
		dirs[dir] = &folder{}
	}
	for id, ok := range sc.answered {
		if !ok {
			continue
		}
		dir, _ := splitPath(plainPath(sc.log.Text(Paths, uint32(id))))
		f := dirs[dir]
		if f == nil {
			continue
		}
		switch sc.site.kinds[id] {
		case assetKind:
			f.Assets++
		case scriptKind:
			f.Scripts++
		default:
			f.Pages++
		}
	}
	for _, s := range sc.byPlain {
		dir, _ := splitPath(s.Plain)
		s.Folder = *dirs[dir]
	}
}

// merge adds what another part says of the same script. Distinct things beside it are not told apart between
// parts: the fullest part speaks for the folder.
func (s *script) merge(o *script) {
	if o.Requests > 0 && (s.Requests == 0 || o.First < s.First) {
		s.First, s.FirstRow, s.Before = o.First, o.FirstRow, o.Before
	}
	s.Requests += o.Requests
	s.Posts += o.Posts
	s.Redirects += o.Redirects
	s.MissBefore += o.MissBefore
	s.Linked += o.Linked
	s.Authed += o.Authed
	s.More += o.More
	s.Crawlers += o.Crawlers
	s.Last = max(s.Last, o.Last)
	for h, n := range o.Hours {
		s.Hours[h] += n
	}
	s.Uses = append(slices.Clone(s.Uses), o.Uses...)
	slices.SortStableFunc(s.Uses, func(a, b use) int { return int(a.Time - b.Time) })
	s.Uses = s.Uses[:min(len(s.Uses), maxUses)]
	s.Intervals = append(slices.Clone(s.Intervals), o.Intervals...)
	s.Intervals = s.Intervals[:min(len(s.Intervals), maxIntervals)]
	if o.Folder.Assets+o.Folder.Pages+o.Folder.Scripts > s.Folder.Assets+s.Folder.Pages+s.Folder.Scripts {
		s.Folder = o.Folder
	}
	for _, name := range sortedKeys(o.Clients) {
		s.mergeClient(name, o.Clients[name])
	}
}

func (s *script) mergeClient(name string, o *scriptUse) {
	c := s.Clients[name]
	if c == nil {
		if len(s.Clients) >= maxSet {
			s.More += o.N
			return
		}
		c = &scriptUse{First: o.First, FirstRow: o.FirstRow, Agents: map[string]struct{}{}}
		s.Clients[name] = c
	}
	if o.First < c.First {
		c.First, c.FirstRow = o.First, o.FirstRow
	}
	c.N += o.N
	c.Last = max(c.Last, o.Last)
	c.Alone += o.Alone
	for _, a := range sortedKeys(o.Agents) {
		if len(c.Agents) < maxAgentsOf {
			c.Agents[a] = struct{}{}
		}
	}
}

// timetable reports whether the posts come by the clock, as a scheduled job's do: at least eight, at least
// five minutes apart as a rule, and nine in ten of the intervals close to a multiple of the usual one.
func (s *script) timetable() bool {
	if len(s.Intervals) < 8 || len(s.Clients) > 3 {
		return false
	}
	sorted := slices.Clone(s.Intervals)
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
	if s.Requests < 200 || len(s.Clients) > 3 {
		return false
	}
	quick := 0
	for _, d := range s.Intervals {
		if d <= 5000 {
			quick++
		}
	}
	return quick >= 150 && quick*10 >= len(s.Intervals)*8
}

// firstUser is the client whose request was answered first.
func (s *script) firstUser() string {
	best := ""
	for _, c := range sortedKeys(s.Clients) {
		if b := s.Clients[best]; b == nil || s.Clients[c].First < b.First {
			best = c
		}
	}
	return best
}

// namesCrawler reports whether an agent names itself a crawler or monitor.
func namesCrawler(agent string) bool {
	a := strings.ToLower(agent)
	for _, w := range []string{"bot", "spider", "crawl", "slurp"} {
		if strings.Contains(a, w) {
			return true
		}
	}
	return false
}

package triage

// What a part of the log says about each script path: the facts from which web shells are ranked.

import (
	"math"
	"slices"
	"strings"
)

const (
	maxScripts   = 20_000 // script paths of a part that are kept; those beyond are not ranked
	maxVeiled    = 5_000  // of them, those that only ever answered 404
	maxSet       = 64     // clients and agents kept of a script
	maxSizes     = 16     // sizes of answers kept of a script
	maxUses      = 10 * MaxRefs
	maxIntervals = 2000
	burstGapMS   = 30 * 60 * 1000
	dayMS        = 24 * 3600 * 1000
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
	Bare       int      // by a browser, without referer
	Swept      int      // by clients that were trying many names
	Queried    int      // with a query
	Authed     int      // with a user name logged
	Guessed    int      // posts that are password guessing, see sessions
	Crawlers   int      // posts by an agent that names itself a crawler
	More       int      // requests of clients beyond maxSet
	Named      bool     // the path has the name of a well-known shell
	Veiled     bool     // its posts are answered 404, with texts that vary; Requests counts those
	Commands   []uint64 // rows of requests that carry a command, at most MaxRefs
	Bodies     []uint64 // rows of requests whose body shows a shell's client, at most MaxRefs
	Commanded  int
	Hours      [24]int // answered requests by UTC hour
	Days       int     // days of UTC on which it was used
	Bursts     int     // runs of use without half an hour's pause
	Busy       int64   // ms within those runs
	Sizes      []int64 // distinct sizes of answers, at most maxSizes
	First      int64
	Last       int64
	FirstRow   uint64
	Clients    map[string]*scriptUse
	Uses       []use
	Intervals  []int64 // ms between requests of the same client, at most maxIntervals
	Before     []deed  // what may have put it there, see deeds
	Folder     folder  // what else its folder holds
	Above      folder  // and the folder above
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

func (f folder) sum() int { return f.Assets + f.Pages + f.Scripts }

// scripts folds a part of a log into its scripts.
type scripts struct {
	log      Log
	site     *site
	byPlain  map[string]*script
	veiled   map[string]*script // paths that were posted to and answered 404
	missed   map[string]missing // of script paths without an answer so far
	answered []bool             // by path: something was answered 2xx
	walkers  walkers
	deeds    *deeds
}

// A missing is how often a path was asked for in vain.
type missing struct {
	n    int
	last int64
}

func newScripts(log Log, s *site) *scripts {
	return &scripts{log: log, site: s, byPlain: map[string]*script{}, veiled: map[string]*script{}, missed: map[string]missing{},
		answered: make([]bool, log.Texts(Paths)), walkers: walkers{}, deeds: newDeeds(log, s)}
}

// add takes the next request of the part.
func (sc *scripts) add(v *Visit, found []Finding) {
	kind := sc.site.kinds[v.Path]
	post := sc.site.isPost(v)
	if v.Status >= 200 && v.Status < 300 {
		sc.answered[v.Path] = true
	}
	if kind != assetKind || missed(v.Status) {
		walk := sc.walkers.of(v)
		if kind == scriptKind {
			sc.addScript(v, post, found, walk)
		}
		walk.step(v, sc.site, kind)
		sc.walkers[walkerKey(v)] = walk
	}
	sc.deeds.add(v, post, found)
}

func (sc *scripts) addScript(v *Visit, post bool, found []Finding, walk walker) {
	plain := sc.site.plain[v.Path]
	s := sc.byPlain[plain]
	if missed(v.Status) {
		if m, ok := sc.missed[plain]; s == nil && (ok || len(sc.missed) < maxScripts) {
			sc.missed[plain] = missing{m.n + 1, max(m.last, v.Time)}
		}
		if post && v.Status == 404 && s == nil {
			sc.addVeiled(plain, v, found, walk)
		}
		return
	}
	if s == nil {
		if len(sc.byPlain) >= maxScripts {
			return
		}
		s = sc.newScript(plain, v)
		sc.byPlain[plain] = s
	}
	if post && v.Status >= 300 && v.Status < 400 {
		s.Redirects++
	}
	if answered(v.Status) && !sc.deeds.writes[v.Method] {
		sc.count(s, v, post, found, walk)
	}
}

// newScript makes the sums of a path, at its first request.
func (sc *scripts) newScript(plain string, v *Visit) *script {
	path := sc.log.Text(Paths, v.Path)
	if key := plainPath(path); len(key) != len(plain) { // more path follows, or codes
		path = plain
	}
	return &script{Path: path, Plain: plain, Clients: map[string]*scriptUse{}, MissBefore: sc.missed[plain].n}
}

// addVeiled counts a post that was answered 404 as if it had been answered.
func (sc *scripts) addVeiled(plain string, v *Visit, found []Finding, walk walker) {
	s := sc.veiled[plain]
	if s == nil {
		if len(sc.veiled) >= maxVeiled {
			return
		}
		s = sc.newScript(plain, v)
		s.Veiled, s.MissBefore = true, 0
		sc.veiled[plain] = s
	}
	sc.count(s, v, true, found, walk)
}

func (sc *scripts) count(s *script, v *Visit, post bool, found []Finding, walk walker) {
	if s.Requests == 0 || v.Time < s.First {
		s.First, s.FirstRow = v.Time, v.Row
		since := sc.missed[s.Plain].last
		if s.Veiled {
			since = 0
		}
		s.Before = sc.deeds.before(s.Plain, v, since)
	}
	if s.Requests == 0 || v.Time-s.Last > burstGapMS {
		s.Bursts++
	} else {
		s.Busy += max(0, v.Time-s.Last)
	}
	if s.Requests == 0 || v.Time/dayMS > s.Last/dayMS {
		s.Days++
	}
	s.Requests++
	s.Last = max(s.Last, v.Time)
	if v.Time > 0 {
		s.Hours[hourOf(v.Time)]++
	}
	if post && (v.Status < 300 || s.Veiled || v.Status == 500) {
		s.Posts++
		if sc.site.crawler[v.Agent] {
			s.Crawlers++
		}
	}
	if sc.site.linked(v) {
		s.Linked++
	}
	if sc.site.browser[v.Agent] && sc.site.bare(sc.log, v) {
		s.Bare++
	}
	if v.Query != 0 {
		s.Queried++
	}
	if walk.sweeps(v) {
		s.Swept++
	}
	if v.User != 0 && sc.log.Text(Users, v.User) != "-" {
		s.Authed++
	}
	if v.Size >= 0 && len(s.Sizes) < maxSizes && !slices.Contains(s.Sizes, v.Size) {
		s.Sizes = append(s.Sizes, v.Size)
	}
	if len(s.Uses) < maxUses {
		s.Uses = append(s.Uses, use{v.Time, v.Row})
	}
	s.addFindings(v, found)
	sc.countClient(s, v, walk)
}

// addFindings notes what single requests to the script show.
func (s *script) addFindings(v *Visit, found []Finding) {
	command, body := false, false
	for _, f := range found {
		switch {
		case f.Class == Probe && strings.HasPrefix(f.Rule, "webshell"):
			s.Named = true
		case f.Level < Medium || f.Field == "referer" || f.Field == "agent":
		case f.Class == WebshellUse && (strings.HasPrefix(f.Field, "body") || f.Field == "answer"):
			body = true
		case f.Class == WebshellUse || f.Class == RCE:
			command = true
		}
	}
	if command {
		s.Commanded++
		s.Commands = appendRow(s.Commands, v.Row)
	}
	if body {
		s.Bodies = appendRow(s.Bodies, v.Row)
	}
}

func appendRow(rows []uint64, row uint64) []uint64 {
	if len(rows) < MaxRefs {
		rows = append(rows, row)
	}
	return rows
}

func (sc *scripts) countClient(s *script, v *Visit, walk walker) {
	name := sc.log.Text(Clients, v.Client)
	c := s.Clients[name]
	if c == nil {
		if len(s.Clients) >= maxSet {
			s.More++
			return
		}
		c = &scriptUse{First: v.Time, FirstRow: v.Row, Agents: map[string]struct{}{}}
		s.Clients[name] = c
	} else if len(s.Intervals) < maxIntervals {
		s.Intervals = append(s.Intervals, v.Time-c.Last)
	}
	if walk.alone(v, sc.site) {
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
	for plain, s := range sc.veiled { // a page that is missing has one size
		if sc.byPlain[plain] == nil && s.Requests >= 5 && len(s.Sizes) >= 3 && len(s.Clients)*2 <= s.Requests {
			sc.byPlain[plain] = s
		}
	}
	dirs := map[string]*folder{}
	for _, s := range sc.byPlain {
		dir, _ := splitPath(s.Plain)
		dirs[dir], dirs[folderAbove(dir)] = &folder{}, &folder{}
	}
	seen := map[string]bool{}
	for id, ok := range sc.answered {
		if !ok {
			continue
		}
		plain := sc.site.plain[id]
		if plain == "" {
			plain = plainPath(sc.log.Text(Paths, uint32(id)))
		} else if seen[plain] {
			continue
		} else {
			seen[plain] = true
		}
		dir, _ := splitPath(plain)
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
		s.Above = *dirs[folderAbove(dir)]
	}
}

// folderAbove is the folder above a folder; the root is its own.
func folderAbove(dir string) string {
	up, _ := splitPath(strings.TrimSuffix(dir, "/"))
	if up == "" {
		return "/"
	}
	return up
}

// merge adds what another part says of the same script. Distinct things beside it are not told apart between
// parts: the fullest part speaks for the folder.
func (s *script) merge(o *script) {
	if o.Requests > 0 && (s.Requests == 0 || o.First < s.First) {
		s.First, s.FirstRow, s.Before = o.First, o.FirstRow, o.Before
	}
	s.Veiled = o.Veiled && (s.Veiled || s.Requests == 0)
	s.Requests += o.Requests
	s.Posts += o.Posts
	s.Redirects += o.Redirects
	s.MissBefore += o.MissBefore
	s.Linked += o.Linked
	s.Bare += o.Bare
	s.Swept += o.Swept
	s.Queried += o.Queried
	s.Authed += o.Authed
	s.Guessed += o.Guessed
	s.Commanded += o.Commanded
	s.More += o.More
	s.Crawlers += o.Crawlers
	s.Days += o.Days
	s.Bursts += o.Bursts
	s.Busy += o.Busy
	s.Named = s.Named || o.Named
	s.Last = max(s.Last, o.Last)
	for h, n := range o.Hours {
		s.Hours[h] += n
	}
	s.Commands = boundedRows(s.Commands, o.Commands)
	s.Bodies = boundedRows(s.Bodies, o.Bodies)
	s.Sizes = append(slices.Clone(s.Sizes), o.Sizes...)
	slices.Sort(s.Sizes)
	s.Sizes = slices.Compact(s.Sizes)
	s.Sizes = s.Sizes[:min(len(s.Sizes), maxSizes)]
	s.Uses = append(slices.Clone(s.Uses), o.Uses...)
	slices.SortStableFunc(s.Uses, func(a, b use) int { return int(a.Time - b.Time) })
	s.Uses = s.Uses[:min(len(s.Uses), maxUses)]
	s.Intervals = append(slices.Clone(s.Intervals), o.Intervals...)
	s.Intervals = s.Intervals[:min(len(s.Intervals), maxIntervals)]
	if o.Folder.sum() > s.Folder.sum() {
		s.Folder = o.Folder
	}
	if o.Above.sum() > s.Above.sum() {
		s.Above = o.Above
	}
	for _, name := range sortedKeys(o.Clients) {
		s.mergeClient(name, o.Clients[name])
	}
}

func boundedRows(a, b []uint64) []uint64 {
	out := append(slices.Clone(a), b...)
	return out[:min(len(out), MaxRefs)]
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

// timetable reports whether the requests come by the clock, as a scheduled job's do: at least eight, at least
// twenty seconds apart as a rule, and nine in ten of the intervals close to a multiple of the usual one. Below
// five minutes a person could keep such a pace for a while, not for an hour.
func (s *script) timetable() bool {
	if len(s.Intervals) < 8 || len(s.Clients) > 3 {
		return false
	}
	sorted := slices.Clone(s.Intervals)
	slices.Sort(sorted)
	usual := float64(sorted[len(sorted)/2])
	if usual < 20*1000 || usual < 5*60*1000 && len(sorted) < 60 {
		return false
	}
	fits := 0
	for _, d := range sorted {
		k := math.Max(1, math.Round(float64(d)/usual))
		if math.Abs(float64(d)-k*usual) <= 0.3*usual {
			fits++
		}
	}
	return fits*10 >= len(sorted)*9
}

// tunnel says how far the script carries a stream, 0 for not at all: very many requests of few clients in quick
// succession. Chunked uploads and busy programs come close (1), but pause; what carries a desktop does not (2).
func (s *script) tunnel() int {
	if s.Requests < 200 || len(s.Clients) > 3 {
		return 0
	}
	quick, rapid := 0, 0
	for _, d := range s.Intervals {
		if d <= 5000 {
			quick++
		}
		if d <= 2000 {
			rapid++
		}
	}
	switch n := len(s.Intervals); {
	case s.Requests >= 500 && rapid*10 >= n*9:
		return 2
	case quick >= 150 && quick*10 >= n*8:
		return 1
	}
	return 0
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

// namesCrawler reports whether an agent names itself a crawler.
func namesCrawler(agent string) bool {
	a := strings.ToLower(agent)
	for _, w := range []string{"bot", "spider", "crawl", "slurp"} {
		if strings.Contains(a, w) {
			return true
		}
	}
	return false
}

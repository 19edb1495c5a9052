package triage

// Which request made the server start a process.
//
// An event log says that w3wp.exe started whoami at 08:44:02.338, the access log that POST /images/up.aspx came
// at 08:44:02: seen once, that may be chance on a busy site; seen for eight commands of eight, while the path
// was asked for nineteen times in three weeks, it is not. So paths are weighed together over all processes. For
// each, how many bursts of processes have a request to it just before is set against how many would by chance,
// were its requests spread evenly over the log: the more surprising path wins (the gain of the Poisson
// likelihood, m ln(m/e) - (m - e)). A worked example: 8 bursts, each with a request to the shell within 12 s;
// 19 requests in 21 days would give 8 * 19 * 12 / 1,814,400 = 0.001 by chance, gain 64. The site's front page,
// asked for every 5 s, has one before all 8 too, but e = 8: gain 0.
//
// Known weakness: several servers' logs in one case are taken for one server's, and a shell that is used more
// than once a minute all day looks like the front page.

import (
	"math"
	"slices"
	"sort"
	"time"
)

// The windows of linking, in milliseconds. Logs name the second in which a request began (Apache), or ended
// (nginx, IIS), so a process may be logged on either side of it.
const (
	spawnAfterMS  = 10_000 // a process begins at most so long after its request's time
	spawnBeforeMS = 2_000  // or before it, plus the time that the request took
	spawnLongMS   = 300_000
	burstMS       = 2_000   // processes so close together come of one request
	skewRangeMS   = 600_000 // clocks are compared over so much
	maxSpawnRows  = 300_000 // requests near processes that are looked at, and again as many for the clocks
	maxSpawnPaths = 500_000
	maxSpawned    = 20_000
	spawnGain     = 2 // the gain from which a link is more than the one possibility
)

// A Spawn links a process that the server started to the request that most likely made it do so.
type Spawn struct {
	Process  string    `json:"process"` // reference
	Time     time.Time `json:"time"`    // of the process, as logged
	Command  string    `json:"command"` // its command line as logged, at most MaxMatch bytes
	Level    Level     `json:"level"`   // highest of its findings
	Request  string    `json:"request"` // reference
	Script   string    `json:"script"`  // path of the request, as logged
	Client   string    `json:"client"`
	GapMS    int64     `json:"gap_ms"` // from the request's logged time to the process's, the clocks' difference taken out
	Sure     bool      `json:"sure"`   // the path precedes such processes more often than chance would have it
	Burst    int       `json:"burst"`  // number of the burst of processes that it is part of, from 0
	byClient bool      // a shell client's frame is in it
}

// linkProcesses fills Survey.Spawned and Survey.ClockSkewMS.
func (w *survey) linkProcesses() error {
	l := spawnLinker{survey: w}
	for i := range w.procs {
		if p := &w.procs[i]; p.ByServer() && !p.Time.IsZero() && len(l.procs) < maxSpawned {
			l.procs = append(l.procs, p)
		}
	}
	if len(l.procs) == 0 {
		return nil
	}
	sort.SliceStable(l.procs, func(i, j int) bool { return l.procs[i].Time.Before(l.procs[j].Time) })
	l.findBursts()
	if err := l.gather(); err != nil {
		return err
	}
	w.out.ClockSkewMS = l.skew()
	l.weigh()
	return l.link()
}

// A spawnLinker is one linking.
type spawnLinker struct {
	*survey
	procs  []*Process // by time
	burst  []int      // of each process
	bursts []int64    // time of the first process of each
	paths  map[string]*spawnPath
	near   []spawnRow // requests near the processes, by time
}

// A spawnPath is a path that may have started processes.
type spawnPath struct {
	path   string
	script bool
	total  int // its requests in the whole log
	times  []int64
	met    int // bursts with a request just before
	gain   float64
}

type spawnRow struct {
	time, row uint64
	millis    int64
	path      *spawnPath
}

func (l *spawnLinker) findBursts() {
	last := int64(math.MinInt64)
	for _, p := range l.procs {
		at := p.Time.UnixMilli()
		if last == math.MinInt64 || at-last > burstMS {
			l.bursts = append(l.bursts, at)
		}
		l.burst = append(l.burst, len(l.bursts)-1)
		last = at
	}
}

// gather reads the requests: all are counted by path, and those near the processes kept.
func (l *spawnLinker) gather() error {
	l.paths = map[string]*spawnPath{}
	err := l.whole.Requests(func(path string) bool { return kindOf(plainPath(path)) != assetKind }, func(v *Visit, path string) bool {
		if v.Time == 0 || missed(v.Status) {
			return true
		}
		plain := plainPath(path)
		p := l.paths[plain]
		if p == nil {
			if len(l.paths) >= maxSpawnPaths {
				return true
			}
			p = &spawnPath{path: path, script: kindOf(plain) == scriptKind}
			l.paths[plain] = p
		}
		p.total++
		d := l.distance(v.Time)
		if d <= skewRangeMS+spawnAfterMS && len(l.near) < maxSpawnRows || d <= spawnAfterMS && len(l.near) < 2*maxSpawnRows {
			l.near = append(l.near, spawnRow{uint64(v.Time), v.Row, v.Millis, p})
		}
		if d <= skewRangeMS && len(p.times) < 1000 {
			p.times = append(p.times, v.Time)
		}
		return true
	})
	sort.SliceStable(l.near, func(i, j int) bool { return l.near[i].time < l.near[j].time })
	return err
}

// distance is how far a time is from the nearest burst.
func (l *spawnLinker) distance(at int64) int64 {
	i, _ := slices.BinarySearch(l.bursts, at)
	d := int64(math.MaxInt64)
	if i < len(l.bursts) {
		d = l.bursts[i] - at
	}
	if i > 0 {
		d = min(d, at-l.bursts[i-1])
	}
	return d
}

// skew is how far the event log's clock is ahead of the access log's, 0 unless the two say so: some rare path
// precedes most bursts by one and the same time, and no path does so by hardly any.
func (l *spawnLinker) skew() int64 {
	const bins = 2*skewRangeMS/1000 + 1
	best, at, here := 0, 0, 0
	for _, k := range sortedKeys(l.paths) {
		p := l.paths[k]
		if p.total > 20+10*len(l.bursts) || len(p.times) == 0 {
			continue
		}
		slices.Sort(p.times)
		count := make([]int, bins)
		last := make([]int, bins) // burst counted last, plus one
		for b, t := range l.bursts {
			i, _ := slices.BinarySearch(p.times, t-skewRangeMS)
			for ; i < len(p.times) && p.times[i] <= t+skewRangeMS; i++ {
				bin := int((t - p.times[i] + skewRangeMS) / 1000)
				for _, k := range [...]int{bin - 1, bin} { // the log's whole seconds blur it
					if k >= 0 && last[k] != b+1 {
						count[k]++
						last[k] = b + 1
					}
				}
			}
		}
		for k, n := range count {
			if n > best {
				best, at = n, k
			}
			if d := k*1000 - skewRangeMS; d >= -spawnBeforeMS && d <= spawnAfterMS {
				here = max(here, n)
			}
		}
	}
	if best < 3 || best*2 <= len(l.bursts) || here*2 >= best {
		return 0
	}
	return int64(at)*1000 - skewRangeMS
}

// gapOf is the time from a request to a process, and whether the one may have started the other.
func (l *spawnLinker) gapOf(process int64, r *spawnRow) (gap int64, ok bool) {
	gap = process - l.out.ClockSkewMS - int64(r.time)
	took := min(max(r.millis, 0), spawnLongMS)
	return gap, gap <= max(spawnAfterMS, took+1000) && gap >= -(spawnBeforeMS+took)
}

// window calls yield for the requests that may have started a process at a time.
func (l *spawnLinker) window(process int64, yield func(r *spawnRow, gap int64)) {
	from := uint64(max(0, process-l.out.ClockSkewMS-spawnLongMS-1000))
	i := sort.Search(len(l.near), func(i int) bool { return l.near[i].time >= from })
	end := uint64(max(0, process-l.out.ClockSkewMS+spawnLongMS+spawnBeforeMS))
	for ; i < len(l.near) && l.near[i].time <= end; i++ {
		if gap, ok := l.gapOf(process, &l.near[i]); ok {
			yield(&l.near[i], gap)
		}
	}
}

// weigh gives each path its gain.
func (l *spawnLinker) weigh() {
	seen := map[*spawnPath]int{}
	for b, at := range l.bursts {
		l.window(at, func(r *spawnRow, _ int64) {
			if seen[r.path] != b+1 {
				seen[r.path] = b + 1
				r.path.met++
			}
		})
	}
	span := max(float64(l.period.span().Milliseconds()), 3_600_000)
	for p := range seen {
		m := float64(p.met)
		e := float64(len(l.bursts)) * min(1, float64(p.total)*(spawnAfterMS+spawnBeforeMS)/span)
		if m > e {
			p.gain = m*math.Log(m/e) - (m - e)
		}
	}
}

// link chooses the request of each process.
func (l *spawnLinker) link() error {
	for i, p := range l.procs {
		at := p.Time.UnixMilli()
		var best *spawnRow
		var gap int64
		others := false
		l.window(at, func(r *spawnRow, g int64) {
			others = others || best != nil && r.path != best.path
			if best == nil || l.better(r, g, best, gap) {
				best, gap = r, g
			}
		})
		if best == nil || others && best.path.gain < spawnGain {
			continue
		}
		client, err := l.whole.Client(best.row)
		if err != nil {
			return err
		}
		l.out.Spawned = append(l.out.Spawned, Spawn{
			Process: p.Ref, Time: p.Time, Command: cutText(p.CommandLine, MaxMatch), Level: topLevel(p.Findings),
			Request: l.whole.Cite(best.row).Ref, Script: best.path.path, Client: client, GapMS: gap, Sure: best.path.gain >= spawnGain, Burst: l.burst[i],
			byClient: slices.ContainsFunc(p.Findings, func(f Finding) bool { return f.Class == WebshellUse }),
		})
	}
	return nil
}

// better reports whether a request explains a process better than another: by its path, then by coming just
// before it.
func (l *spawnLinker) better(r *spawnRow, gap int64, than *spawnRow, other int64) bool {
	if r.path != than.path {
		a, b := r.path.gain, than.path.gain
		if r.path.script != than.path.script && math.Abs(a-b) < 1 {
			return r.path.script
		}
		if a != b {
			return a > b
		}
	}
	if (gap > -1000) != (other > -1000) {
		return gap > -1000
	}
	if gap > -1000 {
		return gap <= other
	}
	return gap > other
}

// spawnReasons say that the server ran commands just after requests to the script.
func (w *survey) spawnReasons(s *script) []Reason {
	w.indexSpawned()
	spawned := w.spawned[s.Plain]
	if len(spawned) == 0 {
		return nil
	}
	bursts, requests := map[int]bool{}, map[string]bool{}
	top := None
	sure, client := false, false
	r := Reason{ID: "spawns"}
	for _, x := range spawned {
		bursts[x.Burst], requests[x.Request] = true, true
		top = max(top, x.Level)
		sure, client = sure || x.Sure, client || x.byClient
		for _, ref := range []string{x.Process, x.Request} {
			if len(r.Refs) < MaxRefs && !slices.Contains(r.Refs, ref) {
				r.Refs = append(r.Refs, ref)
			}
		}
	}
	switch {
	case !sure || top < Medium:
		r.Weight = 15
	case len(bursts) == 1:
		r.Weight = 40
	default:
		r.Weight = 60
	}
	if client {
		r.Weight += 10
	}
	first := spawned[0]
	r.Text = "the server ran " + count(len(spawned), "command") + " just after " + count(len(requests), "request") + " to it; the first " +
		(time.Duration(first.GapMS) * time.Millisecond).String() + " after: " + VisibleN(first.Command, 120)
	return []Reason{r}
}

// indexSpawned makes the links findable by plain path.
func (w *survey) indexSpawned() {
	if w.spawned != nil {
		return
	}
	w.spawned = map[string][]*Spawn{}
	for i := range w.out.Spawned {
		x := &w.out.Spawned[i]
		plain := plainPath(x.Script)
		w.spawned[plain] = append(w.spawned[plain], x)
	}
}

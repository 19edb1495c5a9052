package triage

// What put a shell there: the request that best explains a script's first appearance.

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	maxTargets   = 5000 // requests kept that name a file they write
	clockSlackMS = 60 * 1000
)

// A target is a request whose payload names a file to write, or that is itself a write (PUT, MOVE).
type target struct {
	visit   Visit
	finding Finding
}

// attack is what one client did against one path.
type attack struct {
	path          uint32
	n             int
	firstRow      uint64
	lastRow       uint64
	first, last   int64
	level         Level
	classes       map[Class]int
	rules         map[string]int
	fields        map[string]int
	rows          []uint64 // at most MaxRefs
	answeredFully int      // 2xx
}

// A foe is the sums of one client's hostile requests.
type foe struct {
	attacks  int // of class sqli, rce, traversal, upload or webshell, level medium or above
	hostile  int // level low or above, any class
	firstRow uint64
	first    int64
	last     int64
	classes  map[Class]int
	points   map[uint32]*attack  // by path, at most maxPoints
	toolRow  map[string]uint64   // by what an agent calls itself: the first request
	agents   map[uint32]struct{} // of hostile requests, at most maxAgentsOf
}

const (
	maxFoes   = 100_000
	maxPoints = 200
)

var attackClasses = map[Class]bool{SQLi: true, RCE: true, Traversal: true, Upload: true, WebshellUse: true}

// attacks reports whether a finding is an attack by the request itself: a referer that carries a payload is
// mostly the attacked page's address, sent along with what that page fetches.
func attacks(f Finding) bool {
	return attackClasses[f.Class] && f.Level >= Medium && f.Field != "referer"
}

// addFoe takes one request with findings.
func (w *survey) addFoe(v *Visit, found []Finding) {
	top := topLevel(found)
	if top < Low {
		return
	}
	f := w.hostile[v.Client]
	if f == nil {
		if len(w.hostile) >= maxFoes {
			return
		}
		f = &foe{firstRow: v.Row, first: v.Time, classes: map[Class]int{}, points: map[uint32]*attack{}, agents: map[uint32]struct{}{}}
		w.hostile[v.Client] = f
	}
	f.hostile++
	f.last = max(f.last, v.Time)
	if len(f.agents) < maxAgentsOf {
		f.agents[v.Agent] = struct{}{}
	}
	isAttack := false
	for _, x := range found {
		if x.Level >= Low {
			f.classes[x.Class]++
		}
		if x.Class == Scan && x.Field == "agent" {
			f.addTool(x.Match, v.Row)
		}
		if attacks(x) {
			isAttack = true
		}
		if x.Target != "" && len(w.targets) < maxTargets {
			w.targets = append(w.targets, target{*v, x})
		}
	}
	if isAttack {
		f.attacks++
		f.addPoint(v, found)
	}
}

func (f *foe) addTool(name string, row uint64) {
	if f.toolRow == nil {
		f.toolRow = map[string]uint64{}
	}
	name = strings.ToLower(name)
	if _, ok := f.toolRow[name]; !ok && len(f.toolRow) < maxAgentsOf {
		f.toolRow[name] = row
	}
}

func (f *foe) addPoint(v *Visit, found []Finding) {
	a := f.points[v.Path]
	if a == nil {
		if len(f.points) >= maxPoints {
			return
		}
		a = &attack{path: v.Path, firstRow: v.Row, first: v.Time, classes: map[Class]int{}, rules: map[string]int{}, fields: map[string]int{}}
		f.points[v.Path] = a
	}
	a.n++
	a.lastRow, a.last = v.Row, max(a.last, v.Time)
	if v.Status >= 200 && v.Status < 300 {
		a.answeredFully++
	}
	for _, x := range found {
		if attacks(x) {
			a.classes[x.Class]++
			a.level = max(a.level, x.Level)
			if len(a.rules) < 64 {
				a.rules[x.Rule]++
			}
			if len(a.fields) < 64 {
				a.fields[x.Field]++
			}
		}
	}
	if len(a.rows) < MaxRefs {
		a.rows = append(a.rows, v.Row)
	}
}

// addWrite takes a request whose method writes a file.
func (w *survey) addWrite(v *Visit) {
	if v.Status < 200 || v.Status >= 300 || len(w.targets) >= maxTargets {
		return
	}
	switch method := w.log.Text(Methods, v.Method); method {
	case "PUT", "MOVE", "COPY":
		w.targets = append(w.targets, target{*v, Finding{Rule: "method-" + strings.ToLower(method), Class: Upload,
			Target: w.log.Text(Paths, v.Path), Why: "writes a file by " + method}})
	}
}

// plantReasons finds the request that best explains the script: one that names the file it writes, the better
// its path fits and the later it is (but not after the first answer) the better; else a post to an upload
// page by the first user in the ten minutes before.
func (w *survey) plantReasons(s *script, shell *Webshell) []Reason {
	best, fit := -1, 0
	for i, t := range w.targets {
		q := sameFile(t.finding.Target, s.plain)
		if q == 0 || t.visit.Time > s.first+clockSlackMS || t.visit.Path == s.path && t.finding.Class != Upload {
			continue
		}
		if q > fit || q == fit && t.visit.Time >= w.targets[best].visit.Time {
			best, fit = i, q
		}
	}
	if best >= 0 {
		return []Reason{w.plantedByTarget(w.targets[best], fit, s, shell)}
	}
	late := timeOf(s.first).Sub(timeOf(w.site.first))*20 > w.site.span()
	if s.before == nil || !late || s.posts == 0 {
		return nil
	}
	page := w.log.Text(Paths, s.before.path)
	if !strings.Contains(plainPath(page), "upload") {
		return nil
	}
	cite := w.log.Cite(s.before.row)
	shell.PlantedBy = &cite
	shell.PlantWhy = fmt.Sprintf("possible: its first user posted to %s %s before its first answer; the log does not show which file", VisibleN(page, 80), lasted(s.before.time, s.first))
	w.plants[shell.Ref] = plantFact{row: s.before.row, time: s.before.time}
	return []Reason{{ID: "upload-before", Weight: 15, Text: shell.PlantWhy, Refs: []string{cite.Ref}}}
}

func (w *survey) plantedByTarget(t target, fit int, s *script, shell *Webshell) Reason {
	cite := w.log.Cite(t.visit.Row)
	shell.PlantedBy = &cite
	weight := []int{0, 25, 40, 45}[fit]
	how := []string{"", "names a file of the same name", "names this file and folder", "names this path"}[fit]
	if t.visit.Status >= 400 {
		weight -= 10
	}
	shell.PlantWhy = fmt.Sprintf("%s %s (%s), %s before its first answer", what(t.finding), how, VisibleN(t.finding.Target, 120), lasted(t.visit.Time, s.first))
	client := t.visit.Client
	w.plants[shell.Ref] = plantFact{row: t.visit.Row, time: t.visit.Time, client: client, named: true, finding: t.finding, path: t.visit.Path}
	return Reason{ID: "planted", Weight: weight, Text: "a request " + shell.PlantWhy, Refs: []string{cite.Ref}}
}

// what says in a word what kind of request a finding is.
func what(f Finding) string {
	switch f.Class {
	case SQLi:
		return "with an SQL injection"
	case RCE:
		return "with an injected command"
	case Upload:
		return "that " + f.Why
	case Traversal:
		return "with a file inclusion"
	}
	return "of class " + string(f.Class)
}

// A plantFact is what the incident needs to know of a plant.
type plantFact struct {
	row     uint64
	time    int64
	client  uint32
	path    uint32
	named   bool // the request names the file
	finding Finding
}

func (w *survey) plantTime(shell *Webshell) time.Time { return timeOf(w.plants[shell.Ref].time) }

// points lists a foe's attacks by first row.
func (f *foe) sortedPoints() []*attack {
	list := make([]*attack, 0, len(f.points))
	for _, a := range f.points {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *attack) int { return int(int64(a.firstRow) - int64(b.firstRow)) })
	return list
}

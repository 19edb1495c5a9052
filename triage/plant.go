package triage

// What put a shell there: the request that best explains a script's first appearance.

import (
	"cmp"
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
	Time    int64
	Row     uint64
	Status  uint16
	Client  string
	Path    string
	Finding Finding
}

// An attack is what one client did against one path.
type attack struct {
	Path     string
	N        int
	FirstRow uint64
	First    int64
	Last     int64
	Level    Level
	Classes  map[Class]int
	Fields   map[string]int
	Rows     []uint64 // at most MaxRefs
	Answered int      // 2xx
	Failed   int      // 5xx
}

// A foe is the sums of one client's hostile requests. Its fields are exported for the encoding of a Summary.
type foe struct {
	Attacks  int // requests with an attack, see attacks
	Hostile  int // requests with a finding of level low or above
	FirstRow uint64
	First    int64
	Last     int64
	Points   map[string]*attack   // by path, at most maxPoints
	Tools    map[string]uint64    // by what an agent calls itself: the first request
	Agents   map[string]*foeAgent // of hostile requests, at most maxAgentsOf
	Spans    []spanFact           // at most maxSpansOf
}

// A foeAgent is a foe's use of one agent.
type foeAgent struct {
	N        int // hostile requests
	FirstRow uint64
	Tool     bool // the agent names a tool
}

// A spanFact is a hostile session of a foe.
type spanFact struct {
	Rule     string
	Class    Class
	Why      string
	First    int64
	FirstRow uint64
}

const (
	maxFoes    = 50_000
	maxPoints  = 200
	maxSpansOf = 50
)

var attackClasses = map[Class]bool{SQLi: true, RCE: true, Traversal: true, Upload: true, WebshellUse: true}

// attacks reports whether a finding is an attack by the request itself: a referer that carries a payload is
// mostly the attacked page's address, sent along with what that page fetches.
func attacks(f Finding) bool {
	return attackClasses[f.Class] && f.Level >= Medium && f.Field != "referer"
}

// foe finds or makes the foe of a name; nil if there are too many.
func (p *part) foe(name string, v *Visit) *foe {
	f := p.out.Foes[name]
	if f == nil && len(p.out.Foes) < maxFoes {
		f = &foe{FirstRow: v.Row, First: v.Time, Points: map[string]*attack{}, Agents: map[string]*foeAgent{}}
		p.out.Foes[name] = f
	}
	return f
}

// addFoe takes one request with findings.
func (p *part) addFoe(v *Visit, found []Finding) {
	if topLevel(found) < Low {
		return
	}
	f := p.foe(p.log.Text(Clients, v.Client), v)
	if f == nil {
		return
	}
	if v.Time < f.First {
		f.First, f.FirstRow = v.Time, v.Row
	}
	f.Hostile++
	f.Last = max(f.Last, v.Time)
	agent := f.agent(p.log.Text(Agents, v.Agent), v.Row)
	isAttack := false
	for _, x := range found {
		if x.Class == Scan && x.Field == "agent" {
			agent.Tool = true
			f.addTool(x.Match, v.Row)
		} else if t := toolOf(x); t != "" {
			f.addTool(t, v.Row)
		}
		isAttack = isAttack || attacks(x)
		if x.Target != "" {
			p.addTarget(v, x)
		}
	}
	if isAttack {
		f.Attacks++
		f.addPoint(p.log.Text(Paths, v.Path), v, found)
	}
}

// agent counts an agent; beyond the bound the count is thrown away.
func (f *foe) agent(name string, row uint64) *foeAgent {
	a := f.Agents[name]
	if a == nil {
		a = &foeAgent{FirstRow: row}
		if len(f.Agents) < maxAgentsOf {
			f.Agents[name] = a
		}
	}
	a.N++
	return a
}

func (f *foe) addTool(name string, row uint64) {
	if f.Tools == nil {
		f.Tools = map[string]uint64{}
	}
	name = strings.ToLower(name)
	if _, ok := f.Tools[name]; !ok && len(f.Tools) < maxAgentsOf {
		f.Tools[name] = row
	}
}

func (f *foe) addPoint(path string, v *Visit, found []Finding) {
	a := f.Points[path]
	if a == nil {
		if len(f.Points) >= maxPoints {
			return
		}
		a = &attack{Path: path, FirstRow: v.Row, First: v.Time, Classes: map[Class]int{}, Fields: map[string]int{}}
		f.Points[path] = a
	}
	one := attack{N: 1, FirstRow: v.Row, First: v.Time, Last: v.Time, Rows: []uint64{v.Row}, Classes: map[Class]int{}, Fields: map[string]int{}}
	if v.Status >= 200 && v.Status < 300 {
		one.Answered = 1
	}
	if v.Status >= 500 && v.Status != 501 {
		one.Failed = 1
	}
	for _, x := range found {
		if attacks(x) {
			one.Classes[x.Class]++
			one.Level = max(one.Level, x.Level)
			one.Fields[x.Field]++
		}
	}
	a.merge(&one)
}

// merge adds another attack on the same path.
func (a *attack) merge(o *attack) {
	if o.First < a.First {
		a.First, a.FirstRow = o.First, o.FirstRow
	}
	a.N += o.N
	a.Last = max(a.Last, o.Last)
	a.Level = max(a.Level, o.Level)
	a.Answered += o.Answered
	a.Failed += o.Failed
	for c, n := range o.Classes {
		a.Classes[c] += n
	}
	for f, n := range o.Fields {
		if _, ok := a.Fields[f]; ok || len(a.Fields) < 64 {
			a.Fields[f] += n
		}
	}
	if room := MaxRefs - len(a.Rows); room > 0 {
		a.Rows = append(a.Rows, o.Rows[:min(room, len(o.Rows))]...)
	}
}

// merge adds what another part says of the same client.
func (f *foe) merge(o *foe) {
	if o.First < f.First {
		f.First, f.FirstRow = o.First, o.FirstRow
	}
	f.Attacks += o.Attacks
	f.Hostile += o.Hostile
	f.Last = max(f.Last, o.Last)
	for _, path := range sortedKeys(o.Points) {
		if a := f.Points[path]; a != nil {
			a.merge(o.Points[path])
		} else if len(f.Points) < maxPoints {
			f.Points[path] = o.Points[path]
		}
	}
	for _, t := range sortedKeys(o.Tools) {
		f.addTool(t, o.Tools[t])
	}
	for _, name := range sortedKeys(o.Agents) {
		x := o.Agents[name]
		a := f.agent(name, x.FirstRow)
		a.N += x.N - 1
		a.Tool = a.Tool || x.Tool
	}
	f.Spans = append(f.Spans, o.Spans...)
	f.Spans = f.Spans[:min(len(f.Spans), maxSpansOf)]
}

func (p *part) addTarget(v *Visit, f Finding) {
	if len(p.out.Targets) < maxTargets {
		p.out.Targets = append(p.out.Targets, target{v.Time, v.Row, v.Status, p.log.Text(Clients, v.Client), p.log.Text(Paths, v.Path), f})
	}
}

// addWrite takes a request whose method writes a file.
func (p *part) addWrite(v *Visit) {
	if v.Status < 200 || v.Status >= 300 {
		return
	}
	method := p.log.Text(Methods, v.Method)
	p.addTarget(v, Finding{Rule: "method-" + strings.ToLower(method), Class: Upload, Target: p.log.Text(Paths, v.Path), Why: "writes a file by " + method})
}

// A PlantLead is a request that may have put a web shell there, besides the one that explains it best.
type PlantLead struct {
	Cite
	Confidence string `json:"confidence"` // as Webshell.PlantConfidence
	Why        string `json:"why"`
}

// maxLeads bounds the alternatives told of a shell's plant.
const maxLeads = 5

// A lead is a candidate for the planting request.
type lead struct {
	plantFact
	cite   Cite
	points int // 0 to 100: how well it explains the first appearance
	weight int // for the ranking: only what seldom stands before a harmless script
	reason string
	why    string
}

// confidence is the word for the points of a lead.
func confidence(points int) string {
	switch {
	case points >= 80:
		return "high"
	case points >= 55:
		return "moderate"
	}
	return "low"
}

// plantReasons lists the requests that may explain the script, the best first: those that name the file they
// write, the better its path fits and the later they are (but not after the first answer) the better; then
// what the first user, or an attacker, did shortly before. The best becomes the planting request; a weak one
// only when the rest shows a shell (see settlePlants).
func (w *survey) plantReasons(s *script, shell *Webshell) []Reason {
	var leads []lead
	for i, t := range w.targets {
		q := sameFile(t.Finding.Target, s.Plain)
		if q == 0 || t.Time > s.First+clockSlackMS || scriptKey(t.Path) == s.Plain && t.Finding.Class != Upload {
			continue
		}
		leads = append(leads, w.namedLead(&w.targets[i], q, s))
	}
	for _, d := range s.Before {
		if l, ok := w.deedLead(d, s); ok && !slices.ContainsFunc(leads, func(o lead) bool { return o.row == l.row }) {
			leads = append(leads, l)
		}
	}
	if len(leads) == 0 {
		return nil
	}
	slices.SortStableFunc(leads, func(a, b lead) int {
		return cmp.Or(cmp.Compare(b.points, a.points), cmp.Compare(b.time, a.time))
	})
	w.leads[shell.Ref] = leads[:min(len(leads), maxLeads+1)]
	best := leads[0]
	if best.weight == 0 {
		return nil
	}
	w.setPlant(shell, leads)
	return []Reason{{ID: best.reason, Weight: best.weight, Text: best.why, Refs: []string{best.cite.Ref}}}
}

// setPlant tells a shell its planting request and the alternatives.
func (w *survey) setPlant(shell *Webshell, leads []lead) {
	best := leads[0]
	shell.PlantedBy = &best.cite
	shell.PlantWhy, shell.PlantConfidence = best.why, confidence(best.points)
	delete(w.plants, shell.Ref)
	if best.points >= 55 { // an incident tells no weak guesses
		w.plants[shell.Ref] = best.plantFact
	}
	shell.PlantOther = nil
	for _, l := range leads[1:min(len(leads), maxLeads+1)] {
		shell.PlantOther = append(shell.PlantOther, PlantLead{l.cite, confidence(l.points), l.why})
	}
}

// settlePlants gives those that rank as shells the best lead there is, however weak, and prefers the use of
// another shell by the same client.
func (w *survey) settlePlants(shells []Webshell) {
	ranked := map[string]bool{}
	for i := range shells {
		if shells[i].Score >= ShellScore {
			ranked[scriptKey(shells[i].Path)] = true
		}
	}
	for i := range shells {
		shell := &shells[i]
		leads := w.leads[shell.Ref]
		if shell.Score < ShellScore || len(leads) == 0 {
			continue
		}
		for k := range leads {
			if l := &leads[k]; !l.named && ranked[scriptKey(l.path)] && l.points < 78 {
				l.points = 78
				l.why = fmt.Sprintf("its first user posted to another script that ranks as a shell, %s, %s before its first answer", VisibleN(l.path, 80), lasted(l.time, w.scripts[scriptKey(shell.Path)].First))
			}
		}
		slices.SortStableFunc(leads, func(a, b lead) int { return cmp.Compare(b.points, a.points) })
		w.setPlant(shell, leads)
	}
}

// namedLead reads a request whose payload or method names the file.
func (w *survey) namedLead(t *target, fit int, s *script) lead {
	l := lead{cite: w.whole.Cite(t.Row), reason: "planted", plantFact: plantFact{row: t.Row, time: t.Time, client: t.Client, named: true, finding: t.Finding, path: t.Path}}
	l.weight = []int{0, 25, 40, 45}[fit]
	l.points = []int{0, 65, 85, 90}[fit]
	how := []string{"", "names a file of the same name", "names this file and folder", "names this path"}[fit]
	if t.Status >= 400 {
		l.weight -= 10
		l.points -= 5
	}
	if s.First-t.Time > 30*dayMS {
		l.points -= 10
	}
	l.why = fmt.Sprintf("a request %s %s (%s), %s before its first answer", what(t.Finding), how, VisibleN(t.Finding.Target, 120), lasted(t.Time, s.First))
	return l
}

// deedLead reads a request that names no file, or names it without being an attack.
func (w *survey) deedLead(d deed, s *script) (lead, bool) {
	l := lead{cite: w.whole.Cite(d.Row), points: d.weight(s.First), plantFact: plantFact{row: d.Row, time: d.Time, client: d.Client, path: d.Path}}
	who := "its first user"
	if !d.Own {
		who = "another client"
	}
	ago, path := lasted(d.Time, s.First)+" before its first answer", VisibleN(d.Path, 80)
	if w.shared() {
		d.Own, who = false, "a client of the same address"
		l.points -= 10
	}
	odd := uploadFolder(s.Plain[:strings.LastIndexByte(s.Plain, '/')+1])
	soon := s.First-d.Time <= 10*60*1000
	switch d.Kind {
	case deedNames:
		fit := sameFile(d.Names, s.Plain)
		if fit == 0 {
			return l, false
		}
		l.weight, l.reason = []int{0, 5, 20, 25}[fit], "named-before"
		l.points += []int{0, -15, 10, 20}[fit]
		l.why = fmt.Sprintf("%s names the file in a request to %s (%s), %s", who, path, VisibleN(d.Names, 120), ago)
	case deedWrite:
		dirA, a := splitPath(plainPath(d.Path))
		dirB, b := splitPath(s.Plain)
		switch {
		case dirA == dirB && stemOf(a) == stemOf(b):
			l.weight, l.points = 35, l.points+15
		case dirA == dirB:
			l.weight = 15
		}
		l.reason = "written-before"
		l.why = fmt.Sprintf("%s wrote to %s by %s, %s", who, path, VisibleN(d.Rule, 20), ago)
	case deedExploit:
		l.reason = "exploit-before"
		if d.Own && d.Class != SQLi {
			l.weight = 15
			if soon {
				l.weight = 20
			}
		} else if d.Own {
			l.weight = 10
		}
		l.why = fmt.Sprintf("%s attacked %s (%s), %s; the log does not show which file was written", who, path, d.Rule, ago)
	case deedUpload:
		l.reason = "upload-before"
		switch {
		case soon && odd && d.Own:
			l.weight = 20
		case soon && d.Own:
			l.weight = 10
		}
		l.why = fmt.Sprintf("possible: %s posted to %s, %s; the log does not show which file", who, path, ago)
	case deedEdit:
		l.reason = "edit-before"
		if soon && d.Own {
			l.weight = 5
		}
		l.why = fmt.Sprintf("possible: %s posted to %s, which by its name can change files, %s", who, path, ago)
	default:
		l.why = fmt.Sprintf("possible: %s posted to %s, %s", who, path, ago)
	}
	return l, true
}

// stemOf is a base name up to its first dot.
func stemOf(base string) string {
	stem, _, _ := strings.Cut(base, ".")
	return stem
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
	client  string
	path    string
	named   bool // the request names the file
	finding Finding
}

func (w *survey) plantTime(shell *Webshell) time.Time { return timeOf(w.plants[shell.Ref].time) }

// sortedPoints lists a foe's attacks by first row.
func (f *foe) sortedPoints() []*attack {
	list := make([]*attack, 0, len(f.Points))
	for _, a := range f.Points {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *attack) int { return cmp.Compare(a.FirstRow, b.FirstRow) })
	return list
}

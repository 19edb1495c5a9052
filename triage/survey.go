package triage

// The survey: what only the requests of a case together show.
//
// A log is surveyed in parts, as it was loaded, so that a load costs what the new file costs. Summarise reads
// one part three times, in the order of its rows, and keeps bounded sums: of the site (when is it busy, which
// host is its own), of sessions, scripts and foes, and the rows that take part in hostile sessions. Conclude
// adds the summaries of all parts up, ranks the scripts as web shells, and builds intruders and incidents.
//
// What falls between two parts is not joined: a session that runs from one into the next is two sessions.

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Survey is what only the requests of a case together show.
type Survey struct {
	Findings  []Finding     `json:"findings"` // distinct findings of behaviour; Field is "behaviour"
	Marks     []Mark        `json:"marks"`    // which row has which of them, sorted by row
	Webshells []Webshell    `json:"webshells"`
	Incidents []Incident    `json:"incidents"`
	Intruders []Intruder    `json:"intruders"`
	Gaps      []EvidenceGap `json:"gaps"` // where the logs are not whole
	// Spawned links processes that the server started to requests, in order of time.
	Spawned []Spawn `json:"spawned"`
	// ClockSkewMS is how far the clock of the event logs is ahead of that of the web logs, in ms; 0 unless the
	// two together show a difference.
	ClockSkewMS int64 `json:"clock_skew_ms"`
}

// A Mark gives a row one finding of a Survey.
type Mark struct {
	Row     uint64 `json:"row"`
	Finding uint32 `json:"finding"` // position in Survey.Findings
}

// A Summary is what one part of a log shows.
type Summary struct {
	period   Period
	scripts  map[string]*script // by plain path
	foes     map[string]*foe    // by client
	targets  []target
	findings []Finding
	marks    []Mark // Finding is a position in findings
	spans    []sourceSpan
	families map[string]*family
	days     []int64             // days (UTC) with requests, those of audit logs apart
	audit    map[int64]*auditDay // by day (UTC), what audit logs show
	trails   []trail
	saw      map[string]*witness // by family, what each log saw
}

// summaryFormat is part of every encoded Summary and changes with whatever Summarise keeps or means.
const summaryFormat = 8

// encodedSummary is a Summary as gob writes it.
type encodedSummary struct {
	Format   int
	Rules    string // RuleSetHash of the rules that judged the part
	Period   Period
	Scripts  map[string]*script
	Foes     map[string]*foe
	Targets  []target
	Findings []Finding
	Marks    []Mark
	Spans    []sourceSpan
	Families map[string]*family
	Days     []int64
	Audit    map[int64]encodedDay
	Trails   []trail
	Saw      map[string]*witness
}

// MarshalBinary encodes a summary.
func (s *Summary) MarshalBinary() ([]byte, error) {
	e := encodedSummary{summaryFormat, RuleSetHash(), s.period, s.scripts, s.foes, s.targets, s.findings, s.marks, s.spans, s.families, s.days, nil, s.trails, s.saw}
	for day, d := range s.audit {
		if e.Audit == nil {
			e.Audit = map[int64]encodedDay{}
		}
		var err error
		if e.Audit[day], err = d.encode(); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(e)
	return b.Bytes(), err
}

// UnmarshalBinary decodes what MarshalBinary wrote. A summary of another version of spoor or of other rules is
// an error: the part has to be summarised again.
func (s *Summary) UnmarshalBinary(b []byte) error {
	var e encodedSummary
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&e); err != nil {
		return fmt.Errorf("decode a summary: %w", err)
	}
	if e.Format != summaryFormat || e.Rules != RuleSetHash() {
		return fmt.Errorf("the summary is of format %d and rules %.8s, not of format %d and rules %.8s", e.Format, e.Rules, summaryFormat, RuleSetHash())
	}
	*s = Summary{e.Period, e.Scripts, e.Foes, e.Targets, e.Findings, e.Marks, e.Spans, e.Families, e.Days, nil, e.Trails, e.Saw}
	for day, x := range e.Audit {
		d, err := x.decode()
		if err != nil {
			return err
		}
		if s.audit == nil {
			s.audit = map[int64]*auditDay{}
		}
		s.audit[day] = d
	}
	return nil
}

// part is the state of one Summarise.
type part struct {
	log      Log
	site     *site
	sessions *sessions
	scripts  *scripts
	rhythm   *rhythm
	out      *partOut
}

// partOut is what a part keeps as it is read.
type partOut struct {
	Foes    map[string]*foe
	Targets []target
}

// Summarise reads one part of a log. The result depends on nothing else. The error is the log's own.
func Summarise(log Log) (*Summary, error) {
	saw, err := witnesses(log)
	if err != nil {
		return nil, err
	}
	a, ok := log.(auditor)
	if !ok || !a.Audits() {
		s, err := summarise(log)
		if err == nil {
			s.saw = saw
		}
		return s, err
	}
	s, err := summarise(accessLog{log})
	if err == nil {
		s.saw = saw
		s.audit, err = auditDays(log)
	}
	return s, err
}

// summarise reads one part of a log, or of one kind of its logs.
func summarise(log Log) (*Summary, error) {
	p := &part{log: log, out: &partOut{Foes: map[string]*foe{}}}
	var err error
	if p.site, err = surveySite(log); err != nil {
		return nil, err
	}
	p.sessions, p.scripts = newSessions(log, p.site), newScripts(log, p.site)
	p.rhythm = newRhythm(log)
	writes := writeMethods(log)
	err = log.Visits(func(v *Visit) bool {
		found := log.Findings(v.Judged)
		p.sessions.add(v, found)
		p.scripts.add(v, found)
		p.rhythm.add(v)
		if v.Judged != 0 {
			p.addFoe(v, found)
		}
		if writes[v.Method] {
			p.addWrite(v)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	p.sessions.finish()
	p.scripts.finish()
	p.rhythm.flush()
	p.sessions.markGuessed(p.scripts.byPlain)
	p.keepSpans()
	s := &Summary{period: p.site.Period, scripts: p.scripts.byPlain, foes: p.out.Foes, targets: p.out.Targets,
		spans: p.rhythm.spans, families: p.rhythm.families, days: sortedKeys(p.site.days), trails: p.sessions.trails()}
	for plain, x := range s.scripts {
		if x.Requests == 0 {
			delete(s.scripts, plain)
		}
	}
	return s, p.mark(s)
}

func writeMethods(log Log) []bool {
	out := make([]bool, log.Texts(Methods))
	for id := range out {
		switch log.Text(Methods, uint32(id)) {
		case "PUT", "MOVE", "COPY":
			out[id] = true
		}
	}
	return out
}

// keepSpans notes the hostile sessions with their clients.
func (p *part) keepSpans() {
	for _, c := range sortedKeys(p.sessions.spans) {
		for _, sp := range p.sessions.spans[c] {
			f := p.foe(p.log.Text(Clients, c), &Visit{Row: sp.firstRow, Time: sp.first})
			if f != nil && len(f.Spans) < maxSpansOf {
				f.Spans = append(f.Spans, spanFact{sp.finding.Rule, sp.finding.Class, sp.finding.Why, sp.first, sp.firstRow})
			}
		}
	}
}

// mark gives the rows of hostile sessions their findings.
func (p *part) mark(s *Summary) error {
	ids := findingIDs{list: &s.findings}
	told, odd := make([]bool, p.log.Texts(Clients)), make([]bool, p.log.Texts(Agents)) // who is looked at at all
	for c := range p.sessions.spans {
		told[c] = true
	}
	for c := range p.site.forged {
		told[c] = true
	}
	for a := range p.site.odd {
		odd[a] = true
	}
	return p.log.Visits(func(v *Visit) bool {
		if !told[v.Client] && !odd[v.Agent] {
			return true
		}
		for _, sp := range p.sessions.spans[v.Client] {
			if v.Row < sp.firstRow {
				break
			}
			if v.Row <= sp.lastRow && sp.take(p.site, v, p.log.Findings(v.Judged)) && !p.already(v, sp.finding) {
				s.marks = append(s.marks, Mark{v.Row, ids.of(sp.finding)})
			}
		}
		for _, f := range p.site.oddities(v) {
			s.marks = append(s.marks, Mark{v.Row, ids.of(f)})
		}
		return true
	})
}

// findingIDs numbers distinct findings.
type findingIDs struct {
	list *[]Finding
	ids  map[Finding]uint32
}

func (f *findingIDs) of(x Finding) uint32 {
	n, ok := f.ids[x]
	if !ok {
		if f.ids == nil {
			f.ids = map[Finding]uint32{}
		}
		n = uint32(len(*f.list))
		f.ids[x] = n
		*f.list = append(*f.list, x)
	}
	return n
}

// already reports whether the request's own payload says as much as the finding of behaviour would: the same
// class, or, where behaviour only says that it is part of a tool's run, anything at all.
func (p *part) already(v *Visit, f Finding) bool {
	return slices.ContainsFunc(p.log.Findings(v.Judged), func(g Finding) bool {
		return g.Level >= f.Level && (g.Class == f.Class || f.Rule == "scan-active" || f.Rule == "probe-forms")
	})
}

// survey is the state of one Conclude.
type survey struct {
	whole    Whole
	period   Period
	scripts  map[string]*script // by plain path
	hostile  map[string]*foe    // by client
	targets  []target
	plants   map[string]plantFact // by Webshell.Ref
	leads    map[string][]lead    // by Webshell.Ref, the best first
	files    map[string][]*File   // by plain base name
	procs    []Process            // in order of time
	spawned  map[string][]*Spawn  // by plain path; nil until asked for
	baseline bool                 // some list of known-good files was given
	shells   map[string]*Webshell // by plain path, score ShellScore or above
	spans    []sourceSpan         // of all sources, one for each part that it is in
	families map[string]*family
	saw      map[string]*witness // by family
	words    []Regrouping
	perAgent map[string]int // requests of the whole log by agent, of agents that a link could rest on
	crew     crew
	keys     []shellKey // of the shells, sorted
	uses     map[shellKey][]shellUse
	passed   map[shellKey][]*act // who only came by, see usesOf
	second   map[shellKey]second // shells that may come of another
	chained  []*builder          // of out.Incidents
	out      Survey
}

// Conclude surveys a case from the summaries of all its parts, in the order of their rows. Files, if there are
// any, are those of the same site, with their verdicts (see JudgeFiles); they strengthen or weaken the ranking
// of web shells. Processes are those of its server, in order of time. The summaries stay as they are. The error
// is the store's own. Words, in order, are what responders said of who belongs together.
func Conclude(parts []*Summary, whole Whole, files []File, processes []Process, words ...Regrouping) (*Survey, error) {
	w := &survey{whole: whole, words: words, procs: processes, scripts: map[string]*script{}, hostile: map[string]*foe{}, plants: map[string]plantFact{}, leads: map[string][]lead{}, shells: map[string]*Webshell{}, families: map[string]*family{}, saw: map[string]*witness{}}
	w.indexFiles(files)
	for _, p := range parts {
		w.add(p)
	}
	audits := w.addAudits(parts)
	if err := w.linkProcesses(); err != nil {
		return nil, err
	}
	w.out.Webshells = w.rankWebshells()
	for i := range w.out.Webshells {
		if s := &w.out.Webshells[i]; s.Score >= ShellScore && s.Requests > 0 {
			w.shells[scriptKey(s.Path)] = s
		}
	}
	if err := w.mark(parts, audits); err != nil {
		return nil, err
	}
	if err := w.readCrew(); err != nil {
		return nil, err
	}
	w.findUses()
	if err := w.buildIntruders(); err != nil {
		return nil, err
	}
	if err := w.buildIncidents(); err != nil {
		return nil, err
	}
	if err := w.findGaps(); err != nil {
		return nil, err
	}
	w.tellIncidents()

	return &w.out, nil
}

// add adds the sums of a part.
func (w *survey) add(p *Summary) {
	w.period.add(p.period)
	for _, plain := range sortedKeys(p.scripts) {
		x := p.scripts[plain]
		s := w.scripts[plain]
		if s == nil {
			s = &script{Path: x.Path, Plain: plain, Clients: map[string]*scriptUse{}}
			w.scripts[plain] = s
		}
		s.merge(x)
	}
	for _, client := range sortedKeys(p.foes) {
		x := p.foes[client]
		f := w.hostile[client]
		if f == nil {
			f = &foe{First: x.First, FirstRow: x.FirstRow, Points: map[string]*attack{}, Agents: map[string]*foeAgent{}}
			w.hostile[client] = f
		}
		f.merge(x)
	}
	w.spans = append(w.spans, p.spans...)
	for _, name := range sortedKeys(p.families) {
		f := w.families[name]
		if f == nil {
			f = &family{Slots: map[int64]int32{}}
			w.families[name] = f
		}
		f.add(p.families[name])
	}
	for _, name := range sortedKeys(p.saw) {
		s := w.saw[name]
		if s == nil {
			if len(w.saw) >= maxWitnesses {
				continue
			}
			s = &witness{Seen: sightings{Limit: math.MaxUint64}, Bare: sightings{Limit: math.MaxUint64}}
			w.saw[name] = s
		}
		s.Seen.merge(&p.saw[name].Seen, keptSeen)
		s.Bare.merge(&p.saw[name].Bare, keptBare)
	}
	if room := maxTargets - len(w.targets); room > 0 {
		w.targets = append(w.targets, p.targets[:min(room, len(p.targets))]...)
	}
}

// indexFiles makes files findable by base name.
func (w *survey) indexFiles(files []File) {
	w.files = map[string][]*File{}
	for i := range files {
		f := &files[i]
		_, base := splitPath(plainPath(f.Path))
		w.files[base] = append(w.files[base], f)
		if f.Verdict == KnownGood || f.Verdict == Changed {
			w.baseline = true
		}
	}
}

// fileOf is the listed file that fits a URL path best, nil if none shares its folder as well as its name.
func (w *survey) fileOf(plain string) *File {
	_, base := splitPath(plain)
	var best *File
	fit := 1
	for _, f := range w.files[base] {
		if q := sameFile(f.Path, plain); q > fit {
			best, fit = f, q
		}
	}
	return best
}

// mark joins the marks of the parts with those of shell use. Where a shell was used nothing else needs saying.
func (w *survey) mark(parts, audits []*Summary) error {
	ids := findingIDs{list: &w.out.Findings}
	used, err := w.shellMarks(&ids)
	if err != nil {
		return err
	}
	next := 0
	for _, p := range slices.Concat(parts, audits) {
		for _, m := range p.marks {
			for next < len(used) && used[next].Row < m.Row {
				w.out.Marks = append(w.out.Marks, used[next])
				next++
			}
			if _, used := slices.BinarySearchFunc(used, m.Row, func(u Mark, row uint64) int { return cmp.Compare(u.Row, row) }); used {
				continue
			}
			w.out.Marks = append(w.out.Marks, Mark{m.Row, ids.of(p.findings[m.Finding])})
		}
	}
	w.out.Marks = append(w.out.Marks, used[next:]...)
	slow := w.trailMarks(parts, &ids)
	for _, m := range slow {
		if _, shell := slices.BinarySearchFunc(used, m.Row, func(u Mark, row uint64) int { return cmp.Compare(u.Row, row) }); !shell {
			w.out.Marks = append(w.out.Marks, m)
		}
	}
	if len(audits)+len(slow) > 0 { // the rows of a part and of its audit logs are mixed
		slices.SortStableFunc(w.out.Marks, func(a, b Mark) int { return cmp.Compare(a.Row, b.Row) })
	}
	return nil
}

// shellMarks marks the answered requests to shells.
func (w *survey) shellMarks(ids *findingIDs) ([]Mark, error) {
	if len(w.shells) == 0 {
		return nil, nil
	}
	var out []Mark
	err := w.whole.Requests(func(path string) bool { return w.shells[scriptKey(path)] != nil }, func(v *Visit, path string) bool {
		if key := scriptKey(path); answered(v.Status) || w.scripts[key].Veiled && v.Status == 404 {
			out = append(out, Mark{v.Row, ids.of(w.useFinding(w.shells[key]))})
		}
		return true
	})
	return out, err
}

func (w *survey) useFinding(shell *Webshell) Finding {
	level := High
	if shell.Score >= 80 {
		level = Critical
	}
	var why []string
	for _, r := range shell.Reasons {
		if r.Weight > 0 && len(why) < 3 {
			why = append(why, r.ID)
		}
	}
	return Finding{Rule: "webshell-use", Class: WebshellUse, Level: level, Field: "behaviour", Match: VisibleN(shell.Path, MaxMatch/4),
		Why: "the path ranks as a web shell (" + strings.Join(why, ", ") + ")"}
}

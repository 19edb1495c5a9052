package triage

// The survey: what only the requests of a case together show. It reads the log three times, in the order of
// its rows, and keeps sums of clients, sessions and scripts, each bounded:
//
//  1. site: when is it busy, which host is its own, how often does each client come;
//  2. sessions, scripts and foes; from these the hostile spans, the ranked web shells and their plants;
//  3. marks: which rows take part in a span or use a shell.
//
// Incidents and intruders are then built from what was kept.

import (
	"slices"
	"strings"
)

// A Survey is what only the requests of a case together show.
type Survey struct {
	Findings  []Finding  `json:"findings"` // distinct findings of behaviour; Field is "behaviour"
	Marks     []Mark     `json:"marks"`    // which row has which of them, sorted by row
	Webshells []Webshell `json:"webshells"`
	Incidents []Incident `json:"incidents"`
	Intruders []Intruder `json:"intruders"`
}

// A Mark gives a row one finding of a Survey.
type Mark struct {
	Row     uint64 `json:"row"`
	Finding uint32 `json:"finding"` // position in Survey.Findings
}

// survey is the state of one run.
type survey struct {
	log      Log
	site     *site
	sessions *sessions
	scripts  *scripts
	hostile  map[uint32]*foe // by client
	targets  []target
	plants   map[string]plantFact // by Webshell.Ref
	files    map[string][]*File   // by plain base name
	baseline bool                 // some list of known-good files was given
	shells   map[string]*Webshell // by plain path, score ShellScore or above
	out      Survey
}

// Examine surveys a log. Files, if there are any, are those of the same site, with their verdicts
// (see JudgeFiles); they strengthen or weaken the ranking of web shells. The result does not depend on
// anything but its arguments. The error is the log's own.
func Examine(log Log, files []File) (*Survey, error) {
	w := &survey{log: log, hostile: map[uint32]*foe{}, plants: map[string]plantFact{}, shells: map[string]*Webshell{}}
	w.indexFiles(files)
	var err error
	if w.site, err = surveySite(log); err != nil {
		return nil, err
	}
	w.sessions, w.scripts = newSessions(log, w.site), newScripts(log, w.site)
	writes := writeMethods(log)
	err = log.Visits(func(v *Visit) bool {
		w.sessions.add(v)
		w.scripts.add(v)
		if v.Judged != 0 {
			w.addFoe(v, log.Findings(v.Judged))
		}
		if writes[v.Method] {
			w.addWrite(v)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	w.sessions.finish()
	w.out.Webshells = w.rankWebshells()
	for i := range w.out.Webshells {
		if s := &w.out.Webshells[i]; s.Score >= ShellScore {
			w.shells[plainPath(s.Path)] = s
		}
	}
	if err := w.mark(); err != nil {
		return nil, err
	}
	w.buildIntruders()
	w.buildIncidents()
	return &w.out, nil
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

// mark gives the rows of hostile spans and of shell use their findings.
func (w *survey) mark() error {
	ids := map[Finding]uint32{}
	id := func(f Finding) uint32 {
		n, ok := ids[f]
		if !ok {
			n = uint32(len(w.out.Findings))
			ids[f] = n
			w.out.Findings = append(w.out.Findings, f)
		}
		return n
	}
	return w.log.Visits(func(v *Visit) bool {
		if shell := w.shells[w.site.plain[v.Path]]; shell != nil && answered(v.Status) {
			w.out.Marks = append(w.out.Marks, Mark{v.Row, id(w.useFinding(shell))})
			return true
		}
		for _, sp := range w.sessions.spans[v.Client] {
			if v.Row < sp.firstRow {
				break
			}
			if v.Row <= sp.lastRow && sp.take(w.site, v) && !w.already(v, sp.finding) {
				w.out.Marks = append(w.out.Marks, Mark{v.Row, id(sp.finding)})
			}
		}
		return true
	})
}

// already reports whether the request's own payload says as much as the finding of behaviour would: the same
// class, or, where behaviour only says that it is part of a tool's run, anything at all.
func (w *survey) already(v *Visit, f Finding) bool {
	return slices.ContainsFunc(w.log.Findings(v.Judged), func(g Finding) bool {
		return g.Level >= f.Level && (g.Class == f.Class || f.Rule == "scan-active")
	})
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

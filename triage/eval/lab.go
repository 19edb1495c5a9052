package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"spoor/triage"
)

// A labTruth is the label of one line of the lab's log.
type labTruth struct {
	File    string
	Line    int64
	Label   string
	Visible *bool
	Plant   bool
}

// labs judges the labelled incidents: recall and precision by class, single requests and with behaviour, and
// the ranking of web shells, each in the main log and in its IIS copy if there is one.
func (e *evaluation) labs() error {
	dirs, err := filepath.Glob(filepath.Join(e.data, "lab-*"))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		truths := map[lineKey]labTruth{}
		for _, name := range []string{"truth.jsonl.gz", "truth-derived.jsonl.gz"} {
			err := eachJSON(filepath.Join(dir, name), func(line []byte) error {
				var t labTruth
				err := json.Unmarshal(line, &t)
				truths[lineKey{t.File, t.Line}] = t
				return err
			})
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		name := filepath.Base(dir)
		logs, err := filepath.Glob(filepath.Join(dir, "access.log*"))
		if err != nil {
			return err
		}
		copies, err := filepath.Glob(filepath.Join(dir, "iis", "*.log*"))
		if err != nil {
			return err
		}
		if err := e.lab(name, logs, "", truths); err != nil {
			return err
		}
		if err := e.lab(name+", IIS copy", copies, "iis/", truths); err != nil {
			return err
		}
	}
	return nil
}

// lab judges one labelled log of several files.
func (e *evaluation) lab(name string, paths []string, folder string, truths map[lineKey]labTruth) error {
	var requests []triage.Request
	for _, p := range paths {
		data, err := readAll(p)
		if err != nil {
			return err
		}
		more, err := parseLog(folder+strings.TrimSuffix(filepath.Base(p), ".gz"), data)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		requests = append(requests, more...)
	}
	if len(requests) == 0 {
		return nil
	}
	s := newScore()
	l, err := judgeLog(e.judge, s, requests)
	if err != nil {
		return err
	}
	if folder == "" {
		e.labClasses(name+", single requests", truths, l, l.alone)
	}
	hostile, benign, classes := e.labClasses(name+", with behaviour", truths, l, l.together)
	cpu := float64(s.cpu.Microseconds()) / float64(max(s.judged, 1))
	fmt.Fprintf(e.out, "  %.1f us a distinct request over %d\n", cpu, s.judged)
	e.rankedShells(name, l, truths)
	if folder != "" {
		return nil
	}
	e.reached.recall = append(e.reached.recall, logRecall{name + ", hostile lines", hostile.alerts(), hostile.finds()})
	for _, c := range labWanted {
		e.reached.atLeast(fmt.Sprintf("%s: recall of %s lines, finding of that class", name, c.label), classes[c.label], c.recall)
	}
	e.reached.atMost(name+": benign lines alerted", benign.alerts(), 0.0005)
	e.reached.atMost(name+": us to judge a distinct request", cpu, 50)
	return nil
}

// labWanted are the recalls that are wanted of the classes of a lab's log.
var labWanted = []struct {
	label  string
	recall float64
}{{"sqli", .99}, {"scan", .98}, {"bruteforce", .95}, {"probe", .85}, {"webshell", .90}}

// rankedShells compares the ranking of web shells with the paths that are labelled as used shells.
func (e *evaluation) rankedShells(name string, l *judgedLog, truths map[lineKey]labTruth) {
	shells := map[string]bool{}
	for i := range l.requests {
		r := &l.requests[i]
		if truths[lineKey{r.Source, r.Line}].Label == "webshell" {
			shells[r.Path] = true
		}
	}
	found, harmless, planted := 0, 0, true
	for i, w := range l.survey.Webshells {
		by := "-"
		isPlant := w.PlantedBy != nil && truths[lineKey{w.PlantedBy.Source, w.PlantedBy.Line}].Plant
		if w.PlantedBy != nil {
			by = fmt.Sprintf("%s:%d (plant: %v)", w.PlantedBy.Source, w.PlantedBy.Line, isPlant)
		}
		if i < 5 {
			fmt.Fprintf(e.out, "  shell %d: score %d %s planted by %s\n", i+1, w.Score, triage.VisibleN(w.Path, 100), by)
		}
		if !shells[w.Path] {
			harmless++
			continue
		}
		if harmless == 0 && w.Score >= triage.ShellScore {
			found++
			planted = planted && isPlant
		}
	}
	if len(shells) == 0 {
		return
	}
	e.reached.yes(fmt.Sprintf("%s: no harmless path ranked above the %d shells used", name, len(shells)), found == len(shells))
	e.reached.yes(name+": planted_by is the planting request", planted && found > 0)
}

// fits reports whether a finding's class says what the label says. The lab knows one label for every
// payload that is no SQL injection.
func fits(c triage.Class, label string) bool {
	switch c {
	case triage.Traversal, triage.XSS, triage.RCE, triage.Upload, triage.Other:
		return label == "probe"
	}
	return string(c) == label
}

// labClasses prints recall and precision of each class over the lines of the incident, and gives the counts of
// its hostile and benign lines and the recall by label.
func (e *evaluation) labClasses(title string, truths map[lineKey]labTruth, l *judgedLog, found [][]triage.Finding) (hostile, benign *score, recall map[string]float64) {
	type row struct{ lines, hit, anyHit, claimed, right int }
	rows := map[string]*row{}
	get := func(k string) *row {
		if rows[k] == nil {
			rows[k] = &row{}
		}
		return rows[k]
	}
	s := newScore()
	hostile, recall = newScore(), map[string]float64{}
	for i := range l.requests {
		t := truths[lineKey{l.requests[i].Source, l.requests[i].Line}]
		name := requestName(&l.requests[i])
		for _, c := range [...]triage.Class{triage.SQLi, triage.Scan, triage.Probe, triage.Bruteforce, triage.WebshellUse} {
			if has(found[i], c) {
				get(string(c)).claimed++
				if fits(c, t.Label) {
					get(string(c)).right++
				}
			}
		}
		if t.Label == "benign" {
			s.benign("benign", found[i], name)
			continue
		}
		if t.Visible != nil && !*t.Visible {
			continue
		}
		hostile.attack(t.Label, triage.Class(t.Label), found[i], "")
		r := get(t.Label)
		r.lines++
		if hit := slices.ContainsFunc(found[i], func(f triage.Finding) bool { return f.Level >= triage.Low && fits(f.Class, t.Label) }); hit {
			r.hit++
		} else {
			s.misses = append(s.misses, t.Label+" "+name)
		}
		if worst(found[i]) >= triage.Low {
			r.anyHit++
		}
	}
	fmt.Fprintf(e.out, "\n%s\n  %-12s %7s %9s %9s %9s\n", title, "label", "lines", "recall", "any class", "precision")
	for _, k := range []string{"sqli", "scan", "probe", "bruteforce", "webshell"} {
		r := get(k)
		recall[k] = float64(r.hit) / float64(max(r.lines, 1))
		fmt.Fprintf(e.out, "  %-12s %7d  %s  %s  %s\n", k, r.lines, percent(r.hit, r.lines), percent(r.anyHit, r.lines), percent(r.right, r.claimed))
	}
	b := s.tally("benign")
	fmt.Fprintf(e.out, "  benign lines %d: alert %s, any %s\n", b.n, percent(b.alert, b.n), percent(b.any, b.n))
	list(e.out, "missed", s.misses, e.worst)
	list(e.out, "false", s.false1, e.worst)
	return hostile, s, recall
}

// crowdsec judges the small logs of scenarios that a manifest beside them describes: was each expected attacker
// flagged?
func (e *evaluation) crowdsec() error {
	lists, err := filepath.Glob(filepath.Join(e.data, "logs", "*", "MANIFEST.jsonl*"))
	if err != nil || len(lists) == 0 {
		return err
	}
	type scenario struct {
		File      string   `json:"file"`
		Test      string   `json:"test"`
		LogType   string   `json:"log_type"`
		Attackers []string `json:"attackers_expected"`
	}
	s := newScore()
	unread := 0
	judgeScenario := func(line []byte) error {
		var sc scenario
		if err := json.Unmarshal(line, &sc); err != nil {
			return err
		}
		data, err := readAll(filepath.Join(e.data, sc.File))
		if err != nil {
			return err
		}
		requests, err := parseLog(sc.File, data)
		if err != nil || len(requests) == 0 {
			if len(sc.Attackers) > 0 {
				unread++
			}
			return nil
		}
		l, err := judgeLog(e.judge, s, requests)
		if err != nil {
			return err
		}
		for _, w := range l.survey.Webshells {
			if w.Score >= triage.ShellScore && len(sc.Attackers) == 0 {
				e.reached.shells = append(e.reached.shells, triage.VisibleN(fmt.Sprintf("%d %s in %s", w.Score, w.Path, sc.File), 120))
			}
		}
		for _, a := range sc.Attackers {
			var found []triage.Finding
			name := sc.Test + " " + a
			for i := range requests {
				if requests[i].Client == a {
					found = append(found, l.together[i]...)
					name = sc.Test + " " + requestName(&requests[i])
				}
			}
			s.attack("attacker", "", slices.Clip(found), name)
		}
		return nil
	}
	for _, list := range lists {
		if err := eachJSON(list, judgeScenario); err != nil {
			return err
		}
	}
	s.print(e.out, "crowdsec scenarios (with behaviour)", e.worst)
	e.reached.recall = append(e.reached.recall, logRecall{"crowdsec, attackers in logs of formats that are read", s.alerts(), s.finds()})
	fmt.Fprintf(e.out, "  logs of formats not read: %d\n", unread)
	return nil
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"spoor/triage"
)

// A labTruth is the label of one line of the lab's log.
type labTruth struct {
	Line    int64
	Label   string
	Visible *bool
	Plant   bool
}

// evalLab judges the labelled incident: recall and precision by class, single requests and with
// behaviour, and the ranking of web shells.
func evalLab(w io.Writer, j *triage.Judge, opt options) error {
	dir := filepath.Join(opt.data, "lab-dev")
	truths := map[int64]labTruth{}
	err := eachJSON(filepath.Join(dir, "truth.jsonl.gz"), func(line []byte) error {
		var t labTruth
		if err := json.Unmarshal(line, &t); err != nil {
			return err
		}
		truths[t.Line] = t
		return nil
	})
	if err != nil {
		return err
	}
	data, err := readAll(filepath.Join(dir, "access.log.gz"))
	if err != nil {
		return err
	}
	requests, err := parseLog("access.log", data)
	if err != nil {
		return err
	}
	s := newScore()
	l, err := judgeLog(j, s, requests)
	if err != nil {
		return err
	}
	labClasses(w, "lab-dev, single requests", opt, truths, l, l.alone)
	labClasses(w, "lab-dev, with behaviour", opt, truths, l, l.together)
	fmt.Fprintf(w, "  %.1f us a distinct request over %d\n", float64(s.cpu.Microseconds())/float64(max(s.judged, 1)), s.judged)
	for i, shell := range l.survey.Webshells {
		if i == 5 {
			break
		}
		planted := "-"
		if shell.PlantedBy != nil {
			planted = fmt.Sprint(shell.PlantedBy.Line, " (plant: ", truths[shell.PlantedBy.Line].Plant, ")")
		}
		fmt.Fprintf(w, "  shell %d: score %d %s planted by line %s\n", i+1, shell.Score, triage.VisibleN(shell.Path, 100), planted)
	}
	return nil
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

// labClasses prints recall and precision of each class over the lines of the incident.
func labClasses(w io.Writer, title string, opt options, truths map[int64]labTruth, l *judgedLog, found [][]triage.Finding) {
	type row struct{ lines, hit, anyHit, claimed, right int }
	rows := map[string]*row{}
	get := func(k string) *row {
		if rows[k] == nil {
			rows[k] = &row{}
		}
		return rows[k]
	}
	s := newScore()
	for i := range l.requests {
		t := truths[l.requests[i].Line]
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
	fmt.Fprintf(w, "\n%s\n  %-12s %7s %9s %9s %9s\n", title, "label", "lines", "recall", "any class", "precision")
	for _, k := range []string{"sqli", "scan", "probe", "bruteforce", "webshell"} {
		r := get(k)
		fmt.Fprintf(w, "  %-12s %7d  %s  %s  %s\n", k, r.lines, percent(r.hit, r.lines), percent(r.anyHit, r.lines), percent(r.right, r.claimed))
	}
	b := s.tally("benign")
	fmt.Fprintf(w, "  benign lines %d: alert %s, any %s\n", b.n, percent(b.alert, b.n), percent(b.any, b.n))
	list(w, "missed", s.misses, opt.worst)
	list(w, "false", s.false1, opt.worst)
}

// evalCrowdsec judges the small logs of scenarios: was each expected attacker flagged?
func evalCrowdsec(w io.Writer, j *triage.Judge, opt options) error {
	dir := filepath.Join(opt.data, "logs/crowdsec")
	if _, err := os.Stat(dir); err != nil {
		return nil
	}
	type scenario struct {
		File      string   `json:"file"`
		Test      string   `json:"test"`
		LogType   string   `json:"log_type"`
		Attackers []string `json:"attackers_expected"`
	}
	s := newScore()
	unread := 0
	err := eachJSON(filepath.Join(dir, "MANIFEST.jsonl"), func(line []byte) error {
		var sc scenario
		if err := json.Unmarshal(line, &sc); err != nil || len(sc.Attackers) == 0 {
			return err
		}
		data, err := readAll(filepath.Join(opt.data, sc.File))
		if err != nil {
			return err
		}
		requests, err := parseLog(sc.File, data)
		if err != nil || len(requests) == 0 {
			unread++
			return nil
		}
		l, err := judgeLog(j, s, requests)
		if err != nil {
			return err
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
	})
	if err != nil {
		return err
	}
	s.print(w, "crowdsec scenarios (with behaviour)", opt.worst)
	fmt.Fprintf(w, "  logs of formats not read: %d\n", unread)
	return nil
}

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"spoor/triage"
	"spoor/triage/process"
	"spoor/triage/source"
)

// A judgedProcesses is an event log judged in its order.
type judgedProcesses struct {
	list  []triage.Process
	stats process.Stats
	cpu   time.Duration
}

func judgeProcesses(path string) (*judgedProcesses, error) {
	r, err := source.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out := &judgedProcesses{}
	var l triage.Lineage
	out.stats, err = process.Read(r, triage.Source{Key: "eval00", Path: filepath.Base(path)}, nil, func(p *triage.Process) error {
		start := time.Now()
		l.Judge(p)
		out.cpu += time.Since(start)
		out.list = append(out.list, *p)
		return nil
	})
	return out, err
}

func processName(p *triage.Process) string {
	return triage.VisibleN(fmt.Sprintf("%s:%d %s > %s", p.Source, p.Line, p.ParentImage, p.CommandLine), 200)
}

// processes judges process creations: those of the labelled incidents, and a set in which every event is what
// some rule of another project looks for, most of them nothing to do with servers.
func (e *evaluation) processes() error {
	truths, err := filepath.Glob(filepath.Join(e.data, "lab-*", "events", "truth-events.jsonl*"))
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "\nprocesses (alert: medium and above)\n")
	for _, path := range truths {
		if err := e.labProcesses(path); err != nil {
			return err
		}
	}
	path := filepath.Join(e.data, "process/sigma_regression_events.jsonl.gz")
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	l, err := judgeProcesses(path)
	if err != nil {
		return err
	}
	s := newScore()
	for i := range l.list {
		s.attack("sigma", "", l.list[i].Findings, processName(&l.list[i]))
	}
	t := s.tally("sigma")
	fmt.Fprintf(e.out, "  sigma regression, all hostile to some rule: %d creations (%d other events): alert %d, any %d\n", t.n, l.stats.Comments, t.alert, t.any)
	list(e.out, "missed", s.misses, e.worst)
	return nil
}

// labProcesses judges the event logs of one incident, which its list of labels names.
func (e *evaluation) labProcesses(truths string) error {
	hostile := map[string]map[int64]bool{} // by file and line
	err := eachJSON(truths, func(line []byte) error {
		var t struct {
			File  string
			Line  int64
			Label string
		}
		if err := json.Unmarshal(line, &t); err != nil {
			return err
		}
		name := filepath.Base(t.File)
		if hostile[name] == nil {
			hostile[name] = map[int64]bool{}
		}
		hostile[name][t.Line] = t.Label != "benign"
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		path := filepath.Join(filepath.Dir(truths), name)
		if _, err := os.Stat(path); err != nil {
			path += ".gz"
		}
		l, err := judgeProcesses(path)
		if err != nil {
			return err
		}
		s := newScore()
		for i := range l.list {
			p := &l.list[i]
			if hostile[name][p.Line] {
				s.attack("lab", "", p.Findings, processName(p))
			} else {
				s.benign("benign", p.Findings, processName(p))
			}
		}
		t, b := s.tally("lab"), s.tally("benign")
		fmt.Fprintf(e.out, "  %-30s hostile %d: alert %d; benign %d: alert %d, any %d; %.1f us a process\n", name, t.n, t.alert, b.n, b.alert, b.any, perProcess(l))
		e.reached.atLeast("hostile processes found in "+name, s.tally("lab").alerted(), 1)
		e.reached.atMost("harmless processes with a finding in "+name, s.tally("benign").found(), 0)
		list(e.out, "missed", s.misses, e.worst)
		list(e.out, "false", s.false1, e.worst)
	}
	return nil
}

func perProcess(l *judgedProcesses) float64 {
	return float64(l.cpu.Nanoseconds()) / 1000 / float64(max(1, len(l.list)))
}

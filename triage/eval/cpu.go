package main

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"time"

	"spoor/triage"
	"spoor/triage/weblog/loggen"
)

// cpu times the whole judgement of the made-up log that loading is timed with: each distinct request line, agent
// and referrer once, as the index does it, and the survey.
func (e *evaluation) cpu() error {
	if e.lines <= 0 {
		return nil
	}
	var text bytes.Buffer
	if err := loggen.Write(&text, loggen.Options{Lines: e.lines}); err != nil {
		return err
	}
	requests, err := parseLog("made-up", text.Bytes())
	if err != nil {
		return err
	}
	m := distinct(requests)
	before := cpuTime()
	m.judge(e.judge)
	judging := cpuTime() - before
	log := triage.NewSliceLog(requests, m.found)
	n := len(requests)
	requests = nil
	runtime.GC() // the survey is not charged for what only this program keeps
	before = cpuTime()
	if _, err := triage.Examine(log, nil, nil); err != nil {
		return err
	}
	survey := cpuTime() - before
	fmt.Fprintf(e.out, "\nmade-up log of %d lines: CPU of judging requests %.2f s, of the survey %.2f s\n", n, judging.Seconds(), survey.Seconds())
	perMillion := (judging + survey).Seconds() * 1e6 / float64(max(n, 1))
	e.reached.atMost("CPU-s to judge 1M lines, requests and survey", perMillion, 1)
	return nil
}

// A memo is what is distinct in a log, with its findings once they are known.
type memo struct {
	lines            map[requestLine][]triage.Finding
	agents, referers map[string][]triage.Finding
}

type requestLine struct{ method, path, query, protocol string }

func distinct(requests []triage.Request) *memo {
	m := &memo{map[requestLine][]triage.Finding{}, map[string][]triage.Finding{}, map[string][]triage.Finding{}}
	for i := range requests {
		r := &requests[i]
		m.lines[requestLine{r.Method, r.Path, r.Query, r.Protocol}] = nil
		m.agents[r.Agent], m.referers[r.Referer] = nil, nil
	}
	return m
}

func (m *memo) judge(j *triage.Judge) {
	for l := range m.lines {
		m.lines[l] = j.URI(l.method, l.path, l.query, l.protocol)
	}
	for a := range m.agents {
		m.agents[a] = j.Agent(a)
	}
	for r := range m.referers {
		m.referers[r] = j.Referer(r)
	}
}

func (m *memo) found(r *triage.Request) []triage.Finding {
	return slices.Concat(m.lines[requestLine{r.Method, r.Path, r.Query, r.Protocol}], m.agents[r.Agent], m.referers[r.Referer])
}

var started = time.Now()

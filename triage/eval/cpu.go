package main

import (
	"bytes"
	"fmt"
	"runtime"
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
	j := memoised(e.judge)
	before := cpuTime()
	for i := range requests {
		j(&requests[i])
	}
	judging := cpuTime() - before
	log := triage.NewSliceLog(requests, j)
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

// memoised judges what is distinct in a request line, agent or referrer once.
func memoised(j *triage.Judge) func(*triage.Request) []triage.Finding {
	type line struct{ method, path, query, protocol string }
	lines, agents, referers := map[line][]triage.Finding{}, map[string][]triage.Finding{}, map[string][]triage.Finding{}
	return func(r *triage.Request) []triage.Finding {
		k := line{r.Method, r.Path, r.Query, r.Protocol}
		found, ok := lines[k]
		if !ok {
			found = j.URI(r.Method, r.Path, r.Query, r.Protocol)
			lines[k] = found
		}
		of, ok := agents[r.Agent]
		if !ok {
			of = j.Agent(r.Agent)
			agents[r.Agent] = of
		}
		found = append(found[:len(found):len(found)], of...)
		if of, ok = referers[r.Referer]; !ok {
			of = j.Referer(r.Referer)
			referers[r.Referer] = of
		}
		return append(found, of...)
	}
}

var started = time.Now()

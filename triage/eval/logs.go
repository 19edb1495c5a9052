package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"spoor/triage"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// A lineKey names a line as the labels do.
type lineKey struct {
	file string
	line int64
}

// parseLog reads the requests of a log.
func parseLog(name string, data []byte) ([]triage.Request, error) {
	format, err := weblog.Detect(data[:min(len(data), 64<<10)])
	if err != nil {
		return nil, err
	}
	p := format.NewParser(nil)
	var out []triage.Request
	var rec weblog.Record
	add, end := source.BlocksOf(format.Split(), func(b source.Block) error {
		source.Records(b, format.Split(), func(record []byte, _, n, _ int64) {
			if kind, _ := p.Parse(record, &rec); kind == weblog.Parsed {
				r := requestOf(name, n, &rec)
				r.Audit = format.Audit()
				out = append(out, r)
			}
		})
		return nil
	})
	if err := errors.Join(source.Blocks(bytes.NewReader(data), 0, weblog.MaxLine, add), end()); err != nil {
		return nil, err
	}
	return out, nil
}

// requestOf is a record as a request.
func requestOf(name string, line int64, rec *weblog.Record) triage.Request {
	r := triage.Request{
		Ref: fmt.Sprintf("%s:%d", name, line), Source: name, Line: line, Client: string(rec.Client), User: string(rec.User),
		Method: string(rec.Method), Path: string(rec.Path), Query: string(rec.Query), Protocol: string(rec.Protocol),
		Status: rec.Status, Size: rec.Size, Millis: rec.Millis, Referer: string(rec.Referer), Agent: string(rec.Agent),
		Host: string(rec.Host), Body: string(rec.Body), Answer: string(rec.Answer),
	}
	if rec.Time != 0 {
		r.Time = time.UnixMilli(rec.Time).UTC()
	}
	return r
}

// A judgedLog is a log with what single requests and the whole of them show.
type judgedLog struct {
	requests []triage.Request
	alone    [][]triage.Finding // findings of each request by itself
	together [][]triage.Finding // and with those of the survey
	survey   *triage.Survey
}

// judgeLog judges each request, then all of them together.
func judgeLog(j *triage.Judge, s *score, requests []triage.Request) (*judgedLog, error) {
	l := &judgedLog{requests: requests, alone: make([][]triage.Finding, len(requests))}
	distinct := map[string][]triage.Finding{}
	for i := range requests {
		r := &requests[i]
		key := strings.Join([]string{r.Method, r.Path, r.Query, r.Protocol, r.Referer, r.Agent, r.Body, r.Answer}, "\x00")
		f, ok := distinct[key]
		if !ok {
			f = s.timed(j, r)
			distinct[key] = f
		}
		l.alone[i] = f
	}
	log := triage.NewSliceLog(requests, j.Request)
	sv, err := triage.Examine(log, nil, nil)
	if err != nil {
		return nil, err
	}
	l.survey = sv
	l.together = append(l.together, l.alone...)
	for _, m := range sv.Marks {
		row := l.together[m.Row]
		l.together[m.Row] = append(row[:len(row):len(row)], sv.Findings[m.Finding])
	}
	return l, nil
}

// requestName is how a request is shown among misses and false alarms.
func requestName(r *triage.Request) string {
	return fmt.Sprintf("%s %s %s %d | %s | %s", r.Ref, r.Method, r.URI(), r.Status, r.Agent, r.Referer)
}

// A lineLabel says of one line of a real log what it is.
type lineLabel struct {
	File, Label, Cls string
	Line             int64
}

// real judges the real logs against their labels. Only labelled lines are counted; harmless paths that rank as
// web shells are counted in every log.
func (e *evaluation) real() error {
	labels := map[lineKey]lineLabel{}
	files := map[string]bool{}
	lists, err := filepath.Glob(filepath.Join(e.data, "labels", "*.jsonl*"))
	if err != nil {
		return err
	}
	for _, list := range lists {
		err := eachJSON(list, func(line []byte) error {
			var l lineLabel
			if err := json.Unmarshal(line, &l); err != nil {
				return err
			}
			labels[lineKey{l.File, l.Line}] = l
			archive, _, _ := strings.Cut(l.File, ":")
			files[archive] = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, list := range []string{"logs/*.log*", "logs/*.tar*", "logs/lnav/*"} { // for their web shells
		paths, err := filepath.Glob(filepath.Join(e.data, list))
		if err != nil {
			return err
		}
		for _, p := range paths {
			files[strings.TrimPrefix(filepath.ToSlash(p), filepath.ToSlash(filepath.Clean(e.data))+"/")] = true
		}
	}
	e.reached.benign = newScore()
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if err := e.realLog(file, labels); err != nil {
			return err
		}
	}
	return nil
}

func (e *evaluation) realLog(file string, labels map[lineKey]lineLabel) error {
	requests, err := readCollected(e.data, file)
	if err != nil || len(requests) == 0 {
		fmt.Fprintf(e.out, "\nnot read: %s (%v)\n", file, err)
		return nil
	}
	alone, all, attacks := newScore(), newScore(), newScore()
	l, err := judgeLog(e.judge, alone, requests)
	if err != nil {
		return err
	}
	shells := map[string]bool{} // paths of labelled web shells
	for i := range requests {
		r := &requests[i]
		lab, ok := labels[lineKey{r.Source, r.Line}]
		switch {
		case !ok:
		case lab.Label == "benign":
			alone.benign("benign", l.alone[i], requestName(r))
			all.benign("benign", l.together[i], requestName(r))
			e.reached.benign.benign("benign", l.together[i], "")
		default:
			want := triage.Probe
			if strings.Contains(strings.ToLower(lab.Cls), "webshell") {
				want, shells[r.Path] = triage.WebshellUse, true
			}
			alone.attack(lab.Cls, want, l.alone[i], requestName(r))
			all.attack(lab.Cls, want, l.together[i], requestName(r))
			attacks.attack(lab.Cls, want, l.together[i], "")
		}
	}
	if alone.samples() > 0 {
		alone.print(e.out, "real, single requests: "+file, e.worst)
		all.print(e.out, "real, with behaviour: "+file, e.worst)
	}
	if attacks.samples() > 0 {
		e.reached.recall = append(e.reached.recall, logRecall{file, attacks.alerts(), attacks.finds()})
	}
	for i, w := range l.survey.Webshells {
		if i == 0 && len(shells) > 0 {
			e.reached.yes("web shell ranked first in "+file, shells[w.Path])
		}
		if w.Score >= triage.ShellScore && !shells[w.Path] {
			e.reached.shells = append(e.reached.shells, triage.VisibleN(fmt.Sprintf("%d %s in %s", w.Score, w.Path, file), 120))
		}
	}
	return nil
}

// readCollected reads a log, or every log of a tar.
func readCollected(dir, file string) ([]triage.Request, error) {
	data, err := readAll(filepath.Join(dir, file))
	if err != nil {
		return nil, err
	}
	if !strings.Contains(file, ".tar") {
		return parseLog(file, data)
	}
	var out []triage.Request
	for t := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		member, err := io.ReadAll(t)
		if err != nil {
			return nil, err
		}
		requests, err := parseLog(file+":"+h.Name, member)
		if err == nil {
			out = append(out, requests...)
		}
	}
}

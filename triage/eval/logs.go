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
	source.Lines(source.Block{Data: data, Line: 1}, func(line []byte, _, n int64) bool {
		if kind, _ := p.Parse(line, &rec); kind != weblog.Parsed {
			return true
		}
		r := triage.Request{
			Ref: fmt.Sprintf("%s:%d", name, n), Source: name, Line: n, Client: string(rec.Client), User: string(rec.User),
			Method: string(rec.Method), Path: string(rec.Path), Query: string(rec.Query), Protocol: string(rec.Protocol),
			Status: rec.Status, Size: rec.Size, Millis: rec.Millis, Referer: string(rec.Referer), Agent: string(rec.Agent),
			Host: string(rec.Host),
		}
		if rec.Time != 0 {
			r.Time = time.UnixMilli(rec.Time).UTC()
		}
		out = append(out, r)
		return true
	})
	return out, nil
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
		key := strings.Join([]string{r.Method, r.Path, r.Query, r.Protocol, r.Referer, r.Agent}, "\x00")
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

// evalReal judges the real logs against their labels.
func evalReal(w io.Writer, j *triage.Judge, opt options) error {
	type label struct {
		File, Label, Cls string
		Line             int64
	}
	labels := map[lineKey]label{}
	files := map[string]bool{}
	err := eachJSON(filepath.Join(opt.data, "labels/real_logs_silver.jsonl.gz"), func(line []byte) error {
		var l label
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
	for _, file := range slices.Sorted(maps.Keys(files)) {
		requests, err := readCollected(opt.data, file)
		if err != nil {
			return err
		}
		alone, all := newScore(), newScore()
		l, err := judgeLog(j, alone, requests)
		if err != nil {
			return err
		}
		for i := range requests {
			lab, ok := labels[lineKey{requests[i].Source, requests[i].Line}]
			if !ok {
				continue
			}
			name := requestName(&requests[i])
			if lab.Label == "benign" {
				alone.benign("benign", l.alone[i], name)
				all.benign("benign", l.together[i], name)
			} else {
				alone.attack(lab.Cls, triage.Probe, l.alone[i], name)
				all.attack(lab.Cls, triage.Probe, l.together[i], name)
			}
		}
		alone.print(w, "real, single requests: "+file, opt.worst)
		all.print(w, "real, with behaviour: "+file, opt.worst)
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

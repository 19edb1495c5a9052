package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"spoor/triage"
	"spoor/triage/source"
)

// A payload is a line of the labelled request sets, whichever it is.
type payload struct {
	ID       string            `json:"id"`
	Label    string            `json:"label"`
	Category string            `json:"category"`
	Method   string            `json:"method"`
	URI      string            `json:"uri"`
	Agent    string            `json:"ua"`
	Headers  map[string]string `json:"headers"`
	Where    string            `json:"where"`
	Payload  string            `json:"payload"`
}

// classOf maps the sets' names of attacks to ours.
var classOf = map[string]triage.Class{
	"sqli": triage.SQLi, "xss": triage.XSS, "lfi": triage.Traversal, "rfi": triage.Traversal, "rce": triage.RCE, "php": triage.RCE,
	"java": triage.RCE, "generic-rce": triage.RCE, "scanner": triage.Scan,
	"SQL Injection": triage.SQLi, "XSS": triage.XSS, "LFI": triage.Traversal, "RCE": triage.RCE, "Path Traversal": triage.Traversal,
	"Shell": triage.RCE, "SST Injection": triage.RCE, "SS Injection": triage.RCE, "NoSQL Injection": triage.SQLi,
}

// hygiene are the categories of the Core Rule Set that are no incidents.
var hygiene = map[string]bool{"protocol": true, "session": true, "leak": true, "block": true}

// A payloadSet is one file of labelled payloads.
type payloadSet struct {
	name, file string
	add        func(j *triage.Judge, attacks, benign *score, p *payload)
}

var payloadSets = []payloadSet{
	{"crs", "crs_regression.jsonl.gz", addCRS},
	{"libinjection", "libinjection.jsonl.gz", addLibinjection},
	{"gotestwaf", "gotestwaf.jsonl.gz", addGotestwaf},
}

// judgePayloads judges a set; its harmless values are counted in benign.
func judgePayloads(j *triage.Judge, dir string, set payloadSet, benign *score) (*score, error) {
	s := newScore()
	err := eachJSON(filepath.Join(dir, "requests", set.file), func(line []byte) error {
		var p payload
		if err := json.Unmarshal(line, &p); err != nil {
			return err
		}
		set.add(j, s, benign, &p)
		return nil
	})
	return s, err
}

// payloads judges the payload sets and prints each, and the mean of their recalls.
func (e *evaluation) payloads() error {
	var scores []*score
	benign := newScore()
	for _, set := range payloadSets {
		if e.sets != nil && !e.sets[set.name] {
			continue
		}
		s, err := judgePayloads(e.judge, e.data, set, benign)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		s.print(e.out, "payloads: "+set.name, e.worst)
		scores = append(scores, s)
	}
	if len(scores) == 0 {
		return nil
	}
	benign.print(e.out, "hard benign values", e.worst)
	e.reached.atLeast("payload recall, mean of sets, alert", meanRecall(scores), 0.90)
	if n := benign.samples(); n > 0 {
		e.reached.atMost("hard benign values alerted", benign.alerts(), 0.03)
	}
	return nil
}

// addCRS judges what an access log shows of a request of the Core Rule Set's tests.
func addCRS(j *triage.Judge, s, _ *score, p *payload) {
	if p.Label != "attack" || hygiene[p.Category] || p.Where != "uri" && p.Where != "ua-or-referer" {
		return
	}
	r := triage.Request{Method: p.Method, Protocol: "HTTP/1.1", Agent: p.Agent, Referer: p.Headers["Referer"]}
	r.Path, r.Query, _ = strings.Cut(p.URI, "?")
	s.attack(p.Category, classOf[p.Category], s.timed(j, &r), fmt.Sprintf("%s %s | %s | %s", p.ID, p.URI, p.Agent, r.Referer))
}

func addLibinjection(j *triage.Judge, s, benign *score, p *payload) {
	r := valueRequest(p.Payload)
	if p.Label == "benign" {
		benign.benign("libinjection", benign.timed(j, r), p.Payload)
		return
	}
	s.attack(p.Label, classOf[p.Label], s.timed(j, r), p.Payload)
}

func addGotestwaf(j *triage.Judge, s, benign *score, p *payload) {
	r := valueRequest(p.Payload)
	if p.Category == "UserAgent" {
		r = &triage.Request{Method: "GET", Path: "/", Protocol: "HTTP/1.1", Agent: p.Payload}
	}
	if p.Label == "benign" {
		benign.benign("gotestwaf", benign.timed(j, r), p.Payload)
		return
	}
	s.attack(p.Category, classOf[p.Category], s.timed(j, r), p.Payload)
}

var percentCoded = regexp.MustCompile(`%[0-9a-fA-F]{2}`)

// valueRequest carries a payload as a parameter's value; it is coded for the URL unless it is already.
func valueRequest(value string) *triage.Request {
	if strings.ContainsAny(value, " \t\r\n") || !percentCoded.MatchString(value) {
		value = url.QueryEscape(value)
	}
	return &triage.Request{Method: "GET", Path: "/page", Query: "id=" + value, Protocol: "HTTP/1.1"}
}

// eachJSON reads a file of JSON lines, compressed or not.
func eachJSON(path string, yield func(line []byte) error) error {
	data, err := readAll(path)
	if err != nil {
		return err
	}
	source.Lines(source.Block{Data: data, Line: 1}, func(line []byte, _, n int64) bool {
		if len(strings.TrimSpace(string(line))) == 0 {
			return true
		}
		if err = yield(line); err != nil {
			err = fmt.Errorf("%s:%d: %w", path, n, err)
		}
		return err == nil
	})
	return err
}

func readAll(path string) ([]byte, error) {
	r, err := source.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"spoor/triage"
)

// bodies judges what is in request bodies: those of the Core Rule Set's tests, and the lab's audit log, in which the
// commands to the shell stand and nowhere else.
func (e *evaluation) bodies() error {
	if err := e.bodyPayloads(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := e.auditLog()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// plainBody are bodies with nothing in them: the payload of the test is elsewhere in the request.
var plainBody = regexp.MustCompile(`^(?:[\w.-]{0,12}=[A-Za-z0-9]{0,8})?$`)

func (e *evaluation) bodyPayloads() error {
	s := newScore()
	err := eachJSON(filepath.Join(e.data, "requests", "crs_regression.jsonl.gz"), func(line []byte) error {
		var p struct {
			payload
			Body string `json:"body"`
		}
		if err := json.Unmarshal(line, &p); err != nil {
			return err
		}
		if p.Label == "attack" && p.Where == "body" && !hygiene[p.Category] && !plainBody.MatchString(p.Body) {
			r := triage.Request{Method: p.Method, Protocol: "HTTP/1.1", Path: "/", Body: p.Body}
			s.attack(p.Category, classOf[p.Category], s.timed(e.judge, &r), fmt.Sprintf("%s %s", p.ID, p.Body))
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.print(e.out, "bodies: crs (each a pattern's own test, many of them fragments such as \"ABS(\")", e.worst)
	return nil
}

// auditLog judges each transaction of the lab's audit log. Its truth is in the order of the log.
func (e *evaluation) auditLog() error {
	dir := filepath.Join(e.data, "lab-dev")
	var truths []string
	accessLine := []int64{}
	hidden := map[int64]bool{} // lines of the access log whose payload does not show there
	err := eachJSON(filepath.Join(dir, "truth-modsec.jsonl.gz"), func(line []byte) error {
		var t struct {
			Label string
			Line  int64 `json:"access_line"`
		}
		err := json.Unmarshal(line, &t)
		truths, accessLine = append(truths, t.Label), append(accessLine, t.Line)
		return err
	})
	if err == nil {
		err = eachJSON(filepath.Join(dir, "truth.jsonl.gz"), func(line []byte) error {
			var t labTruth
			err := json.Unmarshal(line, &t)
			if t.Visible != nil && !*t.Visible {
				hidden[t.Line] = true
			}
			return err
		})
	}
	if err != nil {
		return err
	}
	data, err := readAll(filepath.Join(dir, "modsec_audit.log.gz"))
	if err != nil {
		return err
	}
	requests, err := parseLog("modsec_audit.log", data)
	if err != nil {
		return err
	}
	if len(requests) != len(truths) {
		return fmt.Errorf("%d transactions in the audit log, %d in its truth", len(requests), len(truths))
	}
	type row struct{ lines, bodies, hit, any, bodyHit int }
	rows := map[string]*row{}
	commands, shellPosts, hiddenFound, hiddenAll, claimed, right := 0, 0, 0, 0, 0, 0
	fmt.Fprintf(e.out, "\nbodies: lab-dev audit log, single requests\n")
	for i := range requests {
		r := &requests[i]
		found := e.judge.Request(r)
		t := rows[truths[i]]
		if t == nil {
			t = &row{}
			rows[truths[i]] = t
		}
		t.lines++
		if worst(found) >= triage.Low {
			t.any++
		}
		if slices.ContainsFunc(found, func(f triage.Finding) bool { return f.Level >= triage.Low && fits(f.Class, truths[i]) }) {
			t.hit++
		}
		if hidden[accessLine[i]] {
			hiddenAll++
			if slices.ContainsFunc(found, func(f triage.Finding) bool { return f.Level >= triage.Medium && f.Class == triage.SQLi }) {
				hiddenFound++
			}
		}
		if r.Body == "" {
			continue
		}
		t.bodies++
		inBody := slices.IndexFunc(found, func(f triage.Finding) bool { return strings.HasPrefix(f.Field, "body") && f.Level >= triage.Medium })
		if inBody >= 0 {
			t.bodyHit++
		}
		run := slices.IndexFunc(found, func(f triage.Finding) bool {
			return f.Class == triage.WebshellUse && strings.HasPrefix(f.Field, "body")
		})
		if run >= 0 {
			if claimed++; truths[i] == "webshell" {
				right++
			}
		}
		if truths[i] == "webshell" {
			if shellPosts++; run >= 0 {
				commands++
				fmt.Fprintf(e.out, "  command: %s  %s [%s]\n", found[run].Rule, triage.VisibleN(found[run].Match, 100), triage.VisibleN(found[run].Why, 90))
			}
		}
	}
	fmt.Fprintf(e.out, "  %-12s %7s %9s %9s %7s %14s\n", "label", "lines", "recall", "any class", "bodies", "alert in body")
	for _, k := range []string{"sqli", "scan", "probe", "bruteforce", "webshell", "benign"} {
		if t := rows[k]; t != nil {
			fmt.Fprintf(e.out, "  %-12s %7d  %s  %s %7d  %s\n", k, t.lines, percent(t.hit, t.lines), percent(t.any, t.lines), t.bodies, percent(t.bodyHit, t.bodies))
		}
	}
	fmt.Fprintf(e.out, "  precision of shell commands: %s of %d\n", percent(right, claimed), claimed)
	fmt.Fprintf(e.out, "  SQL injections that the access log does not show: %d in the audit log, %d alerted there\n", hiddenAll, hiddenFound)
	if shellPosts > 0 {
		e.reached.atLeast("posts to the lab's shell with their command", float64(commands)/float64(shellPosts), 1)
	}
	return nil
}

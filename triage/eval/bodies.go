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

// An auditTruth is what is known of the lab's audit log, a transaction each.
type auditTruth struct {
	labels []string
	hidden []bool // the payload does not show in the access log
}

// readAuditTruth reads the truth of the lab's audit log, which is in the order of the log.
func readAuditTruth(dir string) (auditTruth, error) {
	var t auditTruth
	var lines []int64
	hidden := map[int64]bool{} // lines of the access log
	err := eachJSON(filepath.Join(dir, "truth-modsec.jsonl.gz"), func(line []byte) error {
		var x struct {
			Label string
			Line  int64 `json:"access_line"`
		}
		err := json.Unmarshal(line, &x)
		t.labels, lines = append(t.labels, x.Label), append(lines, x.Line)
		return err
	})
	if err == nil {
		err = eachJSON(filepath.Join(dir, "truth.jsonl.gz"), func(line []byte) error {
			var x labTruth
			err := json.Unmarshal(line, &x)
			if x.Visible != nil && !*x.Visible {
				hidden[x.Line] = true
			}
			return err
		})
	}
	for _, n := range lines {
		t.hidden = append(t.hidden, hidden[n])
	}
	return t, err
}

// An auditScore counts what the judgement of an audit log has found.
type auditScore struct {
	rows                   map[string]*auditRow // by label
	commands, shellPosts   int                  // posts to the shell, and those of them whose command was shown
	claimed, right         int                  // shells' commands that were claimed, and those of them that are
	hiddenAll, hiddenFound int                  // injections that the access log does not show
}

type auditRow struct{ lines, bodies, hit, any, bodyHit int }

// auditLog judges each transaction of the lab's audit log.
func (e *evaluation) auditLog() error {
	dir := filepath.Join(e.data, "lab-dev")
	truth, err := readAuditTruth(dir)
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
	if len(requests) != len(truth.labels) {
		return fmt.Errorf("%d transactions in the audit log, %d in its truth", len(requests), len(truth.labels))
	}
	fmt.Fprintf(e.out, "\nbodies: lab-dev audit log, single requests\n")
	s := auditScore{rows: map[string]*auditRow{}}
	for i := range requests {
		found := e.judge.Request(&requests[i])
		s.count(found, truth.labels[i], truth.hidden[i])
		if requests[i].Body != "" {
			e.countBody(&s, found, truth.labels[i])
		}
	}
	e.printAudit(&s)
	return nil
}

// count takes the findings of one transaction.
func (s *auditScore) count(found []triage.Finding, label string, hidden bool) {
	t := s.rows[label]
	if t == nil {
		t = &auditRow{}
		s.rows[label] = t
	}
	t.lines++
	if worst(found) >= triage.Low {
		t.any++
	}
	if slices.ContainsFunc(found, func(f triage.Finding) bool { return f.Level >= triage.Low && fits(f.Class, label) }) {
		t.hit++
	}
	if hidden {
		s.hiddenAll++
		if slices.ContainsFunc(found, func(f triage.Finding) bool { return f.Level >= triage.Medium && f.Class == triage.SQLi }) {
			s.hiddenFound++
		}
	}
}

// countBody takes those of a transaction with a body, and prints the command of a post to the shell.
func (e *evaluation) countBody(s *auditScore, found []triage.Finding, label string) {
	t := s.rows[label]
	t.bodies++
	if slices.ContainsFunc(found, func(f triage.Finding) bool { return strings.HasPrefix(f.Field, "body") && f.Level >= triage.Medium }) {
		t.bodyHit++
	}
	run := slices.IndexFunc(found, func(f triage.Finding) bool {
		return f.Class == triage.WebshellUse && strings.HasPrefix(f.Field, "body")
	})
	posted := label == "webshell"
	if posted {
		s.shellPosts++
	}
	if run < 0 {
		return
	}
	s.claimed++
	if posted {
		s.right++
		s.commands++
		fmt.Fprintf(e.out, "  command: %s  %s [%s]\n", found[run].Rule, triage.VisibleN(found[run].Match, 100), triage.VisibleN(found[run].Why, 90))
	}
}

func (e *evaluation) printAudit(s *auditScore) {
	fmt.Fprintf(e.out, "  %-12s %7s %9s %9s %7s %14s\n", "label", "lines", "recall", "any class", "bodies", "alert in body")
	for _, k := range []string{"sqli", "scan", "probe", "bruteforce", "webshell", "benign"} {
		if t := s.rows[k]; t != nil {
			fmt.Fprintf(e.out, "  %-12s %7d  %s  %s %7d  %s\n", k, t.lines, percent(t.hit, t.lines), percent(t.any, t.lines), t.bodies, percent(t.bodyHit, t.bodies))
		}
	}
	fmt.Fprintf(e.out, "  precision of shell commands: %s of %d\n", percent(s.right, s.claimed), s.claimed)
	fmt.Fprintf(e.out, "  SQL injections that the access log does not show: %d in the audit log, %d alerted there\n", s.hiddenAll, s.hiddenFound)
	if s.shellPosts > 0 {
		e.reached.atLeast("posts to the lab's shell with their command", float64(s.commands)/float64(s.shellPosts), 1)
	}
}

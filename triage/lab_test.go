package triage_test

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// labDir is the labelled incident that comes with the project's evidence, beside the checkout.
const labDir = "../../shared/data/lab-dev"

// needLab skips the test where the labelled evidence is not there.
func needLab(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(labDir); err != nil {
		t.Skip("shared evidence is not here")
	}
}

// readLog reads a log into requests, as the store does.
func readLog(t testing.TB, key, path string) []triage.Request {
	t.Helper()
	r, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	format, err := weblog.Detect(data[:min(len(data), 64<<10)])
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	p := format.NewParser(nil)
	var out []triage.Request
	var rec weblog.Record
	source.Lines(source.Block{Data: data, Line: 1}, func(line []byte, offset, n int64) bool {
		kind, err := p.Parse(line, &rec)
		switch kind {
		case weblog.Parsed:
			q := triage.Request{Ref: triage.RequestRef(key, n), Source: filepath.Base(path), Line: n, Client: string(rec.Client),
				User: string(rec.User), Method: string(rec.Method), Path: string(rec.Path), Query: string(rec.Query),
				Protocol: string(rec.Protocol), Status: rec.Status, Size: rec.Size, Millis: rec.Millis,
				Referer: string(rec.Referer), Agent: string(rec.Agent), Host: string(rec.Host)}
			if rec.Time != 0 {
				q.Time = time.UnixMilli(rec.Time).UTC()
			}
			out = append(out, q)
		case weblog.Rejected:
			t.Logf("%s:%d: %v", path, n, err)
		}
		return true
	})
	return out
}

// A truth is the label of one line of the lab's main log.
type truth struct {
	Line    int64   `json:"line"`
	Label   string  `json:"label"`
	Actor   *string `json:"actor"`
	Visible *bool   `json:"visible"`
	Plant   bool    `json:"plant"`
}

func readTruth(t testing.TB, path string) []truth {
	t.Helper()
	r, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out []truth
	for dec := json.NewDecoder(r); ; {
		var x truth
		if err := dec.Decode(&x); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
}

// The labelled incident, whole: who planted what by which line, who used it, and how well the lines are told.
func TestLabIncident(t *testing.T) {
	needLab(t)
	reqs := readLog(t, "abc123", labDir+"/access.log.gz")
	labels := readTruth(t, labDir+"/truth.jsonl.gz")
	if len(reqs) != len(labels) {
		t.Fatalf("%d requests for %d labelled lines", len(reqs), len(labels))
	}
	log := triage.NewSliceLog(reqs, triage.NewJudge().Request)
	sv, err := triage.Examine(log, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var plant int64
	users := map[string]bool{}
	for i, l := range labels {
		if l.Plant {
			plant = l.Line
		}
		if l.Label == "webshell" {
			users[reqs[i].Client] = true
		}
	}
	shell := sv.Webshells[0]
	if shell.PlantedBy == nil || shell.PlantedBy.Line != plant {
		t.Errorf("%s planted by %+v, want line %d", shell.Path, shell.PlantedBy, plant)
	}
	if len(shell.Clients) != len(users) {
		t.Errorf("shell used by %v, want %v", shell.Clients, users)
	}
	for _, w := range sv.Webshells[1:] {
		if w.Score >= triage.ShellScore {
			t.Errorf("%s scores %d", w.Path, w.Score)
		}
	}
	var groups []string
	for _, in := range sv.Intruders {
		if len(in.Shells) > 0 {
			groups = append(groups, strings.Join(in.Clients, " "))
		}
	}
	if want := []string{"203.0.113.77 198.51.100.203", "192.0.2.146 2001:db8:99:4::1f"}; !slices.Equal(groups, want) {
		t.Errorf("users of the shell are grouped as %q, want %q", groups, want)
	}
	scoreLab(t, log, sv, reqs, labels)
}

// scoreLab logs precision and recall by class and holds those that the incident must meet.
func scoreLab(t *testing.T, log triage.Log, sv *triage.Survey, reqs []triage.Request, labels []truth) {
	found := make([]map[triage.Class]bool, len(reqs))
	alerted := make([]bool, len(reqs))
	above := 0
	note := func(row uint64, f triage.Finding) {
		if f.Level < triage.Low {
			return
		}
		if found[row] == nil {
			found[row] = map[triage.Class]bool{}
		}
		found[row][f.Class] = true
		alerted[row] = alerted[row] || f.Level >= triage.Medium
		if f.Level > triage.Medium && labels[row].Label == "benign" {
			above++
			if above < 10 {
				t.Logf("benign line %d has %s (%s): %s", row+1, f.Rule, f.Level, reqs[row].URI())
			}
		}
	}
	_ = log.Visits(func(v *triage.Visit) bool {
		for _, f := range log.Findings(v.Judged) {
			note(v.Row, f)
		}
		return true
	})
	for _, m := range sv.Marks {
		note(m.Row, sv.Findings[m.Finding])
	}
	score := map[string]float64{}
	for _, class := range []string{"sqli", "webshell", "probe", "scan", "bruteforce"} {
		truths, visible, hit, exact, claimed := 0, 0, 0, 0, 0
		for i, l := range labels {
			is := found[i][triage.Class(class)]
			if is {
				claimed++
			}
			if l.Label != class {
				continue
			}
			truths++
			if is {
				exact++
			}
			if l.Visible == nil || *l.Visible {
				visible++
				if is || class != "sqli" && len(found[i]) > 0 {
					hit++
				}
			}
		}
		score[class+" recall"], score[class+" precision"] = float64(hit)/float64(visible), float64(exact)/float64(max(claimed, 1))
		t.Logf("%-10s %5d lines: recall of visible %.3f, precision %.3f", class, truths, score[class+" recall"], score[class+" precision"])
	}
	benign, false_ := 0, 0
	for i, l := range labels {
		if l.Label == "benign" {
			benign++
			if alerted[i] {
				false_++
			}
		}
	}
	t.Logf("benign lines with a finding of medium or above: %d of %d (%.3f %%), above medium: %d", false_, benign, 100*float64(false_)/float64(benign), above)
	if score["sqli recall"] < 0.95 || score["sqli precision"] < 0.95 || score["webshell recall"] < 1 || above > 0 {
		t.Errorf("the incident is not told well enough: %v, benign above medium %d", score, above)
	}
}

// The same incident as IIS wrote it: another extension, no agent of its own, daily files.
func TestLabShellInIIS(t *testing.T) {
	needLab(t)
	files, err := filepath.Glob(labDir + "/iis/*.gz")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var reqs []triage.Request
	for _, f := range files {
		reqs = append(reqs, readLog(t, "abc123", f)...)
	}
	sv, err := triage.Examine(triage.NewSliceLog(reqs, triage.NewJudge().Request), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(sv.Webshells) == 0 || sv.Webshells[0].Path != "/images/reviews/rthumb.aspx" || sv.Webshells[0].Score < 80 {
		t.Fatalf("web shells: %+v", sv.Webshells)
	}
	if p := sv.Webshells[0].PlantedBy; p == nil || p.Source != "u_ex250308.log.gz" || p.Line != 571 || sv.Webshells[0].PlantConfidence != "high" {
		t.Errorf("planted by %+v, %s", p, sv.Webshells[0].PlantConfidence)
	}
	for _, w := range sv.Webshells[1:] {
		if w.Score >= triage.ShellScore {
			t.Errorf("%s scores %d", w.Path, w.Score)
		}
	}
}

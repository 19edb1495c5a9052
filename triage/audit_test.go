package triage_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// readLabLog reads a log of the lab, or skips the test.
func readLabLog(t *testing.T, name string) []triage.Request {
	t.Helper()
	path := filepath.Join("../../shared/data/lab-dev", name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("shared evidence is not here")
	}
	r, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	format := weblog.Combined
	if name != "access.log.gz" {
		format = weblog.ModSec
	}
	p := format.NewParser(nil)
	var out []triage.Request
	var rec weblog.Record
	add, end := source.BlocksOf(format.Split(), func(b source.Block) error {
		source.Records(b, format.Split(), func(text []byte, _, n, _ int64) {
			if kind, _ := p.Parse(text, &rec); kind == weblog.Parsed {
				out = append(out, triage.Request{Ref: triage.RequestRef(name, n), Source: name, Line: n, Client: string(rec.Client), User: string(rec.User),
					Method: string(rec.Method), Path: string(rec.Path), Query: string(rec.Query), Protocol: string(rec.Protocol), Status: rec.Status,
					Size: rec.Size, Millis: rec.Millis, Referer: string(rec.Referer), Agent: string(rec.Agent), Host: string(rec.Host),
					Body: string(rec.Body), Answer: string(rec.Answer), Audit: format.Audit(), Time: time.UnixMilli(rec.Time).UTC()})
			}
		})
		return nil
	})
	if err := source.Blocks(r, 0, weblog.MaxLine, add); err != nil {
		t.Fatal(err)
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	return out
}

func surveyOf(t *testing.T, reqs []triage.Request) *triage.Survey {
	t.Helper()
	sv, err := triage.Examine(triage.NewSliceLog(reqs, triage.NewJudge().Request), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return sv
}

func shellAt(t *testing.T, sv *triage.Survey, path string) triage.Webshell {
	t.Helper()
	for _, s := range sv.Webshells {
		if s.Path == path {
			return s
		}
	}
	t.Fatalf("no shell %s", path)
	return triage.Webshell{}
}

// The audit log beside the access log adds the commands and no request; alone it still shows the shell.
func TestAuditLogDoubles(t *testing.T) {
	const shell = "/images/reviews/rthumb.php"
	access, audit := readLabLog(t, "access.log.gz"), readLabLog(t, "modsec_audit.log.gz")
	one := surveyOf(t, access)
	both := surveyOf(t, append(slices.Clone(access), audit...))
	first := surveyOf(t, append(slices.Clone(audit), access...))
	a := shellAt(t, one, shell)
	for name, sv := range map[string]*triage.Survey{"after": both, "before": first} {
		b := shellAt(t, sv, shell)
		if sv.Webshells[0].Path != shell || b.Score < a.Score || b.Requests != a.Requests || !slices.Equal(b.Clients, a.Clients) || !b.First.Equal(a.First) || !b.Last.Equal(a.Last) {
			t.Errorf("audit log %s: %d points, %d requests of %v, want %d, %d, %v", name, b.Score, b.Requests, b.Clients, a.Score, a.Requests, a.Clients)
		}
		if a.PlantedBy == nil || b.PlantedBy == nil || a.PlantedBy.Line != b.PlantedBy.Line || a.PlantedBy.Source != b.PlantedBy.Source {
			t.Errorf("audit log %s: planted by %+v, want %+v", name, b.PlantedBy, a.PlantedBy)
		}
		if len(sv.Intruders) != len(one.Intruders) {
			t.Errorf("audit log %s: %d intruders, want %d", name, len(sv.Intruders), len(one.Intruders))
		}
		for i := range min(len(sv.Intruders), len(one.Intruders)) {
			if x, y := sv.Intruders[i], one.Intruders[i]; !slices.Equal(x.Clients, y.Clients) || x.Requests != y.Requests {
				t.Errorf("audit log %s: intruder %v with %d requests, want %v with %d", name, x.Clients, x.Requests, y.Clients, y.Requests)
			}
		}
		if n, want := behaviour(sv), behaviour(one); n["brute-login"] != want["brute-login"] || n["scan-active"] != want["scan-active"] {
			t.Errorf("audit log %s: marks %v, want %v", name, n, want)
		}
		commands := 0
		for _, in := range sv.Incidents {
			for _, s := range in.Steps {
				if s.Kind == "command" {
					commands++
				}
			}
		}
		if commands == 0 {
			t.Errorf("audit log %s: no command in any incident", name)
		}
	}
	alone := surveyOf(t, audit)
	if s := shellAt(t, alone, shell); alone.Webshells[0].Path != shell || s.Score < triage.ShellScore {
		t.Errorf("audit log alone: %s first, the shell has %d points", alone.Webshells[0].Path, s.Score)
	}
}

// behaviour counts the marks of each rule of behaviour.
func behaviour(sv *triage.Survey) map[string]int {
	out := map[string]int{}
	for _, m := range sv.Marks {
		out[sv.Findings[m.Finding].Rule]++
	}
	return out
}

// Of an audit log that reaches further than the access log, the days beyond count as any.
func TestAuditDaysBeyond(t *testing.T) {
	s := newScene()
	s.plantAndUse()
	whole, reqs := s.survey(t, nil)
	shell := whole.Webshells[0]
	var access, audit []triage.Request
	for i, r := range reqs {
		if r.Time.Before(shell.First.Truncate(24 * time.Hour)) {
			access = append(access, reqs[i])
		} else {
			r.Audit, r.Source = true, "audit"
			audit = append(audit, r)
		}
	}
	mixed := append(slices.Clone(access), audit...)
	sv := surveyOf(t, mixed)
	if got := shellAt(t, sv, shell.Path); got.Requests != shell.Requests || !slices.Equal(got.Clients, shell.Clients) {
		t.Errorf("%d requests of %v, want %d of %v", got.Requests, got.Clients, shell.Requests, shell.Clients)
	}
	if one := inParts(t, mixed, len(access)); asJSON(t, one.Webshells[0].Clients) != asJSON(t, sv.Webshells[0].Clients) {
		t.Error("in parts the shell has other clients")
	}
	if !slices.IsSortedFunc(sv.Marks, func(a, b triage.Mark) int { return int(a.Row) - int(b.Row) }) {
		t.Error("marks are not in order")
	}
}

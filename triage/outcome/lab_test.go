package outcome_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/outcome"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

const (
	labDir  = "../../../shared/data/lab-dev"
	logsDir = "../../../shared/data/logs"
)

// readLogs reads logs into requests, as the store does; members of a tar are logs of their own.
func readLogs(t testing.TB, paths ...string) []triage.Request {
	t.Helper()
	var out []triage.Request
	for _, path := range paths {
		r, err := source.Open(path)
		if err != nil {
			t.Skip("shared evidence is not here")
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(path, ".tar") {
			for x := tar.NewReader(bytes.NewReader(data)); ; {
				h, err := x.Next()
				if err != nil {
					break
				}
				if data, err := io.ReadAll(x); err == nil && h.Typeflag == tar.TypeReg {
					out = append(out, parse(h.Name, data)...)
				}
			}
			continue
		}
		out = append(out, parse(filepath.Base(path), data)...)
	}
	slices.SortStableFunc(out, func(a, b triage.Request) int { return a.Time.Compare(b.Time) })
	return out
}

func parse(name string, data []byte) []triage.Request {
	format, err := weblog.Detect(data[:min(len(data), 64<<10)])
	if err != nil {
		return nil
	}
	p := format.NewParser(nil)
	var rec weblog.Record
	var out []triage.Request
	source.Lines(source.Block{Data: data, Line: 1}, func(line []byte, offset, n int64) bool {
		if kind, _ := p.Parse(line, &rec); kind == weblog.Parsed {
			q := triage.Request{Ref: fmt.Sprintf("r:%s.%d", name, n), Source: name, Line: n, Client: string(rec.Client), User: string(rec.User), Method: string(rec.Method),
				Path: string(rec.Path), Query: string(rec.Query), Protocol: string(rec.Protocol), Status: rec.Status, Size: rec.Size, Millis: rec.Millis,
				Referer: string(rec.Referer), Agent: string(rec.Agent), Host: string(rec.Host)}
			if rec.Time != 0 {
				q.Time = time.UnixMilli(rec.Time).UTC()
			}
			out = append(out, q)
		}
		return true
	})
	return out
}

// What worked in the labelled incident is the injection and the shell of its two actors, in both forms of its log. No
// login of the guessers was accepted, and the scanners and probes found nothing.
func TestLab(t *testing.T) {
	iis, _ := filepath.Glob(labDir + "/iis/*.gz")
	for name, paths := range map[string][]string{"combined": {labDir + "/access.log.gz"}, "iis": iis} {
		if len(paths) == 0 {
			t.Skip("shared evidence is not here")
		}
		list := assess(t, readLogs(t, paths...))
		var worked []string
		guessers := 0
		for _, a := range list {
			if outcome.Worked(a.Outcome) {
				worked = append(worked, fmt.Sprintf("%s %s %s", a.Client, a.Class, a.Outcome))
			}
			if a.Class == triage.Bruteforce && a.Requests >= 50 {
				guessers++
				if a.Outcome != outcome.Failed {
					t.Errorf("%s: the guesses of %s: %s %v", name, a.Client, a.Outcome, a.Reasons)
				}
			}
		}
		slices.Sort(worked)
		want := []string{"192.0.2.146 webshell succeeded", "198.51.100.203 sqli succeeded", "198.51.100.203 webshell succeeded",
			"2001:db8:99:4::1f webshell succeeded", "203.0.113.77 sqli succeeded", "203.0.113.77 webshell succeeded"}
		if !slices.Equal(worked, want) {
			t.Errorf("%s: worked %q, want %q", name, worked, want)
		}
		if guessers != 5 {
			t.Errorf("%s: %d guessers, want 5", name, guessers)
		}
		t.Logf("%s: %d attacks: %v", name, len(list), outcome.Tally(list, ""))
	}
}

// In logs of sites where nobody got in, nothing worked.
func TestBenignLogs(t *testing.T) {
	for _, name := range []string{"elastic_apache_combined.log.gz", "hackers-access_combined.log.gz", "iis_real_w3svc20_2009-2011.tar.gz"} {
		path := filepath.Join(logsDir, name)
		if _, err := os.Stat(path); err != nil {
			t.Skip("shared evidence is not here")
		}
		list := assess(t, readLogs(t, path))
		for _, a := range list {
			if outcome.Worked(a.Outcome) {
				t.Errorf("%s: %s %s %s: %s %v", name, a.Client, a.Class, a.Place(), a.Outcome, a.Reasons)
			}
		}
		t.Logf("%s: %d attacks: %v", name, len(list), outcome.Tally(list, ""))
	}
}

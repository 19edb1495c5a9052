package index

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/triage"
	"spoor/triage/weblog"
)

// evidence writes a log and gives the Input that loads it.
func evidence(t testing.TB, name, text string, format weblog.Format) Input {
	t.Helper()
	abs := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(abs, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(abs)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	hash := hex.EncodeToString(sum[:])
	return Input{Format: format, Source: triage.Source{
		Key: hash[:8], Path: name, Abs: abs, SHA256: hash, SizeBytes: info.Size(), ModTime: info.ModTime().UTC(),
	}}
}

// newStore makes an empty store that is closed with the test.
func newStore(t testing.TB) *Store {
	t.Helper()
	s, err := Create(filepath.Join(t.TempDir(), "index"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// A testJudge finds a few things, so that these tests do not depend on the rules of triage.
type testJudge struct{}

func (testJudge) URI(method, path, query, protocol string) []triage.Finding {
	text := triage.DecodedText(path, query)
	var out []triage.Finding
	for _, r := range []struct {
		word  string
		class triage.Class
		level triage.Level
	}{{"union", triage.SQLi, triage.High}, {"<script", triage.XSS, triage.Medium}, {"etc/passwd", triage.Traversal, triage.High}, {"x.php", triage.Probe, triage.Low}} {
		if i := strings.Index(strings.ToLower(text), r.word); i >= 0 {
			out = append(out, triage.Finding{Rule: "t-" + string(r.class), Class: r.class, Level: r.level, Field: "path", Match: text[i:], Why: "of \xff the test"})
		}
	}
	return out
}

func (testJudge) Agent(agent string) []triage.Finding {
	if !strings.HasPrefix(agent, "sqlmap") {
		return nil
	}
	return []triage.Finding{{Rule: "t-agent", Class: triage.Scan, Level: triage.High, Field: "agent", Match: agent}}
}

func (testJudge) Referer(referer string) []triage.Finding {
	if !strings.Contains(referer, "evil") {
		return nil
	}
	return []triage.Finding{{Rule: "t-referer", Class: triage.Other, Level: triage.Info, Field: "referer", Match: referer}}
}

func (testJudge) Body(body, answer string) []triage.Finding {
	if !strings.Contains(body, "etc/passwd") && !strings.Contains(answer, "uid=") {
		return nil
	}
	return []triage.Finding{{Rule: "t-body", Class: triage.WebshellUse, Level: triage.High, Field: "body:x", Match: body}}
}

func (testJudge) Host(host string) []triage.Finding {
	if !strings.Contains(host, "'") {
		return nil
	}
	return []triage.Finding{{Rule: "t-host", Class: triage.Probe, Level: triage.Medium, Field: "host", Match: host}}
}

// load loads inputs and fails the test if one has an error.
func load(t testing.TB, s *Store, in ...Input) []Parsed {
	t.Helper()
	parsed, err := s.Load(context.Background(), in, testJudge{}, Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parsed {
		if p.Err != nil {
			t.Fatalf("%s: %v", p.Source.Path, p.Err)
		}
	}
	return parsed
}

// search runs a query.
func search(t testing.TB, s *Store, query string) *Result {
	t.Helper()
	q, err := Parse(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	r, err := s.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return r
}

// lines are the line numbers of a result in order.
func lines(t testing.TB, r *Result) []int64 {
	t.Helper()
	rows, err := r.Rows(0, r.Len())
	if err != nil {
		t.Fatal(err)
	}
	out := make([]int64, len(rows))
	for i := range rows {
		out[i] = rows[i].Line
	}
	return out
}

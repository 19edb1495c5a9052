package index_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"spoor/index"
	"spoor/triage"
)

var processSource = triage.Source{Key: "abcdef", Path: "events.json", SHA256: "abcdef" + strings.Repeat("0", 58), Format: "ecs", Zone: "UTC"}

// someProcesses makes n processes of which every thousandth is suspicious.
func someProcesses(n int) []triage.Process {
	out := make([]triage.Process, n)
	for i := range out {
		line := int64(2*i + 1)
		out[i] = triage.Process{
			Ref: triage.RequestRef("abcdef", line), Source: "events.json", Line: line, Time: time.Date(2025, 3, 8, 0, 0, i, 5, time.UTC), Host: "WEB1", PID: int64(i), GUID: fmt.Sprintf("{%d}", i),
			Image: `C:\Windows\System32\svchost.exe`, CommandLine: fmt.Sprintf("svchost.exe -k %d", i%7), User: `NT AUTHORITY\SYSTEM`, Hashes: "SHA256=00ff" + strings.Repeat("00", 30),
			ParentPID: -1, ParentImage: `C:\Windows\System32\services.exe`,
		}
		if i%1000 == 999 {
			out[i].Image, out[i].CommandLine = `C:\Windows\System32\whoami.exe`, "whoami \x1b /all"
			out[i].Findings = []triage.Finding{{Rule: "proc-whoami", Class: triage.RCE, Level: triage.High, Field: "command", Match: "whoami", Why: "why"}}
		}
	}
	return out
}

func addProcesses(t testing.TB, s *index.Store, src triage.Source, all []triage.Process) {
	t.Helper()
	err := s.AddProcesses(src, func(add func(*triage.Process) error) (triage.Tally, error) {
		for i := range all {
			if err := add(&all[i]); err != nil {
				return triage.Tally{}, err
			}
		}
		return triage.Tally{Numbers: []triage.NumberSeries{{What: "record id", Of: src.Path}}}, nil
	}, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
}

func eachProcess(t testing.TB, s *index.Store, query string, only bool) []triage.Process {
	t.Helper()
	q, err := index.Parse(query)
	if err != nil {
		t.Fatal(err)
	}
	var out []triage.Process
	if err := s.EachProcess(context.Background(), q, only, func(p *triage.Process) error {
		out = append(out, *p)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestProcesses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	s, err := index.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := someProcesses(10_000)
	addProcesses(t, s, processSource, all)
	if err := s.AddProcesses(processSource, nil, nil); !errors.Is(err, index.ErrTaken) {
		t.Errorf("the same bytes again: %v", err)
	}
	s.Close()
	if s, err = index.Open(dir); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := eachProcess(t, s, "", false); !reflect.DeepEqual(got, all) {
		t.Errorf("%d processes came back otherwise than they went in", len(got))
	}
	if all, odd := s.ProcessCount(); all != 10_000 || odd != 10 {
		t.Errorf("count %d, %d", all, odd)
	}
	if src := s.ProcessSources(); len(src) != 1 || src[0] != processSource {
		t.Errorf("sources %+v", src)
	}
	for _, ref := range []string{"r:abcdef.1999", "r:abc.1999", "r:abcdef000.1999"} {
		p, err := s.Process(ref)
		if err != nil || !reflect.DeepEqual(*p, all[999]) {
			t.Errorf("%s: %+v, %v", ref, p, err)
		}
	}
	for _, ref := range []string{"r:abcdef.2", "r:abcdef.99999999", "r:123456.1", "r:abcdef", "x"} {
		if _, err := s.Process(ref); !errors.Is(err, index.ErrNotFound) {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if err := s.Annotate([]index.Annotation{{Ref: "r:abcdef.1999", Kind: "verdict", Text: "confirmed"}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		query string
		only  bool
		want  int
	}{
		{"", true, 10},
		{"is:finding", false, 10},
		{"whoami", false, 10},
		{"rule:proc-whoami level:>=high class:rce", false, 10},
		{"level:critical", false, 0},
		{"name:whoami.exe", false, 10},
		{"name:who*", true, 10},
		{`path:c:\\windows\\system32\\WHOAMI.exe`, false, 10},
		{`path:="c:\\windows\\system32\\WHOAMI.exe"`, false, 0},
		{"line:1..19", false, 10},
		{"after:2025-03-08T02:46:38", false, 2},
		{"user:system host:web1", true, 10},
		{"hash:00ff*", true, 10},
		{"verdict:confirmed", false, 1},
		{"ref:r:abcdef.1999", false, 1},
		{"source:events.json", true, 10},
		{"whoami -is:finding", false, 0},
		{"ip:192.0.2.7", false, 0},
		{"-ip:192.0.2.7", false, 0},
		{"ip:192.0.2.7 OR whoami", false, 10},
		{`"svchost.exe -k 3"`, false, 1427},
	} {
		if got := eachProcess(t, s, c.query, c.only); len(got) != c.want {
			t.Errorf("%q: %d processes, want %d", c.query, len(got), c.want)
		}
	}
}

func TestProcessesAllOrNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	s, err := index.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	boom := errors.New("boom")
	all := someProcesses(5000)
	fill := func(then error) func(func(*triage.Process) error) (triage.Tally, error) {
		return func(add func(*triage.Process) error) (triage.Tally, error) {
			for i := range all {
				if err := add(&all[i]); err != nil {
					return triage.Tally{}, err
				}
			}
			return triage.Tally{}, then
		}
	}
	if err := s.AddProcesses(processSource, fill(boom), func() error { return nil }); !errors.Is(err, boom) {
		t.Errorf("fill fails: %v", err)
	}
	if err := s.AddProcesses(processSource, fill(nil), func() error { return boom }); !errors.Is(err, boom) {
		t.Errorf("record fails: %v", err)
	}
	if all, _ := s.ProcessCount(); all != 0 {
		t.Errorf("%d processes are left", all)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "processes-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	addProcesses(t, s, processSource, all)
	files, _ := filepath.Glob(filepath.Join(dir, "processes-*"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for at := 8; at < len(b); at += len(b)/40 + 1 { // a flipped byte gives an error or other text, never a panic
		c := append([]byte(nil), b...)
		c[at] ^= 0x5a
		if err := os.WriteFile(files[0], c, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = s.EachProcess(context.Background(), nil, false, func(*triage.Process) error { return nil })
		_, _ = s.Process("r:abcdef.1")
	}
	if err := os.WriteFile(files[0], b[:len(b)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.EachProcess(context.Background(), nil, false, func(*triage.Process) error { return nil }); err == nil {
		t.Error("half a table reads without error")
	}
}

// What a log tells of its wholeness is kept, and a table of an older version without it is read as before.
func TestTallies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	s, err := index.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	addProcesses(t, s, processSource, someProcesses(10))
	s.Close()
	if s, err = index.Open(dir); err != nil {
		t.Fatal(err)
	}
	if all := s.Tallies(); len(all) != 1 || all[0].Path != processSource.Path || len(all[0].Tally.Numbers) != 1 {
		t.Errorf("%+v", all)
	}
	s.Close()
	name := filepath.Join(dir, "manifest.json")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, []byte(`"tally"`))
	if at < 0 {
		t.Fatalf("no tally in %s", b)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	delete(m["processes"].([]any)[0].(map[string]any), "tally")
	if b, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err = index.Open(dir); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if all, _ := s.ProcessCount(); all != 10 || len(s.Tallies()) != 0 {
		t.Errorf("%d processes, %+v", all, s.Tallies())
	}
}

package process_test

// Runs over the shared evidence where it is there.

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"spoor/triage"
	"spoor/triage/process"
	"spoor/triage/source"
)

const shared = "../../../shared/data/"

func TestEvidence(t *testing.T) {
	type account struct{ parsed, rejected, comments int64 }
	for path, want := range map[string]account{
		"lab-dev/events/sysmon-winlogbeat.jsonl.gz": {1346, 0, 0},
		"lab-dev/events/sysmon-evtx_dump.jsonl.gz":  {1346, 0, 0},
		"lab-dev/events/sysmon-evtxecmd.jsonl.gz":   {1346, 0, 0},
		"process/sigma_regression_events.jsonl.gz":  {151, 0, 87},
	} {
		name := filepath.Join(shared, filepath.FromSlash(path))
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			t.Skip("no shared evidence here")
		}
		r, err := source.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		st, err := process.Read(r, triage.Source{Key: "abcdef", Path: path}, nil, func(p *triage.Process) error {
			if p.Image == "" || p.Host == "" || p.PID < 0 || p.GUID == "" || p.User == "" {
				t.Errorf("%s:%d: %+v", path, p.Line, p)
			}
			return nil
		})
		if got := (account{st.Parsed, st.Rejected, st.Comments}); err != nil || got != want {
			t.Errorf("%s: %+v, want %+v; %v %v", path, got, want, err, st.Rejects)
		}
		r.Close()
	}
}

// TestWebLogs takes no web log for an event log.
func TestWebLogs(t *testing.T) {
	n := 0
	err := filepath.WalkDir(shared+"logs", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		r, err := source.Open(path)
		if err != nil {
			return err
		}
		defer r.Close()
		sample := make([]byte, 64<<10)
		k, _ := r.Read(sample)
		n++
		if format, err := process.Detect(sample[:k]); err == nil {
			t.Errorf("%s: taken for %s", path, format)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no shared evidence here")
	}
	if err != nil || n < 20 {
		t.Error(n, err)
	}
}

package cases_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spoor/cases"
)

var (
	noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	ann  = cases.Who{Analyst: "Ann Okoro", Host: "jump-1"}
)

// create makes a case with a clock that stands at noon.
func create(t *testing.T) *cases.Case {
	t.Helper()
	c, err := cases.Create(filepath.Join(t.TempDir(), "case"), cases.Info{Name: "Shop", TLP: "amber", Analyst: "Ann Okoro", Created: noon})
	if err != nil {
		t.Fatal(err)
	}
	c.SetClock(func() time.Time { return noon })
	t.Cleanup(func() { c.Close() })
	return c
}

func reopen(t *testing.T, c *cases.Case) *cases.Case {
	t.Helper()
	c.Close()
	again, err := cases.Open(c.Dir())
	if err != nil {
		t.Fatal(err)
	}
	again.SetClock(func() time.Time { return noon })
	t.Cleanup(func() { again.Close() })
	return again
}

func journalOf(c *cases.Case) string { return filepath.Join(c.Dir(), "journal.jsonl") }

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func addNote(t *testing.T, c *cases.Case, text string) cases.Note {
	t.Helper()
	n, err := c.AddNote(ann, text, nil, noon)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCreateAndOpen(t *testing.T) {
	c := create(t)
	if got := c.Info(); got.TLP != "AMBER" || got.Version != cases.Version || len(got.ID) != 16 || got.Name != "Shop" {
		t.Errorf("Info() = %+v", got)
	}
	again := reopen(t, c)
	if again.Info() != c.Info() {
		t.Errorf("opened %+v, created %+v", again.Info(), c.Info())
	}
	if w := again.Warnings(); len(w) != 0 {
		t.Errorf("warnings of a new case: %q", w)
	}
	if seq, head := again.Head(); seq != 1 || len(head) != 64 {
		t.Errorf("Head() = %d, %q", seq, head)
	}
	if again.IndexDir() != filepath.Join(c.Dir(), "index") {
		t.Errorf("IndexDir() = %s", again.IndexDir())
	}
}

func TestCreateRefuses(t *testing.T) {
	base := t.TempDir()
	full := filepath.Join(base, "full")
	os.Mkdir(full, 0o700)
	writeFile(t, filepath.Join(full, "holiday\x1b[2J.jpg"), "x")
	isCase := filepath.Join(base, "case")
	if c, err := cases.Create(isCase, cases.Info{}); err != nil {
		t.Fatal(err)
	} else {
		c.Close()
	}
	file := filepath.Join(base, "file")
	writeFile(t, file, "x")
	for _, tc := range []struct {
		name, dir, tlp string
		want           error
		says           string
	}{
		{"a folder with other things", full, "", cases.ErrNotEmpty, "holiday<ESC>[2J.jpg"},
		{"a case", isCase, "", cases.ErrExists, "case"},
		{"a file", file, "", nil, "file"},
		{"an unknown label", filepath.Join(base, "new"), "purple", nil, "AMBER+STRICT"},
	} {
		_, err := cases.Create(tc.dir, cases.Info{TLP: tc.tlp})
		if err == nil || tc.want != nil && !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %v that says %q", tc.name, err, tc.want, tc.says)
		}
	}
	if e, _ := os.ReadDir(full); len(e) != 1 {
		t.Errorf("a refused folder was written to: %v", e)
	}
	if _, err := os.Stat(filepath.Join(base, "new")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refused Create left a folder")
	}
}

func TestOpenRefuses(t *testing.T) {
	base := t.TempDir()
	dir := func(name string, files map[string]string) string {
		d := filepath.Join(base, name)
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
		for n, text := range files {
			writeFile(t, filepath.Join(d, n), text)
		}
		return d
	}
	file := filepath.Join(base, "file")
	writeFile(t, file, "x")
	for _, tc := range []struct {
		name, dir string
		want      error
		says      string
	}{
		{"nothing there", filepath.Join(base, "nope"), cases.ErrNotFound, "nope"},
		{"a file", file, cases.ErrNotCase, "it is a file"},
		{"an empty folder", dir("empty", nil), cases.ErrNotCase, "no case.json"},
		{"other JSON", dir("json", map[string]string{"case.json": `{"name":"x"}`}), cases.ErrNotCase, "no version"},
		{"no JSON", dir("text", map[string]string{"case.json": "\x1b[2J"}), cases.ErrNotCase, "no version"},
		{"no journal", dir("nojournal", map[string]string{"case.json": `{"version":1}`}), cases.ErrNotCase, "no journal.jsonl"},
		{"odd fields", dir("odd", map[string]string{"case.json": `{"version":1,"name":7}`}), cases.ErrNotCase, "case.json"},
	} {
		_, err := cases.Open(tc.dir)
		if !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %v that says %q", tc.name, err, tc.want, tc.says)
		}
	}
	newer := dir("newer", map[string]string{"case.json": `{"version":99,"name":["later"]}`})
	var v *cases.VersionError
	if _, err := cases.Open(newer); !errors.As(err, &v) || v.Have != 99 || v.Want != cases.Version {
		t.Errorf("a newer case: %v", err)
	}
	if e, _ := os.ReadDir(newer); len(e) != 1 {
		t.Errorf("a newer case was written to: %v", e)
	}
}

// The journal can be checked with sha256sum alone: each record has the hash of the line before it.
func TestChain(t *testing.T) {
	c := create(t)
	addNote(t, c, "one")
	addNote(t, c, "two")
	prev := ""
	lines := strings.SplitAfter(strings.TrimSuffix(readFile(t, journalOf(c)), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	if len(lines) != 3 {
		t.Fatalf("journal has %d lines", len(lines))
	}
	for i, line := range lines {
		var r struct {
			Seq  int
			Time time.Time
			Prev string
			Who  struct{ Analyst, Host string }
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Seq != i+1 || r.Prev != prev {
			t.Errorf("line %d: seq %d prev %q, want prev %q", i+1, r.Seq, r.Prev, prev)
		}
		if i > 0 && (r.Who.Analyst != ann.Analyst || !r.Time.Equal(noon)) {
			t.Errorf("line %d: who %+v at %v", i+1, r.Who, r.Time)
		}
		prev = sum(line)
	}
	if _, head := c.Head(); head != prev {
		t.Errorf("Head() = %s, the last line has %s", head, prev)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	c := create(t)
	addNote(t, c, "before")
	c.Close()
	os.Chmod(journalOf(c), 0o400)
	os.Chmod(c.Dir(), 0o500)
	defer os.Chmod(c.Dir(), 0o700)
	again, err := cases.Open(c.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if len(again.Notes()) != 1 {
		t.Error("the note cannot be read")
	}
	if _, err := again.AddNote(ann, "after", nil, noon); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "copy it before you leave") {
		t.Errorf("a note in a read-only folder: %v", err)
	}
}

func TestClosed(t *testing.T) {
	c := create(t)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if _, err := c.AddNote(ann, "x", nil, noon); !errors.Is(err, cases.ErrClosed) {
		t.Errorf("AddNote: %v", err)
	}
	if _, err := c.Refresh(); !errors.Is(err, cases.ErrClosed) {
		t.Errorf("Refresh: %v", err)
	}
}

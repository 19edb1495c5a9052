package index_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"spoor/index"
)

// marked makes a store in dir that is known by a file of that name.
func marked(t *testing.T, dir, mark string) {
	t.Helper()
	s, err := index.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := os.WriteFile(filepath.Join(dir, mark), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func there(parts ...string) bool {
	_, err := os.Stat(filepath.Join(parts...))
	return err == nil
}

func TestReplace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	marked(t, dir, "first")
	r, err := index.Replace(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := index.Replace(dir); !errors.Is(err, index.ErrInUse) {
		t.Errorf("a second writer: %v", err)
	}
	if err := r.Abort(); err != nil || !there(dir, "first") || there(dir+".new") {
		t.Errorf("given up: %v; the old store is there: %v", err, there(dir, "first"))
	}
	if r, err = index.Replace(dir); err != nil {
		t.Fatal(err)
	}
	if err := r.Commit(); err != nil || there(dir, "first") || there(dir+".new") || there(dir+".old") {
		t.Errorf("committed: %v", err)
	}
	s, err := index.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// A crash leaves one of these behind.
func TestSettle(t *testing.T) {
	for _, c := range []struct {
		name    string
		folders []string // that the crash left
		want    string   // which one is in place then
	}{
		{"while building", []string{"index", "index.new"}, "index"},
		{"between the two renames", []string{"index.old", "index.new"}, "index.new"},
		{"before the old one is removed", []string{"index.old", "index"}, "index"},
		{"nothing to settle", []string{"index"}, "index"},
	} {
		root := t.TempDir()
		for _, f := range c.folders {
			marked(t, filepath.Join(root, f), "was-"+f)
		}
		dir := filepath.Join(root, "index")
		if err := index.Settle(dir); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if !there(dir, "was-"+c.want) || there(dir+".old") {
			t.Errorf("%s: want the store %s in place, and no old one", c.name, c.want)
		}
	}
}

package index

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/triage/weblog"
)

// TestDamage changes bytes of each file of a store, or cuts it: opening and asking may fail, with an error,
// but not end the program.
func TestDamage(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog+string(syntheticLog(300)), weblog.Combined))
	r := rand.New(rand.NewPCG(5, 6))
	names := []string{manifestFile}
	for _, name := range []string{rowsFile, textsFile, metaFile, filepath.Join(wordsDir, "000000000002.zap")} {
		names = append(names, filepath.Join("load-1", "segment-0", name))
	}
	for _, name := range names {
		whole, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 12 {
			b := append([]byte(nil), whole...)
			if i%6 == 0 {
				b = b[:r.IntN(len(b))]
			} else {
				for range 1 + r.IntN(8) {
					b[r.IntN(len(b))] = byte(r.Uint32())
				}
			}
			ask(t, s.dir, name, b)
		}
		ask(t, s.dir, name, whole)
	}
}

// ask copies a store with another content of one file, and asks it things.
func ask(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(copied)
	if err != nil {
		return
	}
	defer s.Close()
	for _, query := range []string{"", "union", "art*", "path:*.html", "status:404", "class:sqli"} {
		q, err := Parse(query)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Search(context.Background(), q)
		if err != nil {
			if strings.Contains(err.Error(), "runtime error") && !strings.Contains(err.Error(), "load the evidence again") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if _, err := r.Rows(0, 20); err == nil {
			_, _ = r.Facet(context.Background(), "path", 3)
			_, _ = r.Histogram(context.Background(), 4)
		}
	}
	s.Counts()
}

package desk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A case of more requests that fit than are marked says so.
func TestMarksThatReachTheirBound(t *testing.T) {
	was := maxMarks
	maxMarks = 5
	t.Cleanup(func() { maxMarks = was })
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	log := ""
	for i := range 9 {
		log += fmt.Sprintf("203.0.113.9 - - [02/Mar/2026:05:00:%02d +0000] \"GET /%d HTTP/1.1\" 200 10 \"-\" \"-\"\n", i, i)
	}
	d, err := OpenOrCreate(filepath.Join(dir, "case"), Who{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Load(context.Background(), LoadOptions{Paths: []string{write("access.log", log)}}, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		list string
		told bool
	}{{"198.51.100.1\n", false}, {"203.0.113.9\n", true}} {
		if _, _, err := d.AddIntel(write("list.txt", c.list), "a list", "B2", ""); err != nil {
			t.Fatal(err)
		}
		notes := strings.Join(d.IntelNotes(), "\n")
		if strings.Contains(notes, "more requests may fit than the 5") != c.told {
			t.Errorf("with %q: %q", c.list, notes)
		}
	}
}

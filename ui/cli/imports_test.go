package cli_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The packages depend on each other in one direction, and each outside thing has one owner.
func TestImports(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "spoor/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	never := map[string][]string{ // package and below: what it must not depend on
		"spoor/triage":          {"spoor/index", "spoor/cases", "spoor/ui"},
		"spoor/index":           {"spoor/cases", "spoor/ui"},
		"spoor/cases":           {"spoor/index", "spoor/ui"},
		"spoor/triage/weblog":   {"spoor/triage/intel", "spoor/triage/hashlist"},
		"spoor/triage/hashlist": {"spoor/triage/intel", "spoor/triage/weblog"},
		"spoor/ui/desk":         {"spoor/ui/cli", "github.com/charmbracelet"},
	}
	owners := map[string]string{ // what only one package imports
		"github.com/blevesearch/bleve":         "spoor/index",
		"github.com/parquet-go/parquet-go":     "spoor/index",
		"github.com/RoaringBitmap/roaring":     "spoor/index",
		"github.com/charmbracelet/bubbletea":   "spoor/ui",
		"github.com/corazawaf/libinjection-go": "spoor/triage",
		"github.com/alecthomas/kong":           "spoor/ui/cli",
	}
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		for pkg, bad := range never {
			if p.ImportPath != pkg && !strings.HasPrefix(p.ImportPath, pkg+"/") || strings.HasPrefix(p.ImportPath, "spoor/triage/eval") {
				continue
			}
			for _, d := range p.Deps {
				if slices.ContainsFunc(bad, func(b string) bool { return d == b || strings.HasPrefix(d, b+"/") }) {
					t.Errorf("%s depends on %s", p.ImportPath, d)
				}
			}
		}
		for lib, owner := range owners {
			for _, d := range p.Imports {
				if strings.HasPrefix(d, lib) && p.ImportPath != owner {
					t.Errorf("%s imports %s, which is %s's to know", p.ImportPath, d, owner)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("go list names %d packages", seen)
	}
}

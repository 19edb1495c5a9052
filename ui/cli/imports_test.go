package cli_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport says which packages of spoor each one knows; a name with "/..." stands for all below it too. A package
// that is missing here fails the test: say where it stands, and why, when it is added.
var mayImport = map[string]string{
	"spoor":                             "ui/cli",
	"spoor/ui/cli":                      "ui ui/desk ui/editor ui/quiet cases/... index triage/...",
	"spoor/ui":                          "ui/desk ui/editor cases/... index triage/...",
	"spoor/ui/bench":                    "ui ui/desk index triage/...",
	"spoor/ui/editor":                   "",
	"spoor/ui/quiet":                    "",
	"spoor/ui/desk":                     "cases/... index triage/...",
	"spoor/cases":                       "cases/seal triage",
	"spoor/cases/pack":                  "cases cases/seal triage",
	"spoor/cases/seal":                  "",
	"spoor/cases/campaign":              "cases triage",
	"spoor/cases/report":                "cases triage triage/outcome",
	"spoor/index":                       "triage triage/blind triage/outcome triage/source triage/weblog",
	"spoor/triage":                      "",
	"spoor/triage/blind":                "triage",
	"spoor/triage/outcome":              "triage triage/blind",
	"spoor/triage/hashlist":             "triage",
	"spoor/triage/process":              "triage",
	"spoor/triage/script":               "triage",
	"spoor/triage/weblog":               "triage",
	"spoor/triage/webroot":              "triage triage/hashlist triage/script",
	"spoor/triage/source":               "",
	"spoor/triage/intel":                "triage",
	"spoor/triage/intel/distil":         "",
	"spoor/triage/intel/feed":           "triage triage/intel/distil",
	"spoor/triage/intel/gen":            "triage/intel/distil",
	"spoor/triage/weblog/loggen":        "",
	"spoor/triage/weblog/loggen/genlog": "triage/weblog/loggen",
	"spoor/triage/eval":                 "triage/...",
}

// owners names the packages that know an outside thing, most often one.
var owners = map[string]string{
	"github.com/blevesearch/bleve":         "spoor/index",
	"github.com/parquet-go/parquet-go":     "spoor/index",
	"github.com/RoaringBitmap/roaring":     "spoor/index",
	"github.com/charmbracelet/bubbletea":   "spoor/ui",
	"github.com/charmbracelet/bubbles":     "spoor/ui",
	"github.com/charmbracelet/lipgloss":    "spoor/ui",
	"github.com/sahilm/fuzzy":              "spoor/ui",
	"github.com/corazawaf/libinjection-go": "spoor/triage",
	"github.com/alecthomas/kong":           "spoor/ui/cli",
	"codeberg.org/go-pdf/fpdf":             "spoor/cases/report",
	"aead.dev/minisign":                    "spoor/cases/seal",
	"golang.org/x/crypto/ssh":              "spoor/cases/seal",
	"filippo.io/age":                       "spoor/cases/pack",
	"net/http":                             "",                               // nothing here talks to a network
	"os/exec":                              "spoor/ui/bench spoor/ui/editor", // evidence is never run; the responder's editor is, at their wish
}

// The packages depend on each other in one direction, and each outside thing has one owner.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "spoor/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		list, ok := mayImport[p.ImportPath]
		if !ok {
			t.Errorf("%s has no place among the arrows", p.ImportPath)
		}
		for _, d := range p.Imports {
			if d == "spoor" || strings.HasPrefix(d, "spoor/") {
				if !slices.ContainsFunc(strings.Fields(list), func(may string) bool { return within(d, "spoor/"+may) }) {
					t.Errorf("%s imports %s", p.ImportPath, d)
				}
			}
			for lib, owner := range owners {
				if within(d, lib+"/...") && !slices.Contains(strings.Fields(owner), p.ImportPath) {
					t.Errorf("%s imports %s, which is for %q alone", p.ImportPath, d, owner)
				}
			}
		}
	}
	if seen != len(mayImport) {
		t.Errorf("go list names %d packages, the table %d", seen, len(mayImport))
	}
}

// within reports whether a package is the one named or, if the name ends in "/...", below it.
func within(pkg, name string) bool {
	root, below := strings.CutSuffix(name, "/...")
	return pkg == root || below && strings.HasPrefix(pkg, root+"/")
}

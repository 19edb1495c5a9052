package ui

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	gotypes "go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// inMemory are what Update and View may call all the same: it answers from memory. The last three, of the Report screen
// when a setting is changed, take the lock of the case, which who writes to the journal holds until that is on disk.
var inMemory = []string{"os.Environ", "(*spoor/cases.Case).Dir",
	"(*spoor/ui/desk.Desk).Info", "(*spoor/ui/desk.Desk).Counts", "(*spoor/cases.Case).Reports"}

// rowsOnly are the functions that may call the last three of these.
const rowsOnly = "rows"

// A blocking is what a function would wait for; empty if for nothing.
func blocking(f *gotypes.Func) string {
	full := f.FullName()
	if f.Pkg() == nil || slices.Contains(inMemory[:2], full) {
		return ""
	}
	sig := f.Type().(*gotypes.Signature)
	switch path := f.Pkg().Path(); path {
	case "spoor/ui/desk", "spoor/index", "spoor/cases":
		if sig.Recv() != nil {
			for _, of := range []string{"spoor/ui/desk.Desk", "spoor/index.Store", "spoor/index.Result", "spoor/cases.Case"} {
				if strings.HasPrefix(full, "(*"+of+")") {
					return full
				}
			}
		}
		if sig.Params().Len() > 0 && sig.Params().At(0).Type().String() == "context.Context" {
			return full
		}
	case "os", "os/exec", "io/ioutil", "net", "net/http", "syscall":
		if sig.Recv() == nil && !slices.Contains([]string{"Getenv", "LookupEnv", "IsNotExist", "Expand", "Command"}, f.Name()) {
			return full
		}
	case "path/filepath":
		if slices.Contains([]string{"Abs", "Glob", "Walk", "WalkDir", "EvalSymlinks"}, f.Name()) {
			return full
		}
	case "time":
		if slices.Contains([]string{"Sleep", "After"}, f.Name()) && sig.Recv() == nil {
			return full
		}
	}
	return ""
}

// Update, View and all else that the program runs between two frames never wait for the case or the disk: walking
// the calls of the package from them, commands left out, meets no function that does. A command is a function
// literal of type func() tea.Msg, or one that takes the desk or a context; no such function may be called in between
// either.
func TestUpdateAndViewDoNoIO(t *testing.T) {
	if testing.Short() {
		t.Skip("reads the program only: the run without -short does")
	}
	fset, files, info := typeChecked(t)
	bodies := map[*gotypes.Func]*ast.FuncDecl{}
	methods := map[string][]*gotypes.Func{} // by name, for calls through interfaces
	var todo []*gotypes.Func
	from := map[*gotypes.Func]*gotypes.Func{}
	for _, f := range files {
		for _, d := range f.Decls {
			fd, ok := d.(*ast.FuncDecl)
			if !ok || fd.Body == nil {
				continue
			}
			fn := info.Defs[fd.Name].(*gotypes.Func)
			bodies[fn] = fd
			if fd.Recv == nil {
				continue
			}
			methods[fd.Name.Name] = append(methods[fd.Name.Name], fn)
			if strings.HasPrefix(fn.FullName(), "(*spoor/ui.root)") && slices.Contains([]string{"Update", "View", "Init"}, fd.Name.Name) {
				todo = append(todo, fn)
				from[fn] = nil
			}
		}
	}
	if len(todo) != 3 {
		t.Fatalf("the root has %d of Init, Update and View", len(todo))
	}
	reach := func(to, by *gotypes.Func) {
		if _, ok := from[to]; !ok {
			from[to] = by
			todo = append(todo, to)
		}
	}
	way := func(fn *gotypes.Func) string {
		var out []string
		for ; fn != nil; fn = from[fn] {
			out = append(out, fn.Name())
		}
		slices.Reverse(out)
		return strings.Join(out, " > ")
	}
	for len(todo) > 0 {
		fn := todo[0]
		todo = todo[1:]
		calls := map[*ast.Ident]bool{}
		ast.Inspect(bodies[fn].Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return !isCommand(info.TypeOf(n))
			case *ast.CallExpr:
				if id := called(n.Fun); id != nil {
					calls[id] = true
					if _, isVar := info.Uses[id].(*gotypes.Var); isVar && isCommand(info.TypeOf(n.Fun)) {
						t.Errorf("%s: %s calls a command", fset.Position(n.Pos()), way(fn))
					}
				}
			case *ast.Ident:
				to, ok := info.Uses[n].(*gotypes.Func)
				if !ok {
					return true
				}
				to = to.Origin()
				if isCommand(to.Type()) && !calls[n] {
					return true // given to whoever runs it beside Update
				}
				if what := blocking(to); what != "" && !(fn.Name() == rowsOnly && slices.Contains(inMemory, what)) {
					t.Errorf("%s: %s calls %s", fset.Position(n.Pos()), way(fn), what)
				}
				switch {
				case bodies[to] != nil:
					reach(to, fn)
				case to.Pkg() != nil && to.Pkg().Path() == "spoor/ui": // of an interface
					for _, m := range methods[to.Name()] {
						reach(m, fn)
					}
				}
			}
			return true
		})
	}
	if len(from) < 500 {
		t.Errorf("only %d functions were looked at", len(from))
	}
}

// called is the name of what is called; nil if it has none.
func called(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return e.Sel
	}
	return nil
}

// isCommand reports whether a function is one that runs beside Update: func() tea.Msg, or one that takes a context or
// the desk.
func isCommand(t gotypes.Type) bool {
	sig, ok := t.Underlying().(*gotypes.Signature)
	if !ok {
		return false
	}
	for i := range sig.Params().Len() {
		if s := sig.Params().At(i).Type().String(); s == "context.Context" || s == "*spoor/ui/desk.Desk" {
			return true
		}
	}
	none := sig.Params().Len() == 0 || sig.Params().Len() == 1 && sig.Params().At(0).Type().String() == "error" // of tea.ExecProcess
	return none && sig.Results().Len() == 1 && sig.Results().At(0).Type().String() == "github.com/charmbracelet/bubbletea.Msg"
}

// typeChecked reads and checks this package without its tests.
func typeChecked(t *testing.T) (*token.FileSet, []*ast.File, *gotypes.Info) {
	t.Helper()
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if path, file, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			exports[path] = file
		}
	}
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := build.Default.MatchFile(".", name); err != nil || !ok { // of another system
			continue
		}
		f, err := parser.ParseFile(fset, name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &gotypes.Info{Uses: map[*ast.Ident]gotypes.Object{}, Defs: map[*ast.Ident]gotypes.Object{}, Types: map[ast.Expr]gotypes.TypeAndValue{}, Selections: map[*ast.SelectorExpr]*gotypes.Selection{}}
	conf := gotypes.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(exports[path])
	})}
	if _, err := conf.Check("spoor/ui", fset, files, info); err != nil {
		t.Fatal(err)
	}
	return fset, files, info
}

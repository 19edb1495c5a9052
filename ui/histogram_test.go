package ui

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A bandedScreen says of a screen that shows rows whether it has a histogram over time, and if not, why.
type bandedScreen struct {
	kind string // its type
	why  string // it has none; empty if it has one
	open func(d *driver)
}

var banded = []bandedScreen{
	{"overview", "", func(d *driver) { d.press(d.m.keys.Screens[tabOverview]) }},
	{"requests", "", func(d *driver) { d.press(d.m.keys.Screens[tabRequests]) }},
	{"webshells", "", func(d *driver) { d.press(d.m.keys.Screens[tabWebshells]) }},
	{"actors", "", func(d *driver) { d.press(d.m.keys.Screens[tabActors]) }},
	{"timeline", "", func(d *driver) { d.press(d.m.keys.Screens[tabTimeline]) }},
	{"files", "", func(d *driver) { d.press(d.m.keys.Screens[tabFiles]) }},
	{"notes", "", func(d *driver) { d.press(d.m.keys.Screens[tabNotes]) }},
	{"versions", "", func(d *driver) {
		n := d.m.desk.Notes()[0]
		if _, err := d.m.desk.EditNote(n.Ref, n.Text+" again"); err != nil {
			d.t.Fatal(err)
		}
		d.send(versionsMsg{n.Ref})
	}},
	{"evidence", "", func(d *driver) { d.press(d.m.keys.Screens[tabEvidence]) }},
	{"incidents", "", func(d *driver) { d.commandLine("incidents") }},
	{"incident", "", func(d *driver) { d.commandLine("open " + d.m.desk.Incidents()[0].Ref) }},
	{"outcomes", "", func(d *driver) { d.commandLine("outcomes") }},
	{"processes", "", func(d *driver) { d.commandLine("processes"); d.press(d.m.keys.Cycle) }},
	{"stolen", "", func(d *driver) { d.commandLine("stolen") }},
	{"stolen", "", func(d *driver) { d.commandLine("stolen"); d.press(d.m.keys.Cycle) }},
	{"campaigns", "", func(d *driver) {
		list, err := filepath.Abs("../testdata/campaign/autumn-2015.csv")
		if err != nil {
			d.t.Fatal(err)
		}
		d.commandLine("campaign " + list)
	}},
	{"logScreen", "", func(d *driver) {
		at := day
		d.m.log.now = func() time.Time { at = at.Add(time.Hour); return at }
		for _, s := range []string{"one", "two", "three"} {
			d.send(failMsg{errors.New(s)})
		}
		d.commandLine("log")
	}},
	{"rejects", "lines that fit no format: nobody knows their time", func(d *driver) { d.commandLine("rejected access.log") }},
	{"frequency", "values of a column and how many rows have them: no row has a time", func(d *driver) { d.press(d.m.keys.Screens[tabRequests], d.m.keys.Tally) }},
	{"reports", "the sections of a text, no list of records", func(d *driver) { d.press(d.m.keys.Screens[tabReport]) }},
}

// Every list whose rows have a time has a histogram that can be given the keys, at the smallest size too, and in which
// a span is chosen; every other says here why not.
func TestEveryListHasItsHistogram(t *testing.T) {
	dk := fullCase(t)
	for _, size := range []struct{ w, h int }{{160, 50}, {80, 24}, {60, 16}} {
		for _, b := range banded {
			d := drive(t, dk, size.w, size.h)
			b.open(d)
			k := d.m.keys
			d.press(k.Tab, k.Tab)
			if got := measuring(d.m.top()); got != (b.why == "") {
				t.Errorf("%s at %dx%d: the histogram has the keys: %v, and the reason why not is %q:\n%s", b.kind, size.w, size.h, got, b.why, d.view())
				continue
			}
			if b.why != "" {
				continue
			}
			checkSize(t, d.m.View(), size.w, size.h)
			was := d.m.top()
			d.press(k.Home, k.Begin, k.End, k.Enter)
			if d.m.top() == was || measuring(d.m.top()) {
				t.Errorf("%s at %dx%d: no span was chosen:\n%s", b.kind, size.w, size.h, d.view())
			}
			if f := filtersOf(d.m.top()); len(f) < 2 || !strings.HasPrefix(f[len(f)-2].text, "after:") {
				t.Errorf("%s at %dx%d: the filters are %v", b.kind, size.w, size.h, f)
			}
			d.press(k.Back)
			if d.m.top() != was || measuring(was) {
				t.Errorf("%s at %dx%d: Esc leads to %T", b.kind, size.w, size.h, d.m.top())
			}
		}
	}
}

// The gaps have one where they have times: a log of weeks that is silent twice.
func TestGapsHaveTheirHistogram(t *testing.T) {
	var log strings.Builder
	for h := range 24 * 14 {
		if at := day.Add(time.Duration(h) * time.Hour); h/24 != 5 && h/24 != 10 {
			for range 60 {
				log.WriteString(visits(1, at, "192.0.2.1"))
				at = at.Add(time.Minute)
			}
		}
	}
	d := drive(t, openCase(t, map[string]string{"access.log": log.String()}), 100, 30)
	d.commandLine("gaps")
	d.press(d.m.keys.Tab, d.m.keys.Tab)
	if !measuring(d.m.top()) {
		t.Errorf("the gaps have no histogram:\n%s", d.view())
	}
}

// No list is left out of the table above.
func TestEveryListIsInTheTableOfHistograms(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok {
				return true
			}
			s, ok := spec.Type.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range s.Fields.List {
				of, ok := field.Type.(*ast.IndexExpr)
				if !ok || len(field.Names) > 0 {
					continue
				}
				if id, ok := of.X.(*ast.Ident); ok && id.Name == "records" {
					n++
					if !slices.ContainsFunc(banded, func(b bandedScreen) bool { return b.kind == spec.Name.Name }) {
						t.Errorf("%s: %s is a list and not in the table of histograms", name, spec.Name.Name)
					}
				}
			}
			return true
		})
	}
	if n < 10 {
		t.Errorf("only %d lists were found", n)
	}
}

// In the histogram of the Overview one time or a span leads to its requests, + shows a part larger, and Esc goes back.
func TestOverviewHistogram(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	k := d.m.keys
	d.press(k.Tab, k.Tab)
	d.wants("requests of this time", "findings")
	b := &d.m.top().(*overview).b.band
	d.press(k.End, k.In)
	if b.lo.IsZero() {
		t.Fatalf("+ shows no part:\n%s", d.view())
	}
	d.press(k.Out)
	if !b.lo.IsZero() {
		t.Errorf("- does not show all:\n%s", d.view())
	}
	d.press(k.End)
	from, to := b.span(b.at, b.at)
	d.press(k.Enter)
	l, ok := d.m.top().(*requests)
	if !ok {
		t.Fatalf("Enter shows %T", d.m.top())
	}
	if l.n == 0 {
		t.Fatalf("no request is from %s to %s", from, to)
	}
	for _, p := range l.probed(t) {
		if p.from.Before(from) || !p.from.Before(to) {
			t.Errorf("%s is not from %s to %s", p.from, from, to)
		}
	}
	d.press(k.Back)
	d.wants("[Overview]", "LOADED")
	if measuring(d.m.top()) {
		t.Error("the histogram keeps the keys")
	}
}

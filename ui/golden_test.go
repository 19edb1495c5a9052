package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

var update = flag.Bool("update", false, "write the golden views anew")

// goldens says how each screen is reached.
var goldens = []struct {
	name string
	keys func(d *driver)
}{
	{"overview", func(*driver) {}},
	{"requests", func(d *driver) { d.press(d.m.keys.Screens[tabRequests]) }},
	{"requests-filtered", func(d *driver) { d.search("class:sqli") }},
	{"request", func(d *driver) { d.search("class:sqli outfile"); d.press(d.m.keys.Enter) }},
	{"request-around", func(d *driver) { d.search("class:sqli outfile"); d.press(d.m.keys.Enter, d.m.keys.End) }},
	{"webshells", func(d *driver) { d.press(d.m.keys.Screens[tabWebshells]) }},
	{"actors", func(d *driver) { d.press(d.m.keys.Screens[tabActors]) }},
	{"incident", func(d *driver) { d.openIncident(0) }},
	{"incident-step", func(d *driver) { d.openIncident(6) }},
	{"outcomes", func(d *driver) { d.commandLine("outcomes") }},
	{"timeline", func(d *driver) { d.press(d.m.keys.Screens[tabTimeline]) }},
	{"files", func(d *driver) { d.press(d.m.keys.Screens[tabFiles]) }},
	{"files-tree", func(d *driver) { d.press(d.m.keys.Screens[tabFiles]); d.pressTree() }},
	{"notes", func(d *driver) {
		d.search("class:sqli outfile")
		d.press(d.m.keys.Note)
		d.typed("It writes thumb.php.\nSee the users next.")
		d.send(tea.KeyMsg{Type: tea.KeyCtrlS})
		d.press(d.m.keys.Screens[tabNotes])
	}},
	{"evidence", func(d *driver) { d.press(d.m.keys.Screens[tabEvidence]); d.to("access.log") }},
	{"help", func(d *driver) { d.press(d.m.keys.Help) }},
	{"pivot", func(d *driver) { d.search("class:sqli outfile"); d.press(d.m.keys.Pivot) }},
	{"editor", func(d *driver) {
		d.search("class:sqli outfile")
		d.press(d.m.keys.Note)
		d.typed("It writes thumb.php.")
	}},
	{"search-error", func(d *driver) { d.search("status:40x OR (") }},
	{"completion", func(d *driver) {
		d.press(d.m.keys.Command)
		d.typed("search class:")
		for range 3 {
			d.send(tea.KeyMsg{Type: tea.KeyTab})
		}
	}},
	{"report", func(d *driver) {
		d.press(d.m.keys.Screens[tabReport])
		d.to("Summary")
	}},
	{"palette", func(d *driver) {
		d.press(d.m.keys.Palette)
		d.typed("shl")
	}},
	{"log", func(d *driver) {
		d.m.log.now = func() time.Time { return day }
		d.command("open r:ffffff.1")
		d.search("class:sqli")
		d.press(d.m.keys.Mark)
		d.command("assess nonsense-that-nobody-knows")
		d.press(d.m.keys.Back)
		d.command("log")
	}},
	{"filter-menu", func(d *driver) {
		d.search("class:sqli")
		d.press(d.m.keys.In)
		d.press(d.m.keys.Filters)
	}},
	{"column-menu", func(d *driver) { d.press(d.m.keys.Screens[tabRequests], d.m.keys.Columns) }},
	{"frequency", func(d *driver) { d.press(d.m.keys.Screens[tabRequests], d.m.keys.Tally) }},
	{"histogram", func(d *driver) {
		k := d.m.keys
		d.press(k.Screens[tabRequests])
		d.view() // says how wide the histogram is
		d.press(k.Tab, k.Tab, k.End, k.Begin, k.Left, k.Left, k.Left)
	}},
	{"context-source", func(d *driver) { d.search("class:sqli outfile"); d.press(d.m.keys.Context) }},
	{"context-client", func(d *driver) { d.search("class:sqli outfile"); d.press(d.m.keys.Context, d.m.keys.Context) }},
	{"time-prompt", func(d *driver) {
		d.press(d.m.keys.Screens[tabTimeline], d.m.keys.Jump)
		d.typed("2025-03-09 0")
	}},
	{"sorted", func(d *driver) {
		k := d.m.keys
		d.press(k.Screens[tabTimeline], k.Right, k.Sort, k.Sort)
	}},
	{"incidents", func(d *driver) { d.commandLine("incidents") }},
	{"gaps", func(d *driver) { d.commandLine("gaps") }},
	{"verdict", func(d *driver) { d.search("class:sqli outfile"); d.press(d.m.keys.Verdict) }},
	{"unsaved", func(d *driver) {
		d.search("class:sqli outfile")
		d.press(d.m.keys.Note)
		d.typed("It writes thumb.php.")
		d.press(d.m.keys.Back)
	}},
	{"error", func(d *driver) { d.command("open r:ffffff.1") }},
	{"empty-search", func(d *driver) { d.search("ip:10.9.8.7") }},
}

// inColour are the views that are kept with their colours too, one for each thing that is coloured otherwise.
var inColour = []string{"overview", "requests", "request", "webshells", "incident", "timeline", "files", "help", "histogram", "filter-menu",
	"frequency", "context-source", "palette", "editor", "search-error", "error"}

// visibleColours writes colour sequences so that a person reads them in a diff: ⟨1;31m⟩.
func visibleColours(view string) string {
	return ownSequence.ReplaceAllStringFunc(view, func(s string) string { return "⟨" + s[2:] + "⟩" })
}

// search types a query.
func (d *driver) search(q string) {
	d.press(d.m.keys.Search)
	d.typed(q + "\n")
}

func TestGoldenViews(t *testing.T) {
	for _, size := range []struct{ w, h int }{{80, 24}, {160, 50}} {
		for _, g := range goldens {
			name := fmt.Sprintf("%s-%dx%d", g.name, size.w, size.h)
			t.Run(name, func(t *testing.T) {
				d := drive(t, incidentCase(t), size.w, size.h)
				g.keys(d)
				mask(d)
				checkSize(t, d.m.View(), size.w, size.h)
				compare(t, name, d.view())
				if slices.Contains(inColour, g.name) {
					compare(t, name+"-colour", visibleColours(d.m.View()))
				}
				was := d.view()
				d.m.st = newStyles(ColoursNone, false)
				if d.view() != was {
					t.Errorf("without colours the view says something else:\n%s", d.view())
				}
			})
		}
	}
}

// mask replaces what differs from run to run: the folder the evidence was in, the reference and times of notes.
func mask(d *driver) {
	switch s := d.m.top().(type) {
	case *evidence:
		for i := range s.items {
			if s.items[i].Abs != "" {
				s.items[i].Abs = "/evidence/" + filepath.Base(s.items[i].Abs)
			}
		}
		s.fill()
	case *notes:
		for i := range s.items {
			s.items[i].Ref, s.items[i].Created, s.items[i].Edited = "n:0a1b2c", day, day
		}
		s.count()
		s.fill()
	}
}

// checkSize is the law of every view: exactly height rows of exactly width columns.
func checkSize(t *testing.T, view string, w, h int) {
	t.Helper()
	rows := strings.Split(view, "\n")
	if len(rows) != h {
		t.Errorf("the view has %d rows, want %d", len(rows), h)
	}
	for i, r := range rows {
		if n := ansi.StringWidth(r); n != w {
			t.Errorf("row %d has %d columns, want %d: %q", i, n, w, r)
		}
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	rows := strings.Split(got, "\n")
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	got = strings.Join(rows, "\n") + "\n"
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test ./ui -update writes it)", err)
	}
	if string(want) != got {
		t.Errorf("the view differs from %s:\n%s", file, got)
	}
}

// openIncident opens the first incident from the overview and goes down some rows.
func (d *driver) openIncident(rows int) {
	in := d.m.common.desk.Incidents()[0]
	d.to("shell planted")
	d.press(d.m.keys.Enter)
	if _, ok := d.m.top().(*incident); !ok {
		d.t.Fatalf("the overview's line of %s does not open it", in.Ref)
	}
	for range rows {
		d.press(d.m.keys.Down)
	}
}

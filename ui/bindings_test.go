package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
)

// A shot is what a key found.
type shot struct {
	top   screen
	over  overlay
	depth int
	ahead int
	view  string
	ref   string
	marks int
	dial  bool // the histogram has the keys
}

func (d *driver) shot() shot {
	return shot{top: d.m.top(), over: d.m.over, depth: len(d.m.stack), ahead: len(d.m.ahead), view: d.m.View(), ref: d.m.top().Selected().ref,
		marks: len(d.m.marks), dial: measuring(d.m.top())}
}

func measuring(s screen) bool {
	m, ok := s.(measurer)
	return ok && m.Measuring()
}

// isPrompt reports whether a line is asked for that begins with label.
func (d *driver) isPrompt(label string) bool {
	p, ok := d.m.over.(*prompt)
	return ok && strings.HasPrefix(p.in.label, label)
}

func filtersOf(s screen) []filter {
	if l, ok := s.(lister); ok {
		return l.Filters()
	}
	return nil
}

// done is what is done by the actions of the key map, by their names. said: or the status line says that there is none.
var done = map[string]struct {
	did  func(d *driver, was shot) bool
	said string
}{
	"open": {did: func(d *driver, was shot) bool {
		return len(d.m.stack) != was.depth || d.m.top() != was.top || d.m.over != nil || d.m.View() != was.view
	}},
	"back":            {func(d *driver, was shot) bool { return len(d.m.stack) < was.depth || measuring(d.m.top()) != was.dial }, "where you started"},
	"back-in-history": {func(d *driver, was shot) bool { return len(d.m.stack) < was.depth && len(d.m.ahead) > was.ahead }, "where you started"},
	"on-in-history":   {func(d *driver, was shot) bool { return len(d.m.ahead) < was.ahead }, "nothing ahead"},
	"other-pane":      {did: func(d *driver, was shot) bool { return d.m.View() != was.view }},
	"pivot":           {did: func(d *driver, was shot) bool { _, ok := d.m.over.(*menu); return ok }},
	"search":          {did: func(d *driver, was shot) bool { return d.isPrompt("search") }},
	"edit-filter":     {did: func(d *driver, was shot) bool { return d.isPrompt("filter") }},
	"only-this-value": {func(d *driver, was shot) bool { return len(filtersOf(d.m.top())) == len(filtersOf(was.top))+1 }, "no value under the cursor"},
	"without-this-value": {func(d *driver, was shot) bool {
		f := filtersOf(d.m.top())
		return len(f) == len(filtersOf(was.top))+1 && strings.HasPrefix(f[len(f)-1].text, "-")
	}, "no value under the cursor"},
	"filters-on-and-off": {did: func(d *driver, was shot) bool { _, ok := d.m.over.(*filterMenu); return ok }},
	"sort-by-this-column": {func(d *driver, was shot) bool {
		k, ok := d.m.top().(keeper)
		return ok && k.Kept().Sort != "" || strings.Contains(d.view(), "^")
	}, "cannot be ordered by"},
	"choose-columns":    {did: func(d *driver, was shot) bool { _, ok := d.m.over.(*columnMenu); return ok }},
	"count-this-column": {func(d *driver, was shot) bool { _, ok := d.m.top().(*frequency); return ok }, "no column to count"},
	"lines-around-it": {did: func(d *driver, was shot) bool {
		r, ok := d.m.top().(*requests)
		return ok && r.around.kind == aroundSource
	}},
	"next-finding":         {func(d *driver, was shot) bool { return d.m.top().Selected().ref != was.ref || d.m.View() != was.view }, "no further finding"},
	"previous-finding":     {func(d *driver, was shot) bool { return d.m.top().Selected().ref != was.ref || d.m.View() != was.view }, "no further finding"},
	"next-mark":            {func(d *driver, was shot) bool { return d.m.marks[d.m.top().Selected().ref] }, "no further mark"},
	"previous-mark":        {func(d *driver, was shot) bool { return d.m.marks[d.m.top().Selected().ref] }, "no further mark"},
	"go-to-a-time":         {did: func(d *driver, was shot) bool { return d.isPrompt("time") }},
	"a-day-on":             {func(d *driver, was shot) bool { return strings.Contains(d.m.said, "at or after") }, "has no time"},
	"a-day-back":           {func(d *driver, was shot) bool { return strings.Contains(d.m.said, "at or after") }, "has no time"},
	"add-note":             {did: func(d *driver, was shot) bool { _, ok := d.m.over.(*editorPane); return ok }},
	"edit":                 {did: func(d *driver, was shot) bool { _, ok := d.m.over.(*editorPane); return ok }},
	"verdict":              {did: func(d *driver, was shot) bool { _, ok := d.m.over.(*menu); return ok }},
	"mark":                 {did: func(d *driver, was shot) bool { return len(d.m.marks) != was.marks }},
	"copy":                 {did: func(d *driver, was shot) bool { return strings.HasPrefix(d.out.String(), "\x1b]52;c;") }},
	"copy-as-a-command":    {func(d *driver, was shot) bool { return strings.HasPrefix(d.out.String(), "\x1b]52;c;") }, "no command shows"},
	"command":              {did: func(d *driver, was shot) bool { return d.isPrompt(":") }},
	"find-anything":        {did: func(d *driver, was shot) bool { _, ok := d.m.over.(*palette); return ok }},
	"help":                 {did: func(d *driver, was shot) bool { _, ok := d.m.over.(*helpBox); return ok }},
	"close":                {did: func(d *driver, was shot) bool { return d.quit || d.m.over != nil }},
	"cancel-work-or-close": {did: func(d *driver, was shot) bool { return d.quit || d.m.over != nil }},
	"what-is-benign":       {did: func(d *driver, was shot) bool { return strings.Contains(d.m.said, "judged benign") }},
	"read-again":           {did: func(d *driver, was shot) bool { return !d.m.bad }},
	"other-verdict":        {did: func(d *driver, was shot) bool { return d.m.View() != was.view }},
	"other-order":          {did: func(d *driver, was shot) bool { return d.m.View() != was.view }},
	"as-a-tree-of-folders": {did: func(d *driver, was shot) bool {
		return strings.Contains(d.view(), "folder or file") != strings.Contains(was.view, "folder or file")
	}},
	"planting-request":        {did: func(d *driver, was shot) bool { _, ok := d.m.top().(*request); return ok }},
	"merge-with-another":      {func(d *driver, was shot) bool { return d.m.over != nil }, "mark"},
	"split-the-client-off":    {func(d *driver, was shot) bool { return d.m.over != nil }, "client"},
	"show-values-in-full":     {did: func(d *driver, was shot) bool { return d.m.View() != was.view }},
	"task-done-or-open-again": {did: func(d *driver, was shot) bool { return d.m.View() != was.view }},
	"suspend-fg-back":         {did: func(d *driver, was shot) bool { return true }}, // the terminal's affair: TestSuspend
	"row-up":                  {did: func(d *driver, was shot) bool { return d.m.View() != was.view }},
	"row-down":                {did: func(d *driver, was shot) bool { return d.m.View() != was.view }},
}

// Every enabled binding of every screen does what its help says; every disabled one does nothing.
func TestEveryBinding(t *testing.T) {
	dk := incidentCase(t)
	if _, err := dk.AddNote("- [ ] ask for the proxy log", nil); err != nil {
		t.Fatal(err)
	}
	ways := []string{"outcomes", "stolen", "gaps", "incidents", "go " + dk.Incidents()[0].Ref, "log", "case", "intel", "search class:sqli", "processes", "rejected", "tree"}
	type way struct {
		name string
		go_  func(d *driver)
	}
	var all []way
	for i, name := range screenNames {
		all = append(all, way{name, func(d *driver) { d.press(d.m.keys.Screens[(i+1)%screenCount], d.m.keys.Screens[i]) }})
	}
	for _, l := range ways {
		all = append(all, way{":" + l, func(d *driver) { d.commandLine(l) }})
	}
	all = append(all, way{"request", func(d *driver) { d.search("class:sqli"); d.press(d.m.keys.Enter) }},
		way{"frequency", func(d *driver) { d.search("class:sqli"); d.press(d.m.keys.Tally) }}) // the keys of the histogram are in TestLists
	pressed := 0
	for _, w := range all {
		fresh := func() *driver {
			d := drive(t, dk, 100, 30)
			w.go_(d)
			d.view()
			d.press(d.m.keys.Down)
			return d
		}
		d := fresh()
		builtin, here := d.m.keys.actions(), keysOf(d.m.top())
		mine := here.actions()
		seen := map[string]bool{}
		for _, g := range here.FullHelp()[:actionGroups] {
			for i := range g {
				seen[strings.Join(g[i].Keys(), " ")+g[i].Help().Desc] = true
			}
		}
		idle := fresh()
		for i, b := range mine {
			if !seen[strings.Join(b.Keys(), " ")+b.Help().Desc] {
				continue // movement, screens and overlays have tests of their own
			}
			name := actionName(builtin[i])
			if !b.Enabled() {
				if shared(here, *b) {
					continue
				}
				was := idle.m.View()
				if idle.press(*b); idle.m.View() != was || idle.quit || idle.out.Len() > 0 {
					t.Errorf("%s: %s is disabled but does something:\n%s", w.name, name, idle.view())
					idle = fresh()
				}
				continue
			}
			want, ok := done[name]
			if !ok {
				t.Errorf("%s: nothing is known of what %s does", w.name, name)
				continue
			}
			d := fresh()
			was := d.shot()
			d.press(*b)
			pressed++
			if !want.did(d, was) && (want.said == "" || !strings.Contains(d.m.said, want.said)) {
				t.Errorf("%s: %s (%s) does not do it; said %q:\n%s", w.name, b.Help().Key, b.Help().Desc, d.m.said, d.view())
			}
		}
	}
	if pressed < 300 {
		t.Errorf("%d keys were pressed on %d screens", pressed, len(all))
	}
}

// shared reports whether another binding that does something here has the same key.
func shared(k keyMap, b key.Binding) bool {
	for _, a := range k.actions() {
		if a.Enabled() && slices.ContainsFunc(a.Keys(), func(s string) bool { return slices.Contains(b.Keys(), s) }) {
			return true
		}
	}
	return false
}

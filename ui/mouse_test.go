package ui

import (
	"strings"
	"testing"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// pointing is a driver whose program has the mouse.
func pointing(t *testing.T, width, height int) *driver {
	t.Helper()
	d := drive(t, incidentCase(t), width, height)
	d.m.pointing = true
	return d
}

// spot is where a text stands on the screen: the n-th time it does, from 0.
func (d *driver) spot(text string, n int) (x, y int) {
	d.t.Helper()
	for y, l := range strings.Split(d.view(), "\n") {
		for from := 0; ; n-- {
			i := strings.Index(l[from:], text)
			if i < 0 {
				break
			}
			if n == 0 {
				return utf8.RuneCountInString(l[:from+i]), y
			}
			from += i + len(text)
		}
	}
	d.t.Fatalf("%q is not on the screen:\n%s", text, d.view())
	return 0, 0
}

func (d *driver) button(x, y int, a tea.MouseAction) {
	d.send(tea.MouseMsg{X: x, Y: y, Action: a, Button: tea.MouseButtonLeft})
}

// clickAt presses and lets go of the button.
func (d *driver) clickAt(x, y int) {
	d.button(x, y, tea.MouseActionPress)
	d.button(x, y, tea.MouseActionRelease)
}

// click clicks on a text.
func (d *driver) click(text string) {
	d.t.Helper()
	d.clickAt(d.spot(text, 0))
}

func (d *driver) wheel(x, y int, b tea.MouseButton) {
	d.send(tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: b})
}

// Without --mouse nothing that looks like a mouse does anything, and :mouse gives and takes it.
func TestMouseIsOffUnlessAskedFor(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	was := d.view()
	d.click("5 Time")
	if d.view() != was {
		t.Fatalf("a click acts though the mouse was not asked for:\n%s", d.view())
	}
	d.commandLine("mouse on")
	d.click("5 Time")
	d.wants("[Timeline]")
	d.send(tea.WindowSizeMsg{Width: 160, Height: 70})
	d.press(d.m.keys.Help)
	d.wants("MOUSE", "the histogram")
	d.press(d.m.keys.Back)
	d.commandLine("mouse off")
	d.click("1 Over")
	d.wants("[Timeline]")
	d.commandLine("mouse")
	d.wants("on or off")
}

// The wheel scrolls what is under the pointer; clicks choose and open rows, in the list and in its detail.
func TestMouseInLists(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {160, 50}} {
		d := pointing(t, size[0], size[1])
		d.click("2 Req")
		r := d.m.top().(*requests)
		d.wheel(10, 8, tea.MouseButtonWheelDown)
		if r.rows.top != wheelRows || r.rows.cur != wheelRows {
			t.Fatalf("after a turn of the wheel the first row is %d, the cursor on %d", r.rows.top, r.rows.cur)
		}
		d.wheel(10, 8, tea.MouseButtonWheelUp)
		d.wheel(10, 8, tea.MouseButtonWheelUp)
		if r.rows.top != 0 || r.rows.cur != wheelRows {
			t.Fatalf("back at the top the first row is %d, the cursor on %d", r.rows.top, r.rows.cur)
		}
		x, y := d.spot("1235 /css/site.css", 0)
		d.clickAt(x, y)
		if row, _ := r.pages.at(r.rows.cur); row.Client != "192.0.2.15" || d.m.top() != screen(r) {
			t.Fatalf("the click on 192.0.2.15 chose %s", row.Client)
		}
		// The detail scrolls by itself, a click gives it the keys.
		x, y = d.spot("reference", 0)
		d.wheel(x, y, tea.MouseButtonWheelDown)
		if size[1] == 24 && r.detail.top == 0 || r.rows.top != 0 || r.onDetail {
			t.Fatalf("the wheel over the detail: detail at %d, list at %d", r.detail.top, r.rows.top)
		}
		d.clickAt(x, y)
		if !r.onDetail {
			t.Fatal("a click in the detail does not give it the keys")
		}
		x, y = d.spot("1235 /css/site.css", 0)
		d.clickAt(x, y) // gives the keys back
		if d.m.top() != screen(r) || r.onDetail {
			t.Fatal("the click that comes back to the list opens a row")
		}
		d.clickAt(x, y)
		d.wants("Requests > r:")
		d.click("Requests >")
		if d.m.top() != screen(r) {
			t.Fatal("the crumb does not lead back")
		}
		d.send(tea.MouseMsg{X: 1, Y: 9, Action: tea.MouseActionPress, Button: tea.MouseButtonForward})
		d.wants("Requests > r:")
		d.send(tea.MouseMsg{X: 1, Y: 9, Action: tea.MouseActionPress, Button: tea.MouseButtonBackward})
		if d.m.top() != screen(r) {
			t.Fatal("the button for back does not lead back")
		}
	}
}

// The scroll bar leads to the part of the list that it stands for, and can be dragged.
func TestMouseInScrollBar(t *testing.T) {
	d := pointing(t, 80, 24)
	d.press(d.m.keys.Screens[tabRequests])
	r := d.m.top().(*requests)
	x, from := r.split.listW, 2+r.headRows()
	d.button(x, from+r.rows.height/2, tea.MouseActionPress)
	if at := r.rows.cur; at < r.n*4/10 || at > r.n*6/10 {
		t.Errorf("the middle of the bar leads to row %d of %d", at, r.n)
	}
	d.button(x-20, 23, tea.MouseActionMotion)
	if at := r.rows.cur; at < r.n*8/10 {
		t.Errorf("the end of the bar leads to row %d of %d", at, r.n)
	}
	d.button(x-20, 0, tea.MouseActionMotion)
	d.button(x-20, 0, tea.MouseActionRelease)
	if r.rows.cur != 0 {
		t.Errorf("the top of the bar leads to row %d", r.rows.cur)
	}
	if d.m.top() != screen(r) {
		t.Error("letting go over a tab's name changes to it")
	}
}

// A title makes its column the current one, and then orders by it.
func TestMouseOnTitles(t *testing.T) {
	d := pointing(t, 160, 50)
	d.click("6 Files")
	f := d.m.top().(*files)
	d.click("path")
	if f.table.at != "path" || f.table.sort != "" {
		t.Fatalf("the first click: current %q, ordered by %q", f.table.at, f.table.sort)
	}
	d.click("path")
	if f.table.sort != "path" || f.table.desc {
		t.Fatalf("the second click orders by %q, %v", f.table.sort, f.table.desc)
	}
	d.click("path")
	if f.table.sort != "path" || !f.table.desc {
		t.Fatalf("the third click orders by %q, %v", f.table.sort, f.table.desc)
	}
	d.click("2 Req")
	r := d.m.top().(*requests)
	x, y := d.spot(" st ", 0)
	if y != 4 { // the title, not a word in a row
		t.Fatalf("the title stands in row %d:\n%s", y, d.view())
	}
	d.clickAt(x+1, y)
	d.clickAt(x+1, y)
	if r.table.sort != "status" {
		t.Fatalf("requests are ordered by %q", r.table.sort)
	}
}

// A click in the histogram goes to a time, dragging takes a span, on every list that has one.
func TestMouseInHistogram(t *testing.T) {
	for _, tab := range []int{tabRequests, tabTimeline} {
		d := pointing(t, 160, 50)
		d.press(d.m.keys.Screens[tab])
		d.view()
		l := d.m.top().(lister)
		b := &d.m.top().(interface{ histogram() *band }).histogram().groups
		last := bandLeft + *b - 1
		d.clickAt(last, 2)
		if l.At().Before(day.Add(40 * 3600e9)) {
			t.Fatalf("the end of the histogram leads to %v", l.At())
		}
		if l.Measuring() {
			t.Fatal("after the click the histogram has the keys")
		}
		d.clickAt(bandLeft+*b/2, 3)
		if at := l.At(); tab == tabRequests && (at.Before(day.Add(15*3600e9)) || at.After(day.Add(35*3600e9))) {
			t.Fatalf("the middle of the histogram leads to %v", at)
		}
		d.button(last-5, 2, tea.MouseActionPress)
		d.button(last-2, 2, tea.MouseActionMotion)
		if !l.Measuring() {
			t.Fatal("the span being dragged is not shown")
		}
		d.button(last+60, 12, tea.MouseActionRelease)
		d.wants("after:2025-03-0", "before:2025-03-0")
		if d.m.top() == screen(l) {
			t.Fatal("the span is no step of its own")
		}
		d.clickAt(3, 2) // the name is no time
		d.click("after:")
		d.wants("filter: after:")
	}
}

// The names of the screens, and the crumbs: back to a step, and the edit of a filter.
func TestMouseInHeadLines(t *testing.T) {
	for _, width := range []int{60, 80, 160} {
		d := pointing(t, width, 24)
		for i := range screenCount {
			want := "[" + screenNames[i] + "]"
			if i == 0 {
				want = "[Requests]"
				d.clickAt(d.spot("2", 0))
			} else {
				at, _ := d.m.top().Place()
				if at == i {
					continue
				}
				d.clickAt(d.spot(d.m.tabText(i, at), 0))
			}
			d.wants(want)
		}
	}
	d := pointing(t, 160, 50)
	d.search("class:sqli")
	d.press(d.m.keys.In)
	d.press(d.m.keys.Enter)
	d.click("class:sqli")
	d.wants(`class:sqli > ip:="198.51.100.7"`)
	d.click("ip:=")
	d.wants(`filter: ip:="198.51.100.7"`)
	d.press(d.m.keys.Back)
	d.click("Requests >")
	if l, ok := d.m.top().(lister); !ok || joined(l.Filters()) != "class:sqli" {
		t.Fatalf("the first crumb leads to\n%s", d.view())
	}
}

// Menus, the palette, completion, the switches of filters and columns, the help, the note being written.
func TestMouseOverScreens(t *testing.T) {
	d := pointing(t, 80, 24)
	k := d.m.keys
	d.search("class:sqli")
	d.press(k.Pivot)
	d.wants("pivot on which value")
	d.clickAt(10, 4)
	if d.m.over != nil {
		t.Fatal("a click beside a menu does not close it")
	}
	d.press(k.Pivot)
	_, y := d.spot("pivot on which value", 0)
	d.clickAt(10, y+2)
	if m, ok := d.m.over.(*menu); !ok || m.parent == nil {
		t.Fatalf("a click in the menu chooses nothing:\n%s", d.view())
	}
	d.press(k.Back, k.Back)

	d.press(k.Filters)
	d.click("[x]")
	d.wants("[ ]", "row")
	d.clickAt(10, 4)
	d.press(k.Columns)
	was := strings.Count(d.view(), "[x]")
	d.click("[x]")
	if strings.Count(d.view(), "[x]") != was-1 {
		t.Fatalf("a click hides no column:\n%s", d.view())
	}
	d.clickAt(10, 4)

	d.press(k.Palette)
	d.typed("scrtim")
	d.wheel(10, 8, tea.MouseButtonWheelDown)
	d.click("Timeline ")
	d.wants("[Timeline]")

	d.press(k.Command)
	d.typed("search class:")
	d.send(tea.KeyMsg{Type: tea.KeyTab})
	p := d.m.over.(*prompt)
	if len(p.tabbed.options) < 3 {
		t.Fatalf("the test has no options:\n%s", d.view())
	}
	want := p.tabbed.options[2].text
	d.clickAt(d.spot(want, 0))
	d.wants("search class:" + want)
	d.wheel(10, 8, tea.MouseButtonWheelDown)
	d.wants("search class:" + p.tabbed.options[3].text)
	d.clickAt(10, 4)
	if d.m.over == nil {
		t.Fatal("a click beside a prompt loses what was typed")
	}
	d.press(k.Back)

	d.press(k.Help)
	top := d.view()
	d.wheel(10, 8, tea.MouseButtonWheelDown)
	if d.view() == top {
		t.Fatal("the wheel does not scroll the help")
	}
	d.press(k.End)
	d.clickAt(10, 8)
	if d.m.over == nil {
		t.Fatal("a click in the help closes it")
	}
	d.clickAt(10, 0)

	d.press(k.Note)
	d.typed("one two\nthree")
	d.clickAt(d.spot("two", 0))
	d.typed("x")
	d.wants("one xtwo")
	d.clickAt(79, 20)
	d.typed("!")
	d.wants("three!")
}

// Nothing that a terminal can report breaks the program, wherever it is, and drawing keeps its size.
func TestMouseAnywhere(t *testing.T) {
	d := pointing(t, 80, 24)
	k := d.m.keys
	for _, open := range []func(){func() {}, func() { d.press(k.Screens[tabRequests]) }, func() { d.press(k.Screens[tabFiles]) }, func() { d.press(k.Screens[tabReport]) },
		func() { d.search("ip:10.9.8.7") }, func() { d.press(k.Help) }, func() { d.press(k.Palette) }, func() { d.press(k.Note) }} {
		for d.m.over != nil {
			d.press(k.Back)
		}
		open()
		for _, b := range []tea.MouseButton{tea.MouseButtonNone, tea.MouseButtonLeft, tea.MouseButtonRight, tea.MouseButtonWheelUp, tea.MouseButtonWheelDown, tea.MouseButtonWheelLeft} {
			for _, a := range []tea.MouseAction{tea.MouseActionMotion, tea.MouseActionPress, tea.MouseActionMotion, tea.MouseActionRelease} {
				for _, at := range [][2]int{{-1, -1}, {0, 3}, {79, 4}, {80, 24}, {40, 22}, {12, 3}, {500, 500}, {12, 17}} {
					d.send(tea.MouseMsg{X: at[0], Y: at[1], Action: a, Button: b})
					checkSize(t, d.m.View(), 80, 24)
				}
			}
		}
	}
	d.send(tea.WindowSizeMsg{Width: 20, Height: 5})
	d.clickAt(3, 0)
}

// After the terminal was another program's, the mouse is taken anew.
func TestMouseIsTakenAgain(t *testing.T) {
	d := pointing(t, 80, 24)
	if cmd := d.m.handle(tea.ResumeMsg{}); cmd == nil || cmd() != tea.EnableMouseCellMotion() {
		t.Error("after Ctrl-Z and fg the mouse is the terminal's")
	}
	d.m.pointing = false
	if cmd := d.m.handle(tea.ResumeMsg{}); cmd != nil {
		t.Error("a mouse that nobody asked for is taken")
	}
}

func (r *requests) histogram() *band   { return &r.band }
func (r *records[T]) histogram() *band { return &r.b.band }

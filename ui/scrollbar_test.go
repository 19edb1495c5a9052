package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// The scroll bar has a sign where findings and marks lie: beside its row where the list is seen whole, else in its part.
func TestScrollBar(t *testing.T) {
	st := newStyles(Colours16, false)
	for _, c := range []struct {
		name    string
		n, h    int
		top     int
		hot     []int64
		marks   []int
		want    string
		reverse string // rows that are in sight
	}{
		{"seen whole", 3, 5, 0, []int64{0, 1, 0}, nil, "│!│││", "....."},
		{"marks before findings", 3, 5, 0, []int64{0, 1, 1}, []int{1}, "│*!││", "....."},
		{"parts", 100, 5, 0, []int64{0, 0, 0, 0, 8, 0, 0, 0, 1, 0}, []int{0}, "*│!│:", "#...."},
		{"the last page", 100, 5, 95, []int64{0}, []int{99}, "││││*", "....#"},
		{"nothing known", 100, 5, 50, nil, nil, "│││││", "..#.."},
		{"no rows", 0, 2, 0, nil, nil, "││", ".."},
	} {
		m := scrollMap{c.hot, map[int]bool{}}
		for _, i := range c.marks {
			m.marks[i] = true
		}
		got, seen := "", ""
		for _, row := range scrollBar(&st, &scroller{n: c.n, height: c.h, top: c.top}, m) {
			got += ansi.Strip(row)
			if strings.Contains(row, "7m") || strings.Contains(row, ";7") {
				seen += "#"
			} else {
				seen += "."
			}
		}
		if got != c.want || seen != c.reverse {
			t.Errorf("%s: %q %q, want %q %q", c.name, got, seen, c.want, c.reverse)
		}
	}
}

// The lines around a request are those of its source, then of its client, in step with the cursor; the third press shows
// the request again.
func TestContextIsInStep(t *testing.T) {
	d := drive(t, incidentCase(t), 160, 50)
	k := d.m.keys
	d.search("class:sqli")
	r := d.m.top().(*requests)
	for _, kind := range []int{aroundSource, aroundClient} {
		d.press(k.Context)
		for range 3 {
			d.press(k.Down)
			if r.around.kind != kind || r.around.ref != r.under() {
				t.Fatalf("the lines are around %s (kind %d), the cursor is on %s", r.around.ref, r.around.kind, r.under())
			}
			if at := r.around.list.selected().ref; at != r.under() {
				t.Errorf("the pane stands on %s, not on %s", at, r.under())
			}
		}
		for _, l := range r.around.list.lines {
			client := strings.Contains(l.sub.title, " 198.51.100.7 ")
			if kind == aroundClient && !client {
				t.Errorf("a line of another client: %s", l.sub.title)
			}
		}
	}
	// Enter opens a line that the filter leaves out.
	d.press(k.Tab, k.End, k.Enter)
	d.wants("> r:", "POST")
	d.press(k.Back, k.Context)
	if r.around.kind != aroundNone {
		t.Error("the third press did not show the request again")
	}
	d.wants("raw")
}

// Larger and smaller, the histogram's cursor stays at its time.
func TestZoomKeepsItsTime(t *testing.T) {
	d := drive(t, incidentCase(t), 160, 50)
	k := d.m.keys
	d.press(k.Screens[tabRequests])
	b := &d.m.top().(*requests).band
	d.view()
	d.press(k.Tab, k.Tab)
	d.press(k.End, k.Left, k.Left)
	d.view()
	at, to := b.span(b.at, b.at)
	d.press(k.In)
	d.view()
	if from, _ := b.span(b.at, b.at); from.Before(at) && at.Sub(from) > to.Sub(at) || from.After(to) {
		t.Errorf("the cursor went from %s to %s", at, from)
	}
	if b.lo.IsZero() || b.hist.to().Sub(b.hist.from) > day.Sub(day.AddDate(0, 0, -2)) {
		t.Errorf("the part seen is %s to %s", b.hist.from, b.hist.to())
	}
	d.press(k.Out)
	d.view()
	if from, until := b.span(b.at, b.at); until.Before(at) || from.After(to) {
		t.Errorf("back at %s, was at %s", from, at)
	}
}

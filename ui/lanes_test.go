package ui

import (
	"path/filepath"
	"strings"
	"testing"
)

// On an event of an incident the timeline can be narrowed to it by the column of lanes.
func TestTimelineOneIncident(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.press(d.m.keys.Screens[tabTimeline])
	d.to("plant")
	s := d.m.top().(*timeline)
	s.table.at = "incident"
	d.press(d.m.keys.In)
	n, ok := d.m.top().(*timeline)
	if !ok || n == s || len(n.items) == 0 || len(n.items) >= len(s.items) {
		t.Fatalf("%T is not narrowed: %v", d.m.top(), n)
	}
	in := d.m.desk.Incidents()[0]
	for _, e := range n.items {
		if e.Label != "A" || e.Incident != in.Ref {
			t.Errorf("%s %s is of incident %q %s", e.Kind, e.Ref, e.Label, e.Incident)
		}
	}
	if want := len(in.Steps); len(n.items) != want {
		t.Errorf("%d events of the incident, it has %d steps", len(n.items), want)
	}
}

// Screens of many kinds of rows are filtered, sorted and counted like the others.
func TestMixedRowsAsLists(t *testing.T) {
	list, err := filepath.Abs("../testdata/campaign/autumn-2015.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name, column, row string
		open              func(d *driver)
	}{
		{"incident", "kind", "first visit", func(d *driver) { d.openIncident(0) }},
		{"campaign", "sector", "event", func(d *driver) { d.commandLine("campaign " + list); d.press(d.m.keys.End) }},
		{"versions", "by", "", func(d *driver) {
			d.commandLine("note one")
			d.press(d.m.keys.Screens[tabNotes], d.m.keys.Edit)
			d.typed("more")
			d.press(d.m.keys.Save)
			d.send(versionsMsg{d.m.top().Selected().ref})
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			d := drive(t, incidentCase(t), 120, 40)
			x.open(d)
			if x.row != "" && x.name == "incident" {
				d.to(x.row)
			}
			l, ok := d.m.top().(lister)
			if !ok {
				t.Fatalf("%T is no list", d.m.top())
			}
			names, _ := l.Columns()
			for range len(names) {
				d.press(d.m.keys.Left)
			}
			for i := 0; i < len(names) && !strings.HasPrefix(l.Under(), x.column+":"); i++ {
				d.press(d.m.keys.Right)
			}
			term := l.Under()
			if !strings.HasPrefix(term, x.column+":") {
				t.Fatalf("no key leads to column %s but to %s", x.column, term)
			}
			d.press(d.m.keys.Sort, d.m.keys.Sort, d.m.keys.Sort, d.m.keys.In)
			n, ok := d.m.top().(lister)
			if !ok || n == l || len(n.Filters()) != 1 || n.Filters()[0].text != term {
				t.Fatalf("%s does not narrow the list: %T %v", term, d.m.top(), d.m.said)
			}
			if n.Under() != term {
				t.Errorf("the cursor is on %s, not on %s", n.Under(), term)
			}
			d.press(d.m.keys.Tally)
			f, ok := d.m.top().(*frequency)
			if !ok || len(f.items) != 1 {
				t.Fatalf("the rows of one value have %T %v", d.m.top(), d.m.said)
			}
		})
	}
}

package ui

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// again opens a case as a program does that keeps its session.
func again(t testing.TB, d *desk.Desk) *driver {
	t.Helper()
	dr := &driver{t: t}
	dr.m = newRoot(context.Background(), d, Options{Out: &dr.out})
	dr.m.spinning = true
	dr.send(tea.WindowSizeMsg{Width: 100, Height: 30})
	dr.run(dr.m.Init())
	return dr
}

// The next program goes on where the last was left: the screens behind Esc, filters on and off, order, columns, cursor,
// marks and what was typed. Nothing but keys was needed for it to be kept.
func TestSessionIsRestored(t *testing.T) {
	dk := incidentCase(t)
	d := again(t, dk)
	k := d.m.keys
	d.search("class:sqli status:200")
	d.m.top().(*requests).table.at = "size"
	d.press(k.Sort, k.Sort, k.Down, k.Down, k.Mark)
	d.press(k.Filters, k.Down, k.Toggle, k.Back)
	r := d.m.top().(*requests)
	r.SetColumns([]string{"time", "client", "size"})
	was, ref := d.view(), r.under()
	d.press(k.Enter)
	d.press(k.Back, k.Screens[tabWebshells])
	d.press(k.Back)

	d = again(t, dk)
	d.wants("back at Requests, where you left")
	r = d.m.top().(*requests)
	if r.under() != ref || !d.m.marks[ref] || r.table.sort != "size" || !r.table.desc || !r.filters[1].off || !slices.Equal(r.table.chosen, []string{"time", "client", "size"}) {
		t.Errorf("cursor %s (want %s), marks %v, table %+v, filters %+v", r.under(), ref, d.m.marks, r.table.sort, r.filters)
	}
	d.press(k.Down, k.Up)
	if got := d.view(); rows(got) != rows(was) {
		t.Errorf("the screen is\n%s\nand was\n%s", got, was)
	}
	d.press(k.Back)
	d.wants("[Overview]")
	if !slices.Contains(d.m.searches, "class:sqli status:200") {
		t.Errorf("searches %q", d.m.searches)
	}
}

// rows are the lines of a view without its status line.
func rows(view string) string { return view[:strings.LastIndexByte(view, '\n')] }

// Each screen that is kept comes back as itself, with its filters.
func TestEveryScreenIsRestored(t *testing.T) {
	dk := incidentCase(t)
	lines := []string{"webshells", "actors", "timeline", "files", "notes", "evidence", "processes", "stolen", "outcomes", "outcomes sqli", "gaps", "incidents", "rejected", "rejected access.log",
		"go " + dk.Incidents()[0].Ref}
	for _, l := range lines {
		d := again(t, dk)
		d.m.stack = d.m.stack[:1]
		d.commandLine(l)
		want := d.view()
		d.press(d.m.keys.Down, d.m.keys.Up)
		d.run(d.m.keepSession())
		d = again(t, dk)
		d.press(d.m.keys.Down, d.m.keys.Up)
		if got := d.view(); rows(got) != rows(want) {
			t.Errorf("%s: the screen is\n%s\nand was\n%s", l, got, want)
		}
	}
}

// A session that cannot be read is left alone, and one of another program's making names no screen that there is not.
func TestSessionThatCannotBeRead(t *testing.T) {
	for _, text := range []string{"{", `{"screens":[{"screen":"nowhere"}]}`, `{"screens":[{"screen":"webshells","filters":[{"text":"nothing:x"}],"sort":"nothing"}]}`,
		`{"screens":[{"screen":"requests","filters":[{"text":"status:("}]}]}`, "", "null"} {
		dk := incidentCase(t)
		file := filepath.Join(dk.Case.Dir(), "session.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		d := again(t, dk)
		d.press(d.m.keys.Screens[tabOverview])
		d.wants("[Overview]")
		if text == "{" {
			d.run(d.m.keepSession())
			if b, err := os.ReadFile(file); err != nil || bytes.Equal(b, []byte(text)) {
				t.Errorf("the session is not kept anew: %q, %v", b, err)
			}
		}
	}
}

// Who asked for a fresh start gets one, and leaves nothing.
func TestFreshKeepsNoSession(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 80, 24)
	d.search("class:sqli")
	d.press(d.m.keys.Down)
	if b, err := dk.Session(); b != nil || err != nil {
		t.Errorf("kept %q, %v", b, err)
	}
}

package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A client is split off with a key and merged back with another; both need a reason, and the journal has them.
func TestSplitAndMerge(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 100, 60)
	d.press(d.m.keys.Screens[tabActors])
	d.wants("1 of 1 intruder")
	d.press(d.m.keys.Tab)
	for range 40 {
		if a := d.m.top().(*actors); a.client() == "203.0.113.44" {
			break
		}
		d.press(d.m.keys.Down)
	}
	d.press(d.m.keys.Split)
	d.wants("split 203.0.113.44 off Intruder 1. Why?")
	d.typed("\n")
	d.wants("a decision needs its reason")
	d.typed("another hand\n")
	d.wants("1 of 2 intruders", "split recorded")
	d.press(d.m.keys.Back, d.m.keys.Merge)
	d.wants("merge Intruder")
	d.typed("the same hours\n")
	d.wants("1 of 1 intruder", "merge recorded")
	if g := dk.Case.Groupings(); len(g) != 2 || g[0].Reason != "another hand" || g[1].Op != "merge" {
		t.Errorf("journal: %+v", g)
	}
	d.commandLine("attribute Deep Panda -- a guess")
	d.wants("your word", "Deep Panda", "unattributed; consistent with")
	d.commandLine("split 198.51.100.7")
	d.wants("then -- and why")
	d.commandLine("merge nobody -- x")
	d.wants("no such intruder")
}

// Every row of the matrix leads to the records that show it.
func TestMatrixLeadsToRecords(t *testing.T) {
	d := drive(t, incidentCase(t), 100, 60)
	d.press(d.m.keys.Screens[tabActors], d.m.keys.Tab)
	d.wants("MATRIX", "a false flag")
	a := d.m.top().(*actors)
	rows := 0
	for i, r := range a.items[0].Matrix.Rows {
		s := rowSubject(actorSubject(&a.items[0].Actor), &a.items[0].Matrix.Rows[i])
		if len(r.Refs) == 0 || s.open == nil || s.ref != r.Refs[0] {
			t.Errorf("%s leads to %+v", r.Text, s)
		}
		rows++
	}
	if rows == 0 {
		t.Fatal("no rows")
	}
	for range 200 {
		if strings.Contains(d.view(), ">") && strings.HasPrefix(a.b.detail.selected().title, "T1505.003") {
			break
		}
		d.press(d.m.keys.Down)
	}
	d.press(d.m.keys.Enter)
	d.wants("[Requests]", "of 2 lines")
}

func TestCampaignViews(t *testing.T) {
	list, err := filepath.Abs("../testdata/campaign/autumn-2015.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct{ w, h int }{{80, 24}, {160, 50}} {
		dk := incidentCase(t)
		d := drive(t, dk, size.w, size.h)
		d.commandLine(fmt.Sprintf(`campaign %q --milestone "2015-09-25=agreement"`, list))
		d.wants("0 before, 0 on the day, 11 after")
		checkSize(t, d.m.View(), size.w, size.h)
		compare(t, fmt.Sprintf("campaign-%dx%d", size.w, size.h), d.view())
		d.press(d.m.keys.End)
		d.wants("2015-11")
		// The milestone stands where it falls: before the first event, and before the first day, week and month after it.
		rows, before := d.m.top().(*campaigns).items, map[string]bool{}
		for i := range rows[:len(rows)-1] {
			if rows[i].what == "milestone" && strings.Contains(rows[i].text, "-- agreement") {
				before[rows[i+1].kind()] = true
			}
		}
		if !before["day"] || !before["event"] || !before["week"] || !before["month"] {
			t.Errorf("the milestone is marked before %v", before)
		}
		d.press(d.m.keys.Back)
	}
	d := drive(t, incidentCase(t), 80, 24)
	d.commandLine("campaign")
	d.wants("no folder is named")
	d.press(d.m.keys.Back)
	d.commandLine("campaign " + filepath.Join(t.TempDir(), "absent"))
	d.wants("no such file")
}

// A hostile name in another case's files cannot draw.
func TestCampaignIsInert(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "l.csv"), []byte("date,actor,victim\n2024-01-01,\x1b[2Jx,\u202ey\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := drive(t, incidentCase(t), 120, 30)
	d.commandLine("campaign " + dir)
	d.press(d.m.keys.End)
	d.wants("<ESC>[2Jx")
	if strings.ContainsAny(d.view(), "\u202e") || strings.Contains(d.m.View(), "\x1b[2J") {
		t.Error("a name draws")
	}
}

// While there is no name, the list of intruders and the Overview give the verdict word for word, on a small terminal too.
func TestVerdictIsSaidInFull(t *testing.T) {
	for _, width := range []int{80, 160} {
		dk := incidentCase(t)
		want := dk.Intruders()[0].Verdict
		if !strings.HasPrefix(want, "unattributed; consistent with ") {
			t.Fatalf("the verdict is %q", want)
		}
		d := drive(t, dk, width, 24)
		d.wants("ACTORS     1  198.51.100.7 +1   " + want)
		d.press(d.m.keys.Screens[tabActors])
		d.wants("Intruder 1   198.51.100.7 +1 "+want, "verdict   "+want)
	}
}

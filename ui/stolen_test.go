package ui

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spoor/ui/desk"
)

// bisectionLog is a client that bisects texts of the table staff, and one whose questions are all refused.
func bisectionLog() string {
	var b strings.Builder
	at := time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)
	line := func(client, uri string, status, size int) {
		b.WriteString(logLine(at, client, "GET", uri, status, size, "-", "x"))
		at = at.Add(time.Second)
	}
	ask := func(condition string, truth bool) {
		line("198.51.100.7", "/item.php?id="+url.PathEscape("3 AND "+condition), 200, map[bool]int{true: 2000, false: 700}[truth])
	}
	for _, t := range [][2]int{{4, 4}, {4, 5}, {77, 77}, {77, 12}, {31, 31}, {31, 30}} {
		ask(fmt.Sprintf("%d=%d", t[0], t[1]), t[0] == t[1])
	}
	for row, x := range [][2]string{{"mail", "ann@corp.example"}, {"colour", "turquoise"}} {
		for pos := 1; pos <= len(x[1])+1; pos++ {
			code, lo, hi := 0, 0, 127
			if pos <= len(x[1]) {
				code = int(x[1][pos-1])
			}
			for lo < hi {
				mid := (lo + hi) / 2
				ask(fmt.Sprintf("ASCII(SUBSTR((SELECT %s FROM staff LIMIT %d,1),%d,1))>%d", x[0], row, pos, mid), code > mid)
				if code > mid {
					lo = mid + 1
				} else {
					hi = mid
				}
			}
		}
	}
	for i := range 12 {
		line("203.0.113.9", fmt.Sprintf("/news.php?n=1%%20AND%%20%d=%d", i, i%2), 403, 199)
	}
	return b.String()
}

func stolenCase(t testing.TB) *desk.Desk {
	return openCase(t, map[string]string{"access.log": bisectionLog()})
}

func TestStolenViews(t *testing.T) {
	for _, size := range []struct{ w, h int }{{80, 24}, {160, 50}} {
		d := drive(t, stolenCase(t), size.w, size.h)
		d.commandLine("stolen")
		d.to("SELECT mail")
		checkSize(t, d.m.View(), size.w, size.h)
		compare(t, fmt.Sprintf("stolen-%dx%d", size.w, size.h), d.view())
		d.press(d.m.keys.Cycle)
		checkSize(t, d.m.View(), size.w, size.h)
		compare(t, fmt.Sprintf("stolen-attacks-%dx%d", size.w, size.h), d.view())
	}
}

func TestStolenWays(t *testing.T) {
	c := stolenCase(t)
	d := drive(t, c, 110, 40)
	d.wants("STOLEN", "2 values read by injection, 2 certain")
	d.to("STOLEN")
	d.press(d.m.keys.Enter)
	d.wants("2 reads, masked", "IN ALL", "Table staff: 2 cells in 2 rows", "e-mail address")
	d.to("staff LIMIT 0, 1")
	d.wants("a***@corp.example", "masked: z shows it", "char 1", "certain")
	if v := d.view(); strings.Contains(v, "ann@") {
		t.Fatalf("the value is not masked:\n%s", v)
	}
	ref := d.m.top().Selected().ref
	d.press(d.m.keys.Unmask)
	d.wants("ann@corp.example", "shown in full")
	journal, err := os.ReadFile(filepath.Join(c.Case.Dir(), "journal.jsonl"))
	if err != nil || !strings.Contains(string(journal), "on the screen Stolen") {
		t.Errorf("that values were shown is not in the journal: %v", err)
	}
	d.press(d.m.keys.Unmask)
	if v := d.view(); strings.Contains(v, "ann@") {
		t.Errorf("it is not masked again:\n%s", v)
	}
	d.press(d.m.keys.Tab)
	d.to("char 3")
	d.press(d.m.keys.Enter) // the request that proves it
	d.wants("/item.php?id=3%20AND%20ASCII", "LIMIT 0,1),3,1))>")
	d.press(d.m.keys.Back)
	d.wants("Stolen")
	d.press(d.m.keys.Back)
	d.press(d.m.keys.Cycle)
	d.wants("succeeded", "198.51.100.7", "failed", "203.0.113.9", "values can be put together")

	d = drive(t, c, 120, 40)
	d.commandLine(ref)
	d.wants(ref, "SELECT mail FROM staff LIMIT 0, 1")
	d.commandLine("note They have [[" + ref + "]].")
	d.wants("saved note")
	if n := c.NotesOn(ref); len(n) != 1 || len(n[0].On) == 0 || strings.Contains(n[0].On[0].Text, "ann@") || !strings.Contains(n[0].On[0].Text, "SELECT mail") || n[0].On[0].Line == 0 {
		t.Errorf("the note cites %+v", n)
	}

	d = drive(t, openCase(t, nil), 80, 24)
	d.commandLine("stolen")
	d.wants("No value can be put together", ":load takes in logs")
}

//go:build !windows

package cli_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wides are texts that take other columns than they have characters, or that a terminal may move. In a text of a record
// each comes short, which is padded, and long, which is cut, perhaps in the middle of a character of two columns.
var wides = []struct{ name, text string }{
	{"plain", "abcdefgh"},
	{"cjk", "日本語"},
	{"mixed", "x漢y字z"},
	{"hangul", "한국어"},
	{"jamo", "\u1112\u1161\u11ab"},
	{"halfwidth", "ﾊﾟﾋﾞ"},
	{"accents", "e\u0301o\u0302\u0323"},
	{"stack", "z" + strings.Repeat("\u0301\u0323\u0489", 13)},
	{"emoji", "😀👍🏽"},
	{"family", "👨\u200d👩\u200d👧"},
	{"selector", "☺\ufe0f❤\ufe0e1\ufe0f\u20e3"},
	{"flags", "🇩🇪🇫"},
	{"zero", "a\u200bb\u200cc\u2060d\ufeffe\u00adf"},
	{"hebrew", "שָׁלוֹם"},
	{"arabic", "مَرحَبًا"},
	{"bidi", "a\u202eb\u2066c\u2069d\u200fe"},
	{"thai", "น้ำกำ"},
	{"indic", "क्षि"},
	{"ambiguous", "①†°×αЖ\u3248\u2630"},
}

// columnCase writes a case whose path, query, agent, referer, user and file names are wides.
func columnCase(t *testing.T, dir string) {
	t.Helper()
	var log, list strings.Builder
	for i, w := range wides {
		for long, s := range []string{w.text, strings.Repeat(w.text, 100/len([]rune(w.text)))} {
			fmt.Fprintf(&log, "203.0.113.5 - us%s [08/Mar/2025:08:%02d:00 +0000] \"GET /%s/%s?q=%s HTTP/1.1\" 200 4321 \"http://x.example/%s\" \"UA%d-%d %s\"\n",
				s, 2*i+long, w.name, s, url.QueryEscape(s), s, i, long, s)
			fmt.Fprintf(&list, "%064x  /srv/%s%d/%s.php\n", 2*i+long+1, w.name, long, s)
		}
	}
	args := []string{"load", filepath.Join(dir, "case")}
	for name, text := range map[string]string{"日本\u0301ש.log": log.String(), "files.sha256": list.String()} {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	if _, errs, code := run(t, args...); code != 0 {
		t.Fatal(errs)
	}
}

// Columns stay where they are whatever stands in them, by the cells of a real terminal: no width is taken from the
// library that spoor draws with.
func TestColumnsHoldInTmux(t *testing.T) {
	x, dir := startTmux(t)
	columnCase(t, dir)
	j := &journey{t: t, x: x, dir: dir, size: [2]string{"80", "24"}, at: -1, where: "columns"}
	steps := func(script string) {
		t.Helper()
		for l := range strings.Lines(script) {
			j.where = "columns: " + l
			word, rest, _ := strings.Cut(strings.TrimSpace(l), " ")
			j.step(word, rest)
		}
	}
	lines := 2 * len(wides)
	steps("run open case --fresh\nwait [Overview]\nkeys 2\nwait 1 of " + fmt.Sprint(lines) + " lines\nwait request")
	for _, key := range []string{"", "PageDown", "PageDown", "G"} {
		if key != "" {
			before := j.do("capture-pane", "-p")
			steps("keys " + key)
			j.until("the page stays", func() bool { return j.do("capture-pane", "-p") != before })
		}
		j.holds("time  ", 5, "203.0.113.5 ", "GET ", "200 ", "4321 ", "/")
	}
	for _, size := range []string{"81x60", "120x60", "170x60"} {
		_, height, _ := strings.Cut(size, "x")
		steps("resize " + size)
		j.drawn(height)
		j.holds("time  ", 20, "203.0.113.5 ", "GET ", "200 ", "4321 ", "/")
	}
	j.choose("time", "status", "request", "query", "referer", "agent", "user", "line")
	for range 5 {
		steps("keys l") // from the time to the agent
	}
	j.holds("time  ", lines, "200 ", "/", "q=", "http://", "UA", "us")
	steps("keys =\nwait by agent\nwait 1 of " + fmt.Sprint(lines) + " values")
	j.holds("count  ", lines, "1 ", "2.6% ", "UA")
	steps("keys Escape\ngone by agent\nkeys 6\nwait 1 of " + fmt.Sprint(lines) + " files")
	j.choose("verdict", "path", "folder", "ending", "hash")
	j.holds("verdict  ", lines, "unknown ", "/srv/", "/srv/", "php ", "0000")
	steps("keys 8\nwait files.sha256")
	j.frame()
	steps("resize 80x24\nkeys 2\nwait [Requests]\nkeys g\nwait 1 of")
	for i, w := range wides { // the long ones
		steps(fmt.Sprintf("keys j\nwait %d of\nkeys Enter\nwait 08:%02d:00 UTC  203", 2*i+2, 2*i+1))
		text := ""
		for _, row := range j.frame() {
			text += strings.ReplaceAll(strings.Join(row, ""), " ", "")
		}
		if user := strings.Repeat(w.text, 100/len([]rune(w.text))); !strings.Contains(text, "<U+") && !strings.Contains(text, "-us"+user+"[") {
			j.fail("rows that were wrapped have lost something: no %q", user)
		}
		steps(fmt.Sprintf("keys Escape\nwait %d of %d lines\nkeys j", 2*i+2, lines))
	}
}

// cells asks the terminal what it has in each of its cells, by rows; the second cell of a character of two is empty, as
// are those after the last character of a row. In copy mode it is made to copy the rectangles of the first cells of all
// rows, one more each time.
func (j *journey) cells() [][]string {
	j.t.Helper()
	var width, height int
	if _, err := fmt.Sscan(j.do("display-message", "-p", "#{pane_width} #{pane_height}"), &width, &height); err != nil {
		j.fail("%v", err)
	}
	dir := j.t.TempDir()
	pane := j.panes[j.at]
	var script strings.Builder
	fmt.Fprintf(&script, "copy-mode -t %s\n", pane)
	do := func(what string) { fmt.Fprintf(&script, "send-keys -t %s -X %s\n", pane, what) }
	for _, what := range []string{"top-line", "start-of-line", "begin-selection", "rectangle-toggle", "bottom-line", "start-of-line"} {
		do(what)
	}
	for x := range width {
		do("cursor-right")
		do("copy-selection-no-clear")
		fmt.Fprintf(&script, "save-buffer '%s'\ndelete-buffer\n", filepath.Join(dir, fmt.Sprint(x)))
	}
	do("cancel")
	name := filepath.Join(dir, "script")
	if err := os.WriteFile(name, []byte(script.String()), 0o600); err != nil {
		j.fail("%v", err)
	}
	if out, err := j.x.command("source-file", name).CombinedOutput(); err != nil {
		j.fail("%v: %s", err, out)
	}
	rows, before := make([][]string, height), make([]string, height)
	for x := range width {
		text, err := os.ReadFile(filepath.Join(dir, fmt.Sprint(x)))
		if err != nil {
			j.fail("%v", err)
		}
		for y, row := range strings.Split(string(text), "\n") {
			cell, ok := strings.CutPrefix(row, before[y])
			if !ok {
				j.fail("cell %d of row %d: %q does not begin with %q", x, y, row, before[y])
			}
			rows[y], before[y] = append(rows[y], cell), row
		}
	}
	return rows
}

// frame is the cells of a frame, which has its tabs in the first row and its keys in the last: had a row been
// wider than the terminal, the terminal would have begun another one.
func (j *journey) frame() [][]string {
	j.t.Helper()
	rows := j.cells()
	first, last := strings.Join(rows[0], ""), strings.Join(rows[len(rows)-1], "")
	if !strings.Contains(first, "[") || !strings.Contains(first, "9 Report") || !strings.HasPrefix(last, " ? help") {
		j.fail("the frame is not in its place")
	}
	return rows
}

// drawn waits until a frame fills the height.
func (j *journey) drawn(height string) {
	j.t.Helper()
	j.until("no frame of the new size", func() bool {
		rows := strings.Split(j.do("capture-pane", "-p"), "\n")
		return fmt.Sprint(len(rows)-1) == height && strings.HasPrefix(rows[len(rows)-2], " ? help") && strings.HasPrefix(rows[0], "1 Over")
	})
}

// holds fails unless below the row of titles that begins so there are at least so many rows in each of which the marks
// stand, after a space, in the cells that they have in the first of these rows, and the scroll bar too.
func (j *journey) holds(titles string, atLeast int, marks ...string) {
	j.t.Helper()
	rows := j.frame()
	at := func(row []string, x int) string { return strings.Join(row[min(x, len(row)):], "") }
	y := 0
	for !strings.HasPrefix(strings.TrimLeft(at(rows[y], 0), " "), titles) {
		if y++; y == len(rows) {
			j.fail("no titles %q", titles)
		}
	}
	rows = rows[y+1 : len(rows)-1]
	var places []int
	x, bar := 0, 0
	for i, mark := range append(marks, "│") {
		for !strings.HasPrefix(at(rows[0], x), mark) {
			if x++; x == len(rows[0]) {
				j.fail("no %q in the first row", mark)
			}
		}
		if i == len(marks) {
			bar = x
		} else {
			places = append(places, x)
			x++
		}
	}
	n := 0
	for y, row := range rows {
		if strings.HasPrefix(at(row, 0), "──") {
			break // of the pane below
		}
		if row[bar] != "│" {
			j.fail("row %d: %q in cell %d, which is that of the scroll bar", y, row[bar], bar)
		}
		if strings.TrimSpace(strings.Join(row[:bar], "")) == "" {
			continue
		}
		n++
		for i, x := range places {
			if row[x-1] != " " || !strings.HasPrefix(at(row, x), marks[i]) {
				j.fail("row %d: %q%.20q from cell %d on, want %q", y, row[x-1], at(row, x), x-1, " "+marks[i])
			}
		}
	}
	if n < atLeast {
		j.fail("%d rows, want %d", n, atLeast)
	}
}

// choose shows these columns of the list at hand and no others.
func (j *journey) choose(names ...string) {
	j.t.Helper()
	j.step("keys", "c")
	j.step("wait", "[columns]")
	keys := []string{}
	for row := range strings.Lines(j.do("capture-pane", "-p")) {
		sign, name, ok := strings.Cut(strings.Trim(row, "> \n"), "] ")
		if !ok || sign != "[x" && sign != "[ " {
			continue
		}
		want := false
		for _, n := range names {
			want = want || n == name
		}
		if want != (sign == "[x") {
			keys = append(keys, "Space")
		}
		keys = append(keys, "j")
	}
	j.step("keys", strings.Join(append(keys, "Escape"), " "))
	j.step("gone", "[columns]")
}

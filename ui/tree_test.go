package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/ui/desk"
)

// pressTree goes from the list of files to their tree, or back.
func (d *driver) pressTree() {
	d.t.Helper()
	d.press(d.m.top().Keys().Tree)
}

// The files of a list are a tree: folders fold, Enter lists what is below one, and the list's filters hold in it.
func TestFileTree(t *testing.T) {
	var listing, good strings.Builder
	for i, name := range []string{"/srv/www/index.php", "/srv/www/shop/item.php", "/srv/www/shop/up/x.php", "/srv/www/with space/a.php", "/srv/www/with space/b/c.php", "/opt/tool.sh"} {
		fmt.Fprintf(&listing, "%064x  %s\n", i+1, name)
		if i == 1 {
			fmt.Fprintf(&good, "%064x  %s\n", 900, name)
		} else if i == 0 {
			fmt.Fprintf(&good, "%064x  %s\n", i+1, name)
		}
	}
	d := drive(t, openCase(t, map[string]string{"files.sha256": listing.String(), "good.sha256": good.String()}), 100, 30)
	k := d.m.keys
	d.press(k.Screens[tabFiles])
	list := d.m.top().(*files)
	d.pressTree()
	tree, ok := d.m.top().(*fileTree)
	if !ok {
		t.Fatalf("the key of the tree shows %T", d.m.top())
	}
	sum := 0
	for _, v := range fileOrder {
		sum += tree.root.count[v]
	}
	if sum != len(list.items) || sum != 6 {
		t.Fatalf("%d files in the tree, %d in the list", sum, len(list.items))
	}
	if c := tree.root.count; c[triage.Changed] != 1 || c[triage.KnownGood] != 1 || c[triage.Unknown] != 4 {
		t.Errorf("the counts are %v", c)
	}
	d.to(" srv/www/")
	d.lacks("item.php")
	d.press(k.Right)
	d.wants("- srv/www/", "+ shop/", "index.php")
	d.press(k.Right, k.Left)
	if got := tree.Selected().copied; got != "/srv/www/" {
		t.Errorf("after going in and out the cursor is on %s", got)
	}
	d.to("shop/")
	d.press(k.Right, k.Right, k.Right)
	d.wants("- up/", "x.php")
	d.to(" srv/www/")
	d.press(k.Left)
	d.lacks("shop/")
	d.press(k.Right)
	d.to("with space/")
	d.press(k.Enter)
	below, ok := d.m.top().(*files)
	if !ok || len(below.items) != 2 {
		t.Fatalf("Enter on a folder shows %T of %d files: %s", d.m.top(), len(below.items), d.m.said)
	}
	d.pressTree()
	if n := d.m.top().(*fileTree); n.root.count[triage.Unknown] != 2 || len(n.root.folders) != 1 {
		t.Errorf("the tree of a narrowed list holds %v", n.root.count)
	}
	d.pressTree()
	if d.m.top() != screen(below) {
		t.Errorf("the key of the tree does not lead back to its list but to %T", d.m.top())
	}
}

// A web root of a hundred thousand files is a tree at once.
func TestFileTreeOfMany(t *testing.T) {
	items := make([]listedFile, 100_000)
	for i := range items {
		items[i].Path = fmt.Sprintf("/srv/www/site%d/wp-content/plugins/p%d/inc/f%d.php", i%7, i%400, i)
		items[i].Verdict = fileOrder[i%4]
	}
	began := time.Now()
	root := makeFolders(items, func(f *listedFile) bool { return f.Verdict == triage.KnownBad })
	if n := root.sum(); n != len(items) {
		t.Errorf("%d of %d files are in the tree", n, len(items))
	}
	t.Logf("%d files in %s", len(items), time.Since(began))
	deep := []listedFile{{File: triage.File{Path: strings.Repeat("/a", 5000) + "/x"}}, {File: triage.File{Path: "x"}}, {File: triage.File{Path: `C:\inetpub\x.aspx`}}}
	if n := makeFolders(deep, func(*listedFile) bool { return false }).sum(); n != 3 {
		t.Errorf("%d of 3 odd paths are in the tree", n)
	}
}

func BenchmarkFileTree(b *testing.B) {
	items := make([]listedFile, 100_000)
	for i := range items {
		items[i].Path = fmt.Sprintf("/srv/www/site%d/wp-content/plugins/p%d/inc/f%d.php", i%7, i%400, i)
	}
	b.ReportAllocs()
	for b.Loop() {
		makeFolders(items, func(*listedFile) bool { return false })
	}
}

func (d *driver) lacks(what string) {
	d.t.Helper()
	if v := d.view(); strings.Contains(v, what) {
		d.t.Fatalf("the view has %q:\n%s", what, v)
	}
}

// treeCase is a case with files in folders.
func treeCase(t testing.TB) *desk.Desk {
	var listing, good strings.Builder
	for i, name := range []string{"/srv/www/index.php", "/srv/www/shop/item.php", "/srv/www/shop/up/x.php", "/srv/www/with space/a.php", "/srv/www/with space/b/c.php", "/opt/tool.sh"} {
		fmt.Fprintf(&listing, "%064x  %s\n", i+1, name)
		if i < 2 {
			fmt.Fprintf(&good, "%064x  %s\n", 1+i*900, name)
		}
	}
	return openCase(t, map[string]string{"files.sha256": listing.String(), "good.sha256": good.String()})
}

// The next program shows the tree as it was left: its list, the folders that are open, the cursor.
func TestTreeIsRestored(t *testing.T) {
	dk := treeCase(t)
	d := again(t, dk)
	k := d.m.keys
	d.press(k.Screens[tabFiles], k.Cycle, k.Cycle, k.Cycle)
	d.pressTree()
	d.to("srv/www/")
	d.press(k.Right)
	d.to("with space/")
	d.press(k.Right)
	d.to("a.php")
	was, path := d.view(), d.m.top().Selected().copied
	d.run(d.m.keepSession())

	d = again(t, dk)
	tree, ok := d.m.top().(*fileTree)
	if !ok {
		t.Fatalf("the session shows %T", d.m.top())
	}
	d.press(k.Down, k.Up)
	if got := d.view(); rows(got) != rows(was) || tree.Selected().copied != path || path != "/srv/www/with space/a.php" {
		t.Errorf("the cursor is on %s, the screen is\n%s\nand was\n%s", tree.Selected().copied, got, was)
	}
	d.pressTree()
	if f, ok := d.m.top().(*files); !ok || f.only != triage.Unknown || len(f.items) != 4 {
		t.Errorf("the tree leads back to %T:\n%s", d.m.top(), d.view())
	}
}

// A session's tree without its list under it, or of hostile sizes, is left out or bounded.
func TestTreeOfAHostileSession(t *testing.T) {
	dk := treeCase(t)
	many := slices.Repeat([]string{"/srv/www/"}, 5000)
	for i := range many {
		many[i] += fmt.Sprint(i) + "\x1b[2J/"
	}
	for _, s := range []session{{Screens: []kept{{Screen: "tree"}}}, {Screens: []kept{{Screen: "notes"}, {Screen: "tree"}}},
		{Screens: []kept{{Screen: "files", Only: "nonsense"}, {Screen: "tree", Open: many, At: "\x1b[2J"}}}} {
		b, err := json.Marshal(s)
		if err == nil {
			err = dk.SaveSession(b)
		}
		if err != nil {
			t.Fatal(err)
		}
		d := again(t, dk)
		if tree, ok := d.m.top().(*fileTree); ok && (len(tree.open) > maxKeptFolders+1 || tree.of.only != "") {
			t.Errorf("%d folders are open of %q", len(tree.open), tree.of.only)
		}
		checkSize(t, d.m.View(), 100, 30)
	}
}

// The tree is printed whole, indented and counted, of the files that a filter or a query leaves, and Y copies that line.
func TestPlainTree(t *testing.T) {
	dk := treeCase(t)
	plain := func(o PlainOptions) string {
		t.Helper()
		var b strings.Builder
		if err := Plain(context.Background(), dk, &b, o); err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(b.String(), "\n\n")
		return body
	}
	want := `/  6 files: 1 changed, 4 unknown, 1 known-good
  srv/www/  5 files: 1 changed, 3 unknown, 1 known-good
    shop/  2 files: 1 changed, 1 unknown
      up/  1 file: 1 unknown
        [web shell 15] x.php  unknown
      item.php  changed
    with space/  2 files: 2 unknown
      b/  1 file: 1 unknown
        [web shell 15] c.php  unknown
      [web shell 15] a.php  unknown
    index.php  known-good
  opt/  1 file: 1 unknown
    tool.sh  unknown
`
	if got := plain(PlainOptions{Screen: "tree"}); got != want {
		t.Errorf("the tree is\n%s\nwant\n%s", got, want)
	}
	if got := plain(PlainOptions{Screen: "tree name:tool.sh"}); got != "/opt/  1 file: 1 unknown\n  tool.sh  unknown\n" {
		t.Errorf("the tree of a query is\n%s", got)
	}
	if got := plain(PlainOptions{Screen: "tree", View: ViewOptions{Filter: "verdict:changed"}}); !strings.HasSuffix(got, "item.php  changed\n") || strings.Count(got, "\n") != 2 {
		t.Errorf("the tree of a filter is\n%s", got)
	}
	if got := plain(PlainOptions{Screen: "tree", Rows: 2}); strings.Count(got, "\n") != 3 || !strings.Contains(got, "11 rows more") {
		t.Errorf("a tree of two rows is\n%s", got)
	}
	d := drive(t, dk, 100, 30)
	d.press(d.m.keys.Screens[tabFiles], d.m.keys.Cycle, d.m.keys.Cycle)
	d.pressTree()
	if got := viewCommand("CASE", d.m.top().(keeper).Kept()); got != `spoor open --plain '--filter=verdict:"changed"' CASE tree` {
		t.Errorf("Y copies %s", got)
	}
	d = drive(t, dk, 100, 30)
	d.commandLine("tree name:tool.sh")
	d.wants("tool.sh", "1 file in 1 folder")
	d.commandLine("tree")
	d.wants("6 files in")
}

// e and E go through the files of a tree that ask for attention, folded away or not, in the order in which they stand.
func TestTreeGoesToFindings(t *testing.T) {
	var listing strings.Builder
	for i, name := range []string{"/srv/a/x/bad1.php", "/srv/a/y/fine.php", "/srv/a/z/bad2.php", "/srv/bad3.php", "/srv/q/w/e/bad4.php"} {
		fmt.Fprintf(&listing, "%064x  %s\n", i+1, name)
	}
	d := drive(t, openCase(t, map[string]string{"files.sha256": listing.String()}), 100, 30)
	k := d.m.keys
	d.press(k.Screens[tabFiles])
	list := d.m.top().(*files)
	list.hot = func(f *listedFile) bool { return strings.Contains(f.Path, "bad") }
	d.pressTree()
	tree := d.m.top().(*fileTree)
	for path := range tree.open {
		delete(tree.open, path)
	}
	tree.fill()
	d.press(k.Home)
	var want []string
	for _, l := range tree.plain() {
		if strings.Contains(l, "bad") && !strings.Contains(l, "/ ") {
			want = append(want, strings.Fields(l)[len(strings.Fields(l))-2])
		}
	}
	if len(want) != 4 {
		t.Fatalf("the findings stand as %q:\n%s", want, strings.Join(tree.plain(), "\n"))
	}
	for _, w := range want {
		if d.press(k.Next); !strings.HasSuffix(tree.Selected().copied, w) {
			t.Fatalf("e leads to %s, want %s:\n%s", tree.Selected().copied, w, d.view())
		}
	}
	d.press(k.Next)
	d.wants("no further finding")
	for i := len(want) - 2; i >= 0; i-- {
		if d.press(k.Prev); !strings.HasSuffix(tree.Selected().copied, want[i]) {
			t.Fatalf("E leads to %s, want %s", tree.Selected().copied, want[i])
		}
	}
}

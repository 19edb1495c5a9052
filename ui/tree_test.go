package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"spoor/triage"
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

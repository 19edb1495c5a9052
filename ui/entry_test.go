package ui

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"spoor/triage"
)

// entryRef is the reference of a line of a list.
func entryRef(t *testing.T, d *driver, list string, line int64) string {
	t.Helper()
	for _, e := range d.m.desk.Evidence() {
		if e.Path == list {
			return triage.RequestRef(e.Key, line)
		}
	}
	t.Fatalf("no source is called %s", list)
	return ""
}

// A line of a hash list is opened by its reference, with the files that it is about, and printed.
func TestEntryOfAHashList(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 100, 30)
	ref := entryRef(t, d, "good.sha256", 2)
	d.commandLine("open " + ref)
	d.wants(ref+" is an entry of the hash list good.sha256, line 2: /var/www/html/shop/item.php", "baseline", "1 COLLECTED FILE", "changed", "this path, no hash in common")
	d.press(d.m.keys.End, d.m.keys.Enter)
	if f, ok := d.m.top().(*files); !ok || f.current() == nil || f.current().Path != "/var/www/html/shop/item.php" {
		t.Errorf("Enter on the file shows %T:\n%s", d.m.top(), d.view())
	}
	d.commandLine("open " + entryRef(t, d, "good.sha256", 1))
	d.wants("this path and hash")
	var out bytes.Buffer
	if err := Plain(context.Background(), dk, &out, PlainOptions{Screen: ref}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{ref + " is an entry of the hash list good.sha256, line 2", "dd44dd44", "this path, no hash in common"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("printed without %q:\n%s", want, out.String())
		}
	}
}

// An entry that is about no collected file says so.
func TestEntryWithoutFile(t *testing.T) {
	d := drive(t, openCase(t, map[string]string{"access.log": incidentLog(), "good.sha256": baseline}), 100, 30)
	d.commandLine("open " + entryRef(t, d, "good.sha256", 2))
	d.wants("good.sha256, line 2", "No collected file has its path")
}

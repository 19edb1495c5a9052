package ui

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What a screen says of its keys is said of the keys as they are now.
func TestWordsOfRemappedKeys(t *testing.T) {
	d := drive(t, incidentCase(t), 100, 30)
	d.m.keys.Filter.SetHelp("w", "edit filter")
	d.m.keys.Back.SetHelp("Bksp", "back")
	d.m.keys.Cycle.SetHelp("B", "other verdict")
	d.search("ip:10.9.8.7")
	if v := d.view(); !strings.Contains(v, "w edits the filter · Bksp goes back") {
		t.Errorf("the empty list names keys that are none:\n%s", v)
	}
	d.press(d.m.keys.Screens[tabFiles])
	for range 3 {
		d.press(d.m.keys.Cycle)
	}
	f := d.m.top().(*files)
	f.found = nil
	f.top()
	if v := d.view(); !strings.Contains(v, "B shows the next verdict") {
		t.Errorf("the list of files names keys that are none:\n%s", v)
	}
}

// No text has a key left in braces, and none names a letter that may be another.
func TestNoLiteralKeys(t *testing.T) {
	all, err := filepath.Glob("*.go")
	if err != nil || len(all) == 0 {
		t.Fatal(err)
	}
	literal := regexp.MustCompile(`"[^"]*(?:^|[ ".;·])[a-zA-Z] (?:shows|goes|edits|tries|searches|hides|closes|changes|copies it|switches|again:)[^"]*"`)
	k := newKeyMap()
	for _, file := range all {
		b, err := os.ReadFile(file)
		if err != nil || strings.HasSuffix(file, "_test.go") {
			continue
		}
		if m := literal.Find(b); m != nil {
			t.Errorf("%s names a key literally: %s", file, m)
		}
		for _, m := range regexp.MustCompile(`words\("([^"]*)"`).FindAllSubmatch(b, -1) {
			if s := k.words(string(m[1])); strings.ContainsAny(s, "{}") {
				t.Errorf("%s: %s", file, s)
			}
		}
	}
}

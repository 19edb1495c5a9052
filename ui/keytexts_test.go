package ui

import (
	"regexp"
	"strings"
	"testing"
)

// oldKey is how a text of spoor's own names a key of the built-in map that is another now.
var oldKey = regexp.MustCompile(`\bTab (?:goes|lists|takes|completes?|after|in it|other)|Ctrl-P\b|Space\b|h/left|l/right|key "?[:/?a-zA-Z]"?[ )]|[ ;,(][b-zA-Z?=+] (?:gives|writes|shows|lists|opens|goes|takes|marks|copies|edits|hides|again|counts|has examples)\b`)

// Wherever keys are remapped, no screen names the old ones. Enter, Esc and Ctrl-C always do what they say.
func TestNoTextNamesAnOldKey(t *testing.T) {
	m := newKeyMap()
	var file strings.Builder
	for i, b := range m.actions() {
		if lasting(&m, b) == "" && b != &m.Save {
			file.WriteString(actionName(b) + " = " + string(rune(0x0400+i)) + "\n") // Cyrillic letters
		}
	}
	keys, err := ReadKeys(strings.NewReader(file.String()), "k")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range goldens {
		if g.name == "completion" {
			continue // presses Tab itself
		}
		d := drive(t, incidentCase(t), 160, 50)
		d.m.keys = keys.m
		g.keys(d)
		if at := oldKey.FindString(d.view()); at != "" {
			t.Errorf("%s: %q in\n%s", g.name, at, d.view())
		}
	}
}

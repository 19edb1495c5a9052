package ui

import (
	"errors"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestActionNames(t *testing.T) {
	m := newKeyMap()
	seen := map[string]bool{}
	for _, b := range m.actions() {
		name := actionName(b)
		if name == "" || seen[name] {
			t.Errorf("the action name %q of %q is empty or not unique", name, b.Help().Desc)
		}
		seen[name] = true
		for _, k := range b.Keys() {
			if code, ok := keyCode(keyName(k)); !ok || code != k {
				t.Errorf("%s: the key %q is written %q, which reads as %q, %v", name, k, keyName(k), code, ok)
			}
		}
	}
	for _, want := range []string{"row-down", "next-finding", "overview", "evidence", "save", "cancel-work-or-close"} {
		if !seen[want] {
			t.Errorf("no action is called %s", want)
		}
	}
}

func TestReadKeysErrors(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"row-down", `k:1: no = in "row-down"`},
		{"# x\n\nrow-dwon = j", `k:3: no action "row-dwon"; spoor keys prints them all`},
		{"row-down = ctrl+ü", `k:1: no key "ctrl+ü"`},
		{"row-down = \x1b[31m", `k:1: no key "<ESC>[31m"`},
		{"row-down = alt+", `k:1: no key "alt+"`},
		{"row-down = j,,down", "k:1: row-down lacks a key"},
		{"row-down =", "k:1: row-down lacks a key"},
		{"row-down = x, x", "k:1: row-down has the key x twice"},
		{"row-down = down\nrow-down = j", "k:2: row-down has its keys in line 1 already"},
		{"row-down = n", "k:1: the key n would do both row-down and next-finding"},
		{"search = F\nedit-filter = F", "k:2: the key F would do both search and edit-filter"},
		{"search = esc", "k:1: the key esc would do both back and search"},
		{"search = space", "k:1: the key space would do both page-down and search"},
		{strings.Repeat("x", 1<<20), "k:1: a file of keys has 64 KiB at most"},
		{strings.Repeat("# long\n", 10_000), "k:9363: a file of keys has 64 KiB at most"},
	} {
		_, err := ReadKeys(strings.NewReader(c.file), "k")
		var at *KeyError
		if !errors.As(err, &at) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%.40q: error %v, want %s", c.file, err, c.want)
		}
	}
}

// What PrintKeys writes, ReadKeys reads to the same map: the built-in one, and one that was changed.
func TestKeysRoundTrip(t *testing.T) {
	for _, file := range []string{"", "row-down = ß, alt+space, comma\nsearch = f5\nopen = ö, enter\nother-order = f6\n"} {
		k, err := ReadKeys(strings.NewReader(file), "k")
		if err != nil {
			t.Fatal(err)
		}
		var once, twice strings.Builder
		if err := PrintKeys(&once, k); err != nil {
			t.Fatal(err)
		}
		again, err := ReadKeys(strings.NewReader(once.String()), "printed")
		if err != nil {
			t.Fatal(err)
		}
		PrintKeys(&twice, again)
		if once.String() != twice.String() {
			t.Errorf("printed\n%s\nread and printed again\n%s", once.String(), twice.String())
		}
		if n := strings.Count(once.String(), " = "); n != len(k.m.actions())+1 && n != len(k.m.actions()) {
			t.Errorf("%d actions are printed of %d:\n%s", n, len(k.m.actions()), once.String())
		}
	}
}

func TestKeyLabel(t *testing.T) {
	for codes, want := range map[string]string{
		"j,down,x": "j/Down", "ctrl+u": "Ctrl-U", "pgdown": "PgDn", "pgup": "PgUp", "alt+x": "Alt-x", " ": "Space",
		"ctrl+shift+up": "Ctrl-Shift-Up", "f5": "F5", "+": "+", "alt++": "Alt-+", "=": "=", "ü": "ü", "ctrl+pgdown": "Ctrl-PgDn",
	} {
		if got := keyLabel(strings.Split(codes, ",")); got != want {
			t.Errorf("%s is shown as %s, want %s", codes, got, want)
		}
	}
}

// A program with other keys obeys those, shows those in help, tabs and menus, and still lets one type.
func TestRemappedKeysWork(t *testing.T) {
	file := "row-down = ß\nback = ö\nopen = ä\nclose = alt+q\nhelp = f2\nrequests = alt+2\nsearch = ü\nsave = f9\nadd-note = alt+a\n"
	keys, err := ReadKeys(strings.NewReader(file), "k")
	if err != nil {
		t.Fatal(err)
	}
	d := drive(t, incidentCase(t), 160, 50)
	d.m.keys = keys.m
	key := func(names ...string) {
		for _, n := range names {
			d.send(keyMsg(t, n))
		}
	}
	alt := func(r rune) { d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: true}) }
	d.wants("Alt-2 Requests", "F2 help")
	key("j")
	if cur := d.m.top().(*overview).b.list.cur; cur != 0 {
		t.Errorf("j still moves to row %d", cur)
	}
	key("2")
	d.wants("[Overview]")
	alt('2')
	d.wants("[Requests]")
	key("ß", "ß")
	if cur := d.m.top().(*requests).rows.cur; cur != 2 {
		t.Errorf("ß moves to row %d, want 2", cur)
	}
	key("ü")
	d.typed("öä ß") // letters that do something elsewhere
	d.wants("search: öä ß")
	key("esc", "f2")
	d.wants("row down", "Alt-q")
	key("ö", "ö")
	d.wants("[Overview]")
	alt('2')
	key("ä")
	if _, ok := d.m.top().(*request); !ok {
		t.Errorf("ä does not open:\n%s", d.view())
	}
	key("ö")
	d.wants("[Requests]")
	alt('a')
	d.typed("öä")
	d.wants("öä", "F9 save")
	key("f9")
	d.wants("saved note")
	alt('q')
	if !d.quit {
		t.Error("Alt-q does not close")
	}
}

// FuzzReadKeys states the law: whatever is read is refused with its place, or can be printed and read again.
func FuzzReadKeys(f *testing.F) {
	f.Add("row-down = x, alt+space\n# c\nopen = o\n")
	f.Add("row-down = n\nnext-finding = j")
	f.Add("search = =")
	f.Fuzz(func(t *testing.T, s string) {
		k, err := ReadKeys(strings.NewReader(s), "k")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "k:") {
				t.Fatalf("no place: %v", err)
			}
			checkInert(t, err.Error())
			return
		}
		var b strings.Builder
		PrintKeys(&b, k)
		if _, err := ReadKeys(strings.NewReader(b.String()), "printed"); err != nil {
			t.Fatalf("%v:\n%s", err, b.String())
		}
	})
}

package ui

import (
	"bufio"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
)

// maxKeyFile bounds a file of keys, in bytes.
const maxKeyFile = 64 << 10

// Keys is a key map: what ReadKeys read, or the built-in one if nil.
type Keys struct{ m keyMap }

// A KeyError says what is wrong in a file of keys.
type KeyError struct {
	File string
	Line int
	Msg  string
}

func (e *KeyError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// ReadKeys reads which keys do what, a line each:
//
//	row-down = j, down
//	next-finding = n, alt+n
//
// The action is the help's words with hyphens; PrintKeys writes them all. Keys are named as Bubble Tea does: the
// character, or "up", "pgdown", "f5", "ctrl+u", "alt+x"; "space" and "comma" are spelled out. Actions that are not
// named keep their keys. Enter, Esc and Ctrl-C always open, go back and cancel: keys given to these are added.
// Lines that begin with # are comments. An error is a *KeyError, unless r fails.
func ReadKeys(r io.Reader, file string) (*Keys, error) {
	f := keyFile{name: file, m: newKeyMap(), lines: map[string]int{}}
	in := bufio.NewScanner(io.LimitReader(r, maxKeyFile+1))
	in.Buffer(nil, maxKeyFile+2) // a line may be as long as the file
	size := 0
	for n := 1; in.Scan(); n++ {
		if size += len(in.Bytes()) + 1; size > maxKeyFile {
			return nil, &KeyError{file, n, fmt.Sprintf("a file of keys has %d KiB at most", maxKeyFile>>10)}
		}
		text := strings.TrimSpace(strings.TrimPrefix(in.Text(), "\ufeff"))
		if text == "" || text[0] == '#' {
			continue
		}
		if err := f.line(n, text); err != nil {
			return nil, err
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &Keys{f.m}, f.check()
}

// keyFile is a file of keys being read.
type keyFile struct {
	name  string
	m     keyMap
	lines map[string]int // where each action was given its keys
}

func (f *keyFile) fail(n int, format string, args ...any) error {
	return &KeyError{f.name, n, fmt.Sprintf(format, args...)}
}

// line gives an action its keys.
func (f *keyFile) line(n int, text string) error {
	name, list, ok := strings.Cut(text, "=")
	name = strings.TrimSpace(name)
	if !ok {
		return f.fail(n, "no = in %q; a line is ACTION = KEY, KEY", triage.VisibleN(text, 60))
	}
	b := f.m.action(name)
	if b == nil {
		return f.fail(n, "no action %q; spoor keys prints them all", triage.VisibleN(name, 60))
	}
	if was := f.lines[name]; was > 0 {
		return f.fail(n, "%s has its keys in line %d already", name, was)
	}
	f.lines[name] = n
	var keys []string
	if must := lasting(&f.m, b); must != "" {
		keys = append(keys, must)
	}
	given := map[string]bool{}
	for _, k := range strings.Split(list, ",") {
		k = strings.TrimSpace(k)
		code, ok := keyCode(k)
		switch {
		case k == "":
			return f.fail(n, "%s lacks a key; the comma and the space are written comma and space", name)
		case !ok:
			return f.fail(n, "no key %q; keys are a character or up, pgdown, home, tab, f5, ctrl+u, alt+x, space, comma, ...", triage.VisibleN(k, 40))
		case given[code]:
			return f.fail(n, "%s has the key %s twice", name, k)
		}
		given[code] = true
		if !slices.Contains(keys, code) {
			keys = append(keys, code)
		}
	}
	b.SetKeys(keys...)
	b.SetHelp(keyLabel(keys), b.Help().Desc)
	return nil
}

// check finds keys that two actions have. Actions that share a key in the built-in map, since they have no pane in
// common, may share others.
func (f *keyFile) check() error {
	std := newKeyMap()
	all, before := f.m.actions(), std.actions()
	for i, a := range all {
		for j, b := range all[:i] {
			if slices.ContainsFunc(before[i].Keys(), func(k string) bool { return slices.Contains(before[j].Keys(), k) }) {
				continue
			}
			for _, k := range a.Keys() {
				if slices.Contains(b.Keys(), k) {
					one, other := actionName(b), actionName(a)
					return f.fail(max(f.lines[one], f.lines[other]), "the key %s would do both %s and %s; give one of them another", keyName(k), one, other)
				}
			}
		}
	}
	return nil
}

// PrintKeys writes a key map, or the built-in one if k is nil, as ReadKeys reads it.
func PrintKeys(w io.Writer, k *Keys) error {
	m := newKeyMap()
	if k != nil {
		m = k.m
	}
	var b strings.Builder
	b.WriteString("# Keys of spoor. Lines that are changed count from CASE/keys or with --keys FILE; the others may go.\n")
	done := map[string]bool{}
	print := func(title string, bindings []key.Binding) {
		fmt.Fprintf(&b, "\n# %s\n", title)
		for _, x := range bindings {
			name := actionName(&x)
			if done[name] {
				continue
			}
			done[name] = true
			names := make([]string, len(x.Keys()))
			for i, k := range x.Keys() {
				names[i] = keyName(k)
			}
			fmt.Fprintf(&b, "%s = %s\n", name, strings.Join(names, ", "))
		}
	}
	for i, group := range m.FullHelp() {
		title := "more"
		if i < len(helpGroups) {
			title = strings.ToLower(helpGroups[i])
		}
		print(title, group)
	}
	var rest []key.Binding
	for _, x := range m.actions() {
		if !done[actionName(x)] {
			rest = append(rest, *x)
		}
	}
	if len(rest) > 0 {
		print("elsewhere", rest)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// actions are all bindings of the map, in the order of its fields.
func (k *keyMap) actions() []*key.Binding {
	var out []*key.Binding
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		if b, ok := v.Addr().Interface().(*key.Binding); ok {
			out = append(out, b)
			return
		}
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		case reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		}
	}
	walk(reflect.ValueOf(k).Elem())
	return out
}

// action is the binding of a name; nil if there is none.
func (k *keyMap) action(name string) *key.Binding {
	for _, b := range k.actions() {
		if actionName(b) == name {
			return b
		}
	}
	return nil
}

// actionName is the help's words of a binding of the built-in map, or one that was remapped, with hyphens.
func actionName(b *key.Binding) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(b.Help().Desc), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
}

// lasting is the key that an action always has: what the texts of the screens and every prompt rely on.
func lasting(k *keyMap, b *key.Binding) string {
	switch b {
	case &k.Enter, &k.Back, &k.Cancel:
		return b.Keys()[0]
	}
	return ""
}

// spelled are the keys whose names would be lost between the others of a line.
var spelled = map[string]string{"space": " ", "comma": ","}

// keyCode is what Bubble Tea calls a key that a file names, and whether there is one.
func keyCode(name string) (string, bool) {
	if code, ok := spelled[name]; ok {
		return code, true
	}
	bare, alt := strings.CutPrefix(name, "alt+")
	if code, ok := spelled[bare]; ok {
		return "alt+" + code, alt
	}
	if utf8.RuneCountInString(bare) == 1 {
		r, _ := utf8.DecodeRuneInString(bare)
		return name, unicode.IsGraphic(r) && triage.Visible(bare) == bare
	}
	_, err := keyOf(key.NewBinding(key.WithKeys(bare)))
	return name, err == nil && bare != ""
}

// keyName is how a file names a key.
func keyName(code string) string {
	for name, c := range spelled {
		if code == c {
			return name
		}
		if code == "alt+"+c {
			return "alt+" + name
		}
	}
	return code
}

// keyLabel is how the help writes keys: the first two.
func keyLabel(codes []string) string {
	var out []string
	for _, c := range codes[:min(len(codes), 2)] {
		c = keyName(c)
		label := ""
		for _, p := range []string{"ctrl+", "alt+", "shift+", "ctrl+"} {
			if rest, ok := strings.CutPrefix(c, p); ok && rest != "" {
				label += strings.ToUpper(p[:1]) + p[1:len(p)-1] + "-"
				c = rest
			}
		}
		switch {
		case strings.HasPrefix(c, "pg"): // PgUp, PgDn
			c = "Pg" + strings.ToUpper(c[2:3]) + strings.Replace(c[3:], "own", "n", 1)
		case utf8.RuneCountInString(c) > 1, strings.HasPrefix(label, "Ctrl"):
			c = strings.ToUpper(c[:1]) + c[1:]
		}
		out = append(out, label+c)
	}
	return strings.Join(out, "/")
}

// types reports whether a key writes a character: in a text it is that, whatever it does elsewhere.
func types(msg tea.KeyMsg) bool {
	return (msg.Type == tea.KeyRunes || msg.Type == tea.KeySpace) && !msg.Alt
}

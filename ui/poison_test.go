package ui

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"spoor/index"
	"spoor/ui/desk"
)

// A poisoner is a copy of an answer in which texts are replaced. What is shared with the case stays as it is.
type poisoner struct {
	text string
	skip map[string]bool // fields that say where to go or what was asked
}

var asIs = map[reflect.Type]bool{
	reflect.TypeFor[time.Time](): true, reflect.TypeFor[*desk.Desk](): true, reflect.TypeFor[*index.Result](): true,
	reflect.TypeFor[context.Context](): true,
}

// copy is v with its texts replaced, all the way down.
func (p *poisoner) copy(v reflect.Value, depth int) reflect.Value {
	t := v.Type()
	if asIs[t] || depth > 12 {
		return v
	}
	out := reflect.New(t).Elem()
	out.Set(v)
	switch t.Kind() {
	case reflect.String:
		if v.Len() > 0 {
			out.SetString(p.text)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			to := reflect.New(t.Elem())
			to.Elem().Set(p.copy(v.Elem(), depth+1))
			out.Set(to)
		}
	case reflect.Slice:
		if v.IsNil() {
			break
		}
		if t.Elem().Kind() == reflect.Uint8 {
			out.SetBytes([]byte(p.text))
			break
		}
		out.Set(reflect.MakeSlice(t, v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(p.copy(v.Index(i), depth+1))
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); !p.skip[strings.ToLower(f.Name)] {
				field := reflect.NewAt(f.Type, unsafe.Pointer(out.Field(i).UnsafeAddr())).Elem()
				field.Set(p.copy(field, depth+1))
			}
		}
	}
	return out
}

// answer poisons what answers a question about the evidence: a message with the number of its question. What a
// screen or the root asks for stays.
func (p *poisoner) answer(msg tea.Msg) tea.Msg {
	if done, ok := msg.(doneMsg); ok && done.msg != nil {
		done.msg = p.answer(done.msg)
		return done
	}
	t := reflect.TypeOf(msg)
	if t.Kind() != reflect.Struct {
		return msg
	}
	if _, ok := t.FieldByName("gen"); !ok && t != reflect.TypeFor[overviewMsg]() {
		return msg
	}
	v := reflect.New(t).Elem()
	v.Set(reflect.ValueOf(msg))
	return p.copy(v, 0).Interface()
}

// FuzzFrame states the law of the program: whatever the records say, a frame of any screen is inert, and exactly as
// large as the terminal.
func FuzzFrame(f *testing.F) {
	dk := incidentCase(f)
	for _, h := range hostile {
		f.Add(h, byte(0))
	}
	f.Add(strings.Repeat("A\x1b", 5000), byte(1))
	f.Add("a\nb\r\n\tc", byte(2))
	f.Fuzz(func(t *testing.T, s string, size byte) {
		sizes := [][2]int{{60, 16}, {80, 24}, {160, 50}}
		w, h := sizes[int(size)%3][0], sizes[int(size)%3][1]
		d := drive(t, dk, w, h)
		d.poison = &poisoner{s, map[string]bool{"ref": true, "sort": true, "column": true}}
		frames := 0
		_, first := utf8.DecodeRuneInString(s)
		look := func() {
			t.Helper()
			v := d.m.View()
			if strings.Contains(ansi.Strip(v), visible(s[:min(len(s), first)])) {
				frames++
			}
			checkInert(t, v)
			checkSize(t, v, w, h)
			checkSteady(t, v, w)
		}
		d.press(d.m.keys.Reload)
		look()
		for i := range d.m.keys.Screens {
			d.press(d.m.keys.Screens[i], d.m.keys.Reload)
			look()
			for _, b := range []key.Binding{d.m.keys.Down, d.m.keys.Tab, d.m.keys.Tally} {
				d.press(b)
				look()
			}
			d.press(d.m.keys.Back, d.m.keys.Back)
		}
		for _, c := range []string{"outcomes", "stolen", "gaps", "incidents", "processes"} {
			d.command(c)
			look()
		}
		if frames < 20 {
			t.Errorf("the text reached %d frames", frames)
		}
	})
}

// checkSteady is the law of rows for terminals that measure each character by itself.
func checkSteady(t *testing.T, view string, width int) {
	t.Helper()
	for i, row := range strings.Split(ansi.Strip(view), "\n") {
		if n := alone(row); n != width {
			t.Fatalf("row %d takes %d columns in a terminal that measures characters, want %d: %q", i, n, width, row)
		}
	}
}

package cli

import (
	"testing"

	"spoor/ui"
)

func TestTerminalFlags(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		flags terminalFlags
		env   map[string]string
		want  ui.Options
	}{
		{terminalFlags{}, nil, ui.Options{}},
		{terminalFlags{}, map[string]string{"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}, ui.Options{Colours: ui.Colours256}},
		// colour
		{terminalFlags{Color: "auto"}, map[string]string{"NO_COLOR": "1"}, ui.Options{Colours: ui.ColoursNone}},
		{terminalFlags{Color: "always"}, map[string]string{"NO_COLOR": "1"}, ui.Options{}},
		{terminalFlags{Color: "never"}, nil, ui.Options{Colours: ui.ColoursNone}},
		{terminalFlags{}, map[string]string{"TERM": "vt100"}, ui.Options{Colours: ui.ColoursNone, Clipboard: ui.ClipboardNone}},
		{terminalFlags{}, map[string]string{"TERM": "xterm-mono"}, ui.Options{Colours: ui.ColoursNone}},
		{terminalFlags{}, map[string]string{"TERM": "screen"}, ui.Options{Clipboard: ui.ClipboardTmux}},
		{terminalFlags{}, map[string]string{"TERM": "xterm", "COLORTERM": "truecolor"}, ui.Options{Colours: ui.ColoursTrue}},
		{terminalFlags{Color: "always"}, map[string]string{"TERM": "foot", "COLORTERM": "24bit", "NO_COLOR": "1"}, ui.Options{Colours: ui.ColoursTrue}},
		{terminalFlags{}, map[string]string{"TERM": "screen-256color", "COLORTERM": "truecolor", "STY": "1.pts"}, ui.Options{Colours: ui.Colours256, Clipboard: ui.ClipboardScreen}},
		{terminalFlags{}, map[string]string{"TERM": "xterm-direct"}, ui.Options{Colours: ui.ColoursTrue}},
		{terminalFlags{}, map[string]string{"TERM": "linux", "COLORTERM": "truecolor"}, ui.Options{ASCII: true, Clipboard: ui.ClipboardNone}},
		{terminalFlags{}, map[string]string{"TERM": "xterm-mono", "COLORTERM": "truecolor"}, ui.Options{Colours: ui.ColoursNone}},
		{terminalFlags{Color: "always"}, map[string]string{"TERM": "vt100"}, ui.Options{Clipboard: ui.ClipboardNone}},
		{terminalFlags{}, map[string]string{"WT_SESSION": "{1}"}, ui.Options{Colours: ui.ColoursTrue}},
		{terminalFlags{Color: "16"}, map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ui.Options{}},
		{terminalFlags{Color: "256"}, nil, ui.Options{Colours: ui.Colours256}},
		{terminalFlags{Color: "true"}, map[string]string{"NO_COLOR": "1"}, ui.Options{Colours: ui.ColoursTrue}},
		// clipboard
		{terminalFlags{}, map[string]string{"TERM": "tmux-256color"}, ui.Options{Colours: ui.Colours256, Clipboard: ui.ClipboardTmux}},
		{terminalFlags{}, map[string]string{"TERM": "xterm", "TMUX": "/tmp/tmux-0/default,1,0"}, ui.Options{Clipboard: ui.ClipboardTmux}},
		// background
		{terminalFlags{}, map[string]string{"COLORFGBG": "0;15"}, ui.Options{Light: true}},
		{terminalFlags{}, map[string]string{"COLORFGBG": "0;default;15"}, ui.Options{Light: true}},
		{terminalFlags{}, map[string]string{"COLORFGBG": "15;0"}, ui.Options{}},
		{terminalFlags{}, map[string]string{"COLORFGBG": "12;8"}, ui.Options{}},
		{terminalFlags{Light: &no}, map[string]string{"COLORFGBG": "0;15"}, ui.Options{}},
		{terminalFlags{Light: &yes}, nil, ui.Options{Light: true}},
		// Unicode
		{terminalFlags{}, map[string]string{"LANG": "C"}, ui.Options{ASCII: true}},
		{terminalFlags{}, map[string]string{"LANG": "C.utf8"}, ui.Options{}},
		{terminalFlags{}, map[string]string{"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"}, ui.Options{ASCII: true}},
		{terminalFlags{}, map[string]string{"LC_CTYPE": "UTF-8", "LANG": "C"}, ui.Options{}},
		{terminalFlags{}, map[string]string{"LANG": "de_DE.ISO-8859-1"}, ui.Options{ASCII: true}},
		{terminalFlags{ASCII: &no}, map[string]string{"LANG": "C"}, ui.Options{}},
		{terminalFlags{ASCII: &yes}, nil, ui.Options{ASCII: true}},
		{terminalFlags{}, map[string]string{"TERM": "linux", "LANG": "C.UTF-8"}, ui.Options{ASCII: true, Clipboard: ui.ClipboardNone}},
	} {
		if got := c.flags.options(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%+v with %v: %+v, want %+v", c.flags, c.env, got, c.want)
		}
	}
}

// The terminal is asked for its background where nothing else says it and it would change what is drawn.
func TestWhenTheTerminalIsAsked(t *testing.T) {
	yes := true
	for _, c := range []struct {
		flags terminalFlags
		env   map[string]string
		want  bool
	}{
		{terminalFlags{}, map[string]string{"TERM": "xterm-256color"}, true},
		{terminalFlags{Light: &yes}, map[string]string{"TERM": "xterm-256color"}, false},
		{terminalFlags{}, map[string]string{"TERM": "xterm-256color", "COLORFGBG": "15;0"}, false},
		{terminalFlags{}, map[string]string{"TERM": "xterm-256color", "NO_COLOR": "1"}, false},
		{terminalFlags{Color: "always"}, map[string]string{"TERM": "vt100"}, false},
		{terminalFlags{}, map[string]string{"TERM": "linux"}, false},
		{terminalFlags{}, nil, false},
	} {
		env := func(name string) string { return c.env[name] }
		if got := c.flags.asks(c.flags.options(env), env); got != c.want {
			t.Errorf("%+v with %v: %v", c.flags, c.env, got)
		}
	}
}

func TestTerminalsThatPlaceText(t *testing.T) {
	for name, want := range map[string]bool{"dumb": false, "vt52": false, "unknown": false, "vt100": true, "vt520": true, "xterm": true, "": true} {
		if placesText(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

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
		{terminalFlags{}, map[string]string{"TERM": "vt100"}, ui.Options{Colours: ui.ColoursNone}},
		{terminalFlags{}, map[string]string{"TERM": "xterm-mono"}, ui.Options{Colours: ui.ColoursNone}},
		{terminalFlags{}, map[string]string{"TERM": "screen"}, ui.Options{}},
		{terminalFlags{}, map[string]string{"TERM": "xterm", "COLORTERM": "truecolor"}, ui.Options{Colours: ui.ColoursTrue}},
		{terminalFlags{Color: "always"}, map[string]string{"TERM": "foot", "COLORTERM": "24bit", "NO_COLOR": "1"}, ui.Options{Colours: ui.ColoursTrue}},
		{terminalFlags{}, map[string]string{"TERM": "screen-256color", "COLORTERM": "truecolor"}, ui.Options{Colours: ui.Colours256}},
		{terminalFlags{}, map[string]string{"TERM": "xterm-direct"}, ui.Options{Colours: ui.ColoursTrue}},
		{terminalFlags{}, map[string]string{"TERM": "linux", "COLORTERM": "truecolor"}, ui.Options{ASCII: true}},
		{terminalFlags{}, map[string]string{"TERM": "xterm-mono", "COLORTERM": "truecolor"}, ui.Options{Colours: ui.ColoursNone}},
		{terminalFlags{Color: "always"}, map[string]string{"TERM": "vt100"}, ui.Options{}},
		{terminalFlags{}, map[string]string{"WT_SESSION": "{1}"}, ui.Options{Colours: ui.ColoursTrue}},
		{terminalFlags{Color: "16"}, map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ui.Options{}},
		{terminalFlags{Color: "256"}, nil, ui.Options{Colours: ui.Colours256}},
		{terminalFlags{Color: "true"}, map[string]string{"NO_COLOR": "1"}, ui.Options{Colours: ui.ColoursTrue}},
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
		{terminalFlags{}, map[string]string{"TERM": "linux", "LANG": "C.UTF-8"}, ui.Options{ASCII: true}},
	} {
		if got := c.flags.options(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%+v with %v: %+v, want %+v", c.flags, c.env, got, c.want)
		}
	}
}

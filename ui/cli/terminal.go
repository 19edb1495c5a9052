package cli

import (
	"errors"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/charmbracelet/x/term"

	"spoor/ui"
)

// terminalFlags say how the terminal program draws. What is not said is taken from the environment.
type terminalFlags struct {
	Color string `help:"auto, always, or never for no colour. auto goes by NO_COLOR and TERM." enum:"auto,always,never" default:"auto"`
	Light *bool  `negatable:"" help:"Colours for a light background. Default: what COLORFGBG says, else dark."`
	Fresh bool   `help:"Begin at the Overview, not where the last session was left, and keep nothing of this one."`
	Keys  string `help:"A file that says which keys do what, in place of CASE/keys; spoor keys prints one." placeholder:"FILE"`
	Mouse bool   `help:"Take the mouse: wheel, clicks, the scroll bar, spans of the histogram. Default: it is the terminal's."`
	ASCII *bool  `name:"ascii" negatable:"" help:"Draw without Unicode. Default: if the locale (LC_ALL, LC_CTYPE, LANG) has none, or TERM is linux."`
}

// options are the flags with what they leave to the environment.
func (f *terminalFlags) options(env func(string) string) ui.Options {
	o := ui.Options{Fresh: f.Fresh, NoColor: f.Color == "never" || f.Color != "always" && noColor(env), Light: lightBackground(env), ASCII: noUnicode(env), Mouse: f.Mouse}
	if f.Light != nil {
		o.Light = *f.Light
	}
	if f.ASCII != nil {
		o.ASCII = *f.ASCII
	}
	return o
}

// noColor reports whether nobody wants colours (https://no-color.org) or the terminal's type has none.
func noColor(env func(string) string) bool {
	t := env("TERM")
	for _, mono := range []string{"vt1", "vt2", "vt3", "dumb"} {
		if strings.HasPrefix(t, mono) {
			return true
		}
	}
	return env("NO_COLOR") != "" || strings.HasSuffix(t, "-m") || strings.HasSuffix(t, "-mono")
}

// lightBackground goes by COLORFGBG, "text;background" or "text;other;background" in numbers of the 16 colours,
// which rxvt, Konsole and others set: 7 and 9 to 15 are light.
func lightBackground(env func(string) string) bool {
	v := env("COLORFGBG")
	switch v[strings.LastIndexByte(v, ';')+1:] {
	case "7", "9", "10", "11", "12", "13", "14", "15":
		return true
	}
	return false
}

// noUnicode reports whether the locale says that characters are no UTF-8. The first of the three variables that
// is set counts (POSIX, Base Definitions, 8.2); where none is, as on Windows, nothing is said. The console of
// Linux has UTF-8 but too few shapes: no bars and no "…".
func noUnicode(env func(string) string) bool {
	if env("TERM") == "linux" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(env(name)); v != "" {
			return !strings.Contains(v, "utf-8") && !strings.Contains(v, "utf8")
		}
	}
	return false
}

// errNoTerminal says what to do where the terminal program cannot be drawn.
var errNoTerminal = misuse{errors.New("open needs a terminal that places text: spoor open CASE --plain SCREEN prints what a screen shows; " +
	"spoor search, findings, webshells, incidents and report print the same for programs")}

// canDraw reports whether the terminal program can be drawn to w.
func canDraw(w io.Writer) bool {
	return isTerminal(w) && (runtime.GOOS == "windows" || os.Getenv("TERM") != "dumb")
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

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
	Color string `help:"auto, always, or never for no colour; 16 for those of the terminal's theme, 256 or true. auto and always go by COLORTERM and TERM, auto by NO_COLOR too." enum:"auto,always,never,16,256,true" default:"auto"`
	Light *bool  `negatable:"" help:"Colours for a light background. Default: what COLORFGBG or the terminal says, else dark."`
	Fresh bool   `help:"Begin at the Overview, not where the last session was left, and keep nothing of this one."`
	Keys  string `help:"A file that says which keys do what, in place of CASE/keys; spoor keys prints one." placeholder:"FILE"`
	Mouse bool   `help:"Take the mouse: wheel, clicks, the scroll bar, spans of the histogram. Default: it is the terminal's."`
	ASCII *bool  `name:"ascii" negatable:"" help:"Draw without Unicode. Default: if the locale (LC_ALL, LC_CTYPE, LANG) has none, or TERM is linux."`
}

// options are the flags with what they leave to the environment.
func (f *terminalFlags) options(env func(string) string) ui.Options {
	o := ui.Options{Fresh: f.Fresh, Colours: colours(f.Color, env), Light: lightBackground(env), ASCII: noUnicode(env), Mouse: f.Mouse, Clipboard: clipboard(env)}
	if f.Light != nil {
		o.Light = *f.Light
	}
	if f.ASCII != nil {
		o.ASCII = *f.ASCII
	}
	return o
}

// clipboard is how a terminal takes what is copied. Inside tmux, TERM may be screen; inside screen, STY is set.
func clipboard(env func(string) string) ui.Clipboard {
	t := env("TERM")
	switch {
	case strings.HasPrefix(t, "vt"), t == "linux", strings.HasPrefix(t, "cons"):
		return ui.ClipboardNone
	case env("TMUX") != "", strings.HasPrefix(t, "tmux"):
		return ui.ClipboardTmux
	case env("STY") != "":
		return ui.ClipboardScreen
	case strings.HasPrefix(t, "screen"):
		return ui.ClipboardTmux
	}
	return ui.ClipboardOSC
}

// asks reports whether the terminal itself has to say what background it has: nothing else does, and it matters.
func (f *terminalFlags) asks(o ui.Options, env func(string) string) bool {
	return f.Light == nil && env("COLORFGBG") == "" && env("TERM") != "" && o.Colours != ui.ColoursNone && !fewTerm(env("TERM"))
}

// colours is how many colours are drawn with, by the flag and the environment. COLORTERM is what terminals of true
// colour set (https://github.com/termstandard/colors); GNU screen, which keeps it, has 256 at most.
func colours(flag string, env func(string) string) ui.Colours {
	switch flag {
	case "never":
		return ui.ColoursNone
	case "16":
		return ui.Colours16
	case "256":
		return ui.Colours256
	case "true":
		return ui.ColoursTrue
	}
	if flag != "always" && noColor(env) {
		return ui.ColoursNone
	}
	t, c := env("TERM"), env("COLORTERM")
	switch {
	case strings.HasSuffix(t, "-direct"), (c == "truecolor" || c == "24bit") && !strings.HasPrefix(t, "screen") && !fewTerm(t), env("WT_SESSION") != "":
		return ui.ColoursTrue
	case strings.Contains(t, "256color"):
		return ui.Colours256
	}
	return ui.Colours16
}

// monoTerm reports whether a terminal's type has no colours.
func monoTerm(t string) bool {
	for _, p := range []string{"vt1", "vt2", "vt3", "dumb"} {
		if strings.HasPrefix(t, p) {
			return true
		}
	}
	return strings.HasSuffix(t, "-m") || strings.HasSuffix(t, "-mono")
}

// fewTerm reports whether a terminal's type has 16 colours at most, whatever the window around it has.
func fewTerm(t string) bool { return monoTerm(t) || t == "linux" || strings.HasSuffix(t, "-16color") }

// noColor reports whether nobody wants colours (https://no-color.org) or the terminal's type has none.
func noColor(env func(string) string) bool {
	return env("NO_COLOR") != "" || monoTerm(env("TERM"))
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
	return isTerminal(w) && (runtime.GOOS == "windows" || placesText(os.Getenv("TERM")))
}

// placesText reports whether a terminal's type has the sequences of ANSI X3.64. These have not: those without any, Emacs'
// shell, and VT52s, which have sequences of their own.
func placesText(t string) bool {
	switch t {
	case "dumb", "unknown", "emacs", "network", "dialup", "glasstty":
		return false
	}
	return !strings.HasPrefix(t, "vt5") || strings.HasPrefix(t, "vt510") || strings.HasPrefix(t, "vt520") || strings.HasPrefix(t, "vt525")
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

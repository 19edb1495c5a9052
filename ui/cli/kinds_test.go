//go:build !windows

package cli_test

import (
	"bytes"
	"image/color"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// kinds are types of terminals with what they are sent: whether they are asked for their background, the sequence of
// what is critical, whether there is anything but ASCII, and what the key that copies says.
var kinds = []struct {
	env         string
	ground      color.Color
	asked       bool
	critical    string
	unicode     bool
	copied      string
	noClipboard bool
}{
	{"TERM=vt100 LANG=C", color.Black, false, "\x1b[1m", false, "has no OSC 52", true},
	{"TERM=linux LANG=C.UTF-8", color.Black, false, "\x1b[1;91m", false, "has no OSC 52", true},
	{"TERM=xterm-mono LANG=C.UTF-8", color.Black, false, "\x1b[1m", true, "copied by OSC 52 (", false},
	{"TERM=screen LANG=C.UTF-8", color.Black, false, "\x1b[1;91m", true, "set-clipboard on", false},
	{"TERM=xterm LANG=de_DE.ISO-8859-1", color.Black, true, "\x1b[1;91m", false, "copied by OSC 52 (", false},
	{"TERM=xterm-256color LANG=C.UTF-8", color.Black, true, "\x1b[1;38;5;210m", true, "copied by OSC 52 (", false},
	{"TERM=xterm-256color LANG=C.UTF-8", color.White, true, "\x1b[1;38;5;160m", true, "copied by OSC 52 (", false},
	{"TERM=xterm-256color LANG=C.UTF-8 COLORFGBG=0;15", color.Black, false, "\x1b[1;38;5;160m", true, "copied by OSC 52 (", false},
	{"TERM=xterm LANG=C.UTF-8 COLORTERM=truecolor", color.White, true, "\x1b[1;38;2;168;15;30m", true, "copied by OSC 52 (", false},
}

// colourSequence is a sequence that sets a colour.
var colourSequence = regexp.MustCompile("\x1b\\[[0-9;]*[0-9]{2}[0-9;]*m")

// as is the environment of the test with the variables that say what a terminal is replaced.
func as(env string) []string {
	kept := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains([]string{"TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "LANG", "LC_ALL", "LC_CTYPE", "TMUX", "STY", "CI", "WT_SESSION"}, name)
	})
	return append(kept, strings.Fields(env)...)
}

// Each kind of terminal is sent only what it knows.
func TestKindsOfTerminals(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	binary, dir := buildBinary(t), t.TempDir()
	demo := exec.Command(binary, "demo")
	demo.Dir = dir
	if out, err := demo.CombinedOutput(); err != nil {
		t.Fatalf("demo: %v\n%s", err, out)
	}
	for _, k := range kinds {
		t.Run(k.env, func(t *testing.T) {
			cmd := exec.Command(binary, "open", "--fresh", "spoor-demo")
			cmd.Dir, cmd.Env = dir, as(k.env)
			x := attach(t, cmd, 80, 24, k.ground)
			x.shows("[Overview]", "CRIT")
			x.keys("y")
			x.shows(k.copied)
			x.keys("q")
			if code := x.ends(); code != 0 {
				t.Errorf("exit code %d", code)
			}
			if asked := bytes.Contains(x.sent, []byte("\x1b]11;?")); asked != k.asked {
				t.Errorf("asked for its background: %v", asked)
			}
			if !bytes.Contains(x.sent, []byte(k.critical+"CRIT")) {
				t.Errorf("%q is not sent for what is critical", k.critical)
			}
			if m := colourSequence.Find(x.sent); m != nil && !strings.Contains(k.critical, ";") {
				t.Errorf("a terminal without colours is sent %q", m)
			}
			if unicode := slices.ContainsFunc(x.sent, func(b byte) bool { return b >= 0x80 }); unicode != k.unicode {
				t.Errorf("more than ASCII: %v", unicode)
			}
			if osc := bytes.Contains(x.sent, []byte("\x1b]52;")); osc == k.noClipboard {
				t.Errorf("copied by OSC 52: %v", osc)
			}
		})
	}
	for _, env := range []string{"TERM=dumb", "TERM=vt52", "TERM=unknown"} {
		cmd := exec.Command(binary, "open", "spoor-demo")
		cmd.Dir, cmd.Env = dir, as(env)
		x := attach(t, cmd, 80, 24, color.Black)
		if code := x.ends(); code != 2 || !strings.Contains(string(x.sent), "--plain") || bytes.ContainsRune(x.sent, '\x1b') {
			t.Errorf("%s: exit code %d, %q", env, code, x.sent)
		}
	}
}

// No command but the terminal program asks the terminal anything: Bubble Tea would whenever it is loaded.
func TestTerminalIsNotAsked(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	binary := buildBinary(t)
	for _, args := range [][]string{{"keys"}, {"--help"}, {"overview", "nowhere"}} {
		cmd := exec.Command(binary, args...)
		cmd.Dir, cmd.Env = t.TempDir(), as("TERM=xterm-256color LANG=C.UTF-8")
		x := attach(t, cmd, 80, 24, color.Black)
		x.ends()
		if len(x.sent) == 0 || bytes.ContainsRune(x.sent, '\x1b') {
			t.Errorf("%v: %q", args, x.sent)
		}
	}
}

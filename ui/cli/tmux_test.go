//go:build !windows

package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"spoor/triage/weblog/loggen"
)

// The journeys of testdata/journeys drive the real binary in tmux, a copy of the demo's case each. A script is a
// step a line; lines that begin with # are comments.
//
//	size 80x24       the size of the terminals that are started from here on
//	run ARGS         starts spoor with these arguments in a terminal of its own, which the next steps are about
//	terminal N       the next steps are about the terminal that was started as number N, from 1
//	keys KEY...      presses keys, by tmux's names: Enter, Escape, C-s, j
//	type TEXT        types a text
//	wait TEXT        waits until the screen shows it
//	gone TEXT        waits until the screen does not show it
//	resize 60x16     gives the terminal another size
//	kill             takes the terminal away, as a connection that is lost, and waits for the program's end
//	ends CODE        waits until the program has ended with this exit code
//	readonly         makes the folder of the case read-only for the programs started from here on; skips where that
//	                 cannot be done
//	sh COMMAND       runs a shell command in the folder of the case, with spoor in the path; it has to succeed
//	stdout TEXT      what the last sh printed holds this
//	not TEXT         and does not hold this
//	biglog LINES     writes a made-up log of that many lines to big.log
const journeysDir = "testdata/journeys"

// patience is how long a step may take on a busy machine.
const patience = 30 * time.Second

// A tmux is a server of its own for the journeys.
type tmux struct{ socket, spoor string }

func (x *tmux) command(args ...string) *exec.Cmd {
	cmd := exec.Command("tmux", append([]string{"-u", "-S", x.socket, "-f", os.DevNull}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TERM=xterm-256color", "TMUX=", "TMUX_PANE=")
	return cmd
}

// A journey is one script being gone through.
type journey struct {
	t     *testing.T
	x     *tmux
	dir   string
	size  [2]string
	panes []string // names of the terminals
	at    int      // of panes
	where string   // file and line of the step
	out   string   // what the last sh printed
	fixed bool     // the case is read-only
}

func TestJourneys(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join(journeysDir, "*.txt"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no journeys: %v", err)
	}
	x, dir := startTmux(t)
	demo := exec.Command(x.spoor, "demo")
	demo.Dir = dir
	if out, err := demo.CombinedOutput(); err != nil {
		t.Fatalf("demo: %v\n%s", err, out)
	}
	t.Run("scripts", func(t *testing.T) {
		for i, script := range scripts {
			t.Run(strings.TrimSuffix(filepath.Base(script), ".txt"), func(t *testing.T) {
				t.Parallel()
				j := &journey{t: t, x: x, dir: filepath.Join(dir, strconv.Itoa(i)), size: [2]string{"80", "24"}, at: -1}
				if err := os.CopyFS(filepath.Join(j.dir, "case"), os.DirFS(filepath.Join(dir, "spoor-demo"))); err != nil {
					t.Fatal(err)
				}
				text, err := os.ReadFile(script)
				if err != nil {
					t.Fatal(err)
				}
				for n, l := range strings.Split(string(text), "\n") {
					if l = strings.TrimSpace(l); l != "" && l[0] != '#' {
						j.where = fmt.Sprintf("%s:%d: %s", script, n+1, l)
						word, rest, _ := strings.Cut(l, " ")
						j.step(word, strings.TrimSpace(rest))
					}
				}
			})
		}
	})
}

// startTmux starts a server for the binary, with a folder for its files.
func startTmux(t *testing.T) (*tmux, string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the binary")
	}
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: ", err)
	}
	dir, err := os.MkdirTemp("", "spoor-journeys") // the names of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	x := &tmux{filepath.Join(dir, "tmux"), buildBinary(t)}
	t.Cleanup(func() { x.command("kill-server").Run() })
	return x, dir
}

func (j *journey) fail(format string, args ...any) {
	j.t.Helper()
	screen := ""
	if j.at >= 0 {
		out, _ := j.x.command("capture-pane", "-p", "-t", j.panes[j.at]).Output()
		wrong, _ := os.ReadFile(filepath.Join(j.dir, "stderr"))
		screen = fmt.Sprintf("\n%sterminal %d, exit code %q %s", out, j.at+1, j.told("code"), wrong)
	}
	j.t.Fatalf("%s: %s%s", j.where, fmt.Sprintf(format, args...), screen)
}

// do asks tmux for something about the terminal at hand.
func (j *journey) do(verb string, args ...string) string {
	j.t.Helper()
	if j.at < 0 {
		j.fail("no terminal was started")
	}
	var wrong bytes.Buffer
	cmd := j.x.command(append([]string{verb, "-t", j.panes[j.at]}, args...)...)
	cmd.Stderr = &wrong
	out, err := cmd.Output()
	if err != nil {
		j.fail("tmux %s: %v: %s", verb, err, wrong.String())
	}
	return string(out)
}

// until waits for something to be so.
func (j *journey) until(what string, so func() bool) {
	j.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !so(); <-tick.C {
		if time.Now().After(end) {
			j.fail("%s", what)
		}
	}
}

func (j *journey) step(word, rest string) {
	j.t.Helper()
	switch word {
	case "size", "resize":
		w, h, ok := strings.Cut(rest, "x")
		if !ok {
			j.fail("no size")
		}
		if j.size = [2]string{w, h}; word == "resize" {
			j.do("resize-window", "-x", w, "-y", h)
		}
	case "run":
		j.run(rest)
	case "terminal":
		n, err := strconv.Atoi(rest)
		if err != nil || n < 1 || n > len(j.panes) {
			j.fail("no such terminal")
		}
		j.at = n - 1
	case "keys":
		j.do("send-keys", strings.Fields(rest)...)
	case "type":
		j.do("send-keys", "-l", rest)
	case "wait":
		j.until("the screen never shows it", func() bool { return strings.Contains(j.do("capture-pane", "-p"), rest) })
	case "gone":
		j.until("it stays on the screen", func() bool { return !strings.Contains(j.do("capture-pane", "-p"), rest) })
	case "kill":
		j.kill()
	case "ends":
		j.until("the program does not end so", func() bool {
			return j.told("code") == rest
		})
	case "readonly":
		j.fixed = true
		if err := exec.Command("unshare", "-m", "true").Run(); err != nil {
			j.t.Skip("no file system of one's own can be had: ", err)
		}
	case "sh":
		cmd := exec.Command("sh", "-ec", rest)
		cmd.Dir = j.dir
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(j.x.spoor)+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if j.out = string(out); err != nil {
			j.fail("%v\n%s", err, out)
		}
	case "stdout":
		if !strings.Contains(j.out, rest) {
			j.fail("it printed\n%s", j.out)
		}
	case "not":
		if strings.Contains(j.out, rest) {
			j.fail("it printed\n%s", j.out)
		}
	case "biglog":
		n, err := strconv.Atoi(rest)
		if err != nil {
			j.fail("%v", err)
		}
		f, err := os.Create(filepath.Join(j.dir, "big.log"))
		if err == nil {
			err = errors.Join(loggen.Write(f, loggen.Options{Lines: n, Seed: 3, Days: 3}), f.Close())
		}
		if err != nil {
			j.fail("%v", err)
		}
	default:
		j.fail("no such step")
	}
}

// run starts spoor in a terminal of its own. The terminal stays when the program ends.
func (j *journey) run(args string) {
	j.t.Helper()
	name := fmt.Sprintf("%s-%d", filepath.Base(j.dir), len(j.panes)+1)
	// tmux does not always know how a program ended, so its shell says so.
	n := strconv.Itoa(len(j.panes) + 1)
	script := "sh -c 'echo $$ >pid-" + n + "; exec \"$0\" \"$@\"' '" + j.x.spoor + "' " + args + " 2>>stderr\necho $? >code-" + n + "\n"
	start := "exec sh run-" + n
	if j.fixed {
		script = "mount --bind case case && mount -o remount,ro,bind case || exit\n" + script
		start = "exec unshare -m sh run-" + n
	}
	if err := os.WriteFile(filepath.Join(j.dir, "run-"+n), []byte(script), 0o600); err != nil {
		j.fail("%v", err)
	}
	cmd := j.x.command("new-session", "-d", "-s", name, "-x", j.size[0], "-y", j.size[1], "-c", j.dir,
		start, ";", "set-option", "-t", name, "remain-on-exit", "on", ";", "set-option", "-t", name, "status", "off")
	if out, err := cmd.CombinedOutput(); err != nil {
		j.fail("%v: %s", err, out)
	}
	j.panes, j.at = append(j.panes, name), len(j.panes)
}

// told is what the shell around the program at hand wrote of it: its pid, its exit code; empty if nothing yet.
func (j *journey) told(what string) string {
	text, _ := os.ReadFile(filepath.Join(j.dir, fmt.Sprintf("%s-%d", what, j.at+1)))
	return strings.TrimSpace(string(text))
}

// kill takes the terminal away; the program is told by SIGHUP.
func (j *journey) kill() {
	j.t.Helper()
	pid, err := strconv.Atoi(j.told("pid"))
	if err != nil {
		j.fail("%v", err)
	}
	j.do("kill-session")
	j.at = -1
	j.until("the program goes on without its terminal", func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) })
}

//go:build !windows

package cli_test

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"spoor/triage/weblog/loggen"
)

// A loadRun is the real binary at work, its stderr a terminal so that it tells its progress.
type loadRun struct {
	t        *testing.T
	cmd      *exec.Cmd
	terminal *os.File
	out      bytes.Buffer
	shown    chan string   // pieces of stderr as they come; closed at the end
	stderr   *bytes.Buffer // all of it, once shown is closed
}

func start(t *testing.T, binary, dir string, args ...string) *loadRun {
	t.Helper()
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	x := &loadRun{t: t, cmd: exec.Command(binary, args...), terminal: ours, shown: make(chan string, 1<<16), stderr: &bytes.Buffer{}}
	x.cmd.Dir, x.cmd.Stdout, x.cmd.Stderr = dir, &x.out, theirs
	if err := x.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	t.Cleanup(func() { ours.Close() })
	go func() {
		defer close(x.shown)
		buf := make([]byte, 4096)
		for in := bufio.NewReader(ours); ; {
			n, err := in.Read(buf)
			if n > 0 {
				x.stderr.Write(buf[:n])
				x.shown <- string(buf[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	return x
}

// until waits for text on stderr; false if the run ends before.
func (x *loadRun) until(want *regexp.Regexp) bool {
	seen := ""
	for s := range x.shown {
		if seen += s; want.MatchString(seen) {
			return true
		}
	}
	return false
}

// end waits for the end and gives the exit code, or -1 if a signal ended it.
func (x *loadRun) end() int {
	x.t.Helper()
	for range x.shown {
	}
	err := x.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		x.t.Fatal(err)
	}
	return x.cmd.ProcessState.ExitCode()
}

func (x *loadRun) signal(s os.Signal) {
	x.t.Helper()
	if err := x.cmd.Process.Signal(s); err != nil {
		x.t.Fatal(err)
	}
}

// The words of the progress line: lines are being read, and what a load does after a Ctrl-C.
var (
	reading  = regexp.MustCompile(`reading .* lines`)
	stopping = regexp.MustCompile(`stopping; what was read is kept`)
)

// ask is what a command prints, which must succeed.
func ask(t *testing.T, binary, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("spoor %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// sameAnswers compares what two cases over the same evidence say.
func sameAnswers(t *testing.T, binary, dir, got, want string) {
	t.Helper()
	for _, args := range [][]string{
		{"search", "CASE", "class:sqli", "--json"}, {"findings", "CASE", "--json"}, {"webshells", "CASE", "--json"},
		{"incidents", "CASE", "--json"}, {"actors", "CASE", "--json"}, {"evidence", "CASE"},
	} {
		one, two := append([]string(nil), args...), append([]string(nil), args...)
		one[1], two[1] = got, want
		a, b := takenIn.ReplaceAllString(ask(t, binary, dir, one...), ""), takenIn.ReplaceAllString(ask(t, binary, dir, two...), "")
		if a != b {
			t.Errorf("spoor %s differs: %d and %d bytes", strings.Join(one, " "), len(a), len(b))
		}
	}
}

// takenIn is when a file was taken in, which differs.
var takenIn = regexp.MustCompile(`(?m)^  taken in .*$`)

// requests is how many the case holds, from what spoor evidence prints.
func requests(t *testing.T, evidence string) int {
	t.Helper()
	m := regexp.MustCompile(`case: (\d+) requests`).FindStringSubmatch(evidence)
	if m == nil {
		t.Fatalf("evidence says %s", evidence)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Ctrl-C in the middle of a load, twice, and a kill -9: the case stays whole each time, and the same command in
// the end gives what a load in one go does.
func TestInterruptedLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary and loads a large log")
	}
	binary, dir := buildBinary(t), t.TempDir()
	f, err := os.Create(filepath.Join(dir, "access.log"))
	if err != nil {
		t.Fatal(err)
	}
	const lines = "200000"
	if err := errors.Join(loggen.Write(f, loggen.Options{Lines: 200_000}), f.Close()); err != nil {
		t.Fatal(err)
	}
	ask(t, binary, dir, "load", "straight", "access.log")

	load := []string{"load", "case", "access.log"}
	x := start(t, binary, dir, load...)
	if !x.until(reading) {
		t.Fatalf("no progress: %s", x.stderr)
	}
	x.signal(syscall.SIGINT)
	code := x.end()
	said := regexp.MustCompile(`NOT ALL READ: stopped at line (\d+); load it again to go on`).FindStringSubmatch(x.out.String())
	if code != 1 || said == nil || !strings.Contains(x.stderr.String(), "run the same command again to go on") {
		t.Fatalf("exit %d: %s%s", code, x.out.String(), x.stderr)
	}
	t.Logf("stopped at line %s of %s", said[1], lines)
	if got := ask(t, binary, dir, "evidence", "case"); !strings.Contains(got, said[0]) || !strings.Contains(got, "read "+said[1]) {
		t.Errorf("evidence says %s", got)
	}

	// Gone on with, and told to stop twice: it ends at once, and the case is as it was.
	before := requests(t, ask(t, binary, dir, "evidence", "case"))
	x = start(t, binary, dir, load...)
	if x.until(reading) {
		x.signal(syscall.SIGINT)
		if x.until(stopping) {
			x.signal(syscall.SIGINT)
		}
	}
	code = x.end()
	t.Logf("a second Ctrl-C: exit %d", code)

	// Killed: the case is as it was before, or further on by whole steps.
	x = start(t, binary, dir, load...)
	if x.until(reading) {
		x.signal(syscall.SIGKILL)
	}
	x.end()
	ask(t, binary, dir, "verify", "case") // fails if there is a problem
	if after := requests(t, ask(t, binary, dir, "evidence", "case")); after < before {
		t.Errorf("%d requests after a kill, %d before", after, before)
	}

	x = start(t, binary, dir, load...)
	if code := x.end(); code != 0 || !strings.Contains(x.out.String(), "read "+lines) {
		t.Fatalf("exit %d: %s%s", code, x.out.String(), x.stderr)
	}
	sameAnswers(t, binary, dir, "case", "straight")
}

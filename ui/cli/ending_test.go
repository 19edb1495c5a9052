//go:build !windows

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// Told to stop by a key or from outside (kill -TSTP), the program gives the terminal back, and has it again when the
// shell continues it. Where nothing could continue it, it says so and goes on.
func TestSuspend(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	binary, dir := buildBinary(t), t.TempDir()
	x := startTerminal(t, binary, dir, 80, 24, "demo", "--mouse")
	x.shows("[Overview]", "shell planted")
	x.keys("\x1a")
	x.shows("no shell with jobs")
	x.keys("2")
	x.shows("[Requests]")
	x.cmd.Process.Signal(syscall.SIGTSTP)
	x.shows("no shell with jobs")
	x.keys("q")
	x.ends()

	x = startTerminal(t, "/bin/sh", dir, 80, 24, "-mc", binary+" open spoor-demo; echo STOPPED; read go; fg; echo OVER; read go")
	x.shows("[Requests]")
	x.keys("\x1a")
	x.shows("STOPPED")
	x.keys("go" + enter)
	x.shows("[Requests]", "was suspended")
	x.keys("1")
	x.shows("[Overview]")
	x.keys("q")
	x.shows("OVER")
	x.keys(enter)
	x.ends()
}

// When the terminal is gone, so is the program, and the case is free at once.
func TestLostTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	binary, dir := buildBinary(t), t.TempDir()
	cmd := exec.Command(binary, "demo")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=1", "HOME="+t.TempDir())
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	// Nobody may be reading when it is closed, or it stays open until the read ends.
	var drawn []byte
	for buf := make([]byte, 4096); !strings.Contains(string(drawn), "[Overview]"); {
		n, err := tty.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, drawn)
		}
		drawn = append(drawn, buf[:n]...)
	}
	tty.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		cmd.Process.Kill()
		t.Fatal("the program goes on without a terminal")
	}
	note := exec.Command(binary, "note", "spoor-demo", "-m", "written after the terminal was lost")
	note.Dir = dir
	if out, err := note.CombinedOutput(); err != nil {
		t.Fatalf("the case is not free: %v\n%s", err, out)
	}
}

// A signal, such as a lost terminal sends, ends the program, keeps what was being typed, and leaves the case free.
func TestSignalsEndTheProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	binary, dir := buildBinary(t), t.TempDir()
	x := startTerminal(t, binary, dir, 80, 24, "demo")
	x.shows("[Overview]", "shell planted")
	x.keys("q")
	x.ends()
	for _, end := range []struct {
		name string
		do   func(*terminal)
	}{
		{"SIGTERM", func(x *terminal) { x.cmd.Process.Signal(syscall.SIGTERM) }},
		{"SIGHUP", func(x *terminal) { x.cmd.Process.Signal(syscall.SIGHUP) }},
	} {
		x := startTerminal(t, binary, dir, 80, 24, "open", "spoor-demo")
		x.shows("[Overview]")
		x.keys("a")
		x.shows("Ctrl-S save")
		typed := "half a thought at " + strings.ReplaceAll(end.name, " ", "-")
		x.keys(typed)
		x.shows(typed)
		end.do(x)
		if code := x.ends(); code != 1 && code != 0 {
			t.Errorf("%s: the program ends with %d", end.name, code)
		}
		found := false
		drafts, _ := filepath.Glob(filepath.Join(dir, "spoor-demo", "drafts", "*"))
		for _, f := range drafts {
			b, err := os.ReadFile(f)
			found = found || err == nil && strings.Contains(string(b), typed)
			os.Remove(f)
		}
		if !found {
			t.Errorf("%s: no draft holds %q: %v", end.name, typed, drafts)
		}
	}
}

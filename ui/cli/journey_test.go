//go:build !windows

package cli_test

import (
	"errors"
	"image/color"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// A terminal runs the real binary in a pseudo-terminal and keeps what is on its screen.
type terminal struct {
	t      *testing.T
	pty    *os.File
	cmd    *exec.Cmd
	mu     sync.Mutex
	screen *vt.Emulator
	sent   []byte        // all that came
	drawn  chan struct{} // gets a value after something was drawn
	ended  chan error
}

// startTerminal starts the binary at a size, in dir.
func startTerminal(t *testing.T, binary, dir string, cols, rows int, args ...string) *terminal {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=1", "HOME="+t.TempDir())
	return attach(t, cmd, cols, rows, color.Black)
}

// attach starts a command in a terminal of a size and a background.
func attach(t *testing.T, cmd *exec.Cmd, cols, rows int, ground color.Color) *terminal {
	t.Helper()
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: uint16(rows), Cols: uint16(cols)})
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{t: t, pty: f, cmd: cmd, screen: vt.NewEmulator(cols, rows), drawn: make(chan struct{}, 1), ended: make(chan error, 1)}
	x.screen.SetDefaultBackgroundColor(ground)
	go x.draw()
	go io.Copy(f, x.screen) // what a terminal answers to questions
	t.Cleanup(func() {
		cmd.Process.Kill()
		f.Close()
		x.screen.Close()
	})
	return x
}

func (x *terminal) draw() {
	buf := make([]byte, 32<<10)
	for {
		n, err := x.pty.Read(buf)
		if n > 0 {
			x.mu.Lock()
			x.sent = append(x.sent, buf[:n]...)
			x.screen.Write(buf[:n])
			x.mu.Unlock()
			select {
			case x.drawn <- struct{}{}:
			default:
			}
		}
		if err != nil {
			x.ended <- x.cmd.Wait()
			return
		}
	}
}

func (x *terminal) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String()
}

// shows waits until the screen holds every text.
func (x *terminal) shows(texts ...string) {
	x.t.Helper()
	limit := time.After(30 * time.Second)
	for {
		screen := x.text()
		missing := ""
		for _, s := range texts {
			if !strings.Contains(screen, s) {
				missing = s
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-x.drawn:
		case <-limit:
			x.t.Fatalf("the screen never shows %q:\n%s", missing, x.text())
		}
	}
}

// keys presses keys, each text as typed.
func (x *terminal) keys(texts ...string) {
	x.t.Helper()
	for _, s := range texts {
		if _, err := io.WriteString(x.pty, s); err != nil {
			x.t.Fatal(err)
		}
	}
}

// ends waits for the program's end and answers its exit code.
func (x *terminal) ends() int {
	x.t.Helper()
	select {
	case err := <-x.ended:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode()
		}
		return 0
	case <-time.After(30 * time.Second):
		x.t.Fatalf("the program does not end:\n%s", x.text())
		return -1
	}
}

const (
	enter = "\r"
	ctrlS = "\x13"
)

// buildBinary builds spoor once for the journeys.
func buildBinary(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "spoor")
	cmd := exec.Command("go", "build", "-o", binary, "spoor")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// The way a responder goes: the demo, from the SQL injection to the shell to its users, a note, a report.
func TestJourneyFromInjectionToReport(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	binary, dir := buildBinary(t), t.TempDir()
	x := startTerminal(t, binary, dir, 80, 24, "demo")
	x.shows("[Overview]", "shell planted", "CRIT", "198.51.100.203", "2  192.0.2.146 +1    unattributed; consistent with")

	// The injection that writes a file.
	x.keys("/")
	x.shows("search:")
	x.keys("class:sqli level:critical", enter)
	x.shows("[Requests]", "INTO DUMPFILE", "1 of 1")

	// From what it writes to who used it.
	x.keys("p")
	x.shows("pivot on which value", "writes")
	x.keys("1")
	x.shows("who used it")
	x.keys(enter)
	x.shows("/images/reviews/rthumb.php", "1 of 19", "POST")
	x.keys("G")
	x.shows("2001:db8:99:4::1f")

	// A note on the last use, with the citation filled in.
	x.keys("a")
	x.shows("[[r:")
	x.keys(" the last use that we see")
	x.shows("the last use that we see")
	x.keys(ctrlS)
	x.shows("saved note")

	// The report, from the command line of the program.
	x.keys(":")
	x.shows("report FORMAT", "Enter go")
	x.keys("report md out.md", enter)
	x.shows("wrote out.md")
	x.keys("q")
	if code := x.ends(); code != 0 {
		t.Errorf("the program exits with %d", code)
	}
	report, err := os.ReadFile(filepath.Join(dir, "out.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"the last use that we see", "rthumb.php", "198.51.100.203", "unattributed"} {
		if !strings.Contains(string(report), want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the program left more than the case and the report: %v", entries)
	}
}

// settles waits until nothing has been drawn for a while: what is asked in the background has come.
func (x *terminal) settles() {
	for {
		select {
		case <-x.drawn:
		case <-time.After(1500 * time.Millisecond):
			return
		}
	}
}

//go:build !windows

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

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

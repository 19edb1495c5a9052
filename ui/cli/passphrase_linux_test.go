package cli_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// unseen waits until the terminal no longer shows what is typed.
func (x *terminal) unseen() {
	x.t.Helper()
	for limit := time.Now().Add(30 * time.Second); time.Now().Before(limit); runtime.Gosched() {
		if s, err := unix.IoctlGetTermios(int(x.pty.Fd()), unix.TCGETS); err == nil && s.Lflag&unix.ECHO == 0 {
			return
		}
	}
	x.t.Fatalf("the terminal goes on showing what is typed:\n%s", x.text())
}

// The passphrase of a key is asked on the terminal, and not shown there.
func TestPassphraseOnATerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	keys, err := filepath.Abs("../../cases/seal/testdata")
	if err != nil {
		t.Fatal(err)
	}
	spoor, dir := buildBinary(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "access.log"), []byte(`192.0.2.7 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 5 "-" "Mozilla/5.0"`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	x := startTerminal(t, spoor, dir, 100, 24, "load", "case", "access.log")
	if code := x.ends(); code != 0 {
		t.Fatalf("load: %d\n%s", code, x.text())
	}
	for words, want := range map[string]struct {
		code int
		text string
	}{"correct horse": {0, "sealed records 1 to "}, "wrong horse": {1, "does not open it"}} {
		for _, key := range []string{"ed25519-locked", "minisign-locked.key"} {
			x := startTerminal(t, spoor, dir, 100, 24, "seal", "case", "--key", filepath.Join(keys, key))
			x.shows("passphrase of ")
			x.unseen()
			x.keys(words + enter)
			code := x.ends()
			if screen := x.text(); code != want.code || !strings.Contains(screen, want.text) || strings.Contains(screen, "horse") {
				t.Errorf("%s, %s: exit %d\n%s", key, words, code, screen)
			}
		}
	}
}

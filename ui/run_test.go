package ui_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"spoor/ui"
	"spoor/ui/desk"
)

func emptyCase(t *testing.T) *desk.Desk {
	t.Helper()
	d, err := desk.OpenOrCreate(filepath.Join(t.TempDir(), "case"), desk.Who{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// The real program, without a terminal: it opens, closes at a key, and leaves nothing running.
func TestRunClosesAtAKey(t *testing.T) {
	d := emptyCase(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var out bytes.Buffer
	if err := ui.Run(context.Background(), d, ui.Options{In: strings.NewReader("q"), Out: &out}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\x1b[?1049h") || !strings.Contains(out.String(), "\x1b[?1049l") {
		t.Errorf("the alternate screen was not entered and left: %q", out.String())
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	d := emptyCase(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, w := io.Pipe()
	defer w.Close()
	err := ui.Run(ctx, d, ui.Options{In: r, Out: io.Discard})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// Work that runs when the program is closed leaves nothing behind: a load, a search, an editor that was open.
func TestRunLeavesNothingRunning(t *testing.T) {
	log := filepath.Join(t.TempDir(), "access.log")
	var lines bytes.Buffer
	for i := range 60_000 {
		fmt.Fprintf(&lines, "192.0.2.%d - - [07/Mar/2025:08:%02d:%02d +0000] \"GET /p%d.php?id=%d HTTP/1.1\" 200 9 \"-\" \"x\"\n", i%250, i/60%60, i%60, i%97, i)
	}
	if err := os.WriteFile(log, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, keys := range []string{":load " + log + "\r", "2/path:p1*\r", "2ahalf a thought"} {
		t.Run(keys[:2], func(t *testing.T) {
			d := emptyCase(t)
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			ctx, cancel := context.WithCancel(context.Background())
			in, typed := io.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- ui.Run(ctx, d, ui.Options{In: in, Out: io.Discard}) }()
			for _, k := range strings.Split(keys, "") {
				if _, err := io.WriteString(typed, k); err != nil {
					t.Fatal(err)
				}
			}
			cancel()
			typed.Close()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

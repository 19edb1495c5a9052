package ui_test

import (
	"bytes"
	"context"
	"errors"
	"io"
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

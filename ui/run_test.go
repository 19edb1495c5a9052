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
	"sync"
	"testing"
	"time"

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

// Work that is under way when the program is closed ends with it and leaves nothing behind: a load that has read part
// of a log, a search, a note that is being written, which is kept.
func TestRunLeavesNothingRunning(t *testing.T) {
	log := filepath.Join(t.TempDir(), "access.log")
	var lines bytes.Buffer
	const loaded = 60_000
	for i := range loaded {
		fmt.Fprintf(&lines, "192.0.2.%d - - [07/Mar/2025:08:%02d:%02d +0000] \"GET /p%d.php?id=%d HTTP/1.1\" 200 9 \"-\" \"x\"\n", i%250, i/60%60, i%60, i%97, i)
	}
	if err := os.WriteFile(log, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		keys, at string // what is typed, and the work that it is held at until the program is closed
		check    func(d *desk.Desk) string
	}{
		{":load " + log + "\r", "reading", func(d *desk.Desk) string {
			if n := d.Counts().Requests; n == loaded {
				return fmt.Sprintf("all %d requests were read", n)
			}
			return ""
		}},
		{"2/path:p1*\r", "searching path:p1*", nil},
		{"7ahalf a thought\x13", "saving the note", func(d *desk.Desk) string {
			if n := d.Notes(); len(n) != 1 || n[0].Text != "half a thought" {
				return fmt.Sprintf("the notes are %v", n)
			}
			return ""
		}},
	} {
		t.Run(c.at, func(t *testing.T) {
			d := emptyCase(t)
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			ctx, cancel := context.WithCancel(context.Background())
			in, typed := io.Pipe()
			ended, begun := make(chan error, 1), make(chan struct{})
			var once sync.Once
			heard := func(work context.Context, what string) {
				if what == c.at {
					once.Do(func() { close(begun) })
					<-work.Done()
				}
			}
			go func() { ended <- ui.Run(ctx, d, ui.Options{In: in, Out: io.Discard}.During(heard)) }()
			go func() {
				for _, k := range strings.Split(c.keys, "") {
					if _, err := io.WriteString(typed, k); err != nil {
						return
					}
				}
			}()
			select {
			case <-begun:
			case <-time.After(20 * time.Second):
				t.Errorf("no work is %s", c.at)
			}
			cancel()
			err := <-ended
			typed.Close()
			if !errors.Is(err, context.Canceled) {
				t.Errorf("ended with %v", err)
			}
			if c.check != nil {
				if what := c.check(d); what != "" {
					t.Error(what)
				}
			}
		})
	}
}

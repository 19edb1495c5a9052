package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"spoor/ui/desk"
)

// On a terminal one line changes at most ten times a second, elsewhere a line comes every ten seconds.
func TestMeter(t *testing.T) {
	p := desk.Progress{Stage: "reading", Files: 2, Lines: 5, File: strings.Repeat("世界", 60)}
	for _, tc := range []struct {
		name  string
		width func() int
		step  time.Duration
		want  int // lines written of 100
	}{
		{"terminal", func() int { return 40 }, 10 * time.Millisecond, 10},
		{"slow terminal", func() int { return 40 }, time.Second, 100},
		{"file", nil, time.Second, 10},
		{"short load to a file", nil, 50 * time.Millisecond, 0},
	} {
		var out bytes.Buffer
		now := time.Date(2025, 3, 8, 0, 0, 0, 0, time.UTC)
		m := &meter{out: &out, now: func() time.Time { return now }, width: tc.width, last: now}
		for range 100 {
			now = now.Add(tc.step)
			m.show(p)
		}
		if n := strings.Count(out.String(), "reading 0/2 files"); n != tc.want {
			t.Errorf("%s: %d lines, want %d", tc.name, n, tc.want)
		}
		if tc.width != nil {
			if m.shown != 39 && m.shown != 38 {
				t.Errorf("%s: a line of %d columns on 40", tc.name, m.shown)
			}
			m.show(desk.Progress{Stage: "recording"})
			m.clear()
			if !strings.HasSuffix(out.String(), strings.Repeat(" ", 38)+"\r") || strings.Contains(out.String(), "\n") {
				t.Errorf("%s: the line is not taken away: %q", tc.name, out.String()[len(out.String())-60:])
			}
		}
	}
}

// A Ctrl-C is answered, once the load is done no more.
func TestMeterStopping(t *testing.T) {
	for _, late := range []bool{false, true} {
		ctx, cancel := context.WithCancel(context.Background())
		var out bytes.Buffer
		m, end := (&session{ctx: ctx, err: &out}).newMeter()
		if late {
			end()
			cancel()
		} else {
			m.stopping()
			end()
			cancel()
		}
		if got := strings.Contains(out.String(), "stopping"); got == late {
			t.Errorf("late %v: %q", late, out.String())
		}
	}
}

package desk

import (
	"testing"
	"time"
)

// The pace counts from the first line on, and says nothing in the first second.
func TestPace(t *testing.T) {
	now := time.Date(2025, 3, 8, 0, 0, 0, 0, time.UTC)
	c := newPace(func() time.Time { return now })
	for i, step := range []struct {
		wait    time.Duration
		p       Progress
		skipped int64
		rate    int64
		left    time.Duration
	}{
		{0, Progress{Stage: "hashing", Bytes: 1000}, 0, 0, 0},
		{4 * time.Second, Progress{Stage: "hashing", Bytes: 1000, BytesDone: 250}, 0, 0, 12 * time.Second},
		{8 * time.Second, Progress{Stage: "reading", Bytes: 1000, BytesDone: 400}, 400, 0, 0}, // passing over
		{time.Second / 2, Progress{Stage: "reading", Bytes: 1000, BytesDone: 450, Lines: 10}, 400, 0, 0},
		{3 * time.Second / 2, Progress{Stage: "reading", Bytes: 1000, BytesDone: 600, Lines: 40}, 400, 20, 4 * time.Second},
		{time.Second, Progress{Stage: "recording"}, 0, 0, 0}, // a step of the reading
		{time.Second, Progress{Stage: "reading", Bytes: 1000, BytesDone: 1000, Lines: 120}, 400, 30, 0},
		{9 * time.Second, Progress{Stage: "recording"}, 0, 0, 0},
	} {
		now = now.Add(step.wait)
		p := step.p
		c.fill(&p, step.skipped)
		if p.LinesPerSecond != step.rate || p.Left != step.left || p.Elapsed != now.Sub(c.began) {
			t.Errorf("step %d: %+v", i, p)
		}
	}
}

func TestProgressString(t *testing.T) {
	p := Progress{Stage: "reading", Files: 3, FilesDone: 1, Bytes: 24_000_000_000, BytesDone: 12_345_678_901, Lines: 51_000_000,
		File: "a\x1b.log", LinesPerSecond: 481_234, Left: 101 * time.Second}
	if got, want := p.String(), "reading 1/3 files  12.3G/24.0G 51 %  51.0M lines  481k lines/s  1m41s left  a<ESC>.log"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1.00k", 9994: "9.99k", 9999: "10.0k", 99949: "99.9k", 99951: "100k", 999_499: "999k", 999_500: "1.00M"} {
		if got := short(n); got != want {
			t.Errorf("short(%d) = %s, want %s", n, got, want)
		}
	}
}

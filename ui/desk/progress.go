package desk

import (
	"fmt"
	"time"

	"spoor/triage"
)

// Progress is how far a load has come.
type Progress struct {
	Stage            string // "hashing", "reading", "recording", "judging the whole"
	Files, FilesDone int    // of the stage, as below
	Bytes, BytesDone int64  // as stored
	Lines            int64
	File             string        // being read; may be empty
	Elapsed          time.Duration // since the load began
	LinesPerSecond   int64         // 0 if it cannot be said yet
	Left             time.Duration // of the stage, about; 0 if it cannot be said yet
}

// String is the progress in one line that is safe to draw, what matters most first.
func (p Progress) String() string {
	s := p.Stage
	if p.Files > 0 {
		s += fmt.Sprintf(" %d/%d files", p.FilesDone, p.Files)
	}
	if p.Bytes > 0 {
		s += fmt.Sprintf("  %s/%s %d %%", short(p.BytesDone), short(p.Bytes), p.BytesDone*100/p.Bytes)
	}
	if p.Lines > 0 {
		s += fmt.Sprintf("  %s lines", short(p.Lines))
	}
	if p.LinesPerSecond > 0 {
		s += fmt.Sprintf("  %s lines/s", short(p.LinesPerSecond))
	}
	if p.Left > 0 {
		s += fmt.Sprintf("  %s left", p.Left.Round(time.Second))
	}
	if p.File != "" {
		s += "  " + triage.VisibleN(p.File, 200)
	}
	return s
}

// short is a number to three digits with k, M, G or T.
func short(n int64) string {
	f, unit := float64(n), ""
	for _, u := range []string{"k", "M", "G", "T"} {
		if f < 999.5 {
			break
		}
		f, unit = f/1000, u
	}
	switch {
	case unit == "" || f >= 99.95:
		return fmt.Sprintf("%.0f%s", f, unit)
	case f >= 9.995:
		return fmt.Sprintf("%.1f%s", f, unit)
	}
	return fmt.Sprintf("%.2f%s", f, unit)
}

// minPace is how long a stage runs before a pace is told: the first blocks tell little.
const minPace = time.Second

// A pace works out how fast a load goes. Time that passes before the first line of the reading stage, in which
// what an earlier load has read is passed over, does not count; recording a step is part of reading.
type pace struct {
	now   func() time.Time
	began time.Time // of the load
	stage string
	since time.Time // of the stage
}

func newPace(now func() time.Time) *pace { return &pace{now: now, began: now()} }

// fill sets Elapsed, LinesPerSecond and Left. skipped are the bytes of p.BytesDone that cost next to nothing.
func (c *pace) fill(p *Progress, skipped int64) {
	now := c.now()
	p.Elapsed = now.Sub(c.began)
	if p.Stage == "recording" {
		return
	}
	if p.Stage != c.stage || p.Stage == "reading" && p.Lines == 0 {
		c.stage, c.since = p.Stage, now
	}
	spent := now.Sub(c.since)
	if spent < minPace {
		return
	}
	p.LinesPerSecond = int64(float64(p.Lines) / spent.Seconds())
	if done := p.BytesDone - skipped; done > 0 && p.Bytes > p.BytesDone {
		p.Left = time.Duration(float64(spent) * float64(p.Bytes-p.BytesDone) / float64(done))
	}
}

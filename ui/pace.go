package ui

import (
	"fmt"
	"time"

	"spoor/triage"
	"spoor/ui/desk"
)

// A pace is how far a load has come and how quickly. The zero pace has not begun.
type pace struct {
	p     desk.Progress
	began time.Time     // of the stage that is running
	spent time.Duration // in it so far
}

// take notes progress made at a time.
func (c *pace) take(p desk.Progress, at time.Time) {
	if p.Stage != c.p.Stage {
		c.began = at
	}
	c.p, c.spent = p, at.Sub(c.began)
}

// share is how much of the bytes is done, 0 to 1; 0 if their number is not known.
func (c *pace) share() float64 {
	if c.p.Bytes <= 0 {
		return 0
	}
	return min(1, float64(c.p.BytesDone)/float64(c.p.Bytes))
}

// left is how long the stage will still take; 0 if that cannot be told yet.
func (c *pace) left() time.Duration {
	s := c.share()
	if s <= 0 || s >= 1 || c.spent < time.Second {
		return 0
	}
	return time.Duration(float64(c.spent) * (1 - s) / s)
}

// rate is lines a second; 0 if that cannot be told yet.
func (c *pace) rate() int64 {
	if c.spent < time.Second {
		return 0
	}
	return int64(float64(c.p.Lines) / c.spent.Seconds())
}

// text says it in at most width columns, leaving out first what is wanted least.
func (c *pace) text(width int) string {
	stage := "load: " + or(c.p.Stage, "starting")
	if c.p.Stage == "reading" {
		stage = "loading"
	}
	type part struct {
		text string
		rank int // the higher, the sooner left out
	}
	parts := []part{{stage, 0}}
	add := func(rank int, yes bool, format string, args ...any) {
		if yes {
			parts = append(parts, part{fmt.Sprintf(format, args...), rank})
		}
	}
	add(1, c.p.Bytes > 0, "%d %%", int(c.share()*100))
	add(2, c.left() > 0, "%s left", shortTime(c.left()))
	add(5, c.p.Files > 1, "file %d of %d", min(c.p.FilesDone+1, c.p.Files), c.p.Files)
	add(6, c.p.Bytes > 0, "%s of %s", byteText(c.p.BytesDone), byteText(c.p.Bytes))
	add(4, c.p.Lines > 0, "%s lines", shortCount(c.p.Lines))
	add(3, c.rate() > 0, "%s/s", shortCount(c.rate()))
	add(7, c.p.File != "", "%s", triage.VisibleN(c.p.File, 80))
	for worst := 7; ; worst-- {
		s := ""
		for _, p := range parts {
			if p.rank > worst {
				continue
			}
			if s != "" {
				s += " · "
			}
			s += p.text
		}
		if worst == 0 || strWidth(s) <= width {
			return s
		}
	}
}

// shortTime writes a duration in the two units that matter: "8 s", "2 min 05 s", "1 h 20 min".
func shortTime(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", max(1, s))
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	}
	return fmt.Sprintf("%d h %02d min", s/3600, s%3600/60)
}

// shortCount writes a count in at most five columns: "940", "31k", "4.3M".
func shortCount(n int64) string {
	f := float64(n)
	for _, unit := range []string{"", "k", "M", "G"} {
		switch {
		case f < 1000 && unit == "":
			return fmt.Sprint(n)
		case f < 9.95:
			return fmt.Sprintf("%.1f%s", f, unit)
		case f < 1000:
			return fmt.Sprintf("%.0f%s", f, unit)
		}
		f /= 1000
	}
	return fmt.Sprintf("%.0fT", f)
}

// byteText writes a number of bytes with its unit.
func byteText(n int64) string {
	if n < 10000 {
		return fmt.Sprintf("%d B", n)
	}
	s := sizeText(n)
	return s[:len(s)-1] + " " + s[len(s)-1:] + "iB"
}

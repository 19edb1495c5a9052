package ui

import (
	"fmt"
	"time"

	"spoor/triage"
	"spoor/ui/desk"
)

// progressText says how far a load has come in at most width columns, leaving out first what is wanted least.
func progressText(p desk.Progress, width int) string {
	stage := "load: " + or(p.Stage, "starting")
	if p.Stage == "reading" {
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
	if p.Bytes > 0 {
		add(1, true, "%d %%", min(100, p.BytesDone*100/p.Bytes))
	}
	add(2, p.Left > 0, "%s left", shortTime(p.Left))
	add(5, p.Files > 1, "file %d of %d", min(p.FilesDone+1, p.Files), p.Files)
	add(6, p.Bytes > 0, "%s of %s", byteText(p.BytesDone), byteText(p.Bytes))
	add(4, p.Lines > 0, "%s lines", shortCount(p.Lines))
	add(3, p.LinesPerSecond > 0, "%s/s", shortCount(p.LinesPerSecond))
	add(7, p.File != "", "%s", triage.VisibleN(p.File, 80))
	for worst := 7; ; worst-- {
		s := ""
		for _, p := range parts {
			switch {
			case p.rank > worst:
			case s == "":
				s = p.text
			default:
				s += " · " + p.text
			}
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
		case f < 999.5:
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

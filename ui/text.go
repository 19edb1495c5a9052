package ui

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"spoor/triage"
)

// MaxDrawn bounds how much of one text from evidence a pane draws, in bytes. The whole stays in reach of
// the key that copies.
const MaxDrawn = 16 << 10

// cell makes any text safe to draw and exactly width columns wide: it neutralises, then measures, then
// pads or cuts with "…". Every text that a screen did not write itself goes through it or through wrap.
func cell(s string, width int) string {
	if width <= 0 {
		return ""
	}
	v := visibleN(s, maxRunes(width))
	if strWidth(v) > width {
		v = ansi.Truncate(v, width, "…")
	}
	return pad(v, width)
}

// cellRight is cell with the text at the right edge, for numbers.
func cellRight(s string, width int) string {
	v := strings.TrimRight(cell(s, width), " ")
	return strings.Repeat(" ", max(0, width-strWidth(v))) + v
}

// cellMiddle is cell that cuts in the middle, for paths and references whose end matters.
func cellMiddle(s string, width int) string {
	v := visibleN(s, 4096)
	w := strWidth(v)
	if w <= width || width < 8 {
		return cell(s, width)
	}
	left := width / 4
	right := width - left - 1
	tail := ansi.TruncateLeft(v, w-right, "")
	if strWidth(tail) > right { // a character of two columns was to be cut in its middle, and stayed
		tail = ansi.TruncateLeft(v, w-right+1, "")
	}
	return pad(ansi.Truncate(v, left, "")+"…"+tail, width)
}

// cellTail is cell that keeps a mark in brackets at the start, and of the rest the end.
func cellTail(s string, width int) string {
	if mark, rest, ok := strings.Cut(s, "] "); ok && strings.HasPrefix(s, "[") && len(mark) < width/2 {
		return cell(mark, len(mark)) + "] " + cellMiddle(rest, width-len(mark)-2)
	}
	return cellMiddle(s, width)
}

// pad fills drawn text up with spaces to width columns.
func pad(s string, width int) string {
	if n := width - strWidth(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// levelWord is how levels are written in columns: a word, so that no meaning hangs on colour.
func levelWord(l triage.Level) string {
	switch l {
	case triage.Critical:
		return "CRIT"
	case triage.High:
		return "high"
	case triage.Medium:
		return "med"
	case triage.Low:
		return "low"
	case triage.Info:
		return "info"
	}
	return ""
}

// stamp is a time as spoor writes it: UTC, to the second.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "no time"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// shortStamp is stamp without the year.
func shortStamp(t time.Time) string {
	if t.IsZero() {
		return "no time"
	}
	return t.UTC().Format("01-02 15:04:05")
}

// timeSpan writes from and to as one time span, without repeating the day.
func timeSpan(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return "no times"
	}
	from, to = from.UTC(), to.UTC()
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		return stamp(from) + " to " + to.Format("15:04:05")
	}
	return stamp(from) + " to " + stamp(to)
}

// minuteSpan is timeSpan to the minute, as short as it can be.
func minuteSpan(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return "no times"
	}
	from, to = from.UTC(), to.UTC()
	end := "2006-01-02 15:04"
	switch {
	case from.Format(time.DateOnly) == to.Format(time.DateOnly):
		end = "15:04"
	case from.Year() == to.Year():
		end = "01-02 15:04"
	}
	return from.Format("2006-01-02 15:04") + " to " + to.Format(end)
}

// daySpan is timeSpan to the day, or to the minute within one day, for where there is little room.
func daySpan(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return "no times"
	}
	from, to = from.UTC(), to.UTC()
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		return from.Format("01-02 15:04") + " to " + to.Format("15:04")
	}
	return from.Format("01-02") + " to " + to.Format("01-02")
}

// clientRoom is how many columns clients get in a list that wide: most addresses, the shorter ones of IPv6 too.
func clientRoom(width int) int {
	if width < 100 {
		return 17
	}
	return 24
}

// number writes n with commas between thousands.
func number[T int | int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// counted writes a number with its noun: "1 request", "2 requests".
func counted[T int | int64](n T, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// sizeText writes a number of bytes in at most five columns; "-" if unknown.
func sizeText(n int64) string {
	switch {
	case n < 0:
		return "-"
	case n < 10000:
		return strconv.FormatInt(n, 10)
	}
	f := float64(n)
	for _, unit := range []string{"k", "M", "G", "T"} {
		f /= 1024
		if f < 9.95 {
			return fmt.Sprintf("%.1f%s", f, unit)
		}
		if f < 1000 {
			return fmt.Sprintf("%.0f%s", f, unit)
		}
	}
	return fmt.Sprintf("%.0fP", f/1024)
}

// firstLine is what stands before the first line end of s.
func firstLine(s string) string {
	s = strings.TrimLeft(s, "\r\n\t ")
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return s[:i]
	}
	return s
}

// sortedKeys lists the keys of a set in order.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

// or is s, or other if s is empty.
func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

package index

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Layouts of times in queries, all UTC, with how long a time is that is written so.
var timeLayouts = []struct {
	layout string
	length time.Duration
}{
	{"2006-01-02", 24 * time.Hour}, {"2006-01-02T15", time.Hour}, {"2006-01-02T15:04", time.Minute}, {"2006-01-02T15:04:05", time.Second},
	{"2006-01-02T15:04:05.999", time.Millisecond}, {time.RFC3339Nano, time.Second},
}

var errTime = errors.New("want a date or time such as 2025-03-08, 2025-03-08T03:00 or 2025-03-08T03:00:05Z")

// parseMoment reads a time as Unix milliseconds, and for how many milliseconds it lasts.
func parseMoment(text string) (at, length int64, err error) {
	for _, l := range timeLayouts {
		s := text
		if l.layout != time.RFC3339Nano {
			s = strings.TrimSuffix(text, "Z")
		}
		t, err := time.Parse(l.layout, s)
		if err != nil {
			continue
		}
		if l.length == time.Second && strings.Contains(text, ".") { // time.Parse takes a fraction that the layout has not
			l.length = time.Millisecond
		}
		return t.UnixMilli(), l.length.Milliseconds(), nil
	}
	return 0, 0, errTime
}

func timeTest(after bool) func(value) (node, error) {
	return func(v value) (node, error) {
		at, _, err := parseMoment(v.text)
		if err != nil {
			return nil, err
		}
		if after {
			return rangeNode{intTime, at, maxInt}, nil
		}
		return rangeNode{intTime, -maxInt, at - 1}, nil
	}
}

// momentTest reads a time, or two with ".." between them, of which the last is in the range as a whole.
func momentTest(v value) (node, error) {
	if v.text == "" {
		return unknown(intTime), nil
	}
	from, to, isRange := strings.Cut(v.text, "..")
	if !isRange {
		to = from
	}
	lo, _, err := parseMoment(from)
	if err != nil {
		return nil, err
	}
	hi, length, err := parseMoment(to)
	if err != nil {
		return nil, err
	}
	return rangeNode{intTime, lo, hi + length - 1}, nil
}

// daysTest reads a day, or two with ".." between them.
func daysTest(v value) (node, error) {
	for day := range strings.SplitSeq(v.text, "..") {
		if _, err := time.Parse(time.DateOnly, day); err != nil && v.text != "" {
			return nil, errors.New("want a day such as 2025-03-08, or a range such as 2025-03-08..2025-03-10")
		}
	}
	return momentTest(v)
}

// hourTest reads an hour, or two with ".." between them.
func hourTest(v value) (node, error) {
	if v.text == "" {
		return unknown(intTime), nil
	}
	from, to, isRange := strings.Cut(v.text, "..")
	if !isRange {
		to = from
	}
	lo, errLo := strconv.ParseUint(from, 10, 8)
	hi, errHi := strconv.ParseUint(to, 10, 8)
	if errLo != nil || errHi != nil || max(lo, hi) > 23 {
		return nil, fmt.Errorf("want an hour from 0 to 23, or a range such as 22..5")
	}
	return hourNode{int64(lo), int64(hi)}, nil
}

// Milliseconds of an hour and of a day.
const (
	hourMillis = int64(time.Hour / time.Millisecond)
	dayMillis  = 24 * hourMillis
)

// hourOf is the hour of the day of a time in Unix milliseconds.
func hourOf(t int64) int64 { return ((t % dayMillis) + dayMillis) % dayMillis / hourMillis }

// match reports whether a time in Unix milliseconds passes; 0 is unknown.
func (n hourNode) match(t int64) bool {
	if t == 0 {
		return false
	}
	h := hourOf(t)
	if n.lo > n.hi {
		return h >= n.lo || h <= n.hi
	}
	return n.lo <= h && h <= n.hi
}

// hours plans a test of the hour of the day.
func (p *planner) hours(n hourNode) *plan {
	seg := p.seg
	return &plan{op: planTest, test: func(group int, out bitset) error {
		times, err := seg.ints(intTime, group)
		if err != nil {
			return err
		}
		for i, t := range times {
			if n.match(t) {
				out.set(i)
			}
		}
		return nil
	}}
}

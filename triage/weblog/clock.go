package weblog

import (
	"fmt"
	"time"

	"spoor/triage"
)

// A clock reads times without allocating and remembers the last day, since lines of a log share it.
type clock struct {
	day     [11]byte // text of the last day read
	dayMS   int64    // its start as if in UTC, Unix ms
	minute  int64    // the last local minute placed in a zone, Unix minutes as if in UTC
	shift   int64    // what to take off it, ms
	shifted *time.Location
}

const (
	secondMS = 1000
	minuteMS = 60 * secondMS
	hourMS   = 60 * minuteMS
	dayMS    = 24 * hourMS
)

const months = "janfebmaraprmayjunjulaugsepoctnovdec"

// month is the number of a month by its English three letters, from 1; 0 if it is none.
func month(b []byte) int {
	if len(b) < 3 {
		return 0
	}
	for i := 0; i < len(months); i += 3 {
		if b[0]|0x20 == months[i] && b[1]|0x20 == months[i+1] && b[2]|0x20 == months[i+2] {
			return i/3 + 1
		}
	}
	return 0
}

// two reads two digits; -1 if they are none.
func two(b []byte) int {
	if b[0]-'0' > 9 || b[1]-'0' > 9 {
		return -1
	}
	return int(b[0]-'0')*10 + int(b[1]-'0')
}

// date places a day, remembering it by its text (at most 11 bytes).
func (c *clock) date(text []byte, year, mon, day int) (int64, bool) {
	// 1970 is where Unix time begins: no web server is older.
	if year < 1970 || mon < 1 || mon > 12 || day < 1 {
		return 0, false
	}
	t := time.Date(year, time.Month(mon), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day {
		return 0, false
	}
	c.day = [11]byte{}
	copy(c.day[:], text)
	c.dayMS = t.UnixMilli()
	return c.dayMS, true
}

// clfDay reads 02/Jan/2006.
func (c *clock) clfDay(b []byte) (int64, bool) {
	if string(c.day[:]) == string(b[:11]) {
		return c.dayMS, true
	}
	if b[2] != '/' || b[6] != '/' {
		return 0, false
	}
	hi, lo := two(b[7:]), two(b[9:])
	if hi < 0 || lo < 0 {
		return 0, false
	}
	return c.date(b[:11], hi*100+lo, month(b[3:6]), two(b))
}

// isoDay reads 2006-01-02.
func (c *clock) isoDay(b []byte) (int64, bool) {
	if len(b) != 10 {
		return 0, false
	}
	if c.day[10] == 0 && string(c.day[:10]) == string(b) {
		return c.dayMS, true
	}
	if b[4] != '-' || b[7] != '-' {
		return 0, false
	}
	hi, lo := two(b), two(b[2:])
	if hi < 0 || lo < 0 {
		return 0, false
	}
	return c.date(b, hi*100+lo, two(b[5:]), two(b[8:]))
}

// ofDay reads 15:04:05 with an optional fraction, in ms, and says how many bytes it took; 0 if it is none.
// A leap second counts as the one before.
func ofDay(b []byte) (ms int64, n int) {
	if len(b) < 8 || b[2] != ':' || b[5] != ':' {
		return 0, 0
	}
	h, m, s := two(b), two(b[3:]), two(b[6:])
	if h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60 {
		return 0, 0
	}
	ms = int64(h)*hourMS + int64(m)*minuteMS + int64(min(s, 59))*secondMS
	if n = 8; n == len(b) || b[n] != '.' && b[n] != ',' {
		return ms, n
	}
	n++
	for unit := int64(100); n < len(b) && b[n]-'0' <= 9; n++ {
		ms += int64(b[n]-'0') * unit
		unit /= 10
	}
	return ms, n
}

// offset reads +0100, +01:00 or Z, in ms.
func offset(b []byte) (int64, bool) {
	if len(b) == 1 && b[0] == 'Z' {
		return 0, true
	}
	if len(b) == 6 && b[3] == ':' {
		h, ok := offset(b[:3])
		m := two(b[4:])
		if b[0] == '-' {
			m = -m
		}
		return h + int64(m)*minuteMS, ok && m > -60 && m < 60 && two(b[4:]) >= 0
	}
	if len(b) != 5 && len(b) != 3 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	h, m := two(b[1:]), 0
	if len(b) == 5 {
		m = two(b[3:])
	}
	if h < 0 || h > 15 || m < 0 || m > 59 {
		return 0, false
	}
	ms := int64(h)*hourMS + int64(m)*minuteMS
	if b[0] == '-' {
		ms = -ms
	}
	return ms, true
}

// local is the instant of a wall-clock time in a zone. A time that the clock change repeats is the first of
// the two, as package time has it.
func (c *clock) local(ms int64, zone *time.Location) int64 {
	if zone == time.UTC {
		return ms
	}
	minute := ms / minuteMS
	if minute != c.minute || zone != c.shifted {
		u := time.UnixMilli(minute * minuteMS).UTC()
		t := time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), 0, 0, zone)
		c.minute, c.shifted, c.shift = minute, zone, minute*minuteMS-t.UnixMilli()
	}
	return ms - c.shift
}

// bracketed reads what stands between the brackets of a log line: 02/Jan/2006:15:04:05 -0700, the zone
// optional, or an ISO 8601 time as nginx's $time_iso8601 writes it.
func (c *clock) bracketed(b []byte, zone *time.Location) (int64, error) {
	var day int64
	var ok bool
	rest := b
	switch {
	case len(b) >= 20 && b[2] == '/' && b[11] == ':':
		day, ok = c.clfDay(b)
		rest = b[12:]
	case len(b) >= 19 && b[4] == '-' && (b[10] == 'T' || b[10] == ' '):
		day, ok = c.isoDay(b[:10])
		rest = b[11:]
	}
	if !ok {
		return 0, timeError(b)
	}
	ms, n := ofDay(rest)
	if n == 0 {
		return 0, timeError(b)
	}
	rest = rest[n:]
	if len(rest) > 0 && rest[0] == ' ' {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return c.local(day+ms, zone), nil
	}
	off, ok := offset(rest)
	if !ok {
		return 0, timeError(b)
	}
	return day + ms - off, nil
}

// timeError is the reason for a time that is none.
func timeError(b []byte) error {
	return fmt.Errorf("time does not parse: %s", triage.VisibleN(string(b[:min(len(b), 200)]), 40))
}

package weblog

import (
	"strconv"
	"time"
)

// anyTime reads a time in any of the forms that logs have: seconds, milliseconds, microseconds or nanoseconds since
// 1970, ISO 8601, that of common log format, those of C's asctime and of HTTP.
func (p *Parser) anyTime(b []byte) (int64, error) {
	if len(b) > 2 && b[0] == '[' && b[len(b)-1] == ']' {
		b = b[1 : len(b)-1]
	}
	if len(b) > 0 && b[0]-'0' < 10 {
		if ms, ok := unixTime(b); ok {
			return ms, nil
		}
		return p.clock.bracketed(b, p.zone)
	}
	if len(b) < 64 {
		for _, layout := range [...]string{time.ANSIC, time.RFC1123, time.RFC1123Z, time.UnixDate} {
			if t, err := time.ParseInLocation(layout, string(b), p.zone); err == nil && t.Year() >= 1970 {
				return t.UnixMilli(), nil
			}
		}
	}
	return 0, timeError(b)
}

// unixTime reads a number since 1970; its unit follows from its size, so that a second and the millisecond of the
// same year are told apart from 1973 on.
func unixTime(b []byte) (int64, bool) {
	for _, c := range b {
		if c-'0' > 9 && c != '.' && c|0x20 != 'e' && c != '+' {
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(string(b), 64)
	switch {
	case err != nil || x <= 0 || x > 9e18:
		return 0, false
	case x > 1e17:
		return int64(x / 1e6), true
	case x > 1e14:
		return int64(x / 1e3), true
	case x > 1e11:
		return int64(x), true
	}
	return int64(x * 1000), true
}

package ui

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"spoor/triage"
)

// momentUsage is how a time may be written.
const momentUsage = "2025-03-08, 2025-03-08 03:41[:05], 03-08 03:41, 03:41, +2h, -1d, or A..B"

// momentForms are the ways to write a time, and what is taken from the time one is at.
var momentForms = []struct{ form, from string }{
	{time.RFC3339, ""}, {"2006-01-02T15:04:05", ""}, {"2006-01-02T15:04", ""}, {"2006-01-02 15:04:05", ""}, {"2006-01-02 15:04", ""}, {"2006-01-02", ""},
	{"01-02 15:04:05", "2006-"}, {"01-02 15:04", "2006-"}, {"01-02", "2006-"}, {"15:04:05", "2006-01-02 "}, {"15:04", "2006-01-02 "},
}

// parseMoment reads a time, UTC. What it leaves out, and what + and - count from, is taken from at.
func parseMoment(s string, at time.Time) (time.Time, error) {
	s = strings.TrimSuffix(strings.TrimSpace(s), " UTC")
	if s == "" {
		return time.Time{}, errors.New("no time given; write " + momentUsage)
	}
	if s[0] == '+' || s[0] == '-' {
		d, err := parseStep(s[1:])
		switch {
		case err != nil:
			return time.Time{}, err
		case at.IsZero():
			return time.Time{}, errors.New("the row under the cursor has no time to count from")
		case s[0] == '-':
			d = -d
		}
		return at.Add(d), nil
	}
	for _, f := range momentForms {
		form, text := f.form, s
		if f.from != "" {
			if at.IsZero() {
				continue
			}
			layout := strings.TrimRight(f.from, "- ")
			form, text = f.from+f.form, at.UTC().Format(layout)+f.from[len(layout):]+s
		}
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; write %s", triage.VisibleN(s, 40), momentUsage)
}

// parseStep reads a length of time, with d for days and w for weeks too.
func parseStep(s string) (time.Duration, error) {
	if n, unit := len(s), map[byte]time.Duration{'d': 24 * time.Hour, 'w': 7 * 24 * time.Hour}; n > 1 && unit[s[n-1]] != 0 {
		if x, err := strconv.ParseFloat(s[:n-1], 64); err == nil && x >= 0 && x < 1e5 {
			return time.Duration(x * float64(unit[s[n-1]])), nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no length of time; write 30s, 10m, 2h, 1d or 1w", triage.VisibleN(s, 40))
	}
	return d, nil
}

// parseSpan reads "A..B"; ok says that s is one. B may be a length after A, such as +1h.
func parseSpan(s string, at time.Time) (from, to time.Time, ok bool, err error) {
	a, b, ok := strings.Cut(s, "..")
	if !ok {
		return from, to, false, nil
	}
	if from, err = parseMoment(a, at); err != nil {
		return from, to, true, err
	}
	if to, err = parseMoment(b, from); err != nil {
		return from, to, true, err
	}
	if len(strings.TrimSpace(b)) == len(time.DateOnly) && strings.Count(b, "-") == 2 && !strings.Contains(b, ":") {
		to = to.AddDate(0, 0, 1) // a day is meant as a whole
	}
	if !to.After(from) {
		return from, to, true, fmt.Errorf("%s is not after %s", stamp(to), stamp(from))
	}
	return from, to, true, nil
}

// filterTime is a time as filters write it.
func filterTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// spanFilters narrows to times from a to before b, in place of what narrowed to times before.
func spanFilters(all []filter, from, to time.Time) []filter {
	var out []filter
	for _, f := range all {
		if !strings.HasPrefix(f.text, "after:") && !strings.HasPrefix(f.text, "before:") {
			out = append(out, f)
		}
	}
	return append(out, filter{text: "after:" + filterTime(from)}, filter{text: "before:" + filterTime(to)})
}

package desk

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"spoor/triage"
)

// ParseZone reads how a zone is given: an IANA name or an offset such as -05:00. Empty, "utc" and "z" are UTC.
func ParseZone(name string) (*time.Location, error) {
	if name == "" || strings.EqualFold(name, "utc") || strings.EqualFold(name, "z") {
		return time.UTC, nil
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, name); err == nil {
			return t.Location(), nil
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil || strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("unknown time zone %q: want an IANA name such as America/New_York or an offset such as -05:00", triage.VisibleN(name, 60))
	}
	return zone, nil
}

// LoadUsage is what ParseLoad reads, in one line.
const LoadUsage = "load PATH... [--baseline FILE] [--known-bad FILE] [--webroot DIR] [--tz ZONE] [--format NAME]"

// ParseLoad reads what to load from one line, in the words of the command line: paths, and the options that
// LoadUsage names, as --tz ZONE or --tz=ZONE. Words with spaces stand in quotes or have a backslash before each
// space; after -- every word is a path. No file is looked at.
func ParseLoad(line string) (LoadOptions, error) {
	words, err := SplitWords(line)
	if err != nil {
		return LoadOptions{}, err
	}
	var o LoadOptions
	for i := 0; i < len(words); i++ {
		w := words[i]
		if w == "--" {
			o.Paths = append(o.Paths, words[i+1:]...)
			break
		}
		if !strings.HasPrefix(w, "-") || w == "-" {
			o.Paths = append(o.Paths, w)
			continue
		}
		name, value, given := strings.Cut(w, "=")
		if !given && i+1 < len(words) {
			i++
			value, given = words[i], true
		}
		if err := o.set(name, value, given); err != nil {
			return LoadOptions{}, err
		}
	}
	if len(o.Paths)+len(o.Baseline)+len(o.KnownBad)+len(o.Webroots) == 0 {
		return LoadOptions{}, errors.New("load what? name a log, a listing or a folder: " + LoadUsage)
	}
	return o, nil
}

// set takes one option; given says whether it has a value.
func (o *LoadOptions) set(name, value string, given bool) error {
	switch name {
	case "--baseline", "--known-bad", "--webroot", "--tz", "--format":
	default:
		return fmt.Errorf("no option %s: %s", triage.VisibleN(name, 40), LoadUsage)
	}
	if !given || value == "" {
		return fmt.Errorf("%s needs a value: %s", name, LoadUsage)
	}
	switch name {
	case "--baseline":
		o.Baseline = append(o.Baseline, value)
	case "--known-bad":
		o.KnownBad = append(o.KnownBad, value)
	case "--webroot":
		o.Webroots = append(o.Webroots, value)
	case "--format":
		o.Format = value
	case "--tz":
		zone, err := ParseZone(value)
		if err != nil {
			return err
		}
		o.Zone, o.ZoneName = zone, value
	}
	return nil
}

// SplitWords cuts a line at its spaces as a shell does: ' and " hold words together, a backslash outside of '
// takes a space, a quote or a backslash as it is. Other backslashes stay, for the sake of paths on Windows.
func SplitWords(line string) ([]string, error) {
	var words []string
	var b strings.Builder
	in, quote := false, rune(0)
	r := []rune(line)
	for i := 0; i < len(r); i++ {
		c := r[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(r) && strings.ContainsRune(` "'\`, r[i+1]):
			i++
			in = true
			b.WriteRune(r[i])
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, in = c, true
		case quote == 0 && (c == ' ' || c == '\t'):
			if in {
				words = append(words, b.String())
				b.Reset()
			}
			in = false
		default:
			in = true
			b.WriteRune(c)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("the quote %c is not closed", quote)
	}
	if in {
		words = append(words, b.String())
	}
	return words, nil
}

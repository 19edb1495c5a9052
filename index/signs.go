package index

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"spoor/triage"
)

// A sign is what the queries class:, rule: and level: need of one finding.
type sign struct {
	Rule  string
	Class triage.Class
	Level triage.Level
}

func signOf(f *triage.Finding) sign { return sign{f.Rule, f.Class, f.Level} }

// signsText is the text of a set of findings in colSigns: a line "level class rule" for each distinct one, in
// the order given. Few sets differ in it, so that questions about findings look at few texts.
func signsText(findings []triage.Finding) string {
	var b strings.Builder
	seen := make([]sign, 0, len(findings))
	for i := range findings {
		s := signOf(&findings[i])
		if slices.Contains(seen, s) {
			continue
		}
		seen = append(seen, s)
		fmt.Fprintf(&b, "%s %s %s\n", s.Level, s.Class, s.Rule)
	}
	return b.String()
}

// parseSigns reads what signsText wrote.
func parseSigns(text string) ([]sign, error) {
	var out []sign
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 3)
		if len(parts) != 3 {
			return nil, fmt.Errorf("bad signs %q; load the evidence again", line)
		}
		level, err := triage.ParseLevel(parts[0])
		if err != nil {
			return nil, err
		}
		out = append(out, sign{parts[2], triage.Class(parts[1]), level})
	}
	return out, nil
}

// highest is the highest level of some signs.
func highest(signs []sign) triage.Level {
	max := triage.None
	for _, s := range signs {
		max = maxLevel(max, s.Level)
	}
	return max
}

func maxLevel(a, b triage.Level) triage.Level {
	if a > b {
		return a
	}
	return b
}

// classesOf lists the distinct classes of some signs in the order of triage.Classes.
func classesOf(signs []sign) []triage.Class {
	var out []triage.Class
	for _, c := range triage.Classes {
		if slices.ContainsFunc(signs, func(s sign) bool { return s.Class == c }) {
			out = append(out, c)
		}
	}
	return out
}

// A signTable holds the parsed signs of a segment, once they are needed.
type signTable struct {
	once sync.Once
	all  [][]sign
	err  error
}

// signSets are the signs of each number of colSigns.
func (s *segment) signSets() ([][]sign, error) {
	t := &s.signs
	t.once.Do(func() {
		t.all = make([][]sign, s.meta.Texts[colSigns])
		var bad error
		t.err = s.eachText(colSigns, 1, len(t.all), func(id int, text, _ string) bool {
			t.all[id], bad = parseSigns(text)
			return bad == nil
		})
		t.err = errors.Join(t.err, bad)
	})
	return t.all, t.err
}

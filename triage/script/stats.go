package script

import (
	"math"
	"slices"
	"strings"

	"spoor/triage"
)

// Stats are measures of a script's code by which it is compared with the others of its web root.
type Stats struct {
	Code     int     // bytes of code, outside of HTML
	Entropy  float64 // bits a byte
	LongWord int     // bytes of the longest run without blank, quote or punctuation
	Odd      float64 // share of bytes that are neither letters, digits nor blanks
	LongLine int     // bytes of the longest line
	Input    bool    // it reads the request
}

func measure(code string) Stats {
	s := Stats{Code: len(strings.TrimSpace(code))}
	if s.Code == 0 {
		return Stats{}
	}
	var counts [256]int
	word, line := 0, 0
	odd := 0
	for i := 0; i < len(code); i++ {
		c := code[i]
		counts[c]++
		if c == '\n' {
			line = 0
		} else if line++; line > s.LongLine {
			s.LongLine = line
		}
		if isWord(c) || c == '+' || c == '/' || c == '=' || c == '\\' {
			if word++; word > s.LongWord {
				s.LongWord = word
			}
		} else {
			word = 0
		}
		if !isWord(c) && c > ' ' || c >= 0x80 || c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			odd++
		}
	}
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(code))
			s.Entropy -= p * math.Log2(p)
		}
	}
	s.Odd = float64(odd) / float64(len(code))
	return s
}

// minPeers is how many scripts of a language a web root must hold before one can stand out among them.
const minPeers = 25

// StandOut compares the scripts of one language of a web root. For each that is far off the rest in at least
// two measures (beyond the third quartile by more than three times the distance of the quartiles, the "far out"
// of Tukey's Exploratory Data Analysis, 1977) it gives a finding; the others have none.
func StandOut(all []Stats) map[int]triage.Finding {
	out := map[int]triage.Finding{}
	if len(all) < minPeers {
		return out
	}
	measures := []struct {
		name string
		of   func(Stats) float64
	}{
		{"entropy", func(s Stats) float64 { return s.Entropy }},
		{"longest word", func(s Stats) float64 { return math.Log(float64(s.LongWord + 1)) }},
		{"longest line", func(s Stats) float64 { return math.Log(float64(s.LongLine + 1)) }},
		{"share of odd characters", func(s Stats) float64 { return s.Odd }},
	}
	off := map[int][]string{}
	for _, m := range measures {
		values := make([]float64, len(all))
		for i, s := range all {
			values[i] = m.of(s)
		}
		sorted := slices.Sorted(slices.Values(values))
		q1, q3 := sorted[len(sorted)/4], sorted[len(sorted)*3/4]
		fence := q3 + 3*max(q3-q1, 0.02*math.Abs(q3))
		for i, v := range values {
			if v > fence && all[i].Code >= 64 {
				off[i] = append(off[i], m.name)
			}
		}
	}
	for i, names := range off {
		if len(names) >= 2 {
			f := ruleByID("stands-out").finding(strings.Join(names, ", "), triage.Low)
			f.Why += ": far beyond them in " + strings.Join(names, " and ")
			out[i] = f
		}
	}
	return out
}

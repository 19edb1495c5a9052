package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// A tally counts the judged samples of one label in one class.
type tally struct {
	n, alert, any int
	right         int // with a finding of the class that the label names
}

// alerted is the share of samples with a finding of level medium or above, found that of low or above.
func (t *tally) alerted() float64 { return float64(t.alert) / float64(max(t.n, 1)) }
func (t *tally) found() float64   { return float64(t.any) / float64(max(t.n, 1)) }

// A score gathers one set.
type score struct {
	classes map[string]*tally
	misses  []string
	rules   map[string]int // rules that fired on benign samples
	false1  []string
	cpu     time.Duration
	judged  int
}

func newScore() *score {
	return &score{classes: map[string]*tally{}, rules: map[string]int{}}
}

func (s *score) tally(class string) *tally {
	t := s.classes[class]
	if t == nil {
		t = &tally{}
		s.classes[class] = t
	}
	return t
}

// attack counts a hostile sample of a class; want is the triage class it should get, or empty.
func (s *score) attack(class string, want triage.Class, found []triage.Finding, name string) {
	t := s.tally(class)
	t.n++
	level := worst(found)
	if level >= triage.Medium {
		t.alert++
	} else {
		s.misses = append(s.misses, fmt.Sprintf("%-10s %-6s %s", class, level, name))
	}
	if level >= triage.Low {
		t.any++
	}
	if has(found, want) {
		t.right++
	}
}

// benign counts a harmless sample.
func (s *score) benign(class string, found []triage.Finding, name string) {
	t := s.tally(class)
	t.n++
	level := worst(found)
	if level >= triage.Low {
		t.any++
		for _, f := range found {
			s.rules[f.Rule]++
		}
	}
	if level >= triage.Medium {
		t.alert++
	}
	if level >= triage.Low {
		s.false1 = append(s.false1, fmt.Sprintf("%-6s %-24s %s", level, found[0].Rule, name))
	}
}

func worst(found []triage.Finding) triage.Level {
	l := triage.None
	for _, f := range found {
		l = max(l, f.Level)
	}
	return l
}

func has(found []triage.Finding, c triage.Class) bool {
	return slices.ContainsFunc(found, func(f triage.Finding) bool { return f.Class == c && f.Level >= triage.Low })
}

// timed judges r and adds its time.
func (s *score) timed(j *triage.Judge, r *triage.Request) []triage.Finding {
	start := time.Now()
	f := j.Request(r)
	s.cpu += time.Since(start)
	s.judged++
	return f
}

// print writes the table of a set and its worst samples.
func (s *score) print(w io.Writer, title string, n int) {
	fmt.Fprintf(w, "\n%s\n  %-28s %7s %8s %8s %8s\n", title, "class", "n", "alert", "any", "class ok")
	names := make([]string, 0, len(s.classes))
	for k := range s.classes {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		t := s.classes[k]
		fmt.Fprintf(w, "  %-28s %7d %s %s %s\n", k, t.n, percent(t.alert, t.n), percent(t.any, t.n), percent(t.right, t.n))
	}
	if s.judged > 0 {
		fmt.Fprintf(w, "  %.1f us a request over %d\n", float64(s.cpu.Microseconds())/float64(s.judged), s.judged)
	}
	list(w, "missed (no alert)", s.misses, n)
	list(w, "false", s.false1, n)
	if len(s.rules) > 0 && n > 0 {
		var by []string
		for r, c := range s.rules {
			by = append(by, fmt.Sprintf("%6d %s", c, r))
		}
		slices.Sort(by)
		slices.Reverse(by)
		fmt.Fprintf(w, "  rules that fired falsely: %s\n", strings.Join(by[:min(len(by), 12)], ","))
	}
}

// list prints n of the samples, evenly spread over them.
func list(w io.Writer, title string, samples []string, n int) {
	if len(samples) == 0 || n == 0 {
		return
	}
	fmt.Fprintf(w, "  %s: %d\n", title, len(samples))
	slices.Sort(samples)
	step := max(1, len(samples)/n)
	for i, shown := 0, 0; i < len(samples) && shown < n; i, shown = i+step, shown+1 {
		fmt.Fprintf(w, "    %s\n", triage.VisibleN(samples[i], 200))
	}
}

func percent(a, n int) string {
	if n == 0 {
		return "       -"
	}
	return fmt.Sprintf("%7.2f%%", 100*float64(a)/float64(n))
}

// samples is how many samples were counted.
func (s *score) samples() int {
	n := 0
	for _, t := range s.classes {
		n += t.n
	}
	return n
}

// alerts is the share of all samples that were alerted.
func (s *score) alerts() float64 {
	return s.share(func(t *tally) int { return t.alert })
}

// finds is the share of all samples with a finding of level low or above.
func (s *score) finds() float64 {
	return s.share(func(t *tally) int { return t.any })
}

func (s *score) share(of func(*tally) int) float64 {
	hit := 0
	for _, t := range s.classes {
		hit += of(t)
	}
	return float64(hit) / float64(max(s.samples(), 1))
}

// meanRecall is the mean over sets of the share of their attacks that were alerted.
func meanRecall(scores []*score) float64 {
	sum := 0.0
	for _, s := range scores {
		sum += s.alerts()
	}
	return sum / float64(max(len(scores), 1))
}

package main

import (
	"fmt"
	"io"
)

// A summary is what was reached, each figure beside what is wanted.
type summary struct {
	rows   []string
	recall []logRecall // of the log sets
	shells []string    // harmless paths that rank as web shells in real logs
	benign *score      // harmless lines of real logs
}

// A logRecall is the share of a log's hostile lines (or attackers) that were found.
type logRecall struct {
	name       string
	alert, any float64
}

func (s *summary) atLeast(what string, got, want float64) {
	s.row(what, fmt.Sprintf("%.4f", got), fmt.Sprintf(">= %.2f", want), got >= want)
}

func (s *summary) atMost(what string, got, want float64) {
	s.row(what, fmt.Sprintf("%.4f", got), fmt.Sprintf("<= %.4f", want), got <= want)
}

func (s *summary) yes(what string, got bool) {
	s.row(what, map[bool]string{true: "yes", false: "no"}[got], "yes", got)
}

func (s *summary) row(what, got, want string, met bool) {
	s.rows = append(s.rows, fmt.Sprintf("  %-66s %10s  %-10s %s", what, got, want, map[bool]string{true: "met", false: "NOT MET"}[met]))
}

// print writes the table, with the figures that several sets give together.
func (s *summary) print(w io.Writer) {
	if s.benign != nil && s.benign.samples() > 0 {
		s.atMost(fmt.Sprintf("real benign lines alerted, of %d", s.benign.samples()), s.benign.alerts(), 0.001)
		s.atMost("real benign lines with any finding", s.benign.finds(), 0.005)
		s.row("harmless paths of real logs that rank as web shells", fmt.Sprint(len(s.shells)), "<= 2", len(s.shells) <= 2)
	}
	if len(s.recall) > 0 {
		alert, any := 0.0, 0.0
		fmt.Fprintf(w, "\nrecall of log sets%48s\n", "alert       any")
		for _, r := range s.recall {
			alert, any = alert+r.alert, any+r.any
			fmt.Fprintf(w, "  %-48s %8.4f  %8.4f\n", r.name, r.alert, r.any)
		}
		s.atLeast("macro recall over log sets, any finding", any/float64(len(s.recall)), 0.85)
		s.atLeast("macro recall over log sets, alerts alone", alert/float64(len(s.recall)), 0.85)
	}
	if len(s.rows) > 0 {
		fmt.Fprintln(w, "\nreached and wanted")
	}
	for _, r := range s.rows {
		fmt.Fprintln(w, r)
	}
	for _, p := range s.shells {
		fmt.Fprintln(w, "  false web shell:", p)
	}
}

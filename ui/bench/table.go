package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// A table is what was measured, in the order in which it is printed.
type table []row

// A row is one thing measured. Without a target it stands beside the others for comparison.
type row struct {
	what, target, measured string
	met                    string // "yes", "no", or empty without a target
}

// judged adds a row that has a target.
func (t *table) judged(what, target, measured string, met bool) {
	verdict := "no"
	if met {
		verdict = "yes"
	}
	*t = append(*t, row{what, target, measured, verdict})
}

// told adds a row that has none.
func (t *table) told(what, measured string) { *t = append(*t, row{what: what, measured: measured}) }

func (t table) write(w io.Writer) error {
	rows := append(table{{"what", "target", "measured", "met"}, {"---", "---", "---", "---"}}, t...)
	for _, r := range rows {
		if _, err := fmt.Fprintf(w, "| %s | %s | %s | %s |\n", r.what, r.target, r.measured, r.met); err != nil {
			return err
		}
	}
	return nil
}

// quantile is the smallest value that a share q of the values does not exceed; 0 of no values.
func quantile(values []time.Duration, q float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := int(q*float64(len(sorted)) + 0.999999)
	return sorted[min(max(n, 1), len(sorted))-1]
}

func median(values []time.Duration) time.Duration { return quantile(values, 0.5) }

// show writes a time with three digits.
func show(d time.Duration) string {
	switch s := d.Seconds(); {
	case s >= 10:
		return fmt.Sprintf("%.1f s", s)
	case s >= 1:
		return fmt.Sprintf("%.2f s", s)
	case s >= 0.1:
		return fmt.Sprintf("%.0f ms", s*1e3)
	}
	return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
}

const mib = 1 << 20

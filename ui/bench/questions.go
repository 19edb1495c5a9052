package main

import (
	"fmt"
	"time"
)

// questions adds what it takes to work in a case: the longest one, and for the frames also the shortest, to see
// that the number of rows does not count.
func (b *bench) questions(all []loaded) error {
	l := all[len(all)-1]
	n := short(l.lines)
	b.say("asking the case of %s lines", n)
	if err := b.reopen(l.dir, n); err != nil {
		return err
	}
	if err := b.timedRows("pivots", l.dir, "pivot by %s, "+n+", first page, p95", 50*time.Millisecond); err != nil {
		return err
	}
	if err := b.timedRows("words", l.dir, "free text, %s, "+n+", first page, p95", 150*time.Millisecond); err != nil {
		return err
	}
	if err := b.facets(l.dir, n); err != nil {
		return err
	}
	if err := b.sorts(l.dir, n); err != nil {
		return err
	}
	if err := b.timedRows("moves", l.dir, "%s, "+n+", p95", 100*time.Millisecond); err != nil {
		return err
	}
	for i, of := range all {
		if i > 0 && i < len(all)-1 {
			continue
		}
		if err := b.frames(of.dir, short(of.lines)); err != nil {
			return err
		}
	}
	a, _, err := askFor("idle", l.dir)
	if err != nil {
		return err
	}
	what, target := "memory of an open case, idle, "+n, "<= 250 MiB"
	if a.Bytes == 0 {
		b.table.told(what+" (target "+target+")", "not told by this system")
		return nil
	}
	b.table.judged(what, target, fmt.Sprintf("%d MiB", a.Bytes/mib), a.Bytes <= 250*mib)
	return nil
}

// reopen times fresh processes from their start to the first full screen, which has a target, and beyond.
func (b *bench) reopen(dir, n string) error {
	for _, s := range []struct{ question, screen string }{{"first", "the first full screen"}, {"overview", "the last count of the Overview"}, {"requests", "the Requests after that"}} {
		var times []time.Duration
		for range 5 {
			_, took, err := askFor(s.question, dir)
			if err != nil {
				return err
			}
			times = append(times, took)
		}
		what, m := "reopening, "+n+", process start to "+s.screen, median(times)
		if s.question == "first" {
			b.table.judged(what, "<= 300 ms", show(m), m <= 300*time.Millisecond)
		} else {
			b.table.told(what, show(m))
		}
	}
	return nil
}

// timedRows adds a row for each thing that was done often; what has its name in it.
func (b *bench) timedRows(question, dir, what string, limit time.Duration) error {
	a, _, err := askFor(question, dir)
	if err != nil {
		return err
	}
	for _, t := range a.Times {
		p95 := quantile(t.Took, 0.95)
		b.table.judged(fmt.Sprintf(what, t.Name), fmt.Sprintf("<= %d ms", limit.Milliseconds()),
			fmt.Sprintf("%s (p50 %s, %d queries)", show(p95), show(median(t.Took)), len(t.Took)), p95 <= limit)
	}
	return nil
}

// facets adds the slowest column and the histogram.
func (b *bench) facets(dir, n string) error {
	a, _, err := askFor("counts", dir)
	if err != nil {
		return err
	}
	const limit = 300 * time.Millisecond
	var slowest timed
	var columns []time.Duration
	for _, t := range a.Times {
		if t.Name == "histogram" {
			b.table.judged("histogram, "+n, "<= 300 ms", show(t.Took[0]), t.Took[0] <= limit)
			continue
		}
		columns = append(columns, t.Took[0])
		if slowest.Took == nil || t.Took[0] > slowest.Took[0] {
			slowest = t
		}
	}
	b.table.judged("facet, top 10 of each column, "+n+", slowest", "<= 300 ms",
		fmt.Sprintf("%s: %s (median of %d columns %s)", slowest.Name, show(slowest.Took[0]), len(columns), show(median(columns))), slowest.Took[0] <= limit)
	return nil
}

// sorts adds the slowest column to sort by.
func (b *bench) sorts(dir, n string) error {
	a, _, err := askFor("sorts", dir)
	if err != nil {
		return err
	}
	const limit = 2 * time.Second
	slowest := a.Times[0]
	var all []time.Duration
	for _, t := range a.Times {
		if all = append(all, t.Took[0]); t.Took[0] > slowest.Took[0] {
			slowest = t
		}
	}
	b.table.judged("sort all requests, "+n+", slowest column", "<= 2 s",
		fmt.Sprintf("%s: %s (median of %d columns %s)", slowest.Name, show(slowest.Took[0]), len(all), show(median(all))), slowest.Took[0] <= limit)
	return nil
}

// frames adds how long keys take in the Requests screen.
func (b *bench) frames(dir, n string) error {
	a, _, err := askFor("frames", dir)
	if err != nil {
		return err
	}
	for _, t := range a.Times {
		p99 := quantile(t.Took, 0.99)
		b.table.judged("key to frame in Requests, "+n+", "+t.Name+", p99", "<= 16 ms",
			fmt.Sprintf("%s (p50 %s, %d keys)", show(p99), show(median(t.Took)), len(t.Took)), p99 <= 16*time.Millisecond)
	}
	return nil
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"spoor/triage/weblog/loggen"
)

// A loaded case and what it took.
type loaded struct {
	lines int
	log   string
	dir   string
	usage
	index int64 // bytes on disk
}

func (l loaded) lineBytes() float64 { return float64(l.index) / float64(l.lines) }

// measure fills the table. The case of the longest log answers the questions; the new file comes last, since it
// changes that case.
func (b *bench) measure() error {
	var all []loaded
	for i, n := range b.sizes {
		b.say("making a log of %s lines", short(n))
		log, err := b.log("access-"+short(n)+".log", loggen.Options{Lines: n})
		if err != nil {
			return err
		}
		l := loaded{lines: n, log: log, dir: filepath.Join(b.dir, "case-"+short(n))}
		if i == 0 {
			err = b.compare(&l)
		} else {
			err = b.load(&l)
		}
		if err != nil {
			return err
		}
		all = append(all, l)
	}
	b.loadRows(all)
	if err := b.questions(all); err != nil {
		return err
	}
	return b.newFile(&all[len(all)-1])
}

// load loads a log into a new case, in place of one that is there.
func (b *bench) load(l *loaded) (err error) {
	b.say("loading %s lines", short(l.lines))
	if err := os.RemoveAll(l.dir); err != nil {
		return err
	}
	if l.usage, err = run(b.spoor, nil, "load", l.dir, l.log); err != nil {
		return err
	}
	l.index, err = folderSize(filepath.Join(l.dir, "index"))
	return err
}

// loadRows adds what loading takes.
func (b *bench) loadRows(all []loaded) {
	first, last := all[0], all[len(all)-1]
	limit := time.Duration(9e9 * float64(first.lines) / 1e6)
	b.table.judged("CPU of load, "+short(first.lines), "<= "+show(limit), show(first.cpu), first.cpu <= limit)
	for _, l := range all {
		most := int64(400)
		if l.lines > 1_000_000 {
			most = 700
		}
		what, target := "peak memory of load, "+short(l.lines), fmt.Sprintf("<= %d MiB", most)
		if l.memory == 0 {
			b.table.told(what+" (target "+target+")", "not told by this system")
			continue
		}
		b.table.judged(what, target, fmt.Sprintf("%d MiB", l.memory/mib), l.memory <= most*mib)
	}
	for _, l := range all {
		b.table.judged("index on disk, "+short(l.lines), "<= 20 B a line", fmt.Sprintf("%.1f B a line", l.lineBytes()), l.lineBytes() <= 20)
	}
	if len(all) == 1 {
		return
	}
	what := short(first.lines) + " -> " + short(last.lines)
	slower := last.wall.Seconds() / float64(last.lines) / (first.wall.Seconds() / float64(first.lines))
	larger := last.lineBytes() / first.lineBytes()
	b.table.judged("time a line, "+what, "<= 1.05x", fmt.Sprintf("%.2fx (%s, %s)", slower, show(first.wall), show(last.wall)), slower <= 1.05)
	b.table.judged("index a line, "+what, "<= 1.05x", fmt.Sprintf("%.2fx", larger), larger <= 1.05)
}

// newFile loads one new daily file into the case that is there and, for comparison, into an empty one, in turn.
func (b *bench) newFile(into *loaded) error {
	var old, fresh []usage
	for i := range b.runs {
		b.say("loading a new file of %s lines into the case of %s", short(newLines), short(into.lines))
		log, err := b.log(fmt.Sprintf("new-%d.log", i), loggen.Options{Lines: newLines, Seed: uint64(2 + i),
			Start: time.Date(2025, 3, 11+i, 0, 0, 0, 0, time.UTC), Days: 1})
		if err != nil {
			return err
		}
		alone, err := run(b.spoor, nil, "load", filepath.Join(b.dir, fmt.Sprintf("new-%d", i)), log)
		if err != nil {
			return err
		}
		added, err := run(b.spoor, nil, "load", into.dir, log)
		if err != nil {
			return err
		}
		old, fresh = append(old, added), append(fresh, alone)
	}
	o, f := medians(old), medians(fresh)
	ratio := o.wall.Seconds() / f.wall.Seconds()
	b.table.judged(fmt.Sprintf("second load: %s new lines into the case of %s, against an empty case", short(newLines), short(into.lines)),
		"in proportion to the new file (<= 1.5x)", fmt.Sprintf("%.2fx (%s, %s; %d MiB)", ratio, show(o.wall), show(f.wall), o.memory/mib), ratio <= 1.5)
	return nil
}

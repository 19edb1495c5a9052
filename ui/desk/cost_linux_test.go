package desk

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

// spent is the CPU that the process took so far, of all its threads.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// loadOnce loads a log into a new case and says what CPU that took.
func loadOnce(b *testing.B, log string, looks bool) time.Duration {
	b.Helper()
	dir := b.TempDir()
	d, err := OpenOrCreate(filepath.Join(dir, "case"), Who{Analyst: "kim"})
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	defer d.Close()
	d.noLooks = !looks
	runtime.GC()
	begin := spent(b)
	if _, err := d.Load(context.Background(), LoadOptions{Paths: []string{log}}, nil); err != nil {
		b.Fatal(err)
	}
	took := spent(b) - begin
	stolen, err := d.Store.Stolen()
	outcomes, oerr := d.Store.Outcomes()
	if err != nil || oerr != nil || (stolen != nil && len(stolen.Result.Reads) > 0) != looks || (outcomes != nil && len(outcomes.Result.Attacks) > 0) != looks {
		b.Fatalf("looks %t, kept %v and %v: %v %v", looks, stolen, outcomes, err, oerr)
	}
	return took
}

// BenchmarkImpactOfLoad is what the looks at what injection read and at how the attacks fared add to the load of the
// lab log, in CPU: each round loads the log twice into new cases, with the looks and without, in turn. Run it with
// -benchtime 30x: other work on the machine moves both alike, and the smallest of each least. Two
// runs of 20x on two cores with a load of 14 to 17: 16.7 and 16.3 % of the minima, 19.1 and 13.7 % of the medians.
func BenchmarkImpactOfLoad(b *testing.B) {
	log := "../../../shared/data/lab-dev/access.log.gz"
	if _, err := os.Stat(log); err != nil {
		b.Skip("shared evidence is not here")
	}
	var with, without []float64
	for b.Loop() {
		with = append(with, float64(loadOnce(b, log, true).Milliseconds()))
		without = append(without, float64(loadOnce(b, log, false).Milliseconds()))
	}
	slices.Sort(with)
	slices.Sort(without)
	mid := len(with) / 2
	b.ReportMetric(with[0], "with-ms-min")
	b.ReportMetric(with[mid], "with-ms-median")
	b.ReportMetric(without[0], "without-ms-min")
	b.ReportMetric(without[mid], "without-ms-median")
	b.ReportMetric(100*(with[0]-without[0])/without[0], "%-of-minima")
	b.ReportMetric(100*(with[mid]-without[mid])/without[mid], "%-of-medians")
}

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

// A cpu is what the process took of the processors, of all its threads: at its own work, and with the system's for it.
type cpu struct{ own, all time.Duration }

func spent(b *testing.B) cpu {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return cpu{time.Duration(u.Utime.Nano()), time.Duration(u.Utime.Nano() + u.Stime.Nano())}
}

// sub is what was taken since an earlier moment.
func (c cpu) sub(before cpu) cpu { return cpu{c.own - before.own, c.all - before.all} }

// BenchmarkImpactOfLoad is what the looks at what injection read and at how the attacks fared add to the load of the
// lab log, in CPU. Run it with -benchtime 30x.
//
// Other work on the machine moves the time of a load by more than the looks take, so that the difference of two loads
// says little: over thirty rounds its middle half lay between 7 and 23 %. But the looks are the last step of a load. So
// each round loads the log into a new case without them, and has them follow as the load would: both are of the same
// second. A round gives one ratio, and the middle one of all rounds is the figure, with the quartiles to tell how far it
// can be trusted.
func BenchmarkImpactOfLoad(b *testing.B) {
	log := "../../../shared/data/lab-dev/access.log.gz"
	if _, err := os.Stat(log); err != nil {
		b.Skip("shared evidence is not here")
	}
	var own, all, loads, looks []float64
	for b.Loop() {
		load, look := loadAndLook(b, log)
		own = append(own, 100*float64(look.own)/float64(load.own))
		all = append(all, 100*float64(look.all)/float64(load.all))
		loads = append(loads, load.all.Seconds()*1000)
		looks = append(looks, look.all.Seconds()*1000)
	}
	part := func(x []float64, share int) float64 { // share quarters lie below
		slices.Sort(x)
		return x[min(len(x)*share/4, len(x)-1)]
	}
	b.ReportMetric(part(all, 2), "%-more")
	b.ReportMetric(part(all, 1), "%-more-q1")
	b.ReportMetric(part(all, 3), "%-more-q3")
	b.ReportMetric(part(own, 2), "%-more-user")
	b.ReportMetric(part(loads, 2), "load-ms")
	b.ReportMetric(part(looks, 2), "looks-ms")
}

// loadAndLook loads a log into a new case, takes the looks, and says what CPU each took.
func loadAndLook(b *testing.B, log string) (load, look cpu) {
	b.Helper()
	dir := b.TempDir()
	d, err := OpenOrCreate(filepath.Join(dir, "case"), Who{Analyst: "kim"})
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	defer d.Close()
	d.noLooks = true
	runtime.GC()
	begin := spent(b)
	if _, err := d.Load(context.Background(), LoadOptions{Paths: []string{log}}, nil); err != nil {
		b.Fatal(err)
	}
	loaded := spent(b)
	if err := d.keepLooks(context.Background()); err != nil {
		b.Fatal(err)
	}
	end := spent(b)
	stolen, err := d.Store.Stolen()
	outcomes, oerr := d.Store.Outcomes()
	if err != nil || oerr != nil || stolen == nil || len(stolen.Result.Reads) == 0 || outcomes == nil || len(outcomes.Result.Attacks) == 0 {
		b.Fatalf("the looks kept %v and %v: %v %v", stolen, outcomes, err, oerr)
	}
	return loaded.sub(begin), end.sub(loaded)
}

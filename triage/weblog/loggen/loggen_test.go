package loggen_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"spoor/triage/source"
	"spoor/triage/weblog"
	"spoor/triage/weblog/loggen"
)

// The same seed gives the same log, another seed another; every line parses; times ascend over the days.
func TestWrite(t *testing.T) {
	for _, format := range []string{"combined", "w3c"} {
		var a, b, other bytes.Buffer
		for buf, seed := range map[*bytes.Buffer]uint64{&a: 3, &b: 3, &other: 4} {
			if err := loggen.Write(buf, loggen.Options{Lines: 5000, Seed: seed, Format: format, Days: 3}); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) || bytes.Equal(a.Bytes(), other.Bytes()) {
			t.Errorf("%s: the seed does not decide", format)
		}
		f, err := weblog.Detect(a.Bytes()[:64<<10])
		if err != nil || f.Name() != format {
			t.Fatalf("detected %v, %v", f.Name(), err)
		}
		p, requests := f.NewParser(nil), 0
		var rec weblog.Record
		var first, last int64
		source.Lines(source.Block{Data: a.Bytes(), Line: 1}, func(line []byte, _, n int64) bool {
			switch kind, err := p.Parse(line, &rec); kind {
			case weblog.Rejected:
				t.Errorf("%s line %d: %v", format, n, err)
			case weblog.Parsed:
				if requests++; first == 0 {
					first = rec.Time
				}
				if rec.Time < last {
					t.Errorf("%s line %d goes back in time", format, n)
				}
				last = rec.Time
			}
			return true
		})
		if span := time.Duration(last-first) * time.Millisecond; requests != 5000 || span < 60*time.Hour || span > 72*time.Hour {
			t.Errorf("%s: %d requests over %v", format, requests, span)
		}
	}
}

// The day files are the whole log, each with the lines of one day and, for w3c, its own header.
func TestWriteDays(t *testing.T) {
	for _, format := range []string{"combined", "w3c"} {
		o := loggen.Options{Lines: 3000, Format: format, Days: 4}
		var whole bytes.Buffer
		if err := loggen.Write(&whole, o); err != nil {
			t.Fatal(err)
		}
		paths, err := loggen.WriteDays(t.TempDir(), o)
		if err != nil || len(paths) != 4 {
			t.Fatalf("%s: %v, %v", format, paths, err)
		}
		var joined []byte
		for _, p := range paths {
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			if format == "w3c" && !bytes.HasPrefix(b, []byte("#Software")) {
				t.Errorf("%s begins %.20q", p, b)
			}
			joined = append(joined, b...)
		}
		if !bytes.Equal(joined, whole.Bytes()) {
			t.Errorf("%s: the day files are not the log", format)
		}
	}
}

package loggen_test

import (
	"bytes"
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

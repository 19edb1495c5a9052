package triage_test

import (
	"testing"

	"spoor/triage"
)

// BenchmarkDecode peels the layers of a request: for judging and showing it, and for the text that words are
// looked for in.
func BenchmarkDecode(b *testing.B) {
	hostile := make([]triage.Request, len(hostileQueries))
	for i, q := range hostileQueries {
		hostile[i] = triage.Request{Method: "GET", Path: "/page.php", Query: q, Protocol: "HTTP/1.1"}
	}
	for _, of := range []struct {
		name     string
		requests []triage.Request
	}{{"benign", benignRequests}, {"hostile", hostile}} {
		b.Run("layers/"+of.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				triage.Layers(&of.requests[i%len(of.requests)])
			}
		})
		b.Run("text/"+of.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r := &of.requests[i%len(of.requests)]
				triage.DecodedText(r.Path, r.Query)
			}
		})
	}
}

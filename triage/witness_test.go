package triage

import (
	"math"
	"slices"
	"testing"
)

// What is kept of what a log saw comes back as it was, in parts as in one go; bytes that are anything do not panic.
func FuzzSightings(f *testing.F) {
	g := newGatherer(4)
	for i := range 40 {
		g.add(sighting{Key: mix(uint64(i%13)) >> 16, Time: int64(1_700_000_000 - 77*i), Row: uint64(i), Client: uint16(i * 999), N: 1})
	}
	g.out.cut(4)
	b, err := g.out.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{})
	f.Add([]byte{0xff, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		var s, again sightings
		if s.UnmarshalBinary(b) != nil {
			return
		}
		b, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := again.UnmarshalBinary(b); err != nil || again.Limit != s.Limit || !slices.Equal(again.List, s.List) {
			t.Fatalf("%v: %+v came back as %+v", err, s, again)
		}
	})
}

// The requests with the smallest keys are kept and counted, however they are divided into parts.
func TestSightingsMerge(t *testing.T) {
	whole := newGatherer(50)
	parts := []*gatherer{newGatherer(50), newGatherer(50), newGatherer(50)}
	for i := range 3000 {
		s := sighting{Key: mix(uint64(i%700)) >> 16, Time: int64(i), Row: uint64(i), N: 1}
		whole.add(s)
		parts[i/1000].add(s)
	}
	whole.out.cut(50)
	sum := sightings{Limit: math.MaxUint64}
	for _, p := range parts {
		p.out.cut(50)
		sum.merge(&p.out, 50)
	}
	if len(sum.List) != 50 || !slices.Equal(sum.List, whole.out.List) || sum.Limit != whole.out.Limit {
		t.Errorf("in parts %d below %d, in one go %d below %d", len(sum.List), sum.Limit, len(whole.out.List), whole.out.Limit)
	}
	for _, s := range sum.List {
		if s.N < 4 || s.N > 5 || s.Row >= 700 {
			t.Errorf("%+v, want the first of four or five", s)
		}
	}
}

// Formats that write one request differently are compared as one.
func TestHashAsked(t *testing.T) {
	for _, c := range []struct {
		col  Column
		a, b string
		same bool
	}{
		{Queries, "q=a%20b", "q=a+b", true}, {Queries, "-", "", true}, {Queries, "id=7|22|80040e14|Syntax", "id=7", true},
		{Queries, "id=7|x", "id=7", false}, {Paths, "/caf%C3%A9", "/caf%c3%a9", true}, {Paths, "/a%2", "/a", false},
		{Clients, "::ffff:192.0.2.1", "192.0.2.1", true}, {Clients, "192.0.2.1", "192.0.2.2", false},
	} {
		if got := hashAsked(c.col, c.a) == hashAsked(c.col, c.b); got != c.same {
			t.Errorf("%q and %q: same %v", c.a, c.b, got)
		}
	}
}

package triage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"spoor/triage"
)

// numbers are those from first to last without some, in order, one a minute.
func numbers(first, last int64, without ...int64) []int64 {
	var out []int64
	for n := first; n <= last; n++ {
		if !slices.Contains(without, n) {
			out = append(out, n)
		}
	}
	return out
}

func every(k int, of []int64) []int64 {
	var out []int64
	for i, n := range of {
		if i%k == 0 {
			out = append(out, n)
		}
	}
	return out
}

// tallied is a source with these numbers; at gives a number's minute.
func tallied(path string, list []int64, at func(n int64) int64) triage.TalliedSource {
	var c triage.Numbers
	for i, n := range list {
		c.Add("record id", "Security on web1", n, triage.NumberEnd{Time: 1_741_000_000_000 + at(n)*60_000, Line: int64(i + 1), Kept: true})
	}
	return triage.TalliedSource{Source: triage.Source{Path: path, Key: "abcdef"}, Tally: triage.Tally{Numbers: c.Series()}}
}

func byNumber(n int64) int64 { return n }

func TestNumberGaps(t *testing.T) {
	reversed := numbers(100, 300, 150)
	slices.Reverse(reversed)
	shuffled := numbers(100, 9000, 777)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, c := range []struct {
		name string
		all  []triage.TalliedSource
		want []string // "kind level source|words"
	}{
		{"whole", []triage.TalliedSource{tallied("a", numbers(5000, 6000), byNumber)}, nil},
		{"one is missing", []triage.TalliedSource{tallied("a", numbers(100, 300, 150), byNumber)},
			[]string{"sequence medium a|record id 150 of Security on web1 is missing between lines 50 and 51; the other 200 are there with 1 hole"}},
		{"the newest first", []triage.TalliedSource{tallied("a", reversed, byNumber)}, []string{"sequence medium a|record id 150 of"}},
		{"in no order", []triage.TalliedSource{tallied("a", shuffled, byNumber)}, []string{"sequence medium a|record id 777 of"}},
		{"two runs", []triage.TalliedSource{tallied("a", numbers(100, 300, 150, 151, 152, 200), byNumber)},
			[]string{"sequence medium a|record ids 150 to 152 (3) of", "sequence medium a|record id 200 of"}},
		{"filtered", []triage.TalliedSource{tallied("a", every(3, numbers(100, 900)), byNumber)}, []string{"sequence low a|cannot be judged"}},
		{"few", []triage.TalliedSource{tallied("a", every(3, numbers(100, 200)), byNumber)}, nil},
		{"another has them", []triage.TalliedSource{tallied("a", numbers(100, 300, 150), byNumber), tallied("b", numbers(1, 400), byNumber)},
			[]string{"sequence medium a|(b has 1 of them)"}},
		{"between two files", []triage.TalliedSource{tallied("b", numbers(301, 400), byNumber), tallied("a", numbers(100, 290), byNumber)},
			[]string{"sequence medium b|record ids 291 to 300 (10) of Security on web1 are missing between the end of a and its beginning"}},
		{"two files that follow", []triage.TalliedSource{tallied("b", numbers(301, 400), byNumber), tallied("a", numbers(100, 350), byNumber)}, nil},
		{"the clock is set back", []triage.TalliedSource{tallied("a", numbers(100, 300), func(n int64) int64 { return n - n/200*45 })},
			[]string{"clock medium a|goes back by 44 min from line 100 to line 101"}},
		{"numbers begin again", []triage.TalliedSource{tallied("a", append(numbers(100, 300), numbers(1, 60)...), func(n int64) int64 { return (n + 600) % 700 })}, nil},
		{"many holes", []triage.TalliedSource{tallied("a", numbers(1, 4000, every(100, numbers(50, 3950))...), byNumber)},
			append(slices.Repeat([]string{"sequence medium a|record id"}, 12), "sequence medium a|28 numbers of the record ids of Security on web1 are missing in 28 holes more")},
	} {
		var got []string
		for _, g := range triage.NumberGaps(c.all, nil) {
			got = append(got, fmt.Sprintf("%s %s %s|%s", g.Kind, g.Level, g.Source, g.Text))
			if g.Kind == "sequence" && g.Level > triage.Low && len(g.Refs) != 2 && !strings.HasSuffix(g.Text, "more") {
				t.Errorf("%s: refs %v", c.name, g.Refs)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
			continue
		}
		for i, want := range c.want {
			head, words, _ := strings.Cut(want, "|")
			if !strings.HasPrefix(got[i], head+"|") || !strings.Contains(got[i], words) {
				t.Errorf("%s: %q, want %q", c.name, got[i], want)
			}
		}
	}
}

// Whatever numbers are added in whatever order, the runs are apart, in order, and hold each of them and no other.
func FuzzNumbers(f *testing.F) {
	f.Add([]byte{1, 2, 3, 9, 8, 7, 200, 4})
	f.Add([]byte{100, 101, 99, 1, 2, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		var c triage.Numbers
		want := map[int64]bool{}
		for i, x := range b {
			c.Add("n", "s", int64(x), triage.NumberEnd{Line: int64(i + 1)})
			want[int64(x)] = true
		}
		for _, s := range c.Series() {
			last := int64(-2)
			for _, r := range s.Runs {
				if r.First <= last+1 || r.Last < r.First {
					t.Fatalf("%v: runs %+v", b, s.Runs)
				}
				for n := r.First; n <= r.Last; n++ {
					if !want[n] {
						t.Fatalf("%v: %d was not added", b, n)
					}
					delete(want, n)
				}
				last = r.Last
			}
		}
		if len(want) > 0 {
			t.Fatalf("%v: lost %v", b, want)
		}
	})
}

// Hostile numbers cost no memory beyond the bounds.
func TestNumbersAreBounded(t *testing.T) {
	var c triage.Numbers
	for i := range int64(100_000) {
		c.Add("n", fmt.Sprint("s", i%1000), i*7919%(1<<40), triage.NumberEnd{Line: i})
		c.Add("n", "s1", i*3, triage.NumberEnd{Line: i})
	}
	all := c.Series()
	runs := 0
	for _, s := range all {
		runs += len(s.Runs)
	}
	if len(all) > 64 || runs > 64*1000 {
		t.Errorf("%d series, %d runs", len(all), runs)
	}
}

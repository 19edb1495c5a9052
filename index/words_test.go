package index

import (
	"math/rand/v2"
	"testing"
)

// TestPhraseCore checks that looking for the core of the first word finds what trying the pattern on each word does.
func TestPhraseCore(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 9))
	draw := func(letters string, n int) string {
		b := make([]byte, r.IntN(n))
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		return string(b)
	}
	found, cores := 0, 0
	for range 200_000 {
		p := pattern{text: draw("aB*?/", 6)}
		for i := range len(p.text) {
			if p.text[i] == '*' || p.text[i] == '?' {
				p.wild = append(p.wild, true)
			} else {
				p.wild = append(p.wild, false)
			}
		}
		ph := newPhrase(p)
		slow := ph
		slow.first = core{}
		s := draw("aAbB/_\x80", 12)
		want := slow.match(s)
		if got := ph.match(s); got != want {
			t.Fatalf("%q in %q: %v, want %v", p.text, s, got, want)
		}
		if ph.first.text != "" {
			cores++
			if want {
				found++
			}
		}
	}
	if found < 1000 || cores-found < 1000 {
		t.Errorf("%d of %d phrases found: the test tells little", found, cores)
	}
}

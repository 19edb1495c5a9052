package triage

import (
	"fmt"
	"testing"
)

func TestRegroup(t *testing.T) {
	word := func(op string, clients ...string) Regrouping {
		return Regrouping{Op: op, Clients: clients, Reason: "why"}
	}
	start := [][]string{{"a", "b"}, {"c"}, {"d", "e", "f"}}
	for _, c := range []struct {
		name  string
		words []Regrouping
		want  string
	}{
		{"nothing said", nil, "[[a b] [c] [d e f]]"},
		{"merge takes the whole groups", []Regrouping{word(Merge, "a", "c")}, "[[a b c] [d e f]]"},
		{"merge within one group changes nothing", []Regrouping{word(Merge, "a", "b")}, "[[a b] [c] [d e f]]"},
		{"split takes the named only", []Regrouping{word(Split, "e", "f")}, "[[a b] [c] [d] [e f]]"},
		{"split from two groups", []Regrouping{word(Split, "b", "d")}, "[[a] [b d] [c] [e f]]"},
		{"a whole group split off stays", []Regrouping{word(Split, "c")}, "[[a b] [c] [d e f]]"},
		{"merged and split again", []Regrouping{word(Merge, "a", "c"), word(Split, "c")}, "[[a b] [c] [d e f]]"},
		{"split and merged again", []Regrouping{word(Split, "b"), word(Merge, "b", "a")}, "[[a b] [c] [d e f]]"},
		{"nobody of that name", []Regrouping{word(Merge, "x", "a"), word(Split, "y")}, "[[a b] [c] [d e f]]"},
	} {
		got, said := regroup(start, c.words)
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
		for first, r := range said {
			for _, x := range r {
				if x.Text == "" || x.Weight != 0 {
					t.Errorf("%s: %s: %+v", c.name, first, x)
				}
			}
		}
	}
}

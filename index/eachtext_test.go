package index

import (
	"context"
	"slices"
	"strings"
	"testing"

	"spoor/triage/weblog"
)

// Each distinct text is looked at once, decoded, and its rows are those that have it, over several loads.
func TestEachText(t *testing.T) {
	s := newStore(t)
	line := func(query string) string {
		return `192.0.2.1 - - [08/Mar/2025:03:17:47 +0000] "GET /a?` + query + ` HTTP/1.1" 200 5 "-" "x"` + "\n"
	}
	load(t, s, evidence(t, "a.log", line("q=1")+line("u=%62ad")+line("q=1")+line("u=%62ad"), weblog.Combined))
	load(t, s, evidence(t, "b.log", line("u=%62ad")+line("q=2"), weblog.Combined))
	looked := 0
	var rows []uint64
	err := s.EachText(context.Background(), "query", func(text, plain string) bool {
		looked++
		return strings.Contains(plain, "bad") && !strings.Contains(text, "bad")
	}, func(row uint64, text, _ string) bool {
		if text != "u=%62ad" {
			t.Errorf("row %d has %q", row, text)
		}
		rows = append(rows, row)
		return true
	})
	if err != nil || looked != 4 || !slices.Equal(rows, []uint64{1, 3, 4}) {
		t.Errorf("%d texts, rows %v, %v", looked, rows, err)
	}
	n := 0
	err = s.EachText(context.Background(), "query", func(string, string) bool { return true }, func(uint64, string, string) bool { n++; return n < 2 })
	if err != nil || n != 2 {
		t.Errorf("%d rows after one too many, %v", n, err)
	}
	if err := s.EachText(context.Background(), "odd", nil, nil); err == nil {
		t.Error("a column that is none is read")
	}
}

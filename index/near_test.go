package index

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"spoor/triage/weblog"
)

// TestNear compares the rows around random ones with those of the whole list: of the source, and of the client.
func TestNear(t *testing.T) {
	g := newQuerier(47)
	s := newStore(t)
	s.segmentRows = 1 << 15 // sources of several runs
	start := time.Date(2025, 3, 8, 0, 0, 0, 0, time.UTC)
	for i, text := range []string{timedLog(g, 90000, start, time.Second, 90*time.Second), timedLog(g, 70000, start, 2*time.Second, 0), timedLog(g, 300, start, 0, 24*time.Hour), "no request\n"} {
		load(t, s, evidence(t, fmt.Sprintf("%d.log", i), text, weblog.Combined))
	}
	bySource := map[string][]string{}
	byClient := map[string][]string{}
	for _, name := range []string{"0.log", "1.log", "2.log", "3.log"} {
		r := search(t, s, Is("source", name))
		if err := r.Sort(context.Background(), "line", false); err != nil {
			t.Fatal(err)
		}
		bySource[name] = refs(t, r)
	}
	for n := range 9 {
		client := fmt.Sprintf("192.0.2.%d", n)
		byClient[client] = refs(t, search(t, s, Is("ip", client)))
	}
	all := search(t, s, "")
	for range 60 {
		rows, err := all.Rows(g.IntN(all.Len()), 1)
		if err != nil {
			t.Fatal(err)
		}
		row := rows[0]
		before, after := g.IntN(40), g.IntN(40)
		for sameClient, list := range map[bool][]string{false: bySource[row.Source], true: byClient[row.Client]} {
			if sameClient && row.Client == "" {
				list = []string{row.Ref}
			}
			want := slices.Index(list, row.Ref)
			from := max(0, want-before)
			got, at, err := s.Near(context.Background(), row.Ref, before, after, sameClient)
			if err != nil || at != want-from {
				t.Fatalf("%s: row %d, want %d, %v", row.Ref, at, want-from, err)
			}
			var near []string
			for i := range got {
				near = append(near, got[i].Ref)
			}
			if !slices.Equal(near, list[from:min(len(list), want+after+1)]) {
				t.Fatalf("%s, same client %v: %v, want %v", row.Ref, sameClient, near, list[from:min(len(list), want+after+1)])
			}
		}
	}
	if _, _, err := s.Near(context.Background(), "r:00000000.1", 1, 1, false); !errors.Is(err, ErrNotFound) {
		t.Errorf("of no record: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := s.Near(ctx, bySource["0.log"][500], 5, 5, true); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if rows, _, err := s.Near(context.Background(), bySource["0.log"][5000], 1<<30, 1<<30, false); err != nil || len(rows) != 2*MaxNear+1 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

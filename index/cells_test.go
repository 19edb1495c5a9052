package index

import (
	"math/rand/v2"
	"testing"

	"spoor/triage/weblog"
)

// TestCells checks that single rows have what whole row groups have, on rows of several pages and row groups.
func TestCells(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "access.log", string(syntheticLog(groupRows+2*pageRows+100)), weblog.Combined))
	snap, err := s.hold()
	if err != nil {
		t.Fatal(err)
	}
	defer s.release()
	r := rand.New(rand.NewPCG(5, 6))
	for _, seg := range snap.segments {
		rows := []int64{0, intPageRows - 1, intPageRows, pageRows - 1, pageRows, groupRows - 1, groupRows, seg.meta.Rows - 1}
		for range 200 {
			rows = append(rows, r.Int64N(seg.meta.Rows))
		}
		for _, row := range rows {
			group, at := int(row/groupRows), row%groupRows
			for c := range textColumns {
				all, err := seg.ids(c, group)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := seg.id(c, row); err != nil || got != all[at] {
					t.Errorf("row %d has text %d, %v in column %s, want %d", row, got, err, columnNames[c], all[at])
				}
			}
			for c := range intColumns {
				all, err := seg.ints(c, group)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := seg.int(c, row); err != nil || got != all[at] {
					t.Errorf("row %d has number %d, %v in column %d, want %d", row, got, err, c, all[at])
				}
			}
		}
	}
}

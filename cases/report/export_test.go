package report

import "testing"

// The functions that make text inert, for their tests and laws.
var (
	Escape = escape
	Defuse = defuse
	Code   = code
	Defang = defang
)

// BlockTexts is the text of each block of a report, those of table cells one by one.
func BlockTexts(t *testing.T, r *Report) []string {
	t.Helper()
	blocks, err := blocksOf(r)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, b := range blocks {
		out = append(out, plain(b.runs))
		for _, row := range b.rows {
			for _, cell := range row {
				out = append(out, plain(cell))
			}
		}
	}
	return out
}

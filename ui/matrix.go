package ui

import (
	"fmt"
	"slices"
	"strings"

	"spoor/triage/intel"
)

// The widths of the matrix: how many groups stand beside the four rivals, and the columns of a cell.
const (
	matrixGroups = 4
	cellWidth    = 2
)

// cellSigns are the cells of a matrix as one sign each.
var cellSigns = map[intel.Cell]string{intel.Fits: "+", intel.Opposes: "-", intel.NoSaying: "."}

// matrixLines draws an ACH matrix: a row for each item of evidence, most diagnostic first, which Enter opens the
// records of; then what each column stands for.
func matrixLines(self subject, m *intel.Matrix) []line {
	if len(m.Rows) == 0 {
		return nil
	}
	var shown []int
	groups := 0
	for i, h := range m.Hypotheses {
		if strings.HasPrefix(h.ID, "G") {
			groups++
			if groups > matrixGroups && h.Inconsistent == 0 {
				continue
			}
		}
		shown = append(shown, i)
	}
	head := ""
	for n := range shown {
		head += cell(string(rune('a'+n)), cellWidth)
	}
	out := []line{text(heading, "MATRIX  + consistent  - inconsistent  . nobody says"), text(muted, head+"tells   grade")}
	for _, r := range m.Rows {
		ln := line{sub: rowSubject(self, &r), hang: len(shown)*cellWidth + 15}
		for _, i := range shown {
			ln.runs = append(ln.runs, run{cell(cellSigns[r.Cells[i]], cellWidth), cellLook(r.Cells[i])})
		}
		ln.runs = append(ln.runs, run{cell(r.Tells, 8) + cell(r.Grade, 7), plain}, run{r.Text, strong})
		if n := len(r.Refs); n > 0 {
			ln.runs = append(ln.runs, run{fmt.Sprintf("  Enter: %s", counted(n, "record", "records")), muted})
		}
		if r.Without != "no change" {
			ln.runs = append(ln.runs, run{"  without it " + r.Without, plain})
		}
		out = append(out, ln)
	}
	for n, i := range shown {
		h := m.Hypotheses[i]
		name := h.Name
		if strings.HasPrefix(h.ID, "G") {
			name += " (" + h.ID + ")"
		}
		out = append(out, line{hang: cellWidth, runs: []run{{cell(string(rune('a'+n)), cellWidth), muted}, {name, plain},
			{fmt.Sprintf("  %d inconsistent, %d consistent", h.Inconsistent, h.Consistent), muted}}})
	}
	return out
}

func cellLook(c intel.Cell) look {
	switch c {
	case intel.Fits:
		return good
	case intel.Opposes:
		return medium
	}
	return muted
}

// rowSubject leads from a row of the matrix to its records.
func rowSubject(self subject, r *intel.Row) subject {
	if len(r.Refs) == 0 {
		s := self
		s.open = nil
		return s
	}
	s := citeSubject(r.Refs[0], r.Text)
	var terms []string
	for _, ref := range r.Refs {
		if !strings.HasPrefix(ref, "r:") {
			return s
		}
		terms = append(terms, "ref:"+ref)
	}
	if slices.Sort(terms); len(terms) > 1 {
		s.open = searchMsg{strings.Join(slices.Compact(terms), " OR ")}
	}
	return s
}

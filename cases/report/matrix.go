package report

import (
	"fmt"
	"strings"
)

// A Matrix is the ACH matrix behind an attribution: evidence in rows, hypotheses in columns.
type Matrix struct {
	Columns []MatrixColumn `json:"columns"` // groups first by rank, then an unknown actor and the other rivals
	Rows    []MatrixRow    `json:"rows"`    // most diagnostic first
}

// A MatrixColumn is a hypothesis.
type MatrixColumn struct {
	ID           string `json:"id"` // of a group, such as "G0009", or of a rival, such as "unknown"
	Name         string `json:"name"`
	Consistent   int    `json:"consistent"` // cells
	Inconsistent int    `json:"inconsistent"`
}

// A MatrixRow is one item of evidence.
type MatrixRow struct {
	Text          string   `json:"text"`
	Grade         string   `json:"grade"`         // Admiralty
	Diagnosticity float64  `json:"diagnosticity"` // how far it sets the hypotheses apart
	Tells         string   `json:"tells"`         // Diagnosticity in a word
	Cells         []string `json:"cells"`         // by column: "consistent", "inconsistent" or "neutral"
	Without       string   `json:"without"`       // what the answer would be without it
	Refs          []string `json:"refs"`
}

// shownColumns is how many of the groups that nothing speaks against have a column in renderings for people.
const shownColumns = 4

var matrixSigns = map[string]string{"consistent": `\+`, "inconsistent": `\-`}

// matrix writes the matrix as a table of signs, with a letter for each hypothesis.
func (p *printer) matrix(m *Matrix) {
	if m == nil || len(m.Rows) == 0 {
		return
	}
	var shown []int
	groups := 0
	for i, c := range m.Columns {
		if strings.HasPrefix(c.ID, "G") {
			if groups++; groups > shownColumns && c.Inconsistent == 0 {
				continue
			}
		}
		if len(shown) < 2*shownColumns+4 {
			shown = append(shown, i)
		}
	}
	p.f("\nCompeting hypotheses, what tells most first (\\+ consistent, \\- inconsistent, . nobody says):\n")
	head := []string{"Evidence", "Tells", "Grade"}
	for n := range shown {
		head = append(head, string(rune('a'+n)))
	}
	p.header(append(head, "Without it")...)
	for i := range m.Rows {
		if i == shownRows {
			break
		}
		r := &m.Rows[i]
		row := []string{text(r.Text), text(r.Tells), or(text(r.Grade), "-")}
		for _, c := range shown {
			sign := "."
			if c < len(r.Cells) {
				sign = or(matrixSigns[r.Cells[c]], ".")
			}
			row = append(row, sign)
		}
		p.row(append(row, or(text(r.Without), "-"))...)
	}
	p.more(len(m.Rows) - shownRows)
	var legend []string
	for n, i := range shown {
		c := &m.Columns[i]
		legend = append(legend, fmt.Sprintf("%c %s, %d inconsistent, %d consistent", 'a'+n, text(c.Name), c.Inconsistent, c.Consistent))
	}
	p.f("\n%s.", strings.Join(legend, "; "))
}

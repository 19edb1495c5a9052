package report

// PDF: the blocks of the report on A4 pages, each with the marking. Only text and rules: nothing in the file can act.

import (
	"fmt"
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// Lengths on the page, in mm; sizes of type in points.
const (
	pdfMargin  = 16.0
	pdfTop     = 22.0
	pdfWidth   = 210.0 - 2*pdfMargin
	pdfBottom  = 297.0 - 20.0
	pdfSize    = 9.5
	pdfCell    = 7.5
	pdfLine    = 4.6
	pdfRow     = 3.5
	maxPDFRows = 64   // lines of a cell, nearly a page
	maxPDFCell = 1200 // characters of one cell; the JSON report has it whole
)

// PDF writes r as a PDF with selectable text. Characters that its font (Go, which has Latin, Greek and Cyrillic)
// does not have are written as <U+XXXX>.
func PDF(w io.Writer, r *Report) error {
	blocks, err := blocksOf(r)
	if err != nil {
		return err
	}
	p, err := newPDF(r)
	if err != nil {
		return fmt.Errorf("write the report as PDF: %w", err)
	}
	for i := range blocks {
		p.block(&blocks[i])
	}
	if err := p.doc.Output(w); err != nil {
		return fmt.Errorf("write the report as PDF: %w", err)
	}
	return nil
}

type pdfWriter struct {
	doc  *fpdf.Fpdf
	font *sfnt.Font // whose characters are there
	buf  sfnt.Buffer
}

func newPDF(r *Report) (*pdfWriter, error) {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	p := &pdfWriter{doc: fpdf.New("P", "mm", "A4", ""), font: f}
	d := p.doc
	d.SetMargins(pdfMargin, pdfTop, pdfMargin)
	d.SetAutoPageBreak(true, 297-pdfBottom)
	d.SetCatalogSort(true)
	d.SetCreationDate(stamped(r.GeneratedAt))
	d.SetModificationDate(stamped(r.GeneratedAt))
	d.AddUTF8FontFromBytes("text", "", goregular.TTF)
	d.AddUTF8FontFromBytes("text", "B", gobold.TTF)
	d.AddUTF8FontFromBytes("mono", "", gomono.TTF)
	d.AddUTF8FontFromBytes("mono", "B", gomono.TTF)
	title := "Incident report: " + or(clean(r.Case.Name), "unnamed case")
	d.SetTitle(p.known(title), true)
	d.SetCreator("spoor "+r.Version, true)
	marking := notMarked
	if tlp := r.tlp(); tlp != "" {
		marking = "TLP:" + tlp
	}
	mark := func(y float64) { // as TLP 2.0 asks: at the right, 12 points, the label's colour on black
		d.SetFont("text", "B", 12)
		width := d.GetStringWidth(marking) + 4
		red, green, blue := tlpColour(r.tlp())
		d.SetFillColor(0, 0, 0)
		d.SetTextColor(red, green, blue)
		d.SetXY(210-pdfMargin-width, y)
		d.CellFormat(width, 6.5, marking, "", 0, "C", true, 0, "")
		d.SetTextColor(0, 0, 0)
	}
	d.SetHeaderFunc(func() {
		mark(8)
		d.SetXY(pdfMargin, 8)
		d.SetFont("text", "", 8)
		d.CellFormat(pdfWidth-80, 5, p.cut(title, pdfWidth-80), "", 0, "L", false, 0, "")
		d.SetY(pdfTop)
	})
	d.SetFooterFunc(func() {
		d.SetY(-13)
		d.SetFont("text", "", 8)
		d.CellFormat(0, 5, fmt.Sprintf("page %d of {nb}", d.PageNo()), "", 0, "L", false, 0, "")
		mark(297 - 14)
	})
	d.AliasNbPages("{nb}")
	d.AddPage()
	return p, d.Error()
}

func stamped(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return t.UTC()
}

// known is text with what the font lacks spelled out.
func (p *pdfWriter) known(text string) string {
	var b strings.Builder
	for _, r := range text {
		if i, err := p.font.GlyphIndex(&p.buf, r); r >= ' ' && r < 0x10000 && err == nil && i != 0 {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
	}
	return b.String()
}

// cut is text that fits a width in the font in force.
func (p *pdfWriter) cut(text string, width float64) string {
	text = p.known(text)
	for r := []rune(text); len(r) > 1 && p.doc.GetStringWidth(string(r)) > width; {
		r = r[:len(r)-1]
		text = string(r[:len(r)-1]) + "…"
	}
	return text
}

func (p *pdfWriter) block(b *block) {
	d := p.doc
	switch b.kind {
	case heading:
		size, before := [...]float64{0, 18, 13.5, 11}[b.level], [...]float64{0, 0, 7, 4}[b.level]
		if d.GetY()+before+size > pdfBottom-15 {
			d.AddPage()
		} else {
			d.Ln(before)
		}
		if b.level <= 2 {
			d.Bookmark(p.known(plain(b.runs)), b.level-1, -1)
		}
		p.flow(b.runs, size, size*0.5, "B")
		d.Ln(1.5)
	case paragraph:
		d.SetLeftMargin(pdfMargin + 6*float64(b.level))
		d.SetX(pdfMargin + 6*float64(b.level))
		p.flow(b.runs, pdfSize, pdfLine, "")
		d.SetLeftMargin(pdfMargin)
		d.Ln(1.5)
	case item:
		left := pdfMargin + 6*float64(b.level)
		sign := "•"
		if b.number > 0 {
			sign = fmt.Sprintf("%d.", b.number)
		}
		d.SetFont("text", "", pdfSize)
		d.SetX(left - 6)
		d.CellFormat(6, pdfLine, sign, "", 0, "L", false, 0, "")
		d.SetLeftMargin(left)
		d.SetX(left)
		p.flow(b.runs, pdfSize, pdfLine, "")
		d.SetLeftMargin(pdfMargin)
		d.Ln(0.6)
	case preformatted:
		p.flow(b.runs, pdfSize-1, pdfLine, "")
	case table:
		p.table(b)
	}
}

// flow writes runs as one paragraph from the left margin.
func (p *pdfWriter) flow(runs []run, size, line float64, style string) {
	d := p.doc
	for _, r := range runs {
		st := style
		if r.strong {
			st = "B"
		}
		if r.code {
			d.SetFont("mono", st, size*0.88)
		} else {
			d.SetFont("text", st, size)
		}
		d.Write(line, p.known(r.text))
	}
	d.Ln(line)
}

// table draws rows whose cells wrap; the header comes again on each page.
func (p *pdfWriter) table(b *block) {
	d := p.doc
	if len(b.rows) == 0 {
		return
	}
	d.Ln(1)
	widths := p.widths(b.rows)
	for i, row := range b.rows {
		lines, tallest := p.wrap(row, widths, i == 0)
		tallest = min(tallest, maxPDFRows)
		height := float64(tallest)*pdfRow + 1.4
		if d.GetY()+height > pdfBottom {
			d.AddPage()
			if i > 0 {
				head, n := p.wrap(b.rows[0], widths, true)
				p.row(b.rows[0], head, widths, float64(n)*pdfRow+1.4, true)
			}
		}
		p.row(row, lines, widths, height, i == 0)
	}
	d.Ln(2.5)
}

// wrap breaks the cells of a row into lines and answers how many the tallest has.
func (p *pdfWriter) wrap(row [][]run, widths []float64, head bool) (lines [][]string, tallest int) {
	tallest = 1
	for c := range widths {
		var cell []run
		if c < len(row) {
			cell = row[c]
		}
		p.cellFont(cell, head)
		text := []rune(p.known(plain(cell)))
		if len(text) > maxPDFCell {
			text = append(text[:maxPDFCell], '…')
		}
		l := p.breakLines(string(text), widths[c]-1.6)
		lines = append(lines, l)
		tallest = max(tallest, len(l))
	}
	return lines, tallest
}

func (p *pdfWriter) cellFont(cell []run, head bool) {
	style := ""
	if head {
		style = "B"
	}
	if len(cell) == 1 && cell[0].code {
		p.doc.SetFont("mono", style, pdfCell*0.9)
		return
	}
	p.doc.SetFont("text", style, pdfCell)
}

// breakLines breaks text at spaces, and words that are wider than a line anywhere.
func (p *pdfWriter) breakLines(text string, width float64) []string {
	var out []string
	line := ""
	for _, word := range strings.Split(text, " ") {
		next := word
		if line != "" {
			next = line + " " + word
		}
		if p.doc.GetStringWidth(next) <= width {
			line = next
			continue
		}
		if line != "" {
			out = append(out, line)
		}
		line = ""
		for _, r := range word {
			if line != "" && p.doc.GetStringWidth(line+string(r)) > width {
				out = append(out, line)
				line = ""
			}
			line += string(r)
		}
	}
	return append(out, line)
}

func (p *pdfWriter) row(row [][]run, lines [][]string, widths []float64, height float64, head bool) {
	d := p.doc
	x, y := pdfMargin, d.GetY()
	d.SetDrawColor(190, 190, 190)
	d.SetFillColor(240, 240, 240)
	for c, w := range widths {
		style := "D"
		if head {
			style = "FD"
		}
		d.Rect(x, y, w, height, style)
		var cell []run
		if c < len(row) {
			cell = row[c]
		}
		p.cellFont(cell, head)
		for i, l := range lines[c] {
			if float64(i+1)*pdfRow > height {
				break
			}
			d.SetXY(x+0.6, y+0.7+float64(i)*pdfRow)
			d.CellFormat(w-1.2, pdfRow, l, "", 0, "L", false, 0, "")
		}
		x += w
	}
	d.SetXY(pdfMargin, y+height)
}

// widths are those of the columns of a table.
func (p *pdfWriter) widths(rows [][][]run) []float64 {
	return columnWidths(rows, pdfWidth, 34, func(cell []run, head bool, text string) float64 {
		p.cellFont(cell, head)
		return p.doc.GetStringWidth(p.known(text)) + 2
	})
}

package report

// DOCX: the blocks of the report as an Office Open XML text, with the marking in its header and footer. It has no
// macros, fields other than the page number, links or images.
//
// Source: ECMA-376, 5th edition, part 1 (WordprocessingML).

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"spoor/triage"
)

const wordSpace = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`

const docxWidth = 10092 // between the margins, in twentieths of a point

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// docxParts are the parts that are alike in every report.
var docxParts = [][2]string{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>` +
		`<Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/>` +
		`<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
	{"word/_rels/document.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/>` +
		`<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/></Relationships>`},
	{"word/styles.xml", `<w:styles ` + wordSpace + `><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="20"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="100"/></w:pPr></w:pPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>` +
		docxHeading(1, 36, 0) + docxHeading(2, 28, 320) + docxHeading(3, 23, 200) +
		`<w:style w:type="character" w:styleId="Code"><w:name w:val="Code"/><w:rPr><w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/><w:sz w:val="17"/></w:rPr></w:style>` +
		`<w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders>` + docxBorders() + `</w:tblBorders></w:tblPr></w:style></w:styles>`},
}

func docxHeading(level, halfPoints, before int) string {
	return fmt.Sprintf(`<w:style w:type="paragraph" w:styleId="Heading%d"><w:name w:val="heading %d"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="%d" w:after="100"/><w:outlineLvl w:val="%d"/></w:pPr><w:rPr><w:b/><w:sz w:val="%d"/></w:rPr></w:style>`,
		level, level, before, level-1, halfPoints)
}

func docxBorders() string {
	var b strings.Builder
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		fmt.Fprintf(&b, `<w:%s w:val="single" w:sz="4" w:space="0" w:color="B0B0B0"/>`, side)
	}
	return b.String()
}

// DOCX writes r as a text for word processors. The same report gives the same bytes.
func DOCX(w io.Writer, r *Report) error {
	blocks, err := blocksOf(r)
	if err != nil {
		return err
	}
	var body strings.Builder
	for i := range blocks {
		docxBlock(&body, &blocks[i])
	}
	marking := notMarked
	if tlp := r.tlp(); tlp != "" {
		marking = "TLP:" + tlp
	}
	red, green, blue := tlpColour(r.tlp())
	right := fmt.Sprintf(`<w:p><w:pPr><w:jc w:val="right"/></w:pPr><w:r><w:rPr><w:b/><w:color w:val="%02X%02X%02X"/><w:sz w:val="24"/><w:shd w:val="clear" w:color="auto" w:fill="000000"/></w:rPr><w:t xml:space="preserve"> %s </w:t></w:r>`,
		red, green, blue, docxText(marking))
	parts := append(docxParts[:len(docxParts):len(docxParts)],
		[2]string{"word/document.xml", `<w:document ` + wordSpace + `><w:body>` + body.String() +
			`<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:footerReference w:type="default" r:id="rId3"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="907" w:bottom="1134" w:left="907" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>`},
		[2]string{"word/header1.xml", `<w:hdr ` + wordSpace + `>` + right + `</w:p></w:hdr>`},
		[2]string{"word/footer1.xml", `<w:ftr ` + wordSpace + `>` + right + `<w:r><w:t xml:space="preserve">   page </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>`})
	z := zip.NewWriter(w)
	for _, p := range parts {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p[0], Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = io.WriteString(f, xmlHead+p[1])
		}
		if err != nil {
			return fmt.Errorf("write the report as DOCX: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write the report as DOCX: %w", err)
	}
	return nil
}

func docxBlock(b *strings.Builder, x *block) {
	switch x.kind {
	case heading:
		fmt.Fprintf(b, `<w:p><w:pPr><w:pStyle w:val="Heading%d"/></w:pPr>`, x.level)
		docxRuns(b, x.runs)
		b.WriteString("</w:p>")
	case table:
		docxTable(b, x)
	default:
		indent, hanging, sign := 340*x.level, 0, ""
		if x.kind == item {
			hanging, sign = 300, "•\t"
			if x.number > 0 {
				sign = fmt.Sprintf("%d.\t", x.number)
			}
		}
		fmt.Fprintf(b, `<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="%d"/></w:tabs><w:ind w:left="%d" w:hanging="%d"/></w:pPr>`, indent, indent, hanging)
		if sign != "" {
			b.WriteString(`<w:r><w:t>` + strings.TrimSuffix(sign, "\t") + `</w:t><w:tab/></w:r>`)
		}
		docxRuns(b, x.runs)
		b.WriteString("</w:p>")
	}
}

func docxTable(b *strings.Builder, x *block) {
	if len(x.rows) == 0 {
		return
	}
	widths := columnWidths(x.rows, docxWidth, 2200, func(_ []run, _ bool, text string) float64 {
		return 105*float64(utf8.RuneCountInString(text)) + 220
	})
	whole := 0.0
	for _, w := range widths {
		whole += w
	}
	fmt.Fprintf(b, `<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="%.0f" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`, whole)
	for _, w := range widths {
		fmt.Fprintf(b, `<w:gridCol w:w="%.0f"/>`, w)
	}
	b.WriteString("</w:tblGrid>")
	for i, row := range x.rows {
		b.WriteString("<w:tr><w:trPr><w:cantSplit/>")
		if i == 0 {
			b.WriteString("<w:tblHeader/>")
		}
		b.WriteString("</w:trPr>")
		for c, w := range widths {
			var cell []run
			if c < len(row) {
				cell = row[c]
			}
			fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%.0f" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:spacing w:after="20"/></w:pPr>`, w)
			for _, r := range cell {
				r.strong = r.strong || i == 0
				docxRun(b, r, 16)
			}
			b.WriteString("</w:p></w:tc>")
		}
		b.WriteString("</w:tr>")
	}
	b.WriteString("</w:tbl><w:p/>")
}

func docxRuns(b *strings.Builder, runs []run) {
	for _, r := range runs {
		docxRun(b, r, 0)
	}
}

// docxRun writes one run; size is in half points, 0 for that of the style.
func docxRun(b *strings.Builder, r run, size int) {
	b.WriteString("<w:r><w:rPr>")
	if r.code {
		b.WriteString(`<w:rStyle w:val="Code"/>`)
	}
	if r.strong {
		b.WriteString("<w:b/>")
	}
	if size > 0 {
		fmt.Fprintf(b, `<w:sz w:val="%d"/>`, size)
	}
	b.WriteString(`</w:rPr><w:t xml:space="preserve">` + docxText(r.text) + "</w:t></w:r>")
}

// docxText is text for XML.
func docxText(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(triage.Visible(text))) // a bytes.Buffer does not fail
	return b.String()
}

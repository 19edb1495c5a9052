package report

// Blocks: the Markdown rendering taken apart, so that every format for people says the same.
//
// What a report says, and how text from evidence is made inert, is decided once, in Markdown. The other formats for
// people are made from its blocks: plain texts with a weight, nothing that could be a link, an image or markup.

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	gmtext "github.com/yuin/goldmark/text"
)

// A blockKind is what a block is.
type blockKind int

const (
	heading   blockKind = iota // Level 1 to 3
	paragraph                  // Level 0
	item                       // of a list; Level is its depth, from 1
	table
	preformatted
)

// A block is one piece of a report, in the order of reading.
type block struct {
	kind   blockKind
	level  int
	number int       // of an item of a numbered list, else 0
	runs   []run     // of headings, paragraphs, items and preformatted text
	rows   [][][]run // of a table: rows of cells; the first is the header
}

// A run is text of one look.
type run struct {
	text         string
	strong, code bool
}

// plain is the text of runs.
func plain(runs []run) string {
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(r.text)
	}
	return b.String()
}

// tables are GitHub's; nothing is made a link that is none.
var tables = goldmark.New(goldmark.WithExtensions(extension.Table))

// blocksOf is the Markdown rendering of r as blocks.
func blocksOf(r *Report) ([]block, error) {
	var b bytes.Buffer
	if err := Markdown(&b, r); err != nil {
		return nil, err
	}
	m := blockMaker{source: b.Bytes()}
	m.children(tables.Parser().Parse(gmtext.NewReader(m.source)), 0)
	return m.out, nil
}

type blockMaker struct {
	source []byte
	out    []block
}

func (m *blockMaker) children(n ast.Node, depth int) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		m.node(c, depth)
	}
}

func (m *blockMaker) node(n ast.Node, depth int) {
	switch n := n.(type) {
	case *ast.Heading:
		m.out = append(m.out, block{kind: heading, level: n.Level, runs: m.runs(n)})
	case *ast.Paragraph, *ast.TextBlock:
		m.out = append(m.out, block{kind: paragraph, level: depth, runs: m.runs(n)})
	case *ast.List:
		number := 0
		if n.IsOrdered() {
			number = n.Start
		}
		for li := n.FirstChild(); li != nil; li = li.NextSibling() {
			m.item(li, depth+1, number)
			if number > 0 {
				number++
			}
		}
	case *east.Table:
		t := block{kind: table}
		for row := n.FirstChild(); row != nil; row = row.NextSibling() {
			var cells [][]run
			for c := row.FirstChild(); c != nil; c = c.NextSibling() {
				cells = append(cells, m.runs(c))
			}
			t.rows = append(t.rows, cells)
		}
		m.out = append(m.out, t)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		var b strings.Builder
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			b.Write(s.Value(m.source))
		}
		m.out = append(m.out, block{kind: preformatted, runs: []run{{text: strings.TrimRight(b.String(), "\n"), code: true}}})
	default:
		m.children(n, depth)
	}
}

// item makes the first paragraph of a list item an item and the rest what it is, below it.
func (m *blockMaker) item(li ast.Node, depth, number int) {
	first := len(m.out)
	m.children(li, depth)
	if first < len(m.out) && m.out[first].kind == paragraph {
		m.out[first].kind, m.out[first].level, m.out[first].number = item, depth, number
		return
	}
	m.out = append(m.out[:first], append([]block{{kind: item, level: depth, number: number}}, m.out[first:]...)...)
}

// runs are the texts inside a block.
func (m *blockMaker) runs(n ast.Node) []run {
	var out []run
	var walk func(n ast.Node, strong bool)
	walk = func(n ast.Node, strong bool) {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			switch c := c.(type) {
			case *ast.Text:
				s := string(unescape(c.Segment.Value(m.source)))
				if c.SoftLineBreak() || c.HardLineBreak() {
					s += " "
				}
				out = add(out, run{text: s, strong: strong})
			case *ast.String:
				out = add(out, run{text: string(c.Value), strong: strong})
			case *ast.CodeSpan:
				var b strings.Builder
				for t := c.FirstChild(); t != nil; t = t.NextSibling() {
					if t, ok := t.(*ast.Text); ok {
						b.Write(t.Segment.Value(m.source))
					}
				}
				out = append(out, run{text: b.String(), strong: strong, code: true})
			case *ast.Emphasis:
				walk(c, strong || c.Level >= 2)
			default:
				walk(c, strong)
			}
		}
	}
	walk(n, false)
	return out
}

// add joins texts of one look.
func add(runs []run, r run) []run {
	if n := len(runs) - 1; n >= 0 && runs[n].strong == r.strong && !runs[n].code && !r.code {
		runs[n].text += r.text
		return runs
	}
	return append(runs, r)
}

// unescape undoes the backslashes and the entity that escape writes.
func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) && isPunctuation(b[i+1]) {
			i++
		} else if b[i] == '&' && bytes.HasPrefix(b[i:], []byte("&#124;")) {
			out = append(out, '|')
			i += len("&#124;") - 1
			continue
		}
		out = append(out, b[i])
	}
	return out
}

func isPunctuation(c byte) bool {
	return c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~'
}

// columnWidths shares a width among the columns of a table: each gets its longest word (up to a width of word), the
// rest goes by the length of the texts.
func columnWidths(rows [][][]run, width, word float64, measure func(cell []run, head bool, text string) float64) []float64 {
	n := len(rows[0])
	words, texts := make([]float64, n), make([]float64, n)
	for i, row := range rows[:min(len(rows), 200)] {
		for c, cell := range row[:min(len(row), n)] {
			s := plain(cell)
			texts[c] = max(texts[c], min(measure(cell, i == 0, s), width))
			for w := range strings.FieldsSeq(s) {
				words[c] = max(words[c], min(measure(cell, i == 0, w), word))
			}
		}
	}
	sumWords, sumTexts := 0.0, 0.0
	for c := range words {
		texts[c] = max(texts[c], words[c])
		sumWords += words[c]
		sumTexts += texts[c]
	}
	out := make([]float64, n)
	for c := range out {
		switch {
		case sumTexts <= width:
			out[c] = texts[c]
		case sumWords >= width:
			out[c] = words[c] * width / sumWords
		default:
			out[c] = words[c] + (texts[c]-words[c])*(width-sumWords)/max(sumTexts-sumWords, 1)
		}
	}
	return out
}

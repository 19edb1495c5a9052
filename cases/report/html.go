package report

// HTML: one file that needs nothing else: no script to be read, no network, no font. Script, where it is on, sorts
// tables. The page's own policy forbids everything but its style and that script.

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// A Page is what an HTML template is given.
type Page struct {
	Title    string
	Marking  string        // such as "TLP:AMBER"
	TLP      string        // the class of its colour: "clear", "green", "amber", "red" or "none"
	Policy   string        // of the page's security
	Style    template.CSS  // of the page that is built in
	Script   template.JS   // sorts tables
	Contents []PageEntry   // the chapters
	Body     template.HTML // the report with its charts, inert
	Report   *Report       // for templates that want to say it their own way; texts are escaped by html/template
}

// A PageEntry is one chapter in the table of contents.
type PageEntry struct{ ID, Title string }

// HTML writes r as one self-contained page. t is the template to use; nil is the one built in.
func HTML(w io.Writer, r *Report, t *template.Template) error {
	if t == nil {
		t = pageTemplate
	}
	p, err := newPage(r)
	if err == nil {
		err = t.Execute(w, p)
	}
	if err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

func newPage(r *Report) (*Page, error) {
	blocks, err := blocksOf(r)
	if err != nil {
		return nil, err
	}
	h := &htmlWriter{report: r, cited: map[string]bool{}, anchored: map[string]bool{}}
	for _, c := range r.Cited {
		h.cited[c.Citation.Ref] = true
	}
	h.own()
	h.body(blocks)
	sum := sha256.Sum256([]byte(pageJS))
	p := &Page{Title: "Incident report: " + or(clean(r.Case.Name), "unnamed case"), TLP: "none", Contents: h.contents, Report: r,
		Body: template.HTML(h.String()), Style: template.CSS(pageCSS), Script: template.JS(pageJS),
		Policy: "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"}
	if tlp := r.tlp(); tlp != "" {
		p.Marking = "TLP:" + tlp
		p.TLP, _, _ = strings.Cut(strings.ToLower(tlp), "+")
	} else {
		p.Marking = notMarked
	}
	return p, nil
}

// An htmlWriter makes the body.
type htmlWriter struct {
	strings.Builder
	report   *Report
	contents []PageEntry
	cited    map[string]bool   // what the appendix has
	anchored map[string]bool   // what it, or a heading, has had its anchor for
	titles   map[string]string // of the report's own things: the reference in their heading
	depth    []string          // open lists
	appendix bool
}

// own notes the references that headings explain.
func (h *htmlWriter) own() {
	h.titles = map[string]string{}
	for _, w := range h.report.Webshells {
		h.titles[w.Ref] = ""
	}
	for _, in := range h.report.Incidents {
		h.titles[in.Ref] = ""
	}
	for _, in := range h.report.Intruders {
		h.titles[in.Ref] = ""
	}
	for _, n := range h.report.Notes {
		h.titles[n.Ref] = ""
	}
}

func (h *htmlWriter) body(blocks []block) {
	for i := range blocks {
		b := &blocks[i]
		if b.kind == heading && b.level == 1 {
			continue // the page's title
		}
		if b.kind != item && !(b.kind == paragraph && b.level > 0) {
			h.closeLists(0)
		}
		switch b.kind {
		case heading:
			h.heading(b)
		case item:
			h.item(b)
		case paragraph:
			h.WriteString("<p>")
			h.runs(b.runs, false)
			h.WriteString("</p>\n")
		case preformatted:
			fmt.Fprintf(h, "<pre>%s</pre>\n", inert(plain(b.runs)))
		case table:
			h.table(b)
		}
	}
	h.closeLists(0)
}

func (h *htmlWriter) heading(b *block) {
	title := plain(b.runs)
	if b.level == 2 {
		id := anchor("s", title)
		h.contents = append(h.contents, PageEntry{id, title})
		h.appendix = title == "Cited evidence"
		fmt.Fprintf(h, "<h2 id=\"%s\">%s</h2>\n", id, inert(title))
		switch title {
		case "Summary":
			h.chart(activityChart(&h.report.Activity))
		case "Findings by class":
			h.chart(heatChart(&h.report.Heat))
		}
		return
	}
	fmt.Fprintf(h, "<h%d>", b.level)
	h.runs(b.runs, true)
	fmt.Fprintf(h, "</h%d>\n", b.level)
	for i := range h.report.Incidents {
		if in := &h.report.Incidents[i]; in.Ref != "" && len(b.runs) > 0 && b.runs[len(b.runs)-1].text == in.Ref {
			h.chart(chainChart(in))
		}
	}
}

func (h *htmlWriter) chart(svg string) {
	if svg != "" {
		fmt.Fprintf(h, "<figure>%s</figure>\n", svg)
	}
}

func (h *htmlWriter) item(b *block) {
	h.closeLists(b.level)
	for len(h.depth) < b.level {
		tag := "ul"
		if b.number > 0 {
			tag = "ol"
		}
		h.depth = append(h.depth, tag)
		fmt.Fprintf(h, "<%s>\n", tag)
	}
	h.WriteString("<li>")
	h.runs(b.runs, h.appendix && b.level == 1)
	h.WriteString("</li>\n")
}

// closeLists closes the lists deeper than a depth.
func (h *htmlWriter) closeLists(depth int) {
	for len(h.depth) > depth {
		fmt.Fprintf(h, "</%s>\n", h.depth[len(h.depth)-1])
		h.depth = h.depth[:len(h.depth)-1]
	}
}

func (h *htmlWriter) table(b *block) {
	h.WriteString("<div class=\"wide\"><table>\n")
	for i, row := range b.rows {
		cell := "td"
		if i == 0 {
			cell = "th"
			h.WriteString("<thead>")
		}
		h.WriteString("<tr>")
		for _, c := range row {
			class := ""
			if longestWord(plain(c)) > 28 {
				class = ` class="long"`
			}
			fmt.Fprintf(h, "<%s%s>", cell, class)
			h.runs(c, false)
			fmt.Fprintf(h, "</%s>", cell)
		}
		h.WriteString("</tr>\n")
		if i == 0 {
			h.WriteString("</thead><tbody>\n")
		}
	}
	h.WriteString("</tbody></table></div>\n")
}

// longestWord is the length of the longest run without a space, in bytes.
func longestWord(s string) int {
	longest := 0
	for w := range strings.FieldsSeq(s) {
		longest = max(longest, len(w))
	}
	return longest
}

// runs writes texts. A reference is a link to where the report explains it; here says that this is that place.
func (h *htmlWriter) runs(runs []run, here bool) {
	for _, r := range runs {
		_, own := h.titles[r.text]
		known := r.code && (own || h.cited[r.text])
		switch {
		case known && here && !h.anchored[r.text]:
			h.anchored[r.text] = true
			fmt.Fprintf(h, "<code id=\"%s\">%s</code>", anchor("c", r.text), inert(r.text))
		case known:
			fmt.Fprintf(h, "<a href=\"#%s\"><code>%s</code></a>", anchor("c", r.text), inert(r.text))
		case r.code:
			fmt.Fprintf(h, "<code>%s</code>", inert(r.text))
		case r.strong:
			fmt.Fprintf(h, "<strong>%s</strong>", inert(r.text))
		default:
			h.WriteString(inert(r.text))
		}
	}
}

// anchor is an id made of a text: letters, digits and "-" stay.
func anchor(kind, text string) string {
	return kind + "-" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == ':', r == '.':
			return '-'
		case r == ' ':
			return '_'
		}
		return -1
	}, text)
}

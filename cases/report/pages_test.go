package report_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"html"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/cases/report"
)

func page(t *testing.T, r *report.Report) string {
	t.Helper()
	return string(render(t, func(b *bytes.Buffer) error { return report.HTML(b, r, nil) }))
}

var (
	tag     = regexp.MustCompile(`<(/?[a-zA-Z0-9!]+)([^>]*)>`)
	quoted  = regexp.MustCompile(`"[^"]*"`)
	ours    = regexp.MustCompile(`(?s)<(style|script)>.*?</(?:style|script)>`)
	linked  = regexp.MustCompile(`href="([^"]*)"`)
	anchors = regexp.MustCompile(`id="([^"]*)"`)
)

// skeleton is the tags of a page with the names of their attributes, without style and script.
func skeleton(p string) []string {
	var out []string
	for _, m := range tag.FindAllStringSubmatch(ours.ReplaceAllString(p, ""), -1) {
		switch strings.TrimPrefix(m[1], "/") {
		case "text", "rect", "td": // where they stand follows the data
			continue
		case "a", "code": // a reference is a link if the appendix has it
			continue
		}
		out = append(out, m[1]+quoted.ReplaceAllString(m[2], `""`))
	}
	return out
}

func TestHTML(t *testing.T) {
	r := withCharts()
	p := page(t, r)
	golden(t, "sample.html", []byte(p))
	ids := map[string]bool{}
	for _, m := range anchors.FindAllStringSubmatch(p, -1) {
		if ids[m[1]] {
			t.Errorf("two things have the id %s", m[1])
		}
		ids[m[1]] = true
	}
	links := linked.FindAllStringSubmatch(p, -1)
	for _, m := range links {
		if !strings.HasPrefix(m[1], "#") || !ids[m[1][1:]] {
			t.Errorf("a link leads to %q", m[1])
		}
	}
	for _, want := range []string{"#c-r-3f9a12-4", "#c-w-0a1b2c3d", "#c-i-9a9a9a9a"} {
		if !ids[want[1:]] {
			t.Errorf("nothing has the id %s", want)
		}
	}
	for what, n := range map[string]int{"<script>": 1, "<svg ": 3, `<div class="tlp amber"`: 1, `<div class="tlp foot amber"`: 1, "<h1>": 1} {
		if got := strings.Count(p, what); got != n {
			t.Errorf("%s stands %d times, want %d", what, got, n)
		}
	}
	if len(links) < 30 {
		t.Errorf("only %d links", len(links))
	}
}

func withCharts() *report.Report {
	r := sample()
	r.Activity = report.Activity{First: clock(0, 0, 0), Bucket: 6 * time.Hour, Requests: []int64{100, 9, 0, 4000}, Hostile: []int64{15, 0, 0, 0}}
	r.Heat = report.Heat{Clients: []string{"198.51.100.9", "<b>"}, Paths: []string{"/shop/item.php", "/img/up.php"}, Counts: [][]int64{{14, 30}, {0, 1}}}
	return r
}

// Whatever text stands where evidence speaks, a page has the same tags and nothing of it is markup or script.
func TestHTMLIsInert(t *testing.T) {
	want := skeleton(page(t, poisoned("x")))
	texts := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `javascript:alert(1)`, `</style><script>`, `</title><script>`, `]]>--><!--`, "\x00\x1b]0;x\x07\u202e\xff"}
	for _, c := range hostile {
		texts = append(texts, c.in+"x")
	}
	for _, in := range texts {
		r := poisoned(in)
		if strings.Contains(in, "\n") {
			r.Notes[0].Text = "x\nx\n\nx" // notes keep their lines
		}
		if got := skeleton(page(t, r)); !slices.Equal(got, want) {
			t.Errorf("%q makes other tags: %d, want %d", in, len(got), len(want))
		}
	}
}

// Somebody else's template gets the page and the report, and its texts are escaped.
func TestHTMLTemplate(t *testing.T) {
	own := template.Must(template.New("own").Parse(`{{.Marking}}|{{range .Report.Summary}}{{.Text}};{{end}}|{{len .Contents}}`))
	r := sample()
	r.Summary = []report.Statement{sentence("<script>x")}
	got := string(render(t, func(b *bytes.Buffer) error { return report.HTML(b, r, own) }))
	if !strings.HasPrefix(got, "TLP:AMBER|&lt;script&gt;x;|") {
		t.Errorf("%q", got)
	}
	broken := template.Must(template.New("own").Parse(`{{.Nothing}}`))
	if err := report.HTML(io.Discard, r, broken); err == nil || !strings.Contains(err.Error(), "Nothing") {
		t.Errorf("a template that asks for what is not there: %v", err)
	}
}

func TestPDF(t *testing.T) {
	r := sample()
	r.Summary = append(r.Summary, sentence(strings.Repeat("a-word-without-a-space", 100)), sentence("漢字 and \U0001f600"))
	b := render(t, func(b *bytes.Buffer) error { return report.PDF(b, r) })
	if !bytes.HasPrefix(b, []byte("%PDF-1.")) || len(b) < 20_000 {
		t.Fatalf("%d bytes: %.20q", len(b), b)
	}
	for _, acts := range []string{"/JavaScript", "/JS ", "/Launch", "/URI", "/OpenAction", "/Filespec", "/AcroForm"} {
		if bytes.Contains(b, []byte(acts)) {
			t.Errorf("the file has %s", acts)
		}
	}
	for _, c := range hostile {
		if err := report.PDF(io.Discard, poisoned(c.in)); err != nil {
			t.Errorf("%q: %v", c.in, err)
		}
	}
}

func TestDOCX(t *testing.T) {
	for _, r := range []*report.Report{sample(), {}, poisoned("\x00\x1b<&>\ufffe\xff]]>")} {
		b := render(t, func(b *bytes.Buffer) error { return report.DOCX(b, r) })
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		parts := map[string]string{}
		for _, f := range z.File {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			dec := xml.NewDecoder(io.TeeReader(in, &text))
			for {
				if _, err = dec.Token(); err != nil {
					break
				}
			}
			if !errors.Is(err, io.EOF) {
				t.Errorf("%s is not well formed: %v", f.Name, err)
			}
			parts[f.Name] = text.String()
		}
		for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/styles.xml", "word/header1.xml", "word/footer1.xml"} {
			if parts[name] == "" {
				t.Errorf("no part %s", name)
			}
		}
		for name, text := range parts {
			if strings.Contains(text, `TargetMode="External"`) || strings.Contains(text, "vbaProject") {
				t.Errorf("%s reaches outside", name)
			}
		}
		if again := render(t, func(b *bytes.Buffer) error { return report.DOCX(b, r) }); !bytes.Equal(again, b) {
			t.Error("a second rendering differs")
		}
	}
}

// Every format for people says every sentence that the Markdown says.
func TestFormatsAgree(t *testing.T) {
	r := sample()
	var docx string
	b := render(t, func(b *bytes.Buffer) error { return report.DOCX(b, r) })
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.Name == "word/document.xml" {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			docx = words(string(all))
		}
	}
	web := words(ours.ReplaceAllString(page(t, r), ""))
	for _, text := range report.BlockTexts(t, r) {
		if !strings.Contains(web, text) {
			t.Errorf("HTML does not say %q", text)
		}
		if !strings.Contains(docx, text) {
			t.Errorf("DOCX does not say %q", text)
		}
	}
}

// words is the text of a page without its tags.
func words(p string) string { return html.UnescapeString(tag.ReplaceAllString(p, "")) }

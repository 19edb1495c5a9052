package desk

// What becomes of a report: the formats, the sections chosen, the file.

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	htmltemplate "html/template"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"spoor/cases"
	"spoor/cases/report"
	"spoor/triage"
)

// ReportOptions says how a report is to be written.
type ReportOptions struct {
	Without  []string // sections to be left out of formats for people, as report.Without answers
	Format   string   // one of ReportFormats; empty is "md"
	TLP      string   // label of this report; empty takes that of the case
	Template string   // file of a template, for "html" (html/template, report.Page) and "md" (text/template, report.MarkdownPage)
}

// A reportFormat is one rendering of a report: how it is named, the ending of its files, who writes it, and who does
// by a template, if one may be given.
type reportFormat struct {
	name, ending string
	write        func(io.Writer, *report.Report) error
	by           func(w io.Writer, r *report.Report, name, template string) error
}

var reportFormats = []reportFormat{
	{name: "md", ending: ".md", write: report.Markdown, by: markdownBy},
	{name: "html", ending: ".html", write: func(w io.Writer, r *report.Report) error { return report.HTML(w, r, nil) }, by: htmlBy},
	{name: "pdf", ending: ".pdf", write: report.PDF},
	{name: "docx", ending: ".docx", write: report.DOCX},
	{name: "json", ending: ".json", write: report.JSON},
	{name: "stix", ending: ".stix.json", write: report.STIX},
	{name: "misp", ending: ".misp.json", write: report.MISP},
	{name: "navigator", ending: ".navigator.json", write: report.Navigator},
	{name: "timesketch", ending: ".timesketch.jsonl", write: report.Timesketch},
}

func htmlBy(w io.Writer, r *report.Report, name, text string) error {
	t, err := htmltemplate.New(name).Parse(text)
	if err != nil {
		return err
	}
	return report.HTML(w, r, t)
}

func markdownBy(w io.Writer, r *report.Report, name, text string) error {
	t, err := template.New(name).Funcs(report.MarkdownFuncs).Parse(text)
	if err != nil {
		return err
	}
	return report.MarkdownWith(w, r, t)
}

// maxTemplate bounds the file of a template, in bytes.
const maxTemplate = 4 << 20

// render writes r as the options say.
func (o *ReportOptions) render(w io.Writer, r *report.Report) error {
	f, err := formatNamed(o.Format)
	if err != nil {
		return err
	}
	if slices.Contains(formatsForPeople, f.name) {
		o.leaveOut(r)
	}
	if o.TLP != "" {
		if r.TLP, err = cases.ParseTLP(o.TLP); err != nil {
			return err
		}
	}
	if o.Template == "" {
		return f.write(w, r)
	}
	if f.by == nil {
		return fmt.Errorf("a report of format %s is not made by a template: want html or md", f.name)
	}
	text, err := readTemplate(o.Template)
	if err != nil {
		return err
	}
	return f.by(w, r, filepath.Base(o.Template), text)
}

// formatsForPeople are those that have sections.
var formatsForPeople = []string{"md", "html", "pdf", "docx"}

// leaveOut takes sections out of r, and of the citations those that only they have.
func (o *ReportOptions) leaveOut(r *report.Report) {
	if len(o.Without) == 0 {
		return
	}
	r.Without = o.Without
	cited := map[string]bool{}
	for _, ref := range report.Citations(r) {
		cited[ref] = true
	}
	r.Cited = slices.DeleteFunc(r.Cited, func(c report.Cited) bool { return !cited[c.Citation.Ref] })
}

func readTemplate(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxTemplate+1))
	if err == nil && len(b) > maxTemplate {
		err = fmt.Errorf("%s: larger than %d MiB", triage.Visible(name), maxTemplate>>20)
	}
	return string(b), err
}

// ReportFormats lists the formats of WriteReport.
func ReportFormats() []string {
	var out []string
	for _, f := range reportFormats {
		out = append(out, f.name)
	}
	return out
}

// ReportFormatOf is the format whose ending the name of a file has; "md" if it has none of them.
func ReportFormatOf(file string) string {
	best := reportFormats[0]
	for _, f := range reportFormats {
		if strings.HasSuffix(file, f.ending) && (len(f.ending) > len(best.ending) || !strings.HasSuffix(file, best.ending)) {
			best = f
		}
	}
	return best.name
}

func formatNamed(name string) (reportFormat, error) {
	for _, f := range reportFormats {
		if f.name == cmp.Or(name, "md") {
			return f, nil
		}
	}
	return reportFormat{}, fmt.Errorf("unknown report format %q: want one of %s", triage.VisibleN(name, 40), strings.Join(ReportFormats(), ", "))
}

// WriteReport writes the report to file, or to a new name in the case's reports folder if file is empty, in a
// format of ReportFormats, and records it in the journal. A file that exists is not overwritten.
func (d *Desk) WriteReport(ctx context.Context, file string, o ReportOptions) (string, error) {
	as, err := formatNamed(o.Format)
	if err != nil {
		return "", err
	}
	r, err := d.Report(ctx)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := o.render(&b, r); err != nil {
		return "", err
	}
	if file == "" {
		file = filepath.Join(d.Case.ReportsDir(), "report-"+r.GeneratedAt.Format("20060102T150405Z")+as.ending)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return "", fmt.Errorf("%s exists: name another file with -o, or move it", triage.Visible(file))
	}
	if err != nil {
		return "", err
	}
	_, err = f.Write(b.Bytes())
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(file) // half a report is none
		return "", fmt.Errorf("write %s: %w", triage.Visible(file), err)
	}
	sum := sha256.Sum256(b.Bytes())
	var cited []cases.CitedText
	for _, c := range r.Cited {
		t := cases.CitedText{Ref: c.Citation.Ref, TextSHA256: c.Citation.TextSHA256}
		if c.Missing != "" {
			t.TextSHA256 = ""
		}
		cited = append(cited, t)
	}
	return file, d.Case.RecordReport(d.who.cases(), file, hex.EncodeToString(sum[:]), as.name, cited)
}

// RenderReport writes the report of the case as o says, without recording it.
func (d *Desk) RenderReport(ctx context.Context, w io.Writer, o ReportOptions) error {
	r, err := d.Report(ctx)
	if err != nil {
		return err
	}
	return o.render(w, r)
}

package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"text/template"
	"time"

	"spoor/cases"
	"spoor/triage"
)

// The bounds of the Markdown rendering; what goes beyond is counted, and JSON has it whole.
const (
	shownRefs  = 5    // references after one statement
	shownText  = 1000 // runes of one piece of evidence in a sentence or cell
	shownLine  = 4096 // runes of a raw line in the citation appendix
	shownRows  = 2000 // rows of one table
	shownItems = 20   // clients, agents, paths or shells in one cell
)

// Markdown writes r for people: CommonMark with GitHub's tables, without raw HTML and without links.
func Markdown(w io.Writer, r *Report) error {
	b := bufio.NewWriter(w)
	p := printer{w: b, report: r}
	p.head()
	p.body()
	p.appendix()
	if p.err == nil {
		p.err = b.Flush()
	}
	if p.err != nil {
		return fmt.Errorf("write the report as Markdown: %w", p.err)
	}
	return nil
}

// A MarkdownPage is what a template for Markdown is given.
type MarkdownPage struct {
	Title   string  // inert
	Marking string  // such as "TLP:AMBER"
	Body    string  // the whole report in Markdown, inert
	Report  *Report // texts are as they were found: use the function md on each
}

// MarkdownFuncs are what a template for Markdown may call: md makes a text inert.
var MarkdownFuncs = template.FuncMap{"md": escape}

// MarkdownWith writes r as t says, which was made with MarkdownFuncs.
func MarkdownWith(w io.Writer, r *Report, t *template.Template) error {
	var b strings.Builder
	if err := Markdown(&b, r); err != nil {
		return err
	}
	p := printer{report: r}
	if err := t.Execute(w, MarkdownPage{text(r.Case.Name), p.marking(), b.String(), r}); err != nil {
		return fmt.Errorf("write the report by its template: %w", err)
	}
	return nil
}

// A printer writes Markdown and notes which references it has cited.
type printer struct {
	w      io.Writer
	report *Report
	cited  []string
	seen   map[string]bool
	blank  bool            // the last line was empty
	said   strings.Builder // what was written, for the glossary
	err    error
}

// f writes a line, or several; of empty lines in a row it keeps one. Its arguments are Markdown already:
// escape or code every text of evidence.
func (p *printer) f(format string, args ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		if line == "" && p.blank || p.err != nil {
			continue
		}
		p.blank = line == ""
		if p.said.Len() < maxGlossed {
			p.said.WriteString(line + "\n")
		}
		_, p.err = io.WriteString(p.w, line+"\n")
	}
}

// section starts a chapter; it numbers nothing, so that chapters can be left out.
func (p *printer) section(title string) { p.f("\n## %s\n", title) }

// refs is what follows a statement: the first of its references, as code.
func (p *printer) refs(refs []string) string {
	s := p.refList(refs)
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

func (p *printer) refList(refs []string) string {
	var b strings.Builder
	for i, ref := range refs {
		if i == shownRefs {
			fmt.Fprintf(&b, " and %d more", len(refs)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		p.cite(ref)
		b.WriteString(refCode(ref))
	}
	return b.String()
}

// refCode is a reference as code, also in a table.
func refCode(ref string) string {
	return strings.ReplaceAll(code(triage.VisibleN(ref, 200)), "|", "¦")
}

// cite notes a reference for the citation appendix, unless the report itself explains it.
func (p *printer) cite(ref string) {
	for _, own := range []string{"w:", "i:", "a:", "n:", "d:"} {
		if strings.HasPrefix(ref, own) {
			return
		}
	}
	if ref == "" || p.seen[ref] {
		return
	}
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[ref] = true
	p.cited = append(p.cited, ref)
}

// row writes a table row of cells that are Markdown already.
func (p *printer) row(cells ...string) { p.f("| %s |", strings.Join(cells, " | ")) }

func (p *printer) header(cells ...string) {
	p.row(cells...)
	p.f("|%s", strings.Repeat(" --- |", len(cells)))
}

// more says how many rows a table left out.
func (p *printer) more(left int) {
	if left > 0 {
		p.f("\n%d more are in the case and in the JSON report.", left)
	}
}

// statements writes sentences as a list.
func (p *printer) statements(list []Statement) {
	for _, s := range list {
		p.f("- %s%s", long(s.Text), p.refs(s.Refs))
	}
}

// text is evidence or prose, made inert, in a cell or sentence.
func text(s string) string { return escape(triage.VisibleN(s, shownText)) }

// long is a sentence that the program or the responder wrote; it is not cut.
func long(s string) string { return escape(s) }

// or is s, or what to say if it is empty.
func or(s, empty string) string {
	if s == "" {
		return empty
	}
	return s
}

// at is a time in UTC, to the second.
func at(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// utc is at with the zone named.
func utc(t time.Time) string {
	if t.IsZero() {
		return at(t)
	}
	return at(t) + " UTC"
}

// span is from when to when.
func span(first, last time.Time) string {
	switch {
	case first.IsZero() && last.IsZero():
		return "no times known"
	case first.Equal(last):
		return at(first) + " UTC"
	}
	return at(first) + " to " + at(last) + " UTC"
}

// several is a list of texts in one cell.
func several(list []string) string {
	var b strings.Builder
	for i, s := range list {
		if i == shownItems {
			fmt.Fprintf(&b, " and %d more", len(list)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(text(s))
	}
	return or(b.String(), "none")
}

// person is who did something, where; nothing is guessed.
func person(w cases.Who) string {
	analyst, host := text(w.Analyst), text(w.Host)
	switch {
	case analyst == "" && host == "":
		return "a person not recorded"
	case host == "":
		return analyst + ", machine not recorded"
	}
	return or(analyst, "a person not recorded") + " on " + host
}

// plural is a count with its noun.
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (p *printer) head() {
	r := p.report
	p.f("# Incident report: %s", or(text(r.Case.Name), "unnamed case"))
	p.f("\n**%s**\n", p.marking())
	if may := sharing[r.tlp()]; may != "" {
		p.f("This report %s (Traffic Light Protocol 2.0, FIRST).\n", may)
	}
	p.header("About this report", "")
	p.row("Case", refCode(or(r.Case.ID, "-")))
	p.row("Analyst", or(text(r.Case.Analyst), "not recorded"))
	p.row("Sector", or(text(r.Case.Sector), "not recorded"))
	p.row("Case opened", utc(r.Case.Created))
	p.row("Report written", utc(r.GeneratedAt)+" by "+person(r.GeneratedBy)+", with spoor "+or(text(r.Version), "of unknown version"))
	p.row("Journal head", fmt.Sprintf("record %d, SHA-256 %s", r.Custody.Records, refCode(or(r.Custody.Head, "-"))))
	p.f("\nAll times are UTC. References such as `r:3f9a12.7` stand for one line of one evidence file; the appendix " +
		"\"Cited evidence\" gives the file, its SHA-256, the line number and the line itself. Links are broken " +
		"up and indicators defanged (`hxxp`, `[.]`), so that nothing opens by accident.")
	if out := r.leftOut(); out != "" {
		p.f("\nLeft out of this report when it was written: %s. The case has them.", out)
	}
}

// marking is the TLP label as TLP 2.0 writes it.
func (p *printer) marking() string {
	if tlp := p.report.tlp(); tlp != "" {
		return "TLP:" + text(tlp)
	}
	return notMarked
}

// tlpColour is the colour of a label, to be set on black.
//
// Source: https://www.first.org/tlp/ (version 2.0, "TLP in RGB, CMYK and Hex")
func tlpColour(label string) (red, green, blue int) {
	switch label {
	case "RED":
		return 0xff, 0x2b, 0x2b
	case "AMBER", "AMBER+STRICT":
		return 0xff, 0xc0, 0x00
	case "GREEN":
		return 0x33, 0xff, 0x00
	}
	return 0xff, 0xff, 0xff
}

// notMarked stands where the label would.
const notMarked = "TLP not set: not to be shared until it is"

// sharing says in short what a label allows; TLP 2.0 itself says it in full.
//
// Source: https://www.first.org/tlp/ (version 2.0, August 2022)
var sharing = map[string]string{
	"CLEAR":        "may be given to anyone",
	"GREEN":        "may be given to peers and partners in the recipient's community, but not made public",
	"AMBER":        "may be given to those who need to know in the recipient's organisation and to its clients",
	"AMBER+STRICT": "may be given to those who need to know in the recipient's organisation only",
	"RED":          "is for the named recipients only and goes no further",
}

// body writes everything between the head and the appendices.
func (p *printer) body() {
	for _, s := range chapters {
		if !slices.Contains(p.report.Without, s.ID) {
			s.write(p)
		}
	}
}

func (p *printer) summary() {
	p.section("Summary")
	if len(p.report.Summary) == 0 {
		p.f("Nothing was found that calls for a summary.")
	}
	p.statements(p.report.Summary)
	if p.report.Case.Outcome != "" {
		p.f("\nOutcome so far: %s", long(p.report.Case.Outcome))
	}
}

func (p *printer) scope() {
	s, c := p.report.Scope, &p.report.Case
	p.section("Scope and authority")
	p.header("As recorded for the case", "")
	for _, fact := range [][2]string{{"Asked for by", c.RequestedBy}, {"Authority", c.Authority}, {"Systems in scope", c.Systems}, {"Time span asked for", c.Period},
		{"Victim", c.Victim}, {"What the intruder was after", c.Objective}} {
		p.row(fact[0], or(long(fact[1]), "not stated"))
	}
	p.f("\nWhat the evidence covers:\n")
	p.f("- %s from %s, %s.", plural(s.Requests, "request", "requests"), plural(s.Clients, "client", "clients"), span(s.First, s.Last))
	p.f("- Times without a zone were read as %s.", or(text(s.Zone), "UTC"))
	p.statements(s.Statements)
}

func (p *printer) method() {
	p.section("Method and limits")
	if len(p.report.Method)+len(p.report.Limits) == 0 {
		p.f("Not recorded.")
	}
	p.statements(p.report.Method)
	if len(p.report.Limits) > 0 {
		p.f("\nWhat this cannot show:\n")
		p.statements(p.report.Limits)
	}
}

func (p *printer) timeline() {
	p.section("Timeline (UTC)")
	events := append([]Event(nil), p.report.Timeline...)
	sort.SliceStable(events, func(i, j int) bool { return events[i].Time.Before(events[j].Time) })
	if len(events) == 0 {
		p.f("Nothing to put on it.")
		return
	}
	p.header("Time", "Level", "What", "Client", "Event", "References")
	for i, e := range events {
		if i == shownRows {
			p.more(len(events) - i)
			return
		}
		p.row(at(e.Time), level(e.Level), text(e.Kind), or(text(e.Client), "-"), fared(string(e.Outcome))+text(e.Text), or(p.refList(e.Refs), "-"))
	}
}

func level(l triage.Level) string {
	if l == triage.None {
		return "-"
	}
	return l.String()
}

func (p *printer) gaps() {
	p.section("Gaps")
	p.f("What was not there to be seen, or could not be read:\n")
	some := false
	say := func(format string, args ...any) {
		some = true
		p.f("- "+format, args...)
	}
	for _, e := range p.report.Evidence {
		if e.Rejected > 0 {
			say("%s: %s of %d could not be read.", text(e.Path), plural(e.Rejected, "line", "lines"), e.Read)
			for _, r := range e.Rejects[:min(len(e.Rejects), shownRefs)] {
				p.f("  - line %d: %s: %s", r.Line, text(r.Reason), code(r.Text))
			}
		}
		switch {
		case e.Partial:
			say("%s: its reading was stopped at line %d; what comes after is not in the case.", text(e.Path), e.Read)
		case e.Truncated != "":
			say("%s: ends early (%s); what was readable is in the case.", text(e.Path), text(e.Truncated))
		}
	}
	for _, run := range p.report.Custody.Runs {
		for _, f := range run.Refused {
			say("%s: not taken in: %s", text(f.Path), text(f.Reason))
		}
	}
	for _, c := range p.report.Cited {
		if c.Missing != "" {
			say("%s: cited, but its text could not be read: %s", refCode(c.Citation.Ref), text(c.Missing))
		}
	}
	p.statements(p.report.Gaps)
	if !some && len(p.report.Gaps) == 0 {
		p.f("- None known: every line of every file given was read.")
	}
}

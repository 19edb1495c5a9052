package report

import (
	"fmt"
	"regexp"
	"strings"

	"spoor/cases"
	"spoor/triage"
)

func (p *printer) evidence() {
	p.section("Evidence register")
	if len(p.report.Evidence) == 0 {
		p.f("No evidence was taken in.")
		return
	}
	p.header("Key", "File", "Role", "Format", "Lines", "Read as records", "Headers and blank", "Rejected", "First", "Last")
	for i, e := range p.report.Evidence {
		if i == shownRows {
			p.more(len(p.report.Evidence) - i)
			break
		}
		p.row(refCode(e.Key), text(e.Path), text(e.Role), or(text(e.Format), "-"), fmt.Sprint(e.Read), fmt.Sprint(e.Parsed),
			fmt.Sprint(e.Comments), fmt.Sprint(e.Rejected), at(e.First), at(e.Last))
	}
	p.f("\nHow each can be recognised, and who took it in:\n")
	for i, e := range p.report.Evidence {
		if i == shownRows {
			break
		}
		weak := ""
		if sum := p.report.EvidenceMD5[e.SHA256]; sum != "" {
			weak = ", MD5 " + refCode(sum)
		}
		p.f("- %s %s: %d bytes, modified %s, SHA-256 %s%s; taken in from %s at %s by %s", refCode(e.Key), text(e.Path), e.SizeBytes, at(e.ModTime),
			refCode(or(e.SHA256, "-")), weak, or(text(e.Abs), "a place not recorded"), at(e.TakenAt), person(cases.Who{Analyst: e.TakenBy, Host: e.TakenAtHost}))
	}
}

func (p *printer) files() {
	r := p.report
	if len(r.Files) == 0 && len(r.FileCounts) == 0 {
		return
	}
	p.section("Files")
	for _, c := range r.FileCounts {
		p.f("- %s: %s", text(string(c.Verdict)), plural(c.Files, "file", "files"))
	}
	p.suspectFiles()
	for _, v := range []triage.FileVerdict{triage.KnownBad, triage.Changed, triage.Unknown} {
		p.fileTable(v)
	}
}

func (p *printer) fileTable(v triage.FileVerdict) {
	rows := 0
	for i := range p.report.Files {
		f := &p.report.Files[i]
		if f.Verdict != v {
			continue
		}
		if rows++; rows == 1 {
			p.f("\n### Files: %s\n", v)
			p.header("Reference", "Path", "Size", "Modified", "Hash", "Why", "Listed in")
		}
		if rows > shownRows {
			continue
		}
		size := "unknown"
		if f.Size >= 0 {
			size = fmt.Sprint(f.Size)
		}
		p.row(refCode(f.Ref), text(f.Path), size, at(f.ModTime), fileHash(f), text(f.Why), or(p.refList(citeRefs(f.Cites)), "-"))
	}
	p.more(rows - shownRows)
}

// suspectFiles lists what content, name and time of files show, from medium on.
func (p *printer) suspectFiles() {
	rows := 0
	for i := range p.report.Suspects {
		f := &p.report.Suspects[i]
		for _, x := range f.Findings {
			if x.Level < triage.Medium {
				continue
			}
			if rows++; rows == 1 {
				p.f("\n### Files: what they show\n")
				p.f("Files were read, never run. A finding says what is there, not that it was used.\n")
				p.header("Reference", "Path", "Modified", "Level", "Why", "What was found", "Rule", "Listed in")
			}
			if rows > shownRows {
				continue
			}
			p.row(refCode(f.Ref), text(f.Path), at(f.ModTime), x.Level.String(), text(x.Why), code(triage.VisibleN(x.Match, shownText)), text(x.Rule), or(p.refList(citeRefs(f.Cites)), "-"))
		}
	}
	p.more(rows - shownRows)
}

// fileHash is the strongest hash there is.
func fileHash(f *triage.File) string {
	switch {
	case f.SHA256 != "":
		return "SHA-256 " + refCode(f.SHA256)
	case f.SHA1 != "":
		return "SHA-1 " + refCode(f.SHA1)
	case f.MD5 != "":
		return "MD5 " + refCode(f.MD5)
	}
	return "none"
}

func citeRefs(cites []triage.Cite) []string {
	refs := make([]string, 0, len(cites))
	for _, c := range cites {
		refs = append(refs, c.Ref)
	}
	return refs
}

func (p *printer) notes() {
	r := p.report
	p.section("Notes and verdicts")
	if len(r.Notes) == 0 && len(r.Verdicts) == 0 {
		p.f("The responder wrote none.")
		return
	}
	for _, n := range r.Notes {
		p.f("### Note %s\n", refCode(n.Ref))
		when := "written " + at(n.Created)
		if n.Version > 1 {
			when += fmt.Sprintf(", changed %s (version %d)", at(n.Edited), n.Version)
		}
		p.f("By %s, %s.\n", or(text(n.Author), "a person not recorded"), when)
		p.quote(n.Text)
		var on []string
		for _, c := range n.On {
			on = append(on, c.Ref)
		}
		if len(on) > 0 {
			p.f("\nOn: %s.", p.refList(on))
		}
		if len(n.Tags) > 0 {
			p.f("\nTags: %s.", several(n.Tags))
		}
		p.f("")
	}
	if len(r.Verdicts) == 0 {
		return
	}
	p.header("Judged", "Verdict", "Reason", "By", "When")
	for _, v := range r.Verdicts {
		p.row(p.refList([]string{v.Ref}), text(v.Value), or(long(v.Reason), "not given"), or(text(v.Author), "a person not recorded"), at(v.At))
	}
}

// noteCitation is a reference in double brackets, as notes write it.
var noteCitation = regexp.MustCompile(`\[\[([a-z]:[0-9a-f]{4,64}(?:\.[0-9]{1,18})?)\]\]`)

// noteLine is a line of a note with its citations as references, which the report explains like any other.
func (p *printer) noteLine(line string) string {
	var b strings.Builder
	from := 0
	for _, m := range noteCitation.FindAllStringSubmatchIndex(line, maxNoteCites) {
		b.WriteString(spaced(line[from:m[0]]))
		ref := line[m[2]:m[3]]
		p.cite(ref)
		b.WriteString(refCode(ref))
		from = m[1]
	}
	if from == 0 {
		return long(line)
	}
	return strings.Trim(b.String()+spaced(line[from:]), " ")
}

// maxNoteCites bounds the citations of one line of a note.
const maxNoteCites = 200

// spaced is long with the spaces at both ends kept.
func spaced(s string) string {
	inner := strings.Trim(s, " ")
	if inner == "" {
		return s
	}
	i := strings.Index(s, inner)
	return s[:i] + long(inner) + s[i+len(inner):]
}

// quote writes several lines of prose as a quotation that keeps its line ends.
func (p *printer) quote(s string) {
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")), "\n")
	for i, line := range lines {
		line = p.noteLine(line)
		end := ""
		if line != "" && i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != "" {
			end = "\\" // a hard line break
		}
		p.f("%s", strings.TrimRight("> "+line, " ")+end)
	}
}

func (p *printer) indicators() {
	list := p.report.Indicators
	if len(list) == 0 {
		return
	}
	p.section("Indicators")
	p.f("Defanged here; the JSON report has them as they are.\n")
	p.header("Kind", "Indicator", "Why", "References")
	for i, in := range list {
		if i == shownRows {
			p.more(len(list) - i)
			return
		}
		p.row(text(in.Kind), escape(triage.VisibleN(defang(in.Kind, in.Value), shownText)), text(in.Why), or(p.refList(in.Refs), "-"))
	}
}

func (p *printer) custody() {
	c := p.report.Custody
	p.section("Custody")
	p.f("- The journal had %s when this report was written; the SHA-256 of its last line was %s. "+
		"Each record carries the hash of the one before, so `spoor verify` can show that nothing up to there was changed since.",
		plural(c.Records, "record", "records"), refCode(or(c.Head, "-")))
	if len(c.Warnings) == 0 {
		p.f("- The chain of records was whole when the case was opened.")
	}
	for _, w := range c.Warnings {
		p.f("- Warning: %s", long(w))
	}
	for i := range c.Seals {
		x := &c.Seals[i]
		p.f("- Sealed %s by %s: records 1 to %d, the last with SHA-256 %s, signed with the %s key %s (%s).", at(x.At), person(x.By), x.Records, refCode(x.Head),
			text(x.Key.Kind), refCode(triage.VisibleN(x.Key.Name, 100)), text(x.File()))
	}
	for i := range c.Packs {
		x := &c.Packs[i]
		given := "not encrypted"
		if n := len(x.Recipients); n > 0 {
			given = "encrypted to " + plural(int64(n), "recipient", "recipients")
		}
		p.f("- Packed %s by %s: records 1 to %d, the last with SHA-256 %s, as %s (SHA-256 %s, %d bytes), %s.", at(x.At), person(x.By), x.Records, refCode(x.Head),
			text(x.Path), refCode(x.SHA256), x.Size, given)
	}
	if len(c.Runs) == 0 {
		return
	}
	p.f("\nRuns that took evidence in:\n")
	for i := range c.Runs {
		p.run(&c.Runs[i])
	}
}

func (p *printer) run(run *cases.Run) {
	p.f("- %s to %s by %s, with spoor %s: %s", at(run.Started), at(run.Ended), person(run.Who), or(text(run.Version), "of unknown version"),
		code(triage.VisibleN(strings.Join(run.Args, " "), shownLine)))
	p.f("  - %s read, %d taken as records, %d rejected; times without zone as %s", plural(run.Read, "line", "lines"),
		run.Parsed, run.Rejected, or(text(run.Zone), "UTC"))
	p.f("  - rules SHA-256 %s; knowledge base: %s", refCode(or(run.RuleSet, "-")), or(text(run.KnowledgeBase), "none"))
}

// appendix lists each cited reference with the evidence behind it.
func (p *printer) appendix() {
	p.section("Cited evidence")
	have := make(map[string]*Cited, len(p.report.Cited))
	for i := range p.report.Cited {
		have[p.report.Cited[i].Citation.Ref] = &p.report.Cited[i]
	}
	if len(p.cited) == 0 {
		p.f("This report cites no evidence.")
	} else {
		p.f("Check a line by hand: `sha256sum FILE` must give the SHA-256 of the source, `sed -n LINEp FILE` the line " +
			"(decompress `.gz` and `.zst` first). Bytes that would not print are written as `<ESC>`, `<U+202E>` or `<9B>`.\n")
	}
	of := p.citedSources(have)
	for _, ref := range p.cited {
		p.citation(ref, have[ref], of)
	}
	p.f("\n**%s**", p.marking())
}

// citedSources names each source that is cited, with its hash, once; the answer is the number it goes by.
func (p *printer) citedSources(have map[string]*Cited) map[string]int {
	of := map[string]int{}
	for _, ref := range p.cited {
		c := have[ref]
		if c == nil || c.Citation.Source == "" || of[sourceOf(c)] > 0 {
			continue
		}
		of[sourceOf(c)] = len(of) + 1
		p.f("- Source %d: %s, SHA-256 %s", len(of), text(c.Citation.Source), refCode(or(c.Citation.SHA256, "-")))
	}
	if len(of) > 0 {
		p.f("\nEach record with its source, line and text:\n")
	}
	return of
}

func sourceOf(c *Cited) string { return c.Citation.SHA256 + " " + c.Citation.Source }

// citation is one line: the reference, where it stands, and the text.
func (p *printer) citation(ref string, c *Cited, of map[string]int) {
	where := ""
	switch {
	case c == nil:
		p.f("- %s: not resolved when the report was written", refCode(ref))
		return
	case c.Citation.Line > 0:
		where = fmt.Sprintf(" source %d line %d", of[sourceOf(c)], c.Citation.Line)
	case c.Citation.Source != "":
		where = fmt.Sprintf(" source %d", of[sourceOf(c)])
	}
	if c.Missing != "" {
		p.f("- %s%s: could not be read: %s", refCode(ref), where, text(c.Missing))
		return
	}
	p.f("- %s%s: %s", refCode(ref), where, code(triage.VisibleN(c.Citation.Text, shownLine)))
}

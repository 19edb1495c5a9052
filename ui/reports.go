package ui

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/cases/report"
	"spoor/ui/desk"
)

// reports is the report before it is written: how it is to be written, its sections, each on or off, and what was
// written before. The detail is the text of the section under the cursor, whose citations Enter follows.
type reports struct {
	records[reportRow]
	o       desk.ReportOptions
	file    string
	without map[string]bool // sections that are off
	whole   []report.Chapter
	asked   bool // the preview has been read
}

// A reportRow is one row: a setting, a section or a report that was written.
type reportRow struct {
	set     string // "write", "format", "tlp" or "file"; empty for others
	value   string
	hint    string
	section *report.Chapter
	off     bool
	written *cases.WrittenReport
}

type (
	// reportSetMsg changes how the report is to be written: Enter on a row.
	reportSetMsg struct{ what, value string }
	// reportFileMsg asks for the name of the file.
	reportFileMsg struct{ old string }
	// wroteMsg says that a report was written.
	wroteMsg struct{ path string }
)

// maxWritten bounds how many earlier reports are listed.
const maxWritten = 50

func newReport(c *common) *reports {
	s := &reports{without: map[string]bool{}, o: desk.ReportOptions{Format: "md"}}
	s.start(c, tabReport, screenNames[tabReport], "Putting the report together.", "row", "rows")
	s.b.title = "text"
	s.read = func(ctx context.Context, d *desk.Desk) ([]reportRow, error) {
		r, err := d.Report(ctx)
		if err != nil {
			return nil, err
		}
		all, err := report.Preview(r)
		var out []reportRow
		for i := range all {
			out = append(out, reportRow{section: &all[i]})
		}
		return out, err
	}
	s.row = reportLine
	s.about = s.describe
	return s
}

// Update takes settings, and else what a list of records takes.
func (s *reports) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case recordsMsg[reportRow]:
		if msg.gen == s.gen && msg.err == nil {
			s.whole, s.asked, s.b.title = nil, true, "text"
			for _, r := range msg.items {
				s.whole = append(s.whole, *r.section)
			}
			msg.items = s.rows()
		}
		return s.records.Update(msg)
	case reportSetMsg:
		return s.set(msg)
	case changedMsg:
		if !msg.evidence {
			// Putting the whole report together for every note would be too much.
			s.b.title = "text, before the latest note, verdict or report; r reads it again"
			return s.set(reportSetMsg{})
		}
	}
	return s.records.Update(msg)
}

// set changes a setting, or writes the report.
func (s *reports) set(m reportSetMsg) tea.Cmd {
	switch m.what {
	case "write":
		return s.write()
	case "format":
		s.o.Format = after(desk.ReportFormats(), s.o.Format)
	case "tlp":
		s.o.TLP = after(append([]string{""}, cases.TLPs...), s.o.TLP)
	case "file":
		s.file = m.value
	case "section":
		s.without[m.value] = !s.without[m.value]
	}
	if s.asked {
		s.items = s.rows()
		at := s.b.list.cur
		s.fill()
		s.b.list.to(at)
		s.b.describe(false)
	}
	return nil
}

// after is the value that follows another, the first after the last.
func after(all []string, s string) string {
	return all[(slices.Index(all, s)+1)%len(all)]
}

// write writes the report in the background.
func (s *reports) write() tea.Cmd {
	d, file, o := s.c.desk, s.file, s.o
	o.Without = nil
	for _, c := range s.whole {
		if s.without[c.ID] {
			o.Without = append(o.Without, c.ID)
		}
	}
	return s.c.keep("writing the report", func(ctx context.Context) tea.Msg {
		path, err := d.WriteReport(ctx, file, o)
		if err != nil {
			return failMsg{err}
		}
		return wroteMsg{path}
	})
}

// rows are the settings, the sections and the reports written, newest first.
func (s *reports) rows() []reportRow {
	tlp := cmp.Or(s.o.TLP, s.c.desk.Info().TLP, "not set")
	if s.o.TLP == "" {
		tlp += " (of the case)"
	}
	on := 0
	for i := range s.whole {
		if !s.without[s.whole[i].ID] {
			on++
		}
	}
	what := number(on) + " of " + counted(len(s.whole), "section", "sections")
	if s.c.desk.Counts().Requests == 0 {
		what += "; no log is in this case: :load access.log takes one in"
	}
	out := []reportRow{{set: "write", value: what, hint: "Enter writes the report"},
		{set: "format", value: s.o.Format, hint: "Enter: the next of " + strings.Join(desk.ReportFormats(), " ")},
		{set: "tlp", value: tlp, hint: "Enter: the next label"},
		{set: "file", value: cmp.Or(s.file, "a new file in the case's folder reports"), hint: "Enter names another"}}
	for i := range s.whole {
		out = append(out, reportRow{section: &s.whole[i], off: s.without[s.whole[i].ID]})
	}
	written := s.c.desk.Case.Reports()
	slices.Reverse(written)
	for i := range written[:min(len(written), maxWritten)] {
		out = append(out, reportRow{written: &written[i]})
	}
	return out
}

func reportLine(r *reportRow, width int) line {
	switch {
	case r.section != nil:
		box := "[x] "
		if r.off {
			box = "[ ] "
		}
		return line{sub: subject{title: r.section.Title, copied: r.section.Title, open: reportSetMsg{"section", r.section.ID}},
			runs: []run{{cell("", 8) + box, plain}, {cell(r.section.Title, 32), strong}, {cellRight(counted(len(r.section.Lines), "line", "lines"), 11), muted}}}
	case r.written != nil:
		w := r.written
		return line{sub: subject{title: "report " + w.Path, copied: w.SHA256 + "  " + w.Path},
			runs: []run{{cell("written", 8), muted}, {cell(stamp(w.At), 21), plain}, {cell(w.Format, 11), plain}, {cellMiddle(w.Path, max(8, width-40)), strong}}}
	}
	s := subject{title: r.set + " " + r.value, copied: r.value, open: reportSetMsg{what: r.set}}
	if r.set == "file" {
		s.open = reportFileMsg{}
	}
	l := plain
	if r.set == "write" {
		l = strong
	}
	return line{sub: s, runs: []run{{cell(strings.ToUpper(r.set), 8), heading}, {cellMiddle(r.value, 43) + " ", l}, {r.hint, muted}}}
}

// refInText finds references in the text of a report.
var refInText = regexp.MustCompile(`\b[rfwnaid]:[0-9a-f]{2,64}(?:\.[0-9]+)?\b`)

// describe is the text of a section, or what a row is about.
func (s *reports) describe(r *reportRow) []line {
	switch {
	case r.written != nil:
		w := r.written
		self := subject{title: "report " + w.Path, copied: w.SHA256 + "  " + w.Path}
		return []line{about(self, "report", run{w.Path, strong}), label("written", run{stamp(w.At) + " UTC by " + or(w.By.Analyst, "(not told)"), plain}),
			about(self, "sha256", run{w.SHA256, plain}), label("cites", run{counted(w.Citations, "record", "records"), plain}),
			label("", run{"spoor verify FILE --case CASE says whether it is still as written", muted})}
	case r.section == nil:
		return []line{label(r.set, run{r.value, strong}), label("", run{r.hint, plain}),
			label("", run{s.c.keys.words("Enter on a section leaves it out or takes it in again; {Tab} goes to its text, where Enter follows a citation. The appendix of cited evidence is always there, and the report says what was left out. Formats for machines are whole."), muted})}
	}
	var out []line
	if r.off {
		out = append(out, text(medium, "This section is left out; Enter takes it in again."))
	}
	for i, l := range r.section.Lines {
		if i == maxPreview {
			out = append(out, text(muted, "and "+number(len(r.section.Lines)-i)+" more lines"))
			break
		}
		out = append(out, previewLine(l))
	}
	return out
}

// maxPreview bounds how many lines of a section are shown.
const maxPreview = 2000

func previewLine(l report.Line) line {
	look, hang, start := plain, 0, ""
	if l.Heading {
		look = heading
	}
	if l.Depth > 0 && !l.Heading {
		start, hang = strings.Repeat("  ", l.Depth-1)+"- ", 2*l.Depth
	}
	sub := subject{title: l.Text, copied: l.Text}
	if ref := refInText.FindString(l.Text); ref != "" {
		sub.open = openMsg{ref}
	}
	return line{sub: sub, hang: hang, runs: []run{{start + l.Text, look}}}
}

// Keys are those of a list; Enter does what the row says.
func (s *reports) Keys() keyMap {
	k := s.records.Keys()
	switch cur := s.current(); {
	case s.b.onDetail:
		means(&k.Enter, "follow citation")
	case cur != nil && cur.section != nil:
		means(&k.Enter, "on or off")
	case cur != nil && cur.set == "write":
		means(&k.Enter, "write the report")
	default:
		means(&k.Enter, "change")
	}
	return k
}

// reportFilePrompt asks for the file that the report goes to.
func (r *root) reportFilePrompt(m reportFileMsg) *prompt {
	return &prompt{c: r.common, in: newInput("file: ", m.old, nil), complete: completePaths,
		hint: "the file to write; empty is a new one in the case's folder reports. A file that exists is not overwritten",
		accept: func(text string) (tea.Cmd, error) {
			list, err := desk.SplitWords(text)
			if err == nil && len(list) > 1 {
				err = errors.New("name one file; put a name with spaces in quotes")
			}
			if err != nil {
				return nil, err
			}
			return r.now(reportSetMsg{"file", strings.Join(list, "")}), nil
		}}
}

package report

import (
	"fmt"
	"slices"
	"strings"

	"spoor/triage"
)

// A Section is a chapter of the renderings for people. The machine formats always hold the whole report.
type Section struct {
	ID    string // one word, for command lines
	Title string // its heading
}

// chapters are the sections in the order of the report, with what writes them. The head and the appendix of cited
// evidence are always there.
var chapters = []struct {
	Section
	write func(*printer)
}{
	{Section{"summary", "Summary"}, (*printer).summary},
	{Section{"scope", "Scope and authority"}, (*printer).scope},
	{Section{"evidence", "Evidence register"}, (*printer).evidence},
	{Section{"method", "Method and limits"}, (*printer).method},
	{Section{"timeline", "Timeline (UTC)"}, (*printer).timeline},
	{Section{"findings", "Findings by class"}, (*printer).findings},
	{Section{"read", "Data read"}, (*printer).dataRead},
	{Section{"processes", "Processes the server started"}, (*printer).processes},
	{Section{"files", "Files"}, (*printer).files},
	{Section{"webshells", "Web shells"}, (*printer).webshells},
	{Section{"incidents", "Incident chain"}, (*printer).incidents},
	{Section{"techniques", "ATT&CK techniques"}, (*printer).techniques},
	{Section{"intruders", "Intruders and attribution"}, (*printer).intruders},
	{Section{"outcomes", "Attempted against succeeded"}, (*printer).fared},
	{Section{"advice", "Containment and recovery"}, (*printer).advice},
	{Section{"indicators", "Indicators"}, (*printer).indicators},
	{Section{"gaps", "Gaps"}, (*printer).gaps},
	{Section{"notes", "Notes and verdicts"}, (*printer).notes},
	{Section{"custody", "Custody"}, (*printer).custody},
	{Section{"glossary", "Glossary"}, (*printer).glossary},
}

// Sections lists the sections that can be left out, in the order of the report.
func Sections() []Section {
	out := make([]Section, len(chapters))
	for i, c := range chapters {
		out[i] = c.Section
	}
	return out
}

// Without answers what is left out if only some sections are wanted (all of them if none is named), less those
// that are not. Sections go by their IDs, in any case.
func Without(only, not []string) ([]string, error) {
	for _, id := range slices.Concat(only, not) {
		if !slices.ContainsFunc(chapters, func(s struct {
			Section
			write func(*printer)
		}) bool {
			return strings.EqualFold(s.ID, id)
		}) {
			return nil, fmt.Errorf("no section %q: want some of %s", triage.VisibleN(id, 40), strings.Join(sectionIDs(), ", "))
		}
	}
	named := func(list []string, id string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, id) })
	}
	var out []string
	for _, s := range chapters {
		if len(only) > 0 && !named(only, s.ID) || named(not, s.ID) {
			out = append(out, s.ID)
		}
	}
	return out, nil
}

func sectionIDs() []string {
	var out []string
	for _, s := range chapters {
		out = append(out, s.ID)
	}
	return out
}

// leftOut says which sections are not there; empty if all are.
func (r *Report) leftOut() string {
	var out []string
	for _, s := range chapters {
		if slices.Contains(r.Without, s.ID) {
			out = append(out, s.Title)
		}
	}
	return strings.Join(out, ", ")
}

// A Chapter is a section as text to be looked at before it is written.
type Chapter struct {
	Section
	Lines []Line
}

// A Line is one paragraph, heading, item of a list or row of a table of a Chapter. Its text is not safe to draw.
type Line struct {
	Text    string
	Heading bool
	Depth   int // of an item in lists
}

// Preview is what the sections of r would say, in their order; those that have nothing to say are not among it.
// Without is not regarded.
func Preview(r *Report) ([]Chapter, error) {
	whole := *r
	whole.Without = nil
	blocks, err := blocksOf(&whole)
	if err != nil {
		return nil, err
	}
	var out []Chapter
	for _, b := range blocks {
		if b.kind == heading && b.level <= 2 {
			title := plain(b.runs)
			c := Chapter{Section: Section{Title: title}}
			for _, s := range chapters {
				if s.Title == title {
					c.ID = s.ID
				}
			}
			out = append(out, c)
			continue
		}
		if len(out) == 0 {
			continue
		}
		c := &out[len(out)-1]
		if b.kind == table {
			for i, row := range b.rows {
				var cells []string
				for _, x := range row {
					cells = append(cells, plain(x))
				}
				c.Lines = append(c.Lines, Line{Text: strings.Join(cells, "  |  "), Heading: i == 0})
			}
			continue
		}
		c.Lines = append(c.Lines, Line{Text: plain(b.runs), Heading: b.kind == heading, Depth: b.level})
	}
	return slices.DeleteFunc(out, func(c Chapter) bool { return c.ID == "" }), nil
}

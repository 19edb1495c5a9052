package cli

// Attribution from the command line: an assessment of observables, and what the knowledge base knows.

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"spoor/triage"
	"spoor/triage/intel"
	"spoor/ui/desk"
)

type assessCmd struct {
	Observables []string `arg:"" name:"observable" help:"Technique, tool, campaign or group by id or name; address, network, domain, URL or hash; sector:NAME. Each may end in =GROUP or !GROUP (a source ties it to the group, or speaks against it) and in @GRADE or @GRADE:SOURCE, such as T1505.003@B2 or c2.example.net=G0009@B2:CERT."`
	Case        string   `help:"Case folder whose added intelligence is used, too: its knowledge base, and what its lists say of each address, domain, URL and hash." placeholder:"CASE"`
	Grade       string   `help:"Admiralty grade of observables that carry none." default:"B2" placeholder:"B2"`
	JSON        bool     `name:"json" help:"Print one JSON object."`
}

// Help is the example of usage.
func (assessCmd) Help() string {
	return `An observable without a source counts as seen independently of the others; name the source where several come from one.

For example: spoor assess T1190 "China Chopper" Derusbi PlugX Mimikatz@C3 sector:technology
             spoor assess S0074@B2:sandbox c2.example.net=G0009@B2:CERT 203.0.113.9'!G0009@A1:vendor'
             spoor assess --case CASE T1505.003 203.0.113.9`
}

// Run weighs the observables.
func (c *assessCmd) Run(s *session) error {
	if _, ok := intel.ParseGrade(c.Grade); !ok || c.Grade == "" {
		return misuse{fmt.Errorf("--grade %q is no Admiralty grade: A1 (best) to F6 (cannot be judged)", triage.VisibleN(c.Grade, 10))}
	}
	if c.Case != "" {
		return s.withCase(c.Case, func(d *desk.Desk) error { return c.assess(s, d.KB(), d.SaidOf) })
	}
	return c.assess(s, intel.Load(), func(string) []intel.Evidence { return nil })
}

// assess weighs the observables by a knowledge base; said is what else is known of an indicator.
func (c *assessCmd) assess(s *session, kb *intel.KB, said func(id string) []intel.Evidence) error {
	var ev []intel.Evidence
	for i, text := range c.Observables {
		e, err := kb.ParseObservable(text)
		if err != nil {
			return misuse{err}
		}
		if e.Grade == "" {
			e.Grade = c.Grade
		}
		if e.Source == "" {
			e.Source = fmt.Sprintf("observable %d", i+1)
		}
		ev = append(append(ev, e), said(e.ID)...)
	}
	a := kb.Assess(ev)
	return s.buffered(func(w io.Writer) error {
		if c.JSON {
			return jsonLine(w, a)
		}
		printAssessment(w, &a)
		return nil
	})
}

// How many groups and columns the text form shows.
const (
	maxInFull    = 3
	maxMatrixCol = 6
)

func printAssessment(w io.Writer, a *intel.Assessment) {
	fmt.Fprintf(w, "%s\nconfidence: %s\n", a.Verdict, a.Confidence)
	for _, y := range a.Why {
		fmt.Fprintf(w, "  why: %s\n", y)
	}
	printMatrix(w, &a.Matrix)
	printCandidates(w, a)
	section := func(head string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(w, "\n%s\n", head)
		}
		for _, l := range lines {
			fmt.Fprintf(w, "  %s\n", l)
		}
	}
	section("what else would explain it", a.Rivals)
	section("what would change the answer", a.WouldChange)
	section("what was not collected", a.NotCollected)
	fmt.Fprintf(w, "\n%s\n%s\n", a.KnowledgeBase, a.Notice)
}

// cellSigns are the cells as one sign each.
var cellSigns = map[intel.Cell]string{intel.Fits: "+", intel.Opposes: "-", intel.NoSaying: "."}

func printMatrix(w io.Writer, m *intel.Matrix) {
	if len(m.Rows) == 0 {
		return
	}
	var shown []int
	groups := 0
	for i, h := range m.Hypotheses {
		group := strings.HasPrefix(h.ID, "G")
		if group {
			groups++
		}
		if !group || groups <= maxMatrixCol || h.Inconsistent > 0 {
			shown = append(shown, i)
		}
	}
	fmt.Fprint(w, "\nhypotheses  (+ consistent, - inconsistent, . neutral: nobody says)\n")
	for n, i := range shown {
		h := m.Hypotheses[i]
		fmt.Fprintf(w, "  %c  %d inconsistent, %d consistent  %s", 'a'+n, h.Inconsistent, h.Consistent, triage.Visible(h.Name))
		if strings.HasPrefix(h.ID, "G") {
			fmt.Fprintf(w, " (%s)", h.ID)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "\n  ")
	for n := range shown {
		fmt.Fprintf(w, "%c ", 'a'+n)
	}
	fmt.Fprintln(w, " tells   grade  evidence")
	for _, r := range m.Rows {
		fmt.Fprint(w, "  ")
		for _, i := range shown {
			fmt.Fprint(w, cellSigns[r.Cells[i]], " ")
		}
		fmt.Fprintf(w, " %-6s  %-5s  %s\n", r.Tells, r.Grade, r.Text)
		if r.Without != "no change" {
			fmt.Fprintf(w, "  %*s without it %s\n", 2*len(shown), "", r.Without)
		}
	}
}

func printCandidates(w io.Writer, a *intel.Assessment) {
	if len(a.Consistent)+len(a.Contradicted) == 0 {
		return
	}
	fmt.Fprint(w, "\nrank  weight  margin  likelihood                group\n")
	for _, c := range slices.Concat(a.Consistent, a.Contradicted) {
		rank := fmt.Sprint(c.Rank)
		if c.Rank == 0 {
			rank = "no"
		}
		fmt.Fprintf(w, "%4s  %6.2f  %+6.2f  %-19s %.2f  %s %s\n", rank, c.Weight, c.Margin, c.Band, c.Likelihood, c.ID, triage.Visible(c.Name))
		if c.Rank <= maxInFull {
			for _, f := range c.For {
				fmt.Fprintf(w, "        for      %s\n", f)
			}
		}
		for _, f := range c.Against {
			fmt.Fprintf(w, "        against  %s\n", f)
		}
	}
}

type intelCmd struct {
	Show    intelShowCmd    `cmd:"" help:"Print everything that a name may mean, with who says so."`
	List    intelListCmd    `cmd:"" help:"Print what the knowledge base was made from, and what was added to a case."`
	Add     intelAddCmd     `cmd:"" help:"Add indicators or a newer knowledge base to a case."`
	Remove  intelRemoveCmd  `cmd:"" help:"Take added intelligence out of use."`
	Matches intelMatchesCmd `cmd:"" help:"Print the files and processes that added indicators fit; requests are found by rule:intel-*."`
}

type intelShowCmd struct {
	Name []string `arg:"" help:"Name, alias or id of an actor, tool, technique or campaign."`
	Case string   `help:"Case folder whose added knowledge base is to be asked." placeholder:"CASE"`
	JSON bool     `name:"json" help:"Print one JSON object."`
}

// shownJSON is what a name may mean, as intel show prints it.
type shownJSON struct {
	Query         string       `json:"query"`
	Ambiguous     bool         `json:"ambiguous"` // it may mean more than one group, or more than one tool or technique
	Groups        []shownMatch `json:"groups"`    // every group that it may mean
	Other         []shownMatch `json:"other"`     // software, techniques and campaigns, and actors that MISP ties to no group
	KnowledgeBase string       `json:"knowledge_base"`
	Notice        string       `json:"notice"`
}

// shownMatch is one thing that a name may mean.
type shownMatch struct {
	ID         string        `json:"id"`
	Kind       string        `json:"kind"`
	Name       string        `json:"name"`
	As         string        `json:"as"`            // the name that fits
	By         []string      `json:"by"`            // who says so
	Via        string        `json:"via,omitempty"` // the actor of MISP over which the name leads to the group
	Aliases    []intel.Alias `json:"aliases"`
	Countries  []intel.Alias `json:"countries,omitempty"`
	Sectors    []string      `json:"sectors,omitempty"`
	Software   []string      `json:"software,omitempty"`
	Techniques []string      `json:"techniques,omitempty"`
	Campaigns  []string      `json:"campaigns,omitempty"`
	UsedBy     []string      `json:"used_by,omitempty"` // groups, of a tool or technique
	First      string        `json:"first,omitempty"`
	Last       string        `json:"last,omitempty"`
	URL        string        `json:"url,omitempty"`
	Refs       []intel.Ref   `json:"refs,omitempty"`
}

// errNoName says that nothing has a name.
type errNoName struct{ name string }

func (e errNoName) Error() string {
	return fmt.Sprintf("%s: nothing in %s has that name", triage.VisibleN(e.name, 80), intel.Load())
}

// Run looks a name up.
func (c *intelShowCmd) Run(s *session) error {
	name := strings.Join(c.Name, " ")
	kb := intel.Load()
	if c.Case != "" {
		if err := s.withCase(c.Case, func(d *desk.Desk) error { kb = d.KB(); return nil }); err != nil {
			return err
		}
	}
	out := showName(kb, name)
	if len(out.Groups)+len(out.Other) == 0 {
		return errNoName{name}
	}
	return s.buffered(func(w io.Writer) error {
		if c.JSON {
			return jsonLine(w, out)
		}
		printShown(w, kb, out)
		return nil
	})
}

func showName(kb *intel.KB, name string) shownJSON {
	out := shownJSON{Query: name, Groups: []shownMatch{}, Other: []shownMatch{}, KnowledgeBase: kb.String(), Notice: intel.Notice}
	kinds := map[string]int{}
	add := func(m shownMatch) {
		for i := range out.Groups {
			if g := &out.Groups[i]; g.ID == m.ID {
				g.By = append(g.By, m.By...)
				slices.Sort(g.By)
				g.By = slices.Compact(g.By)
				return
			}
		}
		out.Groups = append(out.Groups, m)
	}
	for _, m := range kb.Lookup(name) {
		x := shownMatch{ID: m.ID, Kind: m.Kind, Name: m.Name, As: m.As, By: m.By, Aliases: []intel.Alias{}, URL: intel.URL(m.ID)}
		if m.Kind == "actor" && len(m.Groups) > 0 {
			for _, id := range m.Groups {
				x := x
				x.ID, x.Kind, x.Name, x.Via, x.URL = id, "group", kb.Name(id), m.Name, intel.URL(id)
				add(x.of(kb))
			}
			continue
		}
		kinds[m.Kind]++
		if x = x.of(kb); m.Kind == "group" {
			add(x)
		} else {
			out.Other = append(out.Other, x)
		}
	}
	out.Ambiguous = len(out.Groups) > 1
	for _, n := range kinds {
		out.Ambiguous = out.Ambiguous || n > 1
	}
	return out
}

// of fills in what the knowledge base says of the match.
func (m shownMatch) of(kb *intel.KB) shownMatch {
	switch m.Kind {
	case "group":
		g, _ := kb.Group(m.ID)
		m.Aliases, m.Countries, m.Sectors, m.Software, m.Techniques, m.Campaigns, m.Refs = append(m.Aliases, g.Aliases...), g.Countries, g.Sectors, g.Software, g.Techniques, g.Campaigns, g.Refs
	case "software":
		x, _ := kb.SoftwareByID(m.ID)
		m.Aliases, m.Techniques, m.UsedBy, m.Refs = append(m.Aliases, x.Aliases...), x.Techniques, x.Groups, x.Refs
	case "technique":
		x, _ := kb.Technique(m.ID)
		m.UsedBy = x.Groups
	case "campaign":
		x, _ := kb.Campaign(m.ID)
		m.Aliases, m.Techniques, m.Software, m.UsedBy, m.First, m.Last, m.Refs = append(m.Aliases, x.Aliases...), x.Techniques, x.Software, x.Groups, x.First, x.Last, x.Refs
	case "actor":
		for _, a := range kb.Actors() {
			if a.ID == m.ID {
				m.Aliases, m.Sectors = append(m.Aliases, a.Aliases...), a.Sectors
				for _, c := range a.Countries {
					m.Countries = append(m.Countries, intel.Alias{Name: c, By: "MISP"})
				}
			}
		}
	}
	return m
}

func printShown(w io.Writer, kb *intel.KB, out shownJSON) {
	if len(out.Groups) > 1 {
		fmt.Fprintf(w, "%s may mean %d groups:\n\n", triage.Visible(out.Query), len(out.Groups))
	}
	names := func(label string, ids []string) {
		if len(ids) == 0 {
			return
		}
		var list []string
		for _, id := range ids {
			list = append(list, id+" "+kb.Name(id))
		}
		fmt.Fprintf(w, "  %-10s %s\n", label, triage.Visible(strings.Join(list, ", ")))
	}
	said := func(label string, list []intel.Alias) {
		for i, a := range list {
			if i > 0 {
				label = ""
			}
			fmt.Fprintf(w, "  %-10s %s, says %s\n", label, triage.Visible(a.Name), triage.Visible(a.By))
		}
	}
	for _, m := range slices.Concat(out.Groups, out.Other) {
		fmt.Fprintf(w, "%s  %s  %s\n", m.ID, m.Kind, triage.Visible(m.Name))
		fmt.Fprintf(w, "  %-10s %s, says %s", "as", triage.Visible(m.As), triage.Visible(strings.Join(m.By, ", ")))
		if m.Via != "" {
			fmt.Fprintf(w, ", of the actor %s, which MISP ties to the group", triage.Visible(m.Via))
		}
		fmt.Fprintln(w)
		said("called", m.Aliases)
		said("country", m.Countries)
		if len(m.Sectors) > 0 {
			fmt.Fprintf(w, "  %-10s %s (MISP)\n", "sectors", triage.Visible(strings.Join(m.Sectors, ", ")))
		}
		if m.First != "" {
			fmt.Fprintf(w, "  %-10s %s to %s\n", "seen", m.First, m.Last)
		}
		names("used by", m.UsedBy)
		names("software", m.Software)
		names("techniques", m.Techniques)
		names("campaigns", m.Campaigns)
		if m.URL != "" {
			fmt.Fprintf(w, "  %-10s %s\n", "page", m.URL)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%s\n%s\n", out.KnowledgeBase, out.Notice)
}

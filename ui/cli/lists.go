package cli

// Commands that print one kind of record.

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"spoor/cases"
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/triage/outcome"
	"spoor/ui"
	"spoor/ui/desk"
)

type webshellsCmd struct {
	Case string `arg:"" help:"Case folder."`
	JSON bool   `name:"json" help:"Print one JSON object a line."`

	csvFlag
}

// shellJSON is a web-shell candidate as webshells prints it.
type shellJSON struct {
	Ref       string          `json:"ref"`
	Path      string          `json:"path"`
	Score     int             `json:"score"`
	Clients   []string        `json:"clients"`
	First     *time.Time      `json:"first"`
	Last      *time.Time      `json:"last"`
	Requests  int             `json:"requests"`
	Reasons   []triage.Reason `json:"reasons"`
	PlantedBy *triage.Cite    `json:"planted_by"`
	PlantWhy  string          `json:"plant_why,omitempty"`

	PlantConfidence string             `json:"plant_confidence,omitempty"`
	PlantOther      []triage.PlantLead `json:"plant_other,omitempty"`

	File    *fileJSON `json:"file"`
	Outcome string    `json:"outcome"` // how the best of its users fared; empty if that is not known
}

func (c *webshellsCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		return each(s, c.JSON, d.Webshells(), func(w triage.Webshell) any { return shellOut(w) }, printShell)
	})
}

func shellOut(w triage.Webshell) shellJSON {
	out := shellJSON{w.Ref, text(w.Path), w.Score, texts(w.Clients), optional(w.First), optional(w.Last), w.Requests, reasons(w.Reasons), w.PlantedBy, w.PlantWhy, w.PlantConfidence, w.PlantOther, nil, w.Outcome}
	if w.File != nil {
		f := fileOut(*w.File)
		out.File = &f
	}
	return out
}

func printShell(w io.Writer, sh triage.Webshell) {
	fmt.Fprintf(w, "%3d  %s  %s\n", sh.Score, triage.Visible(sh.Path), sh.Ref)
	if sh.Requests == 0 {
		fmt.Fprintln(w, "     a file; no request in these logs is for it")
	} else {
		fmt.Fprintf(w, "     %s by %s, %s to %s\n", plural(sh.Requests, "request"), triage.Visible(strings.Join(sh.Clients, ", ")), stamp(sh.First), stamp(sh.Last))
	}
	if sh.Outcome != "" {
		fmt.Fprintf(w, "     outcome of its use: %s\n", sh.Outcome)
	}
	if sh.PlantedBy != nil {
		fmt.Fprintf(w, "     planted by %s (%s:%d), confidence %s: %s\n", sh.PlantedBy.Ref, triage.Visible(sh.PlantedBy.Source), sh.PlantedBy.Line, sh.PlantConfidence, sh.PlantWhy)
	}
	for _, r := range sh.Reasons {
		fmt.Fprintf(w, "     %+4d  %s\n", r.Weight, r.Text)
	}
	for _, l := range sh.PlantOther {
		fmt.Fprintf(w, "     or planted by %s (%s:%d), %s: %s\n", l.Ref, triage.Visible(l.Source), l.Line, l.Confidence, l.Why)
	}
}

type incidentsCmd struct {
	Case string `arg:"" help:"Case folder."`
	Ref  string `arg:"" optional:"" help:"One incident, such as i:84e69ac4; all if not given."`
	JSON bool   `name:"json" help:"Print one JSON object a line."`

	csvFlag
}

func (c *incidentsCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		list := d.Incidents()
		if c.Ref != "" {
			list = slices.DeleteFunc(slices.Clone(list), func(in triage.Incident) bool { return !strings.HasPrefix(in.Ref, c.Ref) })
			if len(list) == 0 {
				return fmt.Errorf("no incident %s in this case: %s", triage.VisibleN(c.Ref, 80), incidentRefs(d.Incidents()))
			}
		}
		return each(s, c.JSON, list, func(in triage.Incident) any { return incidentOut(in) }, printIncident)
	})
}

// incidentRefs names the incidents that there are.
func incidentRefs(list []triage.Incident) string {
	if len(list) == 0 {
		return "it has none"
	}
	var refs []string
	for _, in := range list[:min(len(list), 10)] {
		refs = append(refs, in.Ref)
	}
	return "it has " + strings.Join(refs, ", ")
}

func incidentOut(in triage.Incident) triage.Incident {
	in.Clients, in.Shells = texts(in.Clients), texts(in.Shells)
	return in
}

// printIncident prints the whole of an incident: what is said of it, who took part, the chain with its gaps, and
// what the steps are called, each with its records.
func printIncident(w io.Writer, in triage.Incident) {
	fmt.Fprintf(w, "%s  %s  %s\n  %s to %s\n", in.Ref, in.Level, in.Title, stamp(in.First), stamp(in.Last))
	for _, s := range in.Summary {
		fmt.Fprintf(w, "  %s%s\n", s.Text, bracketed(s.Refs, 3))
	}
	for _, l := range in.Lanes {
		fmt.Fprintf(w, "  %s  %s %s  %s  %s\n", l.Label, l.Name, l.Intruder, triage.Visible(strings.Join(l.Clients, ", ")), strings.Join(l.Kinds, ", "))
	}
	printSteps(w, in)
	for _, t := range in.Mapped {
		fmt.Fprintf(w, "  %-9s  %s%s  %s\n", t.ID, t.Name, bracketed(t.Refs, 3), t.Source)
	}
}

// bracketed is at most n references in brackets, and how many more there are.
func bracketed(refs []string, n int) string {
	if len(refs) == 0 {
		return ""
	}
	out := strings.Join(refs[:min(len(refs), n)], " ")
	if len(refs) > n {
		out += fmt.Sprintf(" and %d more", len(refs)-n)
	}
	return "  [" + out + "]"
}

func printSteps(w io.Writer, in triage.Incident) {
	gaps := in.Gaps
	for _, st := range in.Steps {
		for len(gaps) > 0 && (gaps[0].From.IsZero() || !gaps[0].To.After(st.Time)) {
			if !gaps[0].From.IsZero() {
				fmt.Fprintf(w, "  %20s  ... %s\n", "", gaps[0].Text)
			}
			gaps = gaps[1:]
		}
		fmt.Fprintf(w, "  %s  %-1s %-9s  %-15s  %s  [%s]\n", stamp(st.Time), or(st.Lane, "-"), st.Kind, or(triage.Visible(st.Client), "-"), faredText(st.Outcome)+st.Text, st.Ref)
	}
}

// faredText is how a step's attacks fared, in front of its text.
func faredText(outcome string) string {
	if outcome == "" {
		return ""
	}
	return outcome + ": "
}

type actorsCmd struct {
	Case string `arg:"" help:"Case folder."`
	JSON bool   `name:"json" help:"Print one JSON object a line, one for each intruder."`

	csvFlag
}

// actorJSON is an intruder as actors prints it: what it did, and the assessment in the form that assess has.
type actorJSON struct {
	Ref      string              `json:"ref"`
	Clients  []string            `json:"clients"`
	Agents   []string            `json:"agents"`
	First    *time.Time          `json:"first"`
	Last     *time.Time          `json:"last"`
	Requests int                 `json:"requests"`
	Shells   []string            `json:"shells"`
	Links    []triage.Reason     `json:"links"`
	Observed []triage.Observable `json:"observed"`
	Override *cases.Attribution  `json:"override"` // the analyst's own word; null if none was given
	intel.Assessment
	Fared map[outcome.Outcome]int `json:"fared"` // its attacks, like requests of one client, by how they fared
}

func (c *actorsCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		return each(s, c.JSON, d.Intruders(), func(a desk.Actor) any { return actorOut(a) }, printActor)
	})
}

func actorOut(a desk.Actor) actorJSON {
	return actorJSON{Ref: a.Ref, Clients: texts(a.Clients), Agents: texts(a.Agents), First: optional(a.First), Last: optional(a.Last),
		Requests: a.Requests, Shells: texts(a.Shells), Links: reasons(a.Links), Observed: a.Observed, Override: a.Override, Assessment: a.Assessment, Fared: a.Fared}
}

// maxShownGroups bounds the consistent groups that the text form prints.
const maxShownGroups = 5

func printActor(w io.Writer, a desk.Actor) {
	fmt.Fprintf(w, "%s  %s  %s\n", a.Intruder.Name, a.Ref, triage.Visible(strings.Join(a.Clients, ", ")))
	fmt.Fprintf(w, "  %s, %d of them hostile, %s to %s\n", plural(a.Requests, "request"), a.Hostile, stamp(a.First), stamp(a.Last))
	if len(a.Shells) > 0 {
		fmt.Fprintf(w, "  used %s\n", triage.Visible(strings.Join(a.Shells, ", ")))
	}
	if len(a.Fared) > 0 {
		fmt.Fprintf(w, "  attacks: %s\n", tallyText(a.Fared))
	}
	for _, r := range a.Links {
		fmt.Fprintf(w, "  linked: %s\n", r.Text)
	}
	fmt.Fprintf(w, "  %s\n  confidence %s\n", a.Verdict, a.Confidence)
	if o := a.Override; o != nil {
		fmt.Fprintf(w, "  the analyst's own word: %s", triage.Visible(o.Name))
		for _, x := range []string{o.Likelihood, o.Author} {
			if x != "" {
				fmt.Fprintf(w, ", %s", triage.Visible(x))
			}
		}
		fmt.Fprintf(w, ": %s\n", triage.Visible(o.Reason))
		if o.Confidence != "" {
			fmt.Fprintf(w, "  the analyst's own confidence: %s\n", o.Confidence)
		}
	}
	for i, g := range a.Consistent {
		if i == maxShownGroups {
			fmt.Fprintf(w, "    and %d more; --json lists them\n", len(a.Consistent)-i)
			break
		}
		fmt.Fprintf(w, "    %s %s: %s, %s\n", g.ID, triage.Visible(g.Name), g.Band, g.Range())
	}
	for _, y := range a.Why {
		fmt.Fprintf(w, "  why: %s\n", y)
	}
	for _, l := range []struct {
		head string
		list []string
	}{{"or it was", a.Rivals}, {"would change it", a.WouldChange}, {"not collected", a.NotCollected}} {
		for _, x := range l.list {
			fmt.Fprintf(w, "  %s: %s\n", l.head, x)
		}
	}
}

type filesCmd struct {
	Case    string `arg:"" help:"Case folder."`
	Verdict string `help:"Only files of this verdict: known-good, known-bad, changed or unknown." enum:",known-good,known-bad,changed,unknown" default:""`
	Tree    bool   `help:"Print folders and files as an indented tree, each folder with its counts."`
	JSON    bool   `name:"json" help:"Print one JSON object a line."`

	hiddenFlag
	csvFlag
}

// fileJSON is a file as files prints it.
type fileJSON struct {
	Ref     string             `json:"ref"`
	Path    string             `json:"path"`
	MD5     string             `json:"md5"`
	SHA1    string             `json:"sha1"`
	SHA256  string             `json:"sha256"`
	Size    *int64             `json:"size"`
	ModTime *time.Time         `json:"mtime"`
	Verdict triage.FileVerdict `json:"verdict"`
	Why     string             `json:"why"`
	Cites   []triage.Cite      `json:"cites"`

	Level     triage.Level     `json:"level"`     // highest of the findings; critical if known bad
	Suspicion int              `json:"suspicion"` // 0 to 100, for sorting
	Findings  []triage.Finding `json:"findings"`  // of content, name and time; highest level first
}

func fileOut(f triage.File) fileJSON {
	out := fileJSON{f.Ref, text(f.Path), f.MD5, f.SHA1, f.SHA256, nil, optional(f.ModTime), f.Verdict, f.Why, f.Cites, f.Level(), f.Suspicion(), append([]triage.Finding{}, f.Findings...)}
	if f.Size >= 0 {
		out.Size = &f.Size
	}
	return out
}

func (c *filesCmd) Run(s *session) error {
	if c.Tree && (c.JSON || c.CSV) {
		return misuse{errors.New("--tree is text; --json and --csv list the files")}
	}
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		c.apply(s, d)
		if c.Tree {
			return c.printTree(s, d)
		}
		files := slices.Clone(d.Files())
		triage.SortFiles(files)
		if c.Verdict != "" {
			kept := files[:0:0]
			for _, f := range files {
				if string(f.Verdict) == c.Verdict {
					kept = append(kept, f)
				}
			}
			files = kept
		}
		return each(s, c.JSON, files, func(f triage.File) any { return fileOut(f) }, printFile)
	})
}

// printTree prints what the screen shows as a tree.
func (c *filesCmd) printTree(s *session, d *desk.Desk) error {
	o := ui.PlainOptions{Screen: "tree", Rows: max(1, 3*len(d.Files()))} // a folder holds a file or two folders
	if c.Verdict != "" {
		o.View.Filter = `verdict:"` + c.Verdict + `"`
	}
	return s.buffered(func(w io.Writer) error { return ui.Plain(s.ctx, d, w, o) })
}

func printFile(w io.Writer, f triage.File) {
	fmt.Fprintf(w, "%-10s  %s  %s  %s  %s  %s\n", f.Verdict, f.Ref, or(or(f.SHA256, or(f.SHA1, f.MD5)), "no hash"), stamp(f.ModTime), triage.Visible(f.Path), f.Why)
	for _, x := range f.Findings {
		fmt.Fprintf(w, "  %-8s  %s: %s [%s]\n", x.Level, x.Rule, triage.Visible(x.Why), triage.Visible(x.Match))
	}
}

type timelineCmd struct {
	Case string `arg:"" help:"Case folder."`
	JSON bool   `name:"json" help:"Print one JSON object a line."`

	csvFlag
}

func (c *timelineCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		return each(s, c.JSON, d.Timeline(), func(e desk.Event) any {
			return struct {
				Time   *time.Time   `json:"time"`
				Kind   string       `json:"kind"`
				Ref    string       `json:"ref"`
				Client string       `json:"client"`
				Text   string       `json:"text"`
				Level  triage.Level `json:"level"`

				Outcome outcome.Outcome `json:"outcome"`

				Incident string `json:"incident,omitempty"`
			}{optional(e.Time), e.Kind, e.Ref, text(e.Client), e.Text, e.Level, e.Outcome, e.Incident}
		}, func(w io.Writer, e desk.Event) {
			fmt.Fprintf(w, "%s  %-1s %-9s  %-15s  %s", stamp(e.Time), e.Label, e.Kind, or(triage.Visible(e.Client), "-"), faredText(string(e.Outcome))+e.Text)
			if e.Ref != "" {
				fmt.Fprintf(w, "  [%s]", e.Ref)
			}
			fmt.Fprintln(w)
		})
	})
}

func texts(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = text(s)
	}
	return out
}

// reasons makes lists that JSON prints without null.
func reasons(list []triage.Reason) []triage.Reason {
	out := make([]triage.Reason, len(list))
	for i, r := range list {
		if r.Refs == nil {
			r.Refs = []string{}
		}
		out[i] = r
	}
	return out
}

package cli

// Commands about one record, and what the responder says of it.

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"spoor/cases"
	"spoor/cases/report"
	"spoor/index"
	"spoor/triage"
	"spoor/ui/desk"
)

type evidenceCmd struct {
	Case string `arg:"" help:"Case folder."`
	MD5  bool   `name:"md5" help:"Read each file again and print its MD5 too, for lists that know no other hash."`
	JSON bool   `name:"json" help:"Print one JSON object a line."`

	csvFlag
}

func (c *evidenceCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		ledger := &desk.Ledger{Files: d.Evidence()}
		if c.MD5 {
			var err error
			if ledger.MD5, err = d.MD5s(s.ctx); err != nil {
				return err
			}
		}
		for _, r := range d.Case.Runs() {
			ledger.Refused = append(ledger.Refused, r.Refused...)
		}
		return s.buffered(func(w io.Writer) error {
			if c.JSON {
				return ledgerJSON(s.ctx, w, d, ledger)
			}
			printLedger(w, d, ledger)
			printCustody(w, d)
			return nil
		})
	})
}

// printCustody says which seals the case has and which packs were made of it; verify says whether they hold.
func printCustody(w io.Writer, d *desk.Desk) {
	for _, x := range d.Case.Sealed() {
		fmt.Fprintf(w, "seal %s: records 1 to %d, %s, by %s with the key %s %s\n", x.File(), x.Records, stamp(x.At), or(triage.VisibleN(x.By.Analyst, 100), "(not told)"),
			triage.VisibleN(x.Key.Kind, 20), triage.VisibleN(x.Key.Name, 100))
	}
	for _, p := range d.Case.Packs() {
		fmt.Fprintf(w, "pack %s: records 1 to %d, %s, by %s, sha256 %s, encrypted to %s\n", triage.Visible(p.Path), p.Records, stamp(p.At),
			or(triage.VisibleN(p.By.Analyst, 100), "(not told)"), triage.VisibleN(p.SHA256, 64), plural(len(p.Recipients), "recipient"))
	}
}

type showCmd struct {
	Case string `arg:"" help:"Case folder."`
	Ref  string `arg:"" help:"Reference of any record, such as r:3f9a12.7; a prefix that fits one record is enough."`
	JSON bool   `name:"json" help:"Print one JSON object."`

	Around int `placeholder:"N" help:"Of a request, also N lines before and after it in its source, as many of its client, and how many others are like it."`
}

func (c *showCmd) Run(s *session) error {
	return s.withCase(c.Case, func(d *desk.Desk) error {
		kind, ref, title, err := d.Resolve(c.Ref)
		if err != nil {
			return err
		}
		x := shown{Ref: ref, Kind: kind, Title: title, Notes: d.NotesOn(ref)}
		if v, ok := d.Verdicts()[ref]; ok {
			x.Verdict = &v
		}
		print, err := x.find(s.ctx, d)
		if err != nil {
			return err
		}
		var around *surroundings
		if c.Around > 0 && kind == "request" {
			if around, err = lookAround(s.ctx, d, ref, c.Around); err != nil {
				return err
			}
			x.Around = around.out()
		}
		if c.JSON {
			return jsonLine(s.out, x)
		}
		return s.buffered(func(w io.Writer) error {
			print(w)
			around.print(w, ref)
			showSaid(w, d, ref)
			return nil
		})
	})
}

// shown is a record as show prints it.
type shown struct {
	Ref     string         `json:"ref"`
	Kind    string         `json:"kind"`
	Title   string         `json:"title"`
	Record  any            `json:"record"`
	Verdict *cases.Verdict `json:"verdict"`
	Notes   []cases.Note   `json:"notes"`

	Around *aroundJSON `json:"around,omitempty"`
}

// requestShown is everything known of one request.
type requestShown struct {
	requestJSON
	Raw      string           `json:"raw"`
	RawError string           `json:"raw_error,omitempty"`
	Layers   []triage.Layer   `json:"layers"`
	Findings []triage.Finding `json:"findings"`
	Intruder string           `json:"intruder,omitempty"`

	OutcomeWhy []triage.Reason `json:"outcome_why,omitempty"` // what says how the attack fared that it is part of
}

// find fills in the record and answers how it is printed for people.
func (x *shown) find(ctx context.Context, d *desk.Desk) (print func(io.Writer), err error) {
	switch x.Kind {
	case "request":
		detail, err := d.Request(x.Ref)
		if err != nil {
			return nil, err
		}
		x.Record = requestRecord(detail)
		return func(w io.Writer) {
			showRequest(w, detail)
			showSpawned(w, d.SpawnedBy(x.Ref))
		}, nil
	case "process":
		detail, err := d.Process(ctx, x.Ref)
		if err != nil {
			return nil, err
		}
		x.Record = processRecord(detail)
		return func(w io.Writer) { showProcess(w, detail) }, nil
	case "file":
		for _, f := range d.Files() {
			if f.Ref == x.Ref {
				x.Record = fileOut(f)
				return func(w io.Writer) { showFile(w, f) }, nil
			}
		}
	case "read":
		r, err := d.Read(x.Ref)
		if err != nil {
			return nil, err
		}
		x.Record = stolenOut(*r, false)
		return func(w io.Writer) { showRead(w, r) }, nil
	case "webshell":
		for _, sh := range d.Webshells() {
			if sh.Ref == x.Ref {
				x.Record = shellOut(sh)
				return func(w io.Writer) {
					printShell(w, sh)
					showSpawned(w, d.SpawnedBy(sh.Path))
				}, nil
			}
		}
	case "actor":
		for _, a := range d.Intruders() {
			if a.Ref == x.Ref {
				x.Record = actorOut(a)
				return func(w io.Writer) { printActor(w, a) }, nil
			}
		}
	case "incident":
		for _, in := range d.Incidents() {
			if in.Ref == x.Ref {
				x.Record = incidentOut(in)
				return func(w io.Writer) { printIncident(w, in) }, nil
			}
		}
	case "note":
		n, err := d.Case.Note(x.Ref)
		x.Record = n
		return func(w io.Writer) { printNote(w, n) }, err
	}
	c, err := d.Cite(x.Ref)
	if err != nil {
		return nil, err
	}
	x.Record = c
	e, err := d.Entry(x.Ref)
	if err != nil {
		return nil, err
	}
	return func(w io.Writer) { showEntry(w, e) }, nil
}

func requestRecord(x *desk.Detail) requestShown {
	level := triage.None
	classes := []triage.Class{}
	for i, f := range x.Findings {
		level = max(level, f.Level)
		if !slices.Contains(classes, f.Class) {
			classes = append(classes, f.Class)
		}
		x.Findings[i].Field, x.Findings[i].Match, x.Findings[i].Target = text(f.Field), text(f.Match), text(f.Target)
	}
	for i, l := range x.Layers {
		x.Layers[i].Field, x.Layers[i].Text = text(l.Field), text(l.Text)
	}
	out := requestShown{requestJSON: rowJSON(desk.Row{Row: index.Row{Request: x.Request, Level: level, Classes: classes}}), Raw: text(string(x.Raw)), Layers: x.Layers, Findings: x.Findings}
	if x.Attack != nil {
		out.Outcome, out.OutcomeWhy = x.Attack.Of(&x.Request), reasons(x.Attack.Reasons)
	}
	if x.RawErr != nil {
		out.RawError = triage.Visible(x.RawErr.Error())
	}
	if x.Intruder != nil {
		out.Intruder = x.Intruder.Ref
	}
	return out
}

func showFile(w io.Writer, f triage.File) {
	printFile(w, f)
	for _, x := range f.Cites {
		fmt.Fprintf(w, "  listed by %s:%d\n", triage.Visible(x.Source), x.Line)
	}
}

// showEntry prints a line of a hash list and the collected files that it is about.
func showEntry(w io.Writer, e *desk.Entry) {
	fmt.Fprintf(w, "%s\n  %s:%d  %s\n  source sha256 %s\n", triage.Visible(e.Title()), triage.Visible(e.Source.Path), e.Line, e.Role, e.Source.SHA256)
	for _, f := range e.Files {
		fmt.Fprintf(w, "  %s  %-11s  %s\n", f.Ref, f.Verdict, triage.Visible(f.Path))
	}
	if e.More > 0 {
		fmt.Fprintf(w, "  and %d more files\n", e.More)
	}
}

func showRequest(w io.Writer, x *desk.Detail) {
	r := x.Request
	fmt.Fprintf(w, "%s  %s:%d  %s  %s\n", r.Ref, triage.Visible(r.Source), r.Line, stamp(r.Time), triage.Visible(r.Client))
	if r.Reject != "" {
		fmt.Fprintf(w, "rejected: %s\n", triage.Visible(r.Reject))
	}
	if x.RawErr != nil {
		fmt.Fprintf(w, "raw line: %s\n", triage.Visible(x.RawErr.Error()))
	} else {
		fmt.Fprintf(w, "raw line: %s\n", triage.VisibleN(string(x.Raw), 20_000))
	}
	if len(r.Body) >= triage.MaxBody || len(r.Answer) >= triage.MaxBody {
		fmt.Fprintf(w, "body cut: the first %d KiB are kept; the raw record has the rest\n", triage.MaxBody>>10)
	}
	for _, l := range x.Layers {
		fmt.Fprintf(w, "%-16s %-10s %s\n", triage.VisibleN(l.Field, 40), l.Coding, triage.VisibleN(l.Text, 4000))
	}
	for _, f := range x.Findings {
		fmt.Fprintf(w, "%-8s %-10s %s: %s [%s]\n", f.Level, f.Class, f.Rule, f.Why, triage.Visible(f.Match))
	}
	if a := x.Attack; a != nil {
		fmt.Fprintf(w, "outcome: %s; %s\n", a.Of(&r), triage.Visible(a.Whole(&r)))
		for _, r := range a.Reasons {
			fmt.Fprintf(w, "  because: %s%s\n", triage.Visible(r.Text), bracketed(r.Refs, 3))
		}
	}
	if x.Intruder != nil {
		fmt.Fprintf(w, "client of %s %s\n", x.Intruder.Name, x.Intruder.Ref)
	}
}

// showSaid prints verdict and notes of a record.
func showSaid(w io.Writer, d *desk.Desk, ref string) {
	if v, ok := d.Verdicts()[ref]; ok {
		fmt.Fprintf(w, "verdict: %s by %s, %s: %s\n", v.Value, or(triage.Visible(v.Author), "not told"), stamp(v.At), triage.Visible(v.Reason))
	}
	for _, n := range d.NotesOn(ref) {
		printNote(w, n)
	}
}

func printNote(w io.Writer, n cases.Note) {
	fmt.Fprintf(w, "%s  %s  %s", n.Ref, stamp(n.Created), or(triage.Visible(n.Author), "author not told"))
	if n.Version > 1 {
		fmt.Fprintf(w, ", version %d of %s", n.Version, stamp(n.Edited))
	}
	fmt.Fprintln(w)
	for _, line := range strings.Split(n.Text, "\n") {
		fmt.Fprintf(w, "  %s\n", triage.Visible(line))
	}
	for _, on := range n.On {
		fmt.Fprintf(w, "  on %s %s\n", on.Ref, triage.VisibleN(on.Text, 100))
	}
}

type verdictCmd struct {
	Case   string `arg:"" help:"Case folder."`
	Ref    string `arg:"" help:"Record to judge."`
	Value  string `arg:"" enum:"confirmed,benign,unsure,none" help:"confirmed, benign or unsure; none takes the verdict back."`
	Reason string `short:"m" name:"message" help:"Why." placeholder:"TEXT"`
}

func (c *verdictCmd) Run(s *session) error {
	return s.withCase(c.Case, func(d *desk.Desk) error {
		value := c.Value
		if value == "none" {
			value = ""
		}
		return d.SetVerdict(c.Ref, value, c.Reason)
	})
}

type reportCmd struct {
	Case   string `arg:"" help:"Case folder."`
	Out    string `short:"o" help:"File to write; it must not exist. - is stdout. Default: a new file in the case's reports folder." placeholder:"FILE"`
	Format string `help:"One of ${report_formats}. Default: by the ending of FILE, else md." enum:",${report_formats}" default:""`
	TLP    string `name:"tlp" help:"Marking of this report: CLEAR, GREEN, AMBER, AMBER+STRICT or RED. Default: that of the case." placeholder:"LABEL"`

	Sections []string `help:"Sections to write, by name; all of them if none is given. Formats for machines are always whole." placeholder:"NAME,..."`
	Without  []string `help:"Sections to leave out. The report says which." placeholder:"NAME,..."`
	Template string   `help:"Write html or md by this template of yours." placeholder:"FILE"`
}

func (c *reportCmd) Run(s *session) error {
	if c.Format == "" {
		c.Format = desk.ReportFormatOf(c.Out)
	}
	without, err := report.Without(c.Sections, c.Without)
	if err != nil {
		return misuse{err}
	}
	o := desk.ReportOptions{Format: c.Format, TLP: c.TLP, Template: c.Template, Without: without}
	if _, err := cases.ParseTLP(c.TLP); err != nil {
		return misuse{err}
	}
	return s.withCase(c.Case, func(d *desk.Desk) error {
		if c.Out == "-" {
			return s.buffered(func(w io.Writer) error { return d.RenderReport(s.ctx, w, o) })
		}
		path, err := d.WriteReport(s.ctx, c.Out, o)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(s.out, triage.Visible(path))
		return err
	})
}

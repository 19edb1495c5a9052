package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
)

type loadCmd struct {
	Case     string   `arg:"" help:"Case folder; made if it does not exist."`
	Paths    []string `arg:"" optional:"" help:"Logs, file listings and folders of them; plain, .gz or .zst."`
	Baseline []string `help:"Hash list of known-good files. Repeatable." placeholder:"FILE" sep:"none"`
	KnownBad []string `name:"known-bad" help:"Hash list of known-bad files. Repeatable." placeholder:"FILE" sep:"none"`
	Webroot  []string `help:"Folder that is a copy of a web root: its files are hashed and its scripts read. Repeatable." placeholder:"DIR" sep:"none"`
	TZ       string   `name:"tz" help:"Zone of times that carry none: an IANA name or an offset such as -05:00. Default UTC." placeholder:"ZONE"`
	Format   string   `help:"Read every log as this format: common, combined, vhost-combined or w3c." placeholder:"NAME"`
	JSON     bool     `name:"json" help:"Print the ledger as JSON, one object a file."`
}

func (c *loadCmd) Run(s *session) error {
	if len(c.Paths)+len(c.Baseline)+len(c.KnownBad)+len(c.Webroot) == 0 {
		return misuse{errors.New("nothing to load: name a log, a listing or a folder")}
	}
	zone, err := desk.ParseZone(c.TZ)
	if err != nil {
		return misuse{err}
	}
	d, err := desk.OpenOrCreate(c.Case, s.who())
	if err != nil {
		return err
	}
	meter, end := s.newMeter()
	ledger, err := d.Load(s.ctx, desk.LoadOptions{Paths: c.Paths, Baseline: c.Baseline, KnownBad: c.KnownBad, Webroots: c.Webroot, Format: c.Format, Zone: zone, ZoneName: c.TZ}, meter.show)
	end()
	if errors.Is(err, context.Canceled) {
		err = stopped{err}
	}
	if ledger == nil {
		return errors.Join(err, d.Close())
	}
	printErr := s.buffered(func(w io.Writer) error {
		if c.JSON {
			return ledgerJSON(s.ctx, w, d, ledger)
		}
		printLedger(w, d, ledger)
		return nil
	})
	if err = errors.Join(err, printErr, d.Close()); err != nil {
		return err
	}
	if len(ledger.Refused) > 0 {
		for _, r := range ledger.Refused {
			fmt.Fprintf(s.err, "spoor: refused: %s: %s\n", triage.Visible(r.Path), triage.Visible(r.Reason))
		}
		if len(ledger.Files)+len(ledger.Already) == 0 {
			return errors.New("nothing was taken in")
		}
	}
	return nil
}

// stopped is the error of a load that was cancelled.
type stopped struct{ error }

func (s stopped) Error() string {
	return "the load was stopped before its end; what it had read is in the case"
}

func (s stopped) Unwrap() error { return s.error }

func printLedger(w io.Writer, d *desk.Desk, l *desk.Ledger) {
	for _, e := range l.Files {
		fmt.Fprintf(w, "%s\n", triage.Visible(e.Path))
		fmt.Fprintf(w, "  %s, %s: read %d, parsed %d, rejected %d", e.Role, or(e.Format, "unknown format"), e.Read, e.Parsed, e.Rejected)
		if e.Comments > 0 {
			fmt.Fprintf(w, ", headers, blank and continuing %d", e.Comments)
		}
		fmt.Fprintf(w, "\n  sha256 %s\n", e.SHA256)
		if sum := l.MD5[e.SHA256]; sum != "" {
			fmt.Fprintf(w, "  md5 %s\n", sum)
		}
		if !e.TakenAt.IsZero() { // it is an entry of the register
			fmt.Fprintf(w, "  %s, written %s, times without zone as %s\n  taken in %s by %s at %s from %s\n", plural(e.SizeBytes, "byte"), stamp(e.ModTime),
				or(triage.VisibleN(e.Zone, 60), "UTC"), stamp(e.TakenAt), or(triage.VisibleN(e.TakenBy, 100), "(not told)"), or(triage.VisibleN(e.TakenAtHost, 100), "(not told)"), triage.Visible(e.Abs))
		}
		if !e.First.IsZero() {
			fmt.Fprintf(w, "  %s to %s\n", stamp(e.First), stamp(e.Last))
		}
		if why := e.Shortfall(); why != "" {
			fmt.Fprintf(w, "  %s: %s\n", map[bool]string{true: "NOT ALL READ", false: "ENDS EARLY"}[e.Partial], triage.Visible(why))
		}
		printRejects(w, d, e)
	}
	for _, a := range l.Already {
		fmt.Fprintf(w, "%s\n  in the case already as %s; not read again\n", triage.Visible(a.Path), triage.Visible(a.As))
	}
	for _, path := range l.Waiting {
		fmt.Fprintf(w, "%s\n  NOT READ: the load was stopped before it\n", triage.Visible(path))
	}
	for _, r := range l.Refused {
		fmt.Fprintf(w, "%s\n  REFUSED: %s\n", triage.Visible(r.Path), triage.Visible(r.Reason))
	}
	if len(l.Files) > 0 {
		fmt.Fprintln(w)
		printSummary(w, d)
	}
}

// maxShownRejects bounds the rejected lines shown of a file.
const maxShownRejects = 5

func printRejects(w io.Writer, d *desk.Desk, e cases.Evidence) {
	reasons, all, err := d.RejectReasons(context.Background(), &e)
	if err != nil {
		fmt.Fprintf(w, "  why lines were rejected cannot be counted: %s\n", triage.Visible(err.Error()))
	}
	for _, r := range reasons {
		of := ""
		if !all {
			of = " of those kept"
		}
		fmt.Fprintf(w, "  rejected %d%s: %s\n", r.Count, of, triage.Visible(r.Value))
	}
	for i, r := range e.Rejects {
		if i == maxShownRejects {
			break
		}
		fmt.Fprintf(w, "  rejected line %d: %s: %s\n", r.Line, triage.Visible(r.Reason), triage.VisibleN(r.Text, 80))
	}
	if more := e.Rejected - int64(min(len(e.Rejects), maxShownRejects)); more > 0 && e.Rejected > 0 {
		fmt.Fprintf(w, "  and %s more; spoor rejected CASE lists them\n", plural(more, "rejected line"))
	}
}

// printSummary says what triage found in the whole case.
func printSummary(w io.Writer, d *desk.Desk) {
	c := d.Counts()
	fmt.Fprintf(w, "case: %s by %s, %s with findings; %s rejected\n", plural(c.Requests, "request"), plural(c.Clients, "client"), plural(c.Findings, "request"), plural(c.Rejected, "line"))
	for _, class := range triage.Classes {
		if n := c.ByClass[class]; n > 0 {
			fmt.Fprintf(w, "  %-10s %7d\n", class, n)
		}
	}
	shells := 0
	for _, sh := range d.Webshells() {
		if sh.Score < triage.ShellScore {
			break
		}
		shells++
		if sh.Requests == 0 {
			fmt.Fprintf(w, "web shell: %s score %d, a file not requested in these logs\n", triage.Visible(sh.Path), sh.Score)
			continue
		}
		fmt.Fprintf(w, "web shell: %s score %d, %s, %s", triage.Visible(sh.Path), sh.Score, plural(sh.Requests, "request"), plural(len(sh.Clients), "client"))
		if sh.PlantedBy != nil {
			fmt.Fprintf(w, ", planted by %s:%d", triage.Visible(sh.PlantedBy.Source), sh.PlantedBy.Line)
		}
		fmt.Fprintln(w)
	}
	if shells == 0 {
		fmt.Fprintf(w, "web shell: none with a score of %d or more\n", triage.ShellScore)
	}
	if files := d.Files(); len(files) > 0 {
		n := map[triage.FileVerdict]int{}
		suspect := 0
		for _, f := range files {
			n[f.Verdict]++
			if f.Level() >= triage.Medium {
				suspect++
			}
		}
		fmt.Fprintf(w, "files: %d known-bad, %d changed, %d unknown, %d known-good; %d with a finding of medium or above\n", n[triage.KnownBad], n[triage.Changed], n[triage.Unknown], n[triage.KnownGood], suspect)
	}
	for _, in := range d.Incidents() {
		if in.Level >= triage.High {
			fmt.Fprintf(w, "incident %s %s: %s (%s to %s)\n", in.Ref, in.Level, in.Title, stamp(in.First), stamp(in.Last))
		}
	}
	for _, a := range d.Intruders() {
		if len(a.Shells) > 0 {
			fmt.Fprintf(w, "%s %s: %s; %s\n", a.Intruder.Name, a.Ref, triage.Visible(strings.Join(a.Clients, ", ")), a.Verdict)
		}
	}
}

// reasonJSON is how many lines of a source were rejected for a reason; of evidence that is no log, of those kept.
type reasonJSON struct {
	Reason string `json:"reason"`
	Lines  int64  `json:"lines"`
}

func ledgerJSON(ctx context.Context, w io.Writer, d *desk.Desk, l *desk.Ledger) error {
	type line struct {
		Path      string          `json:"path"`
		Outcome   string          `json:"outcome"` // "taken", "partial", "already", "waiting" (not read, the load was stopped) or "refused"
		Reason    string          `json:"reason,omitempty"`
		Role      string          `json:"role,omitempty"`
		Format    string          `json:"format,omitempty"`
		SHA256    string          `json:"sha256,omitempty"`
		Read      int64           `json:"read"`
		Parsed    int64           `json:"parsed"`
		Rejected  int64           `json:"rejected"`
		Comments  int64           `json:"comments"`
		First     *time.Time      `json:"first"`
		Last      *time.Time      `json:"last"`
		Truncated string          `json:"truncated,omitempty"`
		Rejects   []triage.Reject `json:"rejects,omitempty"`
		Reasons   []reasonJSON    `json:"reject_reasons,omitempty"`

		// Of the register; what was not told is absent.
		Abs     string     `json:"abs,omitempty"`
		Size    int64      `json:"size,omitempty"`
		MTime   *time.Time `json:"mtime,omitempty"`
		Zone    string     `json:"zone,omitempty"`
		MD5     string     `json:"md5,omitempty"`
		TakenBy string     `json:"taken_by,omitempty"`
		TakenAt *time.Time `json:"taken_at,omitempty"`
		Host    string     `json:"taken_at_host,omitempty"`
	}
	for _, e := range l.Files {
		for i := range e.Rejects {
			e.Rejects[i].Text = text(e.Rejects[i].Text)
		}
		counts, _, err := d.RejectReasons(ctx, &e)
		if err != nil {
			return err
		}
		var reasons []reasonJSON
		for _, c := range counts {
			reasons = append(reasons, reasonJSON{text(c.Value), c.Count})
		}
		outcome, reason := "taken", ""
		if e.Partial {
			outcome, reason = "partial", text(e.Shortfall())
		}
		if err := jsonLine(w, line{text(e.Path), outcome, reason, e.Role, e.Format, e.SHA256, e.Read, e.Parsed, e.Rejected, e.Comments, optional(e.First), optional(e.Last), e.Truncated, e.Rejects, reasons,
			text(e.Abs), e.SizeBytes, optional(e.ModTime), text(e.Zone), l.MD5[e.SHA256], text(e.TakenBy), optional(e.TakenAt), text(e.TakenAtHost)}); err != nil {
			return err
		}
	}
	for _, a := range l.Already {
		if err := jsonLine(w, line{Path: text(a.Path), Outcome: "already", Reason: "in the case as " + text(a.As)}); err != nil {
			return err
		}
	}
	for _, path := range l.Waiting {
		if err := jsonLine(w, line{Path: text(path), Outcome: "waiting", Reason: "the load was stopped before it"}); err != nil {
			return err
		}
	}
	for _, r := range l.Refused {
		if err := jsonLine(w, line{Path: text(r.Path), Outcome: "refused", Reason: r.Reason}); err != nil {
			return err
		}
	}
	return nil
}

package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"spoor/triage"
	"spoor/ui/desk"
)

type verifyCmd struct {
	What string `arg:"" name:"case-or-report" help:"Case folder, or a report that spoor wrote of a case."`
	Case string `help:"Case that the report is of. Default: the one above or beside the report that wrote it." placeholder:"CASE"`
	JSON bool   `name:"json" help:"Print the result as JSON."`
}

func (c *verifyCmd) Run(s *session) error {
	st, err := os.Stat(c.What)
	report := err == nil && !st.IsDir()
	if !report && c.Case != "" {
		return misuse{errors.New("--case goes with a report: name the file to be checked")}
	}
	check := func(d *desk.Desk) (*desk.Verification, error) { return d.Verify(s.ctx) }
	dir := c.What
	if report {
		dir = c.Case
		if dir == "" {
			if dir, err = desk.CaseOf(s.ctx, c.What); err != nil {
				return err
			}
		}
		check = func(d *desk.Desk) (*desk.Verification, error) { return d.VerifyReport(s.ctx, c.What) }
	}
	return s.withCase(dir, func(d *desk.Desk) error {
		v, err := check(d)
		if err != nil {
			return err
		}
		if c.JSON {
			err = jsonLine(s.out, v)
		} else {
			if report {
				fmt.Fprintf(s.out, "report of the case %s in %s\n", triage.Visible(d.Info().Name), triage.Visible(dir))
			}
			printVerification(s.out, v)
		}
		if err == nil && len(v.Problems) > 0 {
			err = errQuiet
		}
		return err
	})
}

func printVerification(w io.Writer, v *desk.Verification) {
	fmt.Fprintf(w, "%s of the journal, head %s\n%s hashed again (%d bytes), %s resolved again, %s compared\n",
		plural(v.Summary.Records, "record"), v.Summary.Head, plural(v.Summary.Evidence, "evidence file"), v.Summary.Bytes,
		plural(v.Summary.Citations, "citation"), plural(v.Summary.Reports, "report"))
	for _, p := range v.Problems {
		fmt.Fprintf(w, "PROBLEM %s: %s\n  remedy: %s\n", p.Kind, triage.Visible(p.What), triage.Visible(p.Remedy))
	}
	for _, r := range v.Summary.Remarks {
		fmt.Fprintf(w, "remark: %s\n", r)
	}
	if len(v.Problems) == 0 {
		fmt.Fprintln(w, "everything is as recorded")
	}
}

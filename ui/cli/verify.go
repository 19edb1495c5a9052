package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"spoor/cases"
	"spoor/cases/pack"
	"spoor/cases/seal"
	"spoor/triage"
	"spoor/ui/desk"
)

type verifyCmd struct {
	What  string   `arg:"" name:"case-report-or-pack" help:"Case folder, a report that spoor wrote of a case, or a pack (archive or unpacked folder)."`
	Case  string   `help:"Case that the report is of. Default: the one above or beside the report that wrote it." placeholder:"CASE"`
	Trust []string `help:"Public key whose seals you trust: a file (of minisign, of SSH, allowed_signers) or the key itself; a case without a seal by one of them is a problem then. Repeatable." placeholder:"KEY" sep:"none"`
	JSON  bool     `name:"json" help:"Print the result as JSON."`
}

func (c *verifyCmd) Run(s *session) error {
	trust, err := desk.ReadTrust(c.Trust)
	if err != nil {
		return err
	}
	if c.Case == "" && pack.Is(c.What) {
		return c.pack(s, trust)
	}
	st, err := os.Stat(c.What)
	report := err == nil && !st.IsDir()
	if !report && c.Case != "" {
		return misuse{errors.New("--case goes with a report: name the file to be checked")}
	}
	if report && !trust.Empty() {
		return misuse{errors.New("--trust goes with a case or a pack: verify the case of the report with it")}
	}
	check := func(d *desk.Desk) (*desk.Verification, error) { return d.Verify(s.ctx, trust) }
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

// pack checks a pack. What it found is printed as of a case.
func (c *verifyCmd) pack(s *session, trust *seal.Trust) error {
	v, checked, err := desk.VerifyPack(s.ctx, c.What, trust)
	if err != nil {
		return err
	}
	if c.JSON {
		err = jsonLine(s.out, v)
	} else {
		fmt.Fprintf(s.out, "pack of the case %s (%s), %s; evidence that is not in it was not looked at\n", triage.VisibleN(checked.Info.Name, 100),
			triage.VisibleN(checked.Head.Case, 60), plural(checked.Members, "member"))
		printVerification(s.out, v)
	}
	if err == nil && len(v.Problems) > 0 {
		err = errQuiet
	}
	return err
}

// sealLine says of a seal whether it holds, how far, and whose key made it.
func sealLine(c *cases.SealCheck) string {
	if !c.Holds {
		return fmt.Sprintf("seal %s: DOES NOT HOLD: %s", c.File, triage.Visible(c.Why))
	}
	whose := "by a key that you have not named"
	if c.Trusted {
		whose = "by a key that you trust"
		if c.TrustedAs != "" {
			whose += " (" + triage.VisibleN(c.TrustedAs, 100) + ")"
		}
	}
	return fmt.Sprintf("seal %s: holds for records 1 to %d, signed %s %s: %s %s", c.File, c.Records, stamp(c.At), whose, c.Key.Kind, triage.VisibleN(c.Key.Name, 100))
}

func printVerification(w io.Writer, v *desk.Verification) {
	fmt.Fprintf(w, "%s of the journal, head %s\n%s hashed again (%d bytes), %s resolved again, %s compared\n",
		plural(v.Summary.Records, "record"), v.Summary.Head, plural(v.Summary.Evidence, "evidence file"), v.Summary.Bytes,
		plural(v.Summary.Citations, "citation"), plural(v.Summary.Reports, "report"))
	for i := range v.Summary.Seals {
		fmt.Fprintln(w, sealLine(&v.Summary.Seals[i]))
	}
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

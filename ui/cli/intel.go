package cli

// Intelligence of a case: what was added, what it fits.

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"spoor/cases"
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/ui/desk"
)

type intelListCmd struct {
	Case string `arg:"" optional:"" help:"Case folder; what was added to it is listed, too."`
	JSON bool   `name:"json" help:"Print one JSON object a line."`
}

// Run lists the sources of the embedded knowledge base, and what was added to the case.
func (c *intelListCmd) Run(s *session) error {
	if c.Case == "" {
		return c.list(s, intel.Load(), nil, nil)
	}
	return s.withCase(c.Case, func(d *desk.Desk) error { return c.list(s, d.KB(), d.Case.Intel(), d.IntelNotes()) })
}

func (c *intelListCmd) list(s *session, kb *intel.KB, added []cases.Intel, notes []string) error {
	for _, n := range notes {
		fmt.Fprintf(s.err, "spoor: warning: %s\n", n)
	}
	return s.buffered(func(w io.Writer) error {
		for _, src := range kb.Sources() {
			if c.JSON {
				if err := jsonLine(w, src); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(w, "%s %s  SHA-256 %s\n", triage.Visible(src.Name), triage.Visible(src.Version), src.SHA256)
		}
		for _, in := range added {
			if c.JSON {
				if err := jsonLine(w, in); err != nil {
					return err
				}
				continue
			}
			printIntel(w, in)
		}
		if c.JSON {
			return nil
		}
		fmt.Fprintf(w, "%d groups, %d tools, %d techniques, %d campaigns, %d actors of MISP; SHA-256 of the whole %s\n%s\n", len(kb.Groups()),
			len(kb.Software()), len(kb.Techniques()), len(kb.Campaigns()), len(kb.Actors()), kb.Hash(), intel.Notice)
		return nil
	})
}

func printIntel(w io.Writer, in cases.Intel) {
	fmt.Fprintf(w, "%s  %s  grade %s  %s, %d entries", in.ID, triage.Visible(in.Source), in.Grade, in.Format, in.Entries)
	if in.Skipped > 0 {
		fmt.Fprintf(w, ", %d not usable", in.Skipped)
	}
	fmt.Fprintf(w, "  %s  SHA-256 %s\n", triage.Visible(in.Path), in.SHA256)
}

type intelAddCmd struct {
	Case          string   `arg:"" help:"Case folder."`
	Files         []string `arg:"" name:"file" help:"ATT&CK bundle, STIX indicators, MISP event or cluster, CSV of indicators, or a list of hashes, addresses, domains or file-name expressions; plain or gzip."`
	Source        string   `help:"Whose statement it is. Default: as the file says, else its name." placeholder:"NAME"`
	Grade         string   `help:"Admiralty grade of what carries none." default:"C3" placeholder:"C3"`
	AttackVersion string   `help:"Version of an ATT&CK bundle that does not hold its own." placeholder:"VERSION"`
	JSON          bool     `name:"json" help:"Print one JSON object a line."`
}

// Run takes files into the case's intelligence.
func (c *intelAddCmd) Run(s *session) error {
	if _, ok := intel.ParseGrade(c.Grade); !ok || c.Grade == "" {
		return misuse{fmt.Errorf("--grade %q is no Admiralty grade: A1 (best) to F6 (cannot be judged)", triage.VisibleN(c.Grade, 10))}
	}
	return s.withCase(c.Case, func(d *desk.Desk) error {
		for _, file := range c.Files {
			in, rejects, err := d.AddIntel(file, c.Source, c.Grade, c.AttackVersion)
			if err != nil {
				return err
			}
			for _, r := range rejects {
				fmt.Fprintf(s.err, "spoor: warning: %s:%d: %s: %s\n", triage.Visible(file), r.Line, triage.Visible(r.Reason), triage.VisibleN(r.Text, 80))
			}
			if err := each(s, c.JSON, []cases.Intel{in}, func(in cases.Intel) any { return in }, printIntel); err != nil {
				return err
			}
		}
		return nil
	})
}

type intelRemoveCmd struct {
	Case string   `arg:"" help:"Case folder."`
	IDs  []string `arg:"" name:"id" help:"What intel list prints first."`
}

// Run takes intelligence out of use.
func (c *intelRemoveCmd) Run(s *session) error {
	return s.withCase(c.Case, func(d *desk.Desk) error {
		for _, id := range c.IDs {
			in, err := d.RemoveIntel(id)
			if err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%s is used no more; its copy stays in %s\n", in.ID, triage.Visible(in.Kept))
		}
		return nil
	})
}

type intelMatchesCmd struct {
	Case string `arg:"" help:"Case folder."`
	JSON bool   `name:"json" help:"Print one JSON object a line."`
}

// Run lists the files and processes that indicators fit.
func (c *intelMatchesCmd) Run(s *session) error {
	return s.withCase(c.Case, func(d *desk.Desk) error {
		if len(d.Case.Intel()) == 0 {
			return errors.New("no intelligence was added to the case: spoor intel add CASE FILE")
		}
		found, err := d.MatchRecords(s.ctx)
		if err != nil {
			return err
		}
		return each(s, c.JSON, found, func(m desk.IntelMatch) any { return m }, func(w io.Writer, m desk.IntelMatch) {
			fmt.Fprintf(w, "%s  %s  %s  %s (%s, grade %s): %s %s\n", m.Record, strings.Join(m.Refs, " "), m.Text, triage.Visible(m.Source), m.ID, m.Grade, m.Kind,
				triage.VisibleN(m.Value, 120))
		})
	})
}

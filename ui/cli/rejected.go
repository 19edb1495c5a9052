package cli

import (
	"fmt"
	"io"

	"spoor/triage"
	"spoor/ui/desk"
)

type rejectedCmd struct {
	Case   string `arg:"" help:"Case folder."`
	Source string `arg:"" optional:"" help:"Only of this evidence file, as the register names it, or by its key."`
	JSON   bool   `name:"json" help:"Print one JSON object a line."`

	csvFlag
}

// rejectedJSON is a rejected line as rejected prints it.
type rejectedJSON struct {
	Ref    string `json:"ref,omitempty"`
	Source string `json:"source"`
	Role   string `json:"role"`
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
}

// Run prints the rejected lines as they are read.
func (c *rejectedCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		n := 0
		err := s.buffered(func(w io.Writer) error {
			return d.EachRejected(s.ctx, c.Source, func(r desk.RejectedLine) error {
				n++
				if c.JSON {
					return jsonLine(w, rejectedJSON{r.Ref, text(r.Source), r.Role, r.Line, text(r.Reason), text(r.Text)})
				}
				_, err := fmt.Fprintf(w, "%s:%d: %s: %s\n", triage.Visible(r.Source), r.Line, triage.Visible(r.Reason), triage.Visible(r.Text))
				return err
			})
		})
		fmt.Fprintf(s.err, "%s\n", plural(n, "rejected line"))
		return err
	})
}

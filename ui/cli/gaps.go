package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"spoor/triage"
	"spoor/ui/desk"
)

type gapsCmd struct {
	Case string `arg:"" help:"Case folder."`
	JSON bool   `name:"json" help:"Print one JSON object a line."`

	csvFlag
}

// gapJSON is a gap as gaps prints it.
type gapJSON struct {
	Kind   string       `json:"kind"`
	Level  triage.Level `json:"level"`
	From   *time.Time   `json:"from"`
	To     *time.Time   `json:"to"`
	Source string       `json:"source"`
	Text   string       `json:"text"`
	Refs   []string     `json:"refs"`
}

// Run prints every sign that the evidence is not whole.
func (c *gapsCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		gaps := d.Gaps()
		if len(gaps) == 0 && !c.JSON {
			fmt.Fprintln(s.out, "no gap is known: every line of every file given was read, and no log pauses longer than its rhythm explains")
		}
		return each(s, c.JSON, gaps, func(g triage.EvidenceGap) any {
			return gapJSON{g.Kind, g.Level, optional(g.From), optional(g.To), g.Source, g.Text, g.Refs}
		}, printGap)
	})
}

func printGap(w io.Writer, g triage.EvidenceGap) {
	fmt.Fprintf(w, "%-6s  %-11s ", g.Level, g.Kind)
	if !g.From.IsZero() {
		fmt.Fprintf(w, " %s to %s", stamp(g.From), stamp(g.To))
	}
	if g.Source != "" {
		fmt.Fprintf(w, " %s:", g.Source)
	}
	fmt.Fprintf(w, " %s", g.Text)
	if len(g.Refs) > 0 {
		fmt.Fprintf(w, "  [%s]", strings.Join(g.Refs, " "))
	}
	fmt.Fprintln(w)
}

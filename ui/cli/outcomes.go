package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"spoor/triage"
	"spoor/triage/outcome"
	"spoor/ui/desk"
)

type outcomesCmd struct {
	Case   string `arg:"" help:"Case folder."`
	JSON   bool   `name:"json" help:"Print one JSON object a line."`
	Worked bool   `help:"Only attacks that succeeded or likely did."`
	Class  string `help:"Only attacks of this class, such as traversal."`

	csvFlag
}

// outcomeJSON is an attack as outcomes prints it.
type outcomeJSON struct {
	Client   string          `json:"client"`
	Class    triage.Class    `json:"class"`
	Place    string          `json:"place"`
	Paths    int             `json:"paths"`
	Requests int             `json:"requests"`
	Answered *int            `json:"answered"` // 2xx; null if not counted
	Outcome  outcome.Outcome `json:"outcome"`
	Reasons  []triage.Reason `json:"reasons"`
	Refs     []string        `json:"refs"` // those of the reasons
	First    *time.Time      `json:"first"`
	Last     *time.Time      `json:"last"`
}

// Run prints each attack and how it fared, what worked first.
func (c *outcomesCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	class := triage.Class(c.Class)
	if c.Class != "" && !slices.Contains(triage.Classes, class) {
		return fmt.Errorf("unknown class %q: want one of %s", c.Class, joinClasses())
	}
	return s.withCase(c.Case, func(d *desk.Desk) error {
		res, err := d.Outcomes(s.ctx)
		if err != nil {
			return err
		}
		if res.Dropped > 0 {
			fmt.Fprintf(s.err, "%s left out: there are more than are looked at\n", plural(res.Dropped, "request"))
		}
		list := slices.DeleteFunc(slices.Clone(res.Attacks), func(a outcome.Attack) bool {
			return c.Worked && !outcome.Worked(a.Outcome) || class != "" && a.Class != class
		})
		if err := each(s, c.JSON, list, func(a outcome.Attack) any { return outcomeOut(a) }, printOutcome); err != nil {
			return err
		}
		if !c.JSON {
			fmt.Fprintf(s.err, "%s: %s\n", plural(len(list), "attack"), tallyText(outcome.Tally(list, "")))
		}
		return nil
	})
}

// tallyText sums up how attacks fared.
func tallyText(n map[outcome.Outcome]int) string {
	var parts []string
	for _, o := range outcome.Outcomes {
		parts = append(parts, fmt.Sprintf("%d %s", n[o], o))
	}
	return strings.Join(parts, ", ")
}

func joinClasses() string {
	var out []string
	for _, c := range triage.Classes {
		out = append(out, string(c))
	}
	return strings.Join(out, ", ")
}

func outcomeOut(a outcome.Attack) outcomeJSON {
	out := outcomeJSON{Client: text(a.Client), Class: a.Class, Place: text(a.Place()), Paths: a.Paths, Requests: a.Requests, Outcome: a.Outcome,
		Reasons: reasons(a.Reasons), Refs: []string{}, First: optional(a.First), Last: optional(a.Last)}
	if a.Answered >= 0 {
		out.Answered = &a.Answered
	}
	for _, r := range a.Reasons {
		for _, ref := range r.Refs {
			if !slices.Contains(out.Refs, ref) && len(out.Refs) < triage.MaxRefs {
				out.Refs = append(out.Refs, ref)
			}
		}
	}
	return out
}

func printOutcome(w io.Writer, a outcome.Attack) {
	fmt.Fprintf(w, "%-18s  %-10s  %s  %s  %s, %s to %s\n", a.Outcome, a.Class, triage.Visible(a.Client), triage.VisibleN(a.Place(), 160), plural(a.Requests, "request"), stamp(a.First), stamp(a.Last))
	for _, r := range a.Reasons {
		fmt.Fprintf(w, "     %s", triage.Visible(r.Text))
		if len(r.Refs) > 0 {
			fmt.Fprintf(w, " [%s]", strings.Join(r.Refs[:min(len(r.Refs), 3)], " "))
		}
		fmt.Fprintln(w)
	}
}

package cli

import (
	"fmt"
	"io"
	"time"

	"spoor/triage"
	"spoor/triage/blind"
	"spoor/ui/desk"
)

type stolenCmd struct {
	Case    string `arg:"" help:"Case folder."`
	JSON    bool   `name:"json" help:"Print one JSON object a line."`
	Unmask  bool   `help:"Show credentials, addresses and the like in full. The journal records it."`
	Attacks bool   `help:"Print how each attack fared instead of what was read."`
}

// stolenJSON is one expression that was read as stolen prints it.
type stolenJSON struct {
	Client         string          `json:"client"`
	Point          string          `json:"point"`
	Technique      blind.Technique `json:"technique"`
	Expression     string          `json:"expression"`
	Table          string          `json:"table"`
	Column         string          `json:"column"`
	Row            *int            `json:"row"`
	Kind           string          `json:"kind"`
	Value          *string         `json:"value"` // null if only its length is known
	Masked         string          `json:"masked,omitempty"`
	Certain        bool            `json:"certain"`
	Length         *int            `json:"length"`
	Low            int64           `json:"low,omitempty"`
	High           int64           `json:"high,omitempty"`
	Estimated      bool            `json:"estimated,omitempty"`
	Failed         bool            `json:"failed,omitempty"`
	Chars          []blind.Char    `json:"chars,omitempty"`
	Contradictions int             `json:"contradictions"`
	First          *time.Time      `json:"first"`
	Last           *time.Time      `json:"last"`
	Requests       int             `json:"requests"`
	Refs           []string        `json:"refs"`
}

// attackJSON is the outcome of an attack as stolen --attacks prints it.
type attackJSON struct {
	Client   string          `json:"client"`
	Point    string          `json:"point"`
	Outcome  blind.Outcome   `json:"outcome"`
	Reasons  []triage.Reason `json:"reasons"`
	First    *time.Time      `json:"first"`
	Last     *time.Time      `json:"last"`
	Requests int             `json:"requests"`
}

func (c *stolenCmd) Run(s *session) error {
	return s.withCase(c.Case, func(d *desk.Desk) error {
		result, err := d.Stolen(s.ctx)
		if err != nil {
			return err
		}
		if result.Dropped > 0 {
			fmt.Fprintf(s.err, "%s left out: there are more than are looked at\n", plural(result.Dropped, "request"))
		}
		if c.Attacks {
			return each(s, c.JSON, result.Attacks, func(a blind.Attack) any { return attackOut(a) }, printAttack)
		}
		if c.Unmask {
			if err := d.Unmasked(fmt.Sprintf("%s recovered from injection", plural(len(result.Reads), "value"))); err != nil {
				return err
			}
		}
		err = each(s, c.JSON, result.Reads, func(r blind.Read) any { return stolenOut(r, c.Unmask) }, func(w io.Writer, r blind.Read) { printStolen(w, r, c.Unmask) })
		if len(result.Reads) == 0 {
			fmt.Fprintln(s.err, "no value can be put together: there is no injection whose answers can be read, or not enough of it to tell")
		}
		return err
	})
}

// stolenValue is a value as it may be shown, and what was masked.
func stolenValue(r *blind.Read, unmask bool) (value, masked string) {
	if masked = r.Sensitive(); masked == "" || unmask {
		return r.Value, ""
	}
	return blind.Masked(r.Value), masked
}

func stolenOut(r blind.Read, unmask bool) stolenJSON {
	out := stolenJSON{Client: text(r.Client), Point: text(r.Path + " " + r.Field), Technique: r.Technique, Expression: text(r.Expression), Table: text(r.Table), Column: text(r.Column),
		Kind: r.Kind, Certain: r.Certain, Low: r.Low, High: r.High, Estimated: r.Estimated, Failed: r.Failed, Contradictions: r.Contradictions,
		First: optional(r.First), Last: optional(r.Last), Requests: r.Requests, Refs: r.Refs}
	if r.Row >= 0 {
		out.Row = &r.Row
	}
	if r.Length >= 0 {
		out.Length = &r.Length
	}
	if r.Kind != "size" {
		value, masked := stolenValue(&r, unmask)
		value = text(value)
		out.Value, out.Masked = &value, masked
		if masked == "" {
			out.Chars = r.Chars
		}
	}
	return out
}

func printStolen(w io.Writer, r blind.Read, unmask bool) {
	fmt.Fprintf(w, "%s\n", triage.VisibleN(r.Expression, 300))
	switch {
	case r.Kind == "size" && r.Failed:
		fmt.Fprintln(w, "     asked for; the page answered with an error")
	case r.Kind == "size" && r.Length < 0:
		fmt.Fprintln(w, "     asked for; how much came back cannot be told")
	case r.Kind == "size" && r.Estimated:
		fmt.Fprintf(w, "     about %s came back in the page; what they say is not in the log\n", plural(r.Length, "byte"))
	case r.Kind == "size":
		fmt.Fprintf(w, "     %s came back in the page; what they say is not in the log\n", plural(r.Length, "byte"))
	case r.Kind != "text" && !r.Certain:
		fmt.Fprintf(w, "     %s: %d to %d\n", r.Kind, r.Low, r.High)
	default:
		value, masked := stolenValue(&r, unmask)
		sure := "certain"
		if !r.Certain {
			sure = fmt.Sprintf("%d of %d characters certain", certainChars(&r), len(r.Chars))
			if r.Length < 0 {
				sure += ", its end is not known"
			}
		}
		if masked != "" {
			sure += "; masked, " + masked
		}
		fmt.Fprintf(w, "     %s = %s  (%s)\n", r.Kind, triage.VisibleN(value, 400), sure)
	}
	if r.Contradictions > 0 {
		fmt.Fprintf(w, "     %s speak against others\n", plural(r.Contradictions, "answer"))
	}
	fmt.Fprintf(w, "     %s, by %s, %s of %s, %s to %s", r.Technique, plural(r.Requests, "request"), triage.Visible(r.Client), triage.Visible(r.Path+" "+r.Field), stamp(r.First), stamp(r.Last))
	if len(r.Refs) > 0 {
		fmt.Fprintf(w, ", from %s", r.Refs[0])
	}
	fmt.Fprintln(w)
}

func certainChars(r *blind.Read) int {
	n := 0
	for _, c := range r.Chars {
		if c.State == blind.Certain {
			n++
		}
	}
	return n
}

func attackOut(a blind.Attack) attackJSON {
	return attackJSON{text(a.Client), text(a.Path + " " + a.Field), a.Outcome, reasons(a.Reasons), optional(a.First), optional(a.Last), a.Requests}
}

func printAttack(w io.Writer, a blind.Attack) {
	fmt.Fprintf(w, "%-18s  %s  %s  %s, %s to %s\n", a.Outcome, triage.Visible(a.Client), triage.Visible(a.Path+" "+a.Field), plural(a.Requests, "request"), stamp(a.First), stamp(a.Last))
	for _, r := range a.Reasons {
		fmt.Fprintf(w, "     %s", r.Text)
		if len(r.Refs) > 0 {
			fmt.Fprintf(w, " [%s]", r.Refs[0])
		}
		fmt.Fprintln(w)
	}
}

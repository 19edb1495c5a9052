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
	Totals  bool   `help:"Print the sums alone: tables, cells, what the values look like, what each intruder was sent."`

	csvFlag
}

// stolenJSON is one expression that was read as stolen prints it.
type stolenJSON struct {
	Ref            string          `json:"ref"`
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
	Source         string          `json:"source,omitempty"`
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

// totalsJSON is what stolen --totals prints.
type totalsJSON struct {
	blind.Totals
	First *time.Time `json:"first"`
	Last  *time.Time `json:"last"`
	Sent  []sentJSON `json:"sent"` // to those who read, or planted or used a shell; most bytes first
}

// sentJSON is what a client was sent.
type sentJSON struct {
	Client   string       `json:"client"`
	Intruder string       `json:"intruder,omitempty"`
	Answers  int          `json:"answers"`
	Bytes    int64        `json:"bytes"`
	Unsized  int          `json:"unsized"` // answers whose size is not logged
	Since    *time.Time   `json:"since"`   // of the plant, or of the shell's first use; null if there is none
	After    int          `json:"after"`   // answers since then
	Largest  []answerJSON `json:"largest"` // of these
}

type answerJSON struct {
	Ref   string     `json:"ref"`
	Time  *time.Time `json:"time"`
	Path  string     `json:"path"`
	Bytes int64      `json:"bytes"`
}

func totalsOut(l *desk.Loot) totalsJSON {
	out := totalsJSON{Totals: l.Totals(), Sent: []sentJSON{}}
	out.First, out.Last = optional(out.Totals.First), optional(out.Totals.Last)
	out.Clients = texts(out.Clients)
	for i := range out.Tables {
		t := &out.Tables[i]
		t.Table, t.Columns, t.Count = text(t.Table), texts(t.Columns), text(t.Count)
	}
	for _, s := range l.Sent {
		x := sentJSON{text(s.Client), s.Intruder, s.Requests, s.Bytes, s.Unsized, optional(s.Since), s.After, []answerJSON{}}
		for _, a := range s.Largest {
			x.Largest = append(x.Largest, answerJSON{a.Ref, optional(a.Time), text(a.Path), a.Bytes})
		}
		out.Sent = append(out.Sent, x)
	}
	return out
}

func printTotals(w io.Writer, l *desk.Loot) {
	t := l.Totals()
	for _, s := range desk.Sums(&t) {
		fmt.Fprintln(w, s)
	}
	for _, s := range l.Sent {
		fmt.Fprintf(w, "Sent: %s\n", desk.SentText(&s))
		for _, a := range s.Largest {
			fmt.Fprintf(w, "     %s of %s, %s [%s]\n", plural(a.Bytes, "byte"), triage.VisibleN(a.Path, 100), stamp(a.Time), a.Ref)
		}
	}
}

func (c *stolenCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
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
		if c.Totals {
			return each(s, c.JSON, []*desk.Loot{result}, func(l *desk.Loot) any { return totalsOut(l) }, printTotals)
		}
		if c.Unmask {
			if err := d.Unmasked(fmt.Sprintf("%s recovered from injection", plural(len(result.Reads), "value"))); err != nil {
				return err
			}
		}
		err = each(s, c.JSON, result.Reads, func(r blind.Read) any { return stolenOut(r, c.Unmask) }, func(w io.Writer, r blind.Read) { printStolen(w, r, c.Unmask) })
		if err == nil && len(result.Reads) > 0 && !c.JSON {
			err = s.buffered(func(w io.Writer) error {
				printTotals(w, result)
				return nil
			})
		}
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
	out := stolenJSON{Ref: r.Ref, Client: text(r.Client), Point: text(r.Path + " " + r.Field), Technique: r.Technique, Expression: text(r.Expression), Table: text(r.Table), Column: text(r.Column),
		Kind: r.Kind, Certain: r.Certain, Low: r.Low, High: r.High, Estimated: r.Estimated, Failed: r.Failed, Source: r.Source, Contradictions: r.Contradictions,
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
	fmt.Fprintf(w, "%s  %s\n", r.Ref, triage.VisibleN(r.Expression, 300))
	switch {
	case r.Failed, r.Kind == "size" && r.Length < 0:
		fmt.Fprintf(w, "     asked for; %s\n", desk.Outcome(&r))
	case r.Kind == "size":
		fmt.Fprintf(w, "     %s; what they say is not in the log\n", desk.Outcome(&r))
	case r.Kind != "text" && !r.Certain:
		fmt.Fprintf(w, "     %s\n", desk.Outcome(&r))
	default:
		value, masked := stolenValue(&r, unmask)
		sure := desk.Sureness(&r)
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

// showRead prints a read with what proves each of its characters.
func showRead(w io.Writer, r *blind.Read) {
	printStolen(w, *r, false)
	masked := r.Sensitive() != ""
	for _, c := range r.Chars {
		fmt.Fprintf(w, "     %4d  %-9s", c.Pos, c.State)
		if !masked {
			fmt.Fprintf(w, "  %s", triage.VisibleN(charText(c), 40))
		}
		if c.Contradictions > 0 {
			fmt.Fprintf(w, "  %s speak against it", plural(c.Contradictions, "answer"))
		}
		fmt.Fprintf(w, "%s\n", bracketed(c.Refs, 3))
	}
}

// charText is a character, and which codes are left if it is not certain.
func charText(c blind.Char) string {
	switch {
	case c.State == blind.Certain:
		return c.Text
	case c.State == blind.Unknown:
		return "?"
	}
	return fmt.Sprintf("%s (%d to %d)", or(c.Text, "?"), c.Low, c.High)
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

package cli

// What a responder says of intruders and of the case: merge, split, attribute, case.

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
)

type mergeCmd struct {
	Case   string   `arg:"" help:"Case folder."`
	Actors []string `arg:"" name:"actor" help:"Two or more intruders: reference, number or one of the clients."`
	Reason string   `short:"m" required:"" help:"Why they are one."`
	JSON   bool     `name:"json" help:"Print the merged intruder as a JSON object."`
}

// Run makes several intruders one.
func (c *mergeCmd) Run(s *session) error {
	return s.withCase(c.Case, func(d *desk.Desk) error {
		a, err := d.MergeActors(c.Actors, c.Reason)
		return s.printActorAfter(a, err, c.JSON)
	})
}

type splitCmd struct {
	Case    string   `arg:"" help:"Case folder."`
	Clients []string `arg:"" name:"client" help:"Clients that are an intruder of their own."`
	Reason  string   `short:"m" required:"" help:"Why they are another."`
	JSON    bool     `name:"json" help:"Print the new intruder as a JSON object."`
}

// Run takes clients out of their intruder.
func (c *splitCmd) Run(s *session) error {
	return s.withCase(c.Case, func(d *desk.Desk) error {
		a, err := d.SplitActor(c.Clients, c.Reason)
		return s.printActorAfter(a, err, c.JSON)
	})
}

type attributeCmd struct {
	Case       string `arg:"" help:"Case folder."`
	Actor      string `arg:"" help:"Intruder: reference, number or one of its clients."`
	Name       string `arg:"" optional:"" help:"Whom you hold it to be, or unattributed."`
	Likelihood string `help:"A word of ICD 203, such as likely." placeholder:"WORD"`
	Confidence string `help:"low, moderate or high." placeholder:"WORD"`
	Reason     string `short:"m" required:"" help:"Why."`
	Clear      bool   `help:"Take your word back."`
	JSON       bool   `name:"json" help:"Print the intruder as a JSON object."`
}

// Run records the analyst's own attribution beside the computed one.
func (c *attributeCmd) Run(s *session) error {
	if c.Clear == (c.Name != "") {
		return misuse{errors.New("give a name, or --clear to take your word back")}
	}
	return s.withCase(c.Case, func(d *desk.Desk) error {
		a, err := d.Attribute(c.Actor, cases.Attribution{Name: c.Name, Likelihood: c.Likelihood, Confidence: c.Confidence, Reason: c.Reason})
		return s.printActorAfter(a, err, c.JSON)
	})
}

func (s *session) printActorAfter(a desk.Actor, err error, asJSON bool) error {
	if err != nil {
		return err
	}
	return each(s, asJSON, []desk.Actor{a}, func(a desk.Actor) any { return actorOut(a) }, printActor)
}

type caseCmd struct {
	Case      string  `arg:"" help:"Case folder."`
	Victim    *string `help:"Who was attacked." placeholder:"NAME"`
	Sector    *string `help:"The victim's sector, such as technology." placeholder:"SECTOR"`
	Objective *string `help:"What the intruder was after." placeholder:"TEXT"`
	Outcome   *string `help:"attempted, blocked, succeeded or unknown." placeholder:"WORD"`
	Asked     *string `name:"requested-by" help:"Who asked for the examination." placeholder:"NAME"`
	Authority *string `help:"What allows it: a contract, an order, a consent." placeholder:"TEXT"`
	Systems   *string `help:"What may be looked at." placeholder:"TEXT"`
	Period    *string `help:"The time that was asked about." placeholder:"TEXT"`
	First     *string `help:"Day of the first activity, where more is known than the evidence shows; empty takes it back." placeholder:"DAY"`
	Last      *string `help:"Day of the last." placeholder:"DAY"`
	TLP       *string `name:"tlp" help:"Label of the case, which its reports have unless told otherwise: CLEAR, GREEN, AMBER, AMBER+STRICT or RED." placeholder:"LABEL"`
	JSON      bool    `name:"json" help:"Print one JSON object."`
}

// caseJSON is a case as case prints it.
type caseJSON struct {
	cases.Info
	First  any `json:"first"` // of the intruders' activity
	Last   any `json:"last"`
	Actors int `json:"actors"`
}

// Run shows what is known of the case, after changing what was given.
func (c *caseCmd) Run(s *session) error {
	if c.TLP != nil && strings.TrimSpace(*c.TLP) == "" {
		return misuse{errors.New("the TLP label of a case is changed, not taken back: name another")}
	}
	return s.withCase(c.Case, func(d *desk.Desk) error {
		info := d.Info()
		f, before := info.Facts(), info.Facts()
		given := map[string]*string{"tlp": c.TLP, "victim": c.Victim, "sector": c.Sector, "objective": c.Objective, "outcome": c.Outcome, "requested-by": c.Asked,
			"authority": c.Authority, "systems": c.Systems, "period": c.Period, "first": c.First, "last": c.Last}
		for _, x := range cases.FactFields {
			if from := given[x.Name]; from != nil {
				*x.Of(&f) = strings.TrimSpace(*from)
			}
		}
		if f != before {
			if err := d.SetFacts(f); err != nil {
				return err
			}
		}
		info = d.Info()
		first, last := d.Activity()
		return s.buffered(func(w io.Writer) error {
			if c.JSON {
				return jsonLine(w, caseJSON{info, optional(first), optional(last), len(d.Intruders())})
			}
			rows := [][2]string{{"case", info.Name}, {"id", info.ID}, {"analyst", info.Analyst}}
			f := info.Facts()
			for _, x := range cases.FactFields {
				rows = append(rows, [2]string{x.Label, *x.Of(&f)})
			}
			for _, l := range rows {
				fmt.Fprintf(w, "%-10s %s\n", l[0], triage.Visible(or(l[1], "-")))
			}
			fmt.Fprintf(w, "%-10s %s to %s, %s\n", "seen", stamp(first), stamp(last), plural(len(d.Intruders()), "intruder"))
			return nil
		})
	})
}

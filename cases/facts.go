package cases

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// Outcomes are what a case may have come to.
var Outcomes = []string{"attempted", "blocked", "succeeded", "unknown"}

// Facts are what a responder knows of a case and no log says. Empty is unknown.
type Facts struct {
	Victim    string `json:"victim"`
	Sector    string `json:"sector"` // the victim's, in the words of the knowledge base where it has one
	Objective string `json:"objective"`
	Outcome   string `json:"outcome"` // one of Outcomes

	RequestedBy string `json:"requested_by,omitempty"` // who asked for the examination
	Authority   string `json:"authority,omitempty"`    // what allows it: a contract, an order, a consent
	Systems     string `json:"systems,omitempty"`      // what may be looked at
	Period      string `json:"period,omitempty"`       // the time that was asked about

	FirstActivity string `json:"first_activity,omitempty"` // day, "2006-01-02", where more is known than the evidence shows
	LastActivity  string `json:"last_activity,omitempty"`

	TLP string `json:"tlp,omitempty"` // label of TLPs; reports have it unless told otherwise. SetFacts keeps the one there is if empty
}

// A Fact is a field of Facts as command lines and screens name it.
type Fact struct {
	Name  string // one word, such as "requested-by"
	Label string // at most 10 characters
	Help  string
	Of    func(*Facts) *string
}

// FactFields lists the fields of Facts in the order in which they are shown.
var FactFields = []Fact{
	{"tlp", "TLP", "the label of the case: CLEAR, GREEN, AMBER, AMBER+STRICT or RED", func(f *Facts) *string { return &f.TLP }},
	{"victim", "victim", "who was attacked", func(f *Facts) *string { return &f.Victim }},
	{"sector", "sector", "the victim's sector", func(f *Facts) *string { return &f.Sector }},
	{"objective", "objective", "what the intruder was after", func(f *Facts) *string { return &f.Objective }},
	{"outcome", "outcome", "attempted, blocked, succeeded or unknown", func(f *Facts) *string { return &f.Outcome }},
	{"requested-by", "asked by", "who asked for the examination", func(f *Facts) *string { return &f.RequestedBy }},
	{"authority", "authority", "what allows it: a contract, an order, a consent", func(f *Facts) *string { return &f.Authority }},
	{"systems", "systems", "what may be looked at", func(f *Facts) *string { return &f.Systems }},
	{"period", "period", "the time that was asked about", func(f *Facts) *string { return &f.Period }},
	{"first", "first", "day of the first activity, where more is known than the evidence shows", func(f *Facts) *string { return &f.FirstActivity }},
	{"last", "last", "day of the last activity", func(f *Facts) *string { return &f.LastActivity }},
}

// Facts is what is known of the case.
func (i *Info) Facts() Facts {
	return Facts{i.Victim, i.Sector, i.Objective, i.Outcome, i.RequestedBy, i.Authority, i.Systems, i.Period, i.FirstActivity, i.LastActivity, i.TLP}
}

// check says what cannot be recorded, and keeps the label known before if f has none.
func (f *Facts) check(before *Facts) error {
	if f.Outcome != "" && !slices.Contains(Outcomes, f.Outcome) {
		return fmt.Errorf("unknown outcome %q: want %s", triage.VisibleN(f.Outcome, 40), strings.Join(Outcomes, ", "))
	}
	for _, day := range []string{f.FirstActivity, f.LastActivity} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return fmt.Errorf("%q is no day: want one such as 2015-09-26", triage.VisibleN(day, 40))
		}
	}
	if f.FirstActivity != "" && f.LastActivity != "" && f.LastActivity < f.FirstActivity {
		return fmt.Errorf("the last activity, %s, is before the first, %s", f.LastActivity, f.FirstActivity)
	}
	for _, s := range []string{f.Victim, f.Sector, f.Objective, f.RequestedBy, f.Authority, f.Systems, f.Period} {
		if len(s) > maxFact {
			return fmt.Errorf("a fact has %d bytes, the most is %d", len(s), maxFact)
		}
	}
	label, err := ParseTLP(f.TLP)
	if f.TLP = label; label == "" {
		f.TLP = before.TLP
	}
	return err
}

// SetFacts records the facts of the case and writes them to case.json.
func (c *Case) SetFacts(who Who, f Facts) error {
	info := c.Info()
	before := info.Facts()
	if err := f.check(&before); err != nil {
		return err
	}
	if err := c.change(who, func() ([]entry, error) { return []entry{{kindFacts, f}}, nil }); err != nil {
		return err
	}
	b, err := json.MarshalIndent(c.Info(), "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(c.dir, infoName), append(b, '\n')); err != nil {
		return fmt.Errorf("write %s: %w: the journal has the facts all the same", infoName, err)
	}
	return nil
}

// withFacts puts facts that the journal recorded later over those of case.json. Journals written before facts had a
// label leave that of case.json.
func (i Info) withFacts(f *Facts) Info {
	if f != nil {
		i.Victim, i.Sector, i.Objective, i.Outcome = f.Victim, f.Sector, f.Objective, f.Outcome
		i.RequestedBy, i.Authority, i.Systems, i.Period = f.RequestedBy, f.Authority, f.Systems, f.Period
		i.FirstActivity, i.LastActivity = f.FirstActivity, f.LastActivity
		if f.TLP != "" {
			i.TLP = f.TLP
		}
	}
	return i
}

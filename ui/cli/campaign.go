package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"spoor/cases/campaign"
	"spoor/triage"
	"spoor/ui/desk"
)

type campaignCmd struct {
	Paths     []string `arg:"" name:"path" help:"Folders with cases and incident lists (CSV, JSON), or lists."`
	Milestone []string `help:"A day to count around, such as 2015-09-25=agreement. Several are allowed." placeholder:"DAY=NAME" sep:"none"`
	By        string   `help:"Unit of the timeline: day, week or month." enum:"day,week,month" default:"day"`
	JSON      bool     `name:"json" help:"Print one JSON object with everything."`
}

// Run reads many cases and lists and prints what they come to together.
func (c *campaignCmd) Run(s *session) error {
	var milestones []campaign.Milestone
	for _, text := range c.Milestone {
		m, err := campaign.ParseMilestone(text)
		if err != nil {
			return misuse{err}
		}
		milestones = append(milestones, m)
	}
	x, problems, err := desk.Campaign(s.ctx, c.Paths, milestones)
	for _, p := range problems {
		fmt.Fprintf(s.err, "spoor: warning: %s\n", p)
	}
	if err != nil {
		return err
	}
	return s.buffered(func(w io.Writer) error {
		if c.JSON {
			return jsonLine(w, x)
		}
		printCampaign(w, x, c.By)
		return nil
	})
}

func day(t time.Time) string {
	if t.IsZero() {
		return "undated"
	}
	return t.Format(time.DateOnly)
}

func span(from, to time.Time) string {
	if from.Equal(to) {
		return day(from)
	}
	return day(from) + " to " + day(to)
}

func printCampaign(w io.Writer, x *campaign.Campaign, by string) {
	fmt.Fprintf(w, "%s", plural(len(x.Events), "event"))
	if x.Undated > 0 {
		fmt.Fprintf(w, ", %d of them undated", x.Undated)
	}
	fmt.Fprintln(w)
	for _, m := range x.Milestones {
		fmt.Fprintf(w, "%s  %s: %d before, %d on the day, %d after (%d on the day after)", day(m.Day), triage.Visible(m.Name), m.Before, m.On, m.After, m.DayAfter)
		if m.Across > 0 {
			fmt.Fprintf(w, ", %d dated only to spans across it", m.Across)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "\nby %s\n", by)
	last := time.Time{} // day of the row above
	mark := func(all []campaign.Around) {
		for _, m := range all {
			fmt.Fprintf(w, "  %-24s %s\n", day(m.Day), triage.Visible(m.Mark(last)))
		}
	}
	periods := map[string][]campaign.Period{"day": x.Days, "week": x.Weeks, "month": x.Months}[by]
	marks := x.Between(len(periods), func(i int) time.Time { return periods[i].From })
	for i, p := range periods {
		mark(marks[i])
		last = p.To
		note := ""
		if p.Span {
			note = "  (dated to the span only)"
		}
		fmt.Fprintf(w, "  %-24s %4d  %s%s\n", span(p.From, p.To), p.N, strings.Repeat("#", min(p.N, 60)), note)
	}
	mark(marks[len(periods)])
	for _, t := range []struct {
		head string
		list []campaign.Count
	}{{"sector", x.Sectors}, {"actor", x.Actors}, {"technique", x.Techniques}, {"outcome", x.Outcomes}} {
		fmt.Fprintf(w, "\nby %s\n", t.head)
		for _, n := range t.list {
			fmt.Fprintf(w, "  %4d  %s\n", n.N, triage.VisibleN(n.Value, 200))
		}
	}
	if len(x.Shared) > 0 {
		fmt.Fprint(w, "\nshared\n")
	}
	for _, t := range x.Shared {
		fmt.Fprintf(w, "  %-6s  %-9s  %s: %s", t.Weight, t.Kind, triage.VisibleN(t.Value, 100), triage.VisibleN(strings.Join(t.Events, ", "), 200))
		if len(t.Refs) > 0 {
			fmt.Fprintf(w, "  [%s]", strings.Join(t.Refs, " "))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "\nevents\n")
	last = time.Time{}
	marks = x.Between(len(x.Events), func(i int) time.Time { return x.Events[i].First })
	for i, e := range x.Events {
		mark(marks[i])
		last = e.Last
		fmt.Fprintf(w, "  %-24s  %s  %s, %s, %s, %s", span(e.First, e.Last), triage.VisibleN(e.ID, 60), triage.VisibleN(cmp.Or(e.Victim, "victim not told"), 60),
			triage.VisibleN(cmp.Or(e.Sector, "sector not told"), 60), triage.VisibleN(cmp.Or(strings.Join(e.Actors, "; "), "actor not told"), 100), e.Outcome)
		if e.Case != "" {
			fmt.Fprintf(w, "  spoor open %s", triage.Visible(e.Case))
		}
		fmt.Fprintln(w)
	}
	mark(marks[len(x.Events)])
}

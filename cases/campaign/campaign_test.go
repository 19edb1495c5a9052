package campaign_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/cases/campaign"
	"spoor/triage"
)

func read(t *testing.T, text string) []campaign.Event {
	t.Helper()
	events, rejects, err := campaign.ReadList("list", []byte(text))
	if err != nil || len(rejects) > 0 {
		t.Fatal(err, rejects)
	}
	return events
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// The figures of the article, from the incident list: 11 in all, 1 on the day after the agreement, 3 more in
// September, 7 in October; all commercial, technology and pharmaceutical firms among them; none succeeded.
func TestFoundingStory(t *testing.T) {
	data, err := os.ReadFile("../../testdata/campaign/autumn-2015.csv")
	if err != nil {
		t.Fatal(err)
	}
	m, err := campaign.ParseMilestone(`2015-09-25="agreement"`)
	if err != nil || m.Name != "agreement" {
		t.Fatal(m, err)
	}
	events := read(t, string(data))
	c := campaign.Sum(events, []campaign.Milestone{m})
	if a := c.Milestones[0]; len(c.Events) != 11 || a.Before != 0 || a.On != 0 || a.DayAfter != 1 || a.After != 11 || a.Across != 0 {
		t.Errorf("%d events, %+v", len(c.Events), a)
	}
	if len(c.Months) != 2 || c.Months[0].N != 4 || c.Months[1].N != 7 || c.Months[1].From != day("2015-10-01") {
		t.Errorf("months %+v", c.Months)
	}
	if d := c.Days[0]; d.From != day("2015-09-26") || d.N != 1 || d.Span || c.Days[1].N != 3 || !c.Days[1].Span || c.Days[1].To != day("2015-09-30") {
		t.Errorf("days %+v", c.Days)
	}
	sectors := map[string]int{}
	for _, s := range c.Sectors {
		sectors[s.Value] = s.N
	}
	if sectors["technology"] != 5 || sectors["pharmaceutical"] != 2 || sectors["technology"]+sectors["pharmaceutical"]+sectors["commercial"] != 11 {
		t.Errorf("sectors %v", sectors)
	}
	if len(c.Outcomes) != 1 || c.Outcomes[0].Value != "blocked" || c.Outcomes[0].N != 11 {
		t.Errorf("outcomes %+v", c.Outcomes)
	}
	for _, e := range events {
		if e.Victim != "a commercial company" || e.Source == "" || e.Note == "" {
			t.Errorf("%s: victim %q, source %q, note %q", e.ID, e.Victim, e.Source, e.Note)
		}
	}
}

func TestSum(t *testing.T) {
	events := read(t, `[
{"date":"2024-03-01","actor":["A","B"],"tool":"x","outcome":"succeeded"},
{"date":"2024-02-28/2024-03-02","technique":"T1190;T1190"},
{"date":"2024-03","sector":"Energy"},
{"date":"2024-03-10","tool":"X"}]`)
	events[0].Traits = []campaign.Trait{{Kind: "address", Value: "192.0.2.1", Refs: []string{"a:1"}}}
	events[3].Traits = []campaign.Trait{{Kind: "address", Value: "192.0.2.1", Refs: []string{"a:2"}}}
	events = append(events, campaign.Event{ID: "undated"})
	c := campaign.Sum(events, []campaign.Milestone{{Day: day("2024-03-01"), Name: "m"}})
	if a := c.Milestones[0]; a.Before != 0 || a.On != 1 || a.After != 1 || a.Across != 2 || c.Undated != 1 {
		t.Errorf("%+v, %d undated", a, c.Undated)
	}
	total := 0
	for _, p := range c.Weeks {
		total += p.N
		if !p.Span && p.From.Weekday() != time.Monday {
			t.Errorf("a week from %s", p.From)
		}
	}
	if total != 4 {
		t.Errorf("weeks %+v", c.Weeks)
	}
	if s := c.Shared; len(s) != 2 || s[0].Kind != "address" || s[0].Weight != "strong" || len(s[0].Refs) != 2 || s[1].Kind != "tool" {
		t.Errorf("shared %+v", s)
	}
	if last := c.Events[len(c.Events)-1]; last.ID != "undated" {
		t.Errorf("last is %s", last.ID)
	}
	if n := c.Actors[0]; n.Value != "not told" || n.N != 4 {
		t.Errorf("actors %+v", c.Actors)
	}
}

func TestReadListRefuses(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "no date": "a,b\n1,2\n", "header only": "date,actor\n", "numbers": "[1]", "broken": "[{"} {
		if _, _, err := campaign.ReadList(name, []byte(text)); !errors.Is(err, campaign.ErrNotList) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, rejects, err := campaign.ReadList("x", []byte("id,date,outcome\na,2024-01-01,\na,2024-01-01,\nb,yesterday,\nc,2024-01-02/2024-01-01,\nd,2024-01-01,won\n"))
	if err != nil || len(rejects) != 4 {
		t.Fatal(err, rejects)
	}
	for i, want := range []string{"twice", "want 2015-09-26", "before it begins", "attempted"} {
		if r := rejects[i]; r.Line != int64(i+3) || !strings.Contains(r.Reason, want) {
			t.Errorf("%+v, want %q in line %d", r, want, i+3)
		}
	}
	for _, s := range []string{"", "2015-09-25", "today=x", "2015-13-01=x", "=x"} {
		if m, err := campaign.ParseMilestone(s); err == nil {
			t.Errorf("%q is %+v", s, m)
		}
	}
}

// The laws: every event is dated in order, counted once in each unit, and rejects are safe to draw.
func FuzzReadList(f *testing.F) {
	f.Add([]byte("date,actor,outcome\n2015-09-26,A;B,blocked\n2015-09,,\n"))
	f.Add([]byte(`[{"date":"2015","tool":["a",1,null]}]`))
	f.Add([]byte("date\n\"\x1b\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		events, rejects, err := campaign.ReadList("x", b)
		for _, r := range rejects {
			if r.Reason != triage.Visible(r.Reason) {
				t.Fatalf("%q", r.Reason)
			}
		}
		if err != nil {
			return
		}
		c := campaign.Sum(events, []campaign.Milestone{{Day: day("2015-09-25"), Name: "m"}})
		for _, e := range events {
			if e.First.IsZero() && e.Last.IsZero() {
				continue
			}
			if e.Last.Before(e.First) {
				t.Fatalf("%+v", e)
			}
		}
		for _, list := range [][]campaign.Period{c.Days, c.Weeks, c.Months} {
			n := c.Undated
			for _, p := range list {
				n += p.N
			}
			if n != len(events) {
				t.Fatalf("%d of %d counted", n, len(events))
			}
		}
		m := c.Milestones[0]
		if m.Before+m.On+m.After+m.Across+c.Undated != len(events) {
			t.Fatalf("%+v of %d", m, len(events))
		}
	})
}

// A milestone stands before the first row that is not before it, and those after all stand at the end; rows without a
// day come after every milestone.
func TestBetween(t *testing.T) {
	on := func(d int) time.Time {
		if d == 0 {
			return time.Time{}
		}
		return time.Date(2024, 1, d, 0, 0, 0, 0, time.UTC)
	}
	for _, c := range []struct {
		rows, milestones []int // days of January, 0 for none
		want             [][]int
	}{
		{[]int{3, 5, 9}, []int{1, 5, 6, 20}, [][]int{{1}, {5}, {6}, {20}}},
		{[]int{3, 3, 0}, []int{3, 4}, [][]int{{3}, nil, {4}, nil}},
		{nil, []int{2}, [][]int{{2}}},
		{[]int{1}, nil, [][]int{nil, nil}},
	} {
		var all []campaign.Milestone
		for _, d := range c.milestones {
			all = append(all, campaign.Milestone{Day: on(d), Name: "m"})
		}
		got := campaign.Sum(nil, all).Between(len(c.rows), func(i int) time.Time { return on(c.rows[i]) })
		for i, marks := range got {
			var days []int
			for _, m := range marks {
				days = append(days, m.Day.Day())
			}
			if !slices.Equal(days, c.want[i]) {
				t.Errorf("%v among %v: before row %d stand %v, want %v", c.milestones, c.rows, i, days, c.want[i])
			}
		}
	}
}

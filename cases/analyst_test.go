package cases_test

import (
	"errors"
	"strings"
	"testing"

	"spoor/cases"
	"spoor/triage"
)

// What analysts decide is there again after the case was closed, and by another program at once.
func TestDecisionsAreKept(t *testing.T) {
	c := create(t)
	other, err := cases.Open(c.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(c.Regroup(ann, triage.Regrouping{Op: triage.Merge, Clients: []string{"192.0.2.1", "192.0.2.2"}, Reason: "same shell"}))
	check(c.SetAttribution(ann, cases.Attribution{Actor: "a:1", Client: "192.0.2.1", Name: "Nobody", Reason: "why"}))
	check(c.SetFacts(ann, cases.Facts{Victim: "Shop", Sector: "retail", Outcome: "blocked"}))
	check(c.AddIntel(ann, cases.Intel{ID: "k:abc", Path: "list.csv", Grade: "B2"}))
	if err := c.AddIntel(ann, cases.Intel{ID: "k:abc"}); err == nil {
		t.Error("the same intelligence twice")
	}
	if changed, err := other.Refresh(); !changed || err != nil {
		t.Fatal(changed, err)
	}
	again := reopen(t, c)
	for _, c := range []*cases.Case{other, again} {
		if g := c.Groupings(); len(g) != 1 || g[0].Author != ann.Analyst || g[0].At.IsZero() {
			t.Errorf("groupings %+v", g)
		}
		if a := c.Attributions()["a:1"]; a.Name != "Nobody" || a.Author != ann.Analyst {
			t.Errorf("attributions %+v", c.Attributions())
		}
		if i := c.Info(); i.Victim != "Shop" || i.Outcome != "blocked" {
			t.Errorf("info %+v", i)
		}
		if in := c.Intel(); len(in) != 1 || in[0].Path != "list.csv" {
			t.Errorf("intel %+v", in)
		}
	}
	check(again.SetAttribution(ann, cases.Attribution{Actor: "a:1", Reason: "withdrawn"}))
	if _, err := again.RemoveIntel(ann, "abc"); err != nil || len(again.Intel()) != 0 || len(again.Attributions()) != 0 {
		t.Errorf("taken back: %v, %+v, %+v", err, again.Intel(), again.Attributions())
	}
	if _, err := again.RemoveIntel(ann, "abc"); !errors.Is(err, cases.ErrNoIntel) {
		t.Error(err)
	}
}

func TestDecisionsAreChecked(t *testing.T) {
	c := create(t)
	for name, err := range map[string]error{
		"no clients":     c.Regroup(ann, triage.Regrouping{Op: triage.Merge, Reason: "x"}),
		"unknown op":     c.Regroup(ann, triage.Regrouping{Op: "x", Clients: []string{"a"}, Reason: "x"}),
		"no reason":      c.Regroup(ann, triage.Regrouping{Op: triage.Split, Clients: []string{"a"}, Reason: " "}),
		"no actor":       c.SetAttribution(ann, cases.Attribution{Name: "x", Reason: "y"}),
		"bad confidence": c.SetAttribution(ann, cases.Attribution{Actor: "a:1", Name: "x", Reason: "y", Confidence: "sure"}),
		"bad outcome":    c.SetFacts(ann, cases.Facts{Outcome: "won"}),
		"long fact":      c.SetFacts(ann, cases.Facts{Victim: strings.Repeat("x", 2000)}),
	} {
		if err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if n := len(c.Groupings()) + len(c.Attributions()); n > 0 || c.Info().Victim != "" {
		t.Error("something refused was kept")
	}
}

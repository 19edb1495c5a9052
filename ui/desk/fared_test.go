package desk_test

import (
	"context"
	"testing"

	"spoor/triage"
	"spoor/triage/outcome"
)

// A list of requests says of each how its attack fared as the request itself does, and of the others nothing.
func TestRowsFare(t *testing.T) {
	d := newDesk(t)
	res, err := d.Search(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := d.Rows(res, 0, res.Len())
	if err != nil {
		t.Fatal(err)
	}
	told := map[outcome.Outcome]int{}
	for _, r := range rows {
		x, err := d.Request(r.Ref)
		if err != nil {
			t.Fatal(err)
		}
		want := outcome.Outcome("")
		if x.Attack != nil {
			want = x.Attack.Of(&x.Request)
		}
		if r.Outcome != want {
			t.Errorf("%s: %q in the list, %q by itself", r.Ref, r.Outcome, want)
		}
		told[r.Outcome]++
	}
	if told[outcome.Succeeded] == 0 || told[""] == 0 {
		t.Errorf("outcomes of rows: %v", told)
	}
	if w := d.Webshells()[0]; w.Outcome != string(outcome.Succeeded) {
		t.Errorf("web shell %s: outcome %q", w.Path, w.Outcome)
	}
	if in := d.Intruders()[0]; in.Fared[outcome.Succeeded] == 0 {
		t.Errorf("intruder: %v", in.Fared)
	}
	some := false
	for _, e := range d.Timeline() {
		some = some || e.Kind == "plant" && e.Outcome == outcome.Succeeded
	}
	if !some {
		t.Error("the timeline does not say that the plant succeeded")
	}
}

// The sign and the short word of every outcome are its own.
func TestOutcomeSigns(t *testing.T) {
	signs, words := map[string]bool{}, map[string]bool{}
	for _, o := range append([]outcome.Outcome{""}, outcome.Outcomes...) {
		if len(outcome.Sign(o)) != 1 || len(outcome.Short(o)) > 9 {
			t.Errorf("%q: sign %q, word %q", o, outcome.Sign(o), outcome.Short(o))
		}
		signs[outcome.Sign(o)], words[outcome.Short(o)] = true, true
	}
	if n := len(outcome.Outcomes) + 1; len(signs) != n || len(words) != n {
		t.Errorf("signs %v, words %v", signs, words)
	}
	f := outcome.NewFinder([]outcome.Attack{{Client: "a", Class: triage.XSS, Path: "/p", Outcome: outcome.Failed}})
	if a := f.Of(&triage.Request{Client: "a", Path: "/p"}, []triage.Finding{{Class: triage.XSS, Level: triage.Low}}); a == nil || a.Outcome != outcome.Failed {
		t.Errorf("found %v", a)
	}
	many := outcome.Attack{Client: "a", Class: triage.Probe, Paths: 3, Requests: 3, Outcome: outcome.Succeeded, Reasons: []triage.Reason{{Refs: []string{"r:1.1"}}}}
	for _, c := range []struct {
		ref    string
		status int
		want   outcome.Outcome
	}{{"r:1.1", 200, outcome.Succeeded}, {"r:1.1", 500, outcome.Succeeded}, {"r:1.2", 404, outcome.Failed}, {"r:1.3", 200, outcome.Succeeded}} {
		if got := many.Of(&triage.Request{Ref: c.ref, Status: c.status}); got != c.want {
			t.Errorf("%s answered %d in an attack that succeeded: %q", c.ref, c.status, got)
		}
	}
	if a := f.Of(&triage.Request{Client: "b", Path: "/p"}, []triage.Finding{{Class: triage.XSS, Level: triage.Low}}); a != nil {
		t.Errorf("found %v for another client", a)
	}
}

package desk

import (
	"context"
	"reflect"
	"testing"

	"spoor/index"
)

// What another version kept of the looks is of no use: every list and report tells what they find now, and nothing is
// written for it.
func TestLooksOfAnotherVersion(t *testing.T) {
	d := loaded(t, t.TempDir(), map[string]string{"a.log": bisection("198.51.100.7", "ann@corp.example", "mail", true)})
	all := func() map[string]any {
		r, err := d.Report(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return map[string]any{"incidents": d.Incidents(), "shells": d.Webshells(), "intruders": d.Intruders(), "attacks": d.Attacks("198.51.100.7"),
			"totals": d.StolenTotals(), "summary": r.Summary, "data read": r.DataRead}
	}
	want := all()
	if len(d.Attacks("198.51.100.7")) == 0 || d.StolenTotals().Succeeded == 0 {
		t.Fatal("nothing worked")
	}
	old := &index.Stolen{Made: "0/"}
	if err := d.Store.PutLooks(old, &index.Outcomes{Made: "0/"}); err != nil {
		t.Fatal(err)
	}
	for name, got := range all() {
		if !reflect.DeepEqual(got, want[name]) {
			t.Errorf("%s: %+v, want %+v", name, got, want[name])
		}
	}
	if kept, err := d.Store.Stolen(); err != nil || kept.Made != "0/" {
		t.Errorf("kept: %+v, %v", kept, err)
	}
}

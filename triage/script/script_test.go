package script_test

import (
	"encoding/base64"
	"testing"

	"spoor/triage"
	"spoor/triage/script"
)

func fires(found []triage.Finding, rule string) bool {
	for _, f := range found {
		if f.Rule == rule {
			return true
		}
	}
	return false
}

func TestRules(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range script.Rules() {
		if ids[r.ID] || r.ID == "" {
			t.Errorf("%s: id used twice, or empty", r.ID)
		}
		ids[r.ID] = true
		if r.Source == "" || r.Why == "" || r.Level == triage.None {
			t.Errorf("%s: source, why or level is missing", r.ID)
		}
		if len(r.Hit) == 0 && r.ID != "stands-out" { // StandOut has a test of its own
			t.Errorf("%s: no sample that must fire", r.ID)
		}
		for _, s := range r.Hit {
			if got := script.Read(s.Name, []byte(s.Text)); !fires(got.Findings, r.ID) {
				t.Errorf("%s: does not fire on %s %s\nfound %+v", r.ID, s.Name, s.Text, got)
			}
		}
		for _, s := range r.Miss {
			if got := script.Read(s.Name, []byte(s.Text)); fires(got.Findings, r.ID) {
				t.Errorf("%s: fires on %s %s\nfound %+v", r.ID, s.Name, s.Text, got.Findings)
			}
		}
	}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

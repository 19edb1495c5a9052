package triage_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"spoor/triage"
)

// labSummary is what the lab says of its attackers.
type labSummary struct {
	Attackers map[string]struct {
		Addresses []string
		First     string
		Last      string
	}
}

// The labelled incident as a chain: its clients are those of the two attackers and nobody else's, each in a lane of
// their own, from the first look to the last use, and the planting request is the labelled one.
func TestLabChain(t *testing.T) {
	needLab(t)
	var truth labSummary
	b, err := os.ReadFile(labDir + "/truth-summary.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &truth); err != nil {
		t.Fatal(err)
	}
	for name, reqs := range map[string][]triage.Request{"combined": readLog(t, "abc123", labDir+"/access.log.gz"), "iis": readIIS(t)} {
		sv, err := triage.Examine(triage.NewSliceLog(reqs, triage.NewJudge().Request), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		var chain *triage.Incident
		for i := range sv.Incidents {
			if in := &sv.Incidents[i]; len(in.Shells) > 0 {
				if chain != nil {
					t.Fatalf("%s: two incidents with shells: %s and %s", name, chain.Title, in.Title)
				}
				chain = in
			}
		}
		if chain == nil {
			t.Fatalf("%s: no incident with a shell", name)
		}
		lanes := map[string]string{}
		for _, l := range chain.Lanes {
			lanes[l.Label] = strings.Join(slices.Sorted(slices.Values(l.Clients)), " ")
		}
		for who, a := range truth.Attackers {
			if want := strings.Join(slices.Sorted(slices.Values(a.Addresses)), " "); lanes[who] != want {
				t.Errorf("%s: lane %s is %q, want %q", name, who, lanes[who], want)
			}
		}
		if len(chain.Clients) != 4 || len(chain.Lanes) != len(truth.Attackers) {
			t.Errorf("%s: clients %v in %d lanes", name, chain.Clients, len(chain.Lanes))
		}
		phases := ""
		for _, p := range chain.Phases {
			phases += fmt.Sprintf("%s %d ", p.Kind, p.Steps)
		}
		t.Logf("%s: %s: %s", name, chain.Title, phases)
		for _, s := range chain.Steps {
			t.Logf("  %s %s %-9s %-17s %s [%s] %s", s.Time.Format("01-02 15:04:05"), s.Lane, s.Kind, s.Client, s.Text, s.Ref, s.Link)
			if s.Kind == "plant" && name == "combined" && s.Ref != triage.RequestRef("abc123", 23722) {
				t.Errorf("%s: planted by %s", name, s.Ref)
			}
			if s.Link == "" && s.Kind != "file" {
				t.Errorf("%s: %s does not say why it belongs to the chain", name, s.Text)
			}
		}
		for _, s := range chain.Summary {
			t.Logf("  %s", s.Text)
		}
		if !strings.HasPrefix(phases, "recon 1 injection 3 plant 1 access 1 use 5") || chain.Level != triage.Critical {
			t.Errorf("%s: level %s, phases %s", name, chain.Level, phases)
		}
		for _, in := range sv.Incidents {
			if len(in.Shells) == 0 && in.Level > triage.Medium {
				t.Errorf("%s: %s is %s", name, in.Title, in.Level)
			}
		}
	}
}

// readIIS reads the lab's daily files as one log.
func readIIS(t *testing.T) []triage.Request {
	t.Helper()
	names, err := filepath.Glob(labDir + "/iis/*.log.gz")
	if err != nil || len(names) == 0 {
		t.Fatalf("no IIS logs: %v", err)
	}
	var out []triage.Request
	for i, n := range names {
		out = append(out, readLog(t, fmt.Sprintf("%06x", i+1), n)...)
	}
	return out
}

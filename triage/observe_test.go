package triage

import (
	"strings"
	"testing"
)

func TestToolSigns(t *testing.T) {
	for _, s := range toolSigns {
		if s.id == "" || s.why == "" || !strings.HasPrefix(s.source, "https://") || (s.rule == "") == (s.agent == "") {
			t.Errorf("%+v", s)
		}
	}
	if toolOf(Finding{Rule: "body-chopper-command"}) != "S0020" || toolOf(Finding{Rule: "body-command"}) != "" {
		t.Error("toolOf")
	}
	got := map[string]int{}
	observedTools(map[string][]uint64{"sqlmap/1.8": {7}, "S0020": {9}, "curl": {1}}, func(id, why string, rows []uint64) { got[id] = int(rows[0]) })
	if len(got) != 2 || got["S0225"] != 7 || got["S0020"] != 9 {
		t.Error(got)
	}
}

// Steps give their techniques to the intruder whose client they are, once, and possible steps to nobody.
func TestObserveSteps(t *testing.T) {
	w := &survey{}
	w.out.Intruders = []Intruder{{Clients: []string{"a"}, Observed: []Observable{{ID: "T1190"}}}, {Clients: []string{"b"}}}
	w.out.Incidents = []Incident{{Steps: []Step{
		{Client: "a", Ref: "r:1", Techniques: []string{"T1190", "T1059.004"}}, {Client: "a", Ref: "r:2", Techniques: []string{"T1059.004"}},
		{Client: "b", Ref: "r:3", Techniques: []string{"T1105"}, Confidence: "possible"}, {Ref: "r:4", Techniques: []string{"T1033"}},
	}}}
	w.observeSteps()
	if a := w.out.Intruders[0].Observed; len(a) != 2 || a[1].ID != "T1059.004" || a[1].Refs[0] != "r:1" {
		t.Errorf("%+v", a)
	}
	if b := w.out.Intruders[1].Observed; len(b) != 0 {
		t.Errorf("%+v", b)
	}
}

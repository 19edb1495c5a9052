package triage

// What an intruder shows besides what its requests are found for: the tools that findings give away, and the
// techniques of the steps of incidents that are its clients'.

import (
	"slices"
	"strings"
)

// maxObserved bounds the observables of an intruder.
const maxObserved = 40

// A toolSign says which software of ATT&CK a finding gives away. A name in an agent is easily given and easily
// taken off; a body in the form of a tool's own client is more.
type toolSign struct {
	id     string // of the software
	rule   string // prefix of the finding's rule; empty for an agent
	agent  string // in the agent's matched bytes, lower case; empty for a rule
	why    string
	source string
}

var toolSigns = []toolSign{
	{"S0225", "", "sqlmap", "the agent names sqlmap (ATT&CK S0225)", "https://attack.mitre.org/software/S0225/"},
	{"S0224", "", "havij", "the agent names Havij (ATT&CK S0224)", "https://attack.mitre.org/software/S0224/"},
	{"S0020", "body-chopper", "", "a request body in the form of the China Chopper client (ATT&CK S0020)", "https://attack.mitre.org/software/S0020/"},
}

// toolOf is the software that a finding gives away, as foe.Tools names it; empty for none.
func toolOf(f Finding) string {
	for _, s := range toolSigns {
		if s.rule != "" && strings.HasPrefix(f.Rule, s.rule) {
			return s.id
		}
	}
	return ""
}

// observedTools lists the software among the tools of a foe, by the name or id under which they were kept.
func observedTools(tools map[string][]uint64, add func(id, why string, rows []uint64)) {
	for _, s := range toolSigns {
		for _, t := range sortedKeys(tools) {
			if t == s.id || s.agent != "" && strings.Contains(strings.ToLower(t), s.agent) {
				add(s.id, s.why, tools[t])
				break
			}
		}
	}
}

// observeSteps adds to the intruders what the steps of incidents show that are their clients'.
func (w *survey) observeSteps() {
	of := map[string]*Intruder{}
	for i := range w.out.Intruders {
		for _, c := range w.out.Intruders[i].Clients {
			of[c] = &w.out.Intruders[i]
		}
	}
	for _, inc := range w.out.Incidents {
		for _, st := range inc.Steps {
			in := of[st.Client]
			if in == nil || st.Client == "" || st.Confidence == "possible" {
				continue
			}
			for _, id := range st.Techniques {
				if len(in.Observed) < maxObserved && !slices.ContainsFunc(in.Observed, func(o Observable) bool { return o.ID == id }) {
					refs := append([]string{st.Ref}, st.Refs...)
					in.Observed = append(in.Observed, Observable{ID: id, Why: "a step of the incident: " + VisibleN(st.Text, 160) + " (ATT&CK " + id + ")",
						Refs: slices.Clone(refs[:min(len(refs), MaxRefs)])})
				}
			}
		}
	}
}

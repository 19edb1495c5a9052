package triage

// Incidents: one object for the chain from the first attack to the last use of the shell it planted.
//
// A chain is built around shells. Intruders who planted or used a shell belong to its incident, and shells
// that share such an intruder belong to one. What each of them did before the plant (probes, injections, each
// place once with its count), the plant, the file, the first visit and each client's use become steps in the
// order of time. Scanners that have no part in any shell stay out. An intruder who attacked without a shell
// becomes an incident of his own, of level medium: whether he succeeded is not judged here.

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

const maxSteps = 200

// A chain is the makings of one incident.
type chain struct {
	intruders []int // positions in out.Intruders
	shells    []string
}

// buildIncidents makes the incidents from shells and intruders.
func (w *survey) buildIncidents() {
	for _, ch := range w.chains() {
		w.out.Incidents = append(w.out.Incidents, w.incident(ch))
	}
	sort.SliceStable(w.out.Incidents, func(i, j int) bool {
		a, b := &w.out.Incidents[i], &w.out.Incidents[j]
		if a.Level != b.Level {
			return a.Level > b.Level
		}
		return a.First.Before(b.First)
	})
}

// chains groups intruders by the shells they planted or used.
func (w *survey) chains() []chain {
	byShell := map[string]int{} // plain path to chain
	var out []chain
	for i, in := range w.out.Intruders {
		var at = -1
		touched := w.touched(in)
		for _, s := range touched {
			if n, ok := byShell[s]; ok {
				at = n
			}
		}
		if at < 0 {
			at = len(out)
			out = append(out, chain{})
		}
		out[at].intruders = append(out[at].intruders, i)
		for _, s := range touched {
			if _, ok := byShell[s]; !ok {
				byShell[s] = at
				out[at].shells = append(out[at].shells, s)
			}
		}
	}
	return out
}

// touched lists the plain paths of the shells that an intruder used or planted.
func (w *survey) touched(in Intruder) []string {
	var out []string
	for _, plain := range sortedKeys(w.shells) {
		p, planted := w.plants[w.shells[plain].Ref]
		if slices.Contains(in.Shells, w.shells[plain].Path) || planted && p.named && slices.Contains(in.Clients, p.client) {
			out = append(out, plain)
		}
	}
	return out
}

func (w *survey) incident(ch chain) Incident {
	var clients []string
	for _, i := range ch.intruders {
		clients = append(clients, w.out.Intruders[i].Clients...)
	}
	in := Incident{Level: Medium, Clients: []string{}, Shells: []string{}, Techniques: []string{}}
	var steps []Step
	planted := false
	for _, plain := range ch.shells {
		shell := w.shells[plain]
		in.Shells = append(in.Shells, shell.Path)
		in.Level = max(in.Level, High)
		if p, ok := w.plants[shell.Ref]; ok {
			planted = true
			in.Level = Critical
			steps = append(steps, w.plantStep(p, shell))
		}
		steps = append(steps, w.shellSteps(plain, clients)...)
	}
	steps = append(steps, w.attackSteps(clients)...)
	sort.SliceStable(steps, func(i, j int) bool {
		if !steps[i].Time.Equal(steps[j].Time) {
			return steps[i].Time.Before(steps[j].Time)
		}
		return stepOrder[steps[i].Kind] < stepOrder[steps[j].Kind]
	})
	in.Steps = steps[:min(len(steps), maxSteps)]
	for _, i := range ch.intruders {
		x := w.out.Intruders[i]
		in.Clients = append(in.Clients, x.Clients...)
		for _, o := range x.Observed {
			if strings.HasPrefix(o.ID, "T") && !slices.Contains(in.Techniques, o.ID) {
				in.Techniques = append(in.Techniques, o.ID)
			}
		}
		if in.First.IsZero() || x.First.Before(in.First) {
			in.First = x.First
		}
		if x.Last.After(in.Last) {
			in.Last = x.Last
		}
	}
	slices.Sort(in.Techniques)
	in.Title = w.title(in, planted)
	in.Ref = hashRef("i", strings.Join(append(slices.Clone(in.Shells), in.Clients[0]), "\x00"))
	return in
}

var stepOrder = map[string]int{"probe": 0, "injection": 1, "plant": 2, "file": 3, "access": 4, "use": 5}

func (w *survey) title(in Incident, planted bool) string {
	who := count(len(in.Clients), "client")
	switch {
	case planted:
		return fmt.Sprintf("shell planted: %s, %s", VisibleN(strings.Join(in.Shells, ", "), 100), who)
	case len(in.Shells) > 0:
		return fmt.Sprintf("shell used, plant not seen: %s, %s", VisibleN(strings.Join(in.Shells, ", "), 100), who)
	}
	return fmt.Sprintf("attacks without a shell by %s", VisibleN(strings.Join(in.Clients, ", "), 80))
}

func (w *survey) plantStep(p plantFact, shell *Webshell) Step {
	text := "likely writes " + baseOf(shell.Path) + ": " + shell.PlantWhy
	if p.named {
		text = fmt.Sprintf("writes %s %s at %s: the payload names %s", baseOf(shell.Path), what(p.finding),
			VisibleN(p.path, 60), VisibleN(p.finding.Target, 120))
	}
	return Step{Kind: "plant", Time: timeOf(p.time), Ref: w.whole.Cite(p.row).Ref, Client: p.client, Text: text}
}

// shellSteps are the file, the first visit and each client's use.
func (w *survey) shellSteps(plain string, clients []string) []Step {
	shell, s := w.shells[plain], w.scripts[plain]
	var out []Step
	if f := shell.File; f != nil && !f.ModTime.IsZero() {
		out = append(out, Step{Kind: "file", Time: f.ModTime.UTC(), Ref: f.Ref,
			Text: fmt.Sprintf("%s was last written, %s: %s", baseOf(f.Path), f.Verdict, VisibleN(f.Path, 120))})
	}
	out = append(out, Step{Kind: "access", Time: timeOf(s.First), Ref: w.whole.Cite(s.FirstRow).Ref, Client: s.firstUser(),
		Text: "first visit to " + baseOf(shell.Path) + " that is answered"})
	for _, c := range sortedKeys(s.Clients) {
		u := s.Clients[c]
		if !slices.Contains(clients, c) {
			continue
		}
		text := fmt.Sprintf("%s to %s", count(u.N, "request"), baseOf(shell.Path))
		if u.Last > u.First {
			text += " until " + timeOf(u.Last).Format("2006-01-02 15:04:05Z")
		}
		out = append(out, Step{Kind: "use", Time: timeOf(u.First), Ref: w.whole.Cite(u.FirstRow).Ref, Client: c, Text: text})
	}
	return out
}

// attackSteps are the probes and injections of the incident's clients, one step for each client and place.
func (w *survey) attackSteps(clients []string) []Step {
	var out []Step
	for _, c := range clients {
		h := w.hostile[c]
		if h == nil {
			continue
		}
		for _, a := range h.sortedPoints() {
			if w.shells[scriptKey(a.Path)] != nil {
				continue
			}
			kind := "injection"
			if a.Level < High {
				kind = "probe"
			}
			text := fmt.Sprintf("%s at %s%s: %s", count(a.N, "request"), VisibleN(a.Path, 80), fieldWords(a.Fields), classWords(a.Classes))
			text += fmt.Sprintf("; %d answered 2xx", a.Answered)
			if a.Last > a.First {
				text += "; until " + timeOf(a.Last).Format("2006-01-02 15:04:05Z")
			}
			out = append(out, Step{Kind: kind, Time: timeOf(a.First), Ref: w.whole.Cite(a.FirstRow).Ref, Client: c, Text: text, Refs: w.refs(a.Rows)})
		}
		for _, sp := range h.Spans {
			if sp.Rule == "scan-enumeration" || sp.Class == Bruteforce {
				out = append(out, Step{Kind: "probe", Time: timeOf(sp.First), Ref: w.whole.Cite(sp.FirstRow).Ref, Client: c, Text: sp.Why})
			}
		}
	}
	return out
}

// baseOf is the name of a file without its folders, safe to draw.
func baseOf(path string) string { return VisibleN(path[strings.LastIndexAny(path, `/\\`)+1:], 60) }

// classWords names the classes, most frequent first.
func classWords(m map[Class]int) string {
	names := map[Class]string{SQLi: "SQL injection", RCE: "command or code injection", Traversal: "traversal or inclusion", Upload: "upload", WebshellUse: "shell commands"}
	classes := sortedKeys(m)
	sort.SliceStable(classes, func(i, j int) bool { return m[classes[i]] > m[classes[j]] })
	var out []string
	for _, c := range classes {
		out = append(out, names[c])
	}
	return strings.Join(out, ", ")
}

// fieldWords names the parameter most used, if the attack keeps to parameters.
func fieldWords(m map[string]int) string {
	best, n := "", 0
	for _, f := range sortedKeys(m) {
		if m[f] > n {
			best, n = f, m[f]
		}
	}
	if p, ok := strings.CutPrefix(best, "query:"); ok && p != "" {
		return " in " + VisibleN(p, 40)
	}
	return ""
}

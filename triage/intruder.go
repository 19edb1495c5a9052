package triage

// Intruders: clients that share so much that one hand is likely behind them.
//
// Only clients that attack one place again and again or that use a shell are looked at. Two are linked when they come to the same shell with
// the same agent, when one first uses what the other planted within the hour, or when they attack with an
// agent that hardly anyone else has. Sharing a shell alone is no link: shells are passed on and sold, and
// telling their users apart is what matters. Names that a tool gives itself are no link either.

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

const (
	minInsist    = 5 // attacks on one place that make a client an intruder without a shell
	maxIntruders = 500
)

// buildIntruders groups the clients and describes each group.
func (w *survey) buildIntruders() error {
	g := &grouping{parent: map[string]string{}, links: map[string][]Reason{}}
	for _, c := range sortedKeys(w.hostile) {
		if w.hostile[c].insists() && len(g.parent) < maxFoes {
			g.add(c)
		}
	}
	if err := w.countAgents(g); err != nil {
		return err
	}
	w.linkByShell(g)
	w.linkByAgent(g)
	for _, clients := range g.groups() {
		w.out.Intruders = append(w.out.Intruders, w.describe(clients, g))
	}
	sort.SliceStable(w.out.Intruders, func(i, j int) bool {
		a, b := &w.out.Intruders[i], &w.out.Intruders[j]
		if (len(a.Shells) > 0) != (len(b.Shells) > 0) {
			return len(a.Shells) > 0
		}
		return a.First.Before(b.First)
	})
	w.out.Intruders = w.out.Intruders[:min(len(w.out.Intruders), maxIntruders)]
	var clients []string
	for i := range w.out.Intruders {
		w.out.Intruders[i].Name = fmt.Sprintf("Intruder %d", i+1)
		clients = append(clients, w.out.Intruders[i].Clients...)
	}
	counts, err := w.whole.Count(Clients, clients) // in one go: each asks the whole store
	if err != nil {
		return err
	}
	for i := range w.out.Intruders {
		in := &w.out.Intruders[i]
		for range in.Clients {
			in.Requests += counts[0]
			counts = counts[1:]
		}
	}
	return nil
}

// countAgents counts the requests of the whole log with the agents that a link could rest on.
func (w *survey) countAgents(g *grouping) error {
	names := map[string]bool{}
	for _, plain := range sortedKeys(w.shells) {
		for _, u := range w.scripts[plain].Clients {
			for a := range u.Agents {
				names[a] = true
			}
		}
	}
	for c := range g.parent {
		if h := w.hostile[c]; h != nil {
			for a := range h.Agents {
				names[a] = true
			}
		}
	}
	list := sortedKeys(names)
	counts, err := w.whole.Count(Agents, list)
	if err != nil {
		return err
	}
	w.perAgent = map[string]int{}
	for i, a := range list {
		w.perAgent[a] = counts[i]
	}
	return nil
}

// insists reports whether a client attacked one place again and again. The probers that try one payload each
// at many places come to every site and are no intruders; their requests are findings all the same.
func (f *foe) insists() bool {
	for _, a := range f.Points {
		if a.N >= minInsist {
			return true
		}
	}
	return false
}

// linkByShell adds the users and planters of shells and links those who share an agent on the same shell.
func (w *survey) linkByShell(g *grouping) {
	for _, plain := range sortedKeys(w.shells) {
		shell, s := w.shells[plain], w.scripts[plain]
		byAgent := map[string]string{}
		for _, c := range sortedKeys(s.Clients) {
			g.add(c)
			for _, a := range sortedKeys(s.Clients[c].Agents) {
				first, ok := byAgent[a]
				if !ok {
					byAgent[a] = c
					continue
				}
				g.link(first, c, Reason{ID: "shell-agent", Weight: 3,
					Text: fmt.Sprintf("%s and %s come to %s with the same agent %s", VisibleN(first, 60), VisibleN(c, 60), VisibleN(shell.Path, 80), w.agentShare(a)),
					Refs: w.refs([]uint64{s.Clients[first].FirstRow, s.Clients[c].FirstRow})})
			}
		}
		p, ok := w.plants[shell.Ref]
		if !ok || !p.named {
			continue
		}
		g.add(p.client)
		if first := s.firstUser(); first != p.client && s.First-p.time <= 3600*1000 {
			g.link(p.client, first, Reason{ID: "first-use", Weight: 2,
				Text: fmt.Sprintf("%s is the first to use what %s planted, %s later", VisibleN(first, 60), VisibleN(p.client, 60), lasted(p.time, s.First)),
				Refs: w.refs([]uint64{p.row, s.FirstRow})})
		}
	}
}

// agentShare says how much of the site's traffic carries an agent, since a common one links little.
func (w *survey) agentShare(agent string) string {
	return fmt.Sprintf("%q, which %s of all %d carry", VisibleN(agent, 60), count(w.perAgent[agent], "request"), w.period.Requests)
}

// linkByAgent links attackers whose agent is theirs nearly alone.
func (w *survey) linkByAgent(g *grouping) {
	users := map[string][]string{}
	tool := map[string]bool{}
	for _, c := range sortedKeys(g.parent) {
		if h := w.hostile[c]; h != nil {
			for _, a := range sortedKeys(h.Agents) {
				users[a] = append(users[a], c)
				tool[a] = tool[a] || h.Agents[a].Tool
			}
		}
	}
	for _, a := range sortedKeys(users) {
		list := users[a]
		if len(list) < 2 || len(list) > 4 || tool[a] || len(a) < 12 {
			continue
		}
		hostile := 0
		for _, c := range list {
			hostile += w.hostile[c].Agents[a].N
		}
		if hostile*2 < w.perAgent[a] {
			continue
		}
		one := list[0]
		for _, c := range list[1:] {
			g.link(one, c, Reason{ID: "rare-agent", Weight: 2,
				Text: fmt.Sprintf("%s and %s attack with an agent that hardly anyone else has: %s", VisibleN(one, 60), VisibleN(c, 60), w.agentShare(a)),
				Refs: w.refs([]uint64{w.hostile[one].Agents[a].FirstRow, w.hostile[c].Agents[a].FirstRow})})
		}
	}
}

// describe makes an intruder of a group of clients.
func (w *survey) describe(clients []string, g *grouping) Intruder {
	in := Intruder{Links: g.reasons(clients), Shells: []string{}, Observed: []Observable{}}
	agents := map[string]bool{}
	var first, last int64
	see := func(a, b int64) {
		if first == 0 || a != 0 && a < first {
			first = a
		}
		last = max(last, b)
	}
	for _, c := range clients {
		if h := w.hostile[c]; h != nil {
			in.Hostile += h.Hostile
			see(h.First, h.Last)
			for a := range h.Agents {
				agents[a] = true
			}
		}
	}
	for _, plain := range sortedKeys(w.shells) {
		s := w.scripts[plain]
		used := false
		for _, c := range clients {
			if u := s.Clients[c]; u != nil {
				used = true
				in.Hostile += u.N
				see(u.First, u.Last)
				for a := range u.Agents {
					agents[a] = true
				}
			}
		}
		if used {
			in.Shells = append(in.Shells, w.shells[plain].Path)
		}
	}
	in.Agents = sortedKeys(agents)
	in.First, in.Last = timeOf(first), timeOf(last)
	sort.SliceStable(clients, func(i, j int) bool { return w.firstOf(clients[i]) < w.firstOf(clients[j]) })
	in.Clients = slices.Clone(clients)
	in.Ref = hashRef("a", in.Clients[0])
	in.Observed = w.observe(clients, in.Shells)
	return in
}

// firstOf is when a client first did something hostile.
func (w *survey) firstOf(c string) int64 {
	first := int64(maxTimeMS)
	if h := w.hostile[c]; h != nil {
		first = h.First
	}
	for _, plain := range sortedKeys(w.shells) {
		if u := w.scripts[plain].Clients[c]; u != nil {
			first = min(first, u.First)
		}
	}
	return first
}

// observe lists what a knowledge base of actors may know of the group. Each rule says who maps what was seen
// to the technique.
func (w *survey) observe(clients []string, shells []string) []Observable {
	var out []Observable
	add := func(id, why string, rows []uint64) {
		if len(rows) > 0 {
			out = append(out, Observable{ID: id, Why: why, Refs: w.refs(rows)})
		}
	}
	var exploit, scan, brute, words []uint64
	tools := map[string][]uint64{}
	for _, c := range clients {
		if h := w.hostile[c]; h != nil {
			for _, a := range h.sortedPoints() {
				exploit = append(exploit, a.FirstRow)
			}
			for _, t := range sortedKeys(h.Tools) {
				tools[t] = append(tools[t], h.Tools[t])
			}
			for _, sp := range h.Spans {
				switch sp.Rule {
				case "scan-enumeration", "probe-shell-sweep":
					words = append(words, sp.FirstRow)
				case "scan-active":
					scan = append(scan, sp.FirstRow)
				case "brute-login", "brute-refused":
					brute = append(brute, sp.FirstRow)
				}
			}
		}
	}
	add("T1190", "injection payloads sent to a public web application (ATT&CK T1190, Exploit Public-Facing Application)", exploit)
	var uses []uint64
	for _, plain := range sortedKeys(w.shells) {
		for _, c := range clients {
			if u := w.scripts[plain].Clients[c]; u != nil {
				uses = append(uses, u.FirstRow)
			}
		}
	}
	if len(shells) > 0 {
		add("T1505.003", "used a script that ranks as a web shell (ATT&CK T1505.003, Web Shell)", uses)
	}
	add("T1595.002", "sent many payloads in quick succession (ATT&CK T1595.002, Vulnerability Scanning)", scan)
	add("T1595.003", "asked for lists of paths that do not exist (ATT&CK T1595.003, Wordlist Scanning)", words)
	add("T1110", "guessed passwords (ATT&CK T1110, Brute Force)", brute)
	for _, t := range sortedKeys(tools) {
		if strings.Contains(t, "sqlmap") {
			add("S0225", "the agent names sqlmap (ATT&CK S0225)", tools[t])
			break
		}
	}
	return out
}

// A grouping is a union of clients, with the reasons for each link.
type grouping struct {
	parent map[string]string
	links  map[string][]Reason // by the client on the far side of the link
}

func (g *grouping) add(c string) {
	if _, ok := g.parent[c]; !ok {
		g.parent[c] = c
	}
}

func (g *grouping) root(c string) string {
	for g.parent[c] != c {
		g.parent[c] = g.parent[g.parent[c]]
		c = g.parent[c]
	}
	return c
}

func (g *grouping) link(a, b string, why Reason) {
	g.add(a)
	g.add(b)
	if len(g.links[b]) < MaxRefs {
		g.links[b] = append(g.links[b], why)
	}
	ra, rb := g.root(a), g.root(b)
	g.parent[max(ra, rb)] = min(ra, rb)
}

// groups lists the groups, each sorted.
func (g *grouping) groups() [][]string {
	by := map[string][]string{}
	for _, c := range sortedKeys(g.parent) {
		r := g.root(c)
		by[r] = append(by[r], c)
	}
	var out [][]string
	for _, r := range sortedKeys(by) {
		out = append(out, by[r])
	}
	return out
}

func (g *grouping) reasons(clients []string) []Reason {
	out := []Reason{}
	for _, c := range clients {
		out = append(out, g.links[c]...)
	}
	return out[:min(len(out), MaxRefs)]
}

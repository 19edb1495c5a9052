package triage

// Intruders: clients that share so much that one hand is likely behind them.
//
// Only clients that attack one place again and again, or that plant or use a shell, are looked at, and those whose
// acts were read because they share a place or an agent with one of these. Sharing a shell alone is no link: shells
// are passed on and sold, and telling their users apart is what matters. See linkClients for what is one.

import (
	"fmt"
	"slices"
	"sort"
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
	for _, k := range w.keys {
		for _, u := range w.uses[k] {
			g.add(u.client)
		}
		if p, ok := w.plantOf(k); ok && p.named {
			g.add(p.client)
		}
	}
	if err := w.countAgents(g); err != nil {
		return err
	}
	w.linkClients(g)
	groups, said := regroup(g.groups(), w.words)
	for _, clients := range groups {
		first := clients[0]
		in := w.describe(clients, g)
		in.Links = append(said[first], in.Links...)
		w.out.Intruders = append(w.out.Intruders, in)
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
	for _, k := range w.keys {
		for _, u := range w.scripts[k.plain].Clients {
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
	for _, k := range w.keys {
		used := false
		for _, c := range clients {
			if !w.usedBy(k, c) {
				continue
			}
			u := w.scripts[k.plain].Clients[c]
			used = true
			in.Hostile += u.N
			see(u.First, u.Last)
			for a := range u.Agents {
				agents[a] = true
			}
		}
		if path := w.shells[k.plain].Path; used && !slices.Contains(in.Shells, path) {
			in.Shells = append(in.Shells, path)
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
	for _, k := range w.keys {
		if w.usedBy(k, c) {
			first = min(first, w.scripts[k.plain].Clients[c].First)
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
	for _, k := range w.keys {
		for _, c := range clients {
			if w.usedBy(k, c) {
				uses = append(uses, w.firstUse(k, c))
			}
		}
	}
	if len(shells) > 0 {
		add("T1505.003", "used a script that ranks as a web shell (ATT&CK T1505.003, Web Shell)", uses)
	}
	add("T1595.002", "sent many payloads in quick succession (ATT&CK T1595.002, Vulnerability Scanning)", scan)
	add("T1595.003", "asked for lists of paths that do not exist (ATT&CK T1595.003, Wordlist Scanning)", words)
	add("T1110", "guessed passwords (ATT&CK T1110, Brute Force)", brute)
	observedTools(tools, add)
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

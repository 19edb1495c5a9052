package triage

// Intruders: clients that share so much that one hand is likely behind them.
//
// Only clients that attack one place again and again or that use a shell are looked at. Two are linked when they come to the same shell with
// the same agent, when one first uses what the other planted within the hour, or when they attack with an
// agent that hardly anyone else has. Sharing a shell alone is no link: shells are passed on and sold, and
// telling their users apart is what matters. Names that a tool gives itself are no link either.

import (
	"fmt"
	"sort"
	"strings"
)

const (
	minInsist    = 5 // attacks on one place that make a client an intruder without a shell
	maxIntruders = 500
)

// buildIntruders groups the clients and describes each group.
func (w *survey) buildIntruders() {
	g := &grouping{parent: map[uint32]uint32{}, links: map[uint32][]Reason{}}
	for _, c := range sortedKeys(w.hostile) {
		if w.hostile[c].insists() && len(g.parent) < maxFoes {
			g.add(c)
		}
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
	for i := range w.out.Intruders {
		w.out.Intruders[i].Name = fmt.Sprintf("Intruder %d", i+1)
	}
}

// insists reports whether a client attacked one place again and again. The probers that try one payload each
// at many places come to every site and are no intruders; their requests are findings all the same.
func (f *foe) insists() bool {
	for _, a := range f.points {
		if a.n >= minInsist {
			return true
		}
	}
	return false
}

// linkByShell adds the users and planters of shells and links those who share an agent on the same shell.
func (w *survey) linkByShell(g *grouping) {
	for _, plain := range sortedKeys(w.shells) {
		shell, s := w.shells[plain], w.scripts.byPlain[plain]
		byAgent := map[uint32]uint32{}
		for _, c := range sortedKeys(s.clients) {
			g.add(c)
			for _, a := range sortedKeys(s.clients[c].agents) {
				first, ok := byAgent[a]
				if !ok {
					byAgent[a] = c
					continue
				}
				g.link(first, c, Reason{ID: "shell-agent", Weight: 3,
					Text: fmt.Sprintf("%s and %s come to %s with the same agent %s", w.client(first), w.client(c), VisibleN(shell.Path, 80), w.agentShare(a)),
					Refs: w.refs([]uint64{s.clients[first].firstRow, s.clients[c].firstRow})})
			}
		}
		p, ok := w.plants[shell.Ref]
		if !ok || !p.named {
			continue
		}
		g.add(p.client)
		if first := firstUser(s); first != p.client && s.first-p.time <= 3600*1000 {
			g.link(p.client, first, Reason{ID: "first-use", Weight: 2,
				Text: fmt.Sprintf("%s is the first to use what %s planted, %s later", w.client(first), w.client(p.client), lasted(p.time, s.first)),
				Refs: w.refs([]uint64{p.row, s.firstRow})})
		}
	}
}

// agentShare says how much of the site's traffic carries an agent, since a common one links little.
func (w *survey) agentShare(agent uint32) string {
	n := int(w.site.perAgent[agent])
	name := VisibleN(w.log.Text(Agents, agent), 60)
	return fmt.Sprintf("%q, which %s of all %d carry", name, count(n, "request"), w.site.requests)
}

// linkByAgent links attackers whose agent is theirs nearly alone.
func (w *survey) linkByAgent(g *grouping) {
	type user struct {
		client uint32
		row    uint64
		n      int
	}
	users := map[uint32][]user{}
	tool := map[uint32]bool{}
	_ = w.log.Visits(func(v *Visit) bool { // the log was read before without error
		if !g.has(v.Client) || v.Judged == 0 || v.Agent == 0 {
			return true
		}
		for _, f := range w.log.Findings(v.Judged) {
			if f.Class == Scan && f.Field == "agent" {
				tool[v.Agent] = true
			}
		}
		list := users[v.Agent]
		for i := range list {
			if list[i].client == v.Client {
				list[i].n++
				return true
			}
		}
		if len(list) < 8 {
			users[v.Agent] = append(list, user{v.Client, v.Row, 1})
		}
		return true
	})
	for _, a := range sortedKeys(users) {
		list := users[a]
		hostile := 0
		for _, u := range list {
			hostile += u.n
		}
		if len(list) < 2 || len(list) > 4 || tool[a] || hostile*2 < int(w.site.perAgent[a]) || len(w.log.Text(Agents, a)) < 12 {
			continue
		}
		for _, u := range list[1:] {
			g.link(list[0].client, u.client, Reason{ID: "rare-agent", Weight: 2,
				Text: fmt.Sprintf("%s and %s attack with an agent that hardly anyone else has: %s", w.client(list[0].client), w.client(u.client), w.agentShare(a)),
				Refs: w.refs([]uint64{list[0].row, u.row})})
		}
	}
}

// describe makes an intruder of a group of clients.
func (w *survey) describe(clients []uint32, g *grouping) Intruder {
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
		in.Requests += int(w.site.perClient[c])
		if h := w.hostile[c]; h != nil {
			in.Hostile += h.hostile
			see(h.first, h.last)
			for _, a := range sortedKeys(h.agents) {
				agents[w.log.Text(Agents, a)] = true
			}
		}
	}
	for _, plain := range sortedKeys(w.shells) {
		s := w.scripts.byPlain[plain]
		used := false
		for _, c := range clients {
			if u := s.clients[c]; u != nil {
				used = true
				in.Hostile += u.n
				see(u.first, u.last)
				for _, a := range sortedKeys(u.agents) {
					agents[w.log.Text(Agents, a)] = true
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
	for _, c := range clients {
		in.Clients = append(in.Clients, w.log.Text(Clients, c))
	}
	in.Ref = hashRef("a", in.Clients[0])
	in.Observed = w.observe(clients, in.Shells)
	return in
}

// firstOf is when a client first did something hostile.
func (w *survey) firstOf(c uint32) int64 {
	first := int64(maxTimeMS)
	if h := w.hostile[c]; h != nil {
		first = h.first
	}
	for _, plain := range sortedKeys(w.shells) {
		if u := w.scripts.byPlain[plain].clients[c]; u != nil {
			first = min(first, u.first)
		}
	}
	return first
}

func (w *survey) client(c uint32) string { return VisibleN(w.log.Text(Clients, c), 60) }

func firstUser(s *script) uint32 {
	best := uint32(0)
	for _, c := range sortedKeys(s.clients) {
		if b := s.clients[best]; b == nil || s.clients[c].first < b.first {
			best = c
		}
	}
	return best
}

// observe lists what a knowledge base of actors may know of the group. Each rule says who maps what was seen
// to the technique.
func (w *survey) observe(clients []uint32, shells []string) []Observable {
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
				exploit = append(exploit, a.firstRow)
			}
			for t, row := range h.toolRow {
				tools[t] = append(tools[t], row)
			}
		}
		for _, sp := range w.sessions.spans[c] {
			switch sp.finding.Rule {
			case "scan-enumeration", "probe-shell-sweep":
				words = append(words, sp.firstRow)
			case "scan-active":
				scan = append(scan, sp.firstRow)
			case "brute-login", "brute-refused":
				brute = append(brute, sp.firstRow)
			}
		}
	}
	add("T1190", "injection payloads sent to a public web application (ATT&CK T1190, Exploit Public-Facing Application)", exploit)
	var uses []uint64
	for _, plain := range sortedKeys(w.shells) {
		for _, c := range clients {
			if u := w.scripts.byPlain[plain].clients[c]; u != nil {
				uses = append(uses, u.firstRow)
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
	parent map[uint32]uint32
	links  map[uint32][]Reason // by the client on the far side of the link
}

func (g *grouping) add(c uint32) {
	if _, ok := g.parent[c]; !ok {
		g.parent[c] = c
	}
}

func (g *grouping) has(c uint32) bool { _, ok := g.parent[c]; return ok }

func (g *grouping) root(c uint32) uint32 {
	for g.parent[c] != c {
		g.parent[c] = g.parent[g.parent[c]]
		c = g.parent[c]
	}
	return c
}

func (g *grouping) link(a, b uint32, why Reason) {
	g.add(a)
	g.add(b)
	if len(g.links[b]) < MaxRefs {
		g.links[b] = append(g.links[b], why)
	}
	ra, rb := g.root(a), g.root(b)
	g.parent[max(ra, rb)] = min(ra, rb)
}

// groups lists the groups, each sorted.
func (g *grouping) groups() [][]uint32 {
	by := map[uint32][]uint32{}
	for _, c := range sortedKeys(g.parent) {
		r := g.root(c)
		by[r] = append(by[r], c)
	}
	var out [][]uint32
	for _, r := range sortedKeys(by) {
		out = append(out, by[r])
	}
	return out
}

func (g *grouping) reasons(clients []uint32) []Reason {
	out := []Reason{}
	for _, c := range clients {
		out = append(out, g.links[c]...)
	}
	return out[:min(len(out), MaxRefs)]
}

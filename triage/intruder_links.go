package triage

// Links: why two clients are one intruder.
//
// Every sign that two clients share has a weight from 1 (weak) to 4 (enough alone), and two clients are linked when
// the weights of their signs reach linkScore. Of signs of one kind (two agents, two hand-overs) only the heaviest
// counts. So no weak sign links by itself: users of one shell stay apart unless they also share an agent and, where
// that agent is a common one, their hours or the way they take turns as well.
//
// A worked example: 203.0.113.77 and 198.51.100.203 both use /rthumb.php (1), both with an agent of 2001 that nobody
// else sends (3): 4, one intruder. 192.0.2.146 uses it too (1), at the same hours (1), with other agents: 2, another.
//
// Known weakness: two people who share a shell, a tool and a time zone are taken for one, and one person who
// changes everything at once for two.

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"
)

const (
	linkScore  = 4
	handOverMS = 30 * 60 * 1000 // between two clients' visits
	maxBucket  = 8              // clients that share a thing, beyond which sharing it says nothing
	maxShapes  = 200
	minPace    = 20 // intervals that make a pace
)

// A link is a pair of clients, the lesser name first.
type link struct{ a, b string }

// links gathers the signs of pairs.
type links map[link][]Reason

// add notes a sign; of those of the same kind (its ID up to the first "-") the heaviest stays.
func (l links) add(a, b string, r Reason) {
	if a == b {
		return
	}
	k := link{min(a, b), max(a, b)}
	kind, _, _ := strings.Cut(r.ID, "-")
	for i, o := range l[k] {
		if other, _, _ := strings.Cut(o.ID, "-"); other == kind {
			if r.Weight > o.Weight {
				l[k][i] = r
			}
			return
		}
	}
	l[k] = append(l[k], r)
}

// linkClients weighs what the clients share and links those who share enough.
func (w *survey) linkClients(g *grouping) {
	l := links{}
	for _, k := range w.keys {
		w.linkUsers(l, k)
		w.linkPlanter(l, k)
	}
	w.linkAgents(l, g)
	w.linkPlaces(l, g)
	w.linkPayloads(l)
	pairs := make([]link, 0, len(l))
	for k := range l {
		pairs = append(pairs, k)
	}
	slices.SortFunc(pairs, func(x, y link) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	for _, k := range pairs {
		sum := 0
		for _, r := range l[k] {
			sum += r.Weight
		}
		if sum < linkScore {
			continue
		}
		sort.SliceStable(l[k], func(i, j int) bool { return l[k][i].Weight > l[k][j].Weight })
		for _, r := range l[k] {
			g.link(k.a, k.b, r)
		}
	}
}

// linkUsers weighs what the users of one shell share.
func (w *survey) linkUsers(l links, k shellKey) {
	users := w.uses[k]
	shell := VisibleN(w.shells[k.plain].Path, 80)
	byShell := map[string]int{} // requests to the shell by agent
	for _, u := range users {
		for _, a := range u.acts {
			byShell[a.agent]++
		}
	}
	for i, x := range users {
		for _, y := range users[i+1:] {
			both := VisibleN(x.client, 60) + " and " + VisibleN(y.client, 60)
			refs := w.refs([]uint64{w.firstUse(k, x.client), w.firstUse(k, y.client)})
			l.add(x.client, y.client, Reason{ID: "shell", Weight: 1, Text: fmt.Sprintf("%s both use %s", both, shell), Refs: refs})
			for _, agent := range w.sharedAgents(k, x.client, y.client) {
				others := max(0, w.perAgent[agent]-byShell[agent])
				l.add(x.client, y.client, Reason{ID: "agent-shell", Weight: w.agentWeight(others), Refs: refs,
					Text: fmt.Sprintf("%s come to %s with the same agent %s", both, shell, w.agentShare(agent, others))})
			}
			if r, ok := turns(x.acts, y.acts); ok {
				r.Text, r.Refs = both+" "+r.Text, refs
				l.add(x.client, y.client, r)
			}
			if from, to, ok := sameHours(x.acts, y.acts); ok {
				l.add(x.client, y.client, Reason{ID: "hours", Weight: 1, Refs: refs,
					Text: fmt.Sprintf("%s come to it between %02d:00 and %02d:00 UTC only, on several days each", both, from, to)})
			}
		}
	}
}

// firstUse is the row of a client's first use of a shell.
func (w *survey) firstUse(k shellKey, client string) uint64 {
	for _, u := range w.uses[k] {
		if u.client == client && len(u.acts) > 0 {
			return u.acts[0].row
		}
	}
	return w.scripts[k.plain].Clients[client].FirstRow
}

// sharedAgents are the agents with which both clients came to a shell.
func (w *survey) sharedAgents(k shellKey, a, b string) []string {
	var out []string
	s := w.scripts[k.plain]
	for _, agent := range sortedKeys(s.Clients[a].Agents) {
		if _, ok := s.Clients[b].Agents[agent]; ok {
			out = append(out, agent)
		}
	}
	return out
}

// agentWeight says how much it means to share an agent that so many other requests carry.
func (w *survey) agentWeight(others int) int {
	switch {
	case others*200 < w.period.Requests:
		return 3
	case others*7 < w.period.Requests:
		return 2
	}
	return 1
}

// agentShare says how much of the site's other traffic carries an agent, since a common one links little.
func (w *survey) agentShare(agent string, others int) string {
	if others == 0 {
		return fmt.Sprintf("%q, which no other of all %s carries", VisibleN(agent, 60), count(w.period.Requests, "request"))
	}
	return fmt.Sprintf("%q, which %s of all %d carry besides", VisibleN(agent, 60), count(others, "request"), w.period.Requests)
}

// turns weighs how two clients' acts lie in time: one takes over where the other stops, or they alternate.
func turns(x, y []*act) (Reason, bool) {
	type mark struct {
		time  int64
		first bool
	}
	var all []mark
	for _, a := range x {
		all = append(all, mark{a.time, true})
	}
	for _, a := range y {
		all = append(all, mark{a.time, false})
	}
	slices.SortStableFunc(all, func(a, b mark) int { return cmp.Compare(a.time, b.time) })
	switches, near := 0, int64(-1)
	for i := 1; i < len(all); i++ {
		if all[i].first == all[i-1].first {
			continue
		}
		switches++
		if d := all[i].time - all[i-1].time; near < 0 || d < near {
			near = d
		}
	}
	if len(x) == 0 || len(y) == 0 || near < 0 {
		return Reason{}, false
	}
	within := lasted(0, near)
	switch {
	case near <= handOverMS && switches >= 3:
		return Reason{ID: "turns-alternate", Weight: 2, Text: fmt.Sprintf("take turns %d times, as little as %s apart", switches, within)}, true
	case near <= handOverMS:
		return Reason{ID: "turns-handover", Weight: 2, Text: fmt.Sprintf("come one after the other: the second begins %s after the first stops", within)}, true
	case switches <= 2:
		return Reason{ID: "turns-apart", Weight: 1, Text: "are never there at the same time"}, true
	}
	return Reason{}, false
}

// sameHours finds a window of four hours of the day that holds all acts of both, each of which came on two days.
func sameHours(x, y []*act) (from, to int, ok bool) {
	var used [24]bool
	for _, list := range [][]*act{x, y} {
		seen := map[int64]bool{}
		for _, a := range list {
			if a.time > 0 {
				seen[a.time/86_400_000] = true
				used[hourOf(a.time)] = true
			}
		}
		if len(seen) < 2 {
			return 0, 0, false
		}
	}
	for h := range 24 {
		rest := true
		for i := 4; i < 24; i++ {
			rest = rest && !used[(h+i)%24]
		}
		if rest {
			return h, (h + 4) % 24, true
		}
	}
	return 0, 0, false
}

// linkPlanter weighs the first use of what another client planted: nobody else knows the path yet.
func (w *survey) linkPlanter(l links, k shellKey) {
	p, ok := w.plantOf(k)
	users := w.uses[k]
	if !ok || !p.named || len(users) == 0 {
		return
	}
	first := users[0].client
	at := w.scripts[k.plain].Clients[first].First
	if len(users[0].acts) > 0 {
		at = users[0].acts[0].time
	}
	weight := 0
	switch d := at - p.time; {
	case d <= 3600*1000:
		weight = linkScore
	case d <= 24*3600*1000:
		weight = 2
	}
	if weight > 0 {
		l.add(p.client, first, Reason{ID: "first-use", Weight: weight, Refs: w.refs([]uint64{p.row, w.firstUse(k, first)}),
			Text: fmt.Sprintf("%s is the first to use what %s planted, %s later", VisibleN(first, 60), VisibleN(p.client, 60), lasted(p.time, at))})
	}
}

// linkAgents weighs agents that attack and that hardly anyone else has. Names that a tool gives itself are none.
func (w *survey) linkAgents(l links, g *grouping) {
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
		if len(list) < 2 || len(list) > maxBucket/2 || tool[a] || len(a) < 12 {
			continue
		}
		hostile := 0
		for _, c := range list {
			hostile += w.hostile[c].Agents[a].N
		}
		if hostile*2 < w.perAgent[a] {
			continue
		}
		for i, x := range list {
			for _, y := range list[i+1:] {
				l.add(x, y, Reason{ID: "agent-rare", Weight: 3, Refs: w.refs([]uint64{w.hostile[x].Agents[a].FirstRow, w.hostile[y].Agents[a].FirstRow}),
					Text: fmt.Sprintf("%s and %s attack with an agent that hardly anyone else has: %s", VisibleN(x, 60), VisibleN(y, 60), w.agentShare(a, max(0, w.perAgent[a]-hostile)))})
			}
		}
	}
}

// linkPlaces weighs attacks on the same parameter of the same page, and one that goes on where another stopped.
func (w *survey) linkPlaces(l links, g *grouping) {
	type hit struct {
		client string
		*attack
	}
	at := map[string][]hit{}
	for _, c := range sortedKeys(g.parent) {
		if h := w.hostile[c]; h != nil {
			for _, a := range h.sortedPoints() {
				if w.shells[scriptKey(a.Path)] == nil && a.N >= 2 {
					key := scriptKey(a.Path) + fieldWords(a.Fields)
					at[key] = append(at[key], hit{c, a})
				}
			}
		}
	}
	for _, key := range sortedKeys(at) {
		list := at[key]
		if len(list) > maxBucket {
			continue
		}
		for i, x := range list {
			for _, y := range list[i+1:] {
				both := VisibleN(x.client, 60) + " and " + VisibleN(y.client, 60)
				refs := w.refs([]uint64{x.FirstRow, y.FirstRow})
				l.add(x.client, y.client, Reason{ID: "place", Weight: 1, Refs: refs, Text: both + " attack the same place, " + VisibleN(key, 80)})
				first, then := x, y
				if y.First < x.First {
					first, then = y, x
				}
				if d := then.First - first.Last; d >= 0 && d <= handOverMS && first.First > 0 {
					weight := 1
					if w.shareAgent(x.client, y.client) {
						weight = 2
					}
					l.add(x.client, y.client, Reason{ID: "turns-attack", Weight: weight, Refs: refs,
						Text: fmt.Sprintf("%s goes on %s after %s stopped", VisibleN(then.client, 60), lasted(first.Last, then.First), VisibleN(first.client, 60))})
				}
			}
		}
	}
}

// shareAgent reports whether two clients attacked with the same agent.
func (w *survey) shareAgent(a, b string) bool {
	for agent := range w.hostile[a].Agents {
		if w.hostile[b].Agents[agent] != nil {
			return true
		}
	}
	return false
}

// linkPayloads weighs payloads of the same make, and the pace at which they come. Users of one tool share both, so
// neither weighs much.
func (w *survey) linkPayloads(l links) {
	type style struct {
		shapes map[string]uint64 // with the row of the first
		pace   time.Duration     // 0 if there is none
	}
	styles := map[string]style{}
	var names []string
	for _, c := range sortedKeys(w.crew.acts) {
		s := style{shapes: map[string]uint64{}}
		var gaps []time.Duration
		last := int64(0)
		for _, a := range w.crew.acts[c] {
			if _, attack := a.attack(); !attack || w.shells[a.plain] != nil {
				continue
			}
			if shape := payloadShape(a.query); shape != "" && len(s.shapes) < maxShapes {
				if _, ok := s.shapes[shape]; !ok {
					s.shapes[shape] = a.row
				}
			}
			if d := a.time - last; last > 0 && d <= 60_000 {
				gaps = append(gaps, time.Duration(d)*time.Millisecond)
			}
			last = a.time
		}
		if len(gaps) >= minPace {
			slices.Sort(gaps)
			s.pace = gaps[len(gaps)*9/10]
		}
		if len(s.shapes) > 0 {
			styles[c] = s
			names = append(names, c)
		}
	}
	for i, x := range names {
		for _, y := range names[i+1:] {
			a, b := styles[x], styles[y]
			var rows []uint64
			n := 0
			for _, shape := range sortedKeys(a.shapes) {
				if row, ok := b.shapes[shape]; ok {
					n++
					if len(rows) < 4 {
						rows = append(rows, a.shapes[shape], row)
					}
				}
			}
			both := VisibleN(x, 60) + " and " + VisibleN(y, 60)
			if n >= 2 && n*3 >= min(len(a.shapes), len(b.shapes)) {
				l.add(x, y, Reason{ID: "payload", Weight: 1, Refs: w.refs(rows),
					Text: fmt.Sprintf("%s build their payloads alike: %s the same but for numbers and names", both, count(n, "shape"))})
			}
			if p, q := max(a.pace, b.pace), min(a.pace, b.pace); q > 0 && p*4 <= q*5 {
				l.add(x, y, Reason{ID: "pace", Weight: 1, Refs: w.refs(rows), Text: both + " send their payloads at the same pace"})
			}
		}
	}
}

var (
	shapeQuoted = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	shapeHex    = regexp.MustCompile(`0x[0-9a-f]+`)
	shapeNumber = regexp.MustCompile(`[0-9]+`)
	shapeSpace  = regexp.MustCompile(`\s+|/\*.*?\*/`)
)

// payloadShape is a query with what changes from try to try taken out; empty if little is left.
func payloadShape(query string) string {
	q := query[:min(len(query), 1024)]
	if u, err := url.QueryUnescape(q); err == nil {
		q = u
	}
	q = strings.ToLower(q)
	q = shapeQuoted.ReplaceAllString(q, "s")
	q = shapeHex.ReplaceAllString(q, "x")
	q = shapeNumber.ReplaceAllString(q, "0")
	q = shapeSpace.ReplaceAllString(q, " ")
	if len(q) < 12 {
		return ""
	}
	return q[:min(len(q), 200)]
}

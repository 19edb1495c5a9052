package triage

// Acts: the single requests of the clients that a chain may be told from.
//
// Sums say who used a shell; what the chain needs besides (which pages were looked at before, what was fetched
// after, with which agent, at which host) is in the requests themselves. They are read once the candidates are
// known: the users and planters of shells, and the attackers that share a place or an agent with one of them. The
// reading is bounded; of a client that is not read whole the sums speak alone.

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

const (
	maxActs       = 40_000 // requests read for all chains together
	maxActsOf     = 20_000 // of one client; a client with more is not read
	maxCandidates = 500    // clients read
	minSite       = 50     // requests that make a host a site of its own
	twinMS        = 3000   // how far two logs of one server may be apart about one request
)

// An act is one request of a client.
type act struct {
	row     uint64
	also    []uint64 // the same request in other logs
	time    int64
	source  string
	client  string
	host    string
	method  string
	path    string
	plain   string
	query   string
	referer string
	agent   string
	status  int
	size    int64
	body    bool
	// answered says that the server did what was asked; of a post to a shell that hides behind 404, too.
	answered bool
	found    []Finding // of level low or above
}

// attack reports whether the request attacks by itself, and how much.
func (a *act) attack() (Level, bool) {
	top := None
	for _, f := range a.found {
		if attacks(f) {
			top = max(top, f.Level)
		}
	}
	return top, top > None
}

// crew is the acts of the clients at hand.
type crew struct {
	acts   map[string][]*act // by client, in order of time
	agents map[string]map[string]bool
	names  map[string]map[string]bool // by site host: how logs write it
	homes  map[string]string          // by client: the site it asks for most
	sites  map[string]bool            // hosts that are sites of their own; empty if there is but one
	body   bool                       // some request came with its body
}

// readCrew reads the acts of the candidates.
func (w *survey) readCrew() error {
	w.crew = crew{acts: map[string][]*act{}, agents: map[string]map[string]bool{}, names: map[string]map[string]bool{}, homes: map[string]string{}, sites: map[string]bool{}}
	clients := w.candidates()
	counts, err := w.whole.Count(Clients, clients)
	if err != nil {
		return err
	}
	room := maxActs
	var read []string
	for i, c := range clients {
		if counts[i] <= min(room, maxActsOf) {
			read = append(read, c)
			room -= counts[i]
		}
	}
	if len(read) == 0 {
		return nil
	}
	left := maxActs
	err = w.whole.Of(read, func(row uint64, r *Request, found []Finding) bool {
		s := w.scripts[scriptKey(r.Path)]
		w.crew.add(row, r, found, s != nil && s.Veiled)
		left--
		return left > 0
	})
	if err != nil {
		return err
	}
	for _, c := range sortedKeys(w.crew.acts) {
		w.crew.acts[c] = joinTwins(w.crew.acts[c])
	}
	w.crew.findAgents(w.shells)
	return w.findSites()
}

// candidates are the clients whose acts a chain may need, those that matter most first.
func (w *survey) candidates() []string {
	var out []string
	seen := map[string]bool{}
	add := func(c string) {
		if c != "" && !seen[c] && len(out) < maxCandidates {
			seen[c] = true
			out = append(out, c)
		}
	}
	places, agents := map[string]bool{}, map[string]bool{}
	for _, plain := range sortedKeys(w.shells) {
		if p, ok := w.plants[w.shells[plain].Ref]; ok {
			add(p.client)
			places[scriptKey(p.path)] = true
		}
		for _, c := range w.scripts[plain].clients() {
			add(c)
			for a := range w.scripts[plain].Clients[c].Agents {
				agents[a] = true
			}
		}
	}
	for i := range w.targets {
		t := &w.targets[i]
		for _, plain := range sortedKeys(w.shells) {
			if sameFile(t.Finding.Target, plain) >= 2 {
				add(t.Client)
			}
		}
	}
	for _, c := range slices.Clone(out) {
		if h := w.hostile[c]; h != nil {
			for _, a := range h.Points {
				places[scriptKey(a.Path)] = true
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	for _, c := range sortedKeys(w.hostile) {
		if w.hostile[c].Attacks > 0 && w.hostile[c].shares(places, agents) {
			add(c)
		}
	}
	return out
}

// shares reports whether a foe attacked one of the places or used one of the agents for an attack.
func (f *foe) shares(places, agents map[string]bool) bool {
	for _, a := range f.Points {
		if places[scriptKey(a.Path)] {
			return true
		}
	}
	for a, x := range f.Agents {
		if agents[a] && !x.Tool {
			return true
		}
	}
	return false
}

func (c *crew) add(row uint64, r *Request, found []Finding, veiled bool) {
	a := &act{row: row, source: r.Source, client: r.Client, host: siteHost(r.Host), method: r.Method, path: r.Path, plain: scriptKey(r.Path),
		query: r.Query, referer: r.Referer, agent: r.Agent, status: r.Status, size: r.Size, body: r.Body != ""}
	a.answered = answered(uint16(r.Status)) || veiled && r.Status == 404 && r.Method == "POST"
	if !r.Time.IsZero() {
		a.time = r.Time.UnixMilli()
	}
	for _, f := range found {
		if f.Level >= Low {
			a.found = append(a.found, f)
		}
	}
	c.body = c.body || a.body
	if names := c.names[a.host]; names == nil {
		c.names[a.host] = map[string]bool{r.Host: true}
	} else if len(names) < 16 {
		names[r.Host] = true
	}
	c.acts[a.client] = append(c.acts[a.client], a)
}

// siteHost is a virtual host's name without port and "www.", in lower case.
func siteHost(h string) string {
	h = strings.ToLower(strings.TrimSpace(h))
	if i := strings.LastIndexByte(h, ':'); i > 0 && !strings.HasSuffix(h, "]") && strings.Count(h, ":") == 1 {
		h = h[:i]
	}
	if h == "-" {
		return ""
	}
	return strings.TrimPrefix(strings.TrimSuffix(h, "."), "www.")
}

// joinTwins sorts a client's acts by time and joins what two logs say of one request: the same method, target and
// status within seconds, from different files. The one with findings in its body is kept, with the row of the other.
func joinTwins(acts []*act) []*act {
	slices.SortStableFunc(acts, func(a, b *act) int { return cmp.Compare(a.time, b.time) })
	type key struct {
		method, path, query string
		status              int
	}
	open := map[key][]*act{}
	out := acts[:0]
	for _, a := range acts {
		k := key{a.method, a.path, a.query, a.status}
		list := open[k]
		for len(list) > 0 && a.time-list[0].time > twinMS {
			list = list[1:]
		}
		i := slices.IndexFunc(list, func(o *act) bool { return o.source != a.source })
		if i < 0 {
			open[k] = append(list, a)
			out = append(out, a)
			continue
		}
		list[i].take(a)
		open[k] = slices.Delete(slices.Clone(list), i, i+1)
	}
	return out
}

// take joins another log's word on the same request.
func (a *act) take(o *act) {
	a.also = append(a.also, o.row)
	a.body = a.body || o.body
	if a.host == "" {
		a.host = o.host
	}
	if a.agent == "" || a.agent == "-" {
		a.agent = o.agent
	}
	if a.size < 0 {
		a.size = o.size
	}
	for _, f := range o.found {
		if !slices.Contains(a.found, f) {
			a.found = append(a.found, f)
		}
	}
}

// rows are all rows of the acts, at most n.
func rowsOf(acts []*act, n int) []uint64 {
	var out []uint64
	for _, a := range acts {
		if len(out) >= n {
			break
		}
		out = append(append(out, a.row), a.also...)
	}
	return out[:min(len(out), n)]
}

// findAgents notes by client the agents with which it attacked or came to a shell: an address may have other people
// behind it, and what they did is no part of a chain.
func (c *crew) findAgents(shells map[string]*Webshell) {
	for client, acts := range c.acts {
		set := map[string]bool{}
		for _, a := range acts {
			if _, attack := a.attack(); attack || shells[a.plain] != nil && a.answered {
				set[a.agent] = true
			}
		}
		c.agents[client] = set
	}
}

// own reports whether an act is the intruder's, as far as its agent tells.
func (c *crew) own(a *act) bool { return c.agents[a.client][a.agent] }

// findSites tells which of the hosts that shells were asked for at are sites of their own: names, not addresses, with
// a fair share of the log.
func (w *survey) findSites() error {
	names := map[string]bool{}
	for _, acts := range w.crew.acts {
		for _, a := range acts {
			if w.shells[a.plain] != nil && a.host != "" {
				names[a.host] = true
			}
		}
	}
	if len(names) < 2 {
		return nil
	}
	for _, n := range sortedKeys(names) {
		counts, err := w.whole.Count(Hosts, sortedKeys(w.crew.names[n]))
		if err != nil {
			return err
		}
		total := 0
		for _, k := range counts {
			total += k
		}
		if _, err := netip.ParseAddr(strings.Trim(n, "[]")); err != nil && total >= minSite && total*100 >= w.period.Requests {
			w.crew.sites[n] = true
		}
	}
	if len(w.crew.sites) < 2 {
		clear(w.crew.sites)
	}
	return nil
}

// siteOf is the site of its own that an act was sent to, empty if the log is of one. What was sent to another name, or
// to an address, is taken to be for the site that the client else asks for, if there is one.
func (c *crew) siteOf(a *act) string {
	if len(c.sites) == 0 || c.sites[a.host] {
		return c.siteName(a.host)
	}
	if home, ok := c.homes[a.client]; ok {
		return home
	}
	n := map[string]int{}
	best := ""
	for _, o := range c.acts[a.client] {
		if c.sites[o.host] {
			n[o.host]++
			if best == "" || n[o.host] > n[best] {
				best = o.host
			}
		}
	}
	c.homes[a.client] = best
	return best
}

func (c *crew) siteName(host string) string {
	if c.sites[host] {
		return host
	}
	return ""
}

// A shellKey names a shell: its plain path, and its host where a log has several sites.
type shellKey struct{ plain, site string }

// A visit is one client's acts without a long pause.
type visit []*act

// visits cuts acts, which are in order of time, where nothing happens for longer than gap.
func visits(acts []*act, gap int64) []visit {
	var out []visit
	for i, a := range acts {
		if i == 0 || a.time-acts[i-1].time > gap {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], a)
	}
	return out
}

// A shellUse is what one client did with one shell.
type shellUse struct {
	client string
	acts   []*act // answered, in order of time
}

// usesOf finds who used a shell, by first use, and who only came by: a sweep through many paths that met it once
// among what is not there, or a crawler that fetched it. Without acts the sums are all there is, and everyone used it.
func (w *survey) usesOf(k shellKey) (users []shellUse, passed []*act) {
	s := w.scripts[k.plain]
	for _, c := range s.clients() {
		acts, ok := w.crew.acts[c]
		if !ok {
			if k.site == "" {
				users = append(users, shellUse{client: c})
			}
			continue
		}
		var all, meant []*act
		for _, v := range visits(acts, sessionGapMS) {
			var here []*act
			missed := map[string]bool{}
			for _, a := range v {
				switch {
				case a.plain == k.plain && a.answered && w.crew.siteOf(a) == k.site:
					here = append(here, a)
				case !a.answered && a.status != 304 && a.status/100 != 3 && a.plain != k.plain:
					missed[a.plain] = true
				}
			}
			all = append(all, here...)
			if len(here) > 0 && !sweeps(here, len(missed)) {
				meant = append(meant, here...)
			}
		}
		switch {
		case len(all) == 0:
		case len(meant) == 0:
			passed = append(passed, all[0])
		default:
			users = append(users, shellUse{c, all})
		}
	}
	return users, passed
}

// sweepMisses is how many paths that are not there make a visit a sweep.
const sweepMisses = 3

// sweeps reports whether a visit met a shell without meaning it.
func sweeps(here []*act, missed int) bool {
	crawler := true
	for _, a := range here {
		if len(ranBy(a, true)) > 0 {
			return false
		}
		crawler = crawler && namesCrawler(a.agent) && a.method != "POST"
	}
	return crawler || len(here) <= 2 && missed >= sweepMisses && missed > len(here)
}

// findUses finds the shells, by site, with their users.
func (w *survey) findUses() {
	w.uses, w.passed = map[shellKey][]shellUse{}, map[shellKey][]*act{}
	for _, plain := range sortedKeys(w.shells) {
		sites := map[string]bool{}
		for _, c := range w.scripts[plain].clients() {
			for _, a := range w.crew.acts[c] {
				if a.plain == plain && a.answered {
					sites[w.crew.siteOf(a)] = true
				}
			}
		}
		if len(sites) == 0 {
			sites[""] = true
		}
		for _, site := range sortedKeys(sites) {
			k := shellKey{plain, site}
			w.keys = append(w.keys, k)
			w.uses[k], w.passed[k] = w.usesOf(k)
		}
	}
}

// usedBy reports whether a client used a shell.
func (w *survey) usedBy(k shellKey, client string) bool {
	return slices.ContainsFunc(w.uses[k], func(u shellUse) bool { return u.client == client })
}

// plantOf is what planted a shell. Where a log has several sites, the request must be one to the shell's own: that
// which the ranking found, or the latest one by a client of the shell that names its file.
func (w *survey) plantOf(k shellKey) (plantFact, bool) {
	p, ok := w.plants[w.shells[k.plain].Ref]
	if k.site == "" {
		return p, ok
	}
	if ok {
		for _, a := range w.crew.acts[p.client] {
			if a.row == p.row || slices.Contains(a.also, p.row) {
				if a.host == k.site {
					return p, true
				}
				break
			}
		}
	}
	first := int64(maxTimeMS)
	for _, u := range w.uses[k] {
		if len(u.acts) > 0 {
			first = min(first, u.acts[0].time)
		}
	}
	p, ok = plantFact{}, false
	for _, c := range sortedKeys(w.crew.acts) {
		for _, a := range w.crew.acts[c] {
			if a.host != k.site || a.time > first || a.time < p.time {
				continue
			}
			for _, f := range a.found {
				if f.Target != "" && sameFile(f.Target, k.plain) >= 2 {
					p, ok = plantFact{row: a.row, time: a.time, client: a.client, path: a.path, named: true, finding: f}, true
				}
			}
		}
	}
	return p, ok
}

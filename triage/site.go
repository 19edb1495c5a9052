package triage

// What a part of the log says about its site: when it is busy, and which pages link where.

import (
	"strings"
	"time"
)

// A Period is the reach and rhythm of a log.
type Period struct {
	First, Last int64 // Unix ms of the requests that have a time; 0 if none has
	Requests    int
	Hours       [24]int // requests by UTC hour
	Linked      int     // requests with a referer of the site's own
	Posts, Bare int     // answered posts by browsers, and those of them without a referer
}

// A site is the sum of a first pass over a part.
type site struct {
	Period
	days     map[int64]bool     // days (UTC) with a request
	post     uint32             // number of the method POST
	ownHost  string             // lower case, of the site's own links; empty if no referer tells
	referers []uint32           // requests by referer
	own      []ownRef           // by referer: what it is as a link
	crawler  []bool             // by agent: it names itself one
	browser  []bool             // by agent: it has the form of a browser's
	engine   []bool             // by agent: it names a search engine's crawler
	odd      map[uint32]Finding // by agent: it cannot be what it says
	forged   map[uint32]Finding // by client: it is no address of a visitor
	kinds    []pathKind
	plain    []string // by path: its scriptKey; filled for scripts only
}

// An ownRef is what a referer says of where a request came from.
type ownRef struct {
	own   bool
	plain string // the linking page's plain path
}

// maxTimeMS is the latest time taken seriously, 9999-12-31.
const maxTimeMS = 253402300799999

func surveySite(log Log) (*site, error) {
	s := &site{referers: make([]uint32, log.Texts(Referers))}
	for id := 1; id < log.Texts(Methods); id++ {
		if log.Text(Methods, uint32(id)) == "POST" {
			s.post = uint32(id)
		}
	}
	s.sortAgents(log)
	firstOf := make([]int64, log.Texts(Agents))
	lastDay := int64(-1)
	s.days = map[int64]bool{}
	err := log.Visits(func(v *Visit) bool {
		s.referers[v.Referer]++
		s.see(v.Time)
		if day := v.Time / dayMS; v.Time > 0 && day != lastDay {
			lastDay = day
			s.days[day] = true
		}
		if firstOf[v.Agent] == 0 {
			firstOf[v.Agent] = v.Time
		}
		if v.Status < 300 && s.isPost(v) && s.browser[v.Agent] {
			s.Posts++
			if s.bare(log, v) {
				s.Bare++
			}
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	s.findLinks(log)
	s.sortPaths(log)
	s.findOdd(log, firstOf)
	return s, nil
}

// see counts a request.
func (p *Period) see(ms int64) {
	p.Requests++
	if ms <= 0 || ms >= maxTimeMS {
		return
	}
	if p.First == 0 || ms < p.First {
		p.First = ms
	}
	p.Last = max(p.Last, ms)
	p.Hours[hourOf(ms)]++
}

// add adds another period to p.
func (p *Period) add(o Period) {
	if p.First == 0 || o.First != 0 && o.First < p.First {
		p.First = o.First
	}
	p.Last = max(p.Last, o.Last)
	p.Requests += o.Requests
	p.Linked += o.Linked
	p.Posts += o.Posts
	p.Bare += o.Bare
	for h, n := range o.Hours {
		p.Hours[h] += n
	}
}

// hasLinks reports whether the log shows which page a request came from: it has referers, and people who follow
// links.
func (p *Period) hasLinks() bool { return p.Linked >= 20 && p.Linked*50 >= p.Requests }

// bareIsOdd reports whether the browsers of this site send a referer with what they post, as browsers do unless a
// site forbids it.
func (p *Period) bareIsOdd() bool { return p.hasLinks() && p.Bare*2 < p.Posts+4 }

func (s *site) sortAgents(log Log) {
	n := log.Texts(Agents)
	s.crawler, s.browser, s.engine = make([]bool, n), make([]bool, n), make([]bool, n)
	for id := range n {
		a := log.Text(Agents, uint32(id))
		s.crawler[id] = namesCrawler(a)
		s.browser[id] = !s.crawler[id] && namesBrowser(a)
		s.engine[id] = s.crawler[id] && namesEngine(a)
	}
}

// namesBrowser reports whether an agent has the form of a browser's: robots that are polite add an address,
// programs their protocol.
func namesBrowser(agent string) bool {
	return (strings.HasPrefix(agent, "Mozilla/") || strings.HasPrefix(agent, "Opera/")) && !strings.Contains(agent, "://") && !strings.Contains(agent, "Protocol")
}

// bare reports whether a request has no referer.
func (s *site) bare(log Log, v *Visit) bool {
	return v.Referer == 0 || log.Text(Referers, v.Referer) == "-"
}

// findLinks reads the referers: the host that most of them name is the site's own. Outside pages that link
// to the site are many and each is rare, so the mode is the site itself wherever people browse it.
func (s *site) findLinks(log Log) {
	byHost := map[string]uint32{}
	type ref struct{ host, path string }
	refs := make([]ref, len(s.referers))
	for id, n := range s.referers {
		if id == 0 || n == 0 {
			continue
		}
		host, path := splitReferer(log.Text(Referers, uint32(id)))
		refs[id] = ref{host, path}
		if host != "" {
			byHost[host] += n
		}
	}
	var best uint32
	for h, n := range byHost {
		if n > best || n == best && h < s.ownHost {
			s.ownHost, best = h, n
		}
	}
	s.own = make([]ownRef, len(refs))
	for id, r := range refs {
		if r.host != "" && r.host == s.ownHost {
			s.own[id] = ownRef{true, scriptKey(r.path)}
			s.Linked += int(s.referers[id])
		}
	}
}

// splitReferer gives the lower-case host (without "www." and port) and the path of an absolute URL.
func splitReferer(ref string) (host, path string) {
	i := strings.Index(ref, "://")
	if i < 0 || i > 8 {
		return "", ""
	}
	rest := ref[i+3:]
	if j := strings.IndexAny(rest, "?#"); j >= 0 {
		rest = rest[:j]
	}
	host, path = rest, "/"
	if j := strings.IndexByte(rest, '/'); j >= 0 {
		host, path = rest[:j], rest[j:]
	}
	if j := strings.LastIndexByte(host, ':'); j > 0 && !strings.HasSuffix(host, "]") {
		host = host[:j]
	}
	return strings.TrimPrefix(strings.ToLower(host), "www."), path
}

// findOdd judges what clients say of themselves.
func (s *site) findOdd(log Log, firstOf []int64) {
	s.odd, s.forged = map[uint32]Finding{}, map[uint32]Finding{}
	for id := 1; id < log.Texts(Agents); id++ {
		agent := log.Text(Agents, uint32(id))
		if why := agentOdd(agent, timeOf(firstOf[id])); why != "" {
			s.odd[uint32(id)] = Finding{Rule: "agent-impossible", Class: Other, Level: Info, Field: "behaviour", Match: VisibleN(agent, 160), Why: "the agent cannot be what it says: " + why}
		}
	}
	for id := 1; id < log.Texts(Clients); id++ {
		client := log.Text(Clients, uint32(id))
		if why := clientOdd(client); why != "" {
			s.forged[uint32(id)] = Finding{Rule: "client-forged", Class: Other, Level: Info, Field: "behaviour", Match: VisibleN(client, 160), Why: "the client as logged " + why}
		}
	}
}

// oddities are the findings that a request has for what its client says of itself. They are told at level info,
// an impossible agent at low where it asks for a page of its own accord.
func (s *site) oddities(v *Visit) (out []Finding) {
	if f, ok := s.odd[v.Agent]; ok {
		if s.kinds[v.Path] != assetKind && !s.own[v.Referer].own {
			f.Level = Low
		}
		out = append(out, f)
	}
	if f, ok := s.forged[v.Client]; ok {
		out = append(out, f)
	}
	return out
}

func (s *site) sortPaths(log Log) {
	n := log.Texts(Paths)
	s.kinds = make([]pathKind, n)
	s.plain = make([]string, n)
	for id := 1; id < n; id++ {
		p := plainPath(log.Text(Paths, uint32(id)))
		s.kinds[id] = kindOf(p)
		if s.kinds[id] == scriptKind {
			s.plain[id] = scriptPart(p)
		}
	}
}

func (s *site) isPost(v *Visit) bool { return s.post != 0 && v.Method == s.post }

// linked reports whether the request came from another page of the site. The root does not count as one:
// it is what tools put there that forge a referer.
func (s *site) linked(v *Visit) bool {
	o := s.own[v.Referer]
	if !o.own || o.plain == "/" {
		return false
	}
	return s.plain[v.Path] == "" || o.plain != s.plain[v.Path]
}

// quiet counts how many of the requests by hour fall into hours in which the site has less than a third of its
// mean activity. A log of less than two days knows no rhythm.
func (p *Period) quiet(hours [24]int) int {
	if p.span() < 48*time.Hour {
		return 0
	}
	n := 0
	for h, k := range hours {
		if p.Hours[h]*24*3 < p.Requests {
			n += k
		}
	}
	return n
}

// span is the time the log covers.
func (p *Period) span() time.Duration { return time.Duration(p.Last-p.First) * time.Millisecond }

func hourOf(ms int64) int { return int(ms / 3600000 % 24) }

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// missed reports whether the status says that there is nothing here for this client.
func missed(status uint16) bool {
	switch status {
	case 400, 403, 404, 405, 406, 410, 414, 501:
		return true
	}
	return false
}

// answered reports whether the server did what was asked: 2xx, or an error of the script itself.
func answered(status uint16) bool { return status >= 200 && status < 300 || status == 500 }

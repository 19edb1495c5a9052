package triage_test

// Made-up sites, to measure how general the judgement of behaviour is.
//
// A world is a seeded log of one site: its people, its machines (hooks, jobs, monitors, partners), the noise of
// the internet, and perhaps one intrusion whose shell and planting request are known. None of it copies a
// labelled log. What a world holds is drawn at random, so thresholds that fit one site only are found out.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// A world is one site and its log.
type world struct {
	*rand.Rand
	start   time.Time
	span    time.Duration
	host    string
	ext     string   // of the site's scripts, with the dot
	pages   []string // that link to each other
	assets  []string
	uploads string // folder of what visitors upload
	pics    string // folder of pictures
	parts   []string
	entries []entry
	shells  []*worldShell

	referers, agents, sizes, proxy bool // what the log shows
	worldPeople, worldPort         int  // people and machines so far, for their addresses
}

// An entry is a request with what is known of it.
type entry struct {
	req    triage.Request
	label  string      // "" for benign, otherwise what it is
	plants *worldShell // the shell that it plants
	uses   *worldShell // the shell that it uses
}

// A worldShell is a planted shell.
type worldShell struct {
	path  string
	kinds []string // of plant, place, use: what the totals are told by
	plant int64    // line of the planting request; 0 if it is not in the log
	uses  int      // in the log
}

var browsers = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:%d.0) Gecko/20100101 Firefox/%[1]d.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.%d Safari/605.1.15",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 14; SM-A%d) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36",
}

func (w *world) browser() string { return fmt.Sprintf(pick(w, browsers), 95+w.IntN(25)) }

// person is a new address of somebody.
func (w *world) person() string {
	w.worldPeople++
	n := w.worldPeople*7919 + 13
	return fmt.Sprintf("10.%d.%d.%d", n>>16&127, n>>8&255, n&255)
}

// machine is a new address of a server or intruder.
func (w *world) machine() string {
	w.worldPort++
	return fmt.Sprintf("203.0.%d.%d", 113+w.worldPort/250, w.worldPort%250+1)
}

func pick[T any](w *world, list []T) T { return list[w.IntN(len(list))] }

func (w *world) chance(p float64) bool { return w.Float64() < p }

// between is a moment within the log, from and to as shares of it.
func (w *world) between(from, to float64) time.Duration {
	return time.Duration((from + (to-from)*w.Float64()) * float64(w.span))
}

// daytime is a moment at which people are awake.
func (w *world) daytime() time.Duration {
	for {
		at := w.between(0, 1)
		h := w.start.Add(at).Hour()
		if w.chance([]float64{.1, .05, .05, .05, .05, .1, .3, .5, .8, 1, 1, 1, .9, 1, 1, .9, .9, .9, .9, 1, 1, .8, .5, .2}[h]) {
			return at
		}
	}
}

// seconds is a human or jittered pause of about n seconds.
func (w *world) seconds(n float64) time.Duration {
	return time.Duration(n * math.Exp(w.NormFloat64()*.7) * float64(time.Second))
}

// hit adds a request: "METHOD target".
func (w *world) hit(at time.Duration, client, request string, status int, size int64, referer, agent string) *entry {
	method, target, _ := strings.Cut(request, " ")
	path, query, _ := strings.Cut(target, "?")
	w.entries = append(w.entries, entry{req: triage.Request{Source: "access.log", Time: w.start.Add(at).Truncate(time.Second), Client: client,
		Method: method, Path: path, Query: query, Protocol: "HTTP/1.1", Status: status, Size: size, Millis: -1, Referer: referer, Agent: agent}})
	return &w.entries[len(w.entries)-1]
}

func (w *world) link(page string) string { return "https://" + w.host + page }

// visit is a person's look at some pages, with what the browser fetches along.
func (w *world) visit(at time.Duration, client, agent string, pages int) (time.Duration, string) {
	ref := ""
	if w.chance(.4) {
		ref = "https://www.google.com/"
	}
	page := w.pages[0]
	for i := range pages {
		if i > 0 || w.chance(.5) {
			page = pick(w, w.pages)
		}
		status := 200
		if w.chance(.01) {
			page, status = page+"x", 404
		}
		target := page
		if w.chance(.3) {
			target += fmt.Sprintf("?id=%d", w.IntN(200))
		}
		w.hit(at, client, "GET "+target, status, int64(2000+w.IntN(9000)), ref, agent)
		ref = w.link(page)
		for range w.IntN(4) {
			w.hit(at+time.Second, client, "GET "+pick(w, w.assets), pick(w, []int{200, 200, 304}), int64(900+w.IntN(40000)), ref, agent)
		}
		at += w.seconds(25)
	}
	return at, ref
}

// newWorld makes the site of a seed, without intrusion.
func newWorld(seed uint64) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 4)), referers: true, agents: true, sizes: true}
	w.start = time.Date(2024, time.Month(1+w.IntN(12)), 1+w.IntN(28), w.IntN(24), 0, 0, 0, time.UTC)
	hours := []float64{5, 20, 48, 5 * 24, 12 * 24, 30 * 24, 80 * 24}
	w.span = time.Duration(pick(w, hours) * (.8 + .4*w.Float64()) * float64(time.Hour))
	w.host = fmt.Sprintf("site%d.example", seed)
	w.ext = pick(w, []string{".php", ".php", ".php", ".aspx", ".asp", ".jsp", ".cgi"})
	switch w.IntN(10) {
	case 0:
		w.referers, w.agents = false, false // common format
	case 1:
		w.referers = false
	case 2:
		w.proxy = true
	}
	w.sizes = !w.chance(.1)
	w.site()
	return w
}

// requests gives the log in the order of time, as it shows itself, with its lines numbered.
func (w *world) requests() []triage.Request {
	slices.SortStableFunc(w.entries, func(a, b entry) int { return a.req.Time.Compare(b.req.Time) })
	end := w.start.Add(w.span)
	out := make([]triage.Request, 0, len(w.entries))
	kept := w.entries[:0]
	for _, e := range w.entries {
		if e.req.Time.Before(w.start) || e.req.Time.After(end) {
			continue
		}
		r := &e.req
		r.Line = int64(len(out) + 1)
		r.Ref = triage.RequestRef("abc123", r.Line)
		if !w.referers {
			r.Referer = ""
		}
		if !w.agents {
			r.Agent = ""
		}
		if !w.sizes {
			r.Size = -1
		}
		if w.proxy {
			r.Client = "10.0.0.1"
		}
		if e.uses != nil {
			e.uses.uses++
		}
		if e.plants != nil {
			e.plants.plant = r.Line
		}
		out = append(out, *r)
		kept = append(kept, e)
	}
	w.entries = kept
	w.shells = slices.DeleteFunc(w.shells, func(s *worldShell) bool { return s.uses == 0 })
	return out
}

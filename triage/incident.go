package triage

// Incidents: one object for the chain from the first look at a site to what was done with the shell planted there.
//
// A chain is built around shells. Intruders who planted or used a shell belong to its incident, and shells that
// share such an intruder belong to one. Two intruders on one shell are one incident with a lane for each. What the
// clients of these intruders did before (looking around, probes, injections), the plant, the file, the first visit,
// each client's use, the commands that are known and the files that came of them become steps in the order of time;
// every step cites its records and says why it belongs there. Time alone never joins anything: scanners that have
// no part in a shell stay out, and so do those that met the shell once in a sweep of many paths, and what other
// people behind an intruder's address did. One thing joins shells without a client: that one may come of a command at
// the other (incident_second.go). A shell of the same name on another virtual host is another shell.
//
// An intruder who attacked without a shell becomes an incident of his own, below those with one: whether he
// succeeded is not judged here.

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

const maxSteps = 200

// A chain is the makings of one incident.
type chain struct {
	intruders []int // positions in out.Intruders
	at        []shellKey
}

// builder is the state of making one incident.
type builder struct {
	*survey
	chain
	in       Incident
	clients  []string
	lane     map[string]string // by client: Lane.Label
	planted  int64             // time of the earliest plant or first use of the chain's shells
	commands int               // that are known, repeats included
	events   int               // process events among the records of commands
	wrote    []wrote           // by commands
	unread   []string          // clients whose requests were too many to read one by one
	left     []*act            // clients that only came by
}

// buildIncidents makes the incidents from shells and intruders.
func (w *survey) buildIncidents() error {
	for _, ch := range w.chains() {
		b, err := w.incident(ch)
		if err != nil {
			return err
		}
		w.chained = append(w.chained, b)
	}
	sort.SliceStable(w.chained, func(i, j int) bool {
		a, b := &w.chained[i].in, &w.chained[j].in
		if a.Level != b.Level {
			return a.Level > b.Level
		}
		return a.First.Before(b.First)
	})
	for _, b := range w.chained {
		w.out.Incidents = append(w.out.Incidents, b.in)
	}
	return nil
}

// tellIncidents adds what needs the gaps of the evidence to be known, which need the incidents.
func (w *survey) tellIncidents() {
	for i, b := range w.chained {
		b.gaps()
		b.summarise()
		w.out.Incidents[i] = b.in
	}
}

// chains groups intruders by the shells they planted or used.
func (w *survey) chains() []chain {
	parent := map[int]int{} // intruder to intruder
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	owner := map[shellKey]int{}
	for i := range w.out.Intruders {
		parent[i] = i
		for _, k := range w.touched(&w.out.Intruders[i]) {
			if o, ok := owner[k]; ok {
				a, b := root(o), root(i)
				parent[max(a, b)] = min(a, b)
			} else {
				owner[k] = i
			}
		}
	}
	w.second = w.seconds()
	for k, s := range w.second {
		x, one := owner[k]
		y, two := owner[s.from]
		if one && two {
			a, b := root(x), root(y)
			parent[max(a, b)] = min(a, b)
		}
	}
	at := map[int]int{}
	var out []chain
	for i := range w.out.Intruders {
		r := root(i)
		n, ok := at[r]
		if !ok {
			n = len(out)
			at[r] = n
			out = append(out, chain{})
		}
		out[n].intruders = append(out[n].intruders, i)
	}
	for _, k := range w.keys {
		if o, ok := owner[k]; ok {
			n := at[root(o)]
			out[n].at = append(out[n].at, k)
		}
	}
	return out
}

// touched lists the shells that an intruder used or planted.
func (w *survey) touched(in *Intruder) []shellKey {
	var out []shellKey
	for _, k := range w.keys {
		p, planted := w.plantOf(k)
		if planted && p.named && slices.Contains(in.Clients, p.client) ||
			slices.ContainsFunc(w.uses[k], func(u shellUse) bool { return slices.Contains(in.Clients, u.client) }) {
			out = append(out, k)
		}
	}
	return out
}

func (w *survey) incident(ch chain) (*builder, error) {
	b := &builder{survey: w, chain: ch, lane: map[string]string{}}
	b.in = Incident{Clients: []string{}, Shells: []string{}, Techniques: []string{}, Gaps: []Gap{}, Lanes: []Lane{}, Phases: []Phase{}, Steps: []Step{}}
	for _, i := range ch.intruders {
		b.clients = append(b.clients, w.out.Intruders[i].Clients...)
	}
	b.in.Clients = append(b.in.Clients, b.clients...)
	b.planted = maxTimeMS
	for _, k := range ch.at {
		if path := w.shells[k.plain].Path; !slices.Contains(b.in.Shells, path) {
			b.in.Shells = append(b.in.Shells, path)
		}
		b.left = append(b.left, w.passed[k]...)
		if p, ok := b.plantFor(k); ok {
			b.planted = min(b.planted, p.time)
		} else if len(w.uses[k]) > 0 {
			b.planted = min(b.planted, w.whenUsed(k))
		}
	}
	b.gather()
	if err := b.further(); err != nil {
		return nil, err
	}
	b.finish()
	return b, nil
}

// whenUsed is when a shell was first used.
func (w *survey) whenUsed(k shellKey) int64 {
	if u := w.uses[k][0]; len(u.acts) > 0 {
		return u.acts[0].time
	}
	return w.scripts[k.plain].First
}

// plantFor is what planted a shell, unless it is a mere guess at somebody who has no part in the chain.
func (b *builder) plantFor(k shellKey) (plantFact, bool) {
	p, ok := b.plantOf(k)
	return p, ok && (p.named || slices.Contains(b.clients, p.client))
}

// gather makes the steps that requests show.
func (b *builder) gather() {
	for _, k := range b.at {
		shell := b.shells[k.plain]
		if p, ok := b.plantFor(k); ok {
			b.in.Steps = append(b.in.Steps, b.plantStep(p, shell))
		}
		b.shellSteps(k)
		b.secondStep(k)
	}
	for _, c := range b.clients {
		if acts, ok := b.crew.acts[c]; ok && len(b.at) > 0 {
			b.actSteps(c, acts)
		} else {
			b.sumSteps(c)
			if len(b.at) > 0 {
				b.unread = append(b.unread, c)
			}
		}
		b.spanSteps(c)
	}
	b.commandSteps()
}

// finish puts the steps in order and sums them up.
func (b *builder) finish() {
	in := &b.in
	order := func(kind string) int { return slices.Index(StepKinds, kind) }
	sort.SliceStable(in.Steps, func(i, j int) bool {
		x, y := &in.Steps[i], &in.Steps[j]
		if !x.Time.Equal(y.Time) {
			return x.Time.Before(y.Time)
		}
		return order(x.Kind) < order(y.Kind)
	})
	in.Steps = fewer(in.Steps, maxSteps)
	for i := range in.Steps {
		s := &in.Steps[i]
		if in.First.IsZero() || !s.Time.IsZero() && s.Time.Before(in.First) {
			in.First = s.Time
		}
		if e := s.end(); e.After(in.Last) {
			in.Last = e
		}
	}
	in.Level = b.level()
	b.lanes()
	b.phases()
	b.techniques()
	in.Title = b.title()
	in.Ref = hashRef("i", b.identity())
}

// identity is the text that an incident's reference is made of.
func (b *builder) identity() string {
	parts := append(slices.Clone(b.in.Shells), b.clients[0])
	for _, k := range b.at {
		if k.site != "" {
			parts = append(parts, k.site)
		}
	}
	return strings.Join(parts, "\x00")
}

// fewer drops steps beyond a number, those that say least first: looks, probes, and the latest of a kind.
func fewer(steps []Step, most int) []Step {
	rank := []string{"plant", "access", "file", "command", "further", "download", "read", "injection", "use", "probe", "recon"}
	at := make([]int, len(steps))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(i, j int) int {
		return cmp.Compare(slices.Index(rank, steps[i].Kind), slices.Index(rank, steps[j].Kind))
	})
	keep := slices.Clone(at[:min(len(at), most)])
	slices.Sort(keep)
	out := make([]Step, 0, len(keep))
	for _, i := range keep {
		out = append(out, steps[i])
	}
	return out
}

func (s *Step) end() time.Time {
	if s.End.After(s.Time) {
		return s.End
	}
	return s.Time
}

// level is how much an incident asks for attention: critical if a shell was planted by a request of the log or
// commands are known to have run through it, high if one was used, medium if attacks without a shell made the server
// answer in different ways (so something reached what is behind the page), low if they did not.
func (b *builder) level() Level {
	if len(b.at) > 0 {
		for i := range b.in.Steps {
			if s := &b.in.Steps[i]; s.Kind == "command" || s.Kind == "plant" && s.Confidence != "possible" {
				return Critical
			}
		}
		return High
	}
	for _, c := range b.clients {
		if h := b.hostile[c]; h != nil {
			for _, a := range h.Points {
				if a.Level >= High && a.Answered > 0 && (a.Failed > 0 || a.Level >= Critical) {
					return Medium
				}
			}
		}
	}
	return Low
}

// planting is the first plant among the steps; nil if none is known.
func (b *builder) planting() *Step {
	for i := range b.in.Steps {
		if b.in.Steps[i].Kind == "plant" {
			return &b.in.Steps[i]
		}
	}
	return nil
}

func (b *builder) title() string {
	in := &b.in
	who := count(len(in.Clients), "client")
	shells := VisibleN(strings.Join(in.Shells, ", "), 100)
	for _, k := range b.at {
		if k.site != "" {
			shells += " at " + VisibleN(k.site, 60)
			break
		}
	}
	switch p := b.planting(); {
	case p != nil && p.Confidence == "possible":
		return fmt.Sprintf("shell used, perhaps planted here: %s, %s", shells, who)
	case p != nil:
		return fmt.Sprintf("shell planted: %s, %s", shells, who)
	case len(in.Shells) > 0:
		return fmt.Sprintf("shell used, plant not seen: %s, %s", shells, who)
	}
	return fmt.Sprintf("attacks without a shell by %s", VisibleN(strings.Join(in.Clients, ", "), 80))
}

// lanes labels the intruders by their first step and gives each step its lane.
func (b *builder) lanes() {
	whose := map[string]int{}
	for _, i := range b.intruders {
		for _, c := range b.out.Intruders[i].Clients {
			whose[c] = i
		}
	}
	at := map[int]int{}
	for n := range b.in.Steps {
		s := &b.in.Steps[n]
		i, ok := whose[s.Client]
		if !ok {
			continue
		}
		k, ok := at[i]
		if !ok {
			k = len(b.in.Lanes)
			at[i] = k
			x := &b.out.Intruders[i]
			b.in.Lanes = append(b.in.Lanes, Lane{Label: laneLabel(k), Intruder: x.Ref, Name: x.Name, Clients: x.Clients, First: s.Time})
		}
		l := &b.in.Lanes[k]
		s.Lane = l.Label
		if e := s.end(); e.After(l.Last) {
			l.Last = e
		}
		if !slices.Contains(l.Kinds, s.Kind) {
			l.Kinds = append(l.Kinds, s.Kind)
		}
	}
	for i := range b.in.Lanes {
		slices.SortFunc(b.in.Lanes[i].Kinds, func(x, y string) int {
			return cmp.Compare(slices.Index(StepKinds, x), slices.Index(StepKinds, y))
		})
	}
}

// laneLabel is A to Z, and then A1 and so on.
func laneLabel(n int) string {
	s := string(rune('A' + n%26))
	if n >= 26 {
		s += fmt.Sprint(n / 26)
	}
	return s
}

func (b *builder) phases() {
	for _, kind := range StepKinds {
		p := Phase{Kind: kind}
		for i := range b.in.Steps {
			s := &b.in.Steps[i]
			if s.Kind != kind {
				continue
			}
			if p.Steps == 0 {
				p.First = s.Time
			}
			p.Steps++
			if e := s.end(); e.After(p.Last) {
				p.Last = e
			}
		}
		if p.Steps > 0 {
			b.in.Phases = append(b.in.Phases, p)
		}
	}
}

// techniques gathers those of the steps and of the intruders. What a command shows is told of its intruder too.
func (b *builder) techniques() {
	set := techniqueSet{}
	for _, i := range b.intruders {
		for _, o := range b.out.Intruders[i].Observed {
			if strings.HasPrefix(o.ID, "T") {
				set.add(o.ID, o.Why, o.Refs...)
			}
		}
	}
	for n := range b.in.Steps {
		s := &b.in.Steps[n]
		for _, id := range s.Techniques {
			why := fmt.Sprintf("%s (ATT&CK %s, %s)", VisibleN(s.Text, 160), id, techniqueNames[id])
			set.add(id, why, s.Ref)
			if s.Kind == "command" || s.Kind == "download" {
				b.observe(s, id, why)
			}
		}
	}
	b.in.Mapped = set.list()
	for _, t := range b.in.Mapped {
		b.in.Techniques = append(b.in.Techniques, t.ID)
	}
}

// observe adds a technique to the intruder whose step it is.
func (b *builder) observe(s *Step, id, why string) {
	for _, i := range b.intruders {
		x := &b.out.Intruders[i]
		if !slices.Contains(x.Clients, s.Client) {
			continue
		}
		n := slices.IndexFunc(x.Observed, func(o Observable) bool { return o.ID == id })
		if n < 0 {
			x.Observed = append(x.Observed, Observable{ID: id, Why: why, Refs: []string{s.Ref}})
		} else if o := &x.Observed[n]; len(o.Refs) < MaxRefs && !slices.Contains(o.Refs, s.Ref) {
			o.Refs = append(o.Refs, s.Ref)
		}
	}
}

// ref is the reference of a row.
func (w *survey) ref(row uint64) string { return w.whole.Cite(row).Ref }

// baseOf is the name of a file without its folders, safe to draw.
func baseOf(path string) string { return VisibleN(path[strings.LastIndexAny(path, `/\`)+1:], 60) }

// stampOf is a time as texts of steps and gaps write it.
func stampOf(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

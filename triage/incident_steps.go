package triage

// Steps of a chain that the requests of its clients show.

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

const (
	maxUseSteps     = 40 // use steps of one shell before visits are taken together
	maxAttackSteps  = 40 // likewise of one client's attacks
	maxLooks        = 10 // recon steps of one client
	maxCommandSteps = 100
	toolPaceMS      = 3000 // usual time between requests that no hand types
)

func (b *builder) add(s Step) { b.in.Steps = append(b.in.Steps, s) }

func (b *builder) plantStep(p plantFact, shell *Webshell) Step {
	s := Step{Kind: "plant", Time: timeOf(p.time), Ref: b.ref(p.row), Client: p.client, Confidence: "possible", Techniques: []string{"T1505.003"},
		Text: "may have put " + baseOf(shell.Path) + " there: " + shell.PlantWhy, Link: fmt.Sprintf("%s before the shell's first answer", lasted(p.time, b.scripts[scriptKey(shell.Path)].First))}
	for _, a := range b.crew.acts[p.client] { // another log may have the same request
		if a.row == p.row || slices.Contains(a.also, p.row) {
			s.Time, s.Ref = timeOf(a.time), b.ref(a.row)
			for _, row := range a.also {
				s.Refs = append(s.Refs, b.ref(row))
			}
		}
	}
	if !p.named {
		return s
	}
	if sameFile(p.finding.Target, scriptKey(shell.Path)) >= 2 {
		s.Confidence = "likely"
	}
	s.Text = fmt.Sprintf("writes %s %s at %s: the payload names %s", baseOf(shell.Path), what(p.finding),
		VisibleN(p.path, 60), VisibleN(p.finding.Target, 120))
	s.Link = fmt.Sprintf("writes the path that was used %s later", lasted(p.time, b.scripts[scriptKey(shell.Path)].First))
	if f := shell.File; f != nil && !f.ModTime.IsZero() && f.ModTime.Sub(s.Time).Abs() <= 5*time.Minute {
		s.Confidence = "seen"
		s.Refs = moreRefs(s.Refs, f.Ref)
		s.Link += fmt.Sprintf(", and the file was last written %s from it", f.ModTime.Sub(s.Time).Abs().Round(time.Second))
	}
	if attacks(p.finding) && p.finding.Class != Upload {
		s.Techniques = []string{"T1190", "T1505.003"}
	}
	return s
}

// shellSteps are the file, the first visit and each client's visits to a shell.
func (b *builder) shellSteps(k shellKey) {
	shell, s := b.shells[k.plain], b.scripts[k.plain]
	name := baseOf(shell.Path)
	if f := shell.File; f != nil && !f.ModTime.IsZero() {
		b.add(Step{Kind: "file", Time: f.ModTime.UTC(), Ref: f.Ref, Link: "its path on disk is that of the shell", Confidence: "seen",
			Text: fmt.Sprintf("%s was last written, %s: %s", baseOf(f.Path), f.Verdict, VisibleN(f.Path, 120))})
	}
	users := b.uses[k]
	if len(users) == 0 {
		return
	}
	first := Step{Kind: "access", Time: timeOf(s.First), Ref: b.ref(s.FirstRow), Client: users[0].client, Confidence: "seen",
		Text: "first visit to " + name + " that is answered", Link: "uses the shell"}
	if a := users[0].acts; len(a) > 0 {
		first.Time, first.Ref = timeOf(a[0].time), b.ref(a[0].row)
	}
	b.add(first)
	for _, gap := range []int64{sessionGapMS, 12 * 3600 * 1000, 7 * 86_400_000, maxTimeMS} {
		n := 0
		for _, u := range users {
			n += len(visits(u.acts, gap))
		}
		if n <= maxUseSteps || gap == maxTimeMS {
			for _, u := range users {
				b.useSteps(k, u, gap)
			}
			return
		}
	}
}

// useSteps are one client's visits to a shell, those less than gap apart as one.
func (b *builder) useSteps(k shellKey, u shellUse, gap int64) {
	name := baseOf(b.shells[k.plain].Path)
	step := Step{Kind: "use", Client: u.client, Confidence: "seen", Link: "uses the shell", Techniques: []string{"T1505.003"}}
	if len(u.acts) == 0 {
		c := b.scripts[k.plain].Clients[u.client]
		step.Time, step.End, step.Count, step.Ref = timeOf(c.First), timeOf(c.Last), c.N, b.ref(c.FirstRow)
		step.Text = count(c.N, "request") + " to " + name + lastedText(c.First, c.Last)
		b.add(step)
		return
	}
	for _, v := range visits(u.acts, gap) {
		s, posts := step, 0
		for _, a := range v {
			if a.method == "POST" {
				posts++
			}
		}
		first, last := v[0], v[len(v)-1]
		s.Time, s.End, s.Count, s.Ref, s.Refs = timeOf(first.time), timeOf(last.time), len(v), b.ref(first.row), b.refs(rowsOf(v, MaxRefs))
		s.Text = fmt.Sprintf("%s to %s, %s%s", count(len(v), "request"), name, methodsText(posts, len(v)), lastedText(first.time, last.time))
		b.add(s)
	}
}

func methodsText(posts, all int) string {
	switch posts {
	case 0:
		return "none by POST"
	case all:
		return "all by POST"
	}
	return fmt.Sprintf("%d by POST", posts)
}

// lastedText says how long something took, if it took any time.
func lastedText(first, last int64) string {
	if last-first < 1000 {
		return ""
	}
	return " in " + lasted(first, last)
}

// actSteps are what a client of the chain did besides using shells: what it looked at before it attacked, and its
// attacks, visit by visit.
func (b *builder) actSteps(client string, acts []*act) {
	var own []*act
	for _, a := range acts {
		if b.crew.own(a) && b.shells[a.plain] == nil {
			own = append(own, a)
		}
	}
	gap := int64(sessionGapMS)
	if n := b.attackSteps(client, own, gap, nil); n > maxAttackSteps {
		gap = maxTimeMS
	}
	b.attackSteps(client, own, gap, b.add)
	hostile := int64(maxTimeMS) // when its first attack or use was
	for _, a := range acts {
		if _, attack := a.attack(); attack || b.shells[a.plain] != nil && a.answered {
			hostile = a.time
			break
		}
	}
	looks := 0
	for _, v := range visits(own, sessionGapMS) {
		if v[0].time < hostile && looks < maxLooks && b.lookStep(client, v, hostile) {
			looks++
		}
	}
}

// lookStep is the part of a visit that comes before a client's first attack; false if there are no pages in it.
func (b *builder) lookStep(client string, v visit, until int64) bool {
	var pages []*act
	var names []string
	assets, missing := 0, 0
	for _, a := range v {
		switch {
		case a.time >= until:
		case kindOf(a.plain) == assetKind:
			assets++
		default:
			pages = append(pages, a)
			if missed(uint16(a.status)) {
				missing++
			}
			if n := VisibleN(a.path, 40); len(names) < 4 && !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	if len(pages) == 0 {
		return false
	}
	last := pages[len(pages)-1]
	text := fmt.Sprintf("looks at %s%s: %s", count(len(pages), "page"), lastedText(pages[0].time, last.time), strings.Join(names, ", "))
	if missing > 0 {
		text += fmt.Sprintf("; %d of them not there", missing)
	}
	if assets > 0 {
		text += fmt.Sprintf("; fetches %s as a browser does", count(assets, "picture or style file"))
	}
	b.add(Step{Kind: "recon", Time: timeOf(pages[0].time), End: timeOf(last.time), Client: client, Count: len(pages), Ref: b.ref(pages[0].row), Refs: b.refs(rowsOf(pages, MaxRefs)),
		Text: text, Confidence: "likely", Link: "the same address and agent as the attacks that follow"})
	return true
}

// attackSteps gives add one step for each visit and place that was attacked, and returns how many there are.
func (b *builder) attackSteps(client string, acts []*act, gap int64, add func(Step)) int {
	var attackActs []*act
	for _, a := range acts {
		if _, ok := a.attack(); ok {
			attackActs = append(attackActs, a)
		}
	}
	n := 0
	for _, v := range visits(attackActs, gap) {
		places := map[string][]*act{}
		for _, a := range v {
			places[a.plain] = append(places[a.plain], a)
		}
		n += len(places)
		if add == nil {
			continue
		}
		for _, plain := range sortedKeys(places) {
			add(b.attackStep(client, places[plain]))
		}
	}
	return n
}

func (b *builder) attackStep(client string, acts []*act) Step {
	sum := &attack{Path: acts[0].path, FirstRow: acts[0].row, First: acts[0].time, Classes: map[Class]int{}, Fields: map[string]int{}}
	tool := ""
	var gaps []int64
	for i, a := range acts {
		sum.N++
		sum.Last = a.time
		switch {
		case a.status >= 200 && a.status < 300:
			sum.Answered++
		case a.status >= 500:
			sum.Failed++
		}
		for _, f := range a.found {
			if attacks(f) {
				sum.Classes[f.Class]++
				sum.Fields[f.Field]++
				sum.Level = max(sum.Level, f.Level)
			}
			if f.Class == Scan && f.Field == "agent" && tool == "" {
				tool = VisibleN(f.Match, 40)
			}
		}
		if i > 0 {
			gaps = append(gaps, a.time-acts[i-1].time)
		}
	}
	s := b.pointStep(client, sum)
	s.Refs = b.refs(rowsOf(acts, MaxRefs))
	slices.Sort(gaps)
	switch {
	case tool != "":
		s.Text += "; the agent names " + tool
	case len(gaps) >= 9 && gaps[len(gaps)/2] <= toolPaceMS:
		s.Text += "; at the pace of a tool"
	case len(gaps) > 0 && gaps[0] > toolPaceMS:
		s.Text += "; at the pace of a hand"
	}
	if sum.N >= minActiveAttack {
		s.Techniques = append(s.Techniques, "T1595.002")
	}
	return s
}

// pointStep is what a client did to one place.
func (b *builder) pointStep(client string, a *attack) Step {
	s := Step{Kind: "injection", Time: timeOf(a.First), End: timeOf(a.Last), Count: a.N, Ref: b.ref(a.FirstRow), Refs: b.refs(a.Rows), Client: client, Confidence: "seen"}
	if a.Level < High {
		s.Kind = "probe"
	} else {
		s.Techniques = []string{"T1190"}
	}
	s.Text = fmt.Sprintf("%s at %s%s: %s%s; %d answered 2xx", count(a.N, "request"), VisibleN(a.Path, 80), fieldWords(a.Fields),
		classWords(a.Classes), lastedText(a.First, a.Last), a.Answered)
	if a.Failed > 0 {
		s.Text += fmt.Sprintf(", %d made the server fail", a.Failed)
	}
	s.Link = b.whyClient(client)
	return s
}

// whyClient says why a client is part of the chain.
func (b *builder) whyClient(client string) string {
	uses, plants := false, false
	for _, k := range b.at {
		p, ok := b.plantOf(k)
		plants = plants || ok && p.client == client
		uses = uses || b.usedBy(k, client)
	}
	switch {
	case plants && uses:
		return "the same client as the plant and the use"
	case plants:
		return "the same client as the plant"
	case uses:
		return "the same client as the use of the shell"
	case len(b.at) == 0:
		return ""
	}
	for _, i := range b.intruders {
		x := &b.out.Intruders[i]
		if slices.Contains(x.Clients, client) && len(x.Links) > 0 {
			return "its client is one of " + x.Name + "'s: see the reasons there"
		}
	}
	return ""
}

// sumSteps are the attacks of a client whose requests were not read one by one.
func (b *builder) sumSteps(client string) {
	h := b.hostile[client]
	if h == nil {
		return
	}
	n := 0
	for _, a := range h.sortedPoints() {
		if b.shells[scriptKey(a.Path)] == nil && n < maxAttackSteps {
			b.add(b.pointStep(client, a))
			n++
		}
	}
}

// spanSteps are a client's scans and guesses.
func (b *builder) spanSteps(client string) {
	h := b.hostile[client]
	if h == nil {
		return
	}
	for _, sp := range h.Spans {
		s := Step{Kind: "probe", Time: timeOf(sp.First), Ref: b.ref(sp.FirstRow), Client: client, Text: sp.Why, Confidence: "seen", Link: b.whyClient(client)}
		switch {
		case sp.Class == Bruteforce:
			s.Techniques = []string{"T1110"}
		case sp.Rule == "scan-enumeration" || sp.Rule == "probe-shell-sweep":
			s.Kind, s.Techniques = "recon", []string{"T1595.003"}
		default:
			continue
		}
		b.add(s)
	}
}

// commandSteps are what is known to have been run: read from requests, from process events, or from both.
func (b *builder) commandSteps() {
	steps := map[string]int{} // by reference of a request: the first of its steps
	last := map[commandKey]int{}
	n := 0
	put := func(k commandKey, s Step, cites []string) int {
		b.commands++
		if i, ok := last[k]; ok && s.Time.Sub(b.in.Steps[i].end()) <= sessionGapMS*time.Millisecond && s.Time.Sub(b.in.Steps[i].Time) >= 0 {
			o := &b.in.Steps[i]
			o.Count = max(1, o.Count) + 1
			o.End = s.Time
			o.Refs = moreRefs(o.Refs, append(cites, s.Ref)...)
			return i
		}
		if n >= maxCommandSteps {
			return -1
		}
		n++
		s.Refs = moreRefs(s.Refs, cites...)
		b.add(s)
		last[k] = len(b.in.Steps) - 1
		return last[k]
	}
	for _, client := range b.clients {
		for _, a := range b.crew.acts[client] {
			at := slices.IndexFunc(b.at, func(k shellKey) bool { return k.plain == a.plain && b.crew.siteOf(a) == k.site })
			for _, c := range ranBy(a, at >= 0) {
				s := Step{Kind: "command", Time: timeOf(a.time), Ref: b.ref(a.row), Client: client, Confidence: "seen", Techniques: commandTechniques(c.text),
					Text: commandText(c.text) + " · " + c.how, Link: "sent to the shell"}
				if at < 0 {
					s.Link = "sent by a client of the chain to " + VisibleN(a.path, 60)
				}
				var cites []string
				for _, row := range a.also {
					cites = append(cites, b.ref(row))
				}
				if c.target != "" {
					b.wrote = append(b.wrote, wrote{c.target, s})
				}
				if i := put(commandKey{client, c.text}, s, cites); i >= 0 {
					for _, ref := range append(cites, s.Ref) {
						if _, ok := steps[ref]; !ok {
							steps[ref] = i
						}
					}
				}
			}
		}
	}
	b.spawnSteps(steps, put)
}

// A commandKey tells a command from its repeats.
type commandKey struct{ client, text string }

// spawnSteps joins the processes that the server started to the commands of the same request, and makes steps of the
// others: one for each burst of processes, since a shell that is told to run something starts several.
func (b *builder) spawnSteps(steps map[string]int, put func(commandKey, Step, []string) int) {
	who := b.byRef()
	bursts := map[int]int{}
	for i := range b.out.Spawned {
		sp := &b.out.Spawned[i]
		at := slices.IndexFunc(b.at, func(k shellKey) bool { return k.plain == scriptKey(sp.Script) })
		a := who[sp.Request]
		if sp.Request == "" || at < 0 || a == nil && (b.at[at].site != "" || !slices.Contains(b.clients, sp.Client)) {
			continue
		}
		b.events++
		known := commandTechniques(sp.Command)
		n, ok := steps[sp.Request]
		if !ok {
			n, ok = bursts[sp.Burst]
		}
		if ok {
			s := &b.in.Steps[n]
			s.Refs = moreRefs(s.Refs, sp.Process)
			s.Techniques = merge(s.Techniques, known)
			if s.Ref != sp.Process && !strings.Contains(s.Text, "the server started") {
				s.Text += "; the server started " + VisibleN(sp.Command, 160)
			}
			continue
		}
		s := Step{Kind: "command", Time: sp.Time.UTC(), Ref: sp.Process, Client: sp.Client, Confidence: "likely", Techniques: known, Refs: []string{sp.Request},
			Text: commandText(sp.Command) + " · a process event", Link: fmt.Sprintf("started by the server within %s of a request to %s", lasted(0, max(sp.GapMS, -sp.GapMS)), baseOf(sp.Script))}
		if !sp.Sure {
			s.Confidence = "possible"
		}
		if n := put(commandKey{sp.Client, sp.Command}, s, []string{sp.Request}); n >= 0 {
			bursts[sp.Burst] = n
		}
	}
}

// byRef finds the acts of the chain's shells by reference, if there are processes to be joined to them.
func (b *builder) byRef() map[string]*act {
	out := map[string]*act{}
	if len(b.procs) == 0 {
		return out
	}
	for _, k := range b.at {
		for _, u := range b.uses[k] {
			for _, a := range u.acts {
				out[b.ref(a.row)] = a
				for _, row := range a.also {
					out[b.ref(row)] = a
				}
			}
		}
	}
	return out
}

// moreRefs adds references that are not there yet, up to MaxRefs.
func moreRefs(refs []string, more ...string) []string {
	for _, r := range more {
		if r != "" && len(refs) < MaxRefs && !slices.Contains(refs, r) {
			refs = append(refs, r)
		}
	}
	return refs
}

// merge adds the texts of another sorted list.
func merge(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

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
	for _, kind := range []string{"query:", "body:"} {
		if p, ok := strings.CutPrefix(best, kind); ok && p != "" {
			return " in " + VisibleN(p, 40)
		}
	}
	return ""
}

package triage

// What a chain's steps add up to: the stretches in which nothing happens, what the evidence does not say, and a
// paragraph that tells the whole, each sentence with its records.

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	quietGap  = 12 * time.Hour
	maxQuiet  = 20
	maxHoles  = 10
	edgeOfLog = 24 * time.Hour
)

// gaps finds the quiet stretches, and what is missing.
func (b *builder) gaps() {
	in := &b.in
	var end time.Time
	for i := range in.Steps {
		s := &in.Steps[i]
		if s.Time.IsZero() {
			continue
		}
		if !end.IsZero() && s.Time.Sub(end) >= quietGap && len(in.Gaps) < maxQuiet {
			in.Gaps = append(in.Gaps, Gap{Kind: "quiet", From: end, To: s.Time, Text: "quiet for " + longText(s.Time.Sub(end))})
		}
		if e := s.end(); e.After(end) {
			end = e
		}
	}
	b.holes()
	slices.SortStableFunc(in.Gaps, func(x, y Gap) int { return x.From.Compare(y.From) })
	if len(b.at) > 0 {
		b.unknowns()
	}
}

// holes are the silences of the log within an incident, see EvidenceGap.
func (b *builder) holes() {
	n := 0
	for _, g := range b.out.Gaps {
		if g.From.IsZero() || g.To.IsZero() || !g.From.Before(b.in.Last) || !g.To.After(b.in.First) || g.Level < Medium || n == maxHoles {
			continue
		}
		n++
		b.in.Gaps = append(b.in.Gaps, Gap{Kind: "evidence", From: g.From, To: g.To, Text: g.Text, Refs: g.Refs})
	}
}

// unknowns are what the evidence does not say of a chain with a shell.
func (b *builder) unknowns() {
	miss := func(refs []string, format string, args ...any) {
		b.in.Gaps = append(b.in.Gaps, Gap{Kind: "evidence", Text: fmt.Sprintf(format, args...), Refs: refs})
	}
	for _, k := range b.at {
		name := VisibleN(b.shells[k.plain].Path, 80)
		p, ok := b.plantFor(k)
		switch lead, guess := b.plantOf(k); {
		case !ok && guess:
			miss([]string{b.ref(lead.row)}, "the plant of %s is not known; what others did before its first answer may be it or not", name)
		case !ok:
			miss(nil, "the plant is not in the evidence: no request says how %s came onto the server", name)
		case !p.named:
			miss([]string{b.ref(p.row)}, "no request names %s: that it was planted as told is a guess from what came before its first answer", name)
		}
	}
	logFirst, logLast := timeOf(b.period.First), timeOf(b.period.Last)
	if start := timeOf(b.planted); b.planted < maxTimeMS && start.Sub(logFirst) < edgeOfLog {
		miss(nil, "the log begins %s before the plant or first use: what came before is not in it", longText(start.Sub(logFirst)))
	}
	if d := logLast.Sub(b.in.Last); d < edgeOfLog {
		when := longText(d) + " after"
		if d < time.Minute {
			when = "with"
		}
		miss(nil, "the log ends %s the last step: the intrusion may go on beyond it", when)
	}
	if b.commands == 0 {
		switch {
		case len(b.procs) == 0 && !b.crew.body:
			miss(nil, "what was done through the shell is not known: the logs hold no request bodies, and no process events were given")
		case !b.crew.body:
			miss(nil, "what was done through the shell is not known: the logs hold no request bodies, and no process event fits a use")
		default:
			miss(nil, "what was done through the shell is not known: no request body and no process event that was given shows a command")
		}
	}
	if len(b.files) == 0 {
		miss(nil, "no listing of the web root was given: whether the shell is still there, and what else was written, is not known")
	}
	if len(b.unread) > 0 {
		miss(nil, "%s sent too many requests to be read one by one: %s", count(len(b.unread), "client"), VisibleN(strings.Join(b.unread, ", "), 100))
	}
}

// longText writes a stretch of time in its two largest units.
func longText(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh %dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd %dh", int(d.Hours())/24, int(d.Hours())%24)
}

// summarise tells the incident.
func (b *builder) summarise() {
	b.in.Summary = []Sentence{}
	if len(b.at) == 0 {
		b.tellAttacks("")
		b.say(nil, "No shell is known to have come of it; the log does not say whether any of it worked.")
		return
	}
	b.tellAttacks(" before the shell")
	b.tellPlant()
	b.tellUse()
	b.tellCommands()
	b.tellFurther()
	b.tellLeft()
	for i := range b.in.Gaps {
		if g := &b.in.Gaps[i]; g.Kind == "evidence" {
			b.say(g.Refs, "%s%s.", strings.ToUpper(g.Text[:1]), g.Text[1:])
		}
	}
}

func (b *builder) say(refs []string, format string, args ...any) {
	if refs == nil {
		refs = []string{}
	}
	b.in.Summary = append(b.in.Summary, Sentence{fmt.Sprintf(format, args...), refs})
}

// of are the steps of some kinds.
func (b *builder) of(kinds ...string) []*Step {
	var out []*Step
	for i := range b.in.Steps {
		if s := &b.in.Steps[i]; slices.Contains(kinds, s.Kind) {
			out = append(out, s)
		}
	}
	return out
}

func refsOf(steps []*Step) []string {
	out := []string{}
	for _, s := range steps {
		out = moreRefs(out, s.Ref)
	}
	return out
}

// whoOf names the clients of steps.
func whoOf(steps []*Step) string {
	var out []string
	for _, s := range steps {
		if s.Client != "" && !slices.Contains(out, VisibleN(s.Client, 60)) {
			out = append(out, VisibleN(s.Client, 60))
		}
	}
	if len(out) > 4 {
		return fmt.Sprintf("%s and %d more", strings.Join(out[:4], ", "), len(out)-4)
	}
	return strings.Join(out, ", ")
}

// sum counts the records of steps.
func sum(steps []*Step) int {
	n := 0
	for _, s := range steps {
		n += max(1, s.Count)
	}
	return n
}

func (b *builder) tellAttacks(when string) {
	if looks := b.of("recon"); len(looks) > 0 && when != "" {
		b.say(refsOf(looks), "%s looked around first, from %s.", whoOf(looks), stampOf(looks[0].Time))
	}
	attacks := b.of("injection", "probe")
	if len(attacks) == 0 {
		return
	}
	var earlier []*Step
	for _, s := range attacks {
		if when == "" || s.Time.UnixMilli() <= b.planted {
			earlier = append(earlier, s)
		}
	}
	if len(earlier) > 0 {
		b.say(refsOf(earlier), "%s sent %s with payloads or guesses%s, from %s on.", whoOf(earlier), count(sum(earlier), "request"), when, stampOf(earlier[0].Time))
	}
	if n := sum(attacks) - sum(earlier); n > 0 {
		b.say(refsOf(attacks[len(earlier):]), "%s more of them came after it.", count(n, "request"))
	}
}

func (b *builder) tellPlant() {
	for _, s := range b.of("plant") {
		b.say(append([]string{s.Ref}, s.Refs...), "At %s %s %s (%s).", stampOf(s.Time), VisibleN(s.Client, 60), s.Text, s.Confidence)
	}
}

func (b *builder) tellUse() {
	uses := b.of("use")
	if len(uses) == 0 {
		b.say(nil, "No request to the shell was answered.")
		return
	}
	last := uses[0]
	for _, s := range uses {
		if s.end().After(last.end()) {
			last = s
		}
	}
	b.say(refsOf(uses), "%s used %s %s between %s and %s.", whoOf(uses), VisibleN(strings.Join(b.in.Shells, ", "), 100), times(sum(uses)), stampOf(uses[0].Time), stampOf(last.end()))
	var users []string
	for _, l := range b.in.Lanes {
		if slices.Contains(l.Kinds, "use") {
			users = append(users, l.Label)
		}
	}
	if len(users) > 1 {
		b.say(nil, "By what they share, these clients are %s: %s. Who they are is another question.", count(len(users), "intruder"), strings.Join(users, ", "))
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func (b *builder) tellCommands() {
	steps := b.of("command")
	if len(steps) == 0 {
		return
	}
	var first []string
	for _, known := range []bool{true, false} { // those whose meaning is known say more
		for _, s := range steps {
			text, _, _ := strings.Cut(s.Text, " · ")
			if g := gist(text); len(first) < 4 && (len(s.Techniques) > 0) == known && !slices.Contains(first, g) {
				first = append(first, g)
			}
		}
	}
	more := ""
	if b.events > 0 {
		more = fmt.Sprintf(", %s of process events among their records", count(b.events, "line"))
	}
	b.say(refsOf(steps), "%s are known to have been sent or run%s, such as: %s.", count(sum(steps), "command"), more, strings.Join(first, " | "))
}

func (b *builder) tellFurther() {
	if s := b.of("further"); len(s) > 0 {
		b.say(refsOf(s), "%s may have come of it; the first: %s.", count(len(s), "further file or script"), s[0].Text)
	}
	if s := b.of("download"); len(s) > 0 {
		b.say(refsOf(s), "%s may be data taken out; the first: %s.", count(len(s), "answer"), s[0].Text)
	}
}

func (b *builder) tellLeft() {
	if len(b.left) == 0 {
		return
	}
	var names, refs []string
	for _, a := range b.left {
		refs = moreRefs(refs, b.ref(a.row))
		if n := VisibleN(a.client, 60); len(names) < 4 && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	b.say(refs, "Left out: %s that met the shell in a sweep of many paths or as a crawler (%s).", count(len(b.left), "client"), strings.Join(names, ", "))
}

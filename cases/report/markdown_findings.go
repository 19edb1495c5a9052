package report

import (
	"fmt"
	"sort"
	"strings"

	"spoor/triage"
	"spoor/triage/outcome"
)

func (p *printer) incidents() {
	p.section("Incident chain")
	if len(p.report.Incidents) == 0 {
		p.f("No requests could be chained into an incident. That is not proof that there was none.")
		return
	}
	for i := range p.report.Incidents {
		p.incident(&p.report.Incidents[i])
	}
}

func (p *printer) incident(in *triage.Incident) {
	p.f("### %s %s\n", or(text(in.Title), "Incident"), refCode(in.Ref))
	p.f("Level %s, %s. Clients: %s. Shells: %s.\n", level(in.Level), span(in.First, in.Last), several(in.Clients), several(in.Shells))
	for _, s := range in.Summary {
		p.f("- %s%s", text(s.Text), p.refs(s.Refs))
	}
	if len(in.Summary) > 0 {
		p.f("")
	}
	if len(in.Lanes) > 0 {
		p.header("Lane", "Intruder", "Clients", "First step", "Last step", "Steps")
		for _, l := range in.Lanes {
			p.row(cell(l.Label), cell(l.Name)+" "+refCode(l.Intruder), cell(strings.Join(l.Clients, ", ")), at(l.First), at(l.Last), cell(strings.Join(l.Kinds, ", ")))
		}
		p.f("")
	}
	for n, s := range in.Steps {
		p.step(n, &s)
	}
	if len(in.Gaps) > 0 {
		p.f("\nGaps, as stretches without a step and as what the evidence does not say:\n")
		for _, g := range in.Gaps {
			when := ""
			if !g.From.IsZero() {
				when = span(g.From, g.To) + ": "
			}
			p.f("- %s%s%s", when, text(g.Text), p.refs(g.Refs))
		}
	}
	p.f("")
}

// techniques is one table of what the incidents show, each technique once.
func (p *printer) techniques() {
	type seen struct {
		id, name, why string
		in, refs      []string
	}
	var list []*seen
	at := map[string]*seen{}
	for i := range p.report.Incidents {
		in := &p.report.Incidents[i]
		for _, t := range in.Mapped {
			x := at[t.ID]
			if x == nil {
				x = &seen{id: t.ID, name: t.Name, why: t.Why}
				at[t.ID], list = x, append(list, x)
			}
			x.in, x.refs = append(x.in, in.Ref), append(x.refs, t.Refs...)
		}
	}
	p.section("ATT&CK techniques")
	if len(list) == 0 {
		p.f("No step could be mapped to a technique.")
		return
	}
	sort.Slice(list, func(i, j int) bool { return list[i].id < list[j].id })
	p.f("Each is described on its page at attack.mitre.org. That a technique was used does not say that it succeeded.\n")
	p.header("Technique", "Name", "What shows it", "Incidents", "References")
	for _, x := range list {
		p.row(text(x.id), text(x.name), text(x.why), p.refList(x.in), or(p.refList(distinct(x.refs)), "-"))
	}
}

// step is one link of the chain: what happened, and why it belongs there.
func (p *printer) step(n int, s *triage.Step) {
	who, why := "", ""
	if s.Client != "" {
		who = " from " + text(s.Client)
	}
	if s.Lane != "" {
		who += " (" + text(s.Lane) + ")"
	}
	if s.Link != "" {
		why = "; linked: " + text(s.Link)
		if s.Confidence != "" {
			why += " (" + text(s.Confidence) + ")"
		}
	}
	if s.Outcome != "" {
		why = "; outcome: " + text(s.Outcome) + why
	}
	p.f("%d. %s, **%s**%s: %s%s%s", n+1, at(s.Time), or(text(s.Kind), "step"), who, text(s.Text), why, p.refs(stepRefs(*s)))
}

// fared is an outcome in front of a text.
func fared(outcome string) string {
	if outcome == "" {
		return ""
	}
	return text(outcome) + ": "
}

// stepRefs is the step's own record and then the further ones, each once.
func stepRefs(s triage.Step) []string {
	var refs []string
	if s.Ref != "" {
		refs = append(refs, s.Ref)
	}
	for _, r := range s.Refs {
		if r != s.Ref {
			refs = append(refs, r)
		}
	}
	return refs
}

func (p *printer) webshells() {
	p.section("Web shells")
	if len(p.report.Webshells) == 0 {
		p.f("No path behaves like a web shell. That is not proof that there is none.")
		return
	}
	for i := range p.report.Webshells {
		p.webshell(&p.report.Webshells[i])
	}
}

func (p *printer) webshell(w *triage.Webshell) {
	p.f("### %s %s\n", text(w.Path), refCode(w.Ref))
	if w.Requests == 0 {
		p.f("Score %d of 100. A file; no request in these logs is for it.\n", w.Score)
	} else {
		p.f("Score %d of 100. %s, %s, answered to %s.\n", w.Score, plural(int64(w.Requests), "request", "requests"), span(w.First, w.Last), several(w.Clients))
	}
	if w.Outcome != "" {
		p.f("- Outcome of its use: %s", text(w.Outcome))
	}
	switch {
	case w.PlantedBy != nil:
		why := ""
		if w.PlantWhy != "" {
			why = ": " + text(w.PlantWhy)
		}
		sure := ""
		if w.PlantConfidence != "" {
			sure = ", confidence " + w.PlantConfidence
		}
		p.f("- Planted by %s line %d%s%s%s", text(w.PlantedBy.Source), w.PlantedBy.Line, sure, why, p.refs([]string{w.PlantedBy.Ref}))
		for _, l := range w.PlantOther {
			p.f("- Or by %s line %d (%s): %s%s", text(l.Source), l.Line, l.Confidence, text(l.Why), p.refs([]string{l.Ref}))
		}
	default:
		p.f("- How it got there: not enough to tell from the evidence in this case.")
	}
	if w.File != nil {
		p.f("- On disk: %s, %s, modified %s, %s%s", text(w.File.Path), text(string(w.File.Verdict)), at(w.File.ModTime), fileHash(w.File), p.refs([]string{w.File.Ref}))
	}
	for _, r := range w.Reasons {
		p.f("- (%+d) %s%s", r.Weight, text(r.Text), p.refs(r.Refs))
	}
	if uses := citeRefs(w.Uses); len(uses) > 0 {
		p.f("- Its first uses%s", p.refs(uses))
	}
	p.f("")
}

func (p *printer) intruders() {
	p.section("Intruders and attribution")
	if len(p.report.Intruders) == 0 {
		p.f("No client did enough to be called an intruder.")
		return
	}
	p.f("An intruder is a group of clients that share so much that one hand is likely behind them. " +
		"\"Consistent with\" means that nothing seen contradicts it, not that it was so.\n")
	for i := range p.report.Intruders {
		p.intruder(&p.report.Intruders[i], i)
	}
}

func (p *printer) intruder(in *Intruder, n int) {
	label := in.Label
	if label == "" {
		label = or(in.Name, fmt.Sprintf("Intruder %d", n+1))
	}
	p.f("### %s %s\n", text(label), refCode(in.Ref))
	p.f("%s, %s of which %d hostile.\n", span(in.First, in.Last), plural(int64(in.Requests), "request", "requests"), in.Hostile)
	p.f("- Clients: %s", several(in.Clients))
	p.f("- Agents: %s", several(in.Agents))
	p.f("- Shells used: %s", several(in.Shells))
	if len(in.Fared) > 0 {
		var parts []string
		for _, o := range outcome.Outcomes {
			if n := in.Fared[string(o)]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, text(string(o))))
			}
		}
		p.f("- Attacks: %s", strings.Join(parts, ", "))
	}
	for _, l := range in.Links {
		p.f("- Belong together: %s%s", text(l.Text), p.refs(l.Refs))
	}
	for _, o := range in.Observed {
		p.f("- Seen: %s, %s%s", text(o.ID), text(o.Why), p.refs(o.Refs))
	}
	p.f("\nWho it is: **%s**", text(in.verdict()))
	most := shownGroups
	if len(in.Shells) == 0 {
		most = shownGroupsElse
	}
	p.attribution(&in.Attribution, most)
	if len(in.Shells) > 0 {
		p.matrix(in.Attribution.Matrix)
	}
	p.f("")
}

// attribution prints the opinion. How likely it is and how good its ground is are two things, and two paragraphs.
// How many of the groups that would fit a report shows with their reasons: of intruders with a shell, and of others.
const (
	shownGroups     = 5
	shownGroupsElse = 2
)

func (p *printer) attribution(a *Attribution, most int) {
	if a.Name != "" {
		p.f("\nNamed: %s", text(a.Name))
	}
	if a.Likelihood != "" {
		p.f("\nLikelihood: %s.", text(a.Likelihood))
	}
	if a.Confidence != "" {
		p.f("\nConfidence: %s.", text(a.Confidence))
	}
	if o := a.Override; o != nil {
		p.f("\nBeside this computed answer, %s holds it to be **%s**: %s", or(text(o.Author), "the analyst"), text(o.Name), text(o.Reason))
		if o.Likelihood != "" {
			p.f("\nThe analyst's likelihood: %s.", text(o.Likelihood))
		}
		if o.Confidence != "" {
			p.f("\nThe analyst's confidence: %s.", text(o.Confidence))
		}
	}
	if len(a.Why) > 0 {
		p.f("\nWhy:\n")
		p.statements(a.Why)
	}
	if len(a.Consistent) > 0 {
		p.f("\nConsistent with, best fit first:\n")
	}
	for i, h := range a.Consistent {
		if i == most {
			p.f("- and %d more, in the case and in the JSON report", len(a.Consistent)-i)
			break
		}
		likely := ""
		if h.Likely != "" {
			likely = ": " + text(h.Likely)
		}
		p.f("- %s%s", strings.TrimSpace(text(h.Name)+" ("+or(text(h.ID), "no id")+")"), likely)
		for _, s := range h.For {
			p.f("  - for: %s%s", text(s.Text), p.refs(s.Refs))
		}
		for _, s := range h.Against {
			p.f("  - against: %s%s", text(s.Text), p.refs(s.Refs))
		}
	}
	for _, l := range []struct {
		head string
		list []Statement
	}{{"Other explanations that stay open", a.Alternatives}, {"What would change the answer", a.WouldChange}, {"What was not collected", a.NotCollected}} {
		if len(l.list) > 0 {
			p.f("\n%s:\n", l.head)
			p.statements(l.list)
		}
	}
	if a.KnowledgeBase != "" {
		p.f("\nWeighed against %s.", text(a.KnowledgeBase))
	}
}

func (p *printer) findings() {
	p.section("Findings by class")
	list := p.report.Findings
	if len(list) == 0 {
		p.f("No rule fired.")
		return
	}
	p.f("\"Answered\" counts the requests that the server answered with status 2xx, which says nothing of success; how the " +
		"attacks fared stands under \"Attempted against succeeded\".\n")
	p.header("Class", "Requests", "Answered", "Clients", "Highest level", "First", "Last")
	for _, c := range list {
		p.row(text(string(c.Class)), fmt.Sprint(c.Requests), fmt.Sprint(c.Answered), fmt.Sprint(c.Clients), level(c.Highest), at(c.First), at(c.Last))
	}
	for i := range list {
		p.samples(&list[i])
	}
}

// fared sets what was attempted against what came of it.
func (p *printer) fared() {
	p.section("Attempted against succeeded")
	known := false
	for _, c := range p.report.Findings {
		known = known || c.Fared != nil
	}
	if !known {
		p.f("How the attacks fared was not looked at, or there were none.")
		p.worked()
		return
	}
	p.f("Counted are attacks: like requests of one client into one place. Succeeded: something came of it. Likely: the answers " +
		"follow what was asked for. No sign: nothing speaks for it; the log may not show it. Failed: refused, or answered as any other.\n")
	p.header("Class", "Requests", "Attacks", "Succeeded", "Likely succeeded", "No sign", "Failed")
	for _, c := range p.report.Findings {
		if c.Fared == nil {
			continue
		}
		all := 0
		for _, n := range c.Fared {
			all += n
		}
		if all == 0 {
			continue
		}
		n := func(o outcome.Outcome) string { return fmt.Sprint(c.Fared[string(o)]) }
		p.row(text(string(c.Class)), fmt.Sprint(c.Requests), fmt.Sprint(all), n(outcome.Succeeded), n(outcome.Likely), n(outcome.NoSign), n(outcome.Failed))
	}
	p.worked()
}

// worked lists the attacks that succeeded or likely did, with what says so.
func (p *printer) worked() {
	list := p.report.Worked
	if len(list) == 0 {
		return
	}
	p.f("\n### Attacks that worked\n")
	p.header("Outcome", "Class", "Client", "Place", "Requests", "First", "Last", "What says so")
	for i, a := range list {
		if i == shownRows {
			p.more(len(list) - i)
			return
		}
		why := "-"
		if len(a.Reasons) > 0 {
			why = text(a.Reasons[0].Text) + " " + p.refList(a.Reasons[0].Refs[:min(len(a.Reasons[0].Refs), 3)])
		}
		p.row(string(a.Outcome), text(string(a.Class)), text(a.Client), cell(a.Place()), fmt.Sprint(a.Requests), at(a.First), at(a.Last), why)
	}
}

func (p *printer) samples(c *ClassFindings) {
	if len(c.Samples) == 0 {
		return
	}
	p.f("\n### Samples: %s\n", text(string(c.Class)))
	p.header("Reference", "Time", "Client", "Request", "Status", "Rule", "What matched, decoded", "Why")
	for i, s := range c.Samples {
		if i == shownRows {
			p.more(len(c.Samples) - i)
			return
		}
		status := "-"
		if s.Status != 0 {
			status = fmt.Sprint(s.Status)
		}
		p.row(p.refList([]string{s.Ref}), at(s.Time), text(s.Client), strings.TrimSpace(text(s.Method)+" "+cell(s.Target)), status,
			text(s.Rule), cell(s.Match), text(s.Why))
	}
}

// cell is evidence in a table that is to stay readable; the appendix has the whole line.
func cell(s string) string { return escape(triage.VisibleN(s, 160)) }

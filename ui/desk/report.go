package desk

// The report: what the case says, put into one report.Report. Every statement names the records it rests on.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"spoor/cases"
	"spoor/cases/report"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/triage/outcome"
)

const (
	maxSamples       = 5
	maxReportShells  = 20
	maxReportActors  = 20
	maxReportFiles   = 500
	maxReportProcs   = 200
	maxReportChains  = 20
	maxReportWorked  = 200
	maxReportClients = 1_000_000
)

// Report puts the case into a report. Records judged benign by the responder are left out of the findings'
// samples and named as such.
func (d *Desk) Report(ctx context.Context) (*report.Report, error) {
	info := d.Info()
	counts := d.Counts()
	r := &report.Report{
		Case: info, TLP: info.TLP, GeneratedAt: time.Now().UTC(), GeneratedBy: d.who.cases(), Version: Version,
		Evidence: d.Evidence(), Method: methods(d.KB()), Limits: limits(),
		Scope:     report.Scope{First: counts.First, Last: counts.Last, Zone: d.zones(), Requests: counts.Requests, Clients: int64(counts.Clients)},
		Incidents: head(d.Incidents(), maxReportChains), Notes: d.Notes(), Verdicts: d.sortedVerdicts(),
	}
	for _, w := range d.Webshells() {
		if w.Score >= triage.ShellScore && len(r.Webshells) < maxReportShells {
			r.Webshells = append(r.Webshells, w)
		}
	}
	for _, a := range head(d.Intruders(), maxReportActors) {
		r.Intruders = append(r.Intruders, report.Intruder{Intruder: a.Intruder, Label: a.Intruder.Name, Attribution: attribution(a),
			Fared: faredCounts(a.Fared)})
	}
	for _, e := range d.Timeline() {
		ev := report.Event{Time: e.Time, Level: e.Level, Kind: e.Kind, Client: e.Client, Text: e.Text, Outcome: e.Outcome}
		if e.Ref != "" {
			ev.Refs = []string{e.Ref}
		}
		r.Timeline = append(r.Timeline, ev)
	}
	if err := d.reportFindings(ctx, r); err != nil {
		return nil, err
	}
	if err := d.reportRead(ctx, r); err != nil {
		return nil, err
	}
	if err := d.reportProcesses(ctx, r); err != nil {
		return nil, err
	}
	if err := d.reportCharts(ctx, r); err != nil {
		return nil, err
	}
	d.reportFiles(r)
	r.Summary = d.summary(r)
	r.Indicators = d.indicators(r)
	r.Advice = report.Advise(r)
	r.Gaps = d.gaps()
	seq, headHash := d.Case.Head()
	r.Custody = report.Custody{Records: seq, Head: headHash, Runs: d.Case.Runs(), Warnings: d.Case.Warnings(), Seals: d.Case.Sealed(), Packs: d.Case.Packs()}
	var err error
	if r.EvidenceMD5, err = d.ListedMD5s(ctx, 0); err != nil {
		return nil, err
	}
	for _, ref := range report.Citations(r) {
		c, err := d.Cite(ref)
		cited := report.Cited{Citation: c}
		if err != nil {
			cited = report.Cited{Citation: cases.Citation{Ref: ref}, Missing: triage.Visible(err.Error())}
		}
		r.Cited = append(r.Cited, cited)
	}
	return r, ctx.Err()
}

func head[T any](list []T, n int) []T { return list[:min(len(list), n)] }

func (d *Desk) zones() string {
	var out []string
	for _, e := range d.Evidence() {
		if !slices.Contains(out, e.Zone) {
			out = append(out, e.Zone)
		}
	}
	return strings.Join(out, ", ")
}

func (d *Desk) sortedVerdicts() []cases.Verdict {
	var out []cases.Verdict
	for _, v := range d.Verdicts() {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b cases.Verdict) int { return strings.Compare(a.Ref, b.Ref) })
	return out
}

func attribution(a Actor) report.Attribution {
	out := report.Attribution{Verdict: a.Verdict, Confidence: a.Confidence}
	if a.Assessment.Name != nil {
		out.Name, out.Likelihood = *a.Assessment.Name, a.Consistent[0].Band+", "+a.Consistent[0].Range()
	}
	for _, c := range head(a.Consistent, 10) {
		out.Consistent = append(out.Consistent, report.Hypothesis{ID: c.ID, Name: c.Name, Likely: c.Band + ", " + c.Range(), For: statements(c.For), Against: statements(c.Against)})
	}
	out.Alternatives, out.Why = statements(a.Rivals), statements(a.Why)
	out.WouldChange, out.NotCollected, out.Override, out.KnowledgeBase = statements(a.WouldChange), statements(a.NotCollected), a.Override, a.KnowledgeBase
	out.Matrix = matrixOf(&a.Matrix)
	return out
}

// matrixOf is an ACH matrix as a report has it; nil if there is no evidence in it.
func matrixOf(m *intel.Matrix) *report.Matrix {
	if len(m.Rows) == 0 {
		return nil
	}
	out := new(report.Matrix)
	for _, h := range m.Hypotheses {
		out.Columns = append(out.Columns, report.MatrixColumn{ID: h.ID, Name: h.Name, Consistent: h.Consistent, Inconsistent: h.Inconsistent})
	}
	for i := range m.Rows {
		r := &m.Rows[i]
		row := report.MatrixRow{Text: r.Text, Grade: r.Grade, Diagnosticity: r.Diagnosticity, Tells: r.Tells, Without: r.Without, Refs: r.Refs}
		for _, c := range r.Cells {
			row.Cells = append(row.Cells, string(c))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func statements(texts []string) []report.Statement {
	var out []report.Statement
	for _, t := range texts {
		out = append(out, report.Statement{Text: t})
	}
	return out
}

// reportFindings sums the findings by class, with samples of the highest level first.
func (d *Desk) reportFindings(ctx context.Context, r *report.Report) error {
	attacks := d.Attacks()
	for _, a := range attacks {
		if outcome.Worked(a.Outcome) && len(r.Worked) < maxReportWorked {
			r.Worked = append(r.Worked, a)
		}
	}
	for _, class := range triage.Classes {
		query := "class:" + string(class) + " level:>=low -verdict:benign"
		all, err := d.Search(ctx, query)
		if err != nil {
			return err
		}
		if all.Len() == 0 {
			continue
		}
		ok, err := d.Search(ctx, query+" status:2xx")
		if err != nil {
			return err
		}
		clients, err := all.Facet(ctx, "ip", maxReportClients)
		if err != nil {
			return err
		}
		cf := report.ClassFindings{Class: class, Requests: int64(all.Len()), Answered: int64(ok.Len()), Clients: int64(len(clients))}
		if len(attacks) > 0 {
			cf.Fared = faredCounts(outcome.Tally(attacks, class))
		}
		if cf.First, cf.Last, err = reach(all); err != nil {
			return err
		}
		if err := d.samples(ctx, class, &cf); err != nil {
			return err
		}
		r.Findings = append(r.Findings, cf)
	}
	return nil
}

// faredCounts are counts of attacks by how they fared, as a report has them.
func faredCounts(n map[outcome.Outcome]int) map[string]int {
	out := map[string]int{}
	for o, k := range n {
		out[string(o)] = k
	}
	return out
}

// samples fills the highest level and a few requests that have it.
func (d *Desk) samples(ctx context.Context, class triage.Class, cf *report.ClassFindings) error {
	for level := triage.Critical; level >= triage.Low && len(cf.Samples) < maxSamples; level-- {
		res, err := d.Search(ctx, fmt.Sprintf("class:%s level:%s -verdict:benign", class, level))
		if err != nil {
			return err
		}
		rows, err := res.Rows(0, maxSamples*4)
		if err != nil {
			return err
		}
		for _, row := range rows {
			found, err := d.Store.Findings(row.Ref)
			if err != nil {
				return err
			}
			for _, f := range found {
				if f.Class != class || len(cf.Samples) >= maxSamples {
					continue
				}
				cf.Highest = max(cf.Highest, f.Level)
				cf.Samples = append(cf.Samples, report.Sample{Ref: row.Ref, Time: row.Time, Client: row.Client, Method: row.Method,
					Target: row.URI(), Status: row.Status, Rule: f.Rule, Match: f.Match, Why: f.Why})
				break
			}
		}
	}
	return nil
}

// reportProcesses lists the suspicious processes, those of the server first.
func (d *Desk) reportProcesses(ctx context.Context, r *report.Report) error {
	r.ProcessesRead, _ = d.Store.ProcessCount()
	list, err := d.Processes(ctx, "-verdict:benign", false, maxSuspicious)
	if err != nil {
		return err
	}
	spawned := d.spawned()
	for _, byServer := range []bool{true, false} {
		for _, p := range list.Processes {
			if p.ByServer() != byServer || len(r.Processes) == maxReportProcs || p.Findings[0].Level < triage.Medium && !byServer {
				continue
			}
			x := report.Process{Process: p, ByServer: byServer, Techniques: []string{}}
			for _, f := range p.Findings {
				x.Techniques = append(x.Techniques, triage.ProcessTechniques(f.Rule)...)
			}
			slices.Sort(x.Techniques)
			x.Techniques = slices.Compact(x.Techniques)
			if s := spawned[p.Ref]; s != nil {
				x.Client, x.GapMS, x.Sure = s.Client, s.GapMS, s.Sure
			}
			r.Processes = append(r.Processes, x)
		}
	}
	return nil
}

func (d *Desk) reportFiles(r *report.Report) {
	all := slices.Clone(d.Files())
	triage.SortFiles(all)
	for _, f := range all {
		if f.Level() >= triage.Medium && len(f.Findings) > 0 && len(r.Suspects) < maxReportFiles {
			r.Suspects = append(r.Suspects, f)
		}
	}
	counts := map[triage.FileVerdict]int64{}
	for _, f := range d.Files() {
		counts[f.Verdict]++
	}
	for _, v := range []triage.FileVerdict{triage.KnownBad, triage.Changed, triage.Unknown, triage.KnownGood} {
		if counts[v] > 0 {
			r.FileCounts = append(r.FileCounts, report.FileCount{Verdict: v, Files: counts[v]})
		}
		for _, f := range d.Files() {
			if f.Verdict == v && v != triage.KnownGood && len(r.Files) < maxReportFiles {
				r.Files = append(r.Files, f)
			}
		}
	}
}

// summary answers what came in, how, who and how sure, a sentence each.
func (d *Desk) summary(r *report.Report) []report.Statement {
	counts := d.Counts()
	out := []report.Statement{{Text: fmt.Sprintf("The case holds %d requests by %d clients, from log files: %d; collected files: %d. The evidence register lists what was given.",
		counts.Requests, counts.Clients, len(slices.DeleteFunc(d.Evidence(), func(e cases.Evidence) bool { return e.Role != cases.RoleLog })), len(d.Files()))}}
	chains := 0
	for _, in := range r.Incidents {
		if len(in.Shells) == 0 {
			continue
		}
		chains++
		for _, s := range in.Summary {
			refs := s.Refs
			if len(refs) == 0 {
				refs = []string{in.Ref}
			}
			out = append(out, report.Statement{Text: s.Text, Refs: refs})
		}
	}
	if chains == 0 {
		out = append(out, report.Statement{Text: "No chain from an attack to a web shell was found in this evidence. That is not proof that there is none: see limits and gaps."})
	}
	for _, a := range r.Intruders {
		if len(a.Shells) > 0 {
			out = append(out, report.Statement{Text: fmt.Sprintf("%s (%s): %s.", a.Label, strings.Join(head(a.Clients, 5), ", "), a.Attribution.Verdict), Refs: []string{a.Ref}})
		}
	}
	for _, c := range r.Findings {
		if c.Class == triage.SQLi && len(c.Samples) > 0 {
			out = append(out, report.Statement{Text: fmt.Sprintf("SQL injection was attempted in %d requests by %d clients; %d were answered 2xx, which does not say that they succeeded.", c.Requests, c.Clients, c.Answered) + d.fared(), Refs: []string{c.Samples[0].Ref}})
		}
	}
	return append(out, faredStatements(d.Attacks())...)
}

// faredStatements sum up how the attacks fared; nothing if there were none.
func faredStatements(attacks []outcome.Attack) []report.Statement {
	if len(attacks) == 0 {
		return nil
	}
	n := outcome.Tally(attacks, "")
	s := report.Statement{Text: fmt.Sprintf("Of %d attacks (like requests of one client into one place), %d succeeded, %d likely succeeded, %d show no sign of success and %d failed.",
		len(attacks), n[outcome.Succeeded], n[outcome.Likely], n[outcome.NoSign], n[outcome.Failed])}
	for _, a := range attacks {
		if outcome.Worked(a.Outcome) && len(a.Reasons) > 0 && len(a.Reasons[0].Refs) > 0 && len(s.Refs) < 5 {
			s.Refs = append(s.Refs, a.Reasons[0].Refs[0])
		}
	}
	return []report.Statement{s}
}

// indicators lists what to look for elsewhere: of intruders with shells, and of bad or planted files.
func (d *Desk) indicators(r *report.Report) []report.Indicator {
	var out []report.Indicator
	seen := map[string]bool{}
	add := func(kind, value, why string, refs ...string) {
		if value != "" && !seen[kind+value] {
			seen[kind+value] = true
			out = append(out, report.Indicator{Kind: kind, Value: value, Why: why, Refs: refs})
		}
	}
	for _, in := range r.Intruders {
		if len(in.Shells) == 0 {
			continue
		}
		for _, c := range in.Clients {
			add("client", c, "address of "+in.Label, in.Ref)
		}
		for _, a := range in.Agents {
			add("agent", a, "sent by "+in.Label+"; others may send it too", in.Ref)
		}
	}
	for _, w := range r.Webshells {
		add("path", w.Path, fmt.Sprintf("web-shell candidate, score %d", w.Score), w.Ref)
		if w.File != nil {
			add("sha256", w.File.SHA256, "file of the candidate "+w.Path, w.File.Ref)
			add("sha1", w.File.SHA1, "file of the candidate "+w.Path, w.File.Ref)
			add("md5", w.File.MD5, "file of the candidate "+w.Path, w.File.Ref)
		}
	}
	for _, f := range r.Files {
		if f.Verdict == triage.KnownBad {
			add("sha256", f.SHA256, "known-bad file "+f.Path, f.Ref)
			add("md5", f.MD5, "known-bad file "+f.Path, f.Ref)
		}
	}
	return out
}

// methods says how spoor came to its answers; kb is the knowledge base that the case is judged by.
func methods(kb *intel.KB) []report.Statement {
	return statements([]string{
		"Each log line was parsed by its format; each distinct request was decoded in layers and judged by rules (rule set " + triage.RuleSetHash()[:16] + "), each of which names its reason.",
		"Behaviour (scans, password guessing, web-shell candidates) was judged from all requests together; thresholds come from the log's own distribution. The score of a candidate is the sum of the weights of its reasons, between 0 and 100.",
		"Clients were grouped into intruders by what they share; each link has its reason. Sharing a shell alone is no link.",
		"Attribution weighs what was seen against " + kb.String() + ". A name needs independent items from two sources, well graded, one of them not a shared tool but pointing to one group alone: " +
			"items of two kinds, or two malware families of the group's own that are known by different publications. Otherwise the answer is \"unattributed\". " + intel.Notice,
	})
}

func limits() []report.Statement {
	return statements([]string{
		"Access logs hold no request bodies: what a shell was told to do is not in them, though the event log of the server may show what it ran.",
		"That a process came just after a request is no proof that the one started the other; the report says where chance would do as well.",
		"A status of 2xx says that the server answered, not that an attack succeeded.",
		"An address is not a person; several people may share one, and one person may use several.",
		"A shell written into an existing, linked script, or used since the log's first day, may rank low without file evidence.",
	})
}

// gaps lists what the register does not already show.
func (d *Desk) gaps() []report.Statement {
	var out []report.Statement
	for _, g := range d.Gaps() {
		switch g.Kind {
		case "partial", "cut", "rejected", "refused":
			continue
		}
		text := g.Text + "."
		if g.Source != "" {
			text = g.Source + ": " + text
		} else {
			text = strings.ToUpper(text[:1]) + text[1:]
		}
		if !g.From.IsZero() {
			text = fmt.Sprintf("%s to %s UTC: %s", g.From.Format("2006-01-02 15:04:05"), g.To.Format("2006-01-02 15:04:05"), text)
		}
		out = append(out, report.Statement{Text: text, Refs: g.Refs})
	}
	return out
}

// reach is the time of a result's first and last request.
func reach(res *index.Result) (first, last time.Time, err error) {
	rows, err := res.Rows(0, 1)
	if err != nil || len(rows) == 0 {
		return first, last, err
	}
	end, err := res.Rows(res.Len()-1, 1)
	if err != nil || len(end) == 0 {
		return first, last, err
	}
	return rows[0].Time, end[0].Time, nil
}

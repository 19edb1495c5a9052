package desk

// What of the evidence the case's intelligence speaks of: findings on files, requests and processes, each with its
// source and grade, and what that says of intruders.

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"spoor/index"
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/triage/intel/feed"
)

// How many requests and processes get a finding of intelligence. Variables, so that a test need not fill them.
var (
	maxMarks = 200_000
	maxTold  = 50_000
)

// The other bounds of matching.
const (
	maxOfRecord   = 20      // findings of one record
	maxMatches    = 10_000  // that are listed
	maxAskClients = 500_000 // distinct clients that are compared
	maxSaid       = 100     // items of evidence about one intruder
	maxSaidRows   = 20_000  // requests that are looked at for them
)

// intelRule is the id of a finding of intelligence, before the kind of the indicator.
const intelRule = "intel-"

// source, grade and says are what a finding tells of an indicator.
func (x *intelligence) source(in *feed.Indicator) string {
	return cmp.Or(in.Source, x.of[in].Source)
}

func (x *intelligence) grade(in *feed.Indicator) string { return in.Graded(x.of[in].Grade) }

func (x *intelligence) says(in *feed.Indicator) string {
	out := fmt.Sprintf("%s (grade %s) lists the %s %s", triage.VisibleN(x.source(in), 80), x.grade(in), in.Kind, triage.VisibleN(in.Value, 120))
	if in.Actor != "" {
		out += " for " + triage.VisibleN(in.Actor, 80)
	}
	for _, s := range []string{in.Comment, in.Date} {
		if s != "" {
			out += ": " + triage.VisibleN(s, 160)
		}
	}
	return out
}

// level is how much a match asks for attention: by the grade, and for an expression by its score.
func (x *intelligence) level(in *feed.Indicator) triage.Level {
	g := x.grade(in)
	good := len(g) == 2 && g[0] <= 'C' && g[1] <= '3'
	switch {
	case in.Kind == feed.Name && in.Score >= 80 && good, in.Kind != feed.Name && in.Kind != feed.Hash && good:
		return triage.Medium
	case in.Kind == feed.Hash && good:
		return triage.High
	}
	return triage.Low
}

func (x *intelligence) finding(in *feed.Indicator, field, match string) triage.Finding {
	return triage.Finding{Rule: intelRule + string(in.Kind), Class: triage.Other, Level: x.level(in), Field: field,
		Match: triage.VisibleN(match, triage.MaxMatch/2), Why: x.says(in)}
}

// bad is the hashes of the intelligence as a list of known-bad files.
func (x *intelligence) bad(files []triage.HashEntry) []triage.HashList {
	var out []triage.HashList
	for _, e := range files {
		for _, h := range []string{e.MD5, e.SHA1, e.SHA256} {
			for _, in := range x.matcher.Hash(h) {
				bad := triage.HashEntry{Comment: x.says(in), Line: in.Line}
				switch len(h) {
				case 32:
					bad.MD5 = h
				case 40:
					bad.SHA1 = h
				default:
					bad.SHA256 = h
				}
				out = append(out, triage.HashList{Source: triage.Source{Path: x.of[in].Path}, Role: triage.RoleKnownBad, Entries: []triage.HashEntry{bad}})
			}
		}
	}
	return out
}

// judgeFiles adds findings of intelligence to files.
func (x *intelligence) judgeFiles(files []triage.File) {
	if x.all == 0 {
		return
	}
	for i := range files {
		f := &files[i]
		var found []triage.Finding
		for _, h := range []string{f.SHA256, f.SHA1, f.MD5} {
			for _, in := range x.matcher.Hash(h) {
				found = append(found, x.finding(in, "hash", h))
			}
		}
		for _, in := range x.matcher.Path(f.Path) {
			found = append(found, x.finding(in, "name", f.Path))
		}
		if len(found) > 0 {
			f.Findings = append(slices.Clone(f.Findings), found[:min(len(found), maxOfRecord)]...)
			slices.SortStableFunc(f.Findings, func(a, b triage.Finding) int { return cmp.Compare(b.Level, a.Level) })
		}
	}
}

// searchedColumns are the texts of requests that may name domains, addresses and URLs.
var searchedColumns = []string{"query", "path", "body", "referer", "ua", "host", "answer"}

// A marker adds findings to the requests of a survey.
type marker struct {
	sv   *triage.Survey
	ids  map[triage.Finding]uint32
	left int
}

// mark is false if no more findings are taken.
func (m *marker) mark(row uint64, f triage.Finding) bool {
	n, ok := m.ids[f]
	if !ok {
		n = uint32(len(m.sv.Findings))
		m.ids[f] = n
		m.sv.Findings = append(m.sv.Findings, f)
	}
	m.sv.Marks = append(m.sv.Marks, triage.Mark{Row: row, Finding: n})
	m.left--
	return m.left > 0
}

// markRequests adds findings of intelligence about requests to the survey: clients, and domains, URLs, addresses and
// hashes in what was asked for, sent, answered, and said of where it came from, in the fullest decoding.
func (d *Desk) markRequests(ctx context.Context, sv *triage.Survey) error {
	x := d.intelligence()
	if x.all == 0 {
		return nil
	}
	m := &marker{sv, map[triage.Finding]uint32{}, maxMarks}
	if err := d.markClients(ctx, x, m); err != nil {
		return err
	}
	for _, column := range searchedColumns {
		if m.left <= 0 {
			break
		}
		hits := map[string][]feed.Hit{}
		err := d.Store.EachText(ctx, column, func(text, plain string) bool {
			found := x.matcher.Text(plain, column == "ua")
			if len(found) == 0 && text != plain {
				found = x.matcher.Text(text, column == "ua")
			}
			if len(found) > 0 {
				hits[text] = found[:min(len(found), maxOfRecord)]
			}
			return len(found) > 0
		}, func(row uint64, text, _ string) bool {
			for _, h := range hits[text] {
				if !m.mark(row, x.finding(h.In, column, h.Match)) {
					return false
				}
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(sv.Marks, func(a, b triage.Mark) int { return cmp.Compare(a.Row, b.Row) })
	return nil
}

// markClients marks the requests of clients that are listed.
func (d *Desk) markClients(ctx context.Context, x *intelligence, m *marker) error {
	everything, err := d.searchAll(ctx)
	if err != nil {
		return err
	}
	clients, err := everything.Facet(ctx, "ip", maxAskClients)
	if err != nil {
		return err
	}
	var listed []string
	for _, c := range clients {
		if len(x.client(c.Value)) > 0 {
			listed = append(listed, c.Value)
		}
	}
	if len(listed) == 0 {
		return nil
	}
	return d.Store.Whole().Of(listed, func(row uint64, r *triage.Request, _ []triage.Finding) bool {
		for _, h := range x.client(r.Client) {
			if !m.mark(row, x.finding(h.In, "client", h.Match)) {
				return false
			}
		}
		return true
	})
}

// client lists what is said of a client: an address, a name, or a chain of those that proxies forward.
func (x *intelligence) client(client string) []feed.Hit {
	var out []feed.Hit
	for hop := range strings.SplitSeq(client, ",") {
		if hop = strings.TrimSpace(hop); hop == "" {
			continue
		}
		for _, in := range x.matcher.Client(hop) {
			out = append(out, feed.Hit{In: in, Match: hop})
		}
	}
	return out[:min(len(out), maxOfRecord)]
}

// markProcesses keeps findings of intelligence about process creations: the hashes and the path of what ran, and the
// domains, URLs, addresses, hashes and file names in its command line, decoded.
func (d *Desk) markProcesses(ctx context.Context) error {
	x := d.intelligence()
	var out []index.Told
	if x.all > 0 {
		err := d.Store.EachProcess(ctx, nil, false, func(p *triage.Process) error {
			if len(out) >= maxTold {
				return nil
			}
			found := x.processFindings(p)
			if len(found) == 0 {
				return nil
			}
			own := slices.ContainsFunc(p.Findings, func(f triage.Finding) bool { return !strings.HasPrefix(f.Rule, intelRule) })
			key, _, _ := strings.Cut(strings.TrimPrefix(p.Ref, "r:"), ".")
			out = append(out, index.Told{Key: key, Line: p.Line, Findings: found, Quiet: !own})
			return nil
		})
		if err != nil {
			return fmt.Errorf("compare the processes with the intelligence: %w", err)
		}
	}
	return d.Store.PutTold(out)
}

// processFindings are the findings of intelligence on a process creation.
func (x *intelligence) processFindings(p *triage.Process) []triage.Finding {
	var out []triage.Finding
	server := p.StartedByServer()
	add := func(field string, hits []feed.Hit) {
		for _, h := range hits {
			f := x.finding(h.In, field, h.Match)
			if server { // so that it is joined to the request before it
				f.Class = triage.RCE
			}
			if len(out) < maxOfRecord && !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	for h := range strings.FieldsFuncSeq(p.Hashes, func(r rune) bool { return r == ',' || r == '=' || r == ';' || r == ' ' }) {
		for _, in := range x.matcher.Hash(h) {
			add("image", []feed.Hit{{In: in, Match: h}})
		}
	}
	for _, in := range x.matcher.Path(p.Image) {
		add("image", []feed.Hit{{In: in, Match: p.Image}})
	}
	lines := []string{p.CommandLine}
	for _, l := range triage.DecodeCommand(p) {
		lines = append(lines, l.Text)
	}
	for _, l := range lines {
		add("command", x.matcher.Text(l, false))
		add("command", x.matcher.Words(l))
	}
	return out
}

// indicators lists what a finding is about.
func (x *intelligence) indicators(f *triage.Finding) []*feed.Indicator {
	var out []*feed.Indicator
	kind := feed.Kind(strings.TrimPrefix(f.Rule, intelRule))
	for _, h := range slices.Concat(x.matcher.Text(f.Match, false), x.matcher.Text("//"+f.Match, false), x.client(f.Match)) {
		if h.In.Kind == kind && x.says(h.In) == f.Why && !slices.Contains(out, h.In) {
			out = append(out, h.In)
		}
	}
	if kind == feed.Name {
		for _, in := range x.matcher.Path(f.Match) {
			if x.says(in) == f.Why {
				out = append(out, in)
			}
		}
	}
	return out
}

// said is what the intelligence says of an intruder: as evidence, and as something observed.
type said struct {
	evidence []intel.Evidence
	observed []triage.Observable
}

func (s *said) add(x *intelligence, by *feed.Indicator, why string, refs []string) {
	id := string(by.Kind) + ":" + by.Value
	for i := range s.observed {
		if o := &s.observed[i]; o.ID == id && o.Why == why+": "+x.says(by) {
			return
		}
	}
	if len(s.observed) >= maxSaid {
		return
	}
	s.observed = append(s.observed, triage.Observable{ID: id, Why: why + ": " + x.says(by), Refs: append([]string{}, refs[:min(len(refs), triage.MaxRefs)]...)})
	if e, ok := x.evidence(by); ok {
		e.Why, e.Refs = why+": "+x.says(by), refs
		s.evidence = append(s.evidence, e)
	}
}

// evidence is what an indicator that fits says of who it was: that its source ties it to a group, or that it belongs to
// a tool. ok is false if it names neither.
func (x *intelligence) evidence(by *feed.Indicator) (e intel.Evidence, ok bool) {
	e = intel.Evidence{ID: by.Value, Grade: x.grade(by), Source: x.source(by)}
	if by.Kind == feed.Name {
		e.Vertex = intel.Capability
	}
	if by.Actor == "" {
		return e, false
	}
	if e.Groups = x.kb.GroupsNamed(by.Actor); len(e.Groups) > 0 {
		return e, true
	}
	var tools []string
	for _, m := range x.kb.Lookup(by.Actor) {
		if m.Kind == "software" {
			tools = append(tools, m.ID)
		}
	}
	if len(tools) != 1 {
		return e, false
	}
	e.ID, e.Vertex = tools[0], ""
	return e, true
}

// SaidOf is what the case's intelligence says of an address, network, domain, URL or hash: whom its sources tie it to.
func (d *Desk) SaidOf(id string) []intel.Evidence {
	x := d.intelligence()
	var out []intel.Evidence
	var seen []*feed.Indicator
	for _, h := range slices.Concat(x.matcher.Text(id, false), x.matcher.Text("//"+id, false), x.client(id)) {
		if e, ok := x.evidence(h.In); ok && !slices.Contains(seen, h.In) {
			seen = append(seen, h.In)
			e.Why = x.says(h.In)
			out = append(out, e)
		}
	}
	return out
}

// saidOfClients is what requests and processes with findings of intelligence say of the clients behind them.
func (d *Desk) saidOfClients(ctx context.Context) (map[string]*said, error) {
	x, sv := d.intelligence(), d.survey()
	out := map[string]*said{}
	if x.all == 0 {
		return out, nil
	}
	of := func(client string) *said {
		if out[client] == nil {
			out[client] = &said{}
		}
		return out[client]
	}
	type seen struct {
		client  string
		finding uint32
	}
	var order []seen
	refs := map[seen][]string{}
	whole, left := d.Store.Whole(), maxSaidRows
	for _, m := range sv.Marks {
		if f := &sv.Findings[m.Finding]; !strings.HasPrefix(f.Rule, intelRule) || f.Field == "client" {
			continue
		}
		if left--; left < 0 {
			break
		}
		client, err := whole.Client(m.Row)
		if err != nil {
			return nil, err
		}
		k := seen{client, m.Finding}
		if _, ok := refs[k]; !ok {
			order = append(order, k)
		}
		if len(refs[k]) < triage.MaxRefs {
			refs[k] = append(refs[k], whole.Cite(m.Row).Ref)
		}
	}
	for _, k := range order {
		f := &sv.Findings[k.finding]
		for _, by := range x.indicators(f) {
			of(k.client).add(x, by, "in the "+fieldWord(f.Field)+" of a request", refs[k])
		}
	}
	spawned := d.spawned()
	err := d.Store.EachProcess(ctx, nil, true, func(p *triage.Process) error {
		s := spawned[p.Ref]
		if s == nil || s.Client == "" {
			return nil
		}
		for i := range p.Findings {
			if f := &p.Findings[i]; strings.HasPrefix(f.Rule, intelRule) {
				for _, by := range x.indicators(f) {
					of(s.Client).add(x, by, "in a process that a request of theirs most likely started", []string{p.Ref, s.Request})
				}
			}
		}
		return nil
	})
	return out, err
}

// fieldWord is a column as people call it.
func fieldWord(column string) string {
	if column == "ua" {
		return "agent"
	}
	return column
}

// said is what the intelligence says of an intruder: of its clients, of what they asked for and started, and of the
// files of its shells.
func (d *Desk) said(in triage.Intruder, clients map[string]*said) said {
	x := d.intelligence()
	var out said
	if x.all == 0 {
		return out
	}
	for _, c := range in.Clients {
		for _, h := range x.client(c) {
			out.add(x, h.In, "a client of the intruder", nil)
		}
	}
	for _, w := range d.judgedBenign().webshells(d.survey().Webshells) {
		if w.File == nil || !slices.Contains(in.Shells, w.Path) {
			continue
		}
		for _, h := range []string{w.File.SHA256, w.File.SHA1, w.File.MD5} {
			for _, by := range x.matcher.Hash(h) {
				out.add(x, by, "the file of a shell that the intruder used", []string{w.File.Ref})
			}
		}
		for _, by := range x.matcher.Path(w.File.Path) {
			out.add(x, by, "the name of a shell that the intruder used", []string{w.File.Ref})
		}
	}
	for _, c := range in.Clients {
		if s := clients[c]; s != nil {
			out.observed = append(out.observed, s.observed...)
			out.evidence = append(out.evidence, s.evidence...)
		}
	}
	out.observed, out.evidence = out.observed[:min(len(out.observed), maxSaid)], out.evidence[:min(len(out.evidence), maxSaid)]
	return out
}

func (d *Desk) searchAll(ctx context.Context) (*index.Result, error) {
	q, err := index.Parse("")
	if err != nil {
		return nil, err
	}
	return d.Store.Search(ctx, q)
}

// An IntelMatch is an indicator with the records that it fits.
type IntelMatch struct {
	feed.Indicator
	ID     string   `json:"id"`     // of the intelligence
	Source string   `json:"source"` // whose statement it is
	Grade  string   `json:"grade"`
	Record string   `json:"record"` // "process", "file"
	Text   string   `json:"text"`   // the record, safe to draw
	Refs   []string `json:"refs"`
}

// MatchRecords lists the files and processes that the intelligence speaks of; of requests, search for rule:intel-*.
func (d *Desk) MatchRecords(ctx context.Context) ([]IntelMatch, error) {
	x := d.intelligence()
	out := []IntelMatch{}
	add := func(record, text, ref string, findings []triage.Finding) {
		for i := range findings {
			f := &findings[i]
			if !strings.HasPrefix(f.Rule, intelRule) {
				continue
			}
			for _, in := range x.indicators(f) {
				if len(out) < maxMatches {
					out = append(out, IntelMatch{*in, x.of[in].ID, x.source(in), x.grade(in), record, triage.VisibleN(text, 300), []string{ref}})
				}
			}
		}
	}
	for _, f := range d.Files() {
		add("file", f.Path, f.Ref, f.Findings)
	}
	err := d.Store.EachProcess(ctx, nil, true, func(p *triage.Process) error {
		add("process", cmp.Or(p.CommandLine, p.Image), p.Ref, p.Findings)
		return ctx.Err()
	})
	return out, err
}

package ui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/ui/desk"
)

// What the words case, assess and intel of the command line show.

// ownGrade is the Admiralty grade of observables that carry none, as in a shell.
const ownGrade = "B2"

// assessPage weighs observables, typed as in a shell.
func (r *root) assessPage(args string) tea.Cmd {
	observables, err := desk.SplitWords(args)
	if err == nil && len(observables) == 0 {
		err = errors.New(`weigh what? for example :assess T1190 "China Chopper" T1505.003@B2 sector:technology`)
	}
	if err != nil {
		r.fail(err)
		return nil
	}
	return r.push(newPage(r.common, tabActors, "assess "+args, func(_ context.Context, d *desk.Desk) ([]line, error) {
		kb := d.KB()
		var ev []intel.Evidence
		for i, o := range observables {
			e, err := kb.ParseObservable(o)
			if err != nil {
				return nil, err
			}
			e.Grade, e.Source = cmp.Or(e.Grade, ownGrade), cmp.Or(e.Source, fmt.Sprintf("observable %d", i+1))
			ev = append(ev, e)
		}
		a := kb.Assess(ev)
		return assessLines(&a), nil
	}))
}

// assessLines is an assessment to read.
func assessLines(a *intel.Assessment) []line {
	out := []line{label("verdict", run{a.Verdict, strong}), label("", run{"confidence " + a.Confidence, plain})}
	for i, w := range a.Why {
		out = append(out, label(whyLabel(i), run{w, plain}))
	}
	out = append(out, matrixLines(subject{}, &a.Matrix)...)
	out = append(out, candidateLines("consistent with", a.Consistent)...)
	out = append(out, candidateLines("contradicted", a.Contradicted)...)
	out = append(out, listLines("RIVAL EXPLANATIONS", a.Rivals)...)
	out = append(out, listLines("WHAT WOULD CHANGE THIS", a.WouldChange)...)
	out = append(out, listLines("WHAT WAS NOT COLLECTED", a.NotCollected)...)
	return append(out, text(muted, ""), text(muted, a.KnowledgeBase), text(muted, intel.Notice))
}

// intelPage says what a name may mean, or, without a name, what the knowledge base was made from.
func (r *root) intelPage(name string) tea.Cmd {
	return r.push(newPage(r.common, tabActors, strings.TrimSpace("intel "+name), func(_ context.Context, d *desk.Desk) ([]line, error) {
		kb := d.KB()
		if name == "" {
			return sourcesOfKB(kb, d.Case.Intel(), d.IntelNotes()), nil
		}
		found := kb.Lookup(name)
		if len(found) == 0 {
			return nil, fmt.Errorf("nothing in %s is called %s; names are looked up whole", kb, name)
		}
		var out []line
		if len(found) > 1 {
			out = append(out, text(strong, fmt.Sprintf("%s may mean %d things:", name, len(found))), line{})
		}
		for _, m := range found {
			out = append(append(out, knownLines(kb, m)...), line{})
		}
		return append(out, text(muted, intel.Notice)), nil
	}))
}

func sourcesOfKB(kb *intel.KB, added []cases.Intel, notes []string) []line {
	out := []line{text(heading, "WHAT THE KNOWLEDGE BASE WAS MADE FROM")}
	for _, s := range kb.Sources() {
		out = append(out, line{hang: 2, sub: subject{title: s.Name, copied: s.Name + " " + s.Version + " " + s.SHA256},
			runs: []run{{s.Name + " " + s.Version, strong}, {"  SHA-256 " + s.SHA256, muted}}})
	}
	out = append(out, text(plain, fmt.Sprintf("%d groups, %d tools, %d techniques, %d campaigns", len(kb.Groups()), len(kb.Software()), len(kb.Techniques()), len(kb.Campaigns()))),
		line{}, text(heading, "WHAT WAS ADDED TO THIS CASE"))
	if len(added) == 0 {
		out = append(out, text(muted, "nothing; spoor intel add CASE FILE takes indicators or a newer knowledge base in"))
	}
	for _, in := range added {
		out = append(out, line{hang: 2, sub: subject{title: in.Source, copied: in.SHA256 + "  " + in.Path, open: searchMsg{"rule:intel-*"}},
			runs: []run{{in.ID + "  " + in.Source, strong}, {fmt.Sprintf("  grade %s, %s, %s; Enter: requests that fit", in.Grade, in.Format, counted(in.Entries, "entry", "entries")), plain}}})
	}
	for _, n := range notes {
		out = append(out, text(medium, n))
	}
	return append(out, line{}, text(muted, intel.Notice))
}

// knownLines says what the knowledge base holds under one name.
func knownLines(kb *intel.KB, m intel.Match) []line {
	out := []line{label(m.Kind, run{m.Name, strong}, run{"  " + m.ID, muted}),
		label("as", run{m.As + ", says " + strings.Join(m.By, ", "), plain})}
	names := func(what string, ids []string) {
		var list []string
		for _, id := range ids {
			list = append(list, id+" "+kb.Name(id))
		}
		if len(list) > 0 {
			out = append(out, label(what, run{strings.Join(list, ", "), plain}))
		}
	}
	said := func(what string, list []intel.Alias) {
		for i, a := range list {
			if i > 0 {
				what = ""
			}
			out = append(out, label(what, run{a.Name + ", says " + a.By, plain}))
		}
	}
	switch m.Kind {
	case "group":
		g, _ := kb.Group(m.ID)
		said("called", g.Aliases)
		said("country", g.Countries)
		if len(g.Sectors) > 0 {
			out = append(out, label("sectors", run{strings.Join(g.Sectors, ", ") + " (MISP)", plain}))
		}
		names("tools", g.Software)
		names("techniques", g.Techniques)
		names("campaigns", g.Campaigns)
	case "software":
		x, _ := kb.SoftwareByID(m.ID)
		said("called", x.Aliases)
		names("techniques", x.Techniques)
		names("used by", x.Groups)
	case "technique":
		x, _ := kb.Technique(m.ID)
		names("used by", x.Groups)
	case "campaign":
		x, _ := kb.Campaign(m.ID)
		said("called", x.Aliases)
		out = append(out, label("seen", run{x.First + " to " + x.Last, plain}))
		names("used by", x.Groups)
		names("tools", x.Software)
		names("techniques", x.Techniques)
	case "actor":
		names("groups", m.Groups)
	}
	if u := intel.URL(m.ID); u != "" {
		out = append(out, about(subject{title: m.Name, copied: u}, "source", run{u, plain}))
	}
	return out
}

// taskCommand says that a task of a note is done, or open again.
func (r *root) taskCommand(args string) tea.Cmd {
	f := strings.Fields(args)
	if len(f) >= 2 {
		if n, err := strconv.Atoi(f[1]); err == nil && (len(f) == 2 || f[2] == "open" || f[2] == "--open") {
			return send(taskMsg{f[0], n, len(f) == 2})
		}
	}
	r.fail(errors.New("say which task: :task NOTE N, such as :task n:3f9a12 1, and open after it if it is open again"))
	return nil
}

// caseCommand shows what is known of the case, or records one fact of it.
func (r *root) caseCommand(args string) tea.Cmd {
	if args == "" {
		return r.push(newPage(r.common, tabOverview, "case", func(_ context.Context, d *desk.Desk) ([]line, error) { return caseLines(d), nil }))
	}
	name, value, _ := strings.Cut(args, " ")
	value = strings.TrimSpace(value)
	var f cases.Facts
	to, names := (*string)(nil), []string{}
	for _, x := range cases.FactFields {
		if names = append(names, x.Name); strings.EqualFold(x.Name, name) {
			to = x.Of(&f)
		}
	}
	if to == nil || value == "" {
		r.fail(fmt.Errorf("say :case FIELD VALUE with one of %s, such as :case sector technology", strings.Join(names, ", ")))
		return nil
	}
	d := r.desk
	return r.keep("recording what is known of the case", func(context.Context) tea.Msg {
		info := d.Info()
		f = info.Facts()
		*to = value
		if err := d.SetFacts(f); err != nil {
			return failMsg{err}
		}
		return factsMsg{name + " is " + value}
	})
}

// factsMsg says that what is known of the case has changed.
type factsMsg struct{ said string }

func caseLines(d *desk.Desk) []line {
	info := d.Info()
	var out []line
	facts := info.Facts()
	rows := [][2]string{{"case", info.Name}, {"id", info.ID}, {"folder", d.Case.Dir()}, {"analyst", info.Analyst}}
	for _, x := range cases.FactFields {
		rows = append(rows, [2]string{x.Label, *x.Of(&facts)})
	}
	for _, f := range rows {
		look := strong
		if f[1] == "" {
			f[1], look = "not told", muted
		}
		out = append(out, about(subject{title: f[0], copied: f[1]}, f[0], run{f[1], look}))
	}
	first, last := d.Activity()
	if !first.IsZero() {
		out = append(out, label("activity", run{timeSpan(first, last) + " UTC, " + counted(len(d.Intruders()), "intruder", "intruders"), plain}))
	}
	seq, head := d.Case.Head()
	out = append(out, about(subject{title: "journal", copied: head}, "journal", run{counted(seq, "record", "records") + ", ends in " + head, plain}))
	for _, w := range d.Case.Warnings() {
		out = append(out, label("warning", run{w, critical}))
	}
	return append(out, line{}, text(muted, ":case sector technology records a fact, :case requested-by counsel another, and so on. Reports have the TLP label of the case unless told otherwise. :verify checks journal and evidence."))
}

// knownWords are the words for which the case has screens that no number leads to.
func (r *root) knownWords(c command) (tea.Cmd, bool) {
	switch c.name {
	case "findings":
		return r.now(searchMsg{strings.TrimSpace(join("is:finding", c.args))}), true
	case "incidents":
		return r.push(newIncidents(r.common)), true
	case "palette":
		k := r.keys
		if t := r.top(); t != nil {
			k = t.Keys().forSubject(t.Selected())
		}
		return r.openPalette(k), true
	case "log":
		return r.push(newLog(r.common)), true
	case "gaps":
		return r.push(newGaps(r.common)), true
	case "task":
		return r.taskCommand(c.args), true
	case "seal":
		return r.sealCommand(c.args), true
	case "case":
		return r.caseCommand(c.args), true
	case "assess":
		return r.assessPage(c.args), true
	case "intel":
		return r.intelPage(c.args), true
	}
	return nil, false
}

// join puts a test before a query, so that both must hold.
func join(test, query string) string {
	if query == "" {
		return test
	}
	return test + " (" + query + ")"
}

// newGaps is the register's gaps alone, those that weigh most first, also those that the row of their file tells.
func newGaps(c *common) *evidence {
	e := newEvidence(c)
	e.title, e.noun = "gaps", [2]string{"gap", "gaps"}
	e.none = "No gap is known: every line of every file given was read, and no log pauses longer than its rhythm explains."
	e.kind = "gaps"
	e.table = table[source]{all: gapColumns(), at: "kind"}
	e.row = nil
	e.again = func() (lister, *records[source]) { x := newGaps(c); return x, &x.records }
	e.read = func(_ context.Context, d *desk.Desk) ([]source, error) {
		gaps := d.Gaps()
		slices.SortStableFunc(gaps, func(a, b triage.EvidenceGap) int { return cmp.Compare(b.Level, a.Level) })
		out := make([]source, len(gaps))
		for i := range gaps {
			out[i].gap = &gaps[i]
		}
		return out, nil
	}
	return e
}

func gapColumns() []column[source] {
	type row = source
	return []column[row]{
		{name: "level", title: "lvl", width: 4, number: func(s *row) float64 { return float64(s.gap.Level) }, value: func(s *row) string { return s.gap.Level.String() },
			cell: func(s *row) (string, look) { return levelWord(s.gap.Level), levelLook(s.gap.Level) }},
		{name: "kind", width: 11, cell: func(s *row) (string, look) { return s.gap.Kind, plain }},
		{name: "source", width: 14, most: 40, from: 100, cut: cellMiddle, cell: func(s *row) (string, look) { return s.gap.Source, plain }},
		{name: "what", width: 20, grow: 1, cell: func(s *row) (string, look) { return gapText(s), plain }},
	}
}

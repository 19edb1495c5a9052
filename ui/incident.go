package ui

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
	"spoor/triage/outcome"
	"spoor/ui/desk"
)

// incident is one incident as a chain: what it is in a line, its phases, a lane for each intruder, the steps with
// the gaps between them, what is not known, and what the steps are called. Enter on a step opens its record.
type incident struct {
	records[chainRow]
	ref   string
	width int
}

// A chainRow is one row of the screen; one of its fields is set, besides in.
type chainRow struct {
	in        *triage.Incident
	head      bool
	phases    bool
	lane      *triage.Lane
	step      *triage.Step
	gap       *triage.Gap
	technique *triage.Technique
}

func newIncident(c *common, ref string) *incident {
	in := &incident{ref: ref}
	in.start(c, tabOverview, ref, c.keys.words("This incident is no longer in the case. {Back} goes back."), "row", "rows")
	in.read = func(_ context.Context, d *desk.Desk) ([]chainRow, error) {
		for _, x := range d.Incidents() {
			if x.Ref == ref {
				return chainRows(&x), nil
			}
		}
		return nil, nil
	}
	in.kind, in.args = "incident", []string{ref}
	in.b.below, in.b.tall = 8, 30
	in.b.title = "in full"
	in.table = table[chainRow]{all: chainColumns(17), at: "kind"}
	in.subject = func(r *chainRow) subject { return chainRowLine(r, minWidth).sub }
	in.row = chainRowLine
	in.span = func(r *chainRow) (time.Time, time.Time) {
		if r.step == nil {
			return time.Time{}, time.Time{}
		}
		return r.step.Time, r.step.End
	}
	in.hot = func(r *chainRow) bool { return r.step != nil && stepLook(r.step.Kind) == critical }
	in.again = func() (lister, *records[chainRow]) { x := newIncident(c, ref); return x, &x.records }
	in.about = describeChainRow
	return in
}

// Update gives clients the room that they need, before the rows are made.
func (in *incident) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(recordsMsg[chainRow]); ok && m.gen == in.gen {
		in.room(m.items)
	}
	return in.records.Update(msg)
}

// Resize is that of the list; clients get the room that the width has.
func (in *incident) Resize(width, height int) {
	in.width = width
	in.room(in.all)
	in.records.Resize(width, height)
}

func (in *incident) room(rows []chainRow) {
	if len(rows) > 0 {
		in.table.all = chainColumns(clientWidth(rows[0].in.Steps, in.width))
	}
}

// Info counts the steps, or the rows that fit the filters.
func (in *incident) Info() string {
	if len(in.items) == 0 || joined(in.filters) != "" {
		return in.records.Info()
	}
	x := in.items[0].in
	return counted(len(x.Steps), "step", "steps") + ", " + counted(len(x.Lanes), "intruder", "intruders")
}

// chainRows are the rows of an incident: gaps with a time stand before the first step after them.
func chainRows(in *triage.Incident) []chainRow {
	rows := []chainRow{{in: in, head: true}, {in: in, phases: true}}
	for i := range in.Lanes {
		rows = append(rows, chainRow{in: in, lane: &in.Lanes[i]})
	}
	gaps := in.Gaps
	for i := range in.Steps {
		for len(gaps) > 0 && !gaps[0].From.IsZero() && !gaps[0].To.After(in.Steps[i].Time) {
			rows = append(rows, chainRow{in: in, gap: &gaps[0]})
			gaps = gaps[1:]
		}
		rows = append(rows, chainRow{in: in, step: &in.Steps[i]})
	}
	for i := range gaps {
		rows = append(rows, chainRow{in: in, gap: &gaps[i]})
	}
	for i := range in.Mapped {
		rows = append(rows, chainRow{in: in, technique: &in.Mapped[i]})
	}
	return rows
}

// chainRowLine draws one row for a width.
func chainRowLine(r *chainRow, width int) line {
	in := r.in
	switch {
	case r.head:
		span := minuteSpan(in.First, in.Last)
		if width < 100 {
			span = daySpan(in.First, in.Last)
		}
		l := incidentHead(in, nil, width, false)
		l.runs = []run{{strings.ToUpper(in.Level.String()) + "  ", levelLook(in.Level)}, {span + "  ", plain}, {in.Title, strong}}
		l.sub.open = nil
		return l
	case r.phases:
		return line{runs: phaseRuns(in), sub: subject{ref: in.Ref + " phases", title: "phases", copied: phaseText(in)}}
	case r.lane != nil:
		return laneLine(r.lane, width)
	case r.step != nil:
		return line{sub: stepSubject(*r.step)} // its columns
	case r.gap != nil:
		return gapLine(r.gap)
	}
	t := r.technique
	return line{runs: []run{{cell(t.ID, 11), strong}, {cell(t.Name, 38) + " ", plain}, {counted(len(t.Refs), "record", "records"), muted}}, sub: techniqueSubject(t)}
}

// kind is what a row is: the kind of a step, or that it is none.
func (r *chainRow) kind() string {
	switch {
	case r.step != nil:
		return r.step.Kind
	case r.lane != nil:
		return "intruder"
	case r.gap != nil:
		return "gap"
	case r.technique != nil:
		return "technique"
	case r.phases:
		return "phases"
	}
	return "incident"
}

// chainColumns are the columns of the steps; other rows are drawn across them.
func chainColumns(client int) []column[chainRow] {
	type row = chainRow
	of := func(l look, get func(*triage.Step) string) func(*row) (string, look) {
		return func(r *row) (string, look) {
			if r.step == nil {
				return "", muted
			}
			return get(r.step), l
		}
	}
	return []column[row]{
		{name: "time", title: "  time (UTC)", width: 16, number: func(r *row) float64 {
			if r.step == nil {
				return math.NaN()
			}
			return unix(r.step.Time)
		}, value: func(r *row) string {
			if r.step == nil {
				return ""
			}
			return stamp(r.step.Time)
		}, cell: of(plain, func(s *triage.Step) string { return "  " + shortStamp(s.Time) })},
		{name: "intruder", title: "i", width: 1, value: func(r *row) string {
			switch {
			case r.lane != nil:
				return r.lane.Label
			case r.step != nil:
				return r.step.Lane
			}
			return ""
		}, cell: of(strong, func(s *triage.Step) string { return s.Lane })},
		{name: "kind", width: 9, value: (*row).kind, cell: func(r *row) (string, look) { return r.kind(), stepLook(r.kind()) }},
		{name: "client", width: max(6, client), cell: of(plain, func(s *triage.Step) string { return s.Client })},
		{name: "outcome", width: 11, from: 120, cell: func(r *row) (string, look) {
			if r.step == nil {
				return "", muted
			}
			o := outcome.Outcome(r.step.Outcome)
			return outcomeShort(o), outcomeLook(o)
		}, value: func(r *row) string {
			if r.step == nil {
				return ""
			}
			return r.step.Outcome
		}},
		{name: "sign", title: "+", width: 1, until: 120, cell: func(r *row) (string, look) {
			if r.step == nil {
				return "", muted
			}
			o := outcome.Outcome(r.step.Outcome)
			return outcome.Sign(o), outcomeLook(o)
		}},
		{name: "what", width: 20, grow: 1, value: func(r *row) string {
			if r.step == nil {
				return chainRowLine(r, 1<<12).sub.copied
			}
			return r.step.Text
		}, cell: of(plain, func(s *triage.Step) string { return s.Text })},
		{name: "record", width: 18, from: 120, cut: cellMiddle, cell: of(muted, func(s *triage.Step) string { return s.Ref })},
	}
}

// phaseRuns are the phases in their order, with how many steps each has. The commands are named even if none is
// known, for that is what a responder asks first.
func phaseRuns(in *triage.Incident) []run {
	var out []run
	for _, kind := range triage.StepKinds {
		i := slices.IndexFunc(in.Phases, func(p triage.Phase) bool { return p.Kind == kind })
		switch {
		case i >= 0:
			out = append(out, run{fmt.Sprintf("%s %d", kind, in.Phases[i].Steps), stepLook(kind)})
		case kind == "plant" && len(in.Shells) > 0:
			out = append(out, run{"plant ?", muted})
		case kind == "command" && len(in.Shells) > 0:
			out = append(out, run{"command ?", muted})
		default:
			continue
		}
		out = append(out, run{" > ", muted})
	}
	return out[:max(0, len(out)-1)]
}

func phaseText(in *triage.Incident) string {
	var b strings.Builder
	for _, r := range phaseRuns(in) {
		b.WriteString(r.text)
	}
	return b.String()
}

func laneLine(l *triage.Lane, width int) line {
	room := clientRoom(width)
	s := subject{ref: l.Intruder, title: l.Name, copied: fmt.Sprintf("%s %s (%s): %s; %s, %s UTC", l.Label, l.Name, l.Intruder,
		strings.Join(l.Clients, " "), strings.Join(l.Kinds, ", "), timeSpan(l.First, l.Last)), open: openMsg{l.Intruder},
		values: append([]value{{"actor", l.Intruder}}, listValues("client", l.Clients, "", nil)...)}
	return line{sub: s, runs: []run{{cell(l.Label, 2), strong}, {cell(l.Name, 12), strong}, {cell(clientsText(l.Clients), room) + " ", plain},
		{cell(daySpan(l.First, l.Last), 20) + " ", plain}, {strings.Join(l.Kinds, " "), plain}}}
}

func gapLine(g *triage.Gap) line {
	s := subject{title: "gap", copied: g.Text}
	if len(g.Refs) > 0 {
		s = citeSubject(g.Refs[0], "gap")
	}
	if g.Kind == "quiet" {
		return line{runs: []run{{cell("", 17) + "· " + g.Text, muted}}, sub: s}
	}
	return line{runs: []run{{cell("NOT KNOWN", 11), medium}, {g.Text, plain}}, sub: s}
}

func techniqueSubject(t *triage.Technique) subject {
	s := subject{title: t.ID, copied: t.ID + " " + t.Name + " " + t.Source}
	if len(t.Refs) > 0 {
		s.ref, s.open = t.Refs[0], openMsg{t.Refs[0]}
	}
	return s
}

// describeChainRow says all about one row.
func describeChainRow(r *chainRow) []line {
	switch {
	case r.head || r.phases:
		return describeStory(r.in)
	case r.lane != nil:
		return describeLane(r.lane)
	case r.step != nil:
		return describeStep(r.step)
	case r.gap != nil:
		out := []line{label("gap", run{r.gap.Text, plain})}
		if !r.gap.From.IsZero() {
			out = append(out, label("time", run{timeSpan(r.gap.From, r.gap.To) + " UTC", plain}))
		}
		return append(out, alsoLines("record", r.gap.Refs)...)
	}
	t := r.technique
	out := []line{label(t.ID, run{t.Name, strong}), label("seen", run{t.Why, plain})}
	out = append(out, alsoLines("record", t.Refs)...)
	return append(out, label("source", run{t.Source, muted}))
}

// describeStory is the incident in words, each sentence leading to its first record.
func describeStory(in *triage.Incident) []line {
	var out []line
	for _, s := range in.Summary {
		l := line{runs: []run{{s.Text, plain}}, hang: 2}
		if len(s.Refs) > 0 {
			l.sub = citeSubject(s.Refs[0], "sentence")
			l.sub.copied = s.Text + " [" + strings.Join(s.Refs, " ") + "]"
			l.runs = append(l.runs, run{"  " + s.Refs[0], muted})
		}
		out = append(out, l)
	}
	return out
}

func describeLane(l *triage.Lane) []line {
	self := subject{ref: l.Intruder, title: l.Name, copied: l.Name, open: openMsg{l.Intruder}}
	out := []line{about(self, l.Label, run{l.Name + " " + l.Intruder, strong}, run{"  Enter: why these clients are one", muted}),
		label("time", run{timeSpan(l.First, l.Last) + " UTC", plain}), label("did", run{strings.Join(l.Kinds, ", "), plain})}
	for i, c := range l.Clients {
		if i == maxListed {
			return append(out, label("", run{fmt.Sprintf("and %d more clients", len(l.Clients)-i), muted}))
		}
		out = append(out, about(clientSubject(self, c), "client", run{c, plain}))
	}
	return out
}

// describeStep says all about one step, with every record that shows it.
func describeStep(s *triage.Step) []line {
	self := stepSubject(*s)
	when := stamp(s.Time)
	if s.End.After(s.Time) {
		when = timeSpan(s.Time, s.End)
	}
	out := []line{label("step", run{s.Kind, strong}, run{"  " + when + " UTC", plain})}
	if s.Client != "" {
		lane := ""
		if s.Lane != "" {
			lane = "  intruder " + s.Lane
		}
		out = append(out, about(valueSubject(self, "client", s.Client), "client", run{s.Client, plain}, run{lane, muted}))
	}
	out = append(out, label("what", run{s.Text, plain}))
	if s.Outcome != "" {
		out = append(out, label("outcome", run{outcomeText(outcome.Outcome(s.Outcome)), outcomeLook(outcome.Outcome(s.Outcome))}, run{"  :outcomes tells why", muted}))
	}
	if s.Link != "" {
		sure := ""
		if s.Confidence != "" {
			sure = " (" + s.Confidence + ")"
		}
		out = append(out, label("linked", run{s.Link + sure, plain}))
	}
	if len(s.Techniques) > 0 {
		out = append(out, label("ATT&CK", run{strings.Join(s.Techniques, " "), plain}))
	}
	out = append(out, about(citeSubject(s.Ref, s.Kind), "record", run{s.Ref, strong}, run{"  Enter opens it", muted}))
	refs := slices.DeleteFunc(slices.Clone(s.Refs), func(r string) bool { return r == s.Ref })
	return append(out, alsoLines("also", refs)...)
}

// alsoLines are further records.
func alsoLines(name string, refs []string) []line {
	var out []line
	for _, ref := range refs {
		out = append(out, about(citeSubject(ref, name), name, run{ref, plain}))
	}
	return out
}

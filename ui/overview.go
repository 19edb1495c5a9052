package ui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/blind"
	"spoor/triage/outcome"
	"spoor/ui/desk"
)

// overview answers in ten seconds what was loaded, what happened, by whom, and what to look at. Every line
// leads to its record.
type overview struct {
	c        *common
	gen      int
	data     *overviewData
	more     overviewCounts
	moreGen  int  // the latest question for more
	partGen  int  // the latest question for a part of the histogram
	counting bool // the histogram is on its way
	err      error
	b        browser
}

// overviewData is what the overview shows.
type overviewData struct {
	counts     index.Counts
	evidence   []cases.Evidence
	refused    []cases.Refused
	lost       []cases.Evidence // registered logs that the index does not hold
	unfinished []cases.Evidence // logs that a load which was stopped has read in part
	unjudged   bool             // the requests have not been judged as a whole
	warnings   []string         // about the case itself
	gaps       []triage.EvidenceGap
	incidents  []triage.Incident
	webshells  []triage.Webshell
	actors     []desk.Actor
	files      []triage.File
	stolen     *blind.Totals // nil if injection was never looked at
	processes  [2]int64      // process events, and those with a finding
	verdicts   map[string]cases.Verdict
	notes      noteCounts
	fared      map[outcome.Outcome]int // attacks by how they fared; empty if that is not known
}

type overviewMsg struct {
	gen  int
	data *overviewData
	err  error
}

// overviewCounts is what is counted over all requests once the rest is shown.
type overviewCounts struct {
	hist           histogram
	clients, paths []index.Count // those with most attacks
	answered       int           // attacks that the server answered with success
}

type overviewCountsMsg struct {
	gen int
	overviewCounts
	whole bool // all of it has been counted
	err   error
}

// Attacks, for the overview: requests that it counts by client and path, and those of them that may have worked.
const (
	hotQuery      = "level:>=medium"
	answeredQuery = "level:>=high status:2xx"
	maxHot        = 5
)

// tall is the height from which the overview says more than it must.
const tall = 36

func newOverview(c *common) *overview {
	o := &overview{c: c, b: newBrowser(c, "in full", "reading the case")}
	o.b.below, o.b.tall = 3, tall
	o.b.band.noun, o.b.band.second = "requests", "findings"
	o.b.build = func(i int) []line { return o.detail(i) }
	return o
}

func (o *overview) Init() tea.Cmd {
	o.moreGen = 0
	return o.read()
}

// read reads what is known of the case as a whole.
func (o *overview) read() tea.Cmd {
	o.gen = o.c.gen()
	d, gen := o.c.desk, o.gen
	return o.c.work("reading the case", func(ctx context.Context) tea.Msg { return readOverview(ctx, d, gen) })
}

// count counts over all requests, which takes longer; not again until evidence comes.
func (o *overview) count() tea.Cmd {
	if o.moreGen != 0 || o.data == nil || o.data.counts.Requests == 0 {
		return nil
	}
	o.moreGen, o.counting = o.c.gen(), true
	d, gen, ctx := o.c.desk, o.moreGen, o.c.ctx
	return func() tea.Msg { return countAll(ctx, d, gen) }
}

func readOverview(ctx context.Context, d *desk.Desk, gen int) tea.Msg {
	v := &overviewData{counts: d.Counts(), evidence: d.Evidence(), incidents: d.Incidents(), webshells: d.Webshells(),
		actors: d.Intruders(), files: d.Files(), verdicts: d.Verdicts(), refused: d.Refusals(),
		lost: d.Missing(), unfinished: d.Unfinished(), warnings: d.Case.Warnings(), gaps: d.Gaps()}
	v.notes = countNotes(d)
	v.stolen = d.StolenTotals()
	v.fared = outcome.Tally(d.Attacks(), "")
	v.processes[0], v.processes[1] = d.Store.ProcessCount()
	v.unjudged = v.counts.Requests > 0 && d.Store.Survey() == nil
	return overviewMsg{gen: gen, data: v}
}

// countAll counts all requests over time.
func countAll(ctx context.Context, d *desk.Desk, gen int) tea.Msg {
	m := overviewCountsMsg{gen: gen}
	all, err := d.Search(ctx, "")
	if err == nil {
		m.hist, err = readHistogram(ctx, all, time.Time{}, time.Time{})
	}
	m.err = err
	return m
}

// andHot adds to m who attacked most and the like, which takes longer than all the rest.
func (m overviewCountsMsg) andHot(ctx context.Context, d *desk.Desk) tea.Msg {
	m.clients, m.paths, m.answered, m.err = countHot(ctx, d)
	m.whole = true
	return m
}

// countHot counts who attacked most, and what, and how many attacks were answered.
func countHot(ctx context.Context, d *desk.Desk) (clients, paths []index.Count, answered int, err error) {
	hot, err := d.Search(ctx, hotQuery)
	if err != nil {
		return nil, nil, 0, err
	}
	ok, err := d.Search(ctx, answeredQuery)
	if err != nil {
		return nil, nil, 0, err
	}
	if clients, err = hot.Facet(ctx, "ip", maxHot); err != nil {
		return nil, nil, 0, err
	}
	paths, err = hot.Facet(ctx, "path", maxHot)
	return clients, paths, ok.Len(), err
}

func (o *overview) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case overviewMsg:
		if msg.gen != o.gen {
			return nil
		}
		if errors.Is(msg.err, context.Canceled) && o.data != nil {
			return nil // what is shown is as good as it was
		}
		o.data, o.err = msg.data, msg.err
		o.fill()
		return o.count()
	case overviewCountsMsg:
		if msg.gen != o.moreGen {
			return nil
		}
		o.more, o.counting = msg.overviewCounts, false
		if o.b.band.lo.IsZero() {
			o.b.band.put(o.more.hist)
		}
		o.b.hasBand = o.more.hist.bucket > 0
		o.b.divide()
		o.fill()
		if msg.whole || msg.err != nil {
			return send(failed(msg.err))
		}
		d, ctx := o.c.desk, o.c.ctx
		return func() tea.Msg { return msg.andHot(ctx, d) }
	case changedMsg:
		if msg.evidence {
			return o.Init()
		}
		return o.read()
	case histogramMsg:
		if msg.gen == o.partGen {
			o.b.band.put(msg.hist)
			return send(failed(msg.err))
		}
	case tea.KeyMsg:
		k := o.Keys()
		if o.b.band.focus && !matches(msg, k.Tab) {
			return o.measure(o.b.pressBand(&k, msg))
		}
		o.b.press(msg)
	}
	return nil
}

// measure does what was chosen in the histogram: the requests of a time or a span are on their own screen.
func (o *overview) measure(a bandAct) tea.Cmd {
	switch {
	case a.recount:
		return o.recount()
	case !a.jump.IsZero():
		a.from, a.to = o.b.band.span(o.b.band.at, o.b.band.at)
	case a.from.IsZero():
		return nil
	}
	return o.c.now(searchMsg{joined(spanFilters(nil, a.from, a.to))})
}

// recount counts the part of the histogram that is seen larger, or all of it again.
func (o *overview) recount() tea.Cmd {
	o.partGen = o.c.gen()
	d, ctx, gen, lo, hi := o.c.desk, o.c.ctx, o.partGen, o.b.band.lo, o.b.band.hi
	return func() tea.Msg {
		m := histogramMsg{gen: gen}
		all, err := d.Search(ctx, "")
		if err == nil {
			m.hist, err = readHistogram(ctx, all, lo, hi)
		}
		m.err = err
		return m
	}
}

func (o *overview) fill() {
	if o.err != nil {
		o.b.list.empty = o.err.Error()
		return
	}
	if o.data != nil {
		o.b.set(o.data.lines(&o.more, o.b.list.width-gutterWidth, o.room()))
	}
}

// room is how many rows the overview has, if that is more than it needs at least; else 0.
func (o *overview) room() int {
	if o.b.split.height < tall {
		return 0
	}
	return o.b.list.height
}

func (o *overview) Resize(width, height int) {
	o.b.resize(width, height)
	o.fill()
}

func (o *overview) View() string         { return o.b.view() }
func (o *overview) Place() (int, string) { return tabOverview, screenNames[tabOverview] }
func (o *overview) Selected() subject    { return o.b.selected() }

func (o *overview) Info() string {
	if o.data == nil {
		return ""
	}
	likely := 0
	for _, w := range o.data.webshells {
		if w.Score >= likelyShell {
			likely++
		}
	}
	return fmt.Sprintf("%s, %s, %s", counted(len(o.data.incidents), "incident", "incidents"),
		counted(likely, "web shell", "web shells"), counted(len(o.data.actors), "intruder", "intruders"))
}

// detail is the line under the cursor in full, since rows are cut to one line each.
func (o *overview) detail(i int) []line {
	l := o.b.list.lines[i]
	s := l.sub
	if s.copied == "" {
		return []line{text(muted, s.title)}
	}
	return []line{{runs: []run{{s.copied, plain}}, sub: s}}
}

// Measuring reports whether the histogram has the keys.
func (o *overview) Measuring() bool { return o.b.band.focus }

// Leave gives the keys back to the list and reports whether another pane had them.
func (o *overview) Leave() bool { return o.b.leave() }

// Keys are those of a list, or of the histogram.
func (o *overview) Keys() keyMap {
	k := o.b.keys()
	if !o.b.band.focus {
		return k
	}
	k = o.b.band.keys(k)
	if o.b.band.begun < 0 {
		k.Enter.SetHelp(k.Enter.Help().Key, "requests of this time")
	} else {
		k.Enter.SetHelp(k.Enter.Help().Key, "requests of this span")
	}
	return k
}

// waits reports whether what a key is about is on its way.
func (o *overview) waits(msg tea.KeyMsg) bool {
	if o.data == nil {
		return o.err == nil
	}
	return matches(msg, o.c.keys.Tab) && o.b.onDetail && o.counting
}

func (o *overview) noRows() bool { return o.err != nil }

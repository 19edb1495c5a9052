package ui

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
	"spoor/triage/blind"
	"spoor/ui/desk"
)

// stolen is the list of what injection read, each value masked until asked for, or of how the attacks fared.
type stolen struct {
	records[lootRow]
	attacks  bool
	unmasked bool
}

// A lootRow is one row: the sums, a read or an attack.
type lootRow struct {
	loot   *desk.Loot
	totals *blind.Totals
	read   *blind.Read
	attack *blind.Attack
}

type (
	stolenMsg   struct{} // the intent that shows what injection read
	unmaskedMsg struct { // that values are to be shown is in the journal
		gen int
		err error
	}
)

func newStolen(c *common, want string) *stolen {
	s := &stolen{}
	title := "Stolen"
	if want != "" {
		title = want
	}
	s.start(c, tabOverview, title, "", "row", "rows")
	s.want = want
	s.kind = "stolen"
	s.b.title = "in full"
	s.row = func(x *lootRow, _ int) line { return sumsRow(x) }
	s.subject = func(x *lootRow) subject {
		switch {
		case x.totals != nil:
			return sumsRow(x).sub
		case x.attack != nil:
			return attackSubject(x.attack)
		}
		return readSubject(x.read)
	}
	s.span = func(x *lootRow) (from, to time.Time) {
		switch {
		case x.attack != nil:
			return x.attack.First, x.attack.Last
		case x.read != nil:
			return x.read.First, x.read.Last
		}
		return from, to
	}
	s.hot = func(x *lootRow) bool {
		return x.read != nil && x.read.Certain || x.attack != nil && (x.attack.Outcome == blind.Succeeded || x.attack.Outcome == blind.Likely)
	}
	s.again = func() (lister, *records[lootRow]) {
		x := newStolen(c, "")
		x.attacks, x.unmasked = s.attacks, s.unmasked
		x.ask()
		return x, &x.records
	}
	s.about = s.describe
	s.ask()
	return s
}

// ask sets what is read.
func (s *stolen) ask() {
	attacks := s.attacks
	s.read = func(ctx context.Context, d *desk.Desk) ([]lootRow, error) {
		loot, err := d.Stolen(ctx)
		if err != nil {
			return nil, err
		}
		var out []lootRow
		if attacks {
			for i := range loot.Attacks {
				out = append(out, lootRow{loot: loot, attack: &loot.Attacks[i]})
			}
			return out, nil
		}
		for i := range loot.Reads {
			out = append(out, lootRow{loot: loot, read: &loot.Reads[i]})
		}
		if len(out) > 0 || len(loot.Sent) > 0 {
			t := loot.Totals()
			out = append([]lootRow{{loot: loot, totals: &t}}, out...)
		}
		return out, nil
	}
	s.none = s.c.keys.words("No value can be put together: there is no injection whose answers can be read, or not enough of it to tell. {Cycle} shows how the attacks fared; {Search} class:sqli finds the attempts; :load takes in logs with sizes and times.")
	s.table.all, s.table.at = s.readColumns(), "technique"
	if attacks {
		s.none = s.c.keys.words("No injection was seen to put questions or orders to a database. {Search} class:sqli finds the attempts.")
		s.table.all, s.table.at = attackColumns(), "client"
	}
}

// value is a read's value as it may be shown.
func (s *stolen) value(r *blind.Read) string {
	if s.unmasked && r.Kind == "text" {
		return r.Kind + " = " + r.Value
	}
	return desk.Outcome(r)
}

// sumsRow draws the sums across the columns; any other row is drawn by the table.
func sumsRow(x *lootRow) line {
	if x.totals == nil {
		return line{}
	}
	return line{sub: subject{title: "in all", copied: strings.Join(desk.Sums(x.totals), "\n")}, runs: []run{{cell("IN ALL", 11), heading}, {totalText(x.totals), strong}}}
}

// readColumns are those of what injection read.
func (s *stolen) readColumns() []column[lootRow] {
	of := func(f func(*blind.Read) (string, look)) func(*lootRow) (string, look) {
		return func(x *lootRow) (string, look) {
			if x.read == nil {
				return "", plain
			}
			return f(x.read)
		}
	}
	return []column[lootRow]{
		{name: "technique", width: 11, cell: of(func(r *blind.Read) (string, look) { return string(r.Technique), plain })},
		{name: "certain", width: 8, cell: of(surenessCell)},
		{name: "asked", width: 24, grow: 9, cut: cellMiddle, cell: of(func(r *blind.Read) (string, look) { return askedText(r), plain })},
		{name: "came", width: 10, grow: 10, cell: of(func(r *blind.Read) (string, look) { return s.value(r), strong })},
		{name: "client", width: 15, most: 39, from: 120, cell: of(func(r *blind.Read) (string, look) { return r.Client, plain })},
		{name: "table", width: 16, from: never, cell: of(func(r *blind.Read) (string, look) { return r.Table, plain })},
		{name: "column", width: 16, from: never, cell: of(func(r *blind.Read) (string, look) { return r.Column, plain })},
	}
}

// askedText is the question; by its table, column and row if it is long.
func askedText(r *blind.Read) string {
	if len(r.Expression) <= 40 || r.Table == "" {
		return r.Expression
	}
	what := r.Table + "." + r.Column
	if r.Row >= 0 {
		what += fmt.Sprintf(" row %d", r.Row)
	}
	return what
}

// surenessCell says whether a value is certain, or how many of its characters are.
func surenessCell(r *blind.Read) (string, look) {
	switch {
	case r.Kind == "size":
		return "-", muted
	case r.Certain:
		return "yes", critical
	case r.Kind != "text":
		return "no", medium
	}
	n := 0
	for _, c := range r.Chars {
		if c.State == blind.Certain {
			n++
		}
	}
	return fmt.Sprintf("%d/%d", n, len(r.Chars)), medium
}

// attackColumns are those of how injection fared.
func attackColumns() []column[lootRow] {
	of := func(f func(*blind.Attack) (string, look)) func(*lootRow) (string, look) {
		return func(x *lootRow) (string, look) {
			if x.attack == nil {
				return "", plain
			}
			return f(x.attack)
		}
	}
	return []column[lootRow]{
		{name: "outcome", title: "  outcome", width: 11, most: 20, cut: cutOutcome, cell: of(func(a *blind.Attack) (string, look) { return outcomeText(a.Outcome), outcomeLook(a.Outcome) })},
		{name: "client", width: 17, most: 39, cell: of(func(a *blind.Attack) (string, look) { return a.Client, plain })},
		{name: "requests", width: 8, right: true, cell: of(func(a *blind.Attack) (string, look) { return number(a.Requests), plain }),
			number: func(x *lootRow) float64 {
				if x.attack == nil {
					return math.NaN()
				}
				return float64(x.attack.Requests)
			}},
		{name: "place", width: 16, grow: 1, cell: of(func(a *blind.Attack) (string, look) { return a.Path + " " + a.Field, plain })},
	}
}

func readSubject(r *blind.Read) subject {
	s := subject{ref: r.Ref, title: "read " + r.Expression, copied: r.Expression + ": " + desk.Outcome(r), values: []value{{"client", r.Client}, {"path", r.Path}}}
	if len(r.Refs) > 0 {
		s.open = openMsg{r.Refs[0]}
	}
	return s
}

func attackSubject(a *blind.Attack) subject {
	return subject{title: "injection by " + a.Client, copied: fmt.Sprintf("%s: %s into %s %s, %s", a.Outcome, a.Client, a.Path, a.Field, counted(a.Requests, "request", "requests")),
		values: []value{{"client", a.Client}, {"path", a.Path}}, open: searchMsg{"ip:" + index.Quote(a.Client) + " " + pathQuery(a.Path) + " class:sqli"}}
}

func outcomeLook(o blind.Outcome) look {
	switch o {
	case blind.Succeeded:
		return critical
	case blind.Likely:
		return high
	}
	return muted
}

// totalText is the sums in one line.
func totalText(t *blind.Totals) string {
	parts := []string{counted(t.Values, "value", "values") + " read by injection, " + number(t.Certain) + " certain"}
	if t.Values == 0 {
		parts[0] = "no value can be put together"
	}
	if t.Cells > 0 {
		parts = append(parts, counted(t.Cells, "cell", "cells")+" of "+counted(len(t.Tables), "table", "tables"))
	}
	if t.Inband > 0 {
		parts = append(parts, number(t.Inband)+" shown in pages")
	}
	return strings.Join(parts, "; ") + "; " + attackText(t)
}

// attackText is how the attacks fared in a few words.
func attackText(t *blind.Totals) string {
	s := counted(t.Succeeded, "attack", "attacks") + " succeeded"
	if t.Likely > 0 {
		s += ", " + number(t.Likely) + " likely did"
	}
	s += ", " + number(t.Failed) + " failed"
	if t.NoSign > 0 {
		s += ", " + number(t.NoSign) + " without a sign"
	}
	return s
}

func (s *stolen) describe(x *lootRow) []line {
	switch {
	case x.totals != nil:
		return describeTotals(x.totals, x.loot.Sent)
	case x.attack != nil:
		return describeAttack(x.attack)
	}
	r := x.read
	self := readSubject(r)
	out := []line{about(self, "asked", run{r.Expression, strong}, run{"  " + r.Ref, muted}),
		about(self, "came", run{s.value(r), strong}, run{"  " + desk.Sureness(r), plain})}
	if kind := r.Sensitive(); kind != "" {
		hint := s.c.keys.words("masked: {Unmask} shows it, and the journal records that")
		if s.unmasked {
			hint = "shown in full, as the journal records"
		}
		out = append(out, label("kind", run{kind, high}, run{"  " + hint, muted}))
	}
	if r.Table != "" {
		at := r.Table + "." + r.Column
		if r.Row >= 0 {
			at += fmt.Sprintf(", row %d from 0", r.Row)
		}
		out = append(out, label("table", run{at, plain}, run{"  " + r.Where, muted}))
	}
	out = append(out, about(valueSubject(self, "client", r.Client), "by", run{r.Client, plain}, run{fmt.Sprintf("  %s, %s, %s UTC", r.Technique, counted(r.Requests, "request", "requests"), timeSpan(r.First, r.Last)), plain}),
		about(valueSubject(self, "path", r.Path), "at", run{r.Path + " " + r.Field, plain}))
	if r.Contradictions > 0 {
		out = append(out, label("against", run{counted(r.Contradictions, "answer speaks", "answers speak") + " against others", medium}))
	}
	for _, c := range r.Chars {
		out = append(out, s.charLine(r, c))
	}
	return append(out, alsoLines("request", r.Refs)...)
}

// charLine is one character of a value; Enter opens the first request that proves it.
func (s *stolen) charLine(r *blind.Read, c blind.Char) line {
	sub := subject{title: fmt.Sprintf("character %d", c.Pos), copied: fmt.Sprintf("character %d of %s: %s", c.Pos, r.Expression, c.State)}
	if len(c.Refs) > 0 {
		sub = citeSubject(c.Refs[0], sub.title)
	}
	l := plain
	if c.State != blind.Certain {
		l = medium
	}
	shown := "***"
	if s.unmasked || r.Sensitive() == "" {
		shown = or(c.Text, "?")
		if c.State != blind.Certain {
			shown += fmt.Sprintf("  codes %d to %d", c.Low, c.High)
		}
	}
	runs := []run{{cell(fmt.Sprint("char ", c.Pos), labelWidth), muted}, {cell(string(c.State), 9), l}, {shown, strong}}
	if c.Contradictions > 0 {
		runs = append(runs, run{"  " + counted(c.Contradictions, "answer", "answers") + " against it", medium})
	}
	return line{sub: sub, hang: labelWidth, runs: append(runs, run{"  " + strings.Join(c.Refs[:min(len(c.Refs), 2)], " "), muted})}
}

func describeTotals(t *blind.Totals, sent []index.Sent) []line {
	var out []line
	for _, l := range desk.Sums(t) {
		out = append(out, line{runs: []run{{l, plain}}, hang: 2})
	}
	for i, x := range sent {
		if i == maxListed {
			return append(out, text(muted, fmt.Sprintf("and %d more clients", len(sent)-i)))
		}
		s := subject{title: "client " + x.Client, copied: desk.SentText(&x), values: []value{{"client", x.Client}}, open: searchMsg{"ip:" + index.Quote(x.Client)}}
		out = append(out, line{sub: s, hang: labelWidth, runs: []run{{cell("sent", labelWidth), muted}, {desk.SentText(&x), plain}}})
		for _, a := range x.Largest {
			out = append(out, about(citeSubject(a.Ref, "large answer"), "", run{counted(a.Bytes, "byte", "bytes") + "  ", strong}, run{a.Path, plain}, run{"  " + stamp(a.Time) + "  " + a.Ref, muted}))
		}
	}
	return out
}

func describeAttack(a *blind.Attack) []line {
	self := attackSubject(a)
	out := []line{about(self, "outcome", run{outcomeText(a.Outcome), outcomeLook(a.Outcome)}, run{fmt.Sprintf("  %s, %s UTC", counted(a.Requests, "request", "requests"), timeSpan(a.First, a.Last)), plain}),
		about(valueSubject(self, "client", a.Client), "by", run{a.Client, plain}), about(valueSubject(self, "path", a.Path), "into", run{a.Path + " " + a.Field, plain})}
	if len(a.Reasons) == 0 {
		return append(out, label("why", run{"nothing in the log speaks for success or against it: not enough to tell", muted}))
	}
	for _, r := range a.Reasons {
		s := subject{title: r.ID, copied: r.Text}
		if len(r.Refs) > 0 {
			s = citeSubject(r.Refs[0], r.Text)
		}
		out = append(out, about(s, "why", run{r.Text, plain}, run{"  " + strings.Join(r.Refs[:min(len(r.Refs), 3)], " "), muted}))
	}
	return out
}

func (s *stolen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		k := s.Keys()
		switch {
		case key.Matches(msg, k.Cycle):
			s.attacks = !s.attacks
			s.ask()
			s.asking = true
			s.b.list.to(0)
			return s.Init()
		case key.Matches(msg, k.Unmask):
			return s.unmask()
		}
	case unmaskedMsg:
		if msg.gen != s.gen {
			return nil
		}
		if s.unmasked = msg.err == nil; s.unmasked {
			s.fill()
		}
		return send(failed(msg.err))
	}
	return s.records.Update(msg)
}

// unmask hides the values, or records in the journal that they are shown and then shows them.
func (s *stolen) unmask() tea.Cmd {
	if s.unmasked {
		s.unmasked = false
		s.fill()
		return nil
	}
	n := 0
	for _, x := range s.items {
		if x.read != nil && x.read.Sensitive() != "" {
			n++
		}
	}
	d, gen := s.c.desk, s.gen
	what := counted(n, "masked value", "masked values") + " recovered from injection, on the screen Stolen"
	return s.c.keep("recording that values are shown", func(context.Context) tea.Msg { return unmaskedMsg{gen, d.Unmasked(what)} })
}

// Info counts the reads or the attacks.
func (s *stolen) Info() string {
	if len(s.items) == 0 {
		return ""
	}
	if s.attacks {
		return counted(len(s.items), "attack", "attacks")
	}
	info := counted(len(s.items[0].loot.Reads), "read", "reads")
	if s.unmasked {
		return info + ", shown in full"
	}
	return info + ", masked"
}

func (s *stolen) Place() (int, string) {
	if s.attacks {
		return s.tab, s.title + " (attacks)"
	}
	return s.tab, s.title
}

func (s *stolen) Keys() keyMap {
	k := s.records.Keys()
	k.Cycle.SetEnabled(true)
	k.Cycle.SetHelp(k.Cycle.Help().Key, "reads or attacks")
	k.Unmask.SetEnabled(!s.attacks && len(s.items) > 0)
	if s.unmasked {
		k.Unmask.SetHelp(k.Unmask.Help().Key, "mask again")
	}
	if s.attacks {
		k.Enter.SetHelp(k.Enter.Help().Key, "its requests")
	}
	return k
}

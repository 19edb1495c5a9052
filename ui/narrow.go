package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// A lister is a screen of rows that can be filtered, counted, and gone through by time. What it shows is a step of
// the history: other filters are a step on, and Esc leads back.
type lister interface {
	screen
	measurer
	// Filters are what the rows are narrowed to, in the order in which they came.
	Filters() []filter
	// Parse reads a line as filters.
	Parse(line string) ([]filter, error)
	// Narrowed is the same list with other filters, as a screen of its own, with the cursor on the same record.
	Narrowed(filters []filter) screen
	// SetFilters changes the filters of this screen; the cursor stays on its record.
	SetFilters(filters []filter) tea.Cmd
	// CountFilters says how many rows fit each filter alone, as a filterCountsMsg.
	CountFilters(gen int) tea.Cmd
	// Under is the filter for the value under the cursors; empty if there is none.
	Under() string
	// Tally names the column that the keys act upon and how to count it; read is nil if it cannot be.
	Tally() (column string, read func(context.Context, *desk.Desk) ([]tallied, error))
	// Columns names the columns, and says which are shown; none if the list has none.
	Columns() (all []string, shown map[string]bool)
	SetColumns(names []string) tea.Cmd
	// At is the time of the row under the cursor, zero if it has none; Jump goes to the row nearest to a time.
	At() time.Time
	Jump(t time.Time) tea.Cmd
}

// A measurer is a screen with a histogram. Measuring reports whether that has the keys.
type measurer interface{ Measuring() bool }

// filterCountsMsg says how many rows fit each filter alone; -1 if that is not known.
type filterCountsMsg struct {
	gen    int
	counts []int
	err    error
}

// narrowMsg is the intent that shows the rows of a list that fit a term, from its frequency table or tree.
type narrowMsg struct {
	list lister
	term string
}

// inverse is the filter for the rows that do not fit term.
func inverse(term string) string {
	if rest, ok := strings.CutPrefix(term, "-"); ok {
		return rest
	}
	return "-" + term
}

// cannot says why a list cannot be filtered or counted by the column that the keys act upon; empty if that is not why.
func cannot(l lister, done string) string {
	if r, ok := l.(*requests); ok && r.table.current() != nil {
		return r.cannot(r.table.current().name, done)
	}
	return ""
}

// narrow narrows the list shown by the value under the cursors, or leaves the rows of that value out.
func (r *root) narrow(l lister, out bool) tea.Cmd {
	term := l.Under()
	if term == "" {
		r.fail(errors.New(or(cannot(l, "filtered"), r.keys.words("there is no value under the cursor to filter by; {Left} and {Right} choose the column"))))
		return nil
	}
	if out {
		term = inverse(term)
	}
	filters := with(l.Filters(), term)
	if slices.Equal(filters, l.Filters()) {
		r.say("the list is narrowed to " + term + " already")
		return nil
	}
	r.say("filter " + term + "; Esc takes it back")
	return r.push(l.Narrowed(filters))
}

// filterLine asks for the filters of a list as one line.
func (r *root) filterLine(l lister) *prompt {
	return &prompt{c: r.common, in: newInput("filter: ", joined(l.Filters()), nil),
		hint: "words, column:value, column:>=n, after: and before:; - before it leaves out",
		accept: func(text string) (tea.Cmd, error) {
			filters, err := l.Parse(strings.TrimSpace(text))
			if err != nil {
				return nil, err
			}
			return r.push(l.Narrowed(filters)), nil
		}}
}

// tally opens the frequency table of the column that the keys act upon.
func (r *root) tally(l lister) tea.Cmd {
	column, read := l.Tally()
	if read == nil {
		r.fail(errors.New(or(cannot(l, "counted"), r.keys.words("there is no column to count; {Left} and {Right} choose one"))))
		return nil
	}
	return r.push(newFrequency(r.common, l, column, read))
}

// jumpPrompt asks where in time to go.
func (r *root) jumpPrompt(l lister) *prompt {
	return &prompt{c: r.common, in: newInput("time (UTC): ", "", r.times), hint: momentUsage,
		accept: func(text string) (tea.Cmd, error) {
			text = strings.TrimSpace(text)
			from, to, isSpan, err := parseSpan(text, l.At())
			if err != nil {
				return nil, err
			}
			if isSpan {
				r.times = remember(r.times, text)
				return r.push(l.Narrowed(spanFilters(l.Filters(), from, to))), nil
			}
			at, err := parseMoment(text, l.At())
			if err != nil {
				return nil, err
			}
			r.times = remember(r.times, text)
			return l.Jump(at), nil
		}}
}

// jumpDays goes some days on or back.
func (r *root) jumpDays(l lister, days int) tea.Cmd {
	at := l.At()
	if at.IsZero() {
		r.fail(errors.New("the row under the cursor has no time to count from"))
		return nil
	}
	return l.Jump(at.AddDate(0, 0, days))
}

// A filterMenu lists the filters of a list, each with how many rows fit it alone, to switch, edit and drop.
type filterMenu struct {
	r      *root
	of     lister
	list   list
	counts []int
	gen    int
}

func (r *root) filterMenu(l lister) tea.Cmd {
	if len(l.Filters()) == 0 {
		r.say("nothing is filtered out; + filters by the value under the cursor, f by what you type")
		return nil
	}
	m := &filterMenu{r: r, of: l, gen: r.gen()}
	m.fill()
	r.over = m
	return l.CountFilters(m.gen)
}

func (m *filterMenu) fill() {
	var lines []line
	for i, f := range m.of.Filters() {
		state := "[x] "
		if f.off {
			state = "[ ] "
		}
		n := "counting"
		if i < len(m.counts) && m.counts[i] >= 0 {
			n = counted(m.counts[i], "row fits", "rows fit")
		}
		lines = append(lines, line{runs: []run{{state, strong}, {cellRight(n, 20) + "  ", muted}, {f.text, plain}}})
	}
	m.list.set(lines)
}

// Update switches, edits, drops or closes.
func (m *filterMenu) Update(msg tea.KeyMsg) (overlay, tea.Cmd) {
	k := &m.r.keys
	filters := slices.Clone(m.of.Filters())
	i := m.list.cur
	switch {
	case matches(msg, k.Back, k.Quit, k.Filters):
		return nil, nil
	case i >= len(filters):
	case matches(msg, k.Toggle):
		filters[i].off = !filters[i].off
		return m.set(filters)
	case matches(msg, k.ToggleAll):
		off := slices.ContainsFunc(filters, func(f filter) bool { return !f.off })
		for j := range filters {
			filters[j].off = off
		}
		return m.set(filters)
	case matches(msg, k.Drop):
		filters = slices.Delete(filters, i, i+1)
		if i < len(m.counts) {
			m.counts = slices.Delete(m.counts, i, i+1)
		}
		return m.set(filters)
	case matches(msg, k.Enter):
		return m.edit(i), nil
	default:
		m.list.press(k, msg)
	}
	return m, nil
}

// set shows the list with other filters, under the menu.
func (m *filterMenu) set(filters []filter) (overlay, tea.Cmd) {
	cmd := m.of.SetFilters(filters)
	m.fill()
	if len(filters) == 0 {
		return nil, cmd
	}
	return m, cmd
}

// edit asks for another text of filter i.
func (m *filterMenu) edit(i int) *prompt {
	return &prompt{c: m.r.common, in: newInput("filter: ", m.of.Filters()[i].text, nil), hint: "Enter puts it in the place of the filter",
		accept: func(text string) (tea.Cmd, error) {
			instead, err := m.of.Parse(strings.TrimSpace(text))
			if err != nil {
				return nil, err
			}
			filters := slices.Clone(m.of.Filters())
			return m.of.SetFilters(slices.Replace(filters, i, i+1, instead...)), nil
		}}
}

// counted takes the counts of the filters.
func (m *filterMenu) counted(msg filterCountsMsg) {
	if msg.gen == m.gen && msg.err == nil {
		m.counts = msg.counts
		m.fill()
	}
}

// View draws the menu at the bottom of the body.
func (m *filterMenu) View(width, height int) []string {
	h := min(len(m.list.lines), height-1)
	m.list.resize(width, h)
	rows := []string{rule(&m.r.st, "filters", width, true)}
	return append(rows, strings.Split(m.list.view(&m.r.st, true, nil), "\n")...)
}

// Help names the keys of the menu.
func (m *filterMenu) Help() string {
	k := &m.r.keys
	return fmt.Sprintf("%s on/off · %s all · %s edit · %s drop · %s back", k.Toggle.Help().Key, k.ToggleAll.Help().Key, k.Enter.Help().Key,
		k.Drop.Help().Key, k.Back.Help().Key)
}

// A columnMenu chooses the columns of a list.
type columnMenu struct {
	r     *root
	of    lister
	list  list
	names []string
	on    map[string]bool
}

func (r *root) columnMenu(l lister) {
	m := &columnMenu{r: r, of: l}
	m.names, m.on = l.Columns()
	m.fill()
	r.over = m
}

func (m *columnMenu) fill() {
	var lines []line
	for _, name := range m.names {
		state := "[ ] "
		if m.on[name] {
			state = "[x] "
		}
		lines = append(lines, line{runs: []run{{state, strong}, {name, plain}}})
	}
	m.list.set(lines)
}

// Update switches columns, goes back to those that fit, or closes.
func (m *columnMenu) Update(msg tea.KeyMsg) (overlay, tea.Cmd) {
	k := &m.r.keys
	switch {
	case matches(msg, k.Back, k.Quit, k.Columns, k.Enter):
		return nil, nil
	case matches(msg, k.ToggleAll):
		cmd := m.of.SetColumns(nil)
		_, m.on = m.of.Columns()
		m.fill()
		return m, cmd
	case matches(msg, k.Toggle):
		name := m.names[m.list.cur]
		m.on[name] = !m.on[name]
		var names []string
		for _, n := range m.names {
			if m.on[n] {
				names = append(names, n)
			}
		}
		if len(names) == 0 {
			m.on[name] = true
			m.r.say("one column has to stay")
			return m, nil
		}
		m.fill()
		return m, m.of.SetColumns(names)
	}
	m.list.press(k, msg)
	return m, nil
}

// View draws the menu at the bottom of the body.
func (m *columnMenu) View(width, height int) []string {
	h := min(len(m.names), max(4, height*2/3))
	m.list.resize(width, h)
	rows := []string{rule(&m.r.st, "columns", width, true)}
	return append(rows, strings.Split(m.list.view(&m.r.st, true, nil), "\n")...)
}

// Help names the keys of the menu.
func (m *columnMenu) Help() string {
	k := &m.r.keys
	return fmt.Sprintf("%s show or hide · %s those that fit · %s done", k.Toggle.Help().Key, k.ToggleAll.Help().Key, k.Back.Help().Key)
}

// narrowedMsg is the intent that shows the list on the screen with other filters.
type narrowedMsg struct{ filters []filter }

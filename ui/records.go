package ui

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// records is a screen over a list of records that fit in memory: read once in a command, a row each, a
// detail for the one under the cursor. Most screens embed it and say how a record is read, drawn and
// described. With a table its rows can be filtered, sorted and counted; with times they have a histogram.
type records[T any] struct {
	c     *common
	b     browser
	tab   int
	title string
	want  string   // the record to put the cursor on; empty for none
	quiet bool     // it need not be there any more
	kind  string   // what a session calls the screen; empty if it is not kept
	args  []string // what it is of, for a session
	noun  [2]string

	gen     int
	asking  bool // for other rows than those shown, which keys wait for
	all     []T  // as they were read
	items   []T  // those that fit the filters, in the order shown
	filters []filter
	err     error
	none    string // what to say when there are no records

	read    func(ctx context.Context, d *desk.Desk) ([]T, error) // runs in a command; uses its arguments only
	table   table[T]                                             // without columns, row draws all rows
	row     func(item *T, width int) line                        // a row that is drawn otherwise than by the table; nil or an empty line: by it
	subject func(item *T) subject                                // what a row of the table is about
	span    func(item *T) (from, to time.Time)                   // when a record was; nil if the list has no times
	hot     func(item *T) bool                                   // whether it is a finding; nil if nothing here is
	hotNoun string                                               // what such a record is called
	about   func(item *T) []line
	again   func() (lister, *records[T]) // the same screen anew
}

// recordsMsg answers the question for records.
type recordsMsg[T any] struct {
	gen   int
	items []T
	err   error
}

func (r *records[T]) start(c *common, tab int, title, none, one, many string) {
	r.c, r.tab, r.title, r.none, r.noun = c, tab, title, none, [2]string{one, many}
	r.hotNoun = "finding"
	r.b = newBrowser(c, one, "reading")
	r.b.build = func(i int) []line { return r.about(&r.items[i]) }
}

// Init reads the records.
func (r *records[T]) Init() tea.Cmd {
	r.gen = r.c.gen()
	r.asking = r.asking || r.all == nil && r.err == nil
	d, gen, read := r.c.desk, r.gen, r.read
	return r.c.work("reading "+r.noun[1], func(ctx context.Context) tea.Msg {
		items, err := read(ctx, d)
		return recordsMsg[T]{gen, items, err}
	})
}

func (r *records[T]) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case recordsMsg[T]:
		if msg.gen != r.gen {
			return nil
		}
		r.asking = false
		if errors.Is(msg.err, context.Canceled) && r.all != nil {
			return nil // what is shown is as good as it was
		}
		r.all, r.err = msg.items, msg.err
		r.sift()
		if r.want != "" && len(r.items) > 0 {
			return r.goWanted()
		}
	case changedMsg:
		return r.Init()
	case tea.KeyMsg:
		return r.press(msg)
	}
	return nil
}

func (r *records[T]) press(msg tea.KeyMsg) tea.Cmd {
	k := r.Keys()
	if r.b.band.focus && !matches(msg, k.Tab) {
		return r.measure(r.b.pressBand(&k, msg))
	}
	switch {
	case matches(msg, k.Reload):
		return r.Init()
	case matches(msg, k.Tab):
		r.b.tab(r.At())
	case r.b.onDetail:
		r.b.press(msg)
	case matches(msg, k.Left):
		r.table.move(-1, r.b.list.width-gutterWidth)
	case matches(msg, k.Right):
		r.table.move(1, r.b.list.width-gutterWidth)
	case matches(msg, k.Sort):
		r.table.order()
		r.sift()
	case matches(msg, k.Next, k.Prev):
		return r.seek(matches(msg, k.Next), "no further "+r.hotNoun+" in this list", r.hot)
	case matches(msg, k.NextMark, k.PrevMark):
		return r.seek(matches(msg, k.NextMark), "no further mark in this list", func(item *T) bool { return r.c.marks[r.subject(item).ref] })
	default:
		r.b.press(msg)
	}
	return nil
}

// measure does what was chosen in the histogram.
func (r *records[T]) measure(a bandAct) tea.Cmd {
	switch {
	case a.recount:
		r.count()
	case !a.jump.IsZero():
		return r.Jump(a.jump)
	case !a.from.IsZero():
		return r.c.now(narrowedMsg{spanFilters(r.filters, a.from, a.to)})
	}
	return nil
}

// seek puts the cursor on the next or previous row that is fit.
func (r *records[T]) seek(on bool, none string, fit func(*T) bool) tea.Cmd {
	step := 1
	if !on {
		step = -1
	}
	for i := r.b.list.cur + step; i >= 0 && i < len(r.items); i += step {
		if fit(&r.items[i]) {
			r.b.show(i)
			return nil
		}
	}
	return r.c.now(sayMsg{none})
}

// goWanted puts the cursor on the record the screen was opened for.
func (r *records[T]) goWanted() tea.Cmd {
	want, quiet := r.want, r.quiet
	r.want, r.quiet = "", false
	if r.b.list.find(want) || r.b.list.findPrefix(want) {
		r.b.describe(true)
		return nil
	}
	if quiet {
		return nil
	}
	return r.c.now(sayMsg{want + " is not in this list"})
}

// sift chooses and orders the rows anew, and draws them.
func (r *records[T]) sift() {
	r.items = r.all
	if fits, err := sift(&r.table, r.span, r.filters); err != nil {
		r.err = err
	} else if joined(r.filters) != "" {
		r.items = nil
		for i := range r.all {
			if fits(&r.all[i]) {
				r.items = append(r.items, r.all[i])
			}
		}
	}
	if c := r.table.named(r.table.sort); c != nil && r.table.sort != "" {
		r.items = slices.Clone(r.items)
		slices.SortStableFunc(r.items, func(a, b T) int { return compareCells(c, &a, &b, r.table.desc) })
	}
	r.count()
	r.fill()
}

// compareCells orders two records by a column; what has no value comes last in either direction.
func compareCells[T any](c *column[T], a, b *T, desc bool) int {
	n := 0
	if c.number != nil {
		x, y := c.number(a), c.number(b)
		if math.IsNaN(x) || math.IsNaN(y) {
			return cmp.Compare(btoi(math.IsNaN(x)), btoi(math.IsNaN(y)))
		}
		n = cmp.Compare(x, y)
	} else {
		x, y := c.text(a), c.text(b)
		if x == "" || y == "" {
			return cmp.Compare(btoi(x == ""), btoi(y == ""))
		}
		n = cmp.Compare(strings.ToLower(x), strings.ToLower(y))
	}
	if desc {
		return -n
	}
	return n
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// count counts the rows over time.
func (r *records[T]) count() {
	if r.span == nil {
		return
	}
	r.b.band.noun = "all"
	if r.hot != nil {
		r.b.band.second = r.hotNoun + "s"
	}
	r.b.band.put(countSpans(len(r.items), func(i int) (time.Time, time.Time, bool) {
		from, to := r.span(&r.items[i])
		if to.Before(from) {
			to = from
		}
		return from, to, r.hot != nil && r.hot(&r.items[i])
	}, r.b.band.lo, r.b.band.hi))
}

// fill makes the rows anew.
func (r *records[T]) fill() {
	switch {
	case r.err != nil:
		r.b.list.empty = r.err.Error() + r.c.keys.words(" · {Back} goes back")
	case r.all == nil && r.gen == 0:
		return
	case len(r.items) == 0 && len(r.all) > 0:
		r.b.list.empty = "None of " + counted(len(r.all), r.noun[0], r.noun[1]) + " fits " + joined(r.filters) + r.c.keys.words(". {Filters} switches filters off, {Back} goes back.")
	default:
		r.b.list.empty = r.none
	}
	r.b.needs(len(r.items))
	lines := make([]line, len(r.items))
	width := r.b.list.width - gutterWidth
	if len(r.table.all) > 0 {
		r.table.fit(width)
		r.b.head = r.table.head
		r.b.list.draw = func(i int, picked bool) []run { return r.table.row(&r.items[i], picked) }
	}
	for i := range r.items {
		if r.row != nil {
			lines[i] = r.row(&r.items[i], width)
		}
		if len(r.table.all) > 0 && len(lines[i].runs) == 0 {
			lines[i] = line{sub: r.subject(&r.items[i])}
		}
		lines[i].hot = r.hot != nil && r.hot(&r.items[i])
	}
	r.b.hasBand = r.span != nil && r.b.band.hist.bucket > 0
	r.b.set(lines)
}

func (r *records[T]) Resize(width, height int) {
	r.b.resize(width, height)
	switch {
	case len(r.items) == 0:
	case r.row == nil: // the table draws what is in sight in the new width
		r.table.fit(r.b.list.width - gutterWidth)
	default:
		r.fill()
	}
}

func (r *records[T]) View() string         { return r.b.view() }
func (r *records[T]) Place() (int, string) { return r.tab, r.title }

// Keys are those of the browser; what another program wrote meanwhile comes with reading again.
func (r *records[T]) Keys() keyMap {
	k := r.b.keys()
	k.Reload.SetEnabled(true)
	any, table := len(r.items) > 0, len(r.table.all) > 0
	k.Filter.SetEnabled(table)
	k.Filters.SetEnabled(table && len(r.filters) > 0)
	for _, b := range []*key.Binding{&k.In, &k.Out, &k.Tally, &k.Sort, &k.Left, &k.Right} {
		b.SetEnabled(table && any)
	}
	k.Columns.SetEnabled(table)
	for _, b := range []*key.Binding{&k.Next, &k.Prev} {
		b.SetEnabled(r.hot != nil && any)
	}
	if r.hotNoun != "finding" {
		k.Next.SetHelp(k.Next.Help().Key, "next "+r.hotNoun)
		k.Prev.SetHelp(k.Prev.Help().Key, "previous "+r.hotNoun)
	}
	for _, b := range []*key.Binding{&k.NextMark, &k.PrevMark} {
		b.SetEnabled(len(r.c.marks) > 0 && any && r.subject != nil)
	}
	for _, b := range []*key.Binding{&k.Jump, &k.NextDay, &k.PrevDay} {
		b.SetEnabled(r.span != nil && any)
	}
	if r.b.band.focus {
		return r.b.band.keys(k)
	}
	return k
}

func (r *records[T]) Selected() subject { return r.b.selected() }

// Leave gives the keys back to the list and reports whether another pane had them.
func (r *records[T]) Leave() bool { return r.b.leave() }

func (r *records[T]) Info() string {
	switch {
	case len(r.all) == 0:
		return ""
	case len(r.items) == 0:
		return "none of " + counted(len(r.all), r.noun[0], r.noun[1])
	}
	info := number(r.b.list.cur+1) + " of " + counted(len(r.items), r.noun[0], r.noun[1])
	if len(r.items) < len(r.all) {
		info += " (" + number(len(r.all)) + " in all)"
	}
	return info
}

// current is the record under the cursor; nil if there is none.
func (r *records[T]) current() *T {
	if r.b.list.cur < len(r.items) {
		return &r.items[r.b.list.cur]
	}
	return nil
}

// waits reports whether the rows are on their way, which every key is about.
func (r *records[T]) waits(tea.KeyMsg) bool { return r.asking }

// noRows reports whether an answer has come and there is nothing in it.
func (r *records[T]) noRows() bool { return !r.asking && len(r.items) == 0 }

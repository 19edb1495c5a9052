package ui

import (
	"context"
	"errors"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// records is a screen over a list of records that fit in memory: read once in a command, a row each, a
// detail for the one under the cursor. Most screens embed it and say how a record is read, drawn and
// described.
type records[T any] struct {
	c     *common
	b     browser
	tab   int
	title string
	want  string // the record to put the cursor on; empty for none
	noun  [2]string

	gen   int
	items []T
	err   error
	none  string // what to say when there are no records

	read  func(ctx context.Context, d *desk.Desk) ([]T, error) // runs in a command; uses its arguments only
	row   func(item *T, width int) line
	about func(item *T) []line
}

// recordsMsg answers the question for records.
type recordsMsg[T any] struct {
	gen   int
	items []T
	err   error
}

func (r *records[T]) start(c *common, tab int, title, none, one, many string) {
	r.c, r.tab, r.title, r.none, r.noun = c, tab, title, none, [2]string{one, many}
	r.b = newBrowser(c, one, "reading")
	r.b.build = func(i int) []line { return r.about(&r.items[i]) }
}

// Init reads the records.
func (r *records[T]) Init() tea.Cmd {
	r.gen = r.c.gen()
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
		if errors.Is(msg.err, context.Canceled) && r.items != nil {
			return nil // what is shown is as good as it was
		}
		r.items, r.err = msg.items, msg.err
		r.fill()
		if r.want != "" && len(r.items) > 0 {
			return r.goWanted()
		}
	case changedMsg:
		return r.Init()
	case tea.KeyMsg:
		if key.Matches(msg, r.c.keys.Reload) {
			return r.Init()
		}
		r.b.press(msg)
	}
	return nil
}

// goWanted puts the cursor on the record the screen was opened for.
func (r *records[T]) goWanted() tea.Cmd {
	want := r.want
	r.want = ""
	if r.b.list.find(want) || r.b.list.findPrefix(want) {
		r.b.describe(true)
		return nil
	}
	return send(sayMsg{want + " is not in this list"})
}

// fill makes the rows anew.
func (r *records[T]) fill() {
	switch {
	case r.err != nil:
		r.b.list.empty = r.err.Error() + " · Esc goes back"
	case r.items == nil && r.gen == 0:
		return
	default:
		r.b.list.empty = r.none
	}
	lines := make([]line, len(r.items))
	for i := range r.items {
		lines[i] = r.row(&r.items[i], r.b.list.width-gutterWidth)
	}
	r.b.set(lines)
}

func (r *records[T]) Resize(width, height int) {
	r.b.resize(width, height)
	if len(r.items) > 0 {
		r.fill()
	}
}

func (r *records[T]) View() string         { return r.b.view() }
func (r *records[T]) Place() (int, string) { return r.tab, r.title }

// Keys are those of the browser; what another program wrote meanwhile comes with reading again.
func (r *records[T]) Keys() keyMap {
	k := r.b.keys()
	k.Reload.SetEnabled(true)
	return k
}

func (r *records[T]) Selected() subject { return r.b.selected() }

// Leave gives the keys back to the list and reports whether the detail had them.
func (r *records[T]) Leave() bool { return r.b.leave() }

func (r *records[T]) Info() string {
	if len(r.items) == 0 {
		return ""
	}
	return number(r.b.list.cur+1) + " of " + counted(len(r.items), r.noun[0], r.noun[1])
}

// current is the record under the cursor; nil if there is none.
func (r *records[T]) current() *T {
	if r.b.list.cur < len(r.items) {
		return &r.items[r.b.list.cur]
	}
	return nil
}

package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// request is one request on a screen of its own: findings, raw line, fields, decoded layers, notes.
type request struct {
	c      *common
	ref    string
	gen    int
	detail *desk.Detail
	err    error
	list   list
	width  int
}

// requestMsg answers the question for one request.
type requestMsg struct {
	gen    int
	detail *desk.Detail
	err    error
}

func newRequest(c *common, ref string) *request {
	r := &request{c: c, ref: ref}
	r.list.empty = "reading " + ref
	return r
}

// readRequest asks the case for one request.
func readRequest(d *desk.Desk, ref string, gen int) tea.Cmd {
	return func() tea.Msg {
		detail, err := d.Request(ref)
		return requestMsg{gen, detail, err}
	}
}

func (r *request) Init() tea.Cmd {
	r.gen = r.c.gen()
	return readRequest(r.c.desk, r.ref, r.gen)
}

func (r *request) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case requestMsg:
		if msg.gen != r.gen {
			return nil
		}
		r.detail, r.err = msg.detail, msg.err
		if r.err != nil {
			r.list.empty = r.err.Error() + " · Esc goes back"
		}
		r.fill()
	case changedMsg:
		return r.Init()
	case tea.KeyMsg:
		r.list.press(&r.c.keys, msg)
	}
	return nil
}

func (r *request) fill() {
	if r.detail != nil && r.width > 0 {
		r.list.set(wrapLines(describeRequest(r.detail), r.width-gutterWidth))
	}
}

func (r *request) Resize(width, height int) {
	r.width = width
	r.list.resize(width, height)
	r.fill()
}

func (r *request) View() string { return r.list.view(&r.c.st, true, r.c.marks) }

func (r *request) Place() (int, string) { return tabRequests, r.ref }

func (r *request) Info() string {
	if r.detail == nil {
		return ""
	}
	return counted(len(r.detail.Findings), "finding", "findings")
}

func (r *request) Keys() keyMap {
	k := r.c.keys
	disable(&k.Tab, &k.Filter, &k.Next, &k.Prev, &k.Plant, &k.Edit, &k.Cycle, &k.Reload)
	return k
}

// Selected is the row under the cursor, or the request itself where a row is about nothing.
func (r *request) Selected() subject {
	s := r.list.selected()
	if s.empty() && r.detail != nil {
		q := &r.detail.Request
		return subject{ref: q.Ref, title: requestTitle(q), copied: string(r.detail.Raw), values: requestValues(q, nil)}
	}
	return s
}

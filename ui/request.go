package ui

import (
	"fmt"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
	"spoor/ui/desk"
)

// request is one request on a screen of its own: findings, raw line, fields, decoded layers, notes.
type request struct {
	c      *common
	ref    string
	steps  bool // it was opened from a list that can step to the next finding
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
		switch k := r.Keys(); {
		case key.Matches(msg, k.Next):
			return send(stepMsg{1})
		case key.Matches(msg, k.Prev):
			return send(stepMsg{-1})
		}
		r.list.press(&r.c.keys, msg)
	}
	return nil
}

// summaryLines is who did what when, and what came of it.
func summaryLines(q *triage.Request) []line {
	if q.Reject != "" {
		return nil
	}
	return []line{{runs: []run{{stamp(q.Time) + " UTC  ", plain}, {q.Client, strong},
		{fmt.Sprintf("  %s %s  answered %s, %s", q.Method, triage.VisibleN(q.Path, 80), statusText(q.Status), answerSize(q.Size)), plain}}}, {}}
}

func (r *request) fill() {
	if r.detail != nil && r.width > 0 {
		r.list.set(wrapLines(append(summaryLines(&r.detail.Request), describeRequest(r.detail)...), r.width-gutterWidth))
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
	k.Next.SetEnabled(r.steps)
	k.Prev.SetEnabled(r.steps)
	disable(&k.Tab, &k.Filter, &k.Plant, &k.Merge, &k.Split, &k.Edit, &k.Cycle, &k.Order, &k.Unmask, &k.Reload)
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

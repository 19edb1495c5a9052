package ui

import (
	"context"
	"errors"
	"fmt"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
	"spoor/triage"
	"spoor/ui/desk"
)

// request is one request on a screen of its own: findings, raw line, decoded layers, fields, notes, then what its
// client sent before and after it, its neighbours in the source, and how many others are like it.
type request struct {
	c      *common
	ref    string
	steps  bool // it was opened from a list that can step to the next finding
	gen    int
	detail *desk.Detail
	err    error
	list   list
	width  int

	near    *nearby
	nearGen int
}

// nearby is what stands around a request.
type nearby struct {
	client, source     []index.Row
	atClient, atSource int // the request itself
	like               []desk.Like
	err                error
}

// nearbyMsg brings what stands around a request.
type nearbyMsg struct {
	gen int
	nearby
}

// maxNearby is how many neighbours are shown on either side.
const maxNearby = 4

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

// readNearby asks the index what stands around a request.
func readNearby(ctx context.Context, d *desk.Desk, x *desk.Detail, gen int) tea.Cmd {
	return func() tea.Msg {
		m := nearbyMsg{gen: gen}
		ref := x.Request.Ref
		var errs [3]error
		m.source, m.atSource, errs[0] = d.Store.Near(ctx, ref, maxNearby, maxNearby, false)
		if x.Request.Reject == "" {
			m.client, m.atClient, errs[1] = d.Store.Near(ctx, ref, maxNearby, maxNearby, true)
		}
		m.like, errs[2] = d.LikeIt(ctx, x)
		m.err = errors.Join(errs[:]...)
		return m
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
			r.list.empty = r.err.Error() + r.c.keys.words(" · {Back} goes back")
		}
		r.fill()
		if r.detail != nil && r.err == nil {
			r.nearGen = r.c.gen()
			return readNearby(r.c.ctx, r.c.desk, r.detail, r.nearGen)
		}
	case nearbyMsg:
		if msg.gen == r.nearGen {
			r.near = &msg.nearby
			r.fill()
		}
	case changedMsg:
		return r.Init()
	case tea.KeyMsg:
		switch k := r.Keys(); {
		case key.Matches(msg, k.Next):
			return r.c.now(stepMsg{1})
		case key.Matches(msg, k.Prev):
			return r.c.now(stepMsg{-1})
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
	if r.detail == nil || r.width <= 0 {
		return
	}
	lines := wrapLines(append(summaryLines(&r.detail.Request), describeRequest(r.detail)...), r.width-gutterWidth)
	r.list.set(append(lines, nearbyLines(r.near)...))
}

// nearbyLines are what stands around a request, a row each: they are not wrapped.
func nearbyLines(n *nearby) []line {
	if n == nil {
		return []line{{}, text(muted, "looking at what stands around it")}
	}
	out := []line{{}}
	if n.err != nil {
		out = append(out, text(critical, n.err.Error()))
	}
	if len(n.client) > 1 {
		out = append(out, text(heading, "OF ITS CLIENT, BEFORE AND AFTER"))
		for i := range n.client {
			out = append(out, neighbour(&n.client[i], i == n.atClient, true))
		}
	}
	if len(n.source) > 1 {
		out = append(out, text(heading, "BESIDE IT IN ITS SOURCE"))
		for i := range n.source {
			out = append(out, neighbour(&n.source[i], i == n.atSource, false))
		}
	}
	out = append(out, text(heading, "OTHERS LIKE IT"))
	if len(n.like) == 0 {
		out = append(out, text(muted, "  none: no other request shares its path, client, agent or rule"))
	}
	for _, l := range n.like {
		out = append(out, line{runs: []run{{cellRight(number(l.Others), 11) + "  ", plain}, {l.Label, strong}, {"  " + l.Query, muted}},
			sub: subject{title: l.Label, copied: l.Query, open: searchMsg{l.Query}}})
	}
	return out
}

// neighbour is a line beside a request; Enter on the request itself leads nowhere.
func neighbour(row *index.Row, self, client bool) line {
	l := nearLine(row, self, client)
	l.hot = row.Level >= triage.Medium
	if self {
		l.sub.open = nil
	}
	return l
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
	k.disableList()
	k.Next.SetEnabled(r.steps)
	k.Prev.SetEnabled(r.steps)
	disable(&k.Tab, &k.Filter, &k.Plant, &k.Merge, &k.Split, &k.Edit, &k.Cycle, &k.Order, &k.Unmask, &k.Reload, &k.Task)
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

// waits reports whether the request is on its way, or for what lies further down, what stands around it.
func (r *request) waits(msg tea.KeyMsg) bool {
	k := &r.c.keys
	switch {
	case r.err != nil:
		return false
	case r.detail == nil:
		return true
	}
	if matches(msg, k.Down) && r.list.cur < r.list.n-1 {
		return false
	}
	return r.near == nil && !matches(msg, k.Up, k.Next, k.Prev, k.Enter, k.Copy, k.Mark, k.Note, k.Verdict, k.Pivot)
}

func (r *request) noRows() bool { return r.err != nil }

package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
)

// What the pane beside the requests shows of the lines around the one under the cursor.
const (
	aroundNone   = iota // the detail of the request
	aroundSource        // its neighbours in the source
	aroundClient        // what its client sent before and after it
	aroundKinds
)

// maxAround is how many lines are shown before and after.
const maxAround = 60

// surroundings are the lines around the request under the cursor, unfiltered, in step with it.
type surroundings struct {
	kind  int
	ref   string // the request that they are around
	asked string // the one whose answer is on its way; empty if none is
	gen   int
	list  list
}

// nearMsg brings the lines around a request.
type nearMsg struct {
	gen  int
	ref  string
	rows []index.Row
	at   int
	err  error
}

// turn goes to the next kind.
func (s *surroundings) turn() {
	s.kind = (s.kind + 1) % aroundKinds
	s.ref, s.asked = "", ""
	s.list.set(nil)
	s.list.empty = "reading"
}

func (s *surroundings) title() string {
	if s.kind == aroundClient {
		return "around " + s.ref + ": its client"
	}
	return "around " + s.ref + ": its source"
}

func (s *surroundings) said(k *keyMap) string {
	switch s.kind {
	case aroundSource:
		return k.words("the lines around it in its source, unfiltered; {Context} again: those of its client")
	case aroundClient:
		return k.words("what its client sent around it, unfiltered; {Context} again: the request")
	}
	return "the request"
}

// askAround asks for the lines around the row under the cursor; one question is on its way at a time.
func (r *requests) askAround() tea.Cmd {
	s := &r.around
	ref := r.under()
	if s.kind == aroundNone || ref == "" || s.asked != "" || s.ref == ref {
		return nil
	}
	s.asked, s.gen = ref, r.c.gen()
	ctx, d, gen, client := r.c.ctx, r.c.desk, s.gen, s.kind == aroundClient
	return func() tea.Msg {
		rows, at, err := d.Store.Near(ctx, ref, maxAround, maxAround, client)
		return nearMsg{gen, ref, rows, at, err}
	}
}

// near takes an answer, and asks for the row that the cursor has come to meanwhile.
func (r *requests) near(m nearMsg) tea.Cmd {
	s := &r.around
	if m.gen != s.gen || s.asked == "" {
		return nil
	}
	s.ref, s.asked = m.ref, ""
	if m.err != nil {
		s.list.set(wrapLines([]line{text(critical, m.err.Error())}, s.list.width-gutterWidth))
		return nil
	}
	lines := make([]line, len(m.rows))
	for i := range m.rows {
		lines[i] = nearLine(&m.rows[i], i == m.at, s.kind == aroundClient)
	}
	s.list.set(lines)
	s.list.to(m.at)
	s.list.top = max(0, min(m.at-s.list.height/2, len(lines)-s.list.height))
	return r.askAround()
}

// nearLine is one line around a request: who, when, what, and what came back.
func nearLine(r *index.Row, self, client bool) line {
	l, sign := plain, "  "
	if self {
		l, sign = strong, "= "
	}
	s := subject{ref: r.Ref, title: requestTitle(&r.Request), values: requestValues(&r.Request, nil), open: openMsg{r.Ref}, copied: requestTitle(&r.Request)}
	runs := []run{{sign, strong}, {cell(clock(r.Time), 9), muted}, {cell(levelWord(r.Level), 5), levelLook(r.Level)}}
	if !client {
		runs = append(runs, run{cell(r.Client, 16) + " ", muted})
	}
	what := "rejected: " + r.Reject
	if r.Reject == "" {
		what = cell(r.Method, 4) + " " + cellRight(statusText(r.Status), 3) + " " + r.URI()
	}
	return line{sub: s, runs: append(runs, run{what, l}), hot: self}
}

// clock is the time of day.
func clock(t time.Time) string {
	if t.IsZero() {
		return "no time"
	}
	return t.UTC().Format("15:04:05")
}

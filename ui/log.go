package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/index"
	"spoor/triage/intel"
	"spoor/ui/desk"
)

// maxLog bounds how much of what was said is kept; the oldest goes first.
const maxLog = 1000

// A said is one thing that the program told.
type said struct {
	at    time.Time // UTC; the last time if it was told several times in a row
	text  string
	err   error // nil if it was no error
	times int
}

// A sayings is what was said in this session, oldest first.
type sayings struct {
	all    []said
	lost   int // how many were dropped
	unseen int // errors that something else was said over before a key was pressed, since the log was looked at
	now    func() time.Time
}

func (s *sayings) add(text string, err error) {
	at := s.now().UTC()
	if n := len(s.all); n > 0 && s.all[n-1].text == text && (s.all[n-1].err != nil) == (err != nil) {
		s.all[n-1].at = at
		s.all[n-1].times++
		return
	}
	s.all = append(s.all, said{at, text, err, 1})
	if len(s.all) > maxLog {
		s.lost += len(s.all) - maxLog
		s.all = append(s.all[:0:0], s.all[len(s.all)-maxLog:]...)
	}
}

// A failure is a message that brings an answer or says why there is none. Errors of screens, which show them where
// the answer would be, come into the log by it.
type failure interface{ failed() error }

func (m searchedMsg) failed() error   { return m.err }
func (m pageMsg) failed() error       { return m.err }
func (m requestMsg) failed() error    { return m.err }
func (m overviewMsg) failed() error   { return m.err }
func (m recordsMsg[T]) failed() error { return m.err }
func (m pageReadMsg) failed() error   { return m.err }

// logFailure keeps the error of an answer.
func (r *root) logFailure(msg tea.Msg) {
	if f, ok := msg.(failure); ok {
		if err := f.failed(); err != nil && !errors.Is(err, context.Canceled) {
			r.log.add(err.Error(), err)
			r.relog()
		}
	}
}

// relog has the log screens show what was added.
func (r *root) relog() {
	for _, s := range r.all() {
		if l, ok := s.(*logScreen); ok {
			l.renew()
		}
	}
	if _, ok := r.top().(*logScreen); ok {
		r.log.unseen = 0
	}
}

// remedy says what to do about an error; empty if its own words say it, or nothing can be said.
func remedy(err error, k *keyMap) string {
	var syntax *index.SyntaxError
	var newer *cases.VersionError
	switch {
	case errors.As(err, &syntax):
		return k.words("{Filter} edits the query; {Tab} in it proposes fields and values, {Help} has examples")
	case errors.As(err, &newer):
		return "use the spoor that made the case, or a newer one"
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full; what was recorded before is untouched. Free some space and do it again"
	case errors.Is(err, syscall.EROFS):
		return "the folder cannot be written; work on a copy of the case"
	case errors.Is(err, fs.ErrPermission):
		return "ask for permission, or work on a copy of the case"
	case errors.Is(err, fs.ErrExist):
		return "name another file, or move the one that is there"
	case errors.Is(err, desk.ErrNoRecord), errors.Is(err, index.ErrNotFound):
		return k.words("{Tab} after :open proposes references; lists show them when a row is opened")
	case errors.Is(err, cases.ErrNoNote):
		return "screen Notes lists them"
	case errors.Is(err, desk.ErrNoActor):
		return "screen Actors lists the intruders"
	case errors.Is(err, desk.ErrIncomplete):
		return "put the evidence back where it was, or run spoor reindex CASE --from PATH"
	case errors.Is(err, intel.ErrObservable):
		return `for example :assess T1190 "China Chopper" T1505.003@B2 sector:technology`
	case errors.Is(err, fs.ErrNotExist):
		return "a file is not where it was: :verify says which; spoor reindex CASE makes a lost index anew"
	case errors.Is(err, context.Canceled):
		return "it was cancelled; do it again if it is wanted"
	}
	return ""
}

// noRemedy is said of errors that nothing better is known about.
const noRemedy = "nothing else was changed by it. Try it again; :verify checks journal and evidence"

// logScreen shows what was said, newest last. Its rows are what was said until it was told of something new.
type logScreen struct{ records[said] }

func newLog(c *common) *logScreen {
	l := &logScreen{}
	l.start(c, tabOverview, "log", "Nothing was said yet: messages and errors of this session come here.", "message", "messages")
	l.b.title, l.hotNoun = "in full", "error"
	l.b.below = 6
	l.table = table[said]{all: saidColumns(), at: "what"}
	l.subject = func(s *said) subject { return subject{title: s.whole(), copied: stamp(s.at) + " " + s.whole()} }
	l.span = func(s *said) (time.Time, time.Time) { return s.at, s.at }
	l.hot = func(s *said) bool { return s.err != nil }
	l.again = func() (lister, *records[said]) { x := newLog(c); return x, &x.records }
	l.about = func(s *said) []line { return describeSaid(s, &c.keys) }
	l.take()
	return l
}

// take takes in what was said until now.
func (l *logScreen) take() {
	all := slices.Clone(l.c.log.all)
	l.all, l.gen = all, l.c.gen()
	l.read = func(context.Context, *desk.Desk) ([]said, error) { return all, nil }
}

// Init looks at everything, and stands on the newest.
func (l *logScreen) Init() tea.Cmd {
	l.c.log.unseen = 0
	if len(l.filters) > 0 {
		return nil // it was narrowed, with its cursor
	}
	l.sift()
	l.b.show(len(l.items) - 1)
	return nil
}

// renew shows what was added; at the end stays at the end.
func (l *logScreen) renew() {
	end := l.b.list.cur >= len(l.items)-1
	l.take()
	l.sift()
	if end {
		l.b.show(len(l.items) - 1)
	}
}

// whole is what was said, and how often.
func (s *said) whole() string {
	if s.times > 1 {
		return fmt.Sprintf("(%d times) %s", s.times, s.text)
	}
	return s.text
}

func saidColumns() []column[said] {
	return []column[said]{
		{name: "time", title: "time (UTC)", width: 19, number: func(s *said) float64 { return unix(s.at) }, cell: func(s *said) (string, look) { return stamp(s.at), plain }},
		{name: "kind", width: 7, cell: func(s *said) (string, look) {
			if s.err != nil {
				return "ERROR", critical
			}
			return "message", muted
		}},
		{name: "times", width: 5, from: never, right: true, number: func(s *said) float64 { return float64(s.times) }, cell: func(s *said) (string, look) { return number(s.times), plain }},
		{name: "what", width: 20, grow: 1, value: func(s *said) string { return s.text }, cell: func(s *said) (string, look) { return s.whole(), plain }},
	}
}

// describeSaid is one saying in full, with what to do if it is an error.
func describeSaid(s *said, k *keyMap) []line {
	out := []line{label("said", run{s.text, plain})}
	if s.err == nil {
		return out
	}
	out[0].runs[0].text = cell("error", labelWidth)
	todo := remedy(s.err, k)
	if todo == "" {
		todo = noRemedy
	}
	return append(out, label("remedy", run{todo, strong}))
}

// Info counts the messages, or the rows that fit the filters.
func (l *logScreen) Info() string {
	if joined(l.filters) != "" {
		return l.records.Info()
	}
	s := counted(len(l.all), "message", "messages")
	if l.c.log.lost > 0 {
		s += ", " + number(l.c.log.lost) + " older ones are no longer kept"
	}
	return s
}

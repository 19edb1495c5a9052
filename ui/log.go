package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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
			l.fill(true)
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
		return "Tab after :open proposes references; lists show them when a row is opened"
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

// logScreen shows what was said, newest last.
type logScreen struct {
	c *common
	b browser
}

func newLog(c *common) *logScreen {
	l := &logScreen{c: c, b: newBrowser(c, "in full", "Nothing was said yet: messages and errors of this session come here.")}
	l.b.head = func() []run { return []run{{cell("time (UTC)", 21) + cell("", 7) + "what", muted}} }
	l.b.below = 6
	l.b.build = func(i int) []line { return describeSaid(&l.c.log.all[i], &l.c.keys) }
	return l
}

// Init looks at everything, and stands on the newest.
func (l *logScreen) Init() tea.Cmd {
	l.c.log.unseen = 0
	l.fill(true)
	return nil
}

func (l *logScreen) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyMsg); ok {
		l.b.press(k)
	}
	return nil
}

// fill makes the rows anew; at the end stays at the end.
func (l *logScreen) fill(end bool) {
	end = end && l.b.list.cur >= len(l.b.list.lines)-1
	lines := make([]line, len(l.c.log.all))
	for i := range lines {
		lines[i] = saidLine(&l.c.log.all[i])
	}
	l.b.set(lines)
	if end {
		l.b.list.to(len(lines) - 1)
		l.b.describe(true)
	}
}

func saidLine(s *said) line {
	word, look := "", plain
	if s.err != nil {
		word, look = "ERROR", critical
	}
	text := s.text
	if s.times > 1 {
		text = fmt.Sprintf("(%d times) %s", s.times, text)
	}
	return line{sub: subject{title: text, copied: stamp(s.at) + " " + text},
		runs: []run{{cell(stamp(s.at), 21), plain}, {cell(word, 7), look}, {text, plain}}}
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

func (l *logScreen) Resize(width, height int) { l.b.resize(width, height) }
func (l *logScreen) View() string             { return l.b.view() }
func (l *logScreen) Place() (int, string)     { return tabOverview, "log" }
func (l *logScreen) Selected() subject        { return l.b.selected() }
func (l *logScreen) Leave() bool              { return l.b.leave() }
func (l *logScreen) Keys() keyMap             { return l.b.keys() }

func (l *logScreen) Info() string {
	s := counted(len(l.c.log.all), "message", "messages")
	if l.c.log.lost > 0 {
		s += ", " + number(l.c.log.lost) + " older ones are no longer kept"
	}
	return s
}

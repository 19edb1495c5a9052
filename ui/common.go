package ui

import (
	"context"
	"io"
	"maps"
	"slices"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// common is what the root lends to every screen. It is read and changed in Update only; commands get the
// values they need.
type common struct {
	ctx       context.Context
	desk      *desk.Desk
	st        styles
	ascii     bool      // the terminal shows no Unicode
	pointing  bool      // the mouse is ours
	clipboard Clipboard // how the terminal takes what is copied
	keys      keyMap
	out       io.Writer // the terminal, for the clipboard sequence
	marks     map[string]bool
	log       sayings

	gens    int
	intents []tea.Msg // what is done before the next key is, see now
	jobs    map[int]job
	drafts  drafts
	during  *watch
	busy    *sync.RWMutex // held for reading by work that must have ended before the case is closed
}

// A job is running work that can be cancelled.
type job struct {
	label  string
	cancel context.CancelFunc
	over   bool // it was cancelled and has not ended yet
	keeps  bool // closing the program now would lose what it makes
	behind bool // it goes on behind what the analyst does, who waits for other work first
}

// doneMsg ends a job and carries its answer.
type doneMsg struct {
	job int
	msg tea.Msg
}

// gen makes the number of a question. Answers carry it, and whoever asked drops all but the latest.
func (c *common) gen() int {
	c.gens++
	return c.gens
}

// work runs f as a job: shown in the status line, cancelled by Ctrl-C. f must use only its values and ctx.
func (c *common) work(label string, f func(ctx context.Context) tea.Msg) tea.Cmd {
	return c.start(job{label: label}, f)
}

// keep is work whose result would be lost if the program were closed.
func (c *common) keep(label string, f func(ctx context.Context) tea.Msg) tea.Cmd {
	return c.start(job{label: label, keeps: true}, f)
}

func (c *common) start(j job, f func(ctx context.Context) tea.Msg) tea.Cmd {
	ctx, cancel := context.WithCancel(c.ctx)
	j.cancel = cancel
	id := c.gen()
	c.jobs[id] = j
	busy, during := c.busy, c.during
	return func() tea.Msg {
		defer cancel()
		if j.keeps {
			busy.RLock()
			defer busy.RUnlock()
		}
		during.tell(ctx, j.label)
		return doneMsg{id, f(ctx)}
	}
}

// cancelJobs cancels running work and names it; empty if there was none that had not been cancelled before. Work
// that goes on behind is cancelled only if there is no other.
func (c *common) cancelJobs() string {
	for _, behind := range []bool{false, true} {
		label := ""
		for _, id := range slices.Sorted(maps.Keys(c.jobs)) {
			if j := c.jobs[id]; !j.over && j.behind == behind {
				label = or(label, j.label)
				j.over = true
				j.cancel()
				c.jobs[id] = j
			}
		}
		if label != "" {
			return label
		}
	}
	return ""
}

// label names the oldest running job that is waited for; empty if there is none.
func (c *common) label() string {
	for _, id := range slices.Sorted(maps.Keys(c.jobs)) {
		if j := c.jobs[id]; !j.behind {
			return j.label
		}
	}
	return ""
}

// drafts keeps what is being typed safe: one save is on its way at a time, the newest text follows.
type drafts struct {
	left map[string]string // drafts that are no notes yet, by key
	want map[string]string // to be saved once the running save is done
	busy bool
}

// draftSavedMsg says that a draft is on disk, or why not.
type draftSavedMsg struct{ err error }

// save keeps a draft; an empty text removes it.
func (d *drafts) save(dk *desk.Desk, key, text string) tea.Cmd {
	if text == "" {
		delete(d.left, key)
	} else {
		d.left[key] = text
	}
	if d.busy {
		d.want[key] = text
		return nil
	}
	d.busy = true
	return func() tea.Msg { return draftSavedMsg{dk.SaveDraft(key, text)} }
}

// next is the save that was waiting, if any.
func (d *drafts) next(dk *desk.Desk) tea.Cmd {
	d.busy = false
	for key, text := range d.want {
		delete(d.want, key)
		d.busy = true
		return func() tea.Msg { return draftSavedMsg{dk.SaveDraft(key, text)} }
	}
	return nil
}

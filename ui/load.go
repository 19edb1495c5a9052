package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// Taking evidence in while the program is used: the load runs behind everything else and tells how far it has
// come; when it is done every screen reads again.

// A loading is the load that runs; there is one at a time.
type loading struct {
	gen   int // the question that its messages answer
	steps chan desk.Progress
	last  desk.Progress
}

type (
	loadMsg     struct{ o desk.LoadOptions } // the intent to take evidence in
	progressMsg struct {
		gen int
		p   desk.Progress
	}
	loadedMsg struct {
		gen    int
		ledger *desk.Ledger // may be there beside an error: what is in the case all the same
		err    error
	}
)

// loadMessage handles what a load asks and answers.
func (r *root) loadMessage(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case loadMsg:
		return r.load(msg.o), true
	case progressMsg:
		l := r.loading
		if l == nil || msg.gen != l.gen {
			return nil, true
		}
		l.last = msg.p
		return nextStep(l.gen, l.steps), true
	case loadedMsg:
		if r.loading == nil || msg.gen != r.loading.gen {
			return nil, true
		}
		r.loading = nil
		return r.loaded(msg), true
	}
	return nil, false
}

// load starts a load.
func (r *root) load(o desk.LoadOptions) tea.Cmd {
	if r.loading != nil {
		r.fail(errors.New("a load is running: wait until it is done, or end it with Ctrl-C, then load again"))
		return nil
	}
	gen, steps, d, during := r.gen(), make(chan desk.Progress, 1), r.desk, r.during
	r.loading = &loading{gen: gen, steps: steps}
	load := r.start(job{label: "loading", keeps: true, behind: true}, func(ctx context.Context) tea.Msg {
		defer close(steps)
		o, err := expand(o)
		if err != nil {
			return loadedMsg{gen, nil, err}
		}
		tell := newest(steps)
		ledger, err := d.Load(ctx, o, func(p desk.Progress) {
			tell(p)
			during.tell(ctx, p.Stage)
		})
		return loadedMsg{gen, ledger, err}
	})
	return tea.Batch(load, nextStep(gen, steps))
}

// stepEvery is how often progress is drawn.
const stepEvery = 100 * time.Millisecond

// newest passes progress on without ever waiting for whoever reads it: what was not read in time is replaced.
func newest(steps chan desk.Progress) func(desk.Progress) {
	var mu sync.Mutex
	var last time.Time
	stage := ""
	return func(p desk.Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.Stage == stage && time.Since(last) < stepEvery {
			return
		}
		stage, last = p.Stage, time.Now()
		select {
		case <-steps:
		default:
		}
		steps <- p // there is room: this is the only writer
	}
}

// nextStep waits for progress; it answers nothing once the load is done.
func nextStep(gen int, steps <-chan desk.Progress) tea.Cmd {
	return func() tea.Msg {
		p, ok := <-steps
		if !ok {
			return nil
		}
		return progressMsg{gen, p}
	}
}

// expand does what a shell would have done: ~/ is the home folder, and a pattern stands for the files it fits.
func expand(o desk.LoadOptions) (desk.LoadOptions, error) {
	for _, list := range []*[]string{&o.Paths, &o.Baseline, &o.KnownBad, &o.Webroots} {
		var out []string
		for _, p := range *list {
			all, err := expandPath(p)
			if err != nil {
				return o, err
			}
			out = append(out, all...)
		}
		*list = out
	}
	return o, nil
}

func expandPath(p string) ([]string, error) {
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("%s: %w: give the whole path", p, err)
		}
		p = filepath.Join(home, rest)
	}
	if _, err := os.Lstat(p); err == nil {
		return []string{p}, nil
	}
	if strings.ContainsAny(p, "*?[") {
		if all, err := filepath.Glob(p); err == nil && len(all) > 0 {
			return all, nil
		}
	}
	if dir, err := os.Getwd(); err == nil && !filepath.IsAbs(p) {
		return nil, fmt.Errorf("no file or folder %s in %s: check the name, or give the whole path", p, dir)
	}
	return nil, fmt.Errorf("no file or folder %s: check the name", p)
}

// loaded says what came of a load and has every screen read again.
func (r *root) loaded(m loadedMsg) tea.Cmd {
	said := ledgerText(m.ledger)
	switch {
	case errors.Is(m.err, context.Canceled) && said == "":
		r.say("the load was cancelled: nothing of it is in the case; :load again starts anew")
	case errors.Is(m.err, context.Canceled):
		r.say("load cancelled, the same :load goes on: " + said)
	case m.err != nil && said != "":
		r.fail(fmt.Errorf("load: %w; %s; the same :load goes on", m.err, said))
	case m.err != nil:
		r.fail(fmt.Errorf("load: %w", m.err))
	case m.ledger != nil && len(m.ledger.Files)+len(m.ledger.Already) == 0:
		r.fail(errors.New("nothing was taken in: " + said))
	default:
		r.say(said)
	}
	if m.ledger == nil {
		return nil
	}
	return send(changedMsg{evidence: true})
}

// loadText is how far the load that runs has come.
func (r *root) loadText(width int) string {
	for _, j := range r.jobs {
		if j.behind && j.over {
			return "ending the load"
		}
	}
	return progressText(r.loading.last, width-strWidth(cancels)) + cancels
}

// ledgerText says what came of a load in one line; empty if nothing did.
func ledgerText(l *desk.Ledger) string {
	if l == nil {
		return ""
	}
	var parts []string
	if n := len(l.Files); n > 0 {
		var lines, rejected int64
		for _, e := range l.Files {
			lines, rejected = lines+e.Parsed, rejected+e.Rejected
		}
		s := "taken " + counted(n, "file", "files") + " with " + counted(lines, "line", "lines")
		if rejected > 0 {
			s += ", " + number(rejected) + " more rejected"
		}
		parts = append(parts, s)
	}
	if n := len(l.Already); n == 1 {
		parts = append(parts, l.Already[0].Path+" in the case already")
	} else if n > 1 {
		parts = append(parts, number(n)+" in the case already")
	}
	if n := len(l.Refused); n == 1 {
		parts = append(parts, "refused "+l.Refused[0].Path+": "+l.Refused[0].Reason)
	} else if n > 1 {
		parts = append(parts, "refused "+number(n))
	}
	if n := len(l.Waiting); n > 0 {
		parts = append(parts, "not come to "+counted(n, "file", "files"))
	}
	if len(l.Files) > 0 || len(l.Refused) > 1 {
		parts = append(parts, "screen Evidence (8) has more")
	}
	return strings.Join(parts, "; ")
}

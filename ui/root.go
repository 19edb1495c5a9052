package ui

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/charmbracelet/bubbles/spinner"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
	"spoor/ui/editor"
)

// The smallest terminal in which nothing essential is cut.
const (
	minWidth  = 60
	minHeight = 16
)

// maxBack bounds how far Esc leads back.
const maxBack = 100

// A root owns the size, the stack of screens, the status line and the keys that work everywhere.
type root struct {
	*common
	width, height int
	stack         []screen            // what Esc goes back through; the last is shown
	ahead         []screen            // what was left by going back, the last one left at the end
	tabs          [screenCount]screen // the screens of the number keys, made when first shown
	over          overlay             // takes the keys while it is open
	said          string
	bad           bool // said is an error
	spin          spinner.Model
	spinning      bool
	values        *menu           // the values one chose from when the pivots of one were asked
	searches      []string        // what was searched for, oldest first
	lines         []string        // what was entered in the command line
	times         []string        // where in time one went
	loading       *loading        // nil if none runs
	waiting       []tea.KeyMsg    // keys that what is on its way is needed for, in their order
	asked         int             // the question where a key leads; 0 if there is none, or its answer has come
	stale         map[screen]bool // screens that have not read again since evidence came
	anew          bool            // no session is read or kept
	resumed       bool            // what was kept of the last session has been read
	saved         string          // the session as it was saved last
	saving        bool            // one is being saved
	quitting      bool
	held          *pointer                                    // where its button went down; nil if it is up
	name          string                                      // of the case
	stop          tea.Cmd                                     // suspends the program; nil if nothing could continue it
	exec          func(*editor.Cmd, tea.ExecCallback) tea.Cmd // gives the terminal to the responder's editor
}

// newRoot makes the program over an open case, to be run by Bubble Tea or driven by a test.
func newRoot(ctx context.Context, d *desk.Desk, o Options) *root {
	c := &common{
		ctx: ctx, desk: d, st: newStyles(o.Colours, o.Light), ascii: o.ASCII, pointing: o.Mouse, clipboard: o.Clipboard, keys: newKeyMap(), out: o.Out, during: o.during,
		marks: map[string]bool{}, jobs: map[int]job{}, busy: new(sync.RWMutex),
		drafts: drafts{left: map[string]string{}, want: map[string]string{}}, log: sayings{now: time.Now},
	}
	if o.Keys != nil {
		c.keys = o.Keys.m
	}
	r := &root{common: c, anew: o.Fresh, exec: tea.ExecProcess}
	info := d.Info()
	r.name = or(info.Name, info.ID)
	r.spin = spinner.New(spinner.WithSpinner(spinner.Spinner{Frames: []string{"|", "/", "-", "\\"}, FPS: time.Second / 8}))
	return r
}

// draftsMsg carries the drafts that were left when the case was closed.
type draftsMsg struct{ left map[string]string }

// Init shows the Overview and looks for drafts.
func (r *root) Init() tea.Cmd {
	d := r.desk
	return tea.Batch(r.goTab(tabOverview), func() tea.Msg { return draftsMsg{d.Drafts()} }, r.readSession())
}

// Update routes a message and keeps the spinner turning while work runs.
func (r *root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, isKey := msg.(tea.KeyMsg)
	cmd := r.do(func() tea.Cmd { return r.handle(msg) })
	if len(r.waiting) > 0 && !r.mustWait(r.waiting[0]) {
		cmd, isKey = tea.Batch(cmd, r.pressWaiting()), true
	}
	if isKey && r.resumed {
		cmd = tea.Batch(cmd, r.keepSession())
	}
	if len(r.jobs) > 0 && !r.spinning {
		r.spinning = true
		cmd = tea.Batch(cmd, r.spin.Tick)
	}
	return r, cmd
}

func (r *root) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		r.width, r.height = msg.Width, msg.Height
		for _, s := range r.all() {
			s.Resize(r.width, r.bodyHeight())
		}
		return nil
	case spinner.TickMsg:
		if len(r.jobs) == 0 {
			r.spinning = false
			return nil
		}
		var cmd tea.Cmd
		r.spin, cmd = r.spin.Update(msg)
		return cmd
	case doneMsg:
		delete(r.jobs, msg.job)
		return r.handle(msg.msg)
	case sessionMsg:
		return r.resume(msg)
	case sessionSavedMsg:
		r.saving = false
		return nil // a case that cannot be written is read all the same
	case changedMsg:
		if msg.evidence {
			return r.outdate()
		}
	case tea.KeyMsg:
		return r.typed(msg)
	case tea.MouseMsg:
		return r.mouse(msg)
	case tea.ResumeMsg:
		return r.pointAgain()
	case stopMsg:
		return r.suspend()
	case nil:
		return nil
	}
	if cmd, ok := r.intent(msg); ok {
		return cmd
	}
	if cmd, ok := r.record(msg); ok {
		return cmd
	}
	if cmd, ok := r.loadMessage(msg); ok {
		return cmd
	}
	if cmd, ok := r.paletteMessage(msg); ok {
		return cmd
	}
	r.logFailure(msg)
	var cmds []tea.Cmd
	for _, s := range r.all() {
		cmds = append(cmds, s.Update(msg))
	}
	return tea.Batch(cmds...)
}

// intent does what screens, menus and prompts ask for: going somewhere, or saying something.
func (r *root) intent(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case openMsg:
		return r.open(msg.ref), true
	case resolvedMsg:
		return r.resolved(msg), true
	case searchMsg:
		r.searches = remember(r.searches, msg.query)
		return r.push(newRequests(r.common, msg.query)), true
	case filesMsg:
		return r.push(newFiles(r.common, msg.query, "")), true
	case notesMsg:
		return r.push(newNotes(r.common, msg.query, "")), true
	case versionsMsg:
		return r.push(newVersions(r.common, msg.note)), true
	case processesMsg:
		return r.push(newProcesses(r.common, msg.query, msg.of, "")), true
	case rejectedMsg:
		return r.push(r.rejected(msg)), true
	case stolenMsg:
		return r.push(newStolen(r.common, "")), true
	case outcomesMsg:
		return r.push(newOutcomes(r.common, msg.class)), true
	case tabMsg:
		return r.goTab(msg.tab), true
	case narrowMsg:
		// A list that is narrowed to these rows already is shown all the same: that is where one wants to go.
		return r.push(msg.list.Narrowed(with(msg.list.Filters(), msg.term))), true
	case citedMsg:
		r.citedMenu(msg)
	case treeMsg:
		if msg.tree == nil {
			return r.back(), true
		}
		return r.push(msg.tree), true
	case narrowedMsg:
		if l, ok := r.top().(lister); ok {
			return r.push(l.Narrowed(msg.filters)), true
		}
	case filterCountsMsg:
		if m, ok := r.over.(*filterMenu); ok {
			m.counted(msg)
		}
	case stepMsg:
		if n := len(r.stack); n > 1 {
			if list, ok := r.stack[n-2].(stepper); ok {
				return list.Step(msg.step), true
			}
		}
	case swapMsg:
		if _, ok := r.top().(*request); ok {
			r.stack = r.stack[:len(r.stack)-1]
			return r.pushRequest(msg.ref), true
		}
	case sayMsg:
		r.say(msg.text)
	case failMsg:
		r.fail(msg.err)
	case reportFileMsg:
		r.over = r.reportFilePrompt(msg)
	case completedMsg:
		if p, ok := r.over.(*prompt); ok {
			p.completed(msg)
		}
	case pivotMsg:
		return r.askPivots(msg.value), true
	case pivotsMsg:
		if r.answers(msg.gen) {
			r.showPivots(msg)
		}
	case quitMsg:
		r.quitting = true
		for r.cancelJobs() != "" {
		}
		return tea.Quit, true
	default:
		return nil, false
	}
	return nil, true
}

// all lists every living screen once.
func (r *root) all() []screen {
	out := append(append([]screen(nil), r.stack...), r.ahead...)
	for _, t := range r.tabs {
		if t != nil && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// top is the screen shown; nil before the first.
func (r *root) top() screen {
	if len(r.stack) == 0 {
		return nil
	}
	return r.stack[len(r.stack)-1]
}

// push goes one step on.
func (r *root) push(s screen) tea.Cmd {
	if len(r.stack) >= maxBack {
		r.stack = append(r.stack[:1:1], r.stack[2:]...)
	}
	r.stack, r.ahead = append(r.stack, s), nil
	s.Resize(r.width, r.bodyHeight())
	return s.Init()
}

// back goes one step back; what was left is as it was left.
func (r *root) back() tea.Cmd {
	if len(r.stack) <= 1 {
		r.say(r.keys.words("this is where you started; {Quit} closes spoor"))
		return nil
	}
	r.ahead = append(r.ahead, r.top())
	r.stack = r.stack[:len(r.stack)-1]
	return r.fresh()
}

// forward goes to where one was before going back.
func (r *root) forward() tea.Cmd {
	n := len(r.ahead)
	if n == 0 {
		r.say(r.keys.words("there is nothing ahead; {Older} goes back, {Newer} on again"))
		return nil
	}
	s := r.ahead[n-1]
	r.ahead = r.ahead[:n-1]
	r.stack = append(slices.DeleteFunc(r.stack, func(x screen) bool { return x == s }), s)
	s.Resize(r.width, r.bodyHeight())
	return r.fresh()
}

// outdate has every screen read again once it is shown: the one that is shown, now.
func (r *root) outdate() tea.Cmd {
	r.stale = map[screen]bool{}
	for _, s := range r.all() {
		r.stale[s] = true
	}
	return r.fresh()
}

// fresh has the screen shown read again if evidence came since it did.
func (r *root) fresh() tea.Cmd {
	s := r.top()
	if s == nil || !r.stale[s] {
		return nil
	}
	delete(r.stale, s)
	return s.Update(changedMsg{evidence: true})
}

// goTab shows a tab. A tab already on the way back is moved to the end, so that Esc never goes in circles.
func (r *root) goTab(i int) tea.Cmd {
	if t := r.tabs[i]; t != nil {
		if t == r.top() {
			return nil
		}
		r.ahead = nil
		kept := r.stack[:0:0]
		for _, s := range r.stack {
			if s != t {
				kept = append(kept, s)
			}
		}
		r.stack = append(kept, t)
		return r.fresh()
	}
	r.tabs[i] = r.newTab(i)
	return r.push(r.tabs[i])
}

func (r *root) newTab(i int) screen {
	switch i {
	case tabRequests:
		return newRequests(r.common, "")
	case tabWebshells:
		return newWebshells(r.common, "")
	case tabActors:
		return newActors(r.common, "")
	case tabTimeline:
		return newTimeline(r.common)
	case tabFiles:
		return newFiles(r.common, "", "")
	case tabNotes:
		return newNotes(r.common, "", "")
	case tabEvidence:
		return newEvidence(r.common)
	case tabReport:
		return newReport(r.common)
	}
	return newOverview(r.common)
}

// resolvedMsg says what a reference is.
type resolvedMsg struct {
	gen       int
	ref, kind string
	err       error
}

// open goes to a record. What kind it is, the case knows.
func (r *root) open(ref string) tea.Cmd {
	r.asked = r.gen()
	d, gen := r.desk, r.asked
	return func() tea.Msg {
		kind, whole, _, err := d.Resolve(ref)
		return resolvedMsg{gen, whole, kind, err}
	}
}

func (r *root) resolved(m resolvedMsg) tea.Cmd {
	if !r.answers(m.gen) {
		return nil
	}
	if m.err != nil {
		r.waiting = nil // what was typed for the record
		r.fail(m.err)
		return nil
	}
	switch m.kind {
	case "request":
		return r.pushRequest(m.ref)
	case "webshell":
		return r.push(newWebshells(r.common, m.ref))
	case "actor", "intruder":
		return r.push(newActors(r.common, m.ref))
	case "incident":
		return r.push(newIncident(r.common, m.ref))
	case "file":
		return r.push(newFiles(r.common, "", m.ref))
	case "listed":
		return r.push(newEntry(r.common, m.ref))
	case "process":
		return r.push(newProcesses(r.common, "ref:"+m.ref, "", m.ref))
	case "read":
		return r.push(newStolen(r.common, m.ref))
	case "note":
		return r.push(newNotes(r.common, "", m.ref))
	}
	r.fail(fmt.Errorf("%s is a %s; no screen shows that", m.ref, m.kind))
	return nil
}

// answers reports whether an answer is that of the latest question where a key leads.
func (r *root) answers(gen int) bool {
	if gen != r.asked {
		return false
	}
	r.asked = 0
	return true
}

// pushRequest shows one request. Over a list that can step, so can it.
func (r *root) pushRequest(ref string) tea.Cmd {
	q := newRequest(r.common, ref)
	_, q.steps = r.top().(stepper)
	return r.push(q)
}

func (r *root) say(s string) {
	r.overwrite()
	r.said, r.bad = s, false
	r.log.add(s, nil)
	r.relog()
}

// overwrite counts an error that nobody had the time to read.
func (r *root) overwrite() {
	if r.bad && r.said != "" {
		r.log.unseen++
	}
}

// fail says an error, with what to do about it where that is known.
func (r *root) fail(err error) {
	if err == nil {
		return
	}
	r.overwrite()
	r.said, r.bad = err.Error(), true
	if todo := remedy(err, &r.keys); todo != "" {
		r.said += " · " + todo
	}
	r.log.add(err.Error(), err)
	r.relog()
}

// remember appends to a history, without repeating the last entry.
func remember(old []string, s string) []string {
	if s == "" || len(old) > 0 && old[len(old)-1] == s {
		return old
	}
	if len(old) >= 200 {
		old = old[1:]
	}
	return append(old, s)
}

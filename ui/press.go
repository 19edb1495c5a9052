package ui

import (
	"errors"
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// press hands a key to the overlay, or does what it means everywhere, or hands it to the screen.
func (r *root) press(msg tea.KeyMsg) tea.Cmd {
	r.said, r.bad = "", false
	if key.Matches(msg, r.keys.Cancel) {
		return r.cancel(msg)
	}
	if key.Matches(msg, r.keys.Suspend) {
		return r.suspend()
	}
	if r.over != nil {
		var cmd tea.Cmd
		r.over, cmd = r.over.Update(msg)
		return cmd
	}
	s := r.top()
	if s == nil {
		return nil
	}
	k := keysOf(s)
	if cmd, done := r.pressGlobal(msg, k); done {
		return cmd
	}
	if m, ok := s.(measurer); ok && m.Measuring() {
		return s.Update(msg)
	}
	if l, ok := s.(lister); ok {
		if cmd, done := r.pressList(msg, k, l); done {
			return cmd
		}
	}
	if cmd, done := r.pressSubject(msg, k, s.Selected()); done {
		return cmd
	}
	if key.Matches(msg, k.Enter) {
		return r.now(s.Selected().open)
	}
	return s.Update(msg)
}

// keysOf is what the keys do on a screen now.
func keysOf(s screen) keyMap {
	if m, ok := s.(measurer); ok && m.Measuring() {
		return s.Keys()
	}
	return s.Keys().forSubject(s.Selected())
}

// pressList does what is about the rows that a list shows.
func (r *root) pressList(msg tea.KeyMsg, k keyMap, l lister) (tea.Cmd, bool) {
	switch {
	case matches(msg, k.In):
		return r.narrow(l, false), true
	case matches(msg, k.Out):
		return r.narrow(l, true), true
	case matches(msg, k.Filters):
		return r.filterMenu(l), true
	case matches(msg, k.Tally):
		return r.tally(l), true
	case matches(msg, k.Columns):
		r.columnMenu(l)
	case matches(msg, k.Jump):
		r.over = r.jumpPrompt(l)
	case matches(msg, k.NextDay):
		return r.jumpDays(l, 1), true
	case matches(msg, k.PrevDay):
		return r.jumpDays(l, -1), true
	default:
		return nil, false
	}
	return nil, true
}

// cancel stops running work first, then leaves what is open, then closes.
func (r *root) cancel(msg tea.KeyMsg) tea.Cmd {
	if label := r.cancelJobs(); label != "" {
		r.say("cancelled: " + label)
		return nil
	}
	if r.over != nil {
		if ed, ok := r.over.(*editorPane); ok {
			var cmd tea.Cmd
			r.over, cmd = ed.Update(msg)
			return cmd
		}
		r.over = nil
		return nil
	}
	return r.quit()
}

// pressGlobal does what is not about a record.
func (r *root) pressGlobal(msg tea.KeyMsg, k keyMap) (tea.Cmd, bool) {
	for i := range k.Screens {
		if key.Matches(msg, k.Screens[i]) {
			return r.goTab(i), true
		}
	}
	switch {
	case key.Matches(msg, k.Quit):
		return r.quit(), true
	case key.Matches(msg, k.Help):
		r.over = newHelp(r.common, k)
	case key.Matches(msg, k.Palette):
		return r.openPalette(k), true
	case key.Matches(msg, k.Command):
		r.over = r.commandPrompt()
	case key.Matches(msg, k.Search):
		r.over = r.searchPrompt("search: ", "")
	case key.Matches(msg, k.CopyView):
		return r.copyView(), true
	case key.Matches(msg, k.Hidden):
		return r.toggleHidden(), true
	case key.Matches(msg, k.Filter):
		switch t := r.top().(type) {
		case filtered:
			r.over = r.searchPrompt("filter: ", t.Filter())
		case lister:
			r.over = r.filterLine(t)
		}
	case key.Matches(msg, k.Back):
		if p, ok := r.top().(paned); ok && p.Leave() {
			return nil, true
		}
		return r.back(), true
	case key.Matches(msg, k.Older):
		return r.back(), true
	case key.Matches(msg, k.Newer):
		return r.forward(), true
	default:
		return nil, false
	}
	return nil, true
}

// pressSubject does what is about the record under the cursor.
func (r *root) pressSubject(msg tea.KeyMsg, k keyMap, s subject) (tea.Cmd, bool) {
	switch {
	case key.Matches(msg, k.Pivot):
		return r.pivots(s), true
	case key.Matches(msg, k.Copy):
		return r.copy(s), true
	case key.Matches(msg, k.Mark):
		if r.marks[s.ref] {
			delete(r.marks, s.ref)
			r.say(fmt.Sprintf("mark off %s; %s", s.ref, counted(len(r.marks), "mark", "marks")))
		} else {
			r.marks[s.ref] = true
			r.say(fmt.Sprintf("marked %s; %s; the next note cites them", s.ref, counted(len(r.marks), "mark", "marks")))
		}
		return r.now(marksMsg{}), true
	case key.Matches(msg, k.Note):
		r.writeNote(s)
		return nil, true
	case key.Matches(msg, k.Verdict):
		r.over = r.verdictMenu(s)
		return nil, true
	}
	return nil, false
}

// searchPrompt asks for a query. A query that does not parse stays in the prompt, with the column.
func (r *root) searchPrompt(label, value string) *prompt {
	search := func(q string) tea.Msg { return searchMsg{q} }
	if f, ok := r.top().(filtered); ok {
		search = f.Search
	}
	p := &prompt{c: r.common, in: newInput(label, value, r.searches),
		hint: `words "a phrase" ip: path: status: class: level: after: … ({Tab} completes, {Help} has examples)`, complete: completeQuery, means: queryMeans}
	check := checkQuery
	if own, ok := r.top().(interface {
		Check(string) (string, error)
		Complete(*desk.Desk, string) (int, []option)
	}); ok {
		p.hint, _ = own.Check("")
		p.complete, p.means = own.Complete, nil
		check = func(q string) error { _, err := own.Check(q); return err }
	}
	p.accept = func(text string) (tea.Cmd, error) {
		text = strings.TrimSpace(text)
		if err := check(text); err != nil {
			return nil, err
		}
		return r.now(search(text)), nil
	}
	return p
}

// commandPrompt asks for a line of the command line.
func (r *root) commandPrompt() *prompt {
	return &prompt{c: r.common, in: newInput(":", "", r.lines),
		hint: "search QUERY · open REF · load PATH · note · verdict WORD · report FORMAT · {Tab} lists all", complete: completeCommand, means: commandMeans,
		accept: func(text string) (tea.Cmd, error) {
			cmd, err := parseCommand(text)
			if err != nil {
				return nil, err
			}
			if cmd.name == "search" || cmd.name == "findings" || cmd.name == "files" || cmd.name == "tree" {
				if err := checkQuery(cmd.args); err != nil {
					return nil, err
				}
			}
			if cmd.name == "campaign" {
				if _, _, err := desk.ParseCampaign(cmd.args); err != nil {
					return nil, err
				}
			}
			if cmd.name == "load" {
				if _, err := desk.ParseLoad(cmd.args); err != nil {
					return nil, err
				}
			}
			r.lines = remember(r.lines, text)
			return r.now(commandMsg{cmd}), nil
		}}
}

// stopMsg says that the program was told from outside to suspend.
type stopMsg struct{}

// suspend gives the terminal back and stops the program, until the shell continues it.
func (r *root) suspend() tea.Cmd {
	if r.stop == nil {
		r.fail(errors.New("no shell with jobs is behind this terminal that could continue the program; it goes on"))
		return nil
	}
	r.say("back: the program was suspended")
	return r.stop
}

// quit closes, and asks first if something would be lost or is not finished.
func (r *root) quit() tea.Cmd {
	for _, j := range r.jobs {
		if j.keeps {
			r.over = newMenu(r.common, "Not finished: "+j.label, []choice{
				{"wait for it", "", sayMsg{"still running: " + j.label}},
				{"close all the same", "it is cancelled", quitMsg{}},
			}, nil)
			return nil
		}
	}
	if n := len(r.drafts.left); n > 0 {
		r.over = newMenu(r.common, counted(n, "draft is", "drafts are")+" not saved as notes", []choice{
			{"look at them", "screen Notes", tabMsg{tabNotes}},
			{"close all the same", "drafts stay in the case and wait for you", quitMsg{}},
		}, nil)
		return nil
	}
	return send(quitMsg{})
}

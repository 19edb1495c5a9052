package ui

import (
	"context"
	"errors"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/ui/desk"
)

// A decideMsg is a decision about intruders that lacks its reason.
type decideMsg struct {
	what  string   // "merge" or "split"
	names []string // intruders to merge, or clients to split off
	title string
}

// decidedMsg says that a decision is recorded and the case judged anew, or why not.
type decidedMsg struct {
	what  string
	actor desk.Actor
	err   error
}

// decisionPrompt asks why; a decision without a reason is none.
func (r *root) decisionPrompt(m decideMsg) *prompt {
	return &prompt{c: r.common, in: newInput("reason: ", "", nil),
		hint:   m.what + " " + m.title + r.keys.words(". Why? {Enter} records it, {Back} leaves it as it was"),
		cancel: sayMsg{"nothing was decided"},
		accept: func(text string) (tea.Cmd, error) {
			if strings.TrimSpace(text) == "" {
				return nil, errors.New("a decision needs its reason")
			}
			return r.takeDecision(m.what, m.names, strings.TrimSpace(text)), nil
		}}
}

// takeDecision records a decision in the background.
func (r *root) takeDecision(what string, names []string, reason string) tea.Cmd {
	d := r.desk
	return r.keep("judging the case anew", func(context.Context) tea.Msg {
		var a desk.Actor
		var err error
		if what == "merge" {
			a, err = d.MergeActors(names, reason)
		} else {
			a, err = d.SplitActor(names, reason)
		}
		return decidedMsg{what, a, err}
	})
}

func (r *root) decided(m decidedMsg) tea.Cmd {
	if m.err != nil {
		r.fail(m.err)
		return nil
	}
	r.say(m.what + " recorded: " + actorName(&m.actor.Intruder) + " has " + counted(len(m.actor.Clients), "client", "clients"))
	return send(changedMsg{evidence: true})
}

// decide does what a line of the command line decides: names, "--", the reason.
func (r *root) decide(what, args string, s subject) tea.Cmd {
	names, reason, ok := strings.Cut(args, "--")
	reason, list := strings.TrimSpace(reason), strings.Fields(names)
	if !ok || reason == "" || len(list) == 0 {
		r.fail(errors.New("say whom, then -- and why: " + what + " 2 -- same hours"))
		return nil
	}
	actor := ""
	if strings.HasPrefix(s.ref, "a:") {
		actor = s.ref
	}
	switch what {
	case "merge":
		if actor != "" {
			list = append([]string{actor}, list...)
		}
	case "attribute":
		if actor == "" {
			r.fail(errors.New("no intruder is selected; screen Actors (4) lists them"))
			return nil
		}
		d := r.desk
		return r.keep("recording the attribution", func(context.Context) tea.Msg {
			a, err := d.Attribute(actor, cases.Attribution{Name: strings.TrimSpace(names), Reason: reason})
			return decidedMsg{what, a, err}
		})
	}
	return r.takeDecision(what, list, reason)
}

// Update decides with the keys M and S, and else browses.
func (a *actors) Update(msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	keys := a.Keys()
	switch {
	case ok && key.Matches(k, keys.Merge):
		return a.c.now(a.merge())
	case ok && key.Matches(k, keys.Split):
		c := a.client()
		return a.c.now(decideMsg{"split", []string{c}, c + " off " + actorName(&a.current().Intruder)})
	}
	return a.records.Update(msg)
}

// merge is the decision to merge the intruder under the cursor with the marked ones, or with the next of the list if
// none is marked.
func (a *actors) merge() decideMsg {
	cur := a.current()
	names, title := []string{cur.Ref}, actorName(&cur.Intruder)
	for i := range a.items {
		if x := &a.items[i]; x.Ref != cur.Ref && a.c.marks[x.Ref] {
			names, title = append(names, x.Ref), title+" and "+actorName(&x.Intruder)
		}
	}
	if len(names) == 1 {
		x := &a.items[(a.b.list.cur+1)%len(a.items)]
		names, title = append(names, x.Ref), title+" and "+actorName(&x.Intruder)+" (mark others with m)"
	}
	return decideMsg{"merge", names, title}
}

// client is the client under the cursor of the detail; empty if the cursor is on no client.
func (a *actors) client() string {
	if !a.b.onDetail || a.current() == nil {
		return ""
	}
	s := a.b.detail.selected()
	if len(s.values) == 1 && s.values[0].kind == "client" {
		return s.values[0].text
	}
	return ""
}

// Keys are those of a list, with what decides about intruders.
func (a *actors) Keys() keyMap {
	k := a.records.Keys()
	k.Enter.SetHelp(k.Enter.Help().Key, "its requests")
	k.Merge.SetEnabled(len(a.items) > 1)
	k.Split.SetEnabled(a.client() != "" && len(a.current().Clients) > 1)
	return k
}

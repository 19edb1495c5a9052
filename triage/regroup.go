package triage

// Regrouping: a responder's word on which clients are one intruder, over what the survey found.

import (
	"errors"
	"fmt"
	"slices"
)

// The kinds of regrouping.
const (
	Merge = "merge" // the clients, with all that are grouped with any of them, are one intruder
	Split = "split" // the clients are one intruder of their own, without those that they were grouped with
)

// A Regrouping is a responder's word on who belongs together. It names clients, not intruders, so that it holds
// when the case is indexed anew and intruders change.
type Regrouping struct {
	Op      string   `json:"op"` // Merge or Split
	Clients []string `json:"clients"`
	Reason  string   `json:"reason"`
	Author  string   `json:"author"`
}

// Check reports what is wrong with it.
func (r *Regrouping) Check() error {
	switch {
	case r.Op != Merge && r.Op != Split:
		return fmt.Errorf("unknown regrouping %q: want %s or %s", VisibleN(r.Op, 40), Merge, Split)
	case len(r.Clients) == 0 || slices.Contains(r.Clients, ""):
		return errors.New("no clients are named")
	}
	return nil
}

// link says the regrouping as a reason of an intruder.
func (r *Regrouping) link() Reason {
	who := "the analyst holds"
	if r.Author != "" {
		who = VisibleN(r.Author, 60) + " holds"
	}
	what := "to be one intruder"
	if r.Op == Split {
		what = "to be an intruder of their own"
	}
	names := VisibleN(fmt.Sprint(r.Clients[:min(len(r.Clients), 10)]), 200)
	return Reason{ID: "analyst-" + r.Op, Text: fmt.Sprintf("%s %s %s: %s", who, names, what, VisibleN(r.Reason, 400)), Refs: []string{}}
}

// regroup applies what was said, in order, to groups of clients. Clients that no group has are left out: a word
// makes nobody an intruder. Said holds for each group, by its first client, what was said of it.
func regroup(groups [][]string, words []Regrouping) (out [][]string, said map[string][]Reason) {
	type group struct {
		clients []string
		said    []Reason
	}
	var all []*group
	of := map[string]*group{}
	for _, clients := range groups {
		g := &group{clients: slices.Clone(clients)}
		all = append(all, g)
		for _, c := range clients {
			of[c] = g
		}
	}
	for i := range words {
		w := &words[i]
		var one *group
		for _, c := range w.Clients {
			g := of[c]
			switch {
			case g == nil || g == one:
				continue
			case one == nil && w.Op == Merge:
				one = g
				continue
			case one == nil:
				one = &group{}
				all = append(all, one)
			}
			if w.Op == Merge {
				for _, m := range g.clients {
					of[m] = one
				}
				one.clients, one.said = append(one.clients, g.clients...), append(one.said, g.said...)
				g.clients = nil
				continue
			}
			g.clients = slices.DeleteFunc(g.clients, func(m string) bool { return m == c })
			if !slices.ContainsFunc(g.said, func(r Reason) bool { return r.Text == w.link().Text }) {
				g.said = append(g.said, w.link())
			}
			one.clients = append(one.clients, c)
			of[c] = one
		}
		if one != nil {
			one.said = append(one.said, w.link())
		}
	}
	said = map[string][]Reason{}
	for _, g := range all {
		if len(g.clients) == 0 {
			continue
		}
		slices.Sort(g.clients)
		out = append(out, g.clients)
		said[g.clients[0]] = g.said[:min(len(g.said), MaxRefs)]
	}
	slices.SortFunc(out, func(a, b []string) int { return slices.Compare(a, b) })
	return out, said
}

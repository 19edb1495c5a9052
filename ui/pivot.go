package ui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// pivotsMsg carries the pivots of one value.
type pivotsMsg struct {
	gen    int
	value  value
	pivots []desk.Pivot
}

// askPivots asks the case where one can go from a value.
func (r *root) askPivots(v value) tea.Cmd {
	r.asked = r.gen()
	d, gen := r.desk, r.asked
	return func() tea.Msg { return pivotsMsg{gen, v, d.Pivots(v.kind, v.text)} }
}

// fileKind is the kind of value that a collected file's path is.
const fileKind = "file"

// pivots opens the values of a record to choose from, or the pivots at once if there is only one value.
func (r *root) pivots(s subject) tea.Cmd {
	r.values = nil
	if len(s.values) == 1 {
		return r.askPivots(s.values[0])
	}
	choices := make([]choice, len(s.values))
	for i, v := range s.values {
		choices[i] = choice{v.kind, v.text, pivotMsg{v}}
	}
	r.values = newMenu(r.common, "pivot on which value of "+s.title, choices, nil)
	r.over = r.values
	return nil
}

// showPivots opens the pivots of a value.
func (r *root) showPivots(m pivotsMsg) {
	if len(m.pivots) == 0 {
		r.say(fmt.Sprintf("nothing to pivot to from %s %s", m.value.kind, m.value.text))
		return
	}
	choices := make([]choice, len(m.pivots))
	for i, p := range m.pivots {
		hint := p.Query
		if p.Ref != "" {
			hint = p.Ref
		}
		choices[i] = choice{p.Label, hint, followPivot(p)}
	}
	r.over = newMenu(r.common, "pivot from "+m.value.kind+" "+m.value.text, choices, r.values)
}

// followPivot is the intent that goes where a pivot leads.
func followPivot(p desk.Pivot) tea.Msg {
	if p.Screen == "processes" {
		return processesMsg{p.Query, p.Ref}
	}
	if p.Ref != "" {
		return openMsg{p.Ref}
	}
	switch p.Screen {
	case "files":
		return filesMsg{p.Query}
	case "webshells":
		return tabMsg{tabWebshells}
	case "actors":
		return tabMsg{tabActors}
	case "notes":
		return tabMsg{tabNotes}
	}
	return searchMsg{p.Query}
}

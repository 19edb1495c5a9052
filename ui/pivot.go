package ui

import (
	"fmt"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
	"spoor/ui/desk"
)

// pivotsMsg carries the pivots of one value.
type pivotsMsg struct {
	value  value
	pivots []desk.Pivot
}

// askPivots asks the case where one can go from a value.
func askPivots(d *desk.Desk, v value) tea.Cmd {
	return func() tea.Msg {
		if v.kind == fileKind {
			return pivotsMsg{v, filePivots(v.text)}
		}
		return pivotsMsg{v, d.Pivots(v.kind, v.text)}
	}
}

// fileKind is the kind of value that a collected file's path is. It is no path of requests: the folder that
// the site is served from stands before it, and which that is the evidence does not say.
const fileKind = "file"

// filePivots lists the ways on from a collected file, by its name.
func filePivots(path string) []desk.Pivot {
	name := path[strings.LastIndexAny(path, `/\\`)+1:]
	return []desk.Pivot{
		{Label: "requests for a file of this name", Query: pathEnds(name), Screen: "requests"},
		{Label: "requests that name it in a payload", Query: "query:" + holds(name), Screen: "requests"},
		{Label: "collected files of this name", Query: "name:" + index.Quote(name), Screen: "files"},
	}
}

// pathEnds is the query for paths that end in a file's name. A name that a wildcard cannot be written with is
// looked for anywhere in the request.
func pathEnds(name string) string {
	plain := func(r rune) bool {
		return r == '.' || r == '_' || r == '-' || r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r))
	}
	if name != "" && strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 {
		return "path:*/" + name
	}
	return holds("/" + name)
}

// holds writes a text so that field:holds(text) matches what contains it.
func holds(text string) string { return strings.TrimPrefix(index.Quote(text), "=") }

// pivots opens the values of a record to choose from, or the pivots at once if there is only one value.
func (r *root) pivots(s subject) tea.Cmd {
	r.values = nil
	if len(s.values) == 1 {
		return askPivots(r.desk, s.values[0])
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

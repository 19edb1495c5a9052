package ui

import tea "github.com/charmbracelet/bubbletea"

// The mouse in what is open over a screen. Menus are chosen from at the first click: a list that was opened to
// choose one thing from needs no cursor first.

// clicked does what the mouse does in the rows of a menu under its title, and says which one was clicked; -1 if none.
func (s *scroller) clicked(m pointer, title int) int {
	i := s.top + m.y - title
	m.y -= title
	s.point(m)
	if m.act != actDown || m.y < 0 || m.y >= s.height || i >= s.n {
		return -1
	}
	return i
}

// Point chooses.
func (m *menu) Point(p pointer) (overlay, tea.Cmd) {
	if i := m.list.clicked(p, 1); i >= 0 {
		return m.choose(i)
	}
	return m, nil
}

// Point switches a filter on or off.
func (m *filterMenu) Point(p pointer) (overlay, tea.Cmd) {
	return pointToggle(m, &m.list.scroller, p, m.r.keys)
}

// Point shows or hides a column.
func (m *columnMenu) Point(p pointer) (overlay, tea.Cmd) {
	return pointToggle(m, &m.list.scroller, p, m.r.keys)
}

// pointToggle presses the key that switches the row that was clicked.
func pointToggle(o overlay, rows *scroller, p pointer, k keyMap) (overlay, tea.Cmd) {
	if rows.clicked(p, 1) >= 0 {
		if toggle, err := keyOf(k.Toggle); err == nil {
			return o.Update(toggle)
		}
	}
	return o, nil
}

// Point goes to or does what was clicked.
func (p *palette) Point(m pointer) (overlay, tea.Cmd) {
	if i := p.rows.clicked(m, 2); i >= 0 {
		return nil, p.c.now(p.found[i].msg)
	}
	return p, nil
}

// Point scrolls; the help is read, not chosen from.
func (h *helpBox) Point(m pointer) (overlay, tea.Cmd) {
	if m.act == actWheel {
		h.list.scroll(m.rows)
	}
	return h, nil
}

// Point goes through what the line can go on with, or takes what was clicked.
func (p *prompt) Point(m pointer) (overlay, tea.Cmd) {
	t := &p.tabbed
	switch i := t.top + m.y - 1; {
	case len(t.options) == 0:
	case m.act == actWheel && m.rows < 0:
		return p, p.tab(-1)
	case m.act == actWheel:
		return p, p.tab(1)
	case m.act == actDown && m.y >= 1 && m.y <= t.seen && i < len(t.options):
		t.at = i
		p.in.replace(t.from, t.options[i].text)
	}
	return p, nil
}

// Point puts the cursor of the text where the button went down.
func (e *editorPane) Point(m pointer) (overlay, tea.Cmd) {
	m.y--
	e.area.point(m)
	return e, nil
}

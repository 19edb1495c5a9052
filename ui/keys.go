package ui

import "github.com/charmbracelet/bubbles/key"

// A keyMap holds every binding of the program. Each screen has its own copy and disables what does
// nothing there; the help is made from what is left.
type keyMap struct {
	Up, Down, PageUp, PageDown, HalfUp, HalfDown, Home, End key.Binding

	Enter, Back, Tab, Search, Filter, Next, Prev, Reload key.Binding

	Pivot, Copy, Mark, Note, Verdict, Plant, Edit, Cycle, Order, Merge, Split, Unmask, Hidden, Task key.Binding

	Screens       [screenCount]key.Binding
	Command, Help key.Binding
	Palette       key.Binding
	Quit, Cancel  key.Binding
	Save, Outside key.Binding // of the editor
}

func newKeyMap() keyMap {
	bind := func(keys []string, shown, help string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, help))
	}
	k := keyMap{
		Up:       bind([]string{"k", "up"}, "k/up", "row up"),
		Down:     bind([]string{"j", "down"}, "j/down", "row down"),
		PageUp:   bind([]string{"pgup", "ctrl+b"}, "PgUp", "page up"),
		PageDown: bind([]string{"pgdown", "ctrl+f", " "}, "PgDn", "page down"),
		HalfUp:   bind([]string{"ctrl+u"}, "Ctrl-U", "half a page up"),
		HalfDown: bind([]string{"ctrl+d"}, "Ctrl-D", "half a page down"),
		Home:     bind([]string{"g", "home"}, "g/Home", "first row"),
		End:      bind([]string{"G", "end"}, "G/End", "last row"),
		Enter:    bind([]string{"enter"}, "Enter", "open"),
		Back:     bind([]string{"esc"}, "Esc", "back"),
		Tab:      bind([]string{"tab"}, "Tab", "other pane"),
		Search:   bind([]string{"/"}, "/", "search"),
		Filter:   bind([]string{"f"}, "f", "edit filter"),
		Next:     bind([]string{"n"}, "n", "next finding"),
		Prev:     bind([]string{"N"}, "N", "previous finding"),
		Reload:   bind([]string{"r"}, "r", "read again"),
		Pivot:    bind([]string{"p"}, "p", "pivot"),
		Copy:     bind([]string{"y"}, "y", "copy"),
		Mark:     bind([]string{"m"}, "m", "mark"),
		Note:     bind([]string{"a"}, "a", "add note"),
		Verdict:  bind([]string{"v"}, "v", "verdict"),
		Merge:    bind([]string{"M"}, "M", "merge with another"),
		Split:    bind([]string{"S"}, "S", "split the client off"),
		Hidden:   bind([]string{"H"}, "H", "what is benign"),
		Plant:    bind([]string{"P"}, "P", "planting request"),
		Edit:     bind([]string{"e"}, "e", "edit"),
		Cycle:    bind([]string{"b"}, "b", "other verdict"),
		Order:    bind([]string{"o"}, "o", "other order"),
		Unmask:   bind([]string{"u"}, "u", "show values in full"),
		Task:     bind([]string{"x"}, "x", "task done, or open again"),
		Command:  bind([]string{":"}, ":", "command"),
		Palette:  bind([]string{"ctrl+p"}, "Ctrl-P", "find anything"),
		Help:     bind([]string{"?", "f1"}, "?", "help"),
		Quit:     bind([]string{"q"}, "q", "close"),
		Cancel:   bind([]string{"ctrl+c"}, "Ctrl-C", "cancel work, or close"),
		Save:     bind([]string{"ctrl+s"}, "Ctrl-S", "save"),
		Outside:  bind([]string{"ctrl+g"}, "Ctrl-G", "your $EDITOR"),
	}
	for i := range k.Screens {
		n := string(rune('1' + i))
		k.Screens[i] = bind([]string{n}, n, screenNames[i])
	}
	return k
}

// disable switches off the given bindings.
func disable(bindings ...*key.Binding) {
	for _, b := range bindings {
		b.SetEnabled(false)
	}
}

// forSubject is k with the keys switched off that have nothing to act upon.
func (k keyMap) forSubject(s subject) keyMap {
	k.Enter.SetEnabled(k.Enter.Enabled() && s.open != nil)
	k.Pivot.SetEnabled(len(s.values) > 0)
	k.Copy.SetEnabled(s.copied != "" || s.title != "")
	k.Mark.SetEnabled(s.ref != "")
	k.Verdict.SetEnabled(s.ref != "")
	k.Task.SetEnabled(k.Task.Enabled() && s.task > 0)
	return k
}

// ShortHelp is the part of the key map that the status line has room for, the most wanted first.
func (k keyMap) ShortHelp() []key.Binding {
	return []key.Binding{k.Help, k.Enter, k.Back, k.Pivot, k.Search, k.Filter, k.Next, k.Unmask, k.Tab, k.Plant, k.Merge, k.Split, k.Task, k.Cycle, k.Order,
		k.Edit, k.Note, k.Verdict, k.Mark, k.Copy, k.Command, k.Quit}
}

// FullHelp is the whole key map, a group for each thing one does.
func (k keyMap) FullHelp() [][]key.Binding {
	return [][]key.Binding{
		{k.Enter, k.Back, k.Tab, k.Pivot, k.Search, k.Filter, k.Next, k.Prev, k.Plant, k.Merge, k.Split, k.Cycle, k.Order, k.Unmask, k.Hidden, k.Reload},
		{k.Note, k.Edit, k.Task, k.Verdict, k.Mark, k.Copy, k.Command, k.Palette, k.Help, k.Quit, k.Cancel},
		{k.Up, k.Down, k.PageUp, k.PageDown, k.HalfUp, k.HalfDown, k.Home, k.End},
		k.Screens[:],
	}
}

package ui

import (
	"runtime"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// A keyMap holds every binding of the program. Each screen has its own copy and disables what does
// nothing there; the help is made from what is left.
type keyMap struct {
	Up, Down, PageUp, PageDown, HalfUp, HalfDown, Home, End key.Binding

	Left, Right key.Binding // columns; in the histogram, time

	Enter, Back, Tab, Older, Newer, Search, Filter, Reload key.Binding

	Next, Prev, NextMark, PrevMark, Jump, NextDay, PrevDay key.Binding // rows of interest, and times

	In, Out, Filters, Sort, Columns, Tally, Context, Begin key.Binding // what a list shows of its rows

	Toggle, ToggleAll, Drop key.Binding // in the menus of filters and columns

	Pivot, Copy, CopyView, Mark, Note, Verdict, Plant, Edit, Cycle, Order, Merge, Split, Unmask, Hidden, Task, Tree key.Binding

	Screens       [screenCount]key.Binding
	Command, Help key.Binding
	Palette       key.Binding
	Quit, Cancel  key.Binding
	Save, Outside key.Binding // of the editor
	Suspend       key.Binding
}

func newKeyMap() keyMap {
	bind := func(keys []string, shown, help string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, help))
	}
	k := keyMap{
		Up:        bind([]string{"k", "up"}, "k/up", "row up"),
		Down:      bind([]string{"j", "down"}, "j/down", "row down"),
		PageUp:    bind([]string{"pgup", "ctrl+b"}, "PgUp", "page up"),
		PageDown:  bind([]string{"pgdown", "ctrl+f", " "}, "PgDn", "page down"),
		HalfUp:    bind([]string{"ctrl+u"}, "Ctrl-U", "half a page up"),
		HalfDown:  bind([]string{"ctrl+d"}, "Ctrl-D", "half a page down"),
		Home:      bind([]string{"g", "home"}, "g/Home", "first row"),
		End:       bind([]string{"G", "end"}, "G/End", "last row"),
		Left:      bind([]string{"h", "left"}, "h/left", "column to the left"),
		Right:     bind([]string{"l", "right"}, "l/right", "column to the right"),
		Enter:     bind([]string{"enter"}, "Enter", "open"),
		Back:      bind([]string{"esc"}, "Esc", "back"),
		Tab:       bind([]string{"tab"}, "Tab", "other pane"),
		Older:     bind([]string{"[", "alt+left"}, "[", "back in history"),
		Newer:     bind([]string{"]", "alt+right"}, "]", "on in history"),
		Search:    bind([]string{"/"}, "/", "search"),
		Filter:    bind([]string{"f"}, "f", "edit filter"),
		Next:      bind([]string{"e", "n"}, "e", "next finding"),
		Prev:      bind([]string{"E", "N"}, "E", "previous finding"),
		NextMark:  bind([]string{"u"}, "u", "next mark"),
		PrevMark:  bind([]string{"U"}, "U", "previous mark"),
		Jump:      bind([]string{"t"}, "t", "go to a time"),
		NextDay:   bind([]string{"d"}, "d", "a day on"),
		PrevDay:   bind([]string{"D"}, "D", "a day back"),
		In:        bind([]string{"+"}, "+", "only this value"),
		Out:       bind([]string{"-"}, "-", "without this value"),
		Filters:   bind([]string{"F"}, "F", "filters on and off"),
		Sort:      bind([]string{"s"}, "s", "sort by this column"),
		Columns:   bind([]string{"c"}, "c", "choose columns"),
		Tally:     bind([]string{"="}, "=", "count this column"),
		Context:   bind([]string{"x"}, "x", "lines around it"),
		Toggle:    bind([]string{" "}, "Space", "on or off"),
		ToggleAll: bind([]string{"a"}, "a", "all on or off"),
		Drop:      bind([]string{"x", "delete"}, "x", "drop"),
		Begin:     bind([]string{"V"}, "V", "begin a span"),
		Reload:    bind([]string{"r"}, "r", "read again"),
		Pivot:     bind([]string{"p"}, "p", "pivot"),
		Copy:      bind([]string{"y"}, "y", "copy"),
		CopyView:  bind([]string{"Y"}, "Y", "copy as a command"),
		Mark:      bind([]string{"m"}, "m", "mark"),
		Note:      bind([]string{"a"}, "a", "add note"),
		Verdict:   bind([]string{"v"}, "v", "verdict"),
		Tree:      bind([]string{"T"}, "T", "as a tree of folders"),
		Merge:     bind([]string{"M"}, "M", "merge with another"),
		Split:     bind([]string{"S"}, "S", "split the client off"),
		Hidden:    bind([]string{"H"}, "H", "what is benign"),
		Plant:     bind([]string{"P"}, "P", "planting request"),
		Edit:      bind([]string{"i"}, "i", "edit"),
		Cycle:     bind([]string{"b"}, "b", "other verdict"),
		Order:     bind([]string{"o"}, "o", "other order"),
		Unmask:    bind([]string{"z"}, "z", "show values in full"),
		Command:   bind([]string{":"}, ":", "command"),
		Help:      bind([]string{"?", "f1"}, "?", "help"),
		Quit:      bind([]string{"q"}, "q", "close"),
		Cancel:    bind([]string{"ctrl+c"}, "Ctrl-C", "cancel work, or close"),
		Task:      bind([]string{"x"}, "x", "task done, or open again"),
		Suspend:   bind([]string{"ctrl+z"}, "Ctrl-Z", "suspend (fg: back)"),
		Save:      bind([]string{"ctrl+s"}, "Ctrl-S", "save"),
		Outside:   bind([]string{"ctrl+g"}, "Ctrl-G", "your $EDITOR"),
		Palette:   bind([]string{"ctrl+p"}, "Ctrl-P", "find anything"),
	}
	k.Suspend.SetEnabled(runtime.GOOS != "windows") // its console has no jobs
	k.Tree.SetEnabled(false)                        // only files are in folders
	for i := range k.Screens {
		n := string(rune('1' + i))
		k.Screens[i] = bind([]string{n}, n, screenNames[i])
	}
	return k
}

// matches reports whether a key is one of these bindings.
func matches(msg tea.KeyMsg, bindings ...key.Binding) bool { return key.Matches(msg, bindings...) }

// means has the help say of a key, whatever it is called, what it does here.
func means(b *key.Binding, what string) { b.SetHelp(b.Help().Key, what) }

// disable switches off the given bindings.
func disable(bindings ...*key.Binding) {
	for _, b := range bindings {
		b.SetEnabled(false)
	}
}

// disableList switches off what only a list can do whose rows are filtered, ordered and gone through by time.
func (k *keyMap) disableList() {
	disable(&k.Left, &k.Right, &k.NextMark, &k.PrevMark, &k.Jump, &k.NextDay, &k.PrevDay, &k.In, &k.Out, &k.Filters, &k.Sort, &k.Columns,
		&k.Tally, &k.Context, &k.Begin)
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
	return []key.Binding{k.Help, k.Enter, k.Begin, k.Back, k.Pivot, k.Search, k.Filter, k.In, k.Out, k.Next, k.Unmask, k.Tab, k.Plant, k.Merge, k.Split, k.Task,
		k.Cycle, k.Order, k.Tree, k.Edit, k.Note, k.Verdict, k.Mark, k.Copy, k.Command, k.Quit}
}

// actionGroups is how many groups of FullHelp do something to what is shown; the others move and change screens.
const actionGroups = 3

// FullHelp is the whole key map, a group for each thing one does.
func (k keyMap) FullHelp() [][]key.Binding {
	return [][]key.Binding{
		{k.Enter, k.Back, k.Older, k.Newer, k.Tab, k.Pivot, k.Search, k.Plant, k.Merge, k.Split, k.Cycle, k.Order, k.Tree, k.Unmask, k.Hidden, k.Reload},
		{k.Filter, k.In, k.Out, k.Filters, k.Sort, k.Columns, k.Tally, k.Context, k.Begin, k.Next, k.Prev, k.NextMark, k.PrevMark, k.Jump, k.NextDay, k.PrevDay},
		{k.Note, k.Edit, k.Task, k.Verdict, k.Mark, k.Copy, k.CopyView, k.Command, k.Palette, k.Help, k.Quit, k.Cancel, k.Suspend},
		{k.Up, k.Down, k.Left, k.Right, k.PageUp, k.PageDown, k.HalfUp, k.HalfDown, k.Home, k.End},
		k.Screens[:],
	}
}

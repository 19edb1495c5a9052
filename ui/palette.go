package ui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/sahilm/fuzzy"

	"spoor/triage"
	"spoor/ui/desk"
)

// A palette finds by a few letters: screens, what the keys do here, words of the command line, what was asked
// before, and the records of the case. What is in the case is gathered and compared in commands.
type palette struct {
	c       *common
	in      input
	entries []entry
	found   []hit
	rows    scroller
	gen     int  // the latest comparison
	asking  bool // its answer has not come
	reading int  // the question for the records of the case; 0 once they are here
	more    int  // entries that fit and are not shown
}

// An entry is one thing that the palette goes to or does.
type entry struct {
	kind, text, hint string
	msg              tea.Msg
}

// A hit is an entry that fits, with the bytes of its kind and text that do.
type hit struct {
	entry
	at []int
}

// The bounds of a palette: records of each kind, letters that are compared, and entries that are shown.
const (
	maxFoundKind = 5000
	maxPattern   = 100
	maxHits      = 500
)

type (
	// paletteMsg brings the records of the case.
	paletteMsg struct {
		gen     int
		entries []entry
	}
	// comparedMsg brings what fits.
	comparedMsg struct {
		gen   int
		found []hit
		more  int
	}
	// againMsg presses a key as if it had been pressed.
	againMsg struct{ key tea.KeyMsg }
	// typedMsg opens the command line with a beginning.
	typedMsg struct{ line string }
)

// openPalette opens the palette over the screen that has the keys.
func (r *root) openPalette(k keyMap) tea.Cmd {
	p := &palette{c: r.common, in: newInput("find: ", "", nil), reading: r.gen()}
	for i, name := range screenNames {
		p.entries = append(p.entries, entry{"screen", name, k.Screens[i].Help().Key, tabMsg{i}})
	}
	for _, group := range k.FullHelp()[:actionGroups] {
		for _, b := range group {
			if msg, err := keyOf(b); err == nil && b.Enabled() && b.Help().Key != k.Palette.Help().Key {
				p.entries = append(p.entries, entry{"action", b.Help().Desc, "key " + b.Help().Key, againMsg{msg}})
			}
		}
	}
	for _, q := range newestFirst(r.searches) {
		p.entries = append(p.entries, entry{"query", q, "asked before", searchMsg{q}})
	}
	for _, l := range newestFirst(r.lines) {
		if cmd, err := parseCommand(l); err == nil {
			p.entries = append(p.entries, entry{"line", ":" + l, "typed before", commandMsg{cmd}})
		}
	}
	for _, v := range commands {
		switch {
		case v.name == "" || v.usage == "" || v.name == "palette":
		case v.usage == v.name || strings.HasPrefix(v.usage, v.name+" ["):
			p.entries = append(p.entries, entry{"command", ":" + v.name, v.help, commandMsg{command{name: v.name}}})
		default:
			p.entries = append(p.entries, entry{"command", ":" + v.usage, v.help, typedMsg{v.name + " "}})
		}
	}
	r.over = p
	d, gen := r.desk, p.reading
	return tea.Batch(p.compare(), func() tea.Msg { return paletteMsg{gen, caseEntries(d)} })
}

// newestFirst is a history from its newest line on, each once.
func newestFirst(old []string) []string {
	var out []string
	for _, l := range slices.Backward(old) {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// caseEntries are the records of the case that have a name: incidents, web shells, intruders, notes, files that are
// not as they should be. It runs in a command.
func caseEntries(d *desk.Desk) []entry {
	var out []entry
	n := 0
	kind := ""
	add := func(k, ref, text, hint string) {
		if k != kind {
			kind, n = k, 0
		}
		if n++; n <= maxFoundKind {
			out = append(out, entry{k, triage.VisibleN(text, 200), hint, openMsg{ref}})
		}
	}
	for _, in := range d.Incidents() {
		add("incident", in.Ref, in.Title, in.Ref)
	}
	for _, w := range d.Webshells() {
		add("web shell", w.Ref, w.Path, "score "+number(w.Score)+"  "+w.Ref)
	}
	for _, a := range d.Intruders() {
		add("intruder", a.Ref, actorName(&a.Intruder)+" "+strings.Join(a.Clients[:min(len(a.Clients), 4)], " "), verdictText(&a))
	}
	for _, x := range d.Notes() {
		add("note", x.Ref, noteGist(x.Text), x.Ref)
	}
	for _, f := range d.Files() {
		if f.Verdict == triage.KnownBad || f.Verdict == triage.Changed || f.Level() >= triage.Medium {
			add("file", f.Ref, f.Path, string(f.Verdict))
		}
	}
	return out
}

// compare asks what fits the letters typed.
func (p *palette) compare() tea.Cmd {
	p.gen = p.c.gen()
	p.asking = true
	entries, gen, letters := p.entries, p.gen, p.in.text()
	return func() tea.Msg {
		found, more := findEntries(entries, letters)
		return comparedMsg{gen, found, more}
	}
}

// findEntries ranks the entries that have the letters in their order; without letters it is all of them as they come.
func findEntries(entries []entry, letters string) (found []hit, more int) {
	letters = strings.Join(strings.Fields(triage.VisibleN(letters, maxPattern)), "")
	if letters == "" {
		for _, e := range entries[:min(len(entries), maxHits)] {
			found = append(found, hit{entry: e})
		}
		return found, len(entries) - len(found)
	}
	all := fuzzy.FindFrom(letters, named(entries))
	for _, m := range all[:min(len(all), maxHits)] {
		found = append(found, hit{entries[m.Index], m.MatchedIndexes})
	}
	return found, len(all) - len(found)
}

// named are entries as what is compared with the letters.
type named []entry

func (n named) String(i int) string { return n[i].kind + " " + n[i].text }
func (n named) Len() int            { return len(n) }

// Answer takes what commands found; the root hands it on.
func (p *palette) answer(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case paletteMsg:
		if msg.gen == p.reading {
			p.reading = 0
			p.entries = append(slices.Clip(p.entries), msg.entries...)
			return p.compare()
		}
	case comparedMsg:
		if msg.gen == p.gen {
			p.asking = false
			p.found, p.more = msg.found, msg.more
			p.rows.n = len(p.found)
			p.rows.to(min(p.rows.cur, len(p.found)))
		}
	}
	return nil
}

// Update types, moves, goes or closes.
func (p *palette) Update(msg tea.KeyMsg) (overlay, tea.Cmd) {
	k := &p.c.keys
	switch {
	case key.Matches(msg, k.Back):
		return nil, nil
	case key.Matches(msg, k.Enter):
		if p.rows.cur < len(p.found) {
			return nil, p.c.now(p.found[p.rows.cur].msg)
		}
		return p, nil
	}
	switch msg.Type {
	case tea.KeyUp, tea.KeyCtrlP:
		p.rows.to(p.rows.cur - 1)
	case tea.KeyDown, tea.KeyCtrlN:
		p.rows.to(p.rows.cur + 1)
	case tea.KeyPgUp:
		p.rows.to(p.rows.cur - max(1, p.rows.height-1))
	case tea.KeyPgDown:
		p.rows.to(p.rows.cur + max(1, p.rows.height-1))
	default:
		was := p.in.text()
		if p.in.press(msg); p.in.text() != was {
			p.rows.cur, p.rows.top = 0, 0
			return p, p.compare()
		}
	}
	return p, nil
}

// waits reports whether what a key chooses from is on its way; letters need not wait.
func (p *palette) waits(msg tea.KeyMsg) bool {
	return (p.asking || p.reading != 0) && !types(msg) && msg.Type != tea.KeyBackspace
}

// View draws the line and, under it, what fits.
func (p *palette) View(width, height int) []string {
	st := &p.c.st
	title := counted(len(p.found)+p.more, "thing", "things") + " to go to or do"
	if p.reading != 0 {
		title += ", reading the case"
	}
	rows := []string{rule(st, title, width, true), p.in.view(st, width)}
	p.rows.height = max(0, height-len(rows))
	p.rows.to(p.rows.cur)
	if len(p.found) == 0 {
		rows = append(rows, st.draw([]run{{"  nothing has these letters in this order; Esc leaves", muted}}, width, selNone))
	}
	wide := min(60, width/2)
	for i := p.rows.top; i < min(p.rows.n, p.rows.top+p.rows.height); i++ {
		sel := selNone
		if i == p.rows.cur {
			sel = selFocus
		}
		h := &p.found[i]
		runs := append(h.lit(h.kind, 0, 10), h.lit(h.text, len(h.kind)+1, wide)...)
		rows = append(rows, gutter(i == p.rows.cur, false)+st.draw(append(runs, run{"  " + h.hint, plain}), width-gutterWidth, sel))
	}
	for len(rows) < height {
		rows = append(rows, strings.Repeat(" ", width))
	}
	return rows
}

// lit is a text of a hit in width columns, with the letters that fit set apart by weight and underline. The text
// begins at the byte from of what was compared.
func (h *hit) lit(s string, from, width int) []run {
	shown := strings.TrimRight(cell(s, width), " ")
	var out []run
	done := 0
	for _, at := range h.at {
		if at -= from; at < done {
			continue
		}
		if at >= len(shown) || at >= len(s) || shown[at] != s[at] {
			break
		}
		_, size := utf8.DecodeRuneInString(shown[at:])
		out = append(out, run{shown[done:at], plain}, run{shown[at : at+size], matched})
		done = at + size
	}
	return append(out, run{shown[done:] + strings.Repeat(" ", max(0, width-strWidth(shown))), plain})
}

// Help names the keys of the palette.
func (p *palette) Help() string {
	return "type letters · Enter go or do · up/down choose · Esc leave"
}

// paletteMessage handles what the palette asks and answers.
func (r *root) paletteMessage(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case paletteMsg, comparedMsg:
		if p, ok := r.over.(*palette); ok {
			return p.answer(msg), true
		}
		return nil, true
	case againMsg:
		return r.press(msg.key), true
	case typedMsg:
		p := r.commandPrompt()
		p.in.set(msg.line)
		r.over = p
		return nil, true
	}
	return nil, false
}

package ui

import (
	"context"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// A page is a screen of lines to read, each of which may lead somewhere. The lines are made in a command.
type page struct {
	c     *common
	tab   int
	title string
	gen   int
	read  func(ctx context.Context, d *desk.Desk) ([]line, error) // uses its arguments only
	lines []line
	err   error
	came  bool // lines or an error are here
	list  list
	width int
}

// pageReadMsg brings the lines of a page.
type pageReadMsg struct {
	gen   int
	lines []line
	err   error
}

func newPage(c *common, tab int, title string, read func(context.Context, *desk.Desk) ([]line, error)) *page {
	p := &page{c: c, tab: tab, title: title, read: read}
	p.list.empty = "reading"
	return p
}

// Init makes the lines.
func (p *page) Init() tea.Cmd {
	p.gen = p.c.gen()
	d, gen, read := p.c.desk, p.gen, p.read
	return p.c.work("reading "+p.title, func(ctx context.Context) tea.Msg {
		lines, err := read(ctx, d)
		return pageReadMsg{gen, lines, err}
	})
}

func (p *page) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pageReadMsg:
		if msg.gen != p.gen {
			return nil
		}
		p.lines, p.err, p.came = msg.lines, msg.err, true
		p.list.empty = p.c.keys.words("There is nothing to say about this. {Back} goes back.")
		if p.err != nil {
			p.list.empty = p.err.Error() + p.c.keys.words(" · {Back} goes back")
		}
		p.fill()
	case changedMsg:
		return p.Init()
	case tea.KeyMsg:
		if key.Matches(msg, p.c.keys.Reload) {
			return p.Init()
		}
		p.list.press(&p.c.keys, msg)
	}
	return nil
}

func (p *page) fill() {
	if p.width > 0 {
		p.list.set(wrapLines(p.lines, p.width-gutterWidth))
	}
}

func (p *page) Resize(width, height int) {
	p.width = width
	p.list.resize(width, height)
	p.fill()
}

func (p *page) View() string         { return p.list.view(&p.c.st, true, p.c.marks) }
func (p *page) Place() (int, string) { return p.tab, p.title }
func (p *page) Info() string         { return counted(len(p.list.lines), "line", "lines") }
func (p *page) Selected() subject    { return p.list.selected() }

// Keys are those of one pane to read.
func (p *page) Keys() keyMap {
	k := p.c.keys
	k.disableList()
	disable(&k.Tab, &k.Filter, &k.Next, &k.Prev, &k.Plant, &k.Merge, &k.Split, &k.Edit, &k.Cycle, &k.Order, &k.Unmask, &k.Task)
	return k
}

// waits reports whether the lines are on their way, which every key is about.
func (p *page) waits(tea.KeyMsg) bool { return !p.came }

func (p *page) noRows() bool { return p.came && len(p.lines) == 0 }

package ui

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"spoor/triage"
	"spoor/ui/desk"
)

// PlainOptions says what Plain writes. The zero value is the Overview in 160 columns.
type PlainOptions struct {
	Screen string // the name of a tab, a reference, or a line of the command line that shows something
	View   ViewOptions
	Width  int  // columns; 0 is 160, the least 60
	Rows   int  // at most so many rows of a list; 0 is 10,000
	Detail bool // with what the detail pane says of the first row; always for a reference
	ASCII  bool // without Unicode
}

// ViewOptions are what one would do to a list before reading it.
type ViewOptions struct {
	Filter  string   // filters, as the screen takes them: a query for requests, words and column:value elsewhere
	Sort    string   // the column that orders the rows
	Desc    bool     // the largest first
	Columns []string // the columns; none: as many as fit
}

// ErrNotPlain says that nothing can be written as asked.
var ErrNotPlain = errors.New("no such screen")

// Widths and rows of Plain.
const (
	plainHeight = 400 // of the screens whose lines are printed: none leaves out what it would for want of rows
	plainWidth  = 160
	plainRows   = 10_000
	maxPlain    = 2_000 // the widest
)

// Plain writes what a screen shows as lines without any control character: place, column titles, every row, and
// the detail of the first where asked. A list longer than o.Rows is cut, and the last line says so.
func Plain(ctx context.Context, d *desk.Desk, w io.Writer, o PlainOptions) error {
	if o.Width == 0 {
		o.Width = plainWidth
	}
	if o.Rows == 0 {
		o.Rows = plainRows
	}
	if o.Width < minWidth || o.Width > maxPlain || o.Rows < 0 {
		return fmt.Errorf("a width of %d and %d rows: the width is %d to %d, rows are more than 0", o.Width, o.Rows, minWidth, maxPlain)
	}
	h := &Headless{m: newRoot(ctx, d, Options{Colours: ColoursNone})}
	h.m.spinning = true // no clock
	h.send(tea.WindowSizeMsg{Width: o.Width, Height: 50})
	h.run(h.m.Init())
	if err := h.show(&o); err != nil {
		return err
	}
	p := plainText{w: bufio.NewWriter(w), o: o, st: &h.m.st}
	_, title := h.m.top().Place()
	p.line(strings.TrimSpace(title + "  " + p.clean(h.m.top().Info())))
	p.line("")
	if err := p.screen(h.m.top()); err != nil {
		return err
	}
	return p.w.Flush()
}

// show goes to the screen.
func (h *Headless) show(o *PlainOptions) error {
	cmd, err := command{name: "overview"}, error(nil)
	if o.Screen != "" {
		cmd, err = parseCommand(o.Screen)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotPlain, err)
	}
	shown := false
	for i, name := range screenNames {
		if strings.EqualFold(name, cmd.name) && cmd.args == "" {
			h.run(h.m.goTab(i))
			shown = true
		}
	}
	switch {
	case shown:
	case cmd.name == "search", cmd.name == "files", cmd.name == "processes":
		if err := checkQuery(cmd.args); err != nil {
			return err
		}
		h.send(commandMsg{cmd})
	case cmd.name == "tree":
		h.send(commandMsg{command{name: "files", args: cmd.args}})
		if err := h.view(&o.View); err != nil || h.m.bad {
			return cmp.Or(err, errors.New(h.m.said))
		}
		f, ok := h.m.top().(*files)
		if !ok {
			return fmt.Errorf("%w: the filter is a query of its own; give it after the word tree", ErrNotPlain)
		}
		h.send(treeMsg{newFileTree(f)})
		return nil
	case cmd.name == "outcomes", cmd.name == "stolen", cmd.name == "incidents", cmd.name == "gaps", cmd.name == "notes", cmd.name == "rejected":
		h.send(commandMsg{cmd})
	case cmd.name == "open":
		o.Detail = true
		h.send(commandMsg{cmd})
	default:
		return fmt.Errorf("%w: %q shows nothing to write; give a screen, search QUERY, tree, outcomes, stolen, processes, incidents, gaps, rejected or a reference", ErrNotPlain, cmd.name)
	}
	if h.m.bad {
		return errors.New(h.m.said)
	}
	return h.view(&o.View)
}

// view shows the list in another way.
func (h *Headless) view(v *ViewOptions) error {
	if v.Filter == "" && v.Sort == "" && len(v.Columns) == 0 {
		return nil
	}
	l, ok := h.m.top().(interface {
		lister
		keeper
	})
	if !ok || l.Kept().Screen == "" {
		return fmt.Errorf("%w: this screen takes no filter, order or columns", ErrNotPlain)
	}
	all, _ := l.Columns()
	for _, c := range append(slices.Clone(v.Columns), v.Sort) {
		if c != "" && !slices.Contains(all, c) {
			return fmt.Errorf("%w: no column is called %q; there are %s", ErrNotPlain, triage.VisibleN(c, 40), strings.Join(all, ", "))
		}
	}
	k := l.Kept()
	k.Sort, k.Desc, k.Columns = v.Sort, v.Desc, v.Columns
	if v.Filter != "" {
		filters, err := l.Parse(v.Filter)
		if f, own := l.(filtered); err != nil && own && k.Screen != "requests" {
			h.send(f.Search(v.Filter)) // the query that its rows come from
			return nil
		}
		if err != nil {
			return err
		}
		k.Filters = keptFilters(filters)
	}
	h.run(h.m.push(h.m.revive(k, nil)))
	return nil
}

// plainText writes lines.
type plainText struct {
	w  *bufio.Writer
	o  PlainOptions
	st *styles
}

// line writes one line; errors come with the flush at the end.
func (p *plainText) line(s string) {
	s = strings.TrimRight(ansi.Strip(s), " ")
	if p.o.ASCII {
		s = toASCII(s)
	}
	p.w.WriteString(s)
	p.w.WriteByte('\n')
}

// clean makes any text fit to be written.
func (p *plainText) clean(s string) string {
	return strings.TrimRight(cell(s, p.o.Width), " ")
}

func (p *plainText) runs(runs []run) { p.line(p.st.draw(runs, p.o.Width, selNone)) }

// lines writes rows, as far as there is room.
func (p *plainText) lines(lines []line) {
	for _, l := range lines[:min(len(lines), p.o.Rows)] {
		p.runs(l.runs)
	}
	p.more(len(lines))
}

// more says how many rows were left out.
func (p *plainText) more(n int) {
	if n > p.o.Rows {
		p.line(fmt.Sprintf("(%s more; --rows N writes more, a filter asks for less)", counted(n-p.o.Rows, "row", "rows")))
	}
}

// detail writes what is said of the first row.
func (p *plainText) detail(title string, lines []line) {
	if !p.o.Detail || len(lines) == 0 {
		return
	}
	p.line("")
	p.line(p.clean(title + ":"))
	p.lines(wrapLines(lines, p.o.Width))
}

// A listed screen is a list with the detail of one row.
type listed interface{ pane() *browser }

func (r *records[T]) pane() *browser { return &r.b }
func (o *overview) pane() *browser   { return &o.b }

// screen writes what a screen holds.
func (p *plainText) screen(s screen) error {
	switch s := s.(type) {
	case *requests:
		return p.requests(s)
	case *request:
		if s.err != nil {
			return s.err
		}
		p.lines(s.list.lines)
	case *page:
		if s.err != nil {
			return s.err
		}
		p.lines(wrapLines(s.lines, p.o.Width))
	case *fileTree:
		rows := s.plain()
		for _, l := range rows[:min(len(rows), p.o.Rows)] {
			p.line(p.clean(l))
		}
		p.more(len(rows))
		if len(rows) == 0 {
			p.line(p.clean(s.b.list.empty))
		}
	case listed:
		b := s.pane()
		b.below = max(b.below, 1) // a detail beside the list would take its room
		s.(screen).Resize(p.o.Width+gutterWidth, plainHeight)
		if b.head != nil {
			p.runs(b.head())
		}
		if len(b.list.lines) == 0 {
			p.lines(wrapLines([]line{text(plain, b.list.empty)}, p.o.Width))
			return nil
		}
		for i := range b.list.lines[:min(len(b.list.lines), p.o.Rows)] {
			p.runs(b.list.runs(i, false))
		}
		p.more(len(b.list.lines))
		if b.build != nil {
			p.detail(b.title, b.build(b.list.cur))
		}
	default:
		return fmt.Errorf("%w: this one has no lines", ErrNotPlain)
	}
	return nil
}

// requests writes the table, a page at a time.
func (p *plainText) requests(s *requests) error {
	if s.err != nil {
		return s.err
	}
	if s.n == 0 {
		p.lines(wrapLines(s.nothing(), p.o.Width))
		return nil
	}
	s.table.fit(p.o.Width)
	p.runs(s.table.head())
	for i := 0; i < min(s.n, p.o.Rows); i += pageRows {
		m := readPage(s.c.desk, s.pages.res, s.pages.gen, i/pageRows)
		if m.err != nil {
			return m.err
		}
		for j := range m.rows[:min(len(m.rows), p.o.Rows-i)] {
			p.runs(s.table.row(&m.rows[j], false))
		}
	}
	p.more(s.n)
	if s.shown != nil {
		p.detail(s.shown.Request.Ref, describeRequest(s.shown))
	}
	return nil
}

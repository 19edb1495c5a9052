package ui

import (
	"context"
	"errors"
	"sort"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
	"spoor/ui/desk"
)

// pageRows is how many rows are fetched at a time, maxPages how many such pages are kept.
const (
	pageRows = 128
	maxPages = 32
)

// pages keeps the rows of a result that were looked at last. Only rows in sight are fetched.
type pages struct {
	desk *desk.Desk
	res  *index.Result
	hot  *index.Result // its findings of level medium and above; nil until they were asked for
	gen  int           // the search that the rows belong to
	rows map[int][]desk.Row
	used []int        // pages by last use, oldest first
	old  map[int]bool // pages that are shown until they have been read again
	busy bool         // one page is on its way at a time
	err  error
}

// pageMsg carries one page of a result.
type pageMsg struct {
	gen  int
	page int
	rows []desk.Row
	err  error
}

func newPages(d *desk.Desk, res *index.Result, gen int) pages {
	return pages{desk: d, res: res, gen: gen, rows: map[int][]desk.Row{}, old: map[int]bool{}}
}

// at is row i, if it is here.
func (p *pages) at(i int) (*desk.Row, bool) {
	page, ok := p.rows[i/pageRows]
	if !ok || i%pageRows >= len(page) {
		return nil, false
	}
	return &page[i%pageRows], true
}

// need asks for the first page between rows from and to that is not here.
func (p *pages) need(from, to int) tea.Cmd {
	if p.busy || p.res == nil || p.err != nil {
		return nil
	}
	for page := from / pageRows; page*pageRows < to; page++ {
		if _, ok := p.rows[page]; ok && !p.old[page] {
			p.touch(page)
			continue
		}
		p.busy = true
		return fetchPage(p.desk, p.res, p.gen, page)
	}
	return nil
}

func fetchPage(d *desk.Desk, res *index.Result, gen, page int) tea.Cmd {
	return func() tea.Msg { return readPage(d, res, gen, page) }
}

func readPage(d *desk.Desk, res *index.Result, gen, page int) pageMsg {
	rows, err := d.Rows(res, page*pageRows, pageRows)
	return pageMsg{gen, page, rows, err}
}

// stale has every page read again when it is next in sight.
func (p *pages) stale() {
	for page := range p.rows {
		p.old[page] = true
	}
}

// put keeps a page and drops the one that was not looked at for longest.
func (p *pages) put(m pageMsg) {
	p.busy = false
	if m.err != nil {
		p.err = m.err
		return
	}
	p.rows[m.page] = m.rows
	delete(p.old, m.page)
	p.touch(m.page)
	for len(p.used) > maxPages {
		delete(p.rows, p.used[0])
		delete(p.old, p.used[0])
		p.used = p.used[1:]
	}
}

func (p *pages) touch(page int) {
	for i, u := range p.used {
		if u == page {
			p.used = append(p.used[:i], p.used[i+1:]...)
			break
		}
	}
	p.used = append(p.used, page)
}

// foundMsg says which row a search for the next finding came to; -1 if there is none.
type foundMsg struct {
	id       int // see requests.seeking
	gen, row int
	ref      string // of the row
	step     int
	open     bool // the question came from a request that is shown; show the one found in its place
	hot      *index.Result
	err      error
}

// findFinding looks for the nearest row after asked.at (step 1) or before it (step -1) that has level medium or above.
// The findings of the query are a result of their own in the same order, searched for once, so the nearest is found by
// halving it.
func findFinding(ctx context.Context, d *desk.Desk, asked question, p *pages, step int) foundMsg {
	m := foundMsg{gen: p.gen, row: -1, hot: p.hot}
	if m.hot == nil {
		q := "level:>=medium"
		if asked.query != "" {
			q = "(" + asked.query + ") " + q
		}
		if m.hot, m.err = d.Search(ctx, q); m.err == nil && asked.order != "" {
			m.err = m.hot.Sort(ctx, asked.order, asked.desc)
		}
		if m.err != nil {
			m.hot = nil
			return m
		}
	}
	n := m.hot.Len()
	place := func(i int) int {
		rows, e := m.hot.Rows(i, 1)
		if e != nil || len(rows) == 0 {
			m.err = errors.Join(m.err, e)
			return -1
		}
		return p.res.Find(rows[0].Ref)
	}
	i := sort.Search(n, func(i int) bool {
		if step > 0 {
			return place(i) > asked.at
		}
		return place(i) >= asked.at
	})
	if step < 0 {
		i--
	}
	if m.err != nil || i < 0 || i >= n {
		return m
	}
	var rows []index.Row
	if rows, m.err = m.hot.Rows(i, 1); m.err == nil && len(rows) > 0 {
		m.row, m.ref = p.res.Find(rows[0].Ref), rows[0].Ref
	}
	return m
}

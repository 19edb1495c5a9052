package ui

import (
	"errors"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
)

// A prompt is a line to type at the bottom of the body. accept says what Enter does; if it returns an
// error the prompt stays, with the error above it.
type prompt struct {
	c       *common
	in      input
	hint    string
	err     error
	tabbed  completing
	counted completedMsg // the last answer with values of the index, which holds while its word is typed on
	accept  func(text string) (tea.Cmd, error)
	cancel  tea.Msg // sent on Esc; may be nil

	complete completer           // what Tab proposes; nil for nothing
	means    func(string) string // what the end of the line typed so far means; empty if that is not known; may be nil
}

// Update edits, completes, accepts or closes.
func (p *prompt) Update(msg tea.KeyMsg) (overlay, tea.Cmd) {
	if cmd, ok := p.pressTab(msg); ok {
		p.err = nil
		return p, cmd
	}
	switch {
	case !types(msg) && key.Matches(msg, p.c.keys.Back):
		return nil, p.c.now(p.cancel)
	case !types(msg) && key.Matches(msg, p.c.keys.Enter):
		cmd, err := p.accept(p.in.text())
		if err != nil {
			p.err = err
			var at columnError
			if errors.As(err, &at) {
				p.in.at = max(0, min(len(p.in.value), at.err.Col-1))
			}
			return p, nil
		}
		return nil, cmd
	}
	p.err = nil
	p.in.press(msg)
	return p, nil
}

// View draws the hint, or what is wrong, and the line.
func (p *prompt) View(width, height int) []string {
	st := &p.c.st
	top := st.draw([]run{{" " + p.hintLine(), muted}}, width, selNone)
	if p.err != nil {
		top = st.draw([]run{{" " + p.err.Error(), critical}}, width, selNone)
	}
	rows := append([]string{rule(st, "", width, false)}, p.viewOptions(width, height-3)...)
	return append(rows, top, p.in.view(st, width))
}

// Help names the keys of a prompt.
func (p *prompt) Help() string {
	if p.complete != nil {
		return p.c.keys.words("Enter go · {Tab} complete · Esc leave · up/down earlier lines · Ctrl-U clear")
	}
	return "Enter go · Esc leave · up/down earlier lines · Ctrl-U clear"
}

// checkQuery reports a syntax error in a query with its column.
func checkQuery(query string) error {
	_, err := index.Parse(query)
	var syntax *index.SyntaxError
	if errors.As(err, &syntax) {
		return columnError{syntax}
	}
	return err
}

// columnError says where in the line typed the error is.
type columnError struct{ err *index.SyntaxError }

func (e columnError) Error() string {
	return "column " + number(e.err.Col) + ": " + e.err.Msg
}

func (e columnError) Unwrap() error { return e.err }

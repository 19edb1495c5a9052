// Package ui is the terminal program of spoor: screens over an open case.
//
// Run starts it; New makes its model for tests. The root owns the size, the stack of screens, the status
// line and the keys that work everywhere; each screen is a file of this package. Screens ask the root for
// what leads elsewhere (pivot, open, search) and do not know each other.
//
// The package promises that no key waits for the case: everything that reads or writes it runs in a command,
// answers carry the number of their question, and late ones are dropped. Text from evidence reaches the
// terminal only neutralised by triage.Visible, so no byte of it acts on the terminal.
package ui

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/ui/desk"
)

// Options says how the program is run. The zero value runs it on the process's own terminal with colour.
type Options struct {
	In        io.Reader // keys; nil is the terminal
	Out       io.Writer // the terminal; nil is standard output, and in New no copying
	Fresh     bool      // begin at the Overview, and keep nothing of where one went
	Colours   Colours   // how many the terminal shows
	Light     bool      // choose colours for a light background
	ASCII     bool      // draw without Unicode
	Mouse     bool      // take the mouse from the terminal
	Clipboard Clipboard // how the terminal takes what is copied
	Keys      *Keys     // which keys do what; nil is the built-in map

	during *watch // nil in the program
}

// A watch is told, from its goroutine, what work is under way; tests stop the program then.
type watch func(ctx context.Context, what string)

func (w *watch) tell(ctx context.Context, what string) {
	if w != nil {
		(*w)(ctx, what)
	}
}

// Run shows the case until the analyst closes it. It returns nil when it was closed by a key, the context's
// error when ctx ended, and an error if the terminal cannot be used. The desk stays open.
func Run(ctx context.Context, d *desk.Desk, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // work that is still running when the program is closed
	// Signals end ctx; whoever made it knows them.
	opts := []tea.ProgramOption{tea.WithAltScreen(), tea.WithContext(ctx), tea.WithoutSignalHandler()}
	if o.In != nil {
		opts = append(opts, tea.WithInput(o.In))
	}
	if o.Mouse {
		opts = append(opts, tea.WithMouseCellMotion())
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	opts = append(opts, tea.WithOutput(o.Out))
	r := newRoot(ctx, d, o)
	p := tea.NewProgram(r, opts...)
	stops := make(chan os.Signal, 1)
	heedStop(stops)
	if canStop() {
		r.stop = tea.Exec(stopping{}, func(error) tea.Msg { return tea.ResumeMsg{} })
	}
	defer signal.Stop(stops)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-stops:
				p.Send(stopMsg{})
			}
		}
	}()
	_, err := p.Run()
	cancelled := ctx.Err() != nil
	cancel()
	r.busy.Lock() // until what writes to the case has ended
	defer r.busy.Unlock()
	r.leaveSession()
	if errors.Is(err, tea.ErrProgramKilled) && cancelled {
		return ctx.Err()
	}
	return err
}

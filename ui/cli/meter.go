package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"

	"spoor/ui/desk"
)

// How often a meter writes: on a terminal one line that changes, elsewhere a line now and then.
const (
	terminalPause = 100 * time.Millisecond
	plainPause    = 10 * time.Second
)

// A meter shows on stderr what a load is doing, and that it was told to stop.
type meter struct {
	mu    sync.Mutex
	out   io.Writer
	now   func() time.Time
	width func() int // columns of the terminal; nil if there is none
	last  time.Time  // of the last line
	shown int        // columns of the line that stands on the terminal
}

// newMeter is a meter on stderr. The function it comes with ends it.
func (s *session) newMeter() (*meter, func()) {
	m := &meter{out: s.err, now: time.Now}
	if f, ok := s.err.(*os.File); ok && isTerminal(s.err) {
		m.width = func() int {
			if w, _, err := term.GetSize(f.Fd()); err == nil && w > 0 {
				return w
			}
			return 80
		}
	}
	m.last = m.now()
	forget := context.AfterFunc(s.ctx, m.stopping)
	return m, func() {
		forget()
		m.mu.Lock()
		defer m.mu.Unlock()
		m.clear()
	}
}

// show is the progress function of a load.
func (m *meter) show(p desk.Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	pause := plainPause
	if m.width != nil {
		pause = terminalPause
	}
	if now := m.now(); now.Sub(m.last) < pause {
		return
	} else {
		m.last = now
	}
	if m.width == nil {
		fmt.Fprintf(m.out, "spoor: %s\n", p)
		return
	}
	line := ansi.Truncate(p.String(), m.width()-1, "")
	w := ansi.StringWidth(line)
	fmt.Fprintf(m.out, "\r%s%s", line, strings.Repeat(" ", max(0, m.shown-w)))
	m.shown = w
}

// clear takes the line off the terminal.
func (m *meter) clear() {
	if m.shown > 0 {
		fmt.Fprintf(m.out, "\r%*s\r", m.shown, "")
		m.shown = 0
	}
}

// stopping says that a Ctrl-C was heard.
func (m *meter) stopping() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clear()
	fmt.Fprintln(m.out, "spoor: stopping; what was read is kept (Ctrl-C again ends at once)")
}

package ui

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"spoor/triage"
)

// A look is what a text means; styles say how it is drawn.
type look int

const (
	plain look = iota
	muted
	strong
	heading
	critical
	high
	medium
	good
	matched // the bytes that a rule matched
	picked  // what the keys act upon besides the row under the cursor: a column, a part of the histogram
	looks   // how many there are
)

// styles draws looks in the 16 colours that every terminal has, on the terminal's own background. Without
// colour only weight, underline and reverse remain; no look is told by colour alone, so nothing is lost.
type styles struct {
	of       [looks]lipgloss.Style
	selected [looks]lipgloss.Style
	unfocus  lipgloss.Style // the selected row of the pane that has not the keys
	bar      lipgloss.Style
	current  lipgloss.Style // the tab one is on
}

// newStyles makes the styles. It asks the terminal nothing. On a light background cyan and yellow, which most
// palettes have too pale to read on white, become blue and magenta.
func newStyles(noColor, light bool) styles {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.ANSI)
	r.SetHasDarkBackground(!light)
	cyan, yellow := "6", "3"
	if light {
		cyan, yellow = "4", "5"
	}
	base := r.NewStyle().Inline(true)
	color := func(s lipgloss.Style, c string) lipgloss.Style {
		if noColor {
			return s
		}
		return s.Foreground(lipgloss.Color(c))
	}
	var st styles
	st.of = [looks]lipgloss.Style{
		plain:    base,
		muted:    base.Faint(true),
		strong:   base.Bold(true),
		heading:  color(base.Bold(true), cyan),
		critical: color(base.Bold(true), "1"),
		high:     color(base, "1"),
		medium:   color(base, yellow),
		good:     color(base, "2"),
		matched:  color(base.Bold(true).Underline(true), "1"),
		picked:   base.Reverse(true),
	}
	for i := range st.selected {
		st.selected[i] = base.Reverse(true)
	}
	st.selected[strong] = base.Reverse(true).Bold(true)
	st.selected[critical] = base.Reverse(true).Bold(true)
	st.selected[matched] = base.Reverse(true).Bold(true).Underline(true)
	st.unfocus = base.Underline(true)
	st.bar = base.Faint(true)
	st.current = base.Reverse(true).Bold(true)
	return st
}

// levelLook is the look of a level's word.
func levelLook(l triage.Level) look {
	switch l {
	case triage.Critical:
		return critical
	case triage.High:
		return high
	case triage.Medium:
		return medium
	}
	return muted
}

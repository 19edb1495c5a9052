package ui

import (
	"io"
	"strings"

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

// Colours says how many colours a terminal shows, and so by which sequences it is asked for them.
type Colours int

const (
	Colours16   Colours = iota // the terminal's own 16, as its theme has them
	ColoursNone                // weight, underline and reverse only
	Colours256                 // the cube of 256 that is the same everywhere
	ColoursTrue                // any
)

// inks are the colours of looks on one kind of background; "" is the terminal's own text, fainter if faint says so.
type inks struct {
	muted, heading, alarm, medium, good string
	faint                               bool
}

// inksOf are the colours for what a terminal shows, on a dark or on a light background. Those of 256 have a contrast of
// 4.5 and those of true colour one of 7 with black or white, 4.5 with the backgrounds of common themes (WCAG 2.2, 1.4.3
// and 1.4.6), which TestContrast computes. Of the 16, whose shades are the terminal's, those were taken that have 4.5 in
// the palettes of xterm, VGA, Windows (old and new) and GNOME: the bright ones on dark; on light blue for green and cyan,
// and magenta for yellow, which are too pale to read on white.
func inksOf(c Colours, light bool) inks {
	switch {
	case c == ColoursNone:
		return inks{faint: true}
	case c == Colours256 && light:
		return inks{muted: "241", heading: "25", alarm: "160", medium: "94", good: "22"}
	case c == Colours256:
		return inks{muted: "248", heading: "80", alarm: "210", medium: "221", good: "114"}
	case c == ColoursTrue && light:
		return inks{muted: "#555555", heading: "#0a4f8f", alarm: "#a80f1e", medium: "#6b4600", good: "#0b5d1e"}
	case c == ColoursTrue:
		return inks{muted: "#b0b0b0", heading: "#62d0d6", alarm: "#ff9090", medium: "#ffd866", good: "#93db7e"}
	case light:
		return inks{heading: "4", alarm: "1", medium: "5", good: "4", faint: true}
	}
	return inks{heading: "14", alarm: "9", medium: "11", good: "10", faint: true}
}

// styles draws looks on the terminal's own background. Without colour only weight, underline and reverse remain; no
// look is told by colour alone, so nothing is lost.
type styles struct {
	of       [looks]pen
	selected [looks]pen
	unfocus  pen // the selected row of the pane that has not the keys
	bar      pen
	current  pen // the tab one is on
}

// A pen is a style as the sequences before and after what is drawn with it. Lip Gloss draws underlined text letter by
// letter, and the spaces in it without reverse, which left holes in the row under the cursor.
type pen struct{ on, off string }

func penOf(s lipgloss.Style) pen {
	on, off, _ := strings.Cut(s.UnderlineSpaces(false).Render("_"), "_")
	return pen{on, off}
}

// Render draws one line of text.
func (p pen) Render(s string) string {
	if s == "" || p.on == "" {
		return s
	}
	return p.on + s + p.off
}

// newStyles makes the styles. It asks the terminal nothing.
func newStyles(colours Colours, light bool) styles {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(map[Colours]termenv.Profile{Colours16: termenv.ANSI, ColoursNone: termenv.ANSI, Colours256: termenv.ANSI256, ColoursTrue: termenv.TrueColor}[colours])
	r.SetHasDarkBackground(!light)
	ink := inksOf(colours, light)
	base := r.NewStyle().Inline(true)
	color := func(s lipgloss.Style, c string) lipgloss.Style {
		if c == "" {
			return s
		}
		return s.Foreground(lipgloss.Color(c))
	}
	var st styles
	for i, s := range [looks]lipgloss.Style{
		plain:    base,
		muted:    color(base.Faint(ink.faint), ink.muted),
		strong:   base.Bold(true),
		heading:  color(base.Bold(true), ink.heading),
		critical: color(base.Bold(true), ink.alarm),
		high:     color(base, ink.alarm),
		medium:   color(base, ink.medium),
		good:     color(base, ink.good),
		matched:  color(base.Bold(true).Underline(true), ink.alarm),
		picked:   base.Reverse(true),
	} {
		st.of[i] = penOf(s)
	}
	turned := base.Reverse(true)
	for i := range st.selected {
		st.selected[i] = penOf(turned)
	}
	st.selected[strong] = penOf(turned.Bold(true))
	st.selected[critical] = penOf(turned.Bold(true))
	st.selected[matched] = penOf(turned.Bold(true).Underline(true))
	st.unfocus = penOf(base.Underline(true))
	st.bar = st.of[muted]
	st.current = penOf(turned.Bold(true))
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

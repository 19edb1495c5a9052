package ui

import (
	"os"

	"github.com/muesli/termenv"
)

// LightBackground asks a terminal whether its background is light (OSC 11). One that cannot tell has a dark one; so have
// screen and tmux, which are not asked, and where CI is set. It waits until the terminal has answered that question or
// the next, where its cursor is, which all answer; 5 s at most. Keys typed meanwhile are lost.
func LightBackground(terminal *os.File) bool {
	return !termenv.NewOutput(terminal).HasDarkBackground()
}

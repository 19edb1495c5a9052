// Package quiet keeps the terminal from being asked for its background before spoor has been told what to do.
//
// Bubble Tea 1 asks when it is loaded (its tea_init.go: "this workaround will be removed in v2"), whatever the command:
// it sends OSC 11 and a request for the cursor's place, waits up to 5 s where nothing answers, and drops the keys typed
// meanwhile. termenv, which does it, does not ask where CI is set, so that this package sets CI until Over is called.
//
// It works by being loaded first: a program's packages are, of those whose imports are ready, in the order of their
// paths (https://go.dev/ref/spec#Program_initialization). This one needs syscall alone, comes before "time", and Bubble
// Tea needs that. TestTerminalIsNotAsked in ui/cli sees to it that this stays so.
package quiet

import "syscall"

const name = "CI"

var was, set = syscall.Getenv(name)

func init() {
	if was == "" {
		_ = syscall.Setenv(name, "1") // fails for names that are none
	}
}

// Over puts the environment back. It is called first of all.
func Over() {
	switch {
	case was != "":
	case set:
		_ = syscall.Setenv(name, "")
	default:
		_ = syscall.Unsetenv(name)
	}
}

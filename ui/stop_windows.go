package ui

import (
	"io"
	"os"
)

// heedStop does nothing: no signal of Windows suspends.
func heedStop(chan<- os.Signal) {}

// stopping is never run.
type stopping struct{}

func (stopping) Run() error          { return nil }
func (stopping) SetStdin(io.Reader)  {}
func (stopping) SetStdout(io.Writer) {}
func (stopping) SetStderr(io.Writer) {}

// canStop reports that nothing could continue the program.
func canStop() bool { return false }

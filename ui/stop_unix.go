//go:build !windows

package ui

import (
	"io"
	"os"
	"os/signal"
	"syscall"

	sys "golang.org/x/sys/unix"
)

// heedStop has the signal that suspends a program (kill -TSTP) come to stops, so that the terminal can be put back
// first, unless whoever started the program has it ignored.
func heedStop(stops chan<- os.Signal) {
	if !signal.Ignored(syscall.SIGTSTP) {
		signal.Notify(stops, syscall.SIGTSTP)
	}
}

// stopping stops the job that the program is, until its shell continues it. The signal is SIGSTOP: once heeded,
// SIGTSTP has no other effect in a Go program, since the runtime keeps its handler.
type stopping struct{}

// Run comes back when the program goes on.
func (stopping) Run() error {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	defer signal.Stop(goesOn)
	if err := syscall.Kill(0, syscall.SIGSTOP); err != nil {
		return err
	}
	<-goesOn
	return nil
}

func (stopping) SetStdin(io.Reader)  {}
func (stopping) SetStdout(io.Writer) {}
func (stopping) SetStderr(io.Writer) {}

// canStop reports whether somebody can continue the program once it is suspended: a shell with job control gives
// each job a process group of its own. The group of the session's leader, as in ssh HOST spoor, has nobody; the
// kernel does not stop it (POSIX, XBD 3.264 "orphaned process group", XSH 2.4.3), and the program would wait forever.
func canStop() bool {
	sid, err := sys.Getsid(0)
	return err == nil && sys.Getpgrp() != sid
}

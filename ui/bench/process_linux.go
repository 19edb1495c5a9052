package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// residentSet is the largest resident set of a process that has ended, in bytes. Linux counts it in KiB:
// getrusage(2).
func residentSet(s *os.ProcessState) int64 {
	if r, ok := s.SysUsage().(*syscall.Rusage); ok {
		return r.Maxrss << 10
	}
	return 0
}

// residentNow is the resident set of this process in bytes, mapped files included: VmRSS of proc_pid_status(5).
func residentNow() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			return kib << 10, nil
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no VmRSS")
}

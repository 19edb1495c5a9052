//go:build !unix

package main

import "time"

// cpuTime is the time since the start, where that of the CPU is not asked for.
func cpuTime() time.Duration { return time.Since(started) }

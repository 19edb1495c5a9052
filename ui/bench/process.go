package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// A usage is what a whole process took.
type usage struct {
	wall, cpu time.Duration // cpu is user and system time of all cores
	memory    int64         // largest resident set in bytes; 0 where the system does not tell
}

// run runs a program to its end, without input and with env beside the environment, and drops what it prints.
//
// Where a process is started from the memory of another, Linux counts the starter's resident set as the new one's
// first. This program therefore stays small: whatever reads a case runs in a process of its own.
func run(name string, env []string, args ...string) (usage, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, stderr.Bytes())
	}
	s := cmd.ProcessState
	return usage{time.Since(start), s.UserTime() + s.SystemTime(), residentSet(s)}, nil
}

// medians takes each measure's own median.
func medians(runs []usage) usage {
	var wall, cpu []time.Duration
	var out usage
	for _, u := range runs {
		wall, cpu, out.memory = append(wall, u.wall), append(cpu, u.cpu), max(out.memory, u.memory)
	}
	out.wall, out.cpu = median(wall), median(cpu)
	return out
}

// askFlag makes the program answer one question about a case and exit: bench -ask QUESTION CASE.
const askFlag = "-ask"

// profileEnv names the folder that a process which answers writes its CPU profile to.
const profileEnv = "SPOOR_BENCH_PROFILE"

// ask asks a fresh process of this program and reads its answer, a line, until it ends. The time is from before
// the process was started to the arrival of the line.
func ask(question, dir string) (line []byte, took time.Duration, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	cmd := exec.Command(self, askFlag, question, dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, 0, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	line, err = bufio.NewReader(out).ReadBytes('\n')
	took = time.Since(start)
	if err = errors.Join(cmd.Wait(), err); err != nil {
		return nil, 0, fmt.Errorf("%s: %w\n%s", question, err, stderr.Bytes())
	}
	return line, took, nil
}

// folderSize is the bytes of all files below dir.
func folderSize(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

// Command bench measures spoor and prints a Markdown table: what, target, measured, met.
//
//	go run ./ui/bench                                  # one log of 1,000,000 lines
//	go run ./ui/bench -lines 1000000,10000000          # and how it grows
//
// It makes the logs with package loggen, builds spoor without cgo, loads them with it as whole processes, and asks
// the questions of an analyst in fresh processes of its own, so that nothing that is measured shares memory with
// what measures it. lnav, goaccess, rg and awk are run on the first log beside spoor, in turn, if they are in
// PATH; what is missing is said. Memory of processes and of an open case is measured where the system tells it.
//
// A target that is missed is looked into with -profiles DIR and go tool pprof; of a load, spoor --cpuprofile FILE
// load makes one.
//
// The targets are those of a jump box with two cores. Run it on a machine that does nothing else.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"spoor/triage/weblog/loggen"
)

// newLines is the length of the new daily file that is loaded into a case.
const newLines = 100_000

func main() {
	if len(os.Args) == 4 && os.Args[1] == askFlag {
		if err := answer(os.Args[2], os.Args[3], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	b := bench{say: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }}
	lines := flag.String("lines", "1000000", "lengths of the logs, smallest first, separated by commas")
	dir := flag.String("dir", "", "folder for logs and cases; a new one in it is used (default the system's for temporary files)")
	keep := flag.Bool("keep", false, "leave logs and cases behind")
	flag.IntVar(&b.runs, "runs", 3, "repetitions of what is compared with lnav; the median counts")
	flag.StringVar(&b.spoor, "spoor", "", "measure this program (default build the module's)")
	profiles := flag.String("profiles", "", "write a CPU profile for each kind of question to this folder")
	flag.Parse()
	os.Setenv(profileEnv, *profiles)
	err := b.parse(*lines)
	if err == nil {
		err = b.in(*dir, *keep)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A bench is one run of the program.
type bench struct {
	sizes []int // lines of each log, smallest first
	runs  int
	spoor string // the program
	dir   string
	table table
	say   func(format string, args ...any) // what is being done
}

func (b *bench) parse(lines string) error {
	for _, s := range strings.Split(lines, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1000 {
			return fmt.Errorf("lines %q: want numbers of 1000 or more, separated by commas", lines)
		}
		if k := len(b.sizes); k > 0 && n <= b.sizes[k-1] {
			return fmt.Errorf("lines %q: want the smallest first", lines)
		}
		b.sizes = append(b.sizes, n)
	}
	if b.runs < 1 {
		return fmt.Errorf("runs %d: want at least 1", b.runs)
	}
	return nil
}

// in measures in a new folder below dir and prints the table.
func (b *bench) in(dir string, keep bool) (err error) {
	if b.dir, err = os.MkdirTemp(dir, "spoor-bench-"); err != nil {
		return err
	}
	if keep {
		b.say("logs and cases stay in %s", b.dir)
	} else {
		defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	}
	if err := b.build(); err != nil {
		return err
	}
	if err := b.measure(); err != nil {
		return err
	}
	fmt.Printf("%d cores, %s/%s, %s; %s lines\n\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), b.lengths())
	return b.table.write(os.Stdout)
}

func (b *bench) lengths() string {
	var out []string
	for _, n := range b.sizes {
		out = append(out, short(n))
	}
	return strings.Join(out, " and ")
}

// build builds spoor unless one was named.
func (b *bench) build() error {
	if b.spoor != "" {
		return nil
	}
	b.spoor = filepath.Join(b.dir, "spoor")
	if runtime.GOOS == "windows" {
		b.spoor += ".exe"
	}
	cmd := exec.Command("go", "build", "-o", b.spoor, "spoor")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build spoor: %w\n%s", err, out)
	}
	return nil
}

// log makes a log and answers its name.
func (b *bench) log(name string, o loggen.Options) (path string, err error) {
	path = filepath.Join(b.dir, name)
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return path, loggen.Write(f, o)
}

// short writes a number of lines: 1M, 20k.
func short(n int) string {
	switch {
	case n >= 1_000_000 && n%100_000 == 0:
		return strconv.FormatFloat(float64(n)/1e6, 'f', -1, 64) + "M"
	case n >= 1000 && n%100 == 0:
		return strconv.FormatFloat(float64(n)/1e3, 'f', -1, 64) + "k"
	}
	return strconv.Itoa(n)
}

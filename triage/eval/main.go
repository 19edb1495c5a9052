// Eval measures the judgement of package triage against labelled data and prints what it finds:
// recall and precision by class, false alarms, CPU of a request, and the worst misses and false alarms
// by name, so that rules can be worked on.
//
//	go run ./triage/eval [-data DIR] [-n 10] [-set crs,gotestwaf,...]
//
// DIR holds requests/ (payloads), logs/ with labels/ (real logs), folders lab-* (labelled incidents) process/, webroot/ and hashes/; what
// is not there is left out. A payload is judged as an access log would show it: as the value of a
// parameter, as a URI, as an agent or referrer. Two levels are counted: "alert" is medium and above,
// "any" is low and above. The last table sets what was reached beside what is wanted.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"spoor/triage"
)

// An options holds the command line.
type options struct {
	data  string
	worst int
	lines int
	sets  map[string]bool // nil is all
}

func main() {
	opt := options{}
	var sets string
	flag.StringVar(&opt.data, "data", "../shared/data", "folder of the labelled data")
	flag.IntVar(&opt.worst, "n", 10, "misses and false alarms to name in each set")
	flag.IntVar(&opt.lines, "lines", 1_000_000, "lines of the made-up log whose judgement is timed; 0 leaves it out")
	flag.StringVar(&sets, "set", "", "only these sets, by comma: crs, libinjection, gotestwaf, real, lab, crowdsec, bodies, processes, cpu")
	flag.Parse()
	if sets != "" {
		opt.sets = map[string]bool{}
		for _, s := range strings.Split(sets, ",") {
			opt.sets[strings.TrimSpace(s)] = true
		}
	}
	out := bufio.NewWriter(os.Stdout)
	err := run(out, opt)
	out.Flush()
	if err != nil {
		fmt.Fprintln(os.Stderr, "eval: error:", err)
		os.Exit(1)
	}
}

// An evaluation is one run: where it writes, and what it has found so far.
type evaluation struct {
	options
	out     io.Writer
	judge   *triage.Judge
	reached summary
}

// run evaluates every set that is asked for and there.
func run(w io.Writer, opt options) error {
	if _, err := os.Stat(opt.data); err != nil {
		return fmt.Errorf("%w: tell the folder of the labelled data with -data", err)
	}
	e := &evaluation{options: opt, out: w, judge: triage.NewJudge()}
	fmt.Fprintf(w, "rules: %d, set %s\n", len(triage.Rules()), triage.RuleSetHash()[:12])
	for _, part := range []struct {
		name string
		eval func() error
	}{
		{"payloads", e.payloads}, {"real", e.real}, {"lab", e.labs}, {"crowdsec", e.crowdsec}, {"processes", e.processes}, {"files", e.files}, {"bodies", e.bodies}, {"cpu", e.cpu},
	} {
		if part.name != "payloads" && opt.sets != nil && !opt.sets[part.name] {
			continue
		}
		if err := part.eval(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	e.reached.print(w)
	return nil
}

// Command genlog writes a made-up web log for benchmarks to stdout. See package loggen.
//
//	go run ./triage/weblog/loggen/genlog -lines 1000000 > access.log
package main

import (
	"flag"
	"fmt"
	"os"

	"spoor/triage/weblog/loggen"
)

func main() {
	var o loggen.Options
	flag.IntVar(&o.Lines, "lines", 1_000_000, "how many lines")
	flag.Uint64Var(&o.Seed, "seed", 1, "the same seed gives the same log")
	flag.StringVar(&o.Format, "format", "combined", "combined or w3c")
	flag.IntVar(&o.Days, "days", 10, "days that the lines are spread over")
	flag.Float64Var(&o.Attacks, "attacks", 0.01, "share of attack lines; negative for none")
	flag.BoolVar(&o.Fuzz, "fuzz", false, "every attack asks for a path of its own")
	daily := flag.String("daily", "", "write one file a day into this folder instead of stdout")
	flag.Parse()
	if *daily != "" {
		if _, err := loggen.WriteDays(*daily, o); err != nil {
			fmt.Fprintln(os.Stderr, "genlog:", err)
			os.Exit(1)
		}
		return
	}
	if err := loggen.Write(os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "genlog:", err)
		os.Exit(1)
	}
}

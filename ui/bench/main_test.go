package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The whole program over small logs: every row of the table is there, and nothing is left behind.
func TestTable(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs and loads several logs")
	}
	dir := t.TempDir()
	name := filepath.Join(t.TempDir(), "bench")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(name, "-lines", "20000,40000", "-runs", "1", "-dir", dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	wanted := []string{"spoor load of 20k lines against lnav", "lnav, ", "goaccess, ", "rg, ", "awk, ", "CPU of load, 20k",
		"peak memory of load, 20k", "peak memory of load, 40k", "index on disk, 20k", "index on disk, 40k",
		"time a line, 20k -> 40k", "index a line, 20k -> 40k",
		"reopening, 40k, process start to the first full screen", "reopening, 40k, process start to the last count", "reopening, 40k, process start to the Requests",
		"pivot by client, 40k", "pivot by path, 40k", "pivot by agent, 40k", "pivot by rule, 40k",
		"free text, frequent, 40k", "free text, rare, 40k", "free text, phrase, 40k", "free text, wildcard, 40k",
		"sort all requests, 40k", "to a time, 40k", "lines around one, 40k", "requests of its client around one, 40k", "map of findings, 40k", "an hour of the histogram, 40k",
		"histogram, 40k", "facet, top 10 of each column, 40k",
		"key to frame in Requests, 20k, moves", "key to frame in Requests, 20k, next finding",
		"key to frame in Requests, 40k, moves", "key to frame in Requests, 40k, next finding",
		"memory of an open case, idle, 40k", "second load: 100k new lines into the case of 40k"}
	rows := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		if cells := strings.Split(strings.TrimSpace(line), " | "); strings.HasPrefix(line, "| ") {
			rows[strings.TrimPrefix(cells[0], "| ")] = cells[1:]
		}
	}
	for _, w := range wanted {
		found := 0
		for what, cells := range rows {
			if !strings.HasPrefix(what, w) {
				continue
			}
			found++
			if len(cells) != 3 || cells[1] == "" {
				t.Errorf("%s: cells %q", what, cells)
			} else if met := strings.Trim(cells[2], " |"); (met == "yes" || met == "no") != (cells[0] != "") {
				t.Errorf("%s: target %q, met %q", what, cells[0], met)
			}
		}
		if found != 1 {
			t.Errorf("%d rows begin with %q in\n%s", found, w, out)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestQuantile(t *testing.T) {
	ten := []time.Duration{7, 1, 10, 3, 5, 2, 9, 4, 8, 6}
	for _, c := range []struct {
		values []time.Duration
		q      float64
		want   time.Duration
	}{{nil, 0.5, 0}, {ten[:1], 0.99, 7}, {ten, 0, 1}, {ten, 0.5, 5}, {ten, 0.9, 9}, {ten, 0.95, 10}, {ten, 1, 10}} {
		if got := quantile(c.values, c.q); got != c.want {
			t.Errorf("%v of %v: %v, want %v", c.q, c.values, got, c.want)
		}
	}
}

func TestShow(t *testing.T) {
	for d, want := range map[time.Duration]string{400 * time.Microsecond: "0.4 ms", 23 * time.Millisecond: "23.0 ms",
		999 * time.Millisecond: "999 ms", 4210 * time.Millisecond: "4.21 s", 61 * time.Second: "61.0 s"} {
		if got := show(d); got != want {
			t.Errorf("%v is shown as %s, want %s", d, got, want)
		}
	}
	for n, want := range map[int]string{20_000: "20k", 1_000_000: "1M", 2_500_000: "2.5M", 10_000_000: "10M", 1234: "1234"} {
		if got := short(n); got != want {
			t.Errorf("%d is shown as %s, want %s", n, got, want)
		}
	}
}

func TestSizes(t *testing.T) {
	for lines, ok := range map[string]bool{"1000000": true, "1000000, 10000000": true, "": false, "x": false, "10": false, "2000,1000": false} {
		b := bench{runs: 1}
		if err := b.parse(lines); (err == nil) != ok {
			t.Errorf("%q: error %v", lines, err)
		}
	}
}

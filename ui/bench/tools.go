package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// A tool is what a responder would use instead, and the nearest question that it answers.
type tool struct {
	name, what string
	args       []string
	runs       int // 0 is as often as spoor
}

// lnav is the tool that the load is compared with: one aggregate over the log, nothing kept.
const lnav = "lnav"

func tools(log, dir string) []tool {
	return []tool{
		{name: lnav, what: "one aggregate", args: []string{"-n", "-c", ";SELECT c_ip, count(*) FROM access_log GROUP BY c_ip ORDER BY count(*) DESC LIMIT 10", log}},
		{name: "goaccess", what: "its report", runs: 1, args: []string{log, "--log-format=COMBINED", "--no-progress", "-o", filepath.Join(dir, "goaccess.json")}},
		{name: "rg", what: "one pattern counted", args: []string{"-c", "UNION.*SELECT", log}},
		{name: "awk", what: "one column", args: []string{"{n[$1]++} END {for (c in n) print n[c], c}", log}},
	}
}

// compare loads a log and runs the tools on it, in turn, and adds the rows that compare them.
func (b *bench) compare(l *loaded) error {
	all := tools(l.log, b.dir)
	took := make([][]usage, len(all))
	var loads []usage
	for i := range b.runs {
		if err := b.load(l); err != nil {
			return err
		}
		loads = append(loads, l.usage)
		for k, t := range all {
			if _, err := exec.LookPath(t.name); err != nil || t.runs > 0 && i >= t.runs {
				continue
			}
			b.say("running %s", t.name)
			u, err := t.run(b.dir)
			if err != nil {
				return err
			}
			took[k] = append(took[k], u)
		}
	}
	l.usage = medians(loads)
	what, target := "spoor load of "+short(l.lines)+" lines against lnav", "<= 0.75x"
	if len(took[0]) == 0 {
		b.table.told(what+" (target "+target+")", show(l.wall)+"; lnav is not installed")
	} else {
		other := medians(took[0])
		ratio := l.wall.Seconds() / other.wall.Seconds()
		b.table.judged(what, target, fmt.Sprintf("%.2fx (%s, %s)", ratio, show(l.wall), show(other.wall)), ratio <= 0.75)
	}
	for k, t := range all {
		if len(took[k]) == 0 {
			b.table.told(t.name+", "+t.what, "not installed")
			continue
		}
		u := medians(took[k])
		b.table.told(t.name+", "+t.what, fmt.Sprintf("%s, CPU %s, %d MiB", show(u.wall), show(u.cpu), u.memory/mib))
	}
	return nil
}

// run runs the tool with a home of its own, so that it neither reads nor writes that of whoever measures.
func (t tool) run(dir string) (usage, error) {
	home := filepath.Join(dir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return usage{}, err
	}
	return run(t.name, []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "TERM=dumb"}, t.args...)
}

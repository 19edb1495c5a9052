package report

import (
	"fmt"
	"strings"
	"time"
)

// processes lists what the server started, and what else is suspicious in the event logs.
func (p *printer) processes() {
	if p.report.ProcessesRead == 0 {
		return
	}
	p.section("Processes the server started")
	var by, others []Process
	for _, x := range p.report.Processes {
		if x.ByServer {
			by = append(by, x)
		} else {
			others = append(others, x)
		}
	}
	p.f("The event logs hold %s.\n", plural(p.report.ProcessesRead, "process creation", "process creations"))
	if len(by) == 0 {
		p.f("None that a web server or database started, directly or through a shell, does what intruders do. That is not proof that none did: a shell inside the server's own process starts none.")
	} else {
		p.processTable(by)
	}
	if len(others) > 0 {
		p.f("\n### Other suspicious processes\n")
		p.processTable(others)
	}
}

func (p *printer) processTable(list []Process) {
	p.header("Reference", "Time", "Host", "Level", "Parent", "Command line", "Why", "ATT&CK", "Request before it")
	for i, x := range list {
		if i == shownRows {
			p.more(len(list) - i)
			return
		}
		line := x.CommandLine
		if line == "" {
			line = x.Image
		}
		lvl, why := "-", ""
		if len(x.Findings) > 0 {
			lvl, why = level(x.Findings[0].Level), text(x.Findings[0].Why)
		}
		before := "none fits"
		if x.Request != "" {
			before = fmt.Sprintf("%s after %s by %s %s", time.Duration(x.GapMS)*time.Millisecond, text(x.Script), text(x.Client), p.refList([]string{x.Request}))
			if !x.Sure {
				before += " (chance would do as well)"
			}
		}
		p.row(p.refList([]string{x.Ref}), at(x.Time), text(x.Host), lvl, text(x.ParentImage[strings.LastIndexAny(x.ParentImage, `/\`)+1:]), cell(line), why, several(x.Techniques), before)
	}
}

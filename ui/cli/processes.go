package cli

// Commands about process creations.

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"spoor/triage"
	"spoor/ui/desk"
)

type processesCmd struct {
	Case  string   `arg:"" help:"Case folder."`
	Query []string `arg:"" optional:"" help:"Only those that match, such as: name:cmd.exe user:*pool* whoami after:2025-03-08.."`
	All   bool     `help:"Those without a finding too."`
	Limit int      `short:"n" help:"Print at most so many. 0 prints all." default:"0"`
	JSON  bool     `name:"json" help:"Print one JSON object a line."`

	hiddenFlag
	csvFlag
}

// processJSON is a process as processes prints it.
type processJSON struct {
	Ref               string           `json:"ref"`
	Source            string           `json:"source"`
	Line              int64            `json:"line"`
	Time              *time.Time       `json:"time"`
	Host              string           `json:"host"`
	User              string           `json:"user"`
	PID               *int64           `json:"pid"`
	GUID              string           `json:"guid,omitempty"`
	Image             string           `json:"image"`
	CommandLine       string           `json:"command_line"`
	Directory         string           `json:"directory,omitempty"`
	Hashes            string           `json:"hashes,omitempty"`
	ParentPID         *int64           `json:"parent_pid"`
	ParentGUID        string           `json:"parent_guid,omitempty"`
	ParentImage       string           `json:"parent_image"`
	ParentCommandLine string           `json:"parent_command_line,omitempty"`
	Level             triage.Level     `json:"level"`
	ByServer          bool             `json:"by_server"`
	Techniques        []string         `json:"techniques"`
	Findings          []triage.Finding `json:"findings"`
	Request           string           `json:"request,omitempty"`
	Script            string           `json:"script,omitempty"`
}

func processOut(p *triage.Process) processJSON {
	out := processJSON{Ref: p.Ref, Source: text(p.Source), Line: p.Line, Time: optional(p.Time), Host: text(p.Host), User: text(p.User), PID: known(p.PID),
		GUID: text(p.GUID), Image: text(p.Image), CommandLine: text(p.CommandLine), Directory: text(p.Directory), Hashes: text(p.Hashes), ParentPID: known(p.ParentPID),
		ParentGUID: text(p.ParentGUID), ParentImage: text(p.ParentImage), ParentCommandLine: text(p.ParentCommandLine), Level: processLevel(p), ByServer: p.ByServer(),
		Techniques: techniques(p), Findings: []triage.Finding{}, Request: p.Request, Script: text(p.Script)}
	for _, f := range p.Findings {
		f.Match = text(f.Match)
		out.Findings = append(out.Findings, f)
	}
	return out
}

// known is a number for JSON: null if it is -1.
func known(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}

func processLevel(p *triage.Process) triage.Level {
	if len(p.Findings) == 0 {
		return triage.None
	}
	return p.Findings[0].Level
}

// techniques are the ATT&CK ids of a process's findings.
func techniques(p *triage.Process) []string {
	out := []string{}
	for _, f := range p.Findings {
		out = append(out, triage.ProcessTechniques(f.Rule)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c *processesCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		c.apply(s, d)
		list, err := d.Processes(s.ctx, strings.Join(c.Query, " "), c.All, c.Limit)
		if err != nil {
			return err
		}
		err = each(s, c.JSON, list.Processes, func(p triage.Process) any { return processOut(&p) }, printProcess)
		all, odd := d.Store.ProcessCount()
		fmt.Fprintf(s.err, "%s of %d printed; %d have a finding", plural(len(list.Processes), "process"), all, odd)
		if list.More > 0 {
			fmt.Fprintf(s.err, "; %d more match", list.More)
		}
		if !c.All && all > odd {
			fmt.Fprint(s.err, "; --all prints those without one too")
		}
		fmt.Fprintln(s.err)
		return err
	})
}

func printProcess(w io.Writer, p triage.Process) {
	level, why := "-", ""
	if len(p.Findings) > 0 {
		f := p.Findings[0]
		level, why = f.Level.String(), "  "+f.Rule+": "+f.Why
	}
	line := p.CommandLine
	if line == "" {
		line = p.Image
	}
	fmt.Fprintf(w, "%s  %s  %-8s %s > %s%s", p.Ref, stamp(p.Time), level, triage.Visible(or(baseName(p.ParentImage), "?")), triage.VisibleN(line, 300), why)
	if p.Request != "" {
		fmt.Fprintf(w, "  after %s %s", p.Request, triage.VisibleN(p.Script, 80))
	}
	fmt.Fprintln(w)
}

func baseName(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }

// processFindings prints the findings on processes, after those on requests.
func processFindings(s *session, w io.Writer, d *desk.Desk, query string, asJSON bool) error {
	list, err := d.Processes(s.ctx, query, false, 0)
	if err != nil {
		return err
	}
	for i := range list.Processes {
		p := &list.Processes[i]
		for _, f := range p.Findings {
			if !asJSON {
				fmt.Fprintf(w, "%s  %s  %-8s %-10s %-15s      %s  %s: %s [%s]\n", p.Ref, stamp(p.Time), f.Level, f.Class, triage.VisibleN(p.Host, 40),
					triage.VisibleN(p.CommandLine, 80), f.Rule, f.Why, triage.VisibleN(f.Match, 60))
				continue
			}
			err := jsonLine(w, struct {
				Ref         string       `json:"ref"`
				Source      string       `json:"source"`
				Line        int64        `json:"line"`
				Time        *time.Time   `json:"time"`
				Class       triage.Class `json:"class"`
				Rule        string       `json:"rule"`
				Level       triage.Level `json:"level"`
				Host        string       `json:"host"`
				Image       string       `json:"image"`
				CommandLine string       `json:"command_line"`
				Field       string       `json:"field"`
				Match       string       `json:"match"`
				Why         string       `json:"why"`
			}{p.Ref, text(p.Source), p.Line, optional(p.Time), f.Class, f.Rule, f.Level, text(p.Host), text(p.Image), text(p.CommandLine), f.Field, text(f.Match), f.Why})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// processShown is everything known of one process.
type processShown struct {
	processJSON
	Decoded  []triage.Layer `json:"decoded"`
	Parents  []processJSON  `json:"parents"`
	Children []processJSON  `json:"children"`
	Spawn    *triage.Spawn  `json:"spawn"`
}

func processRecord(x *desk.ProcessDetail) processShown {
	out := processShown{processJSON: processOut(&x.Process), Decoded: []triage.Layer{}, Parents: []processJSON{}, Children: []processJSON{}, Spawn: x.Spawn}
	for _, l := range x.Decoded {
		l.Text = text(l.Text)
		out.Decoded = append(out.Decoded, l)
	}
	for i := range x.Parents {
		out.Parents = append(out.Parents, processOut(&x.Parents[i]))
	}
	for i := range x.Children {
		out.Children = append(out.Children, processOut(&x.Children[i]))
	}
	return out
}

func showProcess(w io.Writer, x *desk.ProcessDetail) {
	p := &x.Process
	fmt.Fprintf(w, "%s  %s:%d  %s  %s\n", p.Ref, triage.Visible(p.Source), p.Line, stamp(p.Time), triage.Visible(p.Host))
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-10s %s\n", name, triage.VisibleN(value, 20_000))
		}
	}
	field("image", p.Image)
	field("command", p.CommandLine)
	for _, l := range x.Decoded {
		fmt.Fprintf(w, "%-10s %s  (%s)\n", "decoded", triage.VisibleN(l.Text, 20_000), l.Coding)
	}
	field("directory", p.Directory)
	field("user", p.User)
	field("hashes", p.Hashes)
	if p.PID >= 0 {
		fmt.Fprintf(w, "%-10s %d %s\n", "pid", p.PID, triage.Visible(p.GUID))
	}
	for _, f := range p.Findings {
		fmt.Fprintf(w, "%-8s %-10s %s: %s [%s] %s\n", f.Level, f.Class, f.Rule, f.Why, triage.VisibleN(f.Match, 200), strings.Join(triage.ProcessTechniques(f.Rule), " "))
	}
	field("parent", fmt.Sprintf("%s  %s", or(p.ParentImage, "unknown"), p.ParentCommandLine))
	for _, a := range x.Parents {
		fmt.Fprintf(w, "%-10s %s  %s  %s\n", "ancestor", a.Ref, stamp(a.Time), triage.VisibleN(or(a.CommandLine, a.Image), 400))
	}
	for _, a := range x.Children {
		fmt.Fprintf(w, "%-10s %s  %s  %s\n", "child", a.Ref, stamp(a.Time), triage.VisibleN(or(a.CommandLine, a.Image), 400))
	}
	if s := x.Spawn; s != nil {
		sure := "most likely started it"
		if !s.Sure {
			sure = "may have started it; chance would do as well"
		}
		fmt.Fprintf(w, "%-10s %s  %s  %s  %s: %s after it\n", "request", s.Request, triage.Visible(s.Client), triage.VisibleN(s.Script, 200), sure, time.Duration(s.GapMS)*time.Millisecond)
	}
}

// showSpawned prints the processes that a request or script made the server start.
func showSpawned(w io.Writer, list []triage.Spawn) {
	for _, s := range list {
		fmt.Fprintf(w, "started    %s  %s  %-8s %s\n", s.Process, stamp(s.Time), s.Level, triage.VisibleN(s.Command, 300))
	}
}

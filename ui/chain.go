package ui

import (
	"fmt"
	"strings"
	"time"

	"spoor/cases"
	"spoor/triage"
	"spoor/triage/outcome"
)

// chainLines are the main steps of an incident, at most so many and one.
func chainLines(in *triage.Incident, width, most int) []line {
	steps, left := mainSteps(in.Steps, most)
	if left == 1 {
		steps, left = mainSteps(in.Steps, most+1)
	}
	clients := clientWidth(steps, width)
	oneDay := in.First.UTC().Format(time.DateOnly) == in.Last.UTC().Format(time.DateOnly)
	var out []line
	for _, s := range steps {
		out = append(out, stepLine(s, width, clients, len(in.Lanes) > 1, !oneDay))
	}
	if left > 0 {
		out = append(out, line{runs: []run{{fmt.Sprintf("    and %s; Enter shows all", counted(left, "more step", "more steps")), muted}},
			sub: subject{title: "more steps", copied: "more steps of " + in.Ref, open: openMsg{in.Ref}}})
	}
	return out
}

// clientWidth is how many columns the clients of steps need, and get at most.
func clientWidth(steps []triage.Step, width int) int {
	clients := 0
	for _, s := range steps {
		clients = max(clients, strWidth(cell(s.Client, min(39, len(s.Client)))))
	}
	return min(clients, clientRoom(width))
}

// maxIncidents and maxSteps bound what the overview shows of incidents below high and of the chains of the
// others, so that shells and actors stay in sight.
const (
	maxIncidents = 2
	maxSteps     = 7
)

// mainSteps chooses at most n steps, in their order: of each intruder the first of each kind, the plant and the
// use of shells before what led there, and then what there is room for. The first access is left out if it is the
// first use as well.
func mainSteps(all []triage.Step, n int) (steps []triage.Step, left int) {
	used, telling, same := map[string]bool{}, map[string]bool{}, 0
	for _, s := range all {
		used[s.Ref] = used[s.Ref] || s.Kind == "use"
		telling[s.Lane] = telling[s.Lane] || s.Kind == "command" && len(s.Techniques) > 0
	}
	rank := []string{"plant", "use", "command", "access", "read", "injection", "further", "download", "file", "probe", "recon"}
	keep := make([]bool, len(all))
	for _, first := range []bool{true, false} {
		for _, kind := range rank {
			seen := map[string]bool{}
			for i, s := range all {
				switch {
				case s.Kind != kind || keep[i]:
				case kind == "access" && used[s.Ref]:
					if first {
						same++
					}
				case first && kind == "command" && len(s.Techniques) == 0 && telling[s.Lane]: // one whose meaning is known says more
					continue
				case n > 0 && !(first && seen[s.Lane]):
					keep[i] = true
					n--
				}
				seen[s.Lane] = seen[s.Lane] || s.Kind == kind
			}
		}
	}
	for i, s := range all {
		if keep[i] {
			steps = append(steps, s)
		}
	}
	return steps, len(all) - len(steps) - same
}

// incidentHead is the one line that names an incident.
func incidentHead(in *triage.Incident, verdicts map[string]cases.Verdict, width int, first bool) line {
	span := minuteSpan(in.First, in.Last)
	if width < 100 {
		span = daySpan(in.First, in.Last)
	}
	return line{runs: []run{{sectionName("INCIDENTS", first), heading}, {cell(levelWord(in.Level), 5), levelLook(in.Level)},
		{span + verdictWord(verdicts, in.Ref) + "  ", plain}, {in.Title, strong}},
		sub: subject{ref: in.Ref, title: in.Title, copied: fmt.Sprintf("%s %s, %s UTC, clients %s, shells %s", in.Ref, in.Title,
			timeSpan(in.First, in.Last), strings.Join(in.Clients, " "), strings.Join(in.Shells, " ")),
			open: openMsg{in.Ref}, values: listValues("client", in.Clients, "path", in.Shells)}}
}

func verdictWord(all map[string]cases.Verdict, ref string) string {
	if v := all[ref].Value; v != "" {
		return "  [" + v + "]"
	}
	return ""
}

// listValues makes values of two lists.
func listValues(kind string, texts []string, kind2 string, texts2 []string) []value {
	var out []value
	for _, t := range texts {
		out = append(out, value{kind, t})
	}
	for _, t := range texts2 {
		out = append(out, value{kind2, t})
	}
	return out
}

// stepLine is one step of a chain in one line: time, intruder, kind, client in so many columns, what, and where
// there is room the reference.
func stepLine(s triage.Step, width, clientWidth int, withLane, withDay bool) line {
	at := s.Time.UTC().Format("15:04:05")
	if withDay || s.Time.IsZero() {
		at = shortStamp(s.Time)
	}
	head := []run{{"  " + at + " ", plain}}
	room := width - 2 - len(at) - 1 - 10 - clientWidth - 1
	if withLane {
		head = append(head, run{cell(s.Lane, 1) + " ", strong})
		room -= 2
	}
	head = append(head, run{cell(s.Kind, 9) + " ", stepLook(s.Kind)}, run{cell(s.Client, clientWidth) + " ", plain})
	s.Text = faredRun(outcome.Outcome(s.Outcome), width).text + s.Text
	ref := strings.TrimRight(cellMiddle(s.Ref, 18), " ")
	if room -= 1 + strWidth(ref); room < minStepText {
		return line{sub: stepSubject(s), runs: append(head, run{cell(s.Text, max(12, room+1+strWidth(ref))), plain})}
	}
	return line{sub: stepSubject(s), runs: append(head, run{cell(s.Text, room), plain}, run{" " + ref, muted})}
}

// minStepText is how many columns of a step's text are worth more than its reference, which Enter follows anyway.
const minStepText = 28

// stepSubject is a step as something to act upon.
func stepSubject(s triage.Step) subject {
	full := fmt.Sprintf("%s UTC  %s by %s: %s (%s)", stamp(s.Time), s.Kind, s.Client, s.Text, s.Ref)
	if n := len(s.Refs); n > 0 {
		full += ", and " + counted(n, "more record", "more records")
	}
	sub := subject{ref: s.Ref, title: s.Kind + " by " + s.Client, copied: full, open: openMsg{s.Ref}}
	if s.Client != "" {
		sub.values = []value{{"client", s.Client}}
	}
	if !s.Time.IsZero() {
		sub.values = append(sub.values, value{"time", s.Time.UTC().Format("2006-01-02T15:04:05Z")})
	}
	return sub
}

func stepLook(kind string) look {
	switch kind {
	case "plant", "use", "command":
		return critical
	case "injection", "read", "access", "further", "download":
		return high
	case "file", "recon":
		return plain
	}
	return medium
}

package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
)

// lines makes the overview for a width. With room, the rows that there are, it says more than it must: of the chain
// what fits, of the sources what is left.
func (v *overviewData) lines(c *overviewCounts, width, room int) []line {
	out := v.linesOf(c, width, room, 0)
	if spare := room - len(out); spare > 0 {
		out = v.linesOf(c, width, room, spare)
	}
	return out
}

// linesOf makes the overview with that many more steps of its first chain.
func (v *overviewData) linesOf(c *overviewCounts, width, room, steps int) []line {
	tall := room > 0
	out := v.loadedLines()
	if v.counts.Requests == 0 && len(v.files) == 0 && len(v.lost) == 0 && v.processes[0] == 0 {
		return append(out, text(plain, ""), text(strong, "Nothing is loaded yet. Type :load access.log, or a folder of logs and file listings"))
	}
	out = append(out, v.incidentLines(width, tall, steps)...)
	out = append(out, v.webshellLines()...)
	out = append(out, v.actorLines(width)...)
	out = append(out, v.stolenLines()...)
	out = append(out, v.nextLines(c, tall)...)
	out = append(out, v.findingLines(&c.hist, width, tall)...)
	out = append(out, v.fileLines()...)
	out = append(out, v.processLines()...)
	out = append(out, v.noteLines()...)
	counts := v.countLines()
	if tall {
		out = append(out, hotLines(c)...)
		out = append(out, v.sourceLines(max(minSources, room-len(out)-len(counts)))...)
	}
	return append(out, counts...)
}

// sectionName is the label of a section, on its first row only.
func sectionName(name string, first bool) string {
	if !first {
		name = ""
	}
	return cell(name, 11)
}

func section(name, what string, open tea.Msg) line {
	return line{runs: []run{{cell(name, 11), heading}, {what, plain}},
		sub: subject{title: strings.ToLower(name), copied: name + ": " + what, open: open}}
}

func (v *overviewData) loadedLines() []line {
	what := fmt.Sprintf("%s, %s, %s", counted(len(v.evidence), "source", "sources"),
		counted(v.counts.Requests, "request", "requests"), minuteSpan(v.counts.First, v.counts.Last))
	first := section("LOADED", what, tabMsg{tabEvidence})
	first.sub.copied = fmt.Sprintf("%s with %s from %s, %s UTC; %s rejected, %s refused", counted(len(v.evidence), "source", "sources"),
		counted(v.counts.Requests, "request", "requests"), counted(v.counts.Clients, "client", "clients"),
		timeSpan(v.counts.First, v.counts.Last), counted(v.counts.Rejected, "line", "lines"), counted(len(v.refused), "file", "files"))
	out := []line{first}
	for i, w := range v.warnings {
		if i == 3 {
			break // they are of one kind: what the journal says, each time the case was opened
		}
		out = append(out, line{runs: []run{{cell("WARNING", 11), critical}, {w, plain}}, sub: subject{title: "warning", copied: w}})
	}
	for _, b := range v.missing() {
		out = append(out, line{runs: []run{{cell("NOT LOADED", 11), medium}, {b, plain}},
			sub: subject{title: "not loaded", copied: b, open: tabMsg{tabEvidence}}})
	}
	return append(out, v.gapLines()...)
}

// gapLines are the gaps that only the logs' own rhythm shows, the gravest in full.
func (v *overviewData) gapLines() []line {
	var told []triage.EvidenceGap
	for _, g := range v.gaps {
		if g.Level >= triage.Medium && !rowOfItsOwn[g.Kind] && g.Kind != "missing" {
			told = append(told, g)
		}
	}
	if len(told) == 0 {
		return nil
	}
	g := told[0]
	text := g.Source + ": " + g.Text
	if !g.From.IsZero() {
		text = stamp(g.From) + "  " + text
	}
	if len(told) > 1 {
		text = counted(len(told), "gap", "gaps") + ", the gravest " + text
	}
	return []line{{runs: []run{{cell("GAPS", 11), levelLook(g.Level)}, {text, plain}}, sub: subject{title: "gaps", copied: text, open: tabMsg{tabEvidence}}}}
}

// missing says what of the evidence is not in the case, a line for each kind of loss.
func (v *overviewData) missing() []string {
	var out, cut []string
	if v.unjudged {
		out = append(out, "not judged as a whole yet: a load runs or was stopped before its end; :load the same again goes on")
	}
	for _, e := range v.unfinished {
		out = append(out, e.Path+" read only in part, "+counted(e.Read, "line", "lines")+": the same :load goes on: "+e.Abs)
	}
	if n := len(v.lost); n > 0 {
		out = append(out, fmt.Sprintf("%s in the register but not in the index: :load it again: %s", counted(n, "log is", "logs are"), v.lost[0].Abs))
	}
	if v.counts.Rejected > 0 {
		out = append(out, counted(v.counts.Rejected, "line", "lines")+" rejected: no format fits")
	}
	for _, e := range v.evidence {
		if e.Truncated != "" && !e.Partial {
			cut = append(cut, e.Path+" ("+e.Truncated+")")
		}
	}
	if len(cut) > 0 {
		out = append(out, counted(len(cut), "file", "files")+" cut short: "+strings.Join(cut, ", "))
	}
	switch len(v.refused) {
	case 0:
	case 1:
		out = append(out, "refused "+v.refused[0].Path+": "+v.refused[0].Reason)
	default:
		var names []string
		for _, r := range v.refused {
			names = append(names, r.Path)
		}
		out = append(out, counted(len(names), "file", "files")+" refused: "+strings.Join(names, ", "))
	}
	return out
}

func (v *overviewData) incidentLines(width int, tall bool, more int) []line {
	if len(v.incidents) == 0 {
		return []line{section("INCIDENTS", "none: no chain of attacks was found", tabMsg{tabTimeline})}
	}
	var out []line
	most := maxIncidents
	if !tall && v.incidents[0].Level >= triage.High {
		most = 0 // the chain is what matters
	}
	for i := range v.incidents {
		in := &v.incidents[i]
		if i >= most && len(v.incidents) > i+1 && in.Level < triage.High {
			what := fmt.Sprintf("and %d more; :incidents lists all", len(v.incidents)-i)
			return append(out, section("", what, commandMsg{command{name: "incidents"}}))
		}
		out = append(out, incidentHead(in, v.verdicts, width, i == 0))
		if in.Level >= triage.High {
			out = append(out, chainLines(in, width, maxSteps+more)...)
			more = 0
		}
	}
	return out
}

func (v *overviewData) webshellLines() []line {
	var likely []triage.Webshell
	for _, w := range v.webshells {
		if w.Score >= likelyShell {
			likely = append(likely, w)
		}
	}
	if len(likely) == 0 {
		what := "none"
		if n := len(v.webshells); n > 0 {
			what = "none likely; " + counted(n, "weak candidate", "weak candidates")
		}
		return []line{section("WEB SHELLS", what, tabMsg{tabWebshells})}
	}
	var out []line
	for i, w := range likely {
		if i == 4 && len(likely) > 5 {
			return append(out, section("", fmt.Sprintf("and %d more", len(likely)-i), tabMsg{tabWebshells}))
		}
		planted := "planting request unknown"
		if w.PlantedBy != nil {
			planted = "planted by " + w.PlantedBy.Ref
		}
		s := webshellSubject(&w)
		s.open = openMsg{w.Ref}
		s.copied = fmt.Sprintf("%s score %d: %s by %s, %s UTC, %s; used by %s", w.Path, w.Score, counted(w.Requests, "request", "requests"),
			counted(len(w.Clients), "client", "clients"), timeSpan(w.First, w.Last), planted, strings.Join(w.Clients, " "))
		known := counted(len(w.Clients), "client", "clients") + ", " + planted
		if w.Requests == 0 {
			known = "by its file; not requested in these logs"
			s.copied = fmt.Sprintf("%s score %d: %s", w.Path, w.Score, known)
		}
		out = append(out, line{sub: s, runs: []run{{sectionName("WEB SHELLS", i == 0), heading}, {cellRight(fmt.Sprint(w.Score), 3) + " ", critical},
			{strings.TrimRight(cellMiddle(w.Path, 28), " "), strong},
			{verdictWord(v.verdicts, w.Ref) + "  " + known, plain}}})
	}
	return out
}

// actorLines says of each intruder who it is said to be, and what it did where the width has room for it.
func (v *overviewData) actorLines(width int) []line {
	if len(v.actors) == 0 {
		return []line{section("ACTORS", "none", tabMsg{tabActors})}
	}
	var out []line
	for i := range v.actors {
		if i == 2 && len(v.actors) > 3 {
			return append(out, section("", fmt.Sprintf("and %d more", len(v.actors)-i), tabMsg{tabActors}))
		}
		a := &v.actors[i]
		s := actorSubject(a)
		s.open = openMsg{a.Ref}
		did := "; " + number(a.Hostile) + " hostile"
		if n := len(a.Shells); n > 0 {
			did = "; " + counted(n, "shell", "shells")
		}
		if width < 90 {
			did = ""
		}
		s.copied = fmt.Sprintf("%s: %s; %s of %s hostile; shells used: %s; %s; %s UTC", actorName(&a.Intruder), strings.Join(a.Clients, " "),
			number(a.Hostile), counted(a.Requests, "request", "requests"), or(strings.Join(a.Shells, " "), "none"), verdictText(a), timeSpan(a.First, a.Last))
		out = append(out, line{sub: s, runs: []run{{sectionName("ACTORS", i == 0), heading}, {cell(strings.TrimPrefix(actorName(&a.Intruder), "Intruder "), 3), strong},
			{cell(clientsText(a.Clients), 17) + " ", plain}, {verdictText(a) + did + verdictWord(v.verdicts, a.Ref), plain}}})
	}
	return out
}

func clientsText(clients []string) string {
	switch len(clients) {
	case 0:
		return "-"
	case 1:
		return clients[0]
	}
	return fmt.Sprintf("%s +%d", clients[0], len(clients)-1)
}

// findingLines say which classes fired, and when where no histogram stands over the list.
func (v *overviewData) findingLines(hist *histogram, width int, tall bool) []line {
	var classes []string
	for _, c := range triage.Classes {
		if n := v.counts.ByClass[c]; n > 0 {
			classes = append(classes, string(c)+" "+number(n))
		}
	}
	what := "none"
	if len(classes) > 0 {
		what = number(v.counts.Findings) + " requests: " + strings.Join(classes, ", ")
	}
	out := []line{section("FINDINGS", what, searchMsg{"level:>=low"})}
	if tall {
		return out
	}
	out = append(out, line{sub: subject{title: "activity", copied: "requests over time, " + timeSpan(v.counts.First, v.counts.Last), open: tabMsg{tabRequests}},
		runs: []run{{cell("  requests", 13), muted}, {strip(regroup(hist.counts, min(width-13, 120))), plain}}})
	out = append(out, line{sub: subject{title: "findings", copied: "findings of level medium and above over time", open: searchMsg{"level:>=medium"}},
		runs: []run{{cell("  findings", 13), muted}, {strip(regroup(hist.findings, min(width-13, 120))), high}}})
	return out
}

// countLines are how many requests have each level and class.
func (v *overviewData) countLines() []line {
	var out []line
	for l := triage.Critical; l >= triage.Info; l-- {
		if n := v.counts.ByLevel[l]; n > 0 {
			out = append(out, countLine("LEVELS", "level:"+l.String(), levelWord(l), levelLook(l), n, len(out) == 0))
		}
	}
	levels := len(out)
	for _, c := range triage.Classes {
		if n := v.counts.ByClass[c]; n > 0 {
			out = append(out, countLine("CLASSES", "class:"+string(c), string(c), plain, n, len(out) == levels))
		}
	}
	return out
}

// countLine is how many requests have a level or class; Enter lists them.
func countLine(section, query, name string, l look, n int64, first bool) line {
	return line{sub: subject{title: query, copied: query + ": " + counted(n, "request", "requests"), open: searchMsg{query}},
		runs: []run{{sectionName(section, first), heading}, {cellRight(number(n), 9) + "  ", plain}, {name, l}}}
}

// stolenLines say what injection read and how it fared; nothing if there was none.
func (v *overviewData) stolenLines() []line {
	t := v.stolen
	if t == nil || t.Values+t.Inband+t.Succeeded+t.Likely+t.NoSign+t.Failed == 0 {
		return nil
	}
	return []line{section("STOLEN", totalText(t), stolenMsg{})}
}

// processLines say what the event logs hold; nothing if there are none.
func (v *overviewData) processLines() []line {
	if v.processes[0] == 0 {
		return nil
	}
	return []line{section("PROCESSES", fmt.Sprintf("%s, %s suspicious", counted(v.processes[0], "process event", "process events"), number(v.processes[1])), processesMsg{})}
}

func (v *overviewData) fileLines() []line {
	n := map[triage.FileVerdict]int{}
	for _, f := range v.files {
		n[f.Verdict]++
	}
	if len(v.files) == 0 {
		return []line{section("FILES", "no hash list or listing loaded", tabMsg{tabFiles})}
	}
	return []line{section("FILES", fmt.Sprintf("%s: %d known-bad, %d changed, %d unknown, %d known-good", number(len(v.files)),
		n[triage.KnownBad], n[triage.Changed], n[triage.Unknown], n[triage.KnownGood]), tabMsg{tabFiles})}
}

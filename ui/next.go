package ui

import (
	"fmt"
	"strings"

	"spoor/index"
	"spoor/triage"
)

// What the overview proposes to look at next. Each line says why and leads there with Enter; what has a verdict
// of the analyst is not proposed again.

// maxNext bounds the proposals where there is little room.
const maxNext = 3

// nextLines are the proposals, the most pressing first.
func (v *overviewData) nextLines(c *overviewCounts, tall bool) []line {
	all := append(v.nextRecords(), v.nextRequests(c)...)
	all = append(all, v.nextFiles()...)
	if !tall && len(all) > maxNext {
		all = all[:maxNext]
	}
	for i := range all {
		all[i].runs = append([]run{{sectionName("LOOK NEXT", i == 0), heading}}, all[i].runs...)
	}
	return all
}

// proposal is one line: a question, and what raises it.
func proposal(s subject, what, why string) line {
	s.copied = what + ": " + why
	return line{sub: s, runs: []run{{what, strong}, {"  " + why, plain}}}
}

// nextRecords proposes incidents, web shells and intruders on which there is no verdict.
func (v *overviewData) nextRecords() []line {
	open := func(ref string) bool { return v.verdicts[ref].Value == "" }
	var out []line
	for i := range v.webshells {
		if w := &v.webshells[i]; w.Score >= likelyShell && open(w.Ref) && i < maxHot {
			out = append(out, proposal(subject{ref: w.Ref, title: "web shell " + w.Path, open: openMsg{w.Ref}},
				"is it a web shell?", w.Path+"; no verdict yet"))
		}
	}
	for i := range v.actors {
		if a := &v.actors[i]; len(a.Shells) > 0 && open(a.Ref) && i < maxHot {
			out = append(out, proposal(subject{ref: a.Ref, title: actorName(&a.Intruder), open: searchMsg{"actor:" + index.Quote(a.Ref)}},
				"what else did they do?", actorName(&a.Intruder)+", "+clientsText(a.Clients)+": "+counted(a.Requests, "request", "requests")))
		}
	}
	for i := range v.incidents {
		if in := &v.incidents[i]; in.Level >= triage.High && open(in.Ref) && i < maxHot {
			out = append(out, proposal(subject{ref: in.Ref, title: in.Title, open: openMsg{in.Ref}},
				"is this chain right?", in.Title+"; no verdict yet"))
		}
	}
	return out
}

// nextRequests proposes attacks that may have worked, and lines that no format fits.
func (v *overviewData) nextRequests(c *overviewCounts) []line {
	var out []line
	if len(v.fared) > 0 {
		out = append(out, proposal(subject{title: "outcomes", open: outcomesMsg{}}, "did it work?", faredText(v.fared)))
	} else if c.answered > 0 {
		out = append(out, proposal(subject{title: "attacks answered", open: searchMsg{answeredQuery}},
			"did it work?", counted(c.answered, "attack was", "attacks were")+" answered 2xx, and how they fared is not known: "+answeredQuery))
	}
	if n := v.counts.Rejected; n > 0 {
		out = append(out, proposal(subject{title: "rejected lines", open: rejectedMsg{}},
			"what do they hide?", counted(n, "line fits", "lines fit")+" no format: is:rejected"))
	}
	return out
}

// nextFiles proposes files that should not be as they are, and lists that would tell.
func (v *overviewData) nextFiles() []line {
	n := map[triage.FileVerdict]int{}
	for _, f := range v.files {
		n[f.Verdict]++
	}
	var out []line
	for _, c := range []struct {
		verdict triage.FileVerdict
		why     string
	}{{triage.KnownBad, "a list of known-bad files names"}, {triage.Changed, "the baseline has with another hash"}} {
		if n[c.verdict] > 0 {
			q := "verdict:" + string(c.verdict)
			out = append(out, proposal(subject{title: q, open: filesMsg{q}}, "who changed it?", counted(n[c.verdict], "file", "files")+" that "+c.why))
		}
	}
	hint := func(what, why string) {
		out = append(out, proposal(subject{title: what, open: tabMsg{tabFiles}}, what, why))
	}
	switch known := n[triage.KnownGood] + n[triage.Changed]; {
	case len(v.files) == 0 && v.counts.Requests > 0:
		hint("which files changed?", "no listing of files is loaded: :load files.sha256")
	case len(v.files) > 0 && known == 0:
		hint("which files changed?", "no baseline is loaded: :load --baseline FILE")
	}
	return out
}

// hotLines are who attacked most, and what.
func hotLines(c *overviewCounts) []line {
	var out []line
	add := func(name, kind, field string, counts []index.Count) {
		for i, n := range counts {
			if n.Value == "" {
				continue
			}
			q := field + ":" + index.Quote(n.Value) + " " + hotQuery
			s := subject{title: kind + " " + n.Value, copied: n.Value, values: []value{{kind, n.Value}}, open: searchMsg{q}}
			out = append(out, line{sub: s, runs: []run{{sectionName(name, i == 0), heading}, {cellRight(number(n.Count), 9) + "  ", plain}, {n.Value, strong}}})
		}
	}
	add("ATTACKERS", "client", "ip", c.clients)
	add("ATTACKED", "path", "path", c.paths)
	return out
}

// maxSources bounds the files refused that the overview names, and maxNamed all sources; minSources are named in any case.
const (
	maxSources = 6
	maxNamed   = 60
	minSources = 4
)

// sourceLines name the sources, those with losses first, and each file that was refused with the reason:
// rows lines at most.
func (v *overviewData) sourceLines(rows int) []line {
	var out []line
	add := func(l line) {
		l.runs = append([]run{{sectionName("SOURCES", len(out) == 0), heading}}, l.runs...)
		out = append(out, l)
	}
	for _, r := range v.refused {
		if len(v.refused) > 1 && len(out) < maxSources { // one alone stands above
			add(line{sub: subject{title: "refused " + r.Path, copied: r.Path + ": " + r.Reason, open: tabMsg{tabEvidence}},
				runs: []run{{cell("refused", 10), critical}, {r.Path, strong}, {"  " + r.Reason, plain}}})
		}
	}
	named := len(out)
	most := min(maxNamed, rows)
	if named+len(v.evidence) > most {
		most-- // for the line that says how many more there are
	}
	for _, lossy := range []bool{true, false} {
		for i := range v.evidence {
			e := &v.evidence[i]
			if len(out) >= most || lossy != (e.Rejected > 0 || e.Shortfall() != "") {
				continue
			}
			what := []string{counted(e.Parsed, "line", "lines")}
			if e.Rejected > 0 {
				what = append(what, number(e.Rejected)+" rejected")
			}
			if !e.First.IsZero() {
				what = append(what, minuteSpan(e.First, e.Last))
			}
			switch {
			case e.Partial:
				what = append(what, e.Shortfall())
			case e.Truncated != "":
				what = append(what, "cut short: "+e.Truncated)
			}
			s := sourceSubject(&source{Evidence: *e})
			add(line{sub: s, runs: []run{{cell(e.Role, 10), plain}, {strings.TrimRight(cellMiddle(e.Path, 48), " "), strong},
				{"  " + strings.Join(what, ", "), plain}}})
		}
	}
	if more := len(v.evidence) - (len(out) - named); more > 0 {
		add(line{sub: subject{title: "sources", open: tabMsg{tabEvidence}}, runs: []run{{fmt.Sprintf("and %d more; screen Evidence shows all", more), plain}}})
	}
	return out
}

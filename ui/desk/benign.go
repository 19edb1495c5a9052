package desk

// What a verdict of benign does to what is built upon the record: nothing stored changes, each answer is lowered
// as it is given, and says so. The findings of the record itself are hidden by the index.

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"spoor/cases"
	"spoor/triage"
)

// benign is the verdicts of benign in force, by reference.
type benign map[string]cases.Verdict

func (d *Desk) judgedBenign() benign {
	b := d.Case.Verdicts()
	for ref, v := range b {
		if v.Value != cases.Benign {
			delete(b, ref)
		}
	}
	return b
}

// ShowHidden says whether findings of what was judged benign are shown like others.
func (d *Desk) ShowHidden(show bool) error { return d.Store.ShowHidden(show) }

// ShowsHidden reports what ShowHidden was last told.
func (d *Desk) ShowsHidden() bool { return d.Store.ShowsHidden() }

// Hidden is how many requests, files and processes were judged benign.
func (d *Desk) Hidden() int { return d.Store.Hidden() }

// said is a verdict in words.
func (b benign) said(ref string) string {
	v := b[ref]
	out := "judged benign by " + triage.Visible(cmp.Or(v.Author, "an analyst who was not named"))
	if v.Reason != "" {
		out += ": " + triage.VisibleN(v.Reason, 300)
	}
	return out
}

// of is the reference whose verdict clears a web shell: its own or that of its file. Empty if there is none.
func (b benign) of(w *triage.Webshell) string {
	if _, ok := b[w.Ref]; ok {
		return w.Ref
	}
	if w.File != nil {
		if _, ok := b[w.File.Ref]; ok {
			return w.File.Ref
		}
	}
	return ""
}

// shells are the web shells judged benign, by path, with what was said.
func (b benign) shells(list []triage.Webshell) map[string]string {
	out := map[string]string{}
	if len(b) == 0 {
		return out
	}
	for i := range list {
		if ref := b.of(&list[i]); ref != "" {
			out[list[i].Path] = b.said(ref)
		}
	}
	return out
}

// all reports whether there are references and all of them were judged benign.
func (b benign) all(refs ...string) bool {
	for _, ref := range refs {
		if _, ok := b[ref]; !ok {
			return false
		}
	}
	return len(refs) > 0
}

// webshells takes from the score of each candidate what rests on benign records alone; a candidate that is benign
// itself, or whose file is, keeps nothing.
func (b benign) webshells(list []triage.Webshell) []triage.Webshell {
	if len(b) == 0 {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		w := &out[i]
		w.Reasons = slices.Clone(w.Reasons)
		for k := range w.Reasons {
			if r := &w.Reasons[k]; r.Weight > 0 && b.all(r.Refs...) {
				w.Score = max(0, w.Score-r.Weight)
				r.Weight, r.Text = 0, r.Text+" (does not count: "+b.said(r.Refs[0])+")"
			}
		}
		if w.PlantedBy != nil && b.all(w.PlantedBy.Ref) {
			w.Reasons = append(w.Reasons, triage.Reason{ID: "plant-benign", Text: "the request that was held to have planted it was " + b.said(w.PlantedBy.Ref), Refs: []string{w.PlantedBy.Ref}})
			w.PlantedBy, w.PlantWhy, w.PlantConfidence = nil, "", ""
		}
		if ref := b.of(w); ref != "" {
			text := b.said(ref)
			if ref != w.Ref {
				text = "its file was " + text
			}
			w.Reasons = append([]triage.Reason{{ID: "judged-benign", Weight: -w.Score, Text: text, Refs: []string{ref}}}, w.Reasons...)
			w.Score = 0
		}
	}
	slices.SortStableFunc(out, func(x, y triage.Webshell) int { return cmp.Compare(y.Score, x.Score) })
	return out
}

// incidents lowers each incident that is benign itself, or whose shells (those in cleared) all are, and leaves out the
// steps that rest on benign records alone. The summary begins with what was done and why.
func (b benign) incidents(list []triage.Incident, cleared map[string]string) []triage.Incident {
	if len(b) == 0 {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		in := &out[i]
		var said []triage.Sentence
		left := 0
		for _, path := range in.Shells {
			if why, ok := cleared[path]; ok {
				said = append(said, triage.Sentence{Text: fmt.Sprintf("%s was %s.", triage.VisibleN(path, 160), why)})
			} else {
				left++
			}
		}
		if len(said) > 0 && left == 0 {
			in.Level = min(in.Level, triage.Low)
			said = append(said, triage.Sentence{Text: "No other shell is part of this incident: what is built upon it does not stand."})
		}
		steps := slices.DeleteFunc(slices.Clone(in.Steps), func(s triage.Step) bool { return b.all(append(slices.Clone(s.Refs), s.Ref)...) })
		if n := len(in.Steps) - len(steps); n > 0 {
			in.Steps = steps
			said = append(said, triage.Sentence{Text: fmt.Sprintf("Steps left out, since their records were judged benign: %d.", n)})
		}
		if len(in.Steps) == 0 {
			in.Level = triage.None
		}
		if b.all(in.Ref) {
			in.Level = triage.None
			said = append([]triage.Sentence{{Text: "This incident was " + b.said(in.Ref) + "."}}, said...)
		}
		in.Summary = append(said, in.Summary...)
	}
	slices.SortStableFunc(out, func(x, y triage.Incident) int { return cmp.Compare(y.Level, x.Level) })
	return out
}

// withoutShells takes from what an intruder did the shells that were judged benign.
func withoutShells(in triage.Intruder, cleared map[string]string) triage.Intruder {
	if len(cleared) > 0 {
		in.Shells = slices.DeleteFunc(slices.Clone(in.Shells), func(path string) bool { _, ok := cleared[path]; return ok })
	}
	return in
}

// observed takes from an intruder what rests on benign records alone, so that it is not weighed, and says what that was.
// A use of a shell that was judged benign, or whose file was, counts as benign too.
func (b benign) observed(in triage.Intruder, shells []triage.Webshell) (triage.Intruder, []string) {
	if len(b) == 0 {
		return in, nil
	}
	cleared := b.shells(shells)
	harmless := maps.Clone(b)
	for i := range shells {
		w := &shells[i]
		if ref := b.of(w); ref != "" {
			for _, use := range w.Uses {
				harmless[use.Ref] = b[ref]
			}
		}
	}
	var kept []triage.Observable
	var gone []string
	for _, o := range in.Observed {
		why := ""
		switch {
		case b.all(in.Ref):
			why = "the intruder was " + b.said(in.Ref)
		case harmless.all(o.Refs...):
			why = "what it rests on was " + harmless.said(o.Refs[0])
		case o.ID == shellTechnique && len(in.Shells) > 0 && len(withoutShells(in, cleared).Shells) == 0:
			why = "the shell was " + cleared[in.Shells[0]]
		}
		if why == "" {
			kept = append(kept, o)
			continue
		}
		gone = append(gone, fmt.Sprintf("Not weighed: %s, %s; %s.", triage.VisibleN(o.ID, 80), triage.VisibleN(o.Why, 200), why))
	}
	in.Observed = kept
	return in, gone
}

// shellTechnique is what the use of a web shell is in ATT&CK.
const shellTechnique = "T1505.003"

package triage

// Web shells by their files: what content, name and time of the file add to what the log shows, and the files
// that no log shows at all.

import (
	"fmt"
	"slices"
	"sort"
)

// contentWeights are the points that the gravest finding of a file's content gives. What runs the request as code
// is a shell wherever it lies and however many pages link to it, so from High on the signs of an ordinary page do
// not speak against it.
var contentWeights = map[Level]int{Medium: 15, High: 40, Critical: 60}

// signReasons reads the findings of a file. Weak ones, which alone make no candidate, are only given if asked for.
func signReasons(f *File, weak bool) []Reason {
	if f.Verdict == KnownGood {
		return nil
	}
	best := map[string]Finding{}
	for _, x := range f.Findings {
		if x.Level > best[x.Field].Level {
			best[x.Field] = x
		}
	}
	var out []Reason
	add := func(id string, weight int, x Finding) {
		out = append(out, Reason{ID: id, Weight: weight, Text: fmt.Sprintf("its file: %s (%s)", x.Why, VisibleN(x.Match, 100)), Refs: []string{f.Ref}})
	}
	if x := best["content"]; contentWeights[x.Level] > 0 {
		add("file-content", contentWeights[x.Level], x)
	}
	switch x := best["name"]; {
	case x.Level >= Medium:
		add("file-name", 15, x)
	case x.Level == Low && weak:
		add("file-name", 5, x)
	}
	switch x := best["time"]; {
	case x.Level >= Medium:
		add("file-time-set-back", 10, x)
	case x.Level == Low && weak:
		add("file-time-alone", 5, x)
	}
	return out
}

// telling drops what speaks for an ordinary page where the file's content shows a shell.
func telling(reasons []Reason) []Reason {
	shows := slices.ContainsFunc(reasons, func(r Reason) bool { return r.ID == "file-content" && r.Weight >= contentWeights[High] })
	if !shows {
		return reasons
	}
	return slices.DeleteFunc(reasons, func(r Reason) bool { return r.Weight < 0 })
}

// unrequested ranks the scripts among the files that no request of the logs fits.
func (w *survey) unrequested(requested map[string]bool) []Webshell {
	var out []Webshell
	for _, base := range sortedKeys(w.files) {
		for _, f := range w.files[base] {
			if requested[f.Ref] || f.Verdict == KnownGood {
				continue
			}
			if s := w.judgeFile(f); s.Score > 10 {
				out = append(out, s)
			}
		}
	}
	return out
}

func (w *survey) judgeFile(f *File) Webshell {
	shell := Webshell{Ref: hashRef("w", "file\x00"+f.Ref), Path: f.Path, Clients: []string{}, Uses: []Cite{}, File: f}
	hides := slices.ContainsFunc(f.Findings, func(x Finding) bool { return x.Level >= Medium })
	if !IsScript(f.Path) && !hides {
		return shell
	}
	reasons := signReasons(f, true)
	add := func(id string, weight int, text string) {
		reasons = append(reasons, Reason{ID: id, Weight: weight, Text: text, Refs: []string{f.Ref}})
	}
	switch f.Verdict {
	case KnownBad:
		add("file-known-bad", 50, "its file is on a list of known-bad hashes: "+VisibleN(f.Why, 120))
	case Changed:
		add("file-changed", 10, "its file differs from the baseline")
	case Unknown:
		if w.baseline {
			add("file-unknown", 15, "its file is in the listing and not in the baseline")
		}
	}
	if len(reasons) == 0 {
		return shell
	}
	if len(w.scripts) > 0 {
		add("not-requested", 0, "not requested in these logs")
	} else {
		add("not-requested", 0, "no log was loaded that could show requests to it")
	}
	sort.SliceStable(reasons, func(i, j int) bool { return reasons[i].Weight > reasons[j].Weight })
	shell.Reasons = reasons
	shell.Score = max(0, min(100, rawScore(shell)))
	return shell
}

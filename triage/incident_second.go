package triage

// A second shell that only another address uses. Nothing about its clients ties it to the first one; what may is
// that a command at the first shell names its file, or that the file was last written within minutes of a request
// to the first shell. Either makes one chain of the two, in separate lanes, and the step that says so is "possible".

import (
	"fmt"
	"slices"
	"strings"
)

const (
	maxSecondShells = 64  // shells that are compared with each other
	maxWritten      = 400 // files that commands at shells name
	maxStrangers    = 3   // clients of a script that is told to come of a shell
)

// A writing is a file that a command at a shell names and leaves behind.
type writing struct {
	path string
	at   shellKey
	by   *act
	what string // the command
}

// A second is why a script is taken to come of the use of a shell.
type second struct {
	from shellKey
	by   *act
	file *File // whose time says so; nil if a command does
	why  string
}

// writings are the files that commands at shells name, in order of the shells and of time.
func (w *survey) writings(keys []shellKey) []writing {
	var out []writing
	for _, k := range keys {
		for _, u := range w.uses[k] {
			for _, a := range u.acts[:min(len(u.acts), maxUseMoments)] {
				for _, c := range ranBy(a, true) {
					files := []string{c.target}
					if c.target == "" {
						if files = nil; makesFiles(c.text, commandTechniques(c.text)) {
							files = namedFiles(c.text)
						}
					}
					for _, f := range files {
						if len(out) < maxWritten && IsScript(f) {
							out = append(out, writing{f, k, a, c.text})
						}
					}
				}
			}
		}
	}
	return out
}

// names reports whether a written file may be the script: its folder fits, or it is written without one by a shell
// beside it.
func (x *writing) names(plain string) bool {
	if sameFile(x.path, plain) >= 2 {
		return true
	}
	dir, base := splitPath(plain)
	beside, _ := splitPath(x.at.plain)
	p := plainPath(x.path)
	return !strings.Contains(strings.TrimPrefix(p, "./"), "/") && strings.TrimPrefix(p, "./") == base && dir == beside
}

// comesOf finds why a script, first answered at a time, may come of the use of one of the shells.
func (w *survey) comesOf(plain string, first int64, keys []shellKey, written []writing) (second, bool) {
	for _, x := range written {
		if x.at.plain != plain && slices.Contains(keys, x.at) && x.by.time <= first && x.names(plain) {
			return second{x.at, x.by, nil, fmt.Sprintf("a command at %s names it, %s before its first answer", baseOf(x.by.path), lasted(x.by.time, first))}, true
		}
	}
	f := w.fileOf(plain)
	if f == nil || f.ModTime.IsZero() || f.Verdict == KnownGood || f.ModTime.UnixMilli() > first+60_000 {
		return second{}, false
	}
	var best second
	for _, k := range keys {
		if k.plain == plain {
			continue
		}
		for _, u := range w.uses[k] {
			for _, a := range u.acts[:min(len(u.acts), maxUseMoments)] {
				if d := f.ModTime.Sub(timeOf(a.time)); d >= 0 && d <= nearUse && (best.by == nil || a.time > best.by.time) {
					best = second{k, a, f, fmt.Sprintf("its file was last written %s after a request to %s", lasted(a.time, f.ModTime.UnixMilli()), baseOf(a.path))}
				}
			}
		}
	}
	return best, best.by != nil
}

// seconds finds, by shell, which other shell it may come of, for shells that no request is seen to plant.
func (w *survey) seconds() map[shellKey]second {
	out := map[shellKey]second{}
	keys := w.keys[:min(len(w.keys), maxSecondShells)]
	if len(keys) < 2 {
		return out
	}
	written := w.writings(keys)
	for _, k := range keys {
		if p, ok := w.plantOf(k); ok && p.named || len(w.uses[k]) == 0 {
			continue
		}
		others := slices.DeleteFunc(slices.Clone(keys), func(o shellKey) bool { return o.site != k.site || o.plain == k.plain })
		if s, ok := w.comesOf(k.plain, w.whenUsed(k), others, written); ok && out[s.from].from != k {
			out[k] = s
		}
	}
	return out
}

// secondStep tells why a shell of the chain is taken to come of another, if clients do not tell it.
func (b *builder) secondStep(k shellKey) {
	s, ok := b.second[k]
	if !ok || !slices.Contains(b.at, s.from) || slices.ContainsFunc(b.uses[k], func(u shellUse) bool {
		return slices.ContainsFunc(b.uses[s.from], func(v shellUse) bool { return v.client == u.client })
	}) {
		return
	}
	b.add(b.cameOf(s, k.plain, "a second shell", b.whenUsed(k), b.uses[k][0].client))
}

// cameOf is the step of a script that may come of a shell's use.
func (b *builder) cameOf(s second, plain, what string, first int64, by string) Step {
	x := b.scripts[plain]
	step := Step{Kind: "further", Time: timeOf(first), Ref: b.ref(x.FirstRow), Refs: []string{b.ref(s.by.row)}, Confidence: "possible",
		Link: s.why + "; no client is known to have used both",
		Text: fmt.Sprintf("%s appears: %s, first used by another address, %s", what, VisibleN(x.Path, 100), VisibleN(by, 60))}
	if s.file != nil {
		step.Refs = moreRefs(step.Refs, s.file.Ref)
	}
	return step
}

// strangerSteps are scripts that do not rank as shells and were used by others only, if they may come of a shell of
// the chain.
func (b *builder) strangerSteps() {
	written := b.writings(b.at)
	for _, plain := range sortedKeys(b.scripts) {
		s := b.scripts[plain]
		if s.First <= b.planted || s.Linked > 0 || s.More > 0 || len(s.Clients) > maxStrangers || b.shells[plain] != nil {
			continue
		}
		ours := false
		for c := range s.Clients {
			ours = ours || slices.Contains(b.clients, c)
		}
		if ours {
			continue
		}
		if from, ok := b.comesOf(plain, s.First, b.at, written); ok {
			b.add(b.cameOf(from, plain, "a script", s.First, s.firstUser()))
		}
	}
}

package triage

// What came of a chain: files that its commands name or that were written beside its uses, scripts that appeared
// after a use, and what was fetched from the server.

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	nearUse       = 15 * time.Minute // a file written so soon after a request to a shell may come of it
	nearScriptMS  = 60 * 60 * 1000   // likewise a script that appears
	largeAnswer   = 256 << 10        // bytes of a shell's answer that hold more than a page
	largeTimes    = 20               // how often larger than the shell's usual answer
	maxFurther    = 40
	maxDownloads  = 40
	maxUseMoments = 2000
)

// further makes the steps of what came of the use of the chain's shells.
func (b *builder) further() error {
	if len(b.at) == 0 {
		return nil
	}
	n := len(b.in.Steps)
	b.namedSteps()
	b.scriptSteps()
	b.strangerSteps()
	b.fileSteps()
	if len(b.in.Steps) > n+maxFurther {
		b.in.Steps = b.in.Steps[:n+maxFurther]
	}
	b.largeSteps()
	return b.fetchSteps()
}

// isShellFile reports whether a listed or named file is one of the chain's shells.
func (b *builder) isShellFile(path string) bool {
	return slices.ContainsFunc(b.at, func(k shellKey) bool {
		_, base := splitPath(k.plain)
		return sameFile(path, k.plain) >= 2 || plainPath(path) == base
	})
}

// unexplained reports whether a file is a shell of the chain that no request is seen to write.
func (b *builder) unexplained(path string) bool {
	return slices.ContainsFunc(b.at, func(k shellKey) bool {
		p, ok := b.plantFor(k)
		return sameFile(path, k.plain) >= 2 && !(ok && p.named)
	})
}

// A wrote is a file that a command writes.
type wrote struct {
	path string
	by   Step
}

// namedSteps are the files that commands write, as far as it is known, and those that commands name which leave
// files behind.
func (b *builder) namedSteps() {
	seen := map[string]bool{}
	for _, f := range b.wrote {
		if p := plainPath(f.path); !seen[p] && (!b.isShellFile(f.path) || b.unexplained(f.path)) {
			seen[p] = true
			b.addNamed(f.path, "a command writes ", f.by, "likely")
		}
	}
	for _, s := range slices.Clone(b.in.Steps) {
		if s.Kind != "command" {
			continue
		}
		if !makesFiles(s.Text, s.Techniques) {
			continue
		}
		for _, f := range namedFiles(s.Text) {
			if seen[plainPath(f)] || b.isShellFile(f) && !b.unexplained(f) {
				continue
			}
			seen[plainPath(f)] = true
			b.addNamed(f, "a command names ", s, "possible")
		}
	}
}

// addNamed adds a file that a command names, unless the listing knows it for good.
func (b *builder) addNamed(path, what string, by Step, sure string) {
	s := Step{Kind: "further", Time: by.Time, Ref: by.Ref, Client: by.Client, Confidence: sure, Link: "a command of the chain names it", Text: what + VisibleN(path, 120)}
	if d := b.listed(path); d != nil {
		if d.Verdict == KnownGood {
			return
		}
		s.Refs = []string{d.Ref}
		s.Confidence = "likely"
		s.Text += fmt.Sprintf("; the listing has it, %s", d.Verdict)
	}
	b.add(s)
}

// listed is the collected file that a command's word names, with its folder if it has one; nil if there is none.
func (b *builder) listed(word string) *File {
	p := plainPath(word)
	_, base := splitPath(p)
	files := b.files[base]
	for _, f := range files {
		if strings.HasSuffix(plainPath(f.Path), p) {
			return f
		}
	}
	if !strings.Contains(p, "/") && len(files) == 1 {
		return files[0]
	}
	return nil
}

// scriptSteps are scripts that only clients of the chain ever got an answer from, first soon after a use of a shell
// of theirs by the same client, and that no page links to. A later shell of the chain is one if its plant is not known.
func (b *builder) scriptSteps() {
	uses := b.moments()
	for _, plain := range sortedKeys(b.scripts) {
		s := b.scripts[plain]
		if s.First <= b.planted || s.Linked > 0 || s.More > 0 {
			continue
		}
		known := false
		for _, k := range b.at {
			if k.plain == plain {
				if p, ok := b.plantFor(k); ok && p.named {
					known = true
				}
			}
		}
		if known || b.shells[plain] != nil && !slices.ContainsFunc(b.at, func(k shellKey) bool { return k.plain == plain }) {
			continue
		}
		ours := true
		for c := range s.Clients {
			ours = ours && slices.Contains(b.clients, c)
		}
		if !ours {
			continue
		}
		first := s.firstUser()
		var before *act
		for _, a := range uses[first] {
			if a.plain != plain && a.time <= s.First && s.First-a.time <= nearScriptMS {
				before = a
			}
		}
		if before == nil {
			continue
		}
		b.add(Step{Kind: "further", Time: timeOf(s.First), Ref: b.ref(s.FirstRow), Refs: []string{b.ref(before.row)}, Client: first, Count: s.Requests, Confidence: "possible",
			Link: fmt.Sprintf("first answered %s after the same client's use of %s", lasted(before.time, s.First), baseOf(before.path)),
			Text: fmt.Sprintf("a new script answers: %s, %s by clients of the chain only", VisibleN(s.Path, 100), count(s.Requests, "request"))})
	}
}

// moments are the uses of the chain's shells by client, in order of time.
func (b *builder) moments() map[string][]*act {
	out := map[string][]*act{}
	for _, k := range b.at {
		for _, u := range b.uses[k] {
			out[u.client] = append(out[u.client], u.acts[:min(len(u.acts), maxUseMoments)]...)
		}
	}
	for c := range out {
		slices.SortStableFunc(out[c], func(x, y *act) int { return int(x.time - y.time) })
	}
	return out
}

// fileSteps are scripts and archives of the listings that no baseline knows, written soon after a use of a shell.
func (b *builder) fileSteps() {
	var uses []*act
	moments := b.moments()
	for _, c := range sortedKeys(moments) {
		uses = append(uses, moments[c]...)
	}
	slices.SortStableFunc(uses, func(x, y *act) int { return int(x.time - y.time) })
	for _, base := range sortedKeys(b.files) {
		for _, f := range b.files[base] {
			if f.ModTime.IsZero() || f.Verdict == KnownGood || !(IsScript(f.Path) || isArchive(f.Path)) || b.isShellFile(f.Path) {
				continue
			}
			var near *act
			for _, a := range uses {
				if d := f.ModTime.Sub(timeOf(a.time)); d >= 0 && d <= nearUse {
					near = a
				}
			}
			if near == nil {
				continue
			}
			sure := "possible"
			if b.baseline || f.Verdict == KnownBad {
				sure = "likely"
			}
			b.add(Step{Kind: "further", Time: f.ModTime.UTC(), Ref: f.Ref, Refs: []string{b.ref(near.row)}, Client: near.client, Confidence: sure,
				Link: fmt.Sprintf("written %s after a request to %s", lasted(near.time, f.ModTime.UnixMilli()), baseOf(near.path)),
				Text: fmt.Sprintf("%s was last written, %s: %s", baseOf(f.Path), f.Verdict, VisibleN(f.Path, 120))})
		}
	}
}

// largeSteps are answers of shells that are far larger than usual.
func (b *builder) largeSteps() {
	n := 0
	for _, k := range b.at {
		var sizes []int
		for _, u := range b.uses[k] {
			for _, a := range u.acts {
				sizes = append(sizes, int(max(0, a.size)))
			}
		}
		usual := percentile(sizes, 0.5)
		for _, u := range b.uses[k] {
			for _, a := range u.acts {
				if a.size < largeAnswer || int(a.size) < largeTimes*max(usual, 1) || n == maxDownloads {
					continue
				}
				n++
				b.add(Step{Kind: "download", Time: timeOf(a.time), Ref: b.ref(a.row), Client: u.client, Confidence: "possible", Link: "answered by the shell",
					Text: fmt.Sprintf("%s answers with %s; usual are %s", baseOf(a.path), sizeText(a.size), sizeText(int64(usual)))})
			}
		}
	}
}

// fetchSteps are archives, dumps and the like that were fetched after the plant by clients of the chain and by nobody else.
func (b *builder) fetchSteps() error {
	type fetch struct {
		acts  []*act
		bytes int64
	}
	got := map[string]*fetch{}
	for _, c := range b.clients {
		for _, a := range b.crew.acts[c] {
			if a.time <= b.planted || a.status != 200 && a.status != 206 || !isArchive(a.plain) || len(got) > maxDownloads {
				continue
			}
			f := got[a.plain]
			if f == nil {
				f = &fetch{}
				got[a.plain] = f
			}
			f.acts = append(f.acts, a)
			f.bytes += max(0, a.size)
		}
	}
	if len(got) == 0 {
		return nil
	}
	all := map[string]int{}
	err := b.whole.Requests(func(path string) bool { return got[scriptKey(path)] != nil }, func(v *Visit, path string) bool {
		if v.Status == 200 || v.Status == 206 {
			all[scriptKey(path)]++
		}
		return true
	})
	if err != nil {
		return err
	}
	for _, plain := range sortedKeys(got) {
		f := got[plain]
		ours := 0
		for _, a := range f.acts {
			ours += 1 + len(a.also)
		}
		if all[plain] > ours {
			continue
		}
		first, last := f.acts[0], f.acts[len(f.acts)-1]
		b.add(Step{Kind: "download", Time: timeOf(first.time), End: timeOf(last.time), Ref: b.ref(first.row), Refs: b.refs(rowsOf(f.acts, MaxRefs)), Client: first.client, Count: len(f.acts),
			Confidence: "likely", Link: "fetched after the plant, by clients of the chain only",
			Text: fmt.Sprintf("fetches %s, %s in %s", VisibleN(first.path, 100), sizeText(f.bytes), count(len(f.acts), "request"))})
	}
	return nil
}

// sizeText writes a number of bytes.
func sizeText(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return count(int(n), "byte")
}

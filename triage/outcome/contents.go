package outcome

// Traversal, file inclusion, commands and code: did an answer hold what was asked for?
//
// The log has sizes. A page that finds no such file, or runs nothing, has one answer for whatever it is asked, or its
// usual one, or one that only repeats the payload. A page that obeys answers by what is named: the same file asked for
// in two ways gives the same size, another gives another, and it is unlike the answer to the rest. Worked example:
// ?f=../etc/passwd to ../../../etc/passwd get 1,204 bytes each, ../../../../etc/passwd and five steps get 2,951, and
// four steps to etc/hosts 1,377: three refused alike, passwd twice the same and apart. Were all five 1,204, or each as
// much longer as its payload, nothing was read.

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"spoor/triage"
)

// contents judges attempts to read files and to run commands.
func (r *Reader) contents(g *group, add addReason) {
	var ok, refused []*answer
	for i := range g.answers {
		switch a := &g.answers[i]; {
		case a.ok() && a.size >= 0:
			ok = append(ok, a)
		case a.status == 404 || a.status == 410 || a.status == 500 || a.status == 400:
			refused = append(refused, a)
		}
	}
	if g.class == triage.RCE {
		g.delays(add)
	}
	times, echo := r.echoes(g, ok)
	var rest, soft []*answer // answers that neither repeat the payload nor are the site's usual ones
	for _, a := range ok {
		switch {
		case echo[a]:
		case r.usual(g.field, a):
			soft = append(soft, a)
		default:
			rest = append(rest, a)
		}
	}
	mode, inMode := modal(ok)
	hit, named := r.follow(g, rest, mode, inMode, len(refused))
	unlike, like := "", ""
	if b := r.against(g.field, hit); b.tally != nil {
		unlike = ", unlike " + b.String()
	}
	if b, all := r.likened(g, soft); b.tally != nil {
		if like = ": like " + b.String(); !all {
			like += " or what the site answers to anything"
		}
	}
	switch {
	case len(hit) > 0 && g.class == triage.Traversal && len(refused) > 0 && len(inMode) < minMiss:
		add(weightLikely, "found-others-not", fmt.Sprintf("%s answered with %s%s, while %s to others: %s", plural(len(hit), "payload"), sizesText(hit), unlike, plural(len(refused), "error"), named), refs(append(hit[:min(len(hit), 10):min(len(hit), 10)], refused...))...)
	case len(hit) > 0 && len(inMode) >= minMiss:
		add(weightLikely, "answers-follow", fmt.Sprintf("%d answers follow what was asked for (%s; %s)%s, while %d others are all of %d bytes", len(hit), named, sizesText(hit), unlike, len(inMode), mode), refs(append(hit[:min(len(hit), 10):min(len(hit), 10)], inMode...))...)
	case len(ok) == 0 || len(ok)+g.errors(true) < g.requests:
	case len(echo) == len(ok):
		add(weightFailed, "reflected", fmt.Sprintf("the answers grow with the payload alone: the page repeats it, %d times", times), refs(ok)...)
	case len(inMode) == len(ok) && r.targets(g, ok) >= minMiss && !r.usual(g.field, ok[0]):
		add(weightFailed, "one-answer", fmt.Sprintf("%d payloads that ask for %d different things got the same answer, %d bytes", len(ok), r.targets(g, ok), mode), refs(ok)...)
	case allMisses(r, ok):
		add(weightFailed, "soft-miss", "the answers are those that the site gives to any name", refs(ok)...)
	case g.class == triage.Traversal && len(ok) >= 2 && r.ignored(g, ok):
		b := r.against(g.field, ok)
		add(weightFailed, "value-alone", "the payloads change nothing: their answers are like "+b.String(), refs(ok)...)
	case len(soft) == len(ok):
		add(weightNoSign, "usual-answer", plural(len(ok), "answer")+" 2xx, as usual"+like, refs(ok)...)
	}
}

// ignored reports whether every answer is the one that the value gets with which the payload begins.
func (r *Reader) ignored(g *group, list []*answer) bool {
	for _, a := range list {
		p := r.pages[a.path]
		if p == nil || p.fields[g.field] == nil {
			return false
		}
		if v := p.fields[g.field].values[a.start]; v == nil || !v.steady() || !v.has(a.size) {
			return false
		}
	}
	return true
}

func allMisses(r *Reader, list []*answer) bool {
	for _, a := range list {
		if !r.misses.like(a.size, a.path) {
			return false
		}
	}
	return true
}

// modal is the most frequent size and the answers near it.
func modal(list []*answer) (int64, []*answer) {
	n := map[int64]int{}
	best := int64(-1)
	for _, a := range list {
		n[a.size]++
		if best < 0 || n[a.size] > n[best] || n[a.size] == n[best] && a.size < best {
			best = a.size
		}
	}
	var in []*answer
	for _, a := range list {
		if near(a.size, best) {
			in = append(in, a)
		}
	}
	return best, in
}

// follow are the answers that go with what was asked for: those apart from the usual refusal of which the same target,
// asked for with another payload, has the same size. Where other payloads are refused by status instead, one target
// that is a system's own file will do, if it was asked for twice with one size, or two with two sizes.
//
// A file that is found by some steps up is found by more, since those beyond the root are ignored: a target that gets
// the refusal again with more steps than it was answered with was not found.
func (r *Reader) follow(g *group, rest []*answer, mode int64, inMode []*answer, refused int) (hit []*answer, named string) {
	modal := len(inMode)
	deepest := map[string]int{} // steps of the refused payloads, by target
	for _, a := range inMode {
		t := r.target(g, a)
		deepest[t] = max(deepest[t], strings.Count(a.text, ".."))
	}
	type asked struct {
		sizes map[int64][]*answer
		texts map[string]bool
	}
	by := map[string]*asked{}
	for _, a := range rest {
		t := r.target(g, a)
		if t == "" || modal >= minMiss && !apart(a.size, mode) || a.size < minFile {
			continue
		}
		x := by[t]
		if x == nil {
			x = &asked{map[int64][]*answer{}, map[string]bool{}}
			by[t] = x
		}
		x.sizes[a.size] = append(x.sizes[a.size], a)
		x.texts[a.text] = true
	}
	if modal < minMiss && refused < minMiss {
		return nil, ""
	}
	var names []string
	sizes := map[int64]bool{}
	for _, t := range sortedKeys(by) {
		x := by[t]
		if len(x.sizes) != 1 { // the same file has not two sizes
			continue
		}
		for size, list := range x.sizes {
			if len(list) < 2 || len(x.texts) < 2 || !slices.ContainsFunc(list, func(a *answer) bool { return strings.Count(a.text, "..") >= deepest[t] }) {
				continue
			}
			hit = append(hit, list...)
			sizes[size] = true
			names = append(names, triage.VisibleN(t, 60))
		}
	}
	// Answers of one size for different things are another way to refuse.
	if len(names) > 1 && len(sizes) == 1 {
		return nil, ""
	}
	if n := len(names); n > 3 {
		names = append(names[:3], fmt.Sprintf("%d more", n-3))
	}
	return hit, strings.Join(names, ", ")
}

// climbing is what leads to a file's name: steps up, wrappers, schemes.
var climbing = regexp.MustCompile(`(?i)^(?:(?:file|php|zip|phar|glob|view-source|data|expect)://?[^|]*?(?:resource=|//)?|[\s"'|;&]|[a-z]:|\.{1,6}[/\\;]+|[/\\]+)*`)

// target is what a payload asks for, however it gets there: the file's name, the command.
func target(text string) string {
	t := strings.TrimRight(climbing.ReplaceAllString(text, ""), "\x00 \t\r\n")
	if i := strings.IndexByte(t, 0); i >= 0 {
		t = t[:i]
	}
	return strings.ToLower(strings.ReplaceAll(t, `\`, "/"))
}

// target is what a payload of a group asks for, without the ordinary value that it begins with.
func (r *Reader) target(g *group, a *answer) string {
	text := a.text
	if p := r.pages[a.path]; p != nil && a.start != "" && p.fields[g.field] != nil {
		if v := p.fields[g.field].values[a.start]; v != nil && v.n > 0 {
			text = strings.TrimPrefix(text, a.start)
		}
	}
	return target(text)
}

func (r *Reader) targets(g *group, list []*answer) int {
	seen := map[string]bool{}
	for _, a := range list {
		seen[r.target(g, a)] = true
	}
	return len(seen)
}

func sizesText(list []*answer) string {
	var sizes []int64
	for _, a := range list {
		if !slices.Contains(sizes, a.size) {
			sizes = append(sizes, a.size)
		}
	}
	var out []string
	for _, s := range sizes[:min(len(sizes), 3)] {
		out = append(out, strconv.FormatInt(s, 10))
	}
	if len(sizes) > 3 {
		out = append(out, "…")
	}
	return strings.Join(out, ", ") + " bytes"
}

// waiting is a command or call that waits, with its seconds.
var waiting = regexp.MustCompile(`(?i)\bsleep[\s+(/"']{1,3}(\d{1,3})|\btimeout(?:\.exe)?\s+(?:/t\s+)?(\d{1,3})|\bping(?:\.exe)?\s+-[cn]\s*(\d{1,3})|Start-Sleep\s+(?:-s\w*\s+)?(\d{1,3})`)

// delays judges payloads that make the server wait, where the log has the time taken: most of them took as long as
// asked, and the client's other payloads did not.
func (g *group) delays(add addReason) {
	var slow, missed, quick []*answer
	asked := map[int]bool{}
	for i := range g.answers {
		a := &g.answers[i]
		if a.millis < 0 {
			continue
		}
		m := waiting.FindStringSubmatch(a.text)
		if m == nil {
			if a.millis < 2000 {
				quick = append(quick, a)
			}
			continue
		}
		n := 0
		for _, s := range m[1:] {
			if s != "" {
				n, _ = strconv.Atoi(s)
			}
		}
		switch ms := int64(n) * 1000; {
		case n < 2:
		case a.millis >= ms*8/10 && a.millis <= ms*2+2000: // ping waits one second less than it sends
			slow = append(slow, a)
			asked[n] = true
		default:
			missed = append(missed, a)
		}
	}
	if len(slow) >= 2 && len(slow) >= 4*len(missed) && (len(quick) >= 2 || len(asked) > 1) {
		add(weightLikely, "time-follows", fmt.Sprintf("%d payloads that wait took as long as they ask for, %d others were answered at once", len(slow), len(quick)), refs(append(slow[:min(len(slow), 10):min(len(slow), 10)], quick...))...)
	}
	if len(missed) >= 2 && len(slow) == 0 {
		add(weightFailed, "time-ignored", fmt.Sprintf("%d payloads that wait were answered at once", len(missed)), refs(missed)...)
	}
}

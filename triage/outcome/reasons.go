package outcome

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"spoor/triage"
)

// Weights are the steps towards an outcome; that of the heaviest reason is the attack's.
const (
	weightFailed = iota + 1
	weightNoSign
	weightLikely
	weightSucceeded
)

var outcomeOf = map[int]Outcome{weightFailed: Failed, weightNoSign: NoSign, weightLikely: Likely, weightSucceeded: Succeeded}

type addReason func(weight int, id, text string, refs ...string)

// outOfBand are rules of payloads that work whatever the answer is: what they fetch or call comes from elsewhere.
var outOfBand = map[string]bool{"log4shell": true, "oob-callback": true, "deserialise": true, "cmd-agent": true, "cmd-line-agent": true, "cmd-chained-agent": true, "xxe": true}

// byAnswer are the classes of attacks that a page answers otherwise if they work.
var byAnswer = map[triage.Class]bool{triage.Traversal: true, triage.RCE: true, triage.XSS: true, triage.SQLi: true, triage.Other: true}

// Result says how the attacks fared that were added.
func (r *Reader) Result() Result {
	return Result{Attacks: r.attacks(), Beside: r.compareBeside(), Dropped: r.dropped}
}

func (r *Reader) compareBeside() []Beside {
	var out []Beside
	for _, g := range r.besides {
		r.compared(g, func(_ int, id, text string, refs ...string) {
			out = append(out, Beside{g.client, g.path, g.field, triage.Reason{ID: id, Text: text, Refs: refs[:min(len(refs), triage.MaxRefs)]}})
		})
	}
	return out
}

func (r *Reader) attacks() []Attack {
	out := make([]Attack, 0, len(r.order))
	public := r.public()
	if !r.settled {
		r.settle()
	}
	for _, g := range r.order {
		if g.class == triage.SQLi && r.elsewhere(g.client, g.path, g.field) {
			continue // beyond maxWaiting
		}
		a := Attack{Client: g.client, Class: g.class, Path: g.path, Field: g.field, Paths: len(g.paths), First: g.first, Last: g.last, Requests: g.requests, Answered: g.ok(), Outcome: NoSign}
		if g.path == "" && len(g.paths) == 1 {
			for p := range g.paths {
				a.Path = p
			}
		}
		add := func(weight int, id, text string, refs ...string) {
			a.Reasons = append(a.Reasons, triage.Reason{ID: id, Weight: weight, Text: text, Refs: refs[:min(len(refs), triage.MaxRefs)]})
		}
		for _, p := range g.proofs[:min(len(g.proofs), 3)] {
			add(p.weight, p.id, p.text, p.refs...)
		}
		if a := g.proven(); a != nil && g.class != triage.XSS {
			add(weightSucceeded, "answer-shows", "the logged answer holds "+a.proof, a.ref)
		}
		switch g.class {
		case triage.Scan, triage.Probe:
			r.looks(g, public, add)
		case triage.Traversal, triage.RCE:
			r.contents(g, add)
		case triage.XSS:
			if g.proven() == nil {
				r.script(g, add)
			}
			if len(a.Reasons) == 0 {
				g.shown(add)
			}
		case triage.Upload:
			r.uploads(g, add)
		case triage.Bruteforce:
			r.guesses(g, add)
		case triage.WebshellUse:
			r.shell(g, add)
		}
		r.plain(g, len(a.Reasons) == 0, add)
		if !slices.ContainsFunc(a.Reasons, func(x triage.Reason) bool { return x.Weight != weightNoSign || x.ID == "usual-answer" }) && byAnswer[g.class] {
			r.compared(g, add)
		}
		slices.SortStableFunc(a.Reasons, func(p, q triage.Reason) int { return cmp.Compare(q.Weight, p.Weight) })
		if w := a.Reasons[0].Weight; w > weightNoSign {
			a.Reasons = slices.DeleteFunc(a.Reasons, func(x triage.Reason) bool { return x.Weight <= weightNoSign })
		}
		a.Outcome = outcomeOf[a.Reasons[0].Weight]
		out = append(out, a)
	}
	return out
}

func (g *group) ok() int {
	n := 0
	for s, k := range g.statuses {
		if s/100 == 2 {
			n += k
		}
	}
	return n
}

// errors counts the refusals 4xx, and the errors 5xx too.
func (g *group) errors(server bool) int {
	n := 0
	for s, k := range g.statuses {
		if s/100 == 4 || server && s/100 == 5 {
			n += k
		}
	}
	return n
}

// statusText is how often each status came, the most frequent first.
func (g *group) statusText() string { return statusText(g.statuses) }

func statusText(n map[int]int) string {
	keys := slices.SortedFunc(maps.Keys(n), func(a, b int) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	var out []string
	for _, s := range keys[:min(len(keys), 5)] {
		name := strconv.Itoa(s)
		if s == 0 {
			name = "no status"
		}
		out = append(out, fmt.Sprintf("%s × %d", name, n[s]))
	}
	return strings.Join(out, ", ")
}

// plain is what the statuses alone say; alone is whether nothing else says anything.
func (r *Reader) plain(g *group, alone bool, add addReason) {
	n := g.requests
	if g.blindly > 0 {
		add(weightNoSign, "out-of-band", fmt.Sprintf("%s would work whatever was answered, if at all: look for what the server fetched or called", plural(g.blindly, "payload")), g.sample()...)
		return
	}
	reaches := g.class == triage.RCE || g.class == triage.Upload || g.class == triage.Other || g.class == triage.SQLi // an error may come after the deed
	switch {
	case g.errors(false) == n, g.errors(true) == n && !reaches:
		add(weightFailed, "refused", fmt.Sprintf("every answer is an error (%s)", g.statusText()), g.refused...)
	case g.errors(true) == n:
		add(weightNoSign, "server-error", fmt.Sprintf("every answer is an error, some of the server's own (%s): the payload may have reached a program", g.statusText()), g.refused...)
	case alone && g.ok() == 0:
		add(weightNoSign, "not-answered", fmt.Sprintf("nothing was answered 2xx (%s)", g.statusText()), g.sample()...)
	case alone:
		add(weightNoSign, "answered", fmt.Sprintf("%d of %d were answered 2xx (%s); nothing in the answers says that it worked", g.ok(), n, g.statusText()), g.sample()...)
	}
}

// sample are some of its records, those that were answered first.
func (g *group) sample() []string {
	var ok, rest []string
	for i := range g.answers {
		if a := &g.answers[i]; a.ok() {
			ok = append(ok, a.ref)
		} else {
			rest = append(rest, a.ref)
		}
		if len(ok) >= 5 {
			break
		}
	}
	out := append(ok, rest...)
	return out[:min(len(out), 5)]
}

// proven is the first answer whose own text shows what came of the request; nil if none does.
func (g *group) proven() *answer {
	for i := range g.answers {
		if g.answers[i].proof != "" {
			return &g.answers[i]
		}
	}
	return nil
}

// shown judges script that was sent to be shown.
func (g *group) shown(add addReason) {
	if a := g.proven(); a != nil {
		add(weightLikely, "answer-shows", "the logged answer holds "+a.proof, a.ref)
		return
	}
	if n := g.ok(); n > 0 {
		add(weightNoSign, "page-answered", fmt.Sprintf("%d of %d were answered 2xx; whether the page shows the script, and to whom, is not in the log", n, g.requests), g.sample()...)
	}
}

// contentSigns are what the files and commands that are asked for most print.
var contentSigns = []struct {
	pattern *regexp.Regexp
	what    string
}{
	{regexp.MustCompile(`root:[^:\n]{0,64}:0:0:`), "the lines of /etc/passwd"},
	{regexp.MustCompile(`\buid=\d+\([\w.-]+\) gid=\d+`), "what the command id prints"},
	{regexp.MustCompile(`(?i)for 16-bit app support|\[boot loader\]`), "the lines of win.ini or boot.ini"},
	{regexp.MustCompile(`-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----`), "a private key"},
	{regexp.MustCompile(`define\(\s*['"]DB_PASSWORD['"]`), "the source of a configuration file"},
	{regexp.MustCompile(`(?i)\bnt authority\\|\biis apppool\\`), "the name of a Windows service account"},
}

// shown names what an answer's text holds; "" if nothing known.
func shown(answer string) string {
	if answer == "" {
		return ""
	}
	for _, s := range contentSigns {
		if s.pattern.MatchString(answer) {
			return s.what
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

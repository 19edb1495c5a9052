package outcome

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

const (
	minGuesses = 6  // tries alike that show what a wrong password gets
	maxOdd     = 3  // answers that differ, or one in fifty: more are no exception
	minPages   = 2  // behind the form that show a sign-in
	maxAfter   = 24 // hours after the answer that differs, in which pages count
)

// signedIn is what a guesser did besides guessing.
type signedIn struct {
	form    string
	refused bool      // wrong passwords are refused by status
	tries   int       // refused so far
	since   time.Time // of the answer that differs; zero if none does so far
	let     []string  // answers of the form that let it in, where wrong passwords are refused by status
	before  map[string]bool
	pages   []string // answered 2xx after that, and not before
}

// Of adds a request of one of Clients, in order of time.
func (r *Reader) Of(q *triage.Request) {
	s := r.signed[q.Client]
	if s == nil || isAsset(q.Path) || q.Audit {
		return
	}
	if q.Path == s.form {
		switch {
		case s.refused && (q.Status == 401 || q.Status == 403):
			s.tries++
		case s.refused && q.Status/100 == 2 && s.tries >= minGuesses && len(s.let) < maxOdd:
			s.let = append(s.let, q.Ref)
			if s.since.IsZero() {
				s.since = q.Time
			}
		}
		return
	}
	if q.Status/100 != 2 {
		return
	}
	switch {
	case s.since.IsZero() || !q.Time.After(s.since):
		if len(s.before) < maxPathsKept {
			s.before[q.Path] = true
		}
	case !s.before[q.Path] && len(s.pages) < triage.MaxRefs && q.Time.Sub(s.since) < maxAfter*time.Hour:
		s.before[q.Path] = true
		s.pages = append(s.pages, q.Ref)
	}
}

var assetEndings = []string{".css", ".js", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".woff", ".woff2", ".ttf", ".webp", ".map"}

func isAsset(p string) bool { return slices.Contains(assetEndings, strings.ToLower(path.Ext(p))) }

// usualAnswer is what a wrong password gets: the most frequent answer, and how many are like it.
func (g *group) usualAnswer() (status int, size int64, n int) {
	var best kind
	for k, count := range g.kinds {
		if c := g.kinds[best]; count > c || count == c && (k.status < best.status || k.status == best.status && k.size < best.size) {
			best = k
		}
	}
	for k, count := range g.kinds {
		if k.status == best.status && (k.size == best.size || near(k.size, best.size)) {
			n += count
		}
	}
	return best.status, best.size, n
}

// oddAnswers are the few answers of a run of guesses that no wrong password got: another status that is no error, or a
// size apart.
func (g *group) oddAnswers() []*answer {
	status, size, n := g.usualAnswer()
	if n < minGuesses || n*10 < g.requests*9 {
		return nil
	}
	var out []*answer
	for i := range g.answers {
		a := &g.answers[i]
		switch {
		case a.status == 0 || a.status >= 400 || i == 0 && a.status == status:
		case a.status != status, a.size >= 0 && size >= 0 && apart(a.size, size):
			out = append(out, a)
		}
	}
	if len(out) > max(maxOdd, g.requests/50) {
		return nil
	}
	return out
}

// guesses judges tries at a password.
func (r *Reader) guesses(g *group, add addReason) {
	status, size, n := g.usualAnswer()
	odd := g.oddAnswers()
	s := r.signed[g.client]
	if s != nil && s.form != g.path {
		s = nil
	}
	pages := 0
	if s != nil {
		pages = len(s.pages)
	}
	switch {
	case len(odd) == 0 && s != nil && len(s.let) > 0:
		text := fmt.Sprintf("after %s with %d the same address was answered 2xx", plural(n, "refusal"), status)
		if pages >= minPages {
			add(weightSucceeded, "signed-in", text+fmt.Sprintf("; then %d pages answered that it had not been given before", pages), append(slices.Clone(s.let), s.pages...)...)
			return
		}
		add(weightLikely, "let-in", text, s.let...)
	case len(odd) == 0 && n >= minGuesses && n == g.requests:
		text := fmt.Sprintf("every try got the same answer, %d", status)
		if status/100 == 2 && size >= 0 {
			text += fmt.Sprintf(" with %d bytes", size)
		}
		add(weightFailed, "same-answer", text, g.sample()...)
	case len(odd) > 0:
		a := odd[0]
		text := fmt.Sprintf("%d of %d tries were answered differently: %d with %s, where the others got %d with %s", len(odd), g.requests, a.status, sizeOr(a.size), status, sizeOr(size))
		moved := a.status != status
		switch {
		case pages >= minPages && moved:
			add(weightSucceeded, "signed-in", text+fmt.Sprintf("; then %d pages answered that it had not been given before", pages), append(refs(odd), s.pages...)...)
		case moved || pages >= minPages:
			add(weightLikely, "answer-differs", text, refs(odd)...)
		default:
			add(weightNoSign, "size-differs", text+"; the size alone, and no further pages", refs(odd)...)
		}
	}
}

func sizeOr(n int64) string {
	if n < 0 {
		return "an unknown size"
	}
	return bytesText(n)
}

// shell judges the use of a web shell.
func (r *Reader) shell(g *group, add addReason) {
	w := r.shells[g.path]
	n := g.ok()
	if w == nil || n == 0 {
		return
	}
	var ok []*answer
	for i := range g.answers {
		if g.answers[i].ok() {
			ok = append(ok, &g.answers[i])
		}
	}
	switch sizes := spread(g.answers, 9); {
	case w.PlantedBy != nil && w.PlantConfidence == "high":
		add(weightSucceeded, "planted-answers", fmt.Sprintf("%d requests were answered 2xx by a script that a request of this log planted (%s)", n, w.PlantedBy.Ref), append(refs(ok), w.PlantedBy.Ref)...)
	case w.File != nil && (w.File.Verdict == triage.KnownBad || w.File.Level() >= triage.High):
		add(weightSucceeded, "shell-file", fmt.Sprintf("%d requests were answered 2xx by a file that is a web shell: %s", n, triage.VisibleN(w.File.Why, 120)), append(refs(ok), w.File.Ref)...)
	case len(sizes) >= 3:
		add(weightLikely, "sizes-vary", fmt.Sprintf("%d requests were answered 2xx, with sizes that vary with the use; the script is a candidate with score %d", n, w.Score), refs(ok)...)
	default:
		add(weightLikely, "candidate-answers", fmt.Sprintf("%d requests were answered 2xx by a script that is a web-shell candidate with score %d", n, w.Score), refs(ok)...)
	}
}

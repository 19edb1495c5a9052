package outcome

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// fileRules are the rules of looks for a file that is not meant to be read; true of those of names that no site
// publishes. Archives and the like are published too, so that only those who look for what is not here find them.
var fileRules = map[string]bool{
	"file-secret": true, "file-backup": true, "file-archive": false, "file-config": false, "file-hidden": false, "file-phpinfo": false, "file-server-status": false,
}

func isFileRule(rule string) bool { _, ok := fileRules[rule]; return ok }

// public are the paths that several clients got which did not look for what is not here.
func (r *Reader) public() map[string]bool {
	n := map[string]int{}
	for _, g := range r.order {
		if g.class != triage.Scan && g.class != triage.Probe || g.errors(false) >= minRefused {
			continue
		}
		seen := map[string]bool{}
		for i := range g.answers {
			if a := &g.answers[i]; a.ok() && !seen[a.path] {
				seen[a.path] = true
				n[a.path]++
			}
		}
	}
	out := map[string]bool{}
	for p, k := range n {
		out[p] = k >= minPublic
	}
	return out
}

// dumpEndings are of files that hold much when they are what they say.
var dumpEndings = []string{".sql", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".bak", ".dump", ".mdb", ".sqlite", ".db", ".pst"}

const (
	minFile   = 16       // bytes of an answer that has a file in it
	bigDump   = 16 << 10 // bytes of a dump that no page of misses has
	manyMiss  = 5        // refused looks that show how the site answers to misses
	minPublic = 2        // clients that got a file without looking for others: it is published
)

// looks judges scans and probes: looks for files and holes at many paths.
func (r *Reader) looks(g *group, public map[string]bool, add addReason) {
	var files, dumps, holes, soft, usual []*answer
	for i := range g.answers {
		a := &g.answers[i]
		if !a.ok() {
			continue
		}
		if a.size > 0 && r.misses.like(a.size, a.path) {
			soft = append(soft, a)
			continue
		}
		if r.usual("", a) || r.pages[a.path] != nil && r.pages[a.path].all.n > 0 || public[a.path] {
			usual = append(usual, a) // what others ask for too is no find
			continue
		}
		if a.size < minFile || isFileRule(a.rule) && !fileRules[a.rule] && g.errors(false) < minRefused {
			continue
		}
		switch {
		case isFileRule(a.rule) && a.size >= bigDump && r.refused >= manyMiss && isDump(a.path):
			dumps = append(dumps, a)
		case isFileRule(a.rule):
			files = append(files, a)
		case strings.HasPrefix(a.rule, "hole-"):
			holes = append(holes, a)
		}
	}
	switch n := g.ok(); {
	case len(soft) > 0 && len(soft) == n && n+g.errors(true) == g.requests:
		add(weightFailed, "soft-miss", fmt.Sprintf("%d answers 2xx are those that any name gets (%s)", n, g.statusText()), refs(soft)...)
	case n > 0 && len(usual)+len(soft) == n:
		add(weightNoSign, "usual-answer", fmt.Sprintf("the %d answers 2xx are pages that others get too, or what any name gets (%s)", n, g.statusText()), refs(append(usual, soft...))...)
	}
	if r.refused < minRefused {
		return // nothing shows how a miss is answered here
	}
	if len(dumps) > 0 {
		add(weightSucceeded, "file-fetched", hits(dumps)+": an archive or dump of that name is there and was fetched; misses are refused here", refs(dumps)...)
	}
	if len(files) > 0 {
		add(weightLikely, "file-answered", hits(files)+": unlike the site's answers to names that it does not have, and nobody else asks for it", refs(files)...)
	}
	if len(holes) > 0 {
		add(weightLikely, "hole-answered", hits(holes)+": what was looked for is there, and its answer is unlike the site's others", refs(holes)...)
	}
}

func isDump(path string) bool {
	path = strings.ToLower(path)
	return slices.ContainsFunc(dumpEndings, func(e string) bool { return strings.HasSuffix(path, e) })
}

// hits names the first answers.
func hits(list []*answer) string {
	var out []string
	seen := map[string]bool{}
	for _, a := range list {
		if !seen[a.path] && len(out) < 3 {
			out = append(out, fmt.Sprintf("%s answered %d with %s", triage.VisibleN(a.path, 100), a.status, bytesText(a.size)))
		}
		seen[a.path] = true
	}
	text := strings.Join(out, ", ")
	if n := len(seen) - len(out); n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

func bytesText(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n/1_000_000)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d bytes", n)
}

// An upload is a path that a request wrote, and whether it was fetched.
type upload struct {
	group   *group
	ref     string
	at      time.Time
	earlier bool     // it was answered 2xx before: it is not new
	got     []string // references of later answers 2xx
}

// watch notes the path that an upload writes.
func (r *Reader) watch(g *group, q *triage.Request, f *triage.Finding) {
	p := ""
	switch {
	case q.Method == "PUT" || q.Method == "MOVE" || q.Method == "COPY":
		p = q.Path
	case strings.HasPrefix(f.Target, "/"):
		p = f.Target
	}
	if q.Status >= 400 || p == "" || r.watched[p] != nil || len(r.watched) >= maxWatched {
		return
	}
	r.watched[p] = &upload{group: g, ref: q.Ref, at: q.Time}
}

// Fetched adds any request, with findings or without, to a path that is Compared: a file that was uploaded may be
// fetched by it. ref is its reference.
func (r *Reader) Fetched(path string, at time.Time, status int, ref func() string) {
	u := r.watched[path]
	if u == nil || status/100 != 2 {
		return
	}
	switch {
	case at.Before(u.at):
		u.earlier = true
	case len(u.got) < 3:
		if x := ref(); x != u.ref {
			u.got = append(u.got, x)
		}
	}
}

// uploads judges what was uploaded.
func (r *Reader) uploads(g *group, add addReason) {
	var created []*answer
	for i := range g.answers {
		a := &g.answers[i]
		if a.status == 201 || a.status == 204 {
			created = append(created, a)
		}
	}
	fetched := 0
	var got []string
	for _, p := range sortedKeys(r.watched) {
		if u := r.watched[p]; u.group == g && len(u.got) > 0 && !u.earlier {
			fetched++
			got = append(append(got, u.ref), u.got...)
		}
	}
	if fetched > 0 {
		add(weightSucceeded, "upload-fetched", plural(fetched, "file")+" that it uploaded answered 2xx afterwards, and never before", got...)
	}
	if len(created) > 0 && fetched == 0 {
		add(weightLikely, "upload-created", fmt.Sprintf("%d answers say that the file was created or replaced", len(created)), refs(created)...)
	}
}

package triage

// Ranking of script paths as web shells.
//
// An access log shows no bodies, so a shell's use is "POST /images/up.aspx 200" and nothing more. What gives
// it away is what every other script of a site has and it lacks (pages that link to it, many visitors, a life
// since the log began) and what it alone has (an injection that wrote a file of that name just before, a
// folder of pictures around it, visitors who come for nothing else). Each such sign is a reason with a
// weight; the score is their sum, held between 0 and 100.
//
// A worked example: /images/up.aspx was named by a DUMPFILE four minutes before its first answer (+45), no
// page links to it (+15), it lies alone among 40 pictures (+20), it appeared on day 12 of 21 (+15), four
// addresses use it (+5), mostly by POST (+5), two of them attack elsewhere (+15): 120, held to 100. The
// nightly job that posts to /admin/sync.aspx: unlinked (+15), one client (+5), posts (+5), comes for nothing
// else (+5), there since the first day (-25), by the clock (-20): 0.
//
// The weights were set by hand on labelled logs so that 50 parts planted shells from administrators' forms,
// hooks and jobs when one of the strong signs (planted, static folder, tunnel, listing) meets two weak ones.
// Known weakness: a shell written into an existing, linked script, and one used from the log's first day on,
// look like the script they live in; only the file lists can tell.

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"
)

// ShellScore is the score from which a candidate is treated as a web shell: its requests become findings and
// an incident is built upon it.
const ShellScore = 50

// maxWebshells bounds the candidates listed.
const maxWebshells = 200

// rankWebshells lists the candidates with a score above 10, best first.
func (w *survey) rankWebshells() []Webshell {
	out := []Webshell{}
	for _, plain := range sortedKeys(w.scripts) {
		if shell := w.judgeScript(w.scripts[plain]); shell.Score > 10 {
			out = append(out, shell)
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Score != out[j].Score {
			return out[i].Score > out[j].Score
		}
		if a, b := rawScore(out[i]), rawScore(out[j]); a != b {
			return a > b
		}
		return out[i].Path < out[j].Path
	})
	out = out[:min(len(out), maxWebshells)]
	for i := range out {
		for _, u := range w.scripts[plainPath(out[i].Path)].Uses {
			out[i].Uses = append(out[i].Uses, w.whole.Cite(u.Row))
		}
	}
	return out
}

func rawScore(s Webshell) int {
	sum := 0
	for _, r := range s.Reasons {
		sum += r.Weight
	}
	return sum
}

func (w *survey) judgeScript(s *script) Webshell {
	shell := Webshell{
		Ref: hashRef("w", s.Plain), Path: s.Path, First: timeOf(s.First), Last: timeOf(s.Last), Requests: s.Requests,
		Clients: s.clients(), Uses: []Cite{},
	}
	// A script that nobody posts to, that nobody planted and no list speaks of is no candidate.
	var reasons []Reason
	reasons = append(reasons, w.plantReasons(s, &shell)...)
	reasons = append(reasons, w.fileReasons(s, &shell)...)
	if s.Posts == 0 && len(reasons) == 0 {
		return shell
	}
	reasons = append(reasons, w.useReasons(s)...)
	reasons = append(reasons, w.placeReasons(s)...)
	reasons = append(reasons, w.companyReasons(s)...)
	sort.SliceStable(reasons, func(i, j int) bool { return reasons[i].Weight > reasons[j].Weight })
	shell.Reasons = reasons
	shell.Score = max(0, min(100, rawScore(shell)))
	return shell
}

// useReasons reads how the script is used.
func (w *survey) useReasons(s *script) []Reason {
	var out []Reason
	add := func(id string, weight int, refs []string, format string, args ...any) {
		out = append(out, Reason{ID: id, Weight: weight, Text: fmt.Sprintf(format, args...), Refs: refs})
	}
	refs := w.useRefs(s)
	if s.Posts > 0 && s.Posts*2 >= s.Requests {
		add("posts", 5, refs, "%d of its %s are POST answered 2xx", s.Posts, count(s.Requests, "answered request"))
	}
	switch {
	case s.Linked == 0:
		add("unlinked", 15, refs[:min(3, len(refs))], "no request came from another page of the site")
	case s.Linked*10 >= s.Requests*3:
		add("linked", -40, nil, "%d of %s came by a link from another page of the site", s.Linked, count(s.Requests, "request"))
	case s.Linked*20 >= s.Requests:
		add("linked-some", -15, nil, "%d of %s came by a link from another page of the site", s.Linked, count(s.Requests, "request"))
	}
	if s.Requests <= 2 {
		add("seldom", -15, nil, "only %s: too few to show a habit", count(s.Requests, "answered request"))
	}
	if s.tunnel() {
		add("tunnel", 30, refs[:min(3, len(refs))], "a stream: %d requests by %s, most within seconds of each other",
			s.Requests, count(len(s.Clients), "client"))
	}
	if s.timetable() {
		add("timetable", -20, nil, "comes by the clock, as a scheduled job does")
	}
	if s.Crawlers > 0 {
		add("crawler-posts", 10, refs[:min(3, len(refs))], "%s by an agent that names itself a crawler; crawlers do not post", count(s.Crawlers, "POST"))
	}
	if quiet := w.period.quiet(s.Hours); s.Requests >= 3 && quiet*2 > s.Requests && !s.timetable() {
		add("quiet-hours", 5, refs[:min(3, len(refs))], "%d of %d at hours when the site has less than a third of its usual visitors", quiet, s.Requests)
	}
	if s.Redirects > s.Posts {
		add("redirects", -10, nil, "answers posts with a redirect, as forms do (%d of %d)", s.Redirects, s.Redirects+s.Posts)
	}
	if s.Authed*2 > s.Requests {
		add("signed-in", -10, nil, "%d of %d requests carry a signed-in user", s.Authed, s.Requests)
	}
	return out
}

// placeReasons reads where the script lies and since when it answers.
func (w *survey) placeReasons(s *script) []Reason {
	var out []Reason
	dir, _ := splitPath(s.Plain)
	if f := s.Folder; f.Assets >= 3 && f.Assets >= 4*(f.Pages+f.Scripts-1) {
		out = append(out, Reason{ID: "static-folder", Weight: 20,
			Text: fmt.Sprintf("a script in a folder of static files: %d of the %d other things answered in %s", f.Assets, f.Assets+f.Pages+f.Scripts-1, VisibleN(dir, 80))})
	}
	span := w.period.span()
	if span < 24*time.Hour {
		return out
	}
	late := timeOf(s.First).Sub(timeOf(w.period.First))
	switch {
	case late*5 >= span:
		text := fmt.Sprintf("first answered %s after the log begins", days(late))
		if s.MissBefore > 0 {
			text += fmt.Sprintf(", after %s in vain", count(s.MissBefore, "request"))
		}
		out = append(out, Reason{ID: "appeared", Weight: 15, Text: text, Refs: []string{w.whole.Cite(s.FirstRow).Ref}})
	case late*20 <= span && timeOf(w.period.Last).Sub(timeOf(s.Last))*5 <= span:
		out = append(out, Reason{ID: "always-there", Weight: -25, Text: "in use from the log's beginning to its end"})
	}
	return out
}

// companyReasons reads who the users are.
func (w *survey) companyReasons(s *script) []Reason {
	var out []Reason
	n := len(s.Clients)
	few := max(5, w.whole.Clients()/200)
	switch {
	case n <= few && s.More == 0 && w.whole.Clients() > 4*n:
		out = append(out, Reason{ID: "few-clients", Weight: 5, Text: fmt.Sprintf("used by %s of %d", count(n, "client"), w.whole.Clients())})
	case n > 4*few || s.More > 0:
		out = append(out, Reason{ID: "many-clients", Weight: -30, Text: fmt.Sprintf("used by %s", count(n, "client"))})
	}
	alone := 0
	var hostile []string
	var refs []string
	for _, c := range sortedKeys(s.Clients) {
		alone += s.Clients[c].Alone
		if h := w.hostile[c]; h != nil && h.Attacks > 0 {
			hostile = append(hostile, VisibleN(c, 60))
			refs = append(refs, w.whole.Cite(h.FirstRow).Ref)
		}
	}
	if alone*10 >= s.Requests*8 {
		out = append(out, Reason{ID: "nothing-else", Weight: 5, Text: fmt.Sprintf("in %d of %d uses the client asked for no other page in the half hour before", alone, s.Requests)})
	}
	if len(hostile) > 0 {
		out = append(out, Reason{ID: "hostile-users", Weight: 15, Refs: refs[:min(len(refs), MaxRefs)],
			Text: fmt.Sprintf("%d of its clients attack elsewhere in the log: %s", len(hostile), strings.Join(hostile[:min(3, len(hostile))], ", "))})
	}
	return out
}

// fileReasons reads the listings.
func (w *survey) fileReasons(s *script, shell *Webshell) []Reason {
	f := w.fileOf(s.Plain)
	if f == nil {
		return nil
	}
	shell.File = f
	var out []Reason
	add := func(id string, weight int, text string) {
		out = append(out, Reason{ID: id, Weight: weight, Text: text, Refs: []string{f.Ref}})
	}
	switch f.Verdict {
	case KnownBad:
		add("file-known-bad", 50, "its file is on a list of known-bad hashes: "+VisibleN(f.Why, 120))
	case Changed:
		if s.Posts > 0 {
			add("file-changed", 10, "its file differs from the baseline")
		}
	case Unknown:
		if w.baseline && s.Posts > 0 {
			add("file-unknown", 15, "its file is in the listing and not in the baseline")
		}
	case KnownGood:
		if s.Posts > 0 {
			add("file-known-good", -40, "its file is as in the baseline")
		}
	}
	if !f.ModTime.IsZero() && shell.PlantedBy != nil {
		gap := f.ModTime.Sub(w.plantTime(shell))
		if gap.Abs() <= 5*time.Minute {
			add("file-time", 10, fmt.Sprintf("its file was last written %s, %s from the planting request", f.ModTime.UTC().Format("2006-01-02 15:04:05Z"), gap.Abs().Round(time.Second)))
		}
	}
	return out
}

// clients lists a script's clients by first use.
func (s *script) clients() []string {
	names := sortedKeys(s.Clients)
	sort.SliceStable(names, func(i, j int) bool { return s.Clients[names[i]].First < s.Clients[names[j]].First })
	return names
}

// useRefs gives the references of a script's first uses.
func (w *survey) useRefs(s *script) []string {
	rows := make([]uint64, 0, MaxRefs)
	for _, u := range s.Uses[:min(len(s.Uses), MaxRefs)] {
		rows = append(rows, u.Row)
	}
	return w.refs(rows)
}

// refs gives the references of at most MaxRefs rows.
func (w *survey) refs(rows []uint64) []string {
	out := make([]string, 0, min(len(rows), MaxRefs))
	for _, row := range rows[:min(len(rows), MaxRefs)] {
		out = append(out, w.whole.Cite(row).Ref)
	}
	return out
}

// hashRef makes a reference of a kind from the text that identifies the thing.
func hashRef(kind, text string) string {
	sum := sha256.Sum256([]byte(text))
	return kind + ":" + hex.EncodeToString(sum[:4])
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func days(d time.Duration) string {
	if d < 48*time.Hour {
		return count(int(d.Hours()), "hour")
	}
	return count(int(d.Hours()/24), "day")
}

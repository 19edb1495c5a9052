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
// The weights were set by hand on made-up sites (see world_test.go; 600 of them, 313 broken into, none like the
// labelled log) so that 50 parts planted shells from hooks, jobs, partners' programs, forms and back offices.
// There a candidate of 50 and above was a shell in 99 of 100 cases, and so were all of 80 and above; of the
// shells 83 in 100 reached 50 and 95 were ranked first. Real sites hold more that looks like a shell than was
// thought of: read the figures as an upper bound. Known weakness: a shell written into an existing, linked
// script, and one used evenly from the log's first day on, look like the script they live in; one that is only
// asked for by GET with an opaque parameter, or twice or thrice by a program, is listed below 50 (6 in 10 of the
// former are found, 5 in 10 of those planted before the log begins); only the file lists can tell.

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sort"
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
	requested := map[string]bool{} // references of files that requests fit
	for _, plain := range sortedKeys(w.scripts) {
		shell := w.judgeScript(w.scripts[plain])
		if shell.File != nil {
			requested[shell.File.Ref] = true
		}
		if shell.Score > 10 {
			out = append(out, shell)
		}
	}
	out = append(out, w.unrequested(requested)...)
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
	w.settlePlants(out)
	for i := range out {
		if s := w.scripts[scriptKey(out[i].Path)]; s != nil && out[i].Requests > 0 {
			for _, u := range s.Uses {
				out[i].Uses = append(out[i].Uses, w.whole.Cite(u.Row))
			}
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
	// A script that nobody posts to, that nobody planted, no list speaks of and nothing odd is asked of is no candidate.
	var reasons []Reason
	reasons = append(reasons, w.plantReasons(s, &shell)...)
	reasons = append(reasons, w.fileReasons(s, &shell)...)
	reasons = append(reasons, w.spawnReasons(s)...)
	if s.Posts == 0 && len(reasons) == 0 && s.Commanded == 0 && len(s.Bodies) == 0 && (s.Linked > 0 || s.Queried*2 < s.Requests || s.Requests < 2) {
		return shell
	}
	reasons = append(reasons, w.useReasons(s)...)
	reasons = append(reasons, w.placeReasons(s)...)
	reasons = append(reasons, w.companyReasons(s)...)
	reasons = telling(reasons)
	sort.SliceStable(reasons, func(i, j int) bool { return reasons[i].Weight > reasons[j].Weight })
	shell.Reasons = reasons
	shell.Score = max(0, min(100, rawScore(shell)))
	return shell
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
	return append(out, signReasons(f, s.Posts > 0)...)
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

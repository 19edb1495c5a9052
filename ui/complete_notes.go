package ui

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"spoor/triage"
	"spoor/ui/desk"
)

// completeNotes goes on with a filter of notes: the words that it knows, and the tags, authors and records that the
// notes of the case have, those of most notes first.
func completeNotes(d *desk.Desk, left string) (int, []option) {
	from, word := lastWord(left)
	tags, authors, on := map[string]int{}, map[string]int{}, map[string]int{}
	about := map[string]string{}
	for _, n := range d.Notes() {
		for _, t := range n.Tags {
			tags["#"+t]++
		}
		authors["by:"+n.Author]++
		refs := map[string]bool{}
		for _, c := range n.On {
			if !refs[c.Ref] {
				refs[c.Ref] = true
				on["on:"+c.Ref]++
				about["on:"+c.Ref] = c.Text
			}
		}
	}
	all := []option{{"is:open", "a task is not done"}, {"is:done", "a task is done"}}
	if strings.Contains(word, ":") {
		all = slices.Concat(all, mostFirst(authors, nil), mostFirst(on, about))
	} else {
		all = append(all, option{"by:", "who wrote it"}, option{"on:", "the record that it is on or cites, or how its reference begins"})
		all = append(all, mostFirst(tags, nil)...)
	}
	return from, fitting(word, all)
}

// mostFirst are words as options, those of most notes first. A word with a space, or one that cannot be drawn as it is,
// cannot be asked for.
func mostFirst(words map[string]int, hints map[string]string) []option {
	var out []option
	sorted := slices.SortedFunc(maps.Keys(words), func(a, b string) int {
		return cmp.Or(cmp.Compare(words[b], words[a]), strings.Compare(a, b))
	})
	for _, w := range sorted {
		if strings.ContainsAny(w, " \t\r\n") || strings.HasSuffix(w, ":") || triage.Visible(w) != w {
			continue
		}
		hint := counted(words[w], "note", "notes")
		if hints[w] != "" {
			hint += " · " + hints[w]
		}
		out = append(out, option{w, hint})
	}
	return out
}

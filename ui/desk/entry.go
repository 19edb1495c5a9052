package desk

import (
	"cmp"
	"fmt"
	"strings"

	"spoor/triage"
)

// An Entry is a line of a hash list or listing, with the collected files that it is about.
type Entry struct {
	triage.HashEntry
	Ref    string
	Source triage.Source
	Role   string        // what the list is for: "listing", "baseline", "known-bad", ...
	Files  []triage.File // those it lists, and those with its path or one of its hashes; at most maxEntryFiles
	More   int           // such files that are left out
}

// maxEntryFiles bounds the files of an entry: an empty file's hash is that of many.
const maxEntryFiles = 50

// Entry is the line of a hash list that a reference names; ErrNoRecord if it names none.
func (d *Desk) Entry(ref string) (*Entry, error) {
	e, src := d.entry(ref)
	if e == nil {
		return nil, fmt.Errorf("%s: %w", triage.VisibleN(ref, 60), ErrNoRecord)
	}
	out := &Entry{HashEntry: *e, Ref: triage.RequestRef(src.Key, e.Line), Source: src, Role: d.list(src.Key).Role}
	for _, f := range d.Files() {
		switch {
		case !isAbout(e, &f):
		case len(out.Files) < maxEntryFiles:
			out.Files = append(out.Files, f)
		default:
			out.More++
		}
	}
	return out, nil
}

// isAbout reports whether an entry has the path of a file, or one of its hashes.
func isAbout(e *triage.HashEntry, f *triage.File) bool {
	same := func(a, b string) bool { return a != "" && strings.EqualFold(a, b) }
	return e.Path != "" && e.Path == f.Path || same(e.SHA256, f.SHA256) || same(e.SHA1, f.SHA1) || same(e.MD5, f.MD5)
}

// Title says what an entry is in one line; its texts are as the list has them.
func (e *Entry) Title() string {
	return fmt.Sprintf("%s is an entry of the hash list %s, line %d: %s", e.Ref, e.Source.Path, e.Line, cmp.Or(e.Path, e.SHA256, e.SHA1, e.MD5))
}

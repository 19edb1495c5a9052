package ui

import (
	"context"
	"strings"

	"spoor/triage"
	"spoor/ui/desk"
)

// newEntry is what a line of a hash list says, and the collected files that it is about.
func newEntry(c *common, ref string) *page {
	return newPage(c, tabFiles, ref, func(_ context.Context, d *desk.Desk) ([]line, error) {
		e, err := d.Entry(ref)
		if err != nil {
			return nil, err
		}
		return entryLines(e), nil
	})
}

func entryLines(e *desk.Entry) []line {
	self := subject{ref: e.Ref, title: e.Title(), copied: e.Title()}
	for _, h := range []string{e.SHA256, e.SHA1, e.MD5} {
		if h != "" {
			self.values = append(self.values, value{"hash", h})
		}
	}
	if e.Path != "" {
		self.values = append(self.values, value{fileKind, e.Path})
	}
	out := []line{about(self, "entry", run{e.Title(), strong}),
		about(self, "list", run{e.Source.Path, plain}, run{"  " + e.Role + ", " + e.Source.Format + ", sha256 " + e.Source.SHA256, muted})}
	if e.Path != "" {
		s := valueSubject(self, fileKind, e.Path)
		s.open = searchMsg{desk.RequestsFor(e.Path)}
		out = append(out, about(s, "path", run{e.Path, plain}, run{"  Enter: requests for it", muted}))
	}
	for _, h := range []struct{ name, hash string }{{"sha256", e.SHA256}, {"sha1", e.SHA1}, {"md5", e.MD5}} {
		if h.hash != "" {
			out = append(out, about(valueSubject(self, "hash", h.hash), h.name, run{h.hash, plain}))
		}
	}
	if e.Size >= 0 {
		out = append(out, about(self, "size", run{answerSize(e.Size), plain}))
	}
	if !e.ModTime.IsZero() {
		out = append(out, about(self, "written", run{stamp(e.ModTime) + " UTC", plain}))
	}
	if e.Comment != "" {
		out = append(out, about(self, "says", run{e.Comment, plain}))
	}
	if len(e.Findings) > 0 {
		out = append(out, findingLines(self, e.Findings)...)
	}
	if len(e.Files) == 0 {
		return append(out, text(muted, "No collected file has its path or one of its hashes."))
	}
	out = append(out, text(heading, strings.ToUpper(counted(len(e.Files)+e.More, "collected file", "collected files"))))
	for i := range e.Files {
		f := &e.Files[i]
		s := fileSubject(f)
		s.open = openMsg{f.Ref}
		out = append(out, about(s, "file", run{f.Ref + "  ", muted}, run{string(f.Verdict), fileLook(f.Verdict)}, run{"  " + f.Path, plain}, run{"  " + sameness(&e.HashEntry, f), muted}))
	}
	if e.More > 0 {
		out = append(out, text(muted, "and "+number(e.More)+" more"))
	}
	return out
}

// sameness says what a file has in common with an entry.
func sameness(e *triage.HashEntry, f *triage.File) string {
	path := e.Path != "" && e.Path == f.Path
	hash := e.SHA256 != "" && e.SHA256 == f.SHA256 || e.SHA1 != "" && e.SHA1 == f.SHA1 || e.MD5 != "" && e.MD5 == f.MD5
	switch {
	case path && hash:
		return "this path and hash"
	case path:
		return "this path, no hash in common"
	}
	return "this hash at another path"
}

package ui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
)

// files is the list of collected files with their verdicts; one verdict can be shown alone.
type files struct {
	records[listedFile]
	query string
	only  triage.FileVerdict // empty for all
	found []listedFile       // most suspicious first
	known bool               // in the order of verdicts instead
}

// A listedFile is a file with what the analyst said of it.
type listedFile struct {
	triage.File
	verdict *cases.Verdict
	shell   int // score of the web-shell candidate that it is; 0 if it is none
}

// fileOrder is the order of verdicts: what asks for attention first.
var fileOrder = []triage.FileVerdict{triage.KnownBad, triage.Changed, triage.Unknown, triage.KnownGood}

func newFiles(c *common, query, want string) *files {
	f := &files{query: query}
	f.start(c, tabFiles, screenNames[tabFiles], "", "file", "files")
	f.want = want
	f.kind, f.args = "files", some(query)
	f.read = func(ctx context.Context, d *desk.Desk) ([]listedFile, error) { return readFiles(ctx, d, query) }
	f.table = table[listedFile]{all: fileColumns(), at: "verdict"}
	f.subject = func(x *listedFile) subject {
		s := fileSubject(&x.File)
		s.open = searchMsg{desk.RequestsFor(x.Path)}
		return s
	}
	f.span = func(x *listedFile) (time.Time, time.Time) { return x.ModTime, x.ModTime }
	f.hot = func(x *listedFile) bool {
		return x.Verdict == triage.KnownBad || x.shell >= likelyShell || x.Level() >= triage.Medium
	}
	f.again = func() (lister, *records[listedFile]) {
		x := newFiles(c, query, "")
		x.only, x.known, x.found = f.only, f.known, f.found
		return x, &x.records
	}
	f.about = describeFile
	return f
}

func readFiles(ctx context.Context, d *desk.Desk, query string) ([]listedFile, error) {
	found := d.Files()
	if query != "" {
		res, err := d.Search(ctx, query)
		if err != nil {
			return nil, err
		}
		found = res.Files()
	}
	verdicts := d.Verdicts()
	scores := map[string]int{}
	for _, w := range d.Webshells() {
		if w.File != nil {
			scores[w.File.Ref] = w.Score
		}
	}
	out := make([]listedFile, len(found))
	for i, f := range found {
		out[i].File, out[i].shell = f, scores[f.Ref]
		if v, ok := verdicts[f.Ref]; ok {
			out[i].verdict = &v
		}
	}
	slices.SortStableFunc(out, func(a, b listedFile) int {
		return cmp.Or(cmp.Compare(b.suspicion(), a.suspicion()), byVerdict(&a, &b))
	})
	return out, nil
}

// suspicion is that of the file, or the score of the candidate that it is.
func (f *listedFile) suspicion() int { return max(f.Suspicion(), f.shell) }

// byVerdict is the order of verdicts, web-shell candidates first within each.
func byVerdict(a, b *listedFile) int {
	return cmp.Or(cmp.Compare(slices.Index(fileOrder, a.Verdict), slices.Index(fileOrder, b.Verdict)), cmp.Compare(b.shell, a.shell), strings.Compare(a.Path, b.Path))
}

func fileSubject(f *triage.File) subject {
	s := subject{ref: f.Ref, title: string(f.Verdict) + " file " + f.Path, values: append(hashValues(f), value{fileKind, f.Path})}
	s.copied = f.Path
	if !f.ModTime.IsZero() {
		s.values = append(s.values, value{"time", f.ModTime.UTC().Format("2006-01-02T15:04:05Z")})
	}
	return s
}

func fileLook(v triage.FileVerdict) look {
	switch v {
	case triage.KnownBad:
		return critical
	case triage.Changed, triage.Unknown:
		return medium
	}
	return good
}

func fileColumns() []column[listedFile] {
	type row = listedFile
	return []column[row]{
		{name: "verdict", width: 11, cell: func(f *row) (string, look) { return string(f.Verdict), fileLook(f.Verdict) }},
		{name: "level", title: "lvl", width: 4, number: func(f *row) float64 { return float64(f.Level()) }, value: func(f *row) string { return f.Level().String() },
			cell: func(f *row) (string, look) { return levelWord(f.Level()), levelLook(f.Level()) }},
		{name: "size", width: 5, right: true, number: func(f *row) float64 { return float64(f.Size) }, value: func(f *row) string { return known(f.Size, 0) },
			cell: func(f *row) (string, look) { return sizeText(f.Size), plain }},
		{name: "written", width: 19, number: func(f *row) float64 { return unix(f.ModTime) }, cell: func(f *row) (string, look) { return stamp(f.ModTime), plain }},
		{name: "path", width: 10, grow: 1, cut: cellTail, value: func(f *row) string { return f.Path }, cell: func(f *row) (string, look) {
			name := f.Path
			if f.shell > 0 {
				name = fmt.Sprintf("[web shell %d] %s", f.shell, name)
			}
			return tagged(f.verdict, name), plain
		}},
		{name: "folder", width: 20, from: never, cut: cellMiddle, cell: func(f *row) (string, look) { return folderOf(f.Path), plain }},
		{name: "ending", width: 8, from: never, cell: func(f *row) (string, look) { return endingOf(f.Path), plain }},
		{name: "hash", width: 16, from: never, cell: func(f *row) (string, look) { return or(f.SHA256, or(f.SHA1, f.MD5)), muted }},
		{name: "said", width: 9, from: never, cell: func(f *row) (string, look) { return saidOf(f.verdict), plain }},
	}
}

// folderOf is the folder of a path, of either kind of slashes.
func folderOf(path string) string { return path[:strings.LastIndexAny(path, `/\`)+1] }

// endingOf is the ending of a file's name, without its dot.
func endingOf(path string) string {
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	return strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
}

// describeFile says what the lists know of a file.
func describeFile(f *listedFile) []line {
	self := fileSubject(&f.File)
	out := []line{about(self, "file", run{f.Path, strong}, run{"  " + f.Ref, muted}),
		label("verdict", run{string(f.Verdict), fileLook(f.Verdict)}, run{"  " + f.Why, plain})}
	out = append(out, verdictLines(f.verdict)...)
	if f.shell > 0 {
		out = append(out, label("web shell", run{fmt.Sprintf("a candidate with score %d; screen Webshells says why", f.shell), critical}))
	}
	out = append(out, findingLines(self, f.Findings)...)
	for _, h := range []struct{ name, hash string }{{"sha256", f.SHA256}, {"sha1", f.SHA1}, {"md5", f.MD5}} {
		if h.hash != "" {
			out = append(out, about(valueSubject(self, "hash", h.hash), h.name, run{h.hash, plain}))
		}
	}
	out = append(out, label("size", run{answerSize(f.Size), plain}),
		about(valueSubject(self, "time", fileTime(f)), "written", run{stamp(f.ModTime) + " UTC", plain}))
	for _, c := range f.Cites {
		out = append(out, label("listed in", run{fmt.Sprintf("%s line %d", c.Source, c.Line), plain}))
	}
	return out
}

func fileTime(f *listedFile) string {
	if f.ModTime.IsZero() {
		return ""
	}
	return f.ModTime.UTC().Format("2006-01-02T15:04:05Z")
}

func (f *files) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case recordsMsg[listedFile]:
		if msg.gen == f.gen {
			f.found = msg.items
			msg.items = f.chosen()
			return f.records.Update(msg)
		}
	case tea.KeyMsg:
		if key.Matches(msg, f.Keys().Tree) && !f.b.band.focus {
			return f.c.now(treeMsg{newFileTree(f)})
		}
		if key.Matches(msg, f.Keys().Cycle) {
			f.cycle()
			return nil
		}
		if key.Matches(msg, f.Keys().Order) {
			f.known = !f.known
			f.top()
			return nil
		}
	}
	return f.records.Update(msg)
}

// cycle shows the files of the next verdict alone, then all again.
func (f *files) cycle() {
	i := slices.Index(fileOrder, f.only) + 1
	f.only = ""
	if i < len(fileOrder) {
		f.only = fileOrder[i]
	}
	f.top()
}

// top draws the list anew with the cursor on its first row, not on the file it was on.
func (f *files) top() {
	f.all = f.chosen()
	f.b.list.to(0)
	f.b.list.set(nil)
	f.b.was = subject{}
	f.sift()
	f.b.describe(true)
}

// chosen is the files of the verdict shown.
func (f *files) chosen() []listedFile {
	f.none = "No hash list or listing is loaded. Type :load files.sha256 --baseline good.sha256, or :load --webroot FOLDER"
	switch {
	case f.only != "":
		f.none = "No file is " + string(f.only) + f.c.keys.words(". {Cycle} shows the next verdict.")
	case f.query != "":
		f.none = "No file matches " + f.query + f.c.keys.words(". {Filter} edits the query, {Back} goes back.")
	}
	var out []listedFile
	for _, x := range f.found {
		if f.only == "" || x.Verdict == f.only {
			out = append(out, x)
		}
	}
	if f.known {
		slices.SortStableFunc(out, func(a, b listedFile) int { return byVerdict(&a, &b) })
	}
	return out
}

// Filter is the query shown.
func (f *files) Filter() string { return f.query }

// Search is the intent that shows the files of another query.
func (f *files) Search(query string) tea.Msg { return filesMsg{query} }

func (f *files) Place() (int, string) {
	title := f.title
	if f.query != "" {
		title += " " + f.query
	}
	if f.only != "" {
		title += " (" + string(f.only) + ")"
	}
	if f.known {
		title += " by verdict"
	}
	return tabFiles, title
}

func (f *files) Keys() keyMap {
	k := f.records.Keys()
	k.Filter.SetEnabled(true)
	k.Cycle.SetEnabled(len(f.found) > 0)
	k.Order.SetEnabled(len(f.found) > 1)
	k.Tree.SetEnabled(len(f.items) > 0)
	k.Enter.SetHelp(k.Enter.Help().Key, "requests for it")
	return k
}

// Kept is the list as it is shown.
func (f *files) Kept() kept {
	k := f.records.Kept()
	k.Only, k.ByVerdict = string(f.only), f.known
	return k
}

func (f *files) revive(k kept) {
	f.records.revive(k)
	f.known = k.ByVerdict
	if v := triage.FileVerdict(k.Only); slices.Contains(fileOrder, v) {
		f.only = v
	}
}

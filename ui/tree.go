package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
)

// fileTree is the files of a list as a tree of their folders, each with how many files below it have which verdict.
// What the list is narrowed to is what the tree holds, and in its order: a folder stands where its first file does.
type fileTree struct {
	c    *common
	of   *files
	b    browser
	root *folder
	open map[string]bool // folders by path
	rows []treeRow
	made bool   // what is unfolded was chosen
	want string // the path to put the cursor on when the list has its rows; empty for none
}

// treeMsg is the intent that shows a tree, or leaves it if there is none.
type treeMsg struct{ tree *fileTree }

// A folder is one folder and the sums over all below it.
type folder struct {
	path    string // with its slash at the end; empty for the root
	parent  *folder
	folders []*folder
	files   []*listedFile
	count   map[triage.FileVerdict]int
	hot     bool // something below it asks for attention
}

// A treeRow is one row that is shown: a folder or a file.
type treeRow struct {
	depth  int
	folder *folder // the folder, or that of the file
	file   *listedFile
}

// maxUnfolded bounds how many files that ask for attention are unfolded to at first.
const maxUnfolded = 60

// makeFolders puts files into their folders. Paths of either kind of slashes may be of any depth and length: a folder
// deeper than maxFolderDepth stands for all below it.
func makeFolders(items []listedFile, hot func(*listedFile) bool) *folder {
	root := &folder{count: map[triage.FileVerdict]int{}}
	known := map[string]*folder{"": root}
	for i := range items {
		f := &items[i]
		at := folderAt(known, folderOf(f.Path))
		at.files = append(at.files, f)
		asks := hot(f)
		for d := at; d != nil; d = d.parent {
			d.count[f.Verdict]++
			d.hot = d.hot || asks
		}
	}
	return root
}

// maxFolderDepth bounds the depth of the tree.
const maxFolderDepth = 64

// folderAt finds or makes a folder and those above it.
func folderAt(known map[string]*folder, path string) *folder {
	if d := known[path]; d != nil {
		return d
	}
	at, depth := known[""], 0
	for i := 0; i < len(path) && depth < maxFolderDepth; i++ {
		if path[i] != '/' && path[i] != '\\' {
			continue
		}
		depth++
		d := known[path[:i+1]]
		if d == nil {
			d = &folder{path: path[:i+1], parent: at, count: map[triage.FileVerdict]int{}}
			at.folders = append(at.folders, d)
			known[d.path] = d
		}
		at = d
	}
	return at
}

// newFileTree is the tree of the files that a list shows.
func newFileTree(of *files) *fileTree {
	t := &fileTree{c: of.c, of: of, open: map[string]bool{"": true}}
	t.b = newBrowser(of.c, "folder", "")
	t.b.build = func(i int) []line { return t.about(&t.rows[i]) }
	t.b.head = func() []run {
		return []run{{fmt.Sprintf("%6s %7s %7s %7s  ", "bad", "changed", "unknown", "good") + "folder or file", muted}}
	}
	return t
}

// Init makes the tree of what the list holds, once it has read that.
func (t *fileTree) Init() tea.Cmd {
	if t.of.asking {
		t.b.list.empty = "reading"
		return nil
	}
	t.make()
	return nil
}

// make makes the tree. At first what asks for attention is unfolded.
func (t *fileTree) make() {
	t.root = makeFolders(t.of.items, t.of.hot)
	if t.made {
		t.fill()
		t.find(t.want)
		t.want = ""
		t.b.describe(true)
		return
	}
	t.made = true
	for d := t.root; len(d.folders) == 1 && len(d.files) == 0; {
		d = collapsed(d.folders[0])
		t.open[d.path] = true
	}
	left := maxUnfolded
	for i := range t.of.items {
		if f := &t.of.items[i]; left > 0 && t.of.hot(f) {
			left--
			for p := folderOf(f.Path); p != "" && !t.open[p]; p = folderOf(p[:len(p)-1]) {
				t.open[p] = true
			}
		}
	}
	t.fill()
	t.b.list.find(t.of.b.list.selected().ref)
	t.b.describe(true)
}

// fill makes the rows that are unfolded.
func (t *fileTree) fill() {
	t.rows = t.rows[:0]
	t.unfold(t.root, 0)
	t.b.list.empty = t.c.keys.words("No file is in this list any more. {Back} goes back to it.")
	lines := make([]line, len(t.rows))
	for i := range t.rows {
		lines[i] = t.row(&t.rows[i])
	}
	t.b.needs(len(lines))
	t.b.list.set(lines)
	t.b.describe(false)
}

func (t *fileTree) unfold(d *folder, depth int) {
	for _, x := range d.folders {
		x = collapsed(x)
		t.rows = append(t.rows, treeRow{depth: depth, folder: x})
		if t.open[x.path] {
			t.unfold(x, depth+1)
		}
	}
	for _, f := range d.files {
		t.rows = append(t.rows, treeRow{depth: depth, folder: d, file: f})
	}
}

// collapsed goes down through folders that hold nothing but one folder: they are shown as one.
func collapsed(d *folder) *folder {
	for len(d.files) == 0 && len(d.folders) == 1 {
		d = d.folders[0]
	}
	return d
}

// above is the folder that a row of d stands under; nil at the top.
func above(d *folder) *folder {
	p := d.parent
	for p != nil && len(p.files) == 0 && len(p.folders) == 1 {
		p = p.parent
	}
	if p == nil || p.parent == nil {
		return nil
	}
	return p
}

// name is what is new in the path of a folder.
func (d *folder) name() string {
	if p := above(d); p != nil {
		return d.path[len(p.path):]
	}
	return d.path
}

// sum is how many files are below a folder.
func (d *folder) sum() int {
	n := 0
	for _, x := range d.count {
		n += x
	}
	return n
}

func (t *fileTree) row(r *treeRow) line {
	var runs []run
	count := func(v triage.FileVerdict) int {
		if r.file != nil {
			return btoi(r.file.Verdict == v)
		}
		return r.folder.count[v]
	}
	for i, v := range []triage.FileVerdict{triage.KnownBad, triage.Changed, triage.Unknown, triage.KnownGood} {
		n, width := count(v), 8
		if i == 0 {
			width = 6
		}
		switch {
		case n == 0:
			runs = append(runs, run{cellRight("", width), plain})
		case r.file != nil:
			runs = append(runs, run{cellRight("x", width), fileLook(v)})
		default:
			runs = append(runs, run{cellRight(number(n), width), fileLook(v)})
		}
	}
	indent := "  " + strings.Repeat("  ", min(r.depth, 20))
	if r.file != nil {
		f := r.file
		return line{sub: t.of.subject(f), hot: t.of.hot(f), runs: append(runs, run{indent + "  ", plain}, run{t.fileName(f), plain})}
	}
	sign := "+ "
	if t.open[r.folder.path] {
		sign = "- "
	}
	return line{sub: t.folderSubject(r.folder), hot: r.folder.hot && !t.open[r.folder.path], runs: append(runs, run{indent + sign, muted}, run{r.folder.name(), strong})}
}

// fileName is a file's own name, with what is known of it in front.
func (t *fileTree) fileName(f *listedFile) string {
	name := f.Path[len(folderOf(f.Path)):]
	if f.shell > 0 {
		name = fmt.Sprintf("[web shell %d] %s", f.shell, name)
	}
	return tagged(f.verdict, name)
}

// said is how many files below a folder have which verdict, in words.
func (d *folder) said() string {
	var said []string
	for _, v := range fileOrder {
		if n := d.count[v]; n > 0 {
			said = append(said, number(n)+" "+string(v))
		}
	}
	return strings.Join(said, ", ")
}

// folderSubject is a folder as something to act upon: Enter lists the files below it.
func (t *fileTree) folderSubject(d *folder) subject {
	return subject{title: "folder " + d.path, copied: d.path, open: narrowMsg{t.of, below(d.path)}}
}

// below is the filter for the files in a folder and below it. What a filter takes for something else becomes a sign
// that stands for any.
func below(path string) string {
	odd := func(r rune) rune {
		if r == ' ' || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}
	return "folder:" + strings.Map(odd, triage.VisibleN(path, maxFilterValue)) + "*"
}

// about says what is below a folder, or all about a file.
func (t *fileTree) about(r *treeRow) []line {
	if r.file != nil {
		return describeFile(r.file)
	}
	d := r.folder
	out := []line{about(t.folderSubject(d), "folder", run{d.path, strong}),
		label("below it", run{counted(d.sum(), "file", "files") + ": " + d.said(), plain}),
		label("", run{t.c.keys.words("{Enter} lists them, {Left} and {Right} fold and unfold"), muted})}
	left := 8
	var worst func(*folder)
	worst = func(d *folder) {
		for _, f := range d.files {
			if left > 0 && t.of.hot(f) {
				left--
				out = append(out, about(t.of.subject(f), "look at", run{f.Path, plain}, run{"  " + string(f.Verdict), fileLook(f.Verdict)}))
			}
		}
		for _, x := range d.folders {
			if left > 0 && x.hot {
				worst(x)
			}
		}
	}
	worst(d)
	return out
}

func (t *fileTree) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		k := t.Keys()
		switch {
		case matches(msg, k.Tree):
			return t.c.now(treeMsg{})
		case matches(msg, k.Next, k.Prev):
			return t.seek(matches(msg, k.Next))
		case !t.b.onDetail && matches(msg, k.Left):
			t.fold()
		case !t.b.onDetail && matches(msg, k.Right):
			t.unfoldRow()
		default:
			t.b.press(msg)
		}
	case recordsMsg[listedFile]: // the list has read again: its rows are these
		if t.root == nil && !t.of.asking {
			t.make()
		} else {
			t.again()
		}
	case changedMsg:
		if msg.evidence {
			return t.of.Update(msg)
		}
	}
	return nil
}

// again makes the tree anew, with the same folders open and the cursor where it was.
func (t *fileTree) again() {
	if t.root == nil {
		return
	}
	t.root = makeFolders(t.of.items, t.of.hot)
	was := t.b.list.selected()
	t.fill()
	t.find(was.copied)
}

// find puts the cursor on the row of a path.
func (t *fileTree) find(path string) {
	if i := slices.IndexFunc(t.b.list.lines, func(l line) bool { return l.sub.copied == path }); i >= 0 {
		t.b.show(i)
	}
}

// fold closes the folder under the cursor, or goes to the one that the row is in.
func (t *fileTree) fold() {
	if t.b.list.cur >= len(t.rows) {
		return
	}
	r := t.rows[t.b.list.cur]
	switch {
	case r.file == nil && t.open[r.folder.path]:
		t.open[r.folder.path] = false
		t.fill()
	case r.file != nil && r.folder.parent != nil:
		t.find(r.folder.path)
	case r.file == nil && above(r.folder) != nil:
		t.find(above(r.folder).path)
	}
}

// unfoldRow opens the folder under the cursor, or goes to its first row.
func (t *fileTree) unfoldRow() {
	if t.b.list.cur >= len(t.rows) || t.rows[t.b.list.cur].file != nil {
		return
	}
	if d := t.rows[t.b.list.cur].folder; !t.open[d.path] {
		t.open[d.path] = true
		t.fill()
	} else {
		t.b.show(t.b.list.cur + 1)
	}
}

// seek goes to the next or previous file that asks for attention, in the order of the tree as if it were unfolded, and
// unfolds it as far as it has to.
func (t *fileTree) seek(on bool) tea.Cmd {
	if t.b.list.cur >= len(t.rows) {
		return nil
	}
	here := t.rows[t.b.list.cur]
	var hot []*listedFile
	before := 0 // of these, how many stand before the cursor
	var walk func(d *folder)
	walk = func(d *folder) {
		for _, x := range d.folders {
			if x = collapsed(x); here.file == nil && x == here.folder {
				before = len(hot)
			}
			walk(x)
		}
		for _, f := range d.files {
			if f == here.file {
				before = len(hot)
			}
			if t.of.hot(f) {
				hot = append(hot, f)
			}
		}
	}
	walk(t.root)
	to := before - 1
	if on {
		to = before
		if to < len(hot) && hot[to] == here.file {
			to++
		}
	}
	if to < 0 || to >= len(hot) {
		return t.c.now(sayMsg{"no further finding in this tree"})
	}
	for p := folderOf(hot[to].Path); p != ""; p = folderOf(p[:len(p)-1]) {
		t.open[p] = true
	}
	t.fill()
	t.find(hot[to].Path)
	return nil
}

func (t *fileTree) Resize(width, height int) {
	t.b.resize(width, height)
	if t.root != nil {
		t.fill()
	}
}

func (t *fileTree) View() string         { return t.b.view() }
func (t *fileTree) Place() (int, string) { return tabFiles, "tree" }
func (t *fileTree) Selected() subject    { return t.b.selected() }

// Leave gives the keys back to the tree and reports whether the detail had them.
func (t *fileTree) Leave() bool { return t.b.leave() }

func (t *fileTree) Info() string {
	return counted(len(t.of.items), "file", "files") + " in " + counted(countFolders(t.root), "folder", "folders")
}

func countFolders(d *folder) int {
	if d == nil {
		return 0
	}
	n := btoi(len(d.files) > 0)
	for _, x := range d.folders {
		n += countFolders(x)
	}
	return n
}

// Keys are those of a list that folds.
func (t *fileTree) Keys() keyMap {
	k := t.b.keys()
	k.Tree.SetEnabled(true)
	k.Tree.SetHelp(k.Tree.Help().Key, "as a list")
	for _, b := range []*key.Binding{&k.Next, &k.Prev, &k.Left} {
		b.SetEnabled(len(t.rows) > 0)
	}
	k.Left.SetHelp(k.Left.Help().Key, "fold")
	k.Right.SetEnabled(len(t.rows) > 0)
	k.Right.SetHelp(k.Right.Help().Key, "unfold")
	return k
}

// waits reports whether the list is still being read, whose tree every key is about.
func (t *fileTree) waits(tea.KeyMsg) bool { return t.of.asking }

func (t *fileTree) noRows() bool { return t.root != nil && len(t.rows) == 0 }

// Bounds of what a session keeps of a tree.
const (
	maxKeptFolders = 500
	maxKeptPath    = 4096 // bytes
)

// Kept is the tree as it is shown. Its list is kept as the screen below.
func (t *fileTree) Kept() kept {
	k := t.of.Kept()
	k.Screen, k.At = "tree", or(t.want, t.b.list.selected().copied)
	for _, path := range sortedKeys(t.open) {
		if path != "" && t.open[path] && len(path) <= maxKeptPath && len(k.Open) < maxKeptFolders {
			k.Open = append(k.Open, path)
		}
	}
	return k
}

func (t *fileTree) revive(k kept) {
	t.made, t.want = true, k.At
	for _, path := range k.Open[:min(len(k.Open), maxKeptFolders)] {
		t.open[path] = true
	}
}

// plain is the whole tree as indented lines, each folder with how many files below it have which verdict.
func (t *fileTree) plain() []string {
	if t.root == nil {
		return nil
	}
	var out []string
	var walk func(d *folder, depth int)
	walk = func(d *folder, depth int) {
		indent := strings.Repeat("  ", depth)
		for _, x := range d.folders {
			x = collapsed(x)
			out = append(out, indent+x.name()+"  "+counted(x.sum(), "file", "files")+": "+x.said())
			walk(x, depth+1)
		}
		for _, f := range d.files {
			out = append(out, indent+t.fileName(f)+"  "+string(f.Verdict))
		}
	}
	walk(t.root, 0)
	return out
}

// filesTree shows the tree of the files that match; of all if the query is empty.
func (r *root) filesTree(query string) tea.Cmd {
	var cmd tea.Cmd
	if query == "" {
		cmd = r.goTab(tabFiles)
	} else {
		cmd = r.push(newFiles(r.common, query, ""))
	}
	if f, ok := r.top().(*files); ok {
		cmd = tea.Batch(cmd, r.push(newFileTree(f)))
	}
	return cmd
}

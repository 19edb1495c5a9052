package triage

// Files: collected listings set against lists of known files.
//
// Lists name the same file in different ways: with the absolute path, from the web root, from a mounted
// backup, with either kind of slash. Lists are aligned before they are compared: of all pairs of prefixes
// under which files of the two lists would be the same (longest common run of path components from the end),
// the pair that most files agree on is taken.

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A HashEntry is one line of a hash list or file listing.
type HashEntry struct {
	Path    string // as listed; empty in lists of bare hashes
	MD5     string // lower-case hex or empty, as the two below
	SHA1    string
	SHA256  string
	Size    int64     // bytes; -1 if unknown
	ModTime time.Time // zero if unknown
	Comment string    // what the list says of the entry, such as a family name
	Line    int64
	Changed time.Time // ctime: of the last change of the inode; zero if unknown
	Created time.Time // crtime, or birth; zero if unknown
	// Findings are what the content showed when the list was made, of web roots that spoor has read.
	Findings []Finding
}

// A Reject is a sample of a line that could not be read.
type Reject struct {
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"` // the line's first MaxRejectText bytes, as read
}

// MaxRejectText bounds Reject.Text, in bytes.
const MaxRejectText = 200

// The roles of a hash list.
const (
	RoleListing  = "listing"   // collected from the machine under investigation
	RoleBaseline = "baseline"  // known to be good
	RoleKnownBad = "known-bad" // known to be malicious
)

// A HashList is one list as read, with its role.
type HashList struct {
	Source  Source
	Role    string
	Entries []HashEntry
}

// JudgeFiles merges the listings and says of each file whether it is known good, known bad, changed or
// unknown. Files are sorted by path. Without any listing there are no files.
func JudgeFiles(lists []HashList) []File {
	merged := mergeListings(lists)
	known := newKnown(lists, merged)
	out := make([]File, 0, len(merged.order))
	inodes := map[string]inode{}
	for _, key := range merged.order {
		f := merged.files[key]
		f.Verdict, f.Why = known.judge(key, f)
		f.Ref = hashRef("f", key)
		if n, ok := merged.inodes[key]; ok {
			inodes[f.Ref] = n
		}
		out = append(out, *f)
	}
	signFiles(out, inodes)
	slices.SortStableFunc(out, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// filePath brings a listed path to one form: forward slashes, no leading "./"; lower case where the list is
// from Windows, which does not tell case apart.
func filePath(p string) string {
	if strings.ContainsRune(p, '\\') || len(p) > 1 && p[1] == ':' {
		p = strings.ToLower(strings.ReplaceAll(p, `\`, "/"))
	}
	for strings.HasPrefix(p, "./") {
		p = p[2:]
	}
	return p
}

// merged is all listings as one.
type merged struct {
	files  map[string]*File
	inodes map[string]inode // of the files whose listing has such times
	order  []string
	names  paths
	listed paths // those of names that are of no web root's manifest
}

func mergeListings(lists []HashList) *merged {
	m := &merged{files: map[string]*File{}, inodes: map[string]inode{}, names: paths{}, listed: paths{}}
	var listings []HashList
	for _, l := range lists {
		if l.Role == RoleListing {
			listings = append(listings, l)
		}
	}
	// Absolute paths first: the others are aligned to them. Web roots come last and are not aligned to each
	// other: two of them are two sites, however alike their files are named.
	slices.SortStableFunc(listings, func(a, b HashList) int {
		if a.Source.Format == FormatWebroot || b.Source.Format == FormatWebroot {
			return webroot(a) - webroot(b)
		}
		return absolute(b) - absolute(a)
	})
	for _, l := range listings {
		others := m.names
		if webroot(l) == 1 {
			others = m.listed
		}
		from, to := others.align(l.Entries)
		before := len(m.order)
		for i := range l.Entries {
			m.add(l.Source, &l.Entries[i], from, to)
		}
		for _, key := range m.order[before:] {
			m.names.add(key)
			if webroot(l) == 0 {
				m.listed.add(key)
			}
		}
	}
	return m
}

// FormatWebroot is the Source.Format of a listing that spoor made of a web root.
const FormatWebroot = "webroot"

func webroot(l HashList) int {
	if l.Source.Format == FormatWebroot {
		return 1
	}
	return 0
}

func absolute(l HashList) int {
	n := 0
	for _, e := range l.Entries {
		if p := filePath(e.Path); strings.HasPrefix(p, "/") || len(p) > 1 && p[1] == ':' {
			n++
		}
	}
	if n*2 > len(l.Entries) {
		return 1
	}
	return 0
}

func (m *merged) add(src Source, e *HashEntry, from, to string) {
	if e.Path == "" {
		return
	}
	key := remap(filePath(e.Path), from, to)
	f := m.files[key]
	if f == nil {
		f = &File{Path: e.Path, Size: -1, Cites: []Cite{}}
		m.files[key] = f
		m.order = append(m.order, key)
	}
	f.MD5, f.SHA1, f.SHA256 = first(f.MD5, e.MD5), first(f.SHA1, e.SHA1), first(f.SHA256, e.SHA256)
	if f.Size < 0 {
		f.Size = e.Size
	}
	if f.ModTime.IsZero() {
		f.ModTime = e.ModTime
	}
	if !e.Created.IsZero() || !e.Changed.IsZero() {
		m.inodes[key] = inode{e.Changed, e.Created}
	}
	for _, found := range e.Findings {
		if !slices.ContainsFunc(f.Findings, func(g Finding) bool { return g.Rule == found.Rule && g.Match == found.Match }) {
			f.Findings = append(f.Findings, found)
		}
	}
	if len(f.Cites) < MaxRefs {
		f.Cites = append(f.Cites, Cite{Ref: RequestRef(src.Key, e.Line), Source: src.Path, Line: e.Line})
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func remap(p, from, to string) string {
	if rest, ok := strings.CutPrefix(p, from); ok {
		return to + rest
	}
	return p
}

// paths finds listed paths by base name.
type paths map[string][]string

func (p paths) add(path string) {
	base := path[strings.LastIndexByte(path, '/')+1:]
	if len(p[base]) < 16 {
		p[base] = append(p[base], path)
	}
}

// align finds the prefix that entries carry in place of the one that p's paths carry.
func (p paths) align(entries []HashEntry) (from, to string) {
	type pair struct{ from, to string }
	votes := map[pair]int{}
	for _, e := range entries[:min(len(entries), 5000)] {
		path := filePath(e.Path)
		if path == "" {
			continue
		}
		for _, other := range p[path[strings.LastIndexByte(path, '/')+1:]] {
			n := commonTail(path, other)
			votes[pair{path[:len(path)-n], other[:len(other)-n]}]++
		}
	}
	best := pair{}
	for v, n := range votes {
		b := votes[best]
		if n > b || n == b && (len(v.from)+len(v.to) < len(best.from)+len(best.to) || len(v.from)+len(v.to) == len(best.from)+len(best.to) && v.from+"\x00"+v.to < best.from+"\x00"+best.to) {
			best = v
		}
	}
	return best.from, best.to
}

// commonTail is the length of the longest run of whole path components that both end with.
func commonTail(a, b string) int {
	n, whole := 0, 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
		if a[len(a)-n] == '/' {
			whole = n - 1
		}
	}
	if n == len(a) && (n == len(b) || b[len(b)-1-n] == '/') || n == len(b) && a[len(a)-1-n] == '/' {
		whole = n
	}
	return whole
}

// known is what the baseline and known-bad lists say.
type known struct {
	baseline bool
	byPath   map[string]*HashEntry // of the baselines, under the listings' paths
	good     map[string]string     // hash to the path it is known at
	bad      map[string]string     // hash to what the list says
}

func newKnown(lists []HashList, m *merged) *known {
	k := &known{byPath: map[string]*HashEntry{}, good: map[string]string{}, bad: map[string]string{}}
	for _, l := range lists {
		switch l.Role {
		case RoleBaseline:
			k.baseline = true
			from, to := m.names.align(l.Entries)
			for i := range l.Entries {
				k.addGood(&l.Entries[i], from, to)
			}
		case RoleKnownBad:
			for _, e := range l.Entries {
				for _, h := range hashesOf(&e) {
					k.bad[h] = fmt.Sprintf("%s:%d %s", l.Source.Path, e.Line, first(e.Comment, e.Path))
				}
			}
		}
	}
	return k
}

func (k *known) addGood(e *HashEntry, from, to string) {
	if e.Path != "" {
		key := remap(filePath(e.Path), from, to)
		if old := k.byPath[key]; old != nil {
			both := *old
			both.MD5, both.SHA1, both.SHA256 = first(old.MD5, e.MD5), first(old.SHA1, e.SHA1), first(old.SHA256, e.SHA256)
			k.byPath[key] = &both
		} else {
			k.byPath[key] = e
		}
	}
	for _, h := range hashesOf(e) {
		if k.good[h] == "" {
			k.good[h] = first(e.Path, "a list of bare hashes")
		}
	}
}

func hashesOf(e *HashEntry) []string {
	out := make([]string, 0, 3)
	for _, h := range []string{e.SHA256, e.SHA1, e.MD5} {
		if h != "" {
			out = append(out, h)
		}
	}
	return out
}

// judge says how a file stands. Known bad comes first: a baseline may have been taken too late.
func (k *known) judge(key string, f *File) (FileVerdict, string) {
	own := &HashEntry{MD5: f.MD5, SHA1: f.SHA1, SHA256: f.SHA256}
	for _, h := range hashesOf(own) {
		if what, ok := k.bad[h]; ok {
			return KnownBad, "hash is on the known-bad list: " + VisibleN(what, 200)
		}
	}
	if e := k.byPath[key]; e != nil {
		switch same, comparable := sameHash(e, own); {
		case !comparable:
			return Unknown, "the baseline has this path, but no hash of the same kind was collected"
		case same:
			return KnownGood, "same hash as in the baseline"
		default:
			return Changed, "the baseline has this path with another hash"
		}
	}
	for _, h := range hashesOf(own) {
		if at, ok := k.good[h]; ok {
			return KnownGood, "same content as the baseline's " + VisibleN(at, 200)
		}
	}
	switch {
	case len(hashesOf(own)) == 0 && k.baseline:
		return Unknown, "not in the baseline, and no hash was collected"
	case k.baseline:
		return Unknown, "not in the baseline"
	}
	return Unknown, "no baseline was given"
}

// sameHash compares the strongest kind of hash that both have.
func sameHash(a, b *HashEntry) (same, comparable bool) {
	for _, h := range [][2]string{{a.SHA256, b.SHA256}, {a.SHA1, b.SHA1}, {a.MD5, b.MD5}} {
		if h[0] != "" && h[1] != "" {
			return h[0] == h[1], true
		}
	}
	return false, false
}

package triage

// Deeds: the requests that can put a file on a server, kept for a while in case a script appears after them.
//
// Which request planted a script is judged from what stood before its first answer: an exploit, an upload, a
// write by method, an edit in a back office or just a post of the client that was first to come; and any
// request, whoever sent it, that names the file while it is not there yet. Deeds older than a day are
// forgotten, and so are those from before the script was last missed.

import (
	"cmp"
	"slices"
	"strings"
)

const (
	maxDoers     = 20_000 // clients whose deeds are kept at a time
	maxDeedsOf   = 8      // deeds of a client, and those of a script
	maxRecent    = 24     // latest hostile deeds of anyone
	maxMentions  = 5_000  // names of files that are not there yet
	deedsLastMS  = dayMS
	othersLastMS = 2 * 3600 * 1000
)

// A deedKind says what a request may have done, the least telling first.
type deedKind uint8

const (
	deedPost deedKind = iota
	deedNames
	deedEdit
	deedUpload
	deedExploit
	deedWrite // PUT, MOVE, COPY
)

// A deed is one such request. Its fields are exported for the encoding of a Summary.
type deed struct {
	Kind   deedKind
	Time   int64
	Row    uint64
	Status uint16
	Client string
	Path   string
	Rule   string // of the finding of an exploit; the method of a write
	Class  Class
	Names  string // of deedNames: the file as named
	Own    bool   // by the script's first user
}

// deeds follows the part.
type deeds struct {
	log      Log
	site     *site
	writes   []bool
	byClient map[uint32][]deed
	recent   []deed
	mentions map[string][]deed // by base name
	known    map[string]bool   // base names of scripts that were answered
	named    []string          // by query: the script it names, "-" for none
}

func newDeeds(log Log, s *site) *deeds {
	return &deeds{log: log, site: s, writes: writeMethods(log), byClient: map[uint32][]deed{}, mentions: map[string][]deed{},
		known: map[string]bool{}, named: make([]string, log.Texts(Queries))}
}

// add takes the next request.
func (ds *deeds) add(v *Visit, post bool, found []Finding) {
	if v.Query != 0 {
		ds.addMention(v)
	}
	write := ds.writes[v.Method] && v.Status >= 200 && v.Status < 300
	exploit, ok := exploits(found)
	if v.Status >= 400 && v.Status != 500 || !post && !write && !ok {
		return
	}
	d := deed{Kind: deedPost, Time: v.Time, Row: v.Row, Status: v.Status, Client: ds.log.Text(Clients, v.Client), Path: ds.log.Text(Paths, v.Path)}
	switch {
	case write:
		d.Kind, d.Rule = deedWrite, ds.log.Text(Methods, v.Method)
	case ok:
		d.Kind, d.Rule, d.Class = deedExploit, exploit.Rule, exploit.Class
	case hasWord(d.Path, uploadWords):
		d.Kind = deedUpload
	case hasWord(d.Path, editWords) || v.Query != 0 && hasWord(ds.log.Text(Queries, v.Query), editWords):
		d.Kind = deedEdit
	}
	ds.keep(v.Client, d)
	if d.Kind == deedWrite || d.Kind == deedExploit && d.Class != SQLi { // what writes by SQL names the file
		ds.recent = append(ds.recent, d)
		if len(ds.recent) > 2*maxRecent {
			ds.recent = append(ds.recent[:0], ds.recent[maxRecent:]...)
		}
	}
}

// exploits is the finding, if there is one, of an attack that can write a file.
func exploits(found []Finding) (Finding, bool) {
	for _, f := range found {
		if attacks(f) && f.Class != WebshellUse || f.Class == Probe && f.Level >= Medium && strings.HasPrefix(f.Rule, "hole-") {
			return f, true
		}
	}
	return Finding{}, false
}

// uploadWords are what pages that take files are called, editWords those of a content system's back office that
// write to the disk.
var (
	uploadWords = []string{"upload", "attach", "avatar", "import", "fileman", "filemanager", "elfinder", "connector", "dropzone", "plupload", "photo", "gallery", "media", "picture", "image", "document", "resume"}
	editWords   = []string{"plugin", "theme", "editor", "template", "module", "install", "deploy", "extension", "addon", "package", "save", "edit", "write", "file", "backup", "restore", "skin", "config"}
)

func hasWord(text string, words []string) bool {
	low := asciiLower(text)
	for _, w := range words {
		if containsWord(low, w) {
			return true
		}
	}
	return false
}

// keep adds a deed of a client; of too many the least telling and oldest goes.
func (ds *deeds) keep(client uint32, d deed) {
	list, ok := ds.byClient[client]
	if !ok && len(ds.byClient) >= maxDoers {
		for c, old := range ds.byClient {
			if d.Time-old[len(old)-1].Time > deedsLastMS/24 {
				delete(ds.byClient, c)
			}
		}
		if len(ds.byClient) >= maxDoers {
			return
		}
	}
	if len(list) >= maxDeedsOf {
		least := 0
		for i := range list {
			if list[i].Kind < list[least].Kind {
				least = i
			}
		}
		list = slices.Delete(list, least, least+1)
	}
	ds.byClient[client] = append(list, d)
}

// addMention notes that a query names a script which is not there, as far as the log shows.
func (ds *deeds) addMention(v *Visit) {
	name := ds.named[v.Query]
	if name == "" {
		name = namedScript(ds.log.Text(Queries, v.Query))
		ds.named[v.Query] = name
	}
	if name == "-" {
		return
	}
	_, base := splitPath(name)
	list, ok := ds.mentions[base]
	if ds.known[base] || !ok && len(ds.mentions) >= maxMentions || v.Status >= 400 && v.Status != 500 {
		return
	}
	if len(list) >= 3 {
		list = append(list[:0], list[1:]...)
	}
	ds.mentions[base] = append(list, deed{Kind: deedNames, Time: v.Time, Row: v.Row, Status: v.Status,
		Client: ds.log.Text(Clients, v.Client), Path: ds.log.Text(Paths, v.Path), Names: name})
}

// namedScript is the plain path of the last script that a query names, "-" if it names none.
func namedScript(query string) string {
	if len(query) > maxJudged || strings.IndexByte(query, '.') < 0 {
		return "-"
	}
	q := plainPath(strings.ReplaceAll(query, ";", "&"))
	for end := len(q); end > 0; {
		dot := strings.LastIndexByte(q[:end], '.')
		if dot < 0 {
			break
		}
		to := dot + 1
		for to < len(q) && (latinLetter(q[to]) || isDigit(q[to])) {
			to++
		}
		if scriptExts[q[dot+1:to]] {
			from := dot
			for from > 0 && (latinLetter(q[from-1]) || isDigit(q[from-1]) || strings.IndexByte("_-./:", q[from-1]) >= 0) {
				from--
			}
			if from < dot && q[dot-1] != '/' && !strings.Contains(q[from:dot], "://") {
				return q[from:to]
			}
		}
		end = dot
	}
	return "-"
}

// before lists what may have put a script there that a request is the first to reach, later than a time. From
// now on its name is known.
func (ds *deeds) before(plain string, v *Visit, since int64) []deed {
	_, base := splitPath(plain)
	fits := func(d deed, within int64) bool {
		return d.Time > since && d.Time <= v.Time+clockSlackMS && v.Time-d.Time <= within && d.Row != v.Row && (d.Kind == deedWrite || scriptKey(d.Path) != plain)
	}
	var out []deed
	client := ds.log.Text(Clients, v.Client)
	for _, d := range ds.byClient[v.Client] {
		if fits(d, deedsLastMS) {
			d.Own = true
			out = append(out, d)
		}
	}
	for _, d := range ds.recent {
		if d.Client != client && fits(d, othersLastMS) {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b deed) int { return cmp.Compare(b.weight(v.Time), a.weight(v.Time)) })
	out = out[:min(len(out), maxDeedsOf)]
	for _, d := range ds.mentions[base] {
		if fits(d, 30*deedsLastMS) {
			d.Own = d.Client == client
			out = append(out, d)
		}
	}
	delete(ds.mentions, base)
	if len(ds.known) < maxScripts {
		ds.known[base] = true
	}
	return out
}

// weight says how well a deed of the first user, or of anyone who attacks, explains a script that appeared at a
// time: 0 to 100.
func (d deed) weight(first int64) int {
	ago := first - d.Time
	w := 0
	switch d.Kind {
	case deedWrite:
		w = 60
	case deedExploit:
		w = 55
		if d.Class == RCE || d.Class == Upload || strings.HasPrefix(d.Rule, "hole-") {
			w = 65
		}
	case deedUpload:
		w = 55
	case deedEdit:
		w = 50
	case deedNames:
		w = 60
	default:
		w = 30
	}
	switch {
	case ago <= 10*60*1000:
		w += 10
	case ago <= 3600*1000:
	default:
		w -= 15
	}
	if d.Kind == deedUpload && ago > 3600*1000 {
		w -= 5
	}
	if !d.Own {
		w -= 15
	}
	if d.Status >= 400 {
		w -= 10
	}
	return w
}

package triage

// What the name, the place and the time of a file show, where its content was not collected.
//
// A script is out of place among files that servers only hand out; its name may hide its kind; and it may have
// been written when nothing else of the site was. Times come in bursts: a deployment writes many files of the
// site's code within minutes. A script that no other code file was written near to, on a site whose other scripts
// nearly all lie in bursts, stands alone. Where a listing has the times of the inode too, a script whose time of
// writing is older than the file itself, in no company, was set back.
//
// A worked example: of 40 scripts 37 were written on 14 January between 15:02 and 15:03, two with a style sheet
// on 26 February, and images/reviews/rthumb.php on 8 March, between pictures that visitors sent: a script in a
// folder of 30 pictures (medium), written alone (low).

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// burstSpan is how near in time files of one deployment are written to each other.
const burstSpan = 10 * time.Minute

// inode is what a listing tells of a file besides its contents and the time of writing.
type inode struct{ changed, created time.Time }

// made is when the file came to be; where that is not told, when its inode was last changed.
func (n inode) made() time.Time {
	if n.created.IsZero() {
		return n.changed
	}
	return n.created
}

// staticFolders are names of folders from which files are handed out, or into which visitors' files go.
var staticFolders = extSet("upload uploads uploaded userfiles files media images image img imgs pics pictures photos photo avatar avatars thumbs thumbnails " +
	"css js fonts font static assets icons cache tmp temp attachments gallery banners download downloads data logs log")

// ownScripts are extensions whose files a double extension would make a server run.
var ownScripts = extSet("php php3 php4 php5 php7 phtml pht phar asp aspx ashx asa cer jsp jspx cfm")

// pictureExts are those under which a script likes to hide.
var pictureExts = extSet("jpg jpeg png gif bmp ico webp svg pdf txt doc zip mp3 mp4")

// A fileJudge knows the whole listing.
type fileJudge struct {
	folders map[string]*fileFolder
	twins   map[string]int // how many folders have a file of this name and hash
	code    []time.Time    // when the site's code was written, sorted
	born    []time.Time    // when any file was made, sorted
	scripts int
	alone   int     // scripts that were written in no burst
	sizes   []int64 // of scripts, sorted
}

type fileFolder struct{ static, scripts int }

// signFiles adds the findings of names and times to files. Known-good files have none, and what their content
// shows is no news: it is lowered.
func signFiles(files []File, inodes map[string]inode) {
	j := newFileJudge(files, inodes)
	for i := range files {
		f := &files[i]
		if f.Verdict == KnownGood {
			for n := range f.Findings {
				f.Findings[n].Level = min(f.Findings[n].Level, Low)
			}
			continue
		}
		f.Findings = append(f.Findings, j.signs(f, inodes[f.Ref])...)
		slices.SortStableFunc(f.Findings, func(a, b Finding) int { return int(b.Level) - int(a.Level) })
	}
}

func codeFile(base string) bool {
	ext := extOf(base)
	return scriptExts[ext] || ext == "css" || ext == "js" || ext == "inc" || ext == "html" || ext == "htm" || ext == "tpl"
}

func newFileJudge(files []File, inodes map[string]inode) *fileJudge {
	j := &fileJudge{folders: map[string]*fileFolder{}, twins: map[string]int{}}
	for i := range files {
		f := &files[i]
		plain := plainPath(filePath(f.Path))
		dir, base := splitPath(plain)
		folder := j.folders[dir]
		if folder == nil {
			folder = &fileFolder{}
			j.folders[dir] = folder
		}
		switch ext := extOf(base); {
		case scriptExts[ext]:
			folder.scripts++
			j.scripts++
			if f.Size >= 0 {
				j.sizes = append(j.sizes, f.Size)
			}
			if h := first(f.SHA256, first(f.SHA1, f.MD5)); h != "" {
				j.twins[base+"\x00"+h]++
			}
		case assetExts[ext]:
			folder.static++
		}
		if !f.ModTime.IsZero() && codeFile(base) {
			j.code = append(j.code, f.ModTime)
		}
		if made := inodes[f.Ref].made(); !made.IsZero() {
			j.born = append(j.born, made)
		}
	}
	for _, list := range [][]time.Time{j.code, j.born} {
		sort.Slice(list, func(a, b int) bool { return list[a].Before(list[b]) })
	}
	slices.Sort(j.sizes)
	for i := range files {
		if _, base := splitPath(plainPath(filePath(files[i].Path))); scriptExts[extOf(base)] && !files[i].ModTime.IsZero() && near(j.code, files[i].ModTime, burstSpan) < 3 {
			j.alone++
		}
	}
	return j
}

// near counts the times of a sorted list within span of t, t itself included.
func near(sorted []time.Time, t time.Time, span time.Duration) int {
	from := sort.Search(len(sorted), func(i int) bool { return !sorted[i].Before(t.Add(-span)) })
	to := sort.Search(len(sorted), func(i int) bool { return sorted[i].After(t.Add(span)) })
	return to - from
}

// signs lists what the name, place and time of one file show.
func (j *fileJudge) signs(f *File, n inode) []Finding {
	plain := plainPath(filePath(f.Path))
	full := strings.ToLower(strings.ReplaceAll(f.Path, `\`, "/"))
	dir, base := splitPath(plain)
	_, whole := splitPath(full)
	var out []Finding
	add := func(rule string, level Level, field, match, why string) {
		out = append(out, Finding{Rule: rule, Class: WebshellUse, Level: level, Field: field, Match: VisibleN(match, MaxMatch/2), Why: why})
	}
	if parts := strings.FieldsFunc(whole, func(r rune) bool { return r == '.' || r == ';' || r == ':' }); len(parts) >= 3 {
		last, before := parts[len(parts)-1], parts[len(parts)-2]
		switch {
		case ownScripts[before] && pictureExts[last]:
			add("file-double-extension", Medium, "name", whole, "a script's extension before that of a static file, which some servers run")
		case pictureExts[before] && ownScripts[last] && before != "svg" && before != "txt":
			add("file-double-extension", Medium, "name", whole, "a picture's extension before that of a script")
		}
	} else if strings.ContainsAny(whole, ";:") && len(parts) == 2 {
		add("file-double-extension", Medium, "name", whole, "a mark in its name at which some servers end the name")
	}
	if !scriptExts[extOf(base)] {
		return out
	}
	if j.twins[base+"\x00"+first(f.SHA256, first(f.SHA1, f.MD5))] >= 3 { // such as the empty index.php of each folder
		return out
	}
	folder := j.folders[dir]
	named := ""
	for _, part := range strings.Split(strings.Trim(dir, "/"), "/") {
		if staticFolders[part] {
			named = part
		}
	}
	switch {
	case folder.static >= 3 && folder.static >= 4*folder.scripts:
		add("file-static-folder", Medium, "name", f.Path, fmt.Sprintf("a script in a folder of %d static files", folder.static))
	case named != "" && folder.scripts <= 3:
		add("file-upload-folder", Low, "name", f.Path, "a script below a folder named "+named)
	}
	if strings.HasPrefix(base, ".") {
		add("file-hidden-script", Low, "name", base, "a script whose name begins with a dot")
	}
	if len(j.sizes) >= 20 && f.Size > 0 && f.Size < 512 && f.Size*4 < j.sizes[len(j.sizes)/4] {
		add("file-tiny-script", Low, "name", fmt.Sprint(f.Size), fmt.Sprintf("%d bytes, far smaller than nearly all of the %d scripts", f.Size, len(j.sizes)))
	}
	return append(out, j.timeSigns(f, n)...)
}

// timeSigns lists what the times of a script show.
func (j *fileJudge) timeSigns(f *File, n inode) []Finding {
	var out []Finding
	stamp := f.ModTime.UTC().Format("2006-01-02 15:04:05Z")
	if !f.ModTime.IsZero() && j.scripts >= 10 && j.alone*5 <= j.scripts && near(j.code, f.ModTime, burstSpan) < 3 {
		out = append(out, Finding{Rule: "file-time-alone", Class: WebshellUse, Level: Low, Field: "time", Match: stamp,
			Why: fmt.Sprintf("written when hardly any other code of the site was; %d of its %d scripts were written in bursts", j.scripts-j.alone, j.scripts)})
	}
	if made := n.made(); !made.IsZero() && !f.ModTime.IsZero() && made.Sub(f.ModTime) > 24*time.Hour && len(j.born) >= 10 && near(j.born, made, burstSpan) < 3 {
		out = append(out, Finding{Rule: "file-time-set-back", Class: WebshellUse, Level: Medium, Field: "time", Match: stamp,
			Why: "says that it was written before it was made (" + made.UTC().Format("2006-01-02 15:04:05Z") + "), alone: its time was set, or it was moved here by itself"})
	}
	return out
}

// levelPoints are what a finding of a level adds to Suspicion.
var levelPoints = [...]int{None: 0, Info: 1, Low: 10, Medium: 30, High: 60, Critical: 90}

// Suspicion says how much a file asks for a look, 0 to 100: from its verdict and from what its content, name and
// time show. It is for sorting; what counts are the findings.
func (f *File) Suspicion() int {
	points := 0
	byField := map[string]int{}
	for _, x := range f.Findings {
		byField[x.Field] = max(byField[x.Field], levelPoints[min(max(x.Level, None), Critical)])
	}
	for _, p := range byField {
		points += p
	}
	script := IsScript(f.Path)
	switch f.Verdict {
	case KnownBad:
		points += 95
	case KnownGood:
		return min(points, 15)
	case Changed:
		points += 5
		if script {
			points += 20
		}
	case Unknown:
		if script {
			points += 5
		}
	}
	return min(100, points)
}

// Level is the highest level of a file's findings; a file of a known-bad list is critical.
func (f *File) Level() Level {
	level := None
	for _, x := range f.Findings {
		level = max(level, x.Level)
	}
	if f.Verdict == KnownBad {
		return Critical
	}
	return level
}

// SortFiles puts the files that ask most for a look first: by Suspicion, then by verdict, then by path.
func SortFiles(files []File) {
	slices.SortStableFunc(files, func(a, b File) int {
		return cmp.Or(cmp.Compare(b.Suspicion(), a.Suspicion()), cmp.Compare(slices.Index(verdictOrder, a.Verdict), slices.Index(verdictOrder, b.Verdict)), cmp.Compare(a.Path, b.Path))
	})
}

// verdictOrder is what asks for attention first.
var verdictOrder = []FileVerdict{KnownBad, Changed, Unknown, KnownGood}

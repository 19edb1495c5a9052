package triage

// Paths as behaviour sees them: what kind of thing a URL path names, and in which folder.

import (
	"net/url"
	"strings"
)

type pathKind uint8

const (
	pageKind   pathKind = iota // anything else: a page, a folder, an API
	assetKind                  // what browsers fetch by themselves with a page
	scriptKind                 // a file that the server executes
)

// scriptExts are the extensions that common servers execute: PHP, ASP, ASP.NET, JSP, ColdFusion, CGI.
var scriptExts = extSet("php php3 php4 php5 php7 php8 phtml pht phar asp aspx ashx asmx asa cer cdx " +
	"jsp jspx jspf jsw cfm cfml cfc pl cgi py rb lua shtml")

// assetExts are the extensions of what a browser fetches with a page, and of plain downloads.
var assetExts = extSet("css js mjs map png jpg jpeg gif svg ico webp avif bmp woff woff2 ttf otf eot " +
	"mp4 webm mp3 ogg wav swf txt pdf")

func extSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// plainPath is a URL path percent-decoded once, with forward slashes, lower-cased, without path parameters
// such as ";jsessionid=1". It is how paths of requests, payloads and listings are compared.
func plainPath(p string) string {
	if strings.IndexByte(p, '%') >= 0 {
		if u, err := url.PathUnescape(p); err == nil {
			p = u
		}
	}
	p = strings.ToLower(strings.ReplaceAll(p, `\`, "/"))
	if i := strings.IndexByte(p, ';'); i > 0 {
		p = p[:i]
	}
	return p
}

// splitPath gives the folder (with the closing slash) and base name of a plain path.
func splitPath(plain string) (dir, base string) {
	i := strings.LastIndexByte(plain, '/')
	return plain[:i+1], plain[i+1:]
}

func extOf(base string) string {
	if i := strings.LastIndexByte(base, '.'); i >= 0 {
		return base[i+1:]
	}
	return ""
}

// kindOf says what a plain path names. A script may be followed by more path, as in /a.php/x, or hide in a
// double extension that some servers still execute, as in /a.asp;.jpg (cut by plainPath) or /a.php.jpg.
func kindOf(plain string) pathKind {
	if !strings.Contains(plain, ".") {
		return pageKind
	}
	if scriptPart(plain) != "" {
		return scriptKind
	}
	if _, base := splitPath(plain); assetExts[extOf(base)] {
		return assetKind
	}
	return pageKind
}

// scriptPart is a plain path up to the end of the first part that names a script, without the path that follows
// it; empty if none does.
func scriptPart(plain string) string {
	for from := 0; from < len(plain); {
		end := len(plain)
		if i := strings.IndexByte(plain[from:], '/'); i >= 0 {
			end = from + i
		}
		part := plain[from:end]
		ext := extOf(part)
		if scriptExts[ext] || assetExts[ext] && scriptExts[extOf(strings.TrimSuffix(part, "."+ext))] {
			return plain[:end]
		}
		from = end + 1
	}
	return ""
}

// scriptKey is how the requests to one script are told to belong together, whatever path follows it.
func scriptKey(path string) string {
	p := plainPath(path)
	if s := scriptPart(p); s != "" {
		return s
	}
	return p
}

// uploadFolder reports whether a folder's name says that visitors' files or pictures lie there.
func uploadFolder(dir string) bool {
	for _, w := range [...]string{"upload", "image", "img", "pics", "picture", "photo", "gallery", "media", "avatar", "attach", "userfiles", "files", "tmp", "temp", "cache", "css", "js", "font", "icons", "static", "assets"} {
		if i := strings.Index(dir, w); i > 0 && !latinLetter(dir[i-1]) {
			return true
		}
	}
	return false
}

// IsScript reports whether a path, of a URL or on disk, names a file that web servers execute.
func IsScript(path string) bool { return kindOf(plainPath(path)) == scriptKind }

// NamesFile reports whether a path on disk, from a payload or a listing, may be the file behind a URL path:
// their names are the same and so are their folders, as far as the URL shows them.
func NamesFile(disk, urlPath string) bool { return sameFile(disk, plainPath(urlPath)) >= 2 }

// sameFile says how well a path on disk (from a payload or listing) fits a plain URL path: 0 not at all,
// 1 the base name only, 2 the folder above too, 3 the whole URL path.
func sameFile(disk, urlPlain string) int {
	disk = plainPath(strings.Trim(disk, ` '"`))
	if urlPlain == "" || disk == "" {
		return 0
	}
	_, a := splitPath(disk)
	_, b := splitPath(urlPlain)
	if a != b || a == "" {
		return 0
	}
	if strings.HasSuffix(disk, urlPlain) && strings.Count(urlPlain, "/") > 1 {
		return 3
	}
	dirA, dirB := strings.TrimSuffix(disk, a), strings.TrimSuffix(urlPlain, b)
	if dirB == "/" { // a script in the root of the site: any folder may be that root
		return 2
	}
	_, upA := splitPath(strings.TrimSuffix(dirA, "/"))
	_, upB := splitPath(strings.TrimSuffix(dirB, "/"))
	if upA == upB && upA != "" {
		return 2
	}
	return 1
}

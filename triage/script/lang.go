package script

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// A language is a family of scripts with one syntax.
type language int

const (
	noLanguage language = iota
	php
	vbscript // ASP
	jscript  // ASP
	csharp   // ASP.NET
	vbnet    // ASP.NET
	jsnet    // ASP.NET, JScript
	java     // JSP
	cfml
	perl
	python
	shell
)

var languageNames = [...]string{"", "php", "asp-vbscript", "asp-jscript", "aspx-csharp", "aspx-vb", "aspx-jscript", "jsp", "cfml", "perl", "python", "shell"}

func (l language) String() string { return languageNames[l] }

func (l language) basic() bool { return l == vbscript || l == vbnet }
func (l language) dotNet() bool {
	return l == csharp || l == vbnet || l == jsnet
}

// sigil reports whether variables begin with "$", so that a bare word is a function or constant.
func (l language) sigil() bool { return l == php || l == perl }

// byExt are the families by extension of the file's name.
var byExt = map[string]language{
	"php": php, "php3": php, "php4": php, "php5": php, "php7": php, "php8": php, "phtml": php, "pht": php, "phar": php, "phps": php, "inc": php,
	"module": php, "theme": php, "install": php, "ctp": php,
	"asp": vbscript, "asa": vbscript, "cer": vbscript, "cdx": vbscript,
	"aspx": csharp, "ashx": csharp, "asmx": csharp, "ascx": csharp, "asax": csharp, "master": csharp, "cshtml": csharp,
	"jsp": java, "jspx": java, "jspf": java, "jsw": java, "jspa": java,
	"cfm": cfml, "cfml": cfml, "cfc": cfml,
	"pl": perl, "cgi": perl, "pm": perl, "py": python, "sh": shell,
}

// binaryExts are the extensions of files that hold no text, so that code in them is hidden there.
var binaryExts = wordSet("jpg jpeg png gif bmp ico webp tif tiff mp3 mp4 avi mov wav woff woff2 ttf eot otf swf pdf")

// containers hold other files, whose code is none of theirs.
var containers = [][]byte{[]byte("PK\x03\x04"), []byte("\x1f\x8b"), []byte("BZh"), []byte("7z\xbc\xaf"), []byte("Rar!"), []byte("\xfd7zXZ"), []byte("\x28\xb5\x2f\xfd"), []byte("SQLite format 3")}

var (
	phpOpen  = regexp.MustCompile(`(?i)<\?php\b|<\?=|<script\s+language\s*=\s*["']?php`)
	aspOpen  = regexp.MustCompile(`(?i)<%@\s*(?:page|language|webhandler|webservice)|<%\s*(?:eval|execute)[\s(]|<script[^>]{0,80}runat\s*=\s*["']?server`)
	langOf   = regexp.MustCompile(`(?is)(?:<%@|<script)[^>]{0,200}?language\s*=\s*["']?\s*([a-z#.]+)`)
	hashBang = regexp.MustCompile(`^#!\s*/\S*(?:/|\s)(perl|python|sh|bash|php)`)
	// openInBinary wants enough of a tag that random bytes do not make it.
	openInBinary = regexp.MustCompile(`(?i)<\?php[\s/]|<\?=\s*[@$` + "`" + `a-z][ -~\s]{6}|<script\s+language\s*=\s*["']?php|<%@\s*page\s|<%\s*(?:eval|execute)[\s(]|<jsp:scriptlet`)
)

// recognise finds the language of a file and how it holds code.
func recognise(base string, content []byte) (language, manner) {
	ext := base[strings.LastIndexByte(base, '.')+1:]
	head := content[:min(len(content), 4096)]
	lang := byExt[ext]
	if lang == noLanguage {
		// A double extension that some servers run, as in x.php.jpg and x.asp;.jpg.
		for _, part := range strings.FieldsFunc(base, func(r rune) bool { return r == '.' || r == ';' || r == ':' || r == '%' }) {
			if l := byExt[part]; l != noLanguage && strings.Contains(base, ".") && !strings.HasPrefix(base, part) && part != "inc" && part != "module" {
				lang = l
			}
		}
		if lang != noLanguage && !phpOpen.Match(content) && !aspOpen.Match(content) {
			lang = noLanguage
		}
	}
	switch {
	case lang == csharp || lang == vbscript:
		return aspLanguage(lang, head), plainScript
	case lang == perl || lang == shell:
		if m := hashBang.FindSubmatch(head); m != nil {
			switch string(m[1]) {
			case "python":
				lang = python
			case "php":
				lang = php
			case "sh", "bash":
				lang = shell
			}
		}
		return lang, plainScript
	case lang != noLanguage:
		if ext == "inc" || ext == "module" || ext == "theme" || ext == "install" || ext == "ctp" || ext == "phps" {
			if !phpOpen.Match(content) {
				return noLanguage, inert
			}
			return lang, inert
		}
		return lang, plainScript
	}
	for _, magic := range containers {
		if bytes.HasPrefix(content, magic) {
			return noLanguage, inert
		}
	}
	if binaryExts[ext] || bytes.IndexByte(head, 0) >= 0 {
		if m := openInBinary.Find(content); m != nil {
			if m[1] == '%' {
				return aspLanguage(vbscript, content[:min(len(content), 1<<20)]), embedded
			}
			if bytes.HasPrefix(bytes.ToLower(m), []byte("<jsp")) {
				return java, embedded
			}
			return php, embedded
		}
		return noLanguage, inert
	}
	if slices.Contains([]string{"js", "css", "json", "map", "md", "rst", "po", "pot", "sql", "xml", "svg"}, ext) && ext != "svg" {
		return noLanguage, inert // text about code, not code
	}
	switch {
	case phpOpen.Match(content) && !bytes.HasPrefix(bytes.TrimSpace(head), []byte("<?xml")):
		return php, inert
	case aspOpen.Match(content):
		return aspLanguage(vbscript, head), inert
	}
	return noLanguage, inert
}

// aspLanguage reads the language that a page declares; dflt is the server's own.
func aspLanguage(dflt language, head []byte) language {
	m := langOf.FindSubmatch(head)
	if m == nil {
		return dflt
	}
	net := dflt == csharp || bytes.Contains(bytes.ToLower(head), []byte("<%@ page"))
	switch name := strings.ToLower(string(m[1])); {
	case strings.HasPrefix(name, "jscript") || strings.HasPrefix(name, "js") || name == "javascript":
		if net {
			return jsnet
		}
		return jscript
	case strings.HasPrefix(name, "vb"):
		if net && !strings.HasPrefix(name, "vbscript") {
			return vbnet
		}
		return vbscript
	case strings.HasPrefix(name, "c"):
		return csharp
	}
	return dflt
}

// embeddedCode is the text of a binary file from its first code on; a closing tag ends it.
func embeddedCode(text string) string {
	at := openInBinary.FindStringIndex(text)
	if at == nil {
		return ""
	}
	return text[at[0]:min(len(text), at[0]+1<<20)]
}

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

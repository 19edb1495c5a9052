package triage

import "strings"

// scriptNames are the extensions that servers run, besides those of kindOf's scripts.
var scriptNames = wordSet("php", "php3", "php4", "php5", "php7", "php8", "phtml", "phar", "pht", "phps", "asp", "aspx", "ashx", "asmx", "asa", "cer", "cdx",
	"jsp", "jspx", "jspf", "jsw", "jsv", "cfm", "cfml", "cfc", "cgi", "pl", "shtml", "war", "jar", "soap", "svc", "axd", "config", "htaccess")

// upload judges one uploaded file: by its name, as the server may take it, and by what it holds.
func (h *hunt) upload(field string, p *bodyPart) {
	name := asciiLower(p.file)
	text, _ := inPlace(name, false)
	clean, _, cut := strings.Cut(text, "\x00")
	clean = strings.TrimRight(clean, ". \t")
	if i := strings.Index(clean, "::$"); i > 0 { // NTFS: the file itself
		clean, cut = clean[:i], true
	}
	if i := strings.IndexByte(clean, ';'); i > 0 { // IIS 6 reads x.asp;.jpg as x.asp
		clean, cut = clean[:i], true
	}
	base := clean[strings.LastIndexAny(clean, `/\`)+1:]
	pieces := strings.Split(base, ".")
	script, inside := false, false
	for i, ext := range pieces[1:] {
		if scriptNames[ext] {
			script = script || i == len(pieces)-2
			inside = inside || i < len(pieces)-2
		}
	}
	code := serverCode(p.value)
	runs, _ := evaluates(p.value)
	match := p.file
	switch {
	case (script || code) && runs:
		h.tell("upload-shell", field, match, p.file, cutText(strings.TrimSpace(p.value), 120))
	case script && (len(pieces) > 2 && staticName(pieces[len(pieces)-2]) || cut), inside && !script:
		h.tell("upload-disguised", field, match, p.file, "")
	case script:
		h.tell("upload-script", field, match, p.file, "")
	case code:
		h.tell("upload-code", field, match, p.file, cutText(strings.TrimSpace(p.value), 120))
	}
	if strings.Contains(clean, "../") || strings.Contains(clean, `..\`) {
		h.tell("upload-path", field, match, p.file, "")
	}
}

// staticName reports whether an extension is one of files that are only shown.
func staticName(ext string) bool {
	switch ext {
	case "jpg", "jpeg", "png", "gif", "txt", "pdf", "webp", "bmp", "ico", "svg", "zip", "doc", "docx", "csv":
		return true
	}
	return false
}

// serverCode reports whether a text opens code that a server runs.
func serverCode(s string) bool {
	low := asciiLower(cutText(s, maxJudged))
	for _, open := range [...]string{"<?php", "<?=", "<%@", "<%=", "<%!", "<% ", "<%\n", "<%\r", "<%e", "<jsp:", "<cfexecute", "<script runat=", `<script language="php`, `runat="server"`} {
		if strings.Contains(low, open) {
			return true
		}
	}
	return false
}

// evaluators are what code calls to run what a client sends.
var evaluators = []string{"eval(", "eval (", "assert(", "system(", "exec(", "passthru(", "popen(", "execute(", "execute request", "eval request",
	"executeglobal", "create_function(", "call_user_func", "preg_replace(", "processbuilder", "getruntime()", "process.start", "wscript.shell", "defineclass"}

// clientInputs are how code reads what a client sends.
var clientInputs = []string{"$_post", "$_get", "$_request", "$_cookie", "$_server", "php://input", "request(", "request[", "request.item", "request.form", "getparameter(", "getinputstream(", "request.querystring", "getheader("}

// evaluates reports whether a text both runs something and reads what a client sends, and by what.
func evaluates(s string) (bool, string) {
	low := asciiLower(cutText(s, maxJudged))
	for _, e := range evaluators {
		if !strings.Contains(low, e) {
			continue
		}
		for _, in := range clientInputs {
			if strings.Contains(low, in) {
				return true, e
			}
		}
	}
	return false, ""
}

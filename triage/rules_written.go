package triage

import (
	"regexp"
	"slices"
	"strings"
)

// A writtenForm is one way in which commands or program text name the file that they write: a pattern whose
// group is the path, and the words (in lower case) of which one is in every text that it fits.
type writtenForm struct {
	words   []string
	pattern *regexp.Regexp
}

// writtenForms are read in this order. The commands are those of GTFOBins
// (https://gtfobins.github.io/#+file%20write) and LOLBAS (https://lolbas-project.github.io/, "download" and "copy");
// the calls are those of PHP, Java, .NET, VBScript, Node, Python and Ruby.
var writtenForms = []writtenForm{
	{[]string{"write", "put_contents", "appendfile", "appendalltext", "createtextfile", "opentextfile", "save"}, regexp.MustCompile(`(?i)(?:file_put_contents|writefile(?:sync)?|appendfile(?:sync)?|createwritestream|writealltext|writeallbytes|appendalltext|createtextfile|opentextfile|savetofile|saveas)\s*\(?\s*(?:[\w$.\[\]()'"]{1,60}?\s*[.+]\s*)?@?\\?["']([^"'<>|]{2,200}?)\\?["']`)},
	{[]string{"open", "file.new"}, regexp.MustCompile(`(?i)\b(?:f?open|file\.open|file\.new|io\.open)\s*\(\s*\\?["']([^"'<>|]{2,200}?)\\?["']\s*,\s*\\?["'][waxc]b?\+?`)},
	{[]string{"copy", "rename", "move_up", "symlink", "downloadfile"}, regexp.MustCompile(`(?i)\b(?:copy|rename|move_uploaded_file|symlink|downloadfile)\s*\([^,]{1,200},\s*\\?["']([^"'<>|]{2,200}?)\\?["']`)},
	{[]string{"outputstream", "writer", "randomaccess", "filestream"}, regexp.MustCompile(`(?i)\b(?:fileoutputstream|filewriter|randomaccessfile|printwriter|filestream|streamwriter)\s*\(\s*(?:new\s+[\w.]{1,40}\s*\(\s*)?@?\\?["']([^"'<>|]{2,200}?)\\?["']`)},
	{[]string{"wget", "curl"}, regexp.MustCompile(`(?i)\b(?:wget|curl)\b[^|;&\n]{0,400}?\s(?:-[a-z]{0,4}o|--output(?:-document)?)[\s=]*["']?([^\s"'|;&<>]{2,200})`)},
	{[]string{"-outfile", "-filepath", "-destination"}, regexp.MustCompile(`(?i)\s-(?:outfile|filepath|destination)\s+["']?([^\s"'|;&<>]{2,200})`)},
	{[]string{"content", "out-file", "tee"}, regexp.MustCompile(`(?i)\b(?:set-content|add-content|out-file|tee-object|tee)\s+(?:-[a-z]+\s+)?["']?([^\s"'|;&<>-][^\s"'|;&<>]{1,200})`)},
	{[]string{"certutil"}, regexp.MustCompile(`(?i)\bcertutil(?:\.exe)?\s[^|;&]{0,300}?(?:https?|ftp)://\S{1,200}\s+["']?([^\s"'|;&<>]{2,200})`)},
	{[]string{"certutil"}, regexp.MustCompile(`(?i)\bcertutil(?:\.exe)?\s+[-/](?:f\s+[-/])?decode(?:hex)?\s+\S{1,200}\s+["']?([^\s"'|;&<>]{2,200})`)},
	{[]string{"bitsadmin"}, regexp.MustCompile(`(?i)\bbitsadmin(?:\.exe)?\s[^|;&]{0,300}?https?://\S{1,200}\s+["']?([^\s"'|;&<>]{2,200})`)},
	{[]string{"queryout"}, regexp.MustCompile(`(?i)\bqueryout\s+["']?([^\s"'|;&<>]{2,200})`)},
	{[]string{">"}, regexp.MustCompile(`(?i)(?:^|[^-=<>\d&])>{1,2}\s*["']?([^\s"'|;&<>()` + "`" + `,]{2,200})`)},
	{[]string{"cp ", "mv ", "copy ", "move ", "ren ", "ln "}, regexp.MustCompile(`(?i)\b(?:cp|mv|copy|xcopy|move|ren|ln\s+-s)\s+(?:[-/]\w+\s+)*["']?[^\s"'|;&<>]{1,200}["']?\s+["']?([^\s"'|;&<>]{2,200})`)},
	{[]string{"of="}, regexp.MustCompile(`(?i)\bof=["']?([^\s"'|;&<>]{2,200})`)},
	{[]string{"wget", "curl"}, regexp.MustCompile(`(?i)\b(?:wget|curl)\s[^|;&\n]{0,200}?(?:https?|ftp)://[^\s"'|;&<>]{1,200}/([\w.-]{1,80}\.[a-z]\w{0,4})\b`)},
}

// writtenPath is the path of the file that a command line or program text writes, as it names it, or "". What
// goes to no file (/dev/null, a socket, another descriptor) does not count.
func writtenPath(text string) string {
	text = cutText(text, 4<<10)
	low := asciiLower(text)
	for _, form := range writtenForms {
		if !slices.ContainsFunc(form.words, func(w string) bool { return strings.Contains(low, w) }) {
			continue
		}
		for _, m := range form.pattern.FindAllStringSubmatch(text, 4) {
			if path := strings.TrimRight(m[1], `.,:)}`); namesFile(path) {
				return path
			}
		}
	}
	return ""
}

// namesFile reports whether s can be the path of a file: one name with an extension, or a path that is no
// device and no URL.
func namesFile(s string) bool {
	if len(s) < 3 || len(s) > 260 || strings.ContainsAny(s, "\"<>|*?\n\r\x00") {
		return false
	}
	low := asciiLower(s)
	if strings.HasPrefix(low, "/dev/") || strings.Contains(low, "://") || strings.HasPrefix(low, "-") {
		return false
	}
	name := s[strings.LastIndexAny(s, `/\`)+1:]
	dot := strings.LastIndexByte(name, '.')
	ext := dot >= 0 && len(name)-dot > 1 && len(name)-dot <= 8 && isLetter(name[dot+1])
	if strings.HasSuffix(low, ".exe") && !strings.ContainsAny(s, `/\`) || strings.HasPrefix(low, "wscript.") || strings.HasPrefix(low, "scripting.") || strings.HasPrefix(low, "adodb.") {
		return false
	}
	rooted := s[0] == '/' || s[0] == '~' || len(s) > 2 && s[1] == ':' && (s[2] == '\\' || s[2] == '/') || strings.HasPrefix(s, `\\`) || s[0] == '.'
	return ext && !strings.ContainsAny(s, " \t=") || rooted && name != "" && (ext || !strings.ContainsAny(s, " \t="))
}

var serverScript = regexp.MustCompile(`(?i)` + scriptEnding + `(?:$|[;/.%])`)

// runsOnServer reports whether a web server would run a file of this name, or changes how it runs others.
func runsOnServer(path string) bool {
	low := asciiLower(path)
	return serverScript.MatchString(path) || strings.HasSuffix(low, ".htaccess") || strings.HasSuffix(low, "web.config") || strings.HasSuffix(low, ".user.ini")
}

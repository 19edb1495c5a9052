package triage

// Clients of web shells, by the form of what they send rather than by its names, which their users change: code that
// decodes to statements of a server's language, arguments that decode to paths and commands, frames around a
// command, blocks of a cipher. Whatever is found is decoded, so that a finding says what was run.

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

const (
	maxClientParts = 32 // parameters that are looked at
	maxUnfold      = 4  // literals in literals
)

// shellClient looks for a client's work in a body.
func (h *hunt) shellClient(body string, parts []bodyPart) {
	if len(parts) > 0 && parts[0].raw && serverCode(cutText(strings.TrimSpace(body), 16)) {
		h.tell("body-script", "body", cutText(strings.TrimSpace(body), MaxMatch), "", "")
		return
	}
	parts = parts[:min(len(parts), maxClientParts)]
	if h.sentCode(parts) || h.framed(parts) || h.letters(parts) || h.encrypted(parts) || len(parts) <= 2 && h.weevely(body) {
		return
	}
	for i := range parts {
		h.command(&parts[i])
	}
}

// sentCode looks for code among the parameters; the others are its arguments.
func (h *hunt) sentCode(parts []bodyPart) bool {
	at, code := -1, ""
	for i := range parts {
		if parts[i].upload {
			continue
		}
		for _, text := range sentLayers(parts[i].value) {
			if tryCode.MatchString(text) && len(parts) == 1 {
				h.tell("body-code-try", parts[i].field(), text, "", "")
				return true
			}
			if isCode(text) {
				if text = unfold(text, 0); at < 0 || len(text) > len(code) {
					at, code = i, text
				}
			}
		}
	}
	if at < 0 {
		return false
	}
	var args []string
	for i := range parts {
		if i == at || parts[i].upload || parts[i].value == "" {
			continue
		}
		text := parts[i].value
		if plain, ok := decodeArgument(text); ok {
			text = plain
		}
		if layers := sentLayers(parts[i].value); !slices.ContainsFunc(layers, isCode) {
			args = append(args, text)
		}
	}
	match, target, what := action(code, args)
	id := "body-code"
	switch all := parts[at].value + code; {
	case strings.Contains(all, "->|") || strings.Contains(all, "|<-"):
		id = "body-chopper"
	case buffered(asciiLower(all)):
		id = "body-antsword"
	}
	h.tell(id, parts[at].field(), match, target, what)
	return true
}

// buffered reports whether code answers as AntSword's does: from a buffer, after its warnings are switched off.
func buffered(low string) bool {
	return strings.Contains(low, "ob_get_contents(") && strings.Contains(low, "ob_start(") && strings.Contains(low, "ini_set(") && strings.Contains(low, "function ")
}

// sentLayers are a value and what it spells out in full: percent-coded again, base64 (with up to eight random
// bytes before it), hex, rot13, a list of chr().
func sentLayers(v string) []string {
	out := []string{v}
	if strings.IndexByte(v, '%') >= 0 {
		if p, _ := decodePercent(v, false); p != v {
			out = append(out, p)
		}
	}
	if len(v) >= 8 {
		for range 3 {
			text, ok := decodeArgument(out[len(out)-1])
			if !ok {
				break
			}
			out = append(out, text)
		}
	}
	low := asciiLower(v)
	if c := chrList.FindString(low); c != "" {
		if s := spellChars(low); s != "" {
			out = append(out, s)
		}
	}
	if strings.Contains(low, "riny(") || strings.Contains(low, "vav_frg(") || strings.Contains(low, "rpub(") {
		out = append(out, rot13(v))
	}
	return out
}

var chrList = regexp.MustCompile(`chr\(\d{1,3}\)\s*[.&]\s*chr\(`)

func rot13(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case r >= 'A' && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		}
		return r
	}, s)
}

// decodeArgument is what an argument spells in hex or base64, if that is text.
func decodeArgument(v string) (string, bool) {
	v = strings.TrimSpace(v)
	if len(v) < 4 {
		return "", false
	}
	if len(v)%2 == 0 {
		if b, err := hex.DecodeString(v); err == nil && len(b) >= 2 && mostlyText(b) && printable(b) {
			return string(b), true
		}
	}
	for skip := 0; skip <= 8 && skip < len(v)-3; skip++ {
		if text, ok := wholeBase64(v[skip:]); ok && printable(text) {
			return string(text), true
		}
		if len(v) < 8 || strings.IndexByte(v, ' ') >= 0 {
			break
		}
	}
	return "", false
}

// wholeBase64 decodes a text that is base64 from end to end, padded or of a length that needs no padding.
func wholeBase64(v string) ([]byte, bool) {
	body := strings.TrimRight(v, "=")
	if pad := len(v) - len(body); pad > 2 || pad > 0 && len(v)%4 != 0 || len(body)%4 == 1 || len(body) < 4 {
		return nil, false
	}
	body = strings.Map(func(r rune) rune {
		switch r {
		case ' ':
			return '+' // a plus that a form took for a space
		case '-':
			return '+'
		case '_':
			return '/'
		case '\r', '\n':
			return -1
		}
		return r
	}, body)
	b, err := base64.RawStdEncoding.DecodeString(body)
	return b, err == nil
}

// printable reports whether b is text that a person could have written.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return mostlyText(b) || len(b) < 8 && !slices.ContainsFunc(b, func(c byte) bool { return c >= 0x80 })
}

var (
	codeStart = regexp.MustCompile(`^\s*(?:<\?(?:php)?\s*)?[@;{(\s]*(?:\$\w+\s*[=\[.]|[a-z_][\w.]*\s*\(|function\s|try\s*\{|if\s*\(|set\s+\w+\s*=|on error |dim\s|var\s+\w+\s*[:=]|execute|response\.|echo\s*["'(@$]|print\s*["'(@$]|return\s|global\s|error_reporting)`)
	tryCode   = regexp.MustCompile(`(?i)^\s*(?:<\?php\s*)?@?(?:(?:eval|assert)\(\s*\)|(?:die|exit|echo|print|print_r|var_dump|printf|response\.write)\s*\(?\s*@?(?:md5|sha1|crc32|strrev|str_rot13|phpversion|\d+\s*[*+-]\s*\d+)\s*(?:\([^()]{0,80}\))?\s*\)?)\s*;?\s*(?:\?>)?$`)
	inputCode = regexp.MustCompile(`(?:eval|assert|system|execute|exec|passthru|popen)\s*\(?\s*(?:@?base64_decode\s*\(|@?gz\w+\(|@?strrev\(|request|\$_(?:post|get|request|cookie))`)
	literal   = regexp.MustCompile(`["'(]([A-Za-z0-9+/=%_-]{16,})["')]`)
)

// codeTokens are what statements of PHP, ASP and ASP.NET are made of; two different ones make a text code if it
// begins like a statement.
var codeTokens = []string{"ini_set(", "set_time_limit(", "eval(", "base64_decode(", "$_post[", "$_get[", "$_request[", "$_server[", "echo(", "echo \"", "echo '", "die(",
	"print(", "print ", "function_exists(", "system(", "shell_exec(", "passthru(", "proc_open(", "popen(", "exec(", "opendir(", "readdir(", "scandir(", "file_put_contents(",
	"file_get_contents(", "fopen(", "fwrite(", "fread(", "php_uname(", "phpinfo(", "create_function(", "ob_start(", "ob_get_contents(", "get_current_user(", "getcwd(",
	"call_user_func", "assert(", "strrev(", "str_rot13(", "gzinflate(", "error_reporting(", "dirname(", "unlink(", "mkdir(", "rename(", "session_start(", "create_object",
	"execute(", "executeglobal", "server.createobject", "createobject(", "response.write", "on error resume next", "response.end", "wscript.shell", "server.mappath",
	"frombase64string", "system.text.encoding", "system.diagnostics", "system.io", "request.item[", "request.form", "request(", "new activexobject", "err:exception"}

// isCode reports whether a text is code for a shell to run.
func isCode(text string) bool {
	if len(text) < 12 || strings.IndexByte(text, '(') < 0 {
		return false
	}
	low := asciiLower(cutText(text, maxJudged))
	if !codeStart.MatchString(low) {
		return false
	}
	if inputCode.MatchString(low) {
		return true
	}
	n, calls := 0, false
	for _, t := range codeTokens {
		if strings.Contains(low, t) {
			calls = calls || strings.HasSuffix(t, "(")
			if n++; n >= 2 {
				break
			}
		}
	}
	return n >= 2 && (strings.IndexByte(low, ';') >= 0 || strings.Contains(low, "response.") || strings.Contains(low, ":"))
}

// unfold is the innermost code that a code's own literals spell: bd("..."), FromBase64String("..."), strrev('...').
func unfold(code string, depth int) string {
	if depth >= maxUnfold {
		return code
	}
	for _, m := range literal.FindAllStringSubmatch(code, 16) {
		lit := m[1]
		if strings.IndexByte(lit, '%') >= 0 {
			lit, _ = decodePercent(lit, false)
		}
		for _, l := range [...]string{lit, reversed(lit)} {
			if text, ok := decodeArgument(l); ok && (isCode(text) || strings.ContainsAny(text, "(;") && len(text) > 12 && codeStart.MatchString(asciiLower(text))) {
				return unfold(text, depth+1)
			}
		}
	}
	return code
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// An actionKind is what code does with its arguments, by what it calls.
var actionKinds = []struct {
	what  string
	calls []string
}{
	{"runs a command", []string{"system(", "shell_exec(", "passthru(", "proc_open(", "popen(", "pcntl_exec(", " exec(", "@exec(", "processstartinfo", "wscript.shell", ".exec("}},
	{"writes a file", []string{"fwrite(", "fputs(", "file_put_contents(", "move_uploaded_file(", "writealltext", "streamwriter", "savetofile", ".write("}},
	{"lists a folder", []string{"opendir(", "scandir(", "glob(", "getdirectories", "getfolder(", "directoryinfo"}},
	{"reads a file", []string{"fread(", "readfile(", "file_get_contents(", "streamreader", "opentextfile", "readalltext"}},
	{"deletes a file", []string{"unlink(", "rmdir(", "deletefile", ".delete("}},
	{"renames a file", []string{"rename(", "movefile"}},
	{"makes a folder", []string{"mkdir(", "createfolder", "createdirectory"}},
	{"changes the times of a file", []string{"touch(", "setlastwritetime"}},
	{"asks a database", []string{"mysql_connect(", "mysqli_connect(", "new mysqli", "adodb.connection", "new pdo"}},
}

// action says what code did: the command that it ran; else what it called with the path that it was given; else the
// code itself. target is the path of a file that it wrote.
func action(code string, args []string) (match, target, what string) {
	low := asciiLower(code)
	for _, k := range actionKinds {
		i := slices.IndexFunc(k.calls, func(c string) bool { return strings.Contains(low, c) })
		if i < 0 {
			continue
		}
		what = k.what
		given := slices.DeleteFunc(slices.Clone(args), interpreter)
		if len(given) == 0 {
			break
		}
		if k.what == actionKinds[0].what {
			return given[len(given)-1], "", what
		}
		if k.what == actionKinds[1].what {
			target = given[0]
		}
		return strings.Trim(k.calls[i], "(.@ ") + " " + strings.Join(given[:min(len(given), 2)], " "), target, what
	}
	return code, "", what
}

// interpreter reports whether an argument is the shell that a command is handed to.
func interpreter(arg string) bool {
	a := asciiLower(strings.TrimSpace(arg))
	a = strings.TrimPrefix(strings.TrimPrefix(a, "-c"), "/c")
	if strings.HasSuffix(a, "/") || strings.HasSuffix(a, `\`) {
		return false // a folder
	}
	base := strings.Trim(a[strings.LastIndexAny(a, `/\`)+1:], `"' `)
	switch base {
	case "", "sh", "bash", "zsh", "dash", "ash", "csh", "cmd", "cmd.exe", "powershell", "powershell.exe":
		return true
	}
	return len(arg) <= 2 || arg == "utf-8" || strings.EqualFold(arg, "gb2312") || strings.EqualFold(arg, "utf-8")
}

var (
	frameSE   = regexp.MustCompile(`(?is)echo\s*\[S\]\s*[&;]+\s*(?:cd|pwd)\s*[&;]+\s*echo\s*\[E\]`)
	frameRand = regexp.MustCompile(`(?is)^cd\s+(?:/d\s+)?["'].+[&;]+\s*echo\s+(\w{4,16})\s*[&;]+\s*(?:cd|pwd)\s*[&;]+\s*echo\s+(\w{4,16})\s*$`)
)

// framed looks for a command with the frame that Chopper and AntSword put around it, sent to a script that has the
// code itself.
func (h *hunt) framed(parts []bodyPart) bool {
	for i := range parts {
		for _, text := range sentLayers(parts[i].value) {
			switch {
			case frameSE.MatchString(text):
				h.tell("body-chopper-command", parts[i].field(), text, "", "")
				return true
			case frameRand.MatchString(text):
				h.tell("body-antsword", parts[i].field(), text, "", "runs a command")
				return true
			}
		}
	}
	return false
}

var charsetName = regexp.MustCompile(`(?i)^(?:gb2312|gbk|gb18030|utf-?8|big5|iso-8859-\d|euc-\w+|shift_jis|windows-\d+)$`)

// letters looks for Chopper's protocol for JSP and other languages whose code lies on the server: an action by its
// letter, a charset, and arguments of which one is a path or a shell.
func (h *hunt) letters(parts []bodyPart) bool {
	letter, charset := -1, false
	var args []string
	for i := range parts {
		v := parts[i].value
		switch {
		case letter < 0 && len(v) == 1 && v[0] >= 'A' && v[0] <= 'Q':
			letter = i
		case charsetName.MatchString(v):
			charset = true
		case v != "":
			if plain, ok := decodeArgument(v); ok {
				v = plain
			}
			args = append(args, v)
		}
	}
	if letter < 0 || !charset || len(parts) > 6 || !slices.ContainsFunc(args, pathLike) {
		return false
	}
	what := "action " + parts[letter].value
	match := strings.Join(args, " ")
	if given := slices.DeleteFunc(slices.Clone(args), interpreter); parts[letter].value == "M" && len(given) > 0 {
		what, match = "runs a command", given[len(given)-1]
	}
	h.tell("body-chopper-jsp", parts[letter].field(), match, "", what)
	return true
}

// pathLike reports whether a text is a path of a server's disk, or a shell to be called.
func pathLike(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-c"), "/c")
	return strings.HasPrefix(s, "/") && len(s) > 1 || len(s) > 2 && s[1] == ':' && (s[2] == '\\' || s[2] == '/') || strings.HasPrefix(asciiLower(s), "cmd")
}

// commandNames are the parameters that simple shells read a command from.
var commandNames = wordSet("cmd", "command", "exec", "execute", "shell", "cmdline", "commandline", "syscmd", "shellcmd", "runcmd", "command_line", "exe", "system", "c", "x", "run")

// bareCommands are commands that mean nothing else when a parameter of such a name holds them alone; others need
// an option or a path after them.
var bareCommands = wordSet("whoami", "id", "uname", "hostname", "ipconfig", "ifconfig", "netstat", "pwd", "ls", "dir", "ps", "tasklist", "systeminfo", "ver", "arp", "who",
	"printenv", "lsb_release", "getmac", "qwinsta", "quser", "crontab", "lastlog")

var commandCall = regexp.MustCompile(`(?i)^\s*(?:(?:/[\w.-]+)*/|[a-z]:\\(?:[\w.() -]+\\)*)?(whoami|id|uname|hostname|ipconfig|ifconfig|netstat|ls|dir|ps|cat|type|tasklist|systeminfo|wget|curl|nc|ncat|bash|sh|cmd|powershell|pwsh|python[23]?|perl|php|chmod|chown|rm|del|mkdir|echo|tar|find|grep|net1?|nltest|reg|sc|schtasks|certutil|bitsadmin|wmic|ping|nslookup|tracert|route|arp|head|tail|cp|copy|mv|move|touch|kill|taskkill|service|systemctl|iptables|crontab|mysql|mysqldump|psql|zip|unzip|base64|xxd|ssh|scp|useradd|passwd|sudo|su|export|env|df|du|mount|cd|query|dsquery|tree|attrib|icacls|procdump|rundll32|vssadmin)(?:\.exe)?((?:\s+|/).*)?$`)

var commandArgs = regexp.MustCompile(`(?:^|\s)(?:-{1,2}[a-z]|/[a-z?\w]|\.{0,2}/|[a-z]:\\|"|\d{1,3}\.\d{1,3}\.|https?:|\*|~|>|\|)|[;&|]`)

// command looks for a command in a parameter that is named for one.
func (h *hunt) command(p *bodyPart) {
	if p.upload || p.name == "" || !commandNames[asciiLower(p.name)] {
		return
	}
	for _, text := range sentLayers(p.value) {
		text = strings.TrimSpace(text)
		if len(text) > maxShellValue {
			continue
		}
		if word, args, ok := readsCommand(text); ok && (args || len(p.name) > 1 && bareCommands[word] && !strings.ContainsAny(text, " \t")) {
			h.tell("body-command", p.field(), text, "", "")
			return
		}
	}
}

// readsCommand reads a text as a command line: its first word without folder and extension, and whether what follows
// it are options, paths or the like.
func readsCommand(text string) (word string, args, ok bool) {
	m := commandCall.FindStringSubmatch(text)
	if m == nil {
		return "", false, false
	}
	word = asciiLower(m[1])
	rest := asciiLower(m[2])
	if strings.HasPrefix(rest, "/") && !slashOptions[word] {
		return "", false, false // a path of a site, such as cat/shoes
	}
	return word, commandArgs.MatchString(rest), true
}

// slashOptions are commands of Windows, whose options may follow without a space.
var slashOptions = wordSet("ipconfig", "dir", "netstat", "tasklist", "whoami", "systeminfo", "cmd", "type", "arp", "taskkill", "schtasks", "nltest", "copy", "del", "attrib", "tree", "query")

var (
	answerMarks    = regexp.MustCompile(`(?s)->\|(.{0,400}?)(?:\|<-|$)`)
	answerCommand  = regexp.MustCompile(`uid=\d+\([\w.-]+\) gid=\d+\(|Microsoft Windows \[Version|Volume Serial Number is|root:[x*!]?:0:0:|Active Internet connections|Windows IP Configuration`)
	answerGodzilla = regexp.MustCompile(`^\s*([0-9a-fA-F]{16})(?:[A-Za-z0-9+/]{4})+={0,2}([0-9a-fA-F]{16})\s*$`)
)

// answer judges what the server sent back.
func (h *hunt) answer(s string) {
	if m := answerMarks.FindStringSubmatch(s); m != nil && len(m[0]) > 3 {
		h.tell("body-answer", "answer", m[0], "", "")
	}
	if i := answerCommand.FindStringIndex(s); i != nil {
		from := max(0, i[0]-40)
		h.tell("body-answer-id", "answer", cutText(s[from:], 300), "", "")
	}
	h.weevelyAnswered(s)
	if m := answerGodzilla.FindStringSubmatch(s); m != nil && !strings.EqualFold(m[1], m[2]) {
		h.tell("body-answer-godzilla", "answer", s, "", "")
	}
}

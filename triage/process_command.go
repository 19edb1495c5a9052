package triage

// What a process runs: its command line taken apart into the simple commands that a shell would run one by one,
// with encoded parts decoded. A process that is no shell runs one command, itself.

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The bounds of taking a command line apart.
const (
	maxCommands     = 64       // simple commands of one process
	maxCommandDepth = 5        // shells within shells
	maxCommandLine  = 32 << 10 // bytes looked at
)

// A simpleCommand is one program with its arguments. name and args are in lower case, args without the quotes
// and escapes that shells drop inside words.
type simpleCommand struct {
	name string // base name without .exe or .com
	path string // as written, in lower case
	args string
	text string // the command as written
}

// commandsOf lists what a process runs, itself first, and the decoded texts found on the way.
func commandsOf(p *Process) (out []simpleCommand, decoded []Layer) {
	c := commander{}
	line := strings.TrimSpace(p.CommandLine)
	line = cutText(line, maxCommandLine)
	if line == "" {
		line = p.Image
	}
	first, rest := firstWord(line)
	image := p.Image
	if image == "" {
		image = first
	}
	c.add(simpleCommand{name: programName(image), path: asciiLower(image), args: plainArgs(rest), text: line}, rest, 0)
	return c.out, c.decoded
}

// DecodeCommand gives the parts of a command line that were encoded, decoded; nil if none was.
func DecodeCommand(p *Process) []Layer {
	_, decoded := commandsOf(p)
	return decoded
}

type commander struct {
	out     []simpleCommand
	decoded []Layer
}

// add notes a command and, if it is a shell, what the shell is told to run. raw are the arguments as written.
func (c *commander) add(cmd simpleCommand, raw string, depth int) {
	if len(c.out) >= maxCommands {
		return
	}
	c.out = append(c.out, cmd)
	if depth >= maxCommandDepth {
		return
	}
	switch {
	case cmd.name == "cmd":
		if m := cmdSwitch.FindStringIndex(raw); m != nil {
			c.script(stripQuotes(raw[m[1]:]), '^', depth+1)
		}
	case unixShells[cmd.name]:
		if m := shellSwitch.FindStringIndex(raw); m != nil {
			c.script(stripQuotes(raw[m[1]:]), '\\', depth+1)
		}
	case cmd.name == "powershell" || cmd.name == "pwsh":
		c.powershell(raw, depth+1)
	case wrappers[cmd.name]:
		rest := wrapperArgs.ReplaceAllString(raw, "")
		if strings.TrimSpace(rest) != "" {
			c.simple(rest, depth+1)
		}
	}
	if m := echoedBase64.FindStringSubmatch(cmd.text); m != nil && strings.Contains(cmd.text, "base64") {
		c.encoded("base64", decodeBase64(m[1]), depth)
	}
}

var (
	cmdSwitch   = regexp.MustCompile(`(?i)(?:^|\s)/(?:d\s+/s\s+/c|c|k|r)(?:\s|$|\b)`)
	shellSwitch = regexp.MustCompile(`(?:^|\s)-[a-z]*c(?:\s+|$)`)
	// encodedArg is -EncodedCommand in the abbreviations that PowerShell takes, and its argument.
	encodedArg = regexp.MustCompile(`(?i)(?:^|\s)[-/\x{2013}\x{2014}]e(?:c|nc?|nco[a-z]*)?["']?\s+["']?([A-Za-z0-9+/=]{8,})`)
	commandArg = regexp.MustCompile(`(?i)(?:^|\s)[-/\x{2013}\x{2014}]c(?:o|om|omm|omma|omman|ommand)?\s+`)
	// optionsOf are PowerShell's options before a command without -Command.
	optionsOf    = regexp.MustCompile(`(?i)^(?:\s*[-/](?:nop[a-z]*|noni[a-z]*|nol[a-z]*|noe[a-z]*|sta|mta|(?:w[a-z]*|ex[a-z]*|ep|v[a-z]*|i[a-z]*|o[a-z]*)\s+\S+))*\s*`)
	psBase64     = regexp.MustCompile(`(?i)frombase64string\(\s*['"]([A-Za-z0-9+/=]{8,})['"]`)
	echoedBase64 = regexp.MustCompile(`(?:echo[\s,]+['"]?|base64[\s,]+-[dD][\s,]*<<<\s*['"]?|b64decode\(b?['"])([A-Za-z0-9+/=]{12,})`)
	wrapperArgs  = regexp.MustCompile(`^(?:\s*(?:-{1,2}[\w-]+(?:=\S*)?|/(?:b|min|max|wait|w|i|low|high)\b|[A-Za-z_]\w*=\S*|\d+[smh]?|""|"[^"]*"\s+/\w+))*\s*`)
)

var unixShells = extSet("sh bash dash ash zsh ksh csh tcsh rbash fish")

// wrappers run what their arguments name.
var wrappers = extSet("start call sudo nohup env timeout nice ionice setsid exec time xargs busybox command eval stdbuf doas forfiles @")

// script takes a shell's script apart. escape is the shell's escape character.
func (c *commander) script(s string, escape byte, depth int) {
	if m := echoedBase64.FindStringSubmatch(s); m != nil && strings.Contains(s, "base64") {
		c.encoded("base64", decodeBase64(m[1]), depth)
	}
	for _, part := range splitScript(s, escape) {
		if len(c.out) >= maxCommands {
			return
		}
		c.simple(part, depth)
	}
}

// simple adds one simple command.
func (c *commander) simple(s string, depth int) {
	s = strings.TrimLeft(strings.TrimSpace(s), "@({! \t")
	for {
		word, rest := firstWord(s)
		if low := asciiLower(word); low != "do" && low != "then" && low != "else" && !assignment.MatchString(word) || strings.TrimSpace(rest) == "" {
			break
		}
		s = strings.TrimSpace(rest)
	}
	word, rest := firstWord(s)
	if word == "" {
		return
	}
	word = shellWord(word)
	c.add(simpleCommand{name: programName(word), path: asciiLower(word), args: plainArgs(rest), text: s}, rest, depth)
}

var assignment = regexp.MustCompile(`^[A-Za-z_]\w*=`)

// powershell takes PowerShell's arguments apart.
func (c *commander) powershell(raw string, depth int) {
	if m := encodedArg.FindStringSubmatch(raw); m != nil {
		c.encoded("powershell -encodedcommand", decodeUTF16(m[1]), depth)
		return
	}
	script := raw
	if m := commandArg.FindStringIndex(raw); m != nil {
		script = raw[m[1]:]
	} else if script = raw[len(optionsOf.FindString(raw)):]; strings.HasPrefix(script, "-") || strings.HasPrefix(script, "/") {
		return // -File, or an option that is not known
	}
	c.encodedScript(stripQuotes(strings.TrimSpace(script)), depth)
}

// encodedScript adds the commands of a PowerShell script and of what it decodes.
func (c *commander) encodedScript(s string, depth int) {
	if m := psBase64.FindStringSubmatch(s); m != nil && depth < maxCommandDepth {
		text := decodeBase64(m[1])
		if wide := decodeUTF16(m[1]); wide != "" && strings.Count(text, "\x00")*3 > len(text) {
			text = wide
		}
		c.encoded("base64", text, depth+1)
	}
	c.script(strings.TrimLeft(s, "& {"), '`', depth)
}

func (c *commander) encoded(coding, text string, depth int) {
	known := func(l Layer) bool { return l.Text == text }
	if text == "" || len(c.decoded) >= 8 || slices.ContainsFunc(c.decoded, known) {
		return
	}
	c.decoded = append(c.decoded, Layer{Field: "command", Coding: coding, Text: text})
	if depth < maxCommandDepth {
		c.encodedScript(text, depth+1)
	}
}

// decodeUTF16 is the text of base64 over UTF-16LE, as -EncodedCommand wants it; empty if it is none.
func decodeUTF16(s string) string {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || len(b) < 2 {
		return ""
	}
	u := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		u = append(u, uint16(b[i])|uint16(b[i+1])<<8)
	}
	return string(utf16.Decode(u))
}

// decodeBase64 is the text of base64; empty if it is no text.
func decodeBase64(s string) string {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || !utf8.Valid(b) {
		return ""
	}
	return string(b)
}

// firstWord cuts the first word off a command line; a quoted one loses its quotes.
func firstWord(s string) (word, rest string) {
	s = strings.TrimLeft(s, " \t")
	if s == "" {
		return "", ""
	}
	if q := s[0]; q == '"' || q == '\'' {
		if i := strings.IndexByte(s[1:], q); i >= 0 {
			return s[1 : 1+i], s[2+i:]
		}
		return strings.Trim(s, `"'`), ""
	}
	if i := strings.IndexAny(s, " \t,"); i >= 0 {
		return s[:i], s[i+1:]
	}
	// "whoami/all" and "cmd/c" need no space.
	if i := strings.IndexByte(s, '/'); i > 0 && !strings.ContainsAny(s[:i], `\.:`) && strings.Count(s, "/") == 1 {
		return s[:i], s[i:]
	}
	return s, ""
}

// shellWord is a program's name without the quotes and carets inside it: w""hoami, w^hoami, who\ami.
func shellWord(s string) string {
	if !strings.ContainsAny(s, "\"'^`\\") {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r == '"' || r == '\'' || r == '^' || r == '`' {
			return -1
		}
		return r
	}, s)
	if strings.Contains(s, `\`) && !strings.ContainsAny(s, `:.`) && !strings.HasPrefix(s, `\`) {
		s = strings.ReplaceAll(s, `\`, "")
	}
	return s
}

// programName is the base name of a program's path, in lower case and without .exe or .com.
func programName(path string) string {
	path = strings.TrimRight(asciiLower(strings.TrimSpace(path)), "\"'`)} ")
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	for _, ext := range [...]string{".exe", ".com"} {
		name = strings.TrimSuffix(name, ext)
	}
	return name
}

// plainArgs are arguments as rules read them.
func plainArgs(s string) string {
	s = strings.TrimSpace(asciiLower(s))
	return noShellNoise.Replace(s)
}

// noShellNoise drops what shells ignore inside words and rules need not see.
var noShellNoise = strings.NewReplacer(`"`, "", "^", "", "''", "", "${ifs}$9", " ", "$ifs$9", " ", "${ifs}", " ", "$ifs", " ")

// stripQuotes takes one pair of quotes off that encloses all of a script, as cmd /c "..." has it.
func stripQuotes(s string) string {
	s = strings.TrimSpace(s)
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		inner := s[1 : n-1]
		// "a" & "b" begins and ends with quotes that do not belong together; a path in quotes is a word.
		if strings.IndexByte(inner, s[0]) < 0 || strings.Count(inner, s[:1])%2 == 0 && !strings.HasPrefix(inner, " ") {
			return inner
		}
	}
	return s
}

// splitScript cuts a script at what separates commands, quotes aside.
func splitScript(s string, escape byte) []string {
	var out []string
	var quote byte
	from := 0
	cut := func(i, n int) {
		if part := strings.TrimSpace(s[from:i]); part != "" {
			out = append(out, part)
		}
		from = i + n
	}
	for i := 0; i < len(s) && len(out) < maxCommands; i++ {
		ch := s[i]
		switch {
		case ch == escape && escape != '`' && i+1 < len(s):
			i++
		case quote != 0:
			if ch == quote {
				quote = 0
			}
			if quote == '"' && escape == '\\' && (ch == '`' || ch == '$' && i+1 < len(s) && s[i+1] == '(') {
				cut(i, 1) // a substitution runs inside double quotes too
			}
		case ch == '"' || ch == '\'' && escape != '^':
			quote = ch
		case ch == '\n' || ch == '\r' || ch == '|' || ch == '&' && !redirects(s, i):
			cut(i, 1)
		case ch == ';' && escape != '^':
			cut(i, 1)
		case ch == '(' || ch == ')' || ch == '{' && escape == '`' || ch == '}' && escape == '`':
			if escape != '`' || ch != '(' && ch != ')' {
				cut(i, 1)
			}
		case ch == '`' && escape == '\\':
			cut(i, 1)
		}
	}
	cut(len(s), 0)
	return out
}

// redirects reports whether an ampersand belongs to a redirection, as in 2>&1 or &>file.
func redirects(s string, i int) bool {
	return i > 0 && s[i-1] == '>' || i+1 < len(s) && s[i+1] == '>'
}

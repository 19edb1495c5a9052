package triage

// Commands: what the requests to a shell, and the processes that came of them, show to have been run.

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A command is one thing that a client had a server do.
type command struct {
	text   string // decoded; as the client sent it
	how    string // how it is known, such as "read from the body (body-chopper)"
	target string // path of the file that it writes; empty if none is known
}

// ranBy are the commands of an act, each once. In bodies they are found wherever they were sent; in the query
// only of a script that ranks as a shell, where a parameter is told to do what a rule or a command's name says.
func ranBy(a *act, atShell bool) []command {
	var out []command
	add := func(text, how, target string) {
		text = strings.TrimSpace(text)
		if text != "" && !slices.ContainsFunc(out, func(c command) bool { return c.text == text }) {
			out = append(out, command{text, how, target})
		}
	}
	for _, f := range a.found {
		if f.Class == WebshellUse && (f.Field == "body" || strings.HasPrefix(f.Field, "body:")) {
			add(f.Match, "read from the request body ("+f.Rule+")", f.Target)
		}
	}
	if !atShell || a.query == "" {
		return out
	}
	values, _ := url.ParseQuery(a.query) // of a bad query, what can be read
	for _, f := range a.found {
		if f.Class == WebshellUse && strings.HasPrefix(f.Field, "query:") && f.Level >= Medium {
			add(f.Match, "read from the parameter "+VisibleN(strings.TrimPrefix(f.Field, "query:"), 40)+" ("+f.Rule+")", f.Target)
			delete(values, strings.TrimPrefix(f.Field, "query:"))
		}
	}
	for _, name := range sortedKeys(values) {
		for _, v := range values[name][:min(len(values[name]), 4)] {
			v = cutText(v, maxCommandText)
			hit := slices.ContainsFunc(a.found, func(f Finding) bool {
				return f.Field == "query:"+name && f.Class == RCE
			})
			if hit || commandTechniques(v) != nil || plainCommand.MatchString(v) {
				add(v, "read from the parameter "+VisibleN(name, 40), "")
			}
		}
	}
	return out
}

// plainCommand are commands that are no technique by themselves.
var plainCommand = regexp.MustCompile(`(?i)^\s*(?:(?:echo|printf)\s.*>|(?:copy|xcopy|cp|move|mv|ren|rename|mkdir|md|kill|taskkill|start|nc|ncat|ssh|su|sudo|runas|php|python3?|perl|ruby|cscript|wscript|rundll32|regsvr32|mshta)\s+\S)`)

// archiveExts are the extensions of what data is packed into, and of dumps of databases.
var archiveExts = extSet("zip rar 7z tar tgz gz bz2 xz cab ace arj sql bak dmp mdb")

func isArchive(path string) bool {
	_, base := splitPath(plainPath(path))
	return archiveExts[extOf(base)]
}

// fileToken is a word of a command that looks like a file.
var fileToken = regexp.MustCompile(`[^\s"'<>|&;()=,*?` + "`" + `]{0,200}[^\s"'<>|&;()=,*?./\\` + "`" + `]\.[A-Za-z0-9]{1,8}\b`)

const maxNamedFiles = 5

var (
	redirected  = regexp.MustCompile(`>\s*[^\s&|>]`)
	fileMakers  = []string{"T1105", "T1140", "T1222", "T1560.001"}
	copyCommand = regexp.MustCompile(`(?i)(?:^|[;&|"'\s])(?:copy|xcopy|cp|move|mv|ren|rename)\s+\S`)
)

// makesFiles reports whether a command, with its techniques, leaves files behind; one that only reads names files too.
func makesFiles(text string, techniques []string) bool {
	return redirected.MatchString(text) || copyCommand.MatchString(text) ||
		slices.ContainsFunc(techniques, func(t string) bool { return slices.Contains(fileMakers, t) })
}

// frame is what a client of shells puts around a command: where to go before, and marks to find the output by. The
// marks "[S]" and "[E]" are China Chopper's, see the rule body-chopper-command.
var frame = regexp.MustCompile(`(?is)^(?:"?(?:[^"\s]*[/\\])?(?:cmd|sh|bash)(?:\.exe)?"?\s+)?(?:/c|-c)?\s*"?\s*cd\s+(?:/d\s+)?(?:"[^"]*"|'[^']*'|[^&;]*)\s*[&;]+\s*(.+?)\s*[&;]+\s*echo\s+\S+\s*[&;]+\s*(?:cd|pwd)\s*[&;]+.*$`)

// commandText is a command as a step tells it, without its frame first.
func commandText(text string) string {
	if m := frame.FindStringSubmatch(text); m != nil {
		return VisibleN(strings.TrimSpace(m[1]), 160) + " · sent as " + VisibleN(text, 160)
	}
	return VisibleN(text, 200)
}

// gist is a command without its frame, short.
func gist(text string) string {
	if m := frame.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	return VisibleN(strings.TrimSpace(text), 60)
}

// namedFiles are the scripts, archives and programs that a command names, each once.
func namedFiles(text string) []string {
	var out []string
	for _, f := range fileToken.FindAllString(cutText(text, maxCommandText), 64) {
		_, base := splitPath(plainPath(f))
		ext := extOf(base)
		if !(scriptExts[ext] || archiveExts[ext] || ext == "exe" || ext == "dll" || ext == "ps1" || ext == "bat") || strings.Contains(f, "://") {
			continue
		}
		if len(out) < maxNamedFiles && !slices.Contains(out, f) && !systemProgram[base] {
			out = append(out, f)
		}
	}
	return out
}

// systemProgram are programs that a command names because it runs them.
var systemProgram = extSet("cmd.exe powershell.exe pwsh.exe whoami.exe net.exe net1.exe ipconfig.exe netstat.exe tasklist.exe systeminfo.exe " +
	"certutil.exe reg.exe sc.exe wmic.exe ping.exe nltest.exe quser.exe hostname.exe schtasks.exe")

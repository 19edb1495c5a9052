package triage

import (
	_ "embed"
	"regexp"
	"strings"
)

//go:embed names/scanners.txt
var scannerNames string

//go:embed names/webshells.txt
var webshellNames string

// shellCommands is what people and their tools run first through a shell.
const shellCommands = `(?:whoami|id|ls|dir|pwd|uname|ipconfig|ifconfig|netstat|net\s|cat\s|type\s|ps\b|tasklist|systeminfo|hostname|wget|curl|echo\s|cd\s|cmd|powershell|phpinfo|system\(|eval|ver\b|ping\s|nslookup|arp|route|quser|query\s|dsquery|nltest|reg\s|sc\s|wmic|certutil|bitsadmin|tar\s|chmod|rm\s|del\s|copy\s|move\s|mkdir|find\s|grep\s|w\b|who\b|env\b|set\b|history|passwd|ssh|python|perl|nc\s|bash|sh\s|/bin/|c:\\|/etc/)`

// shellRules look for web shells by what the URL shows: a command for a script, or the name of a shell.
func shellRules() []Rule {
	return []Rule{
		{
			ID: "webshell-command", Class: WebshellUse, Level: High, Field: InTarget,
			Words:   shellCommandWords(),
			Pattern: scriptEnding + `(?:/[^?]*)?\?(?:.*&)?(?:cmd|exec|command|execute|c|shell|run|x|e|code|comando|do|cmdexe|ppp|z0|pass|0|1|a|i)=\s*` + shellCommands + `(?:[^\w.-]|$|(?:\s|&))`,
			Why:     "a command in the URL of a script: use of a web shell",
			Source:  "https://attack.mitre.org/techniques/T1505/003/",
			Hit:     []string{"GET /img/a.php?cmd=whoami", "GET /a.aspx?x=1&c=ipconfig%20/all", "GET /u/b.jsp?cmd=ls+-la"},
			Miss:    []string{"GET /a.php?cmd=list", "GET /shop.php?c=sets", "GET /a.php?cmd=identify"},
		},
		{
			ID: "webshell-like-name", Class: Probe, Level: Low, Field: InPath,
			Words: []string{"shell", "c99", "r57", "b374k", "backdoor", "wso", "webadm", "cmdasp", "cmdjsp",
				"0.php", "1.php", "2.php", "3.php", "4.php", "5.php", "6.php", "7.php", "8.php", "9.php", "0.asp", "1.asp", "2.asp", "3.asp", "4.asp", "5.asp", "6.asp", "7.asp", "8.asp", "9.asp", "0.jsp", "1.jsp", "2.jsp", "3.jsp", "4.jsp", "5.jsp", "6.jsp", "7.jsp", "8.jsp", "9.jsp"},
			Pattern: `/\d{1,4}\.(?:php|aspx?|jsp)$|/[^/]*(?:(?:web|php|asp|jsp|my|up|mini|root|cmd|simple|reverse|up_?load)?[_-]?sh[e3]ll\d*|c99\w*|r57\w*|b374k\w*|back_?door\w*|wso\d\w*|cmd(?:asp|jsp|php))(?:[_.-][^/]*)?` + scriptEnding + `(?:$|[/;])`,
			Why:     "a script with the name of a shell",
			Source:  "https://github.com/tennc/webshell",
			Hit:     []string{"GET /s72_Shell.php", "GET /up/c99_locus.php", "POST /a/web-shell2.aspx"},
			Miss:    []string{"GET /shell.html", "GET /docs/powershell-tips.php5.html", "GET /shellfish.php"},
		},
		{
			ID: "webshell-known-name", Class: Probe, Level: Medium, Field: InPath,
			Words:   []string{"c99", "r57", "b374k", "wso", "s72", "alfa", "indoxploit", "p0wny", "weevely", "china", "chopper", "behinder", "godzilla", "regeorg", "tunnel.", "shell", "backdoor", "cmdasp", "cmdjsp", "marijuana", "gecko"},
			Pattern: `/(?:c99\w*|r57\w*|b374k\w*|wso\d[\w.]*|s72[_-]?shell|alfa(?:-?(?:shell|team|rex|cgiapi)|new\d?)\w*|indoxploit\w*|p0wny[\w-]*|weevely\w*|china-?chopper|behinder|godzilla(?:shell)?|(?:neo)?regeorg|tunnel\.nosocket|(?:web|php|asp|aspx|jsp|mini|root|cmd|simple|reverse|kcw|up|b374k|priv8?|bypass|madspot)[_-]?sh[e3]ll\d*|back_?door\w*|cmd(?:asp|jsp)|marijuana|gecko(?:-new)?)` + scriptEnding + `(?:$|[/;])`,
			Why:     "the name of a web shell that nothing else is called",
			Source:  "https://github.com/tennc/webshell",
			Hit:     []string{"GET /s72_Shell.php", "GET /up/c99.php", "POST /a/webshell.aspx", "GET /wso2.php"},
			Miss:    []string{"GET /shell.php", "GET /1.php", "GET /powershell.php", "GET /china.php"},
		},
		{
			ID: "webshell-name", Class: Probe, Level: Low, Field: InPath,
			Words:   shellWords(),
			Pattern: `(?i)/(?:` + shellNamePattern() + `)(?:$|/)`,
			Why:     "the name of a well-known web shell",
			Source:  "https://github.com/tennc/webshell",
			Hit:     []string{"GET /uploads/c99.php", "POST /images/cmd.aspx"},
			Miss:    []string{"GET /index.php", "GET /abc99.php"},
		},
	}
}

// shellCommandWords are how shellCommands start, after "=" and white space.
func shellCommandWords() []string {
	var out []string
	for _, c := range []string{"whoami", "id", "ls", "dir", "pwd", "uname", "ipconfig", "ifconfig", "netstat", "net", "cat", "type", "ps", "tasklist", "systeminfo",
		"hostname", "wget", "curl", "echo", "cd", "cmd", "powershell", "phpinfo", "system(", "eval", "ver", "ping", "nslookup", "arp", "route", "quser", "query",
		"dsquery", "nltest", "reg", "sc", "wmic", "certutil", "bitsadmin", "tar", "chmod", "rm", "del", "copy", "move", "mkdir", "find", "grep", "w", "who", "env",
		"set", "history", "passwd", "ssh", "python", "perl", "nc", "bash", "sh", "/bin/", `c:\`, "/etc/"} {
		out = append(out, "="+c, "= "+c)
	}
	return out
}

// shellWords are the listed names as segments of a path.
func shellWords() []string {
	names := listed(webshellNames)
	for i, n := range names {
		names[i] = "/" + n
	}
	return names
}

func shellNamePattern() string {
	names := listed(webshellNames)
	for i, n := range names {
		names[i] = regexp.QuoteMeta(n)
	}
	return strings.Join(names, "|")
}

// scannerRules is one rule for each listed agent.
func scannerRules() []Rule {
	var out []Rule
	for _, line := range listed(scannerNames) {
		level, name, _ := strings.Cut(line, " ")
		r := Rule{
			ID: "scanner-" + ruleSlug(name), Class: Scan, Level: Low, Field: InAgent,
			Words:  []string{name},
			Why:    "the agent names a survey or inventory scanner: " + name,
			Source: "names/scanners.txt",
			Hit:    []string{"agent: Mozilla/5.0 (compatible; " + name + " 1.0)"},
			Miss:   []string{"agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"},
		}
		if level == "medium" {
			r.Level = Medium
			r.Why = "the agent names an attack tool: " + name
		}
		out = append(out, r)
	}
	return out
}

// ruleSlug makes a name into a part of a rule id.
func ruleSlug(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case isDigit(c) || isLetter(c):
			b.WriteByte(c)
		case b.Len() > 0 && b.String()[b.Len()-1] != '-':
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

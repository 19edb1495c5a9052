package triage

// Judgement of processes.
//
// An administrator runs cmd.exe, whoami and netstat; a web server does not. So the same command has two levels:
// one whoever runs it, which most have none of, and one for what a web server, its interpreter or a database
// starts. A server starts harmless things too (compilers, converters, batch files of the site), so no finding
// rests on the parent alone: a rule must say what is wrong with what is run.
//
// JudgeProcess sees one event, and knows its parent from that event alone. A Lineage reads a whole log in order
// and knows the ancestors: what a shell runs that a server started is judged as if the server had run it.
//
// Known weakness: a server's child that runs an unremarkable program from an unremarkable folder is silent, and
// so is a shell built into the server's own process, which starts none.

import (
	"regexp"
	"slices"
	"sort"
	"strings"
)

// A compiledProcessRule is a ProcessRule ready to run.
type compiledProcessRule struct {
	*ProcessRule
	names     map[string]bool
	args, not *regexp.Regexp
}

var compiledProcessRules = compileProcessRules(ProcessRules())

// compileProcessRules prepares the rules. A broken pattern is a bug in a table, found by every test.
func compileProcessRules(rules []ProcessRule) []compiledProcessRule {
	out := make([]compiledProcessRule, len(rules))
	for i := range rules {
		r := &rules[i]
		c := compiledProcessRule{ProcessRule: r}
		if r.Args != "" {
			c.args = regexp.MustCompile(r.Args)
		}
		if r.Not != "" {
			c.not = regexp.MustCompile(r.Not)
		}
		if len(r.Names) > 0 {
			c.names = map[string]bool{}
			for _, n := range r.Names {
				c.names[n] = true
			}
		}
		out[i] = c
	}
	return out
}

// processTechniques are those of findings that no rule of the tables makes.
var processTechniques = map[string][]string{
	ruleServerTemp:  {"T1505.003", "T1059"},
	ruleServerChild: {"T1505.003", "T1059"},
	ruleDatabase:    {"T1505.001", "T1059"},
}

const (
	ruleServerTemp  = "proc-server-temp"
	ruleServerChild = "proc-shell-child"
	ruleDatabase    = "proc-database-shell"
)

// ProcessTechniques are the ATT&CK ids of techniques and software that a finding on a process stands for, nil
// for a rule that is not about processes.
func ProcessTechniques(rule string) []string {
	for i := range compiledProcessRules {
		if compiledProcessRules[i].ID == rule {
			return compiledProcessRules[i].Techniques
		}
	}
	return processTechniques[rule]
}

// ByServer reports whether the findings say that a web server, its interpreter or a database is behind the process.
func (p *Process) ByServer() bool {
	return slices.ContainsFunc(p.Findings, func(f Finding) bool { return f.Class != Other })
}

// StartedByServer reports whether the fields of the parent say that a web server, its interpreter, a database or the
// shell of a shell client started the process, whatever it is.
func (p *Process) StartedByServer() bool {
	server, client := parentOf(p)
	return server.kind != "" || client
}

// JudgeProcess says what one process creation shows, from its own event alone; see Lineage.
func JudgeProcess(p *Process) []Finding {
	server, shell := parentOf(p)
	return judgeProcess(p, server, shell)
}

// A server is a kind of parent.
type server struct {
	kind string // "web server" or "database"; empty for what is neither
	name string // program, as logged
}

// parentOf reads the parent's fields: whether it is a server, and whether it is a shell at work for a shell
// client, whose command line shows that by itself.
func parentOf(p *Process) (s server, client bool) {
	s = serverOf(p.ParentImage, p.ParentCommandLine)
	if s.kind == "" && p.ParentCommandLine != "" && mayBeShell(p.ParentImage, p.ParentCommandLine) {
		client = shellClientLine(p.ParentCommandLine)
	}
	return s, client
}

func mayBeShell(image, line string) bool {
	if image == "" {
		image, _ = firstWord(line)
	}
	name := programName(image)
	return name == "cmd" || unixShells[name] || name == "powershell"
}

// shellClientLine reports whether a command line has the frame of a shell client.
func shellClientLine(line string) bool {
	low := wholeLine(line)
	for i := range shellClientRules {
		if compiledProcessRules[i].args.MatchString(low) {
			return true
		}
	}
	return false
}

// wholeLine is a command line as rules over whole lines read it.
func wholeLine(line string) string { return plainArgs(cutText(line, maxCommandLine)) }

// quietChildren come with any process and say nothing of it.
var quietChildren = extSet("conhost werfault wermgr wermgrsvc csc cvtres vbc aspnet_compiler w3wp dw20 dwwin drwtsn32 crashpad_handler")

// judgeProcess judges a process that the server started, through shells or directly, or that a shell started
// which works for a shell client; both are zero for all others.
func judgeProcess(p *Process, by server, client bool) []Finding {
	commands, decoded := commandsOf(p)
	lines := []string{wholeLine(p.CommandLine)}
	for _, d := range decoded {
		lines = append(lines, wholeLine(d.Text))
	}
	j := processJudgement{p: p, web: by.kind != "" || client}
	for i := range compiledProcessRules {
		r := &compiledProcessRules[i]
		level := r.Any
		if j.web {
			level = r.Web
		}
		if level == None {
			continue
		}
		if r.Whole {
			for k, line := range lines {
				if slices.ContainsFunc(r.Words, func(w string) bool { return strings.Contains(line, w) }) && r.fires(line) {
					match := p.CommandLine
					if k > 0 {
						match = decoded[k-1].Text
					}
					j.add(r, level, match)
					break
				}
			}
			continue
		}
		for k := range commands {
			if k > 0 && r.Self {
				break
			}
			if r.names[commands[k].name] && r.fires(commands[k].args) {
				match := commands[k].text
				if r.ID == "proc-encoded" && len(decoded) > 0 {
					match = decoded[0].Text
				}
				j.add(r, level, match)
				break
			}
		}
	}
	j.byParent(by, client, commands)
	sort.SliceStable(j.out, func(a, b int) bool { return j.out[a].Level > j.out[b].Level })
	return j.out
}

func (r *compiledProcessRule) fires(text string) bool {
	return (r.args == nil || r.args.MatchString(text)) && (r.not == nil || !r.not.MatchString(text))
}

type processJudgement struct {
	p   *Process
	web bool
	out []Finding
}

func (j *processJudgement) add(r *compiledProcessRule, level Level, match string) {
	class := r.Class
	if !j.web && class != WebshellUse {
		class = Other
	}
	if !j.web && r.ID == "proc-write-script" {
		class = Other
	}
	j.out = append(j.out, Finding{Rule: r.ID, Class: class, Level: level, Field: "command", Match: cutText(match, MaxMatch), Why: r.Why})
}

// writableFolders are where intruders put programs: everyone may write there and nobody installs there.
var writableFolders = regexp.MustCompile(`(?:^|[\s"'=(])(?:[a-z]:)?[/\\]?(?:windows[/\\]temp|users[/\\]public|perflogs|\$recycle\.bin|recycler|temp|inetpub[/\\]temp)[/\\][^\s"']+\.(?:exe|com|dll|scr|bat|cmd|ps1|vbs|js|hta)|(?:^|[\s"'=(])/(?:tmp|dev/shm|var/tmp|run/shm)/[^\s"']+`)

// byParent adds what the parent makes suspect.
func (j *processJudgement) byParent(by server, client bool, commands []simpleCommand) {
	p := j.p
	name := programName(p.Image)
	if !j.web || quietChildren[name] {
		return
	}
	if client {
		j.out = append(j.out, Finding{Rule: ruleServerChild, Class: WebshellUse, Level: High, Field: "parent", Match: cutText(p.ParentCommandLine, MaxMatch),
			Why: "started by a shell whose command line has the frame of a web-shell client"})
		return
	}
	for i := range commands {
		if m := writableFolders.FindString(commands[i].path); m != "" && !quietChildren[commands[i].name] {
			j.out = append(j.out, Finding{Rule: ruleServerTemp, Class: RCE, Level: High, Field: "image", Match: cutText(commands[i].text, MaxMatch),
				Why: "the " + by.kind + " runs a program from a folder where anyone may write"})
			break
		}
	}
	if by.kind == database && topLevel(j.out) < High && (name == "cmd" || name == "powershell" || unixShells[name]) && !databaseJobs.MatchString(wholeLine(p.CommandLine)) {
		j.out = append(j.out, Finding{Rule: ruleDatabase, Class: RCE, Level: High, Field: "parent", Match: cutText(p.ParentImage, MaxMatch),
			Why: "the database starts a shell, as a stored procedure like xp_cmdshell does"})
	}
}

// databaseJobs are the shells that databases start by themselves: archiving and restoring of PostgreSQL's log.
var databaseJobs = regexp.MustCompile(`pg_wal|archive|wal-?g|wal-?e|pgbackrest|barman|restore`)

const (
	webServer = "web server"
	database  = "database"
)

// webPrograms serve the web by themselves. Of Exchange's: CVE-2021-26857 showed in children of UMWorkerProcess
// (https://www.microsoft.com/security/blog/2021/03/02/hafnium-targeting-exchange-servers/); of VMware's,
// children of ws_TomcatService (https://www.cisa.gov/news-events/cybersecurity-advisories/aa22-174a).
var webPrograms = extSet("w3wp iisexpress inetinfo httpd apache apache2 nginx lighttpd caddy litespeed lsws openresty lshttpd tengine " +
	"php-cgi php-fpm phpcgi lsphp php-win tomcat tomcat5 tomcat6 tomcat7 tomcat8 tomcat9 tomcat10 tomcat11 jsvc " +
	"umworkerprocess umservice ws_tomcatservice coldfusion coldfusion_2016 jrun jrunsvc weblogic beasvc resin " +
	"gunicorn uwsgi uvicorn hypercorn unicorn puma passenger crushftpservice pc-app hfs abyssws mongrel nodejs-server xampp-control")

var databasePrograms = extSet("sqlservr mysqld mysqld-nt mariadbd oracle postgres")

// serverRunners serve the web if their arguments say so.
var serverRunners = map[string]*regexp.Regexp{
	"java":   javaServer,
	"javaw":  javaServer,
	"node":   regexp.MustCompile(`(?:^|[\s/\\])(?:server|start-server|app|index|main|next|nuxt|www|pm2|strapi|ghost|keystone|processcontainer)\S{0,20}(?:\.[cm]?js)?(?:\s|$)|[/\\](?:dist|build|server|\.output|\.next)[/\\]|\bnext\s+start`),
	"nodejs": regexp.MustCompile(`(?:^|[\s/\\])(?:server|app|index|main|www|pm2)\S{0,20}(?:\.[cm]?js)?(?:\s|$)|[/\\](?:dist|build|server)[/\\]`),
	"python": pythonServer, "python2": pythonServer, "python3": pythonServer, "pypy3": pythonServer, "pythonw": pythonServer,
	"ruby":   regexp.MustCompile(`puma|unicorn|passenger|thin\b|rails\s+s|rackup|webrick|sinatra`),
	"php":    regexp.MustCompile(`(?:^|\s)-s\s|artisan\s+serve|octane|swoole|roadrunner`),
	"perl":   regexp.MustCompile(`plackup|starman|fcgi|mod_perl|miniserv|hypnotoad`),
	"dotnet": regexp.MustCompile(`(?:web|api|site|portal|mvc|blazor|server)\S{0,20}\.dll|--urls`),
}

var (
	javaServer   = regexp.MustCompile(`catalina|tomcat|jboss|wildfly|weblogic|websphere|jetty|glassfish|payara|coldfusion|resin|confluence|jira|bitbucket|solr|activemq|\.war\b|spring|struts|liferay|undertow|openfire|zimbra|manageengine|adselfservice|vsphere|wls|com\.ibm\.ws|geoserver|nexus|goanywhere|log4j|ofbiz|metabase|webapp|http-?server|server\.port`)
	pythonServer = regexp.MustCompile(`gunicorn|uwsgi|uvicorn|hypercorn|waitress|manage\.py\s+runserver|flask|django|wsgi|tornado|daphne|http\.server|simplehttpserver|twistd|superset|airflow\s+webserver|cherrypy`)
	// notServing are runs of the same interpreters that build, test or install.
	notServing = regexp.MustCompile(`npm-cli|npx-cli|yarn|pnpm|webpack|eslint|jest|mocha|gulp|tsc\b|vite\s+build|node-gyp|electron|vscode|extensionhost|code\.exe|\bmaven|surefire|gradle|ant-launcher|intellij|eclipse|\bpip\b`)
)

// serverOf says what kind of server a program is; the zero value if it is none.
func serverOf(image, line string) server {
	if image == "" {
		if line == "" {
			return server{}
		}
		image, _ = firstWord(line)
	}
	name := programName(image)
	name = strings.TrimSuffix(name, ":") // "php-fpm: pool www", "nginx: worker process"
	name, _, _ = strings.Cut(name, ": ")
	switch {
	case webPrograms[name] || versioned(name, "php-fpm") || versioned(name, "php-cgi") || versioned(name, "lsphp"):
		return server{webServer, image}
	case databasePrograms[name]:
		return server{database, image}
	}
	base := strings.TrimRight(name, "0123456789.")
	re := serverRunners[name]
	if re == nil {
		re = serverRunners[base]
	}
	if re == nil {
		return server{}
	}
	if low := wholeLine(line); re.MatchString(low) && !notServing.MatchString(low) {
		return server{webServer, image}
	}
	return server{}
}

// versioned reports whether a name is another with a version after it: php-fpm8.2, php-fpm-7.4.
func versioned(name, of string) bool {
	rest, ok := strings.CutPrefix(name, of)
	return ok && strings.Trim(rest, "-.0123456789") == ""
}

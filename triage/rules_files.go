package triage

const (
	sourceForced = "https://attack.mitre.org/techniques/T1595/003/"
	sourceBackup = "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information"
	sourceAdmin  = "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/05-Enumerate_Infrastructure_and_Application_Admin_Interfaces"
)

// fileProbeRules look for requests for files and panels that visitors do not ask for. Whether they are
// there is for the status to say, and for the Survey to weigh.
func fileProbeRules() []Rule {
	return []Rule{
		{
			ID: "file-secret", Class: Probe, Level: Medium, Field: InPath,
			Words: []string{"/.env", "/.git", "/.svn", "/.aws", "/.ssh", "/.htpasswd", "/.docker", "/.kube", "/.npmrc", "/.netrc", "/.pgpass", "/.my.cnf", "/.s3cfg", "/.boto", "/.vscode/sftp", "sftp-config.json", "/.ftpconfig", "/.remote-sync",
				"/.hg/", "/.bzr/", "/cvs/", "id_rsa", "/appsettings", "local.settings.json", "/database.yml", "/secrets.", "/credentials", "web.config", "/.terraform", "terraform.tfstate", "/config/master.key", "/.dockercfg", "/serviceaccount", "firebase-adminsdk", "/.azure", "/.config/gcloud", "/config", "/settings", "/secret", "/credential", "/mcp.", "/context.", "/auth.", "/token"},
			Pattern: `/\.env(?:$|[./?_~-]|\d)|/\.git(?:$|/|config|-credentials)|/\.svn(?:$|/)|/\.hg/|/\.bzr/|/cvs/(?:root|entries)|/\.aws(?:$|/)|/\.ssh(?:$|/)|/\.htpasswd|/\.docker(?:/|cfg)|/\.kube/|/\.npmrc|/\.netrc|/\.pgpass|/\.my\.cnf|/\.s3cfg|/\.boto|/\.vscode/sftp|/sftp-config\.json|/\.ftpconfig|/\.remote-sync|/id_(?:rsa|dsa)|/appsettings(?:\.\w+)?\.json|/local\.settings\.json|/database\.ya?ml|/secrets\.(?:ya?ml|json)|/credentials(?:\.\w+)?$|/web\.config|/\.terraform|/terraform\.tfstate|/config/master\.key|firebase-adminsdk|/\.azure/|/\.(?:[a-vx-z0-9_]|w[^e])[\w-]*/(?:[^?]*/)?(?:config|settings|secrets?|credentials?|mcp|context|auth|tokens?)\b[\w.-]*$|/\.config/gcloud`,
			Why:     "asks for a file that holds secrets or source code",
			Source:  sourceBackup,
			Hit:     []string{"GET /.env", "GET /app/.git/config", "GET /.aws/credentials", "GET /config/database.yml"},
			Miss:    []string{"GET /.well-known/security.txt", "GET /.well-known/config.json", "GET /environment", "GET /docs/.gitignored-tips.html"},
		},
		{
			ID: "file-hidden", Class: Probe, Level: Low, Field: InPath,
			Words:   []string{"/."},
			Pattern: `/\.(?:[a-vx-z0-9_-]|w(?:[^e]|e[^l]))[\w.-]{1,60}(?:/|$|\?)`,
			Why:     "asks for a hidden file (its name starts with a dot)",
			Source:  sourceBackup,
			Hit:     []string{"GET /.DS_Store", "GET /.vscode/launch.json", "GET /.htaccess"},
			Miss:    []string{"GET /.well-known/acme-challenge/x", "GET /a/../b"},
		},
		{
			ID: "file-backup", Class: Probe, Level: Low, Field: InPath,
			Words: []string{".sql", ".bak", ".old", ".orig", ".swp", ".save", "~", ".sqlite", ".mdb", ".dump", ".bkp", ".backup", ".tar", ".zip", ".rar", ".7z", ".tgz", ".gz", ".copy", ".dist", ".inc", ".log", ".php_", ".1", ".tmp", ".db"},
			Pattern: `\.(?:sql|bak|old|orig|swp|swo|save|sqlite3?|mdb|dump|bkp|backup|copy)(?:\.(?:gz|zip|bz2|tar|7z|rar|xz))?$|\.(?:php\d?|aspx?|jsp|inc|cgi|pl|conf|config|ini|ya?ml|env|html?)(?:~|\.(?:txt|dist|inc|save|1|2|tmp|zip|gz|tar|tgz|rar|7z|bz2|copy|swp)|_|_bak|\.bak\d?|-bak)$|` +
				`/(?:backups?|bak|bk|bck|dump|db(?:_?backup|dump)?|database|sql|mysql|www(?:root)?|web|website|site|html?|htdocs|public_html|public|httpdocs|root|home|old|new|latest|archive|source|src|code|app|admin|wp|wordpress|wp-content|data|files?|test|temp|tmp|full|release|1|2|index|config|users?|fullbackup|back-?up|install|upload|joomla|drupal|magento|forum|shop|blog|beta|dev|staging|prod|server|localhost|backend|api|websites|webapps|panel|ftp|my|vhosts|login|error|errors|access|debug|php|laravel|system)(?:[_-]?\d{1,8})?\.(?:tar(?:\.(?:gz|bz2|xz))?|zip|rar|7z|tgz|gz|bz2|sql|log)$`,
			Why:    "asks for a back-up, dump or leftover file",
			Source: sourceBackup,
			Hit:    []string{"GET /dump.sql", "GET /config.php.bak", "GET /backup.zip", "GET /index.php~", "GET /site.tar.gz"},
			Miss:   []string{"GET /downloads/tool-1.2.3.tar.gz", "GET /~user/", "GET /docs/report.zip"},
		},
		{
			ID: "file-phpinfo", Class: Probe, Level: Low, Field: InPath,
			Words:   []string{"info", "test.php", "/pi.php", "/i.php", "/php.php", "debug", "/probe.php"},
			Pattern: `/(?:php[_-]?info\d*|info\d?|pinfo|phpversion|php|i|pi|p|test\d?|phptest|php_test|temp|time|old_?phpinfo|infos?|phpinfos?|dashboard/phpinfo|_profiler/phpinfo|linusadmin-phpinfo|infophp|asdf|probe)\.php$|/phpinfo(?:/|$)|/_profiler/phpinfo|/server-info$|/debug/(?:default/view|pprof|vars)`,
			Why:     "asks for a page that shows how the server is set up",
			Source:  sourceForced,
			Hit:     []string{"GET /phpinfo.php", "GET /info.php", "GET /_profiler/phpinfo"},
			Miss:    []string{"GET /contact-info.php", "GET /information.php"},
		},
		{
			ID: "file-server-status", Class: Probe, Level: Low, Field: InPath,
			Words:   []string{"/server-status", "/server-info", "/nginx_status", "/stub_status", "/phpfpm", "/status?full", "/haproxy", "/balancer-manager", "/status.xml"},
			Pattern: `/(?:server-(?:status|info)|nginx_status|stub_status|haproxy(?:\?stats|/stats)?|balancer-manager)(?:$|[/?])`,
			Why:     "asks for the server's own status page",
			Source:  "https://httpd.apache.org/docs/2.4/mod/mod_status.html",
			Hit:     []string{"GET /server-status"},
			Miss:    []string{"GET /order/status"},
		},
		{
			ID: "panel-database", Class: Probe, Level: Low, Field: InPath,
			Words:   []string{"phpmyadmin", "/pma", "adminer", "/myadmin", "/mysql", "/sqlmanager", "/dbadmin", "/phppgadmin", "/pgadmin", "/sqlweb", "/websql", "/php-my-admin", "/phpma", "/sqladmin", "/mysqladmin", "/db/", "/sqlite", "/mongo-express", "/phpmemcached", "/phpredisadmin", "/webdb", "/xampp", "/_phpmyadmin", "/dumper.php", "/sxd"},
			Pattern: `php-?my-?admin(?:[-_.]?\d[\w.-]*|[-_](?:old|bak|new|all-languages|english|backup)[\w.-]*)?(?:$|[/?])|/_?pma(?:\d+)?(?:$|/)|adminer(?:[-\d.]*)?(?:-[a-z]{2})?\.php|/(?:my|my-?sql-?|db-?|sql|database)admin(?:$|/)|^/mysql/?$|/mysql(?:manager|-admin|dumper)(?:$|/)|^/sqlite/?$|/sql(?:manager|web|itemanager)(?:$|/)|/(?:phppgadmin|pgadmin\d?|websql|phpma|web-?db|mongo-express|phpredisadmin|phpmemcachedadmin|sxd|xampp)(?:$|/)|/db/(?:index|webadmin|db-admin|myadmin|websql|dbadmin|phpmyadmin)|/dumper\.php`,
			Why:     "looks for a database panel (phpMyAdmin, Adminer and others)",
			Source:  sourceAdmin,
			Hit:     []string{"GET /phpMyAdmin-2.8.0/index.php", "GET /pma/", "GET /adminer-4.8.1.php"},
			Miss:    []string{"GET /docs/mysql.html", "GET /blog/tags/sqlite", "GET /sqlalchemy/"},
		},
		{
			ID: "panel-cms", Class: Probe, Level: Low, Field: InTarget,
			Words:   []string{"wp-login", "wp-admin", "administrator", "xmlrpc.php", "/wp-json", "user/login", "/bitrix/admin", "/typo3", "/umbraco", "/admin/config.php", "/ghost/", "/manager/html", "/adminpanel", "/admincp", "/wp-signup", "/admin_login", "/admin-login", "/adminlogin", "/panel/login", "/phpadmin", "/sitecore", "/concrete", "/wp-includes", "/admin/login", "/webadmin", "/cpanel", "/whm", "/modx", "/siteadmin", "/setup.php", "/install.php"},
			Pattern: `/wp-login(?:\.php|$)|/wp-admin(?:/?$|/(?:index\.php$|install\.php|setup-config\.php|maint/|(?:css|includes|images|js)/[^?]*\.php))|/administrator(?:/?$|/index\.php$)|/xmlrpc\.php|/wp-signup\.php|/wp-includes/[^?]*\.php$|/bitrix/admin|/typo3(?:/?$|/index\.php)|/umbraco(?:/?$|/)|/admin/config\.php|/(?:admincp|adminpanel|admin[_-]?login|webadmin|siteadmin|phpadmin|admin_area|moderator|cpanel|whm)(?:/?$|/?(?:index|login)?\.(?:php|aspx?|jsp|html?))|/sitecore/(?:login|admin|shell)`,
			Why:     "looks for the log-in or administration of a content management system",
			Source:  sourceAdmin,
			Hit:     []string{"GET /wp-login.php", "GET /blog/wp-admin/", "GET /joomla/administrator/index.php", "POST /xmlrpc.php"},
			Miss:    []string{"GET /wp-admin/admin-ajax.php", "GET /about/administrators", "GET /wp-admin/post.php?post=5&action=edit", "GET /administrator/index.php?option=com_content"},
		},
		{
			ID: "file-config", Class: Probe, Level: Low, Field: InPath,
			Words:   []string{"config", "settings", "composer.", "package.json", "docker-compose", "dockerfile", "application.", "parameters.yml", "phpunit", "error_log", "laravel.log", "/debug.log", "yarn.lock", "swagger", "openapi", "api-docs", "localsettings", "localconfig", "bootstrap.", "/env.", "/conf.", "/db.", "/database.", "/site.", "/web.", "/global.", "/default.", "thumbs.db", "/ws_ftp", "filezilla", "sitemanager", "/nohup.out", "gruntfile", "vagrantfile", "/makefile", "jenkinsfile", "/bower.json", "/gemfile", "/procfile", "/requirements.txt", "authorized_keys"},
			Pattern: `/(?:config(?:uration)?|settings|localsettings|localconfig|parameters|application(?:-\w+)?|bootstrap|docker-compose(?:\.\w+)?|env|conf|db|dbconfig|database|site|web|global|default)\.(?:inc(?:\.php)?|ini|ya?ml|json|xml|properties|conf|cnf|toml|cfg|env|php\.\w+|txt|php~|py|rb|bak)$|/composer\.(?:json|lock)$|/(?:package(?:-lock)?|bower)\.json$|/(?:docker|vagrant|grunt|jenkins|proc|make|gem)file(?:\.js)?$|/(?:error_log|laravel\.log|debug\.log|nohup\.out|ws_ftp\.(?:ini|log)|filezilla\.xml|sitemanager\.xml|yarn\.lock|authorized_keys|requirements\.txt|thumbs\.db)$|/(?:swagger(?:-ui)?(?:\.json|/index\.html|\.ya?ml|-resources)|v[23]/api-docs|openapi\.json)|/config\.inc`,
			Why:     "asks for a configuration, build or log file",
			Source:  sourceBackup,
			Hit:     []string{"GET /config.json", "GET /docker-compose.yml", "GET /composer.lock", "GET /storage/logs/laravel.log"},
			Miss:    []string{"GET /configurator", "GET /settings/profile"},
		},
	}
}

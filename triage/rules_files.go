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
				"/.hg/", "/.bzr/", "/cvs/", "id_rsa", "/appsettings", "local.settings.json", "/database.yml", "/secrets.", "/credentials", "web.config", "/.terraform", "terraform.tfstate", "/config/master.key", "/.dockercfg", "/serviceaccount", "firebase-adminsdk", "/.azure", "/.config/gcloud", "/config", "/settings", "/secret", "/credential", "/mcp.", "/context.", "/auth.", "/token", "/gcp-", "/google-services", "/service-account", "/.vault", "/.pypirc", "/.gem/", "/.composer/auth", "/auth.json", "/.circleci", "/.travis", "/.gitlab-ci", "/.github/", "/wp-json/../", "/.s3", "/.passwd", "/.bash_history", "/.mysql_history", "/.psql_history", "/.zsh_history", "/.ds_store", "/known_hosts", "/authorized_keys", "/.pem", ".pem", "/server.key", "/privatekey", "/private.key", "/jwt", "/.idea/", "/.rhosts", "/.env"},
			Pattern: `/\.env(?:$|[./?_~-]|\d)|/\.git(?:$|/|config|-credentials)|/\.svn(?:$|/)|/\.hg/|/\.bzr/|/cvs/(?:root|entries)|/\.aws(?:$|/)|/\.ssh(?:$|/)|/\.htpasswd|/\.docker(?:/|cfg)|/\.kube/|/\.npmrc|/\.netrc|/\.pgpass|/\.my\.cnf|/\.s3cfg|/\.boto|/\.vscode/sftp|/sftp-config\.json|/\.ftpconfig|/\.remote-sync|/id_(?:rsa|dsa)|/appsettings(?:\.\w+)?\.json|/local\.settings\.json|/database\.ya?ml|/secrets\.(?:ya?ml|json)|/credentials(?:\.\w+)?$|/web\.config|/\.terraform|/terraform\.tfstate|/config/master\.key|firebase-adminsdk|/\.azure/|/\.(?:[a-vx-z0-9_]|w[^e])[\w-]*/(?:[^?]*/)?(?:config|settings|secrets?|credentials?|mcp|context|auth|tokens?)\b[\w.-]*$|/\.config/gcloud|/(?:gcp-)?(?:google-services|service-account(?:-key)?|gcp-credentials|service_account)\.json$|/\.vault(?:-token|_pass)|/\.pypirc$|/\.gem/credentials|/auth\.json$|/\.s3cmd|/\.passwd$|/\.(?:bash|mysql|psql|zsh|python|node_repl|irb)_history$|/(?:known_hosts|authorized_keys)\d?$|/(?:server|private|privatekey|privkey|ssl|cert|localhost|host|key|jwt(?:_?private)?)\.(?:key|pem|p12|pfx|jks)$|/\.ds_store$|/\.idea/(?:workspace|datasources|webservers|deployment)\.xml|/\.(?:circleci/config|travis|gitlab-ci)\.ya?ml$`,
			Why:     "asks for a file that holds secrets or source code",
			Source:  sourceBackup,
			Hit:     []string{"GET /.env", "GET /app/.git/config", "GET /.aws/credentials", "GET /config/database.yml", "GET /.env.production", "GET /private.key", "GET /.DS_Store", "GET /.bash_history", "GET /.gitlab-ci.yml"},
			Miss:    []string{"GET /.well-known/security.txt", "GET /.well-known/config.json", "GET /environment", "GET /docs/.gitignored-tips.html"},
		},
		{
			ID: "file-hidden", Class: Probe, Level: Low, Field: InPath,
			Words:   []string{"/."},
			Pattern: `/\.(?:[a-vx-z0-9_-]|w(?:[^e]|e[^l]))[\w.-]{1,60}(?:/|$|\?)`,
			Why:     "asks for a hidden file (its name starts with a dot)",
			Source:  sourceBackup,
			Hit:     []string{"GET /.vscode/launch.json", "GET /.htaccess"},
			Miss:    []string{"GET /.well-known/acme-challenge/x", "GET /a/../b"},
		},
		{
			ID: "file-backup", Class: Probe, Level: Medium, Field: InPath,
			Words: []string{".sql", ".bak", ".old", ".orig", ".swp", ".swo", ".save", "~", ".dump", ".bkp", ".backup", ".tar", ".zip", ".rar", ".7z", ".tgz", ".gz", ".copy", ".dist", ".inc", ".1", ".tmp", ".txt", "_bak", "-bak", "php_"},
			Pattern: `\.(?:php\d?|aspx?|ashx|jspx?|cgi|pl|py|rb|conf|config|cnf|ini|ya?ml|env|json|xml|properties|htaccess)(?:~|\.(?:txt|dist|inc|save|old|orig|bak\d?|bkp|backup|1|2|tmp|zip|gz|tar|tgz|rar|7z|bz2|copy|sw[op])|_|_bak|-bak|_old|-old)$|/\.[\w.-]{1,60}\.sw[op]$|` +
				`/(?:[\w.-]{0,40}[._-])?(?:backups?|bak|bck|dump|db_?(?:backup|dump)?|database|mysql|mysqldump|pgdump|users|wordpress|wp|www(?:root)?|web(?:root|site)?|site|htdocs|public_html|httpdocs|fullbackup|back-?up|sitebackup|localhost|vhosts)(?:[_.-]?\d{1,10}){0,3}\.(?:sql|dump|bak|old)(?:\.(?:gz|zip|bz2|tar|7z|rar|xz))?$|` +
				`/(?:[\w-]{0,40}[._-])?(?:backups?|bak|bck|dump|db_?(?:backup|dump)|wwwroot|htdocs|public_html|httpdocs|fullbackup|back-?up|sitebackup|vhosts)(?:[_.-]?\d{1,10}){0,3}\.(?:tar(?:\.(?:gz|bz2|xz))?|zip|rar|7z|tgz|gz|bz2)$|` +
				`/(?:www\.)?[a-z0-9][a-z0-9-]{1,60}[._](?:com|net|org|info|biz|edu|gov|de|fr|it|es|nl|uk|eu|br|au|ca|jp|cn|us|ch|at|be|se|no|dk|fi|cz|ro|hu|gr|pt|ar|mx|cl|tr|ua|ru|kr|tw|hk|vn|id|za|nz|ie|io)\.(?:tar(?:\.(?:gz|bz2|xz))?|zip|rar|7z|tgz|sql(?:\.gz)?|gz|bak)$`,
			Why:    "asks for a back-up, dump or leftover copy, which would hold code and secrets",
			Source: sourceBackup,
			Hit:    []string{"GET /dump.sql", "GET /config.php.bak", "GET /backup.zip", "GET /index.php~", "GET /shop_backup_2024-01-02.tar.gz", "GET /www.example.com.zip", "GET /example_org.sql.gz", "GET /.index.php.swp"},
			Miss:   []string{"GET /downloads/tool-1.2.3.tar.gz", "GET /~user/", "GET /docs/report.zip", "GET /js/app.min.js.gz", "GET /site.tar.gz", "GET /notes.txt"},
		},
		{
			ID: "file-archive", Class: Probe, Level: Low, Last: true, Field: InPath,
			Words: []string{".sql", ".bak", ".old", ".orig", ".sqlite", ".mdb", ".dump", ".bkp", ".backup", ".tar", ".zip", ".rar", ".7z", ".tgz", ".gz", ".copy", ".save", ".log", ".htm", ".db"},
			Pattern: `\.(?:sql|bak|old|orig|save|sqlite3?|mdb|dump|bkp|backup|copy)(?:\.(?:gz|zip|bz2|tar|7z|rar|xz))?$|\.html?(?:~|\.(?:bak|old|orig|save|tmp|copy))$|` +
				`/(?:bk|sql|db|database|mysql|web|website|site|html?|public|root|home|old|new|latest|archive|source|src|code|app|admin|wp|wordpress|wp-content|www|data|files?|test|temp|tmp|full|release|1|2|index|config|users?|install|upload|joomla|drupal|magento|forum|shop|blog|beta|dev|staging|prod|server|localhost|backend|api|websites|webapps|panel|ftp|my|login|error|errors|access|debug|php|laravel|system)(?:[_-]?\d{1,8})?\.(?:tar(?:\.(?:gz|bz2|xz))?|zip|rar|7z|tgz|gz|bz2|log)$`,
			Why:    "asks for an archive, database or log by a name that owners give by habit",
			Source: sourceBackup,
			Hit:    []string{"GET /site.tar.gz", "GET /old.zip", "GET /data/shop.sqlite", "GET /report.old"},
			Miss:   []string{"GET /downloads/tool-1.2.3.tar.gz", "GET /docs/report.zip"},
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
			Words:   []string{"config", "settings", "composer.", "package.json", "docker-compose", "dockerfile", "application.", "parameters.yml", "phpunit", "error_log", "laravel.log", "/debug.log", "yarn.lock", "swagger", "openapi", "api-docs", "localsettings", "localconfig", "bootstrap.", "/env.", "/conf.", "/db.", "/database.", "/site.", "/web.", "/global.", "/default.", "thumbs.db", "/ws_ftp", "filezilla", "sitemanager", "/nohup.out", "gruntfile", "vagrantfile", "/makefile", "jenkinsfile", "/bower.json", "/gemfile", "/procfile", "/requirements.txt", "/nginx.conf", "/httpd.conf", "/php.ini", "/.user.ini", "/tsconfig.json", "/ansible", "/inventory", "/helm", "/kustomization", "/cloudbuild", "/buildspec", "/serverless.", "/firebase.json", "/vendor/composer/", "/installed.json", "/pnpm-lock", "/pipfile", "/poetry.lock", "/cargo.toml", "/go.mod"},
			Pattern: `/(?:config(?:uration)?|settings|localsettings|localconfig|parameters|application(?:-\w+)?|bootstrap|docker-compose(?:\.\w+)?|env|conf|db|dbconfig|database|site|web|global|default)\.(?:inc(?:\.php)?|ini|ya?ml|json|xml|properties|conf|cnf|toml|cfg|env|php\.\w+|txt|php~|py|rb|bak)$|/composer\.(?:json|lock)$|/(?:package(?:-lock)?|bower)\.json$|/(?:docker|vagrant|grunt|jenkins|proc|make|gem)file(?:\.js)?$|/(?:error_log|laravel\.log|debug\.log|nohup\.out|ws_ftp\.(?:ini|log)|filezilla\.xml|sitemanager\.xml|yarn\.lock|requirements\.txt|thumbs\.db|nginx\.conf|httpd\.conf|php\.ini|\.user\.ini|tsconfig\.json|ansible\.cfg|serverless\.ya?ml|buildspec\.ya?ml|cloudbuild\.ya?ml|firebase\.json|pnpm-lock\.yaml|pipfile(?:\.lock)?|poetry\.lock|cargo\.toml|go\.mod)$|/vendor/composer/installed\.json|/(?:swagger(?:-ui)?(?:\.json|/index\.html|\.ya?ml|-resources)|v[23]/api-docs|openapi\.json)|/config\.inc`,
			Why:     "asks for a configuration, build or log file",
			Source:  sourceBackup,
			Hit:     []string{"GET /config.json", "GET /docker-compose.yml", "GET /composer.lock", "GET /storage/logs/laravel.log"},
			Miss:    []string{"GET /configurator", "GET /settings/profile"},
		},
	}
}

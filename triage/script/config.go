package script

import (
	"strings"

	"spoor/triage"
)

// Files that tell the server what to run. A folder's own .htaccess or web.config makes a picture a script.

func isConfig(base string) bool {
	return base == ".htaccess" || base == ".user.ini" || base == "web.config" || base == "php.ini"
}

const staticList = `(?:jpe?g|png|gif|ico|bmp|webp|svg|txt|log|pdf|css|js|dat|tmp|htaccess|config)`

var configRules = []Rule{
	{ID: "config-handler", Level: triage.High,
		Pattern: `(?:addtype|addhandler)\s+["']?(?:application/x-httpd-php\S*|x-httpd-php\S*|php\d*-script|php\S*|cgi-script)["']?\s[^\n]*?\.?` + staticList + `\b|` +
			`<files(?:match)?[^>\n]*` + staticList + `[^>\n]*>[^<]{0,300}?(?:sethandler|forcetype)\s+["']?(?:application/x-httpd-php|php|proxy:fcgi|x-httpd-php|cgi-script)`,
		Why: "makes the server run pictures or other static files as scripts", Source: "https://httpd.apache.org/docs/2.4/mod/mod_mime.html#addhandler",
		Hit:  []Sample{{".htaccess", "AddType application/x-httpd-php .jpg"}, {".htaccess", "<FilesMatch \"\\.(png|gif)$\">\nSetHandler application/x-httpd-php\n</FilesMatch>"}},
		Miss: []Sample{{".htaccess", "AddHandler application/x-httpd-php81 .php .phtml\nAddType image/svg+xml svg"}, {".htaccess", "<FilesMatch \"\\.(jpg|png)$\">\nHeader set Cache-Control \"max-age=1\"\n</FilesMatch>\n<FilesMatch \"\\.php$\">\nSetHandler application/x-httpd-php\n</FilesMatch>"}}},
	{ID: "config-prepend", Level: triage.High,
		Pattern: `auto_(?:prepend|append)_file["'\s=]+[^\n]*?(?:php://|data:|https?:|/tmp/|\.(?:jpe?g|png|gif|ico|bmp|txt|log|dat|tmp)\b)`,
		Why:     "runs a picture, a temporary file or the request before or after every script", Source: "https://www.php.net/manual/en/ini.core.php#ini.auto-prepend-file",
		Hit:  []Sample{{".user.ini", "auto_prepend_file=logo.gif"}, {".htaccess", "php_value auto_append_file \"php://input\""}},
		Miss: []Sample{{".user.ini", "auto_prepend_file = '/var/www/html/waf.php'"}}},
	{ID: "config-prepend-script", Level: triage.Info,
		Pattern: `auto_(?:prepend|append)_file["'\s=]+[^\n]*?\.php\b`,
		Why:     "runs another script before or after every script, as firewalls for content managers do too", Source: "https://www.php.net/manual/en/ini.core.php#ini.auto-prepend-file",
		Hit:  []Sample{{".user.ini", "auto_prepend_file = '/var/www/html/waf.php'"}},
		Miss: []Sample{{".user.ini", "upload_max_filesize = 8M"}}},
	{ID: "config-iis-handler", Level: triage.High,
		Pattern: `<add\s[^>]*path\s*=\s*"[^"]*\.` + staticList + `"[^>]*(?:asp\.dll|isapimodule|fastcgimodule|php-cgi|pagehandlerfactory|simplehandlerfactory)`,
		Why:     "makes IIS run static files or this file itself as scripts", Source: "https://learn.microsoft.com/en-us/iis/configuration/system.webserver/handlers/add",
		Hit:  []Sample{{"web.config", `<configuration><system.webServer><handlers><add name="x" path="*.config" verb="*" modules="IsapiModule" scriptProcessor="%windir%\system32\inetsrv\asp.dll" /></handlers></system.webServer></configuration>`}},
		Miss: []Sample{{"web.config", `<configuration><system.webServer><handlers><add name="php" path="*.php" verb="*" modules="FastCgiModule" scriptProcessor="C:\php\php-cgi.exe" /></handlers></system.webServer></configuration>`}}},
}

// readConfig reads a file that tells the server what to run; one that is a script by itself is read as such.
func readConfig(base, text string) []triage.Finding {
	var lines []string
	for line := range strings.SplitSeq(strings.ToLower(text), "\n") {
		if t := strings.TrimSpace(line); !strings.HasPrefix(t, "#") && !strings.HasPrefix(t, ";") {
			lines = append(lines, line)
		}
	}
	low := strings.Join(lines, "\n")
	r := &reader{base: base, budget: maxFolded}
	for i := range configRules {
		if at, ok := configRules[i].find(low); ok {
			r.add(&configRules[i], strings.Join(strings.Fields(low[at:min(len(low), at+200)]), " "), triage.None)
		}
	}
	switch {
	case strings.Contains(text, "<%"):
		r.read(aspLanguage(vbscript, []byte(text[:min(len(text), 4096)])), text, 0)
	case phpOpen.MatchString(text):
		r.read(php, text, 0)
	}
	return r.finish()
}

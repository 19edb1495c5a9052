package triage

const (
	sourceSQLi   = "https://owasp.org/www-community/attacks/SQL_Injection"
	sourceBlind  = "https://owasp.org/www-community/attacks/Blind_SQL_Injection"
	sourceSheet  = "https://portswigger.net/web-security/sql-injection/cheat-sheet"
	sourceMySQL  = "https://dev.mysql.com/doc/refman/8.0/en/select-into.html"
	sourceATTCK  = "https://attack.mitre.org/techniques/T1190/"
	sourceLibInj = "https://github.com/libinjection/libinjection"
)

// sqlRules speak for what the tokenizer saw. Words only say when it is worth asking.
var sqlRules = []Rule{
	{
		ID: "sqli-file-write", Class: SQLi, Level: Critical, Field: InAny, Sign: signFileWrite,
		Words:  []string{"outfile", "dumpfile", "attach", "copy", "disk", "lo_export", "writefile", "utl_file", "fileio"},
		Why:    "a statement that writes a file on the database server",
		Source: sourceMySQL,
		Hit: []string{
			"GET /a?id=-1%20UNION%20SELECT%200x3c3f706870,NULL%20INTO%20DUMPFILE%20%27/srv/www/x.php%27--%20-",
			"GET /a?id=1';ATTACH%20DATABASE%20'/srv/www/x.php'%20AS%20x--",
			"GET /a?id=1;copy%20t%20to%20'/tmp/x'",
		},
		Miss: []string{"GET /a?q=import+into+outfile+format", "GET /a?q=copy+that+to+disk"},
	},
	{
		ID: "sqli-command", Class: SQLi, Level: Critical, Field: InAny, Sign: signCommand,
		Words:  []string{"xp_", "sp_", "sys_e", "program", "dbms_scheduler", "dbms_java", "lo_import"},
		Why:    "a statement that runs commands or reads the registry through the database",
		Source: sourceSheet,
		Hit: []string{
			"GET /a?id=1;EXEC%20master..xp_cmdshell%20'whoami'--",
			"GET /a?id=1;COPY%20t%20FROM%20PROGRAM%20'id'",
		},
		Miss: []string{"GET /a?q=tv+program+guide", "GET /a?f=xp_theme"},
	},
	{
		ID: "sqli-union", Class: SQLi, Level: High, Field: InAny, Sign: signUnion,
		Words:  []string{"union"},
		Why:    "joins a query of the attacker's to the site's (UNION SELECT)",
		Source: sourceSQLi,
		Hit: []string{
			"GET /a?id=1%20UNION%20ALL%20SELECT%201,2,3--",
			"GET /a?id=1'/**/uNiOn/**/sElEcT/**/null,user()%23",
			"GET /a?id=1+/*!50000UNION*/+/*!50000SELECT*/+1,2",
			"GET /a?id=1)union(select(1),2",
		},
		Miss: []string{"GET /a?q=student+union+selected+books", "GET /a?q=western+union"},
	},
	{
		ID: "sqli-union-weak", Class: SQLi, Level: Low, Field: InAny, Sign: signUnionWeak,
		Words:  []string{"union"},
		Why:    "the words UNION SELECT, perhaps in a sentence",
		Source: sourceSQLi,
		Hit:    []string{"GET /a?q=union+select+committee+meeting"},
		Miss:   []string{"GET /a?q=union+jack"},
	},
	{
		ID: "sqli-boolean", Class: SQLi, Level: High, Field: InAny, Sign: signBoolean,
		Words:  sqlLogicWords,
		Why:    "a condition added to the site's query (AND 1=1, OR 'a'='a')",
		Source: sourceBlind,
		Hit: []string{
			"GET /a?id=1%20AND%204711=4711",
			"GET /a?id=1'%20OR%20'x'='x",
			"GET /a?id=x')%20or%20length(user())%3E3--",
			"GET /a?id=3%20AND%20ORD(MID((SELECT%20pw%20FROM%20u%20LIMIT%200,1),1,1))%3E64",
			"GET /a?id=1||1=1",
		},
		Miss: []string{"GET /a?q=salt+and+pepper", "GET /a?q=size=large+and+color=red", "GET /a?q=12+and+under"},
	},
	{
		ID: "sqli-boolean-weak", Class: SQLi, Level: Low, Field: InAny, Sign: signBooleanWeak,
		Words:  sqlLogicWords,
		Why:    "reads like a condition of a query",
		Source: sourceBlind,
		Hit:    []string{"GET /a?q=1+or+1"},
		Miss:   []string{"GET /a?q=this+or+that"},
	},
	{
		ID: "sqli-stacked", Class: SQLi, Level: High, Field: InAny, Sign: signStacked,
		Words:  []string{";"},
		Why:    "ends the site's statement and starts another",
		Source: sourceSheet,
		Hit:    []string{"GET /a?id=1;DROP%20TABLE%20users", "GET /a?id=1');SELECT%20PG_SLEEP(5)--"},
		Miss:   []string{"GET /a?q=a;b", "GET /a?style=color:red;set"},
	},
	{
		ID: "sqli-time", Class: SQLi, Level: High, Field: InAny, Sign: signTime,
		Words: []string{"sleep", "benchmark", "waitfor", "randomblob", "zeroblob", "receive_message", "dbms_lock", "generate_series",
			"get_lock", "master_pos_wait"},
		Why:    "makes the database wait, so that an answer can be read from the delay",
		Source: sourceBlind,
		Hit: []string{
			"GET /a?id=1%20AND%20SLEEP(5)", "GET /a?id=1'%20WAITFOR%20DELAY%20'0:0:5'--",
			"GET /a?id=(SELECT%201%20FROM%20PG_SLEEP(5))", "GET /a?id=1%20AND%20BENCHMARK(5000000,MD5(1))",
		},
		Miss: []string{"GET /a?q=sleep+better", "GET /docs/sleep/benchmark.html"},
	},
	{
		ID: "sqli-error", Class: SQLi, Level: High, Field: InAny, Sign: signError,
		Words: []string{"extractvalue", "updatexml", "name_const", "gtid_sub", "json_keys", "utl_", "ctxsys", "dbms_", "xmltype", "httpuri",
			"geometryc", "polygon", "multipoint", "linestring", "uuid", "ordsys", "fn_", "analyse"},
		Why:    "makes the database put data into its error message",
		Source: sourceSheet,
		Hit: []string{
			"GET /a?id=1%20AND%20EXTRACTVALUE(1,CONCAT(0x7e,VERSION()))", "GET /a?id=1'%20PROCEDURE%20ANALYSE()--",
		},
		Miss: []string{"GET /a?q=polygon+map"},
	},
	{
		ID: "sqli-error-cast", Class: SQLi, Level: High, Field: InAny,
		Words:   []string{"cast", "convert", "floor", "exp(", "::"},
		Pattern: `convert\s*\(\s*int\s*,|cast\s*\(.{1,80}\bas\s+(?:int|numeric|decimal|signed)\b.{0,60}(?:from|=|>|\||--)|floor\s*\(\s*rand\s*\(|exp\s*\(\s*~|\)\s*::\s*(?:int|numeric|text)`,
		Why:     "a conversion that fails with the data in its error message",
		Source:  sourceSheet,
		Hit: []string{
			"GET /a?id=convert(int,@@version)", "GET /a?id=1+and+1=cast((select+version())+as+int)--",
			"GET /a?id=1+group+by+concat(version(),floor(rand(0)*2))",
		},
		Miss: []string{"GET /a?q=broadcast+as+international", "GET /a?q=floor+plan"},
	},
	{
		ID: "sqli-schema", Class: SQLi, Level: High, Field: InAny, Sign: signSchema,
		Words: []string{"information_schema", "sysobjects", "syscolumns", "sysusers", "sysdatabases", "syslogins", "sysfiles", "sysprocesses", "sqlite_", "pg_", "mysql.",
			"_tables", "_users", "_objects", "_tab_", "v$", "msys", "innodb_", "table_schema", "table_name", "column_name", "sysibm", "sys.", "master.", "msdb.", "syscat",
			"rdb$", "all_db", "systables", "sysxlogins", "performance_schema", "global_name", "product_component"},
		Why:    "names a catalogue of the database",
		Source: sourceSheet,
		Hit:    []string{"GET /a?id=(select+table_name+from+information_schema.tables)", "GET /a?id=1+from+sqlite_master"},
		Miss:   []string{"GET /a?q=table+names"},
	},
	{
		ID: "sqli-subselect", Class: SQLi, Level: High, Field: InAny, Sign: signSubselect,
		Words:  []string{"select"},
		Why:    "a query inside a value",
		Source: sourceSQLi,
		Hit:    []string{"GET /a?id=(select%20pw%20from%20users%20limit%201)"},
		Miss:   []string{"GET /a?q=(selected)+items"},
	},
	{
		ID: "sqli-statement", Class: SQLi, Level: Medium, Field: InAny, Sign: signStatement,
		Words:  []string{"select", "insert", "delete", "update", "drop", "truncate", "alter", "create", "exec", "declare", "grant", "merge", "replace"},
		Why:    "a whole SQL statement",
		Source: sourceSQLi,
		Hit:    []string{"GET /a?q=select+*+from+users", "GET /a?q=1;drop+table+users"},
		Miss:   []string{"GET /a?q=select+a+hotel+from+the+list", "GET /a?q=drop+leaf+table", "GET /a?q=update+settings"},
	},
	{
		ID: "sqli-statement-weak", Class: SQLi, Level: Low, Field: InQuery | InPath, Sign: signStatementWeak,
		Words:  []string{"select", "insert", "delete", "update", "drop", "truncate", "alter", "create", "exec", "declare", "grant", "merge", "replace"},
		Why:    "reads like a SQL statement, or like a sentence",
		Source: sourceSQLi,
		Hit:    []string{"GET /a?q=drop+table+users"},
		Miss:   []string{"GET /a?q=drop+leaf+table", "GET /a?q=1;drop+table+users"},
	},
	{
		ID: "sqli-cast", Class: SQLi, Level: Medium, Field: InQuery | InPath | InName,
		Words:   []string{"::"},
		Pattern: `[\w)'"\]]::\s*(?:int|integer|bigint|text|varchar|jsonb?|numeric|float|bool|bytea|date|timestamp|regclass|name|char|oid)\b`,
		Why:     "a type conversion of PostgreSQL",
		Source:  "https://www.postgresql.org/docs/current/sql-expressions.html#SQL-SYNTAX-TYPE-CASTS",
		Hit:     []string{"GET /a?id=password::int", "GET /a?id='{}'::jsonb"},
		Miss:    []string{"GET /a?q=std::vector"},
	},
	{
		ID: "sqli-order-by", Class: SQLi, Level: Medium, Field: InAny, Sign: signOrderBy,
		Words:  []string{"order", "group"},
		Why:    "looks for the number of columns (ORDER BY 5)",
		Source: sourceSheet,
		Hit:    []string{"GET /a?id=1%20ORDER%20BY%2010--", "GET /a?id=1'%20order%20by%203%23", "GET /a?id=2+group+by+7"},
		Miss:   []string{"GET /a?q=order+by+phone", "GET /a?sort=order+by+price"},
	},
	{
		ID: "sqli-comment", Class: SQLi, Level: Medium, Field: InAny, Sign: signCommentAfterQuote,
		Words:  []string{"'", `"`},
		Why:    "a quote that ends a literal and a comment that hides the rest of the query",
		Source: sourceSQLi,
		Hit:    []string{"GET /a?user=admin'--", "GET /a?user=admin'%23", "GET /a?user=admin')/*"},
		Miss:   []string{"GET /a?q=rock'n'roll", "GET /a?q=it's+--+really+--+good"},
	},
	{
		ID: "sqli-concat", Class: SQLi, Level: Medium, Field: InAny, Sign: signConcat,
		Words:  []string{"'", `"`},
		Why:    "a quote followed by an operator and a value: what remains is still a literal",
		Source: sourceSheet,
		Hit:    []string{"GET /a?q=x'||'y", "GET /a?q='%2b(select%201)%2b'", "GET /a?q=5'-'0"},
		Miss:   []string{"GET /a?q=%22alaska%22+%2B+1978+map", "GET /a?q=o'neill"},
	},
	{
		ID: "sqli-conditional", Class: SQLi, Level: High, Field: InAny, Sign: signConditional,
		Words:  []string{"case"},
		Why:    "CASE WHEN: asks the database a question",
		Source: sourceSheet,
		Hit:    []string{"GET /a?id=(case+when+(1=1)+then+1+else+2+end)"},
		Miss:   []string{"GET /a?q=suitcase+when+travelling"},
	},
	{
		ID: "sqli-file-read", Class: SQLi, Level: High, Field: InAny, Sign: signFileRead,
		Words:  []string{"load_file", "pg_read", "pg_ls", "pg_stat_file", "openrowset", "utl_file", "readfile", "bfilename", "lo_get", "dbms_lob"},
		Why:    "reads files through the database",
		Source: sourceSheet,
		Hit:    []string{"GET /a?id=-1+union+select+load_file('/etc/hosts')"},
		Miss:   []string{"GET /a?q=readfile+php"},
	},
	{
		ID: "sqli-fingerprint", Class: SQLi, Level: Medium, Field: InAny, Sign: signFingerprint,
		Words: []string{"@@", "version(", "database(", "user(", "db_name", "concat", "char(", "chr(", "substr", "ascii(", "mid(", "ord(", "hex(",
			"cast(", "convert(", "ifnull(", "isnull(", "length(", "len(", "json_", "md5(", "now(", "sysdate", "overlay(", "unistr(", "iif(", "elt(", "strcmp(", "decode(", "group_", "count("},
		Why:    "calls functions of a database where a value belongs",
		Source: sourceSheet,
		Hit:    []string{"GET /a?id=@@version", "GET /a?id=substring(user(),1,1)"},
		Miss:   []string{"GET /a?q=version+history", "GET /a?q=user@example.com"},
	},
	{
		ID: "sqli-inline-comment", Class: SQLi, Level: Medium, Field: InAny, Sign: signInlineComment,
		Words:  []string{"/*"},
		Why:    "comments in place of white space between words of SQL",
		Source: sourceSheet,
		Hit:    []string{"GET /a?id=1/**/and/**/x"},
		Miss:   []string{"GET /a?type=*/*"},
	},
	{
		ID: "sqli-quote", Class: SQLi, Level: Low, Field: InQuery, Sign: signQuoteProbe,
		Words:  []string{"'", `"`},
		Why:    "a lone quote after a value: tries whether the query breaks",
		Source: sourceSQLi,
		Hit:    []string{"GET /a?id=3'", "GET /a?id=3%22", "GET /a?id=3'(.,)%22.)(("},
		Miss:   []string{"GET /a?q=o'neill", "GET /a?q='quoted'"},
	},
	{
		ID: "sqli-libinjection", Class: SQLi, Level: Medium, Field: InAny, Sign: signVoiceBacked,
		Words:  sqlVoiceWords,
		Why:    "libinjection reads it as SQL injection, and words or forms of SQL are there",
		Source: sourceLibInj,
		Hit:    []string{"GET /a?id=1'%20or%201%20--%20"},
		Miss:   []string{"GET /a?q=o'neill"},
	},
	{
		ID: "sqli-libinjection-alone", Class: SQLi, Level: Info, Field: InQuery, Sign: signVoiceSQL,
		Words:  sqlVoiceWords,
		Why:    "libinjection alone reads it as SQL injection",
		Source: sourceLibInj,
		Hit:    []string{"GET /a?id=1'%20or%201%20--%20"},
		Miss:   []string{"GET /a?q=o'neill"},
	},
}

var sqlLogicWords = []string{"and", "or", "||", "&&", "having", "where", "when", " div ", "rlike", "not ", "on ", "if"}

var sqlVoiceWords = []string{"'", `"`, "union", "select", "--", "/*", " and ", " or ", " xor ", "||", "&&", "@@", "sleep", "having", "exists", "not ",
	"like", "between", "#", ";", "case", "null", "int(", "in ("}

package triage

// A sqlFunction says what a call of a function shows. bare is set if it needs no bracket.
type sqlFunction struct {
	sign sqlSign
	bare bool
}

// sqlFunctions are the functions that injections call and few texts do. From the manuals of MySQL 8,
// PostgreSQL 16, SQL Server 2022, Oracle 19c and SQLite, and the sqlmap payload tables.
var sqlFunctions = func() map[string]sqlFunction {
	m := map[string]sqlFunction{}
	add := func(s sqlSign, bare bool, names ...string) {
		for _, n := range names {
			m[n] = sqlFunction{s, bare}
		}
	}
	add(signTime, false, "sleep", "benchmark", "pg_sleep", "pg_sleep_for", "pg_sleep_until", "randomblob", "zeroblob",
		"dbms_pipe.receive_message", "dbms_lock.sleep", "dbms_session.sleep", "user_lock.sleep", "generate_series",
		"get_lock", "master_pos_wait")
	add(signError, false, "extractvalue", "updatexml", "name_const", "gtid_subset", "gtid_subtract", "json_keys",
		"utl_inaddr.get_host_name", "utl_inaddr.get_host_address", "ctxsys.drithsx.sn", "utl_http.request",
		"dbms_utility.sqlid_to_sqlhash", "dbms_xmlgen.getxml", "xmltype", "httpuritype", "geometrycollection", "polygon",
		"multipoint", "linestring", "multilinestring", "multipolygon", "uuid_to_bin", "bin_to_uuid", "ordsys.ord_dicom.getmappingxpath",
		"dbms_ldap.init", "fn_trace_gettable", "sys.fn_varbintohexstr", "master.sys.fn_varbintohexstr")
	add(signFingerprint, false, "version", "database", "current_user", "system_user", "session_user", "db_name", "host_name",
		"suser_sname", "suser_name", "is_srvrolemember", "is_member", "connection_id", "sqlite_version", "current_database",
		"current_setting", "current_schema", "inet_server_addr", "user", "schema", "group_concat", "concat_ws", "string_agg",
		"load_extension", "unhex", "hex", "ascii", "ord", "substr", "substring", "mid", "char", "nchar", "chr", "concat", "ifnull", "nullif",
		"isnull", "coalesce", "cast", "convert", "length", "len", "char_length", "count", "floor", "rand", "bin", "conv", "elt", "field",
		"make_set", "export_set", "json_extract", "json_depth", "json_type", "json_valid", "aes_decrypt", "aes_encrypt", "bitand", "row_count", "last_insert_id",
		"quote", "hextoraw", "rawtohex", "rawtonhex", "utl_raw.cast_to_varchar2", "to_char", "strcmp", "greatest", "least",
		"find_in_set", "instr", "locate", "position", "lpad", "rpad", "ltrim", "replace", "reverse", "stuff", "unicode", "upper", "lower",
		"exp", "pow", "power", "iif", "decode", "table_to_xml", "query_to_xml", "database_to_xml", "current_query", "xmlagg", "listagg", "wm_concat", "sys_context", "collation", "charset", "format", "md5", "sha1", "now", "sysdate", "interval", "extract", "overlay", "unistr")
	add(signFileRead, false, "load_file", "pg_read_file", "pg_read_binary_file", "pg_ls_dir", "pg_stat_file", "openrowset",
		"utl_file.get_line", "readfile", "lo_get", "bfilename", "sys.dbms_lob.loadfromfile")
	add(signFileWrite, false, "lo_export", "utl_file.put_line", "utl_file.put", "utl_file.put_raw", "fileio")
	add(signCommand, true, "xp_cmdshell", "master..xp_cmdshell", "master.dbo.xp_cmdshell", "master.sys.xp_cmdshell",
		"sp_oacreate", "sp_oamethod", "master..sp_oacreate", "master..sp_oamethod", "master.dbo.sp_oacreate", "master.dbo.sp_oamethod", "sys.xp_cmdshell", "master.sys.xp_dirtree", "xp_regwrite", "xp_regread", "master..xp_regread", "master..xp_dirtree", "master.dbo.xp_dirtree", "xp_dirtree", "xp_fileexist",
		"sp_execute_external_script", "sys_exec", "sys_eval", "dbms_scheduler.create_job", "dbms_java.runjava", "dbms_java_test.funcall",
		"lo_import", "xp_servicecontrol", "xp_availablemedia", "xp_enumdsn", "xp_loginconfig", "sp_makewebtask", "master..sp_makewebtask", "sp_password", "sp_addextendedproc", "sp_configure")
	return m
}()

// sqlVerbs start a statement.
var sqlVerbs = wordSet("select", "insert", "update", "delete", "drop", "create", "alter", "exec", "execute", "declare", "shutdown",
	"truncate", "grant", "revoke", "set", "waitfor", "begin", "call", "copy", "attach", "load", "handler", "prepare", "merge",
	"replace", "backup", "restore", "if", "kill", "commit", "rollback", "vacuum", "analyze", "rename", "lock", "unlock", "desc",
	"describe", "show", "do", "use", "with", "pragma", "detach", "explain", "reconfigure", "bulk", "dbcc", "deallocate", "loop", "signal", "checkpoint", "print", "raiserror", "perform")

// sqlCatalogue are catalogue tables that have no other meaning.
var sqlCatalogue = wordSet("sysobjects", "syscolumns", "sysusers", "sysdatabases", "syslogins", "sysfiles", "sysprocesses", "sqlite_master", "sqlite_schema",
	"sqlite_temp_master", "pg_class", "pg_tables", "pg_user", "pg_shadow", "pg_database", "pg_attribute", "pg_namespace", "pg_roles", "pg_authid", "pg_stat_activity",
	"all_tables", "user_tables", "dba_tables", "all_tab_columns", "user_tab_columns", "dba_users", "all_users", "user_objects",
	"all_objects", "v$version", "v$instance", "v$database", "msysaccessobjects", "msysaces", "msysobjects", "msysqueries", "msysrelationships", "msysaccessxml", "msysaccessstorage", "mysql.user", "mysql.db", "innodb_table_stats", "innodb_index_stats",
	"information_schema", "table_schema", "table_name", "column_name", "sysibm.sysdummy1", "sysxlogins", "all_db_links", "syscat.tables", "systables", "rdb$relations", "rdb$database", "user_tab_privs", "product_component_version", "global_name")

var sqlCatalogueTails = wordSet("tables", "columns", "databases", "objects", "schemas", "all_objects", "all_columns", "sql_logins", "server_principals", "database_principals",
	"syslogins", "xp_cmdshell", "innodb_table_stats", "proc", "user", "db", "func", "host", "sysdummy1", "schema_table_statistics", "configurations", "user$", "x$schema_flattened_keys")

func wordSet(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

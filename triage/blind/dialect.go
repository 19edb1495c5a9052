package blind

// Which database systems a payload can be for. What some of them would answer with an error tells nothing when it is
// answered, so each form leaves those that know it.
//
// Sources: the references of functions of MySQL 8.4, MariaDB 11, PostgreSQL 17, SQL Server 2022, Oracle 23ai and
// SQLite 3.47.

// called are functions that only some systems have.
var called = map[string]dialect{
	"ORD": mysql, "MID": mysql, "SLEEP": mysql, "BENCHMARK": mysql, "DATABASE": mysql, "CONNECTION_ID": mysql,
	"EXTRACTVALUE": mysql, "UPDATEXML": mysql, "LOAD_FILE": mysql, "CONV": mysql, "ELT": mysql, "FIELD": mysql,
	"GROUP_CONCAT": mysql | sqlite,
	"LEN":          mssql,
	"CHR":          postgres | oracle,
	"CHAR":         mysql | mssql | sqlite, // elsewhere a type
	"ASCII":        mysql | postgres | mssql | oracle,
	"UNICODE":      mssql | sqlite,
	"SUBSTR":       mysql | postgres | oracle | sqlite,
	"SUBSTRING":    mysql | postgres | mssql | sqlite,
	"LENGTH":       mysql | postgres | oracle | sqlite,
	"CHAR_LENGTH":  mysql | postgres, "CHARACTER_LENGTH": mysql | postgres,
	"INSTR":  mysql | oracle | sqlite,
	"HEX":    mysql | sqlite,
	"STRPOS": postgres, "CHARINDEX": mssql, "PATINDEX": mssql,
	"TYPEOF": sqlite, "LAST_INSERT_ROWID": sqlite, "ZEROBLOB": sqlite, "LOAD_EXTENSION": sqlite,
}

// words are what only some systems know, wherever it stands.
var words = map[string]dialect{
	"RLIKE":    mysql,
	"IFNULL":   mysql | sqlite,
	"PG_SLEEP": postgres, "CURRENT_DATABASE": postgres, "PG_CATALOG": postgres, "PG_USER": postgres,
	"GENERATE_SERIES": postgres, "STRING_AGG": postgres,
	"WAITFOR": mssql, "SYSOBJECTS": mssql, "SYSCOLUMNS": mssql, "SYSDATABASES": mssql, "DB_NAME": mssql,
	"SYSTEM_USER": mssql, "DATALENGTH": mssql, "TOP": mssql,
	"DUAL":   oracle | mysql,
	"ROWNUM": oracle, "DBMS_PIPE": oracle, "DBMS_LOCK": oracle, "UTL_INADDR": oracle, "ALL_TABLES": oracle,
	"USER_TABLES": oracle, "VARCHAR2": oracle, "NVL": oracle, "ALL_USERS": oracle,
	"SQLITE_MASTER": sqlite, "SQLITE_SCHEMA": sqlite, "SQLITE_VERSION": sqlite, "RANDOMBLOB": sqlite,
	"INFORMATION_SCHEMA": mysql | postgres | mssql,
}

// castTypes are types that only some systems convert to by CAST.
var castTypes = map[string]dialect{
	"TEXT":   postgres | mssql | sqlite,
	"SIGNED": mysql, "UNSIGNED": mysql,
	"NVARCHAR": mssql | sqlite,
}

// dialectOf is the systems that may be asked. Payloads that mix them, as tests of several systems do, leave all.
func dialectOf(t []token) dialect {
	d := anyDialect
	var casts []int // depths of brackets of CAST
	depth := 0
	for i := range t {
		switch t[i].kind {
		case tokOp:
			if t[i].text == "::" {
				d &= postgres
			}
		case tokOpen:
			depth++
			if i > 0 && t[i-1].kind == tokWord && t[i-1].up == "CAST" {
				casts = append(casts, depth)
			}
		case tokClose:
			if n := len(casts); n > 0 && casts[n-1] == depth {
				casts = casts[:n-1]
			}
			depth--
		case tokWord:
			d &= dialectOfWord(t, i, len(casts) > 0 && casts[len(casts)-1] == depth)
		}
	}
	if d == 0 {
		return anyDialect
	}
	return d
}

// dialectOfWord is the systems that know a word where it stands. cast is whether that is within CAST itself.
func dialectOfWord(t []token, i int, cast bool) dialect {
	up := t[i].up
	next := func(n int) token {
		if i+n < len(t) {
			return t[i+n]
		}
		return token{}
	}
	if cast && i > 0 && t[i-1].kind == tokWord && t[i-1].up == "AS" {
		if d, ok := castTypes[up]; ok {
			return d
		}
		return anyDialect // CHAR(9) is a type here
	}
	open := next(1).kind == tokOpen
	if d, ok := words[up]; ok {
		return d
	}
	if d, ok := called[up]; ok && open {
		return d
	}
	switch {
	case up == "GLOB" && !open:
		return sqlite
	case up == "LIMIT" && next(1).kind == tokNumber && next(2).kind == tokComma:
		return mysql | sqlite
	case (up == "LIMIT" || up == "OFFSET") && next(1).kind == tokNumber && next(2).kind == tokWord && (next(2).up == "OFFSET" || next(2).up == "LIMIT"):
		return mysql | postgres | sqlite
	}
	return anyDialect
}

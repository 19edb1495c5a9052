package triage

import "strings"

// This file reads which path a statement writes to, in the dialects that write files: a plant is found by
// it. Sources: the manuals of MySQL 8 (SELECT ... INTO, general_log_file), SQL Server 2022 (BACKUP,
// xp_cmdshell, OLE automation), PostgreSQL 16 (COPY, lo_export, adminpack), Oracle 19c (UTL_FILE,
// DBMS_XSLPROCESSOR, DBMS_ADVISOR), SQLite (ATTACH, VACUUM INTO, writefile) and H2 (SCRIPT, FILE_WRITE).

// sqlWriters are the functions that write a file, with the number of the argument that names it; where a
// folder and a name stand apart, of the name.
var sqlWriters = map[string]int{
	"lo_export": 1, "pg_catalog.lo_export": 1, "pg_file_write": 0, "writefile": 0, "csvwrite": 0, "file_write": 1,
	"utl_file.fopen": 1, "sys.utl_file.fopen": 1, "utl_file.fcopy": 3, "utl_file.frename": 3,
	"dbms_xslprocessor.clob2file": 2, "sys.dbms_xslprocessor.clob2file": 2, "dbms_lob.clob2file": 2,
	"dbms_advisor.create_file": 2, "sys.dbms_advisor.create_file": 2, "dbms_xmldom.writetofile": 1,
}

// fileWrite reads the clauses that write files: INTO OUTFILE and DUMPFILE (MySQL), VACUUM INTO and ATTACH
// DATABASE (SQLite), COPY ... TO and TO PROGRAM (PostgreSQL), BACKUP ... TO DISK (SQL Server), SCRIPT TO (H2).
func (c *sqlContext) fileWrite(i int) {
	path := -1
	switch c.tok[i].text {
	case "into":
		if c.isWord(i+1, "outfile", "dumpfile") {
			path = i + 2
		} else if c.isWord(i-1, "vacuum") || c.isWord(i-2, "vacuum") {
			path = i + 1
		}
	case "attach":
		if c.isWord(i+1, "database") {
			path = i + 2
		} else if c.tokenAt(i+1).kind == sqlString && c.isWord(i+2, "as") {
			path = i + 1
		}
	case "to":
		if c.isWord(i+1, "disk") && c.tokenAt(i+2).kind == sqlCompare {
			path = i + 3
		} else if c.tokenAt(i+1).kind == sqlString && c.within(i, "copy", "script", "unload") {
			path = i + 1
		}
	case "program":
		if c.tokenAt(i+1).kind == sqlString && c.isWord(i-1, "from", "to") {
			c.set(signCommand, c.tok[i], c.tokenAt(i+1))
			c.writesTo(writtenPath(c.literal(i + 1)))
		}
	}
	p := c.tokenAt(path)
	if path < 0 || p.kind != sqlString && p.kind != sqlNumber && p.kind != sqlVar && !c.isWord(path, "char", "concat", "x") {
		return
	}
	c.set(signFileWrite, c.tok[i], p)
	c.writesTo(c.literal(path))
}

// writesTo keeps the first path that the statement names.
func (c *sqlContext) writesTo(path string) {
	if c.target == "" {
		c.target = path
	}
}

// within looks for one of words in the tokens before i, within one statement.
func (c *sqlContext) within(i int, words ...string) bool {
	for j := i - 1; j >= 0 && i-j < 64 && c.tok[j].kind != sqlSemicolon; j-- {
		if c.isWord(j, words...) {
			return true
		}
	}
	return false
}

// logFile reads the variable of MySQL that says where it logs every query: SET GLOBAL general_log_file = '...'.
func (c *sqlContext) logFile(i int) {
	if c.tokenAt(i+1).kind != sqlCompare && c.tokenAt(i+1).kind != sqlMath {
		return
	}
	if p := c.tokenAt(i + 2); p.kind == sqlString || p.kind == sqlNumber || p.kind == sqlVar {
		c.set(signFileWrite, c.tok[i], p)
		c.writesTo(c.literal(i + 2))
	}
}

// writerCall reads the call of a function that writes a file, whose argument number n names it.
func (c *sqlContext) writerCall(i, n int) {
	var args []int // first token of each argument
	depth := 0
	end := min(len(c.tok), i+128)
	for k := i + 1; k < end; k++ {
		switch c.tok[k].kind {
		case sqlOpen:
			if depth++; depth == 1 {
				args = append(args, k+1)
			}
		case sqlComma:
			if depth == 1 {
				args = append(args, k+1)
			}
		case sqlClose:
			if depth--; depth == 0 {
				end = k
			}
		}
	}
	if strings.HasSuffix(c.tok[i].text, ".fopen") && (len(args) < 3 || !strings.ContainsAny(c.literal(args[2]), "wa")) {
		c.set(signFileRead, c.tok[i], c.tokenAt(i+1))
		return
	}
	c.set(signFileWrite, c.tok[i], c.tokenAt(min(end, len(c.tok)-1)))
	if n >= len(args) {
		return
	}
	name := c.literal(args[n])
	if n > 0 && strings.Contains(c.tok[i].text, ".") && name != "" {
		if dir := c.literal(args[n-1]); strings.ContainsAny(dir, `/\:`) {
			name = strings.TrimRight(dir, `/\`) + "/" + name
		}
	}
	c.writesTo(name)
}

// commandTarget looks through the literals after a procedure that runs commands or drives OLE objects, up to
// the end of the text, for the file that they write.
func (c *sqlContext) commandTarget(i int) {
	ole := strings.Contains(c.tok[i].text, "sp_oa") || strings.Contains(c.tok[i].text, "webtask")
	for k := i + 1; k < len(c.tok) && k < i+256 && c.target == ""; k++ {
		if kind := c.tok[k].kind; kind != sqlString && kind != sqlNumber && kind != sqlVar && !c.isWord(k, "char", "nchar", "cast", "concat") {
			continue
		}
		lit := c.literal(k)
		if ole && namesFile(lit) {
			c.writesTo(lit)
		} else {
			c.writesTo(writtenPath(lit))
		}
	}
}

// literal is the text of the expression at token i as far as it is constant: literals of any coding, CHAR()
// lists and variables set before it, joined by + and ||.
func (c *sqlContext) literal(i int) string {
	var b strings.Builder
	for n := 0; n < maxNesting; n++ {
		next := i + 1
		switch t := c.tokenAt(i); {
		case t.kind == sqlString:
			b.WriteString(spelledLiteral(t.text))
		case t.kind == sqlNumber:
			b.WriteString(spellHex(t.text))
		case t.kind == sqlVar:
			b.WriteString(c.assigned(i))
		case t.kind == sqlWord && c.tokenAt(i+1).kind == sqlOpen:
			next, _ = c.bracket(i + 1)
			call := c.text[t.start:c.tokenAt(next-1).end]
			if s := spellChars(call); s != "" {
				b.WriteString(s)
			} else {
				b.WriteString(c.joined(i+2, next-1))
			}
		default:
			return b.String()
		}
		op := c.tokenAt(next)
		if op.kind == sqlString && c.tok[next-1].kind == sqlString { // 'a' 'b' is one literal
			i = next
			continue
		}
		if op.kind != sqlMath && op.kind != sqlLogic || op.text != "+" && op.text != "||" || b.Len() > MaxMatch {
			break
		}
		i = next + 1
	}
	return b.String()
}

// joined is the literals among the tokens from i to before end, one after another.
func (c *sqlContext) joined(i, end int) string {
	var b strings.Builder
	for ; i < end && i < len(c.tok) && b.Len() <= MaxMatch; i++ {
		switch t := c.tok[i]; {
		case t.kind == sqlString:
			b.WriteString(spelledLiteral(t.text))
		case t.kind == sqlNumber && len(t.text) > 4:
			b.WriteString(spellHex(t.text))
		}
	}
	return b.String()
}

// assigned is the constant that a variable at token i was last set to: SET @p = '...', DECLARE @p ... = '...'.
func (c *sqlContext) assigned(i int) string {
	name := c.tok[i].text
	for k := i - 1; k > 0 && i-k < 256; k-- {
		if c.tok[k].kind != sqlCompare {
			continue
		}
		for j := k - 1; j >= 0 && k-j < 8; j-- {
			if c.tok[j].kind == sqlVar && c.tok[j].text == name && c.tokenAt(k+1).text != name {
				if t := c.tokenAt(k + 1); t.kind == sqlString || t.kind == sqlNumber {
					return c.literal(k + 1)
				}
				return c.joined(k+1, min(k+16, i))
			}
		}
	}
	return ""
}

// spelledLiteral is a literal's text: without quotes and prefix, or what its hex digits spell.
func spelledLiteral(lit string) string {
	if h := spellHex(lit); h != "" && (lit[0] == 'x' || strings.HasPrefix(lit, "0x")) {
		return h
	}
	if len(lit) > 1 && lit[0] != '\'' && lit[0] != '"' {
		lit = lit[1:]
	}
	return strings.Trim(lit, "'\"`")
}

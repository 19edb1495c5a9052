package blind

import "strings"

// What an error of the database shows.
//
// Error injection has the database fail on a value that it reads, where the message quotes the value. A failure is one
// way to do so. Which values are shown is known from the payload as it parses, whatever tool wrote it: the argument of
// a function that must refuse it, a text that has to become a number, a group whose key is drawn twice.

// A failure is a kind of expression whose error message shows a value.
type failure struct {
	id    string
	of    dialect
	calls []string // functions, upper case
	args  []int    // arguments that are shown, from 0; none is any
	shows int      // bytes of the value that the message holds at most, 0 if that is not known
	why   string
	from  string // source
}

// The ids of failures that are no function.
const (
	failCast  = "cast"
	failRange = "range"
	failGroup = "group"
)

const (
	sourceMySQLXML    = "https://dev.mysql.com/doc/refman/8.0/en/xml-functions.html"
	sourceMySQLErrors = "https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html"
	sourceOraErrors   = "https://docs.oracle.com/en/error-help/db/"
	sourceMSSQLErrors = "https://learn.microsoft.com/en-us/sql/relational-databases/errors-events/database-engine-events-and-errors"
	sourcePGErrors    = "https://www.postgresql.org/docs/current/errcodes-appendix.html"
)

var failures = []failure{
	{id: "xpath", of: mysql, calls: []string{"EXTRACTVALUE", "UPDATEXML"}, args: []int{1}, shows: 32, why: "XPATH syntax error: '...', cut after 32 characters", from: sourceMySQLXML},
	{id: "gtid", of: mysql, calls: []string{"GTID_SUBSET", "GTID_SUBTRACT", "WAIT_FOR_EXECUTED_GTID_SET", "WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS"}, why: "Malformed GTID set specification '...'", from: sourceMySQLErrors},
	{id: "geometry", of: mysql, calls: []string{"POLYGON", "MULTIPOLYGON", "LINESTRING", "MULTILINESTRING", "MULTIPOINT", "GEOMETRYCOLLECTION"}, why: "Illegal non geometric '...' value found during parsing", from: sourceMySQLErrors},
	{id: "geohash", of: mysql, calls: []string{"ST_LATFROMGEOHASH", "ST_LONGFROMGEOHASH", "ST_POINTFROMGEOHASH"}, args: []int{0}, why: "Incorrect geohash value: '...' for function", from: sourceMySQLErrors},
	{id: "uuid", of: mysql, calls: []string{"UUID_TO_BIN", "BIN_TO_UUID"}, args: []int{0}, why: "Incorrect string value: '...' for function", from: sourceMySQLErrors},
	{id: "json", of: mysql, calls: []string{"JSON_KEYS", "JSON_TYPE", "JSON_LENGTH", "JSON_DEPTH"}, args: []int{0}, why: "Invalid JSON text ... in value '...', of some versions", from: sourceMySQLErrors},
	{id: "name", of: mysql, calls: []string{"NAME_CONST"}, args: []int{0}, why: "Duplicate column name '...'", from: sourceMySQLErrors},
	{id: failRange, of: mysql, why: "DOUBLE value is out of range in '...(select '...')': a derived table in a number that overflows", from: sourceMySQLErrors},
	{id: failGroup, of: mysql, shows: 64, why: "Duplicate entry '...' for key 'group_key': a key with RAND() is drawn again while groups are counted; 64 characters", from: "https://bugs.mysql.com/bug.php?id=8652"},
	{id: failCast, of: mssql | postgres, why: "Conversion failed when converting the varchar value '...'; invalid input syntax for type integer: \"...\"", from: sourcePGErrors},
	{id: "argument", of: mssql, calls: []string{"USER_NAME", "SUSER_NAME", "SUSER_SNAME", "FILE_NAME", "FILEGROUP_NAME", "TYPE_NAME", "SCHEMA_NAME", "PERMISSIONS", "DB_NAME", "OBJECT_NAME"}, args: []int{0}, why: "Conversion failed when converting the nvarchar value '...' to data type int: an argument that is a number", from: sourceMSSQLErrors},
	{id: "host", of: oracle, calls: []string{"UTL_INADDR.GET_HOST_ADDRESS", "UTL_INADDR.GET_HOST_NAME"}, args: []int{0}, why: "ORA-29257: host ... unknown", from: sourceOraErrors},
	{id: "thesaurus", of: oracle, calls: []string{"CTXSYS.DRITHSX.SN"}, args: []int{1}, why: "DRG-11701: thesaurus ... does not exist", from: sourceOraErrors},
	{id: "xml", of: oracle, calls: []string{"XMLTYPE", "XMLTYPE.CREATEXML"}, args: []int{0}, why: "ORA-31011: XML parsing failed, LPX-00110: invalid QName \"...\"", from: sourceOraErrors},
	{id: "name-of-object", of: oracle, calls: []string{"DBMS_UTILITY.SQLID_TO_SQLHASH", "ORDSYS.ORD_DICOM.GETMAPPINGXPATH", "DBMS_XDB_VERSION.CHECKIN", "DBMS_XDB_VERSION.MAKEVERSIONED", "DBMS_XDB_VERSION.UNCHECKOUT"}, args: []int{0}, why: "the message quotes the name that is not one", from: sourceOraErrors},
}

// failureOf finds failures by function, and the others by id.
var failureOf = func() map[string]*failure {
	m := map[string]*failure{}
	for i := range failures {
		f := &failures[i]
		m[f.id] = f
		for _, c := range f.calls {
			m[c] = f
		}
	}
	return m
}()

// shows reports whether the message shows the argument i.
func (f *failure) shown(i int) bool {
	for _, a := range f.args {
		if a == i {
			return true
		}
	}
	return len(f.args) == 0
}

// callFailure is the failure of a function.
func callFailure(name string) *failure {
	name = strings.TrimPrefix(name, "SYS.")
	if name == failCast || name == failRange || name == failGroup {
		return nil
	}
	if f := failureOf[name]; f != nil && len(f.calls) > 0 {
		return f
	}
	return nil
}

// refuses reports types whose texts have a form, so that a conversion of another text fails and quotes it.
func refuses(typ string) bool {
	switch typ {
	case "SIGNED", "UNSIGNED": // MySQL's, which do not fail
		return false
	case "DATE", "DATETIME", "DATETIME2", "SMALLDATETIME", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "BOOL", "BOOLEAN", "BIT", "UUID", "UNIQUEIDENTIFIER", "INET", "CIDR", "MACADDR", "OID", "REGCLASS", "POINT", "JSON", "JSONB", "XML", "INT2", "FLOAT4", "FLOAT8", "SERIAL":
		return true
	}
	return isNumericType(typ)
}

// An errorAsk is a text that a payload has the database fail on.
type errorAsk struct {
	of     *failure
	call   string // what fails, for the form of the message
	pieces []piece
	weak   bool // it may be a comparison and no more
	alone  bool // it is the whole value, which the page's own statement compares with a number
}

// reads reports whether it asks for anything.
func (a *errorAsk) reads() bool {
	for _, p := range a.pieces {
		if p.leaf != nil {
			return true
		}
	}
	return false
}

// An errorFinder looks for what must fail in a payload.
type errorFinder struct {
	scope  []*selection
	leaves map[string]*leaf
	prefix string
	d      dialect
	best   *errorAsk
	steps  int
}

// errorAsk is what a payload has the database fail on; nil if it has it fail on nothing. failed says that the server
// logged an error of it.
func (r *Reader) errorAsk(p *payload, failed bool) *errorAsk {
	f := &errorFinder{leaves: r.leaves, prefix: p.prefix, d: dialectOf(p.parser.t)}
	for _, s := range p.stmts {
		if s.cond != nil {
			f.walk(s.cond, false, 0)
		}
		for _, x := range s.exprs {
			f.walk(x, false, 0)
		}
		if s.grouped {
			f.groups(s.exprs)
		}
		for _, u := range s.union {
			f.walk(u, false, 0)
		}
	}
	if f.best == nil && failed {
		f.whole(p)
	}
	return f.best
}

// whole looks at a value that is one expression and nothing else, as in id=@@servername: where the page compares it with
// a number, SQL Server fails and quotes it. The expression is the name of what is quoted. A word alone, such as user, may
// be any visitor's, and is none.
func (f *errorFinder) whole(p *payload) {
	if p.quote != 0 || p.closes > 0 || len(p.stmts) != 1 || f.d&mssql == 0 {
		return
	}
	s := p.stmts[0]
	if len(s.exprs) != 1 || len(s.union) > 0 || len(s.delay) > 0 || s.cond != nil {
		return
	}
	n := s.exprs[0]
	if n.kind != nodeSelect && !serverText(n) || countable(n, 0) {
		return
	}
	if f.take(failureOf[failCast], "=", n, true); f.best != nil {
		f.best.alone = true
	}
}

// serverText reports SQL Server's variables and functions without arguments that give a text.
//
// https://learn.microsoft.com/en-us/sql/t-sql/functions/metadata-functions-transact-sql
func serverText(n *node) bool {
	switch {
	case n.kind == nodeName:
		return strings.HasPrefix(n.op, "@@")
	case n.kind == nodeCall && len(n.args) == 0:
		switch n.op {
		case "DB_NAME", "ORIGINAL_DB_NAME", "USER_NAME", "SUSER_NAME", "SUSER_SNAME", "ORIGINAL_LOGIN", "HOST_NAME", "APP_NAME", "SCHEMA_NAME":
			return true
		}
	}
	return false
}

// take keeps what was found: what reads before what does not, what must fail before what may.
func (f *errorFinder) take(of *failure, call string, n *node, weak bool) {
	if of.of&f.d == 0 && f.d != anyDialect {
		return
	}
	e := &evaluator{leaves: f.leaves, prefix: f.prefix}
	e.scope = append(e.scope, f.scope...)
	p, ok := e.pieces(n, 0)
	if !ok || len(p) == 0 {
		return
	}
	a := &errorAsk{of: of, call: call, pieces: p, weak: weak}
	if !a.reads() && (weak || (of.id == failCast || of.id == "argument") && numberText(p)) {
		return
	}
	if f.best == nil || f.best.weak && !weak || f.best.weak == weak && a.reads() && !f.best.reads() {
		f.best = a
	}
}

// numberText reports a text that is known and a number.
func numberText(p []piece) bool {
	s := ""
	for _, x := range p {
		s += x.text
	}
	_, ok := toNumber(s)
	return ok
}

// walk looks for what fails. inRange says that the number around overflows.
func (f *errorFinder) walk(n *node, inRange bool, depth int) {
	if f.steps++; n == nil || f.steps > maxSteps || depth > maxDepth*2 {
		return
	}
	switch n.kind {
	case nodeCall:
		f.call(n, inRange, depth)
	case nodeSelect:
		f.sub(n, inRange, depth)
	case nodeUnary:
		f.walk(n.args[0], inRange || n.op == "~", depth+1)
	case nodeBinary:
		f.binary(n, inRange, depth)
	case nodeCase: // what fails there by a condition that asks is a question, and found as such
		for i := 0; i+1 < len(n.args); i += 2 {
			if !n.args[i].unknown {
				f.walk(n.args[i+1], inRange, depth+1)
			}
		}
	case nodeIn:
		if number := n.args[0].kind == nodeNumber; number && len(n.args) == 2 {
			f.compared(n.args[1])
		}
		fallthrough
	default:
		for _, a := range n.args {
			f.walk(a, inRange, depth+1)
		}
	}
}

func (f *errorFinder) call(n *node, inRange bool, depth int) {
	switch n.op {
	case "CAST", "CONVERT":
		if v, typ := cast(n); v != nil && refuses(typ) && f.d != mysql && f.d != sqlite && f.d != mysql|sqlite && !countable(v, 0) {
			f.take(failureOf[failCast], n.op, v, false)
		}
	case "IF", "IIF":
		if len(n.args) == 3 {
			if n.args[1].kind == nodeNumber && n.args[1].num > 1e18 {
				inRange = true
			} else if n.args[0].unknown {
				return
			}
		}
	case "EXP", "POW", "POWER", "COT", "SINH", "COSH":
		inRange = true
	default:
		if of := callFailure(n.op); of != nil {
			for i, a := range n.args {
				if of.shown(i) && (of.id != "geometry" || a.kind == nodeSelect) { // other geometries are no attack
					f.take(of, n.op, a, false)
				}
			}
		}
	}
	for _, a := range n.args {
		f.walk(a, inRange, depth+1)
	}
}

func (f *errorFinder) sub(n *node, inRange bool, depth int) {
	s := n.sel
	if in := derived(s); in != nil && inRange {
		f.take(failureOf[failRange], failRange, in, false)
	}
	if len(f.scope) > 16 {
		return
	}
	f.scope = append(f.scope, s)
	if s.grouped {
		f.groups(s.columns)
		f.groups(s.group)
	}
	for _, list := range [...][]*node{s.columns, s.inner, s.order, s.group} {
		for _, c := range list {
			f.walk(c, inRange, depth+1)
		}
	}
	f.walk(s.where, inRange, depth+1)
	f.scope = f.scope[:len(f.scope)-1]
	for _, u := range s.unions {
		f.walk(u, inRange, depth+1)
	}
}

// groups looks for keys of groups that are drawn by lot.
func (f *errorFinder) groups(keys []*node) {
	for _, k := range keys {
		if k.kind == nodeCall && strings.HasPrefix(k.op, "CONCAT") && random(k, 0) {
			f.take(failureOf[failGroup], failGroup, k, false)
		}
	}
}

func (f *errorFinder) binary(n *node, inRange bool, depth int) {
	a, b := n.args[0], n.args[1]
	if isCompare(n.op) || n.op == "/" || n.op == "-" || n.op == "*" {
		if a.kind == nodeNumber {
			f.compared(b)
		}
		if b.kind == nodeNumber {
			f.compared(a)
		}
	}
	big := func(n *node) bool { return n.kind == nodeNumber && n.num > 1e18 || n.kind == nodeUnary && n.op == "~" }
	inRange = inRange || !isLogic(n.op) && !isCompare(n.op) && (big(a) || big(b))
	f.walk(a, inRange, depth+1)
	f.walk(b, inRange, depth+1)
}

// compared looks at what is compared with a number: SQL Server turns it into one, and fails if it is none. Of a text
// in marks that are no digits that is sure.
func (f *errorFinder) compared(n *node) {
	if f.d&mssql == 0 || countable(n, 0) {
		return
	}
	joined := n
	if joined.kind == nodeSelect && len(joined.sel.columns) == 1 {
		joined = joined.sel.columns[0]
	}
	if weak := joined.kind != nodeBinary || joined.op != "+" || numberParts(joined, 0); !weak || n.unknown {
		f.take(failureOf[failCast], "=", n, weak)
	}
}

// numberParts reports a sum in which no text stands.
func numberParts(n *node, depth int) bool {
	if depth > maxDepth {
		return true
	}
	switch n.kind {
	case nodeString, nodeHex:
		_, ok := toNumber(n.op)
		return ok
	case nodeCall:
		return n.op != "CHAR" && n.op != "NCHAR"
	case nodeBinary:
		return n.op != "+" || numberParts(n.args[0], depth+1) && numberParts(n.args[1], depth+1)
	}
	return true
}

// cast is what is converted, and into which type.
func cast(n *node) (*node, string) {
	name := func(t *node) string {
		if t.kind == nodeName || t.kind == nodeCall {
			return strings.ToUpper(t.op)
		}
		return ""
	}
	if len(n.args) < 2 {
		return nil, ""
	}
	if t := name(n.args[0]); n.op == "CONVERT" && (isType(t) || refuses(t)) {
		return n.args[1], t
	}
	return n.args[0], name(n.args[1])
}

// countable reports what is a number of itself, so that it becomes one without fail.
func countable(n *node, depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch n.kind {
	case nodeNumber:
		return true
	case nodeSelect:
		return len(n.sel.columns) == 1 && derived(n.sel) == nil && countable(n.sel.columns[0], depth+1)
	case nodeCall:
		switch n.op {
		case "COUNT", "SUM", "AVG", "LEN", "LENGTH", "CHAR_LENGTH", "CHARACTER_LENGTH", "DATALENGTH", "OCTET_LENGTH", "ASCII", "ORD", "UNICODE", "CHARINDEX", "STRPOS", "INSTR", "LOCATE", "POSITION", "SIGN", "ABS", "FLOOR", "CEILING", "ROUND", "RAND", "MOD", "BITAND", "POWER", "DB_ID", "OBJECT_ID", "IS_SRVROLEMEMBER", "IS_MEMBER", "ROW_NUMBER", "RECEIVE_MESSAGE", "DBMS_PIPE.RECEIVE_MESSAGE":
			return true
		case "CAST", "CONVERT", "TRY_CAST", "TRY_CONVERT":
			v, typ := cast(n)
			return v != nil && (countable(v, depth+1) && typ != "" && !textType(typ) || isNumericType(typ))
		}
	case nodeBinary:
		return n.op != "||" && n.op != "+"
	case nodeCase:
		for i := 1; i < len(n.args); i += 2 {
			if !countable(n.args[i], depth+1) && n.args[i].kind != nodeNull {
				return false
			}
		}
		return true
	case nodeLike, nodeBetween, nodeIs, nodeIn:
		return true
	case nodeUnary:
		return n.op == "-" || n.op == "NOT" || n.op == "EXISTS"
	}
	return false
}

func textType(typ string) bool {
	return isType(typ) && !isNumericType(typ)
}

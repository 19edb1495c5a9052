package triage

import (
	"slices"
	"strings"
)

// union reads UNION [ALL|DISTINCT] SELECT, brackets between them or not.
func (c *sqlContext) union(i int) {
	j := i + 1
	for n := 0; n < 8 && (c.tokenAt(j).kind == sqlOpen || c.isWord(j, "all", "distinct", "distinctrow")); n++ {
		j++
	}
	if !c.isWord(j, "select", "values", "table") || c.tok[i].text != "union" && !c.isWord(j, "select") {
		if j == i+2 && c.isWord(i+1, "all") && c.tokenAt(j).kind == 0 {
			c.set(signUnionWeak, c.tok[i], c.tok[i+1])
		}
		return
	}
	next := c.tokenAt(j + 1)
	end := c.tokenAt(min(j+6, len(c.tok)-1))
	switch {
	case c.sentence(), c.tok[i].text != "union" && next.kind == sqlWord && c.tokenAt(j+2).kind != sqlOpen && !c.fromAfter(j+1),
		next.kind == sqlWord && c.tokenAt(j+2).kind == sqlWord && !c.isWord(j+2, "from", "as", "into", "where"):
		c.set(signUnionWeak, c.tok[i], end)
	default:
		c.set(signUnion, c.tok[i], end)
	}
}

// boolean reads a condition after a logical operator at token i.
func (c *sqlContext) boolean(i int) {
	before := c.tokenAt(i - 1)
	anchored := c.quoted && i == 0 || before.kind == sqlNumber || before.kind == sqlString || before.kind == sqlClose || before.kind == sqlMath
	next, kind := c.operand(i + 1)
	if kind == noOperand {
		c.emptyLiteral(i)
		return
	}
	next = c.jsonOperator(next)
	after := c.tokenAt(next)
	end := c.tokenAt(min(next+1, len(c.tok)-1))
	_, right := c.operand(next + 1)
	if after.kind == sqlWord {
		after = c.wordComparison(next)
		if after.kind == sqlCompare && c.isWord(next, "not") {
			_, right = c.operand(next + 2)
		}
	}
	switch {
	case after.kind == sqlCompare && right != noOperand:
		strong := kind != nameOperand || right == callOperand || right == selectOperand
		if strong && (anchored || kind != nameOperand) && !(kind == literalOperand && right == nameOperand && !anchored) {
			c.set(signBoolean, c.tok[i], end)
		} else if c.anchoredAtStart(i) && kind == nameOperand && right == literalOperand {
			c.set(signBoolean, c.tok[i], end)
		} else if c.quoted && i == 0 && c.joins(i) && !c.isWord(next, "like", "in", "between", "is", "not", "sounds", "similar") {
			c.set(signBoolean, c.tok[i], end)
		} else if kind != nameOperand || right != nameOperand {
			c.set(signBooleanWeak, c.tok[i], end)
		}
	case after.kind == sqlCompare && after.text != "" && anchored && next >= len(c.tok)-1 && (kind != nameOperand || c.quoted):
		c.set(signBoolean, c.tok[i], after)
	case kind == selectOperand, anchored && c.joins(i) && c.comparesInside(i+1, next):
		c.set(signBoolean, c.tok[i], end)
	case !anchored || !c.joins(i):
	case after.kind == sqlComment && (kind != nameOperand || c.quoted), after.kind == 0 && c.quoted && kind != nameOperand && plainValue(c.head):
		c.set(signBoolean, c.tok[i], end)
	case kind == callOperand, (after.kind == 0 || after.kind == sqlNumber) && kind == literalOperand, after.kind == sqlLogic:
		c.set(signBooleanWeak, c.tok[i], end)
	}
}

// joins reports whether token i joins conditions, as AND and OR do.
func (c *sqlContext) joins(i int) bool {
	return c.tok[i].kind == sqlLogic || c.isWord(i, "and", "or", "xor", "having", "div", "rlike")
}

// terminated reads a comment that ends a bare value after a bracket, quote, number or space.
func (c *sqlContext) terminated() {
	n := len(c.tok)
	if n < 2 || c.tok[n-1].kind != sqlComment {
		return
	}
	last, b := c.tok[n-1], c.tok[n-2]
	if b.kind == sqlClose || b.kind == sqlString || b.end < last.start || b.kind == sqlNumber && n == 2 {
		c.suspicion += 2
	}
}

// jsonOperator skips to the last sign of an operator over JSON of PostgreSQL, such as @>, ?| or ->>, that
// starts at token i, so that what follows reads as its right side.
func (c *sqlContext) jsonOperator(i int) int {
	n := 0
	for ; n < 3; n++ {
		t := c.tokenAt(i + n)
		if t.kind != sqlCompare && t.kind != sqlMath && !(t.kind == sqlOther && t.text == "?") && !(t.kind == sqlVar && t.text == "@") {
			break
		}
	}
	if n < 2 && c.tokenAt(i).text != "?" {
		return i
	}
	c.tok[i+n-1].kind = sqlCompare
	return i + n - 1
}

// comparesInside reports whether the tokens from i to before end are a bracket that holds a comparison of
// something other than two names.
func (c *sqlContext) comparesInside(i, end int) bool {
	if c.tokenAt(i).kind != sqlOpen {
		return false
	}
	for k := i + 1; k < end-1 && k < len(c.tok)-1; k++ {
		if c.tok[k].kind == sqlCompare && (c.tok[k-1].kind != sqlWord || c.tok[k+1].kind != sqlWord || c.tokenAt(k+2).kind == sqlOpen) {
			return true
		}
	}
	return false
}

// anchoredAtStart reports whether token i follows the value that the site expects: one number, a quote or
// a bracket.
func (c *sqlContext) anchoredAtStart(i int) bool {
	switch b := c.tokenAt(i - 1); b.kind {
	case sqlNumber:
		return i == 1 || i == 2 && c.tok[0].kind == sqlMath
	case sqlString, sqlClose:
		return true
	}
	return c.quoted && i == 0
}

// emptyLiteral reads "or ”='" whose quote was eaten by the one that broke out.
func (c *sqlContext) emptyLiteral(i int) {
	if c.quoted && c.tokenAt(i+1).kind == sqlCompare {
		c.set(signBooleanWeak, c.tok[i], c.tok[i+1])
	}
}

// wordComparison is the token at i as a comparison if it is a word that compares.
func (c *sqlContext) wordComparison(i int) sqlToken {
	t := c.tokenAt(i)
	switch t.text {
	case "like", "in", "between", "regexp", "rlike", "glob", "ilike", "sounds", "is", "similar", "div", "mod":
		t.kind = sqlCompare
	case "not":
		if c.isWord(i+1, "like", "in", "between", "regexp", "rlike", "glob", "ilike") {
			t.kind = sqlCompare
		}
	}
	return t
}

// stacked reads a statement after ";".
func (c *sqlContext) stacked(i int) {
	j := i + 1
	if !c.isWord(j, "begin", "end") && !c.verbPhrase(j) {
		return
	}
	c.set(signStacked, c.tok[i], c.tokenAt(min(j+4, len(c.tok)-1)))
}

// verbPhrase reports whether a statement starts at token j: a verb and what must follow it.
func (c *sqlContext) verbPhrase(j int) bool {
	t, n := c.tokenAt(j), c.tokenAt(j+1)
	if t.kind != sqlWord || !sqlVerbs[t.text] {
		return false
	}
	symbol := n.kind != 0 && n.kind != sqlWord && n.kind != sqlComma && n.kind != sqlCompare && n.kind != sqlOther
	after := c.tokenAt(j + 2)
	switch t.text {
	case "select":
		return symbol || n.kind == sqlWord && (after.kind != sqlWord || c.isWord(j+2, "from"))
	case "insert", "replace", "merge":
		return c.isWord(j+1, "into") || after.kind == sqlOpen
	case "update":
		return c.isWord(j+2, "set")
	case "delete":
		return c.isWord(j+1, "from")
	case "drop", "create", "alter", "truncate", "rename", "lock", "analyze", "vacuum", "backup", "restore", "bulk":
		return c.isWord(j+1, "table", "tables", "database", "user", "view", "function", "procedure", "trigger", "login", "schema", "index", "role", "or",
			"temporary", "insert", "extension", "language", "proc", "log", "global", "if", "unique", "column", "type", "assembly")
	case "exec", "execute", "call":
		return symbol || n.kind == sqlWord && (strings.ContainsAny(n.text, "_.") || after.kind == sqlOpen || after.kind == sqlString || after.kind == sqlVar)
	case "waitfor":
		return c.isWord(j+1, "delay", "time")
	case "shutdown", "commit", "rollback", "reconfigure", "checkpoint":
		return n.kind == 0 || n.kind == sqlComment || n.kind == sqlSemicolon || c.isWord(j+1, "with", "immediate", "abort", "nowait")
	case "set":
		return n.kind == sqlVar || after.kind == sqlCompare || after.kind == sqlVar
	case "grant", "revoke":
		return c.isWord(j+1, "all", "select", "execute", "dba", "create", "insert", "connect")
	case "if", "do", "perform", "print", "raiserror", "kill", "declare", "prepare", "dbcc", "deallocate", "signal":
		return symbol || after.kind == sqlOpen || after.kind == sqlString
	case "show", "desc", "describe", "explain", "pragma":
		return c.isWord(j+1, "tables", "databases", "columns", "grants", "variables", "processlist", "select", "table_info", "status", "full", "create", "users")
	case "load":
		return c.isWord(j+1, "data", "xml", "extension")
	case "copy", "attach", "detach", "handler", "use", "with":
		return after.kind == sqlOpen || after.kind == sqlString || after.kind == sqlComment || c.isWord(j+2, "to", "from", "as", "open", "read") || c.isWord(j+1, "database")
	}
	return false
}

// statement reads data-changing statements: the verb and the word that must follow it.
func (c *sqlContext) statement(i int) {
	t := c.tok[i]
	ok := false
	switch t.text {
	case "insert", "replace", "merge":
		ok = c.isWord(i+1, "into") && c.tokenAt(i+2).kind == sqlWord &&
			(c.tokenAt(i+3).kind == sqlOpen || c.isWord(i+3, "values", "select", "set", "using"))
	case "delete":
		ok = c.isWord(i+1, "from") && (c.isWord(i+3, "where") || c.tokenAt(i+3).kind == sqlComment || c.tokenAt(i+3).kind == sqlSemicolon || i == 0 && c.tokenAt(i+3).kind == 0)
	case "update":
		ok = c.isWord(i+2, "set") && c.tokenAt(i+4).kind == sqlCompare
	case "drop", "truncate", "alter", "create":
		ok = c.isWord(i+1, "table", "database", "user", "view", "function", "procedure", "trigger", "login", "schema", "index", "role") && c.tokenAt(i+2).kind == sqlWord ||
			(t.text == "drop" || t.text == "truncate") && c.tokenAt(i+1).kind == sqlWord && c.tokenAt(i+2).kind == sqlSemicolon && c.tokenAt(i+3).kind == sqlComment
	case "exec", "execute":
		n := c.tokenAt(i + 1)
		ok = n.kind == sqlWord && (strings.Contains(n.text, "xp_") || strings.Contains(n.text, "sp_") || strings.HasPrefix(n.text, "master")) || c.isWord(i+1, "immediate")
	case "declare":
		ok = c.tokenAt(i+1).kind == sqlVar
	case "grant":
		ok = c.isWord(i+1, "all", "select", "execute") && (c.isWord(i+2, "on", "privileges") || c.isWord(i+2, "to"))
	}
	switch end := c.tokenAt(min(i+4, len(c.tok)-1)); {
	case ok && c.sentence():
		c.set(signStatementWeak, t, end)
	case ok:
		c.set(signStatement, t, end)
	}
}

// sentence reports whether the text is but words, as a person types into a search box.
func (c *sqlContext) sentence() bool {
	if c.quoted || len(c.tok) > 8 {
		return false
	}
	for i := range c.tok {
		if c.tok[i].kind != sqlWord || c.isWord(i, "where", "cascade", "values", "information_schema") {
			return false
		}
	}
	return true
}

// waits reports whether the call at token i gets a time or a count: SLEEP(5), BENCHMARK(1000,MD5(1)).
func (c *sqlContext) waits(i int) bool {
	if c.tokenAt(i+1).kind != sqlOpen {
		return true
	}
	end, _ := c.bracket(i + 1)
	args := c.tok[i+1 : end]
	if c.tok[i].text == "benchmark" && !slices.ContainsFunc(args, func(t sqlToken) bool { return t.kind == sqlComma }) {
		return false
	}
	for k, t := range args {
		if t.kind == sqlNumber && k+1 < len(args) && args[k+1].kind == sqlWord { // "sleep (8 hours)"
			return false
		}
		if t.kind == sqlNumber || t.kind == sqlString || t.kind == sqlWord && (t.text == "select" || t.text == "null") {
			return true
		}
	}
	return false
}

// selects reads SELECT as the head of a query: a list that can be one, and what follows.
func (c *sqlContext) selects(i int) {
	j := i + 1
	for n := 0; n < 4 && c.isWord(j, "all", "distinct", "top", "sql_no_cache", "high_priority"); n++ {
		j++
		if c.tokenAt(j-1).text == "top" && c.tokenAt(j).kind == sqlNumber {
			j++
		}
	}
	end := c.tokenAt(min(j+4, len(c.tok)-1))
	before := c.tokenAt(i - 1)
	if before.kind == sqlOpen && c.tokenAt(j).kind != 0 {
		c.set(signSubselect, before, end)
		return
	}
	for n := 0; n < 4 && c.tokenAt(j).kind == sqlMath && c.tokenAt(j).text != "*"; n++ {
		j++
	}
	first := c.tokenAt(j)
	second := c.tokenAt(j + 1)
	star := first.kind == sqlMath && first.text == "*"
	from := c.fromAfter(j)
	switch {
	case star && from, from && second.kind == sqlComma, from && second.kind == sqlOpen, from && first.kind == sqlVar,
		from && (first.kind == sqlNumber || first.kind == sqlString || first.kind == sqlOpen):
		c.set(signStatement, c.tok[i], end)
	case first.kind == sqlWord && second.kind == sqlOpen && sqlFunctions[first.text].sign != 0,
		first.kind == sqlVar && strings.HasPrefix(first.text, "@@"), first.kind == sqlNumber && second.kind == sqlComma:
		c.set(signStatement, c.tok[i], end)
	case from && first.kind == sqlWord && c.isWord(j+1, "from") && (c.isWord(j+3, "where", "limit", "order", "group") || c.tokenAt(j+3).kind == sqlComment || c.tokenAt(j+3).kind == 0 && c.quoted):
		c.set(signStatement, c.tok[i], end)
	}
}

// fromAfter reports whether FROM and a name follow within the next tokens.
func (c *sqlContext) fromAfter(j int) bool {
	for n := 0; n < 128 && j+n < len(c.tok); n++ {
		if c.isWord(j+n, "from") {
			k := c.tokenAt(j + n + 1).kind
			return k == sqlWord || k == sqlOpen || k == sqlVar
		}
		if c.tok[j+n].kind == sqlSemicolon {
			return false
		}
	}
	return false
}

// orderBy reads ORDER BY and GROUP BY with a column's number or an expression: how column counts are
// found.
func (c *sqlContext) orderBy(i int) {
	if !c.isWord(i+1, "by") {
		return
	}
	before := c.tokenAt(i - 1)
	anchored := c.quoted || before.kind == sqlNumber || before.kind == sqlString || before.kind == sqlClose
	next, kind := c.operand(i + 2)
	after := c.tokenAt(next)
	switch {
	case kind == literalOperand && (anchored || after.kind == sqlComment || after.kind == 0 && i == 0),
		kind != noOperand && after.kind == sqlComment,
		anchored && kind == nameOperand && c.isWord(next, "having", "limit", "asc", "desc") && (c.quoted && plainValue(c.head) || i <= 2),
		anchored && kind > nameOperand:
		c.set(signOrderBy, c.tok[i], c.tokenAt(max(next-1, i+1)))
	}
}

// schemaName reports whether a name belongs to a catalogue of a database.
func schemaName(w string) bool {
	if len(w) < 6 {
		return false
	}
	if sqlCatalogue[w] {
		return true
	}
	for _, p := range [...]string{"information_schema", "mysql.", "pg_catalog", "performance_schema", "sys.", "master.", "msdb.", "sysibm.", "syscat."} {
		if strings.HasPrefix(w, p) {
			return p[len(p)-1] != '.' || sqlCatalogueTail(w[len(p):])
		}
	}
	return false
}

func sqlCatalogueTail(w string) bool {
	w = strings.TrimLeft(w, ".")
	w = strings.TrimPrefix(w, "dbo.")
	return sqlCatalogue[w] || sqlCatalogueTails[w]
}

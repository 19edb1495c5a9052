package triage

import "strings"

// A sqlSign is one thing the tokenizer can see in a value. Each has a rule.
type sqlSign uint8

// The signs. The last three are voices of libinjection; signVoiceBacked is its voice where the tokenizer
// saw something too.
const (
	signUnion sqlSign = iota + 1
	signUnionWeak
	signBoolean
	signBooleanWeak
	signStacked
	signTime
	signError
	signSchema
	signSubselect
	signStatement
	signStatementWeak
	signOrderBy
	signCommentAfterQuote
	signQuoteProbe
	signQuoteSoup
	signFingerprint
	signConcat
	signConditional
	signFileWrite
	signFileRead
	signCommand
	signInlineComment
	signArithmetic
	signVoiceSQL
	signVoiceBacked
	signVoiceXSS
	numSigns
)

// A sqlReport is what the tokenizer saw in a text.
type sqlReport struct {
	has    [numSigns]bool
	span   [numSigns][2]int // bytes of the text
	target string           // path that the statement writes to

	suspicion int // words and forms of SQL that are too common to be signs
}

func (r *sqlReport) set(s sqlSign, from, to sqlToken) {
	if !r.has[s] {
		r.has[s] = true
		r.span[s] = [2]int{from.start, to.end}
	}
}

// A sqlContext is one reading of a text: bare, or broken out of a literal at the first quote.
type sqlContext struct {
	*sqlReport
	tok    []sqlToken
	quoted bool
	text   string
	head   string // what comes before the quote
}

// suspicious reports whether the tokenizer saw enough of SQL to back the voice of libinjection.
func (r *sqlReport) suspicious() bool {
	for s := signUnion; s < signVoiceSQL; s++ {
		if r.has[s] {
			return true
		}
	}
	return r.suspicion > 1
}

// readSQL tokenizes text (in lower case) bare and as broken out of ' and ", and reports every sign.
func readSQL(text string) *sqlReport {
	r := new(sqlReport)
	var buf [64]sqlToken
	tok, inline := tokenizeSQL(text, 0, buf[:])
	c := sqlContext{sqlReport: r, tok: tok, text: text}
	c.read()
	c.terminated()
	if inline > 0 && len(tok) > 2 {
		c.inlineComments()
	}
	for _, q := range [...]byte{'\'', '"'} {
		i := strings.IndexByte(text, q)
		if i < 0 {
			continue
		}
		tok, _ = tokenizeSQL(text, i+1, tok)
		c = sqlContext{r, tok, true, text, text[:i]}
		c.read()
		c.quoteProbe(i)
	}
	return r
}

// read looks for every sign from every token on.
func (c *sqlContext) read() {
	for i := range c.tok {
		switch t := c.tok[i]; t.kind {
		case sqlWord:
			c.readWord(i)
		case sqlLogic:
			c.boolean(i)
		case sqlSemicolon:
			c.stacked(i)
		case sqlVar:
			if strings.HasPrefix(t.text, "@@") && len(t.text) > 3 {
				c.set(signFingerprint, t, t)
				if strings.HasSuffix(t.text, "_log_file") {
					c.logFile(i)
				}
			}
		case sqlComment:
			c.comment(i)
		}
	}
}

// tokenAt is token i, or a zero token past the end.
func (c *sqlContext) tokenAt(i int) sqlToken {
	if i >= 0 && i < len(c.tok) {
		return c.tok[i]
	}
	return sqlToken{start: len(c.text), end: len(c.text)}
}

func (c *sqlContext) isWord(i int, words ...string) bool {
	t := c.tokenAt(i)
	if t.kind != sqlWord {
		return false
	}
	for _, w := range words {
		if t.text == w {
			return true
		}
	}
	return false
}

func (c *sqlContext) readWord(i int) {
	t := c.tok[i]
	call := c.tokenAt(i+1).kind == sqlOpen
	if kind, ok := sqlFunctions[t.text]; ok && (call || kind.bare) {
		switch {
		case kind.sign == signFingerprint && !c.sqlish(i):
			c.suspicion++
		case kind.sign != signTime || c.waits(i):
			c.set(kind.sign, t, c.tokenAt(min(i+4, len(c.tok)-1)))
		}
		if kind.sign == signCommand {
			c.commandTarget(i)
		}
	}
	if at, ok := sqlWriters[t.text]; ok && call {
		c.writerCall(i, at)
	}
	if s := schemaName(t.text); s {
		c.set(signSchema, t, t)
	}
	switch t.text {
	case "union", "except", "intersect", "minus":
		c.union(i)
	case "and", "or", "xor", "having", "where", "when", "div", "not", "rlike", "on", "if":
		c.boolean(i)
	case "select":
		c.selects(i)
	case "order", "group":
		c.orderBy(i)
	case "waitfor":
		if c.isWord(i+1, "delay", "time") {
			c.set(signTime, t, c.tokenAt(i+2))
		}
	case "procedure":
		if c.isWord(i+1, "analyse") {
			c.set(signError, t, c.tokenAt(i+2))
		}
	case "into", "attach", "to", "program":
		c.fileWrite(i)
	case "general_log_file", "slow_query_log_file", "global.general_log_file", "global.slow_query_log_file":
		c.logFile(i)
	case "case":
		if c.isWord(i+1, "when") || c.tokenAt(i+2).kind != 0 && c.isWord(i+2, "when") {
			c.set(signConditional, t, c.tokenAt(i+4))
		}
	case "like", "regexp", "between", "exists":
		c.suspicion++
	case "insert", "delete", "update", "drop", "create", "alter", "truncate", "exec", "execute", "declare", "merge", "replace", "grant":
		c.statement(i)
	}
}

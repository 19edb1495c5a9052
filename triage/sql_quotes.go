package triage

import "strings"

// comment reads a terminator that follows a quote, bracket or number.
func (c *sqlContext) comment(i int) {
	t := c.tok[i]
	if !c.quoted || c.head != "" && isSQLSpace(c.head[len(c.head)-1]) {
		return
	}
	for _, b := range c.tok[:i] {
		if b.kind != sqlClose && b.kind != sqlSemicolon {
			return
		}
	}
	skip := 2
	if t.text[0] == '#' || t.text[0] == 0 {
		skip = 1
	}
	rest := strings.Trim(t.text[skip:], " +-\x00")
	if rest == "" || skip == 2 && len(rest) <= 8 && c.head != "" && isSQLSpace(t.text[min(2, len(t.text)-1)]) {
		c.set(signCommentAfterQuote, c.tok[0], t)
	}
}

// quoteProbe judges what the quote at byte q broke into when nothing else was seen.
func (c *sqlContext) quoteProbe(q int) {
	rest := c.text[q+1:]
	head := c.text[:q]
	soup, kinds := punctuationSoup(rest)
	quote := sqlToken{start: q, end: len(c.text)}
	first := c.tokenAt(0)
	switch {
	case head != "" && (head[0] == '[' || head[0] == '{'):
	case soup >= 4 && kinds >= 3 && soup*3 >= min(len(rest), 64)*2 && strings.ContainsAny(rest, "()"):
		c.set(signQuoteSoup, quote, quote)
	case rest == "" && plainValue(head):
		c.set(signQuoteProbe, quote, quote)
	case soup >= 3 && soup*2 >= min(len(rest), 64):
		c.set(signQuoteProbe, quote, quote)
	case len(rest) < 4 && soup == len(rest) && plainValue(head):
		c.set(signQuoteProbe, quote, quote)
	case first.kind == sqlLogic || first.kind == sqlMath || first.kind == sqlCompare || c.isWord(0, "in", "like", "rlike", "regexp", "div", "mod", "between", "is"):
		next, kind := c.operand(1)
		after := c.tokenAt(next)
		if kind > nameOperand || kind == literalOperand && head != "" && plainValue(head) && (after.kind == 0 || after.kind == sqlComment || after.kind == sqlCompare || after.kind == sqlLogic || c.wordComparison(next).kind == sqlCompare) ||
			head != "" && plainValue(head) && kind == nameOperand && after.kind == sqlCompare {
			c.set(signConcat, quote, quote)
		}
	}
}

// punctuationSoup counts what could break a query in the head of s, and how many kinds of it there are.
func punctuationSoup(s string) (n, kinds int) {
	const breaking = "'\"(),.;\\`"
	var seen [len(breaking)]bool
	for i := 0; i < len(s) && i < 64; i++ {
		if k := strings.IndexByte(breaking, s[i]); k >= 0 {
			n++
			if !seen[k] {
				seen[k] = true
				kinds++
			}
		}
	}
	return n, kinds
}

// plainValue is true of a short value without white space: a number, a name, nothing.
func plainValue(s string) bool {
	if len(s) > 24 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) && !isSQLWord(s[i]) && s[i] != '-' && s[i] != '.' && s[i] != ')' && s[i] != '%' {
			return false
		}
	}
	return true
}

// inlineComments reads /**/ used as white space between words of SQL.
func (c *sqlContext) inlineComments() {
	n := 0
	for _, t := range c.tok {
		if t.kind == sqlWord && (sqlVerbs[t.text] || t.text == "union" || t.text == "and" || t.text == "or" || t.text == "from" || t.text == "where") {
			n++
		}
	}
	if n > 0 {
		c.set(signInlineComment, c.tok[0], c.tok[len(c.tok)-1])
	}
}

// sqlish reports whether the call at token i stands where an expression can: after an operator, comma,
// bracket or number, or at the start.
func (c *sqlContext) sqlish(i int) bool {
	switch b := c.tokenAt(i - 1); b.kind {
	case 0:
		return c.quoted || c.tokenAt(i+2).kind == sqlClose || strings.ContainsAny(c.tok[i].text, "_.") || c.tokenAt(i+3).kind == sqlOpen
	case sqlOpen, sqlComma, sqlCompare, sqlMath, sqlLogic, sqlNumber:
		return true
	case sqlWord:
		return b.text == "select" || b.text == "and" || b.text == "or" || b.text == "by"
	}
	return false
}

package triage

// operand kinds, from what an operand starts with.
type sqlOperand uint8

const (
	noOperand sqlOperand = iota
	literalOperand
	nameOperand
	callOperand
	selectOperand // a bracket or call that holds a select
)

const maxNesting = 64

// operand reads an operand from token i: literal, name, call or bracket, with unary signs before and
// arithmetic after it. It returns the token after it; noOperand if there is none.
func (c *sqlContext) operand(i int) (int, sqlOperand) {
	next, kind := c.simpleOperand(i)
	for n := 0; kind != noOperand && n < maxNesting && c.tokenAt(next).kind == sqlMath; n++ {
		after, k := c.simpleOperand(next + 1)
		if k == noOperand {
			break
		}
		next, kind = after, max(k, kind)
	}
	return next, kind
}

func (c *sqlContext) simpleOperand(i int) (int, sqlOperand) {
	for n := 0; n < maxNesting && (c.tokenAt(i).kind == sqlMath || c.isWord(i, "not", "binary", "distinct", "all", "any")); n++ {
		i++
	}
	switch t := c.tokenAt(i); t.kind {
	case sqlNumber, sqlString:
		return i + 1, literalOperand
	case sqlVar:
		return i + 1, callOperand
	case sqlOpen:
		return c.bracket(i)
	case sqlWord:
		if c.tokenAt(i+1).kind == sqlOpen {
			next, kind := c.bracket(i + 1)
			return next, max(kind, callOperand)
		}
		switch t.text {
		case "null", "true", "false":
			return i + 1, literalOperand
		case "select":
			return i + 1, selectOperand
		case "case":
			if c.isWord(i+1, "when") || c.isWord(i+2, "when") {
				return i + 1, callOperand
			}
		}
		return i + 1, nameOperand
	}
	return i, noOperand
}

// bracket reads from "(" to its ")", or to the end.
func (c *sqlContext) bracket(i int) (int, sqlOperand) {
	depth, kind := 0, noOperand
	for ; i < len(c.tok); i++ {
		switch t := c.tok[i]; t.kind {
		case sqlOpen:
			depth++
		case sqlClose:
			if depth--; depth == 0 {
				return i + 1, max(kind, literalOperand)
			}
		case sqlNumber, sqlString:
			kind = max(kind, literalOperand)
		case sqlWord:
			if t.text == "select" {
				kind = selectOperand
			}
			kind = max(kind, nameOperand)
		}
	}
	return i, max(kind, literalOperand)
}

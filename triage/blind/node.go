package blind

import (
	"strconv"
	"strings"
)

// A node is a piece of a parsed payload.
type node struct {
	kind     nodeKind
	op       string // operator or function, upper case; text of a literal or name
	args     []*node
	sel      *selection // of nodeSelect
	num      float64    // of nodeNumber
	from, to int        // tokens [from, to) it was read from
	paren    bool       // it stood in brackets of its own
	unknown  bool       // it holds something that only the database knows: a name, a table, a function
	not      bool       // NOT LIKE, NOT IN, NOT BETWEEN, IS NOT
}

type nodeKind uint8

const (
	nodeNumber nodeKind = iota + 1
	nodeString          // op is the text
	nodeHex             // op is the bytes: a string or a number
	nodeNull
	nodeName   // a column, a variable, a function without brackets: op
	nodeCall   // op(args)
	nodeUnary  // op arg
	nodeBinary // arg op arg, comparisons included
	nodeLike   // arg LIKE arg: op is LIKE, ILIKE, REGEXP, GLOB, SIMILAR
	nodeBetween
	nodeIn // arg IN (args...) or arg IN (select)
	nodeIs // arg IS arg
	nodeCase
	nodeSelect
	nodeList // (a, b)
	nodeStar
)

// A selection is a SELECT.
type selection struct {
	columns []*node
	from    string // canonical text of FROM
	tables  []string
	inner   []*node // SELECTs in FROM
	where   *node
	tail    string // canonical text of GROUP BY, HAVING, ORDER BY
	order   []*node
	group   []*node
	grouped bool
	row     int // offset of the row asked for, -1 if not said
	top     int // rows asked for, -1 if not said
	unions  []*node
}

// A statement is what a payload holds at one level: an expression and what follows it.
type statement struct {
	exprs   []*node // in order: the value itself, ORDER BY terms, conditions of IF
	union   []*node // SELECTs joined by UNION and the like
	words   []string
	delay   []*node // WAITFOR DELAY and the like: what is run, with its condition in if
	cond    *node   // of IF cond WAITFOR ...
	order   int     // ORDER BY n, 0 if none
	grouped bool    // GROUP BY stands in it
}

// isCompare reports comparisons of two values.
func isCompare(op string) bool {
	switch op {
	case "=", "<", ">", "<=", ">=", "<>", "<=>":
		return true
	}
	return false
}

// truthy reports whether the node gives true or false.
func (n *node) truthy() bool {
	switch n.kind {
	case nodeLike, nodeBetween, nodeIn, nodeIs:
		return true
	case nodeBinary:
		return isCompare(n.op) || isLogic(n.op)
	case nodeUnary:
		return n.op == "NOT" || n.op == "!" || n.op == "EXISTS"
	}
	return false
}

func isLogic(op string) bool { return op == "AND" || op == "OR" || op == "XOR" }

// String writes the node in one canonical form, so that equal expressions have equal texts.
func (n *node) String() string {
	var b strings.Builder
	n.write(&b, 0)
	return b.String()
}

const maxWritten = 2048

func (n *node) write(b *strings.Builder, depth int) {
	if n == nil || b.Len() > maxWritten || depth > maxDepth {
		return
	}
	list := func(args []*node, sep string) {
		for i, a := range args {
			if i > 0 {
				b.WriteString(sep)
			}
			a.write(b, depth+1)
		}
	}
	sub := func(a *node) {
		if a.kind == nodeBinary || a.kind == nodeLike || a.kind == nodeBetween || a.kind == nodeIn || a.kind == nodeIs {
			b.WriteByte('(')
			a.write(b, depth+1)
			b.WriteByte(')')
			return
		}
		a.write(b, depth+1)
	}
	not := ""
	if n.not {
		not = "NOT "
	}
	switch n.kind {
	case nodeNumber:
		b.WriteString(strconv.FormatFloat(n.num, 'f', -1, 64))
	case nodeString:
		writeLiteral(b, n.op)
	case nodeHex:
		if plainText(n.op) {
			writeLiteral(b, n.op)
		} else {
			b.WriteString("0x" + hexOf(n.op))
		}
	case nodeNull:
		b.WriteString("NULL")
	case nodeName:
		b.WriteString(n.op)
	case nodeStar:
		b.WriteByte('*')
	case nodeCall:
		b.WriteString(n.op)
		b.WriteByte('(')
		list(n.args, ", ")
		b.WriteByte(')')
	case nodeUnary:
		b.WriteString(n.op)
		if isWord(n.op[0]) {
			b.WriteByte(' ')
		}
		sub(n.args[0])
	case nodeBinary:
		sub(n.args[0])
		b.WriteString(" " + n.op + " ")
		sub(n.args[1])
	case nodeLike:
		sub(n.args[0])
		b.WriteString(" " + not + n.op + " ")
		sub(n.args[1])
	case nodeBetween:
		sub(n.args[0])
		b.WriteString(" " + not + "BETWEEN ")
		sub(n.args[1])
		b.WriteString(" AND ")
		sub(n.args[2])
	case nodeIn:
		sub(n.args[0])
		b.WriteString(" " + not + "IN (")
		list(n.args[1:], ", ")
		b.WriteByte(')')
	case nodeIs:
		sub(n.args[0])
		b.WriteString(" IS " + not)
		sub(n.args[1])
	case nodeCase:
		b.WriteString("CASE(")
		list(n.args, ", ")
		b.WriteByte(')')
	case nodeList:
		b.WriteByte('(')
		list(n.args, ", ")
		b.WriteByte(')')
	case nodeSelect:
		b.WriteByte('(')
		n.sel.write(b, depth)
		b.WriteByte(')')
	}
}

func (s *selection) write(b *strings.Builder, depth int) {
	b.WriteString("SELECT ")
	for i, c := range s.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		c.write(b, depth+1)
	}
	if s.from != "" {
		b.WriteString(" FROM " + s.from)
	}
	if s.where != nil {
		b.WriteString(" WHERE ")
		s.where.write(b, depth+1)
	}
	b.WriteString(s.tail)
	if s.row >= 0 {
		b.WriteString(" LIMIT " + strconv.Itoa(s.row) + ", " + strconv.Itoa(max(s.top, 1)))
	} else if s.top >= 0 {
		b.WriteString(" LIMIT " + strconv.Itoa(s.top))
	}
	for _, u := range s.unions {
		b.WriteString(" UNION ")
		u.write(b, depth+1)
	}
}

func writeLiteral(b *strings.Builder, s string) {
	b.WriteByte('\'')
	b.WriteString(strings.ReplaceAll(s, "'", "''"))
	b.WriteByte('\'')
}

func plainText(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func hexOf(s string) string {
	const digits = "0123456789abcdef"
	b := make([]byte, 0, 2*len(s))
	for i := 0; i < len(s); i++ {
		b = append(b, digits[s[i]>>4], digits[s[i]&15])
	}
	return string(b)
}

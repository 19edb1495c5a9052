package blind

import (
	"strings"
)

// A leaf is one thing that only the database knows and that questions ask about: a cell, a count, its version.
type leaf struct {
	key    string // two questions with equal keys ask about the same thing
	expr   string // as SQL
	column string
	table  string
	where  string
	row    int    // offset of the row, -1 if the question does not say
	hex    bool   // the text read is the hex digits of the value
	plain  string // column without HEX()
}

// maxLeaves bounds the distinct expressions of one recovery.
const maxLeaves = 200000

// leaf is the whole of what a node names, in the scope of the SELECTs around it.
func (e *evaluator) leaf(n *node) value {
	l := e.nodes[n]
	if l == nil {
		if l = e.leafOf(n); l == nil {
			return unknownValue
		}
		if e.nodes == nil {
			e.nodes = map[*node]*leaf{}
		}
		e.nodes[n] = l
	}
	return value{kind: vPart, leaf: l, pos: 1, len: -1}
}

func (e *evaluator) leafOf(n *node) *leaf {
	n = unwrap(n)
	l := &leaf{row: -1}
	if n.kind == nodeCall && n.op == "HEX" && len(n.args) == 1 {
		l.hex = true
		l.plain = unwrap(n.args[0]).String()
	}
	l.column = n.String()
	var scope *selection
	if !global(n) {
		for i := len(e.scope) - 1; i >= 0 && scope == nil; i-- {
			if s := e.scope[i]; len(s.tables) > 0 || len(s.inner) > 0 {
				scope = s
			}
		}
		if scope == nil && e.prefix != "" {
			l.where = "row of " + e.prefix
		}
	}
	l.expr = l.column
	if scope != nil {
		l.table = strings.Join(tablesOf(scope, 0), ", ")
		l.row = rowOf(scope)
		var w strings.Builder
		if scope.where != nil {
			scope.where.write(&w, 0)
		}
		l.where = w.String()
		var b strings.Builder
		one := *scope
		one.columns = []*node{{kind: nodeName, op: l.column}}
		one.write(&b, 0)
		l.expr = b.String()
	}
	l.key = lowerOutside(l.expr)
	if scope == nil {
		l.key += "\x00" + lowerOutside(l.where)
	}
	if e.leaves == nil {
		return l
	}
	if old := e.leaves[l.key]; old != nil {
		return old
	}
	if len(e.leaves) >= maxLeaves {
		return nil
	}
	e.leaves[l.key] = l
	return l
}

// unwrap takes off what leaves a value as it is: IFNULL(x, 0x20), CAST(x AS CHAR), brackets.
func unwrap(n *node) *node {
	for depth := 0; depth < maxDepth; depth++ {
		if n.kind == nodeUnary && (n.op == "DISTINCT" || n.op == "BINARY") {
			n = n.args[0]
			continue
		}
		if n.kind == nodeBinary && n.op == "||" {
			if n.args[0].kind == nodeString && n.args[0].op == "" {
				n = n.args[1]
				continue
			}
			if n.args[1].kind == nodeString && n.args[1].op == "" {
				n = n.args[0]
				continue
			}
		}
		if n.kind != nodeCall || len(n.args) == 0 {
			return n
		}
		switch n.op {
		case "IFNULL", "COALESCE", "NVL", "ISNULL":
			if len(n.args) != 2 {
				return n
			}
		case "CAST", "TRY_CAST", "TO_CHAR", "TO_NCHAR":
		case "CONVERT", "TRY_CONVERT":
			if len(n.args) > 1 && (n.args[0].kind == nodeName || n.args[0].kind == nodeCall) && isType(n.args[0].op) {
				n = n.args[1]
				continue
			}
		default:
			return n
		}
		n = n.args[0]
	}
	return n
}

// global reports expressions that are the same for every row: DATABASE(), @@version, CURRENT_USER.
func global(n *node) bool {
	switch n.kind {
	case nodeNumber, nodeString, nodeHex, nodeNull:
		return true
	case nodeName:
		if strings.HasPrefix(n.op, "@") {
			return true
		}
		switch strings.ToUpper(n.op) {
		case "CURRENT_USER", "USER", "SESSION_USER", "SYSTEM_USER", "SYSDATE", "CURRENT_TIMESTAMP", "CURRENT_DATABASE", "CURRENT_SCHEMA", "CURRENT_CATALOG":
			return true
		}
		return false
	case nodeCall:
		if len(n.args) == 0 {
			return true
		}
		switch n.op {
		case "COUNT", "SUM", "MIN", "MAX", "AVG", "GROUP_CONCAT", "STRING_AGG", "LISTAGG", "ROW_NUMBER":
			return false
		}
		for _, a := range n.args {
			if !global(a) {
				return false
			}
		}
		return true
	case nodeBinary, nodeUnary, nodeList:
		for _, a := range n.args {
			if !global(a) {
				return false
			}
		}
		return true
	}
	return false
}

func tablesOf(s *selection, depth int) []string {
	if len(s.tables) > 0 || depth > 8 {
		return s.tables
	}
	var out []string
	for _, in := range s.inner {
		if in.kind == nodeSelect {
			out = append(out, tablesOf(in.sel, depth+1)...)
		}
	}
	return out
}

// rowOf is the offset of the row that a SELECT picks: LIMIT n,1, OFFSET n, ROWNUM=n+1, NOT IN (SELECT TOP n ...).
func rowOf(s *selection) int {
	if s.row >= 0 {
		return s.row
	}
	if s.where != nil {
		if n := pickedRow(s.where, numbered(s, 0), 0); n >= 0 {
			return n
		}
	}
	if len(s.inner) == 1 && s.inner[0].kind == nodeSelect {
		return rowOf(s.inner[0].sel)
	}
	return -1
}

// numbered reports that the rows of an inner SELECT carry numbers.
func numbered(s *selection, depth int) bool {
	for _, in := range s.inner {
		if in.kind != nodeSelect || depth > 8 {
			continue
		}
		for _, c := range in.sel.columns {
			if c.kind == nodeCall && c.op == "ROW_NUMBER" || c.kind == nodeName && strings.EqualFold(c.op, "ROWNUM") {
				return true
			}
		}
		if numbered(in.sel, depth+1) {
			return true
		}
	}
	return false
}

func pickedRow(w *node, numbered bool, depth int) int {
	if depth > maxDepth {
		return -1
	}
	switch {
	case w.kind == nodeBinary && w.op == "AND":
		if n := pickedRow(w.args[0], numbered, depth+1); n >= 0 {
			return n
		}
		return pickedRow(w.args[1], numbered, depth+1)
	case w.kind == nodeBinary && w.op == "=" && w.args[0].kind == nodeName:
		if v, ok := constant(w.args[1]); ok && v >= 1 && (numbered || strings.EqualFold(w.args[0].op, "ROWNUM")) {
			return int(v) - 1
		}
	case w.kind == nodeIn && w.not && len(w.args) == 2 && w.args[1].kind == nodeSelect && w.args[1].sel.top >= 0:
		return w.args[1].sel.top
	}
	return -1
}

// lowerOutside is s in lower case but for its literals.
func lowerOutside(s string) string {
	b := []byte(s)
	in := false
	for i, c := range b {
		if c == '\'' {
			in = !in
		} else if !in && c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

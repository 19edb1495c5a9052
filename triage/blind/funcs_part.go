package blind

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// wrapper sees through functions that leave their argument as it is.
func (e *evaluator) wrapper(n *node, args []value) (value, bool) {
	if len(args) == 0 {
		return value{}, false
	}
	switch n.op {
	case "IFNULL", "COALESCE", "NVL":
		for _, a := range args {
			if a.kind == vPart || a.kind == vUnknown {
				return a, true
			}
			if a.kind != vNull {
				return a, true
			}
		}
		return value{kind: vNull}, true
	case "ISNULL":
		if len(args) == 2 {
			if args[0].kind == vNull {
				return args[1], true
			}
			return args[0], true
		}
		v := e.resolve(args[0])
		if v.kind == vUnknown {
			return v, true
		}
		return boolean(v.kind == vNull), true
	case "CAST", "TRY_CAST", "CONVERT", "TRY_CONVERT":
		v, typ := args[0], ""
		if len(n.args) > 1 {
			switch {
			case n.args[1].kind == nodeName:
				typ = strings.ToUpper(n.args[1].op)
			case n.args[0].kind == nodeName && isType(n.args[0].op), n.args[0].kind == nodeCall && isType(n.args[0].op):
				v, typ = args[1], strings.ToUpper(n.args[0].op)
			case n.args[1].kind == nodeCall:
				typ = n.args[1].op
			}
		}
		if strings.Contains(typ, "BINARY") || typ == "BYTEA" || typ == "BLOB" {
			v.bin = true
		}
		if isNumericType(typ) && v.kind == vString {
			if x, ok := toNumber(v.s); ok {
				return number(x), true
			}
			return unknownValue, true
		}
		if v.kind == vNumber && !isNumericType(typ) && typ != "" {
			return text(strconv.FormatFloat(v.n, 'f', -1, 64)), true
		}
		return v, true
	case "TO_CHAR", "TO_NCHAR", "STR", "QUOTE", "TO_NUMBER":
		return args[0], true
	case "BINARY":
		args[0].bin = true
		return args[0], true
	case "CONCAT":
		if len(args) == 1 {
			return args[0], true
		}
	}
	return value{}, false
}

func isType(s string) bool {
	switch t := strings.ToUpper(s); t {
	case "CHAR", "NCHAR", "VARCHAR", "NVARCHAR", "VARCHAR2", "TEXT", "NTEXT", "BINARY", "VARBINARY", "DATE", "DATETIME", "JSON", "XML", "SYSNAME":
		return true
	default:
		return isNumericType(t)
	}
}

func isNumericType(s string) bool {
	switch s {
	case "INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "NUMERIC", "DECIMAL", "FLOAT", "REAL", "DOUBLE", "SIGNED", "UNSIGNED", "NUMBER", "MONEY", "INT4", "INT8":
		return true
	}
	return false
}

// partOf reads functions that take a part of a leaf and give a part of it, or a new leaf.
func (e *evaluator) partOf(n *node, args []value) (value, bool) {
	if len(args) == 0 {
		return value{}, false
	}
	v := args[0]
	switch n.op {
	case "SUBSTR", "SUBSTRING", "SUBSTRB", "SUBSTRC", "SUBSTR2", "SUBSTR4", "MID", "LEFT", "RIGHT", "LPAD":
		if len(args) < 2 {
			return value{}, false
		}
		if v.kind == vString {
			return e.substring(n.op, v, args[1:]), true
		}
		if v.kind != vPart {
			return v, v.kind == vNull || v.kind == vUnknown
		}
		p := e.numeric(args[1])
		if p.kind != vNumber || p.n != float64(int(p.n)) || p.n > 1<<20 || p.n < -(1<<20) {
			return unknownValue, true
		}
		from, count := int(p.n), -1
		switch n.op {
		case "LEFT", "LPAD":
			from, count = 1, from
		case "RIGHT":
			if v.pos == 1 && v.len > 0 && from == 1 { // RIGHT(LEFT(x, k), 1): the character k, if there is one
				v.pos, v.len, v.last = v.len, 1, true
				return v, true
			}
			from, count = -from, from
		default:
			if len(args) > 2 {
				c := e.numeric(args[2])
				if c.kind != vNumber || c.n < 1 || c.n > 1<<20 {
					return unknownValue, true
				}
				count = int(c.n)
			}
		}
		return slice(v, from, count), true
	case "UPPER", "LOWER", "UCASE", "LCASE", "TRIM", "LTRIM", "RTRIM", "REVERSE", "HEX", "REPLACE", "CONCAT_WS":
		if v.kind == vPart && v.len != 1 {
			if n.op == "REVERSE" && v.pos == 1 && v.len > 1 {
				return value{kind: vPart, leaf: v.leaf, pos: v.len, len: 1, bin: v.bin, last: true}, true
			}
			if v.pos == 1 && v.len < 0 {
				return e.leaf(n), true
			}
			return unknownValue, true
		}
	case "ASCII", "ORD", "UNICODE", "CODEPOINT", "CHARCODE":
		return e.code(e.first(v)), true
	case "LENGTH", "LEN", "CHAR_LENGTH", "CHARACTER_LENGTH", "DATALENGTH", "OCTET_LENGTH", "LENGTHB":
		if v.kind != vPart || v.len == 1 {
			break
		}
		if v.pos != 1 || v.len >= 0 {
			return unknownValue, true
		}
		want := variable{leaf: v.leaf, kind: varLength}
		if e.isBound(want) {
			return number(float64(e.val)), true
		}
		e.need(want)
		return unknownValue, true
	}
	return value{}, false
}

// slice takes count characters from a part, from being counted from 1 or, negative, from the end.
func slice(v value, from, count int) value {
	if from == 0 || count == 0 || v.pos < 0 && from < 0 {
		return unknownValue
	}
	out := v
	switch {
	case v.pos == 1 && v.len < 0:
		out.pos = from
	case from < 0:
		return unknownValue
	default:
		out.pos = v.pos + from - 1
		if v.len >= 0 {
			left := v.len - from + 1
			if left <= 0 {
				return unknownValue
			}
			if count < 0 || count > left {
				count = left
			}
		}
	}
	out.len = count
	if out.pos < 0 && count > -out.pos {
		out.len = -out.pos
	}
	return out
}

// code is the number of a character. That of no character is 0 or NULL.
func (e *evaluator) code(v value) value {
	switch v.kind {
	case vString:
		if v.s == "" {
			e.chose = true
			if e.choice.codeNull {
				return value{kind: vNull}
			}
			return number(0)
		}
		r, _ := utf8.DecodeRuneInString(v.s)
		if r == utf8.RuneError {
			return unknownValue
		}
		return number(float64(r))
	case vNull, vUnknown:
		return v
	case vNumber:
		return e.code(text(strconv.FormatFloat(v.n, 'f', -1, 64)))
	}
	return unknownValue
}

func (e *evaluator) substring(op string, v value, args []value) value {
	r := []rune(v.s)
	p := e.numeric(args[0])
	if p.kind != vNumber {
		return unknownValue
	}
	from, count := int(p.n), len(r)
	switch op {
	case "LEFT":
		from, count = 1, from
	case "RIGHT":
		from, count = max(len(r)-from+1, 1), from
	default:
		if len(args) > 1 {
			c := e.numeric(args[1])
			if c.kind != vNumber {
				return unknownValue
			}
			count = int(c.n)
		}
	}
	if from < 0 {
		from = len(r) + from + 1
	}
	if from < 1 || count < 0 {
		return unknownValue
	}
	if from > len(r) {
		return text("")
	}
	return value{kind: vString, s: string(r[from-1 : min(from-1+count, len(r))]), bin: v.bin}
}

package blind

import (
	"math/bits"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// evaluated reports the functions that the evaluator knows; any other one is something only the database knows.
func evaluated(name string) bool {
	switch name {
	case "ASCII", "ORD", "UNICODE", "CODEPOINT", "CHARCODE", "SUBSTR", "SUBSTRING", "SUBSTRB", "SUBSTRC", "SUBSTR2", "SUBSTR4", "MID", "LEFT", "RIGHT", "CHAR", "CHR", "NCHAR", "UNISTR",
		"LENGTH", "LEN", "CHAR_LENGTH", "CHARACTER_LENGTH", "DATALENGTH", "OCTET_LENGTH", "LENGTHB", "BIT_LENGTH",
		"UPPER", "LOWER", "UCASE", "LCASE", "TRIM", "LTRIM", "RTRIM", "REVERSE", "HEX", "BIN", "OCT", "CONV", "UNHEX", "CONCAT", "CONCAT_WS",
		"IF", "IIF", "IFNULL", "COALESCE", "NVL", "ISNULL", "NVL2", "NULLIF", "DECODE", "ELT", "CHOOSE", "FIELD", "INTERVAL",
		"CAST", "TRY_CAST", "CONVERT", "TRY_CONVERT", "TO_CHAR", "TO_NUMBER", "TO_NCHAR", "STR", "BINARY", "QUOTE",
		"GREATEST", "LEAST", "STRCMP", "INSTR", "LOCATE", "POSITION", "CHARINDEX", "FIND_IN_SET", "STRPOS", "SIGN", "ABS", "MOD", "POW", "POWER", "FLOOR", "CEIL", "CEILING", "ROUND",
		"BITAND", "BIT_COUNT", "LPAD", "RPAD", "SPACE", "REPEAT", "REPLACE", "REGEXP_LIKE", "EXISTS", "XOR", "NOT", "BENCHMARK_CONST":
		return true
	}
	return isDelay(name)
}

// isDelay reports functions that wait.
func isDelay(name string) bool {
	switch name {
	case "SLEEP", "PG_SLEEP", "PG_SLEEP_FOR", "BENCHMARK", "WAITFOR", "DBMS_PIPE.RECEIVE_MESSAGE", "DBMS_LOCK.SLEEP", "DBMS_SESSION.SLEEP", "RANDOMBLOB", "ZEROBLOB":
		return true
	}
	return false
}

func (e *evaluator) call(n *node, depth int) value {
	if isDelay(n.op) {
		return e.wait(n, depth)
	}
	if !evaluated(n.op) {
		if len(n.args) > 0 {
			for _, a := range n.args { // a delay or a question may be inside
				if a.kind == nodeCase || a.kind == nodeSelect && len(a.sel.tables) == 0 || a.kind == nodeCall && (isDelay(a.op) || a.op == "IF" || a.op == "IIF") {
					e.eval(a, depth+1)
				}
			}
		}
		return e.leaf(n)
	}
	switch n.op {
	case "IF", "IIF":
		if len(n.args) == 3 {
			return e.branches(n.args, depth)
		}
		return unknownValue
	case "NVL2":
		if len(n.args) == 3 {
			return unknownValue
		}
	case "DECODE": // DECODE(x, a, b, ..., else)
		return e.decode(n.args, depth)
	}
	args := make([]value, len(n.args))
	for i, a := range n.args {
		args[i] = e.eval(a, depth+1)
	}
	if v, ok := e.wrapper(n, args); ok {
		return v
	}
	if v, ok := e.partOf(n, args); ok {
		return v
	}
	return e.function(n, args)
}

func (e *evaluator) decode(args []*node, depth int) value {
	if len(args) < 3 {
		return unknownValue
	}
	var flat []*node
	for i := 1; i+1 < len(args); i += 2 {
		flat = append(flat, &node{kind: nodeBinary, op: "=", args: []*node{args[0], args[i]}}, args[i+1])
	}
	if len(args)%2 == 0 {
		flat = append(flat, args[len(args)-1])
	} else {
		flat = append(flat, &node{kind: nodeNull})
	}
	return e.branches(flat, depth)
}

// wait counts a delay.
func (e *evaluator) wait(n *node, depth int) value {
	e.delays++
	last := len(n.args) - 1
	if last < 0 {
		return unknownValue
	}
	v := e.resolve(e.eval(n.args[last], depth+1))
	switch n.op {
	case "BENCHMARK", "RANDOMBLOB", "ZEROBLOB":
		if c := e.numeric(e.eval(n.args[0], depth+1)); c.kind == vNumber && c.n >= 50000 {
			e.delay += heavySeconds
		}
		return number(0)
	case "WAITFOR":
		if v.kind == vString {
			e.delay += clockSeconds(v.s)
		}
		return unknownValue
	}
	if v = e.numeric(v); v.kind == vNumber && v.n > 0 {
		e.delay += min(v.n, 3600)
	}
	return number(0)
}

// heavySeconds stands for the unknown duration of BENCHMARK and other work.
const heavySeconds = 1.0

// clockSeconds reads 'hh:mm:ss.fff' as WAITFOR DELAY does.
func clockSeconds(s string) float64 {
	var total float64
	parts := strings.Split(strings.TrimSpace(s), ":")
	if len(parts) == 2 {
		parts = append(parts, "0")
	}
	for _, p := range parts {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil || v < 0 {
			return 0
		}
		total = total*60 + v
	}
	return min(total, 24*time.Hour.Seconds())
}

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

// concat joins texts. One that holds a leaf is a leaf of its own, unless the others are empty.
func (e *evaluator) concat(args []value, n *node) value {
	var b strings.Builder
	var part *value
	for i := range args {
		switch a := args[i]; a.kind {
		case vString:
			b.WriteString(a.s)
		case vNumber:
			b.WriteString(strconv.FormatFloat(a.n, 'f', -1, 64))
		case vNull:
			return a
		case vPart:
			if part != nil {
				return e.leaf(n)
			}
			part = &args[i]
		default:
			return unknownValue
		}
	}
	if part == nil {
		return text(b.String())
	}
	if b.Len() == 0 {
		return *part
	}
	if part.len == 1 {
		v := e.resolve(*part)
		if v.kind != vString {
			return v
		}
		return unknownValue
	}
	return e.leaf(n)
}

// function evaluates what is left: functions of constants and of the bound character.
func (e *evaluator) function(n *node, args []value) value {
	switch n.op {
	case "CONCAT", "CONCAT_WS":
		if n.op == "CONCAT_WS" && len(args) > 2 {
			return e.leaf(n)
		}
		return e.concat(args, n)
	case "STRCMP":
		if len(args) != 2 {
			return unknownValue
		}
		a, b := e.resolve(args[0]), e.resolve(args[1])
		if a.kind == vNumber {
			a = text(strconv.FormatFloat(a.n, 'f', -1, 64))
		}
		if b.kind == vNumber {
			b = text(strconv.FormatFloat(b.n, 'f', -1, 64))
		}
		if a.kind != vString || b.kind != vString {
			return unknownValue
		}
		e.chose = true
		c := compareText(a.s, b.s, e.choice, a.bin || b.bin)
		return number(float64(max(-1, min(1, c))))
	}
	plain := make([]value, len(args))
	for i, a := range args {
		if n.op == "GREATEST" || n.op == "LEAST" || n.op == "SIGN" || n.op == "ABS" || n.op == "MOD" || n.op == "BITAND" || n.op == "POW" || n.op == "POWER" {
			a = e.numeric(a)
		}
		plain[i] = e.resolve(a)
		if plain[i].kind == vUnknown {
			return unknownValue
		}
	}
	for _, a := range plain {
		if a.kind == vNull {
			return value{kind: vNull}
		}
	}
	if v, ok := e.textFunction(n.op, plain); ok {
		return v
	}
	return e.numberFunction(n.op, plain)
}

func asText(v value) string {
	if v.kind == vNumber {
		return strconv.FormatFloat(v.n, 'f', -1, 64)
	}
	return v.s
}

func (e *evaluator) textFunction(op string, args []value) (value, bool) {
	if len(args) == 0 {
		return unknownValue, op == "CHAR"
	}
	s := asText(args[0])
	keep := func(t string) (value, bool) { return value{kind: vString, s: t, bin: args[0].bin}, true }
	switch op {
	case "CHAR", "CHR", "NCHAR":
		var b strings.Builder
		for _, a := range args {
			c := e.numeric(a)
			if c.kind != vNumber || c.n < 0 || c.n > 0x10ffff {
				return unknownValue, true
			}
			b.WriteRune(rune(c.n))
		}
		return text(b.String()), true
	case "UPPER", "UCASE":
		return keep(strings.ToUpper(s))
	case "LOWER", "LCASE":
		return keep(strings.ToLower(s))
	case "TRIM":
		return keep(strings.Trim(s, " "))
	case "LTRIM":
		return keep(strings.TrimLeft(s, " "))
	case "RTRIM":
		return keep(strings.TrimRight(s, " "))
	case "REVERSE":
		r := []rune(s)
		for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
			r[i], r[j] = r[j], r[i]
		}
		return keep(string(r))
	case "HEX":
		if args[0].kind == vNumber {
			return keep(strings.ToUpper(strconv.FormatInt(int64(args[0].n), 16)))
		}
		return keep(strings.ToUpper(hexOf(s)))
	case "UNHEX":
		return keep(unhex(s))
	case "BIN", "OCT":
		if v := e.numeric(args[0]); v.kind == vNumber && v.n >= 0 {
			e.fanned = true
			return keep(strconv.FormatInt(int64(v.n), map[string]int{"BIN": 2, "OCT": 8}[op]))
		}
		return unknownValue, true
	case "CONV":
		if len(args) != 3 || args[1].kind != vNumber || args[2].kind != vNumber || args[1].n < 2 || args[1].n > 36 || args[2].n < 2 || args[2].n > 36 {
			return unknownValue, true
		}
		if s == "" {
			return text("0"), true
		}
		v, err := strconv.ParseInt(s, int(args[1].n), 62)
		if err != nil {
			return unknownValue, true
		}
		e.fanned = true
		return keep(strings.ToUpper(strconv.FormatInt(v, int(args[2].n))))
	case "LPAD", "RPAD":
		if len(args) == 3 && args[1].kind == vNumber && args[1].n <= 256 {
			fill := asText(args[2])
			for fill != "" && utf8.RuneCountInString(s) < int(args[1].n) {
				if op == "LPAD" {
					s = fill[:1] + s
				} else {
					s += fill[:1]
				}
			}
			return keep(s)
		}
		return unknownValue, true
	case "ELT", "CHOOSE":
		i := e.numeric(args[0])
		if i.kind == vNumber && int(i.n) >= 1 && int(i.n) < len(args) {
			return args[int(i.n)], true
		}
		return value{kind: vNull}, true
	}
	return value{}, false
}

func (e *evaluator) numberFunction(op string, args []value) value {
	if len(args) == 0 {
		return unknownValue
	}
	switch op {
	case "LENGTH", "LEN", "CHAR_LENGTH", "CHARACTER_LENGTH":
		return number(float64(utf8.RuneCountInString(asText(args[0]))))
	case "FIELD":
		for i, a := range args[1:] {
			switch e.compare("=", args[0], a) {
			case triTrue:
				return number(float64(i + 1))
			case triUnknown:
				return unknownValue
			}
		}
		return number(0)
	case "INSTR", "STRPOS", "LOCATE", "POSITION", "CHARINDEX", "FIND_IN_SET":
		return e.find(op, args)
	case "REGEXP_LIKE":
		return unknownValue
	}
	x := make([]float64, len(args))
	for i, a := range args {
		n := e.numeric(a)
		if n.kind != vNumber {
			return unknownValue
		}
		x[i] = n.n
	}
	switch op {
	case "GREATEST", "LEAST":
		out := x[0]
		for _, v := range x[1:] {
			if op == "GREATEST" {
				out = max(out, v)
			} else {
				out = min(out, v)
			}
		}
		return number(out)
	case "SIGN":
		switch {
		case x[0] > 0:
			return number(1)
		case x[0] < 0:
			return number(-1)
		}
		return number(0)
	case "ABS":
		e.fanned = true
		return number(max(x[0], -x[0]))
	case "MOD", "BITAND":
		if len(x) == 2 {
			return e.arithmetic(map[string]string{"MOD": "%", "BITAND": "&"}[op], x[0], x[1])
		}
	case "POW", "POWER":
		if len(x) == 2 && x[1] >= 0 && x[1] <= 64 && x[0] == float64(int64(x[0])) {
			out := 1.0
			for i := 0; i < int(x[1]); i++ {
				out *= x[0]
			}
			return number(out)
		}
	case "FLOOR", "CEIL", "CEILING", "ROUND":
		if x[0] == float64(int64(x[0])) {
			return number(x[0])
		}
	case "BIT_COUNT":
		e.fanned = true
		return number(float64(bits.OnesCount64(uint64(int64(x[0])))))
	}
	return unknownValue
}

// find is the place of one text in another. Letter case may count or not, so a find that depends on it is unknown.
func (e *evaluator) find(op string, args []value) value {
	if len(args) < 2 {
		return unknownValue
	}
	needle, hay := asText(args[0]), asText(args[1])
	if op == "INSTR" || op == "STRPOS" {
		needle, hay = hay, needle
	}
	e.chose = true
	if op == "FIND_IN_SET" {
		for i, s := range strings.Split(hay, ",") {
			if compareText(s, needle, e.choice, false) == 0 {
				return number(float64(i + 1))
			}
		}
		return number(0)
	}
	if needle == "" {
		return unknownValue // 0 or 1, by dialect
	}
	if e.choice.fold == foldUpper || e.choice.fold == foldLocale {
		needle, hay = strings.ToUpper(needle), strings.ToUpper(hay)
	}
	i := strings.Index(hay, needle)
	if i < 0 {
		return number(0)
	}
	return number(float64(utf8.RuneCountInString(hay[:i]) + 1))
}

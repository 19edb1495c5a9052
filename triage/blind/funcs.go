package blind

import (
	"strconv"
	"strings"
	"time"
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

package blind

import (
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"
)

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

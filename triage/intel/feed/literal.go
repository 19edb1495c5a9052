package feed

import (
	"regexp/syntax"
	"strings"
)

// A nameIndex says which file-name expressions are worth trying on a path: those whose literal the path has. Of
// thousands of expressions a handful is left.
type nameIndex struct {
	by     map[string][]int // numbers of rules by the first gram bytes of their literal
	always []int            // rules without one
}

const gram = 3

func (x *nameIndex) add(n int, literal string) {
	if len(literal) < gram {
		x.always = append(x.always, n)
		return
	}
	if x.by == nil {
		x.by = map[string][]int{}
	}
	x.by[literal[:gram]] = append(x.by[literal[:gram]], n)
}

// literal is a text that whatever the expression fits has in it, in lower case: the longest of those that are found
// easily. It is empty if none is.
func literal(expr string) string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return ""
	}
	return required(re.Simplify())
}

func required(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r >= 0x80 {
				return ""
			}
		}
		return strings.ToLower(string(re.Rune))
	case syntax.OpConcat:
		best := ""
		for _, sub := range re.Sub {
			if s := required(sub); len(s) > len(best) {
				best = s
			}
		}
		return best
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	}
	return ""
}

// isASCII reports whether a text has no byte beyond ASCII: then lower case is what expressions that ignore case
// compare (they also take the Kelvin sign for k).
func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

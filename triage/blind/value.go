package blind

import (
	"math"
	"strconv"
	"strings"
)

// A value is what an expression gives, as far as it is known.
type value struct {
	kind valueKind
	s    string
	n    float64
	leaf *leaf // of a part of what only the database knows
	pos  int   // of vPart: first character, from 1; negative from the end
	len  int   // of vPart: characters, -1 up to the end
	bin  bool  // compared byte by byte
	last bool  // of vPart: the character at pos, or the last if the text is shorter
}

type valueKind uint8

const (
	vUnknown valueKind = iota
	vNull
	vNumber
	vString
	vPart // characters pos to pos+len of leaf
)

var unknownValue = value{}

func number(n float64) value { return value{kind: vNumber, n: n} }
func text(s string) value    { return value{kind: vString, s: s} }

func boolean(b bool) value {
	if b {
		return number(1)
	}
	return number(0)
}

// tri is the truth of a value: true, false or unknown. NULL is null.
type tri uint8

const (
	triUnknown tri = iota
	triFalse
	triTrue
	triNull
)

func (v value) truth() tri {
	switch v.kind {
	case vNull:
		return triNull
	case vNumber:
		if v.n != 0 {
			return triTrue
		}
		return triFalse
	case vString:
		if n, ok := toNumber(v.s); ok {
			return number(n).truth()
		}
	}
	return triUnknown
}

func (t tri) value() value {
	switch t {
	case triTrue:
		return number(1)
	case triFalse:
		return number(0)
	case triNull:
		return value{kind: vNull}
	}
	return unknownValue
}

func (t tri) not() tri {
	switch t {
	case triTrue:
		return triFalse
	case triFalse:
		return triTrue
	}
	return t
}

func and(a, b tri) tri {
	switch {
	case a == triFalse || b == triFalse:
		return triFalse
	case a == triUnknown || b == triUnknown:
		return triUnknown
	case a == triNull || b == triNull:
		return triNull
	}
	return triTrue
}

func or(a, b tri) tri {
	switch {
	case a == triTrue || b == triTrue:
		return triTrue
	case a == triUnknown || b == triUnknown:
		return triUnknown
	case a == triNull || b == triNull:
		return triNull
	}
	return triFalse
}

// toNumber reads a string that is a number and nothing else.
func toNumber(s string) (float64, bool) {
	t := strings.TrimSpace(s)
	n, err := strconv.ParseFloat(t, 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) && !strings.ContainsAny(t, "xXpP_iI")
}

// A dialectChoice is one way in which databases differ where a payload does not say which one answers. What follows
// from an answer is only what follows under every choice that is left.
type dialectChoice struct {
	of        dialect // databases that may behave so
	emptyNull bool    // '' is NULL
	codeNull  bool    // ASCII('') is NULL, not 0
	fold      uint8
}

// Ways to compare strings.
const (
	foldNone   = iota // byte by byte
	foldUpper         // without case, in the order of upper-case codes
	foldLocale        // without case, punctuation before digits before letters
	foldTie           // as foldLocale, but equal only if equal byte by byte
)

// A dialect is a set of database systems.
type dialect uint8

const (
	mysql dialect = 1 << iota
	postgres
	mssql
	oracle
	sqlite
	anyDialect = mysql | postgres | mssql | oracle | sqlite
)

var dialectChoices = [...]dialectChoice{
	{of: mysql | postgres, fold: foldNone},
	{of: mysql, fold: foldUpper},
	{of: mysql, fold: foldLocale},
	{of: postgres, fold: foldTie},
	{of: mssql | sqlite, codeNull: true, fold: foldNone},
	{of: mssql, codeNull: true, fold: foldUpper},
	{of: mssql, codeNull: true, fold: foldLocale},
	{of: oracle, codeNull: true, emptyNull: true, fold: foldNone},
}

// fold1 is a character as collations without case and accents compare it.
func fold1(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return r - 32
	case r >= 0xc0 && r < 0x180:
		const plain = "AAAAAAACEEEEIIIIDNOOOOO*OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO/OUUUUYTY"
		if r < 0x100 {
			return rune(plain[r-0xc0])
		}
	}
	return r
}

// weight orders a character under the third choice.
func weight(r rune) int {
	f := fold1(r)
	switch {
	case f >= 'A' && f <= 'Z':
		return 0x20000 + int(f)
	case f >= '0' && f <= '9':
		return 0x10000 + int(f)
	}
	return int(f)
}

// compareText compares two strings under a choice.
func compareText(a, b string, c dialectChoice, bin bool) int {
	if bin || c.fold == foldNone {
		return strings.Compare(a, b)
	}
	ra, rb := []rune(strings.TrimRight(a, " ")), []rune(strings.TrimRight(b, " "))
	for i := 0; i < len(ra) && i < len(rb); i++ {
		x, y := int(fold1(ra[i])), int(fold1(rb[i]))
		if c.fold != foldUpper {
			x, y = weight(ra[i]), weight(rb[i])
		}
		if x != y {
			return x - y
		}
	}
	if len(ra) == len(rb) && c.fold == foldTie {
		return strings.Compare(a, b)
	}
	return len(ra) - len(rb)
}

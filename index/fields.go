package index

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"spoor/triage"
)

// A FieldDoc describes a field of the query language, for help and completion.
type FieldDoc struct {
	Name    string
	Values  string // what a value means
	Example string
}

// Fields lists the fields of the query language.
//
// Matching is by bytes. "Raw or decoded" means that a value is looked for in the text as logged and in its
// fullest decoding. Where case does not matter, that is so for ASCII letters. "*" and "?" work in every text
// value that is not quoted, and then the value has to fit the whole text, without regard to case. A value
// written ="..." is the whole text as logged, byte for byte.
//
// The empty text "" stands for what has no such value: an empty text, an unknown number or time, no finding, no
// verdict.
//
// A query that uses a field of requests alone finds no files, and the other way round.
func Fields() []FieldDoc {
	out := make([]FieldDoc, len(fieldSpecs))
	for i, f := range fieldSpecs {
		out[i] = FieldDoc{f.name, f.values, f.example}
	}
	return out
}

// Tests that a field makes of a value.
type (
	// textNode tests a column of texts.
	textNode struct {
		column   column
		pattern  pattern
		contains bool         // the text contains the pattern, which has no wildcard
		folded   bool         // case does not matter
		decoded  bool         // the decoded text counts too
		prefix   netip.Prefix // for addresses: the network, if it is valid
	}
	// rangeNode tests a column of numbers; values below 0 and, in a status or time, 0 are unknown and never match.
	rangeNode struct {
		column intColumn
		lo, hi int64 // inclusive
	}
	// signNode tests the findings of a request. Exactly one of rule, class and level is what it looks at.
	signNode struct {
		rule, class *pattern
		lo, hi      triage.Level
	}
	// hourNode tests the hour of the day, UTC; lo may be above hi, over midnight.
	hourNode struct{ lo, hi int64 }
	// sourceNode tests the path of a source, and unless it is exact its base name and key.
	sourceNode struct {
		pattern pattern
		exact   bool
	}
	actorNode   struct{ name string }
	refNode     struct{ ref string }
	isNode      struct{ what string }
	verdictNode struct{ pattern pattern }
	noteNode    struct{ phrase phrase }
	hashNode    struct{ pattern pattern }
	nameNode    struct{ pattern pattern }
)

// A fieldSpec is a field: how it is called, and which test a value makes.
type fieldSpec struct {
	name, values, example string
	test                  func(v value) (node, error)
}

var fieldSpecs []fieldSpec

func init() { fieldSpecs = makeFields() } // a table that names functions which read the table

func makeFields() []fieldSpec {
	return []fieldSpec{
		{"ip", "the client: address, network (CIDR), or host name", "ip:203.0.113.0/24", ipTest},
		{"method", "the whole method, whatever its case", "method:POST", wholeTest(colMethod, true)},
		{"path", "the whole path, raw or decoded; of files too", "path:/upload/*.php", pathTest},
		{"query", "text in the query string, raw or decoded", "query:\"union select\"", containsTest(colQuery)},
		{"status", "number, class, comparison or range", "status:>=400", rangeTest(intStatus)},
		{"size", "bytes answered, or of a file: number, comparison or range", "size:1000..2000", rangeTest(intSize)},
		{"millis", "time taken in ms: number, comparison or range", "millis:>5000", rangeTest(intMillis)},
		{"line", "number of the line in its file: number, comparison or range", "line:100..200", rangeTest(intLine)},
		{"ua", "text in the user agent", "ua:sqlmap", containsTest(colAgent)},
		{"referer", "text in the referer, raw or decoded", "referer:example.com", containsTest(colReferer)},
		{"body", "text in what was sent after the headers, raw or decoded, where the log has it", "body:whoami", containsTest(colBody)},
		{"answer", "text in what was answered, where the log has it", "answer:root", containsTest(colAnswer)},
		{"host", "the whole virtual host, whatever its case", "host:www.example.com", wholeTest(colHost, true)},
		{"user", "the whole user name, whatever its case", "user:admin", wholeTest(colUser, true)},
		{"source", "path or base name of the evidence file, or its key", "source:access.log*", sourceTest},
		{"class", "class of a finding", "class:sqli", classTest},
		{"rule", "id of the rule of a finding", "rule:sqli-*", ruleTest},
		{"level", "highest level of the findings, or comparison", "level:>=medium", levelTest},
		{"actor", "reference, name or number of an intruder", "actor:1", actorTest},
		{"reason", "text in why a line is no request", "reason:\"no time\"", containsTest(colReject)},
		{"hash", "MD5, SHA-1 or SHA-256 of a file, or its beginning with *", "hash:d41d8cd9*", hashTest},
		{"name", "base name of a file, whatever its case", "name:up*.aspx", nameTest},
		{"verdict", "the analyst's verdict, or that on a file", "verdict:confirmed", verdictTest},
		{"note", "words of a note on the record", "note:shell", noteTest},
		{"ref", "a reference, or its beginning", "ref:r:3f9a12.23722", refTest},
		{"is", "request, rejected, finding, noted or file", "is:rejected", isTest},
		{"day", "day (UTC) or range of days", "day:2025-03-08..2025-03-10", daysTest},
		{"hour", "hour of the day (UTC), 0 to 23, or range, over midnight too", "hour:22..5", hourTest},
		{"time", "day, hour, minute, second or millisecond (UTC), as far as it is written, or range", "time:2025-03-08T03:14", momentTest},
		{"after", "at this time (UTC) or later", "after:2025-03-08T03:00", timeTest(true)},
		{"before", "before this time (UTC)", "before:2025-03-09", timeTest(false)},
	}
}

func fieldNamed(name string) *fieldSpec {
	for i := range fieldSpecs {
		if fieldSpecs[i].name == name {
			return &fieldSpecs[i]
		}
	}
	return nil
}

func fieldNames() []string {
	var out []string
	for _, f := range fieldSpecs {
		out = append(out, f.name)
	}
	return out
}

// whole is the test that a text is v as a whole.
func whole(c column, v value, folded bool) textNode {
	n := textNode{column: c, pattern: v.pattern, folded: (folded || v.hasWild()) && !v.exact}
	if n.folded {
		n.pattern.text = fold(v.text)
	}
	return n
}

func wholeTest(c column, folded bool) func(value) (node, error) {
	return func(v value) (node, error) { return whole(c, v, folded), nil }
}

func pathTest(v value) (node, error) {
	n := whole(colPath, v, false)
	n.decoded = !v.exact
	return n, nil
}

func containsTest(c column) func(value) (node, error) {
	return func(v value) (node, error) {
		n := whole(c, v, true)
		n.decoded = !v.exact
		n.contains = !v.exact && !v.hasWild() && v.text != ""
		return n, nil
	}
}

func ipTest(v value) (node, error) {
	n := whole(colClient, v, true)
	if v.exact || v.hasWild() {
		return n, nil
	}
	if strings.Contains(v.text, "/") {
		p, err := netip.ParsePrefix(v.text)
		if err != nil {
			return nil, errors.New("want an address or a network such as 203.0.113.0/24 or 2001:db8::/32")
		}
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		n.prefix = p.Masked()
	} else if a, err := netip.ParseAddr(v.text); err == nil {
		a = a.WithZone("").Unmap()
		n.prefix = netip.PrefixFrom(a, a.BitLen())
	}
	return n, nil
}

// rangeTest reads 404, 4xx, >=400, >400, <=9, <9, 400..499.
func rangeTest(c intColumn) func(value) (node, error) {
	return func(v value) (node, error) {
		if v.text == "" {
			return unknown(c), nil
		}
		lo, hi, err := parseRange(v.text, c == intStatus)
		if err != nil {
			return nil, err
		}
		return rangeNode{c, lo, hi}, nil
	}
}

// unknown is the test that a column of numbers says nothing.
func unknown(c intColumn) node { return notNode{rangeNode{c, -maxInt, maxInt}} }

const maxInt = int64(^uint64(0) >> 1)

func parseRange(s string, classes bool) (lo, hi int64, err error) {
	number := func(t string) int64 {
		n, e := strconv.ParseInt(t, 10, 64)
		if (e != nil || n < 0) && err == nil {
			err = fmt.Errorf("%q is no number; want such as 404, >=400 or 400..499", triage.VisibleN(t, 40))
		}
		return n
	}
	if classes && len(s) == 3 && s[0]-'0' < 10 && strings.Trim(s[1:], "xX*?") == "" {
		s = s[:1] + "00.." + s[:1] + "99"
	}
	from, to, isRange := strings.Cut(s, "..")
	switch {
	case isRange:
		lo, hi = number(from), number(to)
	case strings.HasPrefix(s, ">="):
		lo, hi = number(s[2:]), maxInt
	case strings.HasPrefix(s, "<="):
		lo, hi = 0, number(s[2:])
	case strings.HasPrefix(s, ">"):
		lo, hi = number(s[1:]), maxInt
		if lo++; lo < 0 {
			lo, hi = 1, 0
		}
	case strings.HasPrefix(s, "<"):
		lo, hi = 0, number(s[1:])-1
	default:
		lo = number(s)
		hi = lo
	}
	return lo, hi, err
}

func sourceTest(v value) (node, error) { return sourceNode{v.pattern, v.exact}, nil }

// anything is a pattern that every text but the empty one fits.
var anything = pattern{"?*", []bool{true, true}}

// noFinding is the test that a record has no finding.
func noFinding() node { return notNode{signNode{rule: &anything}} }

func classTest(v value) (node, error) {
	if v.text == "" {
		return noFinding(), nil
	}
	p := foldedPattern(v)
	if !v.hasWild() && !slices.Contains(triage.Classes, triage.Class(p.text)) {
		names := make([]string, len(triage.Classes))
		for i, c := range triage.Classes {
			names[i] = string(c)
		}
		return nil, fmt.Errorf("no class %q; want one of %s", triage.VisibleN(v.text, 40), strings.Join(names, " "))
	}
	return signNode{class: &p}, nil
}

func ruleTest(v value) (node, error) {
	if v.text == "" {
		return noFinding(), nil
	}
	p := foldedPattern(v)
	return signNode{rule: &p}, nil
}

func foldedPattern(v value) pattern { return pattern{fold(v.text), v.wild} }

func levelTest(v value) (node, error) {
	if v.text == "" {
		return noFinding(), nil
	}
	text, n := v.text, signNode{lo: triage.None, hi: triage.Critical}
	op := text[:len(text)-len(strings.TrimLeft(text, "<>="))]
	level, err := triage.ParseLevel(text[len(op):])
	if err != nil {
		return nil, err
	}
	switch op {
	case "":
		n.lo, n.hi = level, level
	case ">=":
		n.lo = level
	case ">":
		n.lo = level + 1
	case "<=":
		n.hi = level
	case "<":
		n.hi = level - 1
	default:
		return nil, fmt.Errorf("no comparison %q; want >=, >, <= or <", op)
	}
	return n, nil
}

func actorTest(v value) (node, error) { return actorNode{fold(v.text)}, nil }

func hashTest(v value) (node, error) {
	p := foldedPattern(v)
	if !v.hasWild() && len(p.text) != 32 && len(p.text) != 40 && len(p.text) != 64 {
		return nil, errors.New("want a whole MD5, SHA-1 or SHA-256 in hex, or its beginning and *")
	}
	return hashNode{p}, nil
}

func nameTest(v value) (node, error) { return nameNode{foldedPattern(v)}, nil }

func verdictTest(v value) (node, error) {
	if v.text == "" {
		return notNode{verdictNode{anything}}, nil
	}
	return verdictNode{foldedPattern(v)}, nil
}

func noteTest(v value) (node, error) { return noteNode{newPhrase(v.pattern)}, nil }

func refTest(v value) (node, error) { return refNode{strings.TrimSuffix(v.text, "*")}, nil }

func isTest(v value) (node, error) {
	what := fold(v.text)
	if !slices.Contains([]string{"request", "rejected", "finding", "noted", "file"}, what) {
		return nil, fmt.Errorf("want request, rejected, finding, noted or file instead of %q", triage.VisibleN(v.text, 40))
	}
	return isNode{what}, nil
}

// match reports whether a text of the column passes. plain is its decoding, empty if it has none.
func (n *textNode) match(text, plain string) bool {
	if n.prefix.IsValid() {
		a, err := netip.ParseAddr(text)
		if err == nil {
			return n.prefix.Contains(a.WithZone("").Unmap())
		}
		return n.prefix.IsSingleIP() && equalFold(text, n.pattern.text)
	}
	return n.matchOne(text) || plain != "" && n.decoded && n.matchOne(plain)
}

func (n *textNode) matchOne(text string) bool {
	switch {
	case n.contains:
		return containsFold(text, n.pattern.text)
	case n.pattern.hasWild():
		return n.pattern.match(text, n.folded)
	case n.folded:
		return equalFold(text, n.pattern.text)
	}
	return text == n.pattern.text
}

// match reports whether a request with such signs passes.
func (n *signNode) match(signs []sign) bool {
	if n.rule == nil && n.class == nil {
		l := highest(signs)
		return n.lo <= l && l <= n.hi
	}
	return slices.ContainsFunc(signs, func(s sign) bool {
		if n.rule != nil {
			return n.rule.match(s.Rule, true)
		}
		return n.class.match(string(s.Class), true)
	})
}

// match reports whether a source passes.
func (n sourceNode) match(src *triage.Source) bool {
	if n.exact {
		return n.pattern.text == src.Path
	}
	base := src.Path[strings.LastIndexAny(src.Path, `/\`)+1:]
	return n.pattern.match(src.Path, false) || n.pattern.match(base, false) || !n.pattern.hasWild() && n.pattern.text == src.Key
}

package triage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Place is a set of the parts of a request that a rule reads.
type Place int

// The places. A rule over InTarget reads path and query as one text, decoded; over InQuery it reads each
// parameter by itself.
const (
	InPath Place = 1 << iota
	InQuery
	InName // names of parameters
	InTarget
	InAgent
	InReferer
	InMethod // "METHOD path protocol"
	InShell  // any of the above without the quotes and escapes that a shell drops
	InHost   // the host asked for

	// InAny is every place where a client can put a payload.
	InAny = InPath | InQuery | InName | InAgent | InReferer | InHost
)

// A Rule is one detection as data. It fires when a word of Words is in the text, if there are any, and
// Pattern matches, if there is one, and the SQL tokenizer saw Sign, if there is one. All of them read
// text that is decoded and in lower case.
type Rule struct {
	ID     string // never reused
	Class  Class
	Level  Level
	Field  Place
	Why    string // one clause a responder can judge
	Source string // where the attack or the product's hole is described

	Words   []string // lower-case literals
	Needs   string   // bytes that must all be in the text; spares Pattern where Words are common
	Pattern string   // RE2; the group named "target" becomes Finding.Target
	Except  string   // RE2; a text that it matches is no finding
	Sign    sqlSign  // of the SQL tokenizer
	Last    bool     // asked only where no rule before it in the table found as much in the same field
	Product string   // whose known hole is looked for
	CVE     string

	// Hit and Miss are requests that must and must not fire the rule: "METHOD target" and, if it is not
	// HTTP/1.1, the protocol; "agent: text"; "referer: text"; or "host: text".
	Hit  []string
	Miss []string
}

// Rules returns every rule, in the order of the tables. The caller may change the slice, not what the
// rules hold.
func Rules() []Rule {
	return slices.Concat(sqlRules, xssRules, traversalRules, commandRules, codeRules, injectionRules,
		protocolRules, shellRules(), scannerRules(), holeRules(), fileProbeRules())
}

// RuleSetHash is the hex SHA-256 over everything that makes a rule fire, in the order of the rules. Two
// runs with the same hash judge alike.
func RuleSetHash() string { return ruleSetHash() }

var ruleSetHash = sync.OnceValue(func() string {
	h := sha256.New()
	for _, r := range slices.Concat(Rules(), bodyRules, queryRules) {
		fmt.Fprintf(h, "%q %q %d %d %q %q %q %q %q %d %t\n", r.ID, r.Class, r.Level, r.Field, r.Why, r.Words, r.Needs, r.Pattern, r.Except, r.Sign, r.Last)
	}
	return hex.EncodeToString(h.Sum(nil))
})

// A compiledRule is a Rule ready to run. Its patterns are compiled when they are first asked for: a log needs
// few of them.
type compiledRule struct {
	*Rule
	writes  bool // the pattern has the group "target"
	once    sync.Once
	pattern *regexp.Regexp // nil if words suffice
	except  *regexp.Regexp // nil if there is none
	target  int            // number of the group "target" in pattern, or -1
}

// compileRules prepares the rules.
func compileRules(rules []Rule) []compiledRule {
	out := make([]compiledRule, len(rules))
	for i := range rules {
		out[i].Rule = &rules[i]
		out[i].writes = strings.Contains(rules[i].Pattern, "(?P<target>")
	}
	return out
}

// patterns compiles the patterns of the rule, once. A broken pattern is a bug in a table, found by the test that
// walks it.
func (r *compiledRule) patterns() (pattern, except *regexp.Regexp, target int) {
	r.once.Do(func() {
		r.target = -1
		if r.Except != "" {
			r.except = mustCompile(r.ID, r.Except)
		}
		if r.Pattern != "" {
			r.pattern = mustCompile(r.ID, r.Pattern)
			r.target = r.pattern.SubexpIndex("target")
		}
	})
	return r.pattern, r.except, r.target
}

func mustCompile(id, pattern string) *regexp.Regexp {
	re, err := regexp.Compile(pattern)
	if err != nil {
		panic("triage: rule " + id + ": " + err.Error())
	}
	return re
}

// listed reads an embedded list: one entry a line, "#" starts a comment.
func listed(text string) []string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

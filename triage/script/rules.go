package script

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"spoor/triage"
)

// A Rule is one thing that a script may show. It fires where a value reaches a sink, or where a pattern matches
// the code, comments left out and constants folded; see flowRules and textRules.
type Rule struct {
	ID     string // never reused
	Class  triage.Class
	Level  triage.Level
	Gate   triage.Level // highest level in a file that asks who the client is; None leaves Level
	Why    string       // one clause a responder can judge
	Source string       // where the technique is described

	kind  sinkKind
	needs origin // one of these has to reach the sink
	with  origin // and one of these stand beside it: in the content that is written, in the arguments of the call
	whole bool   // with no constant text beside it
	test  func(v value) bool

	Words   []string // of textRules: one of these must be in the code, lower case
	All     []string // and all of these
	Pattern string   // and RE2 over the code in lower case; empty for none
	Langs   []language

	// Hit and Miss are files that must and must not fire the rule.
	Hit  []Sample
	Miss []Sample
}

// A Sample is a file as a rule's table has it: inert text that is only ever read.
type Sample struct {
	Name string // which tells the language
	Text string
}

func (r *Rule) fits(v, beside value) bool {
	switch {
	case r.needs != 0 && v.from&r.needs == 0:
		return false
	case r.with != 0 && beside.from&r.with == 0:
		return false
	case r.whole && v.mixed:
		return false
	}
	return r.test == nil || r.test(v)
}

func (r *Rule) finding(match string, level triage.Level) triage.Finding {
	class := r.Class
	if class == "" {
		class = triage.WebshellUse
	}
	return triage.Finding{Rule: r.ID, Class: class, Level: level, Field: "content", Match: triage.VisibleN(match, triage.MaxMatch/2), Why: r.Why}
}

// Rules lists every rule. The caller may change the slice, not what the rules hold.
func Rules() []Rule {
	out := append([]Rule(nil), flowRules...)
	out = append(out, textRules...)
	return append(out, configRules...)
}

var rulesByID = func() map[string]*Rule {
	m := map[string]*Rule{}
	for _, list := range [][]Rule{flowRules, textRules, configRules} {
		for i := range list {
			m[list[i].ID] = &list[i]
		}
	}
	return m
}()

// ruleByID gives a rule that the code names; one that is not in the tables is a bug found by every test.
func ruleByID(id string) *Rule {
	r := rulesByID[id]
	if r == nil {
		panic("script: no rule " + id)
	}
	return r
}

// RuleSetHash is the hex SHA-256 over everything that makes a rule fire. Two programs with the same hash say the
// same of a file, as far as their tables go.
func RuleSetHash() string {
	h := sha256.New()
	for _, r := range Rules() {
		fmt.Fprintf(h, "%q %q %d %d %q %d %d %d %t %q %q %q\n", r.ID, r.Class, r.Level, r.Gate, r.Why, r.kind, r.needs, r.with, r.whole, r.Words, r.All, r.Pattern)
	}
	for _, s := range sinkTable {
		fmt.Fprintf(h, "%d %q %d %d\n", s.langs, s.names, s.kind, s.arg)
	}
	return hex.EncodeToString(h.Sum(nil))
}

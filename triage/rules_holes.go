package triage

import (
	"slices"
	"strings"
)

// A hole is a known hole of a product that is recognised by the target of the request that looks for
// it or uses it. Each has a request that fires the rule; miss is one that must not: where the product's owner
// sends something like it every day, that.
//
// The choice: holes of products that stand on the web, found by the path or the query alone, that are in
// CISA's list of holes known to be exploited (https://www.cisa.gov/known-exploited-vulnerabilities-catalog), have
// a module in Metasploit or a template in projectdiscovery/nuclei-templates, and scans in many logs. Those that
// show only in a header or body (Struts CVE-2017-5638, React CVE-2025-55182) are not here.
type hole struct {
	id      string
	level   Level
	product string
	cve     string // or where the hole is described, if it has no number
	word    string // in the decoded target, lower case; "|" between several of which one must be there
	pattern string // over the decoded target, if the word does not suffice
	hit     string // a request that fires the rule
	miss    string // a request that must not, or empty

	except string // pattern over the decoded target of what is no finding
}

// holeRules makes a rule of each hole.
func holeRules() []Rule {
	var out []Rule
	for _, h := range slices.Concat(holesPHP, holesWordPress, holesJava, holesMicrosoft, holesGateways, holesDevices, holesServices) {
		r := Rule{
			ID: "hole-" + h.id, Class: Probe, Level: h.level, Field: InTarget,
			Words: strings.Split(h.word, "|"), Pattern: h.pattern, Except: h.except, Product: h.product,
			Why: "looks for a known hole of " + h.product,
			Hit: []string{h.hit}, Miss: []string{"GET /", "GET /index.html?a=b"},
			Source: h.cve,
		}
		if h.miss != "" {
			r.Miss = append(r.Miss, h.miss)
		}
		if strings.HasPrefix(h.cve, "CVE-") {
			r.CVE = h.cve
			r.Source = "https://nvd.nist.gov/vuln/detail/" + h.cve
			r.Why += " (" + h.cve + ")"
		}
		out = append(out, r)
	}
	return out
}

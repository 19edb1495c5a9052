package triage_test

import (
	"regexp"
	"strings"
	"testing"

	"spoor/triage"
)

var cveForm = regexp.MustCompile(`^CVE-(?:199\d|20[0-4]\d)-\d{4,7}$`)

// The holes are at least the two hundred that were promised; each names its product and either a CVE number of the
// right form or the page that describes it. That each fires on its sample and not on its owner's daily use,
// TestRules shows.
func TestHoles(t *testing.T) {
	n, cves, owners := 0, map[string]bool{}, 0
	for _, r := range triage.Rules() {
		if !strings.HasPrefix(r.ID, "hole-") {
			continue
		}
		n++
		if r.Product == "" {
			t.Errorf("%s: no product", r.ID)
		}
		if r.CVE != "" && (!cveForm.MatchString(r.CVE) || !strings.HasSuffix(r.Source, "/"+r.CVE)) {
			t.Errorf("%s: %q is no CVE number, or %q is not its page", r.ID, r.CVE, r.Source)
		}
		if r.CVE == "" && !strings.HasPrefix(r.Source, "https://") {
			t.Errorf("%s: source %q", r.ID, r.Source)
		}
		if r.Level > triage.Medium {
			t.Errorf("%s: level %s: a look for a hole is no proof of one", r.ID, r.Level)
		}
		cves[r.CVE] = true
		if len(r.Miss) > 2 {
			owners++
		}
	}
	if n < 200 || len(cves) < 200 || owners < 200 {
		t.Errorf("%d holes with %d CVE numbers, %d with a miss of their own; want 200 of each or more", n, len(cves), owners)
	}
}

package triage_test

import (
	"strings"
	"testing"

	"spoor/triage"
)

// sampleFindings judges a rule's sample: "METHOD target", "agent: text", "referer: text" or "host: text".
func sampleFindings(j *triage.Judge, sample string) []triage.Finding {
	head, rest, _ := strings.Cut(sample, " ")
	switch head {
	case "agent:":
		return j.Agent(rest)
	case "referer:":
		return j.Referer(rest)
	case "host:":
		return j.Host(rest)
	}
	protocol := "HTTP/1.1"
	if target, odd, ok := strings.Cut(rest, " HTTP/"); ok {
		rest, protocol = target, "HTTP/"+odd
	}
	path, query, _ := strings.Cut(rest, "?")
	return j.URI(head, path, query, protocol)
}

func fires(found []triage.Finding, rule string) bool {
	for _, f := range found {
		if f.Rule == rule {
			return true
		}
	}
	return false
}

func TestRules(t *testing.T) {
	j := triage.NewJudge()
	ids := map[string]bool{}
	for _, r := range triage.Rules() {
		if ids[r.ID] {
			t.Errorf("%s: id used twice", r.ID)
		}
		ids[r.ID] = true
		if r.Source == "" || r.Why == "" || r.Class == "" || r.Level == triage.None || r.Field == 0 {
			t.Errorf("%s: source, why, class, level or field is missing", r.ID)
		}
		if len(r.Hit) == 0 {
			t.Errorf("%s: no sample that must fire", r.ID)
		}
		if len(r.Words) == 0 {
			t.Errorf("%s: no words: it would never be asked", r.ID)
		}
		for _, w := range r.Words {
			if w == "" || strings.ContainsAny(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
				t.Errorf("%s: word %q is empty or not in lower case", r.ID, w)
			}
		}
		for _, s := range r.Hit {
			if f := sampleFindings(j, s); !fires(f, r.ID) {
				t.Errorf("%s: does not fire on %q (found %+v)", r.ID, s, f)
			}
		}
		for _, s := range r.Miss {
			if fires(sampleFindings(j, s), r.ID) {
				t.Errorf("%s: fires on %q", r.ID, s)
			}
		}
	}
}

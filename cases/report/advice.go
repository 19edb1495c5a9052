package report

// Advice: what to do now, as far as it follows from this case. A rule is a value with its reason and its source; it
// speaks only if the report has what it rests on, and says what that is.

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"spoor/triage"
	"spoor/triage/outcome"
)

// The phases of advice, in the order of doing.
const (
	Contain  = "contain"
	Preserve = "preserve"
	Recover  = "recover"
)

// An Advice is one thing to do.
type Advice struct {
	Rule   string   `json:"rule"`  // id of the rule that gave it; never reused
	Phase  string   `json:"phase"` // Contain, Preserve or Recover
	Text   string   `json:"text"`
	Why    string   `json:"why"`
	Source string   `json:"source"` // what the advice is taken from
	Refs   []string `json:"refs"`   // what of this case it rests on
}

// An adviceRule gives advice if ground finds what it rests on: what is to be named in the text, if it has a place for it
// (%s), and the references.
type adviceRule struct {
	id, phase string
	ground    func(*Report) (what []string, refs []string)
	text      string
	why       string
	source    string
}

// The sources of advice.
const (
	nist61   = "NIST SP 800-61r2, 3.3.1 to 3.3.4 (https://doi.org/10.6028/NIST.SP.800-61r2)"
	nist86   = "NIST SP 800-86, 3.1 (https://doi.org/10.6028/NIST.SP.800-86)"
	owaspSQL = "OWASP SQL Injection Prevention Cheat Sheet (https://cheatsheetseries.owasp.org/)"
	attackM  = "ATT&CK mitigations "
)

// adviceRules are the rules, in the order of doing within each phase.
var adviceRules = []adviceRule{
	{id: "shell-isolate", phase: Contain, ground: usedShells,
		text: "Cut the server that holds %s off from other systems, or answer requests for it with an error before the server sees them; do not delete it yet.",
		why:  "a web shell obeys whoever knows its path; one that is deleted can no longer be examined, and its owner is warned", source: nist61},
	{id: "block-clients", phase: Contain, ground: intruderClients,
		text: "Block %s at the border, and look for them in the logs of other systems. An address may be shared by people who did nothing, and an intruder can come back from another: this buys time and closes nothing.",
		why:  "they used a shell or made an attack work", source: nist61},
	{id: "guessed-account", phase: Contain, ground: worked(triage.Bruteforce),
		text: "Lock the accounts whose password was guessed at %s, end their sessions, and read what they did since.",
		why:  "answers to the guesses changed as they do when one is right", source: attackM + "M1036, M1027, M1032 (https://attack.mitre.org/mitigations/)"},
	{id: "preserve-image", phase: Preserve, ground: usedShells,
		text: "Take an image of disk and memory of that server before anything on it is removed or restarted, and record the SHA-256 of the images; only then remove %s.",
		why:  "what runs in memory goes with a restart, and times on disk with a clean-up", source: nist86},
	{id: "preserve-events", phase: Preserve, ground: unseenCommands,
		text: "Secure, before they rotate: the server's process and authentication logs, the database's query log, and logs of what the server connected to.",
		why:  "access logs hold no request bodies, so what was done through the shell is not known from this evidence", source: nist86},
	{id: "processes-host", phase: Contain, ground: serverProcesses,
		text: "Treat %s as taken over, not only the site on it: look for further accounts, jobs and connections from the first of these processes on.",
		why:  "the web server or database started processes that do what intruders do", source: nist61},
	{id: "sqli-parameters", phase: Recover, ground: worked(triage.SQLi),
		text: "Bind values as parameters instead of putting them into SQL text at %s, and look for the same code elsewhere.",
		why:  "injection there had an effect that the logs show", source: owaspSQL},
	{id: "sqli-write", phase: Recover, ground: samples(triage.SQLi, `(?i)into\s+(?:out|dump)file`),
		text: "Take the right to write files from the site's database account, and the right to write into the web root from the database's system account.",
		why:  "injection asked the database to write a file", source: owaspSQL},
	{id: "secrets-read", phase: Recover, ground: reads("a credential", "a password hash"),
		text: "Have the passwords and keys changed that came back from %s, wherever else they are used too, and end the sessions of these accounts.",
		why:  "injection read values that look like credentials or password hashes; a hash can be guessed offline", source: attackM + "M1027, M1026 (https://attack.mitre.org/mitigations/)"},
	{id: "notify", phase: Recover, ground: personal,
		text: "Ask who has to be told, and by when: values that look like personal data came back (%s). The section Data read has the counts.",
		why:  "duties to notify run from the time one knows", source: "for example Regulation (EU) 2016/679, articles 33 and 34"},
	{id: "traversal-read", phase: Recover, ground: worked(triage.Traversal),
		text: "Allow only names from a list at %s, and change every password and key in the files that could be read there.",
		why:  "answers there follow the file that was asked for", source: "OWASP Web Security Testing Guide, path traversal (https://owasp.org/www-project-web-security-testing-guide/)"},
	{id: "rce-point", phase: Recover, ground: worked(triage.RCE),
		text: "Take %s out of service until it is mended or patched, and rebuild what ran behind it from a source known to be good.",
		why:  "commands or code sent there had an effect that the logs show", source: attackM + "M1051 (https://attack.mitre.org/mitigations/M1051/)"},
	{id: "upload-point", phase: Recover, ground: worked(triage.Upload),
		text: "Store what is uploaded at %s outside the web root, under names of the server's own, and let nothing there be run.",
		why:  "a file sent there answers", source: "OWASP File Upload Cheat Sheet (https://cheatsheetseries.owasp.org/)"},
	{id: "shell-secrets", phase: Recover, ground: usedShells,
		text: "Change every password, key and token that the account of the web server could read (configuration files, database, neighbouring services) after %s is gone, not before.",
		why:  "whoever uses a shell can read what the server's account can read; whether they did, these logs do not say", source: nist61},
	{id: "rebuild", phase: Recover, ground: strangeFiles,
		text: "Restore the web root from a copy known to be good, instead of removing single files, after looking at %s.",
		why:  "a shell was there, and these files are known bad, not as the baseline has them, or scripts that no list of good files has", source: nist61},
}

// maxNamed bounds what one piece of advice names; the rest is counted.
const maxNamed = 6

// Advise gives the advice that follows from what r says, in the order of doing.
func Advise(r *Report) []Advice {
	out := []Advice{}
	for _, phase := range []string{Contain, Preserve, Recover} {
		for _, rule := range adviceRules {
			if rule.phase != phase {
				continue
			}
			what, refs := rule.ground(r)
			if len(refs) == 0 {
				continue
			}
			what = distinct(what)
			text := rule.text
			if strings.Contains(text, "%s") {
				named := strings.Join(what[:min(len(what), maxNamed)], ", ")
				if n := len(what) - maxNamed; n > 0 {
					named += fmt.Sprintf(" and %d more", n)
				}
				text = fmt.Sprintf(text, named)
			}
			out = append(out, Advice{Rule: rule.id, Phase: phase, Text: text, Why: rule.why, Source: rule.source, Refs: distinct(refs)})
		}
	}
	return out
}

// distinct is a list with each entry once, in order.
func distinct(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// usedShells are the web shells, with what planted them.
func usedShells(r *Report) (what, refs []string) {
	for i := range r.Webshells {
		w := &r.Webshells[i]
		what, refs = append(what, w.Path), append(refs, w.Ref)
		if w.PlantedBy != nil {
			refs = append(refs, w.PlantedBy.Ref)
		}
	}
	return what, refs
}

// intruderClients are the clients of those who used a shell, and those of attacks that worked.
func intruderClients(r *Report) (what, refs []string) {
	for _, in := range r.Intruders {
		if len(in.Shells) > 0 {
			what, refs = append(what, in.Clients...), append(refs, in.Ref)
		}
	}
	for _, a := range r.Worked {
		what, refs = append(what, a.Client), append(refs, attackRefs(&a)...)
	}
	return what, refs
}

func attackRefs(a *outcome.Attack) []string {
	var refs []string
	for _, why := range a.Reasons {
		refs = append(refs, why.Refs[:min(len(why.Refs), 3)]...)
	}
	return refs
}

// worked are the places where attacks of a class worked.
func worked(class triage.Class) func(*Report) ([]string, []string) {
	return func(r *Report) (what, refs []string) {
		for _, a := range r.Worked {
			if a.Class == class && outcome.Worked(a.Outcome) {
				what, refs = append(what, a.Place()), append(refs, attackRefs(&a)...)
			}
		}
		return what, refs
	}
}

// samples are the findings of a class whose match fits.
func samples(class triage.Class, pattern string) func(*Report) ([]string, []string) {
	fits := regexp.MustCompile(pattern)
	return func(r *Report) (what, refs []string) {
		for _, c := range r.Findings {
			for _, s := range c.Samples {
				if c.Class == class && fits.MatchString(s.Match) {
					what, refs = append(what, s.Target), append(refs, s.Ref)
				}
			}
		}
		return what, refs
	}
}

// reads are the values read that look like one of the kinds.
func reads(kinds ...string) func(*Report) ([]string, []string) {
	return func(r *Report) (what, refs []string) {
		for _, x := range r.DataRead.Reads {
			if slices.Contains(kinds, x.Kind) {
				what, refs = append(what, x.Point), append(append(refs, x.Ref), x.Refs[:min(len(x.Refs), 2)]...)
			}
		}
		return what, refs
	}
}

// personal are the kinds of personal data that values read look like.
func personal(r *Report) (what, refs []string) {
	for _, x := range r.DataRead.Reads {
		if slices.Contains([]string{"an e-mail address", "a card number", "personal data"}, x.Kind) {
			what, refs = append(what, x.Kind), append(refs, x.Ref)
		}
	}
	return what, refs
}

// unseenCommands are the incidents with a shell in which no step shows a command.
func unseenCommands(r *Report) (what, refs []string) {
	for _, in := range r.Incidents {
		if len(in.Shells) > 0 && !slices.ContainsFunc(in.Steps, func(s triage.Step) bool { return s.Kind == "command" }) {
			what, refs = append(what, in.Shells...), append(refs, in.Ref)
		}
	}
	return what, refs
}

// serverProcesses are the hosts on which the server started what intruders start.
func serverProcesses(r *Report) (what, refs []string) {
	for _, x := range r.Processes {
		if x.ByServer && len(refs) < 10 {
			host := x.Host
			if host == "" {
				host = "the server"
			}
			what, refs = append(what, host), append(refs, x.Ref)
		}
	}
	return what, refs
}

// strangeFiles are changed, unknown and bad files beside a shell.
func strangeFiles(r *Report) (what, refs []string) {
	if len(r.Webshells) == 0 {
		return nil, nil
	}
	for _, f := range r.Files {
		if f.Verdict == triage.Unknown && !triage.IsScript(f.Path) {
			continue // pictures that people sent, as a rule
		}
		what = append(what, f.Path)
		if len(refs) < 10 {
			refs = append(refs, f.Ref)
		}
	}
	return what, refs
}

// advice lists what to do, a phase after the other.
func (p *printer) advice() {
	p.section("Containment and recovery")
	if len(p.report.Advice) == 0 {
		p.f("Nothing that was found calls for an action of its own.")
		return
	}
	p.f("Each step follows from what it cites; what this case gives no ground for is not here. Whoever answers for the systems decides.")
	for _, phase := range []struct{ name, title string }{{Contain, "Contain"}, {Preserve, "Preserve, before anything is removed"}, {Recover, "Recover"}} {
		n := 0
		for _, a := range p.report.Advice {
			if a.Phase != phase.name {
				continue
			}
			if n++; n == 1 {
				p.f("\n### %s\n", phase.title)
			}
			p.f("%d. %s Why: %s%s. Source: %s.", n, long(a.Text), long(a.Why), p.refs(a.Refs), long(a.Source))
		}
	}
}

package report

import (
	"regexp"
	"strings"
)

// A term is a word of the trade that a reader may not know.
type term struct {
	word, meaning string
	pattern       string // how it stands in a report; the word itself if empty
}

// terms is the glossary, in order of the alphabet. A report explains those that it uses.
var terms = []term{
	{"actor", "a known group of people behind attacks, under the name that a publisher gave it", `(?i)\b(?:known|unknown) (?:actor|group)s?\b|an actor that`},
	{"agent", "the name that a program gives itself in a request (User-Agent); it can say anything", `(?i)\bagents?\b`},
	{"ATT&CK", "MITRE's catalogue of what intruders do; T1190 and the like are its techniques, G0096 groups, S0225 tools", `ATT\\?&CK`},
	{"baseline", "a list of the files, with their hashes, as they should be", `(?i)\bbaseline\b`},
	{"blind injection", "SQL injection whose answer does not show the data: it is put together from many questions, each answered by the size, the status or the delay of a page", `(?i)\b(?:blind|boolean|time) injection\b`},
	{"brute force", "trying many passwords", `(?i)\bbruteforce\b|password guessing`},
	{"client", "the address that a request came from; several people can share one, and one person can use several", `(?i)\bclients?\b`},
	{"defanged", "written so that no program makes a link of it: hxxp, [.]", `(?i)\bdefanged\b`},
	{"false flag", "traces that somebody leaves to be taken for another", `(?i)\bfalse flag\b`},
	{"hash, SHA-256", "a number made from all bytes of a file; another content has another one", `SHA-256`},
	{"indicator", "something by which the same intruder may be found elsewhere", `(?i)\bindicators?\b`},
	{"intruder", "clients that share so much that one hand is likely behind them; here, Intruder 1, 2, ...", `(?i)\bintruders?\b`},
	{"journal", "the case's record of everything that was taken in, run, noted and judged; each entry carries the hash of the one before it", `(?i)\bjournal\b`},
	{"payload", "the part of a request that is to make the server do something it should not", `(?i)\bpayloads?\b`},
	{"probe", "a request that looks for a weakness or for another's shell", `(?i)\bprobes?\b`},
	{"reference", "the name of one record: r: a line of evidence, f: a file, w: a web shell, i: an incident, a: an intruder, d: a value read, n: a note", `(?i)\breferences?\b`},
	{"SQL injection", "a request whose text becomes part of a question to the database", `(?i)\bSQL injection\b|\bsqli\b`},
	{"status 2xx", "the server says that it answered; 3xx sends elsewhere, 4xx refuses, 5xx failed", `\b2xx\b`},
	{"TLP", "Traffic Light Protocol: a label that says who may be given a report", `\bTLP\b`},
	{"traversal", "asking for a file outside the folder that is meant, as with ../", `(?i)\btraversal\b`},
	{"UTC", "Coordinated Universal Time, the time of all dates here", `\bUTC\b`},
	{"web shell", "a file on a web server through which whoever knows its path has the server do what they want", `(?i)\bweb[ -]?shells?\b`},
	{"XSS", "text in a request that becomes script in the page somebody else sees", `(?i)\bXSS\b`},
}

var termPatterns = func() []*regexp.Regexp {
	out := make([]*regexp.Regexp, len(terms))
	for i, t := range terms {
		out[i] = regexp.MustCompile(t.pattern)
	}
	return out
}()

// maxGlossed bounds how much of a report is looked through for terms, in bytes: its first chapters use them all.
const maxGlossed = 1 << 20

// glossary explains the terms that the report has used so far.
func (p *printer) glossary() {
	said := p.said.String()
	var used []term
	for i, t := range terms {
		if termPatterns[i].MatchString(said) {
			used = append(used, t)
		}
	}
	if len(used) == 0 {
		return
	}
	p.section("Glossary")
	for _, t := range used {
		p.f("- **%s**: %s", strings.ReplaceAll(t.word, "&", `\&`), escape(t.meaning))
	}
}

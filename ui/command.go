package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A command is one line of the command line, parsed.
type command struct {
	name string
	args string // the rest of the line, without surrounding spaces
}

// A verb is what the command line understands. The same words do the same in a shell, as "spoor WORD CASE ...";
// those of verbs that have no args do not take any.
type verb struct {
	name, usage, help string
	args              completer // what Tab proposes after the word; nil for nothing
}

// commands lists the verbs, in the order of the help.
var commands = []verb{
	{"search", "search QUERY", "requests that match", completeQuery},
	{"findings", "findings [QUERY]", "requests on which a rule fired", completeQuery},
	{"incidents", "incidents", "the chains from attack to shell to its users", nil},
	{"files", "files [QUERY]", "files that match", completeQuery},
	{"tree", "tree [QUERY]", "files as a tree of their folders", completeQuery},
	{"processes", "processes [QUERY]", "process events that match", completeQuery},
	{"outcomes", "outcomes [CLASS]", "how each attack fared, what worked first", completeClass},
	{"stolen", "stolen", "what injection read, and what came of the attacks", nil},
	{"gaps", "gaps", "every sign that the evidence is not whole", nil},
	{"rejected", "rejected [SOURCE]", "lines that fit no format, with the reason", completeSource},
	{"open", "open REF, go REF, or REF", "go to a record: r:… f:… w:… a:… i:… d:… n:…", completeRef},
	{"go", "", "", completeRef},
	{"show", "", "", completeRef},
	{"load", "load PATH... [OPTION]...", "take evidence in, with --baseline FILE,", completeLoad},
	{"", "", "--known-bad FILE, --webroot DIR, --tz ZONE, --format NAME", nil},
	{"note", "note [TEXT]", "write a note on what is selected", nil},
	{"task", "task NOTE N [open]", "a task of a note is done, or open again; screen Notes numbers them", completeNote},
	{"verdict", "verdict WORD [REASON]", "confirmed, benign, unsure or none", completeVerdict},
	{"report", "report [FORMAT] [FILE]", "write the report: md, html, pdf, docx, json, stix, misp, ...", completeReport},
	{"verify", "verify", "check journal and evidence", nil},
	{"seal", "seal [KEYFILE] [OPTION]...", "sign the journal; pack the case with --pack FILE, --to KEY", completeSeal},
	{"case", "case [FIELD VALUE]", "what is known of the case; a field (victim, tlp, authority,", completeFacts},
	{"", "", "... {Tab} lists them) and a value record it", nil},
	{"campaign", "campaign FOLDER...", "many cases and incident lists, with --milestone DAY=NAME", completePaths},
	{"assess", "assess OBSERVABLE...", "who would fit, how sure, what else would explain it", completeObservable},
	{"intel", "intel [NAME]", "what is known of a group, tool or technique, or from where", completeKnown},
	{"merge", "merge ACTOR... -- REASON", "these intruders are one; the one selected is among them", completeActor},
	{"split", "split CLIENT... -- REASON", "these clients are an intruder of their own", completeClient},
	{"attribute", "attribute NAME -- REASON", "whom you hold the intruder selected to be", completeKnown},
	{"palette", "palette", "find screens, actions, records and earlier lines by a few letters", nil},
	{"log", "log", "what was said and every error, with what to do", nil},
	{"unmark", "unmark", "take all marks off", nil},
	{"mouse", "mouse on|off", "take the mouse from the terminal, or give it back", completeMouse},
	{"help", "help", "this page", nil},
	{"quit", "quit", "close", nil},
}

// elsewhere are the words of the shell's command line that do nothing here, and why.
var elsewhere = map[string]string{
	"demo":    "spoor demo makes a case of its own; run it in a shell",
	"keys":    "spoor keys prints which keys do what, as a file that can be changed; ? shows them here",
	"seal":    "spoor seal CASE signs the journal's head with a key of yours and packs the case; run it in a shell, where the key can be asked for",
	"reindex": "spoor reindex CASE makes the index anew; close this case first, since it is being read",
}

// Knows reports whether the command line of the screens understands a word of the shell's, or says what does.
func Knows(word string) bool {
	return elsewhere[word] != "" || slices.Contains(commandNames(), word)
}

// parseCommand reads a line of the command line. Names may be shortened as long as they are unique; screen
// names are commands too, and a reference alone opens it.
func parseCommand(s string) (command, error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	rest = strings.TrimSpace(rest)
	if word == "" {
		return command{}, errors.New("nothing typed; try: search QUERY, open REF, report md, quit")
	}
	if isRef(word) {
		return command{"open", word}, nil
	}
	if strings.HasPrefix(word, "/") {
		return command{"search", strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "/"))}, nil
	}
	var found []string
	for _, name := range commandNames() {
		if strings.EqualFold(name, word) {
			found = []string{name}
			break
		}
		if len(name) > len(word) && strings.EqualFold(name[:len(word)], word) {
			found = append(found, name)
		}
	}
	switch {
	case len(found) == 0 && elsewhere[strings.ToLower(word)] != "":
		return command{}, errors.New(elsewhere[strings.ToLower(word)])
	case len(found) == 0:
		return command{}, fmt.Errorf("no command %q; the key ? lists them", word)
	case len(found) > 1:
		return command{}, fmt.Errorf("%q could be %s", word, strings.Join(found, " or "))
	case found[0] == "go", found[0] == "show":
		return command{"open", rest}, nil
	}
	return command{found[0], rest}, nil
}

func commandNames() []string {
	var names []string
	for _, c := range commands {
		if c.name != "" {
			names = append(names, c.name)
		}
	}
	for _, n := range screenNames {
		if n := strings.ToLower(n); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// isRef reports whether a word looks like a reference: one letter, a colon, and a hex digit.
func isRef(s string) bool {
	if len(s) < 3 || s[1] != ':' || !strings.ContainsRune("rfnwiad", rune(s[0])) {
		return false
	}
	return strings.IndexByte("0123456789abcdef", s[2]) >= 0
}

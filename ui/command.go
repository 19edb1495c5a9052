package ui

import (
	"errors"
	"fmt"
	"strings"
)

// A command is one line of the command line, parsed.
type command struct {
	name string
	args string // the rest of the line, without surrounding spaces
}

// commands lists what the command line understands, in the order of the help.
var commands = []struct{ name, usage, help string }{
	{"search", "search QUERY", "requests that match"},
	{"files", "files [QUERY]", "files that match"},
	{"processes", "processes [QUERY]", "process events that match"},
	{"outcomes", "outcomes [CLASS]", "how each attack fared, what worked first"},
	{"stolen", "stolen", "what injection read, and what came of the attacks"},
	{"open", "open REF, go REF, or REF", "go to a record: r:… f:… w:… a:… i:… d:… n:…"},
	{"go", "", ""},
	{"load", "load PATH... [OPTION]...", "take evidence in, with --baseline FILE,"},
	{"", "", "--known-bad FILE, --tz ZONE, --format NAME"},
	{"note", "note [TEXT]", "write a note on what is selected"},
	{"verdict", "verdict WORD [REASON]", "confirmed, benign, unsure or none"},
	{"report", "report [FORMAT] [FILE]", "write the report: md, html, pdf, docx, json, stix, misp, ..."},
	{"verify", "verify", "check journal and evidence"},
	{"campaign", "campaign FOLDER...", "many cases and incident lists, with --milestone DAY=NAME"},
	{"merge", "merge ACTOR... -- REASON", "these intruders are one; the one selected is among them"},
	{"split", "split CLIENT... -- REASON", "these clients are an intruder of their own"},
	{"attribute", "attribute NAME -- REASON", "whom you hold the intruder selected to be"},
	{"unmark", "unmark", "take all marks off"},
	{"help", "help", "this page"},
	{"quit", "quit", "close"},
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
	case len(found) == 0:
		return command{}, fmt.Errorf("no command %q; the key ? lists them", word)
	case len(found) > 1:
		return command{}, fmt.Errorf("%q could be %s", word, strings.Join(found, " or "))
	case found[0] == "go":
		return command{"open", rest}, nil
	}
	return command{found[0], rest}, nil
}

func commandNames() []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.name)
	}
	for _, n := range screenNames {
		if n := strings.ToLower(n); n != "files" {
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

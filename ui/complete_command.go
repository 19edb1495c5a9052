package ui

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
)

// completeCommand goes on with a line of the command line: its first word, then what that word takes.
func completeCommand(d *desk.Desk, left string) (int, []option) {
	word, rest, spaced := strings.Cut(left, " ")
	if strings.HasPrefix(word, "/") {
		from, options := completeQuery(d, left[1:])
		return from + 1, options
	}
	if !spaced {
		if len(word) > 1 && word[1] == ':' {
			return completeRef(d, left)
		}
		return 0, fitting(word, verbOptions())
	}
	for _, v := range commands {
		if v.args != nil && v.name == verbNamed(word) {
			from, options := v.args(d, rest)
			return from + len([]rune(word)) + 1, options
		}
	}
	return len([]rune(left)), nil
}

// verbNamed is the whole word that a word stands for.
func verbNamed(word string) string {
	for _, name := range commandNames() {
		if strings.EqualFold(name, word) {
			return name
		}
	}
	for _, name := range commandNames() {
		if len(name) > len(word) && strings.EqualFold(name[:len(word)], word) {
			return name
		}
	}
	return ""
}

// commandMeans is how the word of a line is used, or what the query in it means.
func commandMeans(left string) string {
	word, rest, spaced := strings.Cut(left, " ")
	if word == "" || !spaced && len(verbNamed(word)) != len(word) {
		return ""
	}
	name := verbNamed(word)
	for _, v := range commands {
		if v.name != name || v.usage == "" {
			continue
		}
		if strings.Contains(v.usage, "QUERY") {
			if s := queryMeans(rest); s != "" {
				return s
			}
		}
		return v.usage + ": " + v.help
	}
	return ""
}

// verbOptions are the words that a line may begin with.
func verbOptions() []option {
	var out []option
	for _, v := range commands {
		if v.name != "" {
			out = append(out, option{v.name, v.help})
		}
	}
	for _, name := range screenNames {
		if name := strings.ToLower(name); !slices.ContainsFunc(out, func(o option) bool { return o.text == name }) {
			out = append(out, option{name, "screen " + name})
		}
	}
	slices.SortStableFunc(out, func(a, b option) int { return cmp.Compare(a.text, b.text) })
	return out
}

// lastWord is where the last word of a line begins, and the word.
func lastWord(left string) (int, string) {
	at := strings.LastIndexByte(left, ' ') + 1
	return len([]rune(left[:at])), left[at:]
}

// oneOf completes the last word from a list.
func oneOf(left string, all []option) (int, []option) {
	from, word := lastWord(left)
	return from, fitting(word, all)
}

// firstOf completes the first word from a list, and nothing after it.
func firstOf(left string, all []option) (int, []option) {
	if strings.Contains(left, " ") {
		return len([]rune(left)), nil
	}
	return 0, fitting(left, all)
}

func completeClass(_ *desk.Desk, left string) (int, []option) { return firstOf(left, classOptions()) }

func completeRef(d *desk.Desk, left string) (int, []option) { return oneOf(left, refOptions(d)) }

func completeNote(d *desk.Desk, left string) (int, []option) {
	var all []option
	for _, t := range d.Tasks() {
		box := "[ ] "
		if t.Done {
			box = "[x] "
		}
		all = append(all, option{t.Note + " " + number(t.N), box + t.Text})
	}
	return 0, fitting(left, all)
}

func completeVerdict(_ *desk.Desk, left string) (int, []option) {
	return firstOf(left, []option{{cases.Confirmed, "this is part of the incident"}, {cases.Benign, "this is harmless"},
		{cases.Unsure, "look again"}, {"none", "take a verdict back"}})
}

func completeMouse(_ *desk.Desk, left string) (int, []option) {
	return firstOf(left, []option{{"on", "clicks and the wheel act here"}, {"off", "the terminal selects text with it"}})
}

func completeFacts(_ *desk.Desk, left string) (int, []option) {
	if rest, ok := strings.CutPrefix(left, "outcome "); ok {
		from, options := firstOf(rest, optionsOf("attempted", "blocked", "succeeded", "unknown"))
		return from + len("outcome "), options
	}
	if rest, ok := strings.CutPrefix(left, "tlp "); ok {
		from, options := firstOf(rest, optionsOf(cases.TLPs...))
		return from + len("tlp "), options
	}
	var all []option
	for _, x := range cases.FactFields {
		all = append(all, option{x.Name, x.Help})
	}
	return firstOf(left, all)
}

func completeActor(d *desk.Desk, left string) (int, []option) {
	return oneOf(left, append(caseOptions(d, "actor"), option{"--", "and then why"}))
}

func completeClient(d *desk.Desk, left string) (int, []option) {
	return oneOf(left, append(caseOptions(d, "ip"), option{"--", "and then why"}))
}

// completeKnown goes on with the name of a group, tool or technique of the knowledge base.
func completeKnown(d *desk.Desk, left string) (int, []option) {
	kb := d.KB()
	var all []option
	for _, g := range kb.Groups() {
		all = append(all, option{g.Name, g.ID})
	}
	for _, s := range kb.Software() {
		all = append(all, option{s.Name, s.ID})
	}
	for _, t := range kb.Techniques() {
		all = append(all, option{t.ID, t.Name})
	}
	return 0, fitting(left, all)
}

// completeObservable goes on with what is to be weighed; names with spaces stand in quotes.
func completeObservable(d *desk.Desk, left string) (int, []option) {
	from, word := shellWord(left)
	_, all := completeKnown(d, "")
	for i := range all {
		all[i].text = quoteWord(all[i].text, "")
	}
	return from, fitting(word, all)
}

func completeReport(d *desk.Desk, left string) (int, []option) {
	var all []option
	for _, f := range desk.ReportFormats() {
		all = append(all, option{f, ""})
	}
	if first, rest, ok := strings.Cut(left, " "); ok {
		if !slices.Contains(desk.ReportFormats(), first) {
			return len([]rune(left)), nil
		}
		from, options := completePaths(d, rest)
		return from + len([]rune(first)) + 1, options
	}
	return 0, fitting(left, all)
}

var loadOptions = []option{{"--baseline", "a list of the files as they should be"}, {"--known-bad", "a list of hashes of bad files"},
	{"--webroot", "a folder to be listed and read as a web root"}, {"--tz", "zone of times that name none, such as Europe/Vienna or +02:00"},
	{"--format", "format of the logs, if it is not recognised"}}

func completeLoad(d *desk.Desk, left string) (int, []option) {
	if from, word := shellWord(left); strings.HasPrefix(word, "-") {
		return from, fitting(word, loadOptions)
	}
	return completePaths(d, left)
}

var sealOptions = []option{{"--pack", "write the case without its logs into this archive: .tar.zst or .zip"}, {"--to", "encrypt the pack by age to this public key"},
	{"-R", "encrypt the pack to the public keys in this file"}, {"--force", "replace a file of the pack's name"}}

func completeSeal(d *desk.Desk, left string) (int, []option) {
	if from, word := shellWord(left); strings.HasPrefix(word, "-") {
		return from, fitting(word, sealOptions)
	}
	return completePaths(d, left)
}

// shellWord is the last word of a line whose words may stand in quotes, and where it begins.
func shellWord(left string) (int, string) {
	r := []rune(left)
	start, quote := 0, rune(0)
	for i, c := range r {
		switch {
		case i > 0 && r[i-1] == '\\' && quote != '\'':
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0 && c == ' ':
			start = i + 1
		}
	}
	return start, string(r[start:])
}

// quoteWord writes a word so that it stays one: in the quotes it was begun in, or in quotes if it needs them. A
// folder's are left open.
func quoteWord(s, begun string) string {
	if begun == "" && strings.ContainsAny(s, " '\"\\") {
		begun = `"`
		if strings.Contains(s, `"`) {
			begun = "'"
		}
	}
	if begun == "" || strings.HasSuffix(s, "/") {
		return begun + s
	}
	return begun + s + begun
}

// maxEntries bounds how many entries of a folder are looked at.
const maxEntries = 4000

// completePaths goes on with a path: what the folder named so far holds.
func completePaths(_ *desk.Desk, left string) (int, []option) {
	from, word := shellWord(left)
	begun := ""
	if word != "" && (word[0] == '\'' || word[0] == '"') {
		begun, word = word[:1], word[1:]
	} else {
		word = strings.ReplaceAll(word, `\ `, " ")
	}
	dir, base := filepath.Split(word)
	real := dir
	if rest, ok := strings.CutPrefix(dir, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return from, nil
		}
		real = filepath.Join(home, rest)
	}
	f, err := os.Open(cmp.Or(real, "."))
	if err != nil {
		return from, nil
	}
	defer f.Close()
	entries, _ := f.ReadDir(maxEntries) // what could be read of the folder is proposed
	var out []option
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || name[0] == '.' && !strings.HasPrefix(base, ".") || triage.Visible(name) != name {
			continue
		}
		hint := ""
		if e.IsDir() {
			name, hint = name+"/", "folder"
		} else if info, err := e.Info(); err == nil {
			hint = sizeText(info.Size())
		}
		out = append(out, option{quoteWord(dir+name, begun), hint})
	}
	slices.SortFunc(out, func(a, b option) int { return cmp.Compare(a.text, b.text) })
	return from, out
}

// completeSource proposes the sources that have rejected lines.
func completeSource(d *desk.Desk, left string) (int, []option) {
	var all []option
	for _, e := range d.Evidence() {
		if e.Rejected > 0 {
			all = append(all, option{e.Path, counted(e.Rejected, "line fits", "lines fit") + " no format"})
		}
	}
	return 0, fitting(left, all)
}

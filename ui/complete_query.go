package ui

import (
	"fmt"
	"slices"
	"strings"

	"spoor/index"
	"spoor/triage"
	"spoor/ui/desk"
)

// queryWord is the last word of a query: where it begins, and the field it gives a value for, if it does. A sign or
// a parenthesis before the word is not part of it.
func queryWord(left string) (from int, field, word string) {
	r := []rune(left)
	quoted, start := false, 0
	for i, c := range r {
		switch {
		case c == '"' && (i == 0 || r[i-1] != '\\'):
			quoted = !quoted
		case !quoted && (c == ' ' || c == '(' || c == ')'):
			start = i + 1
		}
	}
	if start < len(r) && (r[start] == '-' || r[start] == '+') {
		start++
	}
	word = string(r[start:])
	if name, rest, ok := strings.Cut(word, ":"); ok && fieldDoc(name) != nil {
		return start + len([]rune(name)) + 1, strings.ToLower(name), rest
	}
	return start, "", word
}

// fieldDoc describes a field of the query language; nil if there is none of that name.
func fieldDoc(name string) *index.FieldDoc {
	for _, f := range index.Fields() {
		if strings.EqualFold(f.Name, name) {
			return &f
		}
	}
	return nil
}

// queryMeans says what the field at the end of a query takes, or which field a beginning is of.
func queryMeans(left string) string {
	_, field, word := queryWord(left)
	if field != "" {
		f := fieldDoc(field)
		return f.Name + ": " + f.Values + ", such as " + f.Example
	}
	var found []index.FieldDoc
	for _, f := range index.Fields() {
		if word != "" && strings.HasPrefix(f.Name, strings.ToLower(word)) {
			found = append(found, f)
		}
	}
	if len(found) == 1 {
		return "{Tab}: " + found[0].Name + ": " + found[0].Values
	}
	return ""
}

// completeQuery goes on with a query: names of fields, and what they may be.
func completeQuery(d *desk.Desk, left string) (int, []option) {
	from, field, word := queryWord(left)
	if field != "" {
		return from, fitting(word, fieldOptions(d, field))
	}
	var all []option
	for _, f := range index.Fields() {
		all = append(all, option{f.Name + ":", f.Values + ", such as " + f.Example})
	}
	if word == "" && strings.TrimSpace(left) != "" {
		all = append(all, option{"OR", "either what stands before or what follows"})
	}
	return from, fitting(word, all)
}

// fieldOptions are the values that are worth proposing for a field: of a closed list all of them, of others what the
// case's web shells, intruders, incidents and files have.
func fieldOptions(d *desk.Desk, field string) []option {
	switch field {
	case "class":
		return classOptions()
	case "level":
		return levelOptions()
	case "rule":
		return ruleOptions()
	case "verdict":
		return []option{{"confirmed", "part of the incident"}, {"benign", "harmless"}, {"unsure", "to be looked at again"},
			{"known-bad", "of files: on a list of bad files"}, {"changed", "of files: not as the baseline has it"},
			{"unknown", "of files: on no list"}, {"known-good", "of files: as the baseline has it"}}
	case "is":
		return []option{{"finding", "a rule fired"}, {"request", "a line that was read"}, {"rejected", "a line that fits no format"},
			{"noted", "a note is on it"}, {"file", "a collected file"}}
	case "method":
		return optionsOf("GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PROPFIND", "TRACE", "CONNECT")
	case "status":
		return []option{{"2xx", "success"}, {"3xx", "sent elsewhere"}, {"4xx", "refused"}, {"5xx", "the server failed"}, {">=400", "any error"}}
	}
	return caseOptions(d, field)
}

func classOptions() []option {
	var out []option
	for _, c := range triage.Classes {
		out = append(out, option{text: string(c)})
	}
	return out
}

func levelOptions() []option {
	var out []option
	for l := triage.Critical; l >= triage.Info; l-- {
		out = append(out, option{text: l.String()})
	}
	for l := triage.High; l >= triage.Info; l-- {
		out = append(out, option{">=" + l.String(), "this level and above"})
	}
	return out
}

func ruleOptions() []option {
	var out []option
	for _, r := range slices.Concat(triage.Rules(), triage.BodyRules(), triage.QueryRules()) {
		out = append(out, option{r.ID, r.Level.String() + " " + string(r.Class) + ": " + r.Why})
	}
	slices.SortFunc(out, func(a, b option) int { return strings.Compare(a.text, b.text) })
	return out
}

func optionsOf(list ...string) []option {
	var out []option
	for _, w := range list {
		out = append(out, option{text: w})
	}
	return out
}

// caseOptions are values of a field that the case's own records have.
func caseOptions(d *desk.Desk, field string) []option {
	var out []option
	seen := map[string]bool{}
	add := func(text, hint string) {
		if text != "" && !seen[text] && len(out) < maxOptions {
			seen[text] = true
			out = append(out, option{queryValue(text), hint})
		}
	}
	switch field {
	case "ip":
		for _, a := range d.Intruders() {
			for _, c := range a.Clients {
				add(c, actorName(&a.Intruder))
			}
		}
	case "ua":
		for _, a := range d.Intruders() {
			for _, g := range a.Agents {
				add(g, "sent by "+actorName(&a.Intruder))
			}
		}
	case "actor":
		for _, a := range d.Intruders() {
			add(a.Ref, actorName(&a.Intruder)+", "+clientsText(a.Clients))
		}
	case "path", "name":
		for _, w := range d.Webshells() {
			if field == "name" {
				add(w.Path[strings.LastIndexByte(w.Path, '/')+1:], w.Path)
			} else {
				add(w.Path, fmt.Sprintf("web-shell candidate, score %d", w.Score))
			}
		}
	case "source":
		for _, e := range d.Evidence() {
			add(e.Path, e.Role+", "+counted(e.Parsed, "line", "lines"))
		}
	case "after", "before":
		const minute = "2006-01-02T15:04"
		for _, in := range d.Incidents() {
			add(in.First.UTC().Format(minute), in.Title+" begins")
			add(in.Last.UTC().Format(minute), in.Title+" ends")
		}
		if n := d.Counts(); !n.First.IsZero() {
			add(n.First.UTC().Format(minute), "the first request")
			add(n.Last.UTC().Format(minute), "the last request")
		}
	case "ref":
		return refOptions(d)
	case "hash":
		for _, f := range d.Files() {
			if f.Verdict == triage.KnownBad || f.Verdict == triage.Changed {
				for _, h := range hashValues(&f) {
					add(h.text, string(f.Verdict)+" "+f.Path)
				}
			}
		}
	}
	return out
}

// queryValue is a text as a value of a query: quoted if it has to be.
func queryValue(s string) string {
	if strings.ContainsAny(s, " \t\r\n()\"*?\\") {
		return index.Quote(s)
	}
	return s
}

// refOptions are the references of what the case is made of: incidents, web shells, intruders, notes, suspicious
// files, and how those of requests begin.
func refOptions(d *desk.Desk) []option {
	var out []option
	add := func(ref, hint string) {
		if ref != "" && len(out) < maxOptions {
			out = append(out, option{ref, hint})
		}
	}
	for _, in := range d.Incidents() {
		add(in.Ref, "incident: "+in.Title)
	}
	for _, w := range d.Webshells() {
		add(w.Ref, "web shell: "+w.Path)
	}
	for _, a := range d.Intruders() {
		add(a.Ref, actorName(&a.Intruder)+": "+clientsText(a.Clients))
	}
	for _, n := range d.Notes() {
		add(n.Ref, "note: "+noteGist(n.Text))
	}
	for _, f := range d.Files() {
		if f.Verdict == triage.KnownBad || f.Verdict == triage.Changed {
			add(f.Ref, string(f.Verdict)+" file: "+f.Path)
		}
	}
	for _, e := range d.Evidence() {
		add("r:"+e.Key+".", "line of "+e.Path)
	}
	return out
}

package desk

// Pivots: from one value to the records that share it.

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"spoor/index"
	"spoor/triage"
)

// A Pivot is one way on from a value.
type Pivot struct {
	Label  string // what it shows, safe to draw
	Query  string // of the search
	Screen string // "requests", "webshells", "actors", "files", "notes" or "processes"
	Ref    string // the record to stand on there; of processes, the path or request that started them; may be empty
}

// Pivots lists the ways on from a value. Kind is "client", "path", "agent", "referer", "user", "host", "rule",
// "hash", "actor", "time" (RFC 3339), "writes", the path of a file that a payload writes, "command", "image", "process" and
// "parent" (GUIDs) of a process, or "file", that of a
// collected file; any other kind has none.
func (d *Desk) Pivots(kind, value string) []Pivot {
	if value == "" {
		return nil
	}
	q := index.Quote(value)
	requests := func(label, query string) Pivot { return Pivot{Label: label, Query: query, Screen: "requests"} }
	switch kind {
	case "client":
		out := []Pivot{
			requests("all requests of this client", "ip:"+q),
			requests("its findings", "ip:"+q+" level:>=low"),
			requests("what it posted", "ip:"+q+" method:POST"),
		}
		return append(out, d.actorsOf(func(in triage.Intruder) bool { return slices.Contains(in.Clients, value) })...)
	case "path":
		out := []Pivot{
			requests("all requests of this path", "path:"+q),
			requests("its posts", "path:"+q+" method:POST"),
		}
		out = append(out, namedPivots(value)...)
		if n := len(d.SpawnedBy(value)); n > 0 {
			out = append(out, Pivot{Label: fmt.Sprintf("%d processes the server started then", n), Screen: "processes", Ref: value})
		}
		for _, w := range d.Webshells() {
			if w.Path == value {
				out = append(out, Pivot{Label: fmt.Sprintf("as a web-shell candidate, score %d", w.Score), Screen: "webshells", Ref: w.Ref})
			}
		}
		return append(out, d.actorsOf(func(in triage.Intruder) bool { return slices.Contains(in.Shells, value) })...)
	case "agent":
		return append([]Pivot{requests("all requests with this agent", "ua:"+q), requests("its findings", "ua:"+q+" level:>=low")},
			d.actorsOf(func(in triage.Intruder) bool { return slices.Contains(in.Agents, value) })...)
	case "referer":
		return []Pivot{requests("all requests with this referer", "referer:"+q)}
	case "user":
		return []Pivot{requests("all requests of this user", "user:"+q)}
	case "host":
		return []Pivot{requests("all requests to this host", "host:"+q)}
	case "rule":
		return []Pivot{requests("all requests on which this rule fired", "rule:"+q)}
	case "hash":
		if !isHash(value) {
			return nil
		}
		return []Pivot{{Label: "files with this hash", Query: "hash:" + q, Screen: "files"}}
	case "actor":
		return []Pivot{requests("all requests of this intruder", "actor:"+q), requests("its findings", "actor:"+q+" level:>=low"),
			{Label: "the intruder", Screen: "actors", Ref: value}}
	case "time":
		return append(timePivots(value), d.processTimePivots(value)...)
	case "command", "image":
		return []Pivot{{Label: "processes with the same " + kind, Query: index.Phrase(value), Screen: "processes"}}
	case "process":
		return []Pivot{{Label: "this process and what it started", Query: index.Phrase(value), Screen: "processes"}}
	case "parent":
		return []Pivot{{Label: "the parent and what else it started", Query: index.Phrase(value), Screen: "processes"}}
	case "writes":
		return d.writtenPivots(value)
	case "file":
		if named := namedPivots(value); named != nil {
			return append([]Pivot{requests("requests for a file of this name", RequestsFor(value))}, named...)
		}
	}
	return nil
}

// isHash reports whether a text is an MD5, SHA-1 or SHA-256 in hex.
func isHash(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && (len(s) == 32 || len(s) == 40 || len(s) == 64)
}

func (d *Desk) actorsOf(is func(triage.Intruder) bool) []Pivot {
	var out []Pivot
	for _, in := range d.survey().Intruders {
		if is(in) {
			out = append(out, Pivot{Label: "the intruder: " + in.Name, Screen: "actors", Ref: in.Ref})
		}
	}
	return out
}

// writtenPivots leads from the file that a payload writes to the shell that it became.
func (d *Desk) writtenPivots(target string) []Pivot {
	var out []Pivot
	for _, w := range d.Webshells() {
		if triage.NamesFile(target, w.Path) {
			out = append(out, Pivot{Label: "who used it: all requests of " + triage.VisibleN(w.Path, 60), Query: "path:" + index.Quote(w.Path), Screen: "requests"},
				Pivot{Label: fmt.Sprintf("the web-shell candidate, score %d", w.Score), Screen: "webshells", Ref: w.Ref})
		}
	}
	for _, f := range d.Files() {
		if triage.NamesFile(f.Path, target) {
			out = append(out, Pivot{Label: "the collected file, " + string(f.Verdict), Screen: "files", Ref: f.Ref})
		}
	}
	return append(out, namedPivots(target)...)
}

// RequestsFor is the query for requests whose path ends in the name of a file on disk: where the web root
// lies there, the evidence does not say. A name that a wildcard cannot be written with is looked for anywhere in
// the request. A path that ends in no name gives the empty query.
func RequestsFor(path string) string {
	base := path[strings.LastIndexAny(path, `/\\`)+1:]
	special := func(r rune) bool {
		return r != '.' && r != '_' && r != '-' && (r >= 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}
	switch {
	case base == "":
		return ""
	case strings.IndexFunc(base, special) < 0:
		return "path:*/" + base
	}
	return index.Phrase("/" + base)
}

// namedPivots leads from a path to what has or says its base name.
func namedPivots(path string) []Pivot {
	base := path[strings.LastIndexAny(path, `/\`)+1:]
	if base == "" {
		return nil
	}
	return []Pivot{{Label: "requests that name it in a payload", Query: "query:" + index.Phrase(base), Screen: "requests"},
		{Label: "collected files of that name", Query: "name:" + index.Quote(base), Screen: "files"}}
}

func timePivots(value string) []Pivot {
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return nil
	}
	var out []Pivot
	for _, span := range []struct {
		label string
		d     time.Duration
	}{{"a minute", time.Minute}, {"ten minutes", 10 * time.Minute}, {"an hour", time.Hour}, {"a day", 24 * time.Hour}} {
		out = append(out, Pivot{Label: "everything within " + span.label + " of it", Screen: "requests",
			Query: "after:" + t.Add(-span.d).UTC().Format("2006-01-02T15:04:05Z") + " before:" + t.Add(span.d).UTC().Format("2006-01-02T15:04:05Z")})
	}
	return out
}

// processTimePivots leads from a time to the processes around it.
func (d *Desk) processTimePivots(value string) []Pivot {
	t, err := time.Parse(time.RFC3339, value)
	if all, _ := d.Store.ProcessCount(); err != nil || all == 0 {
		return nil
	}
	return []Pivot{{Label: "processes from ten seconds before to a minute after", Screen: "processes",
		Query: "after:" + t.Add(-10*time.Second).UTC().Format("2006-01-02T15:04:05Z") + " before:" + t.Add(time.Minute).UTC().Format("2006-01-02T15:04:05Z")}}
}

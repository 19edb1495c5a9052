package campaign

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// The bounds of an incident list.
const (
	MaxList    = 64 << 20 // bytes
	maxEvents  = 100_000
	maxField   = 4000 // bytes of a field
	maxRejects = 100  // that are told one by one
)

// ErrNotList says that a file is no incident list.
var ErrNotList = errors.New("not an incident list")

// outcomes are what an event may have come to.
var outcomes = []string{"attempted", "blocked", "succeeded", "unknown"}

// ReadList reads an incident list: CSV with a header line, or a JSON array of objects, with the fields date (a
// day, or a span "2015-10-01/2015-10-16"), until, id, victim, sector, actor, technique, tool, objective, outcome,
// source and note, in any order. Several actors, techniques or tools are separated by semicolons; in JSON they may
// be arrays. Lines of CSV that begin with # are comments. Events that cannot be read are rejected by line (CSV) or
// place (JSON), after the first hundred by their number; the rest is returned. The name goes before ids that the list does not give.
//
// The error wraps ErrNotList if there is no date column, or nothing usable.
func ReadList(name string, data []byte) ([]Event, []triage.Reject, error) {
	if len(data) > MaxList {
		return nil, nil, fmt.Errorf("%s has more than %d bytes", triage.Visible(name), MaxList)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	l := &list{name: name, seen: map[string]bool{}}
	var err error
	if t := bytes.TrimLeft(data, " \t\r\n"); len(t) > 0 && t[0] == '[' {
		err = l.readJSON(data)
	} else {
		err = l.readCSV(data)
	}
	if err == nil && len(l.events) == 0 {
		err = fmt.Errorf("%s: %w: no event in it", triage.Visible(name), ErrNotList)
	}
	if n := l.rejected - len(l.rejects); n > 0 {
		l.rejects = append(l.rejects, triage.Reject{Reason: fmt.Sprintf("and %d more that cannot be read", n)})
	}
	return l.events, l.rejects, err
}

type list struct {
	name     string
	events   []Event
	rejects  []triage.Reject
	rejected int
	seen     map[string]bool
}

func (l *list) readCSV(data []byte) error {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.LazyQuotes, r.Comment = -1, true, '#'
	head, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s: %w: %v", triage.Visible(l.name), ErrNotList, err)
	}
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(head[i]))
	}
	if !slices.Contains(head, "date") {
		return fmt.Errorf("%s: %w: its first line names no column \"date\"", triage.Visible(l.name), ErrNotList)
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		line := 0
		if len(row) > 0 {
			line, _ = r.FieldPos(0)
		}
		fields := map[string]string{}
		for i, v := range row {
			if i < len(head) {
				fields[head[i]] = v
			}
		}
		if err == nil {
			err = l.add(fields, line)
		}
		if err != nil {
			l.reject(line, err, strings.Join(row, ","))
		}
	}
}

func (l *list) readJSON(data []byte) error {
	var rows []map[string]any
	if err := json.Unmarshal(data, &rows); err != nil {
		return fmt.Errorf("%s: %w: %v", triage.Visible(l.name), ErrNotList, err)
	}
	for i, row := range rows {
		fields := map[string]string{}
		for k, v := range row {
			if many, ok := v.([]any); ok {
				var parts []string
				for _, x := range many {
					parts = append(parts, fmt.Sprint(x))
				}
				v = strings.Join(parts, ";")
			}
			if v != nil {
				fields[strings.ToLower(k)] = fmt.Sprint(v)
			}
		}
		if err := l.add(fields, i+1); err != nil {
			l.reject(i+1, err, fields["date"]+" "+fields["victim"])
		}
	}
	return nil
}

func (l *list) reject(line int, err error, text string) {
	l.rejected++
	if len(l.rejects) < maxRejects {
		l.rejects = append(l.rejects, triage.Reject{Line: int64(line), Reason: triage.VisibleN(err.Error(), 200), Text: text[:min(len(text), triage.MaxRejectText)]})
	}
}

func (l *list) add(f map[string]string, line int) error {
	if len(l.events) >= maxEvents {
		return fmt.Errorf("more than %d events", maxEvents)
	}
	at := func(names ...string) string {
		for _, n := range names {
			if v := strings.TrimSpace(f[n]); v != "" {
				return v[:min(len(v), maxField)]
			}
		}
		return ""
	}
	many := func(names ...string) []string {
		out := []string{}
		for s := range strings.SplitSeq(at(names...), ";") {
			if s = strings.TrimSpace(s); s != "" && len(out) < 50 {
				out = append(out, s)
			}
		}
		return out
	}
	e := Event{ID: at("id"), Victim: at("victim"), Sector: strings.ToLower(at("sector")), Actors: many("actor", "actors"), Techniques: many("technique", "techniques"),
		Tools: many("tool", "tools"), Objective: at("objective"), Outcome: strings.ToLower(at("outcome")), Source: at("source"), Note: at("note", "notes"), Traits: []Trait{}}
	if e.Outcome == "" {
		e.Outcome = "unknown"
	}
	if !slices.Contains(outcomes, e.Outcome) {
		return fmt.Errorf("outcome %q: want %s", e.Outcome, strings.Join(outcomes, ", "))
	}
	first, last, err := span(at("date"), at("until", "last", "end"))
	if err != nil {
		return err
	}
	e.First, e.Last = first, last
	if e.ID == "" {
		e.ID = fmt.Sprintf("%s:%d", l.name, line)
	}
	if l.seen[e.ID] {
		return fmt.Errorf("the id %s is there twice", e.ID)
	}
	l.seen[e.ID] = true
	l.events = append(l.events, e)
	return nil
}

// span reads a day, a span of days, or a month or year, which are spans too.
func span(date, until string) (first, last time.Time, err error) {
	from, to, ok := strings.Cut(date, "/")
	if !ok {
		to = until
	}
	if first, last, err = days(from); err != nil || to == "" {
		return first, last, err
	}
	if _, last, err = days(to); err == nil && last.Before(first) {
		err = fmt.Errorf("the span %s ends before it begins", date)
	}
	return first, last, err
}

func days(s string) (first, last time.Time, err error) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return Day(t), Day(t), nil
		}
	}
	if t, err := time.Parse("2006-01", s); err == nil {
		return t, t.AddDate(0, 1, -1), nil
	}
	if t, err := time.Parse("2006", s); err == nil {
		return t, t.AddDate(1, 0, -1), nil
	}
	return first, last, fmt.Errorf("date %q: want 2015-09-26, a span 2015-10-01/2015-10-16, or a month 2015-10", s)
}

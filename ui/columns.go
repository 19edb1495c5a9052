package ui

import (
	"fmt"
	"slices"

	"spoor/triage/outcome"
	"spoor/ui/desk"
)

// A column is one field of a request in the table.
type column struct {
	name  string
	width int
	right bool
	cell  func(*desk.Row) (string, look)
}

// wideForOutcome is the width from which the table has room for how an attack fared in words.
const wideForOutcome = 90

// outcomeShort is the sign of an outcome and its word, "" for none.
func outcomeShort(o outcome.Outcome) string {
	if o == "" {
		return ""
	}
	return outcome.Sign(o) + " " + outcome.Short(o)
}

// outcomeText is the sign of an outcome before it.
func outcomeText(o outcome.Outcome) string { return outcome.Sign(o) + " " + string(o) }

// requestColumns chooses the columns that fit width; the target gets what is left. Clients get the columns they
// need, as far as there is room: an IPv6 address cut short is none.
func requestColumns(width, client int) []column {
	room := 17
	if width >= 90 {
		room = min(39, width/4+4)
	}
	client = max(15, min(client, room))
	cols := []column{
		{"time", 14, false, func(r *desk.Row) (string, look) { return shortStamp(r.Time), plain }},
		{"lvl", 4, false, func(r *desk.Row) (string, look) { return levelWord(r.Level), levelLook(r.Level) }},
		{"", 2, false, func(r *desk.Row) (string, look) { return flags(r), strong }},
		{"client", client, false, func(r *desk.Row) (string, look) { return r.Client, plain }},
		{"meth", 4, false, func(r *desk.Row) (string, look) { return r.Method, plain }},
		{"st", 3, true, func(r *desk.Row) (string, look) { return statusText(r.Status), statusLook(r.Status) }},
		{"size", 5, true, func(r *desk.Row) (string, look) { return sizeText(r.Size), muted }},
		{"request", 0, false, requestText},
	}
	if width >= wideForOutcome {
		cols = slices.Insert(cols, 6, column{"outcome", 11, false, func(r *desk.Row) (string, look) { return outcomeShort(r.Outcome), outcomeLook(r.Outcome) }})
	} else { // the sign alone; the detail says the word
		cols = slices.Insert(cols, 6, column{"+", 1, false, func(r *desk.Row) (string, look) { return outcome.Sign(r.Outcome), outcomeLook(r.Outcome) }})
	}
	target := len(cols) - 1
	fixed := 0
	for _, c := range cols {
		fixed += c.width + 1
	}
	rest := width - fixed + 1
	if rest >= 60 {
		cols = append(cols, column{"agent", rest / 3, false, func(r *desk.Row) (string, look) { return r.Agent, muted }})
		rest -= rest/3 + 1
	}
	if rest >= 70 {
		cols = append(cols, column{"source:line", 22, false, func(r *desk.Row) (string, look) {
			return fmt.Sprintf("%s:%d", r.Source, r.Line), muted
		}})
		rest -= 23
	}
	cols[target].width = max(8, rest)
	return cols
}

func requestText(r *desk.Row) (string, look) {
	switch {
	case r.Reject != "":
		return "rejected: " + r.Reject, medium
	case r.Path == "":
		return "-", muted
	}
	return r.URI(), plain
}

// flags says in two letters what the analyst said: C confirmed, B benign, U unsure; n has a note.
func flags(r *desk.Row) string {
	out := []byte("  ")
	if r.Verdict != "" {
		out[0] = r.Verdict[0] &^ 0x20
	}
	if r.Noted {
		out[1] = 'n'
	}
	return string(out)
}

// statusLook sets answered requests of a hostile kind apart from refused ones by weight.
func statusLook(status int) look {
	switch {
	case status >= 500:
		return high
	case status >= 400:
		return muted
	}
	return plain
}

func columnTitles(cols []column) []run {
	var out []run
	for i, c := range cols {
		if i > 0 {
			out = append(out, run{" ", plain})
		}
		t := cell(c.name, c.width)
		if c.right {
			t = cellRight(c.name, c.width)
		}
		out = append(out, run{t, muted})
	}
	return out
}

// requestRuns makes a row of the table.
func requestRuns(r *desk.Row, cols []column) []run {
	out := make([]run, 0, 2*len(cols))
	for i, c := range cols {
		if i > 0 {
			out = append(out, run{" ", plain})
		}
		s, l := c.cell(r)
		if c.right {
			s = cellRight(s, c.width)
		} else {
			s = cell(s, c.width)
		}
		out = append(out, run{s, l})
	}
	return out
}

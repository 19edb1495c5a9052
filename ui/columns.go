package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"spoor/triage/outcome"
	"spoor/ui/desk"
)

// wideForOutcome is the width from which a list has room for how an attack fared in words.
const wideForOutcome = 90

// narrow is the width under which a list goes without what its other columns can spare.
const narrow = 66

// dayOf is the day of a time, which is what a filter of times takes; empty if there is no time.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// outcomeShort is the sign of an outcome and its word, "" for none.
func outcomeShort(o outcome.Outcome) string {
	if o == "" {
		return ""
	}
	return outcome.Sign(o) + " " + outcome.Short(o)
}

// outcomeText is the sign of an outcome before it.
func outcomeText(o outcome.Outcome) string { return outcome.Sign(o) + " " + string(o) }

// cutOutcome is the text of an outcome in a width, in fewer words if it has to be.
func cutOutcome(s string, width int) string {
	for _, o := range outcome.Outcomes {
		if s == outcomeText(o) && strWidth(s) > width {
			return cell(outcomeShort(o), width)
		}
	}
	return cell(s, width)
}

// requestColumns are the columns of requests. Those of the index that a request is asked, counted and ordered by are
// in requestFields.
func requestColumns() []column[desk.Row] {
	type row = desk.Row
	return []column[row]{
		{name: "time", width: 14, cell: func(r *row) (string, look) { return shortStamp(r.Time), plain }, value: func(r *row) string { return dayOf(r.Time) }},
		{name: "level", title: "lvl", width: 4, cell: func(r *row) (string, look) { return levelWord(r.Level), levelLook(r.Level) },
			value: func(r *row) string { return r.Level.String() }},
		{name: "said", title: " ", width: 2, cell: func(r *row) (string, look) { return flags(r), strong }, value: func(r *row) string { return r.Verdict }},
		{name: "client", width: 15, cell: func(r *row) (string, look) { return r.Client, plain }},
		{name: "method", title: "meth", width: 4, from: narrow, cell: func(r *row) (string, look) { return r.Method, plain }},
		{name: "status", title: "st", width: 3, right: true, cell: func(r *row) (string, look) { return statusText(r.Status), statusLook(r.Status) },
			value: func(r *row) string { return known(int64(r.Status), 1) }},
		{name: "sign", title: "+", width: 1, until: wideForOutcome, cell: func(r *row) (string, look) { return outcome.Sign(r.Outcome), outcomeLook(r.Outcome) }}, // the detail says the word
		{name: "outcome", width: 11, from: wideForOutcome, cell: func(r *row) (string, look) { return outcomeShort(r.Outcome), outcomeLook(r.Outcome) }},
		{name: "size", width: 5, from: narrow, right: true, cell: func(r *row) (string, look) { return sizeText(r.Size), muted }, value: func(r *row) string { return known(r.Size, 0) }},
		{name: "millis", width: 6, from: never, right: true, cell: func(r *row) (string, look) { return known(r.Millis, 0), muted }},
		{name: "request", width: 8, grow: 3, cell: requestText, value: func(r *row) string { return r.Path }},
		{name: "query", width: 16, grow: 2, from: never, cell: func(r *row) (string, look) { return r.Query, plain }},
		{name: "class", width: 10, from: never, cell: func(r *row) (string, look) { return classesText(r), plain }, value: func(r *row) string {
			if len(r.Classes) == 0 {
				return ""
			}
			return string(r.Classes[0])
		}},
		{name: "referer", width: 16, grow: 1, from: never, cell: func(r *row) (string, look) { return r.Referer, muted }},
		{name: "agent", width: 10, grow: 1, from: 132, cell: func(r *row) (string, look) { return r.Agent, muted }},
		{name: "host", width: 16, from: never, cell: func(r *row) (string, look) { return r.Host, muted }},
		{name: "user", width: 10, from: never, cell: func(r *row) (string, look) { return r.User, plain }},
		{name: "line", width: 9, from: never, right: true, cell: func(r *row) (string, look) { return strconv.FormatInt(r.Line, 10), muted }},
		{name: "reason", width: 24, grow: 1, from: never, cell: func(r *row) (string, look) { return r.Reject, medium }},
		{name: "text", width: 24, grow: 3, from: never, cell: func(r *row) (string, look) { return r.Raw, plain }}, // of a rejected line
		{name: "source", width: 22, from: 162, cell: func(r *row) (string, look) { return r.Source + ":" + strconv.FormatInt(r.Line, 10), muted },
			value: func(r *row) string { return r.Source }},
	}
}

// A requestField says what the index calls what a column shows. An empty name: it cannot be asked, counted or
// ordered by it.
type requestField struct {
	ask, count, order string
	none              string // the filter for requests without a value, if the index does not count these
}

var requestFields = map[string]requestField{
	"time":    {ask: "day", count: "day", order: "time"},
	"level":   {ask: "level", count: "level", order: "level", none: "level:none"},
	"said":    {ask: "verdict", count: "verdict"},
	"client":  {ask: "ip", count: "ip", order: "ip"},
	"method":  {ask: "method", count: "method", order: "method"},
	"status":  {ask: "status", count: "status", order: "status"},
	"size":    {ask: "size", count: "size", order: "size"},
	"millis":  {ask: "millis", count: "millis", order: "millis"},
	"request": {ask: "path", count: "path", order: "path"},
	"query":   {ask: "query", count: "query", order: "query"},
	"class":   {ask: "class", count: "class", none: `class:""`},
	"referer": {ask: "referer", count: "referer", order: "referer"},
	"agent":   {ask: "ua", count: "ua", order: "ua"},
	"host":    {ask: "host", count: "host", order: "host"},
	"user":    {ask: "user", count: "user", order: "user"},
	"line":    {ask: "line", order: "line"},
	"reason":  {ask: "reason", count: "reason", order: "reason"},
	"source":  {ask: "source", count: "source", order: "source"},
}

// known writes a number; nothing if it is below least, which says that it is not known.
func known(n, least int64) string {
	if n < least {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// fitRequests gives the table of requests its widths. Clients get the columns they need, as far as there is room: an
// IPv6 address cut short is none.
func fitRequests(t *table[desk.Row], width, client int) {
	room := 17
	if width >= 90 {
		room = min(39, width/4+4)
	}
	i := slices.IndexFunc(t.all, func(c column[desk.Row]) bool { return c.name == "client" })
	t.all[i].width = max(15, min(client, room))
	t.fit(width)
}

func classesText(r *desk.Row) string {
	var all []string
	for _, c := range r.Classes {
		all = append(all, string(c))
	}
	return strings.Join(all, " ")
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

package report

// Timesketch: the timeline as JSON lines that Timesketch and Plaso's tools take in.

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"spoor/triage"
)

// timesketchEvent has the three keys that Timesketch needs, and ours.
//
// Source: https://timesketch.org/guides/user/import-from-json-csv/
type timesketchEvent struct {
	Message   string   `json:"message"`
	DateTime  string   `json:"datetime"`       // ISO 8601, microseconds, UTC
	Desc      string   `json:"timestamp_desc"` // what the time is of
	Timestamp int64    `json:"timestamp"`      // microseconds since 1970
	Kind      string   `json:"kind"`
	Level     string   `json:"level"`
	Client    string   `json:"src_ip,omitempty"`
	Refs      []string `json:"refs"`
	Source    string   `json:"source_file,omitempty"` // file and line of the first reference
	Tag       []string `json:"tag"`
}

// timesketchDescs say what the time of a kind of event is.
var timesketchDescs = map[string]string{"file": "Content Modification Time", "note": "Note Written", "log": "Log Boundary", "gap": "Gap Begins", "intruder": "First Activity"}

// Timesketch writes the timeline of r as JSON lines, in order of time, and each intruder with who it is said to be, at
// its first act; events without a time are left out.
func Timesketch(w io.Writer, r *Report) error {
	out := bufio.NewWriter(w)
	places := map[string]string{}
	for _, c := range r.Cited {
		if c.Citation.Line > 0 {
			places[c.Citation.Ref] = fmt.Sprintf("%s:%d", clean(c.Citation.Source), c.Citation.Line)
		}
	}
	events := slices.Clone(r.Timeline)
	for i := range r.Intruders {
		in := &r.Intruders[i]
		events = append(events, Event{Time: in.First, Level: triage.Info, Kind: "intruder", Text: fmt.Sprintf("%s (%s): %s", in.label(i), strings.Join(in.Clients, ", "), in.verdict()), Refs: []string{in.Ref}})
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	for _, e := range events {
		if e.Time.IsZero() {
			continue
		}
		x := timesketchEvent{Message: strings.TrimSpace(clean(e.Client + " " + fared(string(e.Outcome)) + e.Text)), DateTime: e.Time.UTC().Format("2006-01-02T15:04:05.000000+00:00"), Timestamp: e.Time.UnixMicro(),
			Desc: or(timesketchDescs[e.Kind], "Request Time"), Kind: e.Kind, Level: level(e.Level), Client: clean(e.Client), Refs: e.Refs, Tag: []string{"spoor", e.Kind}}
		if x.Refs == nil {
			x.Refs = []string{}
		}
		if len(e.Refs) > 0 {
			x.Source = places[e.Refs[0]]
		}
		b, err := json.Marshal(x)
		if err == nil {
			_, err = out.Write(append(triage.VisibleJSON(b), '\n'))
		}
		if err != nil {
			return fmt.Errorf("write the timeline for Timesketch: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the timeline for Timesketch: %w", err)
	}
	return nil
}

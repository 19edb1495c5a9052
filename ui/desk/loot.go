package desk

// What injection read and what intruders were sent, in sentences for screens, commands and reports. Nothing of them
// is a value.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"spoor/index"
	"spoor/triage"
	"spoor/triage/blind"
)

// Sums are the totals in sentences, safe to draw.
func Sums(t *blind.Totals) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if t.Values+t.Inband > 0 {
		say("%s read by injection, %d of them certain, by %s, %s to %s UTC.", several(t.Values, "value"), t.Certain, triage.VisibleN(strings.Join(head(t.Clients, 5), ", "), 200),
			t.First.UTC().Format("2006-01-02 15:04:05"), t.Last.UTC().Format("2006-01-02 15:04:05"))
	} else {
		say("No value can be put together: there is no injection whose answers can be read, or not enough of it to tell.")
	}
	for _, x := range t.Tables {
		s := fmt.Sprintf("Table %s:", triage.VisibleN(x.Table, 100))
		if x.Cells > 0 {
			s += fmt.Sprintf(" %s in %s, of the columns %s; %d certain.", several(x.Cells, "cell"), several(x.Rows, "row"), triage.VisibleN(strings.Join(head(x.Columns, 20), ", "), 300), x.Certain)
		}
		if x.Count != "" {
			s += fmt.Sprintf(" The intruder learned that it has %s rows.", triage.VisibleN(x.Count, 30))
		}
		out = append(out, s)
	}
	for _, k := range t.Kinds {
		say("%s: %s, %d of them certain.", capital(k.Kind), several(k.Values, "value"), k.Certain)
	}
	if t.Inband > 0 {
		say("%s shown in pages: %d bytes that the sizes of answers prove, about %d more that they suggest; what they say is not in the log.", several(t.Inband, "expression"), t.Bytes, t.About)
	}
	if t.Unknown > 0 {
		say("%s asked for where the log is not enough to tell what came back.", several(t.Unknown, "further expression"))
	}
	if t.Succeeded+t.Likely+t.NoSign+t.Failed > 0 {
		say("Injection points attacked: %d with success, %d likely with success, %d without a sign of it, %d failed.", t.Succeeded, t.Likely, t.NoSign, t.Failed)
	}
	return out
}

// SentText says what a client was sent, safe to draw.
func SentText(s *index.Sent) string {
	out := fmt.Sprintf("%s bytes to %s", thousands(s.Bytes), triage.Visible(s.Client))
	if s.Intruder != "" {
		out += " (" + s.Intruder + ")"
	}
	out += " in " + several(s.Requests, "answer")
	if s.Unsized > 0 {
		out += fmt.Sprintf(", the size of %d of which is not logged", s.Unsized)
	}
	if !s.Since.IsZero() {
		out += fmt.Sprintf("; %d since the shell was there, %s UTC", s.After, s.Since.UTC().Format("2006-01-02 15:04:05"))
	}
	return out
}

// thousands writes a number with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func several(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// capital is a kind without its article, as the beginning of a sentence.
func capital(kind string) string {
	for _, a := range []string{"a ", "an "} {
		kind = strings.TrimPrefix(kind, a)
	}
	return "Looks like " + kind
}

// maxReadSteps bounds the steps of kind "read" in one incident.
const maxReadSteps = 40

// readSteps are what the clients of an incident read by injection: a step for each client, place, technique and table,
// of which anything is known to have come back.
func readSteps(in *triage.Incident, reads []blind.Read) []triage.Step {
	var out []triage.Step
	at := map[[5]string]int{}
	certain := map[int]int{}
	for i := range reads {
		r := &reads[i]
		if !r.Known() || r.Kind == "length" || r.Kind == "size" && r.Estimated || len(r.Refs) == 0 || !slices.Contains(in.Clients, r.Client) {
			continue
		}
		k := [5]string{r.Client, r.Path, r.Field, string(r.Technique), r.Table}
		n, ok := at[k]
		if !ok {
			if len(out) == maxReadSteps {
				continue
			}
			n = len(out)
			at[k] = n
			out = append(out, triage.Step{Kind: "read", Time: r.First, Ref: r.Refs[0], Client: r.Client, Link: "its questions and the answers to them", Confidence: "likely", Techniques: []string{"T1190", "T1213.006"}})
		}
		s := &out[n]
		s.Count++
		if r.First.Before(s.Time) {
			s.Time = r.First
		}
		if r.Last.After(s.End) {
			s.End = r.Last
		}
		if r.Certain || r.Kind == "size" {
			certain[n]++
		}
		if len(s.Refs) < triage.MaxRefs && r.Refs[0] != s.Ref && !slices.Contains(s.Refs, r.Refs[0]) {
			s.Refs = append(s.Refs, r.Refs[0])
		}
	}
	for k, n := range at {
		s := &out[n]
		from := "the database"
		if k[4] != "" {
			from = "table " + triage.VisibleN(k[4], 60)
		}
		if certain[n] == s.Count {
			s.Confidence = "seen"
		}
		s.Text = fmt.Sprintf("read %s of %s by %s injection, %d certain", several(s.Count, "value"), from, k[3], certain[n])
		if k[3] == string(blind.Union) {
			s.Text = fmt.Sprintf("had pages show %s of %s: how much came back is known, not what it says", several(s.Count, "expression"), from)
		}
	}
	return out
}

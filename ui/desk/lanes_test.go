package desk

import (
	"strings"
	"testing"
	"time"

	"spoor/triage"
)

// Each case is events in order of time, as "incident:record"; the record of no incident may be one that a step rests on.
func TestLanes(t *testing.T) {
	for _, x := range []struct{ name, events, want string }{
		{"one incident", "x: i1:a x: i1:b x:", "|A|│|A|"},
		{"one after another takes the same lane", "i1:a i1:b i2:c x: i2:d", "A|A|B|│|B"},
		{"two at once", "i1:a i2:b i1:c i2:d x:", "A|│B|A│| B|"},
		{"what a step rests on is part of it", "i1:a x:f i1:b", "A|A|A"},
		{"more than there are lanes", "i1:a i2:b i3:c i4:d i5:e i1:f i2:g i3:h i4:i i5:j", "A|│B|││C|││D|││E|A││| B│|  C|  D|  E"},
		{"none", "x: x:", "|"},
	} {
		var events []Event
		first := triage.Incident{Ref: "i1", Steps: []triage.Step{{Ref: "a", Refs: []string{"f"}}}}
		for i, w := range strings.Fields(x.events) {
			in, ref, _ := strings.Cut(w, ":")
			e := Event{Time: time.Unix(int64(i*60), 0), Ref: ref}
			if in != "x" {
				e.Incident = in
			}
			events = append(events, e)
		}
		setLanes(events, []triage.Incident{first})
		var got []string
		for _, e := range events {
			got = append(got, e.Lanes)
		}
		if s := strings.Join(got, "|"); s != x.want {
			t.Errorf("%s: %q, want %q", x.name, s, x.want)
		}
	}
}

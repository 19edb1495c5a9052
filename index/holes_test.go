package index

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/weblog"
)

// Zeros in a file and lines that are cut at its ends are kept with their lines; a whole file has none, one that begins
// with a remark or whose last line only lacks its end neither.
func TestHoles(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "192.0.2.1 - - [08/Mar/2025:00:00:%02d +0000] \"GET /%d HTTP/1.1\" 200 5 \"-\" \"a b\"\n", i, i)
	}
	whole := b.String()
	half := len(whole)/2 + strings.IndexByte(whole[len(whole)/2:], '\n') + 1
	line := strings.Count(whole[:half], "\n") + 1
	for _, c := range []struct{ name, text, want string }{
		{"whole", whole, ""},
		{"no end of line", strings.TrimSuffix(whole, "\n"), ""},
		{"a remark first", "the log was turned\n" + whole, ""},
		{"begins within a line", whole[15:], "head 1"},
		{"ends within the agent", whole[:len(whole)-4], "tail 40"},
		{"ends within the path", whole[:len(whole)-28], "tail 40"},
		{"zeros", whole[:half] + strings.Repeat("\x00", 100) + whole[half:], fmt.Sprintf("zeros %d", line)},
		{"few zeros", whole[:half] + strings.Repeat("\x00", 10) + whole[half:], ""},
		{"zeros at the end", whole + strings.Repeat("\x00", 4096), "zeros 41"},
	} {
		s := newStore(t)
		load(t, s, evidence(t, "access.log", c.text, weblog.Combined))
		var got []string
		for _, x := range s.Tallies() {
			for _, h := range x.Tally.Holes {
				got = append(got, fmt.Sprint(h.Kind, " ", h.Line))
				if c.name == "zeros" && (h.Bytes != 100 || h.From == 0 || h.To-h.From != time.Second.Milliseconds()) {
					t.Errorf("%s: %+v", c.name, h)
				}
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		for _, g := range triage.NumberGaps(s.Tallies(), nil) {
			if g.Kind != "zeros" && g.Kind != "trimmed" || len(g.Refs) != 1 {
				t.Errorf("%s: %+v", c.name, g)
			} else if _, err := s.Request(g.Refs[0]); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}

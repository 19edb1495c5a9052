package intel_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"spoor/triage/intel"
)

func TestParseObservable(t *testing.T) {
	kb := intel.Load()
	for _, c := range []struct {
		text, id, grade, source string
		groups, against         []string
	}{
		{text: "T1505.003@B2", id: "T1505.003", grade: "B2"},
		{text: "t1100", id: "T1505.003"}, // revoked; the successor is written
		{text: "China Chopper@c3:web logs", id: "S0020", grade: "C3", source: "web logs"},
		{text: "mimikatz", id: "S0002"},
		{text: "Carbanak", id: "S0030"}, // a tool and a group: the tool is what can be seen
		{text: "sector:Technology@A1", id: "sector:technology", grade: "A1"},
		{text: "c2.example.net=Deep Panda@B2:Vendor One", id: "c2.example.net", grade: "B2", source: "Vendor One", groups: []string{"G0009"}},
		{text: "198.51.100.0/24=G0009,G0096", id: "198.51.100.0/24", groups: []string{"G0009", "G0096"}},
		{text: "203.0.113.9!G0009@A1:CERT", id: "203.0.113.9", grade: "A1", source: "CERT", against: []string{"G0009"}},
		{text: "https://host.example/a?b=c", id: "https://host.example/a?b=c"},
		{text: "d41d8cd98f00b204e9800998ecf8427e", id: "d41d8cd98f00b204e9800998ecf8427e"},
		{text: "C0024", id: "C0024", groups: []string{"G0016"}},
		{text: "G0009@B2:Vendor", id: "G0009", grade: "B2", source: "Vendor"},
	} {
		e, err := kb.ParseObservable(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if kb.Current(e.ID) != kb.Current(c.id) && e.ID != c.id || e.Grade != c.grade || e.Source != c.source ||
			!slices.Equal(e.Groups, c.groups) || !slices.Equal(e.Against, c.against) {
			t.Errorf("%s: %+v", c.text, e)
		}
	}
	for _, c := range []struct{ text, why string }{
		{"", "bytes"},
		{"T9999", "no such id"},
		{"S0020@Z9", "no Admiralty grade"},
		{"no such tool at all", "spoor intel show"},
		{"Domains", "T1583.001"}, // two techniques of one name
		{"198.51.100.7=nobody", "names no group"},
		{"sector:", "has a name"},
		{"\x1b[2J", "<ESC>[2J"},
		{strings.Repeat("x", 5000), "bytes"},
	} {
		if e, err := kb.ParseObservable(c.text); !errors.Is(err, intel.ErrObservable) || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%q: %+v, %v; want %q", c.text, e, err, c.why)
		}
	}
}

// The laws of ParseObservable: it never panics, what it accepts can be weighed, and its errors are safe to draw.
func FuzzParseObservable(f *testing.F) {
	for _, s := range []string{"T1505.003@B2", "a=b!c@d:e", "c2.example.net=G0009@B2:x", "@@@", "!", "=G0009", "\xff@A1"} {
		f.Add(s)
	}
	kb := intel.Load()
	f.Fuzz(func(t *testing.T, s string) {
		e, err := kb.ParseObservable(s)
		if err == nil && e.ID == "" {
			t.Fatalf("%q is accepted as nothing", s)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x1b\x00\x07") {
			t.Fatalf("%q: the error holds control characters", s)
		}
	})
}

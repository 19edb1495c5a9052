package intel

import (
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func TestSize(t *testing.T) {
	if n := len(embedded); n > 600_000 {
		t.Errorf("the embedded knowledge base has %d bytes, want at most 600000", n)
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parse(embedded); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(embedded)), "file-bytes")
}

func BenchmarkAssess(b *testing.B) {
	kb := Load()
	ev := []Evidence{{ID: "T1190"}, {ID: "T1505.003"}, {ID: "T1595.002"}, {ID: "S0225"}, {ID: "S0020"}, {ID: "S0002"}}
	for b.Loop() {
		kb.Assess(ev)
	}
}

func BenchmarkNames(b *testing.B) {
	kb := Load()
	for b.Loop() {
		indexNames(kb)
	}
}

func TestParseBad(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"other form", "spoor-intel\t9\n", "form 1"},
		{"unknown line", formatOne + "x\ty\n", "line 2"},
		{"too few fields", formatOne + "t\tT1190\n", "line 2"},
		{"alias of nothing", formatOne + "a\tx\ty\n", "alias of nothing"},
		{"reference out of range", formatOne + "s\tS0001\tx\ttool\tT1190\t7\n", `reference "7" of 0`},
		{"reference no number", formatOne + "g\tG0001\tx\tT1190:z\t\t\n", `reference "z"`},
	} {
		_, err := parse(pack(t, c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", c.name, err, c.want)
		}
	}
	if _, err := parse([]byte("plain text")); err == nil {
		t.Error("plain text was parsed")
	}
}

// A knowledge base that names ids it does not hold is read, and its answers leave them out.
func TestParseDangling(t *testing.T) {
	kb, err := parse(pack(t, formatOne+"g\tG0001\tOne\tT1190\tS0001\t\nc\tC0001\tC\t\t\tG0009 G0001\tT1\tS0001\t\nm\tu\tOne\tMISP\t\tG0007\t\t\nr\tG0002\tG0001\tTwo\n"))
	if err != nil {
		t.Fatal(err)
	}
	a := kb.Assess([]Evidence{{ID: "T1190"}, {ID: "G0002"}})
	if len(kb.Lookup("two")) != 1 || a.Name != nil || a.Verdict != "unattributed; consistent with 1 group" {
		t.Errorf("Lookup = %v, Assess = %+v", kb.Lookup("two"), a)
	}
}

func pack(t *testing.T, text string) []byte {
	t.Helper()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	return enc.EncodeAll([]byte(text), nil)
}

package desk

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParseLoad(t *testing.T) {
	east := time.FixedZone("", -5*3600)
	for _, c := range []struct {
		line string
		want LoadOptions
	}{
		{"access.log", LoadOptions{Paths: []string{"access.log"}}},
		{"  a.log   logs/ ", LoadOptions{Paths: []string{"a.log", "logs/"}}},
		{"a.log --baseline good.sha256 --known-bad bad.csv", LoadOptions{Paths: []string{"a.log"}, Baseline: []string{"good.sha256"}, KnownBad: []string{"bad.csv"}}},
		{"--baseline=one --baseline two", LoadOptions{Baseline: []string{"one", "two"}}},
		{"--tz -05:00 iis", LoadOptions{Paths: []string{"iis"}, Zone: east, ZoneName: "-05:00"}},
		{"--tz=utc a --format w3c", LoadOptions{Paths: []string{"a"}, Zone: time.UTC, ZoneName: "utc", Format: "w3c"}},
		// Words with spaces.
		{`"two words.log" it\'s 'a \ b' c\ d`, LoadOptions{Paths: []string{"two words.log", "it's", `a \ b`, "c d"}}},
		{`C:\logs\u_ex01.log`, LoadOptions{Paths: []string{`C:\logs\u_ex01.log`}}},
		// What begins with a dash and is a path.
		{"-- --tz -", LoadOptions{Paths: []string{"--tz", "-"}}},
	} {
		got, err := ParseLoad(c.line)
		if err != nil {
			t.Errorf("%s: %v", c.line, err)
			continue
		}
		if got.Zone != nil && c.want.Zone != nil && sameZone(got.Zone, c.want.Zone) {
			got.Zone = c.want.Zone
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.line, got, c.want)
		}
	}
}

func sameZone(a, b *time.Location) bool {
	at := time.Date(2025, 3, 8, 0, 0, 0, 0, time.UTC)
	return at.In(a).Format("15:04") == at.In(b).Format("15:04")
}

func TestParseLoadSaysWhatIsMissing(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"", "name a log"},
		{"--tz utc", "name a log"},
		{"a.log --baseline", "--baseline needs a value"},
		{"a.log --tz=", "--tz needs a value"},
		{"a.log --tz Mars/Base", "unknown time zone"},
		{"a.log --zone utc", "no option --zone"},
		{"a.log -b x", "no option -b"},
		{`"a.log`, "not closed"},
	} {
		if _, err := ParseLoad(c.line); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %q", c.line, err, c.want)
		}
	}
}

// Quoting a word gives it back, whatever it holds.
func FuzzSplitWords(f *testing.F) {
	for _, s := range []string{"a", "two words", `it's`, `back\slash`, `"`, "", `C:\x y\`} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?")
		quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
		got, err := SplitWords(quoted(a) + " \t" + quoted(b))
		if err != nil || !reflect.DeepEqual(got, []string{a, b}) {
			t.Errorf("%q, %q: %q, %v", a, b, got, err)
		}
	})
}

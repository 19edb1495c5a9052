package cases_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"spoor/cases"
)

func TestVerifyReport(t *testing.T) {
	c := create(t)
	a, b := evidence("a.log", 'a'), evidence("b.log", 'b')
	if err := c.TakeIn(ann, []cases.Evidence{a, b}, cases.Run{}); err != nil {
		t.Fatal(err)
	}
	sum := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	path, written := filepath.Join(c.ReportsDir(), "one.md"), strings.Repeat("e", 64)
	if err := c.RecordReport(ann, path, written, "md", []cases.CitedText{{Ref: "r:aaaaaa.7", TextSHA256: sum("line")}, {Ref: "r:bbbbbb.1"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.RecordReport(ann, filepath.Join(c.ReportsDir(), "old.md"), strings.Repeat("d", 64), "md", nil); err != nil {
		t.Fatal(err)
	}
	good := map[string]string{a.Abs: a.SHA256} // b.log is gone, and not cited
	for _, tc := range []struct {
		name, path, sha string
		files           map[string]string
		line, journal   string
		want            []string
	}{
		{"as written", path, written, good, "line", "", nil},
		{"under another name", "/elsewhere/two.md", written, good, "line", "", nil},
		{"changed", path, strings.Repeat("1", 64), good, "line", "", []string{"report"}},
		{"changed and moved", "/elsewhere/one.md", strings.Repeat("1", 64), good, "line", "", []string{"report"}},
		{"evidence gone", path, written, nil, "line", "", []string{"evidence"}},
		{"a line reads otherwise", path, written, good, "lime", "", []string{"citation"}},
		{"the journal edited", path, written, good, "line", `"format":"md","citations":2`, []string{"journal"}},
	} {
		if tc.journal != "" {
			text := readFile(t, journalOf(c))
			writeFile(t, journalOf(c), strings.Replace(text, tc.journal, strings.Replace(tc.journal, "md", "MD", 1), 1))
		}
		problems, s, err := c.VerifyReport(context.Background(), tc.path, tc.sha, hashes(tc.files), func(string) ([]byte, error) { return []byte(tc.line), nil })
		if err != nil || len(problems) != len(tc.want) || s.Citations != 1 {
			t.Errorf("%s: %+v, %+v, %v", tc.name, problems, s, err)
			continue
		}
		for i, p := range problems {
			if p.Kind != tc.want[i] {
				t.Errorf("%s: %+v", tc.name, p)
			}
		}
	}
	if _, _, err := c.VerifyReport(context.Background(), "other.md", strings.Repeat("7", 64), hashes(nil), nil); !errors.Is(err, cases.ErrNoReport) {
		t.Errorf("a report of another case: %v", err)
	}
}

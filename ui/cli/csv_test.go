package cli_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"
)

// Every list comes out as CSV with a row for each line of --json, and no cell is a formula.
func TestCSV(t *testing.T) {
	dir := demoCase(t)
	hostile := "192.0.2.7 - - [08/Mar/2025:03:17:47 +0000] \"GET /?id=1'+UNION+SELECT+1--+- HTTP/1.1\" 200 5 \"=HYPERLINK(1)\" \"@SUM(A1)\"\n"
	if err := os.WriteFile("=cmd.log", []byte(hostile), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"load", dir, "./=cmd.log"}, {"note", dir, "-m", "=1+2\nsecond \"line\", and more"}, {"note", dir, "-m", "\t-3"}} {
		if _, errs, code := run(t, args...); code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
	}
	formulas := 0
	for _, args := range [][]string{{"search", dir, "class:sqli"}, {"findings", dir, "class:sqli"}, {"webshells", dir}, {"incidents", dir}, {"actors", dir}, {"files", dir},
		{"timeline", dir}, {"evidence", dir}, {"gaps", dir}, {"notes", dir}, {"processes", dir, "--all"}, {"stolen", dir}, {"search", dir, `ref:r:* ip:192.0.2.7`}} {
		lines, _, _ := run(t, append(args, "--json")...)
		out, errs, code := run(t, append(args, "--csv")...)
		if code != 0 {
			t.Errorf("%v: %s", args, errs)
			continue
		}
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll() // of equal length, or it is an error
		if err != nil {
			t.Errorf("%v: %v", args, err)
			continue
		}
		if want := strings.Count(lines, "\n"); len(rows) != want+1 && !(want == 0 && len(rows) == 0) {
			t.Errorf("%v: %d rows, want %d and a header", args, len(rows), want)
		}
		for _, row := range rows {
			for _, c := range row {
				if c != "" && strings.ContainsRune("=+-@\t\r\n", rune(c[0])) && strings.Trim(c, "-0123456789.") != "" {
					t.Errorf("%v: a cell may be run: %q", args, c)
				}
				if strings.HasPrefix(c, "'") {
					formulas++
				}
				if strings.ContainsAny(c, "\x1b\r\n") {
					t.Errorf("%v: a cell holds control characters: %q", args, c)
				}
			}
		}
	}
	if formulas < 4 {
		t.Errorf("%d cells were made inert: the log and the notes have more", formulas)
	}
	if out, _, _ := run(t, "webshells", dir, "--csv"); !strings.HasPrefix(out, "ref,path,score,clients,first,last,requests,reasons,") {
		t.Errorf("the header is %q", out[:min(len(out), 100)])
	}
}

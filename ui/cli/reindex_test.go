package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// answersOf is what the commands say of a case that has nothing to do with when they were asked.
func answersOf(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	for _, args := range [][]string{{"incidents", dir, "--json"}, {"webshells", dir, "--json"}, {"files", dir, "--json"},
		{"actors", dir, "--json"}, {"timeline", dir, "--json"}, {"processes", dir, "--all", "--json"}, {"evidence", dir, "--json"}, {"notes", dir, "--json"},
		{"gaps", dir, "--json"}, {"findings", dir, "--json", "class:sqli level:>=high"}, {"search", dir, "--json", "verdict:confirmed"}, {"show", dir, "w:046c4289"}} {
		out, errs, code := run(t, args...)
		if code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
		all.WriteString(out)
	}
	return all.String()
}

func TestReindex(t *testing.T) {
	dir := demoCase(t)
	t.Setenv("TZ", "America/New_York") // nothing of the machine's matters
	// A second load, of another zone and role, with a web root of its own.
	os.Mkdir("www", 0o700)
	os.WriteFile("www/x.php", []byte("<?php eval($_POST['c']);"), 0o600)
	os.WriteFile("iis.log", []byte("#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status\n2025-03-08 10:00:00 192.0.2.99 GET /a.aspx id=1'+UNION+SELECT+1-- 200\n"), 0o600)
	for _, args := range [][]string{{"load", dir, "iis.log", "--tz", "+02:00", "--webroot", "www"}, {"verdict", dir, "w:046c4289", "confirmed", "-m", "seen"},
		{"verdict", dir, "r:62714d.8197", "confirmed"}, {"note", dir, "-m", "planted by [[r:62714d.8197]]", "--on", "w:046c4289"}} {
		if _, errs, code := run(t, args...); code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
	}
	before := answersOf(t, dir)
	again := func(want string, code int, args ...string) {
		t.Helper()
		out, errs, got := run(t, append([]string{"reindex", dir}, args...)...)
		if got != code || !strings.Contains(out+errs, want) {
			t.Fatalf("reindex %v exits %d: want %d and %q:\n%s%s", args, got, code, want, out, errs)
		}
	}
	same := func(what string) {
		t.Helper()
		if after := answersOf(t, dir); after != before || len(before) < 10_000 {
			t.Errorf("%s: the answers differ: %d and %d bytes", what, len(before), len(after))
		}
	}
	again("of the register read again", 0)
	same("over the old index")
	if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
		t.Fatal(err)
	}
	again("of the register read again", 0)
	same("without an index")

	// Evidence that moved is named; the old index stays until it is said where it is, or that it is given up.
	os.Mkdir("elsewhere", 0o700)
	if err := os.Rename("iis.log", "elsewhere/renamed.log"); err != nil {
		t.Fatal(err)
	}
	again("NOT READ iis.log: it is no longer at", 1)
	again("the old index stays", 1)
	same("while evidence is missing") // raw lines of it aside, which no answer here has
	again("MOVED iis.log: read at", 0, "--from", "elsewhere")
	same("from elsewhere")
	os.WriteFile("iis.log", []byte("something else\n"), 0o600)
	again("iis.log was changed", 1, "--less")
	if out, _, _ := run(t, "evidence", dir); !strings.Contains(out, "iis.log") {
		t.Errorf("the register has forgotten a file:\n%s", out)
	}
	if _, errs, _ := run(t, "webshells", dir); !strings.Contains(errs, "the index lacks 1 of the registered logs") {
		t.Errorf("what the new index lacks is not said: %q", errs)
	}
	if _, errs, code := run(t, "reindex", "nothing-here"); code != 1 || !strings.Contains(errs, "no such case") {
		t.Errorf("no case: %d %s", code, errs)
	}
}

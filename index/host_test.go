package index

import (
	"testing"

	"spoor/triage"
	"spoor/triage/weblog"
)

// The host is judged as the other texts of a request are, and its findings stay with the row.
func TestHostFindings(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "h.log", `www.example.org 192.0.2.1 - - [10/May/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"
a'b 192.0.2.2 - - [10/May/2024:10:00:01 +0000] "GET / HTTP/1.1" 200 5 "-" "x"
`, mustDetect(t, "www.example.org 192.0.2.1 - - [10/May/2024:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\"\n")))
	r := search(t, s, "rule:t-host")
	if got := lines(t, r); len(got) != 1 || got[0] != 2 {
		t.Errorf("rule:t-host finds lines %v, want 2 alone", got)
	}
	if r := search(t, s, "level>="+triage.Medium.String()+" host:example"); len(lines(t, r)) != 0 {
		t.Errorf("an ordinary host has a finding")
	}
}

func mustDetect(t *testing.T, text string) weblog.Format {
	t.Helper()
	f, err := weblog.Detect([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

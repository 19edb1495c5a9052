package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestSummary(t *testing.T) {
	s := summary{recall: []logRecall{{"one", 0.5, 1}, {"two", 1, 1}}, benign: newScore(), shells: []string{"60 /a.php in b.log"}}
	s.benign.benign("benign", nil, "")
	s.atLeast("found", 0.2, 0.9)
	s.yes("first", true)
	var out bytes.Buffer
	s.print(&out)
	for what, want := range map[string]string{
		"found": "NOT MET", "first": "met", "real benign lines alerted, of 1": "met", "harmless paths of real logs": "met",
		"macro recall over log sets, any": "met", "macro recall over log sets, alerts": "NOT MET", "  false web shell: 60 /a.php": "in b.log",
	} {
		found := false
		for _, line := range strings.Split(out.String(), "\n") {
			if strings.HasPrefix(line, "  "+what) || strings.HasPrefix(line, what) {
				found = found || strings.HasSuffix(line, " "+want)
			}
		}
		if !found {
			t.Errorf("no line %q that ends in %q in:\n%s", what, want, &out)
		}
	}
}

func TestLabelledIncident(t *testing.T) {
	needData(t)
	var out bytes.Buffer
	if err := run(&out, options{data: dataDir, sets: map[string]bool{"lab": true}}); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"lab-dev: no harmless path ranked above", "lab-dev: planted_by", "lab-dev, IIS copy: no harmless path", "lab-dev, IIS copy: planted_by", "lab-dev: benign lines alerted"} {
		_, rest, ok := strings.Cut(out.String(), row)
		line, _, _ := strings.Cut(rest, "\n")
		if !ok || !strings.HasSuffix(line, " met") {
			t.Errorf("%s%s", row, line)
		}
	}
}

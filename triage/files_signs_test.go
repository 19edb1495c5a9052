package triage_test

import (
	"fmt"
	"testing"
	"time"

	"spoor/triage"
)

// siteListing is a listing of 30 scripts and 20 pictures, all of one deployment, and one more file.
func siteListing(extra ...triage.HashEntry) []triage.HashList {
	deployed := time.Date(2025, 1, 14, 15, 2, 0, 0, time.UTC)
	l := triage.HashList{Role: triage.RoleListing, Source: triage.Source{Key: "aaaaaa", Path: "listing"}}
	add := func(e triage.HashEntry) {
		e.Line = int64(len(l.Entries) + 1)
		l.Entries = append(l.Entries, e)
	}
	for i := range 30 {
		at := deployed.Add(time.Duration(i) * time.Second)
		add(triage.HashEntry{Path: fmt.Sprintf("/srv/www/page%d.php", i), Size: 4000 + int64(i), ModTime: at, Changed: at, Created: at, SHA256: fmt.Sprintf("%064x", i+1)})
	}
	for i := range 20 {
		at := deployed.Add(time.Duration(i) * time.Minute * 999)
		add(triage.HashEntry{Path: fmt.Sprintf("/srv/www/pics/p%d.jpg", i), Size: 90_000, ModTime: at, Changed: at, Created: at})
	}
	for _, e := range extra {
		add(e)
	}
	return []triage.HashList{l}
}

func TestFileSigns(t *testing.T) {
	deployed := time.Date(2025, 1, 14, 15, 2, 10, 0, time.UTC)
	later := deployed.Add(50 * 24 * time.Hour)
	for _, c := range []struct {
		name string
		file triage.HashEntry
		want []string // rules, in any order
	}{
		{"one of the deployment", triage.HashEntry{Path: "/srv/www/more.php", Size: 5000, ModTime: deployed, Changed: deployed, Created: deployed}, nil},
		{"a picture of a visitor", triage.HashEntry{Path: "/srv/www/pics/late.jpg", Size: 5, ModTime: later}, nil},
		{"a script among pictures, late, tiny", triage.HashEntry{Path: "/srv/www/pics/x.php", Size: 90, ModTime: later}, []string{"file-static-folder", "file-time-alone", "file-tiny-script"}},
		{"a script below uploads", triage.HashEntry{Path: "/srv/www/uploads/2025/x.php", Size: 5000, ModTime: deployed}, []string{"file-upload-folder"}},
		{"a double extension", triage.HashEntry{Path: "/srv/www/a/x.php.jpg", Size: 5000, ModTime: deployed}, []string{"file-double-extension"}},
		{"a picture's extension first", triage.HashEntry{Path: "/srv/www/a/logo.png.php", Size: 5000, ModTime: deployed}, []string{"file-double-extension"}},
		{"a semicolon", triage.HashEntry{Path: `C:\inetpub\wwwroot\a\x.asp;.jpg`, Size: 5000, ModTime: deployed}, []string{"file-double-extension"}},
		{"a library's dotted name", triage.HashEntry{Path: "/srv/www/a/class.smtp.inc.php", Size: 5000, ModTime: deployed}, nil},
		{"a style sheet made by a script", triage.HashEntry{Path: "/srv/www/a/style.css.php", Size: 5000, ModTime: deployed}, nil},
		{"a copy left behind", triage.HashEntry{Path: "/srv/www/a/index.php.bak", Size: 5000, ModTime: deployed}, nil},
		{"a dot in front", triage.HashEntry{Path: "/srv/www/a/.x.php", Size: 5000, ModTime: deployed}, []string{"file-hidden-script"}},
		{"a time set back", triage.HashEntry{Path: "/srv/www/y.php", Size: 5000, ModTime: deployed, Changed: later, Created: later}, []string{"file-time-set-back"}},
	} {
		found := map[string]bool{}
		var level triage.Level
		for _, f := range triage.JudgeFiles(siteListing(c.file)) {
			if f.Path != c.file.Path {
				if f.Level() >= triage.Low {
					t.Errorf("%s: %s has %+v", c.name, f.Path, f.Findings)
				}
				continue
			}
			level = f.Level()
			for _, x := range f.Findings {
				found[x.Rule] = true
			}
		}
		if len(found) != len(c.want) {
			t.Errorf("%s: found %v (%s), want %v", c.name, found, level, c.want)
		}
		for _, rule := range c.want {
			if !found[rule] {
				t.Errorf("%s: %s is missing in %v", c.name, rule, found)
			}
		}
	}
}

// TestFileSignsOfKnownGood: what the baseline has is quiet, whatever it is called and holds.
func TestFileSignsOfKnownGood(t *testing.T) {
	entry := triage.HashEntry{Path: "/srv/www/pics/x.php", Size: 90, SHA256: fmt.Sprintf("%064x", 99),
		Findings: []triage.Finding{{Rule: "code-input", Level: triage.Critical, Field: "content"}}}
	lists := append(siteListing(entry), triage.HashList{Role: triage.RoleBaseline, Entries: []triage.HashEntry{entry}})
	for _, f := range triage.JudgeFiles(lists) {
		if f.Path == entry.Path && (f.Verdict != triage.KnownGood || f.Level() > triage.Low || f.Suspicion() > 15) {
			t.Errorf("%s has %+v, suspicion %d", f.Verdict, f.Findings, f.Suspicion())
		}
	}
}

package triage_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/hashlist"
	"spoor/triage/source"
)

const (
	hashA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	hashB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	hashC = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
	hashD = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
	md5A  = "11111111111111111111111111111111"
)

func list(role, name string, e ...triage.HashEntry) triage.HashList {
	for i := range e {
		e[i].Line = int64(i + 1)
		e[i].Size = -1
	}
	return triage.HashList{Role: role, Source: triage.Source{Key: "abc123", Path: name}, Entries: e}
}

func TestJudgeFiles(t *testing.T) {
	listing := list(triage.RoleListing, "webroot.sha256",
		triage.HashEntry{Path: "/var/www/index.php", SHA256: hashA},
		triage.HashEntry{Path: "/var/www/admin/index.php", SHA256: hashB},
		triage.HashEntry{Path: "/var/www/images/up.php", SHA256: hashC},
		triage.HashEntry{Path: "/var/www/copy.php", SHA256: hashA},
		triage.HashEntry{Path: "/var/www/bad.php", SHA256: hashD},
	)
	bad := list(triage.RoleKnownBad, "bad.txt", triage.HashEntry{SHA256: hashD, Comment: "family X"})
	want := map[string]triage.FileVerdict{
		"/var/www/index.php": triage.KnownGood, "/var/www/admin/index.php": triage.Changed, "/var/www/images/up.php": triage.Unknown,
		"/var/www/copy.php": triage.KnownGood, "/var/www/bad.php": triage.KnownBad,
	}
	for _, c := range []struct{ name, root string }{
		{"same root", "/var/www/"}, {"relative", "./"}, {"bare relative", ""}, {"backup elsewhere", "/mnt/backup/site/"}, {"windows", `D:\sites\www\`},
	} {
		base := list(triage.RoleBaseline, "base",
			triage.HashEntry{Path: c.root + "index.php", SHA256: hashA},
			triage.HashEntry{Path: c.root + "admin/index.php", SHA256: hashC[:63] + "0"})
		files := triage.JudgeFiles([]triage.HashList{listing, base, bad})
		if len(files) != len(want) {
			t.Fatalf("%s: %d files, want %d", c.name, len(files), len(want))
		}
		for _, f := range files {
			if f.Verdict != want[f.Path] {
				t.Errorf("%s: %s is %s (%s), want %s", c.name, f.Path, f.Verdict, f.Why, want[f.Path])
			}
		}
	}
}

// Two listings of the same root in different words are one set of files.
func TestJudgeFilesMergesListings(t *testing.T) {
	when := time.Date(2025, 3, 8, 8, 17, 47, 0, time.UTC)
	abs := list(triage.RoleListing, "a", triage.HashEntry{Path: "/srv/x/a.php", SHA256: hashA}, triage.HashEntry{Path: "/srv/x/b/a.php", SHA256: hashB})
	rel := list(triage.RoleListing, "b", triage.HashEntry{Path: "./a.php", MD5: md5A, ModTime: when}, triage.HashEntry{Path: "./b/a.php"}, triage.HashEntry{Path: "./new.php", MD5: md5A})
	files := triage.JudgeFiles([]triage.HashList{rel, abs})
	if len(files) != 3 {
		t.Fatalf("%d files, want 3: %+v", len(files), files)
	}
	if f := files[1]; f.Path != "/srv/x/a.php" || f.MD5 != md5A || f.SHA256 != hashA || !f.ModTime.Equal(when) || len(f.Cites) != 2 {
		t.Errorf("merged file is %+v", f)
	}
	for _, f := range files {
		if f.Verdict != triage.Unknown || f.Why != "no baseline was given" {
			t.Errorf("%s is %s (%s)", f.Path, f.Verdict, f.Why)
		}
	}
}

func TestJudgeFilesWithoutCommonHash(t *testing.T) {
	files := triage.JudgeFiles([]triage.HashList{
		list(triage.RoleListing, "a", triage.HashEntry{Path: "/a.php", MD5: md5A}),
		list(triage.RoleBaseline, "b", triage.HashEntry{Path: "/a.php", SHA256: hashA}),
	})
	if f := files[0]; f.Verdict != triage.Unknown {
		t.Errorf("a file with no comparable hash is %s (%s)", f.Verdict, f.Why)
	}
}

func readList(t testing.TB, role, path string) triage.HashList {
	t.Helper()
	r, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	l := triage.HashList{Role: role, Source: triage.Source{Key: "abc123", Path: filepath.Base(path)}}
	if _, err := hashlist.Read(io.Reader(r), l.Source, nil, func(e triage.HashEntry) error {
		l.Entries = append(l.Entries, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return l
}

// All layouts of the lab's listings tell the same story of the planted file.
func TestJudgeFilesOnLab(t *testing.T) {
	needLab(t)
	const dir = labDir + "/files/"
	for _, c := range []struct{ listing, baseline string }{
		{"webroot.sha256", "baseline.sha256"}, {"webroot-hashdeep.csv", "baseline-hashdeep.csv"},
		{"webroot-get-filehash.csv", "baseline-get-filehash.csv"}, {"webroot-relative.md5", "baseline-hashdeep.csv"},
	} {
		files := triage.JudgeFiles([]triage.HashList{readList(t, triage.RoleListing, dir+c.listing), readList(t, triage.RoleBaseline, dir+c.baseline)})
		n := map[triage.FileVerdict]int{}
		for _, f := range files {
			n[f.Verdict]++
		}
		if n[triage.Changed] != 2 || n[triage.KnownGood] != 65 || n[triage.KnownBad] != 0 || len(files) < 130 {
			t.Errorf("%s against %s: %v of %d", c.listing, c.baseline, n, len(files))
		}
	}
}

// The made-up WordPress root: good, changed, bad and unknown must all come out as labelled.
func TestJudgeFilesOnWordPress(t *testing.T) {
	const dir = "../../shared/data/"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("shared evidence is not here")
	}
	files := triage.JudgeFiles([]triage.HashList{
		readList(t, triage.RoleListing, dir+"webroot/wp643_webroot_listing.csv"),
		readList(t, triage.RoleBaseline, dir+"hashes/wordpress-6.4.3.sha256"), readList(t, triage.RoleBaseline, dir+"hashes/wordpress-6.4.3.md5"),
		readList(t, triage.RoleKnownBad, dir+"hashes/known_bad_php-malware-finder.csv"),
	})
	n := map[triage.FileVerdict]int{}
	for _, f := range files {
		n[f.Verdict]++
	}
	want := map[triage.FileVerdict]int{triage.KnownGood: 2628, triage.Changed: 3, triage.KnownBad: 12, triage.Unknown: 25}
	for v, k := range want {
		if n[v] != k {
			t.Errorf("%s: %d files, want %d", v, n[v], k)
		}
	}
}

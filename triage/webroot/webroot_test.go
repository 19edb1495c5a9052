package webroot_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/triage"
	"spoor/triage/hashlist"
	"spoor/triage/webroot"
)

// site writes files into a new folder named site and gives its path.
func site(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// read gives the entries of a manifest by path.
func read(t *testing.T, manifest []byte) (map[string]triage.HashEntry, hashlist.Stats) {
	t.Helper()
	if name, err := hashlist.Detect(manifest[:min(len(manifest), 64<<10)]); err != nil || name != triage.FormatWebroot {
		t.Fatalf("detected as %q: %v", name, err)
	}
	out := map[string]triage.HashEntry{}
	st, err := hashlist.Read(bytes.NewReader(manifest), triage.Source{Path: "m"}, nil, func(e triage.HashEntry) error {
		out[e.Path] = e
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, st
}

func TestWrite(t *testing.T) {
	const shell = `<?php eval($_POST['x']);`
	dir := site(t, map[string]string{"index.php": "<?php echo 1;", "img/s.php": shell, "img/a.txt": "text", "case/secret": "left out"})
	outside := filepath.Join(t.TempDir(), "outside.php")
	if err := os.WriteFile(outside, []byte(shell), 0o644); err != nil {
		t.Fatal(err)
	}
	links := 0
	for _, link := range []string{"link.php", "img/up"} {
		if os.Symlink(outside, filepath.Join(dir, filepath.FromSlash(link))) == nil {
			links++
		}
	}
	var out, again bytes.Buffer
	stats, err := webroot.Write(context.Background(), dir, &out, webroot.Options{Skip: filepath.Join(dir, "case")})
	if err != nil {
		t.Fatal(err)
	}
	if stats.Files != 3 || stats.Scripts != 2 || stats.Suspect != 1 || stats.Skipped != links {
		t.Errorf("stats %+v with %d links", stats, links)
	}
	entries, st := read(t, out.Bytes())
	if st.Parsed != 3 || st.Rejected != int64(links) {
		t.Errorf("read as a list: %+v", st)
	}
	for _, r := range st.Rejects {
		if !strings.Contains(r.Reason, "symbolic link") {
			t.Errorf("rejected for %q", r.Reason)
		}
	}
	e := entries["site/img/s.php"]
	sum := sha256.Sum256([]byte(shell))
	if e.SHA256 != hex.EncodeToString(sum[:]) || e.Size != int64(len(shell)) || e.ModTime.IsZero() || len(e.MD5) != 32 || len(e.SHA1) != 40 {
		t.Errorf("entry %+v", e)
	}
	if len(e.Findings) == 0 || e.Findings[0].Rule != "code-input" || e.Findings[0].Level != triage.Critical {
		t.Errorf("findings %+v", e.Findings)
	}
	if len(entries["site/index.php"].Findings) != 0 {
		t.Errorf("index.php has %+v", entries["site/index.php"].Findings)
	}
	if _, err := webroot.Write(context.Background(), dir, &again, webroot.Options{Skip: filepath.Join(dir, "case")}); err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Errorf("the same folder gave another manifest (%v)", err)
	}
}

func TestWriteNamesWhatItCannotRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	dir := site(t, map[string]string{"a.php": "x", "locked/b.php": "y"})
	for _, name := range []string{"a.php", "locked"} {
		path := filepath.Join(dir, name)
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(path, 0o755)
	}
	var out bytes.Buffer
	stats, err := webroot.Write(context.Background(), dir, &out, webroot.Options{})
	if err != nil || stats.Skipped != 2 || strings.Count(out.String(), "no permission") != 2 {
		t.Errorf("%+v, %v:\n%s", stats, err, out.String())
	}
}

func TestWriteOddNames(t *testing.T) {
	names := []string{"a\x1b]0;x\x07.php", "b\xff\xfe.php", "c \"quoted\".php", "d\nline.php"}
	dir := site(t, map[string]string{"z": ""})
	want := 1
	for _, n := range names {
		if os.WriteFile(filepath.Join(dir, n), []byte("<?php echo 1;"), 0o644) == nil {
			want++
		}
	}
	var out bytes.Buffer
	if _, err := webroot.Write(context.Background(), dir, &out, webroot.Options{}); err != nil {
		t.Fatal(err)
	}
	entries, st := read(t, out.Bytes())
	if len(entries) != want || st.Rejected != 0 {
		t.Fatalf("%d entries, want %d: %+v", len(entries), want, st)
	}
	for _, n := range names {
		if _, err := os.Lstat(filepath.Join(dir, n)); err == nil && entries["site/"+n].SHA256 == "" {
			t.Errorf("%q is not in the manifest as it is named", n)
		}
	}
}

func TestWriteDepth(t *testing.T) {
	deep := strings.Repeat("d/", webroot.MaxDepth+3)
	dir := site(t, map[string]string{"top.php": "", deep + "low.php": ""})
	var out bytes.Buffer
	stats, err := webroot.Write(context.Background(), dir, &out, webroot.Options{})
	if err != nil || stats.Files != 1 || stats.Skipped != 1 || !strings.Contains(out.String(), "folders deep") {
		t.Errorf("%+v, %v", stats, err)
	}
}

func TestWriteErrors(t *testing.T) {
	dir := site(t, map[string]string{"a.php": "", "b.php": ""})
	if _, err := webroot.Write(context.Background(), filepath.Join(dir, "none"), &bytes.Buffer{}, webroot.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	if _, err := webroot.Write(context.Background(), filepath.Join(dir, "a.php"), &bytes.Buffer{}, webroot.Options{}); err == nil || !strings.Contains(err.Error(), "is no folder") {
		t.Errorf("a file: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := webroot.Write(ctx, dir, &bytes.Buffer{}, webroot.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestStandOut has one packed script among many plain ones.
func TestStandOut(t *testing.T) {
	files := map[string]string{"packed.php": "<?php $z='" + strings.Repeat("x9Qf/+Zk3", 900) + "';" + strings.Repeat("$q{3}.$q[1]^~$w;", 30)}
	for i := range 40 {
		files["page"+string(rune('a'+i%26))+strings.Repeat("x", i/26)+".php"] = "<?php\n" + strings.Repeat("// a comment\nfunction show($row) {\n\techo htmlspecialchars($row['name']);\n}\n", 3+i%5)
	}
	var out bytes.Buffer
	if _, err := webroot.Write(context.Background(), site(t, files), &out, webroot.Options{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), `"stands-out"`); n != 1 {
		t.Errorf("%d files stand out, want the packed one alone", n)
	}
	entries, _ := read(t, out.Bytes())
	if f := entries["site/packed.php"].Findings; len(f) != 1 || f[0].Rule != "stands-out" {
		t.Errorf("the last line about packed.php has %+v", f)
	}
}

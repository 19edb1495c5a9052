package pack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"github.com/klauspost/compress/zstd"

	"spoor/cases"
	"spoor/cases/pack"
	"spoor/cases/seal"
)

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

const line = "GET /item.php?id=1\xff\x1b[2J HTTP/1.1"

// members are those of a small case with one note that cites one line.
func members(t testing.TB) []pack.File {
	t.Helper()
	c, err := cases.Create(filepath.Join(t.TempDir(), "case"), cases.Info{Name: "Shop", ID: "5f0c1e2d3b4a5968", Created: noon})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetClock(func() time.Time { return noon })
	sum := sha256.Sum256([]byte(line))
	on := cases.Citation{Ref: "r:aaaaaa.1", Source: "access.log", Line: 1, Text: line, TextSHA256: hex.EncodeToString(sum[:])}
	if _, err := c.AddNote(cases.Who{Analyst: "Ada"}, "the first\x1b[2J sign", []cases.Citation{on}, noon); err != nil {
		t.Fatal(err)
	}
	secret, err := os.ReadFile("../seal/testdata/minisign.key")
	if err != nil {
		t.Fatal(err)
	}
	key, err := seal.OpenKey(secret, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Seal(cases.Who{}, key); err != nil {
		t.Fatal(err)
	}
	r, size, records, head, err := c.Journal()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	files, err := pack.Standard(pack.Head{Program: "test", Case: "5f0c1e2d3b4a5968", Records: records, Journal: head}, c.Evidence(), c.Notes())
	if err != nil {
		t.Fatal(err)
	}
	cited, err := pack.CitedFile([]pack.Cited{{Citation: on}})
	if err != nil {
		t.Fatal(err)
	}
	info, err := json.Marshal(c.Info())
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, pack.File{Name: pack.InfoName, Data: info},
		pack.File{Name: pack.JournalName, Size: size, Open: func() (io.ReadCloser, error) { r, _, _, _, err := c.Journal(); return r, err }}, cited)
	for _, name := range []string{"seals/seal-1.txt", "seals/seal-1.txt.minisig"} {
		files = append(files, pack.File{Name: name, Path: filepath.Join(c.Dir(), name)})
	}
	return files
}

func write(t testing.TB, name string, files []pack.File, to *pack.Recipients) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if _, _, err := pack.WriteFile(context.Background(), path, false, to, "spoor-x", files, noon); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCheck(t *testing.T) {
	files := members(t)
	for _, name := range []string{"a.tar.zst", "a.ZIP"} {
		path := write(t, name, files, nil)
		if !pack.Is(path) {
			t.Errorf("%s is not known as a pack", name)
		}
		c, err := pack.Check(context.Background(), path, "test", nil)
		if err != nil || len(c.Problems) != 0 || c.Members != len(files)+1 || c.Summary.Citations != 1 || len(c.Summary.Seals) != 1 || !c.Summary.Seals[0].Holds || c.Info.Name != "Shop" {
			t.Errorf("%s: %v, %+v", name, err, c)
		}
		again := write(t, name, files, nil)
		if a, b := read(t, path), read(t, again); !bytes.Equal(a, b) {
			t.Errorf("%s: the same case gives other bytes", name)
		}
		st, err := os.Stat(path)
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, st.Mode(), err)
		}
	}
	// Each member by itself, changed, missing, or twice, is told.
	for i := range files {
		if files[i].Open != nil || files[i].Name == pack.ReadmeName {
			continue
		}
		for _, change := range []string{"left out", "twice", "changed"} {
			other := append([]pack.File(nil), files...)
			switch change {
			case "left out":
				other = append(other[:i], other[i+1:]...)
			case "twice":
				other = append(other, other[i])
			default:
				b := other[i].Data
				if other[i].Path != "" {
					b = read(t, other[i].Path)
				}
				b = bytes.Clone(b)
				if len(b) == 0 {
					b = []byte("x\n")
				}
				at := len(b) / 2
				if files[i].Name == pack.InfoName { // in a value, not in the name of one
					at = bytes.Index(b, []byte("Shop"))
				}
				b[at] ^= 1
				other[i] = pack.File{Name: other[i].Name, Data: b}
			}
			c, err := pack.Check(context.Background(), write(t, "b.zip", other, nil), "test", nil)
			if err == nil && len(c.Problems) == 0 && !(change == "left out" && (files[i].Name == pack.NotesName || files[i].Name == pack.RegisterName)) {
				t.Errorf("%s %s: not told", files[i].Name, change)
			}
		}
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// An encrypted pack is opened by each of its recipients and by nobody else.
func TestEncrypted(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	pq, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	ssh, err := agessh.ParseIdentity(read(t, "../seal/testdata/ed25519"))
	if err != nil {
		t.Fatal(err)
	}
	files := members(t)
	for _, to := range []struct {
		text string
		keys []age.Identity
	}{
		{"# ours\n" + id.Recipient().String() + "\n\n" + string(read(t, "../seal/testdata/ed25519.pub")), []age.Identity{id, ssh}},
		{pq.Recipient().String(), []age.Identity{pq}},
	} {
		r := new(pack.Recipients)
		if err := r.Add(to.text); err != nil {
			t.Fatal(err)
		}
		path := write(t, "a.tar.zst.age", files, r)
		if _, err := pack.Check(context.Background(), path, "test", nil); !errors.Is(err, pack.ErrEncrypted) || !pack.Is(path) {
			t.Errorf("%v", err)
		}
		for _, key := range to.keys {
			plain, err := age.Decrypt(bytes.NewReader(read(t, path)), key)
			if err != nil {
				t.Fatal(err)
			}
			opened, err := io.ReadAll(plain)
			if err != nil || !bytes.Equal(opened, read(t, write(t, "a.tar.zst", files, nil))) {
				t.Errorf("opened: %v, %d bytes", err, len(opened))
			}
		}
		if _, err := age.Decrypt(bytes.NewReader(read(t, path)), other); err == nil {
			t.Error("anybody opens it")
		}
	}
	for _, text := range []string{"", "# none", "age1", "ssh-ed25519 AAAA", "nonsense", id.String(), string(read(t, "../seal/testdata/ed25519"))} {
		err := new(pack.Recipients).Add(text)
		if err == nil || strings.Contains(err.Error(), strings.TrimPrefix(id.String(), "AGE-SECRET-KEY-")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A file that is there stays, and a write that fails leaves nothing.
func TestWriteFile(t *testing.T) {
	files := members(t)
	path := write(t, "a.zip", files, nil)
	before := read(t, path)
	ctx := context.Background()
	if _, _, err := pack.WriteFile(ctx, path, false, nil, "x", files, noon); !errors.Is(err, pack.ErrExists) {
		t.Errorf("%v", err)
	}
	broken := append(append([]pack.File(nil), files...), pack.File{Name: "gone", Path: filepath.Join(t.TempDir(), "gone")})
	if _, _, err := pack.WriteFile(ctx, path, true, nil, "x", broken, noon); err == nil {
		t.Error("a pack without one of its members is written")
	}
	shrunk := append(append([]pack.File(nil), files...), pack.File{Name: "short", Size: 5, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("1234")), nil }})
	if _, _, err := pack.WriteFile(ctx, path, true, nil, "x", shrunk, noon); err == nil || !strings.Contains(err.Error(), "became shorter") {
		t.Errorf("%v", err)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := pack.WriteFile(stopped, path, true, nil, "x", files, noon); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 || !bytes.Equal(read(t, path), before) {
		t.Errorf("%v, left: %v", err, entries)
	}
	if _, _, err := pack.WriteFile(ctx, path, true, nil, "y", files, noon); err != nil || bytes.Equal(read(t, path), before) {
		t.Errorf("not replaced: %v", err)
	}
	for _, name := range []string{"../x", "/x", "a\\b", "a\nb", "", "é"} {
		if err := pack.Write(ctx, io.Discard, pack.Zip, "x", []pack.File{{Name: name}}, noon); err == nil {
			t.Errorf("a member %q", name)
		}
	}
}

// Archives that no spoor wrote: nothing is followed, written or taken for a pack.
func TestHostileArchives(t *testing.T) {
	dir := t.TempDir()
	tarOf := func(headers ...tar.Header) []byte {
		var b bytes.Buffer
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w := tar.NewWriter(z)
		for _, h := range headers {
			if err := w.WriteHeader(&h); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(w.Close(), z.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	if _, err := w.Create("x/../../etc/passwd"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	for name, b := range map[string][]byte{
		"climbs.tar.zst": tarOf(tar.Header{Name: "x/../../etc/passwd"}), "rooted.tar.zst": tarOf(tar.Header{Name: "/etc/passwd"}),
		"link.tar.zst":    tarOf(tar.Header{Name: "x/pack.json", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}),
		"folders.tar.zst": tarOf(tar.Header{Name: "x/a"}, tar.Header{Name: "y/b"}), "empty.tar.zst": tarOf(),
		"cut.tar.zst": tarOf(tar.Header{Name: "x/pack.json", Size: 0})[:12], "climbs.zip": z.Bytes(), "cut.zip": z.Bytes()[:20],
		"nothing": nil, "text": []byte("# a report"),
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := pack.Check(context.Background(), path, "test", nil); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "pack.json")); err == nil {
		if _, err := pack.Check(context.Background(), dir, "test", nil); err == nil || !strings.Contains(err.Error(), "no plain file") {
			t.Errorf("a link in a folder: %v", err)
		}
	}
}

package source_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"spoor/triage/source"
)

func gz(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zst(t testing.TB, s string) string {
	t.Helper()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(enc.EncodeAll([]byte(s), nil))
}

func save(t testing.TB, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "access.log")
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// lines is text that compresses little, so that cutting a stream leaves some of it readable.
func lines(n int) string {
	var b strings.Builder
	for sum := sha256.Sum256(nil); b.Len() < n; sum = sha256.Sum256(sum[:]) {
		b.WriteString(hex.EncodeToString(sum[:]) + "\n")
	}
	return b.String()
}

func TestOpen(t *testing.T) {
	long := lines(300 << 10)
	cut := func(s string, n int) string { return s[:len(s)-n] }
	damaged := []byte(gz(t, long))
	damaged[len(damaged)/2] ^= 0xff
	for _, c := range []struct {
		name, stored string
		compressed   bool
		want         string // whole text, or "" to want a part of long
		reason       string // of Truncated
	}{
		{"plain", "GET /\n", false, "GET /\n", ""},
		{"empty", "", false, "", ""},
		{"one byte", "x", false, "x", ""},
		{"gzip", gz(t, "GET /\n"), true, "GET /\n", ""},
		{"gzip of nothing", gz(t, ""), true, "", ""},
		{"gzip members", gz(t, "a\n") + gz(t, "") + gz(t, "b\n"), true, "a\nb\n", ""},
		{"gzip then garbage", gz(t, "a\n") + "garbage", true, "a\n", "something else follows"},
		{"gzip then zeros", gz(t, "a\n") + strings.Repeat("\x00", 512), true, "a\n", "something else follows"},
		{"gzip cut in the data", cut(gz(t, long), 5000), true, "", "is cut off"},
		{"gzip cut in the trailer", cut(gz(t, "a\n"), 3), true, "a\n", "is cut off"},
		{"gzip cut in the second header", gz(t, "a\n") + gz(t, "b\n")[:5], true, "a\n", "is cut off"},
		{"gzip header alone", "\x1f\x8b\x08\x00", true, "", "is cut off"},
		{"gzip damaged", string(damaged), true, "", "is damaged"},
		{"zstd", zst(t, "GET /\n"), true, "GET /\n", ""},
		{"zstd frames", zst(t, "a\n") + zst(t, "b\n"), true, "a\nb\n", ""},
		{"zstd cut", cut(zst(t, long), 5000), true, "", "is cut off"},
		{"zstd then garbage", zst(t, "a\n") + "garbage", true, "a\n", "something else follows"},
	} {
		path := save(t, c.stored)
		r, err := source.Open(path)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := io.ReadAll(r)
		if err != nil || r.Compressed() != c.compressed {
			t.Errorf("%s: compressed %v, %v", c.name, r.Compressed(), err)
		}
		if whole := c.want != "" || c.reason == ""; whole && string(got) != c.want || !whole && !strings.HasPrefix(long, string(got)) && c.reason != "is damaged" {
			t.Errorf("%s: read %.40q, want %.40q", c.name, got, c.want)
		}
		if reason := r.Truncated(); (reason != nil) != (c.reason != "") || reason != nil && !strings.Contains(reason.Error(), c.reason) {
			t.Errorf("%s: Truncated = %v, want %q", c.name, reason, c.reason)
		}
		sum := sha256.Sum256([]byte(c.stored))
		hash, size, err := source.Hash(context.Background(), path)
		if want := hex.EncodeToString(sum[:]); r.SHA256() != want || hash != want || size != int64(len(c.stored)) || err != nil || r.Stored() != size || r.Size() != size {
			t.Errorf("%s: SHA256 = %s, Hash = %s, %d, %v, want %s", c.name, r.SHA256(), hash, size, err, want)
		}
		if n, err := r.Read(make([]byte, 9)); n != 0 || err != io.EOF {
			t.Errorf("%s: Read after the end = %d, %v", c.name, n, err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: Close: %v", c.name, err)
		}
	}
}

// A cut stream still gives most of what was stored.
func TestOpenCutGivesWhatIsThere(t *testing.T) {
	long := lines(300 << 10)
	for name, stored := range map[string]string{"gzip": gz(t, long), "zstd": zst(t, long)} {
		r, err := source.Open(save(t, stored[:len(stored)*9/10]))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || len(got) < len(long)/4 || !strings.HasPrefix(long, string(got)) {
			t.Errorf("%s: %d of %d bytes, %v", name, len(got), len(long), err)
		}
		r.Close()
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(os.DevNull, link); err != nil {
		t.Skip("no symbolic links here")
	}
	for _, c := range []struct {
		path   string
		is     error
		reason string
	}{
		{dir, source.ErrNotRegular, "a folder"},
		{link, source.ErrNotRegular, "a device"},
		{filepath.Join(dir, "missing"), fs.ErrNotExist, "missing"},
	} {
		_, err := source.Open(c.path)
		_, _, hashErr := source.Hash(context.Background(), c.path)
		for _, err := range []error{err, hashErr} {
			if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.path) || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("%s: %v, want %v", c.path, err, c.is)
			}
		}
	}
}

func TestOpenWithoutPermission(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("this user may read everything")
	}
	path := save(t, "x")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	var pathErr *fs.PathError
	if _, err := source.Open(path); !errors.Is(err, fs.ErrPermission) || !errors.As(err, &pathErr) || pathErr.Path != path {
		t.Errorf("Open = %v", err)
	}
}

func TestHashStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := source.Hash(ctx, save(t, "x")); !errors.Is(err, context.Canceled) {
		t.Errorf("Hash = %v", err)
	}
}

// A few kilobytes that unfold to gigabytes are stopped with the reason.
func TestReadExpansion(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks a gigabyte")
	}
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range source.MaxExpansionBytes>>20 + 8 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := save(t, b.String())
	r, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n, err := io.Copy(io.Discard, r)
	if !errors.Is(err, source.ErrExpansion) || !strings.Contains(err.Error(), path) || n > source.MaxExpansionBytes {
		t.Errorf("%d bytes, %v", n, err)
	}
}

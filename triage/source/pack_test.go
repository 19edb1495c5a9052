package source_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"spoor/triage/source"
)

// pack writes text in pieces of the given size.
func pack(t testing.TB, text string, piece int) string {
	t.Helper()
	var b bytes.Buffer
	w := source.NewPackWriter(&b)
	for rest := text; len(rest) > 0; {
		n := min(max(piece, 1), len(rest))
		if m, err := io.WriteString(w, rest[:n]); m != n || err != nil {
			t.Fatal(m, err)
		}
		rest = rest[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPack(t *testing.T) {
	text := lines(700 << 10)
	p, err := source.OpenPack(save(t, pack(t, text, 10000)))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.Size() != int64(len(text)) {
		t.Errorf("Size = %d, want %d", p.Size(), len(text))
	}
	for _, c := range []struct{ off, n int }{
		{0, 10}, {256<<10 - 5, 10}, {256 << 10, 1}, {0, len(text)}, {len(text) - 3, 3}, {600 << 10, 300}, {5, 0}, {1, 400 << 10},
	} {
		got := make([]byte, c.n)
		if n, err := p.ReadAt(got, int64(c.off)); n != c.n || err != nil || string(got) != text[c.off:c.off+c.n] {
			t.Errorf("ReadAt(%d bytes, %d) = %d, %v", c.n, c.off, n, err)
		}
	}
	if n, err := p.ReadAt(make([]byte, 10), int64(len(text)-3)); n != 3 || err != io.EOF {
		t.Errorf("ReadAt over the end = %d, %v", n, err)
	}
	if _, err := p.ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("ReadAt(-1) has no error")
	}
}

// A pack is a zstd file that any tool unpacks.
func TestPackIsZstd(t *testing.T) {
	text := lines(300 << 10)
	dec, err := zstd.NewReader(strings.NewReader(pack(t, text, 1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	if got, err := io.ReadAll(dec); err != nil || string(got) != text {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestPackClosed(t *testing.T) {
	w := source.NewPackWriter(io.Discard)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("x")); err == nil {
		t.Error("Write after Close has no error")
	}
}

// forge is a pack with one frame of data and an index that says what it is told, with a right checksum.
func forge(data string, frame, frames uint32, total uint64, sizes ...uint32) string {
	index := binary.LittleEndian.AppendUint32(nil, frame)
	index = binary.LittleEndian.AppendUint32(index, frames)
	index = binary.LittleEndian.AppendUint64(index, total)
	for _, n := range sizes {
		index = binary.LittleEndian.AppendUint32(index, n)
	}
	out := append([]byte(data), "\x5e\x2a\x4d\x18\x00\x00\x00\x00"...)
	out = append(out, index...)
	out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(index, crc32.MakeTable(crc32.Castagnoli)))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(index)))
	return string(out) + "SPOORPK1"
}

func TestOpenPackRejects(t *testing.T) {
	good := pack(t, "hello", 5)
	flip := func(at int) string {
		b := []byte(good)
		b[at] ^= 1
		return string(b)
	}
	n := uint32(len(zst(t, "hello")))
	for _, c := range []struct{ name, stored string }{
		{"empty", ""},
		{"no pack", lines(100)},
		{"cut", good[:len(good)-1]},
		{"without its head", good[1:]},
		{"damaged index", flip(len(good) - 20)},
		{"damaged magic", flip(len(good) - 1)},
		{"no frame size", forge(zst(t, "hello"), 0, 1, 5, n)},
		{"huge frame size", forge(zst(t, "hello"), 1<<31, 1, 5, n)},
		{"more frames than sizes", forge(zst(t, "hello"), 10, 2, 5, n)},
		{"more bytes than frames", forge(zst(t, "hello"), 4, 1, 5, n)},
		{"fewer bytes than frames", forge(zst(t, "hello"), 4, 2, 4, n, 0)},
		{"wrong stored size", forge(zst(t, "hello"), 10, 1, 5, n-1)},
		{"huge stored size", forge(zst(t, "hello"), 10, 1, 5, 1<<31)},
	} {
		if p, err := source.OpenPack(save(t, c.stored)); !errors.Is(err, source.ErrPack) {
			t.Errorf("%s: %v, %v", c.name, p, err)
		}
	}
	if _, err := source.OpenPack(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

// Frames that are not what the index says are errors when they are read, whatever they unfold to.
func TestReadAtRejects(t *testing.T) {
	bomb := zst(t, strings.Repeat("\x00", 64<<20))
	for name, stored := range map[string]string{
		"garbage": forge("garbage", 10, 1, 5, 7),
		"short":   forge(zst(t, "abc"), 10, 1, 5, uint32(len(zst(t, "abc")))),
		"bomb":    forge(bomb, 4<<20, 1, 4<<20, uint32(len(bomb))),
	} {
		p, err := source.OpenPack(save(t, stored))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n, err := p.ReadAt(make([]byte, 5), 0); n != 0 || !errors.Is(err, source.ErrPack) {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		p.Close()
	}
}

// The law: what was written in any pieces is what any offset reads back.
func FuzzPackRoundTrip(f *testing.F) {
	f.Add([]byte("hello\n"), 1, 3, 2)
	f.Add([]byte(""), 7, 0, 1)
	f.Add([]byte(strings.Repeat("ab", 200<<10)), 70000, 256<<10, 20)
	path := filepath.Join(f.TempDir(), "pack")
	f.Fuzz(func(t *testing.T, text []byte, piece, off, n int) {
		off, n = off&0x7ffff, n&0x7ffff
		if err := os.WriteFile(path, []byte(pack(t, string(text), piece&0xfffff)), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := source.OpenPack(path)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		got := make([]byte, n)
		m, err := p.ReadAt(got, int64(off))
		want := text[min(off, len(text)):min(off+n, len(text))]
		if !bytes.Equal(got[:m], want) || (m < n) != (err == io.EOF) || p.Size() != int64(len(text)) {
			t.Fatalf("ReadAt(%d bytes, %d) = %d, %v, want %d", n, off, m, err, len(want))
		}
	})
}

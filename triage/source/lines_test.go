package source_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"spoor/triage/source"
)

func TestBlocks(t *testing.T) {
	long := strings.Repeat("x", 50)
	for _, c := range []struct {
		name, in string
		want     string // offset:line:cut:data of each block
	}{
		{"empty", "", ""},
		{"one line", "a\n", `0:1:0:"a\n"`},
		{"no last line end", "a\nb", `0:1:0:"a\n" 2:2:0:"b"`},
		{"crlf", "a\r\n\r\n", `0:1:0:"a\r\n\r\n"`},
		{"two blocks", "0123456789\nabcdefghi\n", `0:1:0:"0123456789\n" 11:2:0:"abcdefghi\n"`},
		{"line longer than a block", "0123456789abcdefghi\nx\n", `0:1:0:"0123456789abcdefghi\nx\n"`},
		{"too long a line", "a\n" + long + "\nb\n", `0:1:0:"a\n" 2:2:29:"` + long[:22] + `" 53:3:0:"b\n"`},
		{"too long a last line", long, `0:1:28:"` + long[:22] + `"`},
		{"as long as can be", long[:21] + "\r\nb\n", `0:1:0:"` + long[:21] + `\r\nb\n"`},
		{"one more", long[:22] + "\nb", `0:1:1:"` + long[:22] + `" 23:2:0:"b"`},
	} {
		var got []string
		err := source.Blocks(strings.NewReader(c.in), 16, 21, func(b source.Block) error {
			got = append(got, fmt.Sprintf("%d:%d:%d:%q", b.Offset, b.Line, b.Cut, b.Data))
			return nil
		})
		if s := strings.Join(got, " "); err != nil || s != c.want {
			t.Errorf("%s: %s, %v\nwant %s", c.name, s, err, c.want)
		}
	}
}

func TestBlocksErrors(t *testing.T) {
	broken := errors.New("broken")
	var got []byte
	err := source.Blocks(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), 0, 100, func(b source.Block) error {
		got = append(got, b.Data...)
		return nil
	})
	if !errors.Is(err, broken) || string(got) != "a\nb" {
		t.Errorf("read %q, %v: want all that came before the error", got, err)
	}
	full := errors.New("full")
	if err := source.Blocks(strings.NewReader("a\n"), 0, 100, func(source.Block) error { return full }); !errors.Is(err, full) {
		t.Errorf("error of yield: %v", err)
	}
}

func TestLinesStops(t *testing.T) {
	n := 0
	source.Lines(source.Block{Data: []byte("a\nb\nc\n")}, func([]byte, int64, int64) bool { n++; return n < 2 })
	if n != 2 {
		t.Errorf("%d lines after false", n)
	}
}

// The laws: the blocks put together are the input, a line is never lost or split, offsets and line numbers are
// those of a naive split, and what is left out of a line that is too long is counted.
func FuzzBlocks(f *testing.F) {
	for _, in := range []string{"", "a\n", "a\r\nb", "\n\n\n", "\r\r\n\r", strings.Repeat("x", 200) + "\ny\n", strings.Repeat("ab\n", 40)} {
		f.Add([]byte(in), 20, 40)
		f.Add([]byte(in), 16, 1)
	}
	f.Fuzz(func(t *testing.T, in []byte, size, maxLine int) {
		size, maxLine = 16+(size&0xff), 1+(maxLine&0xff)
		want := bytes.SplitAfter(in, []byte{'\n'})
		if n := len(want); len(want[n-1]) == 0 {
			want = want[:n-1]
		}
		at, seen := int64(0), 0
		err := source.Blocks(iotest.HalfReader(bytes.NewReader(in)), size, maxLine, func(b source.Block) error {
			if b.Offset != at || b.Line != int64(seen+1) || len(b.Data) == 0 || !bytes.HasPrefix(in[at:], b.Data) {
				t.Fatalf("block at %d line %d: %q, want it at %d line %d", b.Offset, b.Line, b.Data, at, seen+1)
			}
			at += int64(len(b.Data)) + b.Cut
			if b.Cut > 0 && len(b.Data) != maxLine+1 || b.Cut < 0 {
				t.Fatalf("cut %d of %q", b.Cut, b.Data)
			}
			source.Lines(b, func(line []byte, offset, number int64) bool {
				raw := want[seen]
				text := bytes.TrimSuffix(raw, []byte{'\n'})
				if len(text) < len(raw) {
					text = bytes.TrimSuffix(text, []byte{'\r'})
				}
				if b.Cut > 0 {
					text = raw[:maxLine+1]
				}
				if !bytes.Equal(line, text) || number != int64(seen+1) || !bytes.HasPrefix(in[offset:], text) {
					t.Fatalf("line %d at %d: %q, want line %d %q", number, offset, line, seen+1, text)
				}
				seen++
				return true
			})
			return nil
		})
		if err != nil || at != int64(len(in)) || seen != len(want) {
			t.Fatalf("%d bytes in %d lines, %v, want %d in %d", at, seen, err, len(in), len(want))
		}
	})
}

// BenchmarkSplit cuts a file into blocks and those into lines.
func BenchmarkSplit(b *testing.B) {
	data := []byte(lines(8 << 20))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		n := 0
		err := source.Blocks(bytes.NewReader(data), 0, 1<<20, func(blk source.Block) error {
			source.Lines(blk, func([]byte, int64, int64) bool { n++; return true })
			return nil
		})
		if err != nil || n == 0 {
			b.Fatal(n, err)
		}
	}
}

// splitAt is a Split whose records begin with a line of ">".
func splitAt(data []byte, atEnd bool) int {
	if i := bytes.Index(data, []byte("\n>")); i >= 0 {
		return i + 1
	}
	if atEnd {
		return len(data)
	}
	return 0
}

func TestRecords(t *testing.T) {
	long := strings.Repeat("x", 50)
	for _, c := range []struct {
		name, in string
		want     string // offset:line:lines:text of each record
	}{
		{"empty", "", ""},
		{"one", ">a\nb\n", `0:1:2:">a\nb"`},
		{"no line end", ">a\nb", `0:1:2:">a\nb"`},
		{"blank lines after it", ">a\r\n\r\n>b\n\n", `0:1:2:">a" 6:3:2:">b"`},
		{"longer than a block", ">0123456789\nabcdefghijklmn\no\n>b\n", `0:1:3:">0123456789\nabcdefghijklmn\no" 29:4:1:">b"`},
		{"head of none", "a\n>b\n", `0:1:1:"a" 2:2:1:">b"`},
		{"too long a line inside", ">a\n" + long + "\nb\n>c\n", `0:1:1:">a" 3:2:1:"` + long[:22] + `" 54:3:1:"b" 56:4:1:">c"`},
	} {
		var got []string
		add, end := source.BlocksOf(splitAt, func(b source.Block) error {
			source.Records(b, splitAt, func(r []byte, offset, line, lines int64) {
				got = append(got, fmt.Sprintf("%d:%d:%d:%q", offset, line, lines, r))
			})
			return nil
		})
		if err := errors.Join(source.Blocks(strings.NewReader(c.in), 16, 21, add), end()); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, s, c.want)
		}
	}
}

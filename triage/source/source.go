// Package source reads evidence files. It is the only code that knows compression.
//
// Open gives the plain bytes of a file that is plain, gzip or zstd, found from its first bytes; Blocks cuts
// them into blocks of whole lines that can be parsed in parallel. PackWriter and OpenPack keep a copy of a
// byte stream, compressed, from which any offset can be read back.
//
// Files are opened for reading only. What they hold is hostile: what a file may expand to is bounded, and a
// damaged file gives what can be read of it and then says what is wrong.
package source

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"

	"github.com/klauspost/compress/zstd"
)

// The bounds on what a compressed file may expand to. Both must be passed before Reader stops: web logs
// shrink to a tenth or a thirtieth, a log of one line over and over to a thousandth (deflate's own limit is
// 1032, https://www.rfc-editor.org/rfc/rfc1951), and small files do no harm.
const (
	MaxExpansion      = 1000    // plain bytes for one stored byte
	MaxExpansionBytes = 1 << 30 // plain bytes below which no ratio matters
)

const maxWindow = 128 << 20 // bytes; what "zstd --long=27" needs, the largest that zstd reads unasked

// ErrExpansion is what Reader.Read wraps when a file expands beyond MaxExpansion and MaxExpansionBytes.
var ErrExpansion = errors.New("expands more than any log does")

// ErrNotRegular is wrapped when a path is a folder, a device, a pipe or a socket.
var ErrNotRegular = errors.New("not a regular file")

// open opens a regular file for reading; a symbolic link counts as what it points at.
func open(path string) (*os.File, fs.FileInfo, error) {
	// Looked at before it is opened, since opening a pipe blocks until somebody writes to it.
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("open evidence: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("open evidence: %s: %w but %s", path, ErrNotRegular, kindOf(info.Mode()))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("open evidence: %w", err)
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w but %s", path, ErrNotRegular, kindOf(info.Mode()))
	}
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("open evidence: %w", err)
	}
	return f, info, nil
}

// kindOf names what a file that is not regular is.
func kindOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}

// Hash is the SHA-256 (lower-case hex) and the size in bytes of a file as stored. It stops with ctx's error
// when ctx ends, and wraps *fs.PathError when the file cannot be read.
func Hash(ctx context.Context, path string) (sha256hex string, size int64, err error) {
	return HashTelling(ctx, path, func(int64) {})
}

// HashTelling is Hash, and calls tell with the bytes read so far, once a MiB.
func HashTelling(ctx context.Context, path string, tell func(read int64)) (sha256hex string, size int64, err error) {
	f, _, err := open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	buf := make([]byte, 1<<20)
	for {
		if err := ctx.Err(); err != nil {
			return "", 0, err
		}
		n, err := f.Read(buf)
		h.Write(buf[:n])
		size += int64(n)
		tell(size)
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), size, nil
		}
		if err != nil {
			return "", 0, fmt.Errorf("hash evidence: %w", err)
		}
	}
}

// A Reader reads the plain bytes of one evidence file, once, from start to end. It is for one goroutine.
type Reader struct {
	file      *os.File
	path      string
	size      int64 // bytes as stored
	hash      hash.Hash
	stored    int64 // bytes read from file
	buffered  *bufio.Reader
	plain     io.Reader
	zstd      *zstd.Decoder // to be closed; nil unless zstd
	layout    string        // "", "gzip" or "zstd"
	out       int64         // plain bytes delivered
	truncated error
	failed    error // what every further Read returns
	sum       string
}

// storedReader passes the bytes of the file on, hashing and counting them.
type storedReader struct{ r *Reader }

func (s storedReader) Read(p []byte) (int, error) {
	n, err := s.r.file.Read(p)
	s.r.hash.Write(p[:n])
	s.r.stored += int64(n)
	return n, err
}

var (
	gzipMagic = []byte{0x1f, 0x8b, 0x08}       // https://www.rfc-editor.org/rfc/rfc1952, deflate
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd} // https://www.rfc-editor.org/rfc/rfc8878
)

// Open opens an evidence file for reading. The error wraps *fs.PathError when the file cannot be opened
// (missing, no permission), and ErrNotRegular when the path leads to anything but a regular file.
func Open(path string) (*Reader, error) {
	f, info, err := open(path)
	if err != nil {
		return nil, err
	}
	r := &Reader{file: f, path: path, size: info.Size(), hash: sha256.New()}
	r.buffered = bufio.NewReaderSize(storedReader{r}, 128<<10)
	head, err := r.buffered.Peek(4)
	if err != nil && err != io.EOF {
		f.Close()
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		r.layout, r.plain = "gzip", &gzipReader{in: r.buffered}
	case bytes.HasPrefix(head, zstdMagic):
		r.layout = "zstd"
		r.zstd, err = zstd.NewReader(r.buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("read evidence: %s: %w", path, err)
		}
		r.plain = r.zstd
	default:
		r.plain = r.buffered
	}
	return r, nil
}

// Read reads plain bytes. A compressed file that is cut off or damaged gives what can be read, and then
// io.EOF; Truncated says what is wrong. Any other error is one of reading the file, or wraps ErrExpansion.
func (r *Reader) Read(p []byte) (int, error) {
	if r.failed != nil {
		return 0, r.failed
	}
	n, err := r.plain.Read(p)
	r.out += int64(n)
	if r.layout != "" && r.out > MaxExpansionBytes && r.out/MaxExpansion > r.stored {
		r.failed = fmt.Errorf("%s: %w: %d bytes came out of %d; unpack it by hand and look at it",
			r.path, ErrExpansion, r.out, r.stored)
		return 0, r.failed
	}
	if err == nil {
		return n, nil
	}
	var damage *fs.PathError
	if err != io.EOF {
		if r.layout == "" || errors.As(err, &damage) {
			r.failed = fmt.Errorf("read evidence: %w", err)
			return n, r.failed
		}
		r.truncated = damageOf(r.layout, r.out, err)
	}
	if err := r.finish(); err != nil {
		r.failed = err
		return n, err
	}
	r.failed = io.EOF
	return n, io.EOF
}

// damageOf says in words why a compressed stream ended early.
func damageOf(layout string, out int64, err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the %s file is cut off: %d bytes could be read: %w", layout, out, err)
	case errors.Is(err, errTrailing), errors.Is(err, zstd.ErrMagicMismatch):
		return fmt.Errorf("after %d bytes the %s data ends and something else follows, which was not read: %w", out, layout, err)
	}
	return fmt.Errorf("the %s file is damaged: %d bytes could be read: %w", layout, out, err)
}

// finish reads what is left of the stored bytes, so that the hash covers the whole file.
func (r *Reader) finish() error {
	if _, err := io.Copy(io.Discard, storedReader{r}); err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	r.sum = hex.EncodeToString(r.hash.Sum(nil))
	return nil
}

// Close closes the file.
func (r *Reader) Close() error {
	if r.zstd != nil {
		r.zstd.Close()
	}
	return r.file.Close()
}

// SHA256 is the hash (lower-case hex) of the file as stored. It is empty until Read has returned io.EOF.
func (r *Reader) SHA256() string { return r.sum }

// Compressed reports whether the plain bytes differ from those stored.
func (r *Reader) Compressed() bool { return r.layout != "" }

// Truncated is why a compressed file ended early, or that something else follows its compressed data; nil
// if all is well. It is complete once Read has returned io.EOF.
func (r *Reader) Truncated() error { return r.truncated }

// Stored is how many stored bytes have been read, and Size how many there are: the progress of reading.
func (r *Reader) Stored() int64 { return r.stored }

// Size is the size of the file as stored, in bytes, when it was opened.
func (r *Reader) Size() int64 { return r.size }

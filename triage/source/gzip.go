package source

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// errTrailing marks bytes after a whole gzip member that begin no other.
var errTrailing = errors.New("not a gzip header")

// A gzipReader reads the members of a gzip file one after the other, as RFC 1952 says, and tells bytes that
// follow the last one apart from damage inside.
type gzipReader struct {
	in     *bufio.Reader
	member *gzip.Reader
	begun  bool // member is in the middle of a member
}

func (g *gzipReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if !g.begun {
			if err := g.next(); err != nil {
				return 0, err
			}
		}
		n, err := g.member.Read(p)
		if err == io.EOF {
			g.begun, err = false, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// next begins the next member; io.EOF if there is none.
func (g *gzipReader) next() (err error) {
	first := g.member == nil
	if !first {
		head, err := g.in.Peek(len(gzipMagic))
		if len(head) == 0 {
			return err
		}
		if !bytes.HasPrefix(gzipMagic, head[:min(len(head), len(gzipMagic))]) {
			return errTrailing
		}
	}
	if first {
		g.member, err = gzip.NewReader(g.in)
	} else {
		err = g.member.Reset(g.in)
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	g.member.Multistream(false)
	g.begun = true
	return nil
}

package source

import (
	"bytes"
	"io"
)

// DefaultBlock is the size of a block, in bytes, when Blocks is told none.
const DefaultBlock = 1 << 20

// A Block is a run of whole lines of a stream. Data is its own memory and stays valid.
type Block struct {
	Data   []byte // whole lines with their line ends; the last of the stream may have none
	Offset int64  // of Data[0] in the stream
	Line   int64  // number of the first line, from 1
	Cut    int64  // if positive, Data is the head of one line that was too long, and so many bytes of it (line end included) are left out
}

// Blocks cuts a stream into blocks of whole lines of about size bytes each (DefaultBlock if size is not
// positive) and gives them to yield in order. A line, without its line end, longer than maxLine bytes gets a
// block of its own with its first maxLine+1 bytes, so that whoever measures it sees that it is too long, and
// Cut says how much was left out: memory is bounded, and no line is lost. Blocks ends with the first error
// of r or of yield.
func Blocks(r io.Reader, size, maxLine int, yield func(Block) error) error {
	if size <= 0 {
		size = DefaultBlock
	}
	s := &splitter{in: r, size: max(size, 16), maxLine: max(maxLine, 1), line: 1}
	for {
		b, err := s.next()
		if len(b.Data) > 0 {
			if yieldErr := yield(b); yieldErr != nil {
				return yieldErr
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

type splitter struct {
	in      io.Reader
	size    int
	maxLine int
	offset  int64
	line    int64
	rest    []byte // read but not yet delivered
	err     error  // what reading ended with
}

// next is the next block; io.EOF when nothing is left.
func (s *splitter) next() (Block, error) {
	buf := make([]byte, len(s.rest), max(s.size, len(s.rest)))
	copy(buf, s.rest)
	searched := 0 // buf[:searched] has no line end
	for {
		buf = s.fill(buf)
		if end := bytes.LastIndexByte(buf[searched:], '\n') + 1; end > 0 {
			return s.deliver(buf, s.shortLines(buf, searched+end))
		}
		if searched = len(buf); searched > s.maxLine+1 { // a \r may belong to the line end
			return s.deliverHead(buf)
		}
		if s.err != nil {
			if s.err == io.EOF && len(buf) > 0 {
				return s.deliver(buf, len(buf))
			}
			if len(buf) > 0 {
				b, _ := s.deliver(buf, len(buf))
				return b, s.err
			}
			return Block{}, s.err
		}
		buf = append(make([]byte, 0, min(2*cap(buf), s.maxLine+2+s.size)), buf...)
	}
}

// fill reads until buf is full or the stream ends.
func (s *splitter) fill(buf []byte) []byte {
	for s.err == nil && len(buf) < cap(buf) {
		var n int
		n, s.err = s.in.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
	}
	return buf
}

// shortLines is how many bytes of buf[:end], which ends with a line end, come before the first line that is
// too long; 0 if the first one is.
func (s *splitter) shortLines(buf []byte, end int) int {
	for at := 0; at < end; {
		if end-at <= s.maxLine {
			return end
		}
		n := bytes.IndexByte(buf[at:end], '\n')
		if textLen(buf[at:at+n]) > s.maxLine {
			return at
		}
		at += n + 1
	}
	return end
}

// textLen is the length of a line without the \r of its line end.
func textLen(line []byte) int {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return n - 1
	}
	return len(line)
}

// deliver makes buf[:n] a block and keeps the rest; a line that is too long stands first if n is 0.
func (s *splitter) deliver(buf []byte, n int) (Block, error) {
	if n == 0 {
		return s.deliverHead(buf)
	}
	b := Block{Data: buf[:n:n], Offset: s.offset, Line: s.line}
	s.rest = buf[n:]
	s.offset += int64(n)
	s.line += int64(bytes.Count(b.Data, []byte{'\n'}))
	return b, nil
}

// deliverHead makes the head of the line that buf begins with a block, and skips the rest of the line.
func (s *splitter) deliverHead(buf []byte) (Block, error) {
	b := Block{Data: append([]byte(nil), buf[:s.maxLine+1]...), Offset: s.offset, Line: s.line}
	b.Cut = -int64(len(b.Data))
	for {
		if n := bytes.IndexByte(buf, '\n'); n >= 0 {
			b.Cut += int64(n + 1)
			s.rest = buf[n+1:]
			break
		}
		b.Cut += int64(len(buf))
		if s.rest = nil; s.err != nil {
			break
		}
		buf = s.fill(buf[:0])
	}
	s.offset += int64(len(b.Data)) + b.Cut
	s.line++
	return b, nil
}

// Lines calls yield for each line of a block with its text (without \n or \r\n), the offset of its first byte
// in the stream and its number. It ends early when yield returns false.
func Lines(b Block, yield func(line []byte, offset, n int64) bool) {
	data, offset, number := b.Data, b.Offset, b.Line
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n')
		next := end + 1
		if end < 0 {
			end, next = len(data), len(data)
		}
		line := data[:end]
		if b.Cut == 0 && next > end { // the \r is part of a line end only before \n
			line = line[:textLen(line)]
		}
		if !yield(line, offset, number) {
			return
		}
		data = data[next:]
		offset += int64(next)
		number++
	}
}

package process

// Cutting a file into events: lines, or the elements of one JSON array.

import (
	"bufio"
	"bytes"
	"io"
)

// A record is one event's text.
type record struct {
	text []byte // valid until the next
	line int64  // number of the line, or of the element of an array, from 1
	cut  bool   // it is longer than MaxEvent, and text is its head
}

func (r *record) blank() bool { return len(bytes.TrimSpace(r.text)) == 0 }

// A splitter cuts a stream into records. Memory is bounded by MaxEvent, and no line is lost.
type splitter struct {
	in    *bufio.Reader
	begun bool
	array bool
	n     int64
	buf   []byte
}

func newSplitter(r io.Reader) *splitter { return &splitter{in: bufio.NewReaderSize(r, maxSample)} }

// peek gives the first n bytes, or fewer if the stream has fewer.
func (s *splitter) peek(n int) ([]byte, error) {
	b, err := s.in.Peek(n)
	if err == io.EOF {
		err = nil
	}
	return b, err
}

// next is the next record; io.EOF if there is none.
func (s *splitter) next() (record, error) {
	if !s.begun {
		s.begun = true
		if head, _ := s.peek(maxSample); bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte{'['}) {
			s.array = true
			_, _ = s.in.ReadBytes('[') // it is in the buffer
		}
	}
	if s.array {
		return s.element()
	}
	return s.lineRecord()
}

func (s *splitter) lineRecord() (record, error) {
	s.buf = s.buf[:0]
	cut := false
	for {
		part, err := s.in.ReadSlice('\n')
		if room := MaxEvent + 2 - len(s.buf); len(part) > room {
			part, cut = part[:room], true
		}
		s.buf = append(s.buf, part...)
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(s.buf) == 0:
			return record{line: s.n}, io.EOF
		case err != nil && err != io.EOF:
			return record{line: s.n}, err
		}
		s.n++
		text := bytes.TrimRight(s.buf, "\r\n")
		return record{text[:min(len(text), MaxEvent)], s.n, cut || len(text) > MaxEvent}, nil
	}
}

// element is the next element of the array. Elements end at a comma or bracket outside of strings and of
// brackets of their own, so a broken one does not take the rest with it unless its quotes are not closed.
func (s *splitter) element() (record, error) {
	s.buf = s.buf[:0]
	depth, quoted, escaped, cut := 0, false, false, false
	for {
		c, err := s.in.ReadByte()
		if err == io.EOF && len(bytes.TrimSpace(s.buf)) > 0 {
			return s.give(cut), nil // the array is not closed
		}
		if err != nil {
			return record{line: s.n}, err
		}
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case (c == '}' || c == ']') && depth > 0:
			depth--
		case c == ',', c == ']' && depth == 0:
			if depth > 0 {
				break
			}
			if c == ']' {
				s.array = false // what follows is read as lines: blank, or rejected
			}
			if len(bytes.TrimSpace(s.buf)) == 0 && c == ']' {
				return s.next()
			}
			return s.give(cut), nil
		}
		if len(s.buf) < MaxEvent {
			s.buf = append(s.buf, c)
		} else {
			cut = true
		}
	}
}

func (s *splitter) give(cut bool) record {
	s.n++
	return record{bytes.TrimSpace(s.buf), s.n, cut}
}

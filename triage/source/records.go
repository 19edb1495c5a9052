package source

import "bytes"

// A Split is the length in bytes of the first record of data, which begins with a line; a record is one or more
// whole lines. It is 0 if more data is needed to tell, which it never is at the end of the stream. The answer must
// not change as data grows: that is what lets blocks be cut anywhere between two records.
type Split func(data []byte, atEnd bool) int

// BlocksOf is Blocks for logs whose records are of several lines: no block ends inside a record. A nil split is a
// record a line. A record that a line too long to be read stands in ends before that line.
func BlocksOf(split Split, yield func(Block) error) (add func(Block) error, end func() error) {
	if split == nil {
		return yield, func() error { return nil }
	}
	j := &joiner{split: split, yield: yield}
	return j.add, j.end
}

// A joiner cuts blocks of lines anew, between records.
type joiner struct {
	split Split
	yield func(Block) error
	rest  Block // whole lines of a record that is not known to be whole yet
}

func (j *joiner) add(b Block) error {
	if b.Cut != 0 {
		if err := j.end(); err != nil {
			return err
		}
		return j.yield(b)
	}
	if len(j.rest.Data) > 0 {
		b = Block{Data: append(j.rest.Data, b.Data...), Offset: j.rest.Offset, Line: j.rest.Line}
		j.rest = Block{}
	}
	n := 0
	for n < len(b.Data) {
		k := j.split(b.Data[n:], false)
		if k <= 0 {
			break
		}
		n += k
	}
	j.rest = Block{
		Data: append([]byte(nil), b.Data[n:]...), Offset: b.Offset + int64(n),
		Line: b.Line + int64(bytes.Count(b.Data[:n], []byte{'\n'})),
	}
	if n == 0 {
		return nil
	}
	b.Data = b.Data[:n:n]
	return j.yield(b)
}

// end gives what is left when the stream has ended.
func (j *joiner) end() error {
	if len(j.rest.Data) == 0 {
		return nil
	}
	b := j.rest
	j.rest = Block{}
	return j.yield(b)
}

// Records calls yield for each record of a block: its text without the line end (and without blank lines after
// it), the offset and number of its first line, and how many lines it takes, blank ones included. A nil split is a
// record a line.
func Records(b Block, split Split, yield func(record []byte, offset, line, lines int64)) {
	if split == nil || b.Cut != 0 {
		Lines(b, func(line []byte, offset, n int64) bool {
			yield(line, offset, n, 1)
			return true
		})
		return
	}
	at := Block{Data: b.Data, Offset: b.Offset, Line: b.Line}
	for len(at.Data) > 0 {
		n := split(at.Data, true)
		if n <= 0 {
			n = len(at.Data)
		}
		record := at.Data[:n]
		lines := int64(bytes.Count(record, []byte{'\n'}))
		if record[n-1] != '\n' {
			lines++
		}
		yield(bytes.TrimRight(record, "\r\n"), at.Offset, at.Line, lines)
		at = Block{Data: at.Data[n:], Offset: at.Offset + int64(n), Line: at.Line + lines}
	}
}

package index

// What the bytes of a log tell of its wholeness: blocks of zeros, and lines that are cut at its beginning or end.

import (
	"bytes"
	"regexp"

	"spoor/triage"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

const (
	leastZeros = 16 // NUL bytes one after another that are a hole
	maxHoles   = 20 // kept of a source
)

var zeros = make([]byte, leastZeros)

// A batchHole is a hole with the number of rows before it in the batch.
type batchHole struct {
	triage.FileHole
	row int
}

// zerosOf notes a block of zeros in a line. Bytes that were cut out of a line are not known.
func (t *batch) zerosOf(line []byte, number int64) {
	i := bytes.Index(line, zeros)
	if i < 0 || len(t.holes) >= maxHoles {
		return
	}
	t.holes = append(t.holes, batchHole{triage.FileHole{Kind: "zeros", Line: number, Bytes: int64(bytes.Count(line[i:], zeros[:1]))}, t.rows()})
}

// placeHoles gives each hole the times of the rows around it.
func (t *batch) placeHoles() {
	times := t.ints[intTime]
	for i := range t.holes {
		h := &t.holes[i]
		for k := h.row - 1; k >= 0 && h.From == 0; k-- {
			h.From = times[k]
		}
		for k := h.row; k < len(times) && h.To == 0; k++ {
			h.To = times[k]
		}
	}
}

// clfTail is the end of a line of the common format and what follows from it: quote, status, size.
var clfTail = regexp.MustCompile(`" [1-5][0-9][0-9] ([0-9]+|-)( |$)`)

// cutHead reports whether a line that fits no format is the end of one that would.
func cutHead(f weblog.Format, line []byte) bool {
	line = bytes.TrimSpace(line)
	switch f {
	case weblog.Common, weblog.Combined, weblog.VhostCombined:
		return clfTail.Match(line[:min(len(line), 1<<16)])
	case weblog.JSON:
		return len(line) > 1 && line[0] != '{' && line[0] != '[' && line[len(line)-1] == '}' && bytes.Count(line, []byte{'}'}) > bytes.Count(line, []byte{'{'})
	}
	return false
}

// openQuote reports whether a quote of a line of the common format is not closed.
func openQuote(line []byte) bool {
	open := false
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			open = !open
		}
	}
	return open
}

// joinHoles adds what a batch tells of the wholeness of the file.
func (f *fileLoad) joinHoles(b *source.Block, t *batch) {
	h := &f.p.Tally.Holes
	if b.Line == 1 && len(t.rejects) > 0 && t.rejects[0].Line == 1 && cutHead(f.in.Format, []byte(t.rejects[0].Text)) {
		*h = append(*h, triage.FileHole{Kind: "head", Line: 1})
	}
	for _, x := range t.holes {
		if len(*h) < maxHoles {
			*h = append(*h, x.FileHole)
		}
	}
	f.tail = triage.FileHole{}
	if n := len(b.Data); b.Cut == 0 && n > 0 && b.Data[n-1] != '\n' && !bytes.HasSuffix(b.Data, zeros) {
		last := b.Data[bytes.LastIndexByte(b.Data, '\n')+1:]
		if t.lastRejected > 0 || f.in.Format <= weblog.VhostCombined && openQuote(last) {
			f.tail = triage.FileHole{Kind: "tail", Line: b.Line + int64(bytes.Count(b.Data, []byte{'\n'}))}
		}
	}
	for _, x := range t.numbered {
		f.numbers.Add(x.what, x.of, x.number, x.at)
	}
}

// tally completes what the file tells of its wholeness, as far as it was read.
func (f *fileLoad) tally() {
	p := f.p
	p.Tally.Numbers = triage.JoinSeries(f.known, f.numbers.Series())
	if !f.stopped && f.tail.Line > 0 && p.Parsed*10 >= p.Read*9 && p.Read > 1 && f.reader.Truncated() == nil {
		p.Tally.Holes = append(p.Tally.Holes, f.tail)
	}
}

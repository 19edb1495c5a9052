// Package hashlist reads lists of file hashes: lines of a list in, triage.HashEntry out.
//
// Read finds the layout from the content and streams the entries; Detect only names the layout. One layout,
// one file: sums.go has the checksum tools and lists of bare hashes, hashdeep.go, csv.go (PowerShell's
// Get-FileHash and any CSV with a header), bodyfile.go, webroot.go (what spoor itself writes of a web root).
//
// Which algorithm made a hash is told by its name where the list has one, else by its length: 32 hex digits
// are MD5, 40 SHA-1, 64 SHA-256. Lines that do not fit are counted, and the first are kept with the reason.
package hashlist

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"spoor/triage"
)

// The bounds of reading.
const (
	MaxLine    = 64 << 10 // bytes of a line or CSV record as UTF-8; paths end at 32 Ki characters on any system
	MaxRejects = 10       // rejected lines kept in Stats
	maxSample  = 64 << 10 // bytes looked at to find the layout
)

// ErrNotList is wrapped when a file is no hash list of a known layout.
var ErrNotList = errors.New("not a hash list")

// Stats says what Read did. Read is Parsed + Rejected + Comments.
type Stats struct {
	Format   string          // name of the layout, as Detect gives it
	Read     int64           // lines; a CSV record that runs over several lines counts once
	Parsed   int64           // entries
	Rejected int64           // lines that do not fit
	Comments int64           // headers, blank lines, comments, directories
	Rejects  []triage.Reject // the first MaxRejects of them

	each func(triage.Reject) error // told of every rejected line; nil for nobody
	err  error                     // what it said
}

// A layout reads one kind of list.
type layout struct {
	name string
	// fits reports whether the layout is that of a sample's lines; no other layout is tried after it.
	fits func(lines []string) bool
	// reader makes a function for the lines of one file, in order.
	reader func(zone *time.Location) lineReader
}

// A lineReader reads one line. It returns errComment for a line that holds no entry by design.
type lineReader func(line string) (triage.HashEntry, error)

var errComment = errors.New("comment")

// layouts are tried in this order, the most telling first.
var layouts = []layout{
	{"webroot", fitsWebroot, webrootReader},
	{"hashdeep", fitsHashdeep, hashdeepReader},
	{"bodyfile", fitsBodyfile, bodyfileReader},
	{"get-filehash", fitsFileHash, csvReader},
	{"csv", fitsCSV, csvReader},
	{"bsd-sum", fitsSum(bsdSum), sumReader},
	{"gnu-sum", fitsSum(gnuSum), sumReader},
	{"hash-comment", fitsSum(hashComment), sumReader},
	{"bare-hash", fitsSum(bareHash), sumReader},
}

// Detect names the layout of a list from its first bytes (64 KiB are enough): webroot, hashdeep, bodyfile,
// get-filehash, csv, bsd-sum, gnu-sum, hash-comment or bare-hash. The error wraps ErrNotList.
func Detect(sample []byte) (name string, err error) {
	// An odd last byte of UTF-16 or half a rune is an error here, and of no interest.
	text, _ := io.ReadAll(io.LimitReader(decode(bytes.NewReader(sample)), maxSample))
	l, err := detect(text, len(sample) < maxSample && len(text) < maxSample)
	if err != nil {
		return "", err
	}
	return l.name, nil
}

// decode gives UTF-8: what a byte order mark says is decoded (PowerShell 5 writes UTF-16LE), and anything
// without a mark passes as it is.
func decode(r io.Reader) io.Reader {
	return transform.NewReader(r, unicode.BOMOverride(encoding.Nop.NewDecoder()))
}

func detect(text []byte, whole bool) (*layout, error) {
	if len(text) == 0 {
		return nil, fmt.Errorf("%w: the file is empty", ErrNotList)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, fmt.Errorf("%w: it is binary, or UTF-16 without a byte order mark", ErrNotList)
	}
	if !whole {
		if i := bytes.LastIndexByte(text, '\n'); i >= 0 {
			text = text[:i]
		}
	}
	var lines []string
	for line := range strings.SplitSeq(string(text), "\n") {
		if line = strings.TrimRight(line, "\r"); strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	for i := range layouts {
		if layouts[i].fits(lines) {
			return &layouts[i], nil
		}
	}
	return nil, fmt.Errorf("%w: its lines begin with no MD5, SHA-1 or SHA-256, and no header names a column of them; want the output of sha256sum, hashdeep, Get-FileHash | Export-Csv or fls -m", ErrNotList)
}

// Read reads a list to its end and gives each entry to yield, in order. Times without a zone are taken to be
// in zone (nil is UTC). The list may be UTF-8 with or without a mark, or UTF-16 with one.
//
// The error wraps ErrNotList when the layout is unknown; an error of r or of yield ends the reading. All
// name source.Path. Stats holds in any case for what was read.
func Read(r io.Reader, source triage.Source, zone *time.Location, yield func(triage.HashEntry) error) (Stats, error) {
	return readAll(r, source, zone, yield, nil)
}

// Rejects reads a list as Read does and gives each rejected line to yield, in order; an error of yield ends the reading.
func Rejects(r io.Reader, source triage.Source, zone *time.Location, yield func(triage.Reject) error) error {
	_, err := readAll(r, source, zone, func(triage.HashEntry) error { return nil }, yield)
	return err
}

func readAll(r io.Reader, source triage.Source, zone *time.Location, yield func(triage.HashEntry) error, each func(triage.Reject) error) (Stats, error) {
	stats := Stats{each: each}
	if zone == nil {
		zone = time.UTC
	}
	in := bufio.NewReaderSize(decode(r), maxSample)
	head, err := in.Peek(maxSample)
	if err != nil && err != io.EOF {
		return stats, fmt.Errorf("%s: read hash list: %w", source.Path, err)
	}
	l, err := detect(head, err == io.EOF)
	if err != nil {
		return stats, fmt.Errorf("%s: %w", source.Path, err)
	}
	stats.Format = l.name
	read := l.reader(zone)
	records := records{in: in, csv: l.name == "csv" || l.name == "get-filehash"}
	for {
		text, number, err := records.next()
		if err == io.EOF {
			return stats, nil
		}
		var entry triage.HashEntry
		switch {
		case err == nil:
			entry, err = read(text)
		case err != errLong:
			return stats, fmt.Errorf("%s:%d: read hash list: %w", source.Path, number, err)
		}
		if entry.Line = number; stats.count(text, number, err) {
			if err := yield(entry); err != nil {
				return stats, fmt.Errorf("%s:%d: %w", source.Path, number, err)
			}
		}
		if stats.err != nil {
			return stats, fmt.Errorf("%s:%d: %w", source.Path, number, stats.err)
		}
	}
}

// count books a line by the error it gave, and reports whether it is an entry.
func (s *Stats) count(text string, number int64, err error) bool {
	s.Read++
	switch err {
	case nil:
		s.Parsed++
		return true
	case errComment:
		s.Comments++
	default:
		s.Rejected++
		if len(s.Rejects) < MaxRejects || s.each != nil {
			text = strings.Clone(text[:min(len(text), triage.MaxRejectText)])
			reject := triage.Reject{Line: number, Reason: err.Error(), Text: text}
			if len(s.Rejects) < MaxRejects {
				s.Rejects = append(s.Rejects, reject)
			}
			if s.each != nil {
				s.err = s.each(reject)
			}
		}
	}
	return false
}

var errLong = fmt.Errorf("line longer than %d KiB", MaxLine>>10)

// maxRecordLines bounds the lines of a CSV record: a path with more line ends than that is a quote left open.
const maxRecordLines = 8

// records cuts a list into lines, or into CSV records, whose quoted fields may hold line ends.
type records struct {
	in    *bufio.Reader
	csv   bool
	line  int64    // number of the last line given out
	ahead []string // lines read beyond it, in search of a closing quote
	buf   []byte
}

// next is the next record without its line end, and the number of its first line; errLong comes with the
// head of a line that is too long, and the rest of that is skipped.
func (r *records) next() (string, int64, error) {
	text, err := r.readLine()
	if err != io.EOF {
		r.line++
	}
	first := r.line
	if err != nil || !r.csv || !openQuote(text) {
		return text, first, err
	}
	joined := text
	for n := 0; n < maxRecordLines-1; n++ {
		if n == len(r.ahead) {
			more, err := r.readFresh()
			if err != nil { // an error comes again with the next line; a line that is too long is none of a path
				if err == errLong {
					r.ahead = append(r.ahead, more)
				}
				break
			}
			r.ahead = append(r.ahead, more)
		}
		if joined += "\n" + r.ahead[n]; len(joined) > MaxLine {
			break
		}
		if !openQuote(joined) {
			r.line += int64(n + 1)
			r.ahead = r.ahead[n+1:]
			return joined, first, nil
		}
	}
	return text, first, nil
}

// readLine is the next line: one read ahead if there is any.
func (r *records) readLine() (string, error) {
	if len(r.ahead) > 0 {
		text := r.ahead[0]
		if r.ahead = r.ahead[1:]; len(text) > MaxLine {
			return text[:MaxLine], errLong
		}
		return text, nil
	}
	text, err := r.readFresh()
	if err == errLong {
		text = text[:MaxLine]
	}
	return text, err
}

// readFresh reads one line from the list; io.EOF if there is none. Of a line that is too long it gives more
// than MaxLine bytes, which tells it apart, and errLong.
func (r *records) readFresh() (string, error) {
	r.buf = r.buf[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		if len(r.buf) <= MaxLine+2 {
			r.buf = append(r.buf, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(r.buf) > 0:
		case err != nil:
			return "", err
		}
		text := string(bytes.TrimRight(r.buf, "\r\n"))
		if len(text) > MaxLine {
			return text, errLong
		}
		return text, nil
	}
}

// openQuote reports whether the last field of a CSV record is quoted and its quote does not close.
func openQuote(s string) bool {
	for {
		if strings.HasPrefix(s, `"`) {
			end := closingQuote(s)
			if end < 0 {
				return true
			}
			s = s[end+1:]
		}
		i := strings.IndexAny(s, ",;\t")
		if i < 0 {
			return false
		}
		s = s[i+1:]
	}
}

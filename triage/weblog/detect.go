package weblog

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"spoor/triage"
)

// ErrNotLog is wrapped by Detect when a file is no web log of a known format.
var ErrNotLog = errors.New("not a web log")

// MaxSample is how much of a file Detect looks at, in bytes.
const MaxSample = 64 << 10

// Detect finds the format of a file from its first bytes (MaxSample is enough, all of it for a short file).
// It tries the parsers on the lines and takes the format that most of them fit: half is enough, so broken
// lines at the head do no harm. A file with W3C headers that name fields of requests is w3c even without
// lines. The error wraps ErrNotLog and says what the file looks like instead, and what to do about it.
func Detect(sample []byte) (Format, error) {
	whole := len(sample) < MaxSample
	sample = sample[:min(len(sample), MaxSample)]
	if len(sample) == 0 {
		return 0, notLog("the file is empty")
	}
	if reason := magic(sample); reason != "" {
		return 0, notLog(reason)
	}
	t := tally(sampleLines(sample, whole))
	if f := t.best(); f != 0 {
		return f, nil
	}
	return 0, notLog(t.looksLike(sample))
}

func notLog(reason string) error { return fmt.Errorf("%w: %s", ErrNotLog, reason) }

// sampleLines are the lines of a sample, without one that the end of the sample cuts.
func sampleLines(sample []byte, whole bool) [][]byte {
	if !whole {
		if i := bytes.LastIndexByte(sample, '\n'); i >= 0 {
			sample = sample[:i]
		}
	}
	var out [][]byte
	for line := range bytes.SplitSeq(sample, []byte{'\n'}) {
		out = append(out, bytes.TrimSuffix(line, []byte{'\r'}))
	}
	return out
}

// tallied is how the lines of a sample fit the formats.
type tallied struct {
	lines    int // neither blank nor directive, or all that are not blank without #Fields
	noise    int // of lines: those of an error log, of other programs, or JSON that is no request
	zeek     *header
	text     [UWSGI + 1]int // lines that fit no CLF shape, by the first of textFormats that they fit
	serial   int            // boundaries of ModSecurity's serial format
	audit    int            // transactions of its JSON format
	w3c      int
	header   *header // after the last line; nil if no #Fields line was seen
	shapes   map[shape]int
	clf      int
	firstBad []byte // the first line that fits no CLF shape
	why      error
}

func tally(lines [][]byte) *tallied {
	t := &tallied{shapes: map[shape]int{}}
	p, w3c := Combined.NewParser(nil), W3C.NewParser(nil)
	var rec Record
	for _, line := range lines {
		if len(trim(line)) == 0 {
			continue
		}
		kind, _ := w3c.Parse(line, &rec)
		if kind == Comment {
			if w3c.head.named {
				t.header = w3c.head
			}
			if h := w3c.head.applyZeek(trim(line)); h.zeekWeb() {
				t.zeek = h
			}
			continue
		}
		t.lines++
		if kind == Parsed {
			t.w3c++
		}
		rec = Record{}
		p.scratch = p.scratch[:0]
		s, err := p.parseCLF(trim(line), &rec)
		if err == nil {
			t.clf++
			t.shapes[s]++
			continue
		}
		if t.firstBad == nil {
			t.firstBad, t.why = bytes.Clone(line[:min(len(line), 400)]), err
		}
		t.other(p, trim(line))
	}
	return t
}

// other counts a line that fits no CLF shape.
func (t *tallied) other(p *Parser, line []byte) {
	if _, part := boundary(line); part != 0 {
		t.serial++
		return
	}
	if modSecJSON(line) {
		t.audit++
	}
	var rec Record
	for _, f := range textFormats[1:] {
		p.scratch = p.scratch[:0]
		if p.parseText(f, line, &rec) == nil {
			t.text[f]++
			return
		}
	}
	inner := unwrap(line)
	if len(inner) > 0 && inner[0] == '{' || len(inner) < len(line) || textKind(line) == errorLog {
		t.noise++
	}
}

// best is the format that fits; 0 if none does.
func (t *tallied) best() Format {
	if t.header != nil && t.header.bad == nil && t.header.web() && t.clf <= t.w3c {
		return W3C
	}
	if t.zeek != nil {
		return Zeek
	}
	if t.serial >= 2 && t.clf == 0 || t.audit > 0 && 2*t.audit >= t.lines {
		return ModSec
	}
	all, most := t.clf, Format(0)
	for f, n := range t.text {
		all += n
		if n > t.text[most] {
			most = Format(f)
		}
	}
	// What other programs write into the same stream does not speak against a log, unless there is little else.
	// The proxies' own formats are like nothing else, so fewer lines of them tell.
	if all == 0 || (2*all < t.lines-t.noise || 16*all < t.lines) && 4*(all-t.clf) < t.lines {
		if t.header == nil && t.w3c > 0 && 2*t.w3c >= t.lines {
			return W3C // without header: CloudFront
		}
		return 0
	}
	if t.text[most] > t.clf {
		return most
	}
	vhost := t.shapes[shape{true, true}] + t.shapes[shape{true, false}]
	agent := t.shapes[shape{false, true}]
	switch {
	case 2*vhost > t.clf:
		return VhostCombined
	case 2*agent >= t.clf-vhost:
		return Combined
	}
	return Common
}

// magics are the first bytes of files that people put beside logs, with their names.
var magics = []struct{ head, name string }{
	{"\x1f\x8b", "gzip data inside a compressed file: unpack it once more"},
	{"\x28\xb5\x2f\xfd", "zstd data inside a compressed file: unpack it once more"},
	{"\xff\xfe", "UTF-16 text: convert it first, for example with iconv -f UTF-16 -t UTF-8"},
	{"\xfe\xff", "UTF-16 text: convert it first, for example with iconv -f UTF-16 -t UTF-8"},
	{"PK\x03\x04", "a zip archive: unpack it first"},
	{"BZh", "bzip2 data: unpack it first"},
	{"\xfd7zXZ\x00", "xz data: unpack it first"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"},
	{"Rar!", "a RAR archive: unpack it first"},
	{"\x7fELF", "a program (ELF)"},
	{"MZ", "a program (Windows)"},
	{"ElfFile\x00", "a Windows event log"},
	{"\x89PNG", "a picture (PNG)"},
	{"\xff\xd8\xff", "a picture (JPEG)"},
	{"GIF8", "a picture (GIF)"},
	{"%PDF-", "a PDF document"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"PAR1", "a Parquet file"},
	{"\xd4\xc3\xb2\xa1", "a packet capture"},
	{"\n\r\r\n", "a packet capture"},
	{"PMDM", "a memory dump"},
}

// magic names a file by its first bytes; empty if they say nothing.
func magic(b []byte) string {
	for _, m := range magics {
		// A word can begin a line too; bytes that no text has cannot.
		if bytes.HasPrefix(b, []byte(m.head)) && (m.head != "MZ" && m.head != "BZh" || bytes.IndexByte(b, 0) >= 0) {
			return "it looks like " + m.name
		}
	}
	if len(b) > 262 && string(b[257:262]) == "ustar" {
		return "it looks like a tar archive: unpack it first"
	}
	return ""
}

// looksLike says in a clause what a sample is that fits no format.
func (t *tallied) looksLike(sample []byte) string {
	if t.header != nil && !t.header.web() {
		return "it looks like a W3C extended log of something else: #Fields names no field of a request"
	}
	if reason := binary(sample); reason != "" {
		return reason
	}
	if t.lines == 0 {
		return "it holds only comments or blank lines"
	}
	if t.clf > 0 {
		return fmt.Sprintf("only %d of the first %d lines look like requests, another one: %s (%s); --format reads it all the same",
			t.clf, t.lines, t.why, triage.VisibleN(string(t.firstBad), 60))
	}
	line := trim(t.firstBad)
	if name := textKind(line); name != "" {
		return "it looks like " + name
	}
	return fmt.Sprintf("%s in the first line (%s)", t.why, triage.VisibleN(string(line), 60))
}

// binary says whether a sample is no text in an ASCII-like encoding.
func binary(b []byte) string {
	zeros, controls := [2]int{}, 0
	for i, c := range b {
		if c == 0 {
			zeros[i%2]++
		}
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			controls++
		}
	}
	half := len(b) / 2
	switch {
	case half > 0 && (zeros[1] > half*3/4 && zeros[0] < half/4 || zeros[0] > half*3/4 && zeros[1] < half/4):
		return "it looks like UTF-16 text without a mark: convert it first, for example with iconv -f UTF-16LE -t UTF-8"
	case zeros[0]+zeros[1] > 0, controls*10 > len(b):
		return "it is binary"
	case !utf8.Valid(b) && invalid(b)*4 > len(b):
		return "it is binary"
	}
	return ""
}

// invalid counts the bytes that are not UTF-8.
func invalid(b []byte) int {
	n := 0
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			n++
		}
		b = b[size:]
	}
	return n
}

const errorLog = "an error log, not an access log"

// textKind names the kind of text a line is of; empty if it is none we know.
func textKind(line []byte) string {
	first, _ := word(line)
	lower := bytes.ToLower(line[:min(len(line), 400)])
	switch {
	case line[0] == '{', bytes.Contains(line[:min(len(line), 200)], []byte(`{"`)):
		return "JSON of something else than requests: no method, target and client by any known name"
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")):
		return "an HTML page"
	case line[0] == '<' && bytes.IndexByte(line, '>') > 6, bytes.HasPrefix(lower, []byte("<?xml")):
		return "XML"
	case hashToken(first), bytes.HasPrefix(lower, []byte("md5 (")), bytes.HasPrefix(lower, []byte("sha256 (")), bytes.HasPrefix(lower, []byte("sha1 (")):
		return "a hash list: give it with --baseline or --known-bad, or by itself"
	case bytes.HasPrefix(line, []byte("%%%% HASHDEEP")), bytes.Contains(lower, []byte(`"algorithm"`)), bytes.Contains(lower, []byte("sha256")) && bytes.IndexByte(line, ',') > 0:
		return "a hash list: give it with --baseline or --known-bad, or by itself"
	case bytes.Count(line, []byte{'|'}) == 10:
		return "a Sleuth Kit bodyfile"
	case bytes.Contains(lower, []byte("[error]")), bytes.Contains(lower, []byte("[notice]")), bytes.Contains(lower, []byte(":error]")), bytes.Contains(lower, []byte(":notice]")):
		return errorLog
	case month(line) > 0 && len(line) > 15 && line[3] == ' ' && line[9] == ':', line[0] == '<':
		return "a syslog, not an access log"
	}
	return ""
}

// hashToken reports whether b has the length and the letters of an MD5, SHA-1 or SHA-256.
func hashToken(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte{'\\'})
	if i := bytes.IndexAny(b, ",;"); i > 0 {
		b = b[:i]
	}
	if len(b) != 32 && len(b) != 40 && len(b) != 64 {
		return false
	}
	for _, c := range b {
		if hexDigit(c) < 0 {
			return false
		}
	}
	return true
}

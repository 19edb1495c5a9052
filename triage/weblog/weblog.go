// Package weblog knows the syntax of web server logs: bytes of a line in, fields out.
//
// Detect finds the Format of a file from its first bytes, ByName from a name. Format.NewParser gives a
// Parser, whose Parse reads one record, which is a line in all formats but modsec, into a Record. What does
// not fit is Rejected with the reason; none is dropped. One format, one file: clf.go has the grammar that
// common, combined and vhost-combined share, w3c.go the W3C extended format of IIS, json.go any access log of
// JSON lines, modsec.go the audit log of ModSecurity. What syslog or a container runtime puts before a line is
// taken off in unwrap.go.
//
// The package decodes the escapes of the log format and nothing else: what the client sent stays as sent.
package weblog

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
)

// MaxLine is the longest line, in bytes without its line end, that is parsed. Apache and nginx cut a request
// line at 8 KiB and all headers at 32 KiB unless told otherwise, so a log line of 1 MiB is no request.
const MaxLine = 1 << 20

// MaxRecord is how far the end of a record of several lines is looked for, in bytes.
const MaxRecord = 4 << 20

// A Record is one parsed line. The slices are views into the line or into the parser's memory: valid until
// the next Parse of the same parser, and only as long as the line is. A field that the line lacks is empty.
type Record struct {
	Time                                                              int64 // Unix milliseconds, UTC; 0 if unknown
	Client, User, Method, Path, Query, Protocol, Referer, Agent, Host []byte
	Status                                                            int      // 0 if unknown
	Size                                                              int64    // bytes answered; -1 if unknown
	Millis                                                            int64    // time taken in ms; -1 if unknown
	Numbered                                                          Numbered // the number that the log gave the record; most give none
	Body, Answer                                                      []byte   // what was sent and answered after the headers, at most triage.MaxBody bytes; most logs have none
}

// A Numbered is the number of a record in a series.
type Numbered struct {
	What   string // the name of the number; empty if there is none
	Of     []byte // what is numbered
	Number int64
}

// A Kind is what Parse found a line to be.
type Kind int

// The kinds of lines.
const (
	Parsed   Kind = iota // the Record is filled
	Comment              // a header, directive or blank line
	Rejected             // no request; the error says why
)

// A Format is a log format. The zero value is none.
type Format int

// The formats.
const (
	Common        Format = iota + 1 // NCSA common: host ident user [time] "request" status size
	Combined                        // common "referer" "agent"
	VhostCombined                   // vhost:port combined
	W3C                             // W3C extended, columns named by #Fields
	JSON                            // a JSON object a line
	ModSec                          // ModSecurity audit log, serial or JSON
	ALB                             // AWS Application Load Balancer
	HAProxy                         // HAProxy HTTP log
	ProxyManager                    // Nginx Proxy Manager's proxy-host logs
	Zoraxy                          // Zoraxy's request log
	UWSGI                           // uWSGI's request log
	Zeek                            // http.log of Zeek (Bro), columns named by #fields
)

var names = [...]string{
	Common: "common", Combined: "combined", VhostCombined: "vhost-combined", W3C: "w3c", JSON: "json", ModSec: "modsec", ALB: "alb",
	HAProxy: "haproxy", ProxyManager: "nginx-proxy-manager", Zoraxy: "zoraxy", UWSGI: "uwsgi", Zeek: "zeek",
}

// Name is the name that ByName takes; empty for the zero Format.
func (f Format) Name() string {
	if f < 0 || int(f) >= len(names) {
		return ""
	}
	return names[f]
}

// HasHeaders reports whether lines that begin with '#' change how later lines are read.
func (f Format) HasHeaders() bool { return f == W3C || f == Zeek }

// Audit reports whether the log repeats, with more detail, requests that the server's access log has too.
func (f Format) Audit() bool { return f == ModSec }

// Split says where records end in a format whose records are of several lines; nil if each is a line. It fits
// source.Split.
func (f Format) Split() func(data []byte, atEnd bool) int {
	if f == ModSec {
		return splitModSec
	}
	return nil
}

// Formats lists the names of all formats.
func Formats() []string { return append([]string(nil), names[1:]...) }

// ByName finds a format by its name, in any case. The error lists the names.
func ByName(name string) (Format, error) {
	for i, n := range names {
		if i > 0 && strings.EqualFold(n, name) {
			return Format(i), nil
		}
	}
	return 0, fmt.Errorf("unknown log format %q: want %s", name, strings.Join(Formats(), ", "))
}

// A Parser reads the lines of one file in order. It is for one goroutine; Clone makes another.
type Parser struct {
	format  Format
	zone    *time.Location
	clock   clock
	scratch []byte // unescaped fields of the current record
	head    *header
	cols    []span   // fields of the current line, w3c and zeek only
	found   found    // fields of the current record, json only
	number  Numbered // of the current record
}

// NewParser makes a parser. Times without a zone are taken to be in zone; nil is UTC. W3C times are UTC as
// the format says, save the columns date-local and time-local.
func (f Format) NewParser(zone *time.Location) *Parser {
	if zone == nil {
		zone = time.UTC
	}
	return &Parser{format: f, zone: zone, head: &header{}}
}

// Clone is a parser with the same state (the #Fields in force) that shares no memory which changes.
func (p *Parser) Clone() *Parser {
	return &Parser{format: p.format, zone: p.zone, head: p.head}
}

// Header applies a directive line without parsing a record, so that a reader of blocks can bring a parser
// to the state that a later block begins with. Other lines, and all lines of other formats, change nothing.
func (p *Parser) Header(line []byte) {
	if !p.format.HasHeaders() {
		return
	}
	if line = trim(line); len(line) > 0 && line[0] == '#' && len(line) <= MaxLine {
		if p.format == Zeek {
			p.head = p.head.applyZeek(line)
		} else {
			p.head = p.head.apply(line)
		}
	}
}

// Reasons for which lines are rejected.
var (
	errTooLong = fmt.Errorf("line longer than %d MiB", MaxLine>>20)
	errNUL     = errors.New("only NUL bytes, as an interrupted write leaves them")
	errFormat  = errors.New("no format chosen")
)

var bom = []byte("\xef\xbb\xbf") // UTF-8 byte order mark

// trim drops the white space around a line, a byte order mark and NUL bytes before it.
func trim(line []byte) []byte {
	if len(line) > 0 && (line[0] == 0 || line[0] == bom[0]) {
		line = bytes.TrimLeft(bytes.TrimPrefix(line, bom), "\x00")
	}
	for len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
		line = line[1:]
	}
	for n := len(line); n > 0 && (line[n-1] == ' ' || line[n-1] == '\t' || line[n-1] == '\r' || line[n-1] == '\n'); n-- {
		line = line[:n-1]
	}
	return line
}

// Parse reads one record, with or without its line end, into rec. The error is nil unless the line is
// Rejected; then it is the reason, in a few words, and rec is empty.
func (p *Parser) Parse(line []byte, rec *Record) (Kind, error) {
	*rec = Record{Size: -1, Millis: -1}
	if len(line) > MaxLine && (p.format != ModSec || bytes.IndexByte(line[:MaxLine], '\n') < 0) {
		return Rejected, errTooLong
	}
	text := trim(line)
	if len(text) == 0 {
		if bytes.IndexByte(line, 0) >= 0 {
			return Rejected, errNUL
		}
		return Comment, nil
	}
	p.scratch, p.number = p.scratch[:0], Numbered{}
	var err error
	switch {
	case p.format <= VhostCombined && p.format > 0:
		_, err = p.parseCLF(text, rec)
	case p.format == 0:
		err = errFormat
	case p.format.HasHeaders() && text[0] == '#':
		p.Header(text)
		return Comment, nil
	default:
		err = p.parseOther(text, rec)
	}
	if err != nil {
		*rec = Record{Size: -1, Millis: -1}
		return Rejected, err
	}
	if p.number.What == "" && text[0] == '<' {
		p.number = syslogNumber(text)
	}
	rec.Numbered = p.number
	return Parsed, nil
}

// parseOther reads a trimmed record of a format that is not one of CLF.
func (p *Parser) parseOther(text []byte, rec *Record) error {
	switch p.format {
	case W3C:
		return p.parseW3C(text, rec)
	case Zeek:
		return p.parseZeek(text, rec)
	case ModSec:
		return p.parseModSec(text, rec)
	}
	err := p.parseText(p.format, text, rec)
	if err == nil {
		return nil
	}
	// Proxies write lines of two kinds into one file, and containers those of two programs.
	for _, f := range textFormats {
		if f == p.format {
			continue
		}
		*rec, p.scratch = Record{Size: -1, Millis: -1}, p.scratch[:0]
		if p.parseText(f, text, rec) == nil {
			return nil
		}
	}
	return err
}

// textFormats are the formats of which each line stands for itself, those first that are tried first.
var textFormats = [...]Format{Combined, JSON, HAProxy, ALB, ProxyManager, Zoraxy, UWSGI}

// parseText reads a line of one of textFormats.
func (p *Parser) parseText(f Format, text []byte, rec *Record) error {
	text = unwrap(text)
	switch f {
	case JSON:
		return p.parseJSON(text, rec, 0)
	case ALB:
		return p.parseALB(text, rec)
	case HAProxy:
		return p.parseHAProxy(text, rec)
	case ProxyManager:
		return p.parseProxyManager(text, rec)
	case Zoraxy:
		return p.parseZoraxy(text, rec)
	case UWSGI:
		return p.parseUWSGI(text, rec)
	}
	_, err := p.parseCLF(text, rec)
	return err
}

// number reads a decimal number of at most 18 digits.
func number(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	n := int64(0)
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// dash is b, or nothing if b is "-", by which logs mean nothing.
func dash(b []byte) []byte {
	if len(b) == 1 && b[0] == '-' {
		return nil
	}
	return b
}

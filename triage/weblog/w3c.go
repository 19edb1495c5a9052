package weblog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// The W3C extended log format: lines of fields, named by the #Fields directive above them, which may come
// again and differ. https://www.w3.org/TR/WD-logfile.html
// IIS: https://learn.microsoft.com/en-us/windows/win32/http/w3c-logging

// maxFields bounds the columns of #Fields; IIS knows fewer than thirty.
const maxFields = 256

// A column is what a field of a line means to us.
type column uint8

const (
	colOther column = iota
	colDate
	colTime
	colDateLocal
	colTimeLocal
	colClient
	colClientName
	colUser
	colMethod
	colStem
	colQuery
	colURI
	colProtocol
	colStatus
	colSize
	colTaken
	colReferer
	colAgent
	colHost
)

// columns maps the names of #Fields, in lower case. The names without prefix are those of Oracle Web Cache
// ("bytes") and of IIS Advanced Logging ("TimeTakenMS").
var columns = map[string]column{
	"date": colDate, "time": colTime, "date-utc": colDate, "time-utc": colTime,
	"date-local": colDateLocal, "time-local": colTimeLocal,
	"c-ip": colClient, "c-dns": colClientName,
	"cs-username": colUser, "c-auth-id": colUser,
	"cs-method": colMethod, "cs-uri-stem": colStem, "cs-uri-query": colQuery, "cs-uri": colURI,
	"cs-version": colProtocol, "cs-protocol-version": colProtocol,
	"sc-status": colStatus, "sc-bytes": colSize, "bytes": colSize,
	"time-taken": colTaken, "timetakenms": colTaken,
	"cs(referer)": colReferer, "cs(referrer)": colReferer,
	"cs(user-agent)": colAgent,
	"cs-host":        colHost, "cs(host)": colHost, "x-host-header": colHost,
}

// cloudFront are the columns of CloudFront's standard logs, which are split from their header lines by what
// collects them. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
var cloudFront = new(header).apply([]byte("#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status " +
	"cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes " +
	"time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields " +
	"c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end"))

// cloudFrontLine reports whether a line without header is one of CloudFront's: its fields, with tabs between.
func cloudFrontLine(b []byte) bool {
	return bytes.Count(b[:min(len(b), 64<<10)], []byte{'\t'}) == len(cloudFront.columns)-1 && len(b) > 20 && b[4] == '-' && b[7] == '-' && b[10] == '\t'
}

// A header is what the directives so far have said. It does not change once made, so parsers share it.
type header struct {
	columns []column
	named   bool   // a #Fields line has been read
	bad     error  // why the #Fields line cannot be used
	date    []byte // of #Date or #Start-Date, 2006-01-02
	iis     bool   // written by IIS, which puts no quotes around values
	edge    bool   // written by CloudFront, which percent-encodes agents
}

var (
	errNoFields = errors.New("no #Fields line before this one")
	errTooMany  = fmt.Errorf("the #Fields line above names more than %d fields", maxFields)
	errNoNames  = errors.New("the #Fields line above names no field")
)

// apply is the header after one more directive.
func (h *header) apply(line []byte) *header {
	i := bytes.IndexByte(line, ':')
	if i < 0 {
		return h
	}
	value := trim(line[i+1:])
	next := *h
	switch string(bytes.ToLower(line[1:i])) {
	case "fields":
		next.columns, next.bad = readColumns(value)
		next.named = true
		next.edge = bytes.Contains(value, []byte("x-edge-location"))
	case "date", "start-date":
		day, _ := word(value)
		next.date = slices.Clone(day[:min(len(day), 32)])
	case "software":
		next.iis = bytes.HasPrefix(value, []byte("Microsoft Internet Information Serv"))
	default:
		return h
	}
	return &next
}

func readColumns(value []byte) ([]column, error) {
	var out []column
	for len(value) > 0 {
		var name []byte
		name, value = word(value)
		if len(out) == maxFields {
			return nil, errTooMany
		}
		out = append(out, columns[string(bytes.ToLower(name))])
	}
	if len(out) == 0 {
		return nil, errNoNames
	}
	return out, nil
}

// web reports whether the columns are those of requests, and not of a firewall or a mail server.
func (h *header) web() bool {
	for _, c := range h.columns {
		switch c {
		case colMethod, colStem, colURI, colStatus, colQuery:
			return true
		}
	}
	return false
}

// A span is one field of a line.
type span struct {
	text   []byte
	quoted bool
}

// parseW3C reads one trimmed line that is no directive.
func (p *Parser) parseW3C(line []byte, rec *Record) error {
	h := p.head
	switch {
	case !h.named && cloudFrontLine(line):
		h = cloudFront
	case !h.named:
		return errNoFields
	case h.bad != nil:
		return h.bad
	}
	if err := p.splitFields(line, len(h.columns), h.iis); err != nil {
		return err
	}
	at := when{date: h.date}
	var name []byte
	for i, c := range h.columns {
		if c == colOther || len(dash(p.cols[i].text)) == 0 {
			continue
		}
		if c == colClientName {
			name = p.cols[i].text
			continue
		}
		if err := p.field(c, p.cols[i], rec, &at); err != nil {
			return err
		}
	}
	if rec.Client == nil {
		rec.Client = name
	}
	if h.edge {
		rec.Agent = p.unpercent(rec.Agent)
	}
	return p.instant(&at, rec)
}

// splitFields cuts a line into its fields. Spaces and tabs separate them. Values in quotes may hold spaces;
// IIS quotes none, so there quotes are data unless the number of fields says otherwise.
func (p *Parser) splitFields(line []byte, want int, iis bool) error {
	p.split(line, !iis, want)
	if len(p.cols) == want {
		return nil
	}
	got := len(p.cols)
	if bytes.IndexByte(line, '"') >= 0 {
		if p.split(line, iis, want); len(p.cols) == want {
			return nil
		}
		if !iis {
			p.split(line, true, want)
			got = len(p.cols)
		}
	}
	if got > want+maxFields {
		return fmt.Errorf("more than %d fields where #Fields names %d", want+maxFields, want)
	}
	return fmt.Errorf("%d fields where #Fields names %d", got, want)
}

func (p *Parser) split(line []byte, quotes bool, want int) {
	p.cols = p.cols[:0]
	for line = skipBlank(line); len(line) > 0 && len(p.cols) <= want+maxFields; {
		if quotes && line[0] == '"' {
			if n := w3cQuote(line[1:]); n >= 0 {
				p.cols = append(p.cols, span{p.undouble(line[1 : 1+n]), true})
				line = skipBlank(line[n+2:])
				continue
			}
			quotes = false // nothing closes from here on
		}
		n := 0
		for n < len(line) && line[n] != ' ' && line[n] != '\t' {
			n++
		}
		p.cols = append(p.cols, span{line[:n], false})
		line = skipBlank(line[n:])
	}
}

// w3cQuote is the first quote that ends a field; a quote inside is written twice.
func w3cQuote(b []byte) int {
	for i := 0; i < len(b); i++ {
		if b[i] != '"' {
			continue
		}
		if i+1 == len(b) || b[i+1] == ' ' || b[i+1] == '\t' {
			return i
		}
		if b[i+1] == '"' {
			i++
		}
	}
	return -1
}

// undouble makes one quote of each two.
func (p *Parser) undouble(b []byte) []byte {
	i := bytes.Index(b, []byte(`""`))
	if i < 0 {
		return b
	}
	start := len(p.scratch)
	for ; i >= 0; i = bytes.Index(b, []byte(`""`)) {
		p.scratch = append(p.scratch, b[:i+1]...)
		b = b[i+2:]
	}
	p.scratch = append(p.scratch, b...)
	return p.scratch[start:len(p.scratch):len(p.scratch)]
}

// A when gathers the parts of a line's time.
type when struct{ date, time, localDate, localTime []byte }

// field puts one value into rec.
func (p *Parser) field(c column, f span, rec *Record, at *when) error {
	v := f.text
	switch c {
	case colDate:
		at.date = v
	case colTime:
		at.time = v
	case colDateLocal:
		at.localDate = v
	case colTimeLocal:
		at.localTime = v
	case colClient:
		rec.Client = trimPort(v)
	case colUser:
		rec.User = p.spaces(f)
	case colMethod:
		rec.Method = v
	case colStem:
		rec.Path = v
	case colQuery:
		rec.Query = v
	case colURI:
		if rec.Path == nil {
			path, query := splitTarget(v)
			if rec.Path = path; query != nil {
				rec.Query = query
			}
		}
	case colProtocol:
		rec.Protocol = v
	case colReferer:
		rec.Referer = v // a URL: its "+" may be the client's own
	case colAgent:
		rec.Agent = p.spaces(f)
	case colHost:
		rec.Host = v
	default:
		return numbers(c, v, rec)
	}
	return nil
}

func numbers(c column, v []byte, rec *Record) error {
	n, ok := number(v)
	switch c {
	case colStatus:
		if !ok || n > 999 {
			return errStatus
		}
		rec.Status = int(n)
	case colSize:
		if !ok {
			return errors.New("sc-bytes is no number")
		}
		rec.Size = n
	case colTaken:
		if !ok {
			n, ok = seconds(v)
		}
		if !ok {
			return errors.New("time-taken is no number")
		}
		rec.Millis = n
	}
	return nil
}

// seconds reads 0.123 as ms. IIS counts time-taken in whole milliseconds; those who follow the W3C draft
// write seconds with a fraction.
func seconds(v []byte) (int64, bool) {
	i := bytes.IndexByte(v, '.')
	if i < 0 {
		return 0, false
	}
	ms := int64(0)
	if i > 0 {
		s, ok := number(v[:i])
		if !ok || s > 1<<40 {
			return 0, false
		}
		ms = s * 1000
	}
	unit := int64(100)
	for _, c := range v[i+1:] {
		if c < '0' || c > '9' {
			return 0, false
		}
		ms += int64(c-'0') * unit
		unit /= 10
	}
	return ms, true
}

// spaces undoes the "+" that IIS writes for a space. A "+" right before a URL is the agent's own, as crawlers
// write it: "+http://...".
func (p *Parser) spaces(f span) []byte {
	b := f.text
	if f.quoted || bytes.IndexByte(b, '+') < 0 {
		return b
	}
	start := len(p.scratch)
	p.scratch = append(p.scratch, b...)
	out := p.scratch[start:len(p.scratch):len(p.scratch)]
	for i, c := range out {
		if c == '+' && !(i+5 < len(b) && string(b[i+1:i+5]) == "http") {
			out[i] = ' '
		}
	}
	return out
}

// instant makes rec.Time of the parts. A line without time has none; a line with a time of day alone takes
// the day of #Date.
func (p *Parser) instant(at *when, rec *Record) error {
	day, clock, zone := at.date, at.time, p.zone
	isLocal := len(clock) == 0
	if isLocal {
		if clock = at.localTime; len(at.localDate) > 0 {
			day = at.localDate
		}
	}
	if len(clock) == 0 {
		return nil
	}
	if len(day) == 0 {
		return errors.New("no date in the line and no #Date line before it")
	}
	ms, ok := p.clock.isoDay(day)
	of, n := ofDay(clock)
	if !ok || n != len(clock) {
		return timeError(slices.Concat(day, []byte(" "), clock))
	}
	rec.Time = ms + of
	if isLocal {
		rec.Time = p.clock.local(rec.Time, zone)
	}
	return nil
}

// unpercent undoes %hh once.
func (p *Parser) unpercent(b []byte) []byte {
	if bytes.IndexByte(b, '%') < 0 {
		return b
	}
	start := len(p.scratch)
	for i := 0; i < len(b); i++ {
		if b[i] == '%' && i+2 < len(b) && hexDigit(b[i+1]) >= 0 && hexDigit(b[i+2]) >= 0 {
			p.scratch = append(p.scratch, byte(hexDigit(b[i+1])<<4|hexDigit(b[i+2])))
			i += 2
			continue
		}
		p.scratch = append(p.scratch, b[i])
	}
	return p.scratch[start:len(p.scratch):len(p.scratch)]
}

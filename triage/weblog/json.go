package weblog

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"spoor/triage"
)

// Access logs of JSON lines, whoever wrote them: nginx and Apache with a format of their own, Caddy, Traefik, Envoy,
// AWS WAF, Cloudflare, Google Cloud, ECS documents of Filebeat, and container runtimes that wrap a line in a string.
// There is no parser a product: jsonKeys says what the name of a value means, wherever the value stands.
//
// A document is read in one pass without building it. Depth, values and names are bounded.

// Bounds of one document.
const (
	maxJSONDepth  = 16
	maxJSONValues = 4096
	maxJSONKey    = 256 // bytes of a value's full name; what is deeper is passed over
	maxJSONInner  = 3   // documents in strings of documents
)

// A jsonField is what a value of a document is of a request.
type jsonField uint8

const (
	jsonNone jsonField = iota
	jsonTime
	jsonClient
	jsonUser
	jsonMethod
	jsonLine // "GET /a HTTP/1.1", or a target
	jsonTarget
	jsonQuery
	jsonProtocol
	jsonStatus
	jsonSize
	jsonSeconds // time taken, in the unit that the name of the field says
	jsonMillis
	jsonMicros
	jsonNanos
	jsonTaken // in a unit that only the value tells
	jsonReferer
	jsonAgent
	jsonHost
	jsonBody
	jsonAnswer
	jsonInner // a whole line of a log
	jsonCounter
	jsonJournal
	jsonJournalID
	jsonCursor
	jsonFields
)

// found is what a document has: of each field the value whose name ranks best.
type found struct {
	key    []byte // full name of the value at hand, see normalise
	name   []byte // of a header given as {"name": ..., "value": ...}
	values int
	fields [jsonFields]jsonValue
}

// A jsonValue is a value as it stands in the document, strings without their quotes.
type jsonValue struct {
	raw  []byte
	text bool // a string
	rank uint8
}

var (
	errJSON       = errors.New("no JSON object")
	errJSONBounds = errors.New("JSON nested deeper or with more values than is read")
	errNoAccess   = errors.New("JSON that is no request: no method and target by any known name")
	errJSONClient = errors.New("JSON that is no request: neither a client nor a status by any known name")
)

// parseJSON reads one document.
func (p *Parser) parseJSON(b []byte, rec *Record, inner int) error {
	if len(b) == 0 || b[0] != '{' {
		return errJSON
	}
	f := &p.found
	f.key, f.name, f.values, f.fields = f.key[:0], nil, 0, [jsonFields]jsonValue{}
	if rest, err := p.object(b, 0); err != nil {
		return err
	} else if len(trim(rest)) > 0 && trim(rest)[0] != ',' {
		return errJSON
	}
	line := f.fields[jsonInner]
	if p.number.What == "" {
		p.number = f.numbered()
	}
	err := p.fillJSON(rec)
	if err == nil || !line.text || inner == maxJSONInner {
		return err
	}
	// No request by its fields: perhaps one of its strings is a line of a log.
	text := unwrap(trim(p.unquote(line.raw)))
	*rec = Record{Size: -1, Millis: -1}
	if len(text) > 0 && text[0] == '{' {
		return p.parseJSON(text, rec, inner+1)
	}
	if _, clf := p.parseCLF(untag(text), rec); clf == nil {
		return nil
	}
	*rec = Record{Size: -1, Millis: -1}
	return err
}

// object reads an object that b begins with, and gives what follows it.
func (p *Parser) object(b []byte, depth int) ([]byte, error) {
	if depth > maxJSONDepth {
		return nil, errJSONBounds
	}
	b = blank(b[1:])
	if len(b) > 0 && b[0] == '}' {
		return b[1:], nil
	}
	f := &p.found
	here := len(f.key)
	for {
		if len(b) == 0 || b[0] != '"' {
			return nil, errJSON
		}
		n := closing(b[1:])
		if n < 0 {
			return nil, errJSON
		}
		f.key = normalise(f.key[:here], b[1:1+n])
		if b = blank(b[n+2:]); len(b) == 0 || b[0] != ':' {
			return nil, errJSON
		}
		var err error
		if b, err = p.value(blank(b[1:]), depth); err != nil {
			return nil, err
		}
		f.key = f.key[:here]
		b = blank(b)
		switch {
		case len(b) == 0:
			return nil, errJSON
		case b[0] == '}':
			return b[1:], nil
		case b[0] != ',':
			return nil, errJSON
		}
		b = blank(b[1:])
	}
}

// value reads any value that b begins with.
func (p *Parser) value(b []byte, depth int) ([]byte, error) {
	f := &p.found
	if f.values++; f.values > maxJSONValues {
		return nil, errJSONBounds
	}
	if len(b) == 0 {
		return nil, errJSON
	}
	switch b[0] {
	case '{':
		return p.object(b, depth+1)
	case '[':
		return p.array(b, depth+1)
	case '"':
		n := closing(b[1:])
		if n < 0 {
			return nil, errJSON
		}
		f.take(b[1:1+n], true)
		return b[n+2:], nil
	}
	n := 0
	for n < len(b) && (b[n]|0x20-'a' < 26 || b[n]-'0' < 10 || b[n] == '-' || b[n] == '+' || b[n] == '.') {
		n++
	}
	if n == 0 {
		return nil, errJSON
	}
	if c := b[0]; c == '-' || c-'0' < 10 {
		f.take(b[:n], false)
	}
	return b[n:], nil
}

// array reads the values of an array under the array's own name.
func (p *Parser) array(b []byte, depth int) ([]byte, error) {
	if depth > maxJSONDepth {
		return nil, errJSONBounds
	}
	b = blank(b[1:])
	if len(b) > 0 && b[0] == ']' {
		return b[1:], nil
	}
	for {
		var err error
		if b, err = p.value(b, depth); err != nil {
			return nil, err
		}
		b = blank(b)
		switch {
		case len(b) == 0:
			return nil, errJSON
		case b[0] == ']':
			return b[1:], nil
		case b[0] != ',':
			return nil, errJSON
		}
		b = blank(b[1:])
	}
}

func blank(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\n' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}

// closing is where the quotes of a string close; -1 if they don't.
func closing(b []byte) int { return nextQuote(b, 0) }

// normalise appends a name to a full name: small letters and digits, other parts of a name left out, and a dot
// between the names.
func normalise(key, name []byte) []byte {
	if len(key) > 0 {
		key = append(key, '.')
	}
	for _, c := range name {
		switch {
		case len(key) >= maxJSONKey:
			return key
		case c-'A' < 26:
			key = append(key, c|0x20)
		case c-'a' < 26, c-'0' < 10, c == '.':
			key = append(key, c)
		}
	}
	return key
}

// take keeps a value if its name means something and none of a better name was there.
func (f *found) take(raw []byte, text bool) {
	key := f.key
	if bytes.HasSuffix(key, []byte("headers.name")) {
		f.name = raw
		return
	}
	if bytes.HasSuffix(key, []byte("headers.value")) && f.name != nil {
		key = normalise(key[:len(key)-len(".value")], f.name)
		f.name = nil
	}
	for whole := true; ; whole = false {
		if k, ok := jsonKeys[string(key)]; ok && (whole || k.deep) {
			f.keep(k, raw, text)
			return
		}
		i := bytes.IndexByte(key, '.')
		if i < 0 {
			return
		}
		key = key[i+1:]
	}
}

func (f *found) keep(k jsonKey, raw []byte, text bool) {
	if k.field == jsonSeconds && bytes.IndexByte(raw, ':') >= 0 {
		k.field = jsonTime // AWS API Gateway's requestTime
	}
	v := &f.fields[k.field]
	if (k.field == jsonBody || k.field == jsonAnswer) && v.rank == k.rank && text && len(v.raw) < 2*triage.MaxBody {
		v.raw = slices.Concat(v.raw, raw) // ModSecurity 2 writes a body as a list of pieces
		return
	}
	if len(raw) == 0 || text && string(raw) == "-" || v.rank != 0 && v.rank <= k.rank {
		return
	}
	*v = jsonValue{raw, text, k.rank}
}

// unquote undoes the escapes of a string, and the \xhh that Apache writes into what is to be JSON.
func (p *Parser) unquote(b []byte) []byte {
	i := bytes.IndexByte(b, '\\')
	if i < 0 {
		return b
	}
	start := len(p.scratch)
	out := append(p.scratch, b[:i]...)
	for ; i < len(b); i++ {
		c := b[i]
		if c != '\\' || i+1 == len(b) {
			out = append(out, c)
			continue
		}
		i++
		switch c := b[i]; c {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, n := escapedRune(b[i+1:])
			if n == 0 {
				out = append(out, '\\', 'u')
				continue
			}
			out = utf8.AppendRune(out, r)
			i += n
		case 'x':
			n := 0
			out, n = appendByte(out, b[i+1:])
			i += n
		default:
			out = append(out, c)
		}
	}
	p.scratch = out
	return out[start:len(out):len(out)]
}

// escapedRune reads the four digits after \u, and a second half if it is one of two; n is how many bytes.
func escapedRune(b []byte) (r rune, n int) {
	half := func(b []byte) rune {
		if len(b) < 4 {
			return -1
		}
		v := rune(0)
		for _, c := range b[:4] {
			if hexDigit(c) < 0 {
				return -1
			}
			v = v<<4 | rune(hexDigit(c))
		}
		return v
	}
	if r = half(b); r < 0 {
		return 0, 0
	}
	if utf16.IsSurrogate(r) && len(b) >= 10 && b[4] == '\\' && b[5] == 'u' {
		if both := utf16.DecodeRune(r, half(b[6:])); both != utf8.RuneError {
			return both, 10
		}
	}
	return r, 4
}

// str is a field as text, with the escapes undone; nil if the document lacks it.
func (p *Parser) str(f jsonField) []byte {
	v := &p.found.fields[f]
	if !v.text {
		return v.raw
	}
	return dash(p.unquote(v.raw))
}

// fillJSON makes a record of what was found.
func (p *Parser) fillJSON(rec *Record) error {
	if line := p.str(jsonLine); len(line) > 0 {
		if p.parseRequest(line, rec); rec.Method == nil && line[0] == '/' {
			rec.Path, rec.Query = splitTarget(line)
		} else if rec.Method == nil {
			rec.Path = nil
		}
	}
	if m := p.str(jsonMethod); isMethod(m) {
		rec.Method = m
	}
	if t := p.str(jsonTarget); len(t) > 0 && rec.Path == nil {
		host, target := splitURL(t)
		rec.Host = host
		rec.Path, rec.Query = splitTarget(target)
	}
	if q := p.str(jsonQuery); rec.Query == nil && len(q) > 0 {
		rec.Query = bytes.TrimPrefix(q, []byte{'?'})
	}
	if len(rec.Method) == 0 || len(rec.Path) == 0 {
		return errNoAccess
	}
	rec.Client = trimPort(trimComma(firstWord(p.str(jsonClient))))
	rec.User, rec.Referer, rec.Agent = p.str(jsonUser), p.str(jsonReferer), p.str(jsonAgent)
	if h := p.str(jsonHost); len(h) > 0 {
		rec.Host = h
	}
	if v := p.str(jsonProtocol); len(v) > 0 && len(v) <= 16 {
		rec.Protocol = v
		if v[0]-'0' < 10 {
			start := len(p.scratch)
			p.scratch = append(append(p.scratch, "HTTP/"...), v...)
			rec.Protocol = p.scratch[start:len(p.scratch):len(p.scratch)]
		}
	}
	if n, ok := number(p.str(jsonStatus)); ok && n < 1000 {
		rec.Status = int(n)
	}
	if n, ok := number(whole(p.str(jsonSize))); ok {
		rec.Size = n
	}
	if len(rec.Client) == 0 && rec.Status == 0 {
		return errJSONClient
	}
	p.fillTaken(rec)
	rec.Body, rec.Answer = bound(p.str(jsonBody)), bound(p.str(jsonAnswer))
	at := p.str(jsonTime)
	if len(at) == 0 {
		return nil
	}
	var err error
	rec.Time, err = p.anyTime(at)
	return err
}

// fillTaken reads how long the request took, in the unit that the name of the value says.
func (p *Parser) fillTaken(rec *Record) {
	for _, u := range [...]struct {
		field jsonField
		nanos float64 // of one unit
	}{{jsonMillis, 1e6}, {jsonSeconds, 1e9}, {jsonMicros, 1e3}, {jsonNanos, 1}, {jsonTaken, 0}} {
		v := p.str(u.field)
		if len(v) == 0 {
			continue
		}
		if u.nanos == 0 {
			// Caddy writes seconds with a fraction, Envoy milliseconds, Traefik nanoseconds.
			u.nanos = 1e6
			if bytes.IndexByte(v, '.') >= 0 {
				u.nanos = 1e9
			} else if p.found.fields[jsonSize].rank == rankTraefik {
				u.nanos = 1
			}
		}
		if n, ok := decimal(v, u.nanos); ok {
			rec.Millis = n
			return
		}
	}
}

// decimal reads such as 0.25, "1.2e-05", "12ms" or "0.25s" as milliseconds; a unit in the text goes before that given.
func decimal(v []byte, nanos float64) (int64, bool) {
	n := 0
	for n < len(v) && (v[n]-'0' < 10 || v[n] == '.' || v[n] == '-' || v[n] == '+' || v[n] == 'e' || v[n] == 'E') {
		n++
	}
	x, err := strconv.ParseFloat(string(v[:n]), 64)
	if err != nil || !(x >= 0) {
		return 0, false
	}
	switch string(v[n:]) {
	case "":
	case "s":
		nanos = 1e9
	case "ms":
		nanos = 1e6
	case "us", "µs":
		nanos = 1e3
	case "ns":
		nanos = 1
	default:
		return 0, false
	}
	if x *= nanos / 1e6; x > 1e15 {
		return 0, false
	}
	return int64(x), true
}

// whole is a number without its fraction.
func whole(b []byte) []byte {
	if i := bytes.IndexByte(b, '.'); i > 0 {
		return b[:i]
	}
	return b
}

func firstWord(b []byte) []byte {
	first, _ := word(b)
	return first
}

// bound is b cut at triage.MaxBody bytes.
func bound(b []byte) []byte { return b[:min(len(b), triage.MaxBody)] }

// splitURL cuts a URL at the end of its host; another target has none.
func splitURL(b []byte) (host, target []byte) {
	for _, scheme := range [...]string{"http://", "https://", "ws://", "wss://"} {
		if rest, ok := bytes.CutPrefix(b, []byte(scheme)); ok {
			if i := bytes.IndexAny(rest, "/?"); i >= 0 {
				return rest[:i], rest[i:]
			}
			return rest, []byte("/")
		}
	}
	return nil, b
}

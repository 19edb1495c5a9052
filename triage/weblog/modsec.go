package weblog

import (
	"bytes"
	"errors"
)

// The audit log of ModSecurity 2 and 3. In the serial format a transaction is a record of many lines in parts, each
// under a boundary line:
//
//	--38d77e1c-A--
//	[24/Feb/2025:03:17:11.796218 -0500] UNIQUE-ID 198.51.100.204 46519 10.20.0.5 80
//	--38d77e1c-B--
//	POST /a.php HTTP/1.1
//	Host: www.shop.example
//
//	--38d77e1c-C--
//	a=1&b=2
//	--38d77e1c-F--
//	HTTP/1.1 200 OK
//	--38d77e1c-Z--
//
// B has the request's headers, C its body (I: without uploaded files), E the body of the answer, F its headers; H,
// what the rules said, is passed over. In the JSON format a transaction is a line; jsonKeys has its names.
//
// Bodies are the client's: lines in them that look like boundaries are no boundaries unless they bear the
// transaction's own mark, which nobody can know beforehand. So a transaction ends at its own Z part, wherever that
// is, and only one that has none ends where another begins.
//
// https://github.com/owasp-modsecurity/ModSecurity/wiki/ModSecurity-2-Data-Formats

var (
	errModSecStart = errors.New("part of a transaction whose beginning is not here")
	errModSecEnd   = errors.New("the transaction has no end (part Z): it was cut off, or others were written into it")
	errModSecMixed = errors.New("lines of another transaction stand in this one's headers")
	errModSecHead  = errors.New("part A is not [time] id client port server port")
	errModSecNoB   = errors.New("the transaction has no request (part B)")
)

// maxForged bounds how many beginnings of other transactions are passed over in the search for the end of one. It
// bounds the time that a file of torn transactions takes.
const maxForged = 16

// boundary reads a line such as "--38d77e1c-A--" or, of version 3, "---Ah3Bv7T1---A--".
func boundary(line []byte) (mark []byte, part byte) {
	line = bytes.TrimSuffix(line, []byte{'\r'})
	n := len(line)
	if n < 9 || n > 64 || line[0] != '-' || line[1] != '-' || line[n-1] != '-' || line[n-2] != '-' || line[n-4] != '-' || line[n-3]-'A' > 25 {
		return nil, 0
	}
	mark = bytes.Trim(line[:n-4], "-")
	for _, c := range mark {
		if c-'0' > 9 && c|0x20-'a' > 25 {
			return nil, 0
		}
	}
	if len(mark) < 4 {
		return nil, 0
	}
	return mark, line[n-3]
}

// nextBoundary is the place of the next line from at on that has the shape of a boundary, and what it is; -1 if
// there is none. end is where the line after it begins.
func nextBoundary(data []byte, at int) (start, end int, mark []byte, part byte) {
	for at < len(data) {
		if data[at] == '-' {
			end := len(data)
			if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
				end = at + i + 1
			}
			if mark, part := boundary(bytes.TrimSuffix(data[at:end], []byte{'\n'})); part != 0 {
				return at, end, mark, part
			}
		}
		i := bytes.Index(data[at:], []byte("\n--"))
		if i < 0 {
			break
		}
		at += i + 1
	}
	return -1, len(data), nil, 0
}

// splitModSec is the Split of this format.
func splitModSec(data []byte, atEnd bool) int {
	_, first, mark, part := nextBoundary(data[:min(len(data), 80)], 0)
	if bytes.IndexByte(data[:min(len(data), 80)], '-') != 0 || part != 'A' {
		return plainLines(data, atEnd)
	}
	window := data[:min(len(data), MaxRecord)]
	other, forged := -1, 0
	for at := first; forged <= maxForged; {
		start, end, m, k := nextBoundary(window, at)
		if start < 0 {
			if len(window) == len(data) && len(data) < MaxRecord && !atEnd {
				return 0
			}
			break
		}
		switch {
		case k == 'Z' && bytes.Equal(m, mark):
			return blankLines(data, end, atEnd)
		case k == 'A':
			if forged++; other < 0 {
				other = start
			}
		}
		at = end
	}
	if other >= 0 {
		return other
	}
	return wholeLines(window)
}

// plainLines is the record of a line that begins no transaction: a JSON document, a blank line, or what is left of a
// torn transaction, up to the next beginning.
func plainLines(data []byte, atEnd bool) int {
	if data[0] != '-' {
		i := bytes.IndexByte(data, '\n')
		if i >= 0 && (data[0] == '{' || len(trim(data[:i])) == 0) {
			return i + 1
		}
	}
	window := data[:min(len(data), MaxRecord)]
	for at := 0; ; {
		start, end, _, part := nextBoundary(window, at)
		if start < 0 {
			break
		}
		if part == 'A' && start > 0 {
			return start
		}
		at = end
	}
	if len(data) < MaxRecord && !atEnd {
		return 0
	}
	return wholeLines(window)
}

// wholeLines is the length of a window without a line that its end cuts.
func wholeLines(window []byte) int {
	if len(window) == MaxRecord {
		if i := bytes.LastIndexByte(window, '\n'); i >= 0 {
			return i + 1
		}
	}
	return len(window)
}

// blankLines is end, or the end of a blank line after it.
func blankLines(data []byte, end int, atEnd bool) int {
	switch rest := data[end:]; {
	case len(rest) == 0 && !atEnd:
		return 0 // the blank line may come yet
	case len(rest) > 0 && rest[0] == '\n':
		return end + 1
	case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
		return end + 2
	}
	return end
}

// parseModSec reads a record as splitModSec cuts it.
func (p *Parser) parseModSec(text []byte, rec *Record) error {
	if text[0] == '{' {
		return p.parseJSON(text, rec, 0)
	}
	start, at, mark, part := nextBoundary(text, 0)
	if start != 0 || part != 'A' {
		return errModSecStart
	}
	parts := map[byte][]byte{}
	for part != 'Z' {
		next, after, m, k := nextBoundary(text, at)
		for ; next >= 0 && !bytes.Equal(m, mark); next, after, m, k = nextBoundary(text, after) {
			if part != 'C' && part != 'E' && part != 'I' && part != 'H' && part != 'K' {
				return errModSecMixed
			}
		}
		if next < 0 {
			return errModSecEnd
		}
		if parts[part] == nil {
			parts[part] = text[at:next]
		}
		at, part = after, k
	}
	return p.fillModSec(parts, rec)
}

// fillModSec makes a record of the parts of a transaction.
func (p *Parser) fillModSec(parts map[byte][]byte, rec *Record) error {
	head := skipBlank(trim(parts['A']))
	i := bytes.IndexByte(head, ']')
	if len(head) == 0 || head[0] != '[' || i < 0 {
		return errModSecHead
	}
	at := head[1:i]
	_, rest := word(head[i+1:])
	client, rest := word(rest)
	if len(client) == 0 || len(rest) == 0 {
		return errModSecHead
	}
	rec.Client = client
	var err error
	if rec.Time, err = p.clock.bracketed(at, p.zone); err != nil {
		return err
	}
	b := parts['B']
	if len(b) == 0 {
		return errModSecNoB
	}
	line, headers := cutLine(b)
	p.parseRawRequest(line, rec)
	for len(headers) > 0 {
		var h []byte
		h, headers = cutLine(headers)
		name, value, ok := bytes.Cut(h, []byte{':'})
		if !ok {
			continue
		}
		value = trim(value)
		switch {
		case bytes.EqualFold(name, []byte("host")):
			rec.Host = value
		case bytes.EqualFold(name, []byte("user-agent")):
			rec.Agent = value
		case bytes.EqualFold(name, []byte("referer")):
			rec.Referer = value
		}
	}
	body := parts['C']
	if len(body) == 0 {
		body = parts['I']
	}
	rec.Body, rec.Answer = bound(withoutEnd(body)), bound(withoutEnd(parts['E']))
	answer, headers := cutLine(parts['F'])
	protocol, rest := word(answer)
	if isProtocol(protocol) {
		status, _ := word(rest)
		rec.Status, _ = statusOf(status)
	}
	for len(headers) > 0 {
		var h []byte
		h, headers = cutLine(headers)
		name, value, _ := bytes.Cut(h, []byte{':'})
		if n, ok := number(trim(value)); ok && bytes.EqualFold(name, []byte("content-length")) {
			rec.Size = n
		}
	}
	return nil
}

// parseRawRequest splits a request line that stands as it was sent, without escapes.
func (p *Parser) parseRawRequest(line []byte, rec *Record) {
	method, rest, ok := bytes.Cut(line, []byte{' '})
	if !ok || !isMethod(method) {
		rec.Path = line
		return
	}
	rec.Method = method
	if i := bytes.LastIndexByte(rest, ' '); i >= 0 && isProtocol(rest[i+1:]) {
		rest, rec.Protocol = rest[:i], rest[i+1:]
	}
	rec.Path, rec.Query = splitTarget(rest)
}

// cutLine cuts the first line off, without its end.
func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'}), rest
}

// withoutEnd is a body without the line end that the log puts after it, and the blank line of version 3.
func withoutEnd(b []byte) []byte {
	for range 2 {
		b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte{'\n'}), []byte{'\r'})
	}
	return b
}

// modSecJSON reports whether a line is a transaction of the JSON format.
func modSecJSON(line []byte) bool {
	head := line[:min(len(line), 64)]
	return len(head) > 0 && head[0] == '{' && bytes.Contains(head, []byte(`"transaction"`)) &&
		(bytes.Contains(line, []byte(`"audit_data"`)) || bytes.Contains(line, []byte(`"producer"`)) || bytes.Contains(line, []byte(`"messages"`)))
}

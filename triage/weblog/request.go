package weblog

import "bytes"

// parseRequest splits a request line as it stands in quotes. What is no HTTP request (bytes of a TLS
// handshake, another protocol, "-") is kept whole as the Path, with no Method.
func (p *Parser) parseRequest(raw []byte, rec *Record) {
	text := p.unescape(raw)
	method, target := text, []byte(nil)
	if i := bytes.IndexByte(text, ' '); i > 0 {
		method, target = text[:i], text[i+1:]
	}
	if target == nil || !isMethod(method) {
		rec.Path = text
		return
	}
	path, protocol := target, []byte(nil)
	if i := bytes.LastIndexByte(target, ' '); i >= 0 && isProtocol(target[i+1:]) {
		path, protocol = target[:i], target[i+1:]
	}
	if protocol == nil && !isTarget(method, path) {
		rec.Path = text
		return
	}
	rec.Method, rec.Protocol = method, protocol
	rec.Path, rec.Query = splitTarget(path)
}

// splitTarget cuts a target at its first "?".
func splitTarget(b []byte) (path, query []byte) {
	if i := bytes.IndexByte(b, '?'); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}

// isMethod reports whether b can be a method: letters, and "-" or "_" after the first, at most 32.
func isMethod(b []byte) bool {
	if len(b) == 0 || len(b) > 32 {
		return false
	}
	for i, c := range b {
		if l := c | 0x20; l < 'a' || l > 'z' {
			if i == 0 || c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// isProtocol reports whether b is a protocol such as HTTP/1.1. RTSP and SIP come from port scanners.
func isProtocol(b []byte) bool {
	i := bytes.IndexByte(b, '/')
	if i < 3 || i == len(b)-1 || len(b) > 16 {
		return false
	}
	name := b[:i]
	return bytes.EqualFold(name, []byte("HTTP")) || string(name) == "RTSP" || string(name) == "SIP"
}

// isTarget reports whether b can be the target of a request without protocol (HTTP/0.9 style).
func isTarget(method, b []byte) bool {
	if len(b) == 0 {
		return false
	}
	return b[0] == '/' || b[0] == '?' || len(b) == 1 && b[0] == '*' || bytes.Contains(b, []byte("://")) || string(method) == "CONNECT"
}

// unescape undoes the escapes of Apache (\" \\ \b \n \r \t \v \xhh) and of nginx (\xHH), into the parser's
// memory if there are any. An escape that neither writes stays as it is.
//
// https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#format-notes
func (p *Parser) unescape(b []byte) []byte {
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
		switch b[i] {
		case '"', '\\':
			out = append(out, b[i])
		case 'b':
			out = append(out, '\b')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'v':
			out = append(out, '\v')
		case 'x':
			n := 0
			out, n = appendByte(out, b[i+1:])
			i += n
		default:
			out = append(out, '\\', b[i])
		}
	}
	p.scratch = out
	return out[start:len(out):len(out)]
}

// appendByte appends the byte that follows \x as two hex digits, and n is 2; \x itself if none follows.
func appendByte(out, b []byte) (_ []byte, n int) {
	if len(b) >= 2 && hexDigit(b[0]) >= 0 && hexDigit(b[1]) >= 0 {
		return append(out, byte(hexDigit(b[0])<<4|hexDigit(b[1]))), 2
	}
	return append(out, '\\', 'x'), 0
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

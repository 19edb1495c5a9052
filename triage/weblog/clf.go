package weblog

import (
	"bytes"
	"errors"
)

// The grammar of common, combined and vhost-combined, with what servers in the field make of it:
//
//	[syslog prefix: ] [vhost[:port]] client[, client...] ident user [time] "request" status size [bare...] ["referer" "agent" [more...]]
//
// All three formats are read with it, so a file in which they mix loses nothing; the name says which of them
// a file mostly is. vhost-combined alone takes a first field for the virtual host that does not look like one.
//
// Fields: https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats
// nginx:  https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format

// A shape is which optional parts a line had; Detect counts them.
type shape struct{ vhost, agent bool }

var (
	errNoTime    = errors.New("no time in brackets")
	errNoRequest = errors.New("no request in quotes")
	errFewFields = errors.New("fewer than three fields before the time")
	errOpenQuote = errors.New("the quotes of the request do not close before a status")
	errStatus    = errors.New("status is no number of three digits")
	errSize      = errors.New("size is no number")
)

// parseCLF reads one trimmed line.
func (p *Parser) parseCLF(line []byte, rec *Record) (shape, error) {
	var s shape
	open, shut, err := findTime(line)
	if err != nil {
		return s, err
	}
	if rec.Time, err = p.clock.bracketed(line[open+1:shut], p.zone); err != nil {
		return s, err
	}
	if s.vhost, err = p.parseWho(line[:open], rec); err != nil {
		return s, err
	}
	rest := skipBlank(line[shut+1:])
	if len(rest) == 0 || rest[0] != '"' {
		return s, errNoRequest
	}
	rest = rest[1:]
	n := endOfRequest(rest)
	if n < 0 {
		return s, errOpenQuote
	}
	p.parseRequest(rest[:n], rec)
	if rest, err = parseAnswer(rest[n+1:], rec); err != nil {
		return s, err
	}
	s.agent = p.parseTail(rest, rec)
	return s, nil
}

// findTime finds the brackets around the time: the first ones that a quoted request follows. A user name can
// hold brackets, but servers escape quotes in it, so it cannot forge the rest.
func findTime(line []byte) (open, shut int, err error) {
	first := -1
	for at := 0; at < len(line); {
		i := bytes.IndexByte(line[at:], '[')
		if i < 0 {
			break
		}
		i += at
		at = i + 1
		if i > 0 && line[i-1] != ' ' && line[i-1] != '\t' {
			continue
		}
		n := bytes.IndexByte(line[at:min(len(line), at+64)], ']')
		if n < 0 {
			continue
		}
		if first < 0 {
			first = i
		}
		if rest := skipBlank(line[at+n+1:]); len(rest) > 0 && rest[0] == '"' {
			return i, at + n, nil
		}
	}
	if first < 0 {
		return 0, 0, errNoTime
	}
	// No request follows any bracket; say what is wrong with the first.
	return 0, 0, errNoRequest
}

func skipBlank(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}

// word cuts the first field off; fields end at a space or tab.
func word(b []byte) (first, rest []byte) {
	b = skipBlank(b)
	for i, c := range b {
		if c == ' ' || c == '\t' {
			return b[:i], skipBlank(b[i:])
		}
	}
	return b, nil
}

// parseWho reads what stands before the time. A user name may hold spaces: it is all that is left.
func (p *Parser) parseWho(b []byte, rec *Record) (vhost bool, err error) {
	b = trim(skipSyslog(b))
	if wrapped(b) {
		b = unwrap(b)
	}
	first, rest := word(b)
	second, after := word(rest)
	_, fourth := word(after)
	if len(fourth) > 0 && dash(second) != nil && (p.format == VhostCombined && !isAddr(first) || isVhost(first) || isAddr(second) && !isAddr(trimComma(first))) {
		rec.Host = p.unescape(dash(first))
		vhost = true
		first, rest = second, after
	}
	rec.Client = p.unescape(dash(trimPort(trimComma(first))))
	// A list of forwarded addresses stands where the client should: the first is who the proxies say it was.
	for hop := first; len(hop) > 0 && hop[len(hop)-1] == ','; {
		hop, rest = word(rest)
	}
	_, user := word(rest) // the ident is of no use: nobody has run identd for decades
	if len(user) == 0 {
		return vhost, errFewFields
	}
	if len(user) > 33 && user[32] == ' ' && hashToken(user[:32]) {
		user = user[33:] // nginx's $request_id, which bunkerweb puts before the user
	}
	rec.User = p.unescape(dash(trim(user)))
	return vhost, nil
}

func trimComma(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == ',' {
		return b[:n-1]
	}
	return b
}

// isAddr reports whether b has the form of an IP address, with a zone or not. It tells an address from a
// name, no more: "1::2::3" passes.
func isAddr(b []byte) bool {
	if len(b) > 64 {
		return false
	}
	v6 := bytes.Count(b, []byte{':'}) >= 2
	colons, dots, octet := 0, 0, 0
	for i, c := range b {
		switch {
		case c == ':':
			colons++
			octet = 0
		case c == '.':
			if octet == 0 {
				return false
			}
			dots++
			octet = 0
		case c == '%' && colons >= 2 && i < len(b)-1:
			return true
		case hexDigit(c) >= 0 && (c <= '9' || v6):
			octet++
		default:
			return false
		}
	}
	return v6 || colons == 0 && dots == 3 && octet > 0
}

// trimPort drops the port that some proxies and balancers log with the client, and the brackets of IPv6.
func trimPort(b []byte) []byte {
	i := bytes.LastIndexByte(b, ':')
	if len(b) > 2 && b[0] == '[' {
		if n := bytes.IndexByte(b, ']'); n > 0 && isAddr(b[1:n]) {
			return b[1:n]
		}
		return b
	}
	if i <= 0 || !isVhost(b) || !isAddr(b[:i]) {
		return b
	}
	return b[:i]
}

// isVhost reports whether b is host:port, as %v:%p writes it, and no IPv6 address.
func isVhost(b []byte) bool {
	i := bytes.LastIndexByte(b, ':')
	if i <= 0 || i == len(b)-1 {
		return false
	}
	if _, ok := number(b[i+1:]); !ok {
		return false
	}
	return b[0] == '[' || bytes.IndexByte(b[:i], ':') < 0
}

// skipSyslog drops "Sep 15 16:13:46 host nginx[2869]: ", which syslog puts before a line.
func skipSyslog(b []byte) []byte {
	c := skipBlank(b)
	if len(c) > 0 && c[0] == '<' { // priority
		if i := bytes.IndexByte(c[:min(len(c), 6)], '>'); i > 1 {
			c = c[i+1:]
		}
	}
	if len(c) < 16 || month(c) == 0 || c[3] != ' ' || c[9] != ':' || c[12] != ':' {
		return b
	}
	i := bytes.Index(c[16:], []byte(": "))
	if i < 0 {
		return b
	}
	return c[16+i+2:]
}

// wrapped is true of what may begin with something that unwrap takes off, and hardly ever of anything else.
func wrapped(b []byte) bool {
	return len(b) > 8 && (b[0] == '<' || isoStart(b) || bytes.IndexByte(b, '|') >= 0)
}

// endOfRequest is where the quotes around a request close: the first unescaped quote that a status follows.
// Where the log does not escape quotes (nginx with escape=none) the search goes on past them, and where a
// backslash is no escape it is made again without regard to escapes.
func endOfRequest(b []byte) int {
	for i := nextQuote(b, 0); i >= 0; i = nextQuote(b, i+1) {
		if followedByStatus(b[i+1:]) {
			return i
		}
	}
	for i, c := range b {
		if c == '"' && followedByStatus(b[i+1:]) {
			return i
		}
	}
	return -1
}

// nextQuote is the first quote from i on that no backslash escapes; -1 if there is none.
func nextQuote(b []byte, i int) int {
	for {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		slashes := 0
		for slashes < n && b[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
		i++
	}
}

func followedByStatus(b []byte) bool {
	if len(b) < 2 || b[0] != ' ' && b[0] != '\t' {
		return false
	}
	status, _ := word(b)
	_, ok := statusOf(status)
	return ok
}

func statusOf(b []byte) (int, bool) {
	if len(b) == 1 && b[0] == '-' {
		return 0, true
	}
	n, ok := number(b)
	return int(n), ok && len(b) == 3
}

// parseAnswer reads status and size. The "-" of %b means that no bytes were sent.
func parseAnswer(b []byte, rec *Record) ([]byte, error) {
	status, rest := word(b)
	var ok bool
	if rec.Status, ok = statusOf(status); !ok {
		return nil, errStatus
	}
	if len(rest) == 0 || rest[0] == '"' {
		return rest, nil
	}
	size, rest := word(rest)
	if dash(size) == nil {
		rec.Size = 0
		return rest, nil
	}
	if rec.Size, ok = number(size); !ok {
		return nil, errSize
	}
	return rest, nil
}

// parseTail reads what follows the size. Bare fields are passed over, then referer and agent come in quotes.
// Where quotes do not close the line has been cut off; the request stands all the same, with what is there.
func (p *Parser) parseTail(b []byte, rec *Record) (agent bool) {
	for len(b) > 0 && b[0] != '"' {
		_, b = word(b)
	}
	if len(b) == 0 {
		return false
	}
	b = b[1:]
	n := endOfReferer(b)
	if n < 0 {
		rec.Referer = p.unescape(b)
		return false
	}
	rec.Referer = p.unescape(dash(b[:n]))
	b = skipBlank(b[n+1:])
	if len(b) == 0 {
		return false
	}
	b = b[1:]
	if n = endOfAgent(b); n < 0 {
		n = len(b)
	}
	rec.Agent = p.unescape(dash(b[:n]))
	return true
}

// endOfReferer is the first unescaped quote that a quote follows, or the end of the line.
func endOfReferer(b []byte) int {
	for i := nextQuote(b, 0); i >= 0; i = nextQuote(b, i+1) {
		if rest := skipBlank(b[i+1:]); len(rest) == 0 || len(rest) < len(b)-i-1 && rest[0] == '"' {
			return i
		}
	}
	return -1
}

// maxAgentQuotes bounds how many quotes of a line are tried as the end of the agent.
const maxAgentQuotes = 64

// endOfAgent is the first unescaped quote after which nothing or only whole fields follow; failing that, the
// last quote of the line, since an agent may hold quotes where the log does not escape them.
func endOfAgent(b []byte) int {
	i := nextQuote(b, 0)
	for tries := 0; i >= 0 && tries < maxAgentQuotes; tries++ {
		if wholeFields(b[i+1:]) {
			return i
		}
		i = nextQuote(b, i+1)
	}
	return bytes.LastIndexByte(b, '"')
}

// wholeFields reports whether b is nothing, or bare and quoted fields, each after a space.
func wholeFields(b []byte) bool {
	for len(b) > 0 {
		if b[0] != ' ' && b[0] != '\t' {
			return false
		}
		if b = skipBlank(b); len(b) == 0 {
			return true
		}
		if b[0] != '"' {
			bare, rest := word(b)
			if bytes.IndexByte(bare, '"') >= 0 {
				return false
			}
			b = b[len(bare):]
			if len(rest) == 0 {
				return true
			}
			continue
		}
		n := nextQuote(b, 1)
		if n < 0 {
			return false
		}
		b = b[n+1:]
	}
	return true
}

package weblog

import (
	"bytes"
	"errors"
	"time"
)

// The text formats of balancers and proxies that are no relatives of common log format.

var (
	errHAProxy      = errors.New("no HAProxy HTTP log line: client, time in brackets, two names, timers, status and request in quotes")
	errALB          = errors.New("no load balancer line: time, balancer, client:port, two statuses and request in quotes")
	errProxyManager = errors.New("no Nginx Proxy Manager line: time in brackets, status, method, scheme, host and path in quotes")
	errZoraxy       = errors.New("no Zoraxy line: [client: ...] and [useragent: ...] before method, path and status")
	errUWSGI        = errors.New("no uWSGI request line")
)

// parseHAProxy reads
//
//	client:port [time] frontend backend/server TR/Tw/Tc/Tr/Ta status bytes cc cs ---- conns queue {captured} "request"
//
// of "option httplog". Captured headers have no names; one that looks like an agent is taken for it. The time has no
// zone. https://docs.haproxy.org/2.8/configuration.html#8.2.3
func (p *Parser) parseHAProxy(b []byte, rec *Record) error {
	client, rest := word(b)
	if len(rest) == 0 || rest[0] != '[' {
		return errHAProxy
	}
	end := bytes.IndexByte(rest, ']')
	quote := bytes.IndexByte(rest, '"')
	if end < 0 || quote < end {
		return errHAProxy
	}
	at, middle, request := rest[1:end], rest[end+1:quote], rest[quote+1:]
	var words [4][]byte
	tail := middle
	for i := range words {
		words[i], tail = word(tail)
	}
	timers, status := words[2], words[3]
	var ok bool
	if bytes.IndexByte(words[1], '/') < 0 || bytes.Count(timers, []byte{'/'}) < 3 {
		return errHAProxy
	}
	if rec.Status, ok = statusOf(status); !ok && string(status) != "-1" {
		return errHAProxy
	}
	size, tail := word(tail)
	if n, ok := number(bytes.TrimPrefix(size, []byte{'+'})); ok {
		rec.Size = n
	}
	total := timers[bytes.LastIndexByte(timers, '/')+1:]
	if n, ok := number(bytes.TrimPrefix(total, []byte{'+'})); ok {
		rec.Millis = n
	}
	rec.Client = trimPort(client)
	if i := bytes.LastIndexByte(request, '"'); i >= 0 {
		request = request[:i]
	}
	p.parseRequest(request, rec)
	rec.Agent = capturedAgent(tail)
	var err error
	rec.Time, err = p.clock.bracketed(at, p.zone)
	return err
}

// capturedAgent is the captured header, among those in braces with "|" between, that looks like a user agent.
func capturedAgent(b []byte) []byte {
	for {
		open := bytes.IndexByte(b, '{')
		if open < 0 {
			return nil
		}
		b = b[open+1:]
		shut := bytes.IndexByte(b, '}')
		if shut < 0 {
			return nil
		}
		for h := range bytes.SplitSeq(b[:shut], []byte{'|'}) {
			slash := bytes.IndexByte(h, '/')
			if slash > 2 && slash+1 < len(h) && h[slash+1]-'0' < 10 && h[0]|0x20-'a' < 26 && bytes.IndexByte(h[:slash], ' ') < 0 {
				return h
			}
		}
		b = b[shut+1:]
	}
}

// parseALB reads
//
//	[type] time balancer client:port target:port t t t status target_status received sent "request" "agent" ...
//
// of Application and, without type, Classic Load Balancers.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
func (p *Parser) parseALB(b []byte, rec *Record) error {
	if !isoStart(b) {
		_, b = word(b)
	}
	if !isoStart(b) {
		return errALB
	}
	at, rest := word(b)
	var words [10][]byte
	for i := range words {
		words[i], rest = word(rest)
	}
	if len(rest) == 0 || rest[0] != '"' {
		return errALB
	}
	var ok bool
	if rec.Status, ok = statusOf(words[6]); !ok {
		return errALB
	}
	rec.Client = trimPort(dash(words[1]))
	if n, ok := number(words[9]); ok {
		rec.Size = n
	}
	total := 0.0
	for _, t := range words[3:6] {
		if x, ok := decimal(t, 1e12); ok { // in microseconds, since decimal answers in thousandths
			total += float64(x)
		}
	}
	rec.Millis = int64(total / 1e3)
	rest = rest[1:]
	n := nextQuote(rest, 0)
	if n < 0 {
		return errALB
	}
	p.parseRequest(rest[:n], rec)
	host, target := splitURL(p.joinTarget(rec))
	if host != nil {
		rec.Host = host
		rec.Path, rec.Query = splitTarget(target)
	}
	rest = skipBlank(rest[n+1:])
	if len(rest) > 0 && rest[0] == '"' {
		if n = nextQuote(rest, 1); n > 0 {
			rec.Agent = p.unescape(dash(rest[1:n]))
		}
	}
	var err error
	rec.Time, err = p.clock.bracketed(at, p.zone)
	return err
}

// joinTarget is path and query of a record in one piece again.
func (p *Parser) joinTarget(rec *Record) []byte {
	if len(rec.Query) == 0 {
		return rec.Path
	}
	start := len(p.scratch)
	p.scratch = append(append(append(p.scratch, rec.Path...), '?'), rec.Query...)
	return p.scratch[start:len(p.scratch):len(p.scratch)]
}

// parseProxyManager reads
//
//	[time] [cache upstream_status] status - METHOD scheme host "target" [Client a] [Length n] [Gzip r] [Sent-to s] "agent" "referer"
//
// https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/docker/rootfs/etc/nginx/conf.d/include/log-proxy.conf
func (p *Parser) parseProxyManager(b []byte, rec *Record) error {
	if len(b) == 0 || b[0] != '[' {
		return errProxyManager
	}
	end := bytes.IndexByte(b[:min(len(b), 64)], ']')
	if end < 0 {
		return errProxyManager
	}
	at, rest := b[1:end], b[end+1:]
	quote := bytes.IndexByte(rest, '"')
	if quote < 0 {
		return errProxyManager
	}
	var words [7][]byte
	n := 0
	for head := rest[:quote]; n < len(words); n++ {
		if words[n], head = word(head); len(words[n]) == 0 {
			break
		}
	}
	if n < 5 || !isMethod(words[n-3]) {
		return errProxyManager
	}
	var ok bool
	if rec.Status, ok = statusOf(words[n-5]); !ok {
		return errProxyManager
	}
	client := labelled(rest, "[Client ")
	if client == nil {
		return errProxyManager
	}
	rec.Client, rec.Method, rec.Host = client, words[n-3], dash(words[n-1])
	if n, ok := number(labelled(rest, "[Length ")); ok {
		rec.Size = n
	}
	rest = rest[quote+1:]
	if n = nextQuote(rest, 0); n < 0 {
		return errProxyManager
	}
	rec.Path, rec.Query = splitTarget(p.unescape(rest[:n]))
	rest = rest[n+1:]
	if i := bytes.Index(rest, []byte(`] "`)); i >= 0 {
		rest = rest[i+3:]
		if n = nextQuote(rest, 0); n >= 0 {
			rec.Agent = p.unescape(dash(rest[:n]))
			if rest = skipBlank(rest[n+1:]); len(rest) > 1 && rest[0] == '"' {
				rec.Referer = p.unescape(dash(bytes.TrimSuffix(rest[1:], []byte{'"'})))
			}
		}
	}
	var err error
	rec.Time, err = p.clock.bracketed(at, p.zone)
	return err
}

// labelled is what stands between a label such as "[Client " and its bracket; nil if it is not there.
func labelled(b []byte, label string) []byte {
	i := bytes.Index(b, []byte(label))
	if i < 0 {
		return nil
	}
	b = b[i+len(label):]
	if i = bytes.IndexByte(b, ']'); i < 0 {
		return nil
	}
	return b[:i]
}

// parseZoraxy reads
//
//	date time [time] [router:name] [origin:host] [client: a] [useragent: u] METHOD target status
//
// https://github.com/tobychui/zoraxy/blob/main/src/mod/dynamicproxy/proxyRequestHandler.go
func (p *Parser) parseZoraxy(b []byte, rec *Record) error {
	client := labelled(b, "[client: ")
	i := bytes.Index(b, []byte("[useragent: "))
	open := bytes.IndexByte(b, '[')
	tail := bytes.LastIndex(b, []byte("] "))
	if client == nil || i < 0 || tail < i || open > i {
		return errZoraxy
	}
	shut := bytes.IndexByte(b[open:i], ']')
	last := bytes.LastIndexByte(b, ' ')
	method, rest := word(b[tail+2:])
	var ok bool
	if rec.Status, ok = statusOf(b[last+1:]); !ok || shut < 0 || !isMethod(method) || len(rest) < 4 {
		return errZoraxy
	}
	rec.Client, rec.Method, rec.Host = client, method, labelled(b, "[origin:")
	rec.Agent = b[i+len("[useragent: ") : tail]
	rec.Path, rec.Query = splitTarget(trim(rest[:len(rest)-4]))
	var err error
	rec.Time, err = p.clock.bracketed(b[open+1:open+shut], p.zone)
	return err
}

// parseUWSGI reads
//
//	[pid: 1|app: 0|req: 1/1] client (user) {38 vars in 696 bytes} [time] METHOD target => generated 47 bytes in 129 msecs (HTTP/1.1 200) ...
//
// https://uwsgi-docs.readthedocs.io/en/latest/LogFormat.html
func (p *Parser) parseUWSGI(b []byte, rec *Record) error {
	i := bytes.Index(b, []byte("] "))
	if !bytes.HasPrefix(b, []byte("[pid: ")) || i < 0 {
		return errUWSGI
	}
	client, rest := word(b[i+2:])
	user, rest := word(rest)
	open := bytes.Index(rest, []byte("} ["))
	arrow := bytes.LastIndex(rest, []byte(" => generated "))
	if open < 0 || arrow < open {
		return errUWSGI
	}
	shut := bytes.IndexByte(rest[open:], ']')
	if shut < 0 || open+shut > arrow {
		return errUWSGI
	}
	method, target := word(rest[open+shut+1 : arrow])
	if !isMethod(method) {
		return errUWSGI
	}
	rec.Client, rec.Method = client, method
	rec.User = bytes.TrimSuffix(bytes.TrimPrefix(user, []byte{'('}), []byte{')'})
	rec.Path, rec.Query = splitTarget(target)
	// generated 47 bytes in 129 msecs (HTTP/1.1 200)
	answer := rest[arrow+len(" => generated "):]
	size, answer := word(answer)
	if n, ok := number(size); ok {
		rec.Size = n
	}
	_, answer = word(answer)
	_, answer = word(answer)
	took, answer := word(answer)
	unit, answer := word(answer)
	if n, ok := number(took); ok && string(unit) == "msecs" {
		rec.Millis = n
	} else if ok && string(unit) == "micros" {
		rec.Millis = n / 1000
	}
	protocol, answer := word(answer)
	rec.Protocol = bytes.TrimPrefix(protocol, []byte{'('})
	status, _ := word(answer)
	rec.Status, _ = statusOf(bytes.TrimSuffix(status, []byte{')'}))
	t, err := time.ParseInLocation(time.ANSIC, string(rest[open+3:open+shut]), p.zone)
	if err != nil {
		return timeError(rest[open+3 : open+shut])
	}
	rec.Time = t.UnixMilli()
	return nil
}

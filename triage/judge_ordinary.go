package triage

import "strings"

// searchEngine reports whether a referrer is a page of results: what was searched for there is no payload,
// however it reads, but anybody can claim to come from there.
func searchEngine(base string) bool {
	_, host, ok := strings.Cut(base, "://")
	if !ok {
		return false
	}
	host, _, _ = strings.Cut(host, "/")
	for _, e := range [...]string{"google.", "bing.", "yahoo.", "yandex.", "baidu.", "duckduckgo.", "ecosia.", "qwant.", "ask.", "aol."} {
		if strings.HasPrefix(host, e) || strings.Contains(host, "."+e) {
			return true
		}
	}
	return false
}

// ordinaryMethod is true of the methods that browsers and most APIs use.
func ordinaryMethod(m string) bool {
	return m == "GET" || m == "POST" || m == "HEAD" || m == "OPTIONS"
}

// ordinaryProtocol is true of the versions of HTTP there are, and of none, which not every log has.
func ordinaryProtocol(p string) bool {
	switch p {
	case "", "HTTP/1.1", "HTTP/2.0", "HTTP/1.0", "HTTP/2", "HTTP/3.0", "HTTP/3":
		return true
	}
	return false
}

// unknownMethod is appended to what the rules over InMethod read when nobody registered the method.
const unknownMethod = " (unknown method)"

// knownMethods are those of the IANA registry of HTTP methods, and those that servers answer besides.
var knownMethods = wordSet("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "TRACK", "DEBUG", "ACL",
	"BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL",
	"MKREDIRECTREF", "MKWORKSPACE", "MOVE", "ORDERPATCH", "PRI", "PROPFIND", "PROPPATCH", "REBIND", "REPORT", "SEARCH", "UNBIND",
	"UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL", "PURGE", "BAN", "NOTIFY", "SUBSCRIBE",
	"UNSUBSCRIBE", "BCOPY", "BDELETE", "BMOVE", "BPROPFIND", "BPROPPATCH", "POLL", "X-MS-ENUMATTS", "RPC_IN_DATA", "RPC_OUT_DATA",
	"QUERY", "SOURCE", "CCM_POST", "BITS_POST", "SUBSCRIBE", "-")

// plainName is true of parameter names that carry no payload.
func plainName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !isDigit(c) && !isLetter(c) && c != '_' && c != '-' {
			return false
		}
	}
	return !strings.Contains(s, "__")
}

// oddHost comes before what the rules over InHost read when a host holds what no host name has.
const oddHost = "(no host name) "

// plainHost reports whether s holds only what a host name, an address and a port are written with.
func plainHost(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !isDigit(c) && !isLetter(c) && c < 0x80 && c != '.' && c != '-' && c != '_' && c != ':' && c != '[' && c != ']' && c != ' ' && c != ',' {
			return false
		}
	}
	return true
}

package weblog

import "bytes"

// What others put before a line on its way into the file:
//
//	Sep 15 16:13:46 host nginx[2869]: LINE                      syslog, RFC 3164, with or without <priority>
//	<171>1 2025-11-05T20:47:03Z host nginx 12 - - LINE          syslog, RFC 5424
//	2025-11-05T20:47:03+00:00 host nginx[12]: LINE              rsyslog's own file format
//	2025-12-31T17:37:40.493035218+01:00 stdout F LINE           container runtimes (CRI)
//	web-1  | LINE                                               docker compose
//
// CRI: https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md

// maxWraps bounds how many of them stand one before another.
const maxWraps = 4

// unwrap is a line without what others put before it.
func unwrap(b []byte) []byte {
	for range maxWraps {
		next := unwrapOnce(b)
		if len(next) == len(b) {
			break
		}
		b = next
	}
	return b
}

func unwrapOnce(b []byte) []byte {
	b = skipBlank(b)
	if len(b) < 8 || b[0] == '{' || b[0] == '[' {
		return b
	}
	if c := skipSyslog(b); len(c) < len(b) {
		return c
	}
	if b[0] == '<' {
		if i := bytes.IndexByte(b[:6], '>'); i > 1 {
			return skipRFC5424(b, b[i+1:])
		}
		return b
	}
	if isoStart(b) {
		_, rest := word(b)
		second, rest := word(rest)
		third, rest := word(rest)
		if s := string(second); (s == "stdout" || s == "stderr") && (string(third) == "F" || string(third) == "P") ||
			len(third) > 1 && third[len(third)-1] == ':' {
			return rest
		}
		return b
	}
	first, rest := word(b)
	if len(first) <= 64 && len(rest) > 2 && rest[0] == '|' && rest[1] == ' ' {
		return skipBlank(rest[1:])
	}
	return b
}

// isoStart reports whether b begins with a time of ISO 8601.
func isoStart(b []byte) bool {
	return len(b) > 20 && b[4] == '-' && b[7] == '-' && b[10] == 'T' && b[0]-'0' <= 9
}

// skipRFC5424 drops version, time, host, program, process, message id and structured data; rest is what follows
// the priority. b comes back if it is no such line.
func skipRFC5424(b, rest []byte) []byte {
	version, rest := word(rest)
	if _, ok := number(version); !ok {
		return b
	}
	stamp, rest := word(rest)
	if !isoStart(append(stamp[:len(stamp):len(stamp)], "Z         "...)) && dash(stamp) != nil {
		return b
	}
	for range 4 {
		_, rest = word(rest)
	}
	if len(rest) > 0 && rest[0] == '-' {
		_, rest = word(rest)
	}
	for len(rest) > 0 && rest[0] == '[' {
		i := bytes.IndexByte(rest, ']')
		if i < 0 {
			return b
		}
		rest = skipBlank(rest[i+1:])
	}
	return bytes.TrimPrefix(rest, bom)
}

// untag drops "program: " or "host program[12]: " before a line that a JSON wrapper holds.
func untag(b []byte) []byte {
	rest := b
	for range 2 {
		var tag []byte
		if tag, rest = word(rest); len(tag) > 1 && tag[len(tag)-1] == ':' && !isAddr(tag[:len(tag)-1]) {
			return rest
		}
	}
	return b
}

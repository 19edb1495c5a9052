package weblog

// Numbers that whoever wrote a log gave its records one by one:
//
//	<34>1 ... [meta sequenceId="29"] LINE     syslog, RFC 5424 section 7.3.1: of all messages of one sender
//	{"__SEQNUM":"29","__SEQNUM_ID":"6a..."}   systemd's journal as JSON, of all its entries
//	{"__CURSOR":"s=6a...;i=1d;b=..."}         the same in its cursor, hexadecimal
//	{"RequestCount":29}                       Traefik, of all requests since it was started
//
// Many exports hold a part of a series alone, one unit of a journal for instance; whether numbers that are missing say
// something is judged by triage.NumberGaps.
//
// https://www.rfc-editor.org/rfc/rfc5424#section-7.3.1 https://systemd.io/JOURNAL_EXPORT_FORMATS/
// https://doc.traefik.io/traefik/observability/access-logs/

import (
	"bytes"
	"strconv"
)

var sequenceID = []byte(`sequenceId="`)

// syslogNumber is the sequenceId of the element "meta" of a line of RFC 5424. What the message says is not looked at.
func syslogNumber(line []byte) Numbered {
	_, rest := word(line) // priority and version
	_, rest = word(rest)  // time
	host, rest := word(rest)
	for range 3 { // program, process, message id
		_, rest = word(rest)
	}
	for len(rest) > 0 && rest[0] == '[' {
		end := elementEnd(rest)
		if end < 0 {
			break
		}
		element := rest[1:end]
		rest = rest[end+1:]
		k := bytes.Index(element, sequenceID)
		if !bytes.HasPrefix(element, []byte("meta ")) || k < 0 {
			continue
		}
		text, _, _ := bytes.Cut(element[k+len(sequenceID):], []byte{'"'})
		if n, ok := number(text); ok {
			return Numbered{"sequenceId", host, n}
		}
	}
	return Numbered{}
}

// elementEnd is where the bracket that b begins with closes, outside of quotes; -1 if it does not.
func elementEnd(b []byte) int {
	quoted := false
	for i := 1; i < len(b) && i < 4096; i++ {
		switch {
		case b[i] == '\\':
			i++
		case b[i] == '"':
			quoted = !quoted
		case b[i] == ']' && !quoted:
			return i
		}
	}
	return -1
}

// numbered is the number of a JSON document.
func (f *found) numbered() Numbered {
	id := f.fields[jsonJournalID].raw
	if n, ok := number(f.fields[jsonJournal].raw); ok {
		return Numbered{"journal number", id, n}
	}
	if c := f.fields[jsonCursor]; c.text && bytes.HasPrefix(c.raw, []byte("s=")) {
		id, rest, _ := bytes.Cut(c.raw[2:], []byte(";i="))
		hex, _, _ := bytes.Cut(rest, []byte{';'})
		if n, err := strconv.ParseInt(string(hex[:min(len(hex), 17)]), 16, 64); err == nil {
			return Numbered{"journal number", id, n}
		}
	}
	if n, ok := number(f.fields[jsonCounter].raw); ok {
		return Numbered{"RequestCount", []byte("Traefik"), n}
	}
	return Numbered{}
}

package weblog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// The http.log of Zeek (Bro): fields between tabs, named by #fields. Requests were seen on the wire, so there is a
// host and no time taken. https://docs.zeek.org/en/master/scripts/base/protocols/http/main.zeek.html

var zeekColumns = map[string]column{
	"ts": colTime, "id.orig_h": colClient, "method": colMethod, "host": colHost, "uri": colURI, "referrer": colReferer,
	"version": colProtocol, "user_agent": colAgent, "response_body_len": colSize, "status_code": colStatus, "username": colUser,
}

var errNoZeek = errors.New("no #fields line before this one")

// applyZeek is the header after one more directive.
func (h *header) applyZeek(line []byte) *header {
	value, ok := bytes.CutPrefix(line, []byte("#fields\t"))
	if !ok {
		return h
	}
	next := *h
	next.named, next.columns = true, nil
	for name := range bytes.SplitSeq(value, []byte{'\t'}) {
		if len(next.columns) == maxFields {
			next.bad = errTooMany
			break
		}
		next.columns = append(next.columns, zeekColumns[string(name)])
	}
	return &next
}

// zeekWeb reports whether the columns are those of http.log.
func (h *header) zeekWeb() bool {
	return h.named && h.bad == nil && slices.Contains(h.columns, colURI) && slices.Contains(h.columns, colMethod)
}

// parseZeek reads one line that is no directive.
func (p *Parser) parseZeek(line []byte, rec *Record) error {
	h := p.head
	switch {
	case !h.named:
		return errNoZeek
	case h.bad != nil:
		return h.bad
	}
	p.cols = p.cols[:0]
	for f := range bytes.SplitSeq(line, []byte{'\t'}) {
		if len(p.cols) > maxFields {
			break
		}
		p.cols = append(p.cols, span{f, true})
	}
	if len(p.cols) != len(h.columns) {
		return fmt.Errorf("%d fields where #fields names %d", len(p.cols), len(h.columns))
	}
	var at when
	for i, c := range h.columns {
		v := dash(p.cols[i].text)
		if c == colOther || len(v) == 0 || string(v) == "(empty)" {
			continue
		}
		var err error
		switch c {
		case colTime:
			rec.Time, err = p.anyTime(v)
		case colProtocol:
			start := len(p.scratch)
			p.scratch = append(append(p.scratch, "HTTP/"...), v...)
			rec.Protocol = p.scratch[start:len(p.scratch):len(p.scratch)]
		default:
			err = p.field(c, span{p.unescape(v), true}, rec, &at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

package feed

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// columns are the places of the columns of a CSV of indicators: type,value,actor,confidence,source,date and any
// others, in any order. Absent ones are -1.
type columns struct{ kind, value, actor, confidence, source, date, comment int }

// csvHeader reads the header line; nil if there is none with type and value.
func csvHeader(data []byte) *columns {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	if len(line) > maxLine || !bytes.ContainsRune(line, ',') {
		return nil
	}
	c := &columns{-1, -1, -1, -1, -1, -1, -1}
	for i, name := range strings.Split(string(line), ",") {
		switch strings.ToLower(strings.Trim(strings.TrimSpace(name), `"`)) {
		case "type", "indicator_type", "kind":
			c.kind = i
		case "value", "indicator", "ioc":
			c.value = i
		case "actor", "threat_actor", "group", "malware":
			c.actor = i
		case "confidence", "grade":
			c.confidence = i
		case "source", "reference":
			c.source = i
		case "date", "first_seen", "last_seen":
			c.date = i
		case "comment", "description":
			c.comment = i
		}
	}
	if c.kind < 0 || c.value < 0 {
		return nil
	}
	return c
}

func readCSV(data []byte, c *columns) (*Feed, error) {
	f := &Feed{Format: "CSV of indicators"}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	for first := true; ; first = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := 0, 0
		if len(row) > 0 {
			line, _ = r.FieldPos(0)
		}
		if err != nil {
			f.reject(int64(line), err.Error(), strings.Join(row, ","))
			continue
		}
		if first {
			continue
		}
		at := func(i int) string {
			if i < 0 || i >= len(row) {
				return ""
			}
			return strings.Clone(strings.TrimSpace(row[i]))
		}
		in, ok := typed(at(c.kind), at(c.value))
		if !ok {
			f.reject(int64(line), fmt.Sprintf("type %q is not looked for", at(c.kind)), at(c.value))
			continue
		}
		in.Actor, in.Grade, in.Source, in.Date, in.Comment, in.Line = at(c.actor), gradeOf(at(c.confidence)), at(c.source), at(c.date), at(c.comment), int64(line)
		if err := f.add(in); err != nil {
			return nil, err
		}
	}
	if len(f.Indicators) == 0 {
		return nil, fmt.Errorf("%w: a CSV without one usable line", ErrUnknown)
	}
	return f, nil
}

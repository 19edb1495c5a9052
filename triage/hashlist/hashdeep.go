package hashlist

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"spoor/triage"
)

// hashdeep writes "%%%% HASHDEEP-1.0", then "%%%% size,md5,sha256,filename" with the columns there are, "##"
// comments, and a line a file. The name is last and holds whatever it holds, commas too.
// https://md5deep.sourceforge.net/hashdeep.html

const hashdeepMark = "%%%% "

var (
	errNoColumns = errors.New(`no line "%%%% size,...,filename" before this one`)
	errFewFields = errors.New("fewer fields than the header names")
	errSize      = errors.New("size is no number")
)

func fitsHashdeep(lines []string) bool {
	return len(lines) > 0 && strings.HasPrefix(lines[0], hashdeepMark+"HASHDEEP-")
}

func hashdeepReader(*time.Location) lineReader {
	var columns []string
	return func(line string) (triage.HashEntry, error) {
		if names, ok := strings.CutPrefix(line, hashdeepMark); ok {
			if strings.HasSuffix(strings.TrimSpace(names), ",filename") {
				columns = strings.SplitN(strings.TrimSpace(names), ",", 32)
			}
			return triage.HashEntry{}, errComment
		}
		if strings.HasPrefix(line, "##") || strings.TrimSpace(line) == "" {
			return triage.HashEntry{}, errComment
		}
		if columns == nil {
			return triage.HashEntry{}, errNoColumns
		}
		return hashdeepLine(columns, line)
	}
}

func hashdeepLine(columns []string, line string) (e triage.HashEntry, err error) {
	e.Size = -1
	values := strings.SplitN(line, ",", len(columns))
	if len(values) < len(columns) {
		return e, errFewFields
	}
	for i, name := range columns {
		switch name {
		case "size":
			if e.Size, err = strconv.ParseInt(values[i], 10, 64); err != nil || e.Size < 0 {
				return e, errSize
			}
		case "md5", "sha1", "sha256":
			if err := setHash(&e, name, values[i]); err != nil {
				return e, err
			}
		case "filename":
			e.Path = values[i]
		}
	}
	if e.Path == "" {
		return e, errNoPath
	}
	return e, nil
}

package hashlist

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"spoor/triage"
)

// CSV with a header that names its columns. PowerShell's Get-FileHash | Export-Csv has Algorithm, Hash and
// Path, every field quoted, and in version 5 a "#TYPE" line before the header; other lists name md5, sha1 or
// sha256. Fields are separated by comma, semicolon (Export-Csv -UseCulture) or tab.
// https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.utility/get-filehash

// maxColumns bounds the columns of a header.
const maxColumns = 128

// A field is what a column means to us.
type field int

const (
	otherField field = iota
	pathField
	nameField // a path only if no column is one
	md5Field
	sha1Field
	sha256Field
	hashField
	algorithmField
	sizeField
	timeField
	commentField
)

// fields maps header names, in lower case without spaces, "-" and "_". "FullName", "Length" and
// "LastWriteTimeUtc" are those of Get-ChildItem, "SHA-1" and "FileSize" those of NIST's RDS.
var fields = map[string]field{
	"path": pathField, "filepath": pathField, "fullname": pathField, "fullpath": pathField,
	"filename": nameField, "file": nameField, "name": nameField,
	"md5": md5Field, "md5hash": md5Field, "hashmd5": md5Field,
	"sha1": sha1Field, "sha1hash": sha1Field, "hashsha1": sha1Field,
	"sha256": sha256Field, "sha256hash": sha256Field, "hashsha256": sha256Field,
	"hash": hashField, "algorithm": algorithmField,
	"size": sizeField, "sizebytes": sizeField, "filesize": sizeField, "length": sizeField, "bytes": sizeField,
	"mtime": timeField, "mtimeunix": timeField, "modified": timeField, "lastmodified": timeField,
	"lastwritetime": timeField, "lastwritetimeutc": timeField,
	"family": commentField, "comment": commentField, "description": commentField, "note": commentField,
	"malware": commentField, "signature": commentField, "threat": commentField,
}

var (
	errNoHeader = errors.New("a header should be here, and names no column of hashes")
	errQuotes   = errors.New("the quotes of a field do not fit")
	errColumns  = errors.New("not as many fields as the header names")
)

// A csvHeader is the columns and what separates them.
type csvHeader struct {
	columns []field
	comma   byte
}

// parseHeader reads a header line; nil if none of its columns holds hashes.
func parseHeader(line string) *csvHeader {
	for _, comma := range []byte{',', ';', '\t'} {
		names, ok := splitCSV(line, comma)
		if !ok || len(names) < 2 {
			continue
		}
		h := &csvHeader{comma: comma}
		hashes := false
		for _, name := range names {
			name = strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name))
			f := fields[name]
			hashes = hashes || f >= md5Field && f <= hashField
			h.columns = append(h.columns, f)
		}
		if hashes {
			return h
		}
	}
	return nil
}

// headerOf is the header among the first lines: the first that is no comment.
func headerOf(lines []string) *csvHeader {
	for _, line := range lines {
		if !strings.HasPrefix(line, "#") {
			return parseHeader(line)
		}
	}
	return nil
}

func fitsCSV(lines []string) bool { return headerOf(lines) != nil }

func fitsFileHash(lines []string) bool {
	h := headerOf(lines)
	if h == nil {
		return false
	}
	var has [commentField + 1]bool
	for _, f := range h.columns {
		has[f] = true
	}
	return has[hashField] && has[algorithmField] && has[pathField]
}

// splitCSV cuts a record into its fields. Quotes around a field go, two inside become one; ok is false if a
// quote does not close, if text follows one that does, or if there are more than maxColumns fields.
func splitCSV(record string, comma byte) (values []string, ok bool) {
	for {
		if len(values) == maxColumns {
			return values, false
		}
		if !strings.HasPrefix(record, `"`) {
			i := strings.IndexByte(record, comma)
			if i < 0 {
				return append(values, record), true
			}
			values = append(values, record[:i])
			record = record[i+1:]
			continue
		}
		end := closingQuote(record)
		if end < 0 {
			return values, false
		}
		values = append(values, strings.ReplaceAll(record[1:end], `""`, `"`))
		if record = record[end+1:]; record == "" {
			return values, true
		}
		if record[0] != comma {
			return values, false
		}
		record = record[1:]
	}
}

// closingQuote is where the quote that opens s closes; -1 if nowhere.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			i++
			continue
		}
		return i
	}
	return -1
}

func csvReader(zone *time.Location) lineReader {
	var h *csvHeader
	var header string
	return func(line string) (triage.HashEntry, error) {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			return triage.HashEntry{}, errComment
		}
		if h == nil {
			if h = parseHeader(line); h == nil {
				return triage.HashEntry{}, errNoHeader
			}
			header = line
			return triage.HashEntry{}, errComment
		}
		if line == header { // lists of several runs put together have it again
			return triage.HashEntry{}, errComment
		}
		return h.entry(line, zone)
	}
}

func (h *csvHeader) entry(line string, zone *time.Location) (e triage.HashEntry, err error) {
	e.Size = -1
	values, ok := splitCSV(line, h.comma)
	if !ok {
		return e, errQuotes
	}
	if len(values) != len(h.columns) {
		return e, errColumns
	}
	algorithm, hash, name := "", "", ""
	for i, f := range h.columns {
		v := values[i]
		switch f {
		case pathField:
			e.Path = v
		case nameField:
			name = v
		case hashField:
			hash = strings.TrimSpace(v)
		case algorithmField:
			algorithm = strings.TrimSpace(v)
		default:
			if err := h.plain(f, strings.TrimSpace(v), &e, zone); err != nil {
				return e, err
			}
		}
	}
	if e.Path == "" {
		e.Path = name
	}
	if hash != "" {
		if err := setHash(&e, algorithm, hash); err != nil {
			return e, err
		}
	}
	if e.Path == "" && e.MD5 == "" && e.SHA1 == "" && e.SHA256 == "" {
		return e, errNoEntry
	}
	return e, nil
}

// plain puts a value that stands for itself into e; an empty one leaves e as it is.
func (h *csvHeader) plain(f field, v string, e *triage.HashEntry, zone *time.Location) (err error) {
	if v == "" {
		return nil
	}
	switch f {
	case md5Field:
		return setHash(e, "MD5", v)
	case sha1Field:
		return setHash(e, "SHA1", v)
	case sha256Field:
		return setHash(e, "SHA256", v)
	case sizeField:
		if e.Size, err = strconv.ParseInt(v, 10, 64); err != nil || e.Size < 0 {
			return errSize
		}
	case timeField:
		e.ModTime = anyTime(v, zone)
	case commentField:
		if e.Comment != "" {
			e.Comment += ", "
		}
		e.Comment += v
	}
	return nil
}

// anyTime reads Unix seconds or a time that says which of its numbers is which; zero if it is none. A time
// without zone is taken to be in zone.
func anyTime(s string, zone *time.Location) time.Time {
	if t := unixTime(s); !t.IsZero() {
		return t
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

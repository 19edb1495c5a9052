// Package seal signs statements about a case and checks them again: what a journal's last line was, and when.
//
// The journal of a case is a chain of hashes: it shows that a record in the middle was changed, but not that
// somebody wrote the whole of it anew. A seal is a Statement of the chain's head, signed with a key that the user
// has. Sign makes the signature and Check reads it. Two kinds of keys are understood, and what is made with either
// can be checked by the tool that it belongs to, without spoor:
//
//	minisign -V -p KEY.pub -m seal-1.txt
//	ssh-keygen -Y verify -f allowed_signers -I NAME -n spoor-case -s seal-1.txt.sig < seal-1.txt
//
// The package knows keys and signatures and nothing of cases; it reads no file and keeps no secret.
package seal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Namespace is what an SSH signature of a statement is bound to, so that a signature made for another purpose is
// none for a case.
const Namespace = "spoor-case"

// MaxFile bounds a statement, a signature and a key, in bytes.
const MaxFile = 64 << 10

// firstLine says what a statement is and in which version of its form.
const firstLine = "spoor case seal v1"

// A Statement is what is signed: the journal of a case had this many records, and this was its last line.
//
// Its text is seven lines, each ended by a line feed, the values separated from their names by one space:
//
//	spoor case seal v1
//	case 5f0c1e2d3b4a5968
//	records 42
//	head 3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855a
//	time 2025-03-08T10:00:00Z
//	analyst Ada
//	host jump1
//
// head is the hex SHA-256 of record 42 of journal.jsonl with its line feed: `sed -n 42p journal.jsonl | sha256sum`.
// analyst and host are "-" if they were not told.
type Statement struct {
	Case    string // id of the case
	Records int64
	Head    string
	Time    time.Time // UTC, to the second
	Analyst string    // as told, on one line; empty if not told
	Host    string
}

// Text is the statement as it is signed. What would not fit a line is left out of analyst and host.
func (s *Statement) Text() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\ncase %s\nrecords %d\nhead %s\ntime %s\nanalyst %s\nhost %s\n", firstLine, word(s.Case), s.Records,
		word(s.Head), s.Time.UTC().Format(time.RFC3339), word(s.Analyst), word(s.Host))
	return []byte(b.String())
}

// maxWord bounds one value of a statement, in bytes.
const maxWord = 200

// word is text on one line, without what does not print; "-" if nothing is left.
func word(s string) string {
	s = strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	if s = strings.TrimSpace(s); len(s) > maxWord {
		s = strings.TrimSpace(strings.ToValidUTF8(s[:maxWord], ""))
	}
	if s == "" {
		return "-"
	}
	return s
}

// ErrStatement says that a text is no statement of a seal.
var ErrStatement = errors.New("it is no statement of a seal")

// ParseStatement reads what Text wrote, and nothing else: a text that Text would write otherwise is an error that
// wraps ErrStatement.
func ParseStatement(text []byte) (Statement, error) {
	var s Statement
	lines := strings.Split(string(text), "\n")
	if len(text) > MaxFile || len(lines) != 8 || lines[0] != firstLine || lines[7] != "" {
		return s, fmt.Errorf("%w: it does not have the seven lines that begin with %q", ErrStatement, firstLine)
	}
	values := make([]string, 6)
	for i, name := range []string{"case", "records", "head", "time", "analyst", "host"} {
		got, value, ok := strings.Cut(lines[i+1], " ")
		if !ok || got != name {
			return s, fmt.Errorf("%w: line %d does not say %q", ErrStatement, i+2, name)
		}
		values[i] = value
		if value == "-" {
			values[i] = ""
		}
	}
	var err error
	if s.Records, err = strconv.ParseInt(values[1], 10, 64); err != nil || s.Records < 1 {
		return s, fmt.Errorf("%w: line 3 gives no number of records", ErrStatement)
	}
	if s.Time, err = time.Parse(time.RFC3339, values[3]); err != nil {
		return s, fmt.Errorf("%w: line 5 gives no time", ErrStatement)
	}
	s.Case, s.Head, s.Analyst, s.Host = values[0], values[2], values[4], values[5]
	if len(s.Head) != 64 || strings.Trim(s.Head, "0123456789abcdef") != "" {
		return s, fmt.Errorf("%w: line 4 gives no SHA-256", ErrStatement)
	}
	if string(s.Text()) != string(text) {
		return s, fmt.Errorf("%w: it is not written as spoor writes it", ErrStatement)
	}
	return s, nil
}

// Package feed reads lists of indicators that others publish: what was seen, who is said to have used it, and how
// good the statement is.
//
// Read finds out what a file is (a STIX bundle with indicators, a MISP event, a CSV of indicators, or a plain list
// of hashes, addresses and networks, domains, or file-name expressions) and answers a Feed. NewMatcher makes
// indicators askable. One format, one file; the only code that knows these formats.
//
// Files are hostile: everything is bounded, expressions are RE2 of bounded size (no expression can make matching
// slow), and what cannot be used is counted with its reason, never guessed at.
package feed

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"spoor/triage"
	"spoor/triage/intel/distil"
)

// The bounds of reading.
const (
	MaxIndicators = 500_000
	maxValue      = 2000 // bytes of a value
	maxLine       = 64 << 10
	maxRejects    = 10
)

// A Kind is what an indicator is.
type Kind string

// The kinds of indicators.
const (
	Address Kind = "address" // of a host
	Network Kind = "network" // CIDR
	Domain  Kind = "domain"  // it and what is under it
	URL     Kind = "url"
	Hash    Kind = "hash" // MD5, SHA-1 or SHA-256, lower-case hex
	Name    Kind = "name" // expression over the path of a file, RE2
)

// An Indicator is one thing to look for.
type Indicator struct {
	Kind    Kind   `json:"kind"`
	Value   string `json:"value"`
	Actor   string `json:"actor,omitempty"`   // as the source names it
	Comment string `json:"comment,omitempty"` // what the source says of it
	Grade   string `json:"grade,omitempty"`   // Admiralty; empty is the feed's
	Source  string `json:"source,omitempty"`  // whose statement; empty is the feed's
	Date    string `json:"date,omitempty"`    // as the source writes it
	Score   int    `json:"score,omitempty"`   // 0 to 100 of a Name; 0 is unknown
	Exclude string `json:"exclude,omitempty"` // of a Name: expression of paths that it does not mean
	Line    int64  `json:"line,omitempty"`    // in the file; 0 in JSON
}

// A Feed is a file as read.
type Feed struct {
	Format     string // such as "STIX indicators"
	Publisher  string // as the file names itself; may be empty
	Indicators []Indicator
	Skipped    int             // lines or objects that could not be used
	Rejects    []triage.Reject // the first of them
}

// Formats of knowledge bases, which distil reads and Read does not.
const (
	ATTACK = "ATT&CK bundle"
	Galaxy = "MISP galaxy cluster"
)

// ErrUnknown says that a file is nothing that Read knows.
var ErrUnknown = errors.New("not a list of indicators")

// A KnowledgeError says that a file is a knowledge base, for package distil.
type KnowledgeError struct{ Format string }

func (e *KnowledgeError) Error() string {
	return e.Format + " is a knowledge base, not a list of indicators"
}

// Read reads a file, plain or gzip. The error wraps ErrUnknown, or is a *KnowledgeError.
func Read(stored []byte) (*Feed, error) {
	data, err := distil.Plain(stored)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch first := bytes.TrimLeft(data, " \t\r\n"); {
	case len(first) == 0:
		return nil, fmt.Errorf("%w: it is empty", ErrUnknown)
	case first[0] == '{' || first[0] == '[':
		return readJSON(data)
	case bytes.IndexByte(data[:min(len(data), 4096)], 0) >= 0:
		return nil, fmt.Errorf("%w: it is binary", ErrUnknown)
	}
	if cols := csvHeader(data); cols != nil {
		return readCSV(data, cols)
	}
	return readLists(data)
}

// readJSON tells the JSON formats apart by the names at their top.
func readJSON(data []byte) (*Feed, error) {
	var top struct {
		Type     string            `json:"type"`
		Objects  []json.RawMessage `json:"objects"`
		Event    json.RawMessage   `json:"Event"`
		Response []json.RawMessage `json:"response"`
		Values   []json.RawMessage `json:"values"`
	}
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("[")) {
		if err := json.Unmarshal(data, &top.Response); err != nil {
			return nil, fmt.Errorf("%w: %v", ErrUnknown, err)
		}
	} else if err := json.Unmarshal(data, &top); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrUnknown, err)
	}
	switch {
	case top.Type == "bundle" || top.Objects != nil:
		return readSTIX(top.Objects)
	case top.Event != nil:
		return readMISP([]json.RawMessage{data})
	case len(top.Response) > 0:
		return readMISP(top.Response)
	case top.Values != nil:
		return nil, &KnowledgeError{Galaxy}
	}
	return nil, fmt.Errorf("%w: JSON, but no STIX bundle, MISP event or MISP galaxy cluster", ErrUnknown)
}

// add takes an indicator in if it is well formed.
func (f *Feed) add(in Indicator) error {
	if len(f.Indicators) >= MaxIndicators {
		return fmt.Errorf("more than %d indicators: split the file", MaxIndicators)
	}
	if len(in.Value) > maxValue {
		f.reject(in.Line, fmt.Sprintf("its value has %d bytes, the most is %d", len(in.Value), maxValue), in.Value)
		return nil
	}
	in.Comment, in.Actor, in.Source = short(in.Comment), short(in.Actor), short(in.Source)
	if err := in.tidy(); err != nil {
		f.reject(in.Line, err.Error(), in.Value)
		return nil
	}
	f.Indicators = append(f.Indicators, in)
	return nil
}

func (f *Feed) reject(line int64, reason, text string) {
	f.Skipped++
	if len(f.Rejects) < maxRejects {
		f.Rejects = append(f.Rejects, triage.Reject{Line: line, Reason: triage.VisibleN(reason, 200), Text: text[:min(len(text), triage.MaxRejectText)]})
	}
}

// short cuts what a source says to what is shown of it.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for len(s) > 300 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// readLists reads a plain list: every line one value with an optional comment, or a file-name expression.
func readLists(data []byte) (*Feed, error) {
	f := &Feed{Format: "list"}
	sc := bufio.NewScanner(bytes.NewReader(data))
	sc.Buffer(make([]byte, maxLine), maxLine)
	var line int64
	said := "" // the comment above
	seen := map[Kind]int{}
	for sc.Scan() {
		line++
		text := strings.TrimSpace(sc.Text())
		if text == "" || strings.HasPrefix(text, "//") {
			said = ""
			continue
		}
		if c, ok := strings.CutPrefix(text, "#"); ok {
			said = strings.TrimSpace(c)
			continue
		}
		in, err := listLine(text)
		if err != nil {
			f.reject(line, err.Error(), text)
			continue
		}
		if in.Line = line; in.Kind == Name {
			in.Comment = said
		}
		before := len(f.Indicators)
		if err := f.add(in); err != nil {
			return nil, err
		}
		if len(f.Indicators) > before {
			seen[in.Kind]++
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("%w: line %d: %v", ErrUnknown, line+1, err)
	}
	if len(f.Indicators) == 0 || len(f.Indicators) < f.Skipped {
		reason := "no line is an address, network, domain, URL, hash or file-name expression"
		if len(f.Rejects) > 0 {
			reason = fmt.Sprintf("%d of %d lines are none; line %d: %s", f.Skipped, f.Skipped+len(f.Indicators), f.Rejects[0].Line, f.Rejects[0].Reason)
		}
		return nil, fmt.Errorf("%w: %s", ErrUnknown, reason)
	}
	for _, k := range []Kind{Hash, Address, Network, Domain, URL, Name} {
		if seen[k] > 0 {
			f.Format = "list of " + map[Kind]string{Hash: "hashes", Address: "addresses", Network: "networks", Domain: "domains", URL: "URLs", Name: "file names"}[k]
			if len(seen) > 1 {
				f.Format += " and others"
			}
			break
		}
	}
	return f, nil
}

// listLine reads "VALUE", "VALUE;COMMENT", "VALUE # COMMENT" or "EXPRESSION;SCORE[;EXCLUDE]".
func listLine(text string) (Indicator, error) {
	value, rest, more := strings.Cut(text, ";")
	value = strings.TrimSpace(value)
	if more {
		if k := kindOf(value); k != "" {
			return Indicator{Kind: k, Value: value, Comment: strings.TrimSpace(rest)}, nil
		}
	}
	// An expression may hold semicolons itself: the score is the last number, with at most one field after it.
	parts := strings.Split(text, ";")
	for i := len(parts) - 1; i >= max(1, len(parts)-2); i-- {
		score, err := strconv.Atoi(strings.TrimSpace(parts[i]))
		if err == nil && score >= 0 && score <= 100 {
			return Indicator{Kind: Name, Value: strings.Join(parts[:i], ";"), Score: score, Exclude: strings.Join(parts[i+1:], ";")}, nil
		}
	}
	value, comment := text, ""
	if i := strings.IndexAny(text, "#,\t "); i > 0 {
		value, comment = text[:i], strings.TrimLeft(text[i:], "#,\t ")
	}
	if k := kindOf(strings.TrimSpace(value)); k != "" {
		return Indicator{Kind: k, Value: strings.TrimSpace(value), Comment: comment}, nil
	}
	return Indicator{}, errors.New("no address, network, domain, URL or hash, and no EXPRESSION;SCORE")
}

// Package process reads event logs of process creation as JSON: lines in, triage.Process out.
//
// Detect names the layout from the first bytes; Read streams the processes of a file. One layout, one file:
// ecs.go (winlogbeat, Elastic Agent, Auditbeat), evtx.go (evtx_dump and other JSON that keeps the nesting of an
// event's XML), evtxecmd.go, flat.go (NXLog, Splunk exports, anything with the event's field names at the top).
// A layout only says where an event keeps its fields; windows.go says which events are process creations
// (Sysmon 1, also Sysmon for Linux, and Security 4688) and what their fields mean.
//
// A file holds one event a line, or is one JSON array of events. An event that is no process creation is
// counted as a comment, a line that is no JSON or lacks what a process needs is rejected with the reason. Text
// is UTF-8, or UTF-16 with a byte order mark as PowerShell writes it.
package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"spoor/triage"
)

// The bounds of reading.
const (
	MaxEvent   = 1 << 20  // bytes of one event as UTF-8
	MaxText    = 32 << 10 // bytes kept of one field; command lines end at 32,767 characters on Windows
	MaxRejects = 10       // rejected lines kept in Stats
	maxSample  = 64 << 10 // bytes looked at to find the layout
	maxDepth   = 40       // of JSON nesting
)

// ErrNotEvents is wrapped when a file is no event log of a known layout.
var ErrNotEvents = errors.New("no event log with process creations")

// Stats says what Read did. Read is Parsed + Rejected + Comments.
type Stats struct {
	Format      string          // as Detect gives it
	Read        int64           // lines, or the elements of an array
	Parsed      int64           // process creations
	Rejected    int64           // what is no event, or a process creation that lacks its fields
	Comments    int64           // blank lines and events of other kinds
	Rejects     []triage.Reject // the first MaxRejects
	First, Last time.Time       // of the processes; zero if none has a time
	Tally       triage.Tally    // what all its events tell of the log, set when Read returns

	numbers triage.Numbers
	each    func(triage.Reject) error // told of every rejected line; nil for nobody
	err     error                     // what it said
}

// A layout knows where one kind of log keeps an event's fields.
type layout struct {
	name string
	// read gives the event of a JSON object; ok is false if the object is not of this layout.
	read func(o object) (e event, ok bool)
}

// layouts are tried in this order, the most telling first.
var layouts = []layout{
	{"ecs", readECS},
	{"evtxecmd", readEvtxECmd},
	{"evtx-json", readEvtx},
	{"event-json", readFlat},
}

// An event is one event of any kind as its layout found it.
type event struct {
	id       string // number of the kind of event; empty if the layout has none
	provider string // or the channel, whatever names the kind of log
	host     string
	channel  string              // the log that the event stood in
	record   string              // its number in that; empty if the layout has none
	time     string              // as logged
	local    bool                // time without a zone is local to the machine, else UTC
	fields   func(string) string // of its data, by name as Windows names them
	process  *triage.Process     // if the layout makes the process itself
}

// Detect names the layout of an event log from its first bytes (64 KiB are enough): ecs, evtxecmd, evtx-json or
// event-json, and "array" after it if the file is one JSON array. The error wraps ErrNotEvents.
func Detect(sample []byte) (name string, err error) {
	text, _ := io.ReadAll(io.LimitReader(decode(bytes.NewReader(sample)), maxSample))
	l, array, err := detect(text)
	if err != nil {
		return "", err
	}
	return formatName(l, array), nil
}

func formatName(l *layout, array bool) string {
	if array {
		return l.name + " array"
	}
	return l.name
}

// decode gives UTF-8: what a byte order mark says is decoded, anything else passes as it is.
func decode(r io.Reader) io.Reader {
	return transform.NewReader(r, unicode.BOMOverride(encoding.Nop.NewDecoder()))
}

// maxLooked bounds the events that detect looks at.
const maxLooked = 50

// detect finds the layout that most of the first events have. The sample may end within an event.
func detect(text []byte) (l *layout, array bool, err error) {
	text = bytes.TrimLeft(text, " \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return nil, false, fmt.Errorf("%w: the first line is no JSON object", ErrNotEvents)
	}
	array = text[0] == '['
	count := make([]int, len(layouts))
	looked, best := 0, -1
	s := newSplitter(bytes.NewReader(text))
	for looked < maxLooked {
		r, err := s.next()
		if err != nil || r.cut {
			break
		}
		if r.blank() {
			continue
		}
		looked++
		o, err := parse(r.text)
		if err != nil {
			continue
		}
		for i := range layouts {
			if _, ok := layouts[i].read(o); ok {
				count[i]++
				if best < 0 || count[i] > count[best] {
					best = i
				}
				break
			}
		}
	}
	if best < 0 || count[best]*2 < looked-1 { // the sample may cut the last one
		return nil, false, fmt.Errorf("%w: its JSON objects are no events of Sysmon, the Security log or ECS process events", ErrNotEvents)
	}
	return &layouts[best], array, nil
}

// Read reads an event log to its end and gives each process to yield, in order, with Ref, Source and Line set.
// Times without a zone that are the machine's own are taken to be in zone (nil is UTC); Sysmon's UtcTime is UTC.
// Line is the number of the line, in an array that of the element, from 1.
//
// The error wraps ErrNotEvents when the layout is unknown; an error of r or of yield ends the reading. All name
// source.Path. Stats holds in any case for what was read.
func Read(r io.Reader, source triage.Source, zone *time.Location, yield func(*triage.Process) error) (Stats, error) {
	return readAll(r, source, zone, yield, nil)
}

// Rejects reads an event log as Read does and gives each rejected line to yield, in order; an error of yield ends the
// reading.
func Rejects(r io.Reader, source triage.Source, zone *time.Location, yield func(triage.Reject) error) error {
	_, err := readAll(r, source, zone, func(*triage.Process) error { return nil }, yield)
	return err
}

func readAll(r io.Reader, source triage.Source, zone *time.Location, yield func(*triage.Process) error, each func(triage.Reject) error) (stats Stats, err error) {
	stats.each = each
	if zone == nil {
		zone = time.UTC
	}
	s := newSplitter(decode(r))
	head, err := s.peek(maxSample)
	if err != nil {
		return stats, fmt.Errorf("%s: read events: %w", source.Path, err)
	}
	l, array, err := detect(head)
	if err != nil {
		return stats, fmt.Errorf("%s: %w", source.Path, err)
	}
	stats.Format = formatName(l, array)
	defer func() { stats.Tally.Numbers = stats.numbers.Series() }()
	for {
		rec, err := s.next()
		if err == io.EOF {
			return stats, nil
		}
		if err != nil {
			return stats, fmt.Errorf("%s:%d: read events: %w", source.Path, rec.line, err)
		}
		e, p, err := readRecord(rec, l, zone)
		if e.id != "" || p != nil {
			stats.tally(&e, rec.line, zone, p != nil)
		}
		if !stats.count(rec, err) {
			if stats.err != nil {
				return stats, fmt.Errorf("%s:%d: %w", source.Path, rec.line, stats.err)
			}
			continue
		}
		p.Source, p.Line, p.Ref = source.Path, rec.line, triage.RequestRef(source.Key, rec.line)
		stats.span(p.Time)
		if err := yield(p); err != nil {
			return stats, fmt.Errorf("%s:%d: %w", source.Path, rec.line, err)
		}
	}
}

// errOther says that a record holds no process creation by design.
var errOther = errors.New("another event")

// readRecord reads one record: by the layout of the file, or another one if it is of that. The event is the zero value
// if there is none.
func readRecord(r record, l *layout, zone *time.Location) (event, *triage.Process, error) {
	if r.blank() {
		return event{}, nil, errOther
	}
	if r.cut {
		return event{}, nil, fmt.Errorf("event longer than %d KiB", MaxEvent>>10)
	}
	o, err := parse(r.text)
	if err != nil {
		return event{}, nil, err
	}
	e, ok := l.read(o)
	for i := 0; !ok && i < len(layouts); i++ {
		e, ok = layouts[i].read(o)
	}
	if !ok {
		return event{}, nil, errors.New("a JSON object, but no event of a known layout")
	}
	p, err := e.creation(zone)
	return e, p, err
}

func (s *Stats) count(r record, err error) bool {
	s.Read++
	switch err {
	case nil:
		s.Parsed++
		return true
	case errOther:
		s.Comments++
	default:
		s.Rejected++
		if len(s.Rejects) < MaxRejects || s.each != nil {
			text := string(r.text[:min(len(r.text), triage.MaxRejectText)])
			reject := triage.Reject{Line: r.line, Reason: err.Error(), Text: text}
			if len(s.Rejects) < MaxRejects {
				s.Rejects = append(s.Rejects, reject)
			}
			if s.each != nil {
				s.err = s.each(reject)
			}
		}
	}
	return false
}

func (s *Stats) span(t time.Time) {
	if t.IsZero() {
		return
	}
	if s.First.IsZero() || t.Before(s.First) {
		s.First = t
	}
	if t.After(s.Last) {
		s.Last = t
	}
}

// parse reads one JSON object, without what wraps it in exports.
func parse(text []byte) (object, error) {
	if tooDeep(text) {
		return nil, fmt.Errorf("JSON nested deeper than %d", maxDepth)
	}
	var o object
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&o); err != nil {
		return nil, fmt.Errorf("no JSON object: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if o == nil {
		return nil, errors.New("no JSON object: null")
	}
	if d.More() {
		return nil, errors.New("more than one JSON value on the line")
	}
	return unwrap(o), nil
}

// unwrap takes an event out of what exports put around it: "_source" of Elasticsearch, "result" of Splunk, or
// any "event" that holds a whole event.
func unwrap(o object) object {
	for range 3 {
		inner := o.object("_source")
		if inner == nil {
			inner = o.object("result")
		}
		if inner == nil {
			if e := o.object("event"); e.object("Event") != nil || e.object("System") != nil || e.object("winlog") != nil {
				inner = e
			}
		}
		if inner == nil {
			return o
		}
		o = inner
	}
	return o
}

// tooDeep reports whether brackets are nested deeper than maxDepth, strings aside.
func tooDeep(text []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

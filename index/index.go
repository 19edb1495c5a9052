// Package index holds every line of the evidence and answers questions about it.
//
// A Store is a folder. Load reads web logs into it: each line becomes a row of integer columns in Parquet
// files, each distinct text a number in a dictionary, and blocks of distinct texts become documents of a bleve
// index that says which texts may hold a word. Search parses nothing twice: a Query is evaluated once for each
// distinct text, then by scanning the columns it needs; of a single row, one small page of each column is read.
//
// The two calls that matter are Store.Load and Store.Search. The package promises that each step of a
// load is all or nothing, that a load that was stopped can be gone on with, that the order of rows is the order of the input whatever the number of cores, that bleve only
// routes (whatever it proposes is verified on the texts), and that no line is lost: what is no request is a row
// too, with the reason.
//
// Only this package imports bleve and Parquet. Rows and dictionaries are plain Parquet, so that any other tool
// can read them.
package index

import (
	"errors"
	"fmt"
	"time"

	"spoor/triage"
	"spoor/triage/weblog"
)

// Errors that callers branch on.
var (
	// ErrNotFound says that there is no store, or no such record in it.
	ErrNotFound = errors.New("not found")
	// ErrExists says that the folder already holds a store.
	ErrExists = errors.New("there is an index already")
	// ErrInUse says that another process is writing to the store.
	ErrInUse = errors.New("the index is being written by another process")
	// ErrTaken says that a source of the same bytes is in the store; it is not read again.
	ErrTaken = errors.New("the same bytes have been loaded before")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("the index is closed")
)

// A VersionError says that a store was written by a newer program.
type VersionError struct {
	Dir       string
	Have, Max int // version of the store, and the newest this program reads
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s: index format %d is newer than this program reads (%d): use a newer spoor", e.Dir, e.Have, e.Max)
}

// An Input is one web log to load. Source.Key, Source.Path, Source.Abs and Source.SHA256 are set.
type Input struct {
	Source triage.Source
	Format weblog.Format
	Zone   *time.Location // for times without a zone; nil is UTC
}

// A Judge says what the texts of one request show. triage.Judge is one.
type Judge interface {
	URI(method, path, query, protocol string) []triage.Finding
	Agent(agent string) []triage.Finding
	Referer(referer string) []triage.Finding
	Host(host string) []triage.Finding
	Body(body, answer string) []triage.Finding
}

// Parsed says what became of one Input. Read = Parsed + Rejected + Comments.
type Parsed struct {
	Source      triage.Source
	Read        int64
	Parsed      int64
	Rejected    int64
	Comments    int64           // header and blank lines, and lines of a record after its first
	Rejects     []triage.Reject // the first MaxRejects
	First, Last time.Time       // earliest and latest time; zero if no line has one
	Truncated   string          // not empty if the file ends early; what was readable is loaded
	Err         error           // why the file could not be read, or not to its end; what was readable is loaded
	Partial     bool            // reading stopped in the middle; the next Load of the same bytes goes on from Offset
	Offset      int64           // plain bytes read
	Tally       triage.Tally    // what the file tells of its wholeness, as far as it was read
}

// MaxRejects bounds Parsed.Rejects.
const MaxRejects = 10

// Progress is how far a load has come.
type Progress struct {
	Files, FilesDone int
	Bytes, BytesDone int64  // as stored
	Skipped          int64  // of BytesDone: what an earlier load has read
	Lines            int64  // read by this load
	File             string // Source.Path of the one being read
}

// An EntryList is one hash list as it was read.
type EntryList struct {
	Source  triage.Source
	Role    string // what the list is for, as given to AddEntries
	Entries []triage.HashEntry
}

// An Annotation is something an analyst said about a record: a note, a verdict or a tag.
type Annotation struct {
	Ref  string // of the request or file
	Kind string // "note", "verdict" or "tag"
	Text string // of the note, or the verdict such as "confirmed"
}

// Counts sums up a store.
type Counts struct {
	Requests int64 // rows that are requests
	Rejected int64 // lines that are none
	Findings int64 // requests with at least one finding
	Clients  int   // distinct, and so below
	Paths    int
	Agents   int
	ByClass  map[triage.Class]int64 // requests with such a finding
	ByLevel  map[triage.Level]int64 // requests by the highest level of their findings
	First    time.Time              // earliest and latest time of all requests
	Last     time.Time
}

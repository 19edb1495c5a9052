// Package triage is the vocabulary of spoor and all of its judgement.
//
// The vocabulary is what the other packages pass around: a Request is one logged line, a File one
// collected hash, a Finding one rule that fired on a request, a Webshell one ranked candidate, an
// Incident one chain of requests, an Intruder one group of clients. All are plain values.
//
// The judgement comes in two calls. Judge.Request says what a single request shows (rules over its
// decoded layers). Survey looks at all requests of a case together and says what only behaviour shows:
// scans, brute force, web shells, the chains from injection to shell to its users.
//
// The package reads no files, draws nothing and keeps no state between calls. Everything it is given
// was written by an attacker: every loop over input is bounded.
package triage

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Source is one evidence file as the case has registered it.
type Source struct {
	Key       string // short hex prefix of SHA256, unique in the case; the first part of references
	Path      string // as given to load: relative to the folder given, or the path itself
	Abs       string // where the file was when it was loaded
	SHA256    string // hex, of the file's bytes as stored (compressed if it is compressed)
	SizeBytes int64  // of the file as stored
	ModTime   time.Time
	Format    string // such as "combined" or "w3c"; set once found
	Zone      string // IANA name or offset assumed for times without zone; "UTC" unless told
}

// A Request is one line of a web log. Text fields hold what the client sent, with the escapes of the
// log format undone and no other decoding; a field that the log does not have is empty.
type Request struct {
	Ref      string    // reference, see RequestRef
	Source   string    // Source.Path
	Line     int64     // from 1, counting every line of the file
	Offset   int64     // first byte of the line in the decompressed file
	Length   int       // bytes of the line without its line end
	Time     time.Time // UTC; zero if the line has none
	Client   string    // address or host name as logged
	User     string
	Method   string
	Path     string // before "?", not percent-decoded
	Query    string // after "?", not percent-decoded
	Protocol string
	Status   int   // 0 if unknown
	Size     int64 // bytes answered; -1 if unknown
	Millis   int64 // time taken in ms; -1 if unknown
	Referer  string
	Agent    string
	Host     string // virtual host or cs-host
	Body     string // what the client sent after its headers, at most MaxBody bytes; most logs have none
	Answer   string // what the server answered, at most MaxBody bytes; hardly any log has it
	Audit    bool   // the line is of an audit log, which repeats requests that an access log may have too
	Reject   string // why the line is no request; empty for a request. A rejected line has no other text field
}

// MaxBody bounds Request.Body and Request.Answer, in bytes.
const MaxBody = 64 << 10

// RequestRef is the reference of a line: "r:" + Source.Key + "." + line, such as "r:3f9a12.23722".
// It depends on the bytes of the evidence alone, so it survives every re-indexing.
func RequestRef(sourceKey string, line int64) string {
	return "r:" + sourceKey + "." + strconv.FormatInt(line, 10)
}

// URI is the request target as logged: path, and query if there is one.
func (r *Request) URI() string {
	if r.Query == "" {
		return r.Path
	}
	return r.Path + "?" + r.Query
}

// A Class is what kind of hostile (or odd) thing a finding is.
type Class string

// The classes of findings.
const (
	SQLi        Class = "sqli"
	XSS         Class = "xss"
	Traversal   Class = "traversal" // path traversal and file inclusion
	RCE         Class = "rce"       // command and code injection
	WebshellUse Class = "webshell"
	Scan        Class = "scan"  // scanners, enumeration, forced browsing
	Probe       Class = "probe" // a look for one known hole, file or shell
	Bruteforce  Class = "bruteforce"
	Upload      Class = "upload"
	Other       Class = "other"
)

// Classes lists every class in the order that screens and reports use.
var Classes = []Class{WebshellUse, SQLi, RCE, Upload, Traversal, XSS, Bruteforce, Scan, Probe, Other}

// A Level is how much a finding asks for attention.
type Level int

// The levels, lowest first. None is the zero value and means no finding.
const (
	None Level = iota
	Info
	Low
	Medium
	High
	Critical
)

var levelNames = [...]string{"none", "info", "low", "medium", "high", "critical"}

func (l Level) String() string {
	if l < None || l > Critical {
		return fmt.Sprintf("level(%d)", int(l))
	}
	return levelNames[l]
}

// MarshalText makes levels words in JSON.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (l *Level) UnmarshalText(b []byte) error {
	v, err := ParseLevel(string(b))
	*l = v
	return err
}

// ParseLevel reads a level's name, in any case.
func ParseLevel(s string) (Level, error) {
	for i, n := range levelNames {
		if strings.EqualFold(s, n) {
			return Level(i), nil
		}
	}
	return None, fmt.Errorf("unknown level %q: want info, low, medium, high or critical", s)
}

// A Finding is one rule that fired on one request.
type Finding struct {
	Rule   string `json:"rule"` // rule id, never reused
	Class  Class  `json:"class"`
	Level  Level  `json:"level"`
	Field  string `json:"field"`            // "path", "query:NAME", "body:NAME", "answer", "agent", "referer", "host", "method", or "behaviour"; of a process "image", "command" or "parent"; of a file "content" or "name"
	Match  string `json:"match"`            // the decoded bytes that matched, at most MaxMatch
	Why    string `json:"why"`              // one clause a responder can judge
	Target string `json:"target,omitempty"` // the path of a file that the payload writes, as the payload names it
}

// MaxMatch bounds Finding.Match, in bytes.
const MaxMatch = 512

// A Layer is one step of decoding of a request field, kept to be shown.
type Layer struct {
	Field  string `json:"field"`  // as Finding.Field
	Coding string `json:"coding"` // what was undone to get here: "raw", "url", "url+url", "%u", "html", "hex", "base64", "char()"
	Text   string `json:"text"`
}

// A File is one file of a web root as the hash lists and listings describe it.
type File struct {
	Ref     string      `json:"ref"`  // FileRef
	Path    string      `json:"path"` // as listed, separators and drive kept
	MD5     string      `json:"md5"`
	SHA1    string      `json:"sha1"`
	SHA256  string      `json:"sha256"`
	Size    int64       `json:"size"`  // bytes; -1 if unknown
	ModTime time.Time   `json:"mtime"` // zero if unknown
	Verdict FileVerdict `json:"verdict"`
	Why     string      `json:"why"`
	Cites   []Cite      `json:"cites"` // every list entry that names the file
	// Findings are what its content shows, highest level first; nil if the content was not collected.
	Findings []Finding `json:"findings,omitempty"`
}

// A FileVerdict says how a file stands against the lists of known files.
type FileVerdict string

// The verdicts on files.
const (
	KnownGood FileVerdict = "known-good"
	KnownBad  FileVerdict = "known-bad"
	Changed   FileVerdict = "changed" // the baseline has the path with another hash
	Unknown   FileVerdict = "unknown" // no list has the hash, the baseline lacks the path
)

// A Process is one process creation as an event log has it. Text fields are as logged; a field that the log
// does not have is empty.
type Process struct {
	Ref               string    `json:"ref"` // RequestRef: source and line
	Source            string    `json:"source"`
	Line              int64     `json:"line"`
	Time              time.Time `json:"time"` // UTC
	Host              string    `json:"host"` // the computer that logged it
	PID               int64     `json:"pid"`  // -1 if unknown
	GUID              string    `json:"guid,omitempty"`
	Image             string    `json:"image"` // path of the executable
	CommandLine       string    `json:"command_line"`
	Directory         string    `json:"directory,omitempty"`
	User              string    `json:"user"`
	Hashes            string    `json:"hashes,omitempty"` // as logged, such as "MD5=...,SHA256=..."
	ParentPID         int64     `json:"parent_pid"`       // -1 if unknown
	ParentGUID        string    `json:"parent_guid,omitempty"`
	ParentImage       string    `json:"parent_image"`
	ParentCommandLine string    `json:"parent_command_line,omitempty"`
	Findings          []Finding `json:"findings,omitempty"` // highest level first
	// Request is the reference of the request that most likely made the server start it, Script its path;
	// both empty if none fits.
	Request string `json:"request,omitempty"`
	Script  string `json:"script,omitempty"`
}

// A Cite points at the line of evidence that a statement rests on.
type Cite struct {
	Ref    string `json:"ref"`
	Source string `json:"source"`
	Line   int64  `json:"line"`
}

// A Reason is one sign with its weight and the records that show it.
type Reason struct {
	ID     string   `json:"id"`
	Weight int      `json:"weight"` // points of score; negative speaks against
	Text   string   `json:"text"`
	Refs   []string `json:"refs"` // at most MaxRefs; Text says how many there are
}

// MaxRefs bounds the references that a reason, step or intruder carries.
const MaxRefs = 20

// A Webshell is a script path that behaves like a web shell.
type Webshell struct {
	Ref       string    `json:"ref"` // "w:" + 8 hex of SHA-256 of the path
	Path      string    `json:"path"`
	Score     int       `json:"score"`   // 0 to 100; 50 and above is worth a responder's time
	Clients   []string  `json:"clients"` // those whose requests were answered, by first use
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
	Requests  int       `json:"requests"` // 0 if the file alone makes it a candidate; Path is then the file's, First and Last are zero
	Reasons   []Reason  `json:"reasons"`  // heaviest first
	PlantedBy *Cite     `json:"planted_by"`
	PlantWhy  string    `json:"plant_why,omitempty"`
	// PlantConfidence says how well PlantedBy explains the first appearance, "high", "moderate" or "low"; empty
	// without it. PlantOther are further requests that may have done it, the best first.
	PlantConfidence string      `json:"plant_confidence,omitempty"`
	PlantOther      []PlantLead `json:"plant_other,omitempty"`
	File            *File       `json:"file"`
	Outcome         string      `json:"outcome,omitempty"` // how the best of its users fared, as outcome.Outcome says it; empty before that is known
	Uses            []Cite      `json:"-"`                 // its requests in order of time, at most 10 * MaxRefs
}

// An Incident is one chain: what was looked at, injected, planted, used, commanded and left, and by whom.
type Incident struct {
	Ref        string      `json:"ref"` // "i:" + 8 hex
	First      time.Time   `json:"first"`
	Last       time.Time   `json:"last"`
	Level      Level       `json:"level"` // see levelOf
	Title      string      `json:"title"`
	Summary    []Sentence  `json:"summary"` // what came in, how, by whom, what was done, what is not known
	Phases     []Phase     `json:"phases"`  // the kinds of steps that there are, in the order of StepKinds
	Lanes      []Lane      `json:"lanes"`   // the intruders, by first step
	Steps      []Step      `json:"steps"`   // in order of time
	Gaps       []Gap       `json:"gaps"`    // those with a time first, in order of time
	Clients    []string    `json:"clients"`
	Shells     []string    `json:"shells"`
	Techniques []string    `json:"techniques"` // ATT&CK ids, sorted
	Mapped     []Technique `json:"mapped"`     // the same with their reasons and records
}

// StepKinds are the kinds of steps in the order of an intrusion: the intruder's own browsing and scanning, single
// probes and guesses, attacks with a payload, what injection read (see Incident.With), the request that put a shell there, its file on disk, the first
// visit, each client's use, the commands that are known, and what came of them.
var StepKinds = []string{"recon", "probe", "injection", "read", "plant", "file", "access", "use", "command", "further", "download"}

// A Step is one link of an incident's chain.
type Step struct {
	Kind       string    `json:"kind"` // one of StepKinds
	Time       time.Time `json:"time"`
	End        time.Time `json:"end,omitzero"` // of a step that lasts; zero otherwise
	Ref        string    `json:"ref"`
	Client     string    `json:"client"`
	Lane       string    `json:"lane,omitempty"`  // Lane.Label of whose step it is
	Count      int       `json:"count,omitempty"` // records of the step, if more than one
	Text       string    `json:"text"`
	Refs       []string  `json:"refs,omitempty"`       // further records of the same step, at most MaxRefs
	Link       string    `json:"link,omitempty"`       // why it belongs to the chain
	Confidence string    `json:"confidence,omitempty"` // that it does: "seen", "likely" or "possible"
	Techniques []string  `json:"techniques,omitempty"` // ATT&CK ids
	Outcome    string    `json:"outcome,omitempty"`    // of attacks, how they fared: "succeeded", "likely succeeded", "no sign of success" or "failed"; added when told, not by Conclude
}

// A Sentence is a statement with the records it rests on, at most MaxRefs.
type Sentence struct {
	Text string   `json:"text"`
	Refs []string `json:"refs"`
}

// A Phase is the steps of one kind.
type Phase struct {
	Kind  string    `json:"kind"`
	Steps int       `json:"steps"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// A Lane is one intruder's part in an incident.
type Lane struct {
	Label    string    `json:"label"`    // "A", "B", ... by first step
	Intruder string    `json:"intruder"` // Intruder.Ref
	Name     string    `json:"name"`     // Intruder.Name
	Clients  []string  `json:"clients"`
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Kinds    []string  `json:"kinds"` // of its steps, in the order of StepKinds
}

// A Gap is a stretch without a step, or something that the evidence does not say; the latter may have no times.
type Gap struct {
	Kind string    `json:"kind"` // "quiet" or "evidence"
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	Text string    `json:"text"`
	Refs []string  `json:"refs,omitempty"`
}

// A Technique is an ATT&CK technique that steps show.
type Technique struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Why    string   `json:"why"`    // what was seen
	Source string   `json:"source"` // the page that describes it
	Refs   []string `json:"refs"`   // records that show it, at most MaxRefs
}

// An Intruder is a group of clients that share so much that one hand is likely behind them.
type Intruder struct {
	Ref      string       `json:"ref"` // "a:" + 8 hex of SHA-256 of its first client
	Name     string       `json:"-"`   // "Intruder 1", by first activity
	Clients  []string     `json:"clients"`
	Agents   []string     `json:"agents"`
	First    time.Time    `json:"first"`
	Last     time.Time    `json:"last"`
	Requests int          `json:"requests"` // all requests of its clients
	Hostile  int          `json:"hostile"`  // those with a finding of level low or above
	Shells   []string     `json:"shells"`   // paths of the shells it used
	Links    []Reason     `json:"links"`    // why the clients belong together
	Observed []Observable `json:"observed"`
}

// An Observable is something about an intruder that a knowledge base of actors may know.
type Observable struct {
	ID   string   `json:"id"`   // ATT&CK technique or software id, such as "T1505.003" or "S0225"
	Why  string   `json:"why"`  // what was seen, and who says that this is the technique
	Refs []string `json:"refs"` // records that show it, at most MaxRefs
}

// Package blind tells from a log what SQL injection read out of a database.
//
// Blind injection asks a database one question a request, such as whether the third character of a password is
// greater than "m", and reads the answer in the page's size, its status or the time it took. The log has the
// question in the request and the answer's size, status and time. Recover reads the questions as SQL (not as any
// tool's text), finds out which answers mean true, and puts the values together again.
//
//	result := blind.Recover(requests) // all requests of the clients that injected, in the order of the log
//	for _, r := range result.Reads { ... r.Expression, r.Value, r.Chars ... }
//
// What is claimed is what follows: a character is certain only if exactly one is left and no answer speaks against
// it. Which answers mean true is never assumed: of all ways to sort a page's answers into two kinds, the one taken
// makes the questions agree with one another, clearly better than the opposite and better than chance; if there is
// none, nothing is recovered.
//
// The page as other visitors got it is no help here, and is not asked for. It would tell which answer is the usual one,
// and that means true behind AND, but false behind OR, NOT or a CASE that fails, and it changes with what the value
// before the payload names. The questions of a series say which means true themselves, and where they do not, a usual
// answer is no proof.
//
// Payloads are hostile: their size, nesting and the work on each are bounded, and so is what is kept of all.
package blind

import (
	"iter"
	"time"

	"spoor/triage"
)

// A Result is what the requests show.
type Result struct {
	Reads   []Read   `json:"reads"`   // by client, point, first request
	Groups  []Group  `json:"groups"`  // like requests and how their answers were read
	Attacks []Attack `json:"attacks"` // injection points and how the attacks on them fared
	Dropped int      `json:"dropped"` // questions beyond the bounds of what is kept
}

// Format numbers what Recover makes of the same requests: it is raised with each change of the method, so that what
// was kept is made again.
const Format = 6

// A Read is one expression that was read.
type Read struct {
	Ref        string    `json:"ref"` // "d:" + 8 hex of SHA-256 of client, place, technique, expression and kind
	Client     string    `json:"client"`
	Path       string    `json:"path"`
	Field      string    `json:"field"`      // of the injection, such as "query:id"
	Technique  Technique `json:"technique"`  // how its answers were read
	Expression string    `json:"expression"` // as SQL, without what only dresses it
	Column     string    `json:"column"`
	Table      string    `json:"table"`
	Where      string    `json:"where,omitempty"`
	Row        int       `json:"row"`  // offset in the table or result, -1 if the question names none
	Kind       string    `json:"kind"` // "text", "number", "length", or "size": only how many bytes came back is known
	// Value is what was read, with U+FFFD for each character that is not known and not narrowed to one that can be
	// printed.
	Value          string    `json:"value"`
	Certain        bool      `json:"certain"` // every character is, and the end is known
	Length         int       `json:"length"`  // in characters, of a size in bytes; -1 if not known
	Chars          []Char    `json:"chars,omitempty"`
	Low            int64     `json:"low,omitempty"`       // of a number or length that is not certain
	High           int64     `json:"high,omitempty"`      // of a size: bytes, if Length is not known; 0 if High is not known either
	Estimated      bool      `json:"estimated,omitempty"` // of a size: Length is that of one answer at most, or may hold the page's own text of several rows
	Carried        bool      `json:"carried,omitempty"`   // of a size: the answer is longer than the page by it, whatever else a row brings
	Failed         bool      `json:"failed,omitempty"`    // the page answered with an error
	Source         string    `json:"source,omitempty"`    // where the value stands in the log itself; "" if it was put together from answers
	Contradictions int       `json:"contradictions"`
	First          time.Time `json:"first"`
	Last           time.Time `json:"last"`
	Requests       int       `json:"requests"`
	Refs           []string  `json:"refs"` // the first and the last of the requests, at most triage.MaxRefs
}

// A State says how well a character is known.
type State string

// The states.
const (
	Certain State = "certain" // one character is left, and no answer speaks against it
	Bounded State = "bounded" // some are left, or the answers contradict one another
	Unknown State = "unknown" // nothing was asked, or no answer could be read
)

// A Char is one character of a value.
type Char struct {
	Pos            int      `json:"pos"`  // from 1
	Text           string   `json:"char"` // the character, or the likeliest if State is Bounded; "" if there is none
	Low            int      `json:"lo"`   // smallest and largest code left
	High           int      `json:"hi"`
	State          State    `json:"state"`
	Contradictions int      `json:"contradictions,omitempty"`
	Refs           []string `json:"refs"` // the requests that prove it, at most triage.MaxRefs
}

// A Technique is how injection reads.
type Technique string

// The techniques.
const (
	Boolean Technique = "boolean"
	Time    Technique = "time"
	Error   Technique = "error"
	Union   Technique = "union"
)

// Recover reads all requests of a set of clients, each client's in the order of the log.
func Recover(requests iter.Seq[*triage.Request]) *Result {
	r := NewReader()
	for q := range requests {
		r.Add(q)
	}
	return r.Result()
}

package triage

import "time"

// A HashEntry is one line of a hash list or file listing.
type HashEntry struct {
	Path    string // as listed; empty in lists of bare hashes
	MD5     string // lower-case hex or empty, as the two below
	SHA1    string
	SHA256  string
	Size    int64     // bytes; -1 if unknown
	ModTime time.Time // zero if unknown
	Comment string    // what the list says of the entry, such as a family name
	Line    int64
}

// A Reject is a sample of a line that could not be read.
type Reject struct {
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"` // the line's first MaxRejectText bytes, as read
}

// MaxRejectText bounds Reject.Text, in bytes.
const MaxRejectText = 200

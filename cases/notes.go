package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"spoor/triage"
)

// MaxNote bounds the text of a note and of a draft, in bytes.
const MaxNote = 1 << 20

// MaxCitationText bounds Citation.Text, in bytes.
const MaxCitationText = 4 << 10

// maxCitations bounds the citations of one note.
const maxCitations = 1000

// ErrNoNote says that no note has the reference.
var ErrNoNote = errors.New("no such note")

// A Citation is a copy of the evidence that a note or verdict rests on, so that it can be read and checked
// without the index.
type Citation struct {
	Ref        string
	Source     string // path as loaded
	Line       int64  // 0 if the reference is no line
	SHA256     string // of the source; empty if the reference is no line
	Text       string // the raw line, or a file's path; its first MaxCitationText bytes
	TextSHA256 string // of the whole of it
}

// A citationRecord is a Citation as the journal has it: Text keeps its bytes.
type citationRecord struct {
	Ref        string  `json:"ref"`
	Source     rawText `json:"source"`
	Line       int64   `json:"line"`
	SHA256     string  `json:"sha256"`
	Text       rawText `json:"text"`
	TextSHA256 string  `json:"text_sha256"`
}

// MarshalJSON writes text that is no UTF-8 as {"base64": "..."}, so that no byte of evidence is changed.
func (c Citation) MarshalJSON() ([]byte, error) {
	return json.Marshal(citationRecord{c.Ref, rawText(c.Source), c.Line, c.SHA256, rawText(c.Text), c.TextSHA256})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Citation) UnmarshalJSON(b []byte) error {
	var r citationRecord
	if err := json.Unmarshal(b, &r); err != nil {
		return err
	}
	*c = Citation{r.Ref, string(r.Source), r.Line, r.SHA256, string(r.Text), r.TextSHA256}
	return nil
}

// A Note is what a responder wrote, in its latest version.
type Note struct {
	Ref     string     `json:"ref"`  // "n:" + 6 or more hex digits
	Text    string     `json:"text"` // Markdown
	On      []Citation `json:"on"`
	Tags    []string   `json:"tags"`   // the #words of the text, without "#", in order, each once
	Author  string     `json:"author"` // of the latest version; empty if not told
	Created time.Time  `json:"created"`
	Edited  time.Time  `json:"edited"`  // of the latest version; equals Created for the first
	Version int        `json:"version"` // from 1
}

// The values of a verdict. An empty value takes a verdict back.
const (
	Confirmed = "confirmed"
	Benign    = "benign"
	Unsure    = "unsure"
)

// A Verdict is what a responder holds of a request, file or other record.
type Verdict struct {
	Ref    string    `json:"ref"`
	Value  string    `json:"value"` // Confirmed, Benign or Unsure
	Reason string    `json:"reason"`
	Author string    `json:"author"` // set by SetVerdict
	At     time.Time `json:"at"`     // set by SetVerdict if zero
	On     Citation  `json:"on"`     // zero if what is judged is not one record
}

// A noteRecord is one version of a note as the journal has it.
type noteRecord struct {
	Ref     string     `json:"ref"`
	Version int        `json:"version"`
	Text    rawText    `json:"text"`
	On      []Citation `json:"on"`
	Tags    []string   `json:"tags,omitempty"`
	At      time.Time  `json:"at"`
}

// AddNote records a note on the cited records (none: on the case). Citations without TextSHA256 get it
// over their whole Text; then Text is cut to MaxCitationText.
//
// If the note cannot be written the error says why, and the text is kept as a draft if that can be done.
func (c *Case) AddNote(who Who, text string, on []Citation, now time.Time) (Note, error) {
	if err := checkText(text, on); err != nil {
		return Note{}, err
	}
	var ref string
	err := c.change(who, func() ([]entry, error) {
		ref = c.newRef(text, now)
		return []entry{{kindNote, noteRecord{ref, 1, rawText(text), bound(on), tags(text), now.UTC()}}}, nil
	})
	if err != nil {
		return Note{}, c.keep("", text, err)
	}
	return c.Note(ref)
}

// EditNote records a new version of a note; the former stay in History. A nil on keeps its citations.
// Of two editors at once the later wins, and both versions stay.
func (c *Case) EditNote(who Who, ref, text string, on []Citation, now time.Time) (Note, error) {
	if err := checkText(text, on); err != nil {
		return Note{}, err
	}
	err := c.change(who, func() ([]entry, error) {
		old, err := c.state.note(ref)
		if err != nil {
			return nil, err
		}
		ref = old.Ref
		if on == nil {
			on = old.On
		}
		return []entry{{kindNote, noteRecord{ref, old.Version + 1, rawText(text), bound(on), tags(text), now.UTC()}}}, nil
	})
	if err != nil {
		return Note{}, c.keep(ref, text, err)
	}
	return c.Note(ref)
}

// Notes lists the notes in their latest versions, oldest note first.
func (c *Case) Notes() []Note {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.latestNotes()
}

func (s *state) latestNotes() []Note {
	notes := make([]Note, 0, len(s.order))
	for _, ref := range s.order {
		v := s.notes[ref]
		notes = append(notes, v[len(v)-1])
	}
	return notes
}

// Note finds a note by its reference or a prefix of it that only one note has, with or without "n:". The
// error wraps ErrNoNote if none has it.
func (c *Case) Note(ref string) (Note, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.note(ref)
}

// History lists all versions of the note with this whole reference, first version first.
func (c *Case) History(ref string) []Note {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Note(nil), c.state.notes[ref]...)
}

// SetVerdict records a verdict on v.Ref, in place of the former; an empty Value takes it back.
func (c *Case) SetVerdict(who Who, v Verdict) error {
	switch v.Value {
	case Confirmed, Benign, Unsure, "":
	default:
		return fmt.Errorf("unknown verdict %q: want %s, %s or %s", triage.VisibleN(v.Value, 40), Confirmed, Benign, Unsure)
	}
	if v.Ref == "" || len(v.Ref) > 200 {
		return errors.New("a verdict needs the reference of what it judges")
	}
	if len(v.Reason) > MaxNote {
		return fmt.Errorf("the reason has %d bytes, the most is %d", len(v.Reason), MaxNote)
	}
	if err := c.change(who, func() ([]entry, error) {
		v.Author = who.Analyst
		if v.At.IsZero() {
			v.At = c.now()
		}
		v.At, v.On = v.At.UTC(), bound([]Citation{v.On})[0]
		return []entry{{kindVerdict, v}}, nil
	}); err != nil {
		return c.keep(v.Ref, v.Reason, err)
	}
	return nil
}

// Verdicts is the verdict in force by reference.
func (c *Case) Verdicts() map[string]Verdict {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := make(map[string]Verdict, len(c.state.verdicts))
	for k, v := range c.state.verdicts {
		m[k] = v
	}
	return m
}

func checkText(text string, on []Citation) error {
	switch {
	case strings.TrimSpace(text) == "":
		return errors.New("the note is empty: write something, or leave without saving")
	case len(text) > MaxNote:
		return fmt.Errorf("the note has %d bytes, the most is %d: split it in two", len(text), MaxNote)
	case len(on) > maxCitations:
		return fmt.Errorf("the note cites %d records, the most is %d: split it in two", len(on), maxCitations)
	}
	return nil
}

// bound completes citations and cuts their texts.
func bound(on []Citation) []Citation {
	out := make([]Citation, len(on))
	for i, c := range on {
		if c.TextSHA256 == "" && c.Ref != "" {
			c.TextSHA256 = hexSum([]byte(c.Text))
		}
		c.Text = c.Text[:min(len(c.Text), MaxCitationText)]
		out[i] = c
	}
	return out
}

// newRef makes the reference of a new note; it differs from those of all notes so far, also of other
// writers, since it is made under the lock.
func (c *Case) newRef(text string, now time.Time) string {
	sum := sha256.Sum256([]byte(c.journal.head + "\n" + now.UTC().Format(time.RFC3339Nano) + "\n" + text))
	digits := hex.EncodeToString(sum[:])
	n := 6
	for n < len(digits) {
		if _, err := c.state.note(digits[:n]); errors.Is(err, ErrNoNote) {
			break
		}
		n++
	}
	return "n:" + digits[:n]
}

var tagWord = regexp.MustCompile(`(?:^|\s)#(\pL[\pL\pN_-]{0,49})`)

// tags finds the #words of a note, at most 50.
func tags(text string) []string {
	var out []string
	seen := map[string]bool{}
	for _, m := range tagWord.FindAllStringSubmatch(text, 50) {
		if !seen[m[1]] {
			seen[m[1]] = true
			out = append(out, m[1])
		}
	}
	return out
}

package desk

// Notes, verdicts and drafts: what the responder says of the records.

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"spoor/cases"
	"spoor/triage"
)

// Notes lists the notes, oldest first, those that another program wrote meanwhile too.
func (d *Desk) Notes() []cases.Note {
	d.catchUp()
	return d.Case.Notes()
}

// Verdicts is the verdict in force by reference, as Notes.
func (d *Desk) Verdicts() map[string]cases.Verdict {
	d.catchUp()
	return d.Case.Verdicts()
}

// catchUp takes in what other programs recorded since. If that fails the journal's next use says why; what was
// known before stays.
func (d *Desk) catchUp() {
	if changed, err := d.Case.Refresh(); err == nil && changed {
		_ = d.annotate() // in memory; it fails only when the index is closed
	}
}

// citation is a reference in double brackets, as notes write it.
var citation = regexp.MustCompile(`\[\[([a-z]:[0-9a-f]{4,64}(?:\.[0-9]{1,18})?)\]\]`)

// CitedIn lists the references that a text cites as [[r:3f9a12.7]], each once, in order.
func CitedIn(text string) []string {
	var out []string
	for _, m := range citation.FindAllStringSubmatch(text, 1000) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

// AddNote records a note on the records named and on those that its text cites; none is a note on the case.
// A reference that stands for nothing is an error and nothing is recorded, so that no note cites what cannot
// be found; the text is then kept as a draft.
func (d *Desk) AddNote(text string, on []string) (cases.Note, error) {
	cites, err := d.cites(append(slices.Clone(on), CitedIn(text)...))
	if err != nil {
		return cases.Note{}, d.keepDraft("note", text, err)
	}
	n, err := d.Case.AddNote(d.who.cases(), text, cites, time.Now())
	if err != nil {
		return n, err
	}
	return n, d.annotate()
}

// EditNote records a new version of a note.
func (d *Desk) EditNote(ref, text string) (cases.Note, error) {
	old, err := d.Case.Note(ref)
	if err != nil {
		return cases.Note{}, err
	}
	var on []string
	for _, c := range old.On {
		on = append(on, c.Ref)
	}
	cites, err := d.cites(append(on, CitedIn(text)...))
	if err != nil {
		return cases.Note{}, d.keepDraft("note "+old.Ref, text, err)
	}
	n, err := d.Case.EditNote(d.who.cases(), old.Ref, text, cites, time.Now())
	if err != nil {
		return n, err
	}
	return n, d.annotate()
}

func (d *Desk) keepDraft(key, text string, err error) error {
	if saveErr := d.Case.SaveDraft(key, text); saveErr != nil {
		return fmt.Errorf("%w; and the text could not be kept as a draft: %v", err, saveErr)
	}
	return fmt.Errorf("%w; the text is kept as a draft", err)
}

func (d *Desk) cites(refs []string) ([]cases.Citation, error) {
	out := []cases.Citation{}
	for _, ref := range refs {
		c, err := d.Cite(ref)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(out, func(x cases.Citation) bool { return x.Ref == c.Ref }) {
			out = append(out, c)
		}
	}
	return out, nil
}

// SetVerdict records a verdict on a record: cases.Confirmed, cases.Benign or cases.Unsure; empty takes the
// former one back.
func (d *Desk) SetVerdict(ref, verdict, reason string) error {
	c, err := d.Cite(ref)
	if err != nil {
		return err
	}
	if err := d.Case.SetVerdict(d.who.cases(), cases.Verdict{Ref: c.Ref, Value: verdict, Reason: reason, On: c}); err != nil {
		return err
	}
	return d.annotate()
}

// DraftKey is where the draft of a new note about records is kept.
func DraftKey(on []string) string {
	if len(on) == 0 {
		return "note"
	}
	return "note on " + on[0]
}

// NewNote is what a new note about records begins with: their citations.
func NewNote(on []string) string {
	if len(on) == 0 {
		return ""
	}
	return "[[" + strings.Join(on, "]] [[") + "]]\n\n"
}

// FindNotes lists the notes that a query finds, oldest first: all of its words, apart by spaces, must fit. A word is
// #TAG, by:AUTHOR, on:REF (what the note is on or cites, or the beginning of that), is:open or is:done (it has such a
// task), or else text of the note; capitals do not count.
func (d *Desk) FindNotes(query string) ([]cases.Note, error) {
	if err := CheckNotes(query); err != nil {
		return nil, err
	}
	words := strings.Fields(strings.ToLower(query))
	notes := d.Notes()
	return slices.DeleteFunc(notes, func(n cases.Note) bool {
		return slices.ContainsFunc(words, func(w string) bool { return !noteFits(&n, w) })
	}), nil
}

// CheckNotes says whether a query can be asked of FindNotes.
func CheckNotes(query string) error {
	for _, w := range strings.Fields(strings.ToLower(query)) {
		if state, ok := strings.CutPrefix(w, "is:"); ok && state != "open" && state != "done" {
			return fmt.Errorf("no notes are %s: want is:open or is:done", triage.VisibleN(w, 40))
		}
	}
	return nil
}

// noteFits reports whether a note fits a word in small letters.
func noteFits(n *cases.Note, word string) bool {
	name, value, _ := strings.Cut(word, ":")
	switch {
	case name == "by":
		return strings.EqualFold(n.Author, value)
	case name == "on":
		return slices.ContainsFunc(n.On, func(c cases.Citation) bool { return strings.HasPrefix(c.Ref, value) })
	case name == "is":
		return slices.ContainsFunc(TasksOf(n), func(t Task) bool { return t.Done == (value == "done") })
	case strings.HasPrefix(word, "#"):
		return slices.ContainsFunc(n.Tags, func(t string) bool { return strings.EqualFold("#"+t, word) })
	}
	return strings.Contains(strings.ToLower(n.Text), word)
}

// History lists all versions of a note, the first one first.
func (d *Desk) History(ref string) ([]cases.Note, error) {
	n, err := d.Case.Note(ref)
	if err != nil {
		return nil, err
	}
	return d.Case.History(n.Ref), nil
}

// SaveDraft keeps what is being typed under a key; empty text drops it.
func (d *Desk) SaveDraft(key, text string) error { return d.Case.SaveDraft(key, text) }

// SaveSession keeps what the terminal program shows; Session is what was kept.
func (d *Desk) SaveSession(b []byte) error { return d.Case.SaveSession(b) }

// Session is what SaveSession kept; nil if there is nothing.
func (d *Desk) Session() ([]byte, error) { return d.Case.Session() }

// Drafts is what was being typed, by key.
func (d *Desk) Drafts() map[string]string { return d.Case.Drafts() }

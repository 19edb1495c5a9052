package desk

// Notes, verdicts and drafts: what the responder says of the records.

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"spoor/cases"
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

// SaveDraft keeps what is being typed under a key; empty text drops it.
func (d *Desk) SaveDraft(key, text string) error { return d.Case.SaveDraft(key, text) }

// Drafts is what was being typed, by key.
func (d *Desk) Drafts() map[string]string { return d.Case.Drafts() }

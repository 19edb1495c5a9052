package cases

import (
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"spoor/cases/seal"
)

// A Pack is one archive of the case that was handed out.
type Pack struct {
	Path       string    `json:"path"` // as WrittenReport.Path
	SHA256     string    `json:"sha256"`
	Size       int64     `json:"size"`
	Records    int64     `json:"records"` // of the journal, that are in it
	Head       string    `json:"head"`
	Recipients []string  `json:"recipients,omitempty"` // public keys that it was encrypted to; none if it was not
	At         time.Time `json:"-"`
	By         Who       `json:"-"`
}

// RecordPack records that the case was packed.
func (c *Case) RecordPack(who Who, p Pack) error {
	var err error
	if p.Path, err = c.reportPath(p.Path); err != nil {
		return err
	}
	return c.change(who, func() ([]entry, error) { return []entry{{kindPack, p}}, nil })
}

// Packs lists the archives that were made of the case, oldest first.
func (c *Case) Packs() []Pack {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.state.packs)
}

// Journal opens the journal for reading, as far as it is known now, with the number and hash of its last record.
func (c *Case) Journal() (r io.ReadCloser, size, records int64, head string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, 0, 0, "", ErrClosed
	}
	if err := c.catchUp(); err != nil {
		return nil, 0, 0, "", err
	}
	f, err := os.Open(filepath.Join(c.dir, journalName))
	if err != nil {
		return nil, 0, 0, "", err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(f, c.journal.size), f}, c.journal.size, c.journal.seq, c.journal.head, nil
}

// SealFiles reads the files of the seals.
func (c *Case) SealFiles() (SealFiles, error) { return readSeals(c.dir) }

// A Quote is a citation with who makes it: a note, a verdict or a report.
type Quote struct {
	Citation
	By string // such as "note n:3f9a12 version 1"
}

// Quotes lists every citation of notes (all versions), verdicts and reports, in a fixed order. Those of reports have
// no Text.
func (c *Case) Quotes() []Quote {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.quotes()
}

// A Replay is what a journal tells by itself, read from elsewhere than a case folder.
type Replay struct {
	Begun    Info // of its first record
	Info     Info // with the facts that were recorded since
	Evidence []Evidence
	Notes    []Note // latest versions, oldest note first
	Quotes   []Quote
	Reports  []WrittenReport
	Problems []Problem
	Summary  Summary
}

// VerifyJournal walks the chain of a journal and checks the seals against it; caseID is the case that they must be
// of. The error is only for a cancelled ctx or a journal that cannot be read.
func VerifyJournal(ctx context.Context, r io.Reader, caseID string, seals SealFiles, trust *seal.Trust) (*Replay, error) {
	v := verifier{caseID: caseID, sealFiles: seals, trust: trust, upTo: math.MaxInt64, count: map[string]int{}, heads: seals.wanted()}
	s := newState()
	if err := v.chain(ctx, r, func(rec record) { _ = s.apply(rec) }); err != nil { // what a newer spoor records is passed over
		return nil, err
	}
	v.seals = s.seals
	if err := v.checkSeals(ctx); err != nil {
		return nil, err
	}
	return &Replay{s.begun, s.begun.withFacts(s.facts), s.evidence, s.latestNotes(), s.quotes(), s.reports, v.problems, v.sum}, nil
}

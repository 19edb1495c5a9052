package index

import (
	"fmt"
	"path/filepath"

	"spoor/triage"
)

// A Part is a run of consecutive rows of a store that never changes. Later loads only add parts at the end.
type Part struct {
	ID    string // name within the store; no other part ever has it
	First uint64 // number of its first row
	Rows  int64  // rows, lines that are no requests included
	store *Store
	seg   *segment
	log   *partLog // the last one of Log
}

// Parts lists the parts of the store in the order of their rows. They are usable until the store is closed.
func (s *Store) Parts() ([]Part, error) {
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	out := make([]Part, len(snap.segments))
	for i, seg := range snap.segments {
		out[i] = Part{ID: snap.manifest.Segments[i], First: uint64(seg.base), Rows: seg.meta.Rows, store: s, seg: seg}
	}
	return out, nil
}

// summaryFile is the summary of a segment, beside the rows that it sums up.
const summaryFile = "summary.zst"

// Summary is what PutSummary kept; nil if there is none, or if it is damaged.
func (p *Part) Summary() ([]byte, error) {
	if _, err := p.store.hold(); err != nil {
		return nil, err
	}
	defer p.store.release()
	b, err := readBeside(filepath.Join(p.seg.dir, summaryFile))
	if err != nil {
		return nil, fmt.Errorf("read a summary: %w", err)
	}
	return b, nil
}

// PutSummary keeps what a part shows, in place of the summary before. The bytes are the caller's own; none remove
// the summary. It fails if the part's last Log could not read a text that it was asked for.
func (p *Part) PutSummary(b []byte) error {
	if p.log != nil && p.log.err != nil {
		return fmt.Errorf("write a summary: %w", p.log.err)
	}
	c, err := p.store.begin()
	if err != nil {
		return err
	}
	defer c.end()
	if err := writeBeside(filepath.Join(p.seg.dir, summaryFile), b); err != nil {
		return fmt.Errorf("write a summary: %w", err)
	}
	return nil
}

// Log is the requests of the part. Its dictionaries are the part's own. It is for one goroutine, keeps little in
// memory, and is usable until the store is closed.
func (p *Part) Log() (triage.Log, error) {
	snap, err := p.store.hold()
	if err != nil {
		return nil, err
	}
	defer p.store.release()
	if _, err := p.seg.rowsParquet(); err != nil {
		return nil, err
	}
	if _, err := p.seg.textsParquet(); err != nil {
		return nil, err
	}
	p.log = &partLog{store: p.store, snap: snap, seg: p.seg, findings: map[uint32][]triage.Finding{}}
	return p.log, nil
}

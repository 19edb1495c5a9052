package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

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

// A summary is kept beside the rows it sums up: the CRC-32C of its bytes, little-endian, and then the bytes as a
// zstd frame. It says nothing that the rows do not, so one that is missing or damaged is made again.
const (
	summaryFile = "summary.zst"
	maxSummary  = 256 << 20 // bytes that a summary may unpack to
)

// Summary is what PutSummary kept; nil if there is none, or if it is damaged.
func (p *Part) Summary() ([]byte, error) {
	if _, err := p.store.hold(); err != nil {
		return nil, err
	}
	defer p.store.release()
	all, err := os.ReadFile(filepath.Join(p.seg.dir, summaryFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a summary: %w", err)
	}
	if len(all) < 4 {
		return nil, nil
	}
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxSummary))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := r.DecodeAll(all[4:], nil)
	if err != nil || len(b) == 0 || crc32.Checksum(b, castagnoli) != binary.LittleEndian.Uint32(all) {
		return nil, nil
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
	name := filepath.Join(p.seg.dir, summaryFile)
	if len(b) == 0 {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a summary: %w", err)
		}
		return nil
	}
	if len(b) > maxSummary {
		return fmt.Errorf("write a summary: %d bytes are more than %d", len(b), maxSummary)
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	all := w.EncodeAll(b, binary.LittleEndian.AppendUint32(nil, crc32.Checksum(b, castagnoli)))
	if err := writeSynced(name+".new", all); err != nil {
		return fmt.Errorf("write a summary: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
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

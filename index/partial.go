package index

import (
	"fmt"
	"time"

	"spoor/triage"
)

// A partial is the account of a source that is not read to its end, as the manifest keeps it.
type partial struct {
	Offset   int64         `json:"offset"` // plain bytes read, up to a line's end
	Parsed   int64         `json:"parsed"`
	Rejected int64         `json:"rejected"`
	Comments int64         `json:"comments"`
	First    time.Time     `json:"first"`
	Last     time.Time     `json:"last"`
	Rejects  []savedReject `json:"rejects,omitempty"`
	Tally    *triage.Tally `json:"tally,omitempty"`
}

// A savedReject is a triage.Reject whose text may be any bytes.
type savedReject struct {
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
	Text   []byte `json:"text"`
}

func partialOf(p *Parsed) *partial {
	out := &partial{Offset: p.Offset, Parsed: p.Parsed, Rejected: p.Rejected, Comments: p.Comments, First: p.First, Last: p.Last, Tally: tallyOf(p)}
	for _, r := range p.Rejects {
		out.Rejects = append(out.Rejects, savedReject{r.Line, r.Reason, []byte(r.Text)})
	}
	return out
}

// tallyOf is what an account tells of the file's wholeness; nil if nothing.
func tallyOf(p *Parsed) *triage.Tally {
	if len(p.Tally.Holes) == 0 && len(p.Tally.Numbers) == 0 {
		return nil
	}
	t := p.Tally
	return &t
}

// restore gives an account what was kept of it.
func (t *partial) restore(p *Parsed) {
	p.Offset, p.Parsed, p.Rejected, p.Comments, p.First, p.Last = t.Offset, t.Parsed, t.Rejected, t.Comments, t.First, t.Last
	p.Read = p.Parsed + p.Rejected + p.Comments
	p.Partial = true
	p.Rejects = nil
	if t.Tally != nil {
		p.Tally = *t.Tally
	}
	for _, r := range t.Rejects[:min(len(t.Rejects), MaxRejects)] {
		p.Rejects = append(p.Rejects, triage.Reject{Line: r.Line, Reason: r.Reason, Text: string(r.Text)})
	}
}

// Partial lists the sources of which a load has read only a part, with their accounts so far, in the order of
// load. Loading them again goes on where it ended.
func (s *Store) Partial() []Parsed {
	snap, err := s.hold()
	if err != nil {
		return nil
	}
	defer s.release()
	var out []Parsed
	for i := range snap.manifest.Sources {
		if src := &snap.manifest.Sources[i]; src.Partial != nil {
			p := Parsed{Source: src.Source}
			src.Partial.restore(&p)
			out = append(out, p)
		}
	}
	return out
}

// A ResumeError says that a source was begun in another way than it was to be gone on with.
type ResumeError struct{ Format, Zone string } // of the part that is in the store

func (e *ResumeError) Error() string {
	return fmt.Sprintf("its first part was read as %s with times in %s: load it so again to go on", triage.VisibleN(e.Format, 40), triage.VisibleN(e.Zone, 60))
}

// A pack is the packed copy of the plain bytes of a compressed source that one step has read.
type pack struct {
	Name string // in the store's folder, with slashes
	From int64  // offset of its first byte in the source
}

// packOf is the pack that holds an offset of a source; nil if there is none. Blocks end with lines, and so do packs.
func (src *storeSource) packOf(offset int64) *pack {
	for i := len(src.Packs) - 1; i >= 0; i-- {
		if p := &src.Packs[i]; offset >= p.From {
			return p
		}
	}
	return nil
}

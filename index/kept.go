package index

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// What is asked again after each load is mostly few rows in many, such as those of the attackers: to read them from
// the columns is to unpack nearly every page of these. So a copy of such rows can be kept beside those of the segment.

// keptFile is the copy: the number of its format, how many rows there are and which, and then column by column the
// numbers as differences and the texts as numbers of a list, all of them varints.
const keptFile = "kept.zst"

const (
	keptFormat = 1
	maxKept    = 1 << 17 // rows kept of a segment
	keptShare  = 32      // where more than one row in so many is wanted, the columns are read as fast
)

// keptRows are the rows of a segment of which there is a copy.
type keptRows struct {
	at  []uint32 // rows of the segment, ascending
	raw []rawRow
}

// row is the copy of a row of the segment; nil if there is none.
func (k *keptRows) row(i int64) *rawRow {
	if at, ok := slices.BinarySearch(k.at, uint32(i)); ok {
		return &k.raw[at]
	}
	return nil
}

// kept reads the copy; it has no rows if there is none, or if it is damaged.
func (s *segment) kept() (*keptRows, error) {
	v, err := s.cache.get(cacheKey{s, keptPieces, 0, int(s.keptTimes.Load())}, func() (any, int, error) {
		b, err := readBeside(filepath.Join(s.dir, keptFile))
		if err != nil {
			return nil, 0, fmt.Errorf("read the copy of rows: %w", err)
		}
		k := s.unpackKept(b)
		return k, len(b) + len(k.at)*rawRowBytes, nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*keptRows), nil
}

// rawRowBytes is about what a row takes in memory without its texts.
const rawRowBytes = 8*int(intColumns) + 16*(int(colRaw)+1) + 4

// packKept writes rows as keptFile has them.
func packKept(k *keptRows) []byte {
	b := binary.AppendUvarint([]byte{keptFormat}, uint64(len(k.at)))
	last := int64(0)
	for _, at := range k.at {
		b = binary.AppendVarint(b, int64(at)-last)
		last = int64(at)
	}
	for c := range intColumns {
		last = 0
		for i := range k.raw {
			b = binary.AppendVarint(b, k.raw[i].ints[c]-last)
			last = k.raw[i].ints[c]
		}
	}
	for c := range colRaw + 1 {
		known := map[string]uint64{}
		for i := range k.raw {
			text := *k.raw[i].text(c)
			n, ok := known[text]
			if !ok {
				n = uint64(len(known))
				known[text] = n
			}
			b = binary.AppendUvarint(b, n)
			if !ok {
				b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
			}
		}
	}
	return b
}

// text is one of the texts of a row, or after the last of these its findings.
func (r *rawRow) text(c column) *string {
	if c == colRaw {
		return &r.judged
	}
	return &r.texts[c]
}

// unpackKept is the opposite of packKept. What is no copy of rows of the segment gives none.
func (s *segment) unpackKept(b []byte) *keptRows {
	if len(b) == 0 || b[0] != keptFormat {
		return &keptRows{}
	}
	p := keptReader{rest: string(b[1:])}
	n := p.uvarint()
	if n > maxKept || n > uint64(len(b)) {
		return &keptRows{}
	}
	k := &keptRows{at: make([]uint32, n), raw: make([]rawRow, n)}
	last := int64(-1)
	for i := range k.at {
		at := max(last, 0) + p.varint()
		if at <= last || at >= s.meta.Rows {
			return &keptRows{}
		}
		k.at[i], last = uint32(at), at
	}
	for c := range intColumns {
		last = 0
		for i := range k.raw {
			last += p.varint()
			k.raw[i].ints[c] = last
		}
	}
	var known []string
	for c := range colRaw + 1 {
		known = known[:0]
		for i := range k.raw {
			id := p.uvarint()
			switch {
			case id < uint64(len(known)):
			case id == uint64(len(known)):
				known = append(known, p.text())
			default:
				return &keptRows{}
			}
			*k.raw[i].text(c) = known[id]
		}
	}
	if p.short {
		return &keptRows{}
	}
	return k
}

// A keptReader reads varints and texts. The texts share the memory of what is read.
type keptReader struct {
	rest  string
	short bool // more was read than there is
}

func (p *keptReader) uvarint() uint64 {
	v, shift := uint64(0), 0
	for i := range min(len(p.rest), binary.MaxVarintLen64) {
		c := p.rest[i]
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			p.rest = p.rest[i+1:]
			return v
		}
		shift += 7
	}
	p.rest, p.short = "", true
	return 0
}

func (p *keptReader) varint() int64 {
	u := p.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (p *keptReader) text() string {
	n := p.uvarint()
	if n > uint64(len(p.rest)) {
		p.rest, p.short = "", true
		return ""
	}
	text := p.rest[:n]
	p.rest = p.rest[n:]
	return text
}

// Keep has EachJudged read the result faster, now and after later loads: of segments in which its rows are few and
// scattered it keeps a copy, in place of the one before. The store must be open for changes.
func (r *Result) Keep(ctx context.Context) error {
	c, err := r.store.begin()
	if err != nil {
		return err
	}
	defer c.end()
	for _, seg := range r.snap.segments {
		if err := r.keep(ctx, seg); err != nil {
			return fmt.Errorf("keep a copy of rows: %w", err)
		}
	}
	return nil
}

// keep makes the copy of a segment, unless there is one with the rows.
func (r *Result) keep(ctx context.Context, seg *segment) error {
	within := roaring.New()
	within.AddRange(uint64(seg.base), uint64(seg.base+seg.meta.Rows))
	within.And(r.set)
	n := within.GetCardinality()
	if n == 0 || n > maxKept || int64(n)*keptShare > seg.meta.Rows {
		return nil
	}
	old, err := seg.kept()
	if err != nil {
		return err
	}
	k := &keptRows{at: make([]uint32, 0, n), raw: make([]rawRow, n)}
	rows := make([]int64, 0, n) // that are not in the old copy
	where := make([]int, 0, n)
	within.Iterate(func(row uint32) bool {
		i := int64(row) - seg.base
		if have := old.row(i); have != nil {
			k.raw[len(k.at)] = *have
		} else {
			rows, where = append(rows, int64(row)), append(where, len(k.at))
		}
		k.at = append(k.at, uint32(i))
		return true
	})
	if len(rows) == 0 {
		return nil
	}
	err = r.snap.eachRow(ctx, rows, func(reader *rowReader, i int) error {
		raw := &k.raw[where[i]]
		err := reader.raw(rows[i], raw)
		if err == nil {
			raw.judged, err = reader.text(colJudged, reader.at(rows[i]))
		}
		return err
	})
	if err != nil {
		return err
	}
	b := packKept(k)
	if len(b) > maxBeside {
		return nil // rows of such length are read from the columns
	}
	if err := writeBeside(filepath.Join(seg.dir, keptFile), b); err != nil {
		return err
	}
	seg.keptTimes.Add(1)
	return nil
}

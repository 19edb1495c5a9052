package index

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"github.com/parquet-go/parquet-go"
)

// What is counted of each text of a segment while it is built lies in tally.parquet, so that questions about the
// whole store read neither its rows nor its texts: how many rows have the text, and a hash of it, by which the
// texts of several segments are compared.

const tallyFile = "tally.parquet"

// tallied is the number of columns that have a tally: the first ones.
const tallied = colUser + 1

// A tallyRow is one text as it stands in tally.parquet: a row group for each column, the texts in the order of
// their numbers.
type tallyRow struct {
	Hash int64 `parquet:"hash"`
	Rows int32 `parquet:"rows,zstd"`
}

// Positions of the columns in tallyRow.
const (
	tallyHash = 0
	tallyRows = 1
)

// A tally is what is counted of the texts of a column, by number of the text.
type tally struct {
	hashes []uint64
	rows   []int32 // lines that are no requests count for the empty text
}

// hashText stands for a text: the first 64 bits of its SHA-256. Two texts taken for one are not to be expected in
// less than a thousand million texts, and a pair of them made on purpose only shares its own counts.
func hashText(text string) uint64 {
	sum := sha256.Sum256([]byte(text))
	return binary.LittleEndian.Uint64(sum[:])
}

// writeTally writes the tallies of a segment's dictionaries.
func writeTally(name string, dicts []dict) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := parquet.NewGenericWriter[tallyRow](f, parquet.CreatedBy("spoor", "1", ""))
	rows := make([]tallyRow, 0, 1<<12)
	for c := range dicts {
		d := &dicts[c]
		d.grow()
		for from := 0; from < len(d.texts) && err == nil; from += cap(rows) {
			rows = rows[:0]
			for i := from; i < min(from+cap(rows), len(d.texts)); i++ {
				rows = append(rows, tallyRow{int64(hashText(d.texts[i])), d.rows[i]})
			}
			_, err = w.Write(rows)
		}
		if err == nil {
			err = w.Flush()
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		f.Close()
		return fmt.Errorf("write tallies: %w", err)
	}
	return closeSynced(f)
}

// grow makes room in rows for all texts.
func (d *dict) grow() { d.rows = append(d.rows, make([]int32, len(d.texts)-len(d.rows))...) }

// count adds rows with the numbers of their texts.
func (d *dict) count(ids []int32) {
	d.grow()
	for _, id := range ids {
		d.rows[id]++
	}
}

func (s *segment) tallyParquet() (*parquetFile, error) {
	s.tallyOpen.Do(func() {
		s.tallies, s.tallyErr = openParquet(filepath.Join(s.dir, tallyFile))
		if s.tallyErr == nil && len(s.tallies.groups) != int(tallied) {
			s.tallyErr = fmt.Errorf("%s: not the tallies of this program; load the evidence again", s.tallies.file.Name())
		}
	})
	return s.tallies, s.tallyErr
}

// tally is what is counted of a column, one of the first tallied ones.
func (s *segment) tally(c column) (*tally, error) {
	v, err := s.cache.get(cacheKey{s, tallies, int(c), 0}, func() (any, int, error) {
		t, err := s.readTally(c)
		if err != nil {
			return nil, 0, err
		}
		return t, 8*len(t.hashes) + 4*len(t.rows), nil
	})
	t, _ := v.(*tally)
	return t, err
}

func (s *segment) readTally(c column) (*tally, error) {
	p, err := s.tallyParquet()
	if err != nil {
		return nil, err
	}
	n := s.meta.Texts[c]
	if got := p.groups[c].NumRows(); got != int64(n) {
		return nil, fmt.Errorf("%s: %d tallies of column %s instead of %d; load the evidence again", p.file.Name(), got, columnNames[c], n)
	}
	t := &tally{make([]uint64, 0, n), make([]int32, 0, n)}
	err = eachPage(p, tallyHash, int(c), func(page parquet.Page) {
		data := page.Data()
		for _, h := range data.Int64() {
			t.hashes = append(t.hashes, uint64(h))
		}
	})
	if err == nil {
		err = eachPage(p, tallyRows, int(c), func(page parquet.Page) {
			data := page.Data()
			t.rows = append(t.rows, data.Int32()...)
		})
	}
	if err == nil && (len(t.hashes) != n || len(t.rows) != n) {
		err = fmt.Errorf("%s: the tallies of column %s are cut short; load the evidence again", p.file.Name(), columnNames[c])
	}
	return t, err
}

// A hashSet is a set of hashes of texts, made for asking it often about what is not in it.
type hashSet struct {
	near bitset // of the lowest bits
	at   map[uint64]int
}

// nearBits is how many bits of a hash the bits of a hashSet tell apart: 32 KiB.
const nearBits = 18

func newHashSet(n int) *hashSet { return &hashSet{newBitset(1 << nearBits), make(map[uint64]int, n)} }

// add puts a hash into the set with a value.
func (s *hashSet) add(h uint64, value int) {
	s.near.set(int(h & (1<<nearBits - 1)))
	s.at[h] = value
}

// find is the value of a hash.
func (s *hashSet) find(h uint64) (int, bool) {
	if !s.near.has(int(h & (1<<nearBits - 1))) {
		return 0, false
	}
	i, ok := s.at[h]
	return i, ok
}

// newTexts is how many texts of a column, other than the empty one, segment n has that none before it has.
func (snap *snapshot) newTexts(n int, c column) (int, error) {
	seg := snap.segments[n]
	if n == 0 {
		return seg.meta.Texts[c] - 1, nil
	}
	t, err := seg.tally(c)
	if err != nil {
		return 0, err
	}
	set := newHashSet(len(t.hashes))
	for _, h := range t.hashes[1:] {
		set.add(h, 0)
	}
	for _, before := range snap.segments[:n] {
		if t, err = before.readTally(c); err != nil {
			return 0, err
		}
		for _, h := range t.hashes[1:] {
			if _, ok := set.find(h); ok {
				delete(set.at, h)
			}
		}
	}
	return len(set.at), nil
}

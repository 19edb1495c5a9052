package index

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/parquet-go/parquet-go"
)

// Sizes of a segment. They bound the memory of a load and of a search, whatever the size of the evidence.
const (
	groupRows      = 1 << 16   // rows of a row group
	pageRows       = 1 << 13   // rows of a Parquet page of a column of texts, the least that is read of it
	intPageRows    = 1 << 11   // likewise of numbers, which are mostly read for single rows
	maxSegmentRows = 2 << 20   // rows of a segment
	maxDictBytes   = 160 << 20 // memory of a segment's dictionaries while it is being written
	textGroup      = 1 << 10   // texts of a row group of texts.parquet
)

// readBuffer is how many bytes of a Parquet file are read at a time, about a page of a column of row groups.
const readBuffer = 16 << 10

// Files of a segment's folder.
const (
	rowsFile  = "rows.parquet"
	textsFile = "texts.parquet"
	metaFile  = "segment.json"
	wordsDir  = "words.bleve"
)

// A span is a run of consecutive rows of one source.
type span struct {
	Source    int   `json:"source"` // position in manifest.Sources
	First     int64 `json:"first"`  // row of the segment
	Rows      int64 `json:"rows"`
	FirstLine int64 `json:"first_line"`
	LastLine  int64 `json:"last_line"`
}

// segmentMeta is what segment.json holds.
type segmentMeta struct {
	Rows     int64               `json:"rows"`
	Rejected int64               `json:"rejected"`
	First    int64               `json:"first"`   // earliest and latest known time in Unix ms; 0 if there is none
	Last     int64               `json:"last"`    //
	Ordered  bool                `json:"ordered"` // no row has a time before that of the row above, and none is unknown
	Texts    [textColumns]int    `json:"texts"`   // texts of each column, the empty one included
	Groups   [textColumns]int    `json:"groups"`  // first row group of each column in texts.parquet
	Signs    []int64             `json:"signs"`   // rows that have each text of colSigns
	Spans    []span              `json:"spans"`
	Zones    []zone              `json:"zones"` // by row group
	Words    map[string]uint32   `json:"words"` // files of the bleve index with their CRC-32C; none if no text has a word
	Columns  [textColumns]string `json:"columns"`
}

// A segment is a run of rows that never changes once written. Its methods are safe for concurrent use.
type segment struct {
	dir   string
	base  int64 // number of its first row in the store
	meta  segmentMeta
	cache *cache

	rowsOpen  sync.Once
	rows      *parquetFile
	rowsErr   error
	textsOpen sync.Once
	texts     *parquetFile
	textsErr  error
	tallyOpen sync.Once
	tallies   *parquetFile
	tallyErr  error
	words     router
	signs     signTable
	keptTimes atomic.Int64 // how often kept.zst was written anew
}

// A parquetFile is an open Parquet file.
type parquetFile struct {
	*parquet.File
	file   *os.File
	groups []parquet.RowGroup
}

// damaged turns a panic of a library over a damaged file into an error. Parquet files are checked page by page
// as they are read, since checking them whole would make opening a store slow.
func damaged(path string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%s is damaged (%v); load the evidence again", path, r)
	}
}

func openParquet(path string) (_ *parquetFile, err error) {
	defer damaged(path, &err)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	p, err := parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(readBuffer))
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w; load the evidence again", path, err)
	}
	return &parquetFile{p, f, p.RowGroups()}, nil
}

// openSegment reads the folder of a segment. Its files are opened when they are needed.
func openSegment(dir string, base int64, c *cache) (*segment, error) {
	b, err := os.ReadFile(filepath.Join(dir, metaFile))
	if err != nil {
		return nil, err
	}
	s := &segment{dir: dir, base: base, cache: c}
	if err := json.Unmarshal(b, &s.meta); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, metaFile), err)
	}
	if s.meta.Columns != columnNames {
		return nil, fmt.Errorf("%s: columns %v are not those of this program; load the evidence again", dir, s.meta.Columns)
	}
	for _, n := range s.meta.Texts {
		if n < 1 || n > math.MaxInt32 || s.meta.Rows < 0 {
			return nil, fmt.Errorf("%s: %d rows and %d texts; load the evidence again", filepath.Join(dir, metaFile), s.meta.Rows, n)
		}
	}
	if len(s.meta.Zones) != s.groupCount() {
		return nil, fmt.Errorf("%s: %d zones of %d row groups; load the evidence again", filepath.Join(dir, metaFile), len(s.meta.Zones), s.groupCount())
	}
	s.words.dir = filepath.Join(dir, wordsDir)
	s.words.files = s.meta.Words
	return s, nil
}

// close frees what the segment has opened.
func (s *segment) close() error {
	s.rowsOpen.Do(func() { s.rowsErr = ErrClosed })
	s.textsOpen.Do(func() { s.textsErr = ErrClosed })
	s.tallyOpen.Do(func() { s.tallyErr = ErrClosed })
	err := s.words.close()
	for _, p := range []*parquetFile{s.rows, s.texts, s.tallies} {
		if p != nil {
			err = errors.Join(err, p.file.Close())
		}
	}
	return err
}

// groupCount is how many row groups the segment has, and groupLen how many rows one of them has.
func (s *segment) groupCount() int { return int((s.meta.Rows + groupRows - 1) / groupRows) }

func (s *segment) groupLen(g int) int { return int(min(groupRows, s.meta.Rows-int64(g)*groupRows)) }

func (s *segment) rowsParquet() (*parquetFile, error) {
	s.rowsOpen.Do(func() {
		s.rows, s.rowsErr = openParquet(filepath.Join(s.dir, rowsFile))
		if s.rowsErr == nil && (len(s.rows.groups) != s.groupCount() || s.rows.NumRows() != s.meta.Rows) {
			s.rowsErr = fmt.Errorf("%s: not the rows that segment.json tells of; load the evidence again", s.rows.file.Name())
		}
	})
	return s.rows, s.rowsErr
}

// ids is one row group of a column of texts: the number of the text of each row.
func (s *segment) ids(c column, group int) ([]int32, error) {
	v, err := s.cache.get(cacheKey{s, wholeGroups, parquetTexts[c], group}, func() (any, int, error) {
		ids, err := s.readIDs(c, group, nil)
		return ids, 4 * len(ids), err
	})
	ids, _ := v.([]int32)
	return ids, err
}

// readIDs reads a row group of a column of texts into dst, which is empty.
func (s *segment) readIDs(c column, group int, dst []int32) ([]int32, error) {
	ids, err := readColumn(s, parquetTexts[c], group, dst, (*pageValues).int32s)
	return ids, firstError(err, s.checkIDs(c, ids))
}

// checkIDs sees to it that numbers of texts of a column are those of texts.
func (s *segment) checkIDs(c column, ids []int32) error {
	most := uint32(0)
	for _, id := range ids {
		most = max(most, uint32(id))
	}
	if len(ids) > 0 && int(most) >= s.meta.Texts[c] {
		return fmt.Errorf("%s: column %s names text %d of %d; load the evidence again", s.dir, columnNames[c], most, s.meta.Texts[c])
	}
	return nil
}

// ints is one row group of a column of numbers.
func (s *segment) ints(c intColumn, group int) ([]int64, error) {
	v, err := s.cache.get(cacheKey{s, wholeGroups, parquetInts[c], group}, func() (any, int, error) {
		ints, err := readColumn(s, parquetInts[c], group, nil, (*pageValues).int64s)
		return ints, 8 * len(ints), err
	})
	ints, _ := v.([]int64)
	return ints, err
}

// pageValues are the values of a Parquet page.
type pageValues struct{ parquet.Page }

func (p *pageValues) int32s(dst []int32) []int32 {
	data := p.Data()
	return append(dst, data.Int32()...)
}

func (p *pageValues) int64s(dst []int64) []int64 {
	data := p.Data()
	if p.Type().Kind() == parquet.Int64 {
		return append(dst, data.Int64()...)
	}
	for _, v := range data.Int32() {
		dst = append(dst, int64(v))
	}
	return dst
}

// readColumn reads all values of a column of a row group into dst, which is empty.
func readColumn[T any](s *segment, column, group int, dst []T, take func(*pageValues, []T) []T) ([]T, error) {
	p, err := s.rowsParquet()
	if err != nil {
		return nil, err
	}
	out := slices.Grow(dst, s.groupLen(group))
	err = eachPage(p, column, group, func(page parquet.Page) { out = take(&pageValues{page}, out) })
	if err == nil && len(out) != s.groupLen(group) {
		err = fmt.Errorf("%s: column %d has %d rows instead of %d; load the evidence again", p.file.Name(), column, len(out), s.groupLen(group))
	}
	return out, err
}

// eachPage calls yield for the pages of a column of a row group.
func eachPage(p *parquetFile, column, group int, yield func(parquet.Page)) (err error) {
	defer damaged(p.file.Name(), &err)
	pages := p.groups[group].ColumnChunks()[column].Pages()
	defer pages.Close()
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.file.Name(), err)
		}
		yield(page)
		parquet.Release(page)
	}
}

// readPage calls take for the page of a column of a row group that begins with a row of the group.
func readPage(p *parquetFile, column, group int, row int64, take func(parquet.Page)) (err error) {
	defer damaged(p.file.Name(), &err)
	chunk := p.groups[group].ColumnChunks()[column]
	if _, err := chunk.OffsetIndex(); err != nil { // SeekToRow uses it once it is read
		return fmt.Errorf("%s: %w; load the evidence again", p.file.Name(), err)
	}
	pages := chunk.Pages()
	defer pages.Close()
	if err := pages.SeekToRow(row); err != nil {
		return fmt.Errorf("%s: %w", p.file.Name(), err)
	}
	page, err := pages.ReadPage()
	if err != nil {
		return fmt.Errorf("%s: %w", p.file.Name(), err)
	}
	take(page)
	parquet.Release(page)
	return nil
}

// bounds are the least and greatest value of a column of a row group; ok is false if they are not known.
func (s *segment) bounds(column, group int) (lo, hi int64, ok bool) {
	p, err := s.rowsParquet()
	if err != nil {
		return 0, 0, false
	}
	stats := p.Metadata().RowGroups[group].Columns[column].MetaData.Statistics
	lo, okLo := statInt(stats.MinValue)
	hi, okHi := statInt(stats.MaxValue)
	return lo, hi, okLo && okHi
}

// statInt reads a statistic of an integer column: plain encoding, little-endian.
func statInt(b []byte) (int64, bool) {
	switch len(b) {
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(b))), true
	case 8:
		return int64(binary.LittleEndian.Uint64(b)), true
	}
	return 0, false
}

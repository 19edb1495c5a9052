package index

import (
	"fmt"
	"path/filepath"

	"github.com/parquet-go/parquet-go"
)

// A textRow is one text as it stands in texts.parquet. Texts of one column follow one another in the order of
// their numbers; no row group holds texts of two columns.
type textRow struct {
	Column int32  `parquet:"column,zstd"`
	Text   []byte `parquet:"text,delta,zstd"`
	Coded  bool   `parquet:"coded"` // whether decoding the text gives another
}

// Positions of the columns in textRow.
const (
	textRowText  = 1
	textRowCoded = 2
)

// A textPage is one row group of texts.
type textPage struct {
	blob    []byte
	offsets []uint32 // text i is blob[offsets[i]:offsets[i+1]]
	coded   bitset
}

func (t *textPage) len() int { return len(t.offsets) - 1 }

func (t *textPage) text(i int) string {
	return string(t.blob[t.offsets[i]:t.offsets[i+1]])
}

func (s *segment) textsParquet() (*parquetFile, error) {
	s.textsOpen.Do(func() { s.texts, s.textsErr = openParquet(filepath.Join(s.dir, textsFile)) })
	return s.texts, s.textsErr
}

// textPage is the row group that holds the texts of a column from number page*textGroup.
func (s *segment) textPage(c column, page int) (*textPage, error) {
	v, err := s.cache.get(cacheKey{s, true, int(c), page}, func() (any, int, error) {
		t, err := s.readTexts(c, page)
		if err != nil {
			return nil, 0, err
		}
		return t, len(t.blob) + 4*len(t.offsets), nil
	})
	t, _ := v.(*textPage)
	return t, err
}

func (s *segment) readTexts(c column, page int) (*textPage, error) {
	p, err := s.textsParquet()
	if err != nil {
		return nil, err
	}
	group := s.meta.Groups[c] + page
	want := min(textGroup, s.meta.Texts[c]-page*textGroup)
	if page < 0 || want <= 0 || group >= len(p.groups) || p.groups[group].NumRows() != int64(want) {
		return nil, fmt.Errorf("%s: no texts %d of column %s; load the evidence again", p.file.Name(), page*textGroup, columnNames[c])
	}
	t := &textPage{offsets: make([]uint32, 1, want+1), coded: newBitset(want)}
	err = eachPage(p, textRowText, group, func(pg parquet.Page) {
		data := pg.Data()
		blob, offsets := data.ByteArray()
		for i := 0; i+1 < len(offsets); i++ {
			t.blob = append(t.blob, blob[offsets[i]:offsets[i+1]]...)
			t.offsets = append(t.offsets, uint32(len(t.blob)))
		}
	})
	if err != nil {
		return nil, err
	}
	n := 0
	err = eachPage(p, textRowCoded, group, func(pg parquet.Page) {
		data := pg.Data()
		bits := data.Boolean()
		for i := 0; i < int(pg.NumValues()) && n < want; i++ {
			if bits[i>>3]>>(i&7)&1 != 0 {
				t.coded.set(n)
			}
			n++
		}
	})
	if err == nil && (t.len() != want || n != want) {
		err = fmt.Errorf("%s: texts of column %s are incomplete; load the evidence again", p.file.Name(), columnNames[c])
	}
	return t, err
}

// text is one text of a column.
func (s *segment) text(c column, id int32) (string, error) {
	if id == 0 {
		return "", nil
	}
	t, err := s.textPage(c, int(id)/textGroup)
	if err != nil {
		return "", err
	}
	return t.text(int(id) % textGroup), nil
}

// eachText calls yield for the texts of a column with numbers from to to-1, until it returns false.
func (s *segment) eachText(c column, from, to int, yield func(id int, text string, coded bool) bool) error {
	for id := from; id < to; {
		t, err := s.textPage(c, id/textGroup)
		if err != nil {
			return err
		}
		for i := id % textGroup; i < t.len() && id < to; i++ {
			if !yield(id, t.text(i), t.coded.has(i)) {
				return nil
			}
			id++
		}
	}
	return nil
}

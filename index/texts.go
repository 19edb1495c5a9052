package index

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// A textRow is one text as it stands in texts.parquet. Texts of one column follow one another in the order of
// their numbers; no row group holds texts of two columns.
type textRow struct {
	Column int32  `parquet:"column,zstd"`
	Text   []byte `parquet:"text,delta,zstd"`
	Plain  []byte `parquet:"plain,delta,zstd"` // the text with its encodings peeled off; empty if it has none
}

// Positions of the columns in textRow.
const (
	textRowText  = 1
	textRowPlain = 2
)

// A textPage is one row group of texts.
type textPage struct{ texts, plain textRun }

// A textRun is some texts in one piece.
type textRun struct {
	blob    string
	offsets []uint32 // text i is blob[offsets[i]:offsets[i+1]]
}

func (t *textRun) len() int { return len(t.offsets) - 1 }

func (t *textRun) text(i int) string { return t.blob[t.offsets[i]:t.offsets[i+1]] }

func (t *textRun) size() int { return len(t.blob) + 4*len(t.offsets) }

func (s *segment) textsParquet() (*parquetFile, error) {
	s.textsOpen.Do(func() { s.texts, s.textsErr = openParquet(filepath.Join(s.dir, textsFile)) })
	return s.texts, s.textsErr
}

// textPage is the row group that holds the texts of a column from number page*textGroup.
func (s *segment) textPage(c column, page int) (*textPage, error) {
	v, err := s.cache.get(cacheKey{s, textPages, int(c), page}, func() (any, int, error) {
		t, err := s.readTexts(c, page)
		if err != nil {
			return nil, 0, err
		}
		return t, t.texts.size() + t.plain.size(), nil
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
	t := &textPage{}
	if t.texts, err = readRun(p, textRowText, group, want); err == nil {
		t.plain, err = readRun(p, textRowPlain, group, want)
	}
	return t, err
}

// readRun reads want texts of a row group.
func readRun(p *parquetFile, column, group, want int) (textRun, error) {
	t := textRun{offsets: make([]uint32, 1, want+1)}
	var all strings.Builder
	err := eachPage(p, column, group, func(pg parquet.Page) {
		data := pg.Data()
		blob, offsets := data.ByteArray()
		if len(offsets) < 2 {
			return
		}
		first, begin := offsets[0], uint32(all.Len())
		all.Write(blob[first:offsets[len(offsets)-1]])
		for _, o := range offsets[1:] {
			t.offsets = append(t.offsets, begin+o-first)
		}
	})
	t.blob = all.String()
	if err == nil && t.len() != want {
		err = fmt.Errorf("%s: %d texts instead of %d; load the evidence again", p.file.Name(), t.len(), want)
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
	return t.texts.text(int(id) % textGroup), nil
}

// eachText calls yield for the texts of a column with numbers from to to-1, until it returns false. plain is the
// text with its encodings peeled off; empty if it has none.
func (s *segment) eachText(c column, from, to int, yield func(id int, text, plain string) bool) error {
	for id := from; id < to; {
		t, err := s.textPage(c, id/textGroup)
		if err != nil {
			return err
		}
		for i := id % textGroup; i < t.texts.len() && id < to; i++ {
			if !yield(id, t.texts.text(i), t.plain.text(i)) {
				return nil
			}
			id++
		}
	}
	return nil
}

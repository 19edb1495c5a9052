package index

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
)

// Single rows are read a page of a column at a time, not a row group. Where all rows of a row group have the same
// value, its statistics tell it.

// id is the number of the text that a row of the segment has in a column.
func (s *segment) id(c column, row int64) (int32, error) {
	group := int(row / groupRows)
	if lo, hi, ok := s.bounds(parquetTexts[c], group); ok && lo == hi && lo >= 0 && lo < int64(s.meta.Texts[c]) {
		return int32(lo), nil
	}
	v, err := s.cache.get(cacheKey{s, pages, parquetTexts[c], int(row / pageRows)}, func() (any, int, error) {
		ids, err := readCells(s, parquetTexts[c], row, pageRows, (*pageValues).int32s)
		return ids, 4 * len(ids), firstError(err, s.checkIDs(c, ids))
	})
	if err != nil {
		return 0, err
	}
	return v.([]int32)[row%pageRows], nil
}

// int is the number that a row of the segment has in a column.
func (s *segment) int(c intColumn, row int64) (int64, error) {
	group := int(row / groupRows)
	if lo, hi, ok := s.bounds(parquetInts[c], group); ok && lo == hi {
		return lo, nil
	}
	v, err := s.cache.get(cacheKey{s, pages, parquetInts[c], int(row / intPageRows)}, func() (any, int, error) {
		ints, err := readCells(s, parquetInts[c], row, intPageRows, (*pageValues).int64s)
		return ints, 8 * len(ints), err
	})
	if err != nil {
		return 0, err
	}
	return v.([]int64)[row%intPageRows], nil
}

// readCells reads the page of a column that has a row. Pages have size rows.
func readCells[T any](s *segment, column int, row, size int64, take func(*pageValues, []T) []T) (out []T, err error) {
	p, err := s.rowsParquet()
	if err != nil {
		return nil, err
	}
	first := row - row%size
	want := int(min(size, s.meta.Rows-first))
	err = readPage(p, column, int(row/groupRows), first%groupRows, func(page parquet.Page) {
		out = take(&pageValues{page}, make([]T, 0, want))
	})
	if err == nil && len(out) != want {
		err = fmt.Errorf("%s: a page of column %d has %d rows instead of %d; load the evidence again", p.file.Name(), column, len(out), want)
	}
	return out, err
}

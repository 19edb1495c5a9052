package index

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
)

// Single rows are read a page of a column at a time, not a row group. Where all rows of a row group have the same
// value, its statistics tell it.

// A run is what a column holds for the rows of a segment from first to end-1. The zero run has none.
type run[T any] struct {
	first, end int64
	values     []T // of each row; nil if all have the one value
	value      T
}

func (r *run[T]) has(row int64) bool { return row >= r.first && row < r.end }

func (r *run[T]) at(row int64) T {
	if r.values == nil {
		return r.value
	}
	return r.values[row-r.first]
}

// sameRun is the run of a row group in which all rows have one value.
func sameRun[T any](s *segment, group int, value T) run[T] {
	first := int64(group) * groupRows
	return run[T]{first: first, end: first + int64(s.groupLen(group)), value: value}
}

// idRun is the numbers of texts around a row of the segment.
func (s *segment) idRun(c column, row int64) (run[int32], error) {
	group := int(row / groupRows)
	if lo, hi, ok := s.bounds(parquetTexts[c], group); ok && lo == hi && lo >= 0 && lo < int64(s.meta.Texts[c]) {
		return sameRun(s, group, int32(lo)), nil
	}
	v, err := s.cache.get(cacheKey{s, pages, parquetTexts[c], int(row / pageRows)}, func() (any, int, error) {
		ids, err := readCells(s, parquetTexts[c], row, pageRows, (*pageValues).int32s)
		return ids, 4 * len(ids), firstError(err, s.checkIDs(c, ids))
	})
	if err != nil {
		return run[int32]{}, err
	}
	ids, first := v.([]int32), row-row%pageRows
	return run[int32]{first: first, end: first + int64(len(ids)), values: ids}, nil
}

// intRun is the numbers around a row of the segment.
func (s *segment) intRun(c intColumn, row int64) (run[int64], error) {
	group := int(row / groupRows)
	if lo, hi, ok := s.bounds(parquetInts[c], group); ok && lo == hi {
		return sameRun(s, group, lo), nil
	}
	v, err := s.cache.get(cacheKey{s, pages, parquetInts[c], int(row / intPageRows)}, func() (any, int, error) {
		ints, err := readCells(s, parquetInts[c], row, intPageRows, (*pageValues).int64s)
		return ints, 8 * len(ints), err
	})
	if err != nil {
		return run[int64]{}, err
	}
	ints, first := v.([]int64), row-row%intPageRows
	return run[int64]{first: first, end: first + int64(len(ints)), values: ints}, nil
}

// id is the number of the text that a row of the segment has in a column.
func (s *segment) id(c column, row int64) (int32, error) {
	r, err := s.idRun(c, row)
	if err != nil {
		return 0, err
	}
	return r.at(row), nil
}

// int is the number that a row of the segment has in a column.
func (s *segment) int(c intColumn, row int64) (int64, error) {
	r, err := s.intRun(c, row)
	if err != nil {
		return 0, err
	}
	return r.at(row), nil
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
